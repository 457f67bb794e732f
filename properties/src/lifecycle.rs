//! Where a PaymentIntent can be, and how it gets there.

use holdfast_model::{
    Amount, Authentication, CancellationReason, CaptureMethod, ChargeStatus, Confirm, ConfirmationMethod, Event,
    IntentStatus, Issuer, Operation, PaymentError, PaymentMethod, PaymentView, Rail, Rejection, Terms, Update,
};

use crate::judgement::{Judgement, Voice, given};
use crate::money::amount_changes_by_update_only;
use crate::refusal::refused;
use crate::step::{PaymentStep, Step, Subject, approved, subject};

use IntentStatus::{
    Canceled, Processing, RequiresAction, RequiresCapture, RequiresConfirmation, RequiresPaymentMethod, Succeeded,
};

/// If false, the merchant ships an order that nobody has paid.
fn succeeded_has_received<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    given(payment.status == Succeeded, !payment.received.is_zero(), || "succeeded with received 0".to_owned())
}

/// If false, an order paid at once is paid in part, and nobody will ask for the rest.
fn automatic_takes_all<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let premise = payment.status == Succeeded && payment.capture_method != CaptureMethod::Manual;
    given(premise, payment.received == payment.amount, || {
        format!("received {} of {} without manual capture", payment.received.get(), payment.amount.get())
    })
}

/// If false, an order shown as canceled has been paid: the customer pays for nothing.
pub(crate) fn canceled_has_received_nothing<V: Voice>(terms: &Terms, payment: &PaymentView) -> Judgement<V> {
    let premise = payment.status == Canceled && terms.dialect.cancel_keeps_captured;
    given(premise, payment.received.is_zero(), || format!("canceled with received {}", payment.received.get()))
}

/// If false, the merchant is shown money that a capture would be refused.
pub(crate) fn capturable_only_while_held<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    given(!payment.capturable.is_zero(), payment.status == RequiresCapture, || {
        format!("capturable {} while {}", payment.capturable.get(), payment.status.name())
    })
}

/// If false, a customer is charged twice for one order.
fn one_successful_charge<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    given(payment.successful_charges > 0, payment.successful_charges == 1, || {
        format!("{} successful charges", payment.successful_charges)
    })
}

/// If false, an intent shows money although its charge was never approved.
fn held_or_paid_means_approved<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let premise = matches!(payment.status, RequiresCapture | Succeeded);
    given(premise, approved(payment).is_some(), || {
        format!("{} with charge {}", payment.status.name(), charge_status(payment))
    })
}

/// If false, an intent that asks for another attempt has been paid already, and the next attempt is
/// a second payment.
fn open_means_unpaid<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let premise = payment.status.is_open() && payment.confirmations > 0;
    let unpaid = approved(payment).is_none() && payment.received.is_zero();
    given(premise, unpaid, || {
        format!(
            "{} with charge {} and received {}",
            payment.status.name(),
            charge_status(payment),
            payment.received.get()
        )
    })
}

/// If false, a debit that the bank has not answered counts as paid.
fn processing_means_unpaid<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let unpaid = approved(payment).is_none() && payment.received.is_zero() && payment.ledger.charged.is_zero();
    given(payment.status == Processing, unpaid, || {
        format!(
            "processing with charge {}, received {}, ledger charged {}",
            charge_status(payment),
            payment.received.get(),
            payment.ledger.charged.get()
        )
    })
}

/// If false, an attempt is under way with no method to take the money from.
fn under_way_means_a_method<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let premise =
        matches!(payment.status, RequiresConfirmation | RequiresAction | Processing | RequiresCapture | Succeeded);
    given(premise, payment.payment_method.is_some(), || format!("{} without a payment method", payment.status.name()))
}

/// If false, a merchant is asked for a method that is there, or retries with one that was used up.
fn asking_for_a_method_means_none<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let method = payment.payment_method;
    given(payment.status == RequiresPaymentMethod, method.is_none(), || {
        format!("requires_payment_method with {}", method.map_or("none", PaymentMethod::token))
    })
}

/// If false, a card payment hangs for days in a state that only bank debits have.
fn processing_is_for_banks<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let Some(method) = payment.payment_method else { return Judgement::Vacuous };
    let card = matches!(method.profile().rail, Rail::Card(_));
    given(payment.status == Processing, !card, || format!("processing with {}", method.token()))
}

/// If false, a customer is sent to a challenge that their bank never asked for.
fn action_means_a_challenge<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let Some(method) = payment.payment_method else { return Judgement::Vacuous };
    given(payment.status == RequiresAction, challenges(method), || format!("requires_action with {}", method.token()))
}

