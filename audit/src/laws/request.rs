//! Laws about the events of one request, which show one moment of the payment (P21, IDEM-10).

use super::across::{Said, SaidValue, agree};
use super::{Law, LawContext, Violations, name, object_kind};
use crate::logged_event::LoggedEvent;
use crate::seen::{Id, Seen};

const AMOUNT: Law = ("P21 B32 PI-5", Some("charge-is-for-the-amount"));
const CURRENCY: Law = ("P21 AMT-1 PI-5", None);
const CAPTURE: Law = ("P21 A3", None);
const FEE: Law = ("P21 B50 CON-9", Some("standing-amounts-are-collected"));
const METHOD: Law = ("P21 C6 PI-7", Some("method-fits-the-status"));
const TWICE: Law = ("I10 R10 IDEM-10", Some("nothing-is-notified-twice"));

/// Notes the contradictions between events of one request.
pub(super) fn judge(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let mut known: Vec<&str> = Vec::new();
    for logged in events {
        let Some(request) = logged.request.id().filter(|id| !known.contains(id)) else { continue };
        known.push(request);
        let of_it: Vec<(usize, &LoggedEvent)> =
            events.iter().enumerate().filter(|(_, it)| it.request.id() == Some(request)).collect();
        if of_it.len() < 2 {
            continue;
        }
        twice(found, &of_it, limits);
        // An event that comes later may be about a later moment.
        let until = logged.created.saturating_add(limits.lag);
        let at_once: Vec<(usize, &LoggedEvent)> = of_it.into_iter().filter(|(_, it)| it.created <= until).collect();
        one_moment(found, &at_once);
    }
}

/// A request causes at most one event of each kind for an object.
fn twice(found: &mut Violations, of_it: &[(usize, &LoggedEvent)], limits: LawContext<'_>) {
    let is_single = |it: &LoggedEvent| {
        matches!(
            it.kind.as_str(),
            "payment_intent.requires_action"
                | "payment_intent.payment_failed"
                | "refund.updated"
                | "charge.refund.updated"
        )
    };
    for (index, (place, logged)) in of_it.iter().enumerate().filter(|(_, (_, it))| is_single(it)) {
        let same = of_it.iter().take(index).find(|(_, other)| {
            other.kind == logged.kind
                && other.object().id == logged.object().id
                && other.created.saturating_add(limits.lag) < logged.created
        });
        if let Some((other_place, other)) = same {
            let why = format!("the same request had {} before", name(other));
            found.pair(*other_place, *place, TWICE, why);
        }
    }
}

/// The objects of one moment agree on the fields that both have.
fn one_moment(found: &mut Violations, at_once: &[(usize, &LoggedEvent)]) {
    let is_intent = |it: &LoggedEvent| object_kind(it) == "payment_intent";
    let is_of_payment = |it: &LoggedEvent| matches!(object_kind(it), "payment_intent" | "charge");
    let number = SaidValue::number;
    let mut shown = |law: Law, field: &str, of: &dyn for<'a> Fn(&'a LoggedEvent) -> Option<SaidValue<'a>>| {
        let said: Vec<Said<'_>> = at_once.iter().filter_map(|(place, it)| Some((*place, of(it)?))).collect();
        agree(found, &said, law, field);
    };
    shown(AMOUNT, "amount", &|it| number(&it.object().amount).filter(|_| is_of_payment(it)));
    shown(CURRENCY, "currency", &|it| it.object().currency.text().map(SaidValue::Text).filter(|_| is_of_payment(it)));
    shown(CAPTURE, "capture_method", &|it| {
        it.object().capture_method.text().map(SaidValue::Text).filter(|_| is_intent(it))
    });
    shown(METHOD, "payment_method", &|it| {
        let own = it.object().payment_method.id().filter(|_| is_of_payment(it));
        let failure = it.object().last_payment_error.get().filter(|_| it.kind == "payment_intent.payment_failed");
        own.or_else(|| failure.and_then(|failure| failure.payment_method.id())).map(SaidValue::Text)
    });
    // A capture may give another fee, and a creation has one.
    if at_once.iter().any(|(_, it)| it.kind == "payment_intent.created") {
        shown(FEE, "application_fee_amount", &|it| {
            number(&it.object().application_fee_amount).filter(|_| is_intent(it))
        });
    }
    charges(found, at_once);
}

/// A failed attempt names the charge that failed.
fn charges(found: &mut Violations, at_once: &[(usize, &LoggedEvent)]) {
    let failed: Vec<Said<'_>> = at_once
        .iter()
        .filter_map(|(place, it)| {
            let of_failure = || it.object().last_payment_error.get().and_then(|failure| failure.charge.id());
            let id = match it.kind.as_str() {
                "charge.failed" => it.object().id.id(),
                "payment_intent.payment_failed" => of_failure(),
                _ => None,
            };
            Some((*place, SaidValue::Text(id?)))
        })
        .collect();
    agree(found, &failed, ("P21 C13 PI-19", Some("money-means-one-approved-charge")), "charge");
}

/// Returns the request of an event that creates a refund.
pub(crate) fn of_refund(logged: &LoggedEvent) -> Option<&str> {
    let of: &Seen<Id> = &logged.request;
    of.id().filter(|_| logged.kind == "refund.created")
}
