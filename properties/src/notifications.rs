//! Notifications: every change is reported, nothing else is, and the former values are correct.

use holdfast_model::{
    Accepted, Amount, EnvironmentEvent, IntentStatus, Links, Notification, NotificationKind as Kind, Operation,
    PaymentView, RefundStatus, Rejection,
};

use crate::capture::multicapture;
use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::{PaymentStep, Step, approved};
use crate::words::changes;

fn notified<D: Diagnostics>(step: &PaymentStep<'_, '_>, premise: bool, expected: &[(Kind, usize)]) -> Judgement<D> {
    let wrong = || expected.iter().find(|(kind, times)| step.notified(*kind) != *times);
    given(premise, !premise || wrong().is_none(), || {
        wrong().map_or_else(String::new, |(kind, times)| {
            format!(
                "{} was emitted {} times instead of {times} by {:?}",
                kind.name(),
                step.notified(*kind),
                step.step.input
            )
        })
    })
}

/// Returns the status before and after the step, if it changed.
fn moved(step: &PaymentStep<'_, '_>) -> Option<(Option<IntentStatus>, IntentStatus)> {
    let (before, after) = (step.before.map(|before| before.status), step.after?.status);
    (before != Some(after)).then_some((before, after))
}

/// Returns whether the status became this one in this step.
fn became(step: &PaymentStep<'_, '_>, status: IntentStatus) -> bool {
    moved(step).is_some_and(|(_, after)| after == status)
}

/// If false, an order is paid and never shipped.
fn success_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    notified(step, became(step, IntentStatus::Succeeded), &[(Kind::IntentSucceeded, 1)])
}

/// If false, a canceled order is shipped.
fn cancellation_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    notified(step, became(step, IntentStatus::Canceled), &[(Kind::IntentCanceled, 1)])
}

/// If false, the merchant does not know that the payment waits for a bank.
fn processing_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    notified(step, became(step, IntentStatus::Processing), &[(Kind::IntentProcessing, 1)])
}

/// If false, the merchant does not know that the payment waits for the customer.
fn required_action_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    notified(step, became(step, IntentStatus::RequiresAction), &[(Kind::IntentRequiresAction, 1)])
}

/// If false, money is held and the merchant never captures it.
fn hold_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    notified(step, became(step, IntentStatus::RequiresCapture), &[(Kind::IntentCapturableUpdated, 1)])
}

/// If false, a failed payment goes unnoticed, and the customer is never asked for another card.
fn failed_intent_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let failed = matches!(step.turned_down(), Some((_, Rejection::Declined(_) | Rejection::AuthenticationRequired)));
    // A session's page has no response: the customer's failure is an event.
    let on_page = matches!(step.event(), Some(EnvironmentEvent::CustomerPays { .. }))
        && step.step.outcome == Ok(Accepted::Happened)
        && step.after.is_some_and(|after| after.status == IntentStatus::RequiresPaymentMethod);
    let fell_back = moved(step).is_some_and(|(before, after)| {
        matches!(before, Some(IntentStatus::RequiresAction | IntentStatus::Processing))
            && after == IntentStatus::RequiresPaymentMethod
    });
    notified(step, failed || on_page || fell_back, &[(Kind::IntentPaymentFailed, 1)])
}

/// If false, the first notification of a payment arrives when it is over.
fn creation_is_notified_first<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let premise = step.before.is_none() && step.after.is_some();
    let first = step.step.notifications.iter().find(|notification| step.is_about(notification));
    let expected =
        step.notified(Kind::IntentCreated) == 1 && first.is_some_and(|first| first.kind == Kind::IntentCreated);
    given(premise, expected, || format!("created, and emitted {:?}", step.step.notifications))
}

/// If false, the merchant ships or cancels an order because of something that did not happen. A repeated report of an
/// old success ships it twice.
fn notified_means_happened<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let properties = [
        (Kind::IntentCreated, step.before.is_none() && step.after.is_some()),
        (Kind::IntentSucceeded, became(step, IntentStatus::Succeeded)),
        (Kind::IntentCanceled, became(step, IntentStatus::Canceled)),
        (Kind::IntentProcessing, became(step, IntentStatus::Processing)),
        (
            Kind::IntentPaymentFailed,
            step.after.is_some_and(|after| after.last_error.is_some() && after.received.is_zero()),
        ),
    ];
    let premise = properties.iter().any(|(kind, _)| step.notified(*kind) > 0);
    let lie = || properties.iter().find(|(kind, happened)| !happened && step.notified(*kind) > 0);
    given(premise, lie().is_none(), || {
        lie().map_or_else(String::new, |(kind, _)| {
            format!("{} was emitted, but {}", kind.name(), changes(&step.before, &step.after))
        })
    })
}