/// If false, money waits for a capture that the merchant did not know was theirs to make, and the
/// hold runs out.
fn holding_means_manual_card<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let card = payment.payment_method.is_some_and(|method| matches!(method.profile().rail, Rail::Card(_)));
    let manual = payment.capture_method == CaptureMethod::Manual;
    given(payment.status == RequiresCapture, card && manual, || {
        format!(
            "requires_capture with capture method {:?} and {}",
            payment.capture_method,
            payment.payment_method.map_or("no method", PaymentMethod::token)
        )
    })
}

/// If false, a report of cancellations counts orders that were not canceled.
fn reason_means_canceled<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    // A partly captured intent that a cancel completes may keep the reason it was given (U6).
    let completed = payment.status == Succeeded && payment.capture_method == CaptureMethod::Manual;
    given(payment.cancellation_reason.is_some(), payment.status == Canceled || completed, || {
        format!("cancellation reason {:?} while {}", payment.cancellation_reason, payment.status.name())
    })
}

/// If false, a checkout page shows yesterday's decline next to today's success.
fn error_means_unpaid<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let premise = payment.last_error.is_some();
    given(premise, matches!(payment.status, RequiresPaymentMethod | Canceled), || {
        format!("last error {:?} while {}", payment.last_error, payment.status.name())
    })
}

/// If false, a decline has taken or held money.
pub(crate) fn failed_charge_moves_nothing<V: Voice>(_: &Terms, payment: &PaymentView) -> Judgement<V> {
    let Some(charge) = payment.charge else { return Judgement::Vacuous };
    let nothing = charge.captured_amount.is_zero()
        && charge.refunded_amount.is_zero()
        && payment.capturable.is_zero()
        && !charge.captured
        && charge.hold_left.is_none()
        && !charge.links.balance_transaction;
    given(charge.status == ChargeStatus::Failed, nothing, || {
        format!(
            "failed charge with captured {} ({}), refunded {}, capturable {}, hold {:?}, balance transaction {}",
            charge.captured_amount.get(),
            charge.captured,
            charge.refunded_amount.get(),
            payment.capturable.get(),
            charge.hold_left,
            charge.links.balance_transaction
        )
    })
}

fn charge_status(payment: &PaymentView) -> &'static str {
    payment.charge.map_or("none", |charge| charge.status.name())
}

fn challenges(method: PaymentMethod) -> bool {
    matches!(method.profile().issuer, Issuer::Challenges | Issuer::ChallengesThenDeclines(_))
}

/// If false, a merchant meets a transition that the documented state machine does not have, and
/// every integration written against it is wrong.
pub(crate) fn documented_status_moves<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(after) = step.after.map(|after| after.status) else { return Judgement::Vacuous };
    let Some(before) = step.before.map(|before| before.status) else { return Judgement::Vacuous };
    given(before != after, documented(step, before, after), || {
        format!("{} became {} by {:?}", before.name(), after.name(), step.step.input)
    })
}

/// The table of moves: what happened, from where, to where (C4–C19, §2.2).
fn documented(step: &PaymentStep<'_, '_>, before: IntentStatus, after: IntentStatus) -> bool {
    let attempt = before.is_open() && after != RequiresConfirmation;
    let received = step.before.is_some_and(|before| !before.received.is_zero());
    let session = step.before.is_some_and(|before| before.owned_by_session);
    let released = before == RequiresCapture && after == if received { Succeeded } else { Canceled };
    let closed = session && before.is_open() && after == Canceled;
    if let Some(operation) = step.operation {
        return match operation {
            Operation::UpdateIntent { update, .. } => {
                matches!(update, Update::Method(_)) && before.is_open() && after == RequiresConfirmation
            }
            Operation::ConfirmIntent { .. } => attempt,
            Operation::CaptureIntent { .. } => before == RequiresCapture && after == Succeeded,
            Operation::CancelIntent { .. } => {
                let completed = before == RequiresCapture && received && after == Succeeded;
                !before.is_final() && (after == Canceled || completed)
            }
            Operation::CreateIntent { .. }
            | Operation::CreateRefund { .. }
            | Operation::CancelRefund { .. }
            | Operation::RefundFee { .. }
            | Operation::ReverseTransfer { .. }
            | Operation::CreateTransfer { .. }
            | Operation::CreateSetup { .. }
            | Operation::UpdateSetup { .. }
            | Operation::ConfirmSetup { .. }
            | Operation::CancelSetup { .. }
            | Operation::VerifyMicrodeposits
            | Operation::CreateSession(_)
            | Operation::ExpireSession => false,
        };
    }
    if let Some(Operation::ExpireSession) = step.step.performed() {
        return closed;
    }
    match step.step.event() {
        Some(Event::Authenticate { .. }) => before == RequiresAction && after != Canceled,
        Some(Event::Settle { .. }) => before == Processing && matches!(after, Succeeded | RequiresPaymentMethod),
        Some(Event::ExpireHold { .. }) => released,
        Some(Event::CustomerPays { .. }) => attempt,
        Some(Event::Advance { .. }) => released || closed,
        Some(
            Event::CloseCancelWindow { .. }
            | Event::Book { .. }
            | Event::Refund { .. }
            | Event::AuthenticateSetup { .. }
            | Event::SettleSetup
            | Event::PruneKey { .. },
        )
        | None => false,
    }
}

