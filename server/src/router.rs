//! Where requests go: reads them whole, within limits, and answers them away from the async threads.

use crate::answer::Answer;
use crate::api;
use crate::app::App;
use crate::call::Call;
use crate::http_error::HttpError;
use crate::limits::Limits;
use crate::{openapi, pages};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The most requests at work in the engine at once; more wait their turn.
const MOST_AT_WORK: usize = 256;

/// What every request needs.
#[derive(Clone)]
struct Shared {
    app: Arc<App>,
    limits: Limits,
    at_work: Arc<Semaphore>,
}

/// The server's routes. Everything that is nothing else is the API's to answer.
pub(crate) fn router(app: Arc<App>, limits: Limits) -> Router {
    let at_work = Arc::new(Semaphore::new(MOST_AT_WORK));
    Router::new().fallback(api).with_state(Shared { app, limits, at_work })
}

async fn api(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let number = shared.app.ids.next();
    match whole(request, number, shared.limits).await {
        Ok(call) => at_work(&shared, move |app| respond(app, &call))
            .await
            .unwrap_or_else(|error| error.into_answer(number).into_response()),
        // The rest of the body is still on its way, so the connection is of no more use.
        Err(error) => error.into_answer(number).with("connection", "close").into_response(),
    }
}

fn respond(app: &App, call: &Call) -> Response<Body> {
    if pages::is_page(&call.path) {
        pages::answer(app, call)
    } else if call.path == openapi::PATH && call.method == Method::GET {
        Answer::ok(openapi::description(&app.origin)).into_response()
    } else {
        api::answer(app, call).into_response()
    }
}

/// Reads a request whole, unless it is too large or too slow.
async fn whole(request: Request, number: u64, limits: Limits) -> Result<Call, HttpError> {
    let (Parts { method, uri, headers, .. }, body) = request.into_parts();
    let reading = Limited::new(body, limits.body).collect();
    let body: Bytes = match timeout(limits.patience, reading).await {
        Ok(Ok(read)) => read.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(HttpError::TooLarge(limits.body)),
        Ok(Err(_)) => return Err(HttpError::BadForm("the body ended early or is malformed.")),
        Err(_) => return Err(HttpError::TooSlow),
    };
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    Ok(Call { number, method, path, query, headers, body })
}

/// Has `work` done on a thread that may block. A panic there ends this request and nothing else.
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
        tracing::error!(%error, "a request failed");
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
