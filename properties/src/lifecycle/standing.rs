//! The statuses of a PaymentIntent: properties of one payment in one state.

use holdfast_model::{CaptureMethod, ChargeStatus, Config, IntentStatus, Issuer, PaymentMethod, PaymentView, Rail};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::approved;

use super::{challenges, charge_status};

use IntentStatus::{
    Canceled, Processing, RequiresAction, RequiresCapture, RequiresConfirmation, RequiresPaymentMethod, Succeeded,
};

/// If false, the merchant ships an order that is unpaid, or paid in part.
pub(crate) fn succeeded_means_received<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    succeeded_has_received(config, payment).and(|| automatic_takes_all(config, payment))
}

/// If false, an attempt is in progress without a method to take the money from, or a customer is asked for a method
/// that the intent has.
pub(crate) fn method_fits_the_status<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    under_way_means_a_method(config, payment).and(|| asking_for_a_method_means_none(config, payment))
}

/// If false, a page shows yesterday's decline next to today's success, and a report of cancellations
/// counts orders that were not canceled.
pub(crate) fn traces_fit_the_status<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    reason_means_canceled(config, payment).and(|| error_means_unpaid(config, payment))
}

/// If false, a card payment waits in a status that only bank debits have, or a customer is sent to a challenge without
/// a demand. Money may also wait for an unexpected capture.
pub(crate) fn waiting_fits_the_method<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    processing_is_for_banks(config, payment)
        .and(|| action_means_a_challenge(config, payment))
        .and(|| holding_means_manual_card(config, payment))
}

/// If false, a customer is charged twice for one order, an order counts as paid without a charge, or a paid order is
/// paid again.
pub(crate) fn money_means_one_approved_charge<D: Diagnostics>(config: &Config, payment: &PaymentView) -> Judgement<D> {
    one_successful_charge(config, payment)
        .and(|| held_or_paid_means_approved(config, payment))
        .and(|| open_means_unpaid(config, payment))
        .and(|| processing_means_unpaid(config, payment))
}

/// If false, a card is charged that its issuer refuses, after a challenge, on the provider's page or by a second
/// confirmation, and the money is taken back weeks later.
pub(crate) fn charged_only_if_the_issuer_approves<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let approves = payment.payment_method.is_some_and(|method| match method.profile().issuer {
        Issuer::Approves | Issuer::Challenges => true,
        Issuer::Declines(_) | Issuer::ChallengesThenDeclines(_) | Issuer::FailsLater | Issuer::NeverSettles => false,
    });
    given(approved(payment).is_some(), approves, || {
        format!("{} with an approved charge of {:?}", payment.status.name(), payment.payment_method)
    })
}

/// If false, the merchant ships an unpaid order.
fn succeeded_has_received<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    given(payment.status == Succeeded, !payment.received.is_zero(), || "succeeded with received 0".to_owned())
}

/// If false, an order paid at once is paid in part, without a request for the rest.
fn automatic_takes_all<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let premise = payment.status == Succeeded && payment.capture_method != CaptureMethod::Manual;
    given(premise, payment.received == payment.amount, || {
        format!("received {} of {} without manual capture", payment.received.get(), payment.amount.get())
    })
}

/// If false, an order shown as canceled has been paid: the customer pays for nothing.
pub(crate) fn canceled_has_received_nothing<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    given(payment.status == Canceled, payment.received.is_zero(), || {
        format!("canceled with received {}", payment.received.get())
    })
}

/// If false, the merchant sees money that cannot be captured.
pub(crate) fn capturable_only_while_held<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    given(!payment.capturable.is_zero(), payment.status == RequiresCapture, || {
        format!("capturable {} while {}", payment.capturable.get(), payment.status.name())
    })
}

/// If false, a customer is charged twice for one order.
fn one_successful_charge<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    given(payment.successful_charges > 0, payment.successful_charges == 1, || {
        format!("{} successful charges", payment.successful_charges)
    })
}

/// If false, an intent shows money although its charge was never approved.
fn held_or_paid_means_approved<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let premise = matches!(payment.status, RequiresCapture | Succeeded);
    given(premise, approved(payment).is_some(), || {
        format!("{} with charge {}", payment.status.name(), charge_status(payment))
    })
}

