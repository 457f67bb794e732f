//! Captures of authorized money, single and multiple.

use holdfast_model::{
    Amount, Capture, CaptureMethod, ChargeView, Config, Country, Flow, IntentStatus, Network, PaymentMethod,
    PaymentView, Rail, Rejection,
};

use crate::expiry::is_over;
use crate::judgement::{Diagnostics, Judgement, given};
use crate::refusal::refused;
use crate::step::{PaymentStep, approved};

/// Largest number of captures of one payment (B8).
const MOST_CAPTURES: u8 = 50;

/// Returns whether multicapture is requested and available, with manual capture.
pub(crate) fn multicapture(payment: &PaymentView) -> bool {
    let available = payment.charge.is_some_and(|charge| charge.multicapture_available);
    available && payment.capture_method == CaptureMethod::Manual
}

/// Returns the network of a card with the features that multicapture needs.
fn enterprise_network(payment: &PaymentView) -> Option<Network> {
    let profile = payment.payment_method?.profile();
    match profile.rail {
        Rail::Card(network) => profile.enterprise_features.then_some(network),
        Rail::UsBankAccount | Rail::SepaDebit | Rail::BankTransfer => None,
    }
}

/// Returns whether the network permits multicapture for accounts of this country.
const fn allows(network: Network, country: Country) -> bool {
    match network {
        Network::UnionPay => matches!(country, Country::Us),
        Network::Jcb => matches!(country, Country::Us | Country::Ca | Country::Au | Country::Nz),
        Network::Visa
        | Network::Mastercard
        | Network::Amex
        | Network::Discover
        | Network::Diners
        | Network::CartesBancaires => true,
    }
}

fn is_available(payment: &PaymentView) -> bool {
    approved(payment).is_some_and(|charge| charge.multicapture_available)
}

fn token(payment: &PaymentView) -> &'static str {
    payment.payment_method.map_or("no method", PaymentMethod::token)
}

/// If false, a shop that ships many parcels makes a 51st capture, and the network fines it.
pub(crate) fn at_most_fifty_captures<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let captures = payment.charge.map_or(0, |charge| charge.captures);
    given(captures >= MOST_CAPTURES, captures == MOST_CAPTURES, || format!("{captures} captures"))
}

/// If false, a payment is captured in pieces although the network allowed one capture only.
fn several_captures_need_multicapture<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let captures = payment.charge.map_or(0, |charge| charge.captures);
    given(captures > 1, multicapture(payment), || {
        format!("{captures} captures, method {:?}, multicapture unavailable", payment.capture_method)
    })
}

/// If false, a partly captured payment stays open although the rest had to be released. The customer's money stays on
/// hold for days.
fn partly_captured_and_open_needs_multicapture<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let premise = payment.status == IntentStatus::RequiresCapture && !payment.received.is_zero();
    given(premise, multicapture(payment), || {
        format!("requires_capture with received {}, multicapture unavailable", payment.received.get())
    })
}

/// If false, a merchant who did not request multicapture captures several times by mistake.
fn multicapture_is_asked_for<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    given(is_available(payment), payment.multicapture_requested, || "available, but not requested".to_owned())
}

/// If false, an account whose contract does not include multicapture captures several times.
fn multicapture_needs_the_account<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    given(is_available(payment), config.account.multicapture, || "available to an account without it".to_owned())
}

/// If false, the second capture of an order bounces, because the card never allowed it.
fn multicapture_needs_the_card<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    given(is_available(payment), enterprise_network(payment).is_some(), || format!("available with {}", token(payment)))
}

/// If false, UnionPay or JCB payments are captured several times in a country where the network
/// forbids it.
fn multicapture_needs_the_country<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(network @ (Network::UnionPay | Network::Jcb)) = enterprise_network(payment) else {
        return Judgement::Vacuous;
    };
    let country = config.account.country;
    given(is_available(payment), allows(network, country), || {
        format!("available with {} in {}", token(payment), country.name())
    })
}

/// If false, a shop that may ship in parcels has to capture everything at the first one.
fn multicapture_is_given_where_it_can_be<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    let (Some(charge), Some(network)) = (approved(payment), enterprise_network(payment)) else {
        return Judgement::Vacuous;
    };
    let premise = payment.multicapture_requested
        && payment.capture_method == CaptureMethod::Manual
        && config.account.multicapture
        && allows(network, config.account.country);
    given(premise, charge.multicapture_available, || format!("unavailable with {}", token(payment)))
}

