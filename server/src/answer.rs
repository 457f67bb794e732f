//! What goes back to a client: status, headers, body; and the refusals that never reach the engine.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use holdfast_engine::edge::render;
use holdfast_engine::{ApiVersion, Refusal};
use serde_json::{Value, json};

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The JSON.
    pub(crate) body: Value,
    /// Headers beyond those every answer has.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// A success.
    pub(crate) const fn ok(body: Value) -> Self {
        Self { status: 200, body, headers: Vec::new() }
    }

    /// A refusal in the engine's words.
    pub(crate) fn refused(refusal: &Refusal, version: ApiVersion, request: u64) -> Self {
        let status = refusal.reason.row().status;
        Self { status, body: render::error(refusal, version, request), headers: Vec::new() }
    }

    /// The same with a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("cache-control", HeaderValue::from_static("no-cache, no-store"));
        for (name, value) in self.headers {
            // What a client sent and no header can hold is not echoed.
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// Why a request does not reach the engine (§2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// No key came with it.
    NoKey,
    /// The key that came is none of ours; how it is shown.
    WrongKey(String),
    /// `Stripe-Account` names an account the key has no access to.
    NoAccess(String),
    /// `Stripe-Version` is not a date.
    BadVersion(String),
    /// The body is no form.
    NotAForm,
    /// The form cannot be read; why.
    BadForm(&'static str),
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// The body did not come in time.
    TooSlow,
    /// Nothing is here: method and path.
    NoRoute(String),
    /// Something is here, for these methods.
    WrongMethod(Vec<&'static str>),
    /// The server failed.
    Broken,
}

impl Turned {
    pub(crate) fn into_answer(self, request: u64) -> Answer {
        let invalid = "invalid_request_error";
        let (status, kind, code, message) = match &self {
            Self::NoKey => (
                401,
                invalid,
                None,
                "You did not provide an API key. Send it as 'Authorization: Bearer sk_test_…', or as the user name of \
                 HTTP basic authentication (curl -u sk_test_…:)."
                    .to_owned(),
            ),
            Self::WrongKey(shown) => (401, invalid, None, format!("Invalid API Key provided: {shown}")),
            Self::NoAccess(account) => (
                403,
                invalid,
                Some("account_invalid"),
                format!(
                    "The provided key does not have access to account '{account}' (or that account does not exist)."
                ),
            ),
            Self::BadVersion(version) => {
                (400, invalid, None, format!("Invalid Stripe API version: {version}. Use a date such as 2026-06-24."))
            }
            Self::NotAForm => (
                400,
                invalid,
                None,
                "Invalid request (check that your POST content type is application/x-www-form-urlencoded).".to_owned(),
            ),
            Self::BadForm(why) => (400, invalid, None, format!("The parameters cannot be read: {why}")),
            Self::TooLarge(most) => (413, invalid, None, format!("A request body may have at most {most} bytes.")),
            Self::TooSlow => (408, invalid, None, "The request body did not come in time.".to_owned()),
            Self::NoRoute(route) => (404, invalid, None, format!("Unrecognized request URL ({route}).")),
            Self::WrongMethod(allowed) => {
                (405, invalid, None, format!("This address takes {} only.", allowed.join(" and ")))
            }
            Self::Broken => (500, "api_error", None, "The server failed. The failure was logged.".to_owned()),
        };
        let mut error = json!({
            "type": kind,
            "message": message,
            "request_log_url": format!("/v1/requests/{}", render::request_id(request)),
        });
        if let (Some(code), Some(error)) = (code, error.as_object_mut()) {
            error.insert("code".to_owned(), code.into());
        }
        let answer = Answer { status, body: json!({ "error": error }), headers: Vec::new() };
        match self {
            Self::NoKey | Self::WrongKey(_) => answer.with("www-authenticate", "Basic realm=\"Holdfast\""),
            Self::WrongMethod(allowed) => answer.with("allow", allowed.join(", ")),
            Self::NoAccess(_)
            | Self::BadVersion(_)
            | Self::NotAForm
            | Self::BadForm(_)
            | Self::TooLarge(_)
            | Self::TooSlow
            | Self::NoRoute(_)
            | Self::Broken => answer,
        }
    }
}
