//! Laws about one event: the fields of its object agree with each other and with the type of the event.

use super::{Law, LawContext, Violations, number, object_kind};
use crate::logged_event::{LoggedEvent, Object};
use crate::seen::Seen;

const RANGE: Law = ("AMT-2 I1", Some("amount-in-range"));
const WITHIN: Law = ("I1 B1 B34", Some("captured-within-authorization"));
const ADDS_UP: Law = ("I1 B33 B34", Some("held-money-adds-up"));
const CAPTURABLE: Law = ("I3 B36", Some("capturable-only-while-held"));
const SUCCEEDED: Law = ("I4 C11", Some("succeeded-means-received"));
const CANCELED: Law = ("I4 B38 R14", Some("canceled-has-received-nothing"));
const STATUS: Law = ("VOC-15 I10", Some("nothing-is-notified-that-did-not-happen"));
const TRACES: Law = ("C15 VOC-8", Some("traces-fit-the-status"));
const SHRINKS: Law = ("I17 R7", Some("money-never-shrinks"));
const PREVIOUS: Law = ("I16 B55 B58", Some("previous-values-are-true"));
const MOVES: Law = ("C11 C12 R14", Some("documented-status-moves"));
const TIME: Law = ("EVT-1 HOOK-7", None);
const SETUP: Law = ("C19 SI-9", Some("documented-setup-moves"));

/// The statuses of a PaymentIntent in the words of every version (C17).
const INTENT_STATUSES: [&str; 9] = [
    "requires_payment_method",
    "requires_source",
    "requires_confirmation",
    "requires_action",
    "requires_source_action",
    "processing",
    "requires_capture",
    "succeeded",
    "canceled",
];

/// The reasons for a cancellation (VOC-8).
const REASONS: [&str; 8] = [
    "duplicate",
    "fraudulent",
    "requested_by_customer",
    "abandoned",
    "automatic",
    "expired",
    "failed_invoice",
    "void_invoice",
];

/// Records the contradictions in one event.
pub(super) fn judge(found: &mut Violations, place: usize, logged: &LoggedEvent, limits: LawContext<'_>) {
    let mut note = |law: Law, why: String| found.alone(place, law, why);
    range(&mut note, logged);
    time(&mut note, logged, limits);
    match object_kind(logged) {
        "payment_intent" => intent(&mut note, logged, limits),
        "charge" => super::money::charge(&mut note, logged, limits),
        "refund" => super::money::refund(&mut note, logged),
        "application_fee" => {
            super::money::connected(&mut note, logged, ("amount_refunded", |it| &it.amount_refunded), |it| &it.refunded)
        }
        "transfer" => {
            super::money::connected(&mut note, logged, ("amount_reversed", |it| &it.amount_reversed), |it| &it.reversed)
        }
        "setup_intent" => setup(&mut note, logged),
        _ => {}
    }
}

/// Returns the largest amount of a currency and its number of digits in words. AMT-2 says eight; the provider allows
/// twelve in rupiah.
fn largest(currency: &str) -> (i64, &'static str) {
    match currency {
        "idr" => (999_999_999_999, "twelve"),
        _ => (99_999_999, "eight"),
    }
}

/// Each amount is a whole number of minor units, not negative and within the range of its currency (AMT-2). Without a
/// currency the largest amount is not known.
fn range(note: &mut impl FnMut(Law, String), logged: &LoggedEvent) {
    let largest = logged.object().currency.text().map(largest);
    let previous = logged.previous().map(|previous| previous.amounts()).into_iter().flatten();
    for (name, amount) in logged.object().amounts().into_iter().chain(previous) {
        let wrong = match amount {
            Seen::Odd(words) => format!("`{name}` is {words}; an amount is a whole number of minor units"),
            Seen::Is(it) if *it < 0 => format!("`{name}` is {it}; an amount is never negative"),
            Seen::Is(it) if largest.is_some_and(|(most, _)| *it > most) => {
                let digits = largest.map(|(_, digits)| digits).unwrap_or_default();
                format!("`{name}` is {it}; an amount in this currency has {digits} digits at most")
            }
            Seen::Null if !matches!(name, "application_fee_amount" | "amount_total") => format!("`{name}` is null"),
            Seen::Absent | Seen::Null | Seen::Is(_) => continue,
        };
        note(RANGE, wrong);
    }
}

