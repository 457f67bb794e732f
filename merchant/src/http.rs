//! Plain HTTP to the merchant and to the provider's pages.

use holdfast_server::web_agent;
use serde_json::Value;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Request;

/// The longest wait for a response of the merchant.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WebReply {
    /// The status; 0 if there was no response.
    pub status: u16,
    /// The header `Location`.
    pub location: Option<String>,
    /// The body as JSON; null if it is none.
    pub json: Value,
    /// Whether the time ran out before there was a response.
    pub is_late: bool,
}

impl WebReply {
    /// Returns whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns whether the request has been carried out, and not only been accepted (202).
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.is_success() && self.status != 202
    }

    /// Returns a short form of the response for a story.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.status {
            0 if self.is_late => "no response in time".to_owned(),
            0 => "no response".to_owned(),
            status => status.to_string(),
        }
    }
}

/// A client that follows no redirect and takes every status as a response.
#[derive(Clone, Debug)]
pub struct WebClient(Agent);

impl Default for WebClient {
    fn default() -> Self {
        Self::patient(PATIENCE)
    }
}

impl WebClient {
    /// Returns a client that waits up to `patience` for a response.
    #[must_use]
    pub fn patient(patience: Duration) -> Self {
        Self(web_agent(patience))
    }

    /// Sends a request. A body that begins like JSON is sent as JSON, any other as a form.
    #[must_use]
    pub fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> WebReply {
        let kind = match body.trim_start().chars().next() {
            Some('{' | '[') => "application/json; charset=utf-8",
            Some(_) | None => "application/x-www-form-urlencoded",
        };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = if method == "GET" {
            request.body(()).ok().map(|request| self.0.run(request))
        } else {
            request.header("content-type", kind).body(body.to_owned()).ok().map(|request| self.0.run(request))
        };
        let mut response = match sent {
            Some(Ok(response)) => response,
            Some(Err(ureq::Error::Timeout(_))) => return WebReply { is_late: true, ..WebReply::default() },
            Some(Err(_)) | None => return WebReply::default(),
        };
        let location = response.headers().get("location").and_then(|to| to.to_str().ok()).map(str::to_owned);
        let text = response.body_mut().read_to_string().unwrap_or_default();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        WebReply { status: response.status().as_u16(), location, json, is_late: false }
    }
}
