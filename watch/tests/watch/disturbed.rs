//! The watch under our own server: payments under load, whose deliveries are lost, repeated, reordered, and cut by
//! restarts of the watch.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_engine::{Clock, DeliveryPort, Post, SequentialIds};
use holdfast_server::{App, Limits, MovableClock, StoreChoice, origin, serve};
use holdfast_watch::{PollTarget, WatchClock, WatchSettings, Watcher};

use crate::common::{deliver, raw, settings, until};
use crate::honest::is_long;

const KEY: &str = "sk_test_watched";

/// The clock of the server as that of the watch.
struct ServerTime(Arc<MovableClock>);

impl WatchClock for ServerTime {
    fn now(&self) -> i64 {
        self.0.now().seconds().try_into().unwrap()
    }
}

/// The disturbance of the deliveries.
#[derive(Default)]
struct Disturbance {
    /// The address of the watch; `None` while it is restarted.
    watch: Mutex<Option<SocketAddr>>,
    clock: Mutex<Option<Arc<MovableClock>>>,
    random: Mutex<fastrand::Rng>,
    /// Deliveries that wait, so that later ones overtake them.
    held: Mutex<Vec<String>>,
    lost: AtomicU64,
    repeated: AtomicU64,
}

impl Disturbance {
    fn send(&self, body: &str) -> Option<u16> {
        let address = (*self.watch.lock().unwrap())?;
        let now = self.clock.lock().unwrap().as_ref().map(|clock| clock.now().seconds())?;
        deliver(address, body, now.try_into().unwrap())
    }

    /// Sends what was held back.
    fn flush(&self) {
        let mut held = std::mem::take(&mut *self.held.lock().unwrap());
        self.random.lock().unwrap().shuffle(&mut held);
        held.iter().for_each(|body| {
            let _ = self.send(body);
        });
    }
}

impl DeliveryPort for Disturbance {
    fn post(&self, post: &Post) -> Option<u16> {
        match self.random.lock().unwrap().u8(..10) {
            // Acknowledged to the server and never delivered: only a poll finds it.
            0 => {
                self.lost.fetch_add(1, Ordering::Relaxed);
                return Some(200);
            }
            1 => return None,
            2..=3 => {
                self.held.lock().unwrap().push(post.body.clone());
                return Some(200);
            }
            4..=5 => {
                self.repeated.fetch_add(1, Ordering::Relaxed);
                let _ = self.send(&post.body);
            }
            _ => {}
        }
        self.send(&post.body)
    }
}

fn call(address: SocketAddr, path: &str, form: &str) -> serde_json::Value {
    let length = form.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    );
    let (_, body) = raw(address, request.as_bytes()).unwrap();
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// Makes one payment of a kind.
fn pay(server: SocketAddr, number: usize) {
    let common = "currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true";
    let form = |more: &str| format!("amount={}&{common}&{more}", 1_000 + number);
    let create = |more: &str| {
        let made = call(server, "/v1/payment_intents", &form(more));
        made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
    };
    match number % 6 {
        0 => {
            create("capture_method=automatic");
        }
        1 => {
            create("capture_method=automatic_async");
        }
        2 => {
            let id = create("capture_method=manual");
            call(server, &format!("/v1/payment_intents/{id}/capture"), "amount_to_capture=700");
        }
        3 => {
            let id = create("capture_method=manual");
            call(server, &format!("/v1/payment_intents/{id}/cancel"), "");
        }
        4 => {
            let id = create("capture_method=automatic");
            call(server, "/v1/refunds", &format!("payment_intent={id}&amount=400"));
            call(server, "/v1/refunds", &format!("payment_intent={id}"));
        }
        _ => {
            call(server, "/v1/payment_intents", &form("").replace("pm_card_visa", "pm_card_visa_chargeDeclined"));
        }
    }
}

/// Our own server, whose deliveries go through the disturbance.
struct Provider {
    app: Arc<App>,
    address: SocketAddr,
    origin: String,
    disturbance: Arc<Disturbance>,
    working: std::thread::JoinHandle<()>,
    _runtime: tokio::runtime::Runtime,
}

