//! Decisions of confirmation and of the customer's authentication (C6 to C9, C16).

use super::attempt::{self, Attempt};
use super::create::finish;
use super::customers;
use super::decision_context::{Changes, Decided, DecisionContext, Stop};
use super::update::{self, choose};
use crate::PaymentIntentId;
use crate::command::{ConfirmOptions, ConfirmPaymentIntent, MethodRef, Microdeposits, TextsChange};
use crate::money::OutOfRange;
use crate::objects::{ConfirmationMethod, Failure, IntentStatus, NextAction, PaymentIntent};
use crate::refusal::{Operation, Reason, Refusal};
use std::sync::Arc;

/// Handles `POST /v1/payment_intents/:id/confirm`: the status is checked before the method (PI-15).
pub(super) fn payment_intent(context: &DecisionContext<'_>, request: &ConfirmPaymentIntent) -> Decided {
    let intent = context.intent(request.intent)?;
    update::shares(&request.choices, intent.currency)?;
    confirmable(&intent)?;
    if intent.session.is_some() {
        return Err(Refusal::with_intent(Reason::OwnedBySession(Operation::Confirm), &intent).into());
    }
    attempt::needs_return_url(intent.automatic_methods, Some(&request.options))?;
    let mut changed = (*intent).clone();
    choose(&mut changed, &request.choices);
    changed.texts = request.texts.apply_with_method(&intent.texts, intent.method, request.choices.method);
    let Some(method) = request.choices.method.or(intent.method.map(MethodRef::Saved)) else {
        return Err(Refusal::with_intent(Reason::IntentNeedsMethod, &intent).into());
    };
    if request.choices.application_fee_amount.is_some() || request.choices.transfer_amount.is_some() {
        // The method is checked before the amounts.
        attempt::can_be_held(&changed, &customers::find(context, method, &changed)?.method)?;
    }
    // Amounts named here replace earlier ones (B50).
    update::terms(context, &request.choices, &mut changed)?;
    attempt_with(context, &intent, changed, (request.choices.method, &request.texts), request.options.clone())
}

/// Confirms `changed`, the new state of `intent`, with the given method or its own.
pub(super) fn attempt_with(
    context: &DecisionContext<'_>,
    intent: &Arc<PaymentIntent>,
    mut changed: PaymentIntent,
    (method, texts): (Option<MethodRef>, &TextsChange),
    options: ConfirmOptions,
) -> Decided {
    let mut changes = Changes::default();
    let Some(method) = method.or(intent.method.map(MethodRef::Saved)) else {
        return Err(Refusal::with_intent(Reason::IntentNeedsMethod, intent).into());
    };
    if method != intent.method.map_or(method, MethodRef::Saved) {
        changed.authenticated = false;
    }
    let found = customers::find(context, method, &changed)?.described(texts);
    // An attempt that cannot be made does not count.
    attempt::can_be_held(&changed, &found.method)?;
    if intent.confirmations >= context.dialect.most_confirmations {
        let (canceled, refusal) = attempt::cancel_for_too_many(context, &mut changes, (**intent).clone());
        return Ok(finish(changes, canceled, Some(refusal)));
    }
    changed.confirmations = changed.confirmations.checked_add(1).ok_or(OutOfRange)?;
    let attempt = Attempt { found, options, authenticated: false };
    let (changed, refusal) = attempt::run(context, &mut changes, changed, attempt)?;
    Ok(finish(changes, changed, refusal))
}

/// Checks that the status allows an attempt.
pub(super) fn confirmable(intent: &Arc<PaymentIntent>) -> Result<(), Stop> {
    match intent.status {
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction => {
            Ok(())
        }
        IntentStatus::Processing | IntentStatus::RequiresCapture | IntentStatus::Succeeded | IntentStatus::Canceled => {
            let reason = Reason::IntentStatus(Operation::Confirm, intent.status);
            Err(Refusal::with_intent(reason, intent).into())
        }
    }
}

/// Handles `POST /v1/payment_intents/:id/verify_microdeposits`: the proof lets the debit begin.
pub(super) fn verify_microdeposits(
    context: &DecisionContext<'_>,
    id: PaymentIntentId,
    proof: &Microdeposits,
) -> Decided {
    let intent = context.intent(id)?;
    if intent.next_action != Some(NextAction::Microdeposits) {
        let reason = Reason::IntentStatus(Operation::VerifyMicrodeposits, intent.status);
        return Err(Refusal::with_intent(reason, &intent).into());
    }
    if !proof.is_right() {
        return Err(Refusal::with_intent(Reason::WrongMicrodeposits, &intent).into());
    }
    let Some(method) = intent.method else {
        return Err(Reason::Internal("a payment with deposits has lost its method".to_owned()).into());
    };
    let mut changes = Changes::default();
    let found = customers::find(context, MethodRef::Saved(method), &intent)?;
    let options = ConfirmOptions { off_session: intent.off_session, ..ConfirmOptions::default() };
    let attempt = Attempt { found, options, authenticated: true };
    let (changed, refusal) = attempt::run(context, &mut changes, (*intent).clone(), attempt)?;
    Ok(finish(changes, changed, refusal))
}

/// Applies the customer's success or failure at the challenge (PI-16, PI-17, PI-18).
pub(super) fn authenticate(context: &DecisionContext<'_>, id: PaymentIntentId, passes: bool) -> Decided {
    let intent = context.intent(id)?;
    let challenged = matches!(intent.next_action, Some(NextAction::Sdk | NextAction::Redirect { .. }));
    if intent.status != IntentStatus::RequiresAction || !challenged {
        let reason = Reason::IntentStatus(Operation::Authenticate, intent.status);
        return Err(Refusal::with_intent(reason, &intent).into());
    }
    let mut changes = Changes::default();
    let mut changed = (*intent).clone();
    if !passes {
        let tried = intent.method.and_then(|id| context.objects.payment_method(id));
        let failed = (Failure::Authentication, tried);
        let refusal = attempt::fail(context, &mut changes, &intent, &mut changed, failed, None);
        return Ok(finish(changes, changed, Some(refusal)));
    }
    if intent.confirmation_method == ConfirmationMethod::Manual {
        // The server confirms again; that confirmation counts as authenticated.
        changed.status = IntentStatus::RequiresConfirmation;
        changed.next_action = None;
        changed.authenticated = true;
        return Ok(finish(changes, changed, None));
    }
    let Some(method) = intent.method else {
        return Err(Reason::Internal("a challenged payment has lost its method".to_owned()).into());
    };
    let found = customers::find(context, MethodRef::Saved(method), &changed)?;
    let options = ConfirmOptions { off_session: intent.off_session, ..ConfirmOptions::default() };
    let attempt = Attempt { found, options, authenticated: true };
    let (changed, refusal) = attempt::run(context, &mut changes, changed, attempt)?;
    Ok(finish(changes, changed, refusal))
}
