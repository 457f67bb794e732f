//! The endpoint that a drive opens for the deliveries of events: it answers and keeps each delivery.

mod signature;

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tiny_http::{Request, Response, Server};

pub use signature::{SignatureError, verify};

/// Threads that answer; a server may deliver several events at once.
const WORKERS: usize = 4;
/// The time between two looks at the end of the endpoint.
const LOOK: Duration = Duration::from_millis(50);
/// The longest event that is read, in bytes.
const LONGEST_EVENT: u64 = 1 << 20;
/// The longest wait for an event by default.
const PATIENCE: Duration = Duration::from_secs(30);

/// The settings of the endpoint for deliveries.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// The address to listen on; a free port of the loopback interface by default.
    pub listen: Option<SocketAddr>,
    /// The URL by which the server reaches that address; by default it is made of the address.
    pub url: Option<String>,
    /// The signing secret of an endpoint that was registered by hand; by default the drive registers one.
    pub secret: Option<String>,
    /// The longest wait for a delivery.
    pub patience: Duration,
    /// Receive nothing: for a server whose deliveries may be later than that, such as one under chaos.
    pub skip: bool,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { listen: None, url: None, secret: None, patience: PATIENCE, skip: false }
    }
}

impl WebhookSettings {
    /// Opens the endpoint; `None` if it is to be skipped, or if the server, which is not `here`, could not reach it.
    ///
    /// # Errors
    /// A sentence that names the option if the address cannot be listened on or the options do not fit together.
    pub fn open(&self, here: bool) -> Result<Option<Receiver>, String> {
        for (name, is_given) in [("--webhook-url", self.url.is_some()), ("--webhook-secret", self.secret.is_some())] {
            if is_given && self.listen.is_none() {
                return Err(format!("{name}: it needs --webhook-listen, such as --webhook-listen 127.0.0.1:9000"));
            }
        }
        if let Some(url) = self.url.as_ref().filter(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err(format!("--webhook-url: `{url}` is no URL; give one such as https://example.com/hook"));
        }
        if self.skip || !here && self.url.is_none() && self.secret.is_none() {
            return Ok(None);
        }
        let address = self.listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let refused = |error: io::Error| format!("--webhook-listen: cannot listen on {address}: {error}");
        Receiver::open(address, self.url.clone()).map(Some).map_err(refused)
    }
}

/// One delivery as it arrived.
#[derive(Clone, Debug)]
pub struct ReceivedEvent {
    /// The path of the request.
    pub path: String,
    /// The header `Stripe-Signature`.
    pub signature: Option<String>,
    /// The body, byte by byte.
    pub body: Vec<u8>,
    /// The event, if the body is JSON.
    pub event: Value,
    /// The time of its arrival, in seconds since 1970.
    pub arrived: i64,
    /// The HTTP status of the response to it.
    pub answered: u16,
}

impl ReceivedEvent {
    /// Returns the id of the event; empty if it has none.
    #[must_use]
    pub fn id(&self) -> &str {
        self.event.get("id").and_then(Value::as_str).unwrap_or_default()
    }
}

/// The deliveries so far, and the answers to the next ones.
#[derive(Debug, Default)]
struct Arrivals {
    all: Vec<ReceivedEvent>,
    /// The answers to the first attempts of each event; later ones are answered 200.
    refusals: Vec<u16>,
    /// Attempts by path and event.
    attempts: BTreeMap<(String, String), usize>,
}

/// An endpoint that listens until it is dropped.
pub struct Receiver {
    url: String,
    arrivals: Arc<Mutex<Arrivals>>,
    is_over: Arc<AtomicBool>,
    workers: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Receiver").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Receiver {
    /// Listens on an address.
    ///
    /// # Errors
    /// An I/O error if the address cannot be listened on.
    pub fn open(address: SocketAddr, url: Option<String>) -> io::Result<Self> {
        let server = Arc::new(Server::http(address).map_err(io::Error::other)?);
        let bound = server.server_addr().to_ip().ok_or_else(|| io::Error::other("no address"))?;
        let url = url.unwrap_or_else(|| format!("http://{bound}"));
        let (arrivals, is_over) = (Arc::<Mutex<Arrivals>>::default(), Arc::<AtomicBool>::default());
        let work = || {
            let (server, arrivals, is_over) = (Arc::clone(&server), Arc::clone(&arrivals), Arc::clone(&is_over));
            std::thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    // A connection that breaks off concerns its sender alone.
                    if let Ok(Some(request)) = server.recv_timeout(LOOK) {
                        take(request, &arrivals);
                    }
                }
            })
        };
        let workers = (0..WORKERS).map(|_| work()).collect();
        Ok(Self { url: url.trim_end_matches('/').to_owned(), arrivals, is_over, workers })
    }

    /// Returns the URL of the endpoint with that last segment of its path.
    #[must_use]
    pub fn url(&self, segment: &str) -> String {
        format!("{}/{segment}", self.url)
    }

    fn arrivals(&self) -> MutexGuard<'_, Arrivals> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, the first attempts of each event are answered with these statuses, and later ones with 200.
    pub fn refuse(&self, statuses: &[u16]) {
        self.arrivals().refusals = statuses.to_vec();
    }

    /// Returns the deliveries to that last segment of the path in the order of their arrival; to any path for `None`.
    #[must_use]
    pub fn deliveries(&self, segment: Option<&str>) -> Vec<ReceivedEvent> {
        let is_there =
            |delivery: &&ReceivedEvent| segment.is_none_or(|segment| delivery.path.ends_with(&format!("/{segment}")));
        self.arrivals().all.iter().filter(is_there).cloned().collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for worker in self.workers.drain(..) {
            let _ended = worker.join();
        }
    }
}