/// If false, "fulfil the order" or "the order is off" is taken back after the merchant acted on it.
fn final_status_stays<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    given(before.status.is_final(), before.status == after.status, || {
        format!("{} became {}", before.status.name(), after.status.name())
    })
}

/// If false, a canceled order comes back to life: money is taken or given on its account.
fn canceled_never_changes<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let premise = before.status == Canceled && before.received.is_zero();
    given(premise, before == after, || {
        format!("canceled, then {:?} changed it from {before:?} to {after:?}", step.step.input)
    })
}

/// If false, an error answer has half-changed an object, and the client's retry starts from a state
/// that nobody knows.
fn refusal_changes_nothing<V: Voice>(step: &Step<'_>) -> Judgement<V> {
    let refused = step.performed().is_some() && matches!(step.outcome, Err(reason) if reason.is_refusal());
    given(refused, step.unchanged(), || {
        format!("answered {:?}, yet {:?} became {:?}", step.outcome, step.before, step.after)
    })
}

/// If false, a merchant is told of something that did not happen.
fn refusal_is_silent<V: Voice>(step: &Step<'_>) -> Judgement<V> {
    let refused = step.performed().is_some() && matches!(step.outcome, Err(reason) if reason.is_refusal());
    given(refused, step.notifications.is_empty(), || {
        format!("answered {:?}, yet told {:?}", step.outcome, step.notifications)
    })
}

/// If false, sums of money wrap around or run over; the model means that a guard is missing.
pub(crate) fn amounts_stay_representable<V: Voice>(step: &Step<'_>) -> Judgement<V> {
    let premise = step.performed().is_some();
    given(premise, step.outcome != Err(Rejection::AmountOutOfRange), || {
        format!("{:?} left the range of amounts", step.input)
    })
}

/// If false, paying one order changes another customer's.
fn others_stay<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    given(step.changed, step.addressed, || format!("{:?} changed payment {}", step.step.input, step.intent.0))
}

/// If false, an order disappears from the books.
fn payments_never_vanish<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    given(step.before.is_some(), step.after.is_some(), || format!("payment {} is gone", step.intent.0))
}

/// If false, payments come into being that nobody asked for.
fn payments_are_created_on_request<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let asked = matches!(step.operation, Some(Operation::CreateIntent { .. }))
        || matches!(step.event(), Some(Event::CustomerPays { .. }));
    given(step.before.is_none() && step.after.is_some(), asked, || {
        format!("{:?} created payment {}", step.step.input, step.intent.0)
    })
}

/// If false, the customer pays another amount, in another currency or at another time than the
/// merchant asked for.
fn created_as_asked<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
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

/// If false, a first page that has not asked for a method yet cannot create its intent, or skips
/// the page that asks.
fn created_without_method_waits_for_one<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::CreateIntent { create, .. }), None, Some(after)) = (step.operation, step.before, step.after)
    else {
        return Judgement::Vacuous;
    };
    given(create.method.is_none(), after.status == RequiresPaymentMethod, || {
        format!("created without a method as {}", after.status.name())
    })
}

/// If false, naming a method is taken for consent to pay with it.
fn created_with_method_waits_for_confirmation<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::CreateIntent { create, .. }), None, Some(after)) = (step.operation, step.before, step.after)
    else {
        return Judgement::Vacuous;
    };
    let premise = create.method.is_some() && !create.confirm;
    given(premise, after.status == RequiresConfirmation && after.charge.is_none(), || {
        format!("created with a method as {}, charge {}", after.status.name(), charge_status(after))
    })
}

/// If false, a payment goes on with the old method after the customer chose another.
fn new_method_must_be_confirmed<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(Operation::UpdateIntent { update: Update::Method(method), .. }) = step.accepted() else {
        return Judgement::Vacuous;
    };
    let Some(after) = step.after else { return Judgement::Vacuous };
    given(true, after.status == RequiresConfirmation && after.payment_method == Some(*method), || {
        format!("updated to {}, now {} with {:?}", method.token(), after.status.name(), after.payment_method)
    })
}

/// If false, editing an order moves money.
fn update_moves_no_money<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::UpdateIntent { .. }), Some((before, after))) = (step.accepted(), step.both()) else {
        return Judgement::Vacuous;
    };
    let same = before.charge == after.charge
        && before.received == after.received
        && before.capturable == after.capturable
        && before.refunds == after.refunds
        && before.ledger == after.ledger;
    given(true, same, || format!("an update turned {before:?} into {after:?}"))
}

/// If false, the merchant decides when money is taken and finds it decided otherwise.
fn capture_method_is_the_merchants<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
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

/// An attempt to pay that was carried out: its method, and the intent afterwards.
struct Attempt<'a> {
    method: PaymentMethod,
    capture_method: CaptureMethod,
    off_session: bool,
    after: &'a PaymentView,
}