/// If false, one change arrives as two, and a merchant who relies on the list records it twice.
pub(crate) fn nothing_is_notified_twice<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let twice = |at: usize, notification: &Notification| {
        let rest = step.notifications.iter().skip(at.saturating_add(1));
        rest.into_iter().any(|other| other.kind == notification.kind && other.about == notification.about)
    };
    let found = || step.notifications.iter().enumerate().find(|(at, notification)| twice(*at, notification));
    given(step.notifications.len() > 1, found().is_none(), || {
        found().map_or_else(String::new, |(_, notification)| format!("{} was emitted twice", notification.kind.name()))
    })
}

/// If false, a merchant receives notifications of payments that did not change.
fn only_the_named_payment_is_notified_of<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    given(step.is_notified, step.addressed, || {
        format!("{:?} emitted {:?} of payment {}", step.step.input, step.step.notifications, step.intent.0)
    })
}

/// If false, money moves without a notification, and records kept from notifications are wrong from then on.
pub(crate) fn money_never_moves_silently<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let money = |payment: &PaymentView| {
        let charge = payment.charge.map(|charge| (charge.captured_amount, charge.released, charge.refunded_amount));
        (payment.received, payment.capturable, charge, payment.ledger)
    };
    let premise = step.changed && step.after.is_some_and(|after| step.before.map(money) != Some(money(after)));
    // A payment that is created without money has moved none.
    let moved = premise && (step.before.is_some() || step.after.is_some_and(|after| !after.ledger.charged.is_zero()));
    given(moved, step.is_notified, || format!("{}, without a notification", changes(&step.before, &step.after)))
}

/// If false, the merchant does not find a charge by its first notification.
fn approval_is_notified_once<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let approvals = |payment: Option<&PaymentView>| payment.map_or(0, |payment| payment.successful_charges);
    let newly = approvals(step.after) > approvals(step.before);
    let premise = newly || step.notified(Kind::ChargeSucceeded) > 0;
    notified(step, premise, &[(Kind::ChargeSucceeded, usize::from(newly))])
}

/// If false, a decline is reported without its charge, and fraud screening never sees it.
fn failed_charge_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let declined = matches!(step.turned_down(), Some((_, Rejection::Declined(_))));
    let bounced = moved(step).is_some_and(|(before, after)| {
        before == Some(IntentStatus::Processing) && after == IntentStatus::RequiresPaymentMethod
    });
    notified(step, declined || bounced, &[(Kind::ChargeFailed, 1)])
}

/// If false, a merchant who acts on the intent's notification looks for a charge that has not been reported. Within one
/// attempt, the charge is reported first.
fn charge_is_notified_before_the_intent<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let place = |wanted: Kind| {
        let notified = if step.step.may_have_notified(wanted) { step.step.notifications } else { &[] };
        notified.iter().position(|notification| notification.kind == wanted && step.is_about(notification))
    };
    let pairs = [
        (Kind::ChargeSucceeded, Kind::IntentSucceeded),
        (Kind::ChargeSucceeded, Kind::IntentCapturableUpdated),
        (Kind::ChargeFailed, Kind::IntentPaymentFailed),
    ];
    let mut premise = false;
    let mut ordered = true;
    for (first, second) in pairs {
        if let (Some(first), Some(second)) = (place(first), place(second)) {
            premise = true;
            ordered &= first < second;
        }
    }
    given(premise, ordered, || format!("emitted {:?}", step.step.notifications))
}

/// If false, a parcel is captured and the merchant's records, which wait for `charge.updated`, miss it.
fn each_multicapture_updates_the_charge<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let several = step.captured().is_some_and(|done| multicapture(done.before));
    notified(step, several, &[(Kind::ChargeUpdated, 1)])
}

/// If false, the merchant's record of the capturable amount is out of date.
fn each_multicapture_updates_the_capturable<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let several = step.captured().is_some_and(|done| multicapture(done.before));
    notified(step, several, &[(Kind::IntentCapturableUpdated, 1)])
}

/// If false, a merchant with one capture for each order receives updates that it never had to handle.
fn single_capture_updates_neither<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let single = step.captured().is_some_and(|done| !multicapture(done.before));
    notified(step, single, &[(Kind::ChargeUpdated, 0), (Kind::IntentCapturableUpdated, 0)])
}

