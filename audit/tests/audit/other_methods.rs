//! Methods and features that the model does not have: no honest payment is impossible for them.

use holdfast_audit::Finding;
use serde_json::{Value, json};

use crate::scripts::{BACKGROUND, CANCELED, DEBIT, EXPIRED, log_of};
use crate::unusual::{PENDING, always_impossible, at, judged, never_impossible, then};

const DAY: i64 = 86_400;

/// A debit that the bank refuses.
const FAILED_DEBIT: &str = "
create  pi1 1000 usd automatic method=usBankAccount_insufficientFunds confirm
advance 2d
settle  pi1
";

/// A debit that settles within the second.
const AT_ONCE: &str = "
create  pi1 1000 usd automatic method=usBankAccount_success confirm
settle  pi1
";

/// Adds both events of a change of the refund's status.
fn refund_moves(log: &mut Vec<Value>, was: &str, now: &str) {
    for kind in ["refund.updated", "charge.refund.updated"] {
        then(log, kind, "refund.created", i64::from(kind == "refund.updated") * DAY, |data| {
            data["object"]["status"] = json!(now);
            if kind == "refund.updated" {
                data["previous_attributes"] = json!({ "status": was });
            }
        });
        log.last_mut().unwrap()["request"] = Value::Null;
    }
}

/// REF-5: the bank returns a refund of any method; then it waits for details, and is pending again.
#[test]
fn a_bank_may_return_any_refund() {
    for (script, first) in [(BACKGROUND, "succeeded"), (PENDING, "pending")] {
        for also_pending in [false, true] {
            let mut log = log_of(script);
            refund_moves(&mut log, first, "requires_action");
            if also_pending {
                refund_moves(&mut log, "requires_action", "pending");
            }
            never_impossible(&format!("{first}, {also_pending}"), &log);
            let returned = log.iter().rposition(|event| event["data"]["object"]["status"] == "requires_action");
            let mut gap = log.clone();
            gap.drain(returned.unwrap() - 1..=returned.unwrap());
            if !also_pending {
                never_impossible("without its last move", &gap);
            }
        }
    }
    // But a refund to a card does not begin so, and without a return none that has succeeded is pending again.
    let mut log = log_of(BACKGROUND);
    let created = at(&log, "refund.created");
    log[created]["data"]["object"]["status"] = json!("requires_action");
    always_impossible("it begins with its customer", &log);
}

/// REF-4: a refund that was pending first may fail after it has succeeded, too.
#[test]
fn a_pending_refund_may_succeed_and_fail() {
    let mut log = log_of(PENDING);
    refund_moves(&mut log, "pending", "succeeded");
    never_impossible("it succeeds", &log);
    then(&mut log, "refund.failed", "refund.created", DAY, |data| {
        data["object"]["status"] = json!("failed");
        data["previous_attributes"] = json!({ "status": "succeeded" });
    });
    log.last_mut().unwrap()["request"] = Value::Null;
    refund_moves(&mut log, "succeeded", "failed");
    let last = log.len() - 2;
    log[last]["data"].as_object_mut().unwrap().remove("previous_attributes");
    never_impossible("it fails", &log);
}

/// REF-11: the refund of a debit waits for the bank, and everything may happen within one second.
#[test]
fn the_refund_of_a_debit_may_wait_for_the_bank() {
    for script in [DEBIT, AT_ONCE] {
        let mut log = log_of(script);
        let like = at(&log, "payment_intent.succeeded");
        let (intent, charge) = (&log[like]["data"]["object"]["id"], &log[like]["data"]["object"]["latest_charge"]);
        let refund = json!({ "id": "re_1", "object": "refund", "amount": 7, "currency": "usd", "status": "pending",
            "payment_intent": intent, "charge": charge });
        then(&mut log, "refund.created", "charge.succeeded", 0, |data| data["object"] = refund.clone());
        then(&mut log, "charge.refunded", "charge.succeeded", 0, |data| {
            data["object"]["amount_refunded"] = json!(7);
            data["previous_attributes"] = json!({ "amount_refunded": 0 });
        });
        log.iter_mut().for_each(|event| event["request"] = Value::Null);
        never_impossible(script, &log);
        refund_moves(&mut log, "pending", "succeeded");
        never_impossible("it succeeds", &log);
    }
}

