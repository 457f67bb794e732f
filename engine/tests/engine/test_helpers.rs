//! An engine to test, with its acquirer, clock and accounts, and assertions about answers.

use holdfast_engine::acquirer::{PlannedFaults, SimulatedAcquirer};
use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::edge::{read, render};
use holdfast_engine::objects::{Account, Event, Settlement};
use holdfast_engine::store::{MemoryStore, SqliteStore, Store};
use holdfast_engine::{
    AccountId, DeliveryPort, Dialect, Engine, EngineParts, ManualClock, Request, SequentialIds, Time, reconcile,
};
use serde_json::Value;
use std::cell::Cell;
use std::sync::Arc;

/// The platform, or the plain merchant, of every test.
pub const MERCHANT: AccountId = AccountId(1);
/// An account connected to the merchant.
pub const CONNECTED: AccountId = AccountId(2);
/// A merchant without interchange-plus pricing.
pub const FLAT: AccountId = AccountId(3);
/// The time at which every test begins.
pub const START: Time = Time::new(1_800_000_000);

pub struct TestEngine {
    pub engine: Engine,
    pub clock: Arc<ManualClock>,
    pub acquirer: Arc<SimulatedAcquirer>,
    pub faults: Arc<PlannedFaults>,
    account: Cell<AccountId>,
    seen: Cell<u64>,
}

/// The status and the body of a response.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

/// Returns an engine with a platform and a connected account, and nothing else.
pub fn fresh() -> TestEngine {
    TestEngine::new()
}

impl TestEngine {
    pub fn new() -> Self {
        Self::with(Dialect::default())
    }

    /// An engine whose accounts settle like this (P22).
    pub fn settling(self, settlement: Settlement) -> Self {
        for id in [MERCHANT, CONNECTED, FLAT] {
            let account = (*self.engine.account(id).unwrap()).clone();
            self.engine.add_account(Account { settlement, ..account }).unwrap();
        }
        self
    }

    /// A new engine with the same accounts that posts webhooks to `delivery`.
    pub fn delivering(self, delivery: Arc<dyn DeliveryPort>) -> Self {
        let parts = EngineParts {
            acquirer: self.acquirer.clone(),
            clock: self.clock.clone(),
            ids: Arc::new(SequentialIds::after(1_000)),
            delivery,
            ..EngineParts::in_memory(START)
        };
        let engine = Engine::open(parts).unwrap();
        for id in [MERCHANT, CONNECTED, FLAT] {
            engine.add_account((*self.engine.account(id).unwrap()).clone()).unwrap();
        }
        Self { engine, ..self }
    }

    /// An engine without fees and pending money, for tests of other things.
    pub fn immediate() -> Self {
        Self::new().settling(Settlement::IMMEDIATE)
    }

    pub fn with(dialect: Dialect) -> Self {
        Self::on(Arc::new(MemoryStore::default()), dialect)
    }

    pub fn on(store: Arc<dyn Store>, dialect: Dialect) -> Self {
        let faults = Arc::new(PlannedFaults::default());
        let acquirer = Arc::new(SimulatedAcquirer::new(Arc::clone(&faults)));
        let mut built = Self::made_of(store, acquirer, Arc::new(ManualClock::at(START)), 100, dialect);
        built.faults = faults;
        built
    }

    /// A new process on a machine that has a disk, a network and a clock already.
    pub fn on_machine(
        store: Arc<dyn Store>,
        acquirer: Arc<SimulatedAcquirer>,
        clock: Arc<ManualClock>,
        last_id: u64,
    ) -> Self {
        Self::made_of(store, acquirer, clock, last_id, Dialect::default())
    }