/// Reads a delivery, keeps it, and answers it.
fn take(mut request: Request, arrivals: &Mutex<Arrivals>) {
    let mut body = Vec::new();
    if request.as_reader().take(LONGEST_EVENT).read_to_end(&mut body).is_err() {
        return;
    }
    let header = request.headers().iter().find(|header| header.field.equiv("Stripe-Signature"));
    let signature = header.map(|header| header.value.as_str().to_owned());
    let path = request.url().split('?').next().unwrap_or_default().to_owned();
    let event = crate::wire::with_text_ids(serde_json::from_slice(&body).unwrap_or_default());
    let arrived = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let arrived = i64::try_from(arrived).unwrap_or(i64::MAX);
    let mut delivery = ReceivedEvent { path, signature, body, event, arrived, answered: 200 };
    {
        let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let attempt = arrivals.attempts.entry((delivery.path.clone(), delivery.id().to_owned())).or_default();
        let number = *attempt;
        *attempt = attempt.saturating_add(1);
        delivery.answered = arrivals.refusals.get(number).copied().unwrap_or(200);
        arrivals.all.push(delivery.clone());
    }
    // The sender may have gone; it then delivers once more.
    let _sent = request.respond(Response::empty(delivery.answered));
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpStream;

    use super::*;

    fn post(receiver: &Receiver, path: &str, body: &str) -> String {
        let authority = receiver.url("").trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut stream = TcpStream::connect(&authority).unwrap();
        let length = body.len();
        let head = format!("POST {path} HTTP/1.1\r\nHost: {authority}\r\nStripe-Signature: t=1,v1=00\r\n");
        write!(stream, "{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn deliveries_are_kept_and_the_first_attempts_of_each_event_refused() {
        let receiver = WebhookSettings::default().open(true).unwrap().unwrap();
        receiver.refuse(&[500, 302]);
        let statuses: Vec<String> = ["evt_1", "evt_2", "evt_1", "evt_1"]
            .iter()
            .map(|id| post(&receiver, "/one", &format!("{{\"id\":\"{id}\"}}")))
            .collect();
        let expected = ["500", "500", "302", "200"];
        assert!(statuses.iter().zip(expected).all(|(line, status)| line.contains(status)), "{statuses:?}");
        receiver.refuse(&[]);
        assert!(post(&receiver, "/two?x", "no JSON").contains("200"));
        let ids: Vec<String> = receiver.deliveries(Some("one")).iter().map(|it| it.id().to_owned()).collect();
        assert_eq!(ids, ["evt_1", "evt_2", "evt_1", "evt_1"]);
        let all = receiver.deliveries(None);
        assert_eq!((all.len(), all.last().map(|it| it.body.clone())), (5, Some(b"no JSON".to_vec())));
        assert!(all.iter().all(|it| it.signature.as_deref() == Some("t=1,v1=00") && it.arrived > 0));
    }

    #[test]
    fn options_that_do_not_fit_are_refused_by_name() {
        let listen = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let of = |listen, url: Option<&str>, secret: Option<&str>, here| {
            let (url, secret) = (url.map(str::to_owned), secret.map(str::to_owned));
            let opened = WebhookSettings { listen, url, secret, ..WebhookSettings::default() }.open(here);
            opened.map(|receiver| receiver.map(|receiver| receiver.url("x")))
        };
        assert!(of(None, Some("https://x"), None, true).unwrap_err().contains("--webhook-listen"));
        assert!(of(None, None, Some("whsec_1"), true).unwrap_err().contains("--webhook-listen"));
        assert!(of(listen, Some("x"), None, false).unwrap_err().contains("--webhook-url"));
        assert_eq!(of(None, None, None, false), Ok(None));
        assert!(WebhookSettings { skip: true, ..WebhookSettings::default() }.open(true).unwrap().is_none());
        assert_eq!(of(listen, Some("https://x/hook/"), None, false), Ok(Some("https://x/hook/x".to_owned())));
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let refused = of(Some(taken.local_addr().unwrap()), None, None, true);
        assert!(refused.unwrap_err().contains("--webhook-listen"));
    }
}