/// If false, a payment captured at once waits for further captures that cannot be made.
pub(crate) fn multicapture_without_manual_is_idle<D: Diagnostics>(
    config: &Config,
    payment: &PaymentView,
) -> Judgement<D> {
    let Some(charge) = approved(payment).filter(|_| payment.multicapture_requested) else {
        return Judgement::Vacuous;
    };
    let premise = payment.capture_method != CaptureMethod::Manual;
    let accepted = config.dialect.accept_multicapture_with_automatic;
    let notified = config.dialect.multicapture_despite_automatic || !charge.multicapture_available;
    let idle = payment.status == IntentStatus::Succeeded && payment.capturable.is_zero();
    given(premise, accepted && notified && idle, || {
        format!(
            "{:?}, asked for (which is accepted: {accepted}) and available {}: {} with capturable {}",
            payment.capture_method,
            charge.multicapture_available,
            payment.status.name(),
            payment.capturable.get()
        )
    })
}

/// If false, accounting closes an order from which more can be captured, or keeps a completed one open.
fn captured_flag_follows_the_end<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    let open = payment.status == IntentStatus::RequiresCapture;
    given(!charge.captured_amount.is_zero(), charge.captured != open, || {
        format!(
            "charge captured {} with amount captured {} while {}",
            charge.captured,
            charge.captured_amount.get(),
            payment.status.name()
        )
    })
}

/// If false, a hold without any capture is recorded as a sale.
fn untouched_hold_is_not_captured<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = approved(payment) else { return Judgement::Vacuous };
    given(charge.captured_amount.is_zero(), !charge.captured, || {
        format!("charge captured with amount captured 0 while {}", payment.status.name())
    })
}

/// If false, the merchant requests one amount and another is captured.
fn capture_takes_the_amount<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let taken = i64::from(done.to.captured_amount.get()).checked_sub(i64::from(done.from.captured_amount.get()));
    given(true, taken == Some(done.asked()), || {
        format!(
            "asked for {}, captured {} became {}",
            done.asked(),
            done.from.captured_amount.get(),
            done.to.captured_amount.get()
        )
    })
}

/// If false, the second parcel cannot be paid: `final_capture=false` released the rest.
fn piece_leaves_the_rest<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let rest = i64::from(done.before.capturable.get()).checked_sub(done.asked());
    let premise = done.capture.final_capture == Some(false) && rest.is_some_and(|rest| rest > 0);
    let kept = done.after.status == IntentStatus::RequiresCapture
        && rest == Some(i64::from(done.after.capturable.get()))
        && done.from.released == done.to.released;
    given(premise, kept, || {
        format!(
            "captured {} of {}, now {} with capturable {} and released {}",
            done.asked(),
            done.before.capturable.get(),
            done.after.status.name(),
            done.after.capturable.get(),
            done.to.released.get()
        )
    })
}

/// If false, the customer's limit stays blocked after the final capture.
pub(crate) fn final_capture_releases_the_rest<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let premise = done.capture.final_capture == Some(true);
    given(premise, ended(done.before, done.after, done.asked()), || after_final(done.asked(), done.before, done.after))
}

/// If false, a merchant who does not name `final_capture` leaves the rest of every order on hold.
pub(crate) fn capture_is_final_by_default<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let premise = done.capture.final_capture.is_none();
    given(premise, ended(done.before, done.after, done.asked()), || after_final(done.asked(), done.before, done.after))
}

/// Returns whether the payment has ended, with everything but the captured part released.
fn ended(before: &PaymentView, after: &PaymentView, taken: i64) -> bool {
    let Some(charge) = approved(after) else { return false };
    let rest = i64::from(before.capturable.get()).checked_sub(taken);
    after.status == IntentStatus::Succeeded
        && after.capturable.is_zero()
        && charge.captured
        && rest == Some(i64::from(charge.released.get()))
}

fn after_final(taken: i64, before: &PaymentView, after: &PaymentView) -> String {
    let charge = after.charge;
    format!(
        "finally captured {taken} of {}, now {} with capturable {}, released {}, captured {}",
        before.capturable.get(),
        after.status.name(),
        after.capturable.get(),
        charge.map_or(0, |charge| charge.released.get()),
        charge.is_some_and(|charge| charge.captured)
    )
}

/// If false, an engine assumes a final capture because nothing was left (or, where the dialect assumes it, does not).
fn capturing_all_piecewise_stays_open<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let all = done.asked() == i64::from(done.before.capturable.get()) && done.asked() > 0;
    let premise = done.capture.final_capture == Some(false) && all;
    let stays = step.config.dialect.full_capture_stays_open;
    let status = if stays { IntentStatus::RequiresCapture } else { IntentStatus::Succeeded };
    given(premise, done.after.status == status && done.after.capturable.is_zero(), || {
        format!("captured all {} piecewise, now {}", done.asked(), done.after.status.name())
    })
}

