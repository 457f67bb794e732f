//! The moves of a PaymentIntent: the inputs that may change its status, and those that may not.

use holdfast_model::trace::describe;
use holdfast_model::{Amount, EnvironmentEvent, IntentStatus, Operation, Rejection, Update};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::money::amount_changes_by_update_only;
use crate::step::{PaymentStep, Step};
use crate::words::changes;

use super::charge_status;

use IntentStatus::{
    Canceled, Processing, RequiresAction, RequiresCapture, RequiresConfirmation, RequiresPaymentMethod, Succeeded,
};

/// If false, a paid or canceled order changes again after the merchant acted on its status.
pub(crate) fn final_stays_final<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    final_status_stays(step).and(|| canceled_never_changes(step))
}

/// If false, a rejected request has changed a part of an object, or reported something that did not happen. The
/// client's retry then starts from an unknown state.
pub(crate) fn refusal_does_nothing<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    refusal_changes_nothing(step).and(|| refusal_is_silent(step)).and(|| idle_events_change_nothing(step))
}

/// If false, paying one order changes, creates or removes another customer's order.
pub(crate) fn only_the_named_payment_changes<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    others_stay(step).and(|| payments_never_vanish(step)).and(|| payments_are_created_on_request(step))
}

/// If false, a customer pays another price, by another method or at another time than last agreed, or editing an order
/// moves money.
pub(crate) fn updates_change_what_they_name<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    new_method_must_be_confirmed(step)
        .and(|| capture_method_is_the_merchants(step))
        .and(|| update_moves_no_money(step))
        .and(|| amount_changes_by_update_only(step))
}

/// If false, the customer pays another amount, in another currency or at another time than the merchant requested, or
/// naming a method counts as consent to pay with it.
pub(crate) fn creation_takes_what_was_asked<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    created_as_asked(step)
        .and(|| created_without_method_waits_for_one(step))
        .and(|| created_with_method_waits_for_confirmation(step))
}

/// If false, a merchant meets a transition that the documented state machine does not have, and
/// every integration written against it is wrong.
pub(crate) fn documented_status_moves<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(after) = step.after.map(|after| after.status) else { return Judgement::Vacuous };
    let Some(before) = step.before.map(|before| before.status) else { return Judgement::Vacuous };
    given(before != after, documented(step, before, after), || {
        format!("{} became {} by `{}`", before.name(), after.name(), step.step.input)
    })
}

/// Returns whether the table of moves has this input, status before and status after (C4–C19, PI-1 to PI-37).
fn documented(step: &PaymentStep<'_, '_>, before: IntentStatus, after: IntentStatus) -> bool {
    let attempt = before.is_open() && after != RequiresConfirmation;
    let received = step.before.is_some_and(|before| !before.received.is_zero());
    let session = step.before.is_some_and(|before| before.owned_by_session);
    let released = before == RequiresCapture && after == if received { Succeeded } else { Canceled };
    let closed = session && before.is_open() && after == Canceled;
    if let Some(operation) = step.operation {
        if let Operation::UpdateIntent { update, .. } = operation {
            return matches!(update, Update::Method(_)) && before.is_open() && after == RequiresConfirmation;
        }
        if let Operation::CancelIntent { .. } = operation {
            let completed = before == RequiresCapture && received && after == Succeeded;
            return !before.is_final() && (after == Canceled || completed);
        }
        // No other operation moves a payment.
        if let Operation::ConfirmIntent { .. } = operation {
            return attempt;
        }
        let captures = matches!(operation, Operation::CaptureIntent { .. });
        return captures && before == RequiresCapture && after == Succeeded;
    }
    if let Some(Operation::ExpireSession) = step.step.performed() {
        return closed;
    }
    match step.step.event() {
        Some(EnvironmentEvent::Authenticate { .. }) => before == RequiresAction && after != Canceled,
        Some(EnvironmentEvent::Settle { .. }) => {
            before == Processing && matches!(after, Succeeded | RequiresPaymentMethod)
        }
        Some(EnvironmentEvent::ExpireHold { .. }) => released,
        Some(EnvironmentEvent::CustomerPays { .. }) => attempt,
        Some(EnvironmentEvent::Advance { .. }) => released || closed,
        Some(
            EnvironmentEvent::CloseCancelWindow { .. }
            | EnvironmentEvent::PostToLedger { .. }
            | EnvironmentEvent::Refund { .. }
            | EnvironmentEvent::AuthenticateSetup { .. }
            | EnvironmentEvent::SettleSetup
            | EnvironmentEvent::PruneKey { .. },
        )
        | None => false,
    }
}

/// If false, a paid or canceled order changes again after the merchant acted on its status.
fn final_status_stays<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    given(before.status.is_final(), before.status == after.status, || {
        format!("{} became {}", before.status.name(), after.status.name())
    })
}

/// If false, a canceled order becomes active again, and money is captured or refunded for it.
fn canceled_never_changes<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let premise = before.status == Canceled && before.received.is_zero();
    given(premise, before == after, || {
        format!("canceled, then `{}` changed {}", step.step.input, changes(before, after))
    })
}

/// If false, a rejected request has changed a part of an object, and the client's retry starts from an unknown state.
fn refusal_changes_nothing<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let refused = step.performed().is_some() && matches!(step.outcome, Err(reason) if reason.is_refusal());
    given(refused, step.unchanged(), || {
        format!("answered {}, yet {}", describe(&step.outcome), changes(&step.before, &step.after))
    })
}

