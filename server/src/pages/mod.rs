//! The pages for customers: Checkout, authentication and microdeposits (B15 to B26).
//!
//! The address of a page contains the secret part of its object's client secret, which authorizes the request.

mod challenge;
mod html;
mod microdeposits;
mod pay;

use crate::app::App;
use crate::call::Call;
use crate::params;
use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use holdfast_engine::edge::render;
use holdfast_engine::objects::{CheckoutSession, UiMode};
use holdfast_engine::{Object, ObjectId};
use serde_json::Value;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The scripts of an embedded session: for the merchant's page, and for the page in its frame.
const SCRIPTS: [(&str, &str); 2] =
    [("/checkout.js", include_str!("checkout.js")), ("/checkout-frame.js", include_str!("checkout-frame.js"))];

/// The response of a page.
#[derive(Debug)]
enum Page {
    /// HTML. `framed` allows other sites to embed it.
    Html { status: u16, text: String, framed: bool },
    /// A redirect.
    Go(String),
    /// JavaScript.
    Script(&'static str),
}

/// Returns whether a path belongs to a page and not to the API.
pub(crate) fn is_page(path: &str) -> bool {
    path.starts_with("/c/") || SCRIPTS.iter().any(|(name, _)| *name == path)
}

/// Returns the response to a request for a page. Blocks, as the engine does.
pub(crate) fn answer(app: &App, call: &Call) -> Response<Body> {
    let page = page(app, call);
    if call.method == Method::POST {
        app.worker.wake();
    }
    let request = render::request_id(call.number);
    let status = match &page {
        Page::Html { status, .. } => *status,
        Page::Go(_) => 303,
        Page::Script(_) => 200,
    };
    // The query contains the secret, so the log has the path alone.
    tracing::info!(request, method = %call.method, path = call.path, status, "page answered");
    respond(page, status)
}

fn page(app: &App, call: &Call) -> Page {
    if let Some((_, script)) = SCRIPTS.iter().find(|(name, _)| *name == call.path) {
        return Page::Script(script);
    }
    let (Ok(query), Ok(form)) = (params::read(&call.query, &[]), params::read("", &call.body)) else {
        return html::notice(400, "This address cannot be read", "Go back to the shop and try again.");
    };
    let segments: Vec<&str> = call.path.split('/').filter(|part| !part.is_empty()).collect();
    let key = field(&query.tree, "key");
    let found = match segments.as_slice() {
        ["c", _, id] => id.parse::<ObjectId>().ok().and_then(|id| app.engine.observe(id).ok().flatten()),
        _ => None,
    };
    // A wrong secret gives the same response as a missing object.
    let found = found.filter(|object| secret(object).is_some_and(|secret| same(&secret, key)));
    let posted = match call.method {
        Method::GET => None,
        Method::POST if !call.has_foreign_body() => Some(&form.tree),
        _ => return html::notice(405, "This request is not supported", "Go back to the shop and try again."),
    };
    match (segments.as_slice(), found) {
        (["c", "pay", _], Some(Object::CheckoutSession(session))) => {
            pay::page(app, call.number, &session, &query.tree, posted)
        }
        (["c", "challenge", _], Some(object)) => challenge::page(app, call.number, &object, posted),
        (["c", "microdeposits", _], Some(Object::SetupIntent(setup))) => {
            microdeposits::page(app, call.number, &setup, posted)
        }
        _ => html::notice(404, "There is no such page", "The address may have been cut off on its way."),
    }
}

/// Returns the part of an object's client secret that authorizes its page.
fn secret(object: &Object) -> Option<String> {
    let secret = match (object.as_checkout_session(), object.as_payment_intent(), object.as_setup_intent()) {
        (Some(session), _, _) => session.secret,
        (_, Some(intent), _) => intent.secret,
        (_, _, Some(intent)) => intent.secret,
        (None, None, None) => return None,
    };
    Some(format!("{secret:016x}"))
}

fn same(one: &str, other: &str) -> bool {
    bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

/// Returns a field of a form or query, trimmed; empty if it is missing.
fn field<'a>(tree: &'a Value, name: &str) -> &'a str {
    tree.get(name).and_then(Value::as_str).unwrap_or_default().trim()
}

/// Returns the address of a session's page.
fn pay_address(session: &CheckoutSession) -> String {
    format!("/c/pay/{}?key={:016x}", session.id, session.secret)
}

/// Returns the response after a complete session: a redirect to the merchant's page, with the session's id filled in
/// (B15, B22).
fn done(session: &Arc<CheckoutSession>) -> Page {
    let wanted = match session.ui_mode {
        UiMode::Hosted => session.success_url.as_deref(),
        UiMode::Embedded | UiMode::Elements => session.return_url.as_deref(),
    };
    let thanks = || html::notice(200, "Thank you", "Your payment details were received. You can close this page.");
    let Some(to) = wanted.filter(|to| html::is_address(to)) else {
        return thanks();
    };
    let to = to.replace("{CHECKOUT_SESSION_ID}", &session.id.to_string());
    match session.ui_mode {
        UiMode::Hosted => Page::Go(to),
        // A frame cannot navigate the page around it, so its script sends that page a message.
        UiMode::Embedded | UiMode::Elements => html::leave_frame(&to),
    }
}

fn respond(page: Page, status: u16) -> Response<Body> {
    let (kind, policy, text, to) = match page {
        Page::Html { text, framed, .. } => ("text/html; charset=utf-8", Some(framed), text, None),
        Page::Go(to) => ("text/plain; charset=utf-8", Some(false), String::new(), Some(to)),
        Page::Script(text) => ("text/javascript; charset=utf-8", None, text.to_owned(), None),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    if let Some(framed) = policy {
        let policy = match framed {
            true => "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; base-uri 'none'",
            false => {
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; base-uri 'none'; \
                 frame-ancestors 'none'"
            }
        };
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if let Some(to) = to.and_then(|to| HeaderValue::from_str(&to).ok()) {
        headers.insert(LOCATION, to);
    }
    response
}