/// An attempt for which nothing but the method decides what comes next. Left out: intents that are
/// at their limit, and a second leg after a challenge, which nobody can tell from a first.
fn attempt<'a>(step: &PaymentStep<'_, 'a>) -> Option<Attempt<'a>> {
    let after = step.after?;
    match *step.operation? {
        Operation::CreateIntent { create, .. } if create.confirm && step.before.is_none() => Some(Attempt {
            method: create.method?,
            capture_method: create.capture_method,
            off_session: create.off_session,
            after,
        }),
        Operation::ConfirmIntent { confirm: Confirm { method, capture_method, off_session, .. }, .. } => {
            let before = step.before?;
            let plain = before.confirmation_method == ConfirmationMethod::Automatic;
            let method = method.or(before.payment_method)?;
            (plain || !challenges(method)).then_some(Attempt {
                method,
                capture_method: capture_method.unwrap_or(before.capture_method),
                off_session,
                after,
            })
        }
        Operation::CreateIntent { .. }
        | Operation::UpdateIntent { .. }
        | Operation::CaptureIntent { .. }
        | Operation::CancelIntent { .. }
        | Operation::CreateRefund { .. }
        | Operation::CancelRefund { .. }
        | Operation::RefundFee { .. }
        | Operation::ReverseTransfer { .. }
        | Operation::CreateTransfer { .. }
        | Operation::CreateSetup { .. }
        | Operation::UpdateSetup { .. }
        | Operation::ConfirmSetup { .. }
        | Operation::CancelSetup { .. }
        | Operation::VerifyMicrodeposits
        | Operation::CreateSession(_)
        | Operation::ExpireSession => None,
    }
}

/// If false, the customer waits in front of a spinner for an answer that the card gave long ago:
/// a confirmation is answered with success before the books are done.
fn approved_card_succeeds_at_once<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(attempt) = attempt(step).filter(|_| step.step.outcome.is_ok()) else { return Judgement::Vacuous };
    let profile = attempt.method.profile();
    let premise = matches!(profile.rail, Rail::Card(_))
        && profile.issuer == Issuer::Approves
        && attempt.capture_method != CaptureMethod::Manual;
    let captured = attempt.after.charge.is_some_and(|charge| charge.captured);
    given(premise, attempt.after.status == Succeeded && captured, || {
        format!("{} approved, now {}, charge captured {captured}", attempt.method.token(), attempt.after.status.name())
    })
}

/// If false, a card is charged before the goods are ready, or a hold is smaller than the order.
fn approved_manual_card_is_held_in_full<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(attempt) = attempt(step).filter(|_| step.step.outcome.is_ok()) else { return Judgement::Vacuous };
    let profile = attempt.method.profile();
    let premise = matches!(profile.rail, Rail::Card(_))
        && profile.issuer == Issuer::Approves
        && attempt.capture_method == CaptureMethod::Manual;
    let after = attempt.after;
    let held = after.status == RequiresCapture && after.capturable == after.amount && after.received.is_zero();
    given(premise, held, || {
        format!(
            "{} approved, now {} with capturable {} and received {} of {}",
            attempt.method.token(),
            after.status.name(),
            after.capturable.get(),
            after.received.get(),
            after.amount.get()
        )
    })
}

/// If false, a bank debit counts as paid on the day it is asked for.
fn bank_debit_is_processed_first<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(attempt) = attempt(step).filter(|_| step.step.outcome.is_ok()) else { return Judgement::Vacuous };
    let bank = !matches!(attempt.method.profile().rail, Rail::Card(_));
    given(bank, attempt.after.status == Processing, || {
        format!("{} confirmed, now {}", attempt.method.token(), attempt.after.status.name())
    })
}

/// If false, a challenge that the issuer demands is skipped, and the merchant bears the fraud; or a
/// charge exists before the customer has agreed.
fn challenge_waits_for_the_customer<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(attempt) = attempt(step).filter(|_| step.step.outcome.is_ok()) else { return Judgement::Vacuous };
    let same_charge = step.before.and_then(|before| before.charge) == attempt.after.charge;
    let premise = challenges(attempt.method) && !attempt.off_session;
    given(premise, attempt.after.status == RequiresAction && same_charge, || {
        format!("{} confirmed, now {}", attempt.method.token(), attempt.after.status.name())
    })
}

/// If false, a card that the issuer refuses is charged, or refused for a reason that sends the
/// customer to the wrong remedy.
fn decline_is_the_issuers<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(attempt) = attempt(step) else { return Judgement::Vacuous };
    let Issuer::Declines(decline) = attempt.method.profile().issuer else { return Judgement::Vacuous };
    match step.step.outcome {
        Ok(_) => given(true, false, || format!("{} was accepted", attempt.method.token())),
        Err(Rejection::Declined(answer)) => given(true, answer == decline, || {
            format!("{} was declined with {answer:?} instead of {decline:?}", attempt.method.token())
        }),
        Err(_) => Judgement::Vacuous,
    }
}

