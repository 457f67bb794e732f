//! SIGKILL under load, on a real file: every acknowledged change is stored, and reconciliation finds no difference.

use crate::test_helpers::{MERCHANT, MULTI, form, with_settings};
use holdfast_engine::acquirer::{LedgerFile, NoFaults, SimulatedAcquirer};
use holdfast_engine::edge::read;
use holdfast_engine::objects::Account;
use holdfast_engine::store::{Durability, SqliteStore};
use holdfast_engine::{
    Clock, Engine, EngineParts, Money, PaymentIntentId, Request, SystemClock, SystemIds, Time, reconcile,
};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const CHILD: &str = "HOLDFAST_KILL_CHILD";

fn open(folder: &Path) -> (Engine, Arc<SimulatedAcquirer>) {
    let store = SqliteStore::open(&folder.join("payments.db"), Durability::Full).unwrap();
    let ledger = LedgerFile::open(&folder.join("payments.acquirer")).unwrap();
    let acquirer = Arc::new(SimulatedAcquirer::on_ledger(NoFaults, ledger));
    let parts = EngineParts {
        store: Arc::new(store),
        acquirer: acquirer.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::default()),
        ..EngineParts::in_memory(Time::default())
    };
    (Engine::open(parts).unwrap(), acquirer)
}

fn send(engine: &Engine, path: &str, params: &str) -> holdfast_engine::Response {
    let command =
        read::command(read::Verb::Post, &format!("/v1/{path}"), &with_settings(read::Verb::Post, path, form(params)));
    engine.execute(Request::new(MERCHANT, command))
}

/// The child: pays, captures and refunds on four threads until it is killed, and prints what was acknowledged.
#[test]
fn child() {
    let Ok(folder) = std::env::var(CHILD) else {
        return;
    };
    let (engine, _) = open(Path::new(&folder));
    engine.add_account(Account::standard(MERCHANT)).unwrap();
    println!("ready");
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| loop {
                let params = format!("amount=1000 currency=usd confirm=true payment_method=pm_card_visa capture_method=manual {MULTI}");
                let made = send(&engine, "payment_intents", &params);
                let Some(intent) = made.object().and_then(|object| object.as_payment_intent()) else { continue };
                let id = intent.id;
                acknowledge(id, 0, 0);
                for (captured, refunded) in [(300, 0), (300, 50), (700, 50), (700, 350)] {
                    let answer = match refunded {
                        0 => send(&engine, &format!("payment_intents/{id}/capture"), "amount_to_capture=300 final_capture=false"),
                        50 if captured == 300 => send(&engine, "refunds", &format!("payment_intent={id} amount=50")),
                        50 => send(&engine, &format!("payment_intents/{id}/capture"), "amount_to_capture=400"),
                        _ => send(&engine, "refunds", &format!("payment_intent={id} amount=300")),
                    };
                    assert_eq!(answer.status(), 200);
                    acknowledge(id, captured, refunded);
                }
            });
        }
    });
}

fn acknowledge(id: PaymentIntentId, captured: u64, refunded: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ack {id} {captured} {refunded}").unwrap();
}

/// Kills the child repeatedly. `HOLDFAST_KILLS=1000` makes it a long run.
#[test]
fn killed_in_the_middle_of_load() {
    let rounds: u64 = std::env::var("HOLDFAST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged: HashMap<PaymentIntentId, (u64, u64)> = HashMap::new();
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["kill::child", "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while !lines.next().unwrap().unwrap().ends_with("ready") {}
        // The reader drains the pipe, so that the child never waits for it.
        let reader = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
        std::thread::sleep(Duration::from_millis(40 + round * 37 % 160));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in reader.join().unwrap() {
            let parts: Vec<&str> = line.split(' ').collect();
            if let ["ack", id, captured, refunded] = parts[..]
                && let Ok(id) = id.parse()
            {
                acknowledged.insert(id, (captured.parse().unwrap(), refunded.parse().unwrap()));
            }
        }
        let (engine, acquirer) = open(folder.path());
        engine.run_due(SystemClock.now()).unwrap();
        let verdict = reconcile(engine.store(), &acquirer.positions()).unwrap();
        assert!(verdict.is_ok(), "round {round}: {verdict:?}");
        assert_eq!(verdict.unwrap().open, 0);
        for (id, (captured, refunded)) in &acknowledged {
            let object = engine.observe(*id).unwrap().unwrap();
            let intent = object.as_payment_intent().unwrap();
            let charge = engine.observe(intent.latest_charge.unwrap()).unwrap().unwrap();
            let charge = charge.as_charge().unwrap();
            assert!(intent.received >= Money::new(*captured), "{id} lost a capture");
            assert!(charge.refunded >= Money::new(*refunded), "{id} lost a refund");
        }
    }
    println!("{rounds} kills, {} payments", acknowledged.len());
    assert!(!acknowledged.is_empty());
}