/// If false, a sale is closed twice, or never: `charge.captured` comes once, at the end.
pub(crate) fn charge_captured_is_notified_at_the_end<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let ends = step.charges().is_some_and(|(from, to)| !from.captured && to.captured);
    notified(step, ends || step.notified(Kind::ChargeCaptured) > 0, &[(Kind::ChargeCaptured, usize::from(ends))])
}

/// If false, a background capture is posted and the merchant never learns its entries.
pub(crate) fn posting_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let posted = step.charges().is_some_and(|(from, to)| from.posting_left.is_some() && to.posting_left.is_none());
    notified(step, posted, &[(Kind::ChargeUpdated, 1), (Kind::ChargeSucceeded, 0), (Kind::IntentSucceeded, 0)])
}

/// If false, a platform receives no report of its fee, or a report of a fee that was not taken.
fn first_fee_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let fees = |payment: Option<&PaymentView>| payment.map_or(Amount::ZERO, |payment| payment.ledger.fees);
    let (from, to) = (fees(step.before), fees(step.after));
    let times = step.notified(Kind::FeeCreated);
    // No source states whether later captures create a fee of their own (U11).
    let expected = if from.is_zero() { times == usize::from(from < to) } else { times == 0 || from < to };
    given(times > 0 || (from.is_zero() && from < to), expected, || {
        format!("fees {} became {}, application_fee.created was emitted {times} times", from.get(), to.get())
    })
}

/// If false, a seller's money is sent, and neither the platform nor the seller receives a report.
fn first_transfer_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let transfers = |payment: Option<&PaymentView>| payment.map_or(Amount::ZERO, |payment| payment.ledger.transfers);
    let (from, to) = (transfers(step.before), transfers(step.after));
    let times = step.notified(Kind::TransferCreated);
    let expected = if from.is_zero() { times == usize::from(from < to) } else { times == 0 || from < to };
    given(times > 0 || (from.is_zero() && from < to), expected, || {
        format!("transfers {} became {}, transfer.created was emitted {times} times", from.get(), to.get())
    })
}

/// If false, a refund is made and the merchant's records lack it.
fn new_refund_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    notified(step, step.refunded().is_some(), &[(Kind::RefundCreated, 1), (Kind::ChargeRefunded, 1)])
}

/// If false, a released hold looks like a refund, or a refund is reported that does not exist.
fn charge_refunded_has_two_causes<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let refund = matches!(step.operation, Some(Operation::CreateRefund { .. }));
    let canceled = became(step, IntentStatus::Canceled) && step.before.is_some_and(|before| approved(before).is_some());
    given(step.notified(Kind::ChargeRefunded) > 0, refund || canceled, || {
        format!("charge.refunded was emitted by {:?}", step.step.input)
    })
}

/// If false, a flag that changes at the final capture is recorded as one more refund.
fn late_refunded_flag_is_not_a_refund<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let flipped = step.charges().is_some_and(|(from, to)| !from.refunded && to.refunded);
    let refund = matches!(step.operation, Some(Operation::CreateRefund { .. }));
    notified(step, flipped && !refund, &[(Kind::ChargeRefunded, 0), (Kind::RefundCreated, 0)])
}

/// If false, a canceled hold is not reported as released, and the customer learns nothing.
fn canceled_hold_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let hold =
        step.before.is_some_and(|before| before.status == IntentStatus::RequiresCapture && before.received.is_zero());
    let canceled = matches!(step.accepted(), Some(Operation::CancelIntent { .. }));
    notified(step, hold && canceled, &[(Kind::ChargeRefunded, 1), (Kind::ChargeExpired, 0), (Kind::RefundCreated, 0)])
}

/// If false, a merchant who forgot to capture never learns that the hold is gone.
fn expired_hold_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let hold =
        step.before.is_some_and(|before| before.status == IntentStatus::RequiresCapture && before.received.is_zero());
    let expired = hold && became(step, IntentStatus::Canceled) && step.operation.is_none();
    notified(step, expired, &[(Kind::ChargeExpired, 1)])
}

/// If false, a fee is refunded and the platform's records lack it, or have another amount.
fn fee_refund_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let back = before.ledger.fees_refunded < after.ledger.fees_refunded;
    notified(step, back || step.notified(Kind::FeeRefunded) > 0, &[(Kind::FeeRefunded, usize::from(back))])
}

/// If false, a transfer is reversed and the seller's records lack it.
fn reversal_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let back = before.ledger.reversals < after.ledger.reversals;
    notified(step, back || step.notified(Kind::TransferReversed) > 0, &[(Kind::TransferReversed, usize::from(back))])
}

