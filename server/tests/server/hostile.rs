//! Malformed, oversized, slow and broken clients: each is refused, and none delays another.

use crate::running::{KEY, Running};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

fn post(headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /v1/payment_intents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

/// An ambiguous request gets one error: no second request is smuggled behind it.
#[test]
fn malformed_requests_are_refused() {
    let server = Running::in_memory();
    let behind = format!("GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n");
    let ended = format!("0\r\n\r\n{behind}");
    let many = "X-A: b\r\n".repeat(200);
    let long = format!("X-A: {}\r\n", "b".repeat(100_000));
    let rows: Vec<(&str, Vec<u8>, &str)> = vec![
        ("two lengths", post("Content-Length: 0\r\nContent-Length: 5\r\n", &behind), "400"),
        ("a list of lengths", post("Content-Length: 0, 5\r\n", &behind), "400"),
        ("a negative length", post("Content-Length: -1\r\n", &behind), "400"),
        ("a length with a sign", post("Content-Length: +5\r\n", &behind), "400"),
        ("a length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", &behind), "400"),
        ("a length and chunks that end", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", &ended), "400"),
        ("chunks and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", &ended), "400"),
        ("chunks that are not last", post("Transfer-Encoding: chunked, gzip\r\n", &behind), "400"),
        ("chunks by another name", post("Transfer-Encoding: xchunked\r\n", &behind), "400"),
        ("a chunk of no size", post("Transfer-Encoding: chunked\r\n", "zz\r\n"), "400"),
        ("a space before the colon", post("Content-Length : 5\r\n", &behind), "400"),
        ("a folded header", post("X-A: b\r\n c\r\n", ""), "400"),
        ("a zero byte", post("X-A: \0\r\n", ""), "400"),
        ("too many headers", post(&many, ""), "431"),
        ("a head that is too long", post(&long, ""), "431"),
        ("no HTTP", b"hello\r\n\r\n".to_vec(), "400"),
        ("another protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), ""),
        ("TLS", vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00], ""),
        ("a body that is too large", post("Content-Length: 300000\r\n", &"a".repeat(300_000)), "413"),
        ("a body of chunks that is too large", post("Transfer-Encoding: chunked\r\n", &chunks(300_000)), "413"),
        ("a body that is no form", post("", "").replaced("x-www-form-urlencoded", "json", "{}"), "400"),
        ("an address that is too long", format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(70_000)).into_bytes(), "4"),
    ];
    for (what, bytes, status) in rows {
        let answer = server.raw(&bytes);
        let first = answer.lines().next().unwrap_or_default();
        let refused = first.starts_with(&format!("HTTP/1.1 {status}"));
        // A connection that does not speak HTTP may be closed without a response.
        assert!(refused && !first.contains(" 2") || (status.is_empty() && first.is_empty()), "{what}: `{first}`");
        assert!(answer.matches("HTTP/1.1").count() <= 1 && !answer.contains("\"balance\""), "{what}: {answer}");
    }
    assert_eq!(server.get("/v1/balance").status, 200);
}

fn chunks(length: usize) -> String {
    format!("{length:x}\r\n{}\r\n0\r\n\r\n", "a".repeat(length))
}

trait Replaced {
    fn replaced(self, from: &str, to: &str, body: &str) -> Vec<u8>;
}

impl Replaced for Vec<u8> {
    fn replaced(self, from: &str, to: &str, body: &str) -> Vec<u8> {
        let head = String::from_utf8(self).unwrap().replace(from, to);
        let head = head.replace("Connection", &format!("Content-Length: {}\r\nConnection", body.len()));
        format!("{head}{body}").into_bytes()
    }
}

/// Many clients that send nothing, half a head or half a body delay no other client.
#[test]
fn slow_clients_delay_no_other() {
    let server = Running::in_memory();
    let mut silent = Vec::new();
    for number in 0..200 {
        let mut stream = server.connect();
        let part = match number % 4 {
            0 => Vec::new(),
            1 => b"POST /v1/pay".to_vec(),
            2 => post("Content-Length: 100\r\n", "amount=1"),
            _ => post("Transfer-Encoding: chunked\r\n", "5\r\nam"),
        };
        stream.write_all(&part).unwrap();
        silent.push(stream);
    }
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(server.get("/v1/balance").status, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // They are disconnected in time, with a 408 where a response is possible.
    let mut answer = String::new();
    silent[2].read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let mut rest = Vec::new();
    let _ = silent[1].read_to_end(&mut rest);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

/// The payment of a client that disconnects is made, and the server goes on.
#[test]
fn clients_that_leave_break_nothing() {
    let server = Running::in_memory();
    let form = "amount=1000&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true";
    for _ in 0..50 {
        let mut stream = server.connect();
        stream.write_all(&post(&format!("Content-Length: {}\r\n", form.len()), form)).unwrap();
        drop(stream);
    }
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let made = server.get("/v1/payment_intents?limit=100").json()["data"].as_array().unwrap().len();
        // A request that was read whole is executed even if its client is gone.
        if made == 50 {
            break;
        }
        assert!(Instant::now() < end, "{made} of 50 payments were made");
    }
}
