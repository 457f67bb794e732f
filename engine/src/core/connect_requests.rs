//! Requests about money between accounts: transfers, their reversals, and fee refunds by hand (CON-8, B7, B46, B47).

use super::amounts::{optional_positive, positive};
use super::connect;
use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use crate::command::{CreateFeeRefund, CreateReversal, CreateTransfer};
use crate::money::{Currency, Money};
use crate::objects::Charge;
use crate::refusal::Reason;
use std::sync::Arc;

/// Handles `POST /v1/transfers`.
pub(super) fn transfer(context: &DecisionContext<'_>, request: &CreateTransfer) -> Decided {
    // An unknown charge is reported before a wrong amount (CAP-15).
    let charge = request.source.map(|id| context.charge(id, "source_transaction")).transpose()?;
    let amount = positive(request.amount, "amount")?;
    let connected = context.objects.account_by_id(request.destination);
    if connected.is_none_or(|account| account.deleted || account.platform != Some(context.account.id)) {
        return Err(Reason::UnknownDestination("destination".into()).into());
    }
    if let Some(charge) = &charge {
        source_allows(context, charge, request.currency, amount)?;
    }
    // A transfer with a source waits for the money of its charge, and one without takes what is available (ERR-27).
    let funded = match &charge {
        Some(charge) => connect::can_pay(context, charge.account, amount, request.currency)?,
        None => connect::can_send(context, context.account, amount, request.currency)?,
    };
    if !funded {
        return Err(Reason::BalanceTooLow.into());
    }
    let mut changes = Changes::default();
    let (to, currency, texts) = (request.destination, request.currency, Some(&request.texts));
    let id = connect::move_to(context, &mut changes, to, amount, currency, charge.as_deref(), texts)?;
    if let Some(charge) = charge {
        let mut charge = (*charge).clone();
        charge.sent.push(id);
        changes.put(charge);
    }
    let made = changes.objects.iter().find(|object| object.id() == id.into()).cloned();
    match made {
        Some(transfer) => Ok(changes.answer(transfer)),
        None => Err(Reason::Internal("a transfer was lost while it was made".to_owned()).into()),
    }
}

/// Checks that the source has no several captures and that its transfers stay within its captures (B7, B48).
fn source_allows(
    context: &DecisionContext<'_>,
    charge: &Charge,
    currency: Currency,
    amount: Money,
) -> Result<(), Stop> {
    if charge.captured.is_zero() {
        return Err(Reason::SourceTooSmall.into());
    }
    // A destination charge sends its money itself.
    if charge.is_multicapture() || charge.destination.is_some() {
        return Err(Reason::SourceTransactionOfMulticapture.into());
    }
    if charge.currency != currency {
        let why = format!("it must be the charge's, {}.", charge.currency.code());
        return Err(Reason::InvalidValue("currency".into(), why).into());
    }
    let mut moved = amount;
    for transfer in charge.sent.iter().filter_map(|id| context.objects.transfer(*id)) {
        moved = moved.plus(transfer.amount)?;
    }
    if moved > charge.captured { Err(Reason::SourceTooSmall.into()) } else { Ok(()) }
}

/// Handles `POST /v1/transfers/:id/reversals`.
pub(super) fn reversal(context: &DecisionContext<'_>, request: &CreateReversal) -> Decided {
    let found = context.objects.transfer(request.transfer).filter(|transfer| transfer.account == context.account.id);
    let before = found.ok_or_else(|| not_found("transfer", request.transfer, "id"))?;
    let left = before.amount.minus(before.reversed)?;
    let amount = optional_positive(request.amount, "amount")?.unwrap_or(left);
    if amount > left || left.is_zero() {
        return Err(Reason::ReversalTooLarge(left, before.currency).into());
    }
    if !connect::can_pay(context, before.destination, amount, before.currency)? {
        return Err(Reason::BalanceTooLow.into());
    }
    let mut changes = Changes::default();
    let (_, reversal) = connect::bring_back(context, &mut changes, &before, amount, None, &request.texts)?;
    latch(context, &mut changes, before.charge, |charge| charge.transfer_reversed_by_hand = true);
    Ok(changes.answer(reversal))
}

/// Handles `POST /v1/application_fees/:id/refunds`.
pub(super) fn fee_refund(context: &DecisionContext<'_>, request: &CreateFeeRefund) -> Decided {
    let found = context.objects.application_fee(request.fee).filter(|fee| fee.account == context.account.id);
    let before = found.ok_or_else(|| not_found("application_fee", request.fee, "id"))?;
    let left = before.amount.minus(before.refunded)?;
    let amount = optional_positive(request.amount, "amount")?.unwrap_or(left);
    if amount > left || left.is_zero() {
        return Err(Reason::FeeRefundTooLarge(left, before.currency).into());
    }
    let mut changes = Changes::default();
    let (_, fee_refund) = connect::give_back_fee(context, &mut changes, &before, amount, &request.texts)?;
    latch(context, &mut changes, Some(before.charge), |charge| charge.fee_refunded_by_hand = true);
    Ok(changes.answer(fee_refund))
}

/// Records on the charge a return by hand (B47). The two latches are independent (D2).
fn latch(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    charge: Option<crate::ChargeId>,
    set: impl FnOnce(&mut Charge),
) {
    if let Some(charge) = charge.and_then(|id| context.objects.charge(id)) {
        let mut charge = Arc::unwrap_or_clone(charge);
        set(&mut charge);
        changes.put(charge);
    }
}