/// If false, a release captures money, or releases a hold that should have been canceled.
pub(crate) fn zero_capture_only_releases<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let expected = done.capture.final_capture != Some(false)
        && !done.before.received.is_zero()
        && multicapture(done.before)
        && done.to.captured_amount == done.from.captured_amount
        && done.after.status == IntentStatus::Succeeded;
    given(done.is_release(), expected, || {
        format!(
            "captured 0 with final_capture {:?} and received {}, now {} with received {}",
            done.capture.final_capture,
            done.before.received.get(),
            done.after.status.name(),
            done.after.received.get()
        )
    })
}

/// If false, the limit of 50 is reached too early or never: each capture counts, a release does not.
fn each_capture_counts_once<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some(done) = step.captured() else { return Judgement::Vacuous };
    let counted = done.from.captures.checked_add(u8::from(!done.is_release()));
    given(true, counted == Some(done.to.captures), || {
        format!("a capture of {} turned {} captures into {}", done.asked(), done.from.captures, done.to.captures)
    })
}

/// If false, money is captured twice: a capture succeeds without a hold.
pub(crate) fn capture_only_while_held<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((_, before)) = step.capture_asked() else { return Judgement::Vacuous };
    refused(step.step, before.status != IntentStatus::RequiresCapture, Rejection::UnexpectedState)
}

/// If false, a sign error in the merchant's shop turns a capture into something else.
fn negative_capture_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((capture, _)) = step.capture_asked() else { return Judgement::Vacuous };
    refused(step.step, capture.amount.is_some_and(|amount| amount < 0), Rejection::NegativeCapture)
}

/// If false, a capture of zero ends an order without a payment, or keeps an order open that it should end.
fn zero_capture_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((capture, before)) = step.capture_asked() else { return Judgement::Vacuous };
    let held = before.status == IntentStatus::RequiresCapture;
    let no_release = capture.final_capture == Some(false) || before.received.is_zero() || !multicapture(before);
    refused(step.step, held && capture.amount == Some(0) && no_release, Rejection::ZeroCapture)
}

/// If false, a capture exceeds the customer's consent, or is silently reduced to the capturable amount.
fn too_large_capture_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((capture, before)) = step.capture_asked() else { return Judgement::Vacuous };
    let held = before.status == IntentStatus::RequiresCapture;
    let large = capture.amount.is_some_and(|amount| amount > i64::from(before.capturable.get()));
    refused(step.step, held && large, Rejection::CaptureTooLarge)
}

/// If false, a merchant believes that the rest stays on hold although it cannot.
pub(crate) fn final_capture_needs_multicapture<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((capture, before)) = step.capture_asked() else { return Judgement::Vacuous };
    let held = before.status == IntentStatus::RequiresCapture;
    let named = match capture.final_capture {
        Some(false) => true,
        Some(true) => step.config.dialect.final_capture_needs_multicapture,
        None => false,
    };
    refused(step.step, held && named && !multicapture(before), Rejection::FinalCaptureUnavailable)
}

/// If false, the 51st capture is sent to a network that will reject it.
pub(crate) fn fifty_first_capture_is_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((capture, before)) = step.capture_asked() else { return Judgement::Vacuous };
    let captures = before.charge.map_or(0, |charge| charge.captures);
    let held = before.status == IntentStatus::RequiresCapture && captures >= MOST_CAPTURES;
    let release = capture.amount.map_or(before.capturable.is_zero(), |amount| amount == 0);
    refused(step.step, held && !release, Rejection::CaptureLimit)
}

/// If false, a capture that the rules allow is refused, and goods are shipped unpaid.
pub(crate) fn capture_refusals_are_true<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some((capture, before)), Some((_, reason))) = (step.capture_asked(), step.turned_down()) else {
        return Judgement::Vacuous;
    };
    // Other properties judge wrong statuses, and a model whose amounts leave their range.
    if matches!(reason, Rejection::UnexpectedState | Rejection::AmountOutOfRange) {
        return Judgement::Vacuous;
    }
    given(true, is_true_of(reason, &capture, step.config, before), || {
        let charge = before.charge;
        format!(
            "{capture:?} was refused with {reason:?}: capturable {}, received {}, fee {:?}, transfer {:?}, {:?}, \
             captures {}, hold left {:?}",
            before.capturable.get(),
            before.received.get(),
            before.fee,
            before.transfer,
            before.flow,
            charge.map_or(0, |charge| charge.captures),
            charge.and_then(|charge| charge.hold_left),
        )
    })
}

/// Returns whether the amount is positive and has at most eight digits.
fn is_positive(number: i64) -> bool {
    Amount::from_request(number).is_some_and(|amount| !amount.is_zero() && amount <= Amount::MAX)
}

