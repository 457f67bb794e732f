//! Attempts to pay: the status to which each leads, and the effect of answers from customers and banks.

use holdfast_model::{
    Authentication, CancellationReason, CaptureMethod, ChargeStatus, Confirm, ConfirmationMethod, Decline,
    EnvironmentEvent, IntentStatus, Issuer, Operation, OperationKind, PaymentError, PaymentMethod, PaymentView, Rail,
    Rejection,
};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::PaymentStep;

use super::challenges;

use IntentStatus::{
    Canceled, Processing, RequiresAction, RequiresCapture, RequiresConfirmation, RequiresPaymentMethod, Succeeded,
};

/// If false, a challenge that the issuer demands is skipped and the merchant bears the fraud. A subscription may also
/// charge an absent customer, or a present one is rejected.
pub(crate) fn challenged_card_waits_for_its_customer<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    challenge_waits_for_the_customer(step)
        .and(|| absent_customer_is_not_charged(step))
        .and(|| authentication_required_means_absent(step))
}

/// If false, a retry loop tries a stolen card without end, or the order that it canceled looks open.
pub(crate) fn too_many_confirmations_cancel<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    the_limit_cancels(step).and(|| no_attempt_beyond_the_limit(step)).and(|| each_attempt_counts_once(step))
}

/// If false, a card that the issuer refuses is charged, a good one is refused, or a declined order is
/// stuck. (The first intent stays usable, so a second one after a decline could be paid twice.)
pub(crate) fn cards_are_declined_by_their_issuer<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    decline_is_the_issuers(step).and(|| only_bad_cards_are_declined(step)).and(|| decline_asks_for_another_method(step))
}

/// If false, a debit that bounced counts as paid, a customer who failed the challenge pays, closing a tab moves money,
/// or a page charges a card that its issuer refuses.
pub(crate) fn outside_answers_count<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    passed_challenge_carries_on(step)
        .and(|| page_leads_where_its_method_says(step))
        .and(|| failed_challenge_asks_again(step))
        .and(|| abandoned_challenge_decides_nothing(step))
        .and(|| the_banks_answer_counts(step))
}

/// If false, the customer waits for a response that the card gave long ago, or a card is charged before the goods are
/// ready. A bank debit may also count as paid on the day of its request.
pub(crate) fn attempt_leads_where_its_method_says<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    approved_card_succeeds_at_once(step)
        .and(|| approved_manual_card_is_held_in_full(step))
        .and(|| bank_debit_is_processed_first(step))
}

/// An executed attempt to pay: its method, and the intent afterwards.
struct Attempt<'a> {
    method: PaymentMethod,
    capture_method: CaptureMethod,
    off_session: bool,
    after: &'a PaymentView,
}

/// Returns an attempt whose result depends on the method alone. Intents at their limit are left out, and so is a
/// confirmation after a challenge.
fn attempt<'a>(step: &PaymentStep<'_, 'a>) -> Option<Attempt<'a>> {
    let after = step.after?;
    let operation = *step.operation?;
    if let Operation::CreateIntent { create, .. } = operation {
        let attempt = || {
            Some(Attempt {
                method: create.method?,
                capture_method: create.capture_method,
                off_session: create.off_session,
                after,
            })
        };
        return (create.confirm && step.before.is_none()).then(attempt).flatten();
    }
    // No other operation begins an attempt.
    let Operation::ConfirmIntent { confirm: Confirm { method, capture_method, off_session, .. }, .. } = operation
    else {
        return None;
    };
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

/// If false, the customer waits for a response that the card gave long ago: a confirmation succeeds before its ledger
/// entries exist.
fn approved_card_succeeds_at_once<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
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
fn approved_manual_card_is_held_in_full<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
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

/// If false, a bank debit counts as paid on the day of its request.
fn bank_debit_is_processed_first<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(attempt) = attempt(step).filter(|_| step.step.outcome.is_ok()) else { return Judgement::Vacuous };
    let bank = !matches!(attempt.method.profile().rail, Rail::Card(_));
    given(bank, attempt.after.status == Processing, || {
        format!("{} confirmed, now {}", attempt.method.token(), attempt.after.status.name())
    })
}

