//! Events that contradict themselves: each is impossible alone, with no other event, whether or not the log is complete.

use holdfast_audit::{Finding, Proof, Verdict};
use serde_json::{Value, json};

use crate::unusual::{always_impossible, judged};

const NOW: i64 = 1_800_000_000;

/// Returns an event of an object, with these fields and previous values.
fn event(kind: &str, fields: &Value, previous: &Value) -> Value {
    let of = kind.rsplit_once('.').map_or(kind, |(object, _)| object);
    let (object, id) = match of {
        "charge.refund" | "refund" => ("refund", json!({ "id": "re_1", "charge": "ch_1", "payment_intent": "pi_1" })),
        "checkout.session" => ("checkout.session", json!({ "id": "cs_1", "payment_intent": "pi_1" })),
        "charge" => ("charge", json!({ "id": "ch_1", "payment_intent": "pi_1" })),
        "transfer" => ("transfer", json!({ "id": "tr_1", "source_transaction": "ch_1" })),
        "application_fee" => ("application_fee", json!({ "id": "fee_1", "charge": "ch_1" })),
        "setup_intent" => ("setup_intent", json!({ "id": "seti_1" })),
        _ => ("payment_intent", json!({ "id": "pi_1" })),
    };
    let mut shown = id;
    shown["object"] = json!(object);
    for (name, value) in fields.as_object().unwrap() {
        shown[name] = value.clone();
    }
    let mut data = json!({ "object": shown });
    if !previous.is_null() {
        data["previous_attributes"] = previous.clone();
    }
    json!({ "id": "evt_1", "object": "event", "api_version": "2024-04-10", "created": NOW, "type": kind, "data": data })
}

