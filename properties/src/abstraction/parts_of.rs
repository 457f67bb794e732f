//! The parts of the abstract transition of a step.

use holdfast_model::{
    DeliveryFault, EnvironmentEvent, Input, IntentId, IntentStatus, Operation, PaymentView, SessionStatus, SetupStatus,
    Target, Update,
};

use super::input_kind::{event_kind, operation_kind};
use super::{AmountClass, InputKind, StatusClass, TimeClass};
use crate::step::{Step, find_key};

#[inline]
pub(super) fn payment<'a>(step: &Step<'a>, intent: IntentId) -> Option<&'a PaymentView> {
    step.before.payments.get(usize::from(intent.0)).and_then(Option::as_ref)
}

#[inline]
pub(super) fn size(number: i64, rest: u32) -> AmountClass {
    match number {
        ..0 => AmountClass::Negative,
        0 => AmountClass::Zero,
        _ if number < i64::from(rest) => AmountClass::BelowRest,
        _ if number == i64::from(rest) => AmountClass::Rest,
        _ => AmountClass::AboveRest,
    }
}

#[inline]
pub(super) const fn time(left: Option<i64>) -> TimeClass {
    match left {
        None => TimeClass::NoDeadline,
        Some(2..) => TimeClass::Before,
        Some(1) => TimeClass::LastSecond,
        Some(..=0) => TimeClass::Over,
    }
}

/// Returns the amount in the request, and the amount that it is compared with.
#[inline]
pub(super) fn asked(step: &Step<'_>) -> Option<(i64, u32)> {
    let operation = match step.input {
        Input::Call(call) => call.operation,
        Input::Begin { operation, .. } => operation,
        Input::Finish { key } => find_key(&step.before, key)?.operation,
        Input::Event(_) => return None,
    };
    let intent = operation.about().intent().and_then(|intent| payment(step, intent));
    let rest = |rest: fn(&PaymentView) -> u32| intent.map_or(0, rest);
    if let Operation::CaptureIntent { capture, .. } = operation {
        return Some((capture.amount?, rest(|payment| payment.capturable.get())));
    }
    if let Operation::CreateRefund { refund, .. } = operation {
        let left = |payment: &PaymentView| {
            let refunded = payment.charge.map_or(0, |charge| charge.refunded_amount.get());
            payment.received.get().saturating_sub(refunded)
        };
        return Some((refund.amount?, rest(left)));
    }
    if let Operation::RefundFee { amount, .. } = operation {
        let left = |payment: &PaymentView| payment.ledger.fees.get().saturating_sub(payment.ledger.fees_refunded.get());
        return Some((amount?, rest(left)));
    }
    if let Operation::ReverseTransfer { amount, .. } = operation {
        let left =
            |payment: &PaymentView| payment.ledger.transfers.get().saturating_sub(payment.ledger.reversals.get());
        return Some((amount?, rest(left)));
    }
    if let Operation::CreateTransfer { amount, .. } = operation {
        let left = |payment: &PaymentView| payment.received.get().saturating_sub(payment.ledger.transfers.get());
        return Some((amount?, rest(left)));
    }
    // The amount of a new intent is compared with the largest amount of a request.
    if let Operation::CreateIntent { create, .. } = operation {
        return Some((create.amount, holdfast_model::Amount::MAX.get()));
    }
    if let Operation::UpdateIntent { update: Update::Amount(number), .. } = operation {
        return Some((number, holdfast_model::Amount::MAX.get()));
    }
    None
}

/// Returns the target, if there is one, and the kind of input.
#[inline]
pub(super) fn named(step: &Step<'_>) -> (Option<Target>, InputKind) {
    match step.input {
        Input::Call(call) => {
            let kind = match call.fault {
                DeliveryFault::None if step.known_key().is_some() => InputKind::Repeat,
                DeliveryFault::None => operation_kind(&call.operation),
                DeliveryFault::ErrorBefore => InputKind::ErrorBefore,
                DeliveryFault::ErrorAfter => InputKind::ErrorAfter,
                DeliveryFault::AnswerLost => InputKind::AnswerLost,
            };
            (Some(call.operation.about()), kind)
        }
        Input::Begin { operation, .. } => (Some(operation.about()), InputKind::Begin),
        Input::Finish { key } => (find_key(&step.before, key).map(|view| view.operation.about()), InputKind::Finish),
        // The session decides which payment the customer pays.
        Input::Event(event @ EnvironmentEvent::CustomerPays { .. }) => (Some(Target::Session), event_kind(event)),
        Input::Event(event) => (event.about(), event_kind(event)),
    }
}

/// Returns the status of the target before the step.
#[inline]
pub(super) fn status(step: &Step<'_>, named: Option<Target>) -> StatusClass {
    match named {
        None => StatusClass::Everything,
        Some(Target::Payment(intent) | Target::Refund(intent, _)) => {
            payment(step, intent).map_or(StatusClass::Absent, payment_class)
        }
        Some(Target::Setup) => step.before.setup.map_or(StatusClass::Absent, |setup| match setup.status {
            SetupStatus::RequiresPaymentMethod => StatusClass::RequiresPaymentMethod,
            SetupStatus::RequiresConfirmation => StatusClass::RequiresConfirmation,
            SetupStatus::RequiresAction => StatusClass::RequiresAction,
            SetupStatus::Processing => StatusClass::Processing,
            SetupStatus::Succeeded => StatusClass::Succeeded,
            SetupStatus::Canceled => StatusClass::Canceled,
        }),
        Some(Target::Session) => step.before.session.map_or(StatusClass::Absent, |session| match session.status {
            SessionStatus::Open => StatusClass::Open,
            SessionStatus::Complete => StatusClass::Complete,
            SessionStatus::Expired => StatusClass::Expired,
        }),
    }
}

#[inline]
fn payment_class(payment: &PaymentView) -> StatusClass {
    let refunded = payment.charge.is_some_and(|charge| charge.refunded);
    match payment.status {
        IntentStatus::RequiresPaymentMethod => StatusClass::RequiresPaymentMethod,
        IntentStatus::RequiresConfirmation => StatusClass::RequiresConfirmation,
        IntentStatus::RequiresAction => StatusClass::RequiresAction,
        IntentStatus::Processing => StatusClass::Processing,
        IntentStatus::RequiresCapture if payment.received.is_zero() => StatusClass::Held,
        IntentStatus::RequiresCapture => StatusClass::PartlyCaptured,
        IntentStatus::Succeeded if refunded => StatusClass::Refunded,
        IntentStatus::Succeeded => StatusClass::Succeeded,
        IntentStatus::Canceled => StatusClass::Canceled,
    }
}
