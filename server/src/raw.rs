//! Bytes in, bytes out: the whole server without a network, for fuzzing and tests of malformed requests.

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

/// The key of [`in_memory`].
const KEY: &str = "sk_test_raw";

/// A server in memory whose only key is `sk_test_raw`. Its ids are the same each time, and its webhooks go nowhere:
/// whoever sends it any bytes must not reach anybody else by them. `None` only when the machine has no room for one.
#[must_use]
pub fn in_memory() -> Option<Arc<App>> {
    let key: Key = KEY.parse().ok()?;
    let (ids, delivery) = (Arc::new(SequentialIds::default()), Arc::new(NoDelivery));
    App::assemble(&StoreChoice::Memory, &[key], "http://127.0.0.1", ids, delivery).ok().map(|opened| opened.app)
}

/// Sends `bytes` over one connection to `app` and answers what comes back until the server closes it.
///
/// Any bytes are good: what is no request gets an error or an empty answer, and nothing panics. `None` when the
/// machine cannot run an async task.
#[must_use]
pub fn router_bytes(app: &Arc<App>, bytes: &[u8]) -> Option<Vec<u8>> {
    let limits = Limits { patience: Duration::from_millis(200), ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().ok()?;
    runtime.block_on(async {
        let (mut client, server) = duplex(64 * 1024);
        let (_ending, ended) = watch::channel(());
        let serving = tokio::spawn(connection(server, router(Arc::clone(app), limits), limits, ended));
        let mut answer = Vec::new();
        let (mut from, mut to) = tokio::io::split(&mut client);
        let sending = async {
            // A server that has seen enough closes first.
            let _ = to.write_all(bytes).await;
            let _ = to.shutdown().await;
        };
        let (_, read) = tokio::join!(sending, from.read_to_end(&mut answer));
        let finished = serving.await;
        (read.is_ok() && finished.is_ok()).then_some(answer)
    })
}