/// An event is not older than its object; one that announces an object comes with it.
fn time(note: &mut impl FnMut(Law, String), logged: &LoggedEvent, limits: LawContext<'_>) {
    let Some(created) = number(&logged.object().created) else { return };
    let late = logged.created.saturating_sub(created);
    if late < limits.lag.saturating_neg() {
        note(TIME, format!("its object was created {} s after the event", late.saturating_neg()));
    }
    let announces = matches!(
        logged.kind.as_str(),
        "payment_intent.created" | "refund.created" | "application_fee.created" | "transfer.created"
    ) || logged.kind == "setup_intent.created"
        || logged.kind == "charge.succeeded"
            && logged.object().may_be_of_card()
            && logged.object().captured.value() == Some(&false);
    if announces && late > limits.lag {
        note(TIME, format!("it announces an object that had been created {late} s before"));
    }
}

fn intent(note: &mut impl FnMut(Law, String), logged: &LoggedEvent, limits: LawContext<'_>) {
    let object = logged.object();
    let Some(status) = object.status.text() else { return };
    if !INTENT_STATUSES.contains(&status) {
        note(STATUS, format!("`status` is `{status}`, which no PaymentIntent has"));
    }
    intent_status(note, logged, status);
    if let Some(method) = object.payment_method.id().filter(|_| status == "requires_payment_method") {
        let law = ("C4 C6 C13", Some("method-fits-the-status"));
        note(law, format!("`status` is `{status}`, and `payment_method` is `{method}`"));
    }
    let (amount, capturable, received) =
        (number(&object.amount), number(&object.amount_capturable), number(&object.amount_received));
    if let Some((amount, received)) = amount.zip(received).filter(|(amount, received)| received > amount) {
        note(WITHIN, format!("`amount_received` is {received}, and `amount` is {amount}"));
    }
    let (held, taken) = (capturable.unwrap_or(0), received.unwrap_or(0));
    match status {
        "requires_capture" => {
            if capturable == Some(0) && received == Some(0) {
                note(ADDS_UP, "it requires capture, and nothing is capturable or received".to_owned());
            }
            if let (Some(amount), Some(_), Some(_), true) = (amount, capturable, received, held > 0)
                && held.checked_add(taken) != Some(amount)
            {
                note(ADDS_UP, format!("capturable {held} and received {taken} do not add up to {amount}"));
            }
        }
        "succeeded" => {
            if received == Some(0) {
                note(SUCCEEDED, "it has succeeded, and `amount_received` is 0".to_owned());
            }
            if held > 0 {
                note(CAPTURABLE, format!("it has succeeded, and `amount_capturable` is {held}"));
            }
        }
        _ => {
            let may_keep = status == "canceled" && !limits.config.dialect.cancel_keeps_captured;
            if held > 0 {
                note(CAPTURABLE, format!("`status` is `{status}`, and `amount_capturable` is {held}"));
            }
            if taken > 0 && !may_keep {
                note(CANCELED, format!("`status` is `{status}`, and `amount_received` is {taken}"));
            }
        }
    }
    let fee = number(&object.application_fee_amount);
    if let Some((fee, amount)) = fee.zip(amount).filter(|(fee, amount)| fee > amount) {
        note(("CON-2 CON-8", None), format!("`application_fee_amount` is {fee}, and `amount` is {amount}"));
    }
    if let Some(previous) = logged.previous() {
        intent_before(note, object, previous, status);
    }
}

