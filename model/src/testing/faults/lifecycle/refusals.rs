//! Faults about cancellations, and about requests that must be refused.

use crate::notification::Outbox;
use crate::payment::{Changed, Confirmer, Payment};
use crate::testing::fault::{Kind, PaymentStep, PlantedFault, WholeStep};
use crate::testing::faults::asked::operation;
use crate::{
    CancellationReason, CaptureMethod, ChargeStatus, Config, Confirm, Create, Currency, Input, IntentStatus, Operation,
    PaymentMethod, Rejection, Target,
};

pub(in crate::testing::faults) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "forgets-why-it-was-canceled",
        does: "forgets the reason that the merchant gave for a cancel",
        breaks: "cancel-ends-and-releases",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CancelIntent { .. }) = step.done() {
                step.payment(|payment| payment.intent.cancellation_reason = None);
            }
        }),
    },
    PlantedFault {
        name: "stops-a-bank-transfer",
        does: "cancels a bank transfer that is under way",
        breaks: "cancel-ends-and-releases",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Heard(|heard| {
            if let (Some(Operation::CancelIntent { .. }), Some(payment)) = (operation(heard.input), &mut heard.payment)
                && payment.intent.payment_method == Some(PaymentMethod::BankTransfer)
                && let Some(charge) = payment.charge.as_mut()
                && charge.status == ChargeStatus::Pending
            {
                charge.cancel_window = true;
            }
        }),
    },
    PlantedFault {
        name: "cancels-twice",
        does: "answers a second cancel for the same reason with success",
        breaks: "wrong-status-is-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(|_, payment, input, _| {
            let Some(Operation::CancelIntent { reason, .. }) = operation(input) else { return None };
            let again = payment.intent.status == IntentStatus::Canceled
                && payment.intent.cancellation_reason == reason
                && reason != Some(CancellationReason::Automatic);
            again.then_some(Ok((payment, payment.answer())))
        }),
    },
    PlantedFault {
        name: "edits-what-is-canceled",
        does: "takes metadata for a canceled intent",
        breaks: "wrong-status-is-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Config(|config| config.dialect.metadata_on_canceled = true),
    },
    PlantedFault {
        name: "ignores-off-session",
        does: "takes `off_session` without `confirm`, and forgets it",
        breaks: "bad-parameters-are-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            if let Some(Operation::CreateIntent { create, .. }) = heard.operation() {
                create.off_session &= create.confirm;
            }
        }),
    },
    PlantedFault {
        name: "nothing-is-called-too-small",
        does: "says of an amount of nothing that it is below the minimum",
        breaks: "bad-parameters-are-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let (Some(Operation::CreateIntent { create, .. }), Err(Rejection::InvalidAmount)) =
                (operation(step.input), *step.outcome)
                && create.amount == 0
            {
                *step.outcome = Err(Rejection::AmountTooSmall);
            }
        }),
    },
    PlantedFault {
        name: "unknown-setup-is-in-a-wrong-state",
        does: "says of a SetupIntent that does not exist that it awaits no deposits",
        breaks: "unknown-objects-are-not-found",
        scenario: "setup",
        variant: "every method",
        kind: Kind::Whole(|step| {
            if let Err(Rejection::NoSuchSetup) = step.outcome {
                *step.outcome = Err(Rejection::SetupInvalidState);
            }
        }),
    },
    PlantedFault {
        name: "no-cancel-during-a-challenge",
        does: "refuses to cancel while the customer is authenticating",
        breaks: "status-refusals-are-true",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(|_, payment, input, _| {
            let Some(Operation::CancelIntent { reason, .. }) = operation(input) else { return None };
            let challenged = payment.intent.status == IntentStatus::RequiresAction;
            let merchants = reason != Some(CancellationReason::Automatic);
            (challenged && merchants).then_some(Ok((payment, Err(Rejection::UnexpectedState))))
        }),
    },
    PlantedFault {
        name: "debit-by-hand",
        does: "takes a bank debit although the merchant wants to capture by hand",
        breaks: "wrong-status-is-refused",
        scenario: "single",
        variant: "manual",
        kind: Kind::Instead(debit_by_hand),
    },
    PlantedFault {
        name: "second-click-succeeds",
        does: "answers a second confirmation of a debit under way with success",
        breaks: "wrong-status-is-refused",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Instead(|_, payment, input, _| {
            let Some(Operation::ConfirmIntent { confirm, .. }) = operation(input) else { return None };
            let again =
                payment.intent.status == IntentStatus::Processing && confirm.method == payment.intent.payment_method;
            again.then_some(Ok((payment, payment.answer())))
        }),
    },
    PlantedFault {
        name: "takes-any-currency",
        does: "takes a payment in a currency that does not exist",
        breaks: "bad-parameters-are-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(takes_any_currency),
    },
    PlantedFault {
        name: "takes-the-systems-reason",
        does: "lets a merchant cancel for the reason that only the system may give",
        breaks: "bad-parameters-are-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(takes_the_systems_reason),
    },
    PlantedFault {
        name: "unknown-payment-is-in-a-wrong-status",
        does: "says of a payment that does not exist that it is in the wrong status",
        breaks: "unknown-objects-are-not-found",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(unknown_payment_is_in_a_wrong_status),
    },
];

fn debit_by_hand(config: &Config, payment: Payment, input: Input, outbox: &mut Outbox<'_>) -> Option<Changed> {
    let Some(Operation::ConfirmIntent { confirm, .. }) = operation(input) else { return None };
    let by_hand = payment.intent.capture_method == CaptureMethod::Manual;
    if !by_hand || confirm.method != Some(PaymentMethod::UsBankAccount) {
        return None;
    }
    let confirm = Confirm { capture_method: Some(CaptureMethod::Automatic), ..confirm };
    let (mut next, outcome) = payment.confirm(config, Confirmer::Client, confirm, outbox).ok()?;
    next.intent.capture_method = CaptureMethod::Manual;
    Some(Ok((next, outcome)))
}

fn takes_any_currency(step: &mut PaymentStep<'_>) {
    let (Some(Operation::CreateIntent { create, .. }), Err(Rejection::InvalidCurrency)) =
        (operation(step.input), *step.outcome)
    else {
        return;
    };
    let known = Create { currency: Currency::Usd, ..create };
    let mut outbox = Outbox::new(step.notifications, Target::Payment(step.intent));
    if let Ok((mut payment, outcome)) = Payment::create(step.config, known, &mut outbox) {
        payment.intent.currency = create.currency;
        *step.after = Some(payment);
        *step.outcome = outcome;
    }
}

fn takes_the_systems_reason(
    config: &Config,
    payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Some(Operation::CancelIntent { reason, .. }) = operation(input) else { return None };
    if reason != Some(CancellationReason::Automatic) {
        return None;
    }
    let (mut next, outcome) = payment.cancel(config, None, outbox).ok()?;
    next.intent.cancellation_reason = reason;
    Some(Ok((next, outcome)))
}

fn unknown_payment_is_in_a_wrong_status(step: &mut WholeStep<'_>) {
    let unknown = Err(Rejection::NoSuchIntent);
    if *step.outcome == unknown {
        *step.outcome = Err(Rejection::UnexpectedState);
    }
    for key in step.keys.iter_mut().flatten().filter(|key| key.answer == Some(unknown)) {
        key.answer = Some(Err(Rejection::UnexpectedState));
    }
}
