//! Connections: accepted within limits, and closed without a truncated response.

use crate::app::App;
use crate::limits::Limits;
use crate::router::router;
use crate::unreliable::Severing;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

/// The maximum time for the requests in progress when the server stops or the maximum age of their connection is reached.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `end` completes, then finishes the requests in progress.
///
/// ```
/// use holdfast_server::{App, Key, Limits, StoreChoice, origin, serve};
/// use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
/// let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
/// let (address, origin) = (listener.local_addr()?, origin(&listener)?);
/// let key: Key = "sk_test_docs".parse()?;
/// let app = App::open(&StoreChoice::Memory, &[key], &origin)?.app;
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let end = async move {
///     let _ = stopped.await;
/// };
/// let serving = runtime.spawn(serve(listener, app, Limits::default(), end));
///
/// let mut stream = std::net::TcpStream::connect(address)?;
/// stream.write_all(b"GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_docs\r\nConnection: close\r\n\r\n")?;
/// let mut response = String::new();
/// stream.read_to_string(&mut response)?;
/// assert!(response.starts_with("HTTP/1.1 200 OK"));
///
/// stop.send(()).map_err(|()| "the server is gone")?;
/// runtime.block_on(serving)?;
/// # Ok(())
/// # }
/// ```
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
                // Responses are small, and clients wait for them.
                let _ = stream.set_nodelay(true);
                let (router, ended) = (router.clone(), ended.clone());
                tokio::spawn(async move {
                    connection(stream, router, limits, ended).await;
                    drop(place);
                });
            }
            (Err(error), _) => {
                // The usual cause is too many open files; some are closed soon.
                tracing::warn!(%error, "accepting a connection failed");
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

/// Serves one connection until the client closes it, its maximum age is reached or the server stops.
pub(crate) async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    limits: Limits,
    mut ended: watch::Receiver<()>,
) {
    let mut http = http1::Builder::new();
    // A client that has closed its sending side still waits for the response.
    http.half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(limits.timeout)
        .max_headers(limits.headers)
        .max_buf_size(limits.head);
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), Severing::new(router)));
    let over = tokio::select! {
        done = &mut serving => Some(done),
        _ = ended.changed() => None,
        () = sleep(limits.max_age) => None,
    };
    let done = match over {
        Some(done) => done,
        None => {
            serving.as_mut().graceful_shutdown();
            timeout(GRACE, serving).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a connection ended with an error");
    }
}

/// Returns the address of a listener as a URL: `http://127.0.0.1:4242`.
///
/// # Errors
/// Returns an error if the operating system does not report the local address.
pub fn origin(listener: &TcpListener) -> io::Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}
