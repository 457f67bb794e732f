//! Fees of the platform and transfers to connected accounts.

use std::cmp::Ordering;

use holdfast_model::{
    Accepted, Amount, Capture, CaptureMethod, Config, Confirm, Flow, IntentStatus, Operation, PaymentView, Rejection,
    Update,
};

use crate::capture::multicapture;
use crate::judgement::{Diagnostics, Judgement, given};
use crate::refunds::rest;
use crate::refusal::refused;
use crate::step::{Captured, PaymentStep, approved};

/// If false, a seller pays more in fees than the customer paid for the goods.
fn fees_within_captured<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let fees = payment.ledger.fees;
    given(!fees.is_zero(), fees <= payment.received, || {
        format!("fees {} > received {}", fees.get(), payment.received.get())
    })
}

/// If false, the platform refunds more of a fee than it took.
fn fee_refunds_within_fees<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let (back, fees) = (payment.ledger.fees_refunded, payment.ledger.fees);
    given(!back.is_zero(), back <= fees, || format!("fees refunded {} > fees {}", back.get(), fees.get()))
}

/// If false, the platform pays out more than it received, from its own funds.
fn transfers_within_captured<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let transfers = payment.ledger.transfers;
    given(!transfers.is_zero(), transfers <= payment.received, || {
        format!("transfers {} > received {}", transfers.get(), payment.received.get())
    })
}

/// If false, the platform reverses more than it transferred to a seller.
fn reversals_within_transfers<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let (back, transfers) = (payment.ledger.reversals, payment.ledger.transfers);
    given(!back.is_zero(), back <= transfers, || format!("reversals {} > transfers {}", back.get(), transfers.get()))
}

/// If false, a platform takes a fee from itself.
fn fees_need_a_connected_account<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let premise = payment.fee.is_some() || !payment.ledger.fees.is_zero();
    given(premise, payment.flow != Flow::Platform, || {
        format!(
            "fee {:?} and fees {} without a connected account",
            payment.fee.map(Amount::get),
            payment.ledger.fees.get()
        )
    })
}

/// If false, the platform transfers money from a charge that belongs to the connected account.
fn direct_charges_are_not_sent_on<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let sent = payment.transfer.is_some() || !payment.ledger.transfers.is_zero();
    let premise = payment.flow == Flow::Direct && approved(payment).is_some();
    given(premise, !sent, || {
        format!(
            "direct, with transfer {:?} and transfers {}",
            payment.transfer.map(Amount::get),
            payment.ledger.transfers.get()
        )
    })
}

/// If false, a payment without a destination has a transfer amount.
fn transfer_amount_needs_a_destination<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    given(payment.transfer.is_some(), payment.flow == Flow::Destination, || {
        format!("transfer amount {:?} with flow {:?}", payment.transfer.map(Amount::get), payment.flow)
    })
}

/// If false, it is undefined whether the seller receives the named amount or the rest after the fee.
fn fee_and_transfer_amount_exclude_each_other<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let premise = payment.fee.is_some() || payment.transfer.is_some();
    given(premise, payment.fee.is_none() || payment.transfer.is_none(), || {
        format!("fee {:?} and transfer amount {:?}", payment.fee.map(Amount::get), payment.transfer.map(Amount::get))
    })
}

/// If false, the platform collects another fee than the intent names.
fn standing_fee_is_collected<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let expected = payment.fee.unwrap_or(Amount::ZERO);
    given(taken_at_once(payment) && payment.flow != Flow::Platform, payment.ledger.fees == expected, || {
        format!("fees {} instead of {}", payment.ledger.fees.get(), expected.get())
    })
}

/// If false, the seller receives another amount than the intent names (or not all, if it names none).
fn destination_gets_its_share<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let expected = payment.transfer.unwrap_or(payment.received);
    given(taken_at_once(payment) && payment.flow == Flow::Destination, payment.ledger.transfers == expected, || {
        format!("transfers {} instead of {}", payment.ledger.transfers.get(), expected.get())
    })
}

/// Returns whether the payment was captured in one piece that the ledger has.
fn taken_at_once(payment: &PaymentView) -> bool {
    payment.status == IntentStatus::Succeeded
        && payment.capture_method != CaptureMethod::Manual
        && approved(payment).is_some_and(|charge| charge.posting_left.is_none())
}