/// Returns whether the reason applies to this capture. A reason that captures do not have never applies.
fn is_true_of(reason: Rejection, capture: &Capture, config: &Config, before: &PaymentView) -> bool {
    let dialect = &config.dialect;
    let asked = capture.amount.unwrap_or_else(|| i64::from(before.capturable.get()));
    let (fee, transfer) = (capture.fee.is_some(), capture.transfer.is_some());
    let has = |test: &dyn Fn(&ChargeView) -> bool| before.charge.as_ref().is_some_and(test);
    // A release captures no money, so it need not repeat the parameters of the first capture.
    let later = asked != 0 && has(&|charge| charge.captures > 0);
    if reason == Rejection::NegativeCapture {
        asked < 0
    } else if reason == Rejection::InvalidFee {
        capture.fee.is_some_and(|fee| !is_positive(fee))
    } else if reason == Rejection::InvalidTransfer {
        capture.transfer.is_some_and(|transfer| !is_positive(transfer))
    } else if reason == Rejection::HoldExpired {
        has(&|charge| charge.hold_left.is_some_and(|left| is_over(config, left)))
    } else if reason == Rejection::ZeroCapture {
        // The amount may also be zero by default, because nothing may be left (U5).
        asked == 0 && (capture.final_capture == Some(false) || before.received.is_zero() || !multicapture(before))
    } else if reason == Rejection::CaptureTooLarge {
        asked > i64::from(before.capturable.get())
    } else if reason == Rejection::PieceTooSmall {
        dialect.minimum_per_capture && asked > 0 && asked < i64::from(dialect.minimum_amount)
    } else if reason == Rejection::FinalCaptureUnavailable {
        let named = capture
            .final_capture
            .is_some_and(|final_capture| !final_capture || dialect.final_capture_needs_multicapture);
        named && !multicapture(before)
    } else if reason == Rejection::CaptureLimit {
        asked != 0 && has(&|charge| charge.captures >= MOST_CAPTURES)
    } else if reason == Rejection::FeeWithoutConnect {
        fee && before.flow == Flow::Platform
    } else if reason == Rejection::TransferWithoutDestination {
        transfer && before.flow != Flow::Destination
    } else if reason == Rejection::FeeAndTransfer {
        fee && (transfer || before.transfer.is_some()) || transfer && before.fee.is_some()
    } else if reason == Rejection::MissingFee {
        later && !fee && has(&|charge| charge.fee_at_first_capture)
    } else if reason == Rejection::MissingTransfer {
        later && !transfer && has(&|charge| charge.transfer_at_first_capture)
    } else if reason == Rejection::LateFee {
        later && fee && !dialect.late_connect_amounts && has(&|charge| !charge.fee_at_first_capture)
    } else if reason == Rejection::LateTransfer {
        later && transfer && !dialect.late_connect_amounts && has(&|charge| !charge.transfer_at_first_capture)
    } else {
        false
    }
}

/// If false, an order is captured in pieces, or kept open for further captures, although the network allowed one
/// capture only.
pub(crate) fn pieces_need_multicapture<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    several_captures_need_multicapture(config, payment)
        .and(|| partly_captured_and_open_needs_multicapture(config, payment))
}

/// If false, accounting closes an order from which more can be captured, keeps a completed one open, or records a hold
/// as a sale.
pub(crate) fn captured_flag_means_no_more<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    captured_flag_follows_the_end(config, payment).and(|| untouched_hold_is_not_captured(config, payment))
}

/// If false, the second parcel of an order cannot be captured (the merchant did not request it, or the contract, the
/// card or the network in this country does not permit it), or a shop that may ship in parcels cannot.
pub(crate) fn multicapture_where_allowed<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    multicapture_is_asked_for(config, payment)
        .and(|| multicapture_needs_the_account(config, payment))
        .and(|| multicapture_needs_the_card(config, payment))
        .and(|| multicapture_needs_the_country(config, payment))
        .and(|| multicapture_is_given_where_it_can_be(config, payment))
}

/// If false, the merchant requests one amount and another is captured, or the limit of 50 is reached too early or
/// never: each capture counts, a release does not.
pub(crate) fn capture_takes_what_was_asked<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    capture_takes_the_amount(step).and(|| each_capture_counts_once(step))
}

/// If false, the second parcel cannot be paid: `final_capture=false` released the rest, or the engine assumed a final
/// capture.
pub(crate) fn piecewise_capture_keeps_the_rest<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    piece_leaves_the_rest(step).and(|| capturing_all_piecewise_stays_open(step))
}

/// If false, more is captured than the customer agreed to, a sign error turns a capture into something else, or a
/// capture of zero ends an unpaid order.
pub(crate) fn bad_capture_amounts_are_refused<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    negative_capture_is_refused(step).and(|| too_large_capture_is_refused(step)).and(|| zero_capture_is_refused(step))
}
