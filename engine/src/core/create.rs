//! Decisions of creation of a PaymentIntent, with or without confirmation (A3 to A5, C4 to C6).

use super::amounts;
use super::attempt::{self, Attempt};
use super::connect;
use super::customers;
use super::decision_context::{Changes, Decided, DecisionContext, Done, Stop};
use crate::command::CreatePaymentIntent;
use crate::money::Money;
use crate::objects::{CaptureMethod, EventType, IntentStatus, MethodTypes, PaymentIntent};
use crate::refusal::Reason;
use crate::version::Feature;
use crate::{CheckoutSessionId, PaymentIntentId};
use std::sync::Arc;

/// Handles `POST /v1/payment_intents`.
pub(super) fn payment_intent(context: &DecisionContext<'_>, request: &CreatePaymentIntent) -> Decided {
    let mut changes = Changes::default();
    check_numbers(request)?;
    if request.confirm.is_some() && request.method.is_none() {
        return Err(Reason::IntentNeedsMethod.into());
    }
    let mut intent = bare(context, request, None)?;
    (intent.method_types, intent.automatic_methods) =
        attempt::method_settings(context, request.method_types, request.automatic_methods, MethodTypes::ALL);
    attempt::needs_return_url(intent.automatic_methods, request.confirm.as_ref())?;
    let method = request.method.map(|method| customers::find(context, method, &intent)).transpose()?;
    let method = method.map(|found| found.described(&request.texts));
    if let Some(found) = &method {
        attempt::can_be_held(&intent, &found.method)?;
    }
    take_terms(context, request, &mut intent)?;
    let Some(options) = request.confirm.clone() else {
        if let Some(found) = method {
            intent.method = Some(found.store(&mut changes).id);
            intent.status = IntentStatus::RequiresConfirmation;
        }
        context.announce(&mut changes, EventType::PaymentIntentCreated, &intent);
        let intent = Arc::new(intent);
        changes.put(Arc::clone(&intent));
        return Ok(changes.answer(intent));
    };
    let Some(found) = method else {
        return Err(Reason::IntentNeedsMethod.into());
    };
    context.announce(&mut changes, EventType::PaymentIntentCreated, &intent);
    // A confirmation at creation counts like any other (C16, PI-2).
    intent.confirmations = 1;
    let (intent, refusal) =
        attempt::run(context, &mut changes, intent, Attempt { found, options, authenticated: false })?;
    Ok(finish(changes, intent, refusal))
}

/// Returns the response to an attempt: the intent, or the refusal that carries it (PI-4).
pub(super) fn finish(mut changes: Changes, intent: PaymentIntent, refusal: Option<crate::refusal::Refusal>) -> Done {
    let intent = Arc::new(intent);
    changes.put(Arc::clone(&intent));
    match refusal {
        None => changes.answer(intent),
        Some(refusal) => changes.refuse(crate::refusal::Refusal { intent: Some(intent.into()), ..refusal }),
    }
}

/// Returns a new PaymentIntent without a method, owned by `session` if any.
pub(super) fn build(
    context: &DecisionContext<'_>,
    request: &CreatePaymentIntent,
    session: Option<CheckoutSessionId>,
) -> Result<PaymentIntent, Stop> {
    let mut intent = bare(context, request, session)?;
    take_terms(context, request, &mut intent)?;
    Ok(intent)
}

/// Checks the numbers that are wrong for every payment, before everything else (CAP-15).
fn check_numbers(request: &CreatePaymentIntent) -> Result<(), Stop> {
    amounts::payment(request.amount, request.currency)?;
    let (currency, transfer) = (request.currency, request.transfer_data.and_then(|data| data.amount));
    amounts::optional_share(request.application_fee_amount, currency, "application_fee_amount")?;
    amounts::optional_share(transfer, currency, "transfer_data[amount]")?;
    Ok(())
}

/// Applies the fee and the transfer of the request.
fn take_terms(
    context: &DecisionContext<'_>,
    request: &CreatePaymentIntent,
    intent: &mut PaymentIntent,
) -> Result<(), Stop> {
    let whole = (intent.amount, intent.currency);
    (intent.application_fee_amount, intent.transfer_data) =
        connect::terms(context, whole, request.application_fee_amount, request.transfer_data)?;
    Ok(())
}

/// Returns a new PaymentIntent without method, fee and transfer.
fn bare(
    context: &DecisionContext<'_>,
    request: &CreatePaymentIntent,
    session: Option<CheckoutSessionId>,
) -> Result<PaymentIntent, Stop> {
    let amount = amounts::payment(request.amount, request.currency)?;
    let customer = request.customer.map(|id| context.customer(id)).transpose()?;
    Ok(PaymentIntent {
        id: context.id(PaymentIntentId),
        account: context.account.id,
        created: context.now,
        secret: context.ids.secret()?,
        amount,
        currency: request.currency,
        status: IntentStatus::RequiresPaymentMethod,
        capture_method: request.capture_method.unwrap_or_else(|| default_capture_method(context)),
        card_capture_manual: request.card_capture_manual,
        request_multicapture: request.request_multicapture,
        confirmation_method: request.confirmation_method,
        capturable: Money::ZERO,
        received: Money::ZERO,
        method: None,
        method_types: request.method_types.unwrap_or(MethodTypes::ALL),
        automatic_methods: request.automatic_methods,
        customer: customer.map(|customer| customer.id),
        latest_charge: None,
        last_error: None,
        next_action: None,
        authenticated: false,
        off_session: false,
        setup_future_usage: request.setup_future_usage,
        application_fee_amount: None,
        transfer_data: None,
        canceled_at: None,
        cancellation_reason: None,
        confirmations: 0,
        session,
        cancelable_until: None,
        texts: request.texts.apply(&None),
    })
}

/// Returns the default capture method: `automatic_async` since API version 2024-04-10 (A4).
fn default_capture_method(context: &DecisionContext<'_>) -> CaptureMethod {
    match context.version.has(Feature::AsyncByDefault) {
        true => CaptureMethod::AutomaticAsync,
        false => CaptureMethod::Automatic,
    }
}
