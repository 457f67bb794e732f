//! Tampered logs: the audit finds the change, at the event that was changed.

use holdfast_audit::{Bounds, Finding, Options, Verdict};
use serde_json::{Value, json};

use crate::common::{audit_text, lines};
use crate::scripts::{
    BACKGROUND, CANCELED, CONNECT, DEBIT, DECLINED, EXPIRED, LEFT, PIECES, REFUND_FAILS, SHARED_LATER, TWO, log_of,
    many_refunds,
};

/// One way to tamper with a log: the edit answers the id of the event that cannot have happened then.
type Tampering = (&'static str, &'static str, fn(&mut Vec<Value>) -> String);

/// One way to edit a log.
type Edit = (&'static str, &'static str, fn(&mut Vec<Value>));

const HOUR: i64 = 3_600;

#[rustfmt::skip]
const CAUGHT: &[Tampering] = &[
    ("amount changed in one event", PIECES, |log| set(log, "payment_intent.amount_capturable_updated", 1, "amount", json!(1100))),
    ("more received than captured", PIECES, |log| set(log, "payment_intent.amount_capturable_updated", 1, "amount_received", json!(800))),
    ("less received than captured", PIECES, |log| set(log, "payment_intent.succeeded", 0, "amount_received", json!(700))),
    ("capturable wrong after a piece", PIECES, |log| set(log, "payment_intent.amount_capturable_updated", 1, "amount_capturable", json!(350))),
    ("captured more than authorized", PIECES, |log| set(log, "charge.updated", 0, "amount_captured", json!(1700))),
    ("captured flag missing at the end", PIECES, |log| set(log, "charge.captured", 0, "captured", json!(false))),
    ("an extra capture", PIECES, |log| again(log, "charge.updated", 0, HOUR / 2)),
    ("an extra final capture", PIECES, |log| again(log, "charge.captured", 0, HOUR / 2)),
    ("succeeded twice", BACKGROUND, |log| again(log, "payment_intent.succeeded", 0, HOUR)),
    ("created twice", BACKGROUND, |log| again(log, "payment_intent.created", 0, HOUR)),
    ("more refunded than was captured", PIECES, |log| set(log, "charge.refunded", 1, "amount_refunded", json!(950))),
    ("refunded said of a partial refund", PIECES, |log| set(log, "charge.refunded", 0, "refunded", json!(true))),
    ("refunded flag missing after a full refund", BACKGROUND, |log| set(log, "charge.refunded", 0, "refunded", json!(false))),
    ("refund of what was never captured", PIECES, |log| moved(log, "refund.created", 0, -3 * HOUR / 2)),
    ("one refund with two amounts", PIECES, |log| {
        let id = again(log, "refund.created", 0, HOUR / 2);
        change(log, &id, "amount", json!(50))
    }),
    ("refund id of an earlier refund", PIECES, |log| {
        let first = log[at(log, "refund.created", 0)]["data"]["object"]["id"].clone();
        set(log, "refund.created", 1, "id", first)
    }),
    ("event of another payment", TWO, |log| {
        let other = log[at(log, "payment_intent.created", 1)]["data"]["object"]["id"].clone();
        set(log, "charge.captured", 0, "payment_intent", other)
    }),
    ("status that skips the capture", PIECES, |log| set(log, "payment_intent.amount_capturable_updated", 0, "status", json!("succeeded"))),
    ("status that goes back", PIECES, |log| set(log, "payment_intent.succeeded", 0, "status", json!("requires_capture"))),
    ("status that does not exist", PIECES, |log| set(log, "payment_intent.succeeded", 0, "status", json!("paid"))),
    ("succeeded after canceled", CANCELED, |log| {
        let mut event = log[at(log, "payment_intent.canceled", 0)].clone();
        event["type"] = json!("payment_intent.succeeded");
        event["data"]["object"]["status"] = json!("succeeded");
        event["data"]["object"]["amount_received"] = json!(1000);
        later(log, event, HOUR)
    }),
    ("captured after canceled", CANCELED, |log| {
        let mut event = log[at(log, "charge.succeeded", 0)].clone();
        event["type"] = json!("charge.captured");
        event["data"]["object"]["captured"] = json!(true);
        event["data"]["object"]["amount_captured"] = json!(1000);
        later(log, event, 2 * HOUR)
    }),
    ("canceled after succeeded", BACKGROUND, |log| {
        let mut event = log[at(log, "payment_intent.succeeded", 0)].clone();
        event["type"] = json!("payment_intent.canceled");
        event["data"]["object"]["status"] = json!("canceled");
        later(log, event, 3 * HOUR)
    }),
    ("canceled with money received", CANCELED, |log| set(log, "payment_intent.canceled", 0, "amount_received", json!(500))),
    ("canceled and still holding", CANCELED, |log| set(log, "payment_intent.canceled", 0, "amount_capturable", json!(1000))),
    ("canceled by the system before the deadline", CANCELED, |log| set(log, "payment_intent.canceled", 0, "cancellation_reason", json!("automatic"))),
    ("canceled for a reason that there is not", CANCELED, |log| set(log, "payment_intent.canceled", 0, "cancellation_reason", json!("bored"))),
    ("hold let go in part", CANCELED, |log| set(log, "charge.refunded", 0, "amount_refunded", json!(400))),
    ("captured after the deadline", PIECES, |log| {
        let id = moved(log, "charge.updated", 1, 8 * 24 * HOUR);
        for kind in ["charge.captured", "payment_intent.succeeded", "payment_intent.amount_capturable_updated"] {
            let last = log.iter().rposition(|event| event["type"] == kind).unwrap();
            shift(&mut log[last], 8 * 24 * HOUR);
        }
        for kind in ["refund.created", "charge.refunded"] {
            let index = at(log, kind, 1);
            shift(&mut log[index], 8 * 24 * HOUR);
        }
        id
    }),
    ("expired before the deadline", EXPIRED, |log| {
        let cancel = at(log, "payment_intent.canceled", 0);
        shift(&mut log[cancel], -3 * 24 * HOUR);
        moved(log, "charge.expired", 0, -3 * 24 * HOUR)
    }),
    ("currency changed half-way", PIECES, |log| set(log, "payment_intent.succeeded", 0, "currency", json!("eur"))),
    ("refund in another currency", PIECES, |log| set(log, "refund.created", 0, "currency", json!("eur"))),
    ("fee above the amount", CONNECT, |log| set(log, "charge.succeeded", 0, "application_fee_amount", json!(5000))),
    ("fee of another amount", CONNECT, |log| set(log, "application_fee.created", 0, "amount", json!(900))),
    ("more of a fee given back than it was", CONNECT, |log| set(log, "application_fee.refunded", 0, "amount_refunded", json!(300))),
    ("transfer of more than was captured", CONNECT, |log| set(log, "transfer.created", 0, "amount", json!(1500))),
    ("more of a transfer taken back than it was", CONNECT, |log| set(log, "transfer.reversed", 0, "amount_reversed", json!(1500))),
    ("latest charge swapped", PIECES, |log| set(log, "payment_intent.succeeded", 0, "latest_charge", json!("ch_of_somebody_else"))),
    ("charge swapped", PIECES, |log| set(log, "charge.captured", 0, "id", json!("ch_of_somebody_else"))),
    ("second successful charge", DECLINED, |log| {
        let id = again(log, "charge.succeeded", 0, HOUR);
        change(log, &id, "id", json!("ch_another"))
    }),
    ("previous amount that was not there", PIECES, |log| previous(log, "payment_intent.amount_capturable_updated", 1, "amount_capturable", json!(900))),
    ("refund forgotten to have failed", REFUND_FAILS, |log| previous(log, "charge.refunded", 1, "amount_refunded", json!(1000))),
    ("refund that rises again", REFUND_FAILS, |log| {
        set(log, "refund.updated", 0, "status", json!("succeeded"));
        moved(log, "refund.updated", 0, HOUR / 2)
    }),
    ("required event deleted, previous values of another history", PIECES, |log| {
        log.remove(at(log, "payment_intent.amount_capturable_updated", 1));
        log.remove(at(log, "charge.updated", 0));
        previous(log, "payment_intent.amount_capturable_updated", 1, "amount_capturable", json!(750))
    }),
    ("creation after everything else", PIECES, |log| moved(log, "payment_intent.created", 0, 9 * HOUR)),
    ("success before the hold", PIECES, |log| moved(log, "payment_intent.amount_capturable_updated", 0, 5 * HOUR)),
    ("negative amount", PIECES, |log| set(log, "payment_intent.succeeded", 0, "amount_received", json!(-900))),
    ("amount as text", PIECES, |log| set(log, "charge.updated", 0, "amount_captured", json!("700"))),
    ("amount as a fraction", PIECES, |log| set(log, "refund.created", 0, "amount", json!(100.5))),
    ("amount of nine digits", BACKGROUND, |log| set(log, "charge.updated", 0, "amount_captured", json!(1_000_000_000))),
    ("ledger entry before it is booked", BACKGROUND, |log| set(log, "charge.succeeded", 0, "balance_transaction", json!("txn_early"))),
    ("booked after the hour", BACKGROUND, |log| moved(log, "charge.updated", 0, HOUR)),
    ("failed and succeeded", DECLINED, |log| set(log, "payment_intent.payment_failed", 0, "status", json!("succeeded"))),
    ("failed charge with money", DECLINED, |log| set(log, "charge.failed", 0, "amount_captured", json!(1000))),
    ("debit settled before it was sent", DEBIT, |log| moved(log, "charge.pending", 0, 3 * 24 * HOUR)),
    ("debit that succeeds while processing", DEBIT, |log| set(log, "payment_intent.processing", 0, "amount_received", json!(1000))),
    ("multicapture taken away", PIECES, |log| {
        let index = at(log, "charge.updated", 1);
        log[index]["data"]["object"]["payment_method_details"]["card"]["multicapture"]["status"] = json!("unavailable");
        id_of(&log[index])
    }),
    ("object of another kind", PIECES, |log| set(log, "charge.captured", 0, "object", json!("payment_intent"))),
    ("one event id, two stories", PIECES, |log| {
        let mut event = log[at(log, "payment_intent.succeeded", 0)].clone();
        event["data"]["object"]["amount_received"] = json!(901);
        let id = id_of(&event);
        log.push(event);
        id
    }),
];