/// If false, a refund fails weeks later and the merchant still believes the customer has the money.
fn refund_moves_are_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let pairs = || before.refunds.iter().flatten().zip(after.refunds.iter().flatten());
    if !pairs().any(|(from, to)| from.status != to.status) {
        return Judgement::Vacuous;
    }
    let failed = pairs().any(|(from, to)| from.status != to.status && to.status == RefundStatus::Failed);
    let expected =
        [(Kind::RefundFailed, usize::from(failed)), (Kind::RefundUpdated, 1), (Kind::ChargeRefundUpdated, 1)];
    notified(step, true, &expected)
}

/// The value before and the value after.
type WasAndIs<T> = (T, T);

/// Returns the values of the amount and the flag that a notification's previous values are about, before and after.
fn subject_values(
    kind: Kind,
    before: &PaymentView,
    after: &PaymentView,
) -> Option<(WasAndIs<Amount>, Option<WasAndIs<bool>>)> {
    let charge = |payment: &PaymentView| payment.charge.unwrap_or(NO_CHARGE);
    let (from, to) = (charge(before), charge(after));
    match kind {
        Kind::IntentCapturableUpdated => Some(((before.capturable, after.capturable), None)),
        Kind::ChargeUpdated => Some(((from.captured_amount, to.captured_amount), None)),
        Kind::ChargeCaptured => Some(((from.captured_amount, to.captured_amount), Some((from.captured, to.captured)))),
        Kind::ChargeRefunded => Some(((from.refunded_amount, to.refunded_amount), Some((from.refunded, to.refunded)))),
        Kind::FeeRefunded => Some(((before.ledger.fees_refunded, after.ledger.fees_refunded), None)),
        Kind::TransferReversed => Some(((before.ledger.reversals, after.ledger.reversals), None)),
        Kind::IntentCreated
        | Kind::IntentRequiresAction
        | Kind::IntentProcessing
        | Kind::IntentSucceeded
        | Kind::IntentPaymentFailed
        | Kind::IntentCanceled
        | Kind::ChargePending
        | Kind::ChargeSucceeded
        | Kind::ChargeFailed
        | Kind::ChargeExpired
        | Kind::ChargeRefundUpdated
        | Kind::RefundCreated
        | Kind::RefundUpdated
        | Kind::RefundFailed
        | Kind::FeeCreated
        | Kind::TransferCreated
        | Kind::SetupCreated
        | Kind::SetupRequiresAction
        | Kind::SetupSucceeded
        | Kind::SetupFailed
        | Kind::SetupCanceled
        | Kind::MethodAttached
        | Kind::SessionCompleted
        | Kind::SessionPaid
        | Kind::SessionPaymentFailed
        | Kind::SessionExpired => None,
    }
}

/// The charge of a payment that was never charged, for comparisons.
const NO_CHARGE: holdfast_model::ChargeView = holdfast_model::ChargeView {
    status: holdfast_model::ChargeStatus::Pending,
    authorized: Amount::ZERO,
    captured_amount: Amount::ZERO,
    released: Amount::ZERO,
    refunded_amount: Amount::ZERO,
    captured: false,
    refunded: false,
    multicapture_available: false,
    captures: 0,
    hold_left: None,
    posting_left: None,
    links: Links { balance_transaction: false, transfer: false, application_fee: false },
    fee_at_first_capture: false,
    transfer_at_first_capture: false,
    fee_latch: false,
    transfer_latch: false,
};

/// If false, a merchant who computes a captured amount from the former value gets a wrong result. Each field's former
/// value must be the value that it had, so that the chain has no gap.
pub(crate) fn previous_values_are_true<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    previous(
        step,
        |given, was, _| given.is_none_or(|given| given == was),
        |given, was, _| given.is_none_or(|given| given == was),
    )
}

/// If false, a field changes, and the notification that shows it does not list the former value: the chain breaks.
fn changed_amounts_and_flags_are_listed<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    previous(step, |given, was, is| was == is || given.is_some(), |given, was, is| was == is || given.is_some())
}

