//! Honest logs of rare shapes: none is impossible, whether it is treated as complete or not.

use holdfast_audit::{Bounds, Finding, Options, Verdict};
use serde_json::{Value, json};

use crate::common::audit_text;
use crate::scripts::{BACKGROUND, CANCELED, CONNECT, DECLINED, PIECES, log_of};

const HOUR: i64 = 3_600;

/// A direct charge with a fee, which is given back in part.
const DIRECT: &str = "
create  pi1 1000 usd automatic method=card_visa flow=direct fee=100 confirm
advance 1h
refund  pi1 400 refund_application_fee
";

/// A destination charge without a fee of the platform.
const DESTINATION: &str = "
create  pi1 1000 usd automatic method=card_visa flow=destination confirm
advance 1h
refund  pi1 400 reverse_transfer
";

/// A refund to a card that waits for the balance.
pub(crate) const PENDING: &str = "
create  pi1 1000 usd automatic method=card_pendingRefund confirm
advance 1h
refund  pi1 400
";

/// An intent that gets another amount before it is paid.
const UPDATED: &str = "
create  pi1 1000 usd automatic
advance 1m
update  pi1 amount=1200
advance 1m
confirm pi1 method=card_visa
";

/// An intent that is never paid.
const UNPAID: &str = "
create  pi1 1000 usd automatic
";

fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

/// Returns the verdicts on a log with possible gaps, and on the same log treated as complete.
pub(crate) fn judged(log: &[Value]) -> [Vec<Verdict>; 2] {
    [true, false].map(|gaps| {
        let options = Options { bounds: Bounds { gaps, ..Bounds::default() }, ..Options::default() };
        audit_text(&lines(log), &options).unwrap().1
    })
}

pub(crate) fn accepted(name: &str, log: &[Value]) {
    for verdict in judged(log).into_iter().flatten() {
        assert!(verdict.finding == Finding::Accepted, "{name}: {verdict:#?}");
    }
}

pub(crate) fn never_impossible(name: &str, log: &[Value]) {
    for verdict in judged(log).into_iter().flatten() {
        assert!(!matches!(verdict.finding, Finding::Impossible(_)), "{name}: {verdict:#?}");
    }
}

pub(crate) fn always_impossible(name: &str, log: &[Value]) {
    for verdicts in judged(log) {
        assert!(verdicts.iter().any(|it| matches!(it.finding, Finding::Impossible(_))), "{name}: {verdicts:#?}");
    }
}

pub(crate) fn at(log: &[Value], kind: &str) -> usize {
    log.iter().position(|event| event["type"] == kind).unwrap_or_else(|| panic!("there is no {kind}"))
}

/// Adds an event about the object of the first event of type `like`, this much later than the last one.
pub(crate) fn then(log: &mut Vec<Value>, kind: &str, like: &str, after: i64, change: impl Fn(&mut Value)) {
    let mut event = log[at(log, like)].clone();
    event["id"] = json!(format!("evt_then_{}", log.len()));
    event["type"] = json!(kind);
    event["created"] = json!(log.last().unwrap()["created"].as_i64().unwrap() + after);
    event["data"].as_object_mut().unwrap().remove("previous_attributes");
    change(&mut event["data"]);
    log.push(event);
}

#[test]
fn a_failed_charge_may_be_updated_after_another_succeeded() {
    let mut log = log_of(DECLINED);
    then(&mut log, "charge.updated", "charge.failed", HOUR, |_| ());
    accepted("without previous values", &log);
    log.last_mut().unwrap()["data"]["previous_attributes"] = json!({ "metadata": { "order": null } });
    accepted("metadata", &log);
}