/// A log that some execution explains if events are missing, and none if the log is complete.
#[rustfmt::skip]
const CAUGHT_IF_COMPLETE: &[Tampering] = &[
    ("refund larger than the rest", PIECES, |log| set(log, "refund.created", 1, "amount", json!(900))),
    ("refund of another amount than the charge says", PIECES, |log| {
        set(log, "charge.refunded", 1, "amount_refunded", json!(500));
        id_of(&log[at(log, "refund.created", 1)])
    }),
    ("previous refund that was not there", PIECES, |log| {
        previous(log, "charge.refunded", 1, "amount_refunded", json!(200))
    }),
    ("an event deleted", PIECES, |log| {
        log.remove(at(log, "charge.captured", 0));
        id_of(&log[at(log, "charge.updated", 1)])
    }),
    ("a refund deleted", PIECES, |log| {
        log.remove(at(log, "charge.refunded", 0));
        id_of(&log[at(log, "refund.created", 0)])
    }),
    ("creation deleted", DECLINED, |log| {
        let index = at(log, "payment_intent.created", 0);
        log.remove(index);
        id_of(&log[index])
    }),
];

/// A tamper that cannot be decided in principle: some execution explains the tampered log, too.
#[rustfmt::skip]
const ACCEPTED: &[Edit] = &[
    // An amount may be changed before payment, and no event tells it.
    ("another amount at creation", PIECES, |log| { set(log, "payment_intent.created", 0, "amount", json!(5000)); }),
    ("events deleted with all that contradicts it", PIECES, |log| { log.truncate(at(log, "charge.updated", 0)); }),
    ("an event deleted", PIECES, |log| { log.remove(at(log, "charge.refunded", 0)); }),
    ("texts changed", PIECES, |log| { set(log, "charge.captured", 0, "description", json!("something else")); }),
    ("logged again under another id", PIECES, |log| { again(log, "charge.captured", 0, 0); }),
    ("a reason for canceling changed to another", CANCELED, |log| { set(log, "payment_intent.canceled", 0, "cancellation_reason", json!("duplicate")); }),
    ("the time of the last event moved on", BACKGROUND, |log| {
        moved(log, "refund.created", 0, HOUR);
        moved(log, "charge.refunded", 0, HOUR);
    }),
];