/// Returns the amount that a capture took; `None` if it took none.
fn piece(done: &Captured<'_>) -> Option<Amount> {
    done.to.captured_amount.minus(done.from.captured_amount).filter(|piece| !piece.is_zero())
}

/// If false, the platform forgets its fee on the second parcel.
fn fee_is_named_at_every_capture<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let premise = done.from.captures > 0 && done.from.fee_at_first_capture && !done.is_release();
    given(premise, done.capture.fee.is_some(), || {
        format!("capture {} names no fee, the first one did", done.to.captures)
    })
}

/// If false, the seller's share of the second parcel is undefined.
fn transfer_is_named_at_every_capture<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let premise = done.from.captures > 0 && done.from.transfer_at_first_capture && !done.is_release();
    given(premise, done.capture.transfer.is_some(), || {
        format!("capture {} names no transfer amount, the first one did", done.to.captures)
    })
}

/// Returns whether the capture names an amount above zero. A capture of zero, or of a remainder of zero, is a release.
fn takes_something(capture: &Capture, before: &PaymentView) -> bool {
    capture.amount.map_or(!before.capturable.is_zero(), |amount| amount != 0)
}

/// If false, the merchant does not learn which parameter the later capture lacks.
fn missing_fee_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((capture, before)) = step.capture_asked() else { return Judgement::Vacuous };
    let latched = before.charge.is_some_and(|charge| charge.captures > 0 && charge.fee_at_first_capture);
    let held = before.status == IntentStatus::RequiresCapture && takes_something(&capture, before);
    refused(step.step, held && latched && capture.fee.is_none(), Rejection::MissingFee)
}

/// If false, the merchant does not learn which parameter the later capture lacks.
fn missing_transfer_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((capture, before)) = step.capture_asked() else { return Judgement::Vacuous };
    let latched = before.charge.is_some_and(|charge| charge.captures > 0 && charge.transfer_at_first_capture);
    let held = before.status == IntentStatus::RequiresCapture && takes_something(&capture, before);
    refused(step.step, held && latched && capture.transfer.is_none(), Rejection::MissingTransfer)
}

/// If false, the parameters of the first capture are forgotten, or recorded without having been named.
fn first_capture_is_remembered<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let expected = if done.from.captures == 0 {
        (done.capture.fee.is_some(), done.capture.transfer.is_some())
    } else {
        (done.from.fee_at_first_capture, done.from.transfer_at_first_capture)
    };
    let found = (done.to.fee_at_first_capture, done.to.transfer_at_first_capture);
    given(!done.is_release(), found == expected, || {
        format!("(fee, transfer) at first capture {found:?} instead of {expected:?}")
    })
}

/// If false, the fee that the merchant names for a parcel is not the one that is taken.
fn fee_at_capture_overrides<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let (Some(piece), Some(named)) = (piece(&done), done.capture.fee.and_then(Amount::from_request)) else {
        return Judgement::Vacuous;
    };
    let (from, to) = (done.before.ledger.fees, done.after.ledger.fees);
    given(true, from.plus(named.min(piece)) == Some(to), || {
        format!("fee {} named for {}, fees {} became {}", named.get(), piece.get(), from.get(), to.get())
    })
}

/// If false, the share that the merchant names for a parcel is not the one that is transferred.
fn transfer_at_capture_overrides<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let (Some(piece), Some(named)) = (piece(&done), done.capture.transfer.and_then(Amount::from_request)) else {
        return Judgement::Vacuous;
    };
    let (from, to) = (done.before.ledger.transfers, done.after.ledger.transfers);
    given(true, from.plus(named.min(piece)) == Some(to), || {
        format!("transfer {} named for {}, transfers {} became {}", named.get(), piece.get(), from.get(), to.get())
    })
}

