//! Faults about how an intent gets from one status to another.

use super::asked::operation;
use crate::notification::Outbox;
use crate::payment::{Changed, Confirmer, Payment};
use crate::testing::fault::{Fault, Heard, Kind, PaymentStep, WorldStep};
use crate::{
    About, Accepted, Amount, Authentication, Call, CancellationReason, Capture, CaptureMethod, ChargeStatus, Confirm,
    ConfirmationMethod, Create, Currency, Decline, Event, Input, IntentStatus, NotificationKind, Operation,
    PaymentError, PaymentMethod, Rejection, Terms, Update,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
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
    Fault {
        name: "late-answer-changes-a-canceled-debit",
        does: "writes the bank's late answer on an intent that is canceled",
        breaks: "final-stays-final",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Instead(late_answer_changes_a_canceled_debit),
    },
    Fault {
        name: "refused-confirmation-counts",
        does: "counts a confirmation that was refused for lack of a payment method",
        breaks: "refusal-does-nothing",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            let limit = step.terms.dialect.confirm_limit;
            if let Err(Rejection::MissingPaymentMethod) = step.outcome {
                step.payment(|payment| {
                    payment.intent.confirmations = payment.intent.confirmations.saturating_add(1).min(limit);
                });
            }
        }),
    },
    Fault {
        name: "refused-update-is-told",
        does: "tells of a payment under way when an update is refused",
        breaks: "refusal-does-nothing",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| {
            if let (Some(Operation::UpdateIntent { .. }), Err(Rejection::UnexpectedState)) =
                (operation(step.input), *step.outcome)
            {
                step.tell(NotificationKind::ChargePending);
            }
        }),
    },
    Fault {
        name: "default-refund-forgets-the-earlier-ones",
        does: "refunds all that was captured, where no amount is given, whatever was given back before",
        breaks: "amounts-stay-representable",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Instead(default_refund_forgets_the_earlier_ones),
    },
    Fault {
        name: "counts-on-the-wrong-row",
        does: "counts the confirmation of one payment on the other",
        breaks: "only-the-named-payment-changes",
        scenario: "two_payments",
        variant: "interchangeable",
        kind: Kind::World(counts_on_the_wrong_row),
    },
    Fault {
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
    Fault {
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
    Fault {
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
    Fault {
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
    Fault {
        name: "takes-a-manual-payment-at-once",
        does: "captures a payment with manual capture when it is confirmed",
        breaks: "attempt-leads-where-its-method-says",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(takes_a_manual_payment_at_once),
    },
    Fault {
        name: "debit-counts-on-the-day",
        does: "counts a bank debit as paid on the day it is asked for",
        breaks: "attempt-leads-where-its-method-says",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(debit_counts_on_the_day),
    },
    Fault {
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
    Fault {
        name: "challenges-an-absent-customer",
        does: "asks a customer to authenticate who is not there",
        breaks: "challenged-card-waits-for-its-customer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| mistake_presence(heard, false)),
    },
    Fault {
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
    Fault {
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
    Fault {
        name: "bounced-debit-counts-as-paid",
        does: "takes every answer of the bank for a yes",
        breaks: "outside-answers-count",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Instead(bounced_debit_counts_as_paid),
    },
    Fault {
        name: "closed-tab-fails-the-payment",
        does: "fails a payment when the customer closes the page of the challenge",
        breaks: "outside-answers-count",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            if let Input::Event(Event::Authenticate { result, .. }) = &mut heard.input
                && *result == Authentication::Abandoned
            {
                *result = Authentication::Fails;
            }
        }),
    },
    Fault {
        name: "goes-on-without-the-server",
        does: "pays after a challenge although the server wants to confirm once more",
        breaks: "outside-answers-count",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(goes_on_without_the_server),
    },
    Fault {
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
    Fault {
        name: "survives-one-confirmation-more",
        does: "compares the number of confirmations with `>` instead of `>=`",
        breaks: "too-many-confirmations-cancel",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Terms(|terms| {
            terms.dialect.confirm_limit = terms.dialect.confirm_limit.saturating_add(1);
        }),
    },
    Fault {
        name: "limit-does-not-cancel",
        does: "refuses one confirmation too many, and leaves the intent open",
        breaks: "too-many-confirmations-cancel",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::TooManyConfirmations) = step.outcome {
                *step.after = step.before;
                step.tell_only(|_| false);
            }
        }),
    },
    Fault {
        name: "forgets-why-it-was-canceled",
        does: "forgets the reason that the merchant gave for a cancel",
        breaks: "cancel-ends-and-lets-go",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CancelIntent { .. }) = step.done() {
                step.payment(|payment| payment.intent.cancellation_reason = None);
            }
        }),
    },
    Fault {
        name: "stops-a-bank-transfer",
        does: "cancels a bank transfer that is under way",
        breaks: "cancel-ends-and-lets-go",
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
    Fault {
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
    Fault {
        name: "edits-what-is-canceled",
        does: "takes metadata for a canceled intent",
        breaks: "wrong-status-is-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Terms(|terms| terms.dialect.metadata_on_canceled = true),
    },
    Fault {
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
    Fault {
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
    Fault {
        name: "unknown-setup-is-in-a-wrong-state",
        does: "says of a SetupIntent that does not exist that it awaits no deposits",
        breaks: "unknown-objects-are-not-found",
        scenario: "setup",
        variant: "every method",
        kind: Kind::World(|step| {
            if let Err(Rejection::NoSuchSetup) = step.outcome {
                *step.outcome = Err(Rejection::SetupInvalidState);
            }
        }),
    },
    Fault {
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
    Fault {
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
                step.tell(NotificationKind::IntentCanceled);
            }
        }),
    },
    Fault {
        name: "idle-job-clears-the-error",
        does: "clears the error of the last attempt when a bank's answer finds nothing to do",
        breaks: "refusal-does-nothing",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| {
            let settles = matches!(step.input, Input::Event(Event::Settle { .. }));
            if settles && step.was(|payment| payment.intent.status == IntentStatus::RequiresPaymentMethod) {
                step.payment(|payment| payment.intent.last_error = None);
            }
        }),
    },
    Fault {
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
                step.tell_only(|_| false);
            }
        }),
    },
    Fault {
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
    Fault {
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
    Fault {
        name: "debit-by-hand",
        does: "takes a bank debit although the merchant wants to capture by hand",
        breaks: "wrong-status-is-refused",
        scenario: "single",
        variant: "manual",
        kind: Kind::Instead(debit_by_hand),
    },
    Fault {
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
    Fault {
        name: "takes-any-currency",
        does: "takes a payment in a currency that does not exist",
        breaks: "bad-parameters-are-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(takes_any_currency),
    },
    Fault {
        name: "takes-the-systems-reason",
        does: "lets a merchant cancel for the reason that only the system may give",
        breaks: "bad-parameters-are-refused",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(takes_the_systems_reason),
    },
    Fault {
        name: "turns-a-present-customer-away",
        does: "asks for authentication without asking the customer who is there",
        breaks: "challenged-card-waits-for-its-customer",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| mistake_presence(heard, true)),
    },
    Fault {
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
    Fault {
        name: "failed-challenge-pays",
        does: "lets a customer pay who failed the challenge",
        breaks: "outside-answers-count",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Heard(|heard| {
            if let Input::Event(Event::Authenticate { result, .. }) = &mut heard.input
                && *result == Authentication::Fails
            {
                *result = Authentication::Succeeds;
            }
        }),
    },
    Fault {
        name: "unknown-payment-is-in-a-wrong-status",
        does: "says of a payment that does not exist that it is in the wrong status",
        breaks: "unknown-objects-are-not-found",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::World(unknown_payment_is_in_a_wrong_status),
    },
    Fault {
        name: "pays-after-the-cancel",
        does: "confirms an intent that is canceled",
        breaks: "final-stays-final",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Instead(|terms, mut payment, input, outbox| {
            let Some(Operation::ConfirmIntent { confirm, .. }) = operation(input) else { return None };
            if payment.intent.status != IntentStatus::Canceled {
                return None;
            }
            payment.intent.status = IntentStatus::RequiresPaymentMethod;
            payment.confirm(terms, Confirmer::Client, confirm, outbox).ok().map(Ok)
        }),
    },
    Fault {
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
                step.tell(NotificationKind::IntentCanceled);
            }
        }),
    },
];

