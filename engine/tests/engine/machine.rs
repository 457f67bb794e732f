//! A machine whose processes die: a disk, a network, webhook endpoints and a clock that survive them, and a client
//! that sends its request again.

use crate::test_helpers::{CONNECTED, MERCHANT, START, form, with_settings};
use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Reference, SimulatedAcquirer};
use holdfast_engine::command::{EnvironmentEvent, JobKey, ListQuery};
use holdfast_engine::edge::{read, render};
use holdfast_engine::objects::{Account, Balances, DeliveryState, Event, Funds};
use holdfast_engine::store::{Batch, KeyRecord, OpenAsk, Page, Store, StoreError};
use holdfast_engine::{
    AccountId, Currency, DeliveryPort, Engine, EngineParts, Kind, ManualClock, Object, ObjectId, Post, Request,
    SequentialIds, Time, reconcile,
};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The point at which a run crashes: before or after the n-th commit, call of the acquirer, or webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub at: u64,
    pub before: bool,
}

/// The process's luck: counts commits and calls, and dies at the planned points.
#[derive(Default)]
pub struct Luck {
    pub count: AtomicU64,
    plan: Mutex<Vec<Point>>,
    dead: AtomicBool,
}

impl Luck {
    /// Runs one commit or call; `None` when the process dies with it.
    fn step<T>(&self, run: impl FnOnce() -> T) -> Option<T> {
        if self.dead.load(Ordering::SeqCst) {
            return None;
        }
        let count = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        let point = self.plan.lock().unwrap().iter().copied().find(|point| point.at == count);
        let done = match point {
            Some(Point { before: true, .. }) => None,
            Some(_) | None => Some(run()),
        };
        if point.is_some() {
            self.dead.store(true, Ordering::SeqCst);
            return None;
        }
        done
    }

    fn alive<T>(&self, run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.dead.load(Ordering::SeqCst) { Err(crashed()) } else { run() }
    }
}

fn crashed() -> StoreError {
    StoreError("the process is dead".to_owned())
}

struct MortalStore(Arc<dyn Store>, Arc<Luck>);

impl Store for MortalStore {
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.1.step(|| self.0.commit(batch)).unwrap_or_else(|| Err(crashed()))
    }
    fn object(&self, id: ObjectId) -> Result<Option<Object>, StoreError> {
        self.1.alive(|| self.0.object(id))
    }
    fn balance(&self, account: AccountId, currency: Currency) -> Result<Funds, StoreError> {
        self.1.alive(|| self.0.balance(account, currency))
    }

    fn balances(&self, account: AccountId) -> Result<Balances, StoreError> {
        self.1.alive(|| self.0.balances(account))
    }
    fn list(&self, account: AccountId, query: &ListQuery) -> Result<Page, StoreError> {
        self.1.alive(|| self.0.list(account, query))
    }
    fn each(&self, kind: Kind, visit: &mut dyn FnMut(Object)) -> Result<(), StoreError> {
        self.1.alive(|| self.0.each(kind, visit))
    }
    fn events_after(&self, after: u64, limit: usize) -> Result<Vec<(u64, Arc<Event>)>, StoreError> {
        self.1.alive(|| self.0.events_after(after, limit))
    }
    fn due(&self, now: Time, limit: usize) -> Result<Vec<JobKey>, StoreError> {
        self.1.alive(|| self.0.due(now, limit))
    }
    fn next_due(&self) -> Result<Option<Time>, StoreError> {
        self.1.alive(|| self.0.next_due())
    }
    fn key(&self, account: AccountId, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        self.1.alive(|| self.0.key(account, key))
    }
    fn prune_keys(&self, before: Time) -> Result<u64, StoreError> {
        self.1.alive(|| self.0.prune_keys(before))
    }
    fn check(&self) -> Result<(), StoreError> {
        self.1.alive(|| self.0.check())
    }
    fn open_asks(&self) -> Result<Vec<Arc<OpenAsk>>, StoreError> {
        self.1.alive(|| self.0.open_asks())
    }
}

struct MortalAcquirer(Arc<SimulatedAcquirer>, Arc<Luck>);

