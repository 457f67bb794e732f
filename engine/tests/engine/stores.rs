//! The contract of every store, and the failures that only a file has.

use crate::test_helpers::{MERCHANT, START, TestEngine};
use holdfast_engine::acquirer::{Ask, Reference};
use holdfast_engine::command::{Command, JobKey, JobKind, ListQuery};
use holdfast_engine::objects::{Account, BalanceTransaction, Customer, MovementKind};
use holdfast_engine::store::{Batch, Durability, KeyRecord, KeyState, MemoryStore, OpenAsk, SqliteStore, Store};
use holdfast_engine::{
    ApiVersion, BalanceTransactionId, Currency, CustomerId, Dialect, Kind, Money, Object, PaymentIntentId,
};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn stores(folder: &Path) -> Vec<(&'static str, Arc<dyn Store>)> {
    let file = SqliteStore::open(&folder.join("store.db"), Durability::Full).unwrap();
    vec![
        ("plain memory", Arc::new(MemoryStore::default())),
        ("SQLite in memory", Arc::new(SqliteStore::in_memory().unwrap())),
        ("SQLite in a file", Arc::new(file)),
    ]
}

fn customer(id: u64, name: &str) -> Object {
    let (account, created) = (MERCHANT, START);
    let name = Some(name.to_owned());
    Customer {
        default_source: None,
        id: CustomerId(id),
        account,
        created,
        name,
        email: None,
        default_method: None,
        deleted: false,
        texts: None,
    }
    .into()
}

fn account() -> Object {
    Account::standard(MERCHANT).into()
}

fn put(store: &dyn Store, objects: Vec<Object>) {
    store.commit(Batch { objects, ..Batch::default() }).unwrap();
}

/// Objects: the last state counts, within a batch and across batches; lists are newest first.
#[test]
fn objects_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    for (name, store) in stores(folder.path()) {
        put(&*store, vec![account(), customer(1, "a"), customer(1, "b"), customer(2, "c")]);
        put(&*store, vec![customer(2, "d"), customer(3, "e")]);
        assert_eq!(store.object(CustomerId(1).into()).unwrap(), Some(customer(1, "b")), "{name}");
        for unknown in [9, u64::MAX] {
            assert_eq!(store.object(CustomerId(unknown).into()).unwrap(), None, "{name}");
        }
        let page = store.list(MERCHANT, &ListQuery { limit: 2, ..ListQuery::newest(Kind::Customer) }).unwrap();
        assert_eq!((page.objects, page.has_more), (vec![customer(3, "e"), customer(2, "d")], true));
        let mut all = Vec::new();
        store.each(Kind::Customer, &mut |object| all.push(object)).unwrap();
        assert_eq!(all, [customer(1, "b"), customer(2, "d"), customer(3, "e")]);
    }
}

/// Jobs: in the order of their time, replaced by name, gone when done.
#[test]
fn jobs_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let job = |n| JobKey::new(JobKind::ExpireHold, PaymentIntentId(n));
    for (name, store) in stores(folder.path()) {
        let schedule = vec![(job(1), START.after(30)), (job(2), START.after(10)), (job(3), START.after(20))];
        store.commit(Batch { schedule, ..Batch::default() }).unwrap();
        assert_eq!(store.next_due().unwrap(), Some(START.after(10)), "{name}");
        assert_eq!(store.due(START.after(9), 9).unwrap(), []);
        assert_eq!(store.due(START.after(20), 9).unwrap(), [job(2), job(3)]);
        assert_eq!(store.due(START.after(99), 1).unwrap(), [job(2)]);
        let (unschedule, schedule) = (vec![job(3)], vec![(job(2), START.after(40))]);
        store.commit(Batch { unschedule, schedule, ..Batch::default() }).unwrap();
        assert_eq!(store.due(START.after(99), 9).unwrap(), [job(1), job(2)]);
    }
}

