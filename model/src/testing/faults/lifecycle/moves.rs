//! Faults about the moves of an intent, and about the inputs that may change it.

use crate::notification::Outbox;
use crate::payment::{Changed, Confirmer, Payment};
use crate::testing::fault::{Kind, PlantedFault, WholeStep};
use crate::testing::faults::asked::operation;
use crate::{
    Accepted, Amount, Call, Config, ConfirmationMethod, EnvironmentEvent, Input, IntentStatus, NotificationKind,
    Operation, PaymentError, PaymentMethod, RefundProgress, Rejection, Update,
};

pub(in crate::testing::faults) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "new-amount-undoes-the-confirmation",
        does: "asks for another confirmation when the amount changes during a challenge",
        breaks: "documented-status-moves",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Some(Operation::UpdateIntent { update: Update::Amount(_), .. }) = step.done()
                && step.was(|payment| payment.intent.status == IntentStatus::RequiresAction)
            {
                step.payment(|payment| payment.intent.status = IntentStatus::RequiresConfirmation);
                step.answer_anew();
            }
        }),
    },
    PlantedFault {
        name: "late-answer-changes-a-canceled-debit",
        does: "writes the bank's late answer on an intent that is canceled",
        breaks: "final-stays-final",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Instead(late_answer_changes_a_canceled_debit),
    },
    PlantedFault {
        name: "refused-confirmation-counts",
        does: "counts a confirmation that was refused for lack of a payment method",
        breaks: "refusal-does-nothing",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            let limit = step.config.dialect.confirm_limit;
            if let Err(Rejection::MissingPaymentMethod) = step.outcome {
                step.payment(|payment| {
                    payment.intent.confirmations = payment.intent.confirmations.saturating_add(1).min(limit);
                });
            }
        }),
    },
    PlantedFault {
        name: "refused-update-is-notified",
        does: "reports a payment under way when an update is refused",
        breaks: "refusal-does-nothing",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| {
            if let (Some(Operation::UpdateIntent { .. }), Err(Rejection::UnexpectedState)) =
                (operation(step.input), *step.outcome)
            {
                step.emit(NotificationKind::ChargePending);
            }
        }),
    },
    PlantedFault {
        name: "default-refund-forgets-the-earlier-ones",
        does: "refunds all that was captured, where no amount is given, whatever was given back before",
        breaks: "amounts-stay-representable",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Instead(default_refund_forgets_the_earlier_ones),
    },
    PlantedFault {
        name: "failed-refund-was-never-counted",
        does: "takes the amount of a refund that failed off a sum that was never written down",
        breaks: "amounts-stay-representable",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Heard(|heard| {
            let failed =
                matches!(heard.input, Input::Event(EnvironmentEvent::Refund { progress: RefundProgress::Fails, .. }));
            if let Some(payment) = heard.payment.as_mut().filter(|_| failed)
                && let Some(charge) = payment.charge.as_mut()
            {
                charge.refunded_amount = Amount::ZERO;
            }
        }),
    },
    PlantedFault {
        name: "counts-on-the-wrong-row",
        does: "counts the confirmation of one payment on the other",
        breaks: "only-the-named-payment-changes",
        scenario: "two_payments",
        variant: "interchangeable",
        kind: Kind::Whole(counts_on_the_wrong_row),
    },
    PlantedFault {
        name: "a-method-is-consent",
        does: "confirms a payment that was created with a method and without `confirm`",
        breaks: "creation-takes-what-was-asked",
        scenario: "single",
        variant: "manual",
        kind: Kind::Heard(|heard| {
            if let Some(Operation::CreateIntent { create, .. }) = heard.operation() {
                create.confirm |= create.method.is_some();
            }
        }),
    },
    PlantedFault {
        name: "ignores-the-confirmation-method",
        does: "creates every payment with automatic confirmation",
        breaks: "creation-takes-what-was-asked",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            if let Some(Operation::CreateIntent { create, .. }) = heard.operation() {
                create.confirmation_method = ConfirmationMethod::Automatic;
            }
        }),
    },
    PlantedFault {
        name: "old-challenge-for-a-new-card",
        does: "goes on with the challenge of the old card after the customer named a new one",
        breaks: "updates-change-what-they-name",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Some(Operation::UpdateIntent { update: Update::Method(method), .. }) = step.done()
                && method == PaymentMethod::AuthenticationRequired
                && step.was(|payment| payment.intent.status == IntentStatus::RequiresAction)
            {
                step.payment(|payment| payment.intent.status = IntentStatus::RequiresAction);
                step.answer_anew();
            }
        }),
    },
    PlantedFault {
        name: "ignores-a-new-capture-method",
        does: "accepts another capture method and keeps the old one",
        breaks: "updates-change-what-they-name",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            let open = heard.payment.is_some_and(|payment| payment.intent.status.is_open());
            if let Some(Operation::UpdateIntent { update: update @ Update::CaptureMethod(_), .. }) = heard.operation()
                && open
            {
                *update = Update::Metadata;
            }
        }),
    },
    PlantedFault {
        name: "full-refund-cancels",
        does: "shows a payment as canceled that was given back in full",
        breaks: "final-stays-final",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CreateRefund { .. }) = step.done()
                && step.now(|payment| payment.charge.is_some_and(|charge| charge.refunded))
            {
                step.payment(|payment| payment.intent.status = IntentStatus::Canceled);
                step.emit(NotificationKind::IntentCanceled);
            }
        }),
    },
    PlantedFault {
        name: "idle-job-clears-the-error",
        does: "clears the error of the last attempt when a bank's answer finds nothing to do",
        breaks: "refusal-does-nothing",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| {
            let settles = matches!(step.input, Input::Event(EnvironmentEvent::Settle { .. }));
            if settles && step.was(|payment| payment.intent.status == IntentStatus::RequiresPaymentMethod) {
                step.payment(|payment| payment.intent.last_error = None);
            }
        }),
    },
    PlantedFault {
        name: "deletes-a-canceled-draft",
        does: "deletes an intent without a payment method when it is canceled",
        breaks: "only-the-named-payment-changes",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CancelIntent { .. }) = step.done()
                && step.was(|payment| payment.intent.status == IntentStatus::RequiresPaymentMethod)
            {
                *step.after = None;
                step.emit_only(|_| false);
            }
        }),
    },
    PlantedFault {
        name: "new-amount-rewrites-the-charge",
        does: "writes a new amount on the charge of a card that was declined",
        breaks: "updates-change-what-they-name",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Some(Operation::UpdateIntent { update: Update::Amount(_), .. }) = step.done() {
                let amount = step.after.map(|payment| payment.intent.amount).unwrap_or_default();
                step.charge(|charge| charge.authorized = amount);
            }
        }),
    },
    PlantedFault {
        name: "adds-a-surcharge",
        does: "adds to the amount when a confirmation is challenged",
        breaks: "updates-change-what-they-name",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Some(Operation::ConfirmIntent { .. }) = step.done()
                && step.became(IntentStatus::RequiresAction)
            {
                step.payment(|payment| payment.intent.amount = Amount::new(3));
            }
        }),
    },
    PlantedFault {
        name: "pays-after-the-cancel",
        does: "confirms an intent that is canceled",
        breaks: "final-stays-final",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(|config, mut payment, input, outbox| {
            let Some(Operation::ConfirmIntent { confirm, .. }) = operation(input) else { return None };
            if payment.intent.status != IntentStatus::Canceled {
                return None;
            }
            payment.intent.status = IntentStatus::RequiresPaymentMethod;
            payment.confirm(config, Confirmer::Client, confirm, outbox).ok().map(Ok)
        }),
    },
];

