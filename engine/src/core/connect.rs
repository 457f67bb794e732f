//! Ledger entries, fees and transfers of captures and refunds.

use super::decision_context::{Changes, DecisionContext, Stop};
use super::settlement::{self, Movement, post};
use crate::command::{TextsChange, TransferTerms};
use crate::money::{Currency, Money, OutOfRange};
use crate::objects::{
    Account, ApplicationFee, Charge, EventType, FeeRefund, MovementKind, Refund, Reversal, SharedTexts, Texts,
    Transfer, TransferData,
};
use crate::refusal::Reason;
use crate::time::Time;
use crate::{AccountId, ApplicationFeeId, ChargeId, FeeRefundId, ReversalId, TransferId};
use serde_json::Value;
use std::sync::Arc;

/// The shares of others in one capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shares {
    /// The platform's fee.
    pub(super) fee: Option<Money>,
    /// The amount transferred; the whole capture if `None`.
    pub(super) transfer: Option<Money>,
}

/// Returns whether a fee is possible: for a destination charge or an account of a platform (ERR-25, CON-1).
pub(super) fn fees_allowed(context: &DecisionContext<'_>, destination: Option<AccountId>) -> bool {
    destination.is_some() || context.account.platform.is_some()
}

/// Checks `application_fee_amount` and `transfer_data` as given for a whole payment (CON-2, CON-6).
pub(super) fn terms(
    context: &DecisionContext<'_>,
    (amount, currency): (Money, Currency),
    fee: Option<i64>,
    transfer: Option<TransferTerms>,
) -> Result<(Option<Money>, Option<TransferData>), Stop> {
    let fee = super::amounts::optional_share(fee, currency, "application_fee_amount")?;
    let transfer = transfer.map(|terms| destination(context, terms, currency)).transpose()?;
    if fee.is_some() && !fees_allowed(context, transfer.map(|data| data.destination)) {
        return Err(Reason::FeeNeedsConnect.into());
    }
    let part = transfer.and_then(|data| data.amount);
    if fee.is_some() && part.is_some() {
        return Err(Reason::FeeAndTransfer.into());
    }
    if fee.is_some_and(|fee| fee > amount) {
        return Err(Reason::FeeTooLarge.into());
    }
    if part.is_some_and(|part| part > amount) {
        return Err(Reason::TransferTooLarge.into());
    }
    Ok((fee, transfer))
}

fn destination(context: &DecisionContext<'_>, terms: TransferTerms, currency: Currency) -> Result<TransferData, Stop> {
    let amount = super::amounts::optional_share(terms.amount, currency, "transfer_data[amount]")?;
    let connected = context.objects.account_by_id(terms.destination);
    match connected.filter(|account| !account.deleted && account.platform == Some(context.account.id)) {
        Some(account) => Ok(TransferData { destination: account.id, amount }),
        None => Err(Reason::UnknownDestination("transfer_data[destination]".into()).into()),
    }
}

/// Posts a capture of `amount`: the charge's ledger entry, the transfer and the fee (U11: one of each for
/// every capture, the charge points at the first).
pub(super) fn post_capture(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    charge: &mut Charge,
    amount: Money,
    shares: Shares,
) -> Result<(), Stop> {
    let is_card = charge.test_method.row().method_type.is_card();
    let kind = if is_card { MovementKind::Charge } else { MovementKind::Payment };
    charge.available_on = Some(settlement::available_on(context, charge));
    let of_charge = Movement::of(charge.id, kind, charge.currency, charge.available_on);
    let entry = post(context, changes, charge.account, &of_charge, amount.incoming()?)?;
    charge.balance_transaction = charge.balance_transaction.or(Some(entry));
    let fee = shares.fee.filter(|fee| !fee.is_zero());
    if let Some(fee) = fee {
        let so_far = charge.application_fee_amount.filter(|_| !charge.fees.is_empty()).unwrap_or_default();
        charge.application_fee_amount = Some(so_far.plus(fee)?);
    }
    if let Some(destination) = charge.destination {
        let part = shares.transfer.unwrap_or(amount).min(amount);
        if !part.is_zero() {
            let transfer = move_to(context, changes, destination, part, charge.currency, Some(charge), None)?;
            charge.transfers.push(transfer);
        }
    }
    if let Some(fee) = fee {
        let fee = take_fee(context, changes, charge, fee)?;
        charge.fees.push(fee);
    }
    Ok(())
}