/// Keys and questions: replaced, found, forgotten; a key that waits for an answer is not forgotten (IDEM-2).
#[test]
fn keys_and_questions_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let command = || Command::Retrieve(CustomerId(1).into());
    let key = |state| KeyRecord { account: MERCHANT, key: "k".to_owned(), command: command(), created: START, state };
    for (name, store) in stores(folder.path()) {
        let ask = Arc::new(OpenAsk {
            reference: Reference(7),
            ask: Ask::Release { hold: Reference(1) },
            command: command(),
            account: MERCHANT,
            version: ApiVersion::CURRENT,
            asked_at: START,
            request: 7,
            key: Some("k".to_owned()),
            expand: Vec::new(),
            locks: vec![CustomerId(1).into()],
            given_up: false,
        });
        let record = key(KeyState::Asking(Reference(7)));
        store.commit(Batch { ask: Some(ask.clone()), key: Some(record.clone()), ..Batch::default() }).unwrap();
        assert_eq!(store.key(MERCHANT, "k").unwrap(), Some(record), "{name}");
        assert_eq!(store.key(MERCHANT, "other").unwrap(), None);
        assert_eq!(store.open_asks().unwrap(), [ask]);
        assert_eq!(store.prune_keys(START.after(9)).unwrap(), 0);
        store.commit(Batch { answered: Some(Reference(7)), ..Batch::default() }).unwrap();
        assert_eq!(store.open_asks().unwrap(), []);
        let refusal = holdfast_engine::Refusal::from(holdfast_engine::Reason::KeyInUse);
        let body = holdfast_engine::Body::Refused(Box::new(refusal));
        let (request, version, expanded, replayed) = (1, ApiVersion::CURRENT, Vec::new(), false);
        let response = holdfast_engine::Response { request, version, body, expanded, replayed };
        let record = key(KeyState::Answered(Arc::new(response)));
        store.commit(Batch { key: Some(record), ..Batch::default() }).unwrap();
        assert_eq!(store.prune_keys(START).unwrap(), 1);
    }
}

/// A reopened file continues exactly where it stopped: objects, events, jobs, keys, balances.
#[test]
fn a_reopened_file_continues() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let open = || Arc::new(SqliteStore::open(&path, Durability::Full).unwrap());
    let w = TestEngine::on(open(), Dialect::default());
    let pi = w.multi(1000, "");
    let capture = format!("payment_intents/{pi}/capture");
    w.post_with_key("k", &capture, "amount_to_capture=700 final_capture=false").is("amount_received=700");
    let events = w.engine.events_after(0, 99).unwrap();
    let (acquirer, clock) = (w.acquirer.clone(), w.clock.clone());
    drop(w);
    let w = TestEngine::on_machine(open(), acquirer, clock, 1_000);
    assert_eq!(w.engine.events_after(0, 99).unwrap(), events);
    w.post_with_key("k", &capture, "amount_to_capture=700 final_capture=false").is("amount_received=700");
    w.intent(&pi).is("amount_received=700 amount_capturable=300");
    assert_eq!(w.engine.store().balance(MERCHANT, Currency::Usd).unwrap().pending, 650, "less the fee (P22)");
    w.advance(604_801);
    w.intent(&pi).is("status=succeeded amount_received=700");
    w.reconciled();
}

/// A ledger entry that takes a balance out of range is refused on every store, and the whole transaction with it.
#[test]
fn a_balance_never_leaves_its_range() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let store = w.engine.store();
        let entry = |id: u64, amount: i64| BalanceTransaction {
            id: BalanceTransactionId(id),
            account: MERCHANT,
            created: START,
            amount,
            fee: Money::ZERO,
            currency: Currency::Usd,
            kind: MovementKind::Charge,
            source: CustomerId(77).into(),
            available_on: START,
            is_available: true,
        };
        for (id, sign) in [(1, 1), (10, -1)] {
            store.commit(Batch { objects: vec![entry(id, i64::MAX * sign).into()], ..Batch::default() }).unwrap();
            let objects = vec![customer(77, "x"), entry(id + 1, sign * 5).into()];
            let error = store.commit(Batch { objects, ..Batch::default() }).unwrap_err().to_string();
            assert!(error.contains("the usd balance of acct_00000000001 out of range"), "{name}: {error}");
            assert_eq!(store.balance(MERCHANT, Currency::Usd).unwrap().available, i64::MAX * sign, "{name}");
            assert_eq!(store.object(CustomerId(77).into()).unwrap(), None, "{name}");
            store.commit(Batch { objects: vec![entry(id + 2, -i64::MAX * sign).into()], ..Batch::default() }).unwrap();
            assert_eq!(store.balance(MERCHANT, Currency::Usd).unwrap().total(), 0, "{name}");
        }
    }
}