/// If false, good cards are declined.
fn only_bad_cards_are_declined<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some((operation, Rejection::Declined(decline))) = step.turned_down() else { return Judgement::Vacuous };
    let method = if let Operation::CreateIntent { create, .. } = operation {
        create.method
    } else if let Operation::ConfirmIntent { confirm, .. } = operation {
        confirm.method.or(step.before.and_then(|before| before.payment_method))
    } else {
        None
    };
    let true_reason = method.is_some_and(|method| match method.profile().issuer {
        Issuer::Declines(reason) | Issuer::ChallengesThenDeclines(reason) => reason == decline,
        Issuer::Approves | Issuer::Challenges | Issuer::FailsLater | Issuer::NeverSettles => false,
    });
    given(true, true_reason, || format!("{:?} was declined with {decline:?}", method.map(PaymentMethod::token)))
}

/// If false, a declined order is stuck, or the customer cannot see why it was declined. The intent
/// lives on: whoever makes a second one may be paid twice.
fn decline_asks_for_another_method<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some((_, Rejection::Declined(_))) = step.turned_down() else { return Judgement::Vacuous };
    let asks = step.after.is_some_and(|after| {
        after.status == RequiresPaymentMethod
            && after.last_error.is_some()
            && after.charge.is_some_and(|charge| charge.status == ChargeStatus::Failed)
    });
    given(true, asks, || format!("declined, now {:?}", step.after))
}

/// If false, a subscription charges a customer who is not there to agree.
fn absent_customer_is_not_charged<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(attempt) = attempt(step) else { return Judgement::Vacuous };
    let premise = attempt.off_session && challenges(attempt.method);
    match step.step.outcome {
        Ok(_) => given(premise, false, || {
            format!("{} off session was accepted, now {}", attempt.method.token(), attempt.after.status.name())
        }),
        Err(Rejection::AuthenticationRequired) => {
            let same_charge = step.before.and_then(|before| before.charge) == attempt.after.charge;
            let error = attempt.after.last_error == Some(PaymentError::AuthenticationRequired);
            given(premise, attempt.after.status == RequiresPaymentMethod && same_charge && error, || {
                format!("authentication required, now {:?}", attempt.after)
            })
        }
        Err(_) => Judgement::Vacuous,
    }
}

/// If false, a customer who is there is turned away instead of being asked by their bank.
fn authentication_required_means_absent<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some((operation, Rejection::AuthenticationRequired)) = step.turned_down() else { return Judgement::Vacuous };
    let absent = matches!(operation, Operation::CreateIntent { create, .. } if create.off_session)
        || matches!(operation, Operation::ConfirmIntent { confirm, .. } if confirm.off_session);
    given(true, absent, || format!("{operation:?} was answered authentication_required"))
}

/// If false, a merchant who confirms on the server is paid without having checked the order again,
/// or one who does not waits for a confirmation that was given.
fn passed_challenge_carries_on<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(Event::Authenticate { result: Authentication::Succeeds, .. }) = step.event() else {
        return Judgement::Vacuous;
    };
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let expected = match before.confirmation_method {
        ConfirmationMethod::Manual => after.status == RequiresConfirmation,
        ConfirmationMethod::Automatic => !matches!(after.status, RequiresConfirmation | RequiresAction),
    };
    given(before.status == RequiresAction, expected, || {
        format!("authenticated ({:?} confirmation), now {}", before.confirmation_method, after.status.name())
    })
}

/// If false, a customer who failed the challenge pays, or the order is lost to a retry.
fn failed_challenge_asks_again<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(Event::Authenticate { result: Authentication::Fails, .. }) = step.event() else {
        return Judgement::Vacuous;
    };
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let expected = after.status == RequiresPaymentMethod
        && after.last_error == Some(PaymentError::AuthenticationFailure)
        && after.charge == before.charge;
    given(before.status == RequiresAction, expected, || {
        format!("challenge failed, now {} with {:?}", after.status.name(), after.last_error)
    })
}

/// If false, closing a browser tab decides about money.
fn abandoned_challenge_decides_nothing<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(Event::Authenticate { result: Authentication::Abandoned, .. }) = step.event() else {
        return Judgement::Vacuous;
    };
    let Some((before, _)) = step.both() else { return Judgement::Vacuous };
    given(before.status == RequiresAction, !step.changed, || {
        format!("abandoned, then {before:?} became {:?}", step.after)
    })
}

