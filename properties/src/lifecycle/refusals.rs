//! Cancellations and rejections: in the wrong status, with invalid parameters, for objects that do not exist.

use holdfast_model::{CancellationReason, CaptureMethod, IntentStatus, Operation, Rail, Rejection, Target, Update};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::refusal::refused;
use crate::step::{PaymentStep, Step};

use IntentStatus::{Canceled, Processing, RequiresCapture, Succeeded};

/// If false, an order is accepted with an amount that is zero, negative, too small or too large, with an unknown
/// currency, or with contradictory parameters. It may also be rejected for another reason.
pub(crate) fn bad_parameters_are_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    bad_amounts_are_refused(step)
        .and(|| unknown_currency_is_refused(step))
        .and(|| off_session_comes_with_confirm(step))
        .and(|| systems_reason_is_refused(step))
}

/// If false, an order in progress is paid a second time, or is changed or canceled after its end. A method may also be
/// accepted that cannot do what the request requires.
pub(crate) fn wrong_status_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    confirm_only_while_open(step)
        .and(|| update_only_while_open(step))
        .and(|| no_cancel_after_the_end(step))
        .and(|| confirm_needs_a_method(step))
        .and(|| manual_capture_needs_a_card(step))
}

/// If false, a cancellation leaves money on hold, records another reason, or pretends to stop a debit that the bank
/// executes.
pub(crate) fn cancel_ends_and_releases<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    cancel_releases(step)
        .and(|| only_debits_are_canceled_in_processing(step))
        .and(|| no_cancel_of_a_bank_transfer(step))
}

/// If false, a cancellation leaves money on hold, or the merchant's report shows another reason.
fn cancel_releases<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CancelIntent { reason, .. }), Some((before, after))) = (step.accepted(), step.both()) else {
        return Judgement::Vacuous;
    };
    let completes = !before.received.is_zero() && step.config.dialect.cancel_keeps_captured;
    let status = if completes { Succeeded } else { Canceled };
    let expected = after.status == status
        && after.capturable.is_zero()
        && after.received == before.received
        && (completes || after.cancellation_reason == *reason);
    given(true, expected, || {
        format!(
            "canceled for {reason:?} with received {}: now {} for {:?}, capturable {}, received {}",
            before.received.get(),
            after.status.name(),
            after.cancellation_reason,
            after.capturable.get(),
            after.received.get()
        )
    })
}

/// If false, a merchant cancels a debit that the bank still executes.
fn only_debits_are_canceled_in_processing<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let rail = before.payment_method.map(|method| method.profile().rail);
    let debit = matches!(rail, Some(Rail::UsBankAccount | Rail::SepaDebit));
    given(before.status == Processing && after.status == Canceled, debit, || {
        format!("canceled while processing by {rail:?}")
    })
}

/// If false, a merchant believes that a transfer in progress is stopped, or does not learn why it is not.
fn no_cancel_of_a_bank_transfer<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CancelIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    let rail = before.payment_method.map(|method| method.profile().rail);
    let premise = before.status == Processing && !matches!(rail, Some(Rail::UsBankAccount | Rail::SepaDebit));
    refused(step.step, premise, Rejection::UnexpectedState)
}

/// If false, a cancellation after the end pretends to undo a payment.
fn no_cancel_after_the_end<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CancelIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, before.status.is_final(), Rejection::UnexpectedState)
}

/// If false, a merchant's own cancellation is recorded as an automatic one.
fn systems_reason_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(Operation::CancelIntent { reason, .. }) = step.operation else { return Judgement::Vacuous };
    refused(step.step, *reason == Some(CancellationReason::Automatic), Rejection::InvalidReason)
}

/// If false, an order in progress or completed is paid a second time.
fn confirm_only_while_open<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::ConfirmIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, !before.status.is_open(), Rejection::UnexpectedState)
}

/// If false, a confirmation succeeds without a payment method.
fn confirm_needs_a_method<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let premise = match (step.operation, step.before) {
        (Some(Operation::ConfirmIntent { confirm, .. }), Some(before)) => {
            before.status.is_open() && confirm.method.is_none() && before.payment_method.is_none()
        }
        (Some(Operation::CreateIntent { create, .. }), None) => create.confirm && create.method.is_none(),
        (Some(_) | None, _) => false,
    };
    refused(step.step, premise, Rejection::MissingPaymentMethod)
}

/// If false, a bank debit is "authorized" for a capture that can never be made.
fn manual_capture_needs_a_card<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (method, capture_method) = match (step.operation, step.before) {
        (Some(Operation::ConfirmIntent { confirm, .. }), Some(before)) if before.status.is_open() => {
            (confirm.method.or(before.payment_method), confirm.capture_method.unwrap_or(before.capture_method))
        }
        (Some(Operation::CreateIntent { create, .. }), None) if create.confirm => {
            (create.method, create.capture_method)
        }
        (Some(_) | None, _) => return Judgement::Vacuous,
    };
    let bank = method.is_some_and(|method| !matches!(method.profile().rail, Rail::Card(_)));
    refused(step.step, bank && capture_method == CaptureMethod::Manual, Rejection::IncompatibleMethod)
}

