//! Faults about attempts to pay, and about the answers of customers and banks.

use crate::notification::Outbox;
use crate::payment::{Changed, Confirmer, Payment};
use crate::testing::fault::{Heard, Kind, PaymentStep, PlantedFault};
use crate::testing::faults::asked::operation;
use crate::{
    Authentication, CancellationReason, Capture, Config, Confirm, ConfirmationMethod, Decline, EnvironmentEvent, Input,
    IntentStatus, NotificationKind, Operation, PaymentError, PaymentMethod, Rejection, Target,
};

pub(in crate::testing::faults) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "takes-a-manual-payment-at-once",
        does: "captures a payment with manual capture when it is confirmed",
        breaks: "attempt-leads-where-its-method-says",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(takes_a_manual_payment_at_once),
    },
    PlantedFault {
        name: "debit-counts-on-the-day",
        does: "counts a bank debit as paid on the day it is asked for",
        breaks: "attempt-leads-where-its-method-says",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(debit_counts_on_the_day),
    },
    PlantedFault {
        name: "skips-the-challenge",
        does: "takes a challenged card that is on the intent already for authenticated",
        breaks: "challenged-card-waits-for-its-customer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            if let (Some(Operation::ConfirmIntent { .. }), Some(payment)) = (operation(heard.input), &mut heard.payment)
            {
                payment.intent.authenticated = true;
            }
        }),
    },
    PlantedFault {
        name: "challenges-an-absent-customer",
        does: "asks a customer to authenticate who is not there",
        breaks: "challenged-card-waits-for-its-customer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| mistake_presence(heard, false)),
    },
    PlantedFault {
        name: "charges-an-absent-customer-in-vain",
        does: "leaves a failed charge for a customer who is not there to authenticate",
        breaks: "challenged-card-waits-for-its-customer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Config(|config| config.dialect.absent_customer_leaves_charge = true),
    },
    PlantedFault {
        name: "hides-why-a-card-was-declined",
        does: "answers every decline as a generic one",
        breaks: "cards-are-declined-by-their-issuer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::Declined(decline)) = step.outcome {
                *decline = Decline::GenericDecline;
            }
        }),
    },
    PlantedFault {
        name: "decline-leaves-no-charge",
        does: "forgets the charge of a declined card",
        breaks: "cards-are-declined-by-their-issuer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::Declined(_)) = step.outcome {
                step.payment(|payment| payment.charge = None);
            }
        }),
    },
    PlantedFault {
        name: "bounced-debit-counts-as-paid",
        does: "takes every answer of the bank for a yes",
        breaks: "outside-answers-count",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Instead(bounced_debit_counts_as_paid),
    },
    PlantedFault {
        name: "closed-tab-fails-the-payment",
        does: "fails a payment when the customer closes the page of the challenge",
        breaks: "outside-answers-count",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            if let Input::Event(EnvironmentEvent::Authenticate { result, .. }) = &mut heard.input
                && *result == Authentication::Abandoned
            {
                *result = Authentication::Fails;
            }
        }),
    },
    PlantedFault {
        name: "goes-on-without-the-server",
        does: "pays after a challenge although the server wants to confirm once more",
        breaks: "outside-answers-count",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(goes_on_without_the_server),
    },
    PlantedFault {
        name: "answers-with-the-old-picture",
        does: "answers a capture with the payment as it was before",
        breaks: "answer-shows-the-payment",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            if let (Some(Operation::CaptureIntent { .. }), Some(before)) = (step.done(), step.before) {
                *step.outcome = before.answer();
            }
        }),
    },
    PlantedFault {
        name: "survives-one-confirmation-more",
        does: "compares the number of confirmations with `>` instead of `>=`",
        breaks: "too-many-confirmations-cancel",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Config(|config| {
            config.dialect.confirm_limit = config.dialect.confirm_limit.saturating_add(1);
        }),
    },
    PlantedFault {
        name: "declines-are-free",
        does: "does not count a confirmation that the issuer declined",
        breaks: "too-many-confirmations-cancel",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let (Err(Rejection::Declined(_)), Some(before)) = (*step.outcome, step.before) {
                step.payment(|payment| payment.intent.confirmations = before.intent.confirmations);
            }
        }),
    },
    PlantedFault {
        name: "limit-does-not-cancel",
        does: "refuses one confirmation too many, and leaves the intent open",
        breaks: "too-many-confirmations-cancel",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::TooManyConfirmations) = step.outcome {
                *step.after = step.before;
                step.emit_only(|_| false);
            }
        }),
    },
    PlantedFault {
        name: "turns-a-present-customer-away",
        does: "asks for authentication without asking the customer who is there",
        breaks: "challenged-card-waits-for-its-customer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| mistake_presence(heard, true)),
    },
    PlantedFault {
        name: "charges-a-declined-card",
        does: "charges a card although its issuer says no",
        breaks: "cards-are-declined-by-their-issuer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            let method = match heard.operation() {
                Some(Operation::CreateIntent { create, .. }) => &mut create.method,
                Some(Operation::ConfirmIntent { confirm, .. }) => &mut confirm.method,
                Some(_) | None => return,
            };
            if *method == Some(PaymentMethod::Declined) {
                *method = Some(PaymentMethod::Visa);
            }
        }),
    },
    PlantedFault {
        name: "failed-challenge-pays",
        does: "lets a customer pay who failed the challenge",
        breaks: "outside-answers-count",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            if let Input::Event(EnvironmentEvent::Authenticate { result, .. }) = &mut heard.input
                && *result == Authentication::Fails
            {
                *result = Authentication::Succeeds;
            }
        }),
    },
    PlantedFault {
        name: "decline-is-the-end",
        does: "cancels an intent when its card is declined",
        breaks: "cards-are-declined-by-their-issuer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::Declined(_)) = step.outcome {
                step.payment(|payment| {
                    payment.intent.status = IntentStatus::Canceled;
                    payment.intent.cancellation_reason = Some(CancellationReason::Automatic);
                });
                step.emit(NotificationKind::IntentCanceled);
            }
        }),
    },
    PlantedFault {
        name: "files-every-decline-as-generic",
        does: "writes on the intent that the card was declined, whatever the issuer said",
        breaks: "cards-are-declined-by-their-issuer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::Declined(_)) = step.outcome {
                step.payment(|payment| payment.intent.last_error = Some(PaymentError::CardDeclined));
            }
        }),
    },
    PlantedFault {
        name: "challenge-is-approval",
        does: "charges a card once its customer has authenticated, without asking the issuer",
        breaks: "outside-answers-count",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(|config, payment, input, outbox| {
            let Input::Event(EnvironmentEvent::Authenticate { result: Authentication::Succeeds, .. }) = input else {
                return None;
            };
            let waits = payment.intent.status == IntentStatus::RequiresAction;
            let automatic = payment.intent.confirmation_method == ConfirmationMethod::Automatic;
            approving(payment, waits && automatic, |payment| {
                payment.authenticate(config, Authentication::Succeeds, outbox)
            })
        }),
    },
    PlantedFault {
        name: "second-leg-is-approval",
        does: "charges an authenticated card when the server confirms once more, without asking the issuer",
        breaks: "charged-only-if-the-issuer-approves",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(|config, payment, input, outbox| {
            let Some(Operation::ConfirmIntent { confirm: confirm @ Confirm { method: None, .. }, .. }) =
                operation(input)
            else {
                return None;
            };
            approving(payment, payment.intent.authenticated, |payment| {
                payment.confirm(config, Confirmer::Client, confirm, outbox)
            })
        }),
    },
    PlantedFault {
        name: "page-takes-any-card",
        does: "takes a declined card on the page of a session for one that pays",
        breaks: "outside-answers-count",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Heard(|heard| {
            if let Input::Event(EnvironmentEvent::CustomerPays { method, .. }) = &mut heard.input
                && *method == PaymentMethod::Declined
            {
                *method = PaymentMethod::Visa;
            }
        }),
    },
    PlantedFault {
        name: "page-declines-good-cards",
        does: "declines every card that needs no challenge on the page of a session",
        breaks: "outside-answers-count",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Heard(|heard| {
            if let Input::Event(EnvironmentEvent::CustomerPays { method, .. }) = &mut heard.input
                && *method == PaymentMethod::Visa
            {
                *method = PaymentMethod::Declined;
            }
        }),
    },
];