    fn made_of(
        store: Arc<dyn Store>,
        acquirer: Arc<SimulatedAcquirer>,
        clock: Arc<ManualClock>,
        last_id: u64,
        dialect: Dialect,
    ) -> Self {
        let parts = EngineParts {
            store,
            acquirer: acquirer.clone(),
            clock: clock.clone(),
            ids: Arc::new(SequentialIds::after(last_id)),
            dialect,
            ..EngineParts::in_memory(START)
        };
        let engine = Engine::open(parts).unwrap();
        engine.add_account(Account::standard(MERCHANT)).unwrap();
        engine.add_account(Account::connected(CONNECTED, MERCHANT)).unwrap();
        engine.add_account(Account { interchange_plus: false, ..Account::standard(FLAT) }).unwrap();
        let faults = Arc::new(PlannedFaults::default());
        Self { engine, clock, acquirer, faults, account: Cell::new(MERCHANT), seen: Cell::new(0) }
    }

    /// Every kind of store, for tests that must hold on all.
    pub fn stores() -> Vec<(&'static str, Arc<dyn Store>)> {
        vec![
            ("plain memory", Arc::new(MemoryStore::default())),
            ("SQLite in memory", Arc::new(SqliteStore::in_memory().unwrap())),
        ]
    }

    /// From here on, requests act for `account`.
    pub fn act_for(&self, account: AccountId) {
        self.account.set(account);
    }

    pub fn post(&self, path: &str, params: &str) -> Answer {
        self.send(read::Verb::Post, path, params, None, None)
    }

    pub fn get(&self, path: &str, params: &str) -> Answer {
        self.send(read::Verb::Get, path, params, None, None)
    }

    pub fn post_with_key(&self, key: &str, path: &str, params: &str) -> Answer {
        self.send(read::Verb::Post, path, params, Some(key), None)
    }

    pub fn send(&self, verb: read::Verb, path: &str, params: &str, key: Option<&str>, version: Option<&str>) -> Answer {
        let request = self.request(verb, path, params, key, version);
        let response = self.engine.execute(request);
        Answer { status: response.status(), body: render::response(&response) }
    }

    pub fn request(
        &self,
        verb: read::Verb,
        path: &str,
        params: &str,
        key: Option<&str>,
        version: Option<&str>,
    ) -> Request {
        let params = with_settings(verb, path, form(params));
        let expand = params.get("expand").and_then(Value::as_object).map(|items| items.values());
        let expand = expand.into_iter().flatten().filter_map(|path| path.as_str().map(str::to_owned)).collect();
        let command = read::command(verb, &format!("/v1/{path}"), &params);
        Request {
            account: self.account.get(),
            idempotency_key: key.map(str::to_owned),
            version: version.map(|version| version.parse().unwrap()),
            expand,
            command,
        }
    }

    pub fn inject(&self, event: EnvironmentEvent) -> Answer {
        let response = self.engine.inject(self.account.get(), event);
        Answer { status: response.status(), body: render::response(&response) }
    }

    /// Lets time pass and the worker run.
    pub fn advance(&self, seconds: u64) {
        self.clock.advance(seconds);
        self.engine.run_due(self.engine.now()).unwrap();
    }

    /// A confirmed hold of `amount` on `method`, with more parameters; answers its id.
    pub fn hold(&self, amount: u64, method: &str, more: &str) -> String {
        let params =
            format!("amount={amount} currency=usd confirm=true capture_method=manual payment_method={method} {more}");
        self.post("payment_intents", &params).is("status=requires_capture").id()
    }

    /// A confirmed hold that can be captured several times.
    pub fn multi(&self, amount: u64, more: &str) -> String {
        self.hold(amount, "pm_card_visa", &format!("{MULTI} {more}"))
    }

    /// A payment taken at once, ledger included.
    pub fn paid(&self, amount: u64, more: &str) -> String {
        let params = format!("amount={amount} currency=usd confirm=true capture_method=automatic {more}");
        let method = if more.contains("payment_method=") { "" } else { "payment_method=pm_card_visa" };
        self.post("payment_intents", &format!("{params} {method}")).is("status=succeeded").id()
    }

    pub fn intent(&self, id: &str) -> Answer {
        self.get(&format!("payment_intents/{id}"), "")
    }

