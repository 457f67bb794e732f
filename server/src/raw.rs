//! The whole server as a function from bytes to bytes, for fuzzing and tests of malformed requests.

use crate::app::{App, StoreChoice};
use crate::keys::Key;
use crate::limits::Limits;
use crate::listen::connection;
use crate::router::router;
use holdfast_engine::{NoDelivery, SequentialIds};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::sync::watch;

/// The API key of [`in_memory`].
const KEY: &str = "sk_test_raw";

/// Returns a server in memory whose only API key is `sk_test_raw`. Its ids are counted from 1, and it delivers no
/// webhooks, so that arbitrary bytes reach no other machine. Returns `None` if the server cannot be opened.
#[must_use]
pub fn in_memory() -> Option<Arc<App>> {
    let key: Key = KEY.parse().ok()?;
    let (ids, delivery) = (Arc::new(SequentialIds::default()), Arc::new(NoDelivery));
    App::assemble(&StoreChoice::Memory, &[key], "http://127.0.0.1", ids, delivery, None).ok().map(|opened| opened.app)
}

/// Sends `bytes` over one connection to `app` and returns the bytes that come back until the server closes it.
///
/// Accepts any bytes: if they are no request, the result is an error response or empty. Returns `None` if the async
/// runtime cannot be started or the connection panicked.
///
/// ```
/// let app = holdfast_server::in_memory().ok_or("no server")?;
/// let request = b"GET /v1/balance HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
/// let response = holdfast_server::router_bytes(&app, request).ok_or("no runtime")?;
/// assert!(response.starts_with(b"HTTP/1.1 401"));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn router_bytes(app: &Arc<App>, bytes: &[u8]) -> Option<Vec<u8>> {
    let limits = Limits { timeout: Duration::from_millis(200), ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().ok()?;
    runtime.block_on(async {
        let (mut client, server) = duplex(64 * 1024);
        let (_ending, ended) = watch::channel(());
        let serving = tokio::spawn(connection(server, router(Arc::clone(app), limits), limits, ended));
        let mut answer = Vec::new();
        let (mut from, mut to) = tokio::io::split(&mut client);
        let sending = async {
            // The server may close before all bytes are sent.
            let _ = to.write_all(bytes).await;
            let _ = to.shutdown().await;
        };
        let (_, read) = tokio::join!(sending, from.read_to_end(&mut answer));
        let finished = serving.await;
        (read.is_ok() && finished.is_ok()).then_some(answer)
    })
}
