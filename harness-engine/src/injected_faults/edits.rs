//! Edits of transactions and requests, from which the tables of faults are built.

use std::sync::Arc;

use holdfast_engine::command::{CapturePaymentIntent, Command, CreatePaymentIntent, CreateRefund, JobKey, JobKind};
use holdfast_engine::objects::{
    ApplicationFee, BalanceTransaction, Charge, CheckoutSession, EventType, MovementKind, PaymentIntent, Refund,
    SetupIntent, Transfer,
};
use holdfast_engine::store::{Batch, Store};
use holdfast_engine::{Money, Object, Request};

/// One minor unit.
pub(super) const CENT: Money = Money::new(1);

pub(super) fn more(amount: Money) -> Money {
    amount.plus(CENT).unwrap_or(amount)
}

pub(super) fn less(amount: Money) -> Money {
    amount.minus(CENT).unwrap_or(amount)
}

/// Changes every written object of one kind, and its copies in events. `change` also gets the object before the
/// transaction. Returns whether any object changed.
fn each<T: Clone + PartialEq>(
    batch: &mut Batch,
    store: &dyn Store,
    read: fn(&Object) -> Option<&Arc<T>>,
    change: impl Fn(&mut T, Option<&T>),
) -> bool
where
    Object: From<T>,
{
    let announced = batch.events.iter_mut().map(|event| &mut event.object);
    let mut acted = false;
    for object in batch.objects.iter_mut().chain(announced) {
        let before = store.object(object.id()).ok().flatten();
        let Some(is) = read(object) else { continue };
        let mut made = T::clone(is);
        change(&mut made, before.as_ref().and_then(read).map(|before| &**before));
        if made != **is {
            *object = Object::from(made);
            acted = true;
        }
    }
    acted
}

pub(super) fn intents(
    batch: &mut Batch,
    store: &dyn Store,
    change: impl Fn(&mut PaymentIntent, Option<&PaymentIntent>),
) -> bool {
    each(batch, store, Object::as_payment_intent, change)
}

pub(super) fn charges(batch: &mut Batch, store: &dyn Store, change: impl Fn(&mut Charge, Option<&Charge>)) -> bool {
    each(batch, store, Object::as_charge, change)
}

pub(super) fn refunds(batch: &mut Batch, store: &dyn Store, change: impl Fn(&mut Refund, Option<&Refund>)) -> bool {
    each(batch, store, Object::as_refund, change)
}

pub(super) fn fees(
    batch: &mut Batch,
    store: &dyn Store,
    change: impl Fn(&mut ApplicationFee, Option<&ApplicationFee>),
) -> bool {
    each(batch, store, Object::as_application_fee, change)
}

pub(super) fn transfers(
    batch: &mut Batch,
    store: &dyn Store,
    change: impl Fn(&mut Transfer, Option<&Transfer>),
) -> bool {
    each(batch, store, Object::as_transfer, change)
}

pub(super) fn sessions(
    batch: &mut Batch,
    store: &dyn Store,
    change: impl Fn(&mut CheckoutSession, Option<&CheckoutSession>),
) -> bool {
    each(batch, store, Object::as_checkout_session, change)
}

pub(super) fn setups(
    batch: &mut Batch,
    store: &dyn Store,
    change: impl Fn(&mut SetupIntent, Option<&SetupIntent>),
) -> bool {
    each(batch, store, Object::as_setup_intent, change)
}

/// Changes the ledger entries of a kind.
pub(super) fn entries(
    batch: &mut Batch,
    store: &dyn Store,
    kind: MovementKind,
    change: fn(&mut BalanceTransaction),
) -> bool {
    each(batch, store, Object::as_balance_transaction, |entry, _| {
        if entry.kind == kind {
            change(entry);
        }
    })
}

/// Removes the ledger entries of a kind.
pub(super) fn lose_entries(batch: &mut Batch, kind: MovementKind) -> bool {
    let before = batch.objects.len();
    batch.objects.retain(|object| object.as_balance_transaction().is_none_or(|entry| entry.kind != kind));
    batch.objects.len() != before
}

/// Removes the events of a type.
pub(super) fn lose(batch: &mut Batch, event_type: EventType) -> bool {
    let before = batch.events.len();
    batch.events.retain(|event| event.event_type != event_type);
    batch.events.len() != before
}

/// Repeats the events of a type.
pub(super) fn twice(batch: &mut Batch, event_type: EventType) -> bool {
    also(batch, event_type, event_type)
}

/// Repeats the events of a type as events of another type.
pub(super) fn also(batch: &mut Batch, event_type: EventType, other: EventType) -> bool {
    let mut again: Vec<_> = batch.events.iter().filter(|event| event.event_type == event_type).cloned().collect();
    again.iter_mut().for_each(|event| event.event_type = other);
    let acted = !again.is_empty();
    batch.events.extend(again);
    acted
}

/// Removes the scheduled jobs of a kind.
pub(super) fn forget_job(batch: &mut Batch, kind: JobKind) -> bool {
    let before = batch.schedule.len();
    batch.schedule.retain(|(job, _)| job.kind != kind);
    batch.schedule.len() != before
}

/// Returns whether the worker or the environment writes this batch, not a client.
pub(super) fn is_unasked(batch: &Batch) -> bool {
    !batch.events.is_empty() && batch.events.iter().all(|event| event.origin.is_none())
}

pub(super) const fn is_job(command: &Command, kind: JobKind) -> bool {
    matches!(command, Command::Job(JobKey { kind: of, .. }) if *of as u8 == kind as u8)
}

// --- requests ---

pub(super) fn capture(request: &mut Request, change: impl FnOnce(&mut CapturePaymentIntent)) {
    if let Command::CapturePaymentIntent(capture) = &mut request.command {
        change(capture);
    }
}

pub(super) fn create(request: &mut Request, change: impl FnOnce(&mut CreatePaymentIntent)) {
    if let Command::CreatePaymentIntent(create) = &mut request.command {
        change(create);
    }
}

pub(super) fn refund(request: &mut Request, change: impl FnOnce(&mut CreateRefund)) {
    if let Command::CreateRefund(refund) = &mut request.command {
        change(refund);
    }
}

/// Returns the PaymentIntent of a capture.
pub(super) fn captured_intent(command: &Command, store: &dyn Store) -> Option<Arc<PaymentIntent>> {
    let Command::CapturePaymentIntent(capture) = command else { return None };
    store.object(capture.intent.into()).ok().flatten()?.as_payment_intent().cloned()
}

/// Returns the charge of a refund.
pub(super) fn refunded_charge(command: &Command, store: &dyn Store) -> Option<Arc<Charge>> {
    let Command::CreateRefund(refund) = command else { return None };
    let intent = store.object(refund.intent?.into()).ok().flatten()?.as_payment_intent().cloned()?;
    store.object(intent.latest_charge?.into()).ok().flatten()?.as_charge().cloned()
}

/// Returns whether the command is about an existing payment.
pub(super) const fn is_about_payments(command: &Command) -> bool {
    matches!(
        command,
        Command::CapturePaymentIntent(_) | Command::ConfirmPaymentIntent(_) | Command::CancelPaymentIntent { .. }
    )
}
