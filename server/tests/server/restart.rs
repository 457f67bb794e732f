//! Restarts on the same file, after a stop and after a kill.

use crate::running::Running;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Starts an endpoint that responds with 200; returns its address and the signatures that it receives.
fn endpoint() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut length, mut signature) = (0, String::new());
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let lower = line.trim().to_lowercase();
                if let Some(value) = lower.strip_prefix("content-length: ") {
                    length = value.parse().unwrap();
                }
                if let Some(value) = lower.strip_prefix("stripe-signature: ") {
                    value.clone_into(&mut signature);
                }
                if lower.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            if send.send(signature).is_err() {
                return;
            }
        }
    });
    (address, receive)
}

/// HOOK-1, HOOK-3: after a kill, the next process delivers the outstanding webhook. The clock, the payments and the account of
/// the key are unchanged.
#[test]
fn a_killed_server_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.db");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Running::on(&file);
    let account = server.get("/v1/account").at("id");
    let hook = format!("url=http://{closed}/hook&enabled_events[]=payment_intent.succeeded");
    let hook = server.post("/v1/webhook_endpoints", &hook);
    let form = "amount=1000&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true&capture_method=automatic";
    let paid = server.post("/v1/payment_intents", form).at("id");
    let ahead = server.post("/v1/test_helpers/clock/advance", "seconds=30").at("now");
    drop(server);
    let server = Running::on(&file);
    assert_eq!(server.get("/v1/account").at("id"), account);
    assert_eq!(server.get(&format!("/v1/payment_intents/{paid}")).at("status"), "succeeded");
    let now: u64 = server.get("/v1/test_helpers/clock").at("now").parse().unwrap();
    assert!(now >= ahead.parse().unwrap());
    let (address, signatures) = endpoint();
    let path = format!("/v1/webhook_endpoints/{}", hook.at("id"));
    assert_eq!(server.post(&path, &format!("url={address}")).status, 200);
    server.post("/v1/test_helpers/clock/advance", "seconds=120");
    let signature = signatures.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(signature.starts_with("t=") && signature.contains(",v1="), "{signature}");
}

/// SIGTERM stops the server, and its store opens again.
#[test]
fn a_server_ends_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.db");
    let mut server = Running::on(&file);
    server.post("/v1/payment_intents", "amount=1000&currency=usd");
    let idle = server.connect();
    let id = server.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let end = Instant::now() + Duration::from_secs(15);
    let status = loop {
        if let Some(status) = server.process.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < end, "the server does not stop");
        thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
    drop(idle);
    assert_eq!(Running::on(&file).get("/v1/payment_intents").json()["data"].as_array().unwrap().len(), 1);
}