/// If false, a merchant receives a report of something that did not happen.
fn refusal_is_silent<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let refused = step.performed().is_some() && matches!(step.outcome, Err(reason) if reason.is_refusal());
    given(refused, step.notifications.is_empty(), || {
        format!("answered {:?}, yet emitted {:?}", step.outcome, step.notifications)
    })
}

/// If false, sums of money overflow; in the model, this means that a check is missing.
pub(crate) fn amounts_stay_representable<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let happened = step.event().is_some() && step.outcome != Ok(holdfast_model::Accepted::Nothing);
    given(step.performed().is_some() || happened, step.outcome != Err(Rejection::AmountOutOfRange), || {
        format!("`{}` left the range of amounts", step.input)
    })
}

/// If false, paying one order changes another customer's.
fn others_stay<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    given(step.changed, step.addressed, || format!("`{}` changed payment {}", step.step.input, step.intent.0))
}

/// If false, an order disappears from the records.
fn payments_never_vanish<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    given(step.before.is_some(), step.after.is_some(), || format!("payment {} is gone", step.intent.0))
}

/// If false, payments exist without a request.
fn payments_are_created_on_request<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let asked = matches!(step.operation, Some(Operation::CreateIntent { .. }))
        || matches!(step.event(), Some(EnvironmentEvent::CustomerPays { .. }));
    given(step.before.is_none() && step.after.is_some(), asked, || {
        format!("`{}` created payment {}", step.step.input, step.intent.0)
    })
}

/// If false, the customer pays another amount, in another currency or at another time than the merchant requested.
fn created_as_asked<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CreateIntent { create, .. }), None, Some(after)) = (step.operation, step.before, step.after)
    else {
        return Judgement::Vacuous;
    };
    let same = Amount::from_request(create.amount) == Some(after.amount)
        && create.currency == after.currency
        && create.capture_method == after.capture_method
        && create.confirmation_method == after.confirmation_method
        && create.multicapture == after.multicapture_requested
        && create.flow == after.flow
        && create.fee.and_then(Amount::from_request) == after.fee
        && create.transfer.and_then(Amount::from_request) == after.transfer
        && !after.owned_by_session;
    given(true, same, || format!("asked for {create:?}, created {after:?}"))
}

/// If false, a page that has not asked for a method yet cannot create its intent, or skips asking for the method.
fn created_without_method_waits_for_one<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CreateIntent { create, .. }), None, Some(after)) = (step.operation, step.before, step.after)
    else {
        return Judgement::Vacuous;
    };
    given(create.method.is_none(), after.status == RequiresPaymentMethod, || {
        format!("created without a method as {}", after.status.name())
    })
}

/// If false, naming a method counts as consent to pay with it.
fn created_with_method_waits_for_confirmation<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CreateIntent { create, .. }), None, Some(after)) = (step.operation, step.before, step.after)
    else {
        return Judgement::Vacuous;
    };
    let premise = create.method.is_some() && !create.confirm;
    given(premise, after.status == RequiresConfirmation && after.charge.is_none(), || {
        format!("created with a method as {}, charge {}", after.status.name(), charge_status(after))
    })
}

/// If false, a payment continues with the old method after the customer chose another.
fn new_method_must_be_confirmed<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(Operation::UpdateIntent { update: Update::Method(method), .. }) = step.accepted() else {
        return Judgement::Vacuous;
    };
    let Some(after) = step.after else { return Judgement::Vacuous };
    given(true, after.status == RequiresConfirmation && after.payment_method == Some(*method), || {
        format!("updated to {}, now {} with {:?}", method.token(), after.status.name(), after.payment_method)
    })
}

/// If false, editing an order moves money.
fn update_moves_no_money<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::UpdateIntent { .. }), Some((before, after))) = (step.accepted(), step.both()) else {
        return Judgement::Vacuous;
    };
    let same = before.charge == after.charge
        && before.received == after.received
        && before.capturable == after.capturable
        && before.refunds == after.refunds
        && before.ledger == after.ledger;
    given(true, same, || format!("an update changed {}", changes(before, after)))
}

/// If false, money is captured at another time than the merchant decided.
fn capture_method_is_the_merchants<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let asked = match step.operation {
        Some(Operation::UpdateIntent { update: Update::CaptureMethod(method), .. }) => Some(*method),
        Some(Operation::ConfirmIntent { confirm, .. }) => confirm.capture_method,
        Some(_) | None => None,
    };
    let changed = before.capture_method != after.capture_method;
    let taken = asked.is_some() && step.step.outcome.is_ok();
    given(changed || taken, asked == Some(after.capture_method), || {
        format!("capture method {:?} became {:?}, asked for {asked:?}", before.capture_method, after.capture_method)
    })
}

/// If false, a job without due work has changed something.
fn idle_events_change_nothing<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let idle = step.outcome == Ok(holdfast_model::Accepted::Nothing) && step.seconds() == 0;
    let stuttering = step.unchanged() && step.notifications.is_empty();
    // This is not a witness of the property, because jobs often have no due work.
    given(idle && step.event().is_some() && !stuttering, false, || {
        let changed = changes(&step.before, &step.after);
        format!("`{}` had nothing to do, yet emitted {:?} and changed {changed}", step.input, step.notifications)
    })
}
