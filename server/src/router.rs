//! Dispatch: reads a request within the limits, numbers it and answers it on a thread that may block.

use crate::answer::Answer;
use crate::api;
use crate::app::App;
use crate::call::Call;
use crate::http_error::HttpError;
use crate::limits::Limits;
use crate::{openapi, pages, unreliable};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The maximum number of requests in the engine at once; further ones wait.
const MOST_AT_WORK: usize = 256;

/// The state that every request needs.
#[derive(Clone)]
struct Shared {
    app: Arc<App>,
    limits: Limits,
    at_work: Arc<Semaphore>,
}

/// Returns the router: pages, the description, and the API for every other path.
pub(crate) fn router(app: Arc<App>, limits: Limits) -> Router {
    let at_work = Arc::new(Semaphore::new(MOST_AT_WORK));
    Router::new().fallback(api).with_state(Shared { app, limits, at_work })
}

async fn api(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let number = shared.app.ids.next();
    let is_reused = request.extensions().get::<unreliable::Reused>().is_some();
    match whole(request, number, shared.limits).await {
        Ok(call) => at_work(&shared, move |app| respond(app, &call, is_reused))
            .await
            .unwrap_or_else(|error| error.into_answer(number).into_response()),
        // The rest of the body may still arrive, so the connection cannot carry another request.
        Err(error) => error.into_answer(number).with("connection", "close").into_response(),
    }
}

fn respond(app: &Arc<App>, call: &Call, is_reused: bool) -> Response<Body> {
    if pages::is_page(&call.path) {
        pages::answer(app, call)
    } else if call.path == openapi::PATH && call.method == Method::GET {
        Answer::ok(openapi::description(&app.origin)).into_response()
    } else if let Some(chaos) = app.chaos.as_ref().filter(|_| !call.path.starts_with("/v1/test_helpers/")) {
        unreliable::respond(app, chaos, call, is_reused)
    } else {
        api::answer(app, call).into_response()
    }
}

/// Reads a request with its whole body.
///
/// # Errors
/// 413 for a body that is too large, 408 for one that is too slow, 400 for one that ends early.
async fn whole(request: Request, number: u64, limits: Limits) -> Result<Call, HttpError> {
    let (Parts { method, uri, headers, .. }, body) = request.into_parts();
    let reading = Limited::new(body, limits.body).collect();
    let body: Bytes = match timeout(limits.timeout, reading).await {
        Ok(Ok(read)) => read.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(HttpError::TooLarge(limits.body)),
        Ok(Err(_)) => return Err(HttpError::BadForm("the body ended early or is malformed")),
        Err(_) => return Err(HttpError::TooSlow),
    };
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    Ok(Call { number, method, path, query, headers, body })
}

/// Runs `work` on a thread that may block. A panic there becomes a 500 for this request alone.
async fn at_work<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Arc<App>) -> T + Send + 'static,
) -> Result<T, HttpError> {
    let permit = Arc::clone(&shared.at_work).acquire_owned().await.map_err(|_| HttpError::Broken)?;
    let app = Arc::clone(&shared.app);
    let done = tokio::task::spawn_blocking(move || {
        let done = work(&app);
        drop(permit);
        done
    });
    done.await.map_err(|error| {
        tracing::error!(%error, "a request panicked");
        HttpError::Broken
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::StoreChoice;

    #[tokio::test]
    async fn a_panic_is_a_500_and_the_server_goes_on() {
        let app = App::open(&StoreChoice::Memory, &[], "").unwrap().app;
        let shared = Shared { app, limits: Limits::default(), at_work: Arc::new(Semaphore::new(1)) };
        for _ in 0..3 {
            let failed = at_work(&shared, |_| -> u8 { panic!("on purpose") }).await;
            assert_eq!(failed, Err(HttpError::Broken));
            assert_eq!(HttpError::Broken.into_answer(1).status, 500);
        }
        assert_eq!(at_work(&shared, |_| 5).await, Ok(5));
    }
}