    /// The latest charge of an intent.
    pub fn charge(&self, intent: &str) -> Answer {
        let charge = self.intent(intent).text("latest_charge");
        self.get(&format!("charges/{charge}"), "")
    }

    /// The events since the last look.
    pub fn news(&self) -> Vec<Arc<Event>> {
        let news = self.engine.events_after(self.seen.get(), usize::MAX >> 1).unwrap();
        self.seen.set(news.last().map_or(self.seen.get(), |(sequence, _)| *sequence));
        news.into_iter().map(|(_, event)| event).collect()
    }

    /// The types of the events since the last look, in order, in one line.
    pub fn notified(&self) -> String {
        let names: Vec<&str> = self.news().iter().map(|event| event.event_type.name()).collect();
        names.join(" ")
    }

    /// Everything agrees with everything, the acquirer included.
    pub fn reconciled(&self) {
        let verdict = reconcile(self.engine.store(), &self.acquirer.positions()).unwrap();
        assert!(verdict.is_ok(), "{verdict:?}");
    }
}

/// Adds automatic methods without redirects to a creation of an intent that says nothing of methods, so that it can be
/// confirmed without a `return_url` (P9). `plain` as a parameter leaves the creation as it is.
pub fn with_settings(verb: read::Verb, path: &str, mut params: Value) -> Value {
    let creates = verb == read::Verb::Post && matches!(path, "payment_intents" | "setup_intents");
    if let Some(map) = params.as_object_mut() {
        let plain = map.remove("plain").is_some();
        let says = |name: &str| map.contains_key(name);
        if creates && !plain && !says("payment_method_types") && !says("automatic_payment_methods") {
            let settings = serde_json::json!({ "enabled": "true", "allow_redirects": "never" });
            map.insert("automatic_payment_methods".to_owned(), settings);
        }
    }
    params
}

/// The parameters that ask for several captures.
pub const MULTI: &str = "payment_method_options[card][request_multicapture]=if_available";

/// Parameters written as `name=value name=value`; `+` stands for a space.
pub fn form(params: &str) -> Value {
    let pairs: Vec<(String, String)> = params
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.replace('+', " ")))
        .collect();
    read::form(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

impl Answer {
    /// The answer is 200 and each `path=value` holds (`null` for nothing); there is at least one.
    #[track_caller]
    pub fn is(self, expected: &str) -> Self {
        assert!(!expected.trim().is_empty(), "an expectation names at least one value");
        assert_eq!(self.status, 200, "{}", self.body);
        self.has(expected)
    }

    /// Each `path=value` holds, with any status.
    #[track_caller]
    pub fn has(self, expected: &str) -> Self {
        for pair in expected.split_whitespace() {
            let (path, value) = pair.split_once('=').unwrap();
            assert_eq!(self.text(path), value, "{path} of {}", self.body);
        }
        self
    }

    /// The answer is a refusal: HTTP status, code (`-` for none), parameter (`-` for none).
    #[track_caller]
    pub fn refused(self, status: u16, code: &str, param: &str) -> Self {
        let named = |name: &str| match self.text(&format!("error.{name}")) {
            text if text == "null" => "-".to_owned(),
            text => text,
        };
        let found = (self.status, named("code"), named("param"));
        assert_eq!(found, (status, code.to_owned(), param.to_owned()), "{}", self.body);
        self
    }

    /// The value at a path, as text.
    pub fn text(&self, path: &str) -> String {
        let step = |at: &'_ Value, part: &str| match part.parse::<usize>() {
            Ok(index) if at.is_array() => at.get(index).cloned(),
            Ok(_) | Err(_) => at.get(part).cloned(),
        };
        let found = path.split('.').try_fold(self.body.clone(), |at, part| step(&at, part));
        match found {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => "null".to_owned(),
        }
    }

    pub fn id(&self) -> String {
        self.text("id")
    }
}
