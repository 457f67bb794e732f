//! The endpoint and the pages over HTTP.

use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::alert::Alert;
use crate::clock::WatchClock;
use crate::incoming::{IncomingEvent, read_event};
use crate::metrics::{Counters, exposition};
use crate::pages;
use crate::signature::SigningSecrets;
use crate::store::{StateError, WatchStore};
use crate::writer::QueuedEvents;

/// Largest number of bytes of a delivery.
pub const LARGEST_BODY: usize = 1 << 20;

/// The longest time for a body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// The longest time for an event to be stored; the provider tries again after it.
const STORE_TIMEOUT: Duration = Duration::from_secs(30);

/// The state that every request needs.
pub(crate) struct Endpoint {
    pub(crate) secrets: SigningSecrets,
    pub(crate) clock: Arc<dyn WatchClock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) deliveries: mpsc::Sender<QueuedEvents>,
    /// For the pages.
    pub(crate) store: Mutex<WatchStore>,
}

/// A refusal: status and reason.
type HttpRefusal = (StatusCode, String);

/// Returns the routes.
pub(crate) fn router(endpoint: Arc<Endpoint>) -> Router {
    Router::new()
        .route("/", get(overview).post(receive))
        .route("/webhook", axum::routing::post(receive))
        .route("/metrics", get(metrics))
        .route("/payments/{id}", get(payment))
        .with_state(endpoint)
}

async fn receive(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response<Body> {
    match stored(&endpoint, request).await {
        Ok(()) => response(StatusCode::OK, "application/json", "{\"received\":true}\n".to_owned()),
        Err((status, why)) => {
            let body = serde_json::json!({ "error": why });
            let mut refusal = response(status, "application/json", format!("{body}\n"));
            // The rest of the body may still arrive, so the connection cannot carry another request.
            refusal.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
            refusal
        }
    }
}

/// Stores the event of a request, and returns when it is durable.
async fn stored(endpoint: &Endpoint, request: Request) -> Result<(), HttpRefusal> {
    let (parts, body) = request.into_parts();
    let body = whole(body).await.inspect_err(|_| endpoint.counters.refused_bodies.add(1))?;
    let event = signed(endpoint, &parts.headers, &body)?;
    let id = event.id.clone();
    let (answer, answered) = oneshot::channel();
    let delivery = QueuedEvents { events: vec![event], answer };
    let unavailable = |why: &str| (StatusCode::SERVICE_UNAVAILABLE, format!("the event was not stored: {why}"));
    let storing = async {
        endpoint.deliveries.send(delivery).await.map_err(|_| unavailable("the watch ends"))?;
        answered.await.map_err(|_| unavailable("the watch ends"))?.map_err(|error| unavailable(&error))
    };
    let stored = timeout(STORE_TIMEOUT, storing).await.unwrap_or_else(|_| Err(unavailable("the disk is too slow")));
    if stored.is_err() {
        endpoint.counters.unstored_requests.add(1);
        endpoint.counters.unstored.refused(id);
    }
    stored.map(|_| ())
}

/// Returns the event of a body whose signature counts.
fn signed(endpoint: &Endpoint, headers: &HeaderMap, body: &[u8]) -> Result<IncomingEvent, HttpRefusal> {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    endpoint.secrets.verify(signature, body, endpoint.clock.now()).map_err(|fault| {
        endpoint.counters.bad_signatures.add(1);
        (StatusCode::BAD_REQUEST, fault.to_string())
    })?;
    read_event(body).map_err(|why| {
        endpoint.counters.unreadable.add(1);
        (StatusCode::BAD_REQUEST, why)
    })
}

async fn whole(body: Body) -> Result<Vec<u8>, HttpRefusal> {
    let collected = timeout(BODY_TIMEOUT, Limited::new(body, LARGEST_BODY).collect()).await;
    let collected = collected.map_err(|_| (StatusCode::REQUEST_TIMEOUT, "the body came too slowly".to_owned()))?;
    let collected = collected.map_err(|error| {
        if error.is::<LengthLimitError>() {
            let why = format!("the body has more than {LARGEST_BODY} bytes");
            return (StatusCode::PAYLOAD_TOO_LARGE, why);
        }
        (StatusCode::BAD_REQUEST, "the body ended early".to_owned())
    })?;
    Ok(collected.to_bytes().to_vec())
}

async fn overview(State(endpoint): State<Arc<Endpoint>>) -> Response<Body> {
    html(&endpoint, |store| {
        let alerts = read_alerts(&store.alerts(None, pages::SHOWN)?);
        Ok((StatusCode::OK, pages::overview(&alerts, &store.figures()?)))
    })
    .await
}

async fn payment(State(endpoint): State<Arc<Endpoint>>, Path(id): Path<String>) -> Response<Body> {
    html(&endpoint, move |store| {
        let Some(row) = store.payment(&id)? else {
            return Ok((StatusCode::NOT_FOUND, pages::unknown(&id)));
        };
        let alerts = read_alerts(&store.alerts(Some(&id), pages::SHOWN)?);
        Ok((StatusCode::OK, pages::payment(&row, &store.events(&id)?, &alerts)))
    })
    .await
}

async fn metrics(State(endpoint): State<Arc<Endpoint>>) -> Response<Body> {
    let figures = with_store(&endpoint, WatchStore::figures).await;
    match figures {
        Ok(figures) => {
            let text = exposition(&endpoint.counters, &figures, endpoint.clock.now());
            response(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)
        }
        Err(why) => response(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", format!("{why}\n")),
    }
}

/// Reads the store on a thread that may block.
async fn with_store<T: Send + 'static>(
    endpoint: &Arc<Endpoint>,
    read: impl FnOnce(&WatchStore) -> Result<T, StateError> + Send + 'static,
) -> Result<T, String> {
    let endpoint = Arc::clone(endpoint);
    let reading = tokio::task::spawn_blocking(move || {
        let store = endpoint.store.lock().unwrap_or_else(PoisonError::into_inner);
        read(&store).map_err(|error| format!("cannot read --state: {error}"))
    });
    reading.await.unwrap_or_else(|error| Err(format!("the page failed: {error}")))
}

async fn html(
    endpoint: &Arc<Endpoint>,
    read: impl FnOnce(&WatchStore) -> Result<(StatusCode, String), StateError> + Send + 'static,
) -> Response<Body> {
    match with_store(endpoint, read).await {
        Ok((status, page)) => response(status, "text/html; charset=utf-8", page),
        Err(why) => response(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", format!("{why}\n")),
    }
}

fn read_alerts(lines: &[String]) -> Vec<Alert> {
    lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn response(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response
}
