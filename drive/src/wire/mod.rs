//! HTTP requests and JSON responses on one persistent connection, with limits on each response.
//!
//! HTTP/1.1 on the standard library's sockets, with TLS behind a feature. Failures are distinguished: a server that cannot be reached ends
//! the drive; a connection dropped in the middle of a response is a fault of the server.

mod form;
pub mod pace;
mod reading;
mod stream;
#[cfg(feature = "tls")]
mod tls;

use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use form::encode;
use pace::Pace;
use reading::ParseProgress;
pub(crate) use reading::with_text_ids;
use serde_json::Value;
use stream::Stream;
pub use stream::Tls;

use crate::clean_up::OpenObjects;
use crate::settings::Target;

/// Bytes that an answer may have, head and body.
pub const LONGEST_ANSWER: usize = 4 << 20;
/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the methods of HTTP")]
pub enum Verb {
    Get,
    Post,
    Delete,
}

impl Verb {
    /// Returns its name in a request.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub verb: Verb,
    /// The path, from `/v1/…` on.
    pub path: String,
    /// The parameters: the body of a POST, the query of a GET.
    pub form: Vec<(String, String)>,
    /// `Stripe-Account`.
    pub account: Option<String>,
    /// `Idempotency-Key`.
    pub key: Option<String>,
}

impl HttpRequest {
    /// Returns a POST without parameters.
    #[must_use]
    pub fn post(path: impl Into<String>) -> Self {
        Self { verb: Verb::Post, path: path.into(), form: Vec::new(), account: None, key: None }
    }

    /// Returns a GET.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { verb: Verb::Get, ..Self::post(path) }
    }

    /// A DELETE.
    #[must_use]
    pub fn delete(path: impl Into<String>) -> Self {
        Self { verb: Verb::Delete, ..Self::post(path) }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.form.push((name.to_owned(), value.to_string()));
        self
    }

    /// Returns the request with one more parameter, if there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl std::fmt::Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// The body, if it is JSON.
    pub body: Option<Value>,
    /// The beginning of a body that is not.
    pub text: String,
    /// Seconds to wait before the next request (`Retry-After`).
    pub retry_after: Option<u64>,
}

impl HttpReply {
    /// Returns `true` if the request succeeded (2xx).
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Returns `true` if the server failed (5xx).
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        self.status >= 500
    }

    /// A text in the body.
    #[must_use]
    pub fn text_at(&self, pointer: &str) -> Option<&str> {
        self.body.as_ref()?.pointer(pointer)?.as_str()
    }
}

/// The reason for which there is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// No connection could be made.
    Unreachable(String),
    /// The request went out, and no whole answer came back.
    Dropped(String),
    /// The request was sent, and no response came in time.
    Silent,
    /// The request was not sent: an object that it needs could not be created.
    Unasked(String),
    /// The server refuses any further work for now, and the drive cannot wait longer (P32).
    Throttled(String),
    /// The limit of operations or of time is reached.
    OutOfBudget,
}

impl TransportError {
    /// Returns whether the drive cannot continue after this error.
    #[must_use]
    pub const fn ends_drive(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Throttled(_) | Self::OutOfBudget)
    }
}

impl std::fmt::Display for TransportError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(why) => write!(out, "no connection: {why}"),
            Self::Dropped(why) => write!(out, "the connection broke off: {why}"),
            Self::Silent => out.write_str("no answer in time"),
            Self::Unasked(why) => write!(out, "what it needs cannot be made: {why}"),
            Self::Throttled(why) => write!(out, "the server limits the rate of requests: {why}"),
            Self::OutOfBudget => out.write_str("the limit of operations or time is reached"),
        }
    }
}

/// A connection to a server, made when it is needed.
#[derive(Debug)]
pub struct Wire {
    target: Target,
    key: String,
    patience: Duration,
    connection: Option<Stream>,
    tls: Option<Tls>,
    pace: Pace,
    /// The objects that were made by any connection of this drive; `None` if they are not kept.
    open: Option<Arc<Mutex<OpenObjects>>>,
    /// Requests sent so far.
    pub requests: u64,
}

impl Wire {
    /// Returns a connection that waits up to `patience` for a response.
    #[must_use]
    pub const fn to(target: Target, key: String, patience: Duration, pace: Pace) -> Self {
        Self { target, key, patience, connection: None, tls: None, pace, open: None, requests: 0 }
    }

    /// Returns the same with TLS, or without it.
    #[must_use]
    pub fn with_tls(self, tls: Option<Tls>) -> Self {
        Self { tls, ..self }
    }

    /// Returns the same that keeps the objects that it makes, for a clean-up.
    #[must_use]
    pub fn keeping_objects(self) -> Self {
        Self { open: Some(Arc::default()), ..self }
    }

    /// Returns the same with another pace.
    #[must_use]
    pub fn paced(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Removes and returns the objects that were made and not seen to end.
    pub(crate) fn take_open(&self) -> OpenObjects {
        let open =
            self.open.as_ref().map(|open| std::mem::take(&mut *open.lock().unwrap_or_else(PoisonError::into_inner)));
        open.unwrap_or_default()
    }

    /// Another connection to the same server.
    #[must_use]
    pub fn another(&self) -> Self {
        let another = Self::to(self.target.clone(), self.key.clone(), self.patience, self.pace.clone());
        Self { open: self.open.clone(), ..another.with_tls(self.tls.clone()) }
    }

    /// Returns a connection to the same server with another API key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.another() }
    }

