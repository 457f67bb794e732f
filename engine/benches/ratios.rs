//! Operations per second of the core and of the engine on each store, beside the limit that bare SQLite sets.
//!
//! `cargo bench -p holdfast-engine` measures speed. `-- size` measures file sizes and the opening of a large store;
//! `-- assertions` measures the cost of the assertions; `-- fresh` measures engines with few operations each.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]
#![allow(clippy::float_arithmetic, reason = "ratios are printed, not computed with")]
#![allow(clippy::arithmetic_side_effects, reason = "counts of a measurement stay small")]
#![allow(clippy::cast_precision_loss, reason = "counts of a measurement stay small")]

use holdfast_engine::acquirer::{Answer, Reference, SimulatedAcquirer};
use holdfast_engine::command::{
    CapturePaymentIntent, Choices, Command, ConfirmOptions, ConfirmPaymentIntent, CreatePaymentIntent, CreateRefund,
    MethodRef,
};
use holdfast_engine::objects::{Account, Balances, CaptureMethod, Funds, MethodTypes};
use holdfast_engine::store::{Durability, MemoryStore, SqliteStore, Store};
use holdfast_engine::{
    AccountId, Currency, DecisionContext, Dialect, Engine, EngineParts, Objects, PaymentIntentId, Request,
    SequentialIds, Stop, TestMethod, Time, decide,
};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ACCOUNT: AccountId = AccountId(1);
const NOW: Time = Time::new(1_800_000_000);
/// The commits of the five operations of a payment: four of them need the acquirer and commit twice.
const COMMITS_IN_FIVE: f64 = 9.0;

fn main() {
    if std::env::args().any(|argument| argument == "fresh") {
        (0..5).for_each(|_| println!("{:.0} ops/s", fresh(false)));
        return;
    }
    if std::env::args().any(|argument| argument == "assertions") {
        assertions();
        return;
    }
    if std::env::args().any(|argument| argument == "size") {
        sizes();
        return;
    }
    println!("one operation: create, confirm, two captures and a refund in turn\n");
    let core = core_alone();
    println!("{:<46}{:>12.0} ops/s", "core alone (capture decided with its answer)", core);
    println!("{:<46}{:>12.0} ops/s", "engine, plain memory, new every 50 operations", fresh(false));
    println!("{:<46}{:>12.2} µs", "making an engine in plain memory, one account", making());
    let memory = engine_on(Arc::new(MemoryStore::default()), 40_000, false);
    println!("{:<46}{:>12.0} ops/s", "engine, plain memory, growing to 200000", memory);
    let keyed = engine_on(Arc::new(MemoryStore::default()), 40_000, true);
    println!("{:<46}{:>12.0} ops/s", "engine, plain memory, growing, with keys", keyed);
    let sqlite = engine_on(Arc::new(SqliteStore::in_memory().unwrap()), 6_000, false);
    println!("{:<46}{:>12.0} ops/s", "engine, SQLite in memory", sqlite);
    file();
}

/// The engine on a file beside bare transactions, in turn, because the speed of a disk varies.
fn file() {
    let folder = TempDir::new().unwrap();
    let slice = Duration::from_millis(700);
    let bare = Bare::new(&folder);
    for threads in [1, 2, 4, 8, 16] {
        let path = folder.path().join(format!("engine-{threads}.db"));
        let engine = engine(Arc::new(SqliteStore::open(&path, Durability::Full).unwrap()));
        let mut rounds: Vec<(f64, f64)> =
            (0..7).map(|_| (for_a_while(&engine, threads, slice), bare.for_a_while(slice))).collect();
        rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
        let (ops, limit) = rounds.get(rounds.len() / 2).copied().unwrap();
        println!(
            "{:<46}{ops:>12.0} ops/s  limit {limit:>6.0} tx/s  {:.2} of it by transactions, {:.2} by operations",
            format!("engine, a file, {threads} writer(s)"),
            ops * COMMITS_IN_FIVE / 5.0 / limit,
            ops / limit
        );
    }
}