fn late_answer_changes_a_canceled_debit(
    _: &Terms,
    mut payment: Payment,
    input: Input,
    _: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(Event::Settle { .. }) = input else { return None };
    if payment.intent.status != IntentStatus::Canceled {
        return None;
    }
    payment.intent.last_error = Some(PaymentError::AttemptFailed);
    Some(Ok((payment, Ok(Accepted::Happened))))
}

fn default_refund_forgets_the_earlier_ones(
    _: &Terms,
    payment: Payment,
    input: Input,
    _: &mut Outbox<'_>,
) -> Option<Changed> {
    let Some(Operation::CreateRefund { refund, .. }) = operation(input) else { return None };
    let charge = payment.charge.filter(|charge| charge.refunded_amount < charge.captured_amount)?;
    let forgets = refund.amount.is_none() && !charge.refunded_amount.is_zero();
    forgets.then_some(Ok((payment, Err(Rejection::AmountOutOfRange))))
}

fn counts_on_the_wrong_row(step: &mut WorldStep<'_>) {
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

fn takes_a_manual_payment_at_once(step: &mut PaymentStep<'_>) {
    if step.done().is_none() || !step.became(IntentStatus::RequiresCapture) {
        return;
    }
    let Some(payment) = *step.after else { return };
    let mut outbox = Outbox::new(step.notifications, About::Payment(step.intent));
    if let Ok((payment, outcome)) = payment.capture(step.terms, Capture::default(), &mut outbox) {
        *step.after = Some(payment);
        *step.outcome = outcome;
    }
    step.tell_only(|told| {
        !matches!(told.kind, NotificationKind::IntentCapturableUpdated | NotificationKind::ChargeCaptured)
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
    let mut outbox = Outbox::new(step.notifications, About::Payment(step.intent));
    if let Ok((payment, _)) = payment.settle(step.terms, &mut outbox) {
        *step.after = Some(payment);
        step.answer_anew();
    }
    step.tell_only(|told| !matches!(told.kind, NotificationKind::IntentProcessing | NotificationKind::ChargePending));
}

fn bounced_debit_counts_as_paid(
    terms: &Terms,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(Event::Settle { .. }) = input else { return None };
    let method = payment.intent.payment_method;
    payment.intent.payment_method = method.filter(|_| payment.intent.status == IntentStatus::Processing);
    payment.intent.payment_method = payment.intent.payment_method.map(|_| PaymentMethod::UsBankAccount);
    let (mut next, outcome) = payment.settle(terms, outbox).ok()?;
    next.intent.payment_method = method;
    Some(Ok((next, outcome)))
}

fn goes_on_without_the_server(
    terms: &Terms,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(Event::Authenticate { result: Authentication::Succeeds, .. }) = input else { return None };
    let method = payment.intent.confirmation_method;
    payment.intent.confirmation_method = ConfirmationMethod::Automatic;
    let (mut next, outcome) = payment.authenticate(terms, Authentication::Succeeds, outbox).ok()?;
    next.intent.confirmation_method = method;
    Some(Ok((next, outcome)))
}

/// Mistakes who is there when a card is confirmed that will be challenged.
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

fn debit_by_hand(terms: &Terms, payment: Payment, input: Input, outbox: &mut Outbox<'_>) -> Option<Changed> {
    let Some(Operation::ConfirmIntent { confirm, .. }) = operation(input) else { return None };
    let by_hand = payment.intent.capture_method == CaptureMethod::Manual;
    if !by_hand || confirm.method != Some(PaymentMethod::UsBankAccount) {
        return None;
    }
    let confirm = Confirm { capture_method: Some(CaptureMethod::Automatic), ..confirm };
    let (mut next, outcome) = payment.confirm(terms, Confirmer::Client, confirm, outbox).ok()?;
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
    let mut outbox = Outbox::new(step.notifications, About::Payment(step.intent));
    if let Ok((mut payment, outcome)) = Payment::create(step.terms, known, &mut outbox) {
        payment.intent.currency = create.currency;
        *step.after = Some(payment);
        *step.outcome = outcome;
    }
}

fn takes_the_systems_reason(terms: &Terms, payment: Payment, input: Input, outbox: &mut Outbox<'_>) -> Option<Changed> {
    let Some(Operation::CancelIntent { reason, .. }) = operation(input) else { return None };
    if reason != Some(CancellationReason::Automatic) {
        return None;
    }
    let (mut next, outcome) = payment.cancel(terms, None, outbox).ok()?;
    next.intent.cancellation_reason = reason;
    Some(Ok((next, outcome)))
}

fn unknown_payment_is_in_a_wrong_status(step: &mut WorldStep<'_>) {
    let unknown = Err(Rejection::NoSuchIntent);
    if *step.outcome == unknown {
        *step.outcome = Err(Rejection::UnexpectedState);
    }
    for key in step.keys.iter_mut().flatten().filter(|key| key.answer == Some(unknown)) {
        key.answer = Some(Err(Rejection::UnexpectedState));
    }
}
