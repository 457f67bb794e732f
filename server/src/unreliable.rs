//! Behaviors of responses: lost, refused temporarily, late, or sent after their webhooks.

use crate::answer::Answer;
use crate::api;
use crate::app::App;
use crate::call::Call;
use crate::chaos::{Behavior, Chaos, Exchange};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use holdfast_engine::edge::render;
use holdfast_engine::objects::IntentStatus;
use holdfast_engine::{ApiVersion, Object, PaymentIntentId, Reason};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The longest time for which a response waits for the webhooks of its request. A merchant with one thread cannot take
/// them before the response.
const WEBHOOKS_FIRST: Duration = Duration::from_millis(150);

/// Marks a request on a connection that has carried another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reused;

/// Marks a response that is not sent: the connection closes instead.
#[derive(Clone, Copy, Debug)]
struct Severed;

fn severed() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Severed);
    response
}

/// The router on one connection, which a response can close.
pub(crate) struct Severing {
    router: TowerToHyperService<Router>,
    is_reused: AtomicBool,
}

impl Severing {
    /// Returns the service of a new connection.
    pub(crate) fn new(router: Router) -> Self {
        Self { router: TowerToHyperService::new(router), is_reused: AtomicBool::new(false) }
    }
}

/// The error that closes a connection without a response.
#[derive(Debug)]
pub(crate) struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed by chaos")
    }
}

impl std::error::Error for Closed {}

impl Service<Request<Incoming>> for Severing {
    type Response = Response<Body>;
    type Error = Closed;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Closed>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        if self.is_reused.swap(true, Ordering::SeqCst) {
            request.extensions_mut().insert(Reused);
        }
        let answering = self.router.call(request);
        Box::pin(async move {
            let Ok(response) = answering.await;
            if response.extensions().get::<Severed>().is_some() { Err(Closed) } else { Ok(response) }
        })
    }
}

/// Returns the response to a request to the API under chaos. Blocks.
pub(crate) fn respond(app: &Arc<App>, chaos: &Arc<Chaos>, call: &Call, is_reused: bool) -> Response<Body> {
    let subject = format!("{} {}", call.method, call.path);
    let key = call.header("idempotency-key").filter(|_| call.method == Method::POST).map(str::to_owned);
    if let Some(response) = before(app, chaos, call, is_reused, &subject, key.as_deref()) {
        return response;
    }
    let answer = api::answer(app, call);
    let is_done = call.method == Method::POST && answer.status == 200;
    if is_done {
        chaos.after_request(&app.engine, &answer.body);
        let decided = chaos.draw(Behavior::WebhookBeforeAnswer, &subject);
        if let Some(decided) = decided.filter(|_| webhooks_first(app)) {
            chaos.count(decided);
        }
    }
    let is_slow = chaos.decide(Behavior::SlowAnswer, &subject).is_some();
    let is_lost = chaos.decide(Behavior::ClosedAfterEffect, &subject).is_some();
    record(chaos, call, key.as_deref(), &answer, !is_lost);
    if is_slow {
        thread::sleep(chaos.slow());
    }
    if is_slow || is_lost {
        chaos.lost(key);
    }
    if is_lost { severed() } else { answer.into_response() }
}

/// Returns the response of a request that is not executed; `None` if it is.
fn before(
    app: &Arc<App>,
    chaos: &Chaos,
    call: &Call,
    is_reused: bool,
    subject: &str,
    key: Option<&str>,
) -> Option<Response<Body>> {
    let refused = |reason: Reason| {
        let answer = Answer::refused(&reason.into(), ApiVersion::CURRENT, call.number);
        answer.with("request-id", render::request_id(call.number)).with("stripe-should-retry", "true")
    };
    if is_reused && chaos.decide(Behavior::KeepAliveDropped, subject).is_some() {
        return Some(severed());
    }
    if chaos.decide(Behavior::RateLimited, subject).is_some() {
        let message = "Too many requests in too short a time. Wait as Retry-After says, and repeat the request.";
        let error = json!({ "error": { "code": "rate_limit", "message": message, "type": "invalid_request_error" } });
        let answer = Answer::new(429, error).with("request-id", render::request_id(call.number));
        return Some(answer.with("retry-after", chaos.retry_after().to_string()).into_response());
    }
    if call.method != Method::POST {
        return None;
    }
    if key.is_some_and(|key| chaos.was_lost(key)) && chaos.decide(Behavior::KeyInUse, subject).is_some() {
        return Some(refused(Reason::KeyInUse).into_response());
    }
    let names_object = call.path.split('/').filter(|part| !part.is_empty()).count() > 2;
    if names_object && chaos.decide(Behavior::LockTimeout, subject).is_some() {
        return Some(refused(Reason::LockTimeout).into_response());
    }
    if chaos.decide(Behavior::ClosedBeforeEffect, subject).is_some() {
        return Some(severed());
    }
    if chaos.is_autonomous && call.path.ends_with("/capture") {
        expire_first(app, chaos, call, subject);
    }
    None
}

/// Lets a hold expire before its capture: the clock moves to the deadline.
fn expire_first(app: &Arc<App>, chaos: &Chaos, call: &Call, subject: &str) {
    let id = call.path.rsplit('/').nth(1).and_then(|id| id.parse::<PaymentIntentId>().ok());
    let found = id.and_then(|id| app.engine.observe(id).ok().flatten());
    let Some(intent) = found.as_ref().and_then(Object::as_payment_intent) else { return };
    let charge = intent.latest_charge.and_then(|id| app.engine.observe(id).ok().flatten());
    let deadline = charge.as_ref().and_then(Object::as_charge).and_then(|charge| charge.capture_before);
    let Some(deadline) = deadline.filter(|_| intent.status == IntentStatus::RequiresCapture) else { return };
    if chaos.decide(Behavior::HoldExpiresFirst, subject).is_some() {
        let left = deadline.since(app.engine.now()).saturating_add(1);
        if let Err(error) = app.worker.advance(left) {
            tracing::warn!(%error, "the clock could not be moved to the deadline of a hold");
        }
    }
}

/// Attempts the due webhooks on another thread and waits for a moment. Returns whether one was attempted meanwhile.
fn webhooks_first(app: &Arc<App>) -> bool {
    let worker = Arc::clone(&app.worker);
    let now = app.engine.now();
    let (done, finished) = std::sync::mpsc::channel();
    let attempted = Arc::new(AtomicBool::new(false));
    let spawned = thread::Builder::new().name("webhooks first".to_owned()).spawn({
        let attempted = Arc::clone(&attempted);
        move || {
            if let Err(error) = worker.post_due(now, WEBHOOKS_FIRST, &attempted) {
                tracing::error!(%error, "webhooks before the response failed and are retried");
            }
            let _ = done.send(());
        }
    });
    if spawned.is_ok() {
        let _ = finished.recv_timeout(WEBHOOKS_FIRST);
    }
    attempted.load(Ordering::SeqCst)
}

/// Remembers the request and its response for a test that reads them.
fn record(chaos: &Chaos, call: &Call, key: Option<&str>, answer: &Answer, is_received: bool) {
    if chaos.is_autonomous {
        return;
    }
    chaos.record(Exchange {
        scope: 0,
        number: call.number,
        method: call.method.to_string(),
        path: call.path.clone(),
        form: String::from_utf8_lossy(&call.body).into_owned(),
        key: key.map(str::to_owned),
        version: call.header("stripe-version").map(str::to_owned),
        status: answer.status,
        body: answer.body.clone(),
        is_received,
    });
}
