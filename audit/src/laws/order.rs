//! Laws about the order of events: amounts that only rise, events that come first, and the effects of deadlines.
//!
//! Two events are in order if their times differ by more than the lag. Within it they are in no order.

use super::{Law, LawContext, Violations, name, number, object_kind};
use crate::logged_event::{LoggedEvent, Object};
use crate::seen::Seen;

const STATUS: Law = ("C11 C12 C15 R14", Some("documented-status-moves"));
const FINAL: Law = ("C11 C12 C15 R14", Some("final-stays-final"));
const MONEY: Law = ("I17 R7 B36", Some("money-never-shrinks"));
const HELD: Law = ("B28 I17 B36", Some("held-money-is-taken-by-capture-only"));
const BOOKS: Law = ("A7 A12 D4 I11", Some("books-only-move-forward"));
const REFUND: Law = ("R7 REF-4 REF-5", Some("documented-refund-moves"));
const DEADLINE: Law = ("I17 U9 R11 HOLD-17", Some("nothing-captured-after-the-deadline"));
const JOB: Law = ("I17 B35 U9 R11", Some("the-job-ends-due-holds-only"));
const HOUR: Law = ("I11 A12", Some("posting-takes-an-hour-at-most"));
const FIRST: Law = ("C5 EVT-1", Some("only-the-named-payment-changes"));

/// The value that one event shows of a quantity that only rises.
#[derive(Clone, Copy)]
struct Bound {
    place: usize,
    time: i64,
    /// The quantity is at least this much from here on.
    least: Option<i64>,
    /// The quantity was at most this much until here.
    most: Option<i64>,
}

/// Notes the contradictions in the order of events, which are in the order of their times.
pub(super) fn judge(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let all = |bound: fn(&LoggedEvent) -> (Option<i64>, Option<i64>)| -> Vec<Bound> {
        let bounds = events.iter().enumerate().map(|(place, it)| (place, it.created, bound(it)));
        bounds
            .filter(|(_, _, (least, most))| least.is_some() || most.is_some())
            .map(|(place, time, (least, most))| Bound { place, time, least, most })
            .collect()
    };
    rises(found, events, &all(status), limits, STATUS, "the payment had come further");
    rises(found, events, &all(money), limits, MONEY, "more had been received");
    rises(found, events, &all(uncapturable), limits, HELD, "less was capturable");
    rises(found, events, &all(captured), limits, FINAL, "the last capture was made");
    rises(found, events, &all(in_ledger), limits, BOOKS, "the charge was in the ledger");
    objects(found, events, limits);
    creation(found, events, limits);
    deadlines(found, events, limits);
    posting(found, events, limits);
}

/// Notes where a quantity that only rises falls.
fn rises(
    found: &mut Violations,
    events: &[LoggedEvent],
    bounds: &[Bound],
    limits: LawContext<'_>,
    law: Law,
    what: &'static str,
) {
    let is_before = |a: &Bound, b: &Bound| a.time.saturating_add(limits.lag) < b.time;
    let mut highest: Option<i64> = None;
    let mut passed = 0_usize;
    for bound in bounds {
        while let Some(earlier) = bounds.get(passed).filter(|earlier| is_before(earlier, bound)) {
            highest = highest.max(earlier.least);
            passed = passed.saturating_add(1);
        }
        let Some(most) = bound.most.filter(|most| highest.is_some_and(|highest| highest > *most)) else { continue };
        let above = bounds.iter().take(passed).filter(|it| it.least.is_some_and(|least| least > most));
        for earlier in above.take(4) {
            let by = events.get(earlier.place).map(name).unwrap_or_default();
            found.pair(earlier.place, bound.place, law, format!("{what} before, by {by}"));
        }
    }
}

/// The stage of the payment: 0 before money is held or received, 1 while it is held, 2 at its end.
fn status(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    let rank = |status: &str| match status {
        "requires_capture" => Some(1),
        "succeeded" | "canceled" => Some(2),
        "requires_payment_method"
        | "requires_source"
        | "requires_confirmation"
        | "requires_action"
        | "requires_source_action"
        | "processing" => Some(0),
        _ => None,
    };
    let object = logged.object();
    let shown = object.status.text();
    match object_kind(logged) {
        "payment_intent" => {
            let now = shown.and_then(rank);
            let before = logged.previous().and_then(|previous| previous.status.text()).and_then(rank);
            (now, before.or(now))
        }
        "charge" => match shown {
            Some("succeeded") => (Some(1), None),
            // A later event of a failed charge may come after the success of another one.
            Some("pending" | "failed") if matches!(logged.kind.as_str(), "charge.pending" | "charge.failed") => {
                (None, Some(0))
            }
            _ => (None, None),
        },
        // Before 2022-11-15 a released hold has a refund too.
        "refund" if logged.kind == "refund.created" && !logged.may_be_old() && moves_money(logged) => (Some(1), None),
        _ => (None, None),
    }
}

