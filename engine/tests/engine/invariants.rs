//! The invariants of the specification (§5), after every step of long random walks.

use crate::test_helpers::{CONNECTED, MULTI, TestEngine};
use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::objects::{ChargeStatus, IntentStatus};
use holdfast_engine::{ASYNC_CAPTURE_LIMIT, BalanceTransactionId, Kind, Money, Object, ObjectId};
use std::collections::HashMap;

/// A small deterministic source of choices.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.roll(choices.len())]
    }
}

const METHODS: [&str; 9] = [
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_visa_chargeDeclined",
    "pm_card_threeDSecure2Required",
    "pm_usBankAccount_success",
    "pm_card_refundFail",
    "pm_card_pendingRefund",
    "pm_card_credit_disableEnterpriseCardFeatures",
];

fn step(w: &TestEngine, dice: &mut Dice, intents: &mut Vec<String>) {
    let method = dice.pick(&METHODS);
    let amount = [10, 50, 300, 700, 1000, 1001][dice.roll(6)];
    let intent = intents.get(dice.roll(intents.len().max(1))).cloned().unwrap_or_default();
    let last = dice.pick(&["true", "false"]);
    match dice.roll(12) {
        0 | 1 => {
            let capture = dice.pick(&["manual", "manual", "automatic", "automatic_async"]);
            let to = format!("transfer_data[destination]={CONNECTED} application_fee_amount=40");
            let (multi, shares) = (dice.pick(&[MULTI, ""]), dice.pick(&[to.as_str(), ""]));
            let confirm = dice.pick(&["confirm=true", ""]);
            let params = format!("amount=1000 currency=usd capture_method={capture} payment_method={method}");
            let answer = w.post("payment_intents", &format!("{params} {multi} {shares} {confirm}"));
            let id = if answer.status == 200 { answer.id() } else { answer.text("error.payment_intent.id") };
            if id != "null" {
                intents.push(id);
            }
        }
        2 => drop(w.post(&format!("payment_intents/{intent}/confirm"), &format!("payment_method={method}"))),
        3..=5 => {
            let fee = dice.pick(&["application_fee_amount=5", "", ""]);
            let params = format!("amount_to_capture={amount} final_capture={last} {fee}");
            drop(w.post(&format!("payment_intents/{intent}/capture"), &params));
        }
        6 => drop(w.post(&format!("payment_intents/{intent}/capture"), "amount_to_capture=0 final_capture=true")),
        7 => drop(w.post(&format!("payment_intents/{intent}/cancel"), "")),
        8 | 9 => {
            let shares = dice.pick(&["", "reverse_transfer=true", "refund_application_fee=true"]);
            drop(w.post("refunds", &format!("payment_intent={intent} amount={amount} {shares}")));
        }
        10 => {
            if let Ok(intent) = intent.parse() {
                w.inject(EnvironmentEvent::Authenticate { intent, passes: dice.roll(3) > 0 });
            }
        }
        _ => w.advance([1, 60, 3600, 86_400, 604_801][dice.roll(5)]),
    }
}

/// I1, I2, I3, I4, I5, I6, I7, I8, I11, I15, I17: hold after every step, for every order of operations.
#[test]
fn invariants_hold_after_every_step() {
    for seed in 0..60 {
        let w = TestEngine::new();
        let (mut dice, mut intents) = (Dice(seed), Vec::new());
        let mut ledger: HashMap<ObjectId, BalanceTransactionId> = HashMap::new();
        for _ in 0..120 {
            step(&w, &mut dice, &mut intents);
            check(&w, &mut ledger);
        }
        w.advance(86_400 * 50);
        check(&w, &mut ledger);
        w.reconciled();
    }
}

