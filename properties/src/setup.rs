//! Saving a payment method, which never moves money.

use holdfast_model::{
    EnvironmentEvent, NotificationKind as Kind, Observation, Operation, Rail, Rejection, SessionMode, SetupStatus,
    SetupView, Target,
};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::refusal::refused;
use crate::step::Step;

use SetupStatus::{Canceled, Processing, RequiresAction, RequiresConfirmation, RequiresPaymentMethod, Succeeded};

/// Returns the executed operation on the SetupIntent.
fn operation<'s>(step: &'s Step<'_>) -> Option<&'s Operation> {
    step.performed().filter(|operation| operation.about() == Target::Setup)
}

fn both<'a>(step: &Step<'a>) -> Option<(&'a SetupView, &'a SetupView)> {
    step.before.setup.zip(step.after.setup)
}

/// Returns the status before and after the step, if it changed.
fn moved(step: &Step<'_>) -> Option<(Option<SetupStatus>, SetupStatus)> {
    let (before, after) = (step.before.setup.map(|before| before.status), step.after.setup?.status);
    (before != Some(after)).then_some((before, after))
}

/// If false, a method counts as saved that cannot be charged later.
fn saved_method_can_be_saved<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(setup) = observation.setup else { return Judgement::Vacuous };
    let good = setup.payment_method.is_some_and(|method| method.profile().can_be_saved);
    given(setup.status == Succeeded, good, || format!("saved {:?}", setup.payment_method))
}

/// If false, a customer whose method was saved sees an old failure, or a reason for a cancellation.
fn setup_traces_fit_the_status<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(setup) = observation.setup else { return Judgement::Vacuous };
    let error = setup.last_error.is_none() || matches!(setup.status, RequiresPaymentMethod | Canceled);
    let reason = setup.cancellation_reason.is_none() || setup.status == Canceled;
    given(setup.last_error.is_some() || setup.cancellation_reason.is_some(), error && reason, || {
        format!("{} with {:?} and {:?}", setup.status.name(), setup.last_error, setup.cancellation_reason)
    })
}

/// If false, a setup is in progress without a method to save.
fn setup_under_way_means_a_method<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(setup) = observation.setup else { return Judgement::Vacuous };
    let premise = !matches!(setup.status, RequiresPaymentMethod | Canceled);
    given(premise, setup.payment_method.is_some(), || format!("{} without a method", setup.status.name()))
}

/// If false, saving a card charges it.
pub(crate) fn setup_never_charges<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let saving = step.before.session.is_some_and(|session| session.mode == SessionMode::Setup);
    let premise = operation(step).is_some()
        || matches!(step.event(), Some(EnvironmentEvent::AuthenticateSetup { .. } | EnvironmentEvent::SettleSetup))
        || (saving && matches!(step.event(), Some(EnvironmentEvent::CustomerPays { .. })));
    given(premise, !premise || step.before.payments == step.after.payments, || {
        format!("{:?} changed payments {:?}", step.input, step.after.payments)
    })
}

/// If false, a merchant receives a status of the setup to which no documented move leads.
fn setup_statuses_move_as_documented<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((Some(before), after)) = moved(step) else { return Judgement::Vacuous };
    let attempt = before.is_open() && after != RequiresConfirmation;
    let closed = before.is_open() && after == Canceled && step.before.setup.is_some_and(|setup| setup.owned_by_session);
    let documented = match (step.performed(), step.event()) {
        (Some(Operation::UpdateSetup { .. }), _) => before.is_open() && after == RequiresConfirmation,
        (Some(Operation::ConfirmSetup { .. }), _) => attempt,
        (Some(Operation::CancelSetup { .. }), _) => before.is_open() && after == Canceled,
        (Some(Operation::VerifyMicrodeposits), _) => before == RequiresAction && after != Canceled,
        (Some(Operation::ExpireSession), _) | (None, Some(EnvironmentEvent::Advance { .. })) => closed,
        (None, Some(EnvironmentEvent::AuthenticateSetup { .. })) => before == RequiresAction && after != Canceled,
        (None, Some(EnvironmentEvent::SettleSetup)) => {
            before == Processing && matches!(after, Succeeded | RequiresPaymentMethod)
        }
        (None, Some(EnvironmentEvent::CustomerPays { .. })) => attempt,
        (Some(_), _) | (None, _) => false,
    };
    given(true, documented, || format!("{} became {} by {:?}", before.name(), after.name(), step.input))
}

/// If false, a saved method is lost, or a canceled setup saves one.
fn finished_setup_never_changes<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some(before) = step.before.setup else { return Judgement::Vacuous };
    let premise = matches!(before.status, Succeeded | Canceled);
    given(premise, step.after.setup == Some(before), || {
        format!("{before:?} became {:?} by {:?}", step.after.setup, step.input)
    })
}

/// If false, a setup in progress or completed is canceled, or the refusal hides the reason.
fn setup_is_canceled_while_open_only<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(Operation::CancelSetup { .. }), Some(before)) = (operation(step), step.before.setup) else {
        return Judgement::Vacuous;
    };
    refused(step, !before.status.is_open(), Rejection::SetupUnexpectedState)
}

/// If false, a method is saved twice.
fn setup_is_confirmed_while_open_only<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(Operation::ConfirmSetup { .. }), Some(before)) = (operation(step), step.before.setup) else {
        return Judgement::Vacuous;
    };
    // Where both reasons apply, no source states which one is given; either is accepted.
    let refusal = matches!(step.outcome, Err(reason) if reason.is_refusal());
    let hidden = step.outcome.is_err() && !refusal;
    given(!before.status.is_open() && !hidden, refusal, || {
        format!("confirmed while {}, answered {:?}", before.status.name(), step.outcome)
    })
}