/// If false, a fee or share agreed on at the start is not applied at the first capture. The piece limits both, and a
/// destination without a transfer amount receives the whole piece.
fn standing_amounts_apply_at_capture<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let Some(piece) = piece(&done).filter(|_| done.from.captures == 0) else { return Judgement::Vacuous };
    let silent = done.capture.fee.is_none() && done.capture.transfer.is_none();
    let fee = done.before.fee.map_or(Amount::ZERO, |fee| fee.min(piece));
    let transfer = match done.before.flow {
        Flow::Destination => done.before.transfer.map_or(piece, |transfer| transfer.min(piece)),
        Flow::Platform | Flow::Direct => Amount::ZERO,
    };
    let ledger = done.after.ledger;
    let premise = silent && done.before.flow != Flow::Platform;
    given(premise, ledger.fees == fee && ledger.transfers == transfer, || {
        format!(
            "first capture of {}: fees {} instead of {}, transfers {} instead of {}",
            piece.get(),
            ledger.fees.get(),
            fee.get(),
            ledger.transfers.get(),
            transfer.get()
        )
    })
}

/// Returns the fee and the transfer amount in the operation, with the flow of the payment.
fn connect_parameters(step: &PaymentStep<'_, '_>) -> Option<(Option<i64>, Option<i64>, Flow)> {
    let flow = step.before.map(|before| before.flow);
    // No other operation has these parameters.
    let operation = step.operation?;
    if let Operation::CreateIntent { create, .. } = operation {
        return step.before.is_none().then_some((create.fee, create.transfer, create.flow));
    }
    if let Operation::UpdateIntent { update, .. } = operation {
        return match update {
            Update::Fee(fee) => Some((Some(*fee), None, flow?)),
            Update::Transfer(transfer) => Some((None, Some(*transfer), flow?)),
            Update::Amount(_) | Update::Method(_) | Update::CaptureMethod(_) | Update::Metadata => None,
        };
    }
    if let Operation::ConfirmIntent { confirm: Confirm { fee, transfer, .. }, .. }
    | Operation::CaptureIntent { capture: Capture { fee, transfer, .. }, .. } = operation
    {
        return Some((*fee, *transfer, flow?));
    }
    None
}

/// If false, a fee is accepted that no connected account can owe.
fn fee_without_connect_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((fee, _, flow)) = connect_parameters(step) else { return Judgement::Vacuous };
    refused(step.step, flow == Flow::Platform && fee.is_some_and(|fee| fee > 0), Rejection::FeeWithoutConnect)
}

/// If false, a transfer without a destination is accepted.
fn transfer_without_destination_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, transfer, flow)) = connect_parameters(step) else { return Judgement::Vacuous };
    let premise = flow != Flow::Destination && transfer.is_some_and(|transfer| transfer > 0);
    refused(step.step, premise, Rejection::TransferWithoutDestination)
}

/// If false, a fee of zero or less is accepted.
fn fee_of_nothing_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((fee, _, _)) = connect_parameters(step) else { return Judgement::Vacuous };
    refused(step.step, fee.is_some_and(|fee| fee <= 0), Rejection::InvalidFee)
}

/// If false, a payment captured in pieces is transferred by a second way, and more money goes out than came in.
pub(crate) fn no_source_transaction_with_multicapture<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CreateTransfer { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    let premise = multicapture(before) && !before.received.is_zero() && before.flow == Flow::Platform;
    refused(step.step, premise, Rejection::SourceTransactionUnsupported)
}

/// If false, a platform loses a fee that it was entitled to keep: fees stay unless a request refunds them.
fn fees_are_kept_unless_asked<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let asked = matches!(step.operation, Some(Operation::RefundFee { .. }))
        || matches!(step.operation, Some(Operation::CreateRefund { refund, .. }) if refund.refund_application_fee);
    given(before.ledger.fees_refunded < after.ledger.fees_refunded, asked, || {
        format!(
            "fees refunded {} became {} unasked",
            before.ledger.fees_refunded.get(),
            after.ledger.fees_refunded.get()
        )
    })
}

/// If false, a refund takes back a seller's money without a request to do so.
fn transfers_are_kept_unless_asked<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let asked = matches!(step.operation, Some(Operation::ReverseTransfer { .. }))
        || matches!(step.operation, Some(Operation::CreateRefund { refund, .. }) if refund.reverse_transfer);
    given(before.ledger.reversals < after.ledger.reversals, asked, || {
        format!("reversals {} became {} unasked", before.ledger.reversals.get(), after.ledger.reversals.get())
    })
}

