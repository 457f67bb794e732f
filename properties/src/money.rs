//! The amounts of a payment: intent, charge, refunds and ledger agree, and no money disappears.

use holdfast_model::{Amount, Config, IntentStatus, Operation, PaymentView, RefundStatus, RefundView, Update};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::{PaymentStep, approved};

/// Largest amount of a request: eight digits.
const LARGEST: u32 = 99_999_999;

/// Returns the sum of `amounts`, or `None` if it cannot be represented.
pub(crate) fn sum(amounts: impl Iterator<Item = Amount>) -> Option<Amount> {
    amounts.into_iter().try_fold(Amount::ZERO, Amount::plus)
}

/// Returns the refunds that returned money or will return it.
fn counting(payment: &PaymentView) -> impl Iterator<Item = RefundView> + '_ {
    payment.refunds.iter().flatten().copied().filter(|refund| refund.status.counts())
}

/// Returns whether this refund failed or was canceled in this step, so that its money came back to the merchant.
pub(crate) fn died(before: Option<RefundView>, after: Option<RefundView>) -> bool {
    let dead = |refund: Option<RefundView>| {
        refund.is_some_and(|refund| matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled))
    };
    before.is_some() && !dead(before) && dead(after)
}

/// Returns whether a refund failed or was canceled in this step.
fn any_died(before: &PaymentView, after: &PaymentView) -> bool {
    before.refunds.iter().zip(&after.refunds).any(|(before, after)| died(*before, *after))
}

/// If false, the merchant takes more than the issuer promised, and the difference comes back as a
/// chargeback.
pub(crate) fn captured_within_authorization<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = payment.charge else { return Judgement::Vacuous };
    let (captured, authorized) = (charge.captured_amount, charge.authorized);
    given(!captured.is_zero(), captured <= authorized, || {
        format!("captured {} > authorized {}", captured.get(), authorized.get())
    })
}

/// If false, a part of the customer's hold is lost: the merchant cannot capture it, and the customer does not get it
/// back.
fn authorization_adds_up<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let (capturable, captured, released) = (payment.capturable, charge.captured_amount, charge.released);
    let total = sum([capturable, captured, released].into_iter());
    given(true, total == Some(charge.authorized), || {
        format!(
            "capturable {} + captured {} + released {} = {} ≠ authorized {}",
            capturable.get(),
            captured.get(),
            released.get(),
            total.map_or_else(|| "too much".to_owned(), |total| total.get().to_string()),
            charge.authorized.get()
        )
    })
}

/// If false, money that can still be captured is already released, or promised twice.
fn nothing_released_while_open<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let open = payment.status == IntentStatus::RequiresCapture;
    given(open, charge.released.is_zero(), || {
        format!("{} with released {}", payment.status.name(), charge.released.get())
    })
}

/// If false, the intent and the charge show different revenue.
pub(crate) fn received_is_what_was_captured<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let captured = payment.charge.map_or(Amount::ZERO, |charge| charge.captured_amount);
    let premise = !payment.received.is_zero() || !captured.is_zero();
    given(premise, payment.received == captured, || {
        format!("intent received {} ≠ charge captured {}", payment.received.get(), captured.get())
    })
}

/// If false, the account's balance and its payments disagree, which is found weeks later.
fn ledger_has_what_was_captured<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let premise = !charge.captured_amount.is_zero() && charge.posting_left.is_none();
    given(premise, payment.ledger.charged == charge.captured_amount, || {
        format!("ledger charged {} ≠ captured {}", payment.ledger.charged.get(), charge.captured_amount.get())
    })
}

/// If false, money is in the ledger that no capture took.
fn ledger_has_no_uncaptured_money<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let captured = payment.charge.map_or(Amount::ZERO, |charge| charge.captured_amount);
    let charged = payment.ledger.charged;
    given(!charged.is_zero(), charged <= captured, || {
        format!("ledger charged {} > captured {}", charged.get(), captured.get())
    })
}

/// If false, the balance lacks money that the charge does not show as refunded, or the reverse.
fn ledger_has_what_was_refunded<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let refunded = payment.charge.map_or(Amount::ZERO, |charge| charge.refunded_amount);
    let posted = payment.ledger.refunded;
    given(!refunded.is_zero() || !posted.is_zero(), refunded == posted, || {
        format!("charge refunded {} ≠ ledger refunded {}", refunded.get(), posted.get())
    })
}

/// If false, a list of refunds and the total on the charge disagree, and support promises the
/// customer a sum that never arrives.
pub(crate) fn refunds_add_up<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let refunded = payment.charge.map_or(Amount::ZERO, |charge| charge.refunded_amount);
    let total = sum(counting(payment).map(|refund| refund.amount));
    let premise = payment.refunds.iter().any(Option::is_some) || !refunded.is_zero();
    given(premise, total == Some(refunded), || {
        format!("refunds add up to {} ≠ charge refunded {}", total.map_or(u32::MAX, Amount::get), refunded.get())
    })
}

