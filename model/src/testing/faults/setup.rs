//! Faults about saving a payment method.

use crate::notification::Outbox;
use crate::payment::Payment;
use crate::testing::fault::{Kind, PlantedFault, WholeStep};
use crate::{
    Accepted, Call, Create, EnvironmentEvent, Input, NotificationKind, Operation, PaymentMethod, Rejection,
    SessionMode, SetupStatus, Target,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "one-method-a-setup",
        does: "rejects a second payment method for a setup",
        breaks: "refusals-have-a-true-reason",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let Input::Call(Call { operation: Operation::UpdateSetup { .. }, .. }) = step.input
                && step.before_setup.is_some_and(|setup| setup.payment_method.is_some())
                && step.outcome.is_ok()
            {
                *step.setup = step.before_setup;
                *step.outcome = Err(Rejection::IncompatibleMethod);
            }
        }),
    },
    PlantedFault {
        name: "old-failure-stays",
        does: "shows an old failure next to a saved method",
        breaks: "setup-fits-its-status",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            let failure = step.before_setup.and_then(|setup| setup.last_error);
            if let Some(setup) = step.setup.as_mut().filter(|setup| setup.status == SetupStatus::Succeeded) {
                setup.last_error = setup.last_error.or(failure);
            }
        }),
    },
    PlantedFault {
        name: "saves-the-unsavable",
        does: "saves a card that its issuer refuses",
        breaks: "setup-fits-its-status",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(saves_the_unsavable),
    },
    PlantedFault {
        name: "charges-what-it-saves",
        does: "charges a card that it was to save",
        breaks: "setup-never-charges",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(charge_what_is_saved),
    },
    PlantedFault {
        name: "refused-mandate-cancels",
        does: "cancels a setup whose mandate the bank refuses",
        breaks: "documented-setup-moves",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let (Input::Event(EnvironmentEvent::SettleSetup), Some(SetupStatus::RequiresPaymentMethod)) =
                (step.input, now(step))
                && was(step) == Some(SetupStatus::Processing)
            {
                cancel(step);
            }
        }),
    },
    PlantedFault {
        name: "closed-tab-cancels",
        does: "cancels a setup when the customer closes the page of the challenge",
        breaks: "documented-setup-moves",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let Input::Event(EnvironmentEvent::AuthenticateSetup { result: crate::Authentication::Abandoned }) =
                step.input
                && was(step) == Some(SetupStatus::RequiresAction)
            {
                cancel(step);
            }
        }),
    },
    PlantedFault {
        name: "saved-method-is-replaced",
        does: "puts another method in the place of one that is saved already",
        breaks: "documented-setup-moves",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let Some(Operation::UpdateSetup { method }) = refused(step, Rejection::SetupUnexpectedState)
                && now(step) == Some(SetupStatus::Succeeded)
                && method.profile().can_be_saved
                && let Some(setup) = step.setup.as_mut()
            {
                setup.payment_method = Some(method);
                pretend(step);
            }
        }),
    },
    PlantedFault {
        name: "cancel-of-the-saved",
        does: "answers the cancel of a setup that is over with success, and does nothing",
        breaks: "setup-is-changed-while-open-only",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let Some(Operation::CancelSetup { .. }) = refused(step, Rejection::SetupUnexpectedState) {
                pretend(step);
            }
        }),
    },
    PlantedFault {
        name: "confirm-of-the-saved",
        does: "answers the confirmation of a setup that is over with success, and does nothing",
        breaks: "setup-is-changed-while-open-only",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let Some(Operation::ConfirmSetup { .. }) = refused(step, Rejection::SetupUnexpectedState) {
                pretend(step);
            }
        }),
    },
    PlantedFault {
        name: "missing-method-is-a-wrong-state",
        does: "answers a confirmation without a method that the setup is in the wrong status",
        breaks: "setup-is-changed-while-open-only",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let Some(Operation::ConfirmSetup { .. }) = refused(step, Rejection::SetupMissingMethod) {
                *step.outcome = Err(Rejection::SetupUnexpectedState);
            }
        }),
    },
    PlantedFault {
        name: "page-setup-is-canceled",
        does: "answers the cancel of a setup in a customer's hands with success",
        breaks: "setup-is-changed-while-open-only",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let Some(Operation::CancelSetup { .. }) = refused(step, Rejection::SetupOwnedBySession) {
                pretend(step);
            }
        }),
    },
    PlantedFault {
        name: "deposits-of-nobody",
        does: "accepts the amounts of deposits that no setup waits for",
        breaks: "deposits-are-verified-when-asked-for",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if refused(step, Rejection::SetupInvalidState).is_some() && was(step) != Some(SetupStatus::RequiresAction) {
                pretend(step);
            }
        }),
    },
    PlantedFault {
        name: "deposits-on-a-card",
        does: "takes the amounts of deposits for a card's challenge",
        breaks: "deposits-are-verified-when-asked-for",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if refused(step, Rejection::SetupInvalidState).is_some() && was(step) == Some(SetupStatus::RequiresAction) {
                succeed(step);
            }
        }),
    },
    PlantedFault {
        name: "silent-attachment",
        does: "reports that a setup succeeded, and not which method is attached now",
        breaks: "setup-moves-are-notified",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| step.notifications.retain(|emitted| emitted.kind != NotificationKind::MethodAttached)),
    },
    PlantedFault {
        name: "silent-setup-limit",
        does: "does not report that one confirmation too many canceled a setup",
        breaks: "setup-moves-are-notified",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if *step.outcome == Err(Rejection::TooManySetupConfirmations) {
                step.notifications.clear();
            }
        }),
    },
    PlantedFault {
        name: "declined-card-stays",
        does: "keeps a declined card on the setup",
        breaks: "setup-moves-are-notified",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let (
                Input::Call(Call { operation: Operation::ConfirmSetup { method }, .. }),
                Err(Rejection::Declined(_)),
            ) = (step.input, *step.outcome)
                && let Some(setup) = step.setup.as_mut()
            {
                setup.payment_method = method;
            }
        }),
    },
    PlantedFault {
        name: "one-confirmation-more",
        does: "lets a setup be confirmed once more than it survives",
        breaks: "too-many-setup-confirmations-cancel",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Config(|config| config.dialect.confirm_limit = config.dialect.confirm_limit.saturating_add(1)),
    },
];