/// If false, a challenge that the issuer demands is skipped, and the merchant bears the fraud; or a
/// charge exists before the customer has agreed.
fn challenge_waits_for_the_customer<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(attempt) = attempt(step).filter(|_| step.step.outcome.is_ok()) else { return Judgement::Vacuous };
    let same_charge = step.before.and_then(|before| before.charge) == attempt.after.charge;
    let premise = challenges(attempt.method) && !attempt.off_session;
    given(premise, attempt.after.status == RequiresAction && same_charge, || {
        format!("{} confirmed, now {}", attempt.method.token(), attempt.after.status.name())
    })
}

/// If false, a card that the issuer refuses is charged, or refused for a reason that sends the
/// customer to the wrong remedy.
fn decline_is_the_issuers<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
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
fn only_bad_cards_are_declined<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
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

/// If false, a declined order is stuck, or the customer cannot see the reason. The intent stays usable: a second intent
/// could be paid twice.
fn decline_asks_for_another_method<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, Rejection::Declined(decline))) = step.turned_down() else { return Judgement::Vacuous };
    let asks = step.after.is_some_and(|after| shows_the_decline(decline, after));
    given(true, asks, || format!("declined, now {:?}", step.after))
}

/// If false, a subscription charges a customer who is not there to agree.
fn absent_customer_is_not_charged<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(attempt) = attempt(step) else { return Judgement::Vacuous };
    let premise = attempt.off_session && challenges(attempt.method);
    match step.step.outcome {
        Ok(_) => given(premise, false, || {
            format!("{} off session was accepted, now {}", attempt.method.token(), attempt.after.status.name())
        }),
        Err(Rejection::AuthenticationRequired) => {
            // The dialect decides whether the attempt leaves a failed charge (P34).
            let right_charge = match step.config.dialect.absent_customer_leaves_charge {
                true => attempt.after.charge.is_some_and(|charge| charge.status == ChargeStatus::Failed),
                false => step.before.and_then(|before| before.charge) == attempt.after.charge,
            };
            let error = attempt.after.last_error == Some(PaymentError::AuthenticationRequired);
            given(premise, attempt.after.status == RequiresPaymentMethod && right_charge && error, || {
                format!("authentication required, now {:?}", attempt.after)
            })
        }
        Err(_) => Judgement::Vacuous,
    }
}

/// If false, a present customer is rejected instead of being challenged by the bank.
fn authentication_required_means_absent<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((operation, Rejection::AuthenticationRequired)) = step.turned_down() else { return Judgement::Vacuous };
    let absent = matches!(operation, Operation::CreateIntent { create, .. } if create.off_session)
        || matches!(operation, Operation::ConfirmIntent { confirm, .. } if confirm.off_session);
    given(true, absent, || format!("{operation:?} was answered authentication_required"))
}

/// Returns whether the intent needs another method, and shows the reason and the failed charge.
fn shows_the_decline(decline: Decline, after: &PaymentView) -> bool {
    after.status == RequiresPaymentMethod
        && after.last_error.is_some_and(|error| error.name() == decline.codes().0)
        && after.charge.is_some_and(|charge| charge.status == ChargeStatus::Failed)
}

/// Returns whether the payment shows the response of the issuer of `method`: captured or held, declined, or in progress
/// at a bank.
fn shows_the_issuers_answer(method: PaymentMethod, after: &PaymentView) -> bool {
    let profile = method.profile();
    match (profile.rail, profile.issuer) {
        (Rail::UsBankAccount | Rail::SepaDebit | Rail::BankTransfer, _) => after.status == Processing,
        (Rail::Card(_), Issuer::Declines(decline) | Issuer::ChallengesThenDeclines(decline)) => {
            shows_the_decline(decline, after)
        }
        (Rail::Card(_), Issuer::Approves | Issuer::Challenges | Issuer::FailsLater | Issuer::NeverSettles) => {
            let manual = after.capture_method == CaptureMethod::Manual;
            after.status == if manual { RequiresCapture } else { Succeeded }
        }
    }
}

