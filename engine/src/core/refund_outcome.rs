//! Decisions about a refund after its creation: arrival, failure, missing details, cancellation (REF-2 to REF-6).

use super::connect;
use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use super::refund::{find, schedule_outcome};
use super::settlement::{self, Movement, post};
use crate::RefundId;
use crate::acquirer::{Answer, Ask, Reference};
use crate::command::JobKind;
use crate::money::Money;
use crate::objects::{Charge, EventType, MovementKind, Refund, RefundFailure, RefundPending, RefundStatus};
use crate::refusal::Reason;
use std::sync::Arc;

/// Queries the outcome of a refund. With `reported`, a test decides the network's answer. A refund may fail even after
/// success.
pub(super) fn reported(
    context: &DecisionContext<'_>,
    id: RefundId,
    reported: Option<Result<(), RefundFailure>>,
) -> Decided {
    let before = context.objects.refund(id).ok_or_else(|| not_found("refund", id, "id"))?;
    match before.status {
        RefundStatus::Pending | RefundStatus::Succeeded => {}
        RefundStatus::RequiresAction | RefundStatus::Failed | RefundStatus::Canceled => {
            return Err(Reason::RefundStatus(before.status).into());
        }
    }
    let refund = reference(&before)?;
    if reported.is_none() && waits_for_balance(context, &before)? {
        let mut changes = Changes::default();
        schedule_outcome(context, &mut changes, &before);
        return Ok(changes.answer(before));
    }
    match context.ask(|| Ask::RefundOutcome { refund, reported })? {
        Answer::RefundFailed(failure) => fail(context, &before, failure),
        Answer::Done
        | Answer::Pending
        | Answer::Declined(_)
        | Answer::ChallengeRequired
        | Answer::TooLate
        | Answer::Impossible => {
            let arrived = Refund { status: RefundStatus::Succeeded, pending: None, ..(*before).clone() };
            Ok(progress(context, &before, Refund { network_reference: true, ..arrived }))
        }
    }
}

/// Returns whether the balance still cannot pay the refund, which is posted already and stays pending until then.
fn waits_for_balance(context: &DecisionContext<'_>, refund: &Refund) -> Result<bool, Stop> {
    let unpaid = refund.pending == Some(RefundPending::InsufficientFunds);
    Ok(unpaid && !connect::can_pay(context, refund.account, Money::ZERO, refund.currency)?)
}

/// Applies the bank's return of the money: the customer must give other details.
pub(super) fn returned(context: &DecisionContext<'_>, id: RefundId) -> Decided {
    let before = find(context, id)?;
    match before.status {
        RefundStatus::Pending | RefundStatus::Succeeded => {
            Ok(progress(context, &before, Refund { status: RefundStatus::RequiresAction, ..(*before).clone() }))
        }
        RefundStatus::RequiresAction | RefundStatus::Failed | RefundStatus::Canceled => {
            Err(Reason::RefundStatus(before.status).into())
        }
    }
}

/// Applies the customer's new details: the refund is pending again.
pub(super) fn details_given(context: &DecisionContext<'_>, id: RefundId) -> Decided {
    let before = find(context, id)?;
    if before.status != RefundStatus::RequiresAction {
        return Err(Reason::RefundStatus(before.status).into());
    }
    let pending = Some(RefundPending::Processing);
    Ok(progress(context, &before, Refund { status: RefundStatus::Pending, pending, ..(*before).clone() }))
}

/// Handles `POST /v1/refunds/:id/cancel`: only while the customer's details are missing.
pub(super) fn cancel(context: &DecisionContext<'_>, id: RefundId) -> Decided {
    let before = find(context, id)?;
    if before.status != RefundStatus::RequiresAction {
        return Err(Reason::RefundCannotBeCanceled.into());
    }
    let refund = reference(&before)?;
    context.ask(|| Ask::CancelRefund { refund })?;
    let mut changes = Changes::default();
    let refund = Refund { status: RefundStatus::Canceled, pending: None, ..(*before).clone() };
    let refund = give_back(context, &mut changes, &before, refund, &[EventType::RefundUpdated])?;
    Ok(changes.answer(refund))
}

/// Runs the job that fails a refund without details.
pub(super) fn details_missing(context: &DecisionContext<'_>, id: RefundId) -> Decided {
    let before = context.objects.refund(id).ok_or_else(|| not_found("refund", id, "id"))?;
    if before.status != RefundStatus::RequiresAction {
        return Ok(Changes::default().answer(before));
    }
    let refund = reference(&before)?;
    context.ask(|| Ask::CancelRefund { refund })?;
    fail(context, &before, RefundFailure::Unknown)
}

fn reference(refund: &Refund) -> Result<Reference, Stop> {
    // Only the Refund that depicts an expired hold has no movement, and it never changes.
    refund.reference.ok_or_else(|| Reason::RefundStatus(refund.status).into())
}

/// Applies a new state of a refund that moves no money.
fn progress(context: &DecisionContext<'_>, before: &Refund, refund: Refund) -> super::Done {
    let mut changes = Changes::default();
    if refund != *before {
        context.announce_change(&mut changes, EventType::RefundUpdated, before, &refund);
        context.announce(&mut changes, EventType::ChargeRefundUpdated, &refund);
    }
    if refund.status == RefundStatus::Succeeded {
        changes.unschedule(JobKind::RefundOutcome, refund.id);
    } else {
        schedule_outcome(context, &mut changes, &refund);
    }
    let refund = Arc::new(refund);
    changes.put(Arc::clone(&refund));
    changes.answer(refund)
}

fn fail(context: &DecisionContext<'_>, before: &Arc<Refund>, failure: RefundFailure) -> Decided {
    let mut changes = Changes::default();
    let failed = Refund { status: RefundStatus::Failed, failure: Some(failure), pending: None, ..(**before).clone() };
    let refund =
        give_back(context, &mut changes, before, failed, &[EventType::RefundFailed, EventType::RefundUpdated])?;
    Ok(changes.answer(refund))
}

/// Returns the money of an undone refund to the merchant and reduces `amount_refunded` of the charge (R7).
fn give_back(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    before: &Refund,
    mut refund: Refund,
    tell: &[EventType],
) -> Result<Arc<Refund>, Stop> {
    let charge_before = context.objects.charge(refund.charge);
    let charge_before = charge_before.ok_or_else(|| not_found("charge", refund.charge, "charge"))?;
    let mut charge: Charge = (*charge_before).clone();
    charge.refunded = charge.refunded.minus(refund.amount)?;
    let available_on = settlement::of_charge(context, &charge);
    let back = Movement::of(refund.id, MovementKind::RefundFailure, refund.currency, available_on);
    let entry = post(context, changes, refund.account, &back, refund.amount.incoming()?)?;
    refund.failure_balance_transaction = Some(entry);
    let mut announced = before;
    for event_type in tell {
        context.announce_change(changes, *event_type, announced, &refund);
        announced = &refund;
    }
    context.announce(changes, EventType::ChargeRefundUpdated, &refund);
    changes.unschedule(JobKind::RefundOutcome, refund.id);
    changes.unschedule(JobKind::RefundDetails, refund.id);
    let refund = Arc::new(refund);
    changes.put(charge);
    changes.put(Arc::clone(&refund));
    Ok(refund)
}