/// If false, an intent that requests another attempt has been paid already, and the next attempt is a second payment.
fn open_means_unpaid<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let premise = payment.status.is_open() && payment.confirmations > 0;
    let unpaid = approved(payment).is_none() && payment.received.is_zero();
    given(premise, unpaid, || {
        format!(
            "{} with charge {} and received {}",
            payment.status.name(),
            charge_status(payment),
            payment.received.get()
        )
    })
}

/// If false, a debit that the bank has not answered counts as paid.
fn processing_means_unpaid<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let unpaid = approved(payment).is_none() && payment.received.is_zero() && payment.ledger.charged.is_zero();
    given(payment.status == Processing, unpaid, || {
        format!(
            "processing with charge {}, received {}, ledger charged {}",
            charge_status(payment),
            payment.received.get(),
            payment.ledger.charged.get()
        )
    })
}

/// If false, an attempt is in progress without a method to take the money from.
fn under_way_means_a_method<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let premise =
        matches!(payment.status, RequiresConfirmation | RequiresAction | Processing | RequiresCapture | Succeeded);
    given(premise, payment.payment_method.is_some(), || format!("{} without a payment method", payment.status.name()))
}

/// If false, a merchant is asked for a method that the intent has, or retries with one that was used up.
fn asking_for_a_method_means_none<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let method = payment.payment_method;
    given(payment.status == RequiresPaymentMethod, method.is_none(), || {
        format!("requires_payment_method with {}", method.map_or("none", PaymentMethod::token))
    })
}

/// If false, a card payment stays for days in a status that only bank debits have.
fn processing_is_for_banks<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(method) = payment.payment_method else { return Judgement::Vacuous };
    let card = matches!(method.profile().rail, Rail::Card(_));
    given(payment.status == Processing, !card, || format!("processing with {}", method.token()))
}

/// If false, a customer is sent to a challenge that their bank did not request.
fn action_means_a_challenge<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(method) = payment.payment_method else { return Judgement::Vacuous };
    given(payment.status == RequiresAction, challenges(method), || format!("requires_action with {}", method.token()))
}

/// If false, money waits for a capture that the merchant did not know was needed, and the hold expires.
fn holding_means_manual_card<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let card = payment.payment_method.is_some_and(|method| matches!(method.profile().rail, Rail::Card(_)));
    let manual = payment.capture_method == CaptureMethod::Manual;
    given(payment.status == RequiresCapture, card && manual, || {
        format!(
            "requires_capture with capture method {:?} and {}",
            payment.capture_method,
            payment.payment_method.map_or("no method", PaymentMethod::token)
        )
    })
}

/// If false, a report of cancellations counts orders that were not canceled.
fn reason_means_canceled<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    // A partly captured intent that a cancellation completes may keep the given reason (U6).
    let completed = payment.status == Succeeded && payment.capture_method == CaptureMethod::Manual;
    given(payment.cancellation_reason.is_some(), payment.status == Canceled || completed, || {
        format!("cancellation reason {:?} while {}", payment.cancellation_reason, payment.status.name())
    })
}

/// If false, a checkout page shows yesterday's decline next to today's success.
fn error_means_unpaid<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let premise = payment.last_error.is_some();
    given(premise, matches!(payment.status, RequiresPaymentMethod | Canceled), || {
        format!("last error {:?} while {}", payment.last_error, payment.status.name())
    })
}

/// If false, a decline has taken or held money.
pub(crate) fn failed_charge_moves_nothing<D: Diagnostics>(_: &Config, payment: &PaymentView) -> Judgement<D> {
    let Some(charge) = payment.charge else { return Judgement::Vacuous };
    let nothing = charge.captured_amount.is_zero()
        && charge.refunded_amount.is_zero()
        && payment.capturable.is_zero()
        && !charge.captured
        && charge.hold_left.is_none()
        && !charge.links.balance_transaction;
    given(charge.status == ChargeStatus::Failed, nothing, || {
        format!(
            "failed charge with captured {} ({}), refunded {}, capturable {}, hold {:?}, balance transaction {}",
            charge.captured_amount.get(),
            charge.captured,
            charge.refunded_amount.get(),
            payment.capturable.get(),
            charge.hold_left,
            charge.links.balance_transaction
        )
    })
}
