//! The errors of HTTP itself: requests that are refused before the engine sees them.

use crate::answer::Answer;
use holdfast_engine::edge::render;
use serde_json::json;

/// The reason why a request does not reach the engine (ERR-1, ERR-4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HttpError {
    /// 401: the request has no API key.
    NoKey,
    /// 401: no account has this API key. Carries the masked key.
    WrongKey(String),
    /// 403: the API key has no access to the account in `Stripe-Account`.
    NoAccess(String),
    /// 400: `Stripe-Version` is not a date.
    BadVersion(String),
    /// 400: the body is not form-encoded.
    NotAForm,
    /// 400: the form cannot be decoded. Carries the reason.
    BadForm(&'static str),
    /// 413: the body exceeds this many bytes.
    TooLarge(usize),
    /// 408: the body did not arrive in time.
    TooSlow,
    /// 404: no operation is at this path. Carries method and path.
    NoRoute(String),
    /// 405: the operations at this path take these methods only.
    WrongMethod(Vec<&'static str>),
    /// 500: the server failed.
    Broken,
}

impl HttpError {
    /// Returns the response in the provider's error envelope, under the number of the request.
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
            Self::BadForm(why) => (400, invalid, None, format!("The parameters cannot be decoded: {why}.")),
            Self::TooLarge(most) => (413, invalid, None, format!("The request body exceeds {most} bytes.")),
            Self::TooSlow => (408, invalid, None, "The request body did not arrive in time.".to_owned()),
            Self::NoRoute(route) => (404, invalid, None, format!("Unrecognized request URL ({route}).")),
            Self::WrongMethod(allowed) => {
                (405, invalid, None, format!("This URL accepts only {}.", allowed.join(" and ")))
            }
            Self::Broken => (500, "api_error", None, "The server failed. Its log has the details.".to_owned()),
        };
        let mut error = json!({
            "type": kind,
            "message": message,
            "request_log_url": format!("/v1/requests/{}", render::request_id(request)),
        });
        if let (Some(code), Some(error)) = (code, error.as_object_mut()) {
            error.insert("code".to_owned(), code.into());
        }
        let answer = Answer::new(status, json!({ "error": error }));
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
