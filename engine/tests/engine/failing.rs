//! Failures of the engine's dependencies: the store cannot be read, the system has no entropy. Nothing is lost.

use crate::test_helpers::{MERCHANT, START, form, with_settings};
use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Reference, SimulatedAcquirer};
use holdfast_engine::command::{JobKey, ListQuery};
use holdfast_engine::edge::{read, render};
use holdfast_engine::objects::{Account, Balances, Event, Funds};
use holdfast_engine::store::{Batch, KeyRecord, MemoryStore, OpenAsk, Page, Store, StoreError};
use holdfast_engine::{
    AccountId, Currency, Engine, EngineParts, Ids, Kind, NoEntropy, Object, ObjectId, Request, SequentialIds, Time,
    reconcile,
};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The failures of the store and of the entropy source.
#[derive(Default)]
struct StoreCondition {
    /// From the next answer of the acquirer on, objects cannot be read.
    reads_will_fail: AtomicBool,
    reads_fail: AtomicBool,
    /// The number of secrets that the system still provides.
    secrets: AtomicU64,
}

struct Shaky(MemoryStore, Arc<StoreCondition>);

impl Store for Shaky {
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.0.commit(batch)
    }
    fn object(&self, id: ObjectId) -> Result<Option<Object>, StoreError> {
        match self.1.reads_fail.load(Ordering::SeqCst) {
            true => Err(StoreError("disk I/O error".to_owned())),
            false => self.0.object(id),
        }
    }
    fn balance(&self, account: AccountId, currency: Currency) -> Result<Funds, StoreError> {
        self.0.balance(account, currency)
    }

    fn balances(&self, account: AccountId) -> Result<Balances, StoreError> {
        self.0.balances(account)
    }
    fn list(&self, account: AccountId, query: &ListQuery) -> Result<Page, StoreError> {
        self.0.list(account, query)
    }
    fn each(&self, kind: Kind, visit: &mut dyn FnMut(Object)) -> Result<(), StoreError> {
        self.0.each(kind, visit)
    }
    fn events_after(&self, after: u64, limit: usize) -> Result<Vec<(u64, Arc<Event>)>, StoreError> {
        self.0.events_after(after, limit)
    }
    fn due(&self, now: Time, limit: usize) -> Result<Vec<JobKey>, StoreError> {
        self.0.due(now, limit)
    }
    fn next_due(&self) -> Result<Option<Time>, StoreError> {
        self.0.next_due()
    }
    fn key(&self, account: AccountId, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        self.0.key(account, key)
    }
    fn prune_keys(&self, before: Time) -> Result<u64, StoreError> {
        self.0.prune_keys(before)
    }
    fn check(&self) -> Result<(), StoreError> {
        self.0.check()
    }
    fn open_asks(&self) -> Result<Vec<Arc<OpenAsk>>, StoreError> {
        self.0.open_asks()
    }
}

struct Network(Arc<SimulatedAcquirer>, Arc<StoreCondition>);

impl Acquirer for Network {
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        let answer = self.0.ask(reference, ask);
        self.1.reads_fail.store(self.1.reads_will_fail.load(Ordering::SeqCst), Ordering::SeqCst);
        answer
    }
}

struct Scarce(SequentialIds, Arc<StoreCondition>);

impl Ids for Scarce {
    fn next(&self) -> u64 {
        self.0.next()
    }
    fn secret(&self) -> Result<u64, NoEntropy> {
        let taken = self.1.secrets.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        taken.map_err(|_| NoEntropy).and_then(|_| self.0.secret())
    }
}

struct UnreliableEngine {
    engine: Engine,
    acquirer: Arc<SimulatedAcquirer>,
    weather: Arc<StoreCondition>,
}

impl UnreliableEngine {
    fn new() -> Self {
        let weather = Arc::new(StoreCondition { secrets: AtomicU64::new(100), ..StoreCondition::default() });
        let acquirer = Arc::new(SimulatedAcquirer::default());
        let parts = EngineParts {
            store: Arc::new(Shaky(MemoryStore::default(), Arc::clone(&weather))),
            acquirer: Arc::new(Network(Arc::clone(&acquirer), Arc::clone(&weather))),
            ids: Arc::new(Scarce(SequentialIds::after(100), Arc::clone(&weather))),
            ..EngineParts::in_memory(START)
        };
        let engine = Engine::open(parts).unwrap();
        engine.add_account(Account::standard(MERCHANT)).unwrap();
        Self { engine, acquirer, weather }
    }

    fn post(&self, path: &str, params: &str, key: &str) -> (u16, Value) {
        let command = read::command(
            read::Verb::Post,
            &format!("/v1/{path}"),
            &with_settings(read::Verb::Post, path, form(params)),
        );
        let response = self.engine.execute(Request::new(MERCHANT, command).with_key(key));
        (response.status(), render::response(&response))
    }

    /// Ends every failure, and runs the worker.
    fn recover(&self) {
        self.weather.reads_will_fail.store(false, Ordering::SeqCst);
        self.weather.reads_fail.store(false, Ordering::SeqCst);
        self.weather.secrets.store(100, Ordering::SeqCst);
        let progress = self.engine.run_due(START).unwrap();
        assert_eq!((progress.answered, progress.open), (1, 0));
        let verdict = reconcile(self.engine.store(), &self.acquirer.positions()).unwrap();
        assert_eq!(verdict.map(|summary| summary.open), Ok(0));
    }
}

const PAY: &str = "amount=1000 currency=usd confirm=true payment_method=pm_card_visa capture_method=manual";

/// A capture that the acquirer executed is recorded later, if a failed read kept the engine from recording it at once.
#[test]
fn reads_that_fail_after_the_acquirer_answered() {
    let w = UnreliableEngine::new();
    let (_, held) = w.post("payment_intents", PAY, "pay");
    let path = format!("payment_intents/{}/capture", held["id"].as_str().unwrap());
    w.weather.reads_will_fail.store(true, Ordering::SeqCst);
    assert_eq!(w.post(&path, "amount_to_capture=700", "capture").0, 500);
    w.recover();
    let (status, answer) = w.post(&path, "amount_to_capture=700", "capture");
    assert_eq!((status, &answer["status"], &answer["amount_received"]), (200, &"succeeded".into(), &700.into()));
}

/// Without entropy nothing gets a secret that could be guessed; what the acquirer has done by then is not forgotten.
#[test]
fn no_entropy_is_no_secret() {
    let w = UnreliableEngine::new();
    w.weather.secrets.store(0, Ordering::SeqCst);
    for path in ["payment_intents", "setup_intents", "checkout/sessions", "webhook_endpoints"] {
        let params = match path {
            "payment_intents" => PAY,
            "setup_intents" => "",
            "checkout/sessions" => "mode=setup success_url=https://a.test",
            _ => "url=https://a.test enabled_events[]=*",
        };
        assert_eq!(w.post(path, params, path).0, 500, "{path}");
    }
    assert!(w.acquirer.positions().is_empty());
    // Enough for the decision that asks, and not for the one that follows the answer.
    w.weather.secrets.store(1, Ordering::SeqCst);
    assert_eq!(w.post("payment_intents", PAY, "pay").0, 500);
    w.recover();
    let (status, answer) = w.post("payment_intents", PAY, "pay");
    assert_eq!((status, &answer["amount_capturable"]), (200, &1000.into()));
    assert_eq!(w.acquirer.positions().len(), 1);
}
