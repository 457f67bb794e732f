//! The deadlines of a payment, from its events alone.
//!
//! A deadline comes from a field of an event, never from a guess. An event that ends it counts in whichever order the
//! events arrive, so [`deadlines`] depends on the set of events only. The time of an alert depends on their arrival as
//! well: [`assess`](crate::assess()) raises none before a payment has been quiet for [`DeadlineLimits::grace`].

use holdfast_audit::logged_event::{LoggedEvent, Object};
use serde::Serialize;

/// Seconds of an hour.
const HOUR: i64 = 3_600;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// The times at which deadlines raise alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlineLimits {
    /// Seconds before the end of a hold.
    pub before_lapse: i64,
    /// Seconds after a background capture within which `charge.updated` has to come (A12).
    pub update_within: i64,
    /// Seconds for which a refund may be pending.
    pub refund_pending: i64,
    /// Seconds that a delivery may take. An alert waits for this time after its deadline, and after the newest arrival
    /// of an event of its payment: the event that ends the deadline may follow.
    pub grace: i64,
}

impl DeadlineLimits {
    /// The limits that count unless others are given.
    pub const DEFAULT: Self =
        Self { before_lapse: DAY, update_within: HOUR, refund_pending: DAY.saturating_mul(14), grace: 60 };
}

impl Default for DeadlineLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A kind of deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineKind {
    /// A hold is about to lapse uncaptured.
    HoldLapses,
    /// A background capture has no `charge.updated`.
    UpdateMissing,
    /// A refund has been pending for too long.
    RefundPending,
}

impl DeadlineKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::HoldLapses, Self::UpdateMissing, Self::RefundPending];

    /// Returns the name that alerts and metrics show.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HoldLapses => "hold_lapses",
            Self::UpdateMissing => "update_missing",
            Self::RefundPending => "refund_pending",
        }
    }

    /// Returns the requirements behind it.
    #[must_use]
    pub const fn rules(self) -> &'static [&'static str] {
        match self {
            Self::HoldLapses => &["HOLD-1", "HOLD-12"],
            Self::UpdateMissing => &["A12"],
            Self::RefundPending => &["REF-3", "REF-11"],
        }
    }
}

/// A deadline that no event has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Its kind.
    pub kind: DeadlineKind,
    /// The earliest time of the alert, in seconds since 1970.
    pub alert_at: i64,
    /// Id of the charge or refund.
    pub object: String,
    /// The place of the event that shows it.
    pub event: usize,
    /// The object and the times, as a sentence.
    pub why: String,
}

/// Returns the open deadlines of the events of one payment, the soonest first.
#[must_use]
pub fn deadlines(events: &[LoggedEvent], limits: &DeadlineLimits) -> Vec<Deadline> {
    let mut found: Vec<Deadline> = Vec::new();
    for (place, logged) in events.iter().enumerate() {
        let deadlines = match logged.object().object.text() {
            Some("charge") => [hold(events, place, limits), update(events, place, limits)],
            Some("refund") => [refund(events, place, limits), None],
            _ => [None, None],
        };
        found.extend(deadlines.into_iter().flatten());
    }
    found.sort_by(|a, b| (a.alert_at, a.kind, &a.why).cmp(&(b.alert_at, b.kind, &b.why)));
    found.dedup_by(|a, b| a.kind == b.kind && a.why == b.why);
    found
}

/// Returns the deadline of a hold that the charge at `place` shows.
fn hold(events: &[LoggedEvent], place: usize, limits: &DeadlineLimits) -> Option<Deadline> {
    let (object, id) = charge(events, place)?;
    let before = *object.card()?.capture_before.value()?;
    let is_held = object.captured.value() == Some(&false) && is_authorized(object);
    if !is_held || is_over(events, id) {
        return None;
    }
    let alert_at = before.saturating_sub(limits.before_lapse).saturating_add(limits.grace);
    let captured = object.amount_captured.value().copied().unwrap_or(0);
    let rest = if captured > 0 { "the rest of the hold" } else { "the hold" };
    let why = format!("{rest} of charge {id} lapses at {before}, and no event shows its capture or release");
    Some(Deadline { kind: DeadlineKind::HoldLapses, alert_at, object: id.to_owned(), event: place, why })
}