/// The tables' own constraints refuse what the rules forbid (I1, I2), and the whole transaction with it.
#[test]
fn the_second_line_of_defence() {
    let w = TestEngine::on(Arc::new(SqliteStore::in_memory().unwrap()), Dialect::default());
    let pi = w.multi(1000, "");
    let intent = w.engine.observe(pi.parse::<PaymentIntentId>().unwrap()).unwrap().unwrap();
    let mut too_much = (**intent.as_payment_intent().unwrap()).clone();
    too_much.received = Money::new(1);
    let charge = w.engine.observe(too_much.latest_charge.unwrap()).unwrap().unwrap();
    let mut refunded = (**charge.as_charge().unwrap()).clone();
    refunded.refunded = Money::new(1);
    let orphan = holdfast_engine::objects::Charge {
        intent: PaymentIntentId(9),
        id: holdfast_engine::ChargeId(9),
        ..(**charge.as_charge().unwrap()).clone()
    };
    let wrong: [(&str, Object); 3] =
        [("CHECK", too_much.into()), ("CHECK", refunded.into()), ("FOREIGN KEY", orphan.into())];
    for (constraint, object) in wrong {
        let batch = Batch { objects: vec![customer(77, "x"), object], ..Batch::default() };
        let error = w.engine.store().commit(batch).unwrap_err().to_string();
        assert!(error.contains(constraint), "{error}");
        assert_eq!(w.engine.store().object(CustomerId(77).into()).unwrap(), None);
    }
    w.reconciled();
}

fn refused_untouched(path: &PathBuf, expected: &str) {
    let before = std::fs::read(path).unwrap();
    let error = SqliteStore::open(path, Durability::Full).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
    assert!(error.contains("store"), "it names the file: {error}");
    assert_eq!(std::fs::read(path).unwrap(), before, "{expected}");
}

/// A damaged or foreign file is refused with a clear message, and left as it was.
#[test]
fn files_that_are_no_stores() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    for text in ["not a database", &"not a database ".repeat(100)] {
        std::fs::write(&path, text).unwrap();
        refused_untouched(&path, "it is not a Holdfast store");
    }
    std::fs::remove_file(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE payments (id INTEGER); PRAGMA user_version = 3;").unwrap();
    drop(other);
    refused_untouched(&path, "another program made this database");

    std::fs::remove_file(&path).unwrap();
    let w = TestEngine::on(Arc::new(SqliteStore::open(&path, Durability::Full).unwrap()), Dialect::default());
    for _ in 0..20 {
        w.multi(1000, "");
    }
    let error = SqliteStore::open(&path, Durability::Full).unwrap_err().to_string();
    assert!(error.contains("another process has it open"), "{error}");
    drop(w);
    // Free pages hold nothing that could be damaged.
    Connection::open(&path).unwrap().execute_batch("VACUUM").unwrap();
    let whole = std::fs::read(&path).unwrap();
    assert!(whole.len() > 40_000);

    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    refused_untouched(&path, "it is damaged");
    for page in 1..whole.len() / 4096 {
        let mut broken = whole.clone();
        broken[page * 4096..page * 4096 + 64].fill(0xAA);
        std::fs::write(&path, &broken).unwrap();
        refused_untouched(&path, "it is damaged");
    }
    let mut newer = whole.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&path, &newer).unwrap();
    refused_untouched(&path, "a newer engine");
    std::fs::write(&path, &whole).unwrap();
    SqliteStore::open(&path, Durability::Full).unwrap();
}