    /// Returns the pace of all connections of this drive.
    #[must_use]
    pub const fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Sends one request and waits for the reply. Repeats it as long as the server only asks to wait (P32).
    ///
    /// # Errors
    /// [`TransportError`] if there is no reply.
    pub fn send(&mut self, asked: &HttpRequest) -> Result<HttpReply, TransportError> {
        let mut attempt = 0_u32;
        loop {
            let reply = self.send_paced(asked)?;
            if !pace::is_throttled(&reply) {
                if let Some(open) = &self.open {
                    open.lock().unwrap_or_else(PoisonError::into_inner).note(asked, &reply);
                }
                return Ok(reply);
            }
            self.pace.back_off(&reply, attempt)?;
            attempt = attempt.saturating_add(1);
        }
    }

    /// Sends one request and closes the connection before the reply.
    ///
    /// # Errors
    /// [`TransportError`] if the request cannot be sent.
    pub fn send_and_cut(&mut self, asked: &HttpRequest) -> Result<(), TransportError> {
        self.pace.wait();
        self.requests = self.requests.saturating_add(1);
        let mut stream = self.connect()?;
        let dropped = |error: std::io::Error| TransportError::Dropped(error.to_string());
        stream.write_all(&self.written(asked)).and_then(|()| stream.flush()).map_err(dropped)?;
        stream.cut().map_err(dropped)
    }

    fn send_paced(&mut self, asked: &HttpRequest) -> Result<HttpReply, TransportError> {
        self.pace.wait();
        let is_kept = self.connection.is_some();
        match self.send_once(asked) {
            // A server may close a kept connection at any moment; a request that only reads may be sent again.
            Err(TransportError::Dropped(_)) if is_kept && asked.verb == Verb::Get => self.send_once(asked),
            sent => sent,
        }
    }

    fn send_once(&mut self, asked: &HttpRequest) -> Result<HttpReply, TransportError> {
        self.requests = self.requests.saturating_add(1);
        let mut stream = self.connect()?;
        let dropped = |error: std::io::Error| TransportError::Dropped(error.to_string());
        stream.write_all(&self.written(asked)).and_then(|()| stream.flush()).map_err(dropped)?;
        let (reply, is_kept) = self.read(&mut stream)?;
        if is_kept {
            self.connection = Some(stream);
        }
        Ok(reply)
    }

    /// The connection that is kept, if the server still keeps it too, or a new one.
    fn connect(&mut self) -> Result<Stream, TransportError> {
        if let Some(mut kept) = self.connection.take()
            && kept.is_open()
        {
            return Ok(kept);
        }
        let mut last = "the name has no address".to_owned();
        for address in &self.target.addresses {
            match Stream::open(address, &self.target.authority, self.tls.as_ref(), self.patience) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error.to_string(),
            }
        }
        Err(TransportError::Unreachable(last))
    }

    fn written(&self, asked: &HttpRequest) -> Vec<u8> {
        let form = encode(&asked.form);
        let method = asked.verb.name();
        let query = if asked.verb != Verb::Get || form.is_empty() { String::new() } else { format!("?{form}") };
        let mut text = format!(
            "{method} {}{}{query} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n",
            self.target.prefix, asked.path, self.target.authority, self.key
        );
        for (name, value) in [("Idempotency-Key", &asked.key), ("Stripe-Account", &asked.account)] {
            if let Some(value) = value {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        if asked.verb == Verb::Post {
            text.push_str(&format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
                form.len()
            ));
        } else {
            text.push_str("\r\n");
        }
        text.into_bytes()
    }

    /// The answer, and whether the connection can be used again.
    fn read(&self, stream: &mut Stream) -> Result<(HttpReply, bool), TransportError> {
        let end = Instant::now().checked_add(self.patience);
        let mut bytes = Vec::with_capacity(4096);
        let mut piece = [0_u8; 16 << 10];
        let mut is_over = false;
        loop {
            match reading::read(&bytes, is_over).map_err(TransportError::Dropped)? {
                ParseProgress::All { reply, is_kept } => return Ok((reply, is_kept)),
                ParseProgress::Part if is_over => {
                    return Err(TransportError::Dropped("before the answer was whole".to_owned()));
                }
                ParseProgress::Part => {}
            }
            if bytes.len() > LONGEST_ANSWER {
                return Err(TransportError::Dropped(format!("an answer of more than {LONGEST_ANSWER} bytes")));
            }
            let left = end.and_then(|end| end.checked_duration_since(Instant::now())).filter(|left| !left.is_zero());
            let Some(left) = left else { return Err(TransportError::Silent) };
            if self.pace.is_stopped() {
                return Err(TransportError::OutOfBudget);
            }
            stream
                .set_read_timeout(left.min(pace::LOOK))
                .map_err(|error| TransportError::Dropped(error.to_string()))?;
            match stream.read(&mut piece) {
                Ok(0) => is_over = true,
                Ok(count) => bytes.extend(piece.iter().take(count)),
                Err(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::Interrupted | std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) => {}
                Err(error) => return Err(TransportError::Dropped(error.to_string())),
            }
        }
    }
}