/// Transfers money of the platform to a connected account.
pub(super) fn move_to(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    destination: AccountId,
    amount: Money,
    currency: Currency,
    charge: Option<&Charge>,
    texts: Option<&TextsChange>,
) -> Result<TransferId, Stop> {
    let id = context.id(TransferId);
    let account = charge.map_or(context.account.id, |charge| charge.account);
    let available_on = charge.and_then(|charge| settlement::of_charge(context, charge));
    let [out, into] = [MovementKind::Transfer, MovementKind::TransferReceived]
        .map(|kind| Movement::of(id, kind, currency, available_on));
    let balance_transaction = post(context, changes, account, &out, amount.outgoing()?)?;
    post(context, changes, destination, &into, amount.incoming()?)?;
    let transfer = Transfer {
        id,
        account,
        created: context.now,
        amount,
        reversed: Money::ZERO,
        currency,
        destination,
        charge: charge.map(|charge| charge.id),
        balance_transaction,
        texts: transfer_texts(charge, texts),
    };
    context.announce(changes, EventType::TransferCreated, &transfer);
    changes.put(transfer);
    Ok(id)
}

/// Returns the texts of a transfer, which joins the group of its source unless it names another (P19). A payment describes
/// its transfer by `transfer_data`.
fn transfer_texts(charge: Option<&Charge>, given: Option<&TextsChange>) -> SharedTexts {
    let source = charge.and_then(|charge| charge.texts.as_deref());
    let group = source.and_then(|texts| texts.transfer_group.clone());
    let data = source.and_then(|texts| texts.given_value("transfer_data")).unwrap_or_default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let metadata = data.get("metadata").and_then(Value::as_object).into_iter().flatten();
    let inherited = Texts {
        transfer_group: group,
        description: data.get("description").and_then(Value::as_str).map(str::to_owned),
        metadata: metadata.map(|(key, value)| (key.clone(), text(value))).collect(),
        ..Texts::default()
    };
    let inherited = TextsChange::of(inherited).apply(&None);
    given.map_or(inherited.clone(), |given| given.apply(&inherited))
}

fn take_fee(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    charge: &Charge,
    amount: Money,
) -> Result<ApplicationFeeId, Stop> {
    let id = context.id(ApplicationFeeId);
    // A destination charge is the platform's own; a direct charge is the connected account's.
    let payer = charge.destination.unwrap_or(charge.account);
    let account = match charge.destination {
        Some(_) => charge.account,
        None => context.account.platform.unwrap_or(charge.account),
    };
    let [earned, paid] = [MovementKind::ApplicationFee, MovementKind::FeePaid]
        .map(|kind| Movement::of(id, kind, charge.currency, charge.available_on));
    let balance_transaction = post(context, changes, account, &earned, amount.incoming()?)?;
    post(context, changes, payer, &paid, amount.outgoing()?)?;
    let (created, refunded, currency) = (context.now, Money::ZERO, charge.currency);
    let charge = charge.id;
    let fee = ApplicationFee { id, account, payer, created, amount, refunded, currency, charge, balance_transaction };
    context.announce(changes, EventType::ApplicationFeeCreated, &fee);
    changes.put(fee);
    Ok(id)
}

/// Gives `amount` of a fee back to the connected account that paid it.
pub(super) fn give_back_fee(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    before: &ApplicationFee,
    amount: Money,
    texts: &TextsChange,
) -> Result<(ApplicationFee, FeeRefund), Stop> {
    let id = context.id(FeeRefundId);
    let (account, currency, created) = (before.account, before.currency, context.now);
    let available_on = available_with(context, Some(before.charge));
    let [out, back] = [MovementKind::ApplicationFeeRefund, MovementKind::FeeReturned]
        .map(|kind| Movement::of(id, kind, currency, available_on));
    let balance_transaction = post(context, changes, account, &out, amount.outgoing()?)?;
    post(context, changes, before.payer, &back, amount.incoming()?)?;
    let texts = texts.apply(&None);
    let fee_refund = FeeRefund { id, account, fee: before.id, created, amount, currency, balance_transaction, texts };
    let fee = ApplicationFee { refunded: before.refunded.plus(amount)?, ..before.clone() };
    context.announce_change(changes, EventType::ApplicationFeeRefunded, before, &fee);
    changes.put(fee_refund.clone());
    changes.put(fee.clone());
    Ok((fee, fee_refund))
}