/// Makes a method of each charge that shows no deadline of its hold.
fn by_klarna(log: &mut [Value]) {
    for event in log.iter_mut().filter(|event| event["data"]["object"]["object"] == "charge") {
        event["data"]["object"]["payment_method_details"] = json!({ "type": "klarna", "klarna": {} });
    }
}

/// HOLD-6: methods other than cards hold money for other times, and no event shows how long.
#[test]
fn other_methods_hold_money_for_other_times() {
    for script in [EXPIRED, CANCELED] {
        for days in [-4, 3, 14, 22] {
            let mut log = log_of(script);
            let held = log[at(&log, "payment_intent.amount_capturable_updated")]["created"].as_i64().unwrap();
            for event in log.iter_mut().filter(|event| event["created"].as_i64().unwrap() > held) {
                let created = event["created"].as_i64().unwrap();
                event["created"] = json!((created + days * DAY).max(held + 1));
            }
            let name = format!("{days} days later: {script}");
            if script == EXPIRED || days > 7 {
                let [_, complete] = judged(&log);
                assert!(
                    complete.iter().any(|it| matches!(it.finding, Finding::Impossible(_))),
                    "{name}: {complete:#?}"
                );
            }
            by_klarna(&mut log);
            never_impossible(&name, &log);
        }
    }
}

/// Raises the amount of the payment to 1,500 from its place on.
fn raise(log: &mut [Value], from: usize) {
    for event in &mut log[from..] {
        for place in ["object", "previous_attributes"] {
            let Some(shown) = event["data"].get_mut(place).and_then(Value::as_object_mut) else { continue };
            for value in shown.values_mut().filter(|value| **value == json!(1000)) {
                *value = json!(1500);
            }
        }
    }
}

/// PI-33, CAP-14: some features change the amount of a hold, and the model has none of them.
#[test]
fn the_amount_of_a_hold_may_change_with_a_feature_that_the_model_lacks() {
    let card = "payment_method_details";
    let features: [(&str, &str, Value); 7] = [
        ("charge", card, json!({ "type": "card", "card": { "incremental_authorization": { "status": "available" } } })),
        ("charge", card, json!({ "type": "card", "card": { "overcapture": { "status": "available" } } })),
        (
            "charge",
            card,
            json!({ "type": "card_present",
            "card_present": { "incremental_authorization_supported": true } }),
        ),
        ("charge", card, json!({ "type": "card_present", "card_present": { "overcapture_supported": true } })),
        (
            "payment_intent",
            "payment_method_options",
            json!({ "card": { "request_incremental_authorization": "if_available" } }),
        ),
        ("payment_intent", "payment_method_options", json!({ "card": { "request_overcapture": "if_available" } })),
        (
            "payment_intent",
            "payment_method_options",
            json!({ "card_present": { "request_incremental_authorization_support": true } }),
        ),
    ];
    let mut plain = log_of(CANCELED);
    let end = at(&plain, "payment_intent.canceled");
    let first = plain.iter().position(|it| it["created"] == plain[end]["created"]).unwrap();
    raise(&mut plain, first);
    always_impossible("no feature", &plain);
    for (object, field, shown) in features {
        let mut log = plain.clone();
        for event in log.iter_mut().filter(|event| event["data"]["object"]["object"] == object) {
            event["data"]["object"][field] = shown.clone();
        }
        never_impossible(&shown.to_string(), &log);
        let charged = at(&log, "charge.succeeded");
        log[charged]["data"]["object"]["amount"] = json!(-1000);
        always_impossible("what contradicts itself", &log);
    }
}

/// C13 says what a declined card shows; of a debit that failed later no requirement says it.
#[test]
fn a_failed_debit_may_show_what_it_would_have_taken() {
    let mut log = log_of(FAILED_DEBIT);
    for event in log.iter_mut().filter(|event| event["data"]["object"]["object"] == "charge") {
        let object = &mut event["data"]["object"];
        (object["amount_captured"], object["captured"]) = (object["amount"].clone(), json!(true));
    }
    never_impossible("a debit", &log);
    for event in log.iter_mut().filter(|event| event["type"] == "charge.failed") {
        event["data"]["object"]["payment_method_details"]["type"] = json!("card");
    }
    always_impossible("a card", &log);
}