/// The status and the reason fit the type of the event.
fn intent_status(note: &mut impl FnMut(Law, String), logged: &LoggedEvent, status: &str) {
    let object = logged.object();
    let wanted: &[&str] = match logged.kind.as_str() {
        "payment_intent.succeeded" => &["succeeded"],
        "payment_intent.canceled" => &["canceled"],
        "payment_intent.processing" => &["processing"],
        "payment_intent.requires_action" => &["requires_action", "requires_source_action"],
        "payment_intent.payment_failed" => &["requires_payment_method", "requires_source"],
        "payment_intent.amount_capturable_updated" => &["requires_capture", "succeeded"],
        _ => &INTENT_STATUSES,
    };
    if !wanted.contains(&status) {
        note(STATUS, format!("`status` is `{status}`, where it would be `{}`", wanted.join("` or `")));
    }
    match &object.cancellation_reason {
        Seen::Is(reason) if status != "canceled" => {
            note(TRACES, format!("`cancellation_reason` is `{reason}`, and `status` is `{status}`"));
        }
        Seen::Is(reason) if !REASONS.contains(&reason.as_str()) => {
            note(TRACES, format!("`cancellation_reason` is `{reason}`, which is no reason"));
        }
        Seen::Odd(words) => note(TRACES, format!("`cancellation_reason` is {words}")),
        Seen::Absent | Seen::Null | Seen::Is(_) => {}
    }
}

/// The previous values lead to the values of the object.
fn intent_before(note: &mut impl FnMut(Law, String), object: &Object, previous: &Object, status: &str) {
    let (was, now) = (number(&previous.amount_received), number(&object.amount_received));
    if let Some((was, now)) = was.zip(now).filter(|(was, now)| was > now) {
        note(SHRINKS, format!("`amount_received` was {was} and is {now}"));
    }
    let final_before = previous.status.text().filter(|was| matches!(*was, "succeeded" | "canceled"));
    if let Some(was) = final_before.filter(|was| *was != status) {
        note(MOVES, format!("`status` was `{was}`, which is final"));
    }
    if let Some(was) = previous.status.text().filter(|was| !INTENT_STATUSES.contains(was)) {
        note(PREVIOUS, format!("`status` was `{was}`, which no PaymentIntent has"));
    }
    // The amount of a hold does not change: the former capturable and received amounts add up to it, too.
    let is_held = matches!(status, "requires_capture" | "succeeded") && previous.amount.is_absent();
    let Some((amount, held)) = number(&object.amount).zip(number(&previous.amount_capturable)).filter(|_| is_held)
    else {
        return;
    };
    // Some API versions list the previous capturable amount alone. The amount received before is then unknown: it lies
    // between zero and the amount received now.
    let fits = match (was, held) {
        (Some(was), 0) => was == 0 || was == amount,
        (Some(was), held) => held.saturating_add(was) == amount,
        (None, 0) => true,
        (None, held) => held <= amount && held >= amount.saturating_sub(now.unwrap_or(amount)),
    };
    if !fits {
        let received = was.map_or_else(String::new, |was| format!(" and received {was}"));
        note(PREVIOUS, format!("capturable {held}{received} before do not add up to {amount}"));
    }
}

fn setup(note: &mut impl FnMut(Law, String), logged: &LoggedEvent) {
    let object = logged.object();
    let Some(status) = object.status.text() else { return };
    let wanted: &[&str] = match logged.kind.as_str() {
        "setup_intent.succeeded" => &["succeeded"],
        "setup_intent.canceled" => &["canceled"],
        "setup_intent.requires_action" => &["requires_action", "requires_source_action"],
        "setup_intent.setup_failed" => &["requires_payment_method", "requires_source"],
        _ => &INTENT_STATUSES,
    };
    if !wanted.contains(&status) || status == "requires_capture" {
        note(SETUP, format!("`status` is `{status}`, where it would be `{}`", wanted.join("` or `")));
    }
    if let Some(reason) = object.cancellation_reason.text().filter(|_| status != "canceled") {
        note(SETUP, format!("`cancellation_reason` is `{reason}`, and `status` is `{status}`"));
    }
}