/// A fee or a transfer may be in the currency of the account that it belongs to.
#[test]
fn fees_and_transfers_may_be_in_another_currency() {
    for (script, kinds, by) in [
        (CONNECT, &["transfer"][..], 2),
        (CONNECT, &["application_fee"], 20),
        (CONNECT, &["transfer", "application_fee"], 150),
        (DESTINATION, &["transfer"], 2),
        (DIRECT, &["application_fee"], 2),
    ] {
        for currency in [json!("jpy"), Value::Null] {
            let mut log = log_of(script);
            let mut changed = 0;
            for event in &mut log {
                let data = &mut event["data"];
                if !kinds.contains(&data["object"]["object"].as_str().unwrap()) {
                    continue;
                }
                changed += 1;
                data["object"]["currency"] = currency.clone();
                for place in ["object", "previous_attributes"] {
                    for field in ["amount", "amount_refunded", "amount_reversed"] {
                        if let Some(amount) = data[place].get(field).and_then(Value::as_i64) {
                            data[place][field] = json!(amount * by);
                        }
                    }
                }
            }
            assert!(changed > 1, "{kinds:?}");
            accepted(&format!("{kinds:?} in {currency}: {script}"), &log);
        }
    }
}

/// The first intent of a session may be of another amount than the one that was paid.
#[test]
fn the_total_of_a_session_is_that_of_the_paid_intent() {
    let mut log = log_of(UPDATED);
    let payment = log[at(&log, "payment_intent.succeeded")]["data"]["object"]["id"].clone();
    let created = log.last().unwrap()["created"].clone();
    log.push(json!({ "id": "evt_session", "object": "event", "type": "checkout.session.completed",
        "created": created, "data": { "object": { "id": "cs_1", "object": "checkout.session", "status": "complete",
        "payment_status": "paid", "amount_total": 1200, "currency": "usd", "payment_intent": payment } } }));
    accepted("the total of the paid intent", &log);
    log.last_mut().unwrap()["data"]["object"]["amount_total"] = json!(1000);
    always_impossible("the total of the first intent", &log);
}

/// Before payment the currency may be changed (PI-5), but not within one request.
#[test]
fn the_currency_may_be_changed_before_payment() {
    for (script, is_possible) in [(UPDATED, true), (BACKGROUND, false), (DECLINED, false)] {
        let mut log = log_of(script);
        let place = at(&log, "payment_intent.created");
        log[place]["data"]["object"]["currency"] = json!("eur");
        if is_possible {
            never_impossible(script, &log);
            // A log need not show requests.
            log.iter_mut().for_each(|event| event["request"] = Value::Null);
            never_impossible("no requests", &log);
        } else {
            always_impossible(script, &log);
        }
    }
    for kind in ["payment_intent.succeeded", "charge.succeeded"] {
        let mut log = log_of(UPDATED);
        let place = at(&log, kind);
        log[place]["data"]["object"]["currency"] = json!("eur");
        always_impossible(kind, &log);
    }
}

/// Jobs have no request, and requests of other logs may have other shapes.
#[test]
fn requests_of_any_shape_are_read() {
    for request in [Value::Null, json!("req_1"), json!({ "id": null, "idempotency_key": "a" }), json!(17)] {
        for script in [PIECES, CONNECT, DECLINED, BACKGROUND] {
            let mut log = log_of(script);
            let is_text = request.is_string();
            for event in log.iter_mut().filter(|event| !is_text || event["request"]["id"].is_string()) {
                event["request"] = if is_text { event["request"]["id"].clone() } else { request.clone() };
            }
            accepted(&format!("{request}: {script}"), &log);
        }
    }
}

/// The fee of a direct charge belongs to the platform, and its events to the platform's log.
#[test]
fn the_log_of_a_connected_account_has_no_fee_events() {
    let mut log = log_of(DIRECT);
    let whole = log.len();
    let is_of_fee = |event: &Value| event["type"].as_str().unwrap().starts_with("application_fee.");
    let first = at(&log, "application_fee.created");
    let mut tampered = log.clone();
    tampered.remove(first);
    log.retain(|event| !is_of_fee(event));
    assert!(log.len() + 2 <= whole);
    accepted("a direct charge", &log);
    // Events of the fee show that the log is the platform's.
    let options = Options { bounds: Bounds { gaps: false, ..Bounds::default() }, ..Options::default() };
    let (report, verdicts) = audit_text(&lines(&tampered), &options).unwrap();
    assert_eq!(report.impossible, 1, "{verdicts:#?}");
}