/// A log beyond the bounds or the terms of the model.
#[rustfmt::skip]
const CANNOT_TELL: &[Edit] = &[
    ("a dispute", BACKGROUND, |log| {
        let mut event = log[at(log, "charge.succeeded", 0)].clone();
        event["type"] = json!("charge.dispute.created");
        event["data"]["object"]["object"] = json!("dispute");
        later(log, event, 5 * HOUR);
    }),
    ("a card refund that is pending and then fails", REFUND_FAILS, |log| {
        set(log, "refund.created", 0, "status", json!("pending"));
        previous(log, "refund.failed", 0, "status", json!("pending"));
    }),
    ("a hold of twenty days", CANCELED, |log| {
        for event in log.iter_mut() {
            let object = &mut event["data"]["object"];
            if object["object"] == "charge" {
                let created = object["created"].as_i64().unwrap();
                object["payment_method_details"]["card"]["capture_before"] = json!(created + 20 * 24 * HOUR);
            }
        }
        moved(log, "payment_intent.canceled", 0, 15 * 24 * HOUR);
        moved(log, "charge.refunded", 0, 15 * 24 * HOUR);
    }),
    ("a charge of no payment", BACKGROUND, |log| {
        log.retain(|event| event["data"]["object"]["object"] == "charge");
        for event in log {
            event["data"]["object"]["payment_intent"] = Value::Null;
        }
    }),
];

