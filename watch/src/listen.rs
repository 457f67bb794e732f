//! Connections, within limits.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

/// Open connections at most; further ones wait to be accepted.
const CONNECTIONS: usize = 512;
/// The longest time for the head of a request and for an idle connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// The most bytes of the head of a request.
const LARGEST_HEAD: usize = 32 << 10;
/// The longest time for the requests in progress when the watch ends.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `end` completes, then finishes the requests in progress.
pub(crate) async fn serve(listener: TcpListener, router: Router, end: impl Future<Output = ()> + Send) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let (ending, ended) = watch::channel(());
    let mut end = pin!(end);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (stream, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut end => break,
        };
        match (stream, place) {
            (Ok((stream, _)), Ok(place)) => {
                let (router, ended) = (router.clone(), ended.clone());
                tokio::spawn(async move {
                    connection(stream, router, ended).await;
                    drop(place);
                });
            }
            // The usual cause is too many open files; some are closed soon.
            (Err(_), _) => sleep(Duration::from_millis(50)).await,
            (Ok(_), Err(_)) => break,
        }
    }
    drop(listener);
    drop(ended);
    let _ = ending.send(());
    let _ = timeout(GRACE, ending.closed()).await;
}

/// Serves one connection until the client closes it or the watch ends.
async fn connection(stream: TcpStream, router: Router, mut ended: watch::Receiver<()>) {
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new();
    http.half_close(true).timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(LARGEST_HEAD);
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    tokio::select! {
        _ = &mut serving => return,
        _ = ended.changed() => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = timeout(GRACE, serving).await;
}