#[test]
fn a_pending_refund_to_a_card_may_be_canceled() {
    let mut log = log_of(PENDING);
    assert_eq!(log[at(&log, "refund.created")]["data"]["object"]["status"], "pending");
    then(&mut log, "refund.updated", "refund.created", HOUR, |data| {
        data["object"]["status"] = json!("canceled");
        data["previous_attributes"] = json!({ "status": "pending" });
    });
    never_impossible("canceled", &log);
}

#[test]
fn a_refund_that_is_created_as_failed_raises_nothing() {
    let mut log = log_of(PIECES);
    let created = log.last().unwrap()["created"].as_i64().unwrap() + HOUR;
    let failed = |data: &mut Value| {
        data["object"]["created"] = json!(created);
        data["object"]["id"] = json!("re_failed");
        data["object"]["status"] = json!("failed");
        data["object"]["amount"] = json!(17);
    };
    then(&mut log, "refund.created", "refund.created", HOUR, failed);
    accepted("created as failed", &log);
    then(&mut log, "refund.failed", "refund.created", 0, failed);
    accepted("created as failed, and failed", &log);
}

/// Returns a refund that was created as failed, of a charge of a payment.
fn failed_refund(payment: &Value, charge: &Value, created: i64, amount: i64) -> Value {
    json!({ "id": format!("evt_failed_{amount}"), "object": "event", "type": "refund.created", "created": created,
        "api_version": "2026-06-24", "data": { "object": { "id": format!("re_failed_{amount}"), "object": "refund",
        "amount": amount, "currency": "usd", "charge": charge, "payment_intent": payment, "status": "failed",
        "created": created } } })
}

/// Returns an amount that the last event of a type shows.
fn number_of(log: &[Value], kind: &str, field: &str) -> i64 {
    let last = log.iter().rfind(|event| event["type"] == kind).unwrap_or_else(|| panic!("there is no {kind}"));
    last["data"]["object"][field].as_i64().unwrap()
}

/// A failed refund moves no money, but money that was never captured has no refund at all.
#[test]
fn a_failed_refund_needs_a_captured_charge_in_a_complete_log() {
    let cannot_tell = |name: &str, log: &[Value]| {
        let [_, complete] = judged(log);
        let is_open = |it: &Verdict| matches!(it.finding, Finding::CannotTell { .. });
        assert!(complete.iter().any(is_open), "{name}: {complete:#?}");
        never_impossible(name, log);
    };
    let (ch, pi) = (json!("ch_1"), json!("pi_1"));
    cannot_tell("no other event", &[failed_refund(&pi, &ch, 1_700_000_000, 500)]);
    for script in [CANCELED, UNPAID, PIECES, DECLINED] {
        let log = log_of(script);
        let intent = log[at(&log, "payment_intent.created")]["data"]["object"]["id"].clone();
        let created = log[0]["created"].as_i64().unwrap();
        let last = log.last().unwrap()["created"].as_i64().unwrap();
        let charge = log.iter().rfind(|it| it["data"]["object"]["object"] == "charge");
        let charge = charge.map_or(json!("ch_none"), |event| event["data"]["object"]["id"].clone());
        let with = |refund: Value| -> Vec<Value> { log.iter().cloned().chain([refund]).collect() };
        if [CANCELED, UNPAID].contains(&script) {
            cannot_tell(script, &with(failed_refund(&intent, &charge, last + HOUR, 500)));
            continue;
        }
        accepted(script, &with(failed_refund(&intent, &charge, last + HOUR, 500)));
        always_impossible("another charge", &with(failed_refund(&intent, &json!("ch_none"), last + HOUR, 500)));
        if script == PIECES {
            cannot_tell("before the capture", &with(failed_refund(&intent, &charge, created + HOUR / 2, 500)));
            let all_back = number_of(&log, "charge.refunded", "amount_refunded");
            let rest = number_of(&log, "charge.refunded", "amount_captured") - all_back;
            accepted("the rest", &with(failed_refund(&intent, &charge, last + HOUR, rest)));
            cannot_tell("more than the rest", &with(failed_refund(&intent, &charge, last + HOUR, rest + 1)));
            cannot_tell("more than was captured", &with(failed_refund(&intent, &charge, last + HOUR, 950)));
        }
    }
}