/// Returns the deadline of the background capture that the charge at `place` shows.
fn update(events: &[LoggedEvent], place: usize, limits: &DeadlineLimits) -> Option<Deadline> {
    let (object, id) = charge(events, place)?;
    let is_captured = object.captured.value() == Some(&true) && is_authorized(object);
    if !is_captured || object.balance_transaction.is_set() != Some(false) {
        return None;
    }
    // A charge that was held is captured by a request, which fills the ledger at once.
    let is_ended = charges(events, id)
        .any(|other| other.balance_transaction.is_set() == Some(true) || other.captured.value() == Some(&false));
    let is_manual = payment(events, id).any(|intent| intent.capture_method.text() == Some("manual"));
    if is_ended || is_manual {
        return None;
    }
    let shown = of_charge(events, id).filter(|it| it.object().captured.value() == Some(&true));
    let since = shown.map(|it| it.created).min()?;
    let due = since.saturating_add(limits.update_within);
    let why = format!(
        "charge {id} was captured at {since} without an entry in the ledger; its `charge.updated` was due at {due}"
    );
    let alert_at = due.saturating_add(limits.grace);
    Some(Deadline { kind: DeadlineKind::UpdateMissing, alert_at, object: id.to_owned(), event: place, why })
}

/// Returns the deadline of the pending refund that the event at `place` shows.
fn refund(events: &[LoggedEvent], place: usize, limits: &DeadlineLimits) -> Option<Deadline> {
    let logged = events.get(place)?;
    let id = logged.object().id.id()?;
    if logged.object().status.text() != Some("pending") {
        return None;
    }
    let same = || {
        let is_refund = |it: &&LoggedEvent| it.object().object.text() == Some("refund");
        events.iter().filter(is_refund).filter(|it| it.object().id.id() == Some(id))
    };
    let is_over = |it: &LoggedEvent| matches!(it.object().status.text(), Some("succeeded" | "failed" | "canceled"));
    if same().any(is_over) {
        return None;
    }
    let pending = same().filter(|it| it.object().status.text() == Some("pending"));
    let since = pending.map(|it| it.created).min()?;
    let due = since.saturating_add(limits.refund_pending);
    let why = format!("refund {id} has been pending since {since}; an end was expected by {due}");
    let alert_at = due.saturating_add(limits.grace);
    Some(Deadline { kind: DeadlineKind::RefundPending, alert_at, object: id.to_owned(), event: place, why })
}

/// Returns the charge that the event at `place` shows, and its id.
fn charge(events: &[LoggedEvent], place: usize) -> Option<(&Object, &str)> {
    let object = events.get(place)?.object();
    Some((object, object.id.id()?))
}

/// Returns whether the bank accepted the charge.
fn is_authorized(charge: &Object) -> bool {
    charge.paid.value() != Some(&false) && charge.status.text() == Some("succeeded")
}

/// Returns the events that show the charge.
fn of_charge<'a>(events: &'a [LoggedEvent], id: &'a str) -> impl Iterator<Item = &'a LoggedEvent> {
    let is_charge = |it: &&LoggedEvent| it.object().object.text() == Some("charge");
    events.iter().filter(is_charge).filter(move |it| it.object().id.id() == Some(id))
}

/// Returns the charge as its events show it.
fn charges<'a>(events: &'a [LoggedEvent], id: &'a str) -> impl Iterator<Item = &'a Object> {
    of_charge(events, id).map(LoggedEvent::object)
}

/// Returns the PaymentIntent as the events show it while the charge is its latest.
fn payment<'a>(events: &'a [LoggedEvent], id: &'a str) -> impl Iterator<Item = &'a Object> {
    let objects = events.iter().map(LoggedEvent::object);
    let intents = objects.filter(|object| object.object.text() == Some("payment_intent"));
    intents.filter(move |object| object.latest_charge() == Some(id))
}

/// Returns whether any event shows that nothing of the hold can be captured any longer.
fn is_over(events: &[LoggedEvent], id: &str) -> bool {
    let is_ended = |charge: &Object| charge.captured.value() == Some(&true) || charge.refunded.value() == Some(&true);
    let is_expired = of_charge(events, id).any(|it| it.kind == "charge.expired");
    let is_final = |intent: &Object| matches!(intent.status.text(), Some("succeeded" | "canceled"));
    is_expired || charges(events, id).any(is_ended) || payment(events, id).any(is_final)
}

/// Returns whether the payment can still move by itself or holds money: it is then kept.
///
/// A payment is open while a deadline is, while a bank debit is processing, and while a hold can be captured. An unpaid
/// payment is not.
#[must_use]
pub fn is_open(events: &[LoggedEvent], limits: &DeadlineLimits) -> bool {
    let of = |kind: &'static str| {
        events.iter().map(LoggedEvent::object).filter(move |object| object.object.text() == Some(kind))
    };
    let has = |kind: &'static str, statuses: &[&str]| {
        of(kind).any(|object| object.status.text().is_some_and(|status| statuses.contains(&status)))
    };
    let moves = has("payment_intent", &["processing", "requires_capture"]) || has("setup_intent", &["processing"]);
    let is_final = has("payment_intent", &["succeeded", "canceled"]) || has("setup_intent", &["succeeded", "canceled"]);
    (moves && !is_final) || !deadlines(events, limits).is_empty()
}

#[cfg(test)]
mod tests;
