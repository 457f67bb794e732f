//! Decisions of updates of PaymentIntents and Charges: which fields may change in which status (PI-5 to PI-10).

use super::amounts::{self, optional_share};
use super::attempt;
use super::connect;
use super::customers;
use super::decision_context::{Changes, Decided, DecisionContext, Stop};
use crate::command::{Choices, TextsChange, TransferTerms, UpdatePaymentIntent};
use crate::money::Currency;
use crate::objects::{EventType, IntentStatus, PaymentIntent};
use crate::refusal::{Operation, PlainReason, Reason, Refusal};
use crate::{ChargeId, PaymentIntentId};
use std::sync::Arc;

/// Handles `POST /v1/payment_intents/:id`. There is no event `payment_intent.updated` (VOC-16).
pub(super) fn payment_intent(context: &DecisionContext<'_>, request: &UpdatePaymentIntent) -> Decided {
    let intent = context.intent(request.intent)?;
    shares(&request.choices, request.currency.unwrap_or(intent.currency))?;
    if let Some(amount) = request.amount {
        amounts::payment(amount, request.currency.unwrap_or(intent.currency))?;
    }
    allowed(&intent, request)?;
    let mut changes = Changes::default();
    let mut changed = (*intent).clone();
    changed.currency = request.currency.unwrap_or(changed.currency);
    if request.amount.is_some() || request.currency.is_some() {
        let amount = request.amount.map_or_else(|| intent.amount.incoming(), Ok)?;
        changed.amount = amounts::payment(amount, changed.currency)?;
    }
    if let Some(customer) = request.customer {
        let customer = context.customer(customer)?.id;
        if intent.customer.is_some_and(|known| known != customer) {
            return Err(Refusal::with_intent(Reason::CustomerIsFixed, &intent).into());
        }
        changed.customer = Some(customer);
    }
    if let Some(types) = request.method_types {
        (changed.method_types, changed.automatic_methods) = (types, None);
    }
    choose(&mut changed, &request.choices);
    changed.texts = request.texts.apply_with_method(&intent.texts, intent.method, request.choices.method);
    // Every update clears the last error (PI-24).
    changed.last_error = None;
    if let Some(method) = request.choices.method {
        let found = customers::find(context, method, &changed)?.described(&request.texts);
        attempt::can_be_held(&changed, &found.method)?;
        changed.method = Some(found.store(&mut changes).id);
        changed.status = IntentStatus::RequiresConfirmation;
        changed.next_action = None;
        changed.authenticated = false;
    }
    if let Some(method) = changed.method.and_then(|id| context.objects.payment_method(id)) {
        attempt::can_be_held(&changed, &method)?;
    }
    if intent.status.is_before_payment() {
        terms(context, &request.choices, &mut changed)?;
    }
    let changed = Arc::new(changed);
    changes.put(Arc::clone(&changed));
    Ok(changes.answer(changed))
}

/// Applies the new choices of capture and later use.
pub(super) fn choose(intent: &mut PaymentIntent, choices: &Choices) {
    intent.capture_method = choices.capture_method.unwrap_or(intent.capture_method);
    intent.card_capture_manual = choices.card_capture_manual.unwrap_or(intent.card_capture_manual);
    intent.request_multicapture = choices.request_multicapture.unwrap_or(intent.request_multicapture);
    intent.setup_future_usage =
        choices.setup_future_usage.or(intent.setup_future_usage.filter(|_| !choices.clears_usage));
}

/// Checks fee and transfer amount by themselves, before they are checked against the payment.
pub(super) fn shares(choices: &Choices, currency: Currency) -> Result<(), Stop> {
    optional_share(choices.application_fee_amount, currency, "application_fee_amount")?;
    optional_share(choices.transfer_amount, currency, "transfer_data[amount]")?;
    Ok(())
}

/// Checks that the status allows the update: texts in every status but canceled, everything else before payment (PI-5, PI-6, PI-9).
fn allowed(intent: &Arc<PaymentIntent>, request: &UpdatePaymentIntent) -> Result<(), Stop> {
    let money = request.amount.is_some() || request.currency.is_some();
    let texts_only = UpdatePaymentIntent { texts: request.texts.clone(), ..UpdatePaymentIntent::new(intent.id) };
    let operation = match intent.status.is_before_payment() {
        true if *request == texts_only || intent.session.is_none() => return Ok(()),
        // The session alone changes the intent that it owns.
        true => return Err(Refusal::with_intent(Reason::OwnedBySession(Operation::Update), intent).into()),
        false if money => Operation::UpdateAmount,
        false if *request == texts_only && intent.status != IntentStatus::Canceled => return Ok(()),
        false => Operation::Update,
    };
    Err(Refusal::with_intent(Reason::IntentStatus(operation, intent.status), intent).into())
}

/// Applies fee and transfer amount, checked against the new amount.
pub(super) fn terms(context: &DecisionContext<'_>, choices: &Choices, changed: &mut PaymentIntent) -> Result<(), Stop> {
    shares(choices, changed.currency)?;
    let (fee, transfer_amount) = (choices.application_fee_amount, choices.transfer_amount);
    let destination = changed.transfer_data.map(|data| data.destination);
    if fee.is_some() && !connect::fees_allowed(context, destination) {
        return Err(Reason::FeeNeedsConnect.into());
    }
    if transfer_amount.is_some() && destination.is_none() {
        return Err(Reason::TransferNeedsDestination.into());
    }
    let kept = changed.application_fee_amount.filter(|_| !choices.clears_fee);
    let fee = match (fee, kept) {
        (Some(fee), _) => Some(fee),
        (None, Some(fee)) => Some(fee.incoming()?),
        (None, None) => None,
    };
    let transfer = match changed.transfer_data {
        Some(data) => {
            let kept = data.amount.map(crate::Money::incoming).transpose()?;
            Some(TransferTerms { destination: data.destination, amount: transfer_amount.or(kept) })
        }
        None => None,
    };
    let whole = (changed.amount, changed.currency);
    (changed.application_fee_amount, changed.transfer_data) = connect::terms(context, whole, fee, transfer)?;
    Ok(())
}

/// Handles `POST /v1/charges/:id`: texts only.
pub(super) fn charge(context: &DecisionContext<'_>, id: ChargeId, texts: &TextsChange) -> Decided {
    let mut changes = Changes::default();
    let before = context.charge(id, "id")?;
    let mut charge = (*before).clone();
    charge.texts = texts.apply(&charge.texts);
    context.announce_change(&mut changes, EventType::ChargeUpdated, &before, &charge);
    changes.put(charge.clone());
    Ok(changes.answer(charge))
}

/// Handles `POST /v1/payment_intents/:id/increment_authorization`: no authorization of this engine can be incremented.
pub(super) fn increment(context: &DecisionContext<'_>, id: PaymentIntentId) -> Decided {
    let intent = context.intent(id)?;
    let reason = match intent.status == IntentStatus::RequiresCapture {
        true => Reason::Plain(PlainReason::CannotIncrement),
        false => Reason::IntentStatus(Operation::Increment, intent.status),
    };
    Err(Refusal::with_intent(reason, &intent).into())
}
