//! Refunds of captured money.

use holdfast_model::{
    Amount, ChargeView, Config, CreateRefund, IntentStatus, Operation, PaymentView, RefundPath, RefundStatus, Rejection,
};

use crate::capture::multicapture;
use crate::judgement::{Diagnostics, Judgement, given};
use crate::refusal::refused;
use crate::step::{PaymentStep, approved};
use crate::words::changes;

/// Returns the amount that can still be refunded.
pub(crate) fn rest(payment: &PaymentView) -> Amount {
    payment.charge.and_then(|charge| payment.received.minus(charge.refunded_amount)).unwrap_or(Amount::ZERO)
}

fn refunded_amount(payment: &PaymentView) -> Amount {
    payment.charge.map_or(Amount::ZERO, |charge| charge.refunded_amount)
}

/// If false, a partly refunded order is recorded as refunded.
fn flag_means_all<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = payment.charge else { return Judgement::Vacuous };
    let all = charge.refunded_amount == charge.captured_amount && !charge.captured_amount.is_zero();
    given(charge.refunded, all, || {
        format!("refunded with {} of {} given back", charge.refunded_amount.get(), charge.captured_amount.get())
    })
}

/// If false, an order from which more can be captured is closed as refunded.
fn open_charge_is_not_refunded<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let all = charge.refunded_amount == charge.captured_amount && !charge.captured_amount.is_zero();
    given(all && payment.status == IntentStatus::RequiresCapture, !charge.refunded, || {
        format!("refunded while {} can still be captured", payment.capturable.get())
    })
}

/// If false, support refunds a fully refunded order again.
fn all_given_back_means_refunded<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let all = charge.refunded_amount == charge.captured_amount && !charge.captured_amount.is_zero();
    let premise = all && charge.captured && config.dialect.refunded_at_final_capture;
    given(premise, charge.refunded, || {
        format!(
            "the capture is final, {} of {} given back, not refunded",
            charge.refunded_amount.get(),
            charge.captured_amount.get()
        )
    })
}

/// If false, a refund ends or reopens the payment it belongs to.
pub(crate) fn refund_leaves_the_status<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, before, after)) = step.refunded() else { return Judgement::Vacuous };
    let same =
        before.status == after.status && before.received == after.received && before.capturable == after.capturable;
    given(true, same, || {
        format!(
            "a refund turned {} received {} capturable {} into {} received {} capturable {}",
            before.status.name(),
            before.received.get(),
            before.capturable.get(),
            after.status.name(),
            after.received.get(),
            after.capturable.get()
        )
    })
}

/// If false, the customer receives another amount than was promised. Without an amount, all that is left is refunded.
fn refund_moves_what_was_asked<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((refund, before, after)) = step.refunded() else { return Judgement::Vacuous };
    let asked = refund.amount.map_or(Some(rest(before)), Amount::from_request);
    let expected = asked.and_then(|asked| refunded_amount(before).plus(asked));
    given(true, expected == Some(refunded_amount(after)), || {
        format!(
            "asked for {:?}, refunded {} became {}",
            asked.map(Amount::get),
            refunded_amount(before).get(),
            refunded_amount(after).get()
        )
    })
}

/// If false, an accepted refund has no object that shows its status.
fn refund_leaves_an_object<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((refund, before, after)) = step.refunded() else { return Judgement::Vacuous };
    let asked = refund.amount.map_or(Some(rest(before)), Amount::from_request);
    let count = |payment: &PaymentView| payment.refunds.iter().flatten().count();
    let newest = after.refunds.iter().flatten().last();
    let expected = count(before).checked_add(1) == Some(count(after)) && newest.map(|newest| newest.amount) == asked;
    given(true, expected, || {
        let asked = asked.map_or_else(|| "all that is left".to_owned(), |asked| asked.get().to_string());
        format!("asked for {asked}, refunds: {}", changes(&before.refunds, &after.refunds))
    })
}

/// If false, a refund changes its amount or disappears after its announcement to the customer.
fn refunds_keep_their_amount<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let premise = step.changed && before.refunds.iter().any(Option::is_some);
    let kept = before.refunds.iter().zip(&after.refunds).all(|(from, to)| match (from, to) {
        (Some(from), Some(to)) => from.amount == to.amount,
        (Some(_), None) => false,
        (None, _) => true,
    });
    given(premise, kept, || format!("refunds: {}", changes(&before.refunds, &after.refunds)))
}