/// The type of an event, its fields, and its previous values.
type Row = (&'static str, Value, Value);

fn row(kind: &'static str, fields: Value) -> Row {
    (kind, fields, Value::Null)
}

/// Returns the fields of an intent.
fn pi(status: &str, amount: i64, capturable: i64, received: i64) -> Value {
    json!({ "status": status, "amount": amount, "amount_capturable": capturable, "amount_received": received,
        "currency": "usd" })
}

/// Returns the fields of a charge of 1,000.
fn ch(captured: bool, taken: i64, back: i64, refunded: bool) -> Value {
    json!({ "status": "succeeded", "paid": true, "amount": 1000, "amount_captured": taken, "captured": captured,
        "amount_refunded": back, "refunded": refunded, "currency": "usd" })
}

/// Events whose status does not fit their type.
fn of_statuses() -> Vec<Row> {
    vec![
        row("payment_intent.succeeded", pi("canceled", 1000, 0, 0)),
        row("payment_intent.succeeded", pi("requires_capture", 1000, 1000, 0)),
        row("payment_intent.canceled", pi("succeeded", 1000, 0, 1000)),
        row("payment_intent.processing", pi("requires_action", 1000, 0, 0)),
        row("payment_intent.requires_action", pi("requires_capture", 1000, 1000, 0)),
        row("payment_intent.payment_failed", pi("succeeded", 1000, 0, 1000)),
        row("payment_intent.amount_capturable_updated", pi("canceled", 1000, 0, 0)),
        row("payment_intent.succeeded", pi("paid", 1000, 0, 1000)),
        row("charge.failed", json!({ "status": "succeeded" })),
        row("charge.succeeded", json!({ "status": "failed" })),
        row("charge.pending", json!({ "status": "succeeded" })),
        row("refund.failed", json!({ "status": "succeeded", "amount": 10 })),
        row("refund.created", json!({ "status": "canceled", "amount": 10 })),
        row("setup_intent.succeeded", json!({ "status": "canceled" })),
        row("setup_intent.canceled", json!({ "status": "requires_action" })),
        row("setup_intent.created", json!({ "status": "requires_capture" })),
        row("checkout.session.completed", json!({ "status": "expired" })),
        row("checkout.session.expired", json!({ "status": "complete" })),
        row("checkout.session.expired", json!({ "status": "expired", "payment_status": "paid" })),
        row("checkout.session.async_payment_failed", json!({ "status": "complete", "payment_status": "paid" })),
        row("checkout.session.async_payment_succeeded", json!({ "status": "complete", "payment_status": "unpaid" })),
    ]
}

/// Intents whose amounts and fields do not fit together.
fn of_intents() -> Vec<Row> {
    vec![
        row("payment_intent.succeeded", pi("succeeded", 1000, 0, 1001)),
        row("payment_intent.succeeded", pi("succeeded", 1000, 0, 0)),
        row("payment_intent.succeeded", pi("succeeded", 1000, 300, 700)),
        row("payment_intent.succeeded", pi("succeeded", -1000, 0, -1000)),
        row("payment_intent.succeeded", pi("succeeded", 100_000_000, 0, 100_000_000)),
        row("payment_intent.created", pi("requires_payment_method", 1000, 0, 1000)),
        row("payment_intent.created", pi("requires_payment_method", 1000, 1000, 0)),
        row("payment_intent.canceled", pi("canceled", 1000, 0, 1000)),
        row("payment_intent.canceled", pi("canceled", 1000, 1000, 0)),
        row("payment_intent.amount_capturable_updated", pi("requires_capture", 1000, 0, 0)),
        row("payment_intent.amount_capturable_updated", pi("requires_capture", 1000, 400, 500)),
        row("payment_intent.amount_capturable_updated", pi("requires_capture", 1000, 1100, 0)),
        row("payment_intent.created", json!({ "status": "requires_payment_method", "amount": "1000" })),
        row("payment_intent.created", json!({ "status": "requires_payment_method", "amount": 10.5 })),
        row(
            "payment_intent.created",
            json!({ "status": "requires_payment_method", "amount": 10,
            "application_fee_amount": 11 }),
        ),
        row("payment_intent.created", json!({ "status": "requires_payment_method", "payment_method": "pm_1" })),
        row("payment_intent.succeeded", json!({ "status": "succeeded", "cancellation_reason": "duplicate" })),
        row("payment_intent.canceled", json!({ "status": "canceled", "cancellation_reason": "no reason" })),
    ]
}

/// Charges whose amounts and flags do not fit together.
fn of_charges() -> Vec<Row> {
    vec![
        row("charge.captured", ch(false, 0, 0, false)),
        row("charge.captured", ch(true, 0, 0, false)),
        row("charge.captured", ch(true, 1001, 0, false)),
        row("charge.expired", ch(true, 1000, 0, false)),
        row("charge.expired", ch(false, 400, 600, false)),
        row("charge.succeeded", ch(true, 700, 0, false)),
        row("charge.succeeded", ch(false, 700, 0, false)),
        row("charge.refunded", ch(true, 1000, 1001, true)),
        row("charge.refunded", ch(true, 600, 700, false)),
        row("charge.refunded", ch(true, 1000, 0, false)),
        row("charge.refunded", ch(true, 1000, 400, true)),
        row("charge.refunded", ch(true, 1000, 1000, false)),
        row("charge.refunded", ch(true, 1000, -5, false)),
        row("charge.failed", json!({ "status": "failed", "paid": true })),
        row("charge.failed", json!({ "status": "failed", "amount": 10, "amount_captured": 10 })),
        row("charge.succeeded", json!({ "status": "succeeded", "paid": false })),
        row(
            "charge.succeeded",
            json!({ "status": "succeeded", "captured": false, "amount": 10, "amount_captured": 0,
            "balance_transaction": "txn_1" }),
        ),
        row(
            "charge.succeeded",
            json!({ "status": "succeeded", "captured": true, "amount": 10, "amount_captured": 10,
            "balance_transaction": null, "transfer": "tr_1" }),
        ),
    ]
}

/// Refunds, fees, transfers, and times.
fn of_others() -> Vec<Row> {
    vec![
        row("refund.created", json!({ "status": "succeeded", "amount": 0 })),
        row("refund.created", json!({ "status": "succeeded", "amount": -1 })),
        row("transfer.created", json!({ "amount": 10, "amount_reversed": 5, "reversed": false })),
        row("transfer.reversed", json!({ "amount": 10, "amount_reversed": 11, "reversed": true })),
        row("transfer.reversed", json!({ "amount": 10, "amount_reversed": 10, "reversed": false })),
        row("application_fee.created", json!({ "amount": 0, "amount_refunded": 0 })),
        row("application_fee.refunded", json!({ "amount": 10, "amount_refunded": 4, "refunded": true })),
        row("payment_intent.created", json!({ "status": "requires_payment_method", "created": NOW + 3_600 })),
        row("refund.created", json!({ "status": "succeeded", "amount": 10, "created": NOW - 3_600 })),
        row("checkout.session.completed", json!({ "status": "complete", "created": NOW + 3_600 })),
    ]
}

/// Events whose previous values do not lead to their present ones.
fn of_previous_values() -> Vec<Row> {
    vec![
        ("payment_intent.succeeded", pi("succeeded", 1000, 0, 700), json!({ "amount_received": 800 })),
        ("payment_intent.canceled", pi("canceled", 1000, 0, 0), json!({ "status": "succeeded" })),
        (
            "payment_intent.succeeded",
            pi("succeeded", 1000, 0, 700),
            json!({ "amount_capturable": 900, "amount_received": 0 }),
        ),
        ("charge.captured", ch(true, 700, 0, false), json!({ "amount_captured": 800 })),
        ("charge.captured", ch(true, 700, 0, false), json!({ "captured": true })),
        ("charge.refunded", ch(true, 1000, 400, false), json!({ "amount_refunded": 400 })),
        ("charge.refunded", ch(true, 1000, 400, false), json!({ "amount_refunded": 500 })),
        (
            "charge.updated",
            json!({ "status": "succeeded", "balance_transaction": "txn_2" }),
            json!({ "balance_transaction": "txn_1" }),
        ),
        ("refund.updated", json!({ "status": "succeeded", "amount": 10 }), json!({ "status": "failed" })),
        ("refund.updated", json!({ "status": "pending", "amount": 10 }), json!({ "status": "succeeded" })),
        (
            "transfer.reversed",
            json!({ "amount": 10, "amount_reversed": 4, "reversed": false }),
            json!({ "amount_reversed": 6 }),
        ),
    ]
}

/// Returns every row.
fn table() -> Vec<Row> {
    [of_statuses(), of_intents(), of_charges(), of_others(), of_previous_values()].concat()
}

#[test]
fn an_event_that_contradicts_itself_is_impossible_alone() {
    let mut wrong = Vec::new();
    for (kind, fields, previous) in table() {
        let log = [event(kind, &fields, &previous)];
        for verdicts in judged(&log) {
            let is_right = |it: &Verdict| matches!(&it.finding, Finding::Impossible(it) if it.proof == Proof::Alone);
            if !verdicts.iter().any(is_right) {
                wrong.push(format!("{kind} {fields} {previous}: {:?}", verdicts.iter().map(|it| &it.finding)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} verdicts:\n{}", wrong.len(), wrong.join("\n"));
    assert!(table().len() >= 70);
}

/// Fails if a log that may lack events is impossible.
fn possible(name: &str, log: &[Value]) {
    let [with_gaps, _] = judged(log);
    assert!(!with_gaps.iter().any(|it| matches!(it.finding, Finding::Impossible(_))), "{name}: {with_gaps:#?}");
}

/// Each row without the field that is wrong is possible: the contradiction, and not the shape, makes it impossible.
#[test]
fn without_its_fields_no_such_event_is_impossible() {
    for (kind, _, _) in table() {
        possible(kind, &[event(kind, &json!({}), &Value::Null)]);
    }
}

/// CHK-4, B25 to B27: sessions against their payments, with no other event.
#[test]
fn a_session_that_contradicts_its_payment_is_impossible() {
    let at = |event: Value, id: &str, seconds: i64| {
        let mut event = event;
        (event["id"], event["created"]) = (json!(id), json!(NOW + seconds));
        event
    };
    let session = |kind: &str, fields: Value| event(&format!("checkout.session.{kind}"), &fields, &Value::Null);
    let paid = json!({ "status": "complete", "payment_status": "paid", "amount_total": 1000, "currency": "usd" });
    let open = json!({ "status": "complete", "payment_status": "unpaid", "amount_total": 1000, "currency": "usd" });
    let intent = |kind: &str, status: &str, received: i64| {
        let fields = json!({ "status": status, "amount": 1000, "amount_capturable": 0, "amount_received": received,
            "currency": "usd" });
        event(&format!("payment_intent.{kind}"), &fields, &Value::Null)
    };
    let with = |base: &Value, field: &str, value: Value| {
        let mut fields = base.clone();
        fields[field] = value;
        fields
    };
    let succeeded = || intent("succeeded", "succeeded", 1000);
    let canceled = || intent("canceled", "canceled", 0);
    let expired = json!({ "status": "expired", "payment_status": "unpaid" });
    let honest: [(&str, Value, i64, Value, i64); 4] = [
        ("paid at once", succeeded(), 0, session("completed", paid.clone()), 1),
        ("paid later", session("completed", open.clone()), 0, succeeded(), 86_400),
        ("expired", canceled(), 0, session("expired", expired.clone()), 0),
        ("a debit that fails, given up", session("completed", open.clone()), 0, canceled(), 86_400 * 9),
    ];
    for (name, one, first, other, second) in honest {
        possible(name, &[at(one, "evt_1", first), at(other, "evt_2", second)]);
    }
    let rows: [(&str, Value, i64, Value, i64); 10] = [
        ("another amount", succeeded(), 0, session("completed", with(&paid, "amount_total", json!(999))), 1),
        ("another currency", succeeded(), 0, session("completed", with(&paid, "currency", json!("eur"))), 1),
        ("paid before its payment", session("completed", paid.clone()), 0, succeeded(), 3_600),
        ("paid and canceled", session("completed", paid.clone()), 0, canceled(), 3_600),
        ("completed after the cancellation", canceled(), 0, session("completed", open.clone()), 3_600),
        ("expired and paid", succeeded(), 0, session("expired", expired.clone()), 3_600),
        ("expired and completed", session("expired", expired), 0, session("completed", open.clone()), 60),
        ("completed twice", session("completed", paid.clone()), 0, session("completed", paid), 3_600),
        (
            "settled before completed",
            session("async_payment_succeeded", json!({ "status": "complete", "payment_status": "paid" })),
            0,
            session("completed", open.clone()),
            3_600,
        ),
        (
            "completed before created",
            session("completed", with(&open, "created", json!(NOW + 3_600))),
            0,
            intent("created", "requires_payment_method", 0),
            0,
        ),
    ];
    for (name, one, first, other, second) in rows {
        always_impossible(name, &[at(one, "evt_1", first), at(other, "evt_2", second)]);
    }
}
