//! Requests and replies on the way between a drive and the real server.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::shop::form::form;
use super::shop::message::message;

/// A request of the drive.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) form: BTreeMap<String, String>,
    pub(super) key: Option<String>,
    pub(super) account: Option<String>,
    pub(super) authorization: String,
    /// The body or the query as it was sent.
    pub(super) encoded: String,
}

/// A reply of the server.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
    retry_after: Option<String>,
}

impl Reply {
    pub(super) fn of(status: u16, body: Value) -> Self {
        Self { status, body, retry_after: None }
    }

    pub(super) fn is_done(&self) -> bool {
        self.status < 300
    }
}

impl Ask {
    /// Reads one request; `None` at the end of the connection.
    pub(super) fn read(lines: &mut impl BufRead) -> Option<Self> {
        let (first, headers, body) = message(lines)?;
        let mut words = first.split_whitespace().map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let encoded = if method == "GET" { query.to_owned() } else { body };
        let form = form(&encoded);
        let header = |name: &str| headers.get(name).cloned();
        let (key, account) = (header("idempotency-key"), header("stripe-account"));
        let authorization = header("authorization").unwrap_or_default();
        Some(Self { method, path: path.to_owned(), form, key, account, authorization, encoded })
    }

    /// Returns a read of a path with an API key.
    pub(super) fn get(path: &str, key: &str) -> Self {
        let (method, path, authorization) = ("GET".to_owned(), path.to_owned(), format!("Bearer {key}"));
        let (form, encoded) = (BTreeMap::new(), String::new());
        Self { method, path, form, key: None, account: None, authorization, encoded }
    }

    /// The same with another value of a parameter.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.form.insert(name.to_owned(), value.to_owned());
        self.encode();
        self
    }

    /// The same without a parameter.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.form.remove(name);
        self.encode();
        self
    }

    fn encode(&mut self) {
        let pairs: Vec<String> =
            self.form.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        self.encoded = pairs.join("&");
    }

    /// The path below `/v1/`, in segments.
    pub(super) fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches("/v1/").split('/').collect()
    }

    fn written(&self) -> String {
        let (query, body) =
            if self.method == "GET" { (self.encoded.as_str(), "") } else { ("", self.encoded.as_str()) };
        let mark = if query.is_empty() { "" } else { "?" };
        let mut text = format!("{} {}{mark}{query} HTTP/1.1\r\nHost: x\r\n", self.method, self.path);
        text += &format!("Authorization: {}\r\n", self.authorization);
        for (name, value) in [("Idempotency-Key", &self.key), ("Stripe-Account", &self.account)] {
            text += &value.as_ref().map(|value| format!("{name}: {value}\r\n")).unwrap_or_default();
        }
        let kind = "Content-Type: application/x-www-form-urlencoded";
        text + &format!("{kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }
}

/// A connection to the real server.
pub(super) struct Upstream(BufReader<TcpStream>);

impl Upstream {
    pub(super) fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends a request; `None` if the server closed the connection.
    pub(super) fn send(&mut self, ask: &Ask) -> Option<Reply> {
        self.0.get_mut().write_all(ask.written().as_bytes()).ok()?;
        let (first, headers, body) = message(&mut self.0)?;
        let status = first.split_whitespace().nth(1)?.parse().ok()?;
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        Some(Reply { status, body, retry_after: headers.get("retry-after").cloned() })
    }
}

/// Writes a reply to the drive.
pub(super) fn write(out: &mut impl Write, reply: &Reply) -> std::io::Result<()> {
    let body = reply.body.to_string();
    let wait = reply.retry_after.as_ref().map(|wait| format!("Retry-After: {wait}\r\n")).unwrap_or_default();
    let head = format!("HTTP/1.1 {} X\r\n{wait}Content-Type: application/json\r\n", reply.status);
    out.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())?;
    out.flush()
}

fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
