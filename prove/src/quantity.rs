//! The quantities of the proof, and their values in a payment of the model.

use std::collections::BTreeMap;

use holdfast_model::{CaptureMethod, ChargeStatus, Config, Flow, IntentStatus, PaymentView, RefundStatus};

/// The quantities, with what they are. A flag is 0 or 1; the other ones are amounts in minor units, or counts.
pub const QUANTITIES: &[(&str, &str)] = &[
    ("minimum", "the smallest amount that a request may name"),
    ("keeps", "flag: the dialect lets a cancellation keep what was captured"),
    ("platform", "flag: the charge is the platform's alone"),
    ("destination", "flag: the charge has a destination account"),
    ("automatic", "flag: capture is not manual"),
    ("background", "flag: capture is in the background"),
    ("held", "flag: the intent requires capture"),
    ("processing", "flag: a debit is in progress"),
    ("succeeded", "flag: the intent has succeeded"),
    ("canceled", "flag: the intent is canceled"),
    ("approved", "flag: the charge is approved"),
    ("failed", "flag: the charge has failed"),
    ("waiting", "flag: a background capture is not in the ledger yet"),
    ("amount", "the amount of the intent"),
    ("capturable", "what can still be captured"),
    ("received", "what the intent has received"),
    ("authorized", "the amount of the charge"),
    ("captured", "what the charge has captured"),
    ("released", "what was released without a capture"),
    ("refunded", "what the charge shows as refunded"),
    ("counted", "the sum of the refunds that count"),
    ("dead", "the number of refunds that failed or were canceled"),
    ("charged", "the ledger's captured money"),
    ("entered", "the ledger's refunded money"),
    ("fees", "the ledger's application fees"),
    ("fees_back", "the ledger's refunded fees"),
    ("transfers", "the ledger's transfers"),
    ("reversals", "the ledger's reversals"),
    ("has_fee", "flag: the intent names a fee"),
    ("fee", "the fee that the intent names, or 0"),
    ("has_share", "flag: the intent names a transfer amount"),
    ("share", "the transfer amount that the intent names, or 0"),
];

/// The value of each quantity.
pub type Quantities = BTreeMap<&'static str, i128>;

/// Returns the quantities of a payment. No charge counts as one without money.
#[must_use]
pub fn quantities(config: &Config, payment: &PaymentView) -> Quantities {
    let charge = payment.charge.as_ref();
    let status = |status| i128::from(payment.status == status);
    let charge_is = |status| i128::from(charge.is_some_and(|charge| charge.status == status));
    let of_charge = |amount: Option<holdfast_model::Amount>| amount.map_or(0, |amount| i128::from(amount.get()));
    let refunds = || payment.refunds.iter().flatten();
    let counted = refunds().filter(|refund| refund.status.counts()).map(|refund| i128::from(refund.amount.get()));
    let dead = refunds().filter(|refund| matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled));
    let ledger = payment.ledger;
    [
        ("minimum", i128::from(config.dialect.minimum_amount)),
        ("keeps", i128::from(config.dialect.cancel_keeps_captured)),
        ("platform", i128::from(payment.flow == Flow::Platform)),
        ("destination", i128::from(payment.flow == Flow::Destination)),
        ("automatic", i128::from(payment.capture_method != CaptureMethod::Manual)),
        ("background", i128::from(payment.capture_method == CaptureMethod::AutomaticAsync)),
        ("held", status(IntentStatus::RequiresCapture)),
        ("processing", status(IntentStatus::Processing)),
        ("succeeded", status(IntentStatus::Succeeded)),
        ("canceled", status(IntentStatus::Canceled)),
        ("approved", charge_is(ChargeStatus::Succeeded)),
        ("failed", charge_is(ChargeStatus::Failed)),
        ("waiting", i128::from(charge.is_some_and(|charge| charge.posting_left.is_some()))),
        ("amount", i128::from(payment.amount.get())),
        ("capturable", i128::from(payment.capturable.get())),
        ("received", i128::from(payment.received.get())),
        ("authorized", of_charge(charge.map(|charge| charge.authorized))),
        ("captured", of_charge(charge.map(|charge| charge.captured_amount))),
        ("released", of_charge(charge.map(|charge| charge.released))),
        ("refunded", of_charge(charge.map(|charge| charge.refunded_amount))),
        ("counted", counted.fold(0, i128::saturating_add)),
        ("dead", dead.fold(0, |count, _| count.saturating_add(1))),
        ("charged", i128::from(ledger.charged.get())),
        ("entered", i128::from(ledger.refunded.get())),
        ("fees", i128::from(ledger.fees.get())),
        ("fees_back", i128::from(ledger.fees_refunded.get())),
        ("transfers", i128::from(ledger.transfers.get())),
        ("reversals", i128::from(ledger.reversals.get())),
        ("has_fee", i128::from(payment.fee.is_some())),
        ("fee", of_charge(payment.fee)),
        ("has_share", i128::from(payment.transfer.is_some())),
        ("share", of_charge(payment.transfer)),
    ]
    .into_iter()
    .collect()
}