/// If false, a debit that bounced counts as paid, or one that arrived is asked for again.
fn the_banks_answer_counts<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Event::Settle { .. }), Some((before, after))) = (step.event(), step.both()) else {
        return Judgement::Vacuous;
    };
    let Some(method) = before.payment_method.filter(|_| before.status == Processing) else {
        return Judgement::Vacuous;
    };
    let expected = match method.profile().issuer {
        Issuer::FailsLater => RequiresPaymentMethod,
        Issuer::NeverSettles => Processing,
        Issuer::Approves | Issuer::Declines(_) | Issuer::Challenges | Issuer::ChallengesThenDeclines(_) => Succeeded,
    };
    given(true, after.status == expected, || {
        format!("{} settled, now {} instead of {}", method.token(), after.status.name(), expected.name())
    })
}

/// If false, the client is shown another state than the one that is stored, and acts on it.
pub(crate) fn answer_shows_the_payment<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(holdfast_model::Accepted::Intent { status, capturable, received }), Some(after)) =
        (step.answer(), step.after)
    else {
        return Judgement::Vacuous;
    };
    let same = status == after.status && capturable == after.capturable && received == after.received;
    given(true, same, || {
        format!(
            "answered {} capturable {} received {}, stored {} capturable {} received {}",
            status.name(),
            capturable.get(),
            received.get(),
            after.status.name(),
            after.capturable.get(),
            after.received.get()
        )
    })
}

/// If false, a retry loop is never stopped, or the order it killed looks alive.
fn the_limit_cancels<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some((_, Rejection::TooManyConfirmations)) = step.turned_down() else { return Judgement::Vacuous };
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let limit = step.terms.dialect.confirm_limit;
    let expected = after.status == Canceled
        && after.cancellation_reason == Some(CancellationReason::Automatic)
        && before.confirmations >= limit;
    given(true, expected, || {
        format!(
            "too many confirmations at {} of {limit}, now {} because {:?}",
            before.confirmations,
            after.status.name(),
            after.cancellation_reason
        )
    })
}

/// If false, an intent is confirmed more often than it survives.
fn no_attempt_beyond_the_limit<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::ConfirmIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    let limit = step.terms.dialect.confirm_limit;
    let canceled = step.after.is_some_and(|after| after.status == Canceled);
    given(before.confirmations >= limit && before.status.is_open(), canceled || !step.changed, || {
        format!("confirmed after {} of {limit} confirmations, now {:?}", before.confirmations, step.after)
    })
}

/// If false, a cancel leaves money on hold, or the reason in the merchant's report is another.
fn cancel_lets_go<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::CancelIntent { reason, .. }), Some((before, after))) = (step.accepted(), step.both()) else {
        return Judgement::Vacuous;
    };
    let completes = !before.received.is_zero() && step.terms.dialect.cancel_keeps_captured;
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

/// If false, a merchant cancels a debit that the bank will carry out all the same.
fn only_debits_are_canceled_in_processing<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let rail = before.payment_method.map(|method| method.profile().rail);
    let debit = matches!(rail, Some(Rail::UsBankAccount | Rail::SepaDebit));
    given(before.status == Processing && after.status == Canceled, debit, || {
        format!("canceled while processing by {rail:?}")
    })
}

/// If false, a merchant is told that a transfer under way is stopped, or cannot tell why not.
fn no_cancel_of_a_bank_transfer<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::CancelIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    let rail = before.payment_method.map(|method| method.profile().rail);
    let premise = before.status == Processing && !matches!(rail, Some(Rail::UsBankAccount | Rail::SepaDebit));
    refused(step.step, premise, Rejection::UnexpectedState)
}

/// If false, a cancel after the end pretends to undo what was paid.
fn no_cancel_after_the_end<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::CancelIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, before.status.is_final(), Rejection::UnexpectedState)
}

/// If false, a merchant's own cancel is filed among the automatic ones.
fn systems_reason_is_refused<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some(Operation::CancelIntent { reason, .. }) = step.operation else { return Judgement::Vacuous };
    refused(step.step, *reason == Some(CancellationReason::Automatic), Rejection::InvalidReason)
}

/// If false, an order under way or done is paid a second time.
fn confirm_only_while_open<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::ConfirmIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, !before.status.is_open(), Rejection::UnexpectedState)
}

/// If false, a confirmation takes money from nowhere.
fn confirm_needs_a_method<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
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
fn manual_capture_needs_a_card<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
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

