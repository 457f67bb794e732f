//! A server process for tests, and plain HTTP to it.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub const KEY: &str = "sk_test_one";
pub const OTHER_KEY: &str = "sk_test_two";

/// A server process, killed when dropped.
pub struct Running {
    pub process: Child,
    pub address: String,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Returns the value at a path such as `error.code` as text; `-` if it is missing.
    pub fn at(&self, path: &str) -> String {
        let json = self.json();
        let found = path.split('.').try_fold(&json, |at, part| at.get(part));
        match found {
            None => "-".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }
}

impl Running {
    /// Starts a server on a store: a file, or `:memory:`.
    pub fn start(store: &str) -> Self {
        Self::with(store, &[])
    }

    /// Starts a server with more options.
    pub fn with(store: &str, options: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_engine"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "off", "--store", store])
            .args(["--key", KEY, "--key", OTHER_KEY])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut lines = [const { String::new() }; 3];
        for line in &mut lines {
            said.read_line(line).unwrap();
        }
        let address = lines[0].trim().strip_prefix("listening on http://").unwrap().to_owned();
        Self { process, address }
    }

    pub fn in_memory() -> Self {
        Self::start(":memory:")
    }

    pub fn on(file: &Path) -> Self {
        Self::start(file.to_str().unwrap())
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends bytes on a new connection and returns the bytes until the server closes it.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // The server may close before all bytes are sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends one request with an API key and, unless it is empty, a form.
    pub fn call(&self, key: &str, method: &str, path: &str, form: &str, headers: &str) -> Answer {
        let auth = if key.is_empty() { String::new() } else { format!("Authorization: Bearer {key}\r\n") };
        let length = form.len();
        let body = match length {
            0 => "\r\n".to_owned(),
            _ => format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"),
        };
        let text = self.raw(
            format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{auth}{headers}{body}").as_bytes(),
        );
        let (head, text) =
            text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {method} {path}: {text}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), text: text.to_owned() }
    }

    pub fn post(&self, path: &str, form: &str) -> Answer {
        self.call(KEY, "POST", path, form, "")
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call(KEY, "GET", path, "", "")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