/// If false, a setup is confirmed without a method to save.
fn setup_needs_a_method<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(Operation::ConfirmSetup { method }), Some(before)) = (operation(step), step.before.setup) else {
        return Judgement::Vacuous;
    };
    let premise = before.status.is_open() && method.is_none() && before.payment_method.is_none();
    refused(step, premise, Rejection::SetupMissingMethod)
}

/// If false, a customer whose card cannot be saved cannot continue.
fn declined_setup_asks_for_another_method<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let declined = matches!(step.turned_down(), Some((_, Rejection::Declined(_)))) && operation(step).is_some();
    let asks = step.after.setup.is_some_and(|after| {
        after.status == RequiresPaymentMethod && after.payment_method.is_none() && after.last_error.is_some()
    });
    given(declined, asks && step.count(Kind::SetupFailed) == 1, || {
        format!("declined, now {:?}, emitted {:?}", step.after.setup, step.notifications)
    })
}

/// If false, a customer's new card is saved, and the subscription still asks for one.
fn saved_method_is_notified<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let saved = matches!(moved(step), Some((_, Succeeded)));
    let place = |kind| step.notifications.iter().position(|notification| notification.kind == kind);
    let expected = match (place(Kind::MethodAttached), place(Kind::SetupSucceeded)) {
        (Some(attached), Some(succeeded)) => attached < succeeded && step.count(Kind::SetupSucceeded) == 1,
        (None, _) | (_, None) => false,
    };
    given(saved, expected, || format!("saved, and emitted {:?}", step.notifications))
}

/// If false, a merchant waits for a setup that was canceled, or for one that waits for the customer.
fn other_setup_moves_are_notified<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((before, after)) = moved(step) else { return Judgement::Vacuous };
    let kind = match after {
        Canceled => Kind::SetupCanceled,
        RequiresAction => Kind::SetupRequiresAction,
        RequiresPaymentMethod if before.is_some() => Kind::SetupFailed,
        RequiresPaymentMethod | RequiresConfirmation | Processing | Succeeded => return Judgement::Vacuous,
    };
    given(true, step.count(kind) == 1, || format!("now {}, emitted {:?}", after.name(), step.notifications))
}

/// If false, deposit amounts are accepted although no deposits were sent.
fn deposits_only_while_awaited<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(Operation::VerifyMicrodeposits), Some(before)) = (operation(step), step.before.setup) else {
        return Judgement::Vacuous;
    };
    refused(step, before.status != RequiresAction, Rejection::SetupInvalidState)
}

/// If false, cards wait for small deposits.
fn deposits_are_for_bank_accounts<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(Operation::VerifyMicrodeposits), Some(before)) = (step.accepted(), step.before.setup) else {
        return Judgement::Vacuous;
    };
    let rail = before.payment_method.map(|method| method.profile().rail);
    given(true, rail == Some(Rail::UsBankAccount), || format!("deposits verified by {rail:?}"))
}

/// If false, a retry loop over stolen cards is never stopped.
pub(crate) fn too_many_setup_confirmations_cancel<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(Operation::ConfirmSetup { .. }), Some((before, after))) = (operation(step), both(step)) else {
        return Judgement::Vacuous;
    };
    let beyond = before.confirmations >= step.after.config.dialect.confirm_limit && before.status.is_open();
    let stopped = after.status == Canceled;
    given(beyond, stopped || before == after, || {
        format!("confirmed after {} confirmations, now {}", before.confirmations, after.status.name())
    })
}

/// If false, the merchant cancels a setup that only the customer's page may end.
fn sessions_setup_is_not_canceled_directly<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(Operation::CancelSetup { .. }), Some(before)) = (operation(step), step.before.setup) else {
        return Judgement::Vacuous;
    };
    let premise = before.owned_by_session && before.status.is_open();
    let hidden = matches!(step.outcome, Err(reason) if !reason.is_refusal());
    given(premise && !hidden, step.outcome.is_err(), || format!("the session's setup was canceled: {:?}", step.outcome))
}

/// If false, a method counts as saved that cannot be charged later, a setup is in progress without a method to save, or
/// a saved method is shown with an old failure.
pub(crate) fn setup_fits_its_status<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    saved_method_can_be_saved(observation)
        .and(|| setup_traces_fit_the_status(observation))
        .and(|| setup_under_way_means_a_method(observation))
}

/// If false, a merchant receives a status of the setup to which no documented move leads, or a saved method is lost.
pub(crate) fn documented_setup_moves<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    setup_statuses_move_as_documented(step).and(|| finished_setup_never_changes(step))
}

/// If false, a method is saved twice or without existing, or a setup is canceled that is in progress, completed, or
/// open on a customer's page.
pub(crate) fn setup_is_changed_while_open_only<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    setup_is_canceled_while_open_only(step)
        .and(|| setup_is_confirmed_while_open_only(step))
        .and(|| setup_needs_a_method(step))
        .and(|| sessions_setup_is_not_canceled_directly(step))
}

/// If false, deposit amounts are accepted although no deposits were sent, or cards wait for small deposits.
pub(crate) fn deposits_are_verified_when_asked_for<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    deposits_only_while_awaited(step).and(|| deposits_are_for_bank_accounts(step))
}

/// If false, a customer's new card is saved and the subscription still asks for one, or a merchant waits for a setup
/// that failed or was canceled.
pub(crate) fn setup_moves_are_notified<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    saved_method_is_notified(step)
        .and(|| other_setup_moves_are_notified(step))
        .and(|| declined_setup_asks_for_another_method(step))
}