fn late_answer_changes_a_canceled_debit(
    _: &Config,
    mut payment: Payment,
    input: Input,
    _: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(EnvironmentEvent::Settle { .. }) = input else { return None };
    if payment.intent.status != IntentStatus::Canceled {
        return None;
    }
    payment.intent.last_error = Some(PaymentError::AttemptFailed);
    Some(Ok((payment, Ok(Accepted::Happened))))
}

fn default_refund_forgets_the_earlier_ones(
    _: &Config,
    payment: Payment,
    input: Input,
    _: &mut Outbox<'_>,
) -> Option<Changed> {
    let Some(Operation::CreateRefund { refund, .. }) = operation(input) else { return None };
    let charge = payment.charge.filter(|charge| charge.refunded_amount < charge.captured_amount)?;
    let forgets = refund.amount.is_none() && !charge.refunded_amount.is_zero();
    forgets.then_some(Ok((payment, Err(Rejection::AmountOutOfRange))))
}

fn counts_on_the_wrong_row(step: &mut WholeStep<'_>) {
    let Input::Call(Call { operation: Operation::CreateIntent { intent, .. }, .. }) = step.input else { return };
    for (place, payment) in step.payments.iter_mut().enumerate() {
        if let Some(payment) = payment
            && place != usize::from(intent.0)
            && payment.intent.status != IntentStatus::Canceled
        {
            payment.intent.confirmations = 2;
        }
    }
}