/// Continues as if the issuer approved a card that it declines after the challenge, if `now` is true.
fn approving(mut payment: Payment, now: bool, go_on: impl FnOnce(Payment) -> Changed) -> Option<Changed> {
    let refused = PaymentMethod::AuthenticationThenInsufficientFunds;
    if !now || payment.intent.payment_method != Some(refused) {
        return None;
    }
    payment.intent.payment_method = Some(PaymentMethod::AuthenticationRequired);
    let (mut next, outcome) = go_on(payment).ok()?;
    next.intent.payment_method = Some(refused);
    Some(Ok((next, outcome)))
}

fn takes_a_manual_payment_at_once(step: &mut PaymentStep<'_>) {
    if step.done().is_none() || !step.became(IntentStatus::RequiresCapture) {
        return;
    }
    let Some(payment) = *step.after else { return };
    let mut outbox = Outbox::new(step.notifications, Target::Payment(step.intent));
    if let Ok((payment, outcome)) = payment.capture(step.config, Capture::default(), &mut outbox) {
        *step.after = Some(payment);
        *step.outcome = outcome;
    }
    step.emit_only(|emitted| {
        !matches!(emitted.kind, NotificationKind::IntentCapturableUpdated | NotificationKind::ChargeCaptured)
    });
}

fn debit_counts_on_the_day(step: &mut PaymentStep<'_>) {
    let Some(payment) = *step.after else { return };
    if step.done().is_none()
        || !step.became(IntentStatus::Processing)
        || payment.intent.payment_method != Some(PaymentMethod::UsBankAccount)
    {
        return;
    }
    let mut outbox = Outbox::new(step.notifications, Target::Payment(step.intent));
    if let Ok((payment, _)) = payment.settle(step.config, &mut outbox) {
        *step.after = Some(payment);
        step.answer_anew();
    }
    step.emit_only(|emitted| {
        !matches!(emitted.kind, NotificationKind::IntentProcessing | NotificationKind::ChargePending)
    });
}

