//! Faults about the statuses of an intent.

use super::asked::operation;
use crate::notification::Outbox;
use crate::payment::{Changed, Confirmer, Payment};
use crate::testing::fault::{Kind, PaymentStep, PlantedFault};
use crate::{
    Accepted, Amount, Authentication, CancellationReason, CaptureMethod, ChargeStatus, Config, Confirm,
    ConfirmationMethod, EnvironmentEvent, Input, IntentStatus, NotificationKind, Operation, PaymentMethod, Rejection,
    Target,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "short-transfer-counts-as-paid",
        does: "takes a bank transfer that arrives one unit short for the whole",
        breaks: "succeeded-means-received",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(short_transfer_counts_as_paid),
    },
    PlantedFault {
        name: "cancel-cancels-what-was-captured",
        does: "shows a payment as canceled of which a part was captured",
        breaks: "canceled-has-received-nothing",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Config(|config| config.dialect.cancel_keeps_captured = false),
    },
    PlantedFault {
        name: "debit-looks-capturable",
        does: "shows a debit under way as capturable",
        breaks: "capturable-only-while-held",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| {
            step.payment(|payment| {
                let intent = &mut payment.intent;
                if intent.status != IntentStatus::RequiresCapture {
                    let under_way = intent.status == IntentStatus::Processing;
                    intent.capturable = if under_way { intent.amount } else { Amount::ZERO };
                }
            });
            step.answer_anew();
        }),
    },
    PlantedFault {
        name: "charges-twice",
        does: "asks the issuer again after the answer was lost, and charges the card twice",
        breaks: "money-means-one-approved-charge",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            step.payment(|payment| {
                if payment.successful_charges == 1 {
                    payment.successful_charges = 2;
                }
            });
        }),
    },
    PlantedFault {
        name: "keeps-a-declined-card",
        does: "keeps the card that was declined on the intent",
        breaks: "method-fits-the-status",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(keeps_a_declined_card),
    },
    PlantedFault {
        name: "forgets-the-card-of-a-paid-order",
        does: "forgets the payment method once the order is paid",
        breaks: "method-fits-the-status",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if step.became(IntentStatus::Succeeded) {
                step.payment(|payment| payment.intent.payment_method = None);
            }
        }),
    },
    PlantedFault {
        name: "card-waits-like-a-bank",
        does: "lets a card wait for an answer after its customer has authenticated, as if it were a bank",
        breaks: "waiting-fits-the-method",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(card_waits_like_a_bank),
    },
    PlantedFault {
        name: "keeps-the-old-error",
        does: "shows the error of an earlier attempt on an order that is paid",
        breaks: "traces-fit-the-status",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Some(before) = step.before
                && step.became(IntentStatus::Succeeded)
            {
                step.payment(|payment| payment.intent.last_error = before.intent.last_error);
            }
        }),
    },
    PlantedFault {
        name: "reason-without-a-cancel",
        does: "shows a reason for cancellation on an order that is paid",
        breaks: "traces-fit-the-status",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if step.became(IntentStatus::Succeeded) {
                step.payment(|payment| {
                    payment.intent.cancellation_reason = Some(CancellationReason::Duplicate);
                });
            }
        }),
    },
    PlantedFault {
        name: "declined-charge-is-captured",
        does: "marks the charge of a declined card as captured",
        breaks: "failed-charge-moves-nothing",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::Declined(_)) = step.outcome {
                step.charge(|charge| charge.captured = true);
            }
        }),
    },
    PlantedFault {
        name: "charges-and-cancels",
        does: "charges the card at the confirmation that is one too many, and cancels all the same",
        breaks: "canceled-has-received-nothing",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(charges_and_cancels),
    },
    PlantedFault {
        name: "credits-a-transfer-early",
        does: "shows a bank transfer as received before it has arrived",
        breaks: "money-means-one-approved-charge",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(credits_a_transfer_early),
    },
];

fn short_transfer_counts_as_paid(step: &mut PaymentStep<'_>) {
    let transfer = step.now(|payment| payment.intent.payment_method == Some(PaymentMethod::BankTransfer));
    if !transfer || !step.became(IntentStatus::Succeeded) {
        return;
    }
    step.payment(|payment| {
        let Some(charge) = payment.charge.as_mut() else { return };
        charge.released = Amount::new(1);
        charge.captured_amount = charge.authorized.minus(charge.released).unwrap_or_default();
        payment.intent.received = charge.captured_amount;
        payment.ledger.charged = charge.captured_amount;
    });
}

fn keeps_a_declined_card(step: &mut PaymentStep<'_>) {
    let Err(Rejection::Declined(_)) = step.outcome else { return };
    let method = match operation(step.input) {
        Some(Operation::CreateIntent { create, .. }) => create.method,
        Some(Operation::ConfirmIntent { confirm, .. }) => {
            confirm.method.or(step.before.and_then(|before| before.intent.payment_method))
        }
        Some(_) | None => None,
    };
    step.payment(|payment| payment.intent.payment_method = method);
}

fn card_waits_like_a_bank(
    config: &Config,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(EnvironmentEvent::Authenticate { result: Authentication::Succeeds, .. }) = input else {
        return None;
    };
    let card = payment.intent.payment_method;
    let confirmations = payment.intent.confirmations;
    if payment.intent.status != IntentStatus::RequiresAction
        || payment.intent.confirmation_method == ConfirmationMethod::Manual
        || card != Some(PaymentMethod::AuthenticationRequired)
    {
        return None;
    }
    payment.intent.confirmations = 0;
    let bank = Confirm { method: Some(PaymentMethod::UsBankAccount), ..Confirm::default() };
    let (mut next, _) = payment.confirm(config, Confirmer::Client, bank, outbox).ok()?;
    next.intent.payment_method = card;
    next.intent.confirmations = confirmations;
    let charge = next.charge.as_mut().filter(|charge| charge.status == ChargeStatus::Pending)?;
    charge.cancel_window = false;
    Some(Ok((next, Ok(Accepted::Happened))))
}

fn charges_and_cancels(step: &mut PaymentStep<'_>) {
    let (Err(Rejection::TooManyConfirmations), Some(mut payment)) = (*step.outcome, step.before) else { return };
    let good = Confirm { method: Some(PaymentMethod::Visa), ..Confirm::default() };
    if payment.intent.capture_method == CaptureMethod::Manual
        || operation(step.input) != Some(Operation::ConfirmIntent { intent: step.intent, confirm: good })
    {
        return;
    }
    let confirmations = std::mem::take(&mut payment.intent.confirmations);
    step.emit_only(|_| false);
    let mut outbox = Outbox::new(step.notifications, Target::Payment(step.intent));
    if let Ok((mut paid, Ok(_))) = payment.confirm(step.config, Confirmer::Client, good, &mut outbox) {
        paid.intent.confirmations = confirmations;
        paid.intent.status = IntentStatus::Canceled;
        paid.intent.cancellation_reason = Some(CancellationReason::Automatic);
        *step.after = Some(paid);
    }
    step.emit_only(|emitted| emitted.kind != NotificationKind::IntentSucceeded);
    step.emit(NotificationKind::IntentCanceled);
}

fn credits_a_transfer_early(step: &mut PaymentStep<'_>) {
    let transfer = step.now(|payment| payment.intent.payment_method == Some(PaymentMethod::BankTransfer));
    if !transfer || !step.became(IntentStatus::Processing) {
        return;
    }
    step.payment(|payment| payment.intent.received = payment.intent.amount);
    step.charge(|charge| charge.captured_amount = charge.authorized);
    step.answer_anew();
}
