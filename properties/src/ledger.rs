//! Background captures: success first, the ledger entries within an hour.

use holdfast_model::{CaptureMethod, Config, Flow, PaymentView};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::{PaymentStep, approved};

/// Longest time from the confirmation to the posting, in seconds (A12).
const HOUR: u32 = 3_600;

/// If false, the merchant waits for the ledger entries of a payment longer than promised.
pub(crate) fn posting_takes_an_hour_at_most<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(left) = payment.charge.and_then(|charge| charge.posting_left) else { return Judgement::Vacuous };
    given(true, 0 < left && left <= HOUR, || format!("{left} seconds left to book, of {HOUR} at most"))
}

/// If false, a payment that was not captured in the background lacks its ledger entries at first.
fn only_background_captures_wait<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let waits = payment.charge.is_some_and(|charge| charge.posting_left.is_some());
    given(waits, payment.capture_method == CaptureMethod::AutomaticAsync, || {
        format!("posting outstanding with {:?}", payment.capture_method)
    })
}

/// If false, the merchant sees success while the capture is still undecided.
fn waiting_means_captured<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = payment.charge.filter(|charge| charge.posting_left.is_some()) else {
        return Judgement::Vacuous;
    };
    let done = payment.status.is_final() && charge.captured && charge.captured_amount == payment.amount;
    given(true, done, || {
        format!(
            "posting outstanding: {} with captured {} ({}) of {}",
            payment.status.name(),
            charge.captured_amount.get(),
            charge.captured,
            payment.amount.get()
        )
    })
}

/// If false, money is in the balance before the ledger has it.
fn unposted_capture_is_not_in_the_ledger<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let waits = payment.charge.is_some_and(|charge| charge.posting_left.is_some());
    let ledger = payment.ledger;
    // A transfer that the platform makes itself does not wait.
    let sent_on = payment.flow != Flow::Platform && !ledger.transfers.is_zero();
    given(waits, ledger.charged.is_zero() && ledger.fees.is_zero() && !sent_on, || {
        format!(
            "posting outstanding with charged {}, fees {}, transfers {}",
            ledger.charged.get(),
            ledger.fees.get(),
            ledger.transfers.get()
        )
    })
}

/// If false, a merchant follows a link to an entry that is not written yet.
fn no_links_before_posting<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = payment.charge else { return Judgement::Vacuous };
    given(charge.posting_left.is_some(), charge.links.is_empty(), || {
        format!("posting outstanding with links {:?}", charge.links)
    })
}

/// If false, captured money has no ledger entry that the merchant can find.
fn booked_capture_has_a_balance_transaction<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let premise = !charge.captured_amount.is_zero() && charge.posting_left.is_none();
    given(premise, charge.links.balance_transaction, || {
        format!("captured {}, posted, no balance transaction", charge.captured_amount.get())
    })
}

/// If false, a link points to an entry that does not exist: no balance transaction, no transfer, no fee.
fn links_point_to_something<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = payment.charge else { return Judgement::Vacuous };
    let (links, ledger) = (charge.links, payment.ledger);
    let expected = (!links.balance_transaction || !ledger.charged.is_zero())
        && (!links.transfer || !ledger.transfers.is_zero())
        && (!links.application_fee || !ledger.fees.is_zero());
    given(!links.is_empty(), expected, || {
        format!(
            "links {links:?} with charged {}, transfers {}, fees {}",
            ledger.charged.get(),
            ledger.transfers.get(),
            ledger.fees.get()
        )
    })
}

/// If false, a platform cannot find the transfer of a destination charge, or looks for the transfer of a charge without
/// one.
fn transfer_link_means_destination<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let premise = charge.links.balance_transaction;
    given(premise, charge.links.transfer == (payment.flow == Flow::Destination), || {
        format!("transfer link {} with flow {:?}", charge.links.transfer, payment.flow)
    })
}

/// If false, a platform cannot find the fee it took. (No source states which fee the link shows if the first capture
/// took none.)
fn fee_link_shows_the_fee<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let premise = !payment.ledger.fees.is_zero() && charge.captures <= 1;
    given(premise, charge.links.application_fee, || format!("fees {} and no link to them", payment.ledger.fees.get()))
}

/// If false, an entry that the merchant has reconciled disappears later.
fn links_never_go_back<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((from, to)) = step.charges() else { return Judgement::Vacuous };
    let (from, to) = (from.links, to.links);
    let kept = (!from.balance_transaction || to.balance_transaction)
        && (!from.transfer || to.transfer)
        && (!from.application_fee || to.application_fee);
    given(step.changed && !from.is_empty(), kept, || format!("links {from:?} became {to:?}"))
}

/// If false, the hour starts again with every poll and never ends.
fn posting_comes_closer<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((from, to)) = step.charges() else { return Judgement::Vacuous };
    let (Some(from), Some(to)) = (from.posting_left, to.posting_left) else { return Judgement::Vacuous };
    given(step.changed || step.step.seconds() > 0, from.checked_sub(step.step.seconds()) == Some(to), || {
        format!("{from} seconds to book became {to} in {} seconds", step.step.seconds())
    })
}

/// If false, the merchant sees success while the capture is undecided, or a capture in the foreground lacks its ledger
/// entries.
pub(crate) fn capture_is_done_before_it_is_posted<D: Diagnostics>(
    config: &Config,
    payment: &PaymentView,
) -> Judgement<D> {
    waiting_means_captured(config, payment).and(|| only_background_captures_wait(config, payment))
}

/// If false, money is in the balance before the ledger has it, or a merchant follows a link to an entry that does not
/// exist yet.
pub(crate) fn nothing_is_shown_before_it_is_posted<D: Diagnostics>(
    config: &Config,
    payment: &PaymentView,
) -> Judgement<D> {
    unposted_capture_is_not_in_the_ledger(config, payment).and(|| no_links_before_posting(config, payment))
}

/// If false, captured money has no entry that the merchant can find, a platform looks for the transfer of
/// a charge that has none, or a link points to nothing.
pub(crate) fn links_fit_the_ledger<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    booked_capture_has_a_balance_transaction(config, payment)
        .and(|| links_point_to_something(config, payment))
        .and(|| transfer_link_means_destination(config, payment))
        .and(|| fee_link_shows_the_fee(config, payment))
}

/// If false, a reconciled entry disappears, or the hour starts again and never ends.
pub(crate) fn books_only_move_forward<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    links_never_go_back(step).and(|| posting_comes_closer(step))
}
