//! Decisions of the worker's jobs. A job whose object has moved on changes nothing.

use super::decision_context::{Changes, Decided, DecisionContext, Stop};
use super::{cancel, checkout, debits, refund_outcome, settlement};
use crate::command::{JobKey, JobKind};
use crate::objects::{IntentStatus, RefundStatus};
use crate::refusal::Reason;
use crate::{Object, ObjectId};

/// Runs one job.
pub(super) fn run(context: &DecisionContext<'_>, job: JobKey) -> Decided {
    let decided = match (job.kind, job.object) {
        (JobKind::ExpireHold, ObjectId::PaymentIntent(id)) => cancel::expire(context, id),
        (JobKind::FillLedger, ObjectId::Charge(id)) => debits::fill_ledger(context, id),
        (JobKind::BankOutcome, ObjectId::PaymentIntent(id)) => match context.objects.payment_intent(id) {
            Some(intent) if intent.status == IntentStatus::Processing => debits::bank_answers(context, id, None),
            other => over(other.map(Object::from)),
        },
        (JobKind::RefundOutcome, ObjectId::Refund(id)) => match context.objects.refund(id) {
            Some(refund) if matches!(refund.status, RefundStatus::Pending | RefundStatus::Succeeded) => {
                refund_outcome::reported(context, id, None)
            }
            other => over(other.map(Object::from)),
        },
        (JobKind::RefundDetails, ObjectId::Refund(id)) => refund_outcome::details_missing(context, id),
        (JobKind::ExpireSession, ObjectId::CheckoutSession(id)) => checkout::expire_due(context, id),
        (JobKind::Settle, ObjectId::BalanceTransaction(id)) => settlement::settle(context, id),
        (
            JobKind::ExpireHold
            | JobKind::FillLedger
            | JobKind::BankOutcome
            | JobKind::RefundOutcome
            | JobKind::RefundDetails
            | JobKind::ExpireSession
            | JobKind::Deliver
            | JobKind::Settle,
            _,
        ) => return Err(Reason::Internal(format!("no decision for the job {job:?}")).into()),
    };
    decided.map(|mut done| {
        let again = done.changes.schedule.iter().any(|(key, _)| *key == job);
        if !again {
            done.changes.unschedule.push(job);
        }
        done
    })
}

/// Returns the decision of a job whose object has moved on.
fn over(object: Option<Object>) -> Decided {
    let object = object.ok_or_else(|| Stop::from(Reason::Internal("a job has lost its object".to_owned())))?;
    Ok(Changes::default().answer(object))
}
