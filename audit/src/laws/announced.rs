//! Laws about a complete log: each object has the event that announces it, and sums have all their parts.
//!
//! These laws hold for whole logs only. They are the only ones that are not about subsets.

use super::{Law, LawContext, Violations, fees_are_elsewhere, number, object_kind};
use crate::logged_event::LoggedEvent;

const ANNOUNCED: Law = ("R9 B60 EVT-13", Some("money-never-moves-silently"));
const SUMS: Law = ("B42 R5 R7 EVT-13", Some("refunds-add-up"));

/// Notes which objects have no event that announces them, and which refunds do not add up.
pub(super) fn judge(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    for (kind, announcement) in [
        ("refund", &["refund.created"][..]),
        ("application_fee", &["application_fee.created"]),
        ("transfer", &["transfer.created"]),
        ("charge", &["charge.succeeded", "charge.failed", "charge.pending"]),
    ] {
        let announced: Vec<&str> = events
            .iter()
            .filter(|it| announcement.contains(&it.kind.as_str()))
            .filter_map(|it| it.object().id.id())
            .collect();
        for (place, logged) in events.iter().enumerate() {
            let object = logged.object();
            let named = match (object_kind(logged), kind) {
                (own, _) if own == kind => object.id.id(),
                ("charge", "application_fee") => object.application_fee.id(),
                ("charge", "transfer") => object.transfer.id(),
                ("payment_intent", "charge") => object.latest_charge(),
                _ => None,
            };
            let is_elsewhere = kind == "application_fee" && fees_are_elsewhere(events);
            if let Some(id) = named.filter(|_| !is_elsewhere).filter(|id| !announced.contains(id)) {
                found.unannounced(place, ANNOUNCED, format!("no event announces the {kind} `{id}`"));
            }
        }
    }
    reversals(found, events, limits);
    // Two equal steps within one second are logged twice and kept once, so the sums would differ.
    if limits.twins == 0 {
        refunds(found, events);
    }
}

/// A refund that reverses a transfer has the event of the transfer.
fn reversals(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let reverses = |it: &LoggedEvent| it.kind == "refund.created" && it.object().transfer_reversal.id().is_some();
    for (place, refund) in events.iter().enumerate().filter(|(_, it)| reverses(it)) {
        let is_its = |it: &LoggedEvent| {
            it.kind == "transfer.reversed" && it.created.abs_diff(refund.created) <= limits.lag.unsigned_abs()
        };
        if !events.iter().any(is_its) {
            let why = "it reverses a transfer, and no event shows the reversal".to_owned();
            found.unannounced(place, ANNOUNCED, why);
        }
    }
}

/// Each created refund raises the refunded amount by its own, and each rise comes from a refund.
fn refunds(found: &mut Violations, events: &[LoggedEvent]) {
    let rises: Vec<(usize, Option<i64>)> = events
        .iter()
        .enumerate()
        .filter(|(_, it)| it.kind == "charge.refunded" && number(&it.object().amount_captured) != Some(0))
        .map(|(place, it)| {
            let was = it.previous().and_then(|previous| number(&previous.amount_refunded));
            let rise = number(&it.object().amount_refunded).zip(was).map(|(now, was)| now.saturating_sub(was));
            (place, rise)
        })
        .collect();
    let amounts: Vec<(usize, Option<i64>)> = events
        .iter()
        .enumerate()
        .filter(|(_, it)| it.kind == "refund.created" && it.object().status.text() != Some("failed"))
        .map(|(place, it)| (place, number(&it.object().amount)))
        .collect();
    // What shows no amount, or the rest of a capture as refunded (VER-2), cannot be matched.
    let is_modern = events.iter().all(|it| !it.may_be_old());
    if !is_modern || rises.iter().chain(&amounts).any(|(_, amount)| amount.is_none()) {
        return;
    }
    for (ones, others, what) in [
        (&rises, &amounts, "no refund of the log is of the amount by which `amount_refunded` rises"),
        (&amounts, &rises, "no event of the log raises `amount_refunded` by the amount of this refund"),
    ] {
        let mut left: Vec<Option<i64>> = others.iter().map(|(_, amount)| *amount).collect();
        for (place, amount) in ones {
            match left.iter().position(|other| other == amount) {
                Some(index) => {
                    left.swap_remove(index);
                }
                None => found.unannounced(*place, SUMS, what.to_owned()),
            }
        }
    }
}