fn check(w: &TestEngine, ledger: &mut HashMap<ObjectId, BalanceTransactionId>) {
    let store = w.engine.store();
    let mut successful: HashMap<ObjectId, u32> = HashMap::new();
    let mut check_charge = |object: Object| {
        let charge = object.as_charge().unwrap();
        let object = store.object(charge.intent.into()).unwrap().unwrap();
        let intent = object.as_payment_intent().unwrap();
        if charge.status == ChargeStatus::Succeeded {
            *successful.entry(charge.intent.into()).or_default() += 1;
        }
        assert!(charge.captured.plus(charge.released).unwrap() <= charge.amount, "I1");
        assert!(charge.refunded <= charge.captured, "I2");
        let open = intent.status == IntentStatus::RequiresCapture;
        if charge.status == ChargeStatus::Succeeded && intent.latest_charge == Some(charge.id) {
            assert_eq!(charge.closed || charge.is_voided(), !open, "I5: {charge:?} {intent:?}");
        }
        assert!(!charge.is_refunded() || charge.is_voided() || charge.refunded == charge.captured, "I6");
        assert!(charge.captures <= 50 && (charge.captures <= 1 || charge.is_multicapture()), "I7");
        let filled = ledger.insert(charge.id.into(), charge.balance_transaction.unwrap_or(BalanceTransactionId(0)));
        let filled = filled.filter(|id| id.0 != 0);
        assert!(filled.is_none() || filled == charge.balance_transaction, "I11: once, never back");
        let taken = charge.status == ChargeStatus::Succeeded && !charge.captured.is_zero() && !charge.awaits_ledger;
        assert_eq!(taken, charge.balance_transaction.is_some(), "I11");
        let late = charge.ledger_due.map(|due| w.engine.now().since(due));
        assert!(!charge.awaits_ledger || late.is_some_and(|late| late < ASYNC_CAPTURE_LIMIT), "I11: within the hour");
    };
    store.each(Kind::Charge, &mut check_charge).unwrap();
    assert!(successful.values().all(|count| *count == 1), "I15");
    let check_intent = &mut |object: Object| {
        let intent = object.as_payment_intent().unwrap();
        let sum = intent.received.plus(intent.capturable).unwrap();
        assert!(sum <= intent.amount, "I1");
        match intent.status {
            IntentStatus::RequiresCapture => assert_eq!(sum, intent.amount, "I1"),
            IntentStatus::Succeeded => assert!(intent.capturable.is_zero() && !intent.received.is_zero(), "I3, I4"),
            IntentStatus::Canceled => assert_eq!(sum, Money::ZERO, "I3, I4"),
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
            | IntentStatus::Processing => assert_eq!(sum, Money::ZERO, "I15"),
        }
    };
    store.each(Kind::PaymentIntent, check_intent).unwrap();
    w.reconciled();
}

/// I14, R8: a consumer that keeps the newest event of each object ends where a fetch would, however the events
/// come: late, twice, backwards.
#[test]
fn a_careful_consumer_ends_where_a_fetch_would() {
    let w = TestEngine::new();
    let (mut dice, mut intents) = (Dice(7), Vec::new());
    for _ in 0..150 {
        step(&w, &mut dice, &mut intents);
    }
    let events = w.news();
    let mut known: HashMap<ObjectId, (u64, Object)> = HashMap::new();
    let backwards_and_twice = events.iter().rev().chain(events.iter());
    for event in backwards_and_twice {
        let slot = known.entry(event.object.id()).or_insert((0, event.object.clone()));
        if event.id.0 > slot.0 {
            *slot = (event.id.0, event.object.clone());
        }
    }
    for (id, (_, object)) in known {
        let fetched = w.engine.observe(id).unwrap().unwrap();
        if let (Some(seen), Some(now)) = (object.as_charge(), fetched.as_charge()) {
            assert_eq!(
                (seen.captured, seen.closed, seen.balance_transaction),
                (now.captured, now.closed, now.balance_transaction)
            );
        }
        if let (Some(seen), Some(now)) = (object.as_refund(), fetched.as_refund()) {
            assert_eq!(seen, now);
        }
    }
}

/// The same requests on the same seed leave the same behind, to the last byte.
#[test]
fn every_run_is_alike() {
    let run = || {
        let w = TestEngine::new();
        let (mut dice, mut intents) = (Dice(11), Vec::new());
        for _ in 0..200 {
            step(&w, &mut dice, &mut intents);
        }
        w.engine.events_after(0, 100_000).unwrap()
    };
    assert_eq!(run(), run());
}
