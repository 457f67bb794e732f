//! Internal invariants of the records, on which every decision, commit and reconciliation relies.
//!
//! [`record`] and [`change`] are pure checks. Reconciliation always runs them and reports the first violation. The core
//! and the shell assert them around each decision and at each commit if [`ENABLED`] holds and the engine's parts do
//! not say otherwise ([`EngineParts::assertions`](crate::EngineParts::assertions)).

use crate::Object;
use crate::objects::{
    ApplicationFee, BalanceTransaction, Charge, ChargeStatus, IntentStatus, PaymentIntent, Refund, Transfer,
};

/// Whether assertions are compiled in: with `debug-assertions`, or with the feature `assertions`.
///
/// The development profile of the workspace has no `debug-assertions`, so the tests of this crate and of the
/// harness, and with it the checker and the fuzz targets, enable the feature.
pub(crate) const ENABLED: bool = cfg!(any(debug_assertions, feature = "assertions"));

/// The name of a violated invariant.
pub(crate) type Violation = &'static str;

/// Checks the invariants of one record.
///
/// # Errors
/// The first violation.
pub(crate) fn record(object: &Object) -> Result<(), Violation> {
    match object {
        Object::PaymentIntent(intent) => intent_alone(intent),
        Object::Charge(charge) => charge_alone(charge),
        Object::Refund(refund) => refund_alone(refund),
        Object::Transfer(transfer) => holds(transfer.reversed <= transfer.amount, "reversed <= amount of a transfer"),
        Object::ApplicationFee(fee) => holds(fee.refunded <= fee.amount, "refunded <= amount of a fee"),
        Object::Reversal(reversal) => holds(!reversal.amount.is_zero(), "a reversal moves money"),
        Object::FeeRefund(refund) => holds(!refund.amount.is_zero(), "a fee refund moves money"),
        Object::BalanceTransaction(entry) => entry_alone(entry),
        Object::Account(_)
        | Object::Customer(_)
        | Object::PaymentMethod(_)
        | Object::SetupIntent(_)
        | Object::CheckoutSession(_)
        | Object::Event(_)
        | Object::WebhookEndpoint(_)
        | Object::Delivery(_)
        | Object::Product(_)
        | Object::Price(_)
        | Object::ShippingRate(_)
        | Object::ExternalAccount(_)
        | Object::Person(_)
        | Object::TaxId(_)
        | Object::SourceToken(_)
        | Object::SetupAttempt(_) => Ok(()),
    }
}

fn intent_alone(intent: &PaymentIntent) -> Result<(), Violation> {
    let sum = intent.received.plus(intent.capturable).map_err(|_| "received + capturable is in range")?;
    holds(sum <= intent.amount, "received + capturable <= amount of an intent")?;
    match intent.status {
        IntentStatus::RequiresCapture => {
            holds(sum == intent.amount, "received + capturable = amount while an intent requires capture")?;
            holds(intent.latest_charge.is_some(), "an intent that requires capture has a charge")
        }
        IntentStatus::Succeeded => {
            holds(intent.capturable.is_zero(), "nothing is capturable after success")?;
            holds(!intent.received.is_zero(), "a succeeded intent has received money")
        }
        IntentStatus::Canceled => holds(intent.capturable.is_zero(), "nothing is capturable after cancellation"),
        IntentStatus::RequiresPaymentMethod
        | IntentStatus::RequiresConfirmation
        | IntentStatus::RequiresAction
        | IntentStatus::Processing => holds(sum.is_zero(), "an unpaid intent has no money"),
    }
}

fn charge_alone(charge: &Charge) -> Result<(), Violation> {
    let sum = charge.captured.plus(charge.released).map_err(|_| "captured + released is in range")?;
    holds(sum <= charge.amount, "captured + released <= amount of a charge")?;
    holds(charge.refunded <= charge.captured, "refunded <= captured of a charge")?;
    let took = charge.captures > 0;
    holds(took != charge.captured.is_zero(), "a charge counts captures exactly if money was captured")?;
    let unsettled = charge.status != ChargeStatus::Succeeded;
    holds(!unsettled || charge.captured.is_zero(), "only a succeeded charge has captured money")?;
    holds(!charge.closed || sum == charge.amount, "captured + released = amount of a closed charge")
}

