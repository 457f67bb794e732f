//! Invariants of every decision: its changes preserve the records' invariants, and its ledger entries match its
//! changes.

use super::decision_context::{Changes, Decided, DecisionContext, Stop};
use crate::command::{JobKey, JobKind};
use crate::invariants::{Violation, change, holds, record};
use crate::objects::{BalanceTransaction, Charge, IntentStatus, MovementKind, PaymentIntent, Refund};
use crate::{ChargeId, Kind, Object, ObjectId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Checks a decision against the state it was made in.
///
/// # Errors
/// The first violation, and the object or event that it concerns.
pub(crate) fn decision(context: &DecisionContext<'_>, decided: &Decided) -> Result<(), (String, Violation)> {
    match decided {
        Ok(done) => changes(context, &done.changes),
        Err(Stop::Ask(_)) => {
            let once = holds(context.answer.is_none(), "a decision asks the acquirer once");
            once.map_err(|violation| (context.reference.to_string(), violation))
        }
        Err(Stop::Refuse(_) | Stop::Unable(_)) => Ok(()),
    }
}

fn changes(context: &DecisionContext<'_>, changes: &Changes) -> Result<(), (String, Violation)> {
    let of = |id: ObjectId| move |violation| (id.to_string(), violation);
    let latest: FxHashMap<ObjectId, &Object> = changes.objects.iter().map(|object| (object.id(), object)).collect();
    let mut ledger = Entries::default();
    for (id, object) in &latest {
        record(object).map_err(of(*id))?;
        let before = context.objects.object(*id);
        if let Object::BalanceTransaction(entry) = object {
            let known = before.as_ref().and_then(Object::as_balance_transaction);
            posted_in_time(context, changes, known.map(|known| &**known), entry).map_err(of(*id))?;
            if known.is_none() {
                ledger.add(entry).map_err(of(*id))?;
            }
        }
        match before {
            Some(before) => change(&before, object).map_err(of(*id))?,
            None => {
                let now = object.created() == context.now;
                holds(now, "a new record is created now").map_err(of(*id))?;
            }
        }
    }
    let mut refunded: FxHashMap<ChargeId, i128> = FxHashMap::default();
    for refund in latest.values().filter_map(|object| object.as_refund()) {
        let before = context.objects.refund(refund.id);
        let returned =
            change_of(returned(refund), before.as_deref().map_or(0, returned)).map_err(of(refund.id.into()))?;
        let total = refunded.entry(refund.charge).or_default();
        *total = total.checked_add(returned).ok_or((refund.id.to_string(), "a sum of refunds is in range"))?;
        ledger.settle(refund.id.into(), returned.checked_neg()).map_err(of(refund.id.into()))?;
    }
    for charge in latest.values().filter_map(|object| object.as_charge()) {
        let before = context.objects.charge(charge.id);
        let returned = refunded.remove(&charge.id).unwrap_or(0);
        charge_moved(before.as_deref(), charge, returned, &mut ledger).map_err(of(charge.id.into()))?;
    }
    let unmatched = refunded.into_iter().find(|(_, returned)| *returned != 0);
    unmatched.map_or(Ok(()), |(charge, _)| Err((charge.to_string(), "a refund changes its charge")))?;
    ledger.balanced()?;
    for intent in latest.values().filter_map(|object| object.as_payment_intent()) {
        let charge = intent.latest_charge.and_then(|id| match latest.get(&id.into()) {
            Some(changed) => changed.as_charge().cloned(),
            None => context.objects.charge(id),
        });
        intent_and_charge(intent, charge.as_deref()).map_err(of(intent.id.into()))?;
    }
    let mut ids = FxHashSet::default();
    for event in &changes.events {
        holds(ids.insert(event.id), "an event has an id of its own").map_err(of(event.id.into()))?;
        holds(event.created == context.now, "an event is created now").map_err(of(event.id.into()))?;
        holds(event.account == event.object.account(), "an event belongs to its object's account")
            .map_err(of(event.id.into()))?;
    }
    let early = changes.schedule.iter().find(|(_, due)| *due < context.now);
    early.map_or(Ok(()), |(job, _)| Err((job.object.to_string(), "a job is due now or later")))
}

/// Checks that the money of a ledger entry becomes available when it is due, not before, and that a pending entry has its
/// job (P22).
fn posted_in_time(
    context: &DecisionContext<'_>,
    changes: &Changes,
    before: Option<&BalanceTransaction>,
    entry: &BalanceTransaction,
) -> Result<(), Violation> {
    let is_due = context.now >= entry.available_on;
    match before {
        Some(before) if before.is_available == entry.is_available => Ok(()),
        Some(_) => holds(is_due, "a ledger entry becomes available when it is due"),
        None => {
            holds(entry.is_available == is_due, "a new ledger entry is pending exactly until it is due")?;
            let job = (JobKey::new(JobKind::Settle, entry.id), entry.available_on);
            let is_planned = entry.is_available || changes.schedule.contains(&job);
            holds(is_planned, "a pending ledger entry has a job that makes it available")
        }
    }
}

/// Returns the amount of a refund that counts: 0 for the record of a released hold, and after the refund is undone.
fn returned(refund: &Refund) -> i128 {
    let counts = refund.reference.is_some() && !refund.status.is_undone();
    if counts { i128::from(refund.amount.minor()) } else { 0 }
}

/// Returns how much of a charge's capture stands in the ledger.
fn posted(charge: &Charge) -> i128 {
    if charge.awaits_ledger { 0 } else { i128::from(charge.captured.minor()) }
}

fn change_of(after: i128, before: i128) -> Result<i128, Violation> {
    after.checked_sub(before).ok_or("a difference of amounts is in range")
}

/// Checks the change of a charge against the refunds and the ledger entries of the same decision.
fn charge_moved(
    before: Option<&Charge>,
    charge: &Charge,
    returned: i128,
    ledger: &mut Entries,
) -> Result<(), Violation> {
    let before_refunded = before.map_or(0, |before| i128::from(before.refunded.minor()));
    let refunded = change_of(i128::from(charge.refunded.minor()), before_refunded)?;
    holds(refunded == returned, "a charge is refunded by its refunds")?;
    ledger.settle(charge.id.into(), Some(change_of(posted(charge), before.map_or(0, posted))?))
}

/// Checks an intent against its latest charge (I1, I3).
fn intent_and_charge(intent: &PaymentIntent, charge: Option<&Charge>) -> Result<(), Violation> {
    let Some(charge) = charge else {
        return holds(intent.latest_charge.is_none(), "the latest charge of an intent exists");
    };
    holds(charge.intent == intent.id, "the latest charge of an intent is its own")?;
    holds(charge.captured == intent.received, "an intent has received what its charge captured")?;
    if intent.status != IntentStatus::RequiresCapture {
        return Ok(());
    }
    let open = charge.amount.minus(charge.captured).and_then(|open| open.minus(charge.released));
    holds(open == Ok(intent.capturable), "capturable is what is left of the hold")
}

/// The ledger entries of one decision: sums for each object that they name as their source.
#[derive(Default)]
struct Entries(FxHashMap<ObjectId, i128>);

impl Entries {
    fn add(&mut self, entry: &BalanceTransaction) -> Result<(), Violation> {
        let alone = matches!(
            entry.kind,
            MovementKind::Charge | MovementKind::Payment | MovementKind::Refund | MovementKind::RefundFailure
        );
        let outside = matches!(entry.source.kind(), Kind::Charge | Kind::Refund);
        holds(alone == outside, "the kind of a ledger entry fits its source")?;
        let sum = self.0.entry(entry.source).or_default();
        *sum = sum.checked_add(i128::from(entry.amount)).ok_or("a sum of ledger entries is in range")?;
        Ok(())
    }

    /// Checks that the entries of `source` add up to `expected`.
    fn settle(&mut self, source: ObjectId, expected: Option<i128>) -> Result<(), Violation> {
        let sum = self.0.remove(&source).unwrap_or(0);
        holds(expected == Some(sum), "ledger entries match what a charge or a refund moved")
    }

    /// Checks that money between accounts leaves one account and enters another.
    fn balanced(&self) -> Result<(), (String, Violation)> {
        match self.0.iter().find(|(_, sum)| **sum != 0) {
            Some((source, _)) => Err((source.to_string(), "the ledger entries between two accounts cancel out")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