fn core_alone() -> f64 {
    let store = Arc::new(MemoryStore::default());
    let engine = engine(store.clone());
    let intent = created(&engine, true);
    let account = engine.account(ACCOUNT).unwrap();
    let view = View(store);
    let (ids, dialect) = (SequentialIds::after(1_000), Dialect::default());
    let capture =
        CapturePaymentIntent { amount: Some(10), final_capture: Some(false), ..CapturePaymentIntent::new(intent) };
    let command = Command::CapturePaymentIntent(capture);
    let (start, mut count) = (Instant::now(), 0_u64);
    while start.elapsed() < Duration::from_millis(700) {
        for _ in 0..1_000 {
            let reference = Reference(count);
            let version = account.version;
            let context = |answer| DecisionContext {
                objects: &view,
                ids: &ids,
                dialect: &dialect,
                now: NOW,
                account: &account,
                version,
                reference,
                answer,
            };
            assert!(matches!(decide(&context(None), &command), Err(Stop::Ask(_))));
            assert!(decide(&context(Some(Answer::Done)), &command).is_ok());
            count += 1;
        }
    }
    count as f64 / start.elapsed().as_secs_f64()
}

struct View(Arc<MemoryStore>);

impl Objects for View {
    fn object(&self, id: holdfast_engine::ObjectId) -> Option<holdfast_engine::Object> {
        self.0.object(id).unwrap()
    }
    fn balance(&self, account: AccountId, currency: Currency) -> Funds {
        self.0.balance(account, currency).unwrap()
    }

    fn balances(&self, account: AccountId) -> Balances {
        self.0.balances(account).unwrap()
    }
}

/// An engine without assertions, as a release build of the server runs it.
fn engine(store: Arc<dyn Store>) -> Engine {
    engine_with(store, false)
}

fn engine_with(store: Arc<dyn Store>, assertions: bool) -> Engine {
    let acquirer = Arc::new(SimulatedAcquirer::default());
    let engine = Engine::open(EngineParts { store, acquirer, assertions, ..EngineParts::in_memory(NOW) }).unwrap();
    engine.add_account(Account::standard(ACCOUNT)).unwrap();
    engine
}

fn send(engine: &Engine, command: Command, key: Option<String>) -> holdfast_engine::Response {
    let request = Request { idempotency_key: key, ..Request::new(ACCOUNT, command) };
    let response = engine.execute(request);
    assert_eq!(response.status(), 200);
    response
}

fn created(engine: &Engine, confirm: bool) -> PaymentIntentId {
    let create = CreatePaymentIntent {
        capture_method: Some(CaptureMethod::Manual),
        request_multicapture: true,
        method_types: Some(MethodTypes::CARD),
        method: confirm.then_some(MethodRef::Test(TestMethod::Visa)),
        confirm: confirm.then(ConfirmOptions::default),
        ..CreatePaymentIntent::new(1000, Currency::Usd)
    };
    let response = send(engine, Command::CreatePaymentIntent(Box::new(create)), None);
    response.object().unwrap().as_payment_intent().unwrap().id
}

/// One payment of five operations.
fn pay(engine: &Engine, key: Option<&str>) {
    let key = |step: &str| key.map(|key| format!("{key}-{step}"));
    let intent = created(engine, false);
    let choices = Choices { method: Some(MethodRef::Test(TestMethod::Visa)), ..Choices::default() };
    let confirm = ConfirmPaymentIntent { choices, ..ConfirmPaymentIntent::new(intent) };
    send(engine, Command::ConfirmPaymentIntent(confirm), key("confirm"));
    for (amount, last) in [(700, false), (200, true)] {
        let capture = CapturePaymentIntent {
            amount: Some(amount),
            final_capture: Some(last),
            ..CapturePaymentIntent::new(intent)
        };
        send(engine, Command::CapturePaymentIntent(capture), key(&amount.to_string()));
    }
    let refund = CreateRefund { intent: Some(intent), amount: Some(100), ..CreateRefund::default() };
    send(engine, Command::CreateRefund(refund), key("refund"));
}

fn engine_on(store: Arc<dyn Store>, payments: u64, keys: bool) -> f64 {
    let engine = engine(store);
    let start = Instant::now();
    for payment in 0..payments {
        let key = keys.then(|| payment.to_string());
        pay(&engine, key.as_deref());
    }
    payments as f64 * 5.0 / start.elapsed().as_secs_f64()
}

