//! Short histories of the engine, as traces, and their logs.

use holdfast_harness::lockstep;
use holdfast_harness_engine::EngineSubject;
use holdfast_model::trace::Script;
use serde_json::Value;

/// Captured in two pieces, refunded in two.
pub(crate) const PIECES: &str = "
create  pi1 1000 usd manual multicapture method=card_visa
advance 1m
confirm pi1
advance 1h
capture pi1 700 final=false
advance 1h
refund  pi1 100
advance 1h
capture pi1 200
advance 1h
refund  pi1 300
";

/// Taken at once, booked in the background, refunded in full.
pub(crate) const BACKGROUND: &str = "
create  pi1 1000 usd automatic_async method=card_visa confirm
advance 10m
book    pi1
advance 1h
refund  pi1
";

/// A hold that is canceled.
pub(crate) const CANCELED: &str = "
create  pi1 1000 usd manual method=card_visa confirm
advance 1h
cancel  pi1 reason=requested_by_customer
";

/// A hold that runs out.
pub(crate) const EXPIRED: &str = "
create  pi1 1000 usd manual method=card_visa confirm
advance 8d
";

/// A fee and a destination.
pub(crate) const CONNECT: &str = "
create  pi1 1000 usd automatic method=card_visa flow=destination fee=100 confirm
advance 1h
refund  pi1 400 refund_application_fee reverse_transfer
";

/// A refund that dies, and another one.
pub(crate) const REFUND_FAILS: &str = "
create  pi1 1000 usd automatic method=card_refundFail confirm
advance 1h
refund  pi1
advance 1d
refund_progress pi1 re1 fails
advance 1h
refund  pi1 600
";

/// A decline, then success.
pub(crate) const DECLINED: &str = "
create  pi1 1000 usd automatic method=card_visa_chargeDeclined confirm
advance 1h
confirm pi1 method=card_visa
";

/// Declined, then another amount of which the destination gets a part.
pub(crate) const SHARED_LATER: &str = "
create  pi1 1000 usd manual flow=destination
confirm pi1 method=card_visa_chargeDeclined
update  pi1 amount=5000
confirm pi1 method=card_visa transfer=2500
advance 8d
";

/// The customer is asked, and then charged without being there: the hold is a shorter one.
pub(crate) const LEFT: &str = "
create  pi1 1000 usd manual
confirm pi1 method=card_authenticationRequired
confirm pi1 method=card_visa off_session
advance 1m
cancel  pi1
";

/// A debit.
pub(crate) const DEBIT: &str = "
create  pi1 1000 usd automatic method=usBankAccount_success confirm
advance 2d
settle  pi1
";

/// Two payments.
pub(crate) const TWO: &str = "
create  pi1 1000 usd manual method=card_visa confirm
create  pi2 1000 usd manual method=card_visa confirm
advance 1h
capture pi1 400
advance 1h
capture pi2 500
";

/// As many refunds as the bounds of the model allow.
pub(crate) const FOUR_REFUNDS: &str = "
create  pi1 1000 usd automatic method=card_visa confirm
advance 1h
refund  pi1 100
advance 1h
refund  pi1 200
advance 1h
refund  pi1 300
advance 1h
refund  pi1 50
";

/// Returns a log with more refunds than the model has room for: that of four with more of the same.
pub(crate) fn many_refunds(more: i64) -> Vec<Value> {
    let mut log = log_of(FOUR_REFUNDS);
    let last = log.split_off(log.len() - 2);
    assert_eq!((&last[0]["type"], &last[1]["type"]), (&"refund.created".into(), &"charge.refunded".into()));
    log.extend(last.clone());
    for number in 1..=more {
        let mut pair = last.clone();
        for event in &mut pair {
            event["id"] = format!("{}_{number}", event["id"].as_str().unwrap()).into();
            event["created"] = (event["created"].as_i64().unwrap() + 3_600 * number).into();
        }
        pair[0]["data"]["object"]["id"] = format!("re_more_{number}").into();
        pair[0]["data"]["object"]["created"] = pair[0]["created"].clone();
        for (field, by) in [("object", number), ("previous_attributes", number)] {
            let shown = &mut pair[1]["data"][field]["amount_refunded"];
            *shown = (shown.as_i64().unwrap() + 50 * by).into();
        }
        log.extend(pair);
    }
    log
}

/// Returns the events of the engine for a trace.
pub(crate) fn log_of(trace: &str) -> Vec<Value> {
    let script: Script = trace.parse().unwrap();
    let inputs: Vec<_> = script.inputs().collect();
    let mut subject = EngineSubject::default();
    let verdict = lockstep::run(&mut subject, &script.config, &inputs);
    assert!(verdict.agrees(), "{trace}: {verdict}");
    subject.log(None).unwrap()
}
