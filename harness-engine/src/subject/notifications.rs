//! The engine's events as the model's notifications.

use holdfast_engine::objects::{Event, Field, Was};
use holdfast_engine::{Engine, Object};
use holdfast_model::{Amount, IntentId, Links, Notification, NotificationKind as Kind, Previous, RefundId, Target};

use super::names::{self, amount};
use super::object_index::ObjectIndex;

/// Returns the events as notifications, in the order in which they were committed. Events that the model does not have
/// (those of customers) are left out.
///
/// If one request refunds several fees, the engine emits an event for each. The model has only their sum (U11), so they
/// are one notification here, with the sum before.
pub(super) fn notifications<'e>(
    engine: &Engine,
    index: &ObjectIndex,
    before: &Returned,
    events: impl Iterator<Item = &'e Event>,
) -> Vec<Notification> {
    let mut emitted: Vec<Notification> = Vec::new();
    let mut summed: Vec<(Kind, Target, u64)> = Vec::new();
    for event in events {
        let Some(kind) = names::kind(event.event_type) else { continue };
        let Some(about) = about(engine, index, &event.object) else { continue };
        let previous = previous(kind, about, before, event);
        let notification = Notification { kind, about, previous };
        if let Some(part) = part_of_a_sum(kind, &event.object) {
            // A repeated event about the same part does not belong to the sum: it is a second notification.
            let is_another = summed.iter().all(|known| *known != (kind, about, part));
            let is_begun = summed.iter().any(|(known, of, _)| (*known, *of) == (kind, about));
            summed.push((kind, about, part));
            if is_begun && is_another {
                continue;
            }
        }
        emitted.push(notification);
    }
    emitted
}

/// Returns the number of the fee or transfer from which money was returned.
fn part_of_a_sum(kind: Kind, object: &Object) -> Option<u64> {
    match (kind, object) {
        (Kind::FeeRefunded, Object::ApplicationFee(fee)) => Some(fee.id.0),
        (Kind::TransferReversed, Object::Transfer(transfer)) => Some(transfer.id.0),
        _ => None,
    }
}

/// The number of an object and the amount returned from it.
type Part = (u64, u64);

/// The amounts returned from each payment's fees and transfers before a step, by object.
#[derive(Debug, Default)]
pub(super) struct Returned {
    payments: Vec<(Vec<Part>, Vec<Part>)>,
}

impl Returned {
    /// Records the amounts that have been returned so far.
    pub(super) fn note(&mut self, index: &ObjectIndex) {
        self.payments.clear();
        self.payments.extend(index.payments.iter().map(|payment| match payment {
            None => (Vec::new(), Vec::new()),
            Some(payment) => (
                payment.fees.iter().map(|(id, _, back)| (id.0, *back)).collect(),
                payment.transfers.iter().map(|(id, _, back)| (id.0, *back)).collect(),
            ),
        }));
    }

    /// Returns the amount returned from all fees (or transfers) of a payment, with `emitted` for the one numbered `id`.
    fn sum(&self, intent: IntentId, kind: Kind, id: u64, emitted: u64) -> Amount {
        let Some((fees, transfers)) = self.payments.get(usize::from(intent.0)) else {
            return Amount::new(u32::try_from(emitted).unwrap_or(u32::MAX));
        };
        let list = if kind == Kind::FeeRefunded { fees } else { transfers };
        let others = list.iter().filter(|(other, _)| *other != id);
        let sum = others.fold(emitted, |sum, (_, back)| sum.saturating_add(*back));
        Amount::new(u32::try_from(sum).unwrap_or(u32::MAX))
    }
}

