//! Logs of the shapes that real accounts and other tools write: each must be accepted (P6, P21, P33).

use holdfast_audit::{Bounds, Options};
use serde_json::{Value, json};

use crate::common::audit_text;
use crate::scripts::{BACKGROUND, log_of};

fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

/// Returns the payment of a log, by the object of its first event.
fn payment(events: &[Value]) -> Value {
    events[0]["data"]["object"]["id"].clone()
}

fn event(kind: &str, object: &Value) -> Value {
    json!({ "id": format!("evt_{kind}"), "object": "event", "created": 1_800_000_000_i64, "type": kind,
        "data": { "object": object } })
}

/// Returns the options for a log without gaps.
fn complete() -> Options {
    Options { bounds: Bounds { gaps: false, ..Bounds::default() }, ..Options::default() }
}

fn accepted(name: &str, log: &str) {
    let (report, verdicts) = audit_text(log, &Options::default()).unwrap();
    assert!(report.is_clean() && !verdicts.is_empty(), "{name}: {verdicts:#?}");
    let (report, verdicts) = audit_text(log, &complete()).unwrap();
    assert!(report.is_clean(), "{name}, complete: {verdicts:#?}");
}

/// P33: such an event moves no payment, with any name; a thin event shows no object at all.
#[test]
fn events_that_move_no_payment_change_no_verdict() {
    let payments: Vec<Value> =
        log_of(BACKGROUND).into_iter().filter(|event| event["type"] != "customer.created").collect();
    let of = payment(&payments);
    for kind in [
        "review.opened",
        "review.closed",
        "radar.early_fraud_warning.created",
        "invoice.paid",
        "payment_method.attached",
        "customer.updated",
        "payout.paid",
        "balance.available",
    ] {
        let object = json!({ "id": "obj_1", "payment_intent": of, "charge": "ch_none", "amount": 7, "status": "open" });
        let mut log = payments.clone();
        log.insert(1, event(kind, &object));
        accepted(kind, &lines(&log));
    }
    let thin = json!({ "id": "evt_thin", "object": "v2.core.event", "created": "2026-03-09T13:00:28.435Z",
        "type": "v2.core.account.updated", "related_object": { "id": "acct_1" } });
    let mut log = payments;
    log.insert(1, thin);
    accepted("a thin event", &lines(&log));
}

#[test]
fn a_byte_order_mark_and_other_line_ends_are_read() {
    let log = lines(&log_of(BACKGROUND));
    accepted("a mark", &format!("\u{feff}{log}"));
    accepted("CRLF", &log.replace('\n', "\r\n"));
    accepted("an array of lines", &format!("[{}]", log.trim().replace('\n', ",\n")));
    accepted("a mark before an array", &format!("\u{feff}[{}]", log.trim().replace('\n', ",\n")));
}

/// P21: the `created` event of a request that also confirms shows the end of the request.
#[test]
fn a_setup_is_created_with_confirm() {
    for (status, then) in [
        ("succeeded", Some("setup_intent.succeeded")),
        ("requires_action", Some("setup_intent.requires_action")),
        ("requires_payment_method", Some("setup_intent.setup_failed")),
        ("requires_payment_method", None),
    ] {
        let object = json!({ "id": "seti_1", "object": "setup_intent", "status": status, "payment_method": null });
        let mut log = vec![event("setup_intent.created", &object)];
        log.extend(then.map(|kind| event(kind, &object)));
        accepted(status, &lines(&log));
    }
}

/// P6: before 2022-11-15 the released rest of a partial capture counts as refunded, in the object and in its previous
/// values.
#[test]
fn old_versions_chain_their_previous_values() {
    let intent = |status: &str, capturable: i64, received: i64| {
        json!({ "id": "pi_1", "object": "payment_intent", "status": status, "amount": 1000, "currency": "usd",
            "amount_capturable": capturable, "amount_received": received, "capture_method": "manual" })
    };
    let charge = |captured: bool, amount: i64, refunded: i64| {
        json!({ "id": "ch_1", "object": "charge", "payment_intent": "pi_1", "status": "succeeded", "amount": 1000,
            "currency": "usd", "captured": captured, "amount_captured": amount, "amount_refunded": refunded,
            "refunded": false })
    };
    let refund = json!({ "id": "re_1", "object": "refund", "payment_intent": "pi_1", "charge": "ch_1", "amount": 100,
        "currency": "usd", "status": "succeeded" });
    let mut log = Vec::new();
    let mut put = |number: i64, kind: &str, object: Value, previous: Option<Value>| {
        let mut event = event(kind, &object);
        event["id"] = json!(format!("evt_{number}"));
        event["created"] = json!(1_800_000_000 + number / 10);
        event["api_version"] = json!("2020-08-27");
        if let Some(previous) = previous {
            event["data"]["previous_attributes"] = previous;
        }
        log.push(event);
    };
    put(1, "payment_intent.created", intent("requires_payment_method", 0, 0), None);
    put(11, "charge.succeeded", charge(false, 0, 0), None);
    put(12, "payment_intent.amount_capturable_updated", intent("requires_capture", 1000, 0), None);
    put(
        21,
        "charge.captured",
        charge(true, 600, 400),
        Some(json!({ "captured": false, "amount_captured": 0, "amount_refunded": 0 })),
    );
    put(22, "payment_intent.succeeded", intent("succeeded", 0, 600), None);
    put(31, "refund.created", refund, None);
    put(32, "charge.refunded", charge(true, 600, 500), Some(json!({ "amount_refunded": 400 })));
    accepted("the rest is refunded", &lines(&log));
    log[6]["data"]["previous_attributes"]["amount_refunded"] = json!(399);
    let (report, verdicts) = audit_text(&lines(&log), &complete()).unwrap();
    assert_eq!(report.impossible, 1, "{verdicts:#?}");
}