/// Judges the previous values of every notification about this payment that can have some.
fn previous<D: Diagnostics>(
    step: &PaymentStep<'_, '_>,
    amount: impl Fn(Option<Amount>, Amount, Amount) -> bool,
    flag: impl Fn(Option<bool>, bool, bool) -> bool,
) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let mut premise = false;
    for notification in step.step.notifications.iter().filter(|notification| step.is_about(notification)) {
        let Some(((was, is), flags)) = subject_values(notification.kind, before, after) else { continue };
        premise = true;
        // A multicapture reports the amount in charge.updated; charge.captured comes later (B58).
        let told_already = notification.kind == Kind::ChargeCaptured
            && step.step.notifications.iter().any(|other| other.kind == Kind::ChargeUpdated && step.is_about(other));
        let was = if told_already { is } else { was };
        let notified = notification.previous;
        let right = amount(notified.amount, was, is) && flags.is_none_or(|(was, is)| flag(notified.flag, was, is));
        if !right {
            return given(true, false, || {
                format!(
                    "{} says previous amount {:?} and flag {:?}; they were {} and {flags:?}, and are {} now",
                    notification.kind.name(),
                    notified.amount.map(Amount::get),
                    notified.flag,
                    was.get(),
                    is.get()
                )
            });
        }
    }
    given(premise, true, String::new)
}

/// If false, a merchant waits forever for the balance transaction, the transfer or the fee of a charge, or looks for
/// one that existed before.
fn filled_links_are_listed<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((from, to)) = step.charges() else { return Judgement::Vacuous };
    let filled = Links {
        balance_transaction: !from.links.balance_transaction && to.links.balance_transaction,
        transfer: !from.links.transfer && to.links.transfer,
        application_fee: !from.links.application_fee && to.links.application_fee,
    };
    let update = step
        .step
        .notifications
        .iter()
        .find(|notification| notification.kind == Kind::ChargeUpdated && step.is_about(notification));
    let Some(update) = update else { return Judgement::Vacuous };
    given(!filled.is_empty() || !update.previous.were_null.is_empty(), update.previous.were_null == filled, || {
        format!("charge.updated says {:?} were null; set were {filled:?}", update.previous.were_null)
    })
}

/// If false, an order is paid and never shipped, or canceled and shipped.
pub(crate) fn the_end_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    success_is_notified(step).and(|| cancellation_is_notified(step))
}

/// If false, a failed payment goes unnoticed, and the customer is never asked for another card.
pub(crate) fn failure_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    failed_intent_is_notified(step).and(|| failed_charge_is_notified(step))
}

/// If false, a merchant who acts on the intent's notification looks for a charge that it has not heard of.
pub(crate) fn approval_is_notified_first<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    approval_is_notified_once(step).and(|| charge_is_notified_before_the_intent(step))
}

/// If false, a merchant who forgot to capture never learns that the hold is gone, or one who canceled does not learn
/// that the customer's limit is free again.
pub(crate) fn released_hold_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    canceled_hold_is_notified(step).and(|| expired_hold_is_notified(step))
}

/// If false, a field changes, and the notification that shows it does not list the former value. The chain of previous
/// values breaks, and a merchant who waits for a link waits forever.
pub(crate) fn changed_values_are_listed<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    changed_amounts_and_flags_are_listed(step).and(|| filled_links_are_listed(step))
}

/// If false, the merchant ships or cancels an order because of an event that did not happen, or that happened to
/// another order. A repeated report of an old success may also make the merchant ship twice.
pub(crate) fn nothing_is_notified_that_did_not_happen<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    notified_means_happened(step).and(|| only_the_named_payment_is_notified_of(step))
}

/// If false, a fee or a transfer moves, and the records of platform and seller lack it.
pub(crate) fn connect_money_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    first_fee_is_notified(step)
        .and(|| first_transfer_is_notified(step))
        .and(|| fee_refund_is_notified(step))
        .and(|| reversal_is_notified(step))
}

/// If false, a parcel is captured and the merchant's records, or its view of the remainder, miss it. A merchant with
/// one capture for each order may also receive updates that it never had to handle.
pub(crate) fn captures_are_notified_by_their_kind<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    each_multicapture_updates_the_charge(step)
        .and(|| each_multicapture_updates_the_capturable(step))
        .and(|| single_capture_updates_neither(step))
}

/// If false, the merchant's records lack a refund, or its failure weeks later, or they contain a refund that was not
/// made.
pub(crate) fn refunds_are_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    new_refund_is_notified(step)
        .and(|| charge_refunded_has_two_causes(step))
        .and(|| late_refunded_flag_is_not_a_refund(step))
        .and(|| refund_moves_are_notified(step))
}

/// If false, the first notification of a payment arrives when it is over, or the merchant does not know that the
/// payment waits for the bank, the customer or a capture.
pub(crate) fn beginnings_are_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    creation_is_notified_first(step)
        .and(|| processing_is_notified(step))
        .and(|| required_action_is_notified(step))
        .and(|| hold_is_notified(step))
}
