//! Decisions of cancellation and expiry: a hold ends without a capture (C14, C15, B38, HOLD-12, HOLD-18).

use super::capture::{Captured, intent_and_charge};
use super::create::finish;
use super::decision_context::{Changes, Decided, DecisionContext};
use super::refund::return_of;
use crate::PaymentIntentId;
use crate::acquirer::{Answer, Ask};
use crate::command::JobKind;
use crate::money::Money;
use crate::objects::{
    CancellationReason, Charge, ChargeStatus, EventType, IntentStatus, PaymentIntent, Refund, RefundReason,
};
use crate::refusal::{Operation, Reason, Refusal};
use std::sync::Arc;

/// Handles `POST /v1/payment_intents/:id/cancel`.
pub(super) fn payment_intent(
    context: &DecisionContext<'_>,
    id: PaymentIntentId,
    reason: Option<CancellationReason>,
) -> Decided {
    let intent = context.intent(id)?;
    let refuse = |reason| Err(Refusal::with_intent(reason, &intent).into());
    match intent.status {
        IntentStatus::Succeeded | IntentStatus::Canceled => {
            refuse(Reason::IntentStatus(Operation::Cancel, intent.status))
        }
        // A session's payment is canceled directly only while its money is held (PI-32).
        _ if intent.session.is_some() && intent.status != IntentStatus::RequiresCapture => {
            refuse(Reason::OwnedBySession(Operation::Cancel))
        }
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction => {
            Ok(before_payment(context, &intent, reason))
        }
        IntentStatus::Processing => processing(context, &intent, reason),
        IntentStatus::RequiresCapture => held(context, &intent, reason),
    }
}

/// Cancels an intent without a hold.
pub(super) fn before_payment(
    context: &DecisionContext<'_>,
    intent: &Arc<PaymentIntent>,
    reason: Option<CancellationReason>,
) -> super::Done {
    let mut changes = Changes::default();
    let canceled = canceled(context, intent, reason);
    context.announce_change(&mut changes, EventType::PaymentIntentCanceled, intent, &canceled);
    finish(changes, canceled, None)
}

fn canceled(
    context: &DecisionContext<'_>,
    intent: &PaymentIntent,
    reason: Option<CancellationReason>,
) -> PaymentIntent {
    PaymentIntent {
        status: IntentStatus::Canceled,
        capturable: Money::ZERO,
        next_action: None,
        authenticated: false,
        cancelable_until: None,
        canceled_at: Some(context.now),
        cancellation_reason: reason,
        ..intent.clone()
    }
}

/// Cancels a bank debit while the window is open and the bank agrees (C18, U18).
fn processing(
    context: &DecisionContext<'_>,
    intent: &Arc<PaymentIntent>,
    reason: Option<CancellationReason>,
) -> Decided {
    let refuse = || Err(Refusal::with_intent(Reason::CancelWindowClosed, intent).into());
    if intent.cancelable_until.is_none_or(|until| context.now >= until) {
        return refuse();
    }
    let before = context.charge_of(intent)?;
    if context.ask(|| Ask::CancelDebit { debit: before.hold })? == Answer::TooLate {
        return refuse();
    }
    let mut changes = Changes::default();
    let canceled = canceled(context, intent, reason);
    let charge = Charge { status: ChargeStatus::Failed, ..(*before).clone() };
    context.announce_change(&mut changes, EventType::PaymentIntentCanceled, intent, &canceled);
    changes.unschedule(JobKind::BankOutcome, intent.id);
    changes.put(charge);
    Ok(finish(changes, canceled, None))
}

/// Releases a hold. Without a capture the payment is canceled; otherwise the captured money stays (B38, U6).
fn held(context: &DecisionContext<'_>, intent: &Arc<PaymentIntent>, reason: Option<CancellationReason>) -> Decided {
    let before = context.charge_of(intent)?;
    context.ask(|| Ask::Release { hold: before.hold })?;
    let mut changes = Changes::default();
    let mut captured = Captured::begin(context, intent, &before);
    if before.captured.is_zero() {
        captured.intent = canceled(context, intent, reason);
        captured.charge.released = before.amount;
        captured.announce_intent(&mut changes, EventType::PaymentIntentCanceled);
        captured.announce_charge(&mut changes, EventType::ChargeRefunded);
    } else if context.dialect.partly_captured_cancel_succeeds {
        captured.close(&mut changes)?;
    } else {
        captured.intent = canceled(context, intent, reason);
        captured.charge.closed = true;
        captured.charge.released = before.amount.minus(before.captured)?;
        captured.announce_intent(&mut changes, EventType::PaymentIntentCanceled);
        captured.announce_charge(&mut changes, EventType::ChargeCaptured);
    }
    changes.unschedule(JobKind::ExpireHold, intent.id);
    Ok(captured.finish(changes))
}

/// Runs the job at the end of the authorization window (B35, B38, HOLD-11). The first of capture and expiry decides.
pub(super) fn expire(context: &DecisionContext<'_>, id: PaymentIntentId) -> Decided {
    let (intent, before) = intent_and_charge(context, id)?;
    let over = before.capture_before.is_some_and(|deadline| context.now >= deadline);
    if intent.status != IntentStatus::RequiresCapture {
        return Ok(Changes::default().answer(intent));
    }
    if let Some(deadline) = before.capture_before.filter(|_| !over) {
        // Too early: the job is scheduled again.
        let mut changes = Changes::default();
        changes.schedule(JobKind::ExpireHold, id, deadline.after(context.dialect.timing.expiry_job_after));
        return Ok(changes.answer(intent));
    }
    context.ask(|| Ask::Release { hold: before.hold })?;
    let mut changes = Changes::default();
    let mut captured = Captured::begin(context, &intent, &before);
    if before.captured.is_zero() {
        captured.intent = canceled(context, &intent, Some(CancellationReason::Automatic));
        captured.charge.released = before.amount;
        captured.announce_charge(&mut changes, EventType::ChargeExpired);
        captured.announce_intent(&mut changes, EventType::PaymentIntentCanceled);
        if context.dialect.expired_hold_makes_refund {
            changes.put(picture_of_release(context, &before));
        }
    } else {
        captured.close(&mut changes)?;
    }
    Ok(captured.finish(changes))
}

/// Returns the Refund that older versions show for an expired hold. No money moves, so it has no ledger entry (HOLD-14).
fn picture_of_release(context: &DecisionContext<'_>, charge: &Charge) -> Refund {
    let reason = Some(RefundReason::ExpiredUncapturedCharge);
    Refund { reason, ..return_of(context, charge, charge.amount) }
}
