//! `check web` as a process: the page is there, a payment can be walked through, and Ctrl-C ends it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

struct Web {
    address: String,
    process: Child,
    out: BufReader<ChildStdout>,
}

impl Web {
    fn serve(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_check"))
            .arg("web")
            .args(arguments)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.unwrap_or_else(|| panic!("no address in {line}")).to_owned();
        Self { address, process, out }
    }

    /// Sends bytes and returns the status and the whole answer.
    fn raw(&self, bytes: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut answer = String::new();
        let _closed = stream.read_to_string(&mut answer);
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, answer)
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let length = body.len();
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address
        ))
    }

    /// Sends what Ctrl-C sends.
    fn interrupt(&self) {
        let sent = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    fn walk(&self, body: &Value) -> Value {
        let (status, answer) = self.ask("POST", "/api/walk", &body.to_string());
        assert_eq!(status, 200, "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

#[test]
fn a_payment_can_be_walked_through_until_ctrl_c() {
    let mut web = Web::serve(&["multicapture", "without", "--dialect", "confirm_limit=3"]);
    assert!(web.address.starts_with("127.0.0.1:"), "{}", web.address);
    let (status, page) = web.ask("GET", "/", "");
    assert!(status == 200 && page.contains("<title>Holdfast") && page.contains("Content-Security-Policy"), "{page}");
    let (_, start) = web.ask("GET", "/api/start", "");
    assert!(start.contains("\"confirm_limit\":\"3\""), "{start}");

    let create = "create pi1 4 usd manual multicapture method=card_visa confirm";
    let of = json!({ "scenario": "multicapture", "variant": "without", "add": create });
    let held = web.walk(&of);
    let offered = held["next"].as_array().unwrap().iter().find(|it| it["input"] == "capture pi1").unwrap();
    assert_eq!(offered["accepted"], true);
    let captured = web.walk(&json!({ "scenario": "multicapture", "trace": held["trace"], "add": "capture pi1" }));
    assert_eq!(captured["states"][2]["payments"][0]["status"], "succeeded");

    // Nothing that a client sends ends the server.
    for bytes in ["\r\n\r\n", "GET\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"] {
        let mut stream = TcpStream::connect(&web.address).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        drop(stream);
    }
    assert_eq!(web.raw("GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n").0, 400);
    assert_eq!(web.ask("POST", "/api/walk", "{").0, 400);
    assert_eq!(web.ask("GET", "/", "").0, 200);

    web.interrupt();
    assert_eq!(web.process.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    web.out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "Ended.\n");
}

#[test]
fn clients_that_never_finish_a_request_hold_neither_the_page_nor_ctrl_c() {
    let mut web = Web::serve(&[]);
    // tiny_http has four threads for a burst of connections; a fifth connection may have to wait for one of these.
    let unfinished: Vec<TcpStream> = (0..3)
        .map(|_| {
            let mut stream = TcpStream::connect(&web.address).unwrap();
            let head = format!("POST /api/walk HTTP/1.1\r\nHost: {}\r\nContent-Length: 2000\r\n\r\nx", web.address);
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    let (status, page) = web.ask("GET", "/", "");
    assert!(status == 200 && page.contains("<title>Holdfast"), "{page}");
    web.interrupt();
    let ended = (0..300).find_map(|_| {
        std::thread::sleep(Duration::from_millis(100));
        web.process.try_wait().unwrap()
    });
    assert_eq!(ended.expect("Ctrl-C ends the program within 30 seconds").code(), Some(0));
    drop(unfinished);
}

#[test]
fn a_trace_of_the_command_line_is_what_the_page_begins_with() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let web = Web::serve(&["--trace", &format!("{root}/model/traces/b34_capture_700_of_1000.trace")]);
    let (_, start) = web.ask("GET", "/api/start", "");
    let (_, body) = start.split_once("\r\n\r\n").unwrap();
    let start: Value = serde_json::from_str(body).unwrap();
    let view = web.walk(&json!({ "scenario": start["scenario"], "trace": start["trace"] }));
    assert!(view["steps"].as_array().unwrap().len() > 2, "{view}");
    for step in view["steps"].as_array().unwrap() {
        assert_eq!(step["differences"], json!([]), "{step}");
    }
}

#[test]
fn a_wrong_argument_is_refused_before_anything_is_served() {
    for (arguments, word) in [
        (&["no"][..], "scenario"),
        (&["multicapture", "no"], "variant"),
        (&["--trace", "no/such/file"], "no/such/file"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_check")).arg("web").args(arguments).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && err.contains(word), "{arguments:?}: {err}");
    }
}
