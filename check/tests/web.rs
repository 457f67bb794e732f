//! `check web` as a browser sees it: the page is there, and a payment can be walked through in it, in the words of
//! traces.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail it")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

struct Web {
    port: u16,
    process: Child,
}

impl Web {
    fn serve(scenario: &str, variant: &str) -> Self {
        // Free a step ago, and nobody else is told of it.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let process = Command::new(env!("CARGO_BIN_EXE_check"))
            .args(["web", scenario, variant, "--threads", "1", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { port, process }
    }

    fn connect(&self) -> TcpStream {
        for _ in 0..600 {
            if let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
                return stream;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("nobody listens on {} after a minute", self.port);
    }

    /// The body of the answer, which has to be 200.
    fn ask(&self, method: &str, path: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        assert!(head.split(' ').nth(1) == Some("200"), "{method} {path}: {head}");
        body.to_owned()
    }

    fn json(&self, path: &str) -> Value {
        let body = self.ask("GET", path);
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
    }

    /// The place and the outcome of the step from the state at `path` that `words` say.
    fn step(&self, path: &str, words: &str) -> (String, String) {
        let steps = self.json(path);
        let steps = steps.as_array().unwrap();
        let is_it = |step: &&Value| step["action"] == words;
        let step = steps.iter().find(is_it).unwrap_or_else(|| panic!("no `{words}` among {steps:#?}"));
        (format!("{path}/{}", step["actionIndex"]), step["outcome"].as_str().unwrap_or_default().to_owned())
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
fn a_payment_can_be_walked_through_in_a_browser() {
    let web = Web::serve("multicapture", "without");
    assert!(web.ask("GET", "/").contains("<title>Stateright Explorer</title>"));
    for part in ["app.css", "app.js", "knockout-3.5.0.js"] {
        assert!(!web.ask("GET", &format!("/{part}")).is_empty(), "{part}");
    }

    let (held, outcome) = web.step("/.states/0", "create pi1 4 usd manual multicapture method=card_visa confirm");
    assert!(outcome.contains("RequiresCapture"), "{outcome}");
    let (_, outcome) = web.step(&held, "capture pi1");
    assert!(outcome.contains("Succeeded"), "{outcome}");

    web.ask("POST", "/.runtocompletion");
    let done = (0..600).map(|_| web.json("/.status")).find(|status| {
        sleep(Duration::from_millis(100));
        status["done"] == true
    });
    let status = done.expect("thirty states are explored in a minute");
    assert_eq!(status["unique_state_count"], 30, "as in reports/state-space.md: {status}");
    assert_eq!(status["properties"][0][1], "every property holds");
    assert!(status["properties"][0][2].is_null(), "a property is false: {status}");
}
