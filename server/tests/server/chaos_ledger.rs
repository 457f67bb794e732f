//! `--chaos`: behaviors of the ledger and of banks.

use crate::chaos::{Directed, HOOK, Kept, PAY, get};
use holdfast_engine::objects::Settlement;
use holdfast_engine::time::{DAY, HOUR};
use holdfast_engine::{SequentialIds, Time};
use holdfast_server::chaos::{Behavior, Chaos, ChaosChoice, ChaosProfile};
use holdfast_server::{App, StoreChoice};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// A12, REF-4, C8: the ledger within the hour; refunds and debits that fail days later.
#[test]
fn ledger_and_banks_show_each_behavior() {
    let server = Directed::always(&[Behavior::LedgerLate]);
    let paid = server.post("/v1/payment_intents", &format!("{PAY}&expand[]=latest_charge"));
    let charge = paid["latest_charge"]["id"].as_str().unwrap().to_owned();
    let created = paid["created"].as_u64().unwrap();
    let filled = |server: &Directed| !get(server, &format!("/v1/charges/{charge}"))["balance_transaction"].is_null();
    server.pass(60);
    assert!(!filled(&server) && server.count(Behavior::LedgerLate) == 1);
    server.app.clock().advance_to(Time::new(created + 60)).unwrap();
    server.pass(HOUR - 60);
    assert!(filled(&server), "the ledger may take an hour (A12)");

    let server = Directed::always(&[Behavior::RefundFailsLater]);
    let paid = server.post("/v1/payment_intents", PAY);
    let refund = server.post("/v1/refunds", &format!("payment_intent={}&amount=400", paid["id"].as_str().unwrap()));
    assert_eq!(refund["status"], "succeeded");
    server.pass(21 * DAY);
    let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
    assert_eq!(get(&server, &path)["status"], "failed");

    let server = Directed::always(&[Behavior::RefundNeedsDetails]);
    let paid = server.post("/v1/payment_intents", PAY);
    let refund = server.post("/v1/refunds", &format!("payment_intent={}", paid["id"].as_str().unwrap()));
    let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
    let mut seen = BTreeSet::new();
    for _ in 0..14 * 24 {
        server.pass(HOUR);
        seen.insert(get(&server, &path)["status"].as_str().unwrap().to_owned());
    }
    assert!(seen.contains("requires_action"), "{seen:?}");
    assert_eq!(server.count(Behavior::RefundNeedsDetails), 1, "{refund}");

    for (behavior, status) in [(Behavior::DebitFails, "requires_payment_method"), (Behavior::DebitLate, "processing")] {
        let server = Directed::always(&[behavior]);
        let debit = "amount=1000&currency=usd&confirm=true&payment_method=pm_usBankAccount_success&payment_method_types[]=us_bank_account";
        let made = server.post("/v1/payment_intents", debit);
        server.pass(3 * DAY);
        let path = format!("/v1/payment_intents/{}", made["id"].as_str().unwrap());
        assert_eq!(get(&server, &path)["status"], status, "{}", behavior.name());
        assert_eq!(server.count(behavior), 1);
    }
}

/// A7: the three events of one posting arrive in any order; no other delivery is overtaken.
#[test]
fn the_events_of_a_posting_are_reordered() {
    let types = |behaviors: &[Behavior]| -> (Vec<String>, u64) {
        let server = Directed::always(behaviors);
        server.post("/v1/webhook_endpoints", HOOK);
        let account = server.post("/v1/accounts", "type=custom&country=US")["id"].as_str().unwrap().to_owned();
        server.post(
            "/v1/payment_intents",
            &format!("{PAY}&transfer_data[destination]={account}&application_fee_amount=100"),
        );
        server.pass(HOUR);
        let types = server.bodies().iter().map(|body| body["type"].as_str().unwrap().to_owned()).collect();
        (types, server.count(Behavior::LedgerReordered))
    };
    let is_posting =
        |name: &String| ["charge.updated", "transfer.created", "application_fee.created"].contains(&name.as_str());
    let (plain, none) = types(&[]);
    let (reordered, count) = types(&[Behavior::LedgerReordered]);
    assert!(none == 0 && count > 0);
    let split = |types: Vec<String>| -> (Vec<String>, Vec<String>) { types.into_iter().partition(is_posting) };
    let ((postings, others), (mut reordered, same)) = (split(plain), split(reordered));
    assert!(postings.len() >= 3 && postings != reordered, "{postings:?}, {reordered:?}");
    assert_eq!(others, same);
    let mut postings = postings;
    postings.sort();
    reordered.sort();
    assert_eq!(postings, reordered);
}

/// P22: under chaos the money of an account of a new server becomes available days later than usual.
#[test]
fn funds_are_late() {
    let delay = |chance| {
        let mut profile = ChaosProfile::silent();
        profile.set(Behavior::FundsLate, chance);
        let chaos = Arc::new(Chaos::new(ChaosChoice { seed: 1, profile }, None));
        let (key, ids) = ("sk_test_raw".parse().unwrap(), Arc::new(SequentialIds::default()));
        let posts = Arc::new(Kept(Mutex::default(), Some(200)));
        let opened = App::assemble(&StoreChoice::Memory, &[key], "http://127.0.0.1", ids, posts, Some(chaos)).unwrap();
        opened.app.engine().account(opened.accounts[0]).unwrap().settlement.delay
    };
    assert_eq!(delay(0), Settlement::STANDARD.delay);
    assert!((3 * DAY..=7 * DAY).contains(&delay(1000)), "{}", delay(1000));
}