fn at(log: &[Value], kind: &str, nth: usize) -> usize {
    let of_kind = log.iter().enumerate().filter(|(_, event)| event["type"] == kind);
    of_kind.map(|(index, _)| index).nth(nth).unwrap_or_else(|| panic!("no {kind} {nth}"))
}

fn id_of(event: &Value) -> String {
    event["id"].as_str().unwrap().to_owned()
}

fn set(log: &mut [Value], kind: &str, nth: usize, field: &str, value: Value) -> String {
    let index = at(log, kind, nth);
    log[index]["data"]["object"][field] = value;
    id_of(&log[index])
}

fn change(log: &mut [Value], id: &str, field: &str, value: Value) -> String {
    let event = log.iter_mut().find(|event| event["id"] == id).unwrap();
    event["data"]["object"][field] = value;
    id.to_owned()
}

fn previous(log: &mut [Value], kind: &str, nth: usize, field: &str, value: Value) -> String {
    let index = at(log, kind, nth);
    log[index]["data"]["previous_attributes"][field] = value;
    id_of(&log[index])
}

fn shift(event: &mut Value, seconds: i64) {
    event["created"] = json!(event["created"].as_i64().unwrap() + seconds);
    // Whoever moves the announcement of an object moves the object.
    if event["type"] == "refund.created" {
        let object = &mut event["data"]["object"];
        object["created"] = json!(object["created"].as_i64().unwrap() + seconds);
    }
}

fn moved(log: &mut [Value], kind: &str, nth: usize, seconds: i64) -> String {
    let index = at(log, kind, nth);
    shift(&mut log[index], seconds);
    id_of(&log[index])
}

/// Adds the same event again, under another id, `seconds` later.
fn again(log: &mut Vec<Value>, kind: &str, nth: usize, seconds: i64) -> String {
    let event = log[at(log, kind, nth)].clone();
    later(log, event, seconds)
}

fn later(log: &mut Vec<Value>, mut event: Value, seconds: i64) -> String {
    event["id"] = json!("evt_tampered");
    shift(&mut event, seconds);
    log.push(event);
    "evt_tampered".to_owned()
}

fn judged(log: &[Value]) -> Vec<Verdict> {
    judged_with(log, true)
}

fn judged_with(log: &[Value], gaps: bool) -> Vec<Verdict> {
    let text: String = log.iter().map(|event| format!("{event}\n")).collect();
    let usual = Options::default();
    audit_text(&text, &Options { bounds: Bounds { gaps, ..usual.bounds }, ..usual }).unwrap().1
}

