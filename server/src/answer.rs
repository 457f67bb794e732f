//! The JSON responses of the API: status, headers, body.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use holdfast_engine::edge::render;
use holdfast_engine::{ApiVersion, Reason, Refusal};
use serde_json::{Value, json};

/// A JSON response of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The JSON body.
    pub(crate) body: Value,
    /// The headers beyond those of every response.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// Returns a response with this status and body.
    pub(crate) const fn new(status: u16, body: Value) -> Self {
        Self { status, body, headers: Vec::new() }
    }

    /// Returns a response with status 200.
    pub(crate) const fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    /// Returns a refusal in the engine's error envelope (ERR-1, ERR-4).
    pub(crate) fn refused(refusal: &Refusal, version: ApiVersion, request: u64) -> Self {
        Self::new(refusal.reason.row().status, render::error(refusal, version, request))
    }

    /// Adds a header. A value that no header can hold is left out of the response.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds the headers of an engine response: the key, the first request under it, and whether to retry.
    pub(crate) fn with_outcome(mut self, key: Option<&str>, response: &holdfast_engine::Response) -> Self {
        if let Some(key) = key {
            self = self.with("idempotency-key", key).with("original-request", render::request_id(response.request));
            if response.replayed {
                self = self.with("idempotent-replayed", "true");
            }
        }
        // Nothing has begun, so the official clients may repeat the request.
        if let Some(Reason::LockTimeout | Reason::KeyInUse) = response.refusal().map(|refusal| &refusal.reason) {
            self = self.with("stripe-should-retry", "true");
        }
        self
    }

    /// Returns the HTTP response.
    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("cache-control", HeaderValue::from_static("no-cache, no-store"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// A page of a list whose objects are at hand, newest first.
#[derive(Debug)]
pub(crate) struct List {
    /// The objects of the page.
    pub(crate) data: Vec<Value>,
    /// Whether more objects follow in the direction of the walk.
    pub(crate) has_more: bool,
    /// The address of the list (P4).
    pub(crate) url: String,
}

impl List {
    /// Returns the response.
    pub(crate) fn into_answer(self) -> Answer {
        Answer::ok(json!({ "object": "list", "data": self.data, "has_more": self.has_more, "url": self.url }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_cannot_be_sent_is_left_out() {
        let response = Answer::ok(Value::Null).with("x-y", "bad\nvalue").with("x-z", "good").into_response();
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("x-y"));
        assert_eq!(response.headers().get("x-z").map(HeaderValue::as_bytes), Some(&b"good"[..]));
        assert_eq!(response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes), Some(&b"application/json"[..]));
    }
}
