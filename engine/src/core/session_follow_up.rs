//! The step after a decision: a Checkout Session follows the intent that it owns (B27, CHK-1 to CHK-7).
//!
//! Decisions about intents do not know sessions. This step compares each changed intent with its stored state.

use super::decision_context::{Changes, DecisionContext};
use crate::command::JobKind;
use crate::objects::{
    CheckoutSession, EventType, IntentStatus, PaymentIntent, PaymentStatus, SessionStatus, SetupIntent, SetupStatus,
};
use crate::{CheckoutSessionId, Object};
use std::sync::Arc;

/// Applies the changes of intents to the sessions that own them. Skips a session that the decision itself changed.
pub(super) fn apply(context: &DecisionContext<'_>, changes: &mut Changes) {
    let intents = changes.objects.iter().filter_map(Object::as_payment_intent);
    let intents: Vec<Arc<PaymentIntent>> = intents.filter(|intent| intent.session.is_some()).cloned().collect();
    let setups = changes.objects.iter().filter_map(Object::as_setup_intent);
    let setups: Vec<Arc<SetupIntent>> = setups.filter(|intent| intent.session.is_some()).cloned().collect();
    for intent in intents {
        if let Some(session) = untouched(context, changes, intent.session) {
            after_payment(context, changes, &session, &intent);
        }
    }
    for intent in setups {
        if let Some(session) = untouched(context, changes, intent.session) {
            after_setup(context, changes, &session, &intent);
        }
    }
}

/// Returns the stored session, unless the decision has changed it.
fn untouched(
    context: &DecisionContext<'_>,
    changes: &Changes,
    id: Option<CheckoutSessionId>,
) -> Option<Arc<CheckoutSession>> {
    let id = id?;
    let changed = changes.objects.iter().any(|object| object.id() == id.into());
    if changed { None } else { context.objects.checkout_session(id) }
}

fn after_payment(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    session: &CheckoutSession,
    intent: &PaymentIntent,
) {
    let before = context.objects.payment_intent(intent.id).map(|before| before.status);
    if before == Some(IntentStatus::RequiresCapture) {
        after_capture(changes, session, intent);
    } else if before != Some(intent.status) {
        after_attempt(context, changes, session, intent);
    }
}

/// Marks a session whose payment was held as paid once money is received; no event announces it (B27).
fn after_capture(changes: &mut Changes, session: &CheckoutSession, intent: &PaymentIntent) {
    if session.payment_status == PaymentStatus::Unpaid && !intent.received.is_zero() {
        changes.put(CheckoutSession { payment_status: PaymentStatus::Paid, ..session.clone() });
    }
}

/// Completes the session when the payment is at least authorized (B27), and reports the outcome of a bank debit.
fn after_attempt(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    session: &CheckoutSession,
    intent: &PaymentIntent,
) {
    let session = CheckoutSession { payment_intent: Some(intent.id), ..session.clone() };
    let paid = match intent.status {
        IntentStatus::Succeeded => PaymentStatus::Paid,
        IntentStatus::RequiresCapture if context.dialect.authorized_session_is_paid => PaymentStatus::Paid,
        IntentStatus::RequiresCapture | IntentStatus::Processing => PaymentStatus::Unpaid,
        IntentStatus::RequiresPaymentMethod
        | IntentStatus::RequiresConfirmation
        | IntentStatus::RequiresAction
        | IntentStatus::Canceled => {
            let debit_failed = session.status == SessionStatus::Complete;
            if debit_failed {
                context.announce(changes, EventType::CheckoutSessionAsyncPaymentFailed, &session);
            }
            return;
        }
    };
    match session.status {
        SessionStatus::Open => complete(context, changes, &session, paid),
        SessionStatus::Complete if paid != session.payment_status => {
            let after = CheckoutSession { payment_status: paid, ..session.clone() };
            context.announce_change(changes, EventType::CheckoutSessionAsyncPaymentSucceeded, &session, &after);
            changes.put(after);
        }
        SessionStatus::Complete | SessionStatus::Expired => {}
    }
}

/// Completes the session of a setup that succeeded or that a bank is processing (B27).
fn after_setup(context: &DecisionContext<'_>, changes: &mut Changes, session: &CheckoutSession, intent: &SetupIntent) {
    let done = matches!(intent.status, SetupStatus::Succeeded | SetupStatus::Processing);
    if session.status == SessionStatus::Open && done {
        let session = CheckoutSession { setup_intent: Some(intent.id), ..session.clone() };
        complete(context, changes, &session, PaymentStatus::NoPaymentRequired);
    }
}

/// Completes an open session and announces it.
pub(super) fn complete(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    before: &CheckoutSession,
    payment_status: PaymentStatus,
) {
    let session = CheckoutSession { status: SessionStatus::Complete, payment_status, ..before.clone() };
    context.announce_change(changes, EventType::CheckoutSessionCompleted, before, &session);
    changes.unschedule(JobKind::ExpireSession, session.id);
    changes.put(session);
}