/// As fuzzing uses it: a new engine for every few operations.
fn fresh(assertions: bool) -> f64 {
    let (start, mut count) = (Instant::now(), 0_u64);
    while start.elapsed() < Duration::from_secs(1) {
        let engine = engine_with(Arc::new(MemoryStore::default()), assertions);
        (0..10).for_each(|_| pay(&engine, None));
        count += 50;
    }
    count as f64 / start.elapsed().as_secs_f64()
}

/// The cost of the assertions: runs with and without them in turn, and the median of the ratios.
fn assertions() {
    let mut ratios: Vec<f64> = (0..9).map(|_| fresh(true) / fresh(false)).collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap();
    println!("with assertions: {median:.2} of the operations without");
}

/// Microseconds to make an engine in plain memory with an account, and to drop it.
fn making() -> f64 {
    let count = 100_000_u32;
    let start = Instant::now();
    for _ in 0..count {
        drop(std::hint::black_box(engine(Arc::new(MemoryStore::default()))));
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(count)
}

fn for_a_while(engine: &Engine, threads: u64, time: Duration) -> f64 {
    let start = Instant::now();
    let payments: u64 = std::thread::scope(|scope| {
        let work = || {
            let mut payments = 0_u64;
            while start.elapsed() < time {
                pay(engine, None);
                payments += 1;
            }
            payments
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    payments as f64 * 5.0 / start.elapsed().as_secs_f64()
}

/// Transactions of one small write each, with one writer and `synchronous=FULL`: the limit.
struct Bare(rusqlite::Connection);

impl Bare {
    fn new(folder: &TempDir) -> Self {
        let connection = rusqlite::Connection::open(folder.path().join("bare.db")).unwrap();
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, record BLOB)").unwrap();
        Self(connection)
    }

    fn for_a_while(&self, time: Duration) -> f64 {
        let record = vec![7_u8; 300];
        let (start, mut count) = (Instant::now(), 0_u64);
        while start.elapsed() < time {
            self.0.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
            self.0.prepare_cached("INSERT INTO t (record) VALUES (?)").unwrap().execute([&record]).unwrap();
            self.0.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
            count += 1;
        }
        count as f64 / start.elapsed().as_secs_f64()
    }
}

/// Bytes of a payment and of each capture and refund in the file, and the time to open a million payments.
fn sizes() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("sizes.db");
    let payments: u64 = std::env::var("HOLDFAST_PAYMENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let engine = engine(Arc::new(SqliteStore::open(&path, Durability::Process).unwrap()));
    // The file as it is once everything in the log has moved into it.
    let size = || {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        std::fs::metadata(&path).unwrap().len()
    };
    let mut held = Vec::new();
    let measure = |name: &str, count: u64, each: &mut dyn FnMut()| {
        let before = size();
        (0..count).for_each(|_| each());
        println!("{name:<46}{:>12.0} bytes", (size() - before) as f64 / count as f64);
    };
    measure("a payment, created, held, with its events", 4_000, &mut || held.push(created(&engine, true)));
    let mut next = held.iter().cycle();
    measure("each capture", 4_000, &mut || {
        let capture = CapturePaymentIntent::new(*next.next().unwrap());
        let capture = CapturePaymentIntent { amount: Some(100), final_capture: Some(false), ..capture };
        send(&engine, Command::CapturePaymentIntent(capture), None);
    });
    measure("each refund", 4_000, &mut || {
        let refund = CreateRefund { intent: next.next().copied(), amount: Some(10), ..CreateRefund::default() };
        send(&engine, Command::CreateRefund(refund), None);
    });
    let start = Instant::now();
    for _ in 4_000..payments {
        created(&engine, true);
    }
    println!("{payments} payments in the file after {:.0} s", start.elapsed().as_secs_f64());
    drop(engine);
    let bytes = std::fs::metadata(&path).unwrap().len();
    let start = Instant::now();
    let store = Arc::new(SqliteStore::open(&path, Durability::Full).unwrap());
    let again = Engine::open(EngineParts { store, ..EngineParts::in_memory(NOW) }).unwrap();
    println!("opened {} MB in {:.3} s", bytes >> 20, start.elapsed().as_secs_f64());
    drop(again);
}