/// If false, the status of a final refund changes, or money that came back is reported as delivered.
fn refund_statuses_move_as_documented<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let mut moved = false;
    let mut documented = true;
    for (from, to) in before.refunds.iter().flatten().zip(after.refunds.iter().flatten()) {
        if from.status == to.status {
            continue;
        }
        moved = true;
        documented &= match from.status {
            RefundStatus::Pending => {
                matches!(to.status, RefundStatus::Succeeded | RefundStatus::Failed | RefundStatus::RequiresAction)
            }
            RefundStatus::RequiresAction => {
                matches!(to.status, RefundStatus::Pending | RefundStatus::Failed | RefundStatus::Canceled)
            }
            RefundStatus::Succeeded => matches!(to.status, RefundStatus::Failed | RefundStatus::RequiresAction),
            RefundStatus::Failed | RefundStatus::Canceled => false,
        };
    }
    given(moved, documented, || format!("refunds: {}", changes(&before.refunds, &after.refunds)))
}

/// If false, the merchant announces a refund that still waits for the customer, or the reverse.
pub(crate) fn refund_starts_as_its_method_says<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, before, after)) = step.refunded() else { return Judgement::Vacuous };
    let (Some(method), Some(newest)) = (before.payment_method, after.refunds.iter().flatten().last()) else {
        return Judgement::Vacuous;
    };
    let expected = match method.profile().refund {
        RefundPath::Immediate | RefundPath::FailsLater => RefundStatus::Succeeded,
        RefundPath::Pending => RefundStatus::Pending,
        RefundPath::AsksCustomer => RefundStatus::RequiresAction,
    };
    given(true, newest.status == expected, || {
        format!("refund to {} starts {} instead of {}", method.token(), newest.status.name(), expected.name())
    })
}

/// If false, a refund of zero or less is recorded.
fn refund_of_nothing_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((refund, _)) = step.refund_asked() else { return Judgement::Vacuous };
    refused(step.step, refund.amount.is_some_and(|amount| amount <= 0), Rejection::InvalidAmount)
}

/// If false, money is refunded that was never paid.
fn refund_needs_a_charge<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, before)) = step.refund_asked() else { return Judgement::Vacuous };
    // No source states the effect of a refund of a pending charge.
    let premise = approved(before).is_none() && before.status != IntentStatus::Processing;
    refused(step.step, premise, Rejection::NoSuccessfulCharge)
}

/// If false, a hold is "refunded": records show an outgoing payment that never came in, and the hold stays.
fn hold_is_canceled_not_refunded<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, before)) = step.refund_asked() else { return Judgement::Vacuous };
    let premise = before.status == IntentStatus::RequiresCapture && before.received.is_zero();
    refused(step.step, premise, Rejection::Uncaptured)
}

/// If false, an order is refunded twice.
fn second_full_refund_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, before)) = step.refund_asked() else { return Judgement::Vacuous };
    let premise = approved(before).is_some() && !before.received.is_zero() && rest(before).is_zero();
    refused(step.step, premise, Rejection::AlreadyRefunded)
}

/// If false, two partial refunds return more than was paid.
fn too_large_refund_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((refund, before)) = step.refund_asked() else { return Judgement::Vacuous };
    let large = refund.amount.is_some_and(|amount| amount > i64::from(rest(before).get()));
    refused(step.step, large && approved(before).is_some() && !rest(before).is_zero(), Rejection::RefundTooLarge)
}

/// Returns whether the refund is for less than the remainder of a payment with multicapture.
fn partial(refund: &CreateRefund, before: &PaymentView) -> bool {
    let less = refund.amount.is_some_and(|amount| amount > 0 && amount < i64::from(rest(before).get()));
    less && multicapture(before) && approved(before).is_some()
}

/// If false, a platform's share of a parcel is refunded by an unspecified rule.
fn no_partial_refund_with_the_fee<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((refund, before)) = step.refund_asked() else { return Judgement::Vacuous };
    refused(step.step, refund.refund_application_fee && partial(&refund, before), Rejection::PartialWithFee)
}

/// If false, a seller's share of a parcel is reversed by an unspecified rule.
fn no_partial_refund_with_the_transfer<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((refund, before)) = step.refund_asked() else { return Judgement::Vacuous };
    refused(step.step, refund.reverse_transfer && partial(&refund, before), Rejection::PartialWithReversal)
}

/// If false, a fee that was refunded by its own endpoint is refunded again.
fn fee_latch_bars_refunds_with_the_fee<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((refund, before)) = step.refund_asked() else { return Judgement::Vacuous };
    let latched = before.charge.is_some_and(|charge| charge.fee_latch) && multicapture(before);
    refused(step.step, latched && refund.refund_application_fee, Rejection::FeeLatched)
}

/// If false, a transfer that was reversed by its own endpoint is reversed again.
fn transfer_latch_bars_refunds_with_the_transfer<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((refund, before)) = step.refund_asked() else { return Judgement::Vacuous };
    let latched = before.charge.is_some_and(|charge| charge.transfer_latch) && multicapture(before);
    refused(step.step, latched && refund.reverse_transfer, Rejection::TransferLatched)
}