impl Provider {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let (address, origin) = (listener.local_addr().unwrap(), origin(&listener).unwrap());
        let disturbance = Arc::new(Disturbance::default());
        *disturbance.random.lock().unwrap() = fastrand::Rng::with_seed(5);
        let (key, ids) = (KEY.parse().unwrap(), Arc::new(SequentialIds::default()));
        let app = App::assemble(&StoreChoice::Memory, &[key], &origin, ids, disturbance.clone(), None).unwrap().app;
        *disturbance.clock.lock().unwrap() = Some(Arc::clone(app.clock()));
        runtime.spawn(serve(listener, Arc::clone(&app), Limits::default(), std::future::pending()));
        let worker = Arc::clone(app.worker());
        let working = std::thread::spawn(move || worker.run());
        call(address, "/v1/webhook_endpoints", "url=http://127.0.0.1:1/watch&enabled_events[]=*");
        Self { app, address, origin, disturbance, working, _runtime: runtime }
    }

    /// Starts a watch of this server and lets its deliveries through.
    fn watch(&self, folder: &std::path::Path) -> Watcher {
        let poll = PollTarget { url: self.origin.clone(), key: KEY.to_owned(), every: Duration::from_secs(1) };
        let settings = WatchSettings { poll: Some(poll), ..settings(folder) };
        let watcher = Watcher::start(settings, Arc::new(ServerTime(Arc::clone(self.app.clock())))).unwrap();
        *self.disturbance.watch.lock().unwrap() = Some(watcher.address());
        watcher
    }

    fn advance(&self, seconds: u64) {
        self.app.worker().advance(seconds).unwrap();
        self.disturbance.flush();
    }
}

fn metric(watcher: &Watcher, name: &str) -> u64 {
    let (_, text) = raw(watcher.address(), b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let name = format!("holdfast_watch_{name} ");
    let value = text.lines().find_map(|line| line.strip_prefix(&name));
    value.unwrap_or_else(|| panic!("no {name}: {text}")).parse().unwrap()
}

#[test]
fn nothing_is_lost_and_nothing_honest_is_impossible_under_load() {
    let payments: usize = if is_long() { 1_200 } else { 120 };
    let provider = Provider::start();
    let server = provider.address;
    let folder = tempfile::tempdir().unwrap();
    let mut watcher = provider.watch(folder.path());
    for round in 0..6 {
        std::thread::scope(|scope| {
            for part in 0..3 {
                scope.spawn(move || (part..payments / 6).step_by(3).for_each(|number| pay(server, round * 7 + number)));
            }
        });
        provider.advance(1_800);
        // A restart in the middle of deliveries.
        *provider.disturbance.watch.lock().unwrap() = None;
        watcher.stop().unwrap();
        watcher = provider.watch(folder.path());
    }
    provider.advance(7_200);

    let events = provider.app.engine().events_after(0, 1_000_000).unwrap();
    let wanted = u64::try_from(events.len()).unwrap();
    until("every event is stored", || metric(&watcher, "events_held") >= wanted);
    until("every payment is judged", || metric(&watcher, "payments_waiting") == 0);
    let polls = metric(&watcher, "polls_total");
    until("another poll is done", || metric(&watcher, "polls_total") > polls);
    assert_eq!(metric(&watcher, "events_held"), wanted, "an event is stored twice");
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    let (lost, repeated) = (count(&provider.disturbance.lost), count(&provider.disturbance.repeated));
    assert!(lost > 20 && repeated > 20, "{lost} lost, {repeated} repeated");

    let (summary, store) = watcher.stop().unwrap();
    provider.app.worker().stop();
    provider.working.join().unwrap();
    for (_, event) in &events {
        let id = holdfast_engine::ObjectId::from(event.id).to_string();
        assert!(store.has_event(&id).unwrap(), "{id} is lost");
    }
    assert_eq!(store.alerts(None, 100).unwrap(), [""; 0]);
    let verdicts = &summary.figures.verdicts;
    assert_eq!(verdicts.get("accepted"), Some(&summary.figures.payments), "{verdicts:?}");
    let made = u64::try_from(payments).unwrap();
    assert!(summary.figures.payments >= made, "{} payments of {made}", summary.figures.payments);
}
