//! Causes of notifications: each is about something that the same step did, and each effect has one.

use holdfast_model::{
    IntentStatus, NotificationKind as Kind, PaymentError, PaymentView, RefundStatus, SessionMode, SetupStatus,
};

use crate::capture::multicapture;
use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::{PaymentStep, Step, approved};
use crate::words::changes;

fn status(payment: Option<&PaymentView>) -> Option<IntentStatus> {
    payment.map(|payment| payment.status)
}

/// Returns whether the payment came into this status, or came into it again by another confirmation.
fn entered(step: &PaymentStep<'_, '_>, wanted: IntentStatus) -> bool {
    let confirmations = |payment: Option<&PaymentView>| payment.map_or(0, |payment| payment.confirmations);
    let again = confirmations(step.before) != confirmations(step.after);
    status(step.after) == Some(wanted) && (status(step.before) != Some(wanted) || again)
}

/// Returns whether an attempt to pay failed in this step.
fn has_failed(step: &PaymentStep<'_, '_>) -> bool {
    entered(step, IntentStatus::RequiresPaymentMethod) && step.after.is_some_and(|after| after.last_error.is_some())
}

fn refunds(payment: Option<&PaymentView>) -> usize {
    payment.map_or(0, |payment| payment.refunds.iter().flatten().count())
}

/// Returns whether a refund changed its status, and whether one failed.
fn refund_moves(step: &PaymentStep<'_, '_>) -> (bool, bool) {
    let Some((before, after)) = step.both() else { return (false, false) };
    let pairs = before.refunds.iter().flatten().zip(after.refunds.iter().flatten());
    pairs
        .filter(|(from, to)| from.status != to.status)
        .fold((false, false), |(_, failed), (_, to)| (true, failed || to.status == RefundStatus::Failed))
}

/// Returns whether a hold of which nothing was captured ended with the payment.
fn has_released(step: &PaymentStep<'_, '_>) -> bool {
    let held = step.before.and_then(approved).is_some_and(|charge| charge.captured_amount.is_zero());
    held && entered(step, IntentStatus::Canceled)
}

/// Returns whether a capture under multicapture took a piece, or ended the payment.
fn is_piece(step: &PaymentStep<'_, '_>) -> bool {
    let captured =
        step.charges().is_some_and(|(from, to)| from.captures != to.captures || from.captured != to.captured);
    captured && step.capture_asked().is_some_and(|(_, before)| multicapture(before))
}

/// Returns whether the specification leaves open which further events of the charge this step sends: a canceled debit
/// (EVT-21), and the expiry of a partly captured hold (U12).
fn leaves_events_open(step: &PaymentStep<'_, '_>) -> bool {
    let was = status(step.before);
    let debit = was == Some(IntentStatus::Processing) && entered(step, IntentStatus::Canceled);
    let taken = step.before.is_some_and(|before| !before.received.is_zero());
    let expired = was == Some(IntentStatus::RequiresCapture) && entered(step, IntentStatus::Succeeded);
    debit || taken && expired && step.operation.is_none()
}

/// Returns whether a notification is about the payment's charge or its hold.
const fn is_of_charge(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::IntentCapturableUpdated
            | Kind::ChargePending
            | Kind::ChargeFailed
            | Kind::ChargeUpdated
            | Kind::ChargeExpired
            | Kind::ChargeRefunded
    )
}

/// Returns whether the step can be the cause of a notification of this kind about the payment. Kinds whose cause another
/// property states in full are always permitted here.
fn has_cause(step: &PaymentStep<'_, '_>, kind: Kind) -> bool {
    let charges = || step.before.and_then(|payment| payment.charge).zip(step.after.and_then(|payment| payment.charge));
    let ledger = |of: fn(&PaymentView) -> u32| step.before.map_or(0, of) != step.after.map_or(0, of);
    match kind {
        Kind::IntentRequiresAction => entered(step, IntentStatus::RequiresAction),
        Kind::IntentCapturableUpdated => entered(step, IntentStatus::RequiresCapture) || is_piece(step),
        Kind::IntentPaymentFailed => has_failed(step),
        Kind::ChargePending => entered(step, IntentStatus::Processing),
        Kind::ChargeFailed => {
            // Without the customer's authentication there is no charge to fail, unless the dialect has one (P34).
            let has_charge = |error| {
                error != PaymentError::AuthenticationFailure
                    && (error != PaymentError::AuthenticationRequired
                        || step.config.dialect.absent_customer_leaves_charge)
            };
            has_failed(step) && step.after.and_then(|payment| payment.last_error).is_some_and(has_charge)
        }
        Kind::ChargeUpdated => {
            let posted = charges().is_some_and(|(from, to)| from.posting_left.is_some() && to.posting_left.is_none());
            posted || is_piece(step)
        }
        Kind::ChargeExpired => has_released(step) && step.operation.is_none(),
        Kind::ChargeRefunded => {
            refunds(step.before) < refunds(step.after) || has_released(step) && step.operation.is_some()
        }
        Kind::RefundCreated => refunds(step.before) < refunds(step.after),
        Kind::RefundUpdated | Kind::ChargeRefundUpdated => refund_moves(step).0,
        Kind::RefundFailed => refund_moves(step).1,
        Kind::FeeRefunded => ledger(|payment| payment.ledger.fees_refunded.get()),
        Kind::TransferReversed => ledger(|payment| payment.ledger.reversals.get()),
        Kind::IntentCreated
        | Kind::IntentProcessing
        | Kind::IntentSucceeded
        | Kind::IntentCanceled
        | Kind::ChargeSucceeded
        | Kind::ChargeCaptured
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
        | Kind::SessionExpired => true,
    }
}

