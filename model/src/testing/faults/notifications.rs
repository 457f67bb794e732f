//! Faults of notifications.

use super::asked;
use crate::testing::fault::{Kind, PaymentStep, PlantedFault};
use crate::{
    Amount, EnvironmentEvent, Input, IntentId, IntentStatus, Links, Notification,
    NotificationKind as ExpectedNotification, Operation, Previous, Target,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "silent-bank",
        does: "does not report that a bank is being waited for",
        breaks: "beginnings-are-notified",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::IntentProcessing)),
    },
    PlantedFault {
        name: "silent-challenge",
        does: "does not report that the customer is being waited for",
        breaks: "beginnings-are-notified",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::IntentRequiresAction)),
    },
    PlantedFault {
        name: "silent-hold",
        does: "does not report that money is held and waits to be captured",
        breaks: "beginnings-are-notified",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(|step| {
            if step.was(|payment| payment.intent.status == IntentStatus::RequiresCapture) {
                return;
            }
            step.hush(ExpectedNotification::IntentCapturableUpdated);
        }),
    },
    PlantedFault {
        name: "silent-creation",
        does: "does not report that a payment was created",
        breaks: "beginnings-are-notified",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::IntentCreated)),
    },
    PlantedFault {
        name: "silent-end-by-cancel",
        does: "does not report that a cancel completed a partly captured payment",
        breaks: "the-end-is-notified",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CancelIntent { .. }) = step.done() {
                step.hush(ExpectedNotification::IntentSucceeded);
            }
        }),
    },
    PlantedFault {
        name: "silent-end-by-expiry",
        does: "reports that the hold ran out, and not that the payment is canceled with it",
        breaks: "the-end-is-notified",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if let Input::Event(_) = step.input {
                step.hush(ExpectedNotification::IntentCanceled);
            }
        }),
    },
    PlantedFault {
        name: "silent-bounce",
        does: "reports that a debit's charge failed, and not that the payment did",
        breaks: "failure-is-notified",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| {
            if let Input::Event(EnvironmentEvent::Settle { .. }) = step.input {
                step.hush(ExpectedNotification::IntentPaymentFailed);
            }
        }),
    },
    PlantedFault {
        name: "decline-without-a-charge",
        does: "reports a decline and not of the charge that failed",
        breaks: "failure-is-notified",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::ChargeFailed)),
    },
    PlantedFault {
        name: "paid-before-it-settles",
        does: "reports success when the bank takes a debit on",
        breaks: "nothing-is-notified-that-did-not-happen",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| {
            if step.now(|payment| payment.intent.status == IntentStatus::Processing)
                && !step.was(|payment| payment.intent.status == IntentStatus::Processing)
            {
                step.emit(ExpectedNotification::IntentSucceeded);
            }
        }),
    },
    PlantedFault {
        name: "notifies-of-another",
        does: "reports a refund as if another payment had been refunded as well",
        breaks: "nothing-is-notified-that-did-not-happen",
        scenario: "two_payments",
        variant: "interchangeable",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CreateRefund { .. }) = step.done() {
                let about = Target::Payment(IntentId(step.intent.0 ^ 1));
                let kind = ExpectedNotification::ChargeRefundUpdated;
                let _no_room = step.notifications.push(Notification { kind, about, previous: Previous::default() });
            }
        }),
    },
    PlantedFault {
        name: "pending-twice",
        does: "reports a pending charge twice",
        breaks: "nothing-is-notified-twice",
        scenario: "debits",
        variant: "every bank",
        kind: Kind::Payment(|step| {
            if step.notifications.count(ExpectedNotification::ChargePending) > 0 {
                step.emit(ExpectedNotification::ChargePending);
            }
        }),
    },
    PlantedFault {
        name: "only-the-first-transfer",
        does: "reports the first separate transfer from a charge only",
        breaks: "money-never-moves-silently",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if step.was(|payment| payment.ledger.transfers > Amount::ZERO) {
                step.hush(ExpectedNotification::TransferCreated);
            }
        }),
    },
    PlantedFault {
        name: "approval-not-notified",
        does: "does not report that a charge was approved",
        breaks: "approval-is-notified-first",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::ChargeSucceeded)),
    },
    PlantedFault {
        name: "the-end-first",
        does: "reports the payment's success before the charge's",
        breaks: "approval-is-notified-first",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            let (first, then) = (ExpectedNotification::ChargeSucceeded, ExpectedNotification::IntentSucceeded);
            if step.notifications.count(first) > 0 && step.notifications.count(then) > 0 {
                step.emit_again(|notification| {
                    if notification.kind == first {
                        notification.kind = then;
                    } else if notification.kind == then {
                        notification.kind = first;
                    }
                });
            }
        }),
    },
    PlantedFault {
        name: "silent-piece",
        does: "does not report what is left to capture after a piece was",
        breaks: "captures-are-notified-by-their-kind",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CaptureIntent { .. }) = step.done() {
                step.hush(ExpectedNotification::IntentCapturableUpdated);
            }
        }),
    },
    PlantedFault {
        name: "piece-without-its-charge",
        does: "does not report that a piece changed the charge",
        breaks: "captures-are-notified-by-their-kind",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            let open = step.now(|payment| payment.intent.status == IntentStatus::RequiresCapture);
            if let Some(Operation::CaptureIntent { .. }) = step.done().filter(|_| open) {
                step.hush(ExpectedNotification::ChargeUpdated);
            }
        }),
    },
    PlantedFault {
        name: "single-capture-is-one-of-several",
        does: "reports what is left to capture after the only capture there can be",
        breaks: "captures-are-notified-by-their-kind",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(|step| {
            let capturable = step.before.map(|before| before.intent.capturable);
            if let Some(Operation::CaptureIntent { .. }) = step.done() {
                let previous = Previous { amount: capturable, ..Previous::default() };
                step.emit_change(ExpectedNotification::IntentCapturableUpdated, previous);
            }
        }),
    },
    PlantedFault {
        name: "captured-at-every-piece",
        does: "emits charge.captured at every capture",
        breaks: "charge-captured-is-notified-at-the-end",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            let open = step.now(|payment| payment.intent.status == IntentStatus::RequiresCapture);
            if let Some(Operation::CaptureIntent { .. }) = step.done().filter(|_| open) {
                step.emit(ExpectedNotification::ChargeCaptured);
            }
        }),
    },
    PlantedFault {
        name: "captured-by-expiry-not-notified",
        does: "does not emit charge.captured when a hold runs out partly captured",
        breaks: "charge-captured-is-notified-at-the-end",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if let Input::Event(_) = step.input {
                step.hush(ExpectedNotification::ChargeCaptured);
            }
        }),
    },
    PlantedFault {
        name: "silent-books",
        does: "reports the transfer of a background capture, and not that its charge is posted",
        breaks: "posting-is-notified",
        scenario: "async_capture",
        variant: "destination",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::ChargeUpdated)),
    },
    PlantedFault {
        name: "posting-is-success",
        does: "reports success once more when a background capture is posted",
        breaks: "posting-is-notified",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if step.notifications.count(ExpectedNotification::ChargeUpdated) > 0 {
                step.emit(ExpectedNotification::IntentSucceeded);
            }
        }),
    },
    PlantedFault {
        name: "silent-release",
        does: "does not report that the hold of a canceled payment is released",
        breaks: "released-hold-is-notified",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CancelIntent { .. }) = step.done() {
                step.hush(ExpectedNotification::ChargeRefunded);
            }
        }),
    },
    PlantedFault {
        name: "silent-expiry",
        does: "reports that a payment is canceled, and not that its hold ran out",
        breaks: "released-hold-is-notified",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::ChargeExpired)),
    },
    PlantedFault {
        name: "silent-fee",
        does: "does not report that a fee was taken",
        breaks: "connect-money-is-notified",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::FeeCreated)),
    },
    PlantedFault {
        name: "silent-transfer",
        does: "does not report that a posted charge was sent on",
        breaks: "connect-money-is-notified",
        scenario: "async_capture",
        variant: "destination",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::TransferCreated)),
    },
    PlantedFault {
        name: "silent-fee-refund",
        does: "reports a refund, and not of the fee that went back with it",
        breaks: "connect-money-is-notified",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(|step| {
            if asked::refund(step.input).is_some() {
                step.hush(ExpectedNotification::FeeRefunded);
            }
        }),
    },
    PlantedFault {
        name: "silent-reversal",
        does: "reports a refund, and not of the transfer that was taken back with it",
        breaks: "connect-money-is-notified",
        scenario: "connect",
        variant: "destination",
        kind: Kind::Payment(|step| {
            if asked::refund(step.input).is_some() {
                step.hush(ExpectedNotification::TransferReversed);
            }
        }),
    },
    PlantedFault {
        name: "refund-without-an-object",
        does: "reports a refunded charge, and not of the refund",
        breaks: "refunds-are-notified",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::RefundCreated)),
    },
    PlantedFault {
        name: "late-flag-is-a-refund",
        does: "reports a refund when the final capture turns the flag of what was given back before",
        breaks: "refunds-are-notified",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            let refunded = |payment: &crate::payment::Payment| payment.charge.is_some_and(|charge| charge.refunded);
            let capture = asked::capture(step.input).is_some();
            if capture && step.now(refunded) && !step.was(refunded) {
                step.emit_change(
                    ExpectedNotification::ChargeRefunded,
                    Previous { flag: Some(false), ..Previous::default() },
                );
            }
        }),
    },
    PlantedFault {
        name: "silent-refund-failure",
        does: "reports that a refund changed, and not that it failed",
        breaks: "refunds-are-notified",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(|step| step.hush(ExpectedNotification::RefundFailed)),
    },
    PlantedFault {
        name: "previous-is-now",
        does: "shows as the previous refunded amount the one that is there now",
        breaks: "previous-values-are-true",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            let now = step.after.and_then(|payment| payment.charge).map(|charge| charge.refunded_amount);
            if asked::refund(step.input).is_some() {
                step.retell_of(ExpectedNotification::ChargeRefunded, |previous| previous.amount = now);
            }
        }),
    },
    PlantedFault {
        name: "previous-is-the-first",
        does: "shows as the previous capturable amount the one that was authorized",
        breaks: "previous-values-are-true",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if let Some(amount) = authorized_before(step) {
                step.retell_of(ExpectedNotification::IntentCapturableUpdated, |previous| {
                    previous.amount = Some(amount)
                });
            }
        }),
    },
    PlantedFault {
        name: "change-unlisted",
        does: "does not list the amount captured among what a piece changed",
        breaks: "changed-values-are-listed",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            step.retell_of(ExpectedNotification::ChargeUpdated, |previous| previous.amount = None)
        }),
    },
    PlantedFault {
        name: "entry-unlisted",
        does: "does not list the balance transaction among what the posting filled in",
        breaks: "changed-values-are-listed",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            step.retell_of(ExpectedNotification::ChargeUpdated, |previous| previous.were_null = Links::default())
        }),
    },
];

fn authorized_before(step: &PaymentStep<'_>) -> Option<Amount> {
    step.before.and_then(|payment| payment.charge).map(|charge| charge.authorized)
}
