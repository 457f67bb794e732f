//! Requests to an engine that has stored many payments.

use crate::chart::Chart;
use crate::median;
use holdfast_engine::command::JobKind;
use holdfast_engine::edge::{read, render};
use holdfast_engine::objects::Account;
use holdfast_engine::store::{Durability, MemoryStore, SqliteStore, Store};
use holdfast_engine::{AccountId, DeliveryPort, Engine, EngineParts, Post, Request, Time};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

const ACCOUNT: AccountId = AccountId(1);
const NOW: Time = Time::new(1_800_000_000);
/// The smallest number of payments.
const SMALLEST: usize = 1_000;
/// The repetitions of each request.
const TIMES: usize = 400;

/// The acts, in the order of [`acts`].
const ACTS: [&str; 10] = [
    "retrieve a payment",
    "create and confirm a payment",
    "refund a payment",
    "list the latest 10 payments",
    "list 10 payments from the middle",
    "list the refunds of a payment",
    "list the latest 10 events",
    "list 10 events from the middle",
    "read the balances in the store",
    "deliver an event",
];

/// A transport whose endpoint acknowledges everything.
struct Acknowledged;

impl DeliveryPort for Acknowledged {
    fn post(&self, _: &Post) -> Option<u16> {
        Some(200)
    }
}

/// Measures the store in plain memory.
pub(crate) fn memory(largest: usize) -> Chart {
    let about = "The engine on its store in plain memory, without HTTP: a request is read from its path and form, decided, \
                 committed and rendered as JSON. Each payment stored is one captured charge with its events and its ledger \
                 entry.";
    let engine = engine(Arc::new(MemoryStore::default()));
    measured("memory", "Payments stored, in memory", about, engine, largest)
}

/// Measures the store in a file.
pub(crate) fn file(largest: usize) -> Chart {
    let about = "The same requests on a SQLite file. The process may die at any moment; waits for the disk, which a power cut \
                 would need, are left out.";
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(Arc::new(open(&folder.path().join("growth.db"))));
    measured("file", "Payments stored, in a file", about, engine, largest)
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Durability::Process).unwrap()
}

fn engine(store: Arc<dyn Store>) -> Engine {
    let parts =
        EngineParts { store, delivery: Arc::new(Acknowledged), assertions: false, ..EngineParts::in_memory(NOW) };
    let engine = Engine::open(parts).unwrap();
    engine.add_account(Account::standard(ACCOUNT)).unwrap();
    engine
}

fn measured(name: &'static str, title: &'static str, about: &'static str, engine: Engine, largest: usize) -> Chart {
    let sizes: Vec<usize> =
        std::iter::successors(Some(SMALLEST), |size| Some(size * 10)).take_while(|size| *size <= largest).collect();
    let mut rows: Vec<(&'static str, Vec<f64>)> = ACTS.iter().map(|act| (*act, Vec::new())).collect();
    let mut payments = Vec::new();
    let mut choices = fastrand::Rng::with_seed(7);
    for size in &sizes {
        while payments.len() < *size {
            payments.push(pay(&engine));
        }
        eprintln!("{title}: {size}");
        for ((_, times), time) in rows.iter_mut().zip(acts(&engine, &mut payments, &mut choices)) {
            times.push(time);
        }
    }
    Chart { name, title, about, axis: "payments stored", sizes, rows }
}

fn call(engine: &Engine, verb: read::Verb, path: &str, form: &[(&str, &str)]) -> Value {
    let command = read::command(verb, path, &read::form(form.iter().copied()));
    let response = engine.execute(Request::new(ACCOUNT, command));
    assert_eq!(response.status(), 200, "{path}: {}", render::response(&response));
    render::response(&response)
}

/// Makes a payment and returns its id.
fn pay(engine: &Engine) -> String {
    let form = [
        ("amount", "1000"),
        ("currency", "usd"),
        ("confirm", "true"),
        ("capture_method", "automatic"),
        ("payment_method", "pm_card_visa"),
        ("payment_method_types[]", "card"),
    ];
    call(engine, read::Verb::Post, "/v1/payment_intents", &form)["id"].as_str().unwrap().to_owned()
}

/// Returns the median time of each act.
fn acts(engine: &Engine, payments: &mut Vec<String>, choices: &mut fastrand::Rng) -> [f64; ACTS.len()] {
    let drawn: Vec<String> = (0..TIMES).map(|_| payments[choices.usize(..payments.len())].clone()).collect();
    let get = |path: &str, form: &[(&str, &str)]| drop(call(engine, read::Verb::Get, path, form));
    let retrieve = median(TIMES, |time| get(&format!("/v1/payment_intents/{}", drawn[time]), &[]));
    let create = median(TIMES, |_| payments.push(pay(engine)));
    let made = payments.split_off(payments.len() - TIMES);
    let refund = median(TIMES, |time| {
        let form = [("payment_intent", made[time].as_str()), ("amount", "400")];
        drop(call(engine, read::Verb::Post, "/v1/refunds", &form));
    });
    let latest = median(TIMES, |_| get("/v1/payment_intents", &[("limit", "10")]));
    let middle = median(TIMES, |time| {
        get("/v1/payment_intents", &[("limit", "10"), ("starting_after", &drawn[time])]);
    });
    let refunds = median(TIMES, |time| get("/v1/refunds", &[("payment_intent", &made[time])]));
    let events = median(TIMES, |_| get("/v1/events", &[("limit", "10")]));
    let of_middle = engine.events_after(u64::try_from(payments.len()).unwrap(), 1).unwrap();
    let cursor = of_middle.first().map(|(_, event)| event.id.to_string()).unwrap();
    let middle_events = median(TIMES, |_| get("/v1/events", &[("limit", "10"), ("starting_after", &cursor)]));
    let balance = median(TIMES, |_| drop(engine.store().balances(ACCOUNT).unwrap()));
    [retrieve, create, refund, latest, middle, refunds, events, middle_events, balance, deliver(engine)]
}

/// Returns the median time of a delivery: of the events of some payments to a new endpoint, which is removed again.
fn deliver(engine: &Engine) -> f64 {
    let form = [("url", "https://example.com/hook"), ("enabled_events[]", "*")];
    let endpoint = call(engine, read::Verb::Post, "/v1/webhook_endpoints", &form);
    (0..TIMES.div_ceil(3)).for_each(|_| drop(pay(engine)));
    let jobs = engine.store().due(NOW, usize::MAX).unwrap();
    let jobs: Vec<_> = jobs.into_iter().filter(|job| job.kind == JobKind::Deliver).take(TIMES).collect();
    assert_eq!(jobs.len(), TIMES);
    let time = median(TIMES, |time| engine.run_job(jobs[time], NOW).unwrap());
    let path = format!("/v1/webhook_endpoints/{}", endpoint["id"].as_str().unwrap());
    drop(call(engine, read::Verb::Delete, &path, &[]));
    time
}