/// Returns the unexpected verdicts.
fn wrong(name: &str, log: &[Value], verdicts: &[Verdict], is_right: impl Fn(&Verdict) -> bool) -> Option<String> {
    if verdicts.iter().any(is_right) {
        return None;
    }
    let findings: Vec<String> =
        verdicts.iter().map(|verdict| format!("{}: {:?}", verdict.id, verdict.finding)).collect();
    let id = verdicts.first().map_or("", |verdict| verdict.id.as_str());
    Some(format!("## {name}\n{}\n{}", findings.join("\n"), lines(log, id)))
}

#[test]
fn the_histories_are_accepted_as_they_are() {
    for trace in
        [PIECES, BACKGROUND, CANCELED, EXPIRED, CONNECT, REFUND_FAILS, DECLINED, DEBIT, TWO, SHARED_LATER, LEFT]
    {
        let log = log_of(trace);
        for verdict in judged(&log) {
            assert_eq!(
                (&verdict.finding, verdict.missing),
                (&Finding::Accepted, 0),
                "{trace}{}",
                lines(&log, &verdict.id)
            );
        }
    }
}

#[test]
fn tampering_is_caught_at_the_event_meant() {
    assert!(CAUGHT.len() >= 59, "only {} tamperings", CAUGHT.len());
    let mut found = Vec::new();
    let as_it_is = CAUGHT.iter().map(|tampering| (tampering, true));
    for ((name, trace, edit), gaps) in as_it_is.chain(CAUGHT_IF_COMPLETE.iter().map(|tampering| (tampering, false))) {
        let mut log = log_of(trace);
        assert!(judged_with(&log, gaps).iter().all(|verdict| verdict.finding == Finding::Accepted), "{trace}");
        let meant = edit(&mut log);
        let verdicts = judged_with(&log, gaps);
        let is_caught = |verdict: &Verdict| matches!(&verdict.finding, Finding::Impossible(it) if it.event == meant);
        found.extend(wrong(&format!("{name} ({meant})"), &log, &verdicts, is_caught));
    }
    assert!(found.is_empty(), "{} of {} tamperings:\n{}", found.len(), CAUGHT.len(), found.join("\n"));
}

#[test]
fn what_cannot_be_decided_is_accepted() {
    let mut found = Vec::new();
    for (name, trace, edit) in CAUGHT_IF_COMPLETE {
        let mut log = log_of(trace);
        edit(&mut log);
        found.extend(wrong(name, &log, &judged(&log), |it| !matches!(it.finding, Finding::Impossible(_))));
    }
    let others = ACCEPTED.iter().map(|(name, trace, edit)| {
        let mut log = log_of(trace);
        edit(&mut log);
        (name, log)
    });
    for (name, log) in others {
        found.extend(wrong(name, &log, &judged(&log), |verdict| verdict.finding == Finding::Accepted));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_the_model_does_not_have_cannot_be_told() {
    let mut found = Vec::new();
    for (name, trace, edit) in CANNOT_TELL {
        let mut log = log_of(trace);
        edit(&mut log);
        let verdicts = judged(&log);
        found.extend(wrong(name, &log, &verdicts, |it| matches!(it.finding, Finding::CannotTell { .. })));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Payments with more refunds than the model has room for are judged by their sums.
#[test]
fn any_number_of_refunds_is_judged() {
    for more in [1, 3, 6] {
        let log = many_refunds(more);
        for gaps in [true, false] {
            let verdicts = judged_with(&log, gaps);
            assert!(verdicts.iter().all(|it| it.finding == Finding::Accepted && it.missing == 0), "{verdicts:?}");
        }
        let mut found = Vec::new();
        for (kind, field, value) in [("refund.created", "amount", 51), ("charge.refunded", "amount_refunded", 651)] {
            let mut log = many_refunds(more);
            let meant = set(&mut log, kind, 4, field, json!(value));
            // The refund and the event of its charge explain the contradiction equally.
            let time = log.iter().find(|event| event["id"] == meant.as_str()).unwrap()["created"].as_i64().unwrap();
            let is_caught =
                |verdict: &Verdict| matches!(&verdict.finding, Finding::Impossible(it) if it.created == time);
            found.extend(wrong(kind, &log, &judged_with(&log, false), is_caught));
        }
        assert!(found.is_empty(), "{more} more: {}", found.join("\n"));
    }
}