impl Acquirer for MortalAcquirer {
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        self.1.step(|| self.0.ask(reference, ask)).unwrap_or(Err(NoAnswer))
    }
}

/// The webhook endpoints: each refuses the first post of an event and takes the second, so that every delivery needs
/// a retry.
#[derive(Default)]
struct Endpoints {
    refused: Mutex<HashSet<String>>,
    taken: Mutex<HashSet<String>>,
}

impl DeliveryPort for Endpoints {
    fn post(&self, post: &Post) -> Option<u16> {
        let name = format!("{} {}", post.url, event_id(&post.body));
        if self.refused.lock().unwrap().insert(name.clone()) {
            return Some(503);
        }
        self.taken.lock().unwrap().insert(name);
        Some(200)
    }
}

pub fn event_id(body: &str) -> String {
    let event: serde_json::Value = serde_json::from_str(body).unwrap();
    event["id"].as_str().unwrap().to_owned()
}

struct MortalEndpoints(Arc<Endpoints>, Arc<Luck>);

impl DeliveryPort for MortalEndpoints {
    fn post(&self, post: &Post) -> Option<u16> {
        self.1.step(|| self.0.post(post)).flatten()
    }
}

/// One thing that a client, the environment or time does; `$n` stands for the id that step n answered.
pub enum Step {
    Post(&'static str, String),
    Delete(&'static str),
    Environment(fn(&[String]) -> EnvironmentEvent),
    Wait(u64),
}

/// The parts that survive a crash: store, acquirer, clock and ids.
pub struct Machine {
    disk: Arc<dyn Store>,
    acquirer: Arc<SimulatedAcquirer>,
    clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
    endpoints: Arc<Endpoints>,
    pub luck: Arc<Luck>,
    pub restarts: u64,
}

impl Machine {
    pub fn new(disk: Arc<dyn Store>, plan: Vec<Point>) -> Self {
        let luck = Arc::new(Luck { plan: Mutex::new(plan), ..Luck::default() });
        let clock = Arc::new(ManualClock::at(START));
        let ids = Arc::new(SequentialIds::after(100));
        let (acquirer, endpoints) = (Arc::new(SimulatedAcquirer::default()), Arc::new(Endpoints::default()));
        let machine = Self { disk, acquirer, clock, ids, endpoints, luck, restarts: 0 };
        for account in [Account::standard(MERCHANT), Account::connected(CONNECTED, MERCHANT)] {
            let objects = vec![Object::Account(Arc::new(account))];
            machine.disk.commit(Batch { objects, ..Batch::default() }).unwrap();
        }
        machine
    }

    fn start(&self) -> Engine {
        self.luck.dead.store(false, Ordering::SeqCst);
        let parts = EngineParts {
            store: Arc::new(MortalStore(Arc::clone(&self.disk), Arc::clone(&self.luck))),
            acquirer: Arc::new(MortalAcquirer(Arc::clone(&self.acquirer), Arc::clone(&self.luck))),
            delivery: Arc::new(MortalEndpoints(Arc::clone(&self.endpoints), Arc::clone(&self.luck))),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            ..EngineParts::in_memory(START)
        };
        Engine::open(parts).unwrap()
    }

    /// Plays the steps; after each crash the process restarts and the client sends the same request again.
    pub fn play(&mut self, steps: &[Step]) {
        let mut engine = self.start();
        let mut ids: Vec<String> = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            if let Step::Wait(seconds) = step {
                self.clock.advance(*seconds);
            }
            loop {
                let id = take(&engine, number, step, &ids);
                if !self.luck.dead.load(Ordering::SeqCst) {
                    ids.push(id);
                    break;
                }
                self.restarts += 1;
                drop(engine);
                engine = self.start();
            }
        }
        // The worker has unlimited time.
        for _ in 0..6 {
            let _ = engine.run_due(self.clock.advance_and_look(60));
            if self.luck.dead.load(Ordering::SeqCst) {
                self.restarts += 1;
                engine = self.start();
            }
        }
    }

    /// Returns the visible objects at the end, without their ids, which differ from run to run.
    pub fn end(&self) -> Vec<String> {
        let verdict = reconcile(&*self.disk, &self.acquirer.positions()).unwrap();
        assert!(verdict.is_ok(), "{verdict:?}");
        assert_eq!(verdict.unwrap().open, 0);
        self.every_event_arrived();
        let mut end: Vec<String> = Vec::new();
        for kind in Kind::ALL {
            if matches!(kind, Kind::Event | Kind::Delivery) {
                continue;
            }
            self.disk.each(*kind, &mut |object| end.push(anonymous(&object))).unwrap();
        }
        let events = self.disk.events_after(0, usize::MAX >> 1).unwrap();
        let mut told: Vec<String> = events.iter().map(|(_, event)| event.event_type.name().to_owned()).collect();
        told.sort();
        end.extend(told);
        end.extend(self.acquirer.positions().iter().map(|(_, position)| format!("{position:?}")));
        end.sort();
        end
    }
}

impl Machine {
    /// Every delivery to an endpoint that stands ended well, and the endpoint has what it delivered.
    fn every_event_arrived(&self) {
        let taken = self.endpoints.taken.lock().unwrap();
        let read = |id: ObjectId| self.disk.object(id).unwrap().unwrap();
        let mut look = |object: Object| {
            let Object::Delivery(delivery) = object else { unreachable!() };
            let Object::WebhookEndpoint(endpoint) = read(delivery.endpoint.into()) else { unreachable!() };
            let arrived = taken.contains(&format!("{} {}", endpoint.url, delivery.event));
            match delivery.state {
                DeliveryState::Delivered => assert!(arrived, "{delivery:?}"),
                DeliveryState::Pending | DeliveryState::Abandoned => assert!(endpoint.deleted, "{delivery:?}"),
            }
        };
        self.disk.each(Kind::Delivery, &mut look).unwrap();
    }
}

trait AdvanceAndLook {
    fn advance_and_look(&self, seconds: u64) -> Time;
}

impl AdvanceAndLook for ManualClock {
    fn advance_and_look(&self, seconds: u64) -> Time {
        self.advance(seconds);
        holdfast_engine::Clock::now(self)
    }
}

/// The object as JSON without ids, secrets and times, which a retry may move.
fn anonymous(object: &Object) -> String {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) => {
                map.retain(|name, _| {
                    !matches!(name.as_str(), "created" | "canceled_at" | "available_on" | "expires_at")
                });
                map.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            serde_json::Value::String(text) => {
                if text.contains("_0000") || text.contains("whsec") {
                    text.clear();
                }
            }
            serde_json::Value::Number(number) if number.as_u64().is_some_and(|n| n > 1_000_000_000) => {
                *value = serde_json::Value::Null;
            }
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
        }
    }
    let mut shown = render::object(object, holdfast_engine::ApiVersion::CURRENT);
    strip(&mut shown);
    shown.to_string()
}

/// Takes one step and answers the id of what it made.
fn take(engine: &Engine, number: usize, step: &Step, ids: &[String]) -> String {
    let fill = |text: &str| {
        let filled = ids.iter().enumerate().rev();
        filled.fold(text.to_owned(), |text, (n, id)| text.replace(&format!("${n}."), id))
    };
    let send = |verb, path: &str, params: &str| {
        let command =
            read::command(verb, &format!("/v1/{}", fill(path)), &with_settings(verb, path, form(&fill(params))));
        let request = Request::new(MERCHANT, command).with_key(&format!("step-{number}"));
        let response = engine.execute(request);
        let body = render::response(&response);
        let id = body.get("id").or_else(|| body.pointer("/error/payment_intent/id"));
        id.and_then(|id| id.as_str()).unwrap_or_default().to_owned()
    };
    match step {
        Step::Post(path, params) => send(read::Verb::Post, path, params),
        Step::Delete(path) => send(read::Verb::Delete, path, ""),
        Step::Environment(event) => {
            let _ = engine.inject(MERCHANT, event(ids));
            String::new()
        }
        Step::Wait(_) => {
            let _ = engine.run_due(engine.now());
            String::new()
        }
    }
}