/// If false, the merchant refunds money that was never captured. A released hold is no refund.
pub(crate) fn refunded_within_captured<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = payment.charge else { return Judgement::Vacuous };
    let (refunded, captured) = (charge.refunded_amount, charge.captured_amount);
    given(!refunded.is_zero(), refunded <= captured, || {
        format!("refunded {} > captured {}", refunded.get(), captured.get())
    })
}

/// If false, an order is accepted with an amount that no payment can have: below the smallest charge or above eight
/// digits.
pub(crate) fn amount_in_range<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    let amount = payment.amount.get();
    let (least, most) = (config.dialect.minimum_amount, LARGEST);
    given(true, least <= amount && amount <= most, || format!("amount {amount} is not from {least} to {most}"))
}

/// If false, the issuer approved one sum and the receipt shows another.
pub(crate) fn charge_is_for_the_amount<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    given(true, charge.authorized == payment.amount, || {
        format!("authorized {} ≠ amount {}", charge.authorized.get(), payment.amount.get())
    })
}

/// If false, a customer who agreed to one price pays another: only an update may change it.
pub(crate) fn amount_changes_by_update_only<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let asked = match step.operation {
        Some(Operation::UpdateIntent { update: Update::Amount(number), .. }) => Amount::from_request(*number),
        Some(_) | None => None,
    };
    let premise = before.amount != after.amount;
    given(premise, before.status.is_open() && asked == Some(after.amount), || {
        format!("amount {} became {} while {}", before.amount.get(), after.amount.get(), before.status.name())
    })
}

/// If false, a capture that the merchant has shipped goods for is undone.
fn captured_never_shrinks<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let captured = |payment: &PaymentView| payment.charge.map_or(Amount::ZERO, |charge| charge.captured_amount);
    let (from, to) = (captured(before), captured(after));
    given(step.changed && !from.is_zero(), from <= to, || format!("captured {} became {}", from.get(), to.get()))
}

/// If false, money that was returned to the customer's card limit is on hold again without a new authorization.
fn released_never_shrinks<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((from, to)) = step.charges() else { return Judgement::Vacuous };
    given(step.changed && !from.released.is_zero(), from.released <= to.released, || {
        format!("released {} became {}", from.released.get(), to.released.get())
    })
}

/// If false, a refund that the customer expects is silently undone. Only a refund that fails or is canceled may do
/// that.
fn refunded_shrinks_with_a_refund<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some((before, after)), Some((from, to))) = (step.both(), step.charges()) else { return Judgement::Vacuous };
    given(to.refunded_amount < from.refunded_amount, any_died(before, after), || {
        format!("refunded {} became {}, and no refund failed", from.refunded_amount.get(), to.refunded_amount.get())
    })
}

/// If false, an entry of the ledger is erased instead of being countered by another one, and audits no longer add up.
fn ledger_only_grows<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let (from, to) = (before.ledger, after.ledger);
    // The part of a fee or transfer that a refund returned may come back if the refund fails.
    let excused = any_died(before, after);
    let grows = from.charged <= to.charged
        && from.fees <= to.fees
        && from.transfers <= to.transfers
        && (excused || (from.fees_refunded <= to.fees_refunded && from.reversals <= to.reversals));
    given(from != to, grows, || {
        format!(
            "charged {} to {}, fees {} to {}, fee refunds {} to {}, transfers {} to {}, reversals {} to {}",
            from.charged.get(),
            to.charged.get(),
            from.fees.get(),
            to.fees.get(),
            from.fees_refunded.get(),
            to.fees_refunded.get(),
            from.transfers.get(),
            to.transfers.get(),
            from.reversals.get(),
            to.reversals.get()
        )
    })
}

/// If false, an event of the bank, a job or a faulty handler takes the customer's money without a request of the
/// merchant.
pub(crate) fn held_money_is_taken_by_capture_only<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some((before, _)), Some((from, to))) = (step.both(), step.charges()) else { return Judgement::Vacuous };
    let premise = before.status == IntentStatus::RequiresCapture && from.captured_amount < to.captured_amount;
    given(premise, matches!(step.operation, Some(Operation::CaptureIntent { .. })), || {
        format!("captured {} became {} without a capture", from.captured_amount.get(), to.captured_amount.get())
    })
}

/// If false, a part of the customer's hold is lost, because the merchant cannot capture it and the customer does not
/// get it back; or it is promised to both.
pub(crate) fn held_money_adds_up<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    authorization_adds_up(config, payment).and(|| nothing_released_while_open(config, payment))
}

/// If false, the balance of the account and its payments disagree, which is found weeks later.
pub(crate) fn ledger_has_what_moved<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    ledger_has_what_was_captured(config, payment)
        .and(|| ledger_has_what_was_refunded(config, payment))
        .and(|| ledger_has_no_uncaptured_money(config, payment))
}

/// If false, money that a parcel, a customer or a report depends on disappears without a trace. Only a failed or
/// canceled refund returns its money.
pub(crate) fn money_never_shrinks<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    captured_never_shrinks(step)
        .and(|| released_never_shrinks(step))
        .and(|| refunded_shrinks_with_a_refund(step))
        .and(|| ledger_only_grows(step))
}