/// Returns whether the refund was created in a status that can return money.
fn moves_money(refund: &LoggedEvent) -> bool {
    refund.object().status.text() != Some("failed")
}

/// The received amount.
fn money(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    let object = logged.object();
    let both = |now: Option<i64>, was: Option<i64>| (now, was.or(now));
    match object_kind(logged) {
        "payment_intent" => {
            let was = logged.previous().and_then(|previous| number(&previous.amount_received));
            both(number(&object.amount_received), was)
        }
        "charge" if object.status.text() == Some("succeeded") => {
            let was = logged.previous().and_then(|previous| number(&previous.amount_captured));
            let (now, was) = both(number(&object.amount_captured), was);
            // Not released, but given back.
            let is_given = !logged.may_be_old() && now.is_some_and(|now| now > 0);
            (now.max(number(&object.amount_refunded).filter(|_| is_given)), was)
        }
        "refund" if logged.kind == "refund.created" && !logged.may_be_old() && moves_money(logged) => {
            (number(&object.amount), None)
        }
        _ => (None, None),
    }
}

/// The capturable amount, negated: it only rises while money is held, and at the end of the hold.
fn uncapturable(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    let object = logged.object();
    let is_held = object_kind(logged) == "payment_intent"
        && matches!(object.status.text(), Some("requires_capture" | "succeeded" | "canceled"));
    if !is_held {
        return (None, None);
    }
    let now = number(&object.amount_capturable).map(i64::saturating_neg);
    let was = logged.previous().and_then(|previous| number(&previous.amount_capturable));
    let was = was.filter(|was| *was > 0).map(i64::saturating_neg);
    let is_held = object.status.text() == Some("requires_capture");
    (now, was.or(now.filter(|_| is_held)))
}

/// Returns whether the charge is captured (1 or 0), after and before the event; `None` where the event does not
/// show it.
fn captured(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    if object_kind(logged) != "charge" || logged.object().status.text() != Some("succeeded") {
        return (None, None);
    }
    let flag = |seen: &Seen<bool>| seen.value().map(|flag| i64::from(*flag));
    let now = flag(&logged.object().captured);
    (now, logged.previous().and_then(|previous| flag(&previous.captured)).or(now))
}

/// Returns whether the charge shows a balance transaction (1 or 0), now and before the event.
fn in_ledger(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    if object_kind(logged) != "charge" || logged.object().status.text() != Some("succeeded") {
        return (None, None);
    }
    let now = logged.object().balance_transaction.is_set().map(i64::from);
    let was = logged.previous().and_then(|previous| previous.balance_transaction.is_set()).map(i64::from);
    (now, was.or(now))
}

/// The amounts of each refund, fee, transfer and charge that only rise.
fn objects(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let mut known: Vec<&str> = Vec::new();
    for logged in events {
        let kind = object_kind(logged);
        let Some(id) = logged.object().id.id().filter(|id| !known.contains(id)) else { continue };
        if !matches!(kind, "refund" | "application_fee" | "transfer" | "charge") || known.len() > 256 {
            continue;
        }
        known.push(id);
        let of_it = || events.iter().enumerate().filter(move |(_, it)| it.object().id.id() == Some(id));
        let series = |bound: fn(&LoggedEvent) -> (Option<i64>, Option<i64>)| -> Vec<Bound> {
            let bounds = of_it().map(|(place, it)| (place, it.created, bound(it)));
            bounds.map(|(place, time, (least, most))| Bound { place, time, least, most }).collect()
        };
        match kind {
            "refund" => {
                rises(found, events, &series(refund_end), limits, REFUND, "it had ended");
                // A bank may return a refund that has succeeded. Its status is then `requires_action`, and later
                // `pending` (REF-5).
                let waits = |object: &Object| object.status.text() == Some("requires_action");
                let returns = |it: &LoggedEvent| waits(it.object()) || it.previous().is_some_and(waits);
                if limits.is_complete && !of_it().any(|(_, it)| returns(it)) {
                    rises(found, events, &series(refund_paid), limits, REFUND, "it had succeeded");
                }
            }
            "charge" => rises(found, events, &series(settled), limits, STATUS, "it had been settled"),
            _ => rises(found, events, &series(returned), limits, MONEY, "more had gone back"),
        }
    }
}

