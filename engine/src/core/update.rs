//! Updating PaymentIntents and Charges: what may change in which status (§2.2).

use super::amounts;
use super::connect;
use super::customers;
use super::scene::{Changes, Decided, Scene, Stop};
use crate::ChargeId;
use crate::command::{TextsChange, TransferTerms, UpdatePaymentIntent};
use crate::objects::{CaptureMethod, EventType, IntentStatus, PaymentIntent, Usage};
use crate::refusal::{Operation, Reason, Refusal};
use std::sync::Arc;

/// `POST /v1/payment_intents/:id`. There is no event `payment_intent.updated` (§2.1).
pub(super) fn payment_intent(scene: &Scene<'_>, request: &UpdatePaymentIntent) -> Decided {
    let intent = scene.intent(request.intent)?;
    allowed(&intent, request)?;
    let mut changes = Changes::default();
    let mut changed = (*intent).clone();
    changed.currency = request.currency.unwrap_or(changed.currency);
    if request.amount.is_some() || request.currency.is_some() {
        let amount = request.amount.map_or_else(|| intent.amount.incoming(), Ok)?;
        changed.amount = amounts::payment(amount, changed.currency)?;
    }
    if let Some(customer) = request.customer {
        changed.customer = Some(scene.customer(customer)?.id);
    }
    changed.method_types = request.method_types.unwrap_or(changed.method_types);
    let (multicapture, usage) = (request.request_multicapture, request.setup_future_usage);
    choose(&mut changed, request.capture_method, request.card_capture_manual, multicapture, usage);
    terms(scene, request, &mut changed)?;
    changed.texts = request.texts.apply(&intent.texts);
    // Any update clears it (§2.1).
    changed.last_error = None;
    if let Some(method) = request.method {
        let found = customers::find(scene, method, &changed)?;
        changed.method = Some(found.method.id);
        changed.status = IntentStatus::RequiresConfirmation;
        changed.next_action = None;
        changed.authenticated = false;
        if found.is_new {
            changes.put(found.method);
        }
    }
    let changed = Arc::new(changed);
    changes.put(Arc::clone(&changed));
    Ok(changes.answer(changed))
}

/// What update and confirm may both choose anew (A3, B29); what they leave out stays.
pub(super) fn choose(
    intent: &mut PaymentIntent,
    capture_method: Option<CaptureMethod>,
    card_capture_manual: Option<bool>,
    multicapture: Option<bool>,
    usage: Option<Usage>,
) {
    intent.capture_method = capture_method.unwrap_or(intent.capture_method);
    intent.card_capture_manual = card_capture_manual.unwrap_or(intent.card_capture_manual);
    intent.request_multicapture = multicapture.unwrap_or(intent.request_multicapture);
    intent.setup_future_usage = usage.or(intent.setup_future_usage);
}

/// Amounts may change before payment only, texts in every status but canceled, the rest before payment (§2.2).
fn allowed(intent: &Arc<PaymentIntent>, request: &UpdatePaymentIntent) -> Result<(), Stop> {
    let money = request.amount.is_some() || request.currency.is_some();
    let texts_only = UpdatePaymentIntent { texts: request.texts.clone(), ..UpdatePaymentIntent::new(intent.id) };
    let operation = match intent.status.is_before_payment() {
        true => return Ok(()),
        false if money => Operation::UpdateAmount,
        false if *request == texts_only && intent.status != IntentStatus::Canceled => return Ok(()),
        false => Operation::Update,
    };
    Err(Refusal::with_intent(Reason::IntentStatus(operation, intent.status), intent).into())
}

/// Fee and transfer amount, checked against the amount as it will be.
fn terms(scene: &Scene<'_>, request: &UpdatePaymentIntent, changed: &mut PaymentIntent) -> Result<(), Stop> {
    if request.transfer_amount.is_some() && changed.transfer_data.is_none() {
        return Err(Reason::TransferNeedsDestination.into());
    }
    let fee = match (request.application_fee_amount, changed.application_fee_amount) {
        (Some(fee), _) => Some(fee),
        (None, Some(fee)) => Some(fee.incoming()?),
        (None, None) => None,
    };
    let transfer = match changed.transfer_data {
        Some(data) => {
            let kept = data.amount.map(crate::Money::incoming).transpose()?;
            Some(TransferTerms { destination: data.destination, amount: request.transfer_amount.or(kept) })
        }
        None => None,
    };
    (changed.application_fee_amount, changed.transfer_data) = connect::terms(scene, changed.amount, fee, transfer)?;
    Ok(())
}

/// `POST /v1/charges/:id`: texts only.
pub(super) fn charge(scene: &Scene<'_>, id: ChargeId, texts: &TextsChange) -> Decided {
    let mut changes = Changes::default();
    let before = scene.charge(id, "charge")?;
    let mut charge = (*before).clone();
    charge.texts = texts.apply(&charge.texts);
    scene.announce_change(&mut changes, EventType::ChargeUpdated, &before, &charge);
    changes.put(charge.clone());
    Ok(changes.answer(charge))
}
