//! Connections: how many, how long, how large; and an end without a broken answer.

use crate::app::App;
use crate::limits::Limits;
use crate::router::router;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

/// How long requests under way may take when the server ends, or when their connection's life is over.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `end` is done, then finishes what is under way.
pub async fn serve(listener: TcpListener, app: Arc<App>, limits: Limits, end: impl Future<Output = ()> + Send) {
    let router = router(app, limits);
    let places = Arc::new(Semaphore::new(limits.connections));
    let (ending, ended) = watch::channel(());
    let mut end = pin!(end);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (stream, place) = tokio::select! {
            (stream, place) = accepted => (stream, place),
            () = &mut end => break,
        };
        match (stream, place) {
            (Ok((stream, _)), Ok(place)) => {
                // Answers are small and clients wait for them.
                let _ = stream.set_nodelay(true);
                let (router, ended) = (router.clone(), ended.clone());
                tokio::spawn(async move {
                    connection(stream, router, limits, ended).await;
                    drop(place);
                });
            }
            (Err(error), _) => {
                // Most likely too many open files: some are closed soon.
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
            }
            (Ok(_), Err(_)) => break,
        }
    }
    drop(listener);
    drop(ended);
    let _ = ending.send(());
    let _ = timeout(GRACE, ending.closed()).await;
}

/// One connection, until it ends, its life is over or the server ends.
pub(crate) async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    limits: Limits,
    mut ended: watch::Receiver<()>,
) {
    let mut http = http1::Builder::new();
    // A client that has said all it has to say still wants its answer.
    http.half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(limits.patience)
        .max_headers(limits.headers)
        .max_buf_size(limits.head);
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    let over = tokio::select! {
        done = &mut serving => Some(done),
        _ = ended.changed() => None,
        () = sleep(limits.life) => None,
    };
    let done = match over {
        Some(done) => done,
        None => {
            serving.as_mut().graceful_shutdown();
            timeout(GRACE, serving).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a connection broke");
    }
}

/// The address a listener is reached at.
///
/// # Errors
/// When the operating system does not tell.
pub fn origin(listener: &TcpListener) -> io::Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}