/// Of two recordings of one event the fuller one is judged, and only what both show can contradict.
#[test]
fn a_recording_may_show_fewer_fields() {
    let whole = log_of(PIECES);
    let place = at(&whole, "charge.captured");
    let mut short = whole[place].clone();
    for field in ["amount_refunded", "payment_method_details", "balance_transaction", "amount_captured"] {
        short["data"]["object"].as_object_mut().unwrap().remove(field);
    }
    short["data"].as_object_mut().unwrap().remove("previous_attributes");
    for (name, first) in [("the short one first", true), ("the short one last", false)] {
        let put = |full: &Value| {
            let mut log = whole.clone();
            log[place] = full.clone();
            log.insert(if first { 0 } else { log.len() }, short.clone());
            log
        };
        accepted(name, &put(&whole[place]));
        let mut tampered = whole[place].clone();
        tampered["data"]["object"]["amount_captured"] = json!(950);
        always_impossible(name, &put(&tampered));
        tampered = whole[place].clone();
        tampered["data"]["object"]["captured"] = json!(false);
        always_impossible(name, &put(&tampered));
    }
}

/// Amounts in rupiah have twelve digits at most, all others eight.
#[test]
fn the_largest_amount_depends_on_the_currency() {
    let of = |currency: Value, by: i64| {
        let mut log = log_of(BACKGROUND);
        for event in &mut log {
            for place in ["object", "previous_attributes"] {
                let Some(shown) = event["data"].get_mut(place).and_then(Value::as_object_mut) else { continue };
                for (name, value) in shown.iter_mut() {
                    if let Some(amount) = value.as_i64().filter(|_| name.starts_with("amount")) {
                        *value = json!(amount * by);
                    }
                }
                if shown.contains_key("currency") {
                    shown.insert("currency".to_owned(), currency.clone());
                }
            }
        }
        log
    };
    accepted("six digits", &of(json!("usd"), 999));
    for by in [999, 99_999, 100_000, 999_999, 4_294_968, 999_999_999] {
        never_impossible("up to twelve digits", &of(json!("idr"), by));
        never_impossible("no currency", &of(Value::Null, by));
    }
    always_impossible("nine digits", &of(json!("usd"), 100_000));
    always_impossible("thirteen digits", &of(json!("idr"), 1_000_000_000));
}

#[test]
fn a_disputed_charge_is_said_to_be_disputed() {
    let mut log = log_of(BACKGROUND);
    for event in &mut log {
        if event["data"]["object"]["object"] == "charge" {
            event["data"]["object"]["disputed"] = json!(true);
        }
    }
    for verdict in judged(&log).into_iter().flatten() {
        let Finding::CannotTell { why } = &verdict.finding else { panic!("{verdict:#?}") };
        assert!(why.contains("disputed") && !why.contains("has no `charge"), "{why}");
    }
}

/// A cancellation that a second recording shows with fewer fields is one cancellation.
#[test]
fn a_short_recording_of_every_event_changes_nothing() {
    for script in [CANCELED, PIECES, CONNECT, DECLINED] {
        let whole = log_of(script);
        let mut log = whole.clone();
        log.extend(whole.into_iter().map(|mut event| {
            let object = event["data"]["object"].as_object_mut().unwrap();
            object.retain(|name, _| {
                let kept =
                    ["id", "object", "status", "payment_intent", "charge", "source_transaction", "latest_charge"];
                kept.contains(&name.as_str())
            });
            event
        }));
        accepted(script, &log);
    }
}