fn refund_alone(refund: &Refund) -> Result<(), Violation> {
    holds(!refund.amount.is_zero(), "a refund has an amount")?;
    let moved = refund.reference.is_some() == refund.balance_transaction.is_some();
    holds(moved, "a refund has a ledger entry exactly if it moved money")?;
    let returned = refund.failure_balance_transaction.is_some();
    holds(returned == refund.status.is_undone(), "a refund has a returning ledger entry exactly if it is undone")
}

fn entry_alone(entry: &BalanceTransaction) -> Result<(), Violation> {
    holds(entry.net().is_ok(), "the net amount of a ledger entry is in range")?;
    holds(entry.fee.is_zero() || entry.kind.bears_fee(), "only payments of customers bear a fee")?;
    holds(entry.available_on >= entry.created, "a ledger entry is available when it is made or later")?;
    holds(entry.is_available || entry.available_on > entry.created, "what is available at once is not pending")
}

/// Checks the invariants of one change of a record.
///
/// # Errors
/// The first violation.
pub(crate) fn change(before: &Object, after: &Object) -> Result<(), Violation> {
    holds(before.id() == after.id(), "a record keeps its id")?;
    holds(before.account() == after.account(), "a record keeps its account")?;
    holds(before.created() == after.created(), "a record keeps its time of creation")?;
    match (before, after) {
        (Object::PaymentIntent(before), Object::PaymentIntent(after)) => intent_change(before, after),
        (Object::Charge(before), Object::Charge(after)) => charge_change(before, after),
        (Object::Refund(before), Object::Refund(after)) => {
            holds(before.amount == after.amount, "a refund keeps its amount")?;
            holds(!before.status.is_undone() || after.status == before.status, "an undone refund stays undone")
        }
        (Object::Transfer(before), Object::Transfer(after)) => transfer_change(before, after),
        (Object::ApplicationFee(before), Object::ApplicationFee(after)) => fee_change(before, after),
        (Object::BalanceTransaction(before), Object::BalanceTransaction(after)) => {
            let settles = !before.is_available && before.settled() == **after;
            holds(before == after || settles, "a ledger entry only becomes available, once")
        }
        (Object::Event(before), Object::Event(after)) => holds(before == after, "an event never changes"),
        _ => Ok(()),
    }
}

fn intent_change(before: &PaymentIntent, after: &PaymentIntent) -> Result<(), Violation> {
    let ended = matches!(before.status, IntentStatus::Succeeded | IntentStatus::Canceled);
    holds(!ended || before.status == after.status, "an intent that ended keeps its status")?;
    holds(after.received >= before.received, "received never falls")?;
    let held = matches!(before.status, IntentStatus::RequiresCapture | IntentStatus::Processing) || ended;
    holds(!held || before.amount == after.amount, "an intent with an attempt under way keeps its amount")
}

fn charge_change(before: &Charge, after: &Charge) -> Result<(), Violation> {
    holds(before.amount == after.amount, "a charge keeps its amount")?;
    holds(before.hold == after.hold && before.intent == after.intent, "a charge keeps its hold and its intent")?;
    holds(after.captured >= before.captured, "captured never falls")?;
    holds(after.released >= before.released, "released never falls")?;
    holds(after.captures >= before.captures, "the number of captures never falls")?;
    holds(!before.closed || after.closed, "a closed charge stays closed")?;
    holds(!before.closed || before.captured == after.captured, "nothing is captured of a closed charge")
}

fn transfer_change(before: &Transfer, after: &Transfer) -> Result<(), Violation> {
    holds(before.amount == after.amount && after.reversed >= before.reversed, "a transfer is only reversed")
}

fn fee_change(before: &ApplicationFee, after: &ApplicationFee) -> Result<(), Violation> {
    holds(before.amount == after.amount && after.refunded >= before.refunded, "a fee is only refunded")
}

/// Returns `Err(invariant)` if `condition` is false.
pub(crate) const fn holds(condition: bool, invariant: Violation) -> Result<(), Violation> {
    if condition { Ok(()) } else { Err(invariant) }
}

#[cfg(test)]
pub(crate) mod tests;