fn bounced_debit_counts_as_paid(
    config: &Config,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(EnvironmentEvent::Settle { .. }) = input else { return None };
    let method = payment.intent.payment_method;
    payment.intent.payment_method = method.filter(|_| payment.intent.status == IntentStatus::Processing);
    payment.intent.payment_method = payment.intent.payment_method.map(|_| PaymentMethod::UsBankAccount);
    let (mut next, outcome) = payment.settle(config, outbox).ok()?;
    next.intent.payment_method = method;
    Some(Ok((next, outcome)))
}

fn goes_on_without_the_server(
    config: &Config,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(EnvironmentEvent::Authenticate { result: Authentication::Succeeds, .. }) = input else {
        return None;
    };
    let method = payment.intent.confirmation_method;
    payment.intent.confirmation_method = ConfirmationMethod::Automatic;
    let (mut next, outcome) = payment.authenticate(config, Authentication::Succeeds, outbox).ok()?;
    next.intent.confirmation_method = method;
    Some(Ok((next, outcome)))
}

/// Replaces `off_session` with `absent` when a card that needs a challenge is confirmed.
fn mistake_presence(heard: &mut Heard, absent: bool) {
    let waiting = heard.payment.filter(|payment| !payment.intent.authenticated);
    let card = waiting.and_then(|payment| payment.intent.payment_method);
    let (method, off_session) = match heard.operation() {
        Some(Operation::CreateIntent { create, .. }) if create.confirm => (create.method, &mut create.off_session),
        Some(Operation::ConfirmIntent { confirm, .. }) => (confirm.method.or(card), &mut confirm.off_session),
        Some(_) | None => return,
    };
    if method == Some(PaymentMethod::AuthenticationRequired) {
        *off_session = absent;
    }
}