/// Whether a refund has ended without returning money, now and before the change.
fn refund_end(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    let rank = |status: &str| i64::from(matches!(status, "failed" | "canceled"));
    let now = logged.object().status.text().map(rank);
    (now, logged.previous().and_then(|previous| previous.status.text()).map(rank).or(now))
}

/// Whether a refund has succeeded, after which it is pending only if it waited for its customer.
fn refund_paid(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    match logged.object().status.text() {
        Some("succeeded") => (Some(1), None),
        Some("pending") => (None, Some(0)),
        _ => (None, None),
    }
}

fn settled(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    match logged.object().status.text() {
        Some("pending") => (Some(0), Some(0)),
        Some("succeeded") => (Some(1), None),
        Some("failed") => (Some(1), None),
        _ => (None, None),
    }
}

fn returned(logged: &LoggedEvent) -> (Option<i64>, Option<i64>) {
    let of = |object: &Object| number(&object.amount_refunded).or(number(&object.amount_reversed));
    let now = of(logged.object());
    (now, logged.previous().and_then(of).or(now))
}

/// Nothing happens to a payment before it is created.
fn creation(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let created = |logged: &LoggedEvent| {
        let is_creation = matches!(logged.kind.as_str(), "payment_intent.created" | "setup_intent.created");
        let announced = is_creation.then_some(logged.created);
        let shown = number(&logged.object().created);
        let is_whole = matches!(object_kind(logged), "payment_intent" | "setup_intent");
        announced.max(shown.filter(|_| is_whole))
    };
    let since = events.iter().enumerate().filter_map(|(place, it)| Some((created(it)?, place))).max();
    let Some((since, place)) = since else { return };
    let early = events.iter().enumerate().filter(|(other, it)| {
        *other != place && object_kind(it) != "checkout.session" && it.created.saturating_add(limits.lag) < since
    });
    for (other, _) in early.take(8) {
        found.pair(place, other, FIRST, "the payment was created later".to_owned());
    }
}

/// Nothing is captured after the deadline of the hold, and the hold does not run out before.
fn deadlines(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let deadline = events.iter().enumerate().find_map(|(place, it)| {
        let is_held = object_kind(it) == "charge" && it.object().status.text() == Some("succeeded");
        let before = it.object().capture_before().filter(|_| is_held)?;
        let is_manual = it.object().captured.value() == Some(&false)
            || matches!(it.kind.as_str(), "charge.captured" | "charge.expired")
            || events.iter().any(|other| other.kind == "payment_intent.amount_capturable_updated");
        is_manual.then_some((place, before))
    });
    let Some((place, before)) = deadline else { return };
    for (other, logged) in events.iter().enumerate() {
        let object = logged.object();
        let was = logged.previous().and_then(|it| number(&it.amount_captured).or(number(&it.amount_received)));
        let now = number(&object.amount_captured).or(number(&object.amount_received));
        let takes = was.zip(now).is_some_and(|(was, now)| was < now);
        if takes && logged.created > before.saturating_add(limits.lag) {
            let late = logged.created.saturating_sub(before);
            found.late(place, other, DEADLINE, format!("money is captured {late} s after the deadline of the hold"));
        }
        let runs_out = logged.kind == "charge.expired"
            || logged.kind == "payment_intent.canceled" && object.cancellation_reason.text() == Some("automatic");
        if runs_out && logged.created.saturating_add(limits.lag) < before {
            let early = before.saturating_sub(logged.created);
            found.late(place, other, JOB, format!("the hold runs out {early} s before its deadline"));
        }
    }
}

/// A background capture reaches the ledger within the hour (A12).
fn posting(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let start = events.iter().enumerate().find(|(_, it)| {
        it.kind == "charge.succeeded"
            && it.object().captured.value() == Some(&true)
            && it.object().balance_transaction == Seen::Null
    });
    let Some((place, start)) = start else { return };
    let due = start.created.saturating_add(i64::from(limits.config.dialect.ledger_delay)).saturating_add(limits.lag);
    for (other, logged) in events.iter().enumerate().filter(|(_, it)| it.created > due) {
        let is_open = |it: &Object| it.balance_transaction == Seen::Null;
        let is_charge = object_kind(logged) == "charge" && logged.object().status.text() == Some("succeeded");
        if is_charge && (is_open(logged.object()) || logged.previous().is_some_and(is_open)) {
            let late = logged.created.saturating_sub(start.created);
            found.late(place, other, HOUR, format!("the charge was not in the ledger {late} s after its success"));
        }
    }
}