/// If false, a merchant who confirms on the server is paid without a second check of the order, or one who does not
/// waits for a confirmation that was given. A decline after the challenge may also count as an approval.
fn passed_challenge_carries_on<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(EnvironmentEvent::Authenticate { result: Authentication::Succeeds, .. }) = step.event() else {
        return Judgement::Vacuous;
    };
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let expected = match before.confirmation_method {
        ConfirmationMethod::Manual => after.status == RequiresConfirmation,
        ConfirmationMethod::Automatic => {
            before.payment_method.is_some_and(|method| shows_the_issuers_answer(method, after))
        }
    };
    given(before.status == RequiresAction, expected, || {
        let method = before.payment_method.map(PaymentMethod::token);
        format!("{method:?} authenticated ({:?} confirmation), now {after:?}", before.confirmation_method)
    })
}

/// If false, the provider's page charges a card that its issuer refuses, rejects a good one, or skips the challenge
/// that the issuer demands.
fn page_leads_where_its_method_says<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(EnvironmentEvent::CustomerPays { method, .. }), Some(after)) = (step.event(), step.after) else {
        return Judgement::Vacuous;
    };
    let at_limit = step.before.map_or(0, |before| before.confirmations) >= step.config.dialect.confirm_limit;
    let expected = if at_limit {
        after.status == Canceled
    } else if challenges(method) {
        after.status == RequiresAction && after.charge == step.before.and_then(|before| before.charge)
    } else {
        shows_the_issuers_answer(method, after)
    };
    // A method that the page does not offer, or a closed page, has no effect.
    given(step.changed, expected, || format!("{} on the page, now {after:?}", method.token()))
}

/// If false, a customer who failed the challenge pays, or the order is lost to a retry.
fn failed_challenge_asks_again<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(EnvironmentEvent::Authenticate { result: Authentication::Fails, .. }) = step.event() else {
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
fn abandoned_challenge_decides_nothing<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(EnvironmentEvent::Authenticate { result: Authentication::Abandoned, .. }) = step.event() else {
        return Judgement::Vacuous;
    };
    let Some((before, _)) = step.both() else { return Judgement::Vacuous };
    given(before.status == RequiresAction, !step.changed, || {
        format!("abandoned, then {before:?} became {:?}", step.after)
    })
}

/// If false, a debit that bounced counts as paid, or one that arrived is requested again.
fn the_banks_answer_counts<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(EnvironmentEvent::Settle { .. }), Some((before, after))) = (step.event(), step.both()) else {
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

/// If false, the client sees another state than the stored one, and acts on it.
pub(crate) fn answer_shows_the_payment<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
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

/// If false, a retry loop is never stopped, or the order that it canceled looks open.
fn the_limit_cancels<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, Rejection::TooManyConfirmations)) = step.turned_down() else { return Judgement::Vacuous };
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let limit = step.config.dialect.confirm_limit;
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

/// If false, a retry loop never reaches the limit, or an order is canceled before it.
fn each_attempt_counts_once<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(operation), Some(after)) = (step.operation, step.after) else { return Judgement::Vacuous };
    let confirms = if let Operation::CreateIntent { create, .. } = operation {
        create.confirm
    } else {
        operation.kind() == OperationKind::ConfirmIntent
    };
    let attempted = match step.step.outcome {
        Ok(_) | Err(Rejection::Declined(_) | Rejection::AuthenticationRequired) => confirms,
        // It is unknown whether the request was executed.
        Err(Rejection::ServerError | Rejection::AnswerLost | Rejection::BeyondBounds) => return Judgement::Vacuous,
        Err(_) => false,
    };
    let before = step.before.map_or(0, |before| before.confirmations);
    let expected = before.saturating_add(u8::from(attempted));
    given(confirms || step.changed, after.confirmations == expected, || {
        format!("{operation:?}: {before} confirmations became {}", after.confirmations)
    })
}

/// If false, an intent is confirmed more often than the limit permits.
fn no_attempt_beyond_the_limit<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::ConfirmIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    let limit = step.config.dialect.confirm_limit;
    let canceled = step.after.is_some_and(|after| after.status == Canceled);
    let refused = step.turned_down().is_some_and(|(_, reason)| reason.is_refusal());
    let unseen = step.accepted().is_none() && step.turned_down().is_none();
    let stopped = canceled || !step.changed && (refused || unseen);
    given(before.confirmations >= limit && before.status.is_open(), stopped, || {
        format!("confirmed after {} of {limit} confirmations, now {:?}", before.confirmations, step.after)
    })
}
