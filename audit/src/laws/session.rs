//! Laws about Checkout Sessions and the payments that they own (B25 to B27, CHK-1, CHK-4).

use super::{Law, LawContext, Violations, name, number, object_kind};
use crate::logged_event::LoggedEvent;

const STATUS: Law = ("CHK-1 B25", Some("closed-session-stays-closed"));
const CLOSED: Law = ("R15 CHK-4", Some("closed-session-stays-closed"));
const EXPIRED: Law = ("R15 CHK-4", Some("expired-sessions-payment-is-canceled"));
const AUTHORIZED: Law = ("B27 R15", Some("complete-means-authorized"));
const PAID: Law = ("B25 B27", Some("paid-means-received"));
const AMOUNT: Law = ("B1 B9 B19", Some("sessions-payment-is-as-the-session-says"));

/// Notes the contradictions between sessions and payments.
pub(super) fn judge(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    for (place, logged) in events.iter().enumerate().filter(|(_, it)| object_kind(it) == "checkout.session") {
        alone(found, place, logged, limits);
        with_others(found, place, logged, events, limits);
    }
}

fn ends(logged: &LoggedEvent) -> bool {
    matches!(logged.kind.as_str(), "checkout.session.completed" | "checkout.session.expired")
}

/// Status and payment status fit the type of the event.
fn alone(found: &mut Violations, place: usize, logged: &LoggedEvent, limits: LawContext<'_>) {
    let object = logged.object();
    let wanted = if logged.kind.ends_with(".expired") { "expired" } else { "complete" };
    if object.status.text().is_some_and(|status| status != wanted) {
        found.alone(place, STATUS, format!("`status` is {}, where it would be {wanted}", object.status));
    }
    let paid = match logged.kind.as_str() {
        "checkout.session.expired" | "checkout.session.async_payment_failed" => Some("paid"),
        "checkout.session.async_payment_succeeded" => Some("unpaid"),
        _ => None,
    };
    if let Some(paid) = paid.filter(|paid| object.payment_status.text() == Some(paid)) {
        found.alone(place, PAID, format!("`payment_status` is `{paid}` in `{}`", logged.kind));
    }
    let is_known = |it: &str| matches!(it, "paid" | "unpaid" | "no_payment_required");
    if let Some(other) = object.payment_status.text().filter(|it| !is_known(it)) {
        found.alone(place, PAID, format!("`payment_status` is `{other}`, which no session has"));
    }
    let created = number(&object.created).map(|created| created.saturating_sub(limits.lag));
    if let Some(created) = created.filter(|created| logged.created < *created) {
        found.alone(place, CLOSED, format!("the session was created after {created}, and ended before"));
    }
}

fn with_others(
    found: &mut Violations,
    place: usize,
    logged: &LoggedEvent,
    events: &[LoggedEvent],
    limits: LawContext<'_>,
) {
    let object = logged.object();
    let is_expired = logged.kind.ends_with(".expired");
    let is_late = |one: &LoggedEvent, other: &LoggedEvent| one.created.saturating_add(limits.lag) < other.created;
    for (other, it) in events.iter().enumerate() {
        let kind = it.kind.as_str();
        let same_session = it.object().id == object.id && other != place;
        if same_session && ends(it) && ends(logged) && it.kind != logged.kind && place > other {
            found.pair(other, place, CLOSED, format!("the session ended by {} too", name(it)));
        }
        let completed = logged.kind == "checkout.session.completed";
        if same_session && completed && kind.contains("async_payment") && is_late(it, logged) {
            found.pair(other, place, AUTHORIZED, format!("its payment was settled before, by {}", name(it)));
        }
        let is_payment = object_kind(it) == "payment_intent" && it.object().id == object.payment_intent;
        if !is_payment {
            continue;
        }
        let (status, paid) = (it.object().status.text(), object.payment_status.text() == Some("paid"));
        if is_expired && matches!(status, Some("succeeded" | "requires_capture" | "processing")) {
            found.pair(other, place, EXPIRED, format!("its payment is not canceled in {}", name(it)));
        }
        if paid && status == Some("canceled") {
            found.pair(other, place, PAID, format!("it is paid, and its payment is canceled in {}", name(it)));
        }
        if !is_expired && status == Some("canceled") && is_late(it, logged) {
            found.pair(other, place, AUTHORIZED, format!("its payment was canceled before, in {}", name(it)));
        }
        let received = number(&it.object().amount_received);
        if paid && received == Some(0) && is_late(logged, it) {
            found.pair(other, place, PAID, format!("it is paid, and nothing is received in {}", name(it)));
        }
        if paid && kind == "payment_intent.succeeded" && is_late(logged, it) && completed {
            found.pair(other, place, PAID, format!("it is paid, and its payment succeeded later, by {}", name(it)));
        }
        // Before it is paid an intent may get another amount and another currency (PI-5).
        if !matches!(status, Some("requires_capture" | "succeeded")) {
            continue;
        }
        let totals = number(&object.amount_total).zip(number(&it.object().amount));
        if let Some((total, amount)) = totals.filter(|(total, amount)| total != amount) {
            found.pair(other, place, AMOUNT, format!("`amount_total` is {total}, and its payment is of {amount}"));
        }
        let currencies = object.currency.text().zip(it.object().currency.text());
        if let Some((one, two)) = currencies.filter(|(one, two)| one != two) {
            found.pair(other, place, AMOUNT, format!("`currency` is {one}, and that of its payment is {two}"));
        }
    }
}
