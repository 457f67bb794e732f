//! The pages and the API of `check web`, as a function from request to response.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::api::{self, MOST_BYTES, WalkRequest, WrongField};

/// A request as the site sees it.
#[derive(Clone, Copy, Debug)]
pub struct SiteRequest<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// The path with its query.
    pub target: &'a str,
    /// The header `Host`; `None` if there is none.
    pub host: Option<&'a str>,
    /// The body, at most one byte longer than [`MOST_BYTES`].
    pub body: &'a [u8],
}

/// A response of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteResponse {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub kind: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// The files of the page: path, media type, content.
const FILES: [(&str, &str, &str); 8] = [
    ("/", "text/html; charset=utf-8", include_str!("../../web/index.html")),
    ("/app.css", "text/css; charset=utf-8", include_str!("../../web/app.css")),
    ("/app.js", JAVASCRIPT, include_str!("../../web/app.js")),
    ("/walk.js", JAVASCRIPT, include_str!("../../web/walk.js")),
    ("/dom.js", JAVASCRIPT, include_str!("../../web/dom.js")),
    ("/picture.js", JAVASCRIPT, include_str!("../../web/picture.js")),
    ("/steps.js", JAVASCRIPT, include_str!("../../web/steps.js")),
    ("/icon.svg", "image/svg+xml", include_str!("../../web/icon.svg")),
];

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

/// The site, and the walk with which the page begins.
#[derive(Clone, Debug, Default)]
pub struct WebSite {
    /// The scenario, the variant, the choices of the dialect and the trace that the command line names.
    pub start: WalkRequest,
}

impl WebSite {
    /// Answers a request.
    #[must_use]
    pub fn answer(&self, request: &SiteRequest<'_>) -> SiteResponse {
        // Another site must not reach this server through a host name that resolves to the loopback interface.
        if !request.host.is_some_and(is_loopback) {
            return refused(400, "host", "expected localhost, 127.0.0.1 or [::1], with or without a port");
        }
        let path = request.target.split(['?', '#']).next().unwrap_or_default();
        match (request.method, path) {
            ("GET" | "HEAD", "/api/scenarios") => answered(&api::scenarios()),
            ("GET" | "HEAD", "/api/start") => answered(&self.start()),
            ("POST", "/api/walk") => walked(request.body),
            (_, "/api/walk") => refused(405, "method", "expected POST"),
            (method, path) => {
                let file = FILES.iter().find(|(known, _, _)| *known == path);
                match file {
                    None if path == "/api/scenarios" || path == "/api/start" => refused(405, "method", "expected GET"),
                    None => refused(404, "path", "there is no such page; begin at /"),
                    Some(_) if !matches!(method, "GET" | "HEAD") => refused(405, "method", "expected GET"),
                    Some((_, kind, text)) => SiteResponse { status: 200, kind, body: text.as_bytes().to_vec() },
                }
            }
        }
    }

    fn start(&self) -> Value {
        let WalkRequest { scenario, variant, dialect, trace, .. } = &self.start;
        json!({ "scenario": scenario, "variant": variant, "dialect": dialect, "trace": trace })
    }
}

fn walked(body: &[u8]) -> SiteResponse {
    if body.len() > MOST_BYTES {
        return refused(413, "body", &format!("expected at most {MOST_BYTES} bytes"));
    }
    let request: WalkRequest = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => return refused(400, "body", &format!("expected a request as JSON: {error}")),
    };
    match api::walk(&request) {
        Ok(walk) => answered(&walk.view()),
        Err(WrongField { field, error }) => refused(400, field, &error),
    }
}

fn answered(value: &Value) -> SiteResponse {
    SiteResponse { status: 200, kind: JSON, body: value.to_string().into_bytes() }
}

/// Returns the response that refuses a request, with the field that is wrong and what is accepted.
pub(super) fn refused(status: u16, field: &str, error: &str) -> SiteResponse {
    SiteResponse { status, kind: JSON, body: json!({ "field": field, "error": error }).to_string().into_bytes() }
}

/// Returns whether a header `Host` names this machine.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