fn was(step: &WholeStep<'_>) -> Option<SetupStatus> {
    step.before_setup.map(|setup| setup.status)
}

fn now(step: &WholeStep<'_>) -> Option<SetupStatus> {
    step.setup.map(|setup| setup.status)
}

/// Returns the operation that was refused for this reason.
fn refused(step: &WholeStep<'_>, rejection: Rejection) -> Option<Operation> {
    match step.input {
        Input::Call(Call { operation, .. }) if *step.outcome == Err(rejection) => Some(operation),
        Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
    }
}

/// Replaces the response with success.
fn pretend(step: &mut WholeStep<'_>) {
    if let Some(status) = now(step) {
        *step.outcome = Ok(Accepted::Setup { status });
    }
}

/// Replaces the effect of the input with a cancellation of the setup.
fn cancel(step: &mut WholeStep<'_>) {
    *step.setup = step.before_setup;
    *step.outcome = Ok(Accepted::Happened);
    step.notifications.clear();
    if let Some(setup) = step.setup.as_mut() {
        setup.status = SetupStatus::Canceled;
        let mut outbox = Outbox::new(step.notifications, Target::Setup);
        let _no_room = outbox.emit(NotificationKind::SetupCanceled);
    }
}

fn saves_the_unsavable(step: &mut WholeStep<'_>) {
    if let (
        Input::Call(Call { operation: Operation::ConfirmSetup { method: Some(method) }, .. }),
        Err(Rejection::Declined(_)),
        Some(setup),
    ) = (step.input, *step.outcome, step.setup.as_mut())
    {
        setup.payment_method = Some(method);
        setup.last_error = None;
        succeed(step);
    }
}

/// Saves the method, with its notification and response.
fn succeed(step: &mut WholeStep<'_>) {
    let Some(setup) = step.setup.as_mut() else { return };
    setup.status = SetupStatus::Succeeded;
    step.notifications.clear();
    let mut outbox = Outbox::new(step.notifications, Target::Setup);
    let _no_room =
        outbox.emit(NotificationKind::MethodAttached).and_then(|()| outbox.emit(NotificationKind::SetupSucceeded));
    pretend(step);
}

fn charge_what_is_saved(step: &mut WholeStep<'_>) {
    let saving = step.before_session.is_some_and(|session| session.mode == SessionMode::Setup);
    let saved = was(step) != now(step) && now(step) == Some(SetupStatus::Succeeded);
    let (Input::Event(EnvironmentEvent::CustomerPays { intent, .. }), [slot @ None]) =
        (step.input, &mut *step.payments)
    else {
        return;
    };
    if saving && saved {
        let create = Create { method: Some(PaymentMethod::Visa), confirm: true, ..Create::of(1) };
        let mut outbox = Outbox::new(step.notifications, Target::Payment(intent));
        *slot = Payment::create(step.config, create, &mut outbox).ok().map(|(payment, _)| payment);
    }
}