/// If false, a refund in progress is canceled in the records only.
pub(crate) fn only_waiting_refunds_are_canceled<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CancelRefund { refund, .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    let refund = before.refunds.get(usize::from(refund.0)).copied().flatten();
    let premise = refund.is_some_and(|refund| refund.status != RefundStatus::RequiresAction);
    refused(step.step, premise, Rejection::RefundNotCancelable)
}

/// If false, a refund that the rules allow is refused, and the customer goes to the bank instead.
pub(crate) fn refund_refusals_are_true<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some((refund, before)), Some((_, reason))) = (step.refund_asked(), step.turned_down()) else {
        return Judgement::Vacuous;
    };
    // Another property judges a model whose amounts leave their range.
    if reason == Rejection::AmountOutOfRange {
        return Judgement::Vacuous;
    }
    given(true, is_true_of(reason, &refund, before), || {
        format!(
            "{refund:?} was refused with {reason:?}: received {}, refunded {}, {}, multicapture {}, {:?}",
            before.received.get(),
            refunded_amount(before).get(),
            before.status.name(),
            multicapture(before),
            before.charge.map(|charge| charge.links),
        )
    })
}

/// Returns whether the reason applies to this refund. A reason that refunds do not have never applies.
fn is_true_of(reason: Rejection, refund: &CreateRefund, before: &PaymentView) -> bool {
    let (rest, charge) = (rest(before), approved(before));
    let has = |test: fn(&ChargeView) -> bool| charge.is_some_and(test);
    if reason == Rejection::InvalidAmount {
        refund.amount.is_some_and(|amount| amount <= 0)
    } else if reason == Rejection::NoSuccessfulCharge {
        charge.is_none() || before.status == IntentStatus::Canceled && before.received.is_zero()
    } else if reason == Rejection::Uncaptured {
        before.status == IntentStatus::RequiresCapture && before.received.is_zero()
    } else if reason == Rejection::AlreadyRefunded {
        !before.received.is_zero() && rest.is_zero()
    } else if reason == Rejection::RefundTooLarge {
        refund.amount.is_some_and(|amount| amount > i64::from(rest.get()))
    } else if reason == Rejection::PartialWithFee {
        refund.refund_application_fee && partial(refund, before)
    } else if reason == Rejection::PartialWithReversal {
        refund.reverse_transfer && partial(refund, before)
    } else if reason == Rejection::NoFeeToRefund {
        refund.refund_application_fee && !has(|charge| charge.links.application_fee || charge.links.transfer)
    } else if reason == Rejection::FeeLatched {
        refund.refund_application_fee && has(|charge| charge.fee_latch)
    } else if reason == Rejection::NoTransferToReverse {
        refund.reverse_transfer && !has(|charge| charge.links.transfer)
    } else if reason == Rejection::TransferLatched {
        refund.reverse_transfer && has(|charge| charge.transfer_latch)
    } else {
        false
    }
}

/// If false, an order that was refunded in part, or from which more can be captured, is recorded as refunded, or a
/// refunded order is refunded again.
pub(crate) fn refunded_flag_means_all<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    flag_means_all(config, payment)
        .and(|| open_charge_is_not_refunded(config, payment))
        .and(|| all_given_back_means_refunded(config, payment))
}

/// If false, the customer receives another amount than was promised, or a refund has no object that shows its status.
pub(crate) fn refund_gives_what_was_asked<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    refund_moves_what_was_asked(step).and(|| refund_leaves_an_object(step))
}

/// If false, returned money is reported as delivered, or a refund changes its amount or disappears after its
/// announcement.
pub(crate) fn documented_refund_moves<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    refund_statuses_move_as_documented(step).and(|| refunds_keep_their_amount(step))
}

/// If false, money is refunded that was never paid, or a hold is "refunded", so that records show an outgoing payment
/// and the hold stays.
pub(crate) fn only_captured_money_is_refunded<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    refund_needs_a_charge(step).and(|| hold_is_canceled_not_refunded(step))
}

/// If false, an order is refunded twice, or two partial refunds return more than was paid.
pub(crate) fn only_the_rest_is_refunded<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    second_full_refund_is_refused(step)
        .and(|| too_large_refund_is_refused(step))
        .and(|| refund_of_nothing_is_refused(step))
}

/// If false, the platform's or the seller's share of a parcel is returned by an unspecified rule.
pub(crate) fn no_partial_refund_with_connect_money<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    no_partial_refund_with_the_fee(step).and(|| no_partial_refund_with_the_transfer(step))
}

/// If false, a fee or transfer that was returned by its own endpoint is returned again, or one latch blocks the other's
/// refunds.
pub(crate) fn each_latch_bars_its_own_refunds<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    fee_latch_bars_refunds_with_the_fee(step).and(|| transfer_latch_bars_refunds_with_the_transfer(step))
}