/// If false, the price of an order changes after the customer has paid it.
fn update_only_while_open<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::UpdateIntent { update, .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    let premise = match update {
        Update::Metadata => before.status == Canceled && !step.config.dialect.metadata_on_canceled,
        Update::Amount(_) | Update::Method(_) | Update::CaptureMethod(_) | Update::Fee(_) | Update::Transfer(_) => {
            !before.status.is_open()
        }
    };
    let reason = match update {
        Update::Amount(_) => Rejection::AmountFixed,
        Update::Method(_) | Update::CaptureMethod(_) | Update::Fee(_) | Update::Transfer(_) | Update::Metadata => {
            Rejection::UnexpectedState
        }
    };
    refused(step.step, premise, reason)
}

/// If false, a typing error in an id changes another order or counts as success.
pub(crate) fn unknown_objects_are_not_found<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some(operation) = step.performed() else { return Judgement::Vacuous };
    let target = operation.about();
    let there = step.before.has(target) || operation.creates() == Some(target);
    let reason = match target {
        Target::Payment(_) => Rejection::NoSuchIntent,
        Target::Refund(..) => Rejection::NoSuchRefund,
        Target::Setup => Rejection::NoSuchSetup,
        Target::Session => Rejection::NoSuchSession,
    };
    refused(step, !there, reason)
}

/// If false, an order of zero, of a negative amount, or of too little or too much is accepted, or rejected with another
/// error than the first one.
fn bad_amounts_are_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let number = match (step.operation, step.before) {
        (Some(Operation::CreateIntent { create, .. }), None) => create.amount,
        (Some(Operation::UpdateIntent { update: Update::Amount(number), .. }), Some(_)) => *number,
        (Some(_) | None, _) => return Judgement::Vacuous,
    };
    let reason = match number {
        ..=0 => Rejection::InvalidAmount,
        _ if number < i64::from(step.config.dialect.minimum_amount) => Rejection::AmountTooSmall,
        100_000_000.. => Rejection::AmountTooLarge,
        _ => return Judgement::Vacuous,
    };
    refused(step.step, true, reason)
}

/// If false, an order in an unknown currency is accepted.
fn unknown_currency_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CreateIntent { create, .. }), None) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, create.currency == holdfast_model::Currency::Unknown, Rejection::InvalidCurrency)
}

/// If false, a parameter of an attempt is accepted without an attempt, and ignored.
fn off_session_comes_with_confirm<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CreateIntent { create, .. }), None) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, create.off_session && !create.confirm, Rejection::OffSessionWithoutConfirm)
}

/// If false, a permitted request is rejected for its status although the status permits it, or for a missing method
/// although the intent has one. A rejected cancel of a processing payment is not judged: the bank may no longer be able
/// to stop it.
pub(crate) fn status_refusals_are_true<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((operation, reason)) = step.turned_down() else { return Judgement::Vacuous };
    if reason == Rejection::UnexpectedMulticapture {
        let accepts = step.config.dialect.accept_multicapture_with_automatic;
        return given(true, !accepts, || format!("{operation:?} was refused, though it is to be accepted"));
    }
    let Some(before) = step.before else { return Judgement::Vacuous };
    let status = before.status;
    let allowed = if reason == Rejection::AmountFixed {
        !status.is_open() && matches!(operation, Operation::UpdateIntent { update: Update::Amount(_), .. })
    } else if reason == Rejection::UnexpectedState {
        if matches!(operation, Operation::UpdateIntent { update: Update::Metadata, .. }) {
            status == Canceled && !step.config.dialect.metadata_on_canceled
        } else if matches!(operation, Operation::UpdateIntent { update: Update::Amount(_), .. }) {
            false
        } else if matches!(operation, Operation::UpdateIntent { .. } | Operation::ConfirmIntent { .. }) {
            !status.is_open()
        } else if matches!(operation, Operation::CaptureIntent { .. }) {
            status != RequiresCapture
        } else if matches!(operation, Operation::CancelIntent { .. }) {
            status.is_final() || status == Processing
        } else {
            return Judgement::Vacuous;
        }
    } else if reason == Rejection::OwnedBySession {
        before.owned_by_session && status != RequiresCapture
    } else if reason == Rejection::MissingPaymentMethod {
        before.payment_method.is_none()
            && matches!(operation, Operation::ConfirmIntent { confirm, .. } if confirm.method.is_none())
    } else if reason == Rejection::TooManyConfirmations {
        before.confirmations >= step.config.dialect.confirm_limit
    } else {
        return Judgement::Vacuous;
    };
    given(true, allowed, || format!("{operation:?} was refused with {reason:?} while {}", status.name()))
}
