//! Decisions about charges that a request makes without a PaymentIntent. A PaymentIntent that the API never shows carries
//! each of them, so that every rule of payments holds for them, too.

use super::attempt::{self, Attempt};
use super::cancel;
use super::capture;
use super::create;
use super::customers;
use super::decision_context::{Changes, Decided, DecisionContext, Done, Stop};
use super::refund;
use crate::command::{
    CaptureCharge, CapturePaymentIntent, ConfirmOptions, CreateCharge, CreatePaymentIntent, CreateRefund, MethodRef,
};
use crate::objects::{CaptureMethod, Charge, EventType, IntentStatus, MethodTypes, PaymentIntent, Refund};
use crate::refusal::{PlainReason, Reason, Refusal};
use crate::{ChargeId, CustomerId, Object, PaymentIntentId};
use std::sync::Arc;

/// Handles `POST /v1/charges`.
pub(super) fn create(context: &DecisionContext<'_>, request: &CreateCharge) -> Decided {
    let source = match (request.source, request.customer) {
        (Some(source), _) => source,
        (None, Some(customer)) => default_source(context, customer)?,
        (None, None) => return Err(Reason::Plain(PlainReason::NoSource).into()),
    };
    let method = if request.capture { CaptureMethod::Automatic } else { CaptureMethod::Manual };
    let intent = CreatePaymentIntent {
        customer: request.customer,
        capture_method: Some(method),
        application_fee_amount: request.application_fee_amount,
        transfer_data: request.transfer_data,
        method_types: Some(MethodTypes::CARD),
        texts: request.texts.clone(),
        ..CreatePaymentIntent::new(request.amount, request.currency)
    };
    let mut intent = PaymentIntent {
        id: context.id(PaymentIntentId::of_charge),
        confirmations: 1,
        ..create::build(context, &intent, None)?
    };
    intent.method_types = MethodTypes::CARD;
    let found = customers::find(context, source, &intent)?.described(&request.texts);
    let mut changes = Changes::default();
    let options = ConfirmOptions { error_on_requires_action: true, ..ConfirmOptions::default() };
    let attempt = Attempt { found, options, authenticated: false };
    let (intent, refusal) = attempt::run(context, &mut changes, intent, attempt)?;
    let latest = intent.latest_charge;
    let intent = Arc::new(intent);
    changes.put(Arc::clone(&intent));
    let reply = match refusal {
        Some(refusal) => Err(Box::new(refusal)),
        None => Ok(intent.into()),
    };
    Ok(answer(context, Done { changes, reply }, latest))
}

/// Returns the method that a charge of a customer uses without a source.
fn default_source(context: &DecisionContext<'_>, customer: CustomerId) -> Result<MethodRef, Stop> {
    let customer = context.customer(customer)?;
    customer.default_source.map(MethodRef::Saved).ok_or_else(|| Reason::Plain(PlainReason::NoDefaultSource).into())
}

/// Returns a decision about a hidden payment that responds with its charge, or with the refusal without the payment.
fn answer(context: &DecisionContext<'_>, mut done: Done, id: Option<ChargeId>) -> Done {
    let charge = id.and_then(|id| {
        let fresh = done.changes.objects.iter().rev().filter_map(Object::as_charge).find(|charge| charge.id == id);
        fresh.cloned().or_else(|| context.objects.charge(id))
    });
    done.reply = match (done.reply, charge) {
        (Ok(_), Some(charge)) => Ok(charge.into()),
        (Ok(object), None) => Ok(object),
        (Err(refusal), _) => Err(Box::new(Refusal { intent: None, ..*refusal })),
    };
    done
}

/// Removes the events of PaymentIntents that the API never shows.
pub(super) fn hide(changes: &mut Changes) {
    changes.events.retain(|event| event.object.as_payment_intent().is_none_or(|intent| !intent.id.is_of_charge()));
}

/// Handles `POST /v1/charges/:id/capture`. The charge of a PaymentIntent is captured through it (CAP-12).
pub(super) fn capture(context: &DecisionContext<'_>, request: &CaptureCharge) -> Decided {
    let charge = context.charge(request.charge, "id")?;
    if charge.closed {
        return Err(Reason::ChargeCapturedAlready.into());
    }
    if !charge.intent.is_of_charge() {
        return Err(Reason::CaptureTheIntent.into());
    }
    let command = CapturePaymentIntent {
        amount: request.amount,
        application_fee_amount: request.application_fee_amount,
        transfer_amount: request.transfer_amount,
        texts: request.texts.clone(),
        ..CapturePaymentIntent::new(charge.intent)
    };
    match capture::payment_intent(context, &command) {
        Ok(done) => Ok(described(answer(context, done, Some(charge.id)), request)),
        Err(Stop::Refuse(refusal)) => Err(Stop::Refuse(Box::new(Refusal { intent: None, ..*refusal }))),
        Err(stop @ (Stop::Ask(_) | Stop::Unable(_))) => Err(stop),
    }
}

/// Returns a capture whose charge has the texts of the request.
fn described(mut done: Done, request: &CaptureCharge) -> Done {
    if let Ok(Object::Charge(charge)) = &done.reply {
        let charge = Charge { texts: request.texts.apply(&charge.texts), ..(**charge).clone() };
        done.changes.put(charge.clone());
        done.reply = Ok(charge.into());
    }
    done
}

/// Handles `POST /v1/refunds`. A full refund of a hold that no PaymentIntent shows releases it (ERR-21).
pub(super) fn refund(context: &DecisionContext<'_>, request: &CreateRefund) -> Decided {
    let Some(charge) =
        request.charge.and_then(|id| context.objects.charge(id)).filter(|charge| is_held(context, charge))
    else {
        return refund::create(context, request);
    };
    let whole = i64::try_from(charge.amount.minor()).ok();
    if request.amount.is_some_and(|amount| Some(amount) != whole) {
        return Err(Reason::Plain(PlainReason::PartialRefundOfHold).into());
    }
    let mut done = cancel::payment_intent(context, charge.intent, None)?;
    let picture = Refund {
        reason: request.reason,
        texts: request.texts.apply(&None),
        ..refund::return_of(context, &charge, charge.amount)
    };
    context.announce(&mut done.changes, EventType::RefundCreated, &picture);
    done.changes.put(picture.clone());
    done.reply = Ok(picture.into());
    Ok(done)
}

/// Returns whether a charge of the caller is a hold without a PaymentIntent that the API shows.
fn is_held(context: &DecisionContext<'_>, charge: &Arc<Charge>) -> bool {
    let intent = context.objects.payment_intent(charge.intent);
    let held = intent.is_some_and(|intent| intent.status == IntentStatus::RequiresCapture);
    held && charge.intent.is_of_charge() && charge.account == context.account.id
}