/// If false, a request for a part of the fee or of the transfer moves another amount, or its response shows another.
fn named_amount_is_moved<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(operation), Some((before, after))) = (step.operation, step.both()) else { return Judgement::Vacuous };
    let (from, to) = (before.ledger, after.ledger);
    let captured = before.charge.map_or(Amount::ZERO, |charge| charge.captured_amount);
    let (asked, all, from, to) = if let Operation::RefundFee { amount, .. } = operation {
        (amount, from.fees.minus(from.fees_refunded), from.fees_refunded, to.fees_refunded)
    } else if let Operation::ReverseTransfer { amount, .. } = operation {
        (amount, from.transfers.minus(from.reversals), from.reversals, to.reversals)
    } else if let Operation::CreateTransfer { amount, .. } = operation {
        (amount, captured.minus(from.transfers), from.transfers, to.transfers)
    } else {
        return Judgement::Vacuous;
    };
    let expected = asked.map_or(all, Amount::from_request);
    let moved = to.minus(from);
    // A lost response shows nothing, but the money has moved.
    let notified = match step.answer() {
        Some(Accepted::Money { amount }) => Some(amount) == expected,
        Some(_) => false,
        None => true,
    };
    given(step.accepted().is_some() || from != to, moved == expected && notified, || {
        format!(
            "{operation:?}: {} became {} instead of {:?} more, answered {:?}",
            from.get(),
            to.get(),
            expected.map(Amount::get),
            step.step.outcome
        )
    })
}

/// An amount of the platform or the seller, with its returned part before and after a refund.
#[derive(Clone, Copy)]
struct Returned {
    total: Amount,
    before: Amount,
    after: Amount,
}

/// Returns whether the refund of `given_back` returned its share, or `None` if the amounts contradict each other. A
/// refund that empties the charge returns all that was left. Any other share is within half a unit of its proportion,
/// or all that was left if that is less (B44, REF-8, P1).
fn fits(share: Returned, given_back: Amount, before: &PaymentView, half_rounds_up: bool) -> Option<bool> {
    let left = share.total.minus(share.before)?;
    let moved = share.after.minus(share.before)?;
    if given_back == rest(before) {
        return Some(moved == left);
    }
    let product = |one: Amount, other: Amount| u128::from(one.get()).checked_mul(u128::from(other.get()));
    let (exact, found) = (product(share.total, given_back)?, product(moved, before.received)?);
    let all_that_is_left = moved == left && found < exact;
    let nearest = match exact.abs_diff(found).checked_mul(2)?.cmp(&u128::from(before.received.get())) {
        Ordering::Less => true,
        Ordering::Equal => half_rounds_up == (found > exact),
        Ordering::Greater => false,
    };
    Some(moved <= left && (nearest || all_that_is_left))
}

/// If false, a refund returns another part of the fee or of the transfer than the merchant requested, or the parts do
/// not add up to the whole. The platform or the seller then pays for the difference.
pub(crate) fn returned_shares_add_up<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some((refund, before)), Some(after)) = (step.refund_asked(), step.after) else { return Judgement::Vacuous };
    let sum = |payment: &PaymentView| payment.charge.map_or(Amount::ZERO, |charge| charge.refunded_amount);
    let Some(given_back) = sum(after).minus(sum(before)).filter(|amount| !amount.is_zero()) else {
        return Judgement::Vacuous;
    };
    let (from, to) = (before.ledger, after.ledger);
    let fee = Returned { total: from.fees, before: from.fees_refunded, after: to.fees_refunded };
    let transfer = Returned { total: from.transfers, before: from.reversals, after: to.reversals };
    let half_rounds_up = step.config.dialect.half_of_a_share_rounds_up;
    let right = |share| fits(share, given_back, before, half_rounds_up) == Some(true);
    let (asked_fee, asked_transfer) = (refund.refund_application_fee, refund.reverse_transfer);
    let expected = (!asked_fee || right(fee)) && (!asked_transfer || right(transfer));
    given(asked_fee || asked_transfer, expected, || {
        format!(
            "{refund:?} of {} from {}: of fees {}, {} refunded became {}; of transfers {}, {} reversed became {}",
            given_back.get(),
            before.received.get(),
            fee.total.get(),
            fee.before.get(),
            fee.after.get(),
            transfer.total.get(),
            transfer.before.get(),
            transfer.after.get()
        )
    })
}