/// If false, a merchant books a refund, a failure or the end of a hold that did not happen.
pub(crate) fn payment_notifications_have_a_cause<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let mut about = step.step.notifications.iter().filter(|notification| step.is_about(notification));
    let is_open = leaves_events_open(step);
    let groundless = about.find(|one| !(has_cause(step, one.kind) || is_open && is_of_charge(one.kind)));
    given(step.is_notified, groundless.is_none(), || {
        groundless.map_or_else(String::new, |found| {
            format!("{} was emitted, but {}", found.kind.name(), changes(&step.before, &step.after))
        })
    })
}

/// Returns whether the setup came into this status, or came into it again by another confirmation.
fn setup_entered(step: &Step<'_>, wanted: SetupStatus) -> bool {
    let (before, after) = (step.before.setup, step.after.setup);
    let again = before.map(|setup| setup.confirmations) != after.map(|setup| setup.confirmations);
    let is = |setup: Option<&holdfast_model::SetupView>| setup.is_some_and(|setup| setup.status == wanted);
    is(after) && (!is(before) || again)
}

/// Returns whether an attempt to save a method failed in this step.
fn setup_has_failed(step: &Step<'_>) -> bool {
    let has_error = step.after.setup.is_some_and(|setup| setup.last_error.is_some());
    setup_entered(step, SetupStatus::RequiresPaymentMethod) && has_error
}

/// Returns the statuses of the session's payment before and after the step.
fn debit(step: &Step<'_>) -> (Option<IntentStatus>, Option<IntentStatus>) {
    let Some(place) = step.after.session.filter(|session| session.mode != SessionMode::Setup).and_then(|it| it.intent)
    else {
        return (None, None);
    };
    let of = |payments: &[Option<PaymentView>]| status(payments.get(usize::from(place)).and_then(Option::as_ref));
    (of(step.before.payments), of(step.after.payments))
}

/// If false, a merchant takes a method for saved, or an order for paid by debit, that is not.
pub(crate) fn setup_and_session_notifications_have_a_cause<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let created = step.before.setup.is_none() && step.after.setup.is_some();
    let saved = setup_entered(step, SetupStatus::Succeeded);
    let (was, is) = debit(step);
    let settled = |to: IntentStatus| was == Some(IntentStatus::Processing) && is == Some(to);
    let causes = [
        (Kind::SetupCreated, created),
        (Kind::SetupRequiresAction, setup_entered(step, SetupStatus::RequiresAction)),
        (Kind::SetupSucceeded, saved),
        (Kind::MethodAttached, saved),
        (Kind::SetupFailed, setup_has_failed(step)),
        (Kind::SetupCanceled, setup_entered(step, SetupStatus::Canceled)),
        (Kind::SessionPaid, settled(IntentStatus::Succeeded)),
        (Kind::SessionPaymentFailed, settled(IntentStatus::RequiresPaymentMethod)),
    ];
    let premise = causes.iter().any(|(kind, _)| step.count(*kind) > 0);
    let groundless = causes.iter().find(|(kind, has_cause)| !has_cause && step.count(*kind) > 0);
    given(premise, groundless.is_none(), || {
        groundless.map_or_else(String::new, |(kind, _)| {
            format!("{} was emitted; the setup is {:?}, the payment {is:?}", kind.name(), step.after.setup)
        })
    })
}

/// If false, a merchant whose request got no response, or whose customer pays on the provider's page, never learns of a
/// refund, a capture, a challenge or a decline.
pub(crate) fn effects_are_notified_without_a_response<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let refunded = refunds(step.before) < refunds(step.after);
    let failed = has_failed(step) && has_cause(step, Kind::ChargeFailed);
    let effects = [
        (refunded, Kind::RefundCreated),
        (refunded || has_released(step) && step.operation.is_some(), Kind::ChargeRefunded),
        (is_piece(step), Kind::ChargeUpdated),
        (is_piece(step), Kind::IntentCapturableUpdated),
        (entered(step, IntentStatus::RequiresAction), Kind::IntentRequiresAction),
        (failed, Kind::ChargeFailed),
        (has_failed(step), Kind::IntentPaymentFailed),
    ];
    let silent = effects.iter().find(|(happened, kind)| *happened && step.notified(*kind) != 1);
    given(effects.iter().any(|(happened, _)| *happened), silent.is_none(), || {
        silent.map_or_else(String::new, |(_, kind)| {
            format!("{} was not emitted once, and {}", kind.name(), changes(&step.before, &step.after))
        })
    })
}

/// If false, a merchant never learns that a setup was made, waits for its customer or failed.
pub(crate) fn setup_effects_are_notified<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let effects = [
        (step.before.setup.is_none() && step.after.setup.is_some(), Kind::SetupCreated),
        (setup_entered(step, SetupStatus::RequiresAction), Kind::SetupRequiresAction),
        (setup_has_failed(step), Kind::SetupFailed),
    ];
    let silent = effects.iter().find(|(happened, kind)| *happened && step.count(*kind) != 1);
    given(effects.iter().any(|(happened, _)| *happened), silent.is_none(), || {
        silent.map_or_else(String::new, |(_, kind)| {
            format!("{} was not emitted once; the setup is {:?}", kind.name(), step.after.setup)
        })
    })
}