fn place_of(index: &ObjectIndex, wanted: impl Fn(&super::object_index::TrackedPayment) -> bool) -> Option<IntentId> {
    let place = index.payments.iter().position(|payment| payment.as_ref().is_some_and(&wanted))?;
    u8::try_from(place).ok().map(IntentId)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the model knows a few kinds of objects")]
fn about(engine: &Engine, index: &ObjectIndex, object: &Object) -> Option<Target> {
    match object {
        Object::PaymentIntent(intent) => place_of(index, |payment| payment.id == intent.id).map(Target::Payment),
        Object::Charge(charge) => place_of(index, |payment| payment.id == charge.intent).map(Target::Payment),
        Object::Refund(refund) => {
            let intent = place_of(index, |payment| payment.id == refund.intent)?;
            let place = index.followed(intent)?.place_of(refund.id)?;
            Some(Target::Refund(intent, RefundId(u8::try_from(place).ok()?)))
        }
        Object::ApplicationFee(fee) => {
            let charge = engine.observe(fee.charge).ok()??;
            place_of(index, |payment| charge.as_charge().is_some_and(|charge| charge.intent == payment.id))
                .map(Target::Payment)
        }
        Object::Transfer(transfer) => {
            let charge = engine.observe(transfer.charge?).ok()??;
            place_of(index, |payment| charge.as_charge().is_some_and(|charge| charge.intent == payment.id))
                .map(Target::Payment)
        }
        Object::SetupIntent(_) | Object::PaymentMethod(_) => Some(Target::Setup),
        Object::CheckoutSession(_) => Some(Target::Session),
        _ => None,
    }
}

/// Returns the part of `previous_attributes` that the model has: see the table at [`Previous`].
fn previous(kind: Kind, about: Target, before: &Returned, event: &Event) -> Previous {
    let was = |field: Field| event.previous.iter().find(|(name, _)| *name == field).map(|(_, was)| *was);
    let money = |field: Field| match was(field) {
        Some(Was::Amount(money)) => Some(money),
        _ => None,
    };
    let flag = |field: Field| match was(field) {
        Some(Was::Flag(flag)) => Some(flag),
        _ => None,
    };
    let null = |field: Field| matches!(was(field), Some(Was::Id(None)));
    let links = || Links {
        balance_transaction: null(Field::BalanceTransaction),
        transfer: null(Field::Transfer),
        application_fee: null(Field::ApplicationFee),
    };
    let sum = |field: Field| {
        let (Target::Payment(intent) | Target::Refund(intent, _)) = about else { return None };
        money(field).map(|emitted| before.sum(intent, kind, event.object.id().number(), emitted.minor()))
    };
    let nothing = Previous::default();
    match kind {
        Kind::IntentCapturableUpdated => Previous { amount: money(Field::AmountCapturable).map(amount), ..nothing },
        Kind::ChargeUpdated => {
            Previous { amount: money(Field::AmountCaptured).map(amount), were_null: links(), ..nothing }
        }
        Kind::ChargeCaptured => Previous {
            amount: money(Field::AmountCaptured).map(amount),
            flag: flag(Field::Captured),
            were_null: links(),
        },
        Kind::ChargeRefunded => {
            Previous { amount: money(Field::AmountRefunded).map(amount), flag: flag(Field::Refunded), ..nothing }
        }
        Kind::FeeRefunded => Previous { amount: sum(Field::AmountRefunded), ..nothing },
        Kind::TransferReversed => Previous { amount: sum(Field::AmountReversed), ..nothing },
        Kind::IntentCreated
        | Kind::IntentRequiresAction
        | Kind::IntentProcessing
        | Kind::IntentSucceeded
        | Kind::IntentPaymentFailed
        | Kind::IntentCanceled
        | Kind::ChargePending
        | Kind::ChargeSucceeded
        | Kind::ChargeFailed
        | Kind::ChargeExpired
        | Kind::ChargeRefundUpdated
        | Kind::RefundCreated
        | Kind::RefundUpdated
        | Kind::RefundFailed
        | Kind::FeeCreated
        | Kind::TransferCreated
        | Kind::SetupCreated
        | Kind::SetupRequiresAction
        | Kind::SetupSucceeded
        | Kind::SetupFailed
        | Kind::SetupCanceled
        | Kind::MethodAttached
        | Kind::SessionCompleted
        | Kind::SessionPaid
        | Kind::SessionPaymentFailed
        | Kind::SessionExpired => nothing,
    }
}
