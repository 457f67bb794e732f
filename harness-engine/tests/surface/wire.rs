//! Requests to the server's router in this process, and its responses.

use std::sync::Arc;

use holdfast_server::{App, router_bytes};
use serde_json::Value;

/// A request of a client.
#[derive(Clone, Debug)]
pub(super) struct HttpRequest<'a> {
    verb: &'static str,
    path: String,
    fields: Vec<(&'a str, String)>,
    idempotency_key: Option<String>,
    api_key: &'a str,
}

impl<'a> HttpRequest<'a> {
    pub(super) fn post(path: impl Into<String>) -> Self {
        let (verb, path) = ("POST", path.into());
        Self { verb, path, fields: Vec::new(), idempotency_key: None, api_key: super::KEY }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { verb: "GET", ..Self::post(path) }
    }

    pub(super) fn with(mut self, name: &'a str, value: impl ToString) -> Self {
        self.fields.push((name, value.to_string()));
        self
    }

    pub(super) fn with_some(self, name: &'a str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(super) fn keyed(self, idempotency_key: Option<String>) -> Self {
        Self { idempotency_key, ..self }
    }

    /// Sends the request as the account of another API key.
    pub(super) fn of_another_account(self) -> Self {
        Self { api_key: super::OTHER_KEY, ..self }
    }

    /// Sends the request, and returns the status and the body of the response.
    pub(super) fn send(&self, app: &Arc<App>) -> (u16, Value) {
        let fields: Vec<String> =
            self.fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let fields = fields.join("&");
        let (target, body) = match self.verb {
            "POST" => (self.path.clone(), fields),
            _ if fields.is_empty() => (self.path.clone(), fields),
            _ => (format!("{}?{fields}", self.path), String::new()),
        };
        let key = self.idempotency_key.as_ref().map(|key| format!("Idempotency-Key: {key}\r\n")).unwrap_or_default();
        let length = body.len();
        let request = format!(
            "{} {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n{key}Content-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
            self.verb, self.api_key
        );
        let response = router_bytes(app, request.as_bytes()).expect("the router runs");
        let response = String::from_utf8(response).expect("a response is text");
        let (head, body) = response.split_once("\r\n\r\n").expect("a response has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a response has a status");
        (
            status,
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in the response to {request}: {body}")),
        )
    }
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}
