//! Crashes: every operation, with a crash before and after every commit and every call of the acquirer; then a
//! restart, the client's retry, and the same end as without any crash.

use crate::world::{CONNECTED, MERCHANT, MULTI, START, form};
use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Reference, SimulatedAcquirer};
use holdfast_engine::command::{JobKey, ListQuery, MethodRef, WorldEvent};
use holdfast_engine::edge::{read, render};
use holdfast_engine::objects::{Account, Event};
use holdfast_engine::store::{Batch, KeyRecord, MemoryStore, OpenAsk, Page, SqliteStore, Store, StoreError};
use holdfast_engine::{
    AccountId, Currency, Decline, Engine, EngineParts, Kind, ManualClock, Object, ObjectId, Request, SequentialIds,
    TestMethod, Time, reconcile,
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Where a run crashes: before or after the n-th commit or call of the acquirer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    at: u64,
    before: bool,
}

/// The process's luck: counts commits and calls, and dies at the planned points.
#[derive(Default)]
struct Luck {
    count: AtomicU64,
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
    fn balance(&self, account: AccountId, currency: Currency) -> Result<i64, StoreError> {
        self.1.alive(|| self.0.balance(account, currency))
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

/// One thing that a client, the world or time does; `$n` stands for the id that step n answered.
enum Step {
    Post(&'static str, String),
    Delete(&'static str),
    World(fn(&[String]) -> WorldEvent),
    Wait(u64),
}

/// A machine that survives its processes: disk, network, clock.
struct Machine {
    disk: Arc<dyn Store>,
    acquirer: Arc<SimulatedAcquirer>,
    clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
    luck: Arc<Luck>,
    restarts: u64,
}

impl Machine {
    fn new(disk: Arc<dyn Store>, plan: Vec<Point>) -> Self {
        let luck = Arc::new(Luck { plan: Mutex::new(plan), ..Luck::default() });
        let clock = Arc::new(ManualClock::at(START));
        let ids = Arc::new(SequentialIds::after(100));
        let machine = Self { disk, acquirer: Arc::new(SimulatedAcquirer::default()), clock, ids, luck, restarts: 0 };
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
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            ..EngineParts::in_memory(START)
        };
        Engine::open(parts).unwrap()
    }

    /// Plays the steps; after each crash the process restarts and the client sends the same request again.
    fn play(&mut self, steps: &[Step]) {
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
        // The worker has all the time in the world.
        for _ in 0..3 {
            let _ = engine.run_due(self.clock.advance_and_look(60));
            if self.luck.dead.load(Ordering::SeqCst) {
                self.restarts += 1;
                engine = self.start();
            }
        }
    }

    /// What an outsider sees in the end, without the ids, which differ from run to run.
    fn end(&self) -> Vec<String> {
        let verdict = reconcile(&*self.disk, &self.acquirer.positions()).unwrap();
        assert!(verdict.is_ok(), "{verdict:?}");
        assert_eq!(verdict.unwrap().open, 0);
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
        let command = read::command(verb, &format!("/v1/{}", fill(path)), &form(&fill(params)));
        let request = Request::new(MERCHANT, command).with_key(&format!("step-{number}"));
        let response = engine.execute(request);
        let body = render::response(&response);
        let id = body.get("id").or_else(|| body.pointer("/error/payment_intent/id"));
        id.and_then(|id| id.as_str()).unwrap_or_default().to_owned()
    };
    match step {
        Step::Post(path, params) => send(read::Verb::Post, path, params),
        Step::Delete(path) => send(read::Verb::Delete, path, ""),
        Step::World(event) => {
            let _ = engine.happen(MERCHANT, event(ids));
            String::new()
        }
        Step::Wait(_) => {
            let _ = engine.run_due(engine.now());
            String::new()
        }
    }
}

fn post(path: &'static str, params: impl Into<String>) -> Step {
    Step::Post(path, params.into())
}

const PAY: &str = "amount=1000 currency=usd confirm=true payment_method=";

/// Every operation at least once.
fn stories() -> Vec<(&'static str, Vec<Step>)> {
    let hold = format!("{PAY}pm_card_visa capture_method=manual {MULTI}");
    let to_connected = format!("transfer_data[destination]={CONNECTED} application_fee_amount=50");
    let item = "line_items[0][price_data][currency]=usd line_items[0][price_data][unit_amount]=2000 \
                line_items[0][price_data][product_data][name]=T";
    vec![
        (
            "several captures with shares and refunds",
            vec![
                post("payment_intents", format!("{hold} {to_connected}")),
                post(
                    "payment_intents/$0./capture",
                    "amount_to_capture=400 final_capture=false application_fee_amount=20",
                ),
                post("refunds", "payment_intent=$0. amount=100 metadata[a]=b"),
                post(
                    "payment_intents/$0./capture",
                    "amount_to_capture=300 final_capture=false application_fee_amount=7",
                ),
                post("payment_intents/$0./capture", "amount_to_capture=0 final_capture=true"),
                post("refunds", "payment_intent=$0. reverse_transfer=true refund_application_fee=true"),
                Step::Wait(90_000),
            ],
        ),
        (
            "confirm, update, cancel, decline, challenge",
            vec![
                post("payment_intents", "amount=900 currency=usd"),
                post("payment_intents/$0.", "amount=1000 metadata[a]=b"),
                post("payment_intents/$0./confirm", "payment_method=pm_card_visa_chargeDeclined"),
                post("payment_intents/$0./confirm", "payment_method=pm_card_threeDSecure2Required"),
                Step::World(|ids| WorldEvent::Authenticate { intent: ids[0].parse().unwrap(), passes: true }),
                post("payment_intents", format!("{PAY}pm_card_visa_chargeDeclined")),
                post("payment_intents", hold.clone()),
                post("payment_intents/$6./cancel", "cancellation_reason=duplicate"),
                post("payment_intents", hold.clone()),
                post("payment_intents/$8./capture", "amount_to_capture=600 final_capture=false"),
                post("payment_intents/$8./cancel", ""),
            ],
        ),
        (
            "async capture, expiry, failing and pending refunds",
            vec![
                post("payment_intents", format!("{PAY}pm_card_visa capture_method=automatic_async {to_connected}")),
                post("refunds", "payment_intent=$0. amount=300"),
                Step::Wait(60),
                post("payment_intents", hold.clone()),
                post("payment_intents/$3./capture", "amount_to_capture=600 final_capture=false"),
                post("payment_intents", hold.clone()),
                Step::Wait(604_801),
                post("payment_intents", format!("{PAY}pm_card_refundFail")),
                post("refunds", "payment_intent=$7."),
                post("payment_intents", format!("{PAY}pm_card_pendingRefund")),
                post("refunds", "payment_intent=$9."),
                Step::Wait(86_400),
            ],
        ),
        (
            "bank debits",
            vec![
                post("payment_intents", format!("{PAY}pm_usBankAccount_success")),
                post("payment_intents", format!("{PAY}pm_usBankAccount_accountClosed")),
                post("payment_intents", format!("{PAY}pm_usBankAccount_processing")),
                post("payment_intents/$2./cancel", ""),
                post("payment_intents", format!("{PAY}pm_usBankAccount_processing")),
                Step::World(|ids| WorldEvent::BankAnswers {
                    intent: ids[4].parse().unwrap(),
                    answer: Err(Decline::NoAccount),
                }),
                Step::Wait(259_200),
                post("refunds", "payment_intent=$0. amount=10"),
            ],
        ),
        (
            "setups, customers, methods, sessions",
            vec![
                post("customers", "name=a"),
                post("payment_methods/pm_card_visa/attach", "customer=$0."),
                post("setup_intents", "confirm=true payment_method=$1. customer=$0."),
                post("setup_intents", "confirm=true payment_method=pm_card_visa_chargeDeclined"),
                post("payment_intents", format!("{PAY}$1. customer=$0.")),
                post("payment_methods/$1./detach", ""),
                post("checkout/sessions", format!("mode=payment success_url=https://x {item}")),
                Step::World(|ids| WorldEvent::CompleteSession {
                    session: ids[6].parse().unwrap(),
                    method: MethodRef::Test(TestMethod::Visa),
                    email: None,
                }),
                post("checkout/sessions", format!("mode=payment success_url=https://x {item}")),
                post("checkout/sessions/$8./expire", ""),
                post("checkout/sessions", format!("mode=payment success_url=https://x {item}")),
                Step::Wait(86_400),
            ],
        ),
        (
            "money between accounts, webhooks",
            vec![
                post("webhook_endpoints", "url=https://a.test enabled_events[]=*"),
                post("payment_intents", format!("{PAY}pm_card_visa capture_method=automatic")),
                post("transfers", format!("amount=500 currency=usd destination={CONNECTED}")),
                post("transfers/$2./reversals", "amount=200"),
                post("payment_intents", format!("{PAY}pm_card_visa capture_method=automatic {to_connected}")),
                post("webhook_endpoints/$0.", "disabled=true"),
                Step::Delete("webhook_endpoints/$0."),
            ],
        ),
    ]
}

type MakeDisk = fn() -> Arc<dyn Store>;

/// Plays a story with one crash at each point, and with a second crash shortly after it; answers how many runs.
fn crash_everywhere(name: &str, steps: &[Step], disk: MakeDisk, second: &[u64]) -> u64 {
    let mut calm = Machine::new(disk(), Vec::new());
    calm.play(steps);
    let expected = calm.end();
    let points = calm.luck.count.load(Ordering::SeqCst);
    let mut runs = 0;
    for at in 1..=points {
        for before in [true, false] {
            let once = vec![Point { at, before }];
            let twice = second.iter().map(|more| vec![Point { at, before }, Point { at: at + more, before }]);
            for plan in std::iter::once(once).chain(twice) {
                let mut machine = Machine::new(disk(), plan.clone());
                machine.play(steps);
                assert!(machine.restarts > 0, "{name} {plan:?}");
                let end = machine.end();
                assert_eq!(end, expected, "{name} {plan:?}");
                runs += 1;
            }
        }
    }
    runs
}

/// No acknowledged change is lost, no effect happens twice, the books agree: after a crash anywhere.
/// `HOLDFAST_CRASHES=long` adds second crashes at many distances.
#[test]
fn a_crash_anywhere_changes_nothing_in_the_end() {
    let long = std::env::var("HOLDFAST_CRASHES").is_ok_and(|value| value == "long");
    let seconds: Vec<u64> = if long { (1..=40).collect() } else { vec![1, 2, 3] };
    let mut runs = 0;
    for (name, steps) in stories() {
        runs += crash_everywhere(name, &steps, || Arc::new(MemoryStore::default()), &seconds);
        runs += crash_everywhere(
            name,
            &steps,
            || Arc::new(SqliteStore::in_memory().unwrap()),
            if long { &seconds } else { &[] },
        );
    }
    println!("{runs} runs with crashes");
    assert!(runs > 500, "{runs}");
}