/// If false, the price of an order is edited after the customer has paid it.
fn update_only_while_open<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::UpdateIntent { update, .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    let premise = match update {
        Update::Metadata => before.status == Canceled && !step.terms.dialect.metadata_on_canceled,
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

/// If false, a typing error in an id changes somebody else's order or is taken for success.
pub(crate) fn unknown_objects_are_not_found<V: Voice>(step: &Step<'_>) -> Judgement<V> {
    let Some(operation) = step.performed() else { return Judgement::Vacuous };
    let (there, reason) = match subject(operation) {
        Subject::Intent(intent) => (
            step.before.payments.get(usize::from(intent.0)).is_some_and(Option::is_some)
                || matches!(operation, Operation::CreateIntent { .. }),
            Rejection::NoSuchIntent,
        ),
        Subject::Setup => {
            (step.before.setup.is_some() || matches!(operation, Operation::CreateSetup { .. }), Rejection::NoSuchSetup)
        }
        Subject::Session => (
            step.before.session.is_some() || matches!(operation, Operation::CreateSession(_)),
            Rejection::NoSuchSession,
        ),
    };
    refused(step, !there, reason)
}

/// If false, an order of nothing, of less than nothing, of too little or too much is taken, or
/// refused with an error that names another fault than the first.
fn bad_amounts_are_refused<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let number = match (step.operation, step.before) {
        (Some(Operation::CreateIntent { create, .. }), None) => create.amount,
        (Some(Operation::UpdateIntent { update: Update::Amount(number), .. }), Some(_)) => *number,
        (Some(_) | None, _) => return Judgement::Vacuous,
    };
    let reason = match number {
        ..=0 => Rejection::InvalidAmount,
        _ if number < i64::from(step.terms.dialect.minimum_amount) => Rejection::AmountTooSmall,
        100_000_000.. => Rejection::AmountTooLarge,
        _ => return Judgement::Vacuous,
    };
    refused(step.step, true, reason)
}

/// If false, an order in a currency that does not exist is taken.
fn unknown_currency_is_refused<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::CreateIntent { create, .. }), None) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, create.currency == holdfast_model::Currency::Unknown, Rejection::InvalidCurrency)
}

/// If false, a parameter of an attempt is taken without an attempt, and forgotten.
fn off_session_comes_with_confirm<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let (Some(Operation::CreateIntent { create, .. }), None) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, create.off_session && !create.confirm, Rejection::OffSessionWithoutConfirm)
}

/// If false, a merchant is refused what the rules allow: told "not in this status" where the status
/// is right, or "no method" where there is one.
pub(crate) fn status_refusals_are_true<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    let Some((operation, reason)) = step.turned_down() else { return Judgement::Vacuous };
    if reason == Rejection::UnexpectedMulticapture {
        let accepts = step.terms.dialect.accept_multicapture_with_automatic;
        return given(true, !accepts, || format!("{operation:?} was refused, though it is to be accepted"));
    }
    let Some(before) = step.before else { return Judgement::Vacuous };
    let status = before.status;
    let allowed = if reason == Rejection::AmountFixed {
        !status.is_open() && matches!(operation, Operation::UpdateIntent { update: Update::Amount(_), .. })
    } else if reason == Rejection::UnexpectedState {
        if matches!(operation, Operation::UpdateIntent { update: Update::Metadata, .. }) {
            status == Canceled
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
        before.confirmations >= step.terms.dialect.confirm_limit
    } else {
        return Judgement::Vacuous;
    };
    given(true, allowed, || format!("{operation:?} was refused with {reason:?} while {}", status.name()))
}

/// If false, a job that found nothing to do has done something.
fn idle_events_change_nothing<V: Voice>(step: &Step<'_>) -> Judgement<V> {
    let idle = step.outcome == Ok(holdfast_model::Accepted::Nothing) && step.seconds() == 0;
    let quiet = step.unchanged() && step.notifications.is_empty();
    // No witness of the claim: jobs find nothing to do all the time.
    given(idle && step.event().is_some() && !quiet, false, || {
        format!("{:?} had nothing to do, yet told {:?} and changed {:?}", step.input, step.notifications, step.after)
    })
}

/// If false, the merchant ships an order that nobody has paid, or that was paid in part.
pub(crate) fn succeeded_means_received<V: Voice>(terms: &Terms, payment: &PaymentView) -> Judgement<V> {
    succeeded_has_received(terms, payment).and(|| automatic_takes_all(terms, payment))
}

/// If false, an attempt is under way with no method to take the money from, or a customer is asked
/// for a method that is there.
pub(crate) fn method_fits_the_status<V: Voice>(terms: &Terms, payment: &PaymentView) -> Judgement<V> {
    under_way_means_a_method(terms, payment).and(|| asking_for_a_method_means_none(terms, payment))
}

/// If false, a page shows yesterday's decline next to today's success, and a report of cancellations
/// counts orders that were not canceled.
pub(crate) fn traces_fit_the_status<V: Voice>(terms: &Terms, payment: &PaymentView) -> Judgement<V> {
    reason_means_canceled(terms, payment).and(|| error_means_unpaid(terms, payment))
}

/// If false, "fulfil the order" or "the order is off" is taken back after the merchant acted on it.
pub(crate) fn final_stays_final<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    final_status_stays(step).and(|| canceled_never_changes(step))
}

/// If false, an error answer has half-changed an object, or told the merchant of something that did not
/// happen, and the client's retry starts from a state that nobody knows.
pub(crate) fn refusal_does_nothing<V: Voice>(step: &Step<'_>) -> Judgement<V> {
    refusal_changes_nothing(step).and(|| refusal_is_silent(step)).and(|| idle_events_change_nothing(step))
}