/// If false, using one endpoint bars the other kind of refund too, or using it bars nothing.
fn fee_latch_is_set_by_fee_refunds_only<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((from, to)) = step.charges() else { return Judgement::Vacuous };
    let used = matches!(step.accepted(), Some(Operation::RefundFee { .. }));
    let hidden = matches!(step.operation, Some(Operation::RefundFee { .. })) && step.step.outcome.is_err();
    let expected = to.fee_latch == (from.fee_latch || used || (hidden && to.fee_latch));
    given(used || from.fee_latch != to.fee_latch, expected, || {
        format!("fee latch {} became {} by {:?}", from.fee_latch, to.fee_latch, step.step.input)
    })
}

/// If false, using one endpoint bars the other kind of refund too, or using it bars nothing.
fn transfer_latch_is_set_by_reversals_only<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((from, to)) = step.charges() else { return Judgement::Vacuous };
    let used = matches!(step.accepted(), Some(Operation::ReverseTransfer { .. }));
    let hidden = matches!(step.operation, Some(Operation::ReverseTransfer { .. })) && step.step.outcome.is_err();
    let expected = to.transfer_latch == (from.transfer_latch || used || (hidden && to.transfer_latch));
    given(used || from.transfer_latch != to.transfer_latch, expected, || {
        format!("transfer latch {} became {} by {:?}", from.transfer_latch, to.transfer_latch, step.step.input)
    })
}

/// If false, a platform charges itself a fee, or a charge without a destination is transferred. It may also be
/// undefined whether the seller receives the named amount or the rest after the fee.
pub(crate) fn connect_money_fits_the_flow<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    fees_need_a_connected_account(config, payment)
        .and(|| direct_charges_are_not_sent_on(config, payment))
        .and(|| transfer_amount_needs_a_destination(config, payment))
        .and(|| fee_and_transfer_amount_exclude_each_other(config, payment))
}

/// If false, platform or seller receives another share than the intent names.
pub(crate) fn standing_amounts_are_collected<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    standing_fee_is_collected(config, payment).and(|| destination_gets_its_share(config, payment))
}

/// If false, a fee is accepted that no account can owe, or a transfer without a destination is.
pub(crate) fn connect_parameters_need_connect<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    fee_without_connect_is_refused(step)
        .and(|| transfer_without_destination_is_refused(step))
        .and(|| fee_of_nothing_is_refused(step))
}

/// If false, a seller pays more in fees than the customer paid. The platform may also pay out more than it received, or
/// reverse more than it transferred.
pub(crate) fn connect_money_is_bounded<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    fees_within_captured(config, payment)
        .and(|| fee_refunds_within_fees(config, payment))
        .and(|| transfers_within_captured(config, payment))
        .and(|| reversals_within_transfers(config, payment))
}

/// If false, the platform forgets its fee, or the seller's share, on the second parcel, or does not learn which
/// parameter is missing.
pub(crate) fn later_captures_name_what_the_first_named<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    missing_fee_is_refused(step)
        .and(|| missing_transfer_is_refused(step))
        .and(|| fee_is_named_at_every_capture(step))
        .and(|| transfer_is_named_at_every_capture(step))
        .and(|| first_capture_is_remembered(step))
}

/// If false, the fee or share that the merchant names for a parcel is not the one that is taken. The one agreed on at
/// the start may also be ignored where none is named.
pub(crate) fn capture_settles_fee_and_share<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    fee_at_capture_overrides(step)
        .and(|| transfer_at_capture_overrides(step))
        .and(|| standing_amounts_apply_at_capture(step))
}

/// If false, a platform loses a fee that it was entitled to keep, or a refund takes back a seller's money without a
/// request to do so. Another amount than the merchant named may also be returned or transferred.
pub(crate) fn connect_money_goes_back_when_asked<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    fees_are_kept_unless_asked(step).and(|| transfers_are_kept_unless_asked(step)).and(|| named_amount_is_moved(step))
}

/// If false, using one endpoint also blocks the other kind of refund, or using it blocks nothing.
pub(crate) fn each_latch_has_its_own_endpoint<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    fee_latch_is_set_by_fee_refunds_only(step).and(|| transfer_latch_is_set_by_reversals_only(step))
}
