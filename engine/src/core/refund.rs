//! Decisions of refunds: how much is returned, from which accounts, and which events announce it (ERR-16 to ERR-23, REF-1 to REF-12, B42 to
//! B47).

use super::amounts::optional_positive;
use super::connect;
use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use super::settlement::{self, Movement, post};
use crate::acquirer::{Answer, Ask};
use crate::command::{CreateRefund, JobKind, TextsChange};
use crate::money::Money;
use crate::objects::{
    Charge, ChargeStatus, EventType, IntentStatus, MovementKind, PaymentIntent, Refund, RefundPending, RefundStatus,
    Transfer,
};
use crate::refusal::{Reason, Refusal};
use crate::test_methods::MethodType;
use crate::{AccountId, RefundId, ReversalId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Handles `POST /v1/refunds`.
pub(super) fn create(context: &DecisionContext<'_>, request: &CreateRefund) -> Decided {
    let (intent, before) = payment_of(context, request)?;
    let asked = optional_positive(request.amount, "amount")?;
    let amount = refundable(&intent, before.as_ref(), asked)?;
    let before = before.ok_or(Reason::NothingToRefund(intent.id))?;
    let fee_part = fee_part(context, request, &before, amount)?;
    let transfer_part = transfer_part(context, request, &before, amount)?;
    let funded = connect::can_pay(context, before.account, amount, before.currency)?;
    if !funded && before.test_method.row().method_type.settles_later() {
        return Err(Reason::BalanceTooLow.into());
    }
    let (hold, capture_first) = (before.hold, before.awaits_ledger);
    let answer = context.ask(|| Ask::Refund { hold, amount, capture_first })?;

    let mut changes = Changes::default();
    let mut charge = (*before).clone();
    charge.refunded = charge.refunded.plus(amount)?;
    let mut refund = new_refund(context, request, &charge, amount, status(context, &charge, answer, funded));
    // The provider keeps its fee (P22).
    let available_on = settlement::of_charge(context, &charge);
    let out = Movement::of(refund.id, MovementKind::Refund, charge.currency, available_on);
    let entry = post(context, &mut changes, charge.account, &out, amount.outgoing()?)?;
    refund.balance_transaction = Some(entry);
    let mut connected = Changes::default();
    return_fees(context, &mut connected, &charge, fee_part)?;
    refund.transfer_reversal = reverse_transfers(context, &mut connected, &charge, &refund, transfer_part)?;
    context.announce(&mut changes, EventType::RefundCreated, &refund);
    context.announce_change(&mut changes, EventType::ChargeRefunded, &before, &charge);
    changes.append(connected);
    schedule_outcome(context, &mut changes, &refund);
    let refund = Arc::new(refund);
    changes.put(charge);
    changes.put(Arc::clone(&refund));
    Ok(changes.answer(refund))
}

/// Returns the payment that the request names by charge or intent.
fn payment_of(
    context: &DecisionContext<'_>,
    request: &CreateRefund,
) -> Result<(Arc<PaymentIntent>, Option<Arc<Charge>>), Stop> {
    if let Some(id) = request.charge {
        let charge = context.charge(id, "charge")?;
        let intent = context.intent(charge.intent)?;
        if request.intent.is_some_and(|named| named != intent.id) {
            return Err(Reason::InvalidValue("payment_intent".into(), "it is not the charge's.".to_owned()).into());
        }
        return Ok((intent, Some(charge)));
    }
    let id = request.intent.ok_or(Reason::RefundOfNothing)?;
    let found = context.objects.payment_intent(id).filter(|intent| intent.account == context.account.id);
    let intent = found.ok_or_else(|| not_found("payment_intent", id, "payment_intent"))?;
    let charge = intent.latest_charge.and_then(|id| context.objects.charge(id));
    Ok((intent, charge))
}

/// Returns the amount to refund: at most the captured money that was not refunded yet (B42, B44), checked in the order
/// of ERR-16 to ERR-22.
fn refundable(intent: &Arc<PaymentIntent>, charge: Option<&Arc<Charge>>, asked: Option<Money>) -> Result<Money, Stop> {
    let refuse = |reason| Err(Refusal::from(reason).into());
    let Some(charge) = charge.filter(|charge| charge.status == ChargeStatus::Succeeded) else {
        return refuse(Reason::NothingToRefund(intent.id));
    };
    if charge.captured.is_zero() {
        let held = intent.status == IntentStatus::RequiresCapture;
        return refuse(if held { Reason::MustCancel(intent.id) } else { Reason::NothingToRefund(intent.id) });
    }
    let left = charge.captured.minus(charge.refunded)?;
    if left.is_zero() {
        return refuse(Reason::ChargeRefundedAlready);
    }
    match asked {
        Some(asked) if asked > left => refuse(Reason::RefundTooLarge { asked, left, currency: charge.currency }),
        Some(asked) => Ok(asked),
        None => Ok(left),
    }
}

/// Returns the part of the platform's fee that the refund returns: nothing for a charge with a transfer and no fee (P2).
fn fee_part(
    context: &DecisionContext<'_>,
    request: &CreateRefund,
    charge: &Charge,
    amount: Money,
) -> Result<Money, Stop> {
    if !request.refund_application_fee {
        return Ok(Money::ZERO);
    }
    let param = "refund_application_fee";
    several_captures(context, charge, amount, charge.fee_refunded_by_hand, param)?;
    let fees = connect::fees_of(context, charge);
    if fees.is_empty() {
        let transferred = !charge.transfers.is_empty();
        return if transferred { Ok(Money::ZERO) } else { Err(Reason::NoFeeToRefund.into()) };
    }
    connect::proportional(context, fees.iter().map(|fee| (fee.amount, fee.refunded)), charge, amount)
}

/// Returns the part of the transfers that the refund reverses; the connected accounts must be able to pay it (REF-9).
fn transfer_part(
    context: &DecisionContext<'_>,
    request: &CreateRefund,
    charge: &Charge,
    amount: Money,
) -> Result<Money, Stop> {
    if !request.reverse_transfer {
        return Ok(Money::ZERO);
    }
    several_captures(context, charge, amount, charge.transfer_reversed_by_hand, "reverse_transfer")?;
    let transfers = connect::transfers_of(context, charge);
    if transfers.is_empty() {
        return Err(Reason::NoTransferToReverse.into());
    }
    let part = connect::proportional(context, transfers.iter().map(|tr| (tr.amount, tr.reversed)), charge, amount)?;
    let mut owed: BTreeMap<AccountId, Money> = BTreeMap::new();
    for (transfer, back) in oldest_first(&transfers, part)? {
        let sum = owed.entry(transfer.destination).or_default();
        *sum = sum.plus(back)?;
    }
    for (account, sum) in owed {
        if !connect::can_pay(context, account, sum, charge.currency)? {
            return Err(Reason::BalanceTooLow.into());
        }
    }
    Ok(part)
}

/// Returns the parts of `amount`, spread over the unreversed rest of `transfers`, oldest first.
fn oldest_first(transfers: &[Arc<Transfer>], mut amount: Money) -> Result<Vec<(&Arc<Transfer>, Money)>, Stop> {
    let mut parts = Vec::new();
    for transfer in transfers {
        let part = transfer.amount.minus(transfer.reversed)?.min(amount);
        if !part.is_zero() {
            amount = amount.minus(part)?;
            parts.push((transfer, part));
        }
    }
    Ok(parts)
}

/// Checks that shares of several captures return only with a full refund (B45) and not after a return by hand (B47).
fn several_captures(
    context: &DecisionContext<'_>,
    charge: &Charge,
    amount: Money,
    by_hand: bool,
    param: &'static str,
) -> Result<(), Stop> {
    let partial = charge.refunded.plus(amount)? < charge.captured;
    if charge.is_multicapture() && partial {
        return Err(Reason::PartialRefundOfMulticapture(param.into()).into());
    }
    if by_hand && (charge.is_multicapture() || context.dialect.latches_bind_every_payment) {
        return Err(Reason::RefundedByHand(param.into()).into());
    }
    Ok(())
}

/// Returns the first status of the refund (REF-2, REF-3).
fn status(
    context: &DecisionContext<'_>,
    charge: &Charge,
    answer: Answer,
    funded: bool,
) -> (RefundStatus, Option<RefundPending>) {
    let method = charge.test_method.row().method_type;
    let asks =
        method == MethodType::BankTransfer || method.is_bank_debit() && context.dialect.bank_refunds_need_details;
    match answer {
        _ if !funded => (RefundStatus::Pending, Some(RefundPending::InsufficientFunds)),
        Answer::Pending if asks => (RefundStatus::RequiresAction, None),
        Answer::Pending if method.is_bank_debit() && !context.dialect.debit_refunds_wait => {
            (RefundStatus::Succeeded, None)
        }
        Answer::Pending => (RefundStatus::Pending, Some(RefundPending::Processing)),
        Answer::Done
        | Answer::Declined(_)
        | Answer::ChallengeRequired
        | Answer::RefundFailed(_)
        | Answer::TooLate
        | Answer::Impossible => (RefundStatus::Succeeded, None),
    }
}

fn new_refund(
    context: &DecisionContext<'_>,
    request: &CreateRefund,
    charge: &Charge,
    amount: Money,
    (status, pending): (RefundStatus, Option<RefundPending>),
) -> Refund {
    let (reference, texts) = (Some(context.reference), request.texts.apply(&None));
    Refund { status, pending, reason: request.reason, reference, texts, ..return_of(context, charge, amount) }
}

/// Returns a succeeded refund of `amount` without a movement.
pub(super) fn return_of(context: &DecisionContext<'_>, charge: &Charge, amount: Money) -> Refund {
    Refund {
        id: context.id(RefundId),
        account: charge.account,
        charge: charge.id,
        intent: charge.intent,
        created: context.now,
        amount,
        currency: charge.currency,
        status: RefundStatus::Succeeded,
        reason: None,
        failure: None,
        pending: None,
        reference: None,
        network_reference: false,
        balance_transaction: None,
        failure_balance_transaction: None,
        transfer_reversal: None,
        texts: None,
    }
}

/// Schedules the job that queries or decides the refund's outcome.
pub(super) fn schedule_outcome(context: &DecisionContext<'_>, changes: &mut Changes, refund: &Refund) {
    let timing = &context.dialect.timing;
    if refund.status == RefundStatus::RequiresAction {
        changes.unschedule(JobKind::RefundOutcome, refund.id);
        changes.schedule(JobKind::RefundDetails, refund.id, context.now.after(timing.refund_details));
    } else {
        changes.unschedule(JobKind::RefundDetails, refund.id);
        changes.schedule(JobKind::RefundOutcome, refund.id, context.now.after(timing.refund_outcome));
    }
}

/// Gives `amount` of the charge's fees back, oldest fee first.
fn return_fees(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    charge: &Charge,
    mut amount: Money,
) -> Result<(), Stop> {
    for fee in connect::fees_of(context, charge) {
        let part = fee.amount.minus(fee.refunded)?.min(amount);
        if !part.is_zero() {
            amount = amount.minus(part)?;
            connect::give_back_fee(context, changes, &fee, part, &TextsChange::default())?;
        }
    }
    Ok(())
}

/// Reverses `amount` of the charge's transfers, oldest first. Returns the first reversal, which is the refund's.
fn reverse_transfers(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    charge: &Charge,
    refund: &Refund,
    amount: Money,
) -> Result<Option<ReversalId>, Stop> {
    let mut first = None;
    for (transfer, part) in oldest_first(&connect::transfers_of(context, charge), amount)? {
        let texts = TextsChange::default();
        let (_, reversal) = connect::bring_back(context, changes, transfer, part, Some(refund), &texts)?;
        first = first.or(Some(reversal.id));
    }
    Ok(first)
}

/// Handles `POST /v1/refunds/:id`: texts only.
pub(super) fn update(context: &DecisionContext<'_>, id: RefundId, texts: &TextsChange) -> Decided {
    let mut changes = Changes::default();
    let before = find(context, id)?;
    let mut refund = (*before).clone();
    refund.texts = texts.apply(&refund.texts);
    context.announce_change(&mut changes, EventType::RefundUpdated, &before, &refund);
    context.announce_change(&mut changes, EventType::ChargeRefundUpdated, &before, &refund);
    changes.put(refund.clone());
    Ok(changes.answer(refund))
}

/// Returns the refund of the caller with this id.
pub(super) fn find(context: &DecisionContext<'_>, id: RefundId) -> Result<Arc<Refund>, Stop> {
    let found = context.objects.refund(id).filter(|refund| refund.account == context.account.id);
    found.ok_or_else(|| not_found("refund", id, "id"))
}