/// Returns `amount` of a transfer to the platform.
pub(super) fn bring_back(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    before: &Transfer,
    amount: Money,
    refund: Option<&Refund>,
    texts: &TextsChange,
) -> Result<(Transfer, Reversal), Stop> {
    let id = context.id(ReversalId);
    let (account, currency, created) = (before.account, before.currency, context.now);
    let available_on = available_with(context, before.charge);
    let [back, out] = [MovementKind::TransferRefund, MovementKind::TransferReturned]
        .map(|kind| Movement::of(id, kind, currency, available_on));
    let balance_transaction = post(context, changes, account, &back, amount.incoming()?)?;
    post(context, changes, before.destination, &out, amount.outgoing()?)?;
    let (transfer, refund, texts) = (before.id, refund.map(|refund| refund.id), texts.apply(&None));
    let reversal = Reversal { id, account, transfer, created, amount, currency, refund, balance_transaction, texts };
    let transfer = Transfer { reversed: before.reversed.plus(amount)?, ..before.clone() };
    context.announce_change(changes, EventType::TransferReversed, before, &transfer);
    changes.put(reversal.clone());
    changes.put(transfer.clone());
    Ok((transfer, reversal))
}

/// Returns the part of the remaining `totals` that a refund of `amount` returns. It is the whole remainder if the
/// refund empties the charge, and its proportional share otherwise (REF-8), rounded to the nearest unit (P1).
pub(super) fn proportional(
    context: &DecisionContext<'_>,
    totals: impl Iterator<Item = (Money, Money)>,
    charge: &Charge,
    amount: Money,
) -> Result<Money, Stop> {
    let (mut whole, mut returned) = (Money::ZERO, Money::ZERO);
    for (total, back) in totals {
        whole = whole.plus(total)?;
        returned = returned.plus(back)?;
    }
    let left = whole.minus(returned)?;
    let all = charge.refunded.plus(amount)? == charge.captured;
    if all {
        return Ok(left);
    }
    Ok(whole.share(amount, charge.captured, context.dialect.half_of_a_share)?.min(left))
}

/// Returns the instant at which the money of a stored charge is available, which returns of its money follow.
fn available_with(context: &DecisionContext<'_>, charge: Option<ChargeId>) -> Option<Time> {
    settlement::of_charge(context, &*context.objects.charge(charge?)?)
}

/// Returns whether `account` can pay `amount`: its balance, pending money included, may fall to its overdraft, or
/// without limit.
pub(super) fn can_pay(
    context: &DecisionContext<'_>,
    account: AccountId,
    amount: Money,
    currency: Currency,
) -> Result<bool, OutOfRange> {
    let limit = context.objects.account_by_id(account).and_then(|account| account.overdraft);
    let Some(overdraft) = limit else { return Ok(true) };
    let balance = context.objects.balance(account, currency).total();
    let available = balance.checked_add(i128::from(overdraft.minor())).ok_or(OutOfRange)?;
    Ok(available >= i128::from(amount.minor()))
}

/// Returns whether `account` can send `amount` without a source: from its available balance, which may fall to its
/// overdraft (ERR-27).
pub(super) fn can_send(
    context: &DecisionContext<'_>,
    account: &Account,
    amount: Money,
    currency: Currency,
) -> Result<bool, OutOfRange> {
    let overdraft = match account.overdraft {
        None if account.settlement.transfers_need_balance => Money::ZERO,
        None => return Ok(true),
        Some(overdraft) => overdraft,
    };
    let balance = i128::from(context.objects.balance(account.id, currency).available);
    let limit = balance.checked_add(i128::from(overdraft.minor())).ok_or(OutOfRange)?;
    Ok(limit >= i128::from(amount.minor()))
}

/// Returns the fees of a charge, oldest first.
pub(super) fn fees_of(context: &DecisionContext<'_>, charge: &Charge) -> Vec<Arc<ApplicationFee>> {
    charge.fees.iter().filter_map(|id| context.objects.application_fee(*id)).collect()
}

/// Returns the transfers of a charge, oldest first.
pub(super) fn transfers_of(context: &DecisionContext<'_>, charge: &Charge) -> Vec<Arc<Transfer>> {
    charge.transfers.iter().filter_map(|id| context.objects.transfer(*id)).collect()
}
