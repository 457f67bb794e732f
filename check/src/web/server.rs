//! The site on the loopback interface.

use std::io::{self, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use tiny_http::{Header, Request, Response, Server};

use super::api::MOST_BYTES;
use super::site::{SiteRequest, SiteResponse, WebSite};
use crate::interrupt::Interrupt;

/// Threads that answer.
const WORKERS: usize = 4;
/// The time between two looks at the interrupt.
const LOOK: Duration = Duration::from_millis(100);
/// The longest time to receive the body of a request. A slower client loses its answer, and holds no worker.
const BODY: Duration = Duration::from_secs(2);
/// Nothing is loaded from elsewhere, and no other page frames this one.
const HEADERS: [(&str, &str); 4] = [
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
];

/// A site that listens.
pub struct WebServer {
    server: Arc<Server>,
    address: SocketAddr,
}

impl WebServer {
    /// Listens on a port of the loopback interface; 0 is any free one.
    ///
    /// # Errors
    /// Returns an error if the port cannot be listened on.
    pub fn listen(port: u16) -> io::Result<Self> {
        let server = Server::http((Ipv4Addr::LOCALHOST, port)).map_err(io::Error::other)?;
        let address = server.server_addr().to_ip().ok_or_else(|| io::Error::other("no address"))?;
        Ok(Self { server: Arc::new(server), address })
    }

    /// Returns the address.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until the interrupt is set.
    pub fn serve(&self, site: &WebSite, interrupt: &Interrupt) {
        std::thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(|| {
                    while !interrupt.is_set() {
                        // A connection that breaks off concerns its client alone.
                        if let Ok(Some(request)) = self.server.recv_timeout(LOOK) {
                            respond(site, request);
                        }
                    }
                });
            }
        });
    }
}

/// Reads the body of a request on a thread of its own, because the reader has no time limit; `None` if the client is too
/// slow or gone. The thread ends with the connection.
fn receive(mut request: Request) -> Option<(Request, Vec<u8>)> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut body = Vec::new();
        let limit = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        if request.as_reader().take(limit).read_to_end(&mut body).is_ok() {
            // A receiver that no longer waits has given the client up.
            let _given_up = sender.send((request, body));
        }
    });
    receiver.recv_timeout(BODY).ok()
}

fn respond(site: &WebSite, request: Request) {
    let Some((request, body)) = receive(request) else { return };
    let host = request.headers().iter().find(|header| header.field.equiv("Host"));
    let host = host.map(|header| header.value.as_str().to_owned());
    let (method, target) = (request.method().to_string(), request.url().to_owned());
    let SiteResponse { status, kind, body } =
        site.answer(&SiteRequest { method: &method, target: &target, host: host.as_deref(), body: &body });
    let mut response = Response::from_data(body).with_status_code(status);
    for (name, value) in HEADERS.iter().copied().chain([("Content-Type", kind)]) {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    // The client may have gone.
    let _sent = request.respond(response);
}