/// If false, paying one order changes, creates or removes another customer's.
pub(crate) fn only_the_named_payment_changes<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    others_stay(step).and(|| payments_never_vanish(step)).and(|| payments_are_created_on_request(step))
}

/// If false, a customer pays another price, by another method or at another time than was agreed on
/// last, or editing an order moves money.
pub(crate) fn updates_change_what_they_name<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    new_method_must_be_confirmed(step)
        .and(|| capture_method_is_the_merchants(step))
        .and(|| update_moves_no_money(step))
        .and(|| amount_changes_by_update_only(step))
}

/// If false, a challenge that the issuer demands is skipped and the merchant bears the fraud, a
/// subscription charges a customer who is not there to agree, or one who is there is turned away.
pub(crate) fn challenged_card_waits_for_its_customer<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    challenge_waits_for_the_customer(step)
        .and(|| absent_customer_is_not_charged(step))
        .and(|| authentication_required_means_absent(step))
}

/// If false, a retry loop hammers a stolen card without end, or the order it killed looks alive.
pub(crate) fn too_many_confirmations_cancel<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    the_limit_cancels(step).and(|| no_attempt_beyond_the_limit(step))
}

/// If false, an order of nothing, of less than nothing, of too little or too much, in a currency that
/// does not exist or with parameters that contradict each other is taken, or refused for another reason.
pub(crate) fn bad_parameters_are_refused<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    bad_amounts_are_refused(step)
        .and(|| unknown_currency_is_refused(step))
        .and(|| off_session_comes_with_confirm(step))
        .and(|| systems_reason_is_refused(step))
}

/// If false, a card payment hangs for days in a state that only bank debits have, a customer is sent to a
/// challenge that nobody asked for, or money waits for a capture that the merchant did not know of.
pub(crate) fn waiting_fits_the_method<V: Voice>(terms: &Terms, payment: &PaymentView) -> Judgement<V> {
    processing_is_for_banks(terms, payment)
        .and(|| action_means_a_challenge(terms, payment))
        .and(|| holding_means_manual_card(terms, payment))
}

/// If false, a customer is charged twice for one order, an order counts as paid without a charge, or is
/// paid once more although it was paid.
pub(crate) fn money_means_one_approved_charge<V: Voice>(terms: &Terms, payment: &PaymentView) -> Judgement<V> {
    one_successful_charge(terms, payment)
        .and(|| held_or_paid_means_approved(terms, payment))
        .and(|| open_means_unpaid(terms, payment))
        .and(|| processing_means_unpaid(terms, payment))
}

/// If false, the customer pays another amount, in another currency or at another time than was asked for,
/// or naming a method is taken for consent to pay with it.
pub(crate) fn creation_takes_what_was_asked<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    created_as_asked(step)
        .and(|| created_without_method_waits_for_one(step))
        .and(|| created_with_method_waits_for_confirmation(step))
}

/// If false, a card that the issuer refuses is charged, a good one is refused, or a declined order is
/// stuck. (Whoever makes a second intent after a decline may be paid twice: the first one lives on.)
pub(crate) fn cards_are_declined_by_their_issuer<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    decline_is_the_issuers(step).and(|| only_bad_cards_are_declined(step)).and(|| decline_asks_for_another_method(step))
}

/// If false, a debit that bounced counts as paid, a customer who failed the challenge pays, or closing a
/// tab decides about money.
pub(crate) fn outside_answers_count<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    passed_challenge_carries_on(step)
        .and(|| failed_challenge_asks_again(step))
        .and(|| abandoned_challenge_decides_nothing(step))
        .and(|| the_banks_answer_counts(step))
}

/// If false, the customer waits in front of a spinner for an answer that the card gave long ago, a card is
/// charged before the goods are ready, or a bank debit counts as paid on the day it is asked for.
pub(crate) fn attempt_leads_where_its_method_says<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    approved_card_succeeds_at_once(step)
        .and(|| approved_manual_card_is_held_in_full(step))
        .and(|| bank_debit_is_processed_first(step))
}

/// If false, an order under way or done is paid a second time, edited after it was paid, "canceled" after
/// the end, or confirmed with a method that cannot do what is asked.
pub(crate) fn wrong_status_is_refused<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    confirm_only_while_open(step)
        .and(|| update_only_while_open(step))
        .and(|| no_cancel_after_the_end(step))
        .and(|| confirm_needs_a_method(step))
        .and(|| manual_capture_needs_a_card(step))
}

/// If false, a cancel leaves money on hold, files another reason, or pretends to stop what the bank will
/// carry out all the same.
pub(crate) fn cancel_ends_and_lets_go<V: Voice>(step: &PaymentStep<'_, '_>) -> Judgement<V> {
    cancel_lets_go(step).and(|| only_debits_are_canceled_in_processing(step)).and(|| no_cancel_of_a_bank_transfer(step))
}
