//! The real server behind a proxy that changes its responses to a drive. A switch chooses the change.

use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use holdfast_server::{App, Limits, StoreChoice, serve};

use super::change::Change;
use super::planted::Planter;
use super::wire::{Ask, Upstream, write};

/// The API key of the server.
pub(super) const KEY: &str = "sk_test_planted";

/// A server behind a proxy, until it is dropped.
pub(super) struct Proxied {
    pub(super) address: SocketAddr,
    is_over: Arc<AtomicBool>,
    app: Arc<App>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Proxied {
    pub(super) fn open(change: Option<Change>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let upstream = listener.local_addr().unwrap();
        let app = App::open(&StoreChoice::Memory, &[KEY.parse().unwrap()], "http://127.0.0.1").unwrap().app;
        let worker = Arc::clone(app.worker());
        std::thread::spawn(move || worker.run());
        runtime.spawn(serve(listener, Arc::clone(&app), Limits::default(), std::future::pending()));
        let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = proxy.local_addr().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let planter = Arc::new(Mutex::new(Planter::new(change)));
        let over = Arc::clone(&is_over);
        std::thread::spawn(move || {
            for stream in proxy.incoming() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let (planter, over) = (Arc::clone(&planter), Arc::clone(&over));
                std::thread::spawn(move || pass(stream.unwrap(), upstream, &planter, &over));
            }
        });
        Self { address, is_over, app, runtime: Some(runtime) }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends every connection, so that a drive ends too.
    pub(super) fn close(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _woken = TcpStream::connect(self.address);
    }
}

impl Drop for Proxied {
    fn drop(&mut self) {
        self.close();
        self.app.worker().stop();
        self.runtime.take().unwrap().shutdown_background();
    }
}

/// Passes requests on, and replies back.
fn pass(stream: TcpStream, upstream: SocketAddr, planter: &Mutex<Planter>, is_over: &AtomicBool) {
    stream.set_nodelay(true).unwrap();
    let mut out = stream.try_clone().unwrap();
    let mut lines = BufReader::new(stream);
    let mut upstream = Upstream::to(upstream);
    while let Some(ask) = Ask::read(&mut lines) {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let reply = if planter.lock().unwrap().is_honest() {
            upstream.send(&ask)
        } else {
            planter.lock().unwrap().reply(&ask, &mut |ask| upstream.send(ask))
        };
        let Some(reply) = reply else { return };
        if write(&mut out, &reply).is_err() {
            return;
        }
    }
}
