//! Decisions about bank debits that the bank settles days later (C8, C13, C18).

use super::attempt;
use super::connect::{self, Shares};
use super::create::finish;
use super::decision_context::{Changes, Decided, DecisionContext, not_found};
use crate::acquirer::{Answer, Ask};
use crate::command::JobKind;
use crate::objects::{Charge, ChargeStatus, EventType, Failure, IntentStatus};
use crate::refusal::{Operation, Reason, Refusal};
use crate::test_methods::Decline;
use crate::time::DAY;
use crate::{ChargeId, PaymentIntentId};

/// Queries the outcome of a debit. With `reported`, a test decides the bank's answer.
pub(super) fn bank_answers(
    context: &DecisionContext<'_>,
    id: PaymentIntentId,
    reported: Option<Result<(), Decline>>,
) -> Decided {
    let intent = context.objects.payment_intent(id).ok_or_else(|| not_found("payment_intent", id, "intent"))?;
    if intent.status != IntentStatus::Processing {
        let reason = Reason::IntentStatus(Operation::SettleDebit, intent.status);
        return Err(Refusal::with_intent(reason, &intent).into());
    }
    let before = context.charge_of(&intent)?;
    let answer = context.ask(|| Ask::DebitOutcome { debit: before.hold, reported })?;
    let mut changes = Changes::default();
    let mut changed = (*intent).clone();
    match answer {
        Answer::Pending => {
            changes.schedule(JobKind::BankOutcome, id, context.now.after(DAY));
            return Ok(changes.answer(intent));
        }
        Answer::Declined(decline) => {
            let charge = Charge { status: ChargeStatus::Failed, decline: Some(decline), ..(*before).clone() };
            context.announce_change(&mut changes, EventType::ChargeFailed, &before, &charge);
            let failed = (Failure::Debit(decline), context.objects.payment_method(charge.method));
            // No client waits for this response, so events alone report the failure.
            let _ = attempt::fail(context, &mut changes, &intent, &mut changed, failed, Some(charge.id));
            changes.put(charge);
        }
        Answer::Done => {
            let mut charge = Charge { status: ChargeStatus::Succeeded, ..(*before).clone() };
            let capture = intent.capture_method;
            let connected = attempt::take_all(context, &mut changes, &mut changed, &mut charge, capture)?;
            context.announce_change(&mut changes, EventType::ChargeSucceeded, &before, &charge);
            attempt::succeed(context, &mut changes, (&intent, &changed), charge, connected);
        }
        Answer::ChallengeRequired | Answer::RefundFailed(_) | Answer::TooLate | Answer::Impossible => {
            return Err(Reason::Internal("the bank gave an unexpected answer".to_owned()).into());
        }
    }
    changes.unschedule(JobKind::BankOutcome, id);
    Ok(finish(changes, changed, None))
}

/// Closes the window in which a bank debit can be canceled (C18).
pub(super) fn cancel_window_closes(context: &DecisionContext<'_>, id: PaymentIntentId) -> Decided {
    let intent = context.intent(id)?;
    let mut changed = (*intent).clone();
    changed.cancelable_until = None;
    Ok(finish(Changes::default(), changed, None))
}

/// Runs the background capture of `automatic_async`, once: takes the money and fills the ledger (A2, A7, A12 to A17).
pub(super) fn fill_ledger(context: &DecisionContext<'_>, id: ChargeId) -> Decided {
    let before = context.objects.charge(id).ok_or_else(|| not_found("charge", id, "charge"))?;
    if !before.awaits_ledger {
        return Ok(Changes::default().answer(before));
    }
    context.ask(|| Ask::CaptureAll { hold: before.hold })?;
    let (mut changes, mut connected) = (Changes::default(), Changes::default());
    let mut charge = Charge { awaits_ledger: false, ledger_due: None, ..(*before).clone() };
    let shares = Shares { fee: charge.application_fee_amount, transfer: charge.transfer_amount };
    connect::post_capture(context, &mut connected, &mut charge, before.captured, shares)?;
    context.announce_change(&mut changes, EventType::ChargeUpdated, &before, &charge);
    changes.append(connected);
    changes.put(charge.clone());
    Ok(changes.answer(charge))
}
