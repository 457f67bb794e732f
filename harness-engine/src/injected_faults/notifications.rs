//! Injected faults: the notifications that the merchant receives.

use holdfast_engine::objects::EventType;
use holdfast_engine::{Money, objects::Was};

use super::Breaks::{Consumer, Property, Seen};
use super::How::Writes;
use super::InjectedFault;
use super::edits::{also, lose, more, twice};

/// Defines the fault that loses or repeats the events of one type: the edit, the type, the wrong effect, the
/// requirements and the property that breaks.
macro_rules! of_one_type {
    ($edit:ident, $event:ident, $name:literal, $rules:literal, $property:literal) => {
        InjectedFault {
            name: $name,
            rules: $rules,
            breaks: Property($property),
            how: Writes(|batch, _| $edit(batch, EventType::$event)),
        }
    };
}

pub(super) const TABLE: &[InjectedFault] = &[
    of_one_type!(
        lose,
        PaymentIntentCreated,
        "the creation of a payment is not notified",
        "C5 R9 EVT-1",
        "beginnings-are-notified"
    ),
    of_one_type!(
        lose,
        PaymentIntentAmountCapturableUpdated,
        "a hold is not notified",
        "B54 I10",
        "beginnings-are-notified"
    ),
    of_one_type!(lose, PaymentIntentSucceeded, "a success is not notified", "C11 I10", "the-end-is-notified"),
    of_one_type!(lose, PaymentIntentCanceled, "a cancellation is not notified", "C15 I10", "the-end-is-notified"),
    of_one_type!(lose, PaymentIntentPaymentFailed, "a failed attempt is not notified", "C13", "failure-is-notified"),
    of_one_type!(lose, ChargeSucceeded, "an approval is not notified", "B30 EVT-3", "approval-is-notified-first"),
    of_one_type!(
        lose,
        ChargeUpdated,
        "a captured piece is not notified",
        "B52 I10",
        "captures-are-notified-by-their-kind"
    ),
    of_one_type!(
        lose,
        ChargeCaptured,
        "the capture of a charge is not notified",
        "B56 B57 I10",
        "charge-captured-is-notified-at-the-end"
    ),
    of_one_type!(
        lose,
        ChargeExpired,
        "the expiry of a hold is not notified",
        "R11 EVT-11",
        "released-hold-is-notified"
    ),
    InjectedFault {
        name: "a refund is not notified",
        rules: "B59 B60 I14",
        breaks: Consumer,
        how: Writes(|batch, _| {
            let refunded = lose(batch, EventType::ChargeRefunded);
            lose(batch, EventType::RefundCreated) || refunded
        }),
    },
    of_one_type!(lose, RefundFailed, "the failure of a refund is not notified", "R7 U15", "refunds-are-notified"),
    of_one_type!(lose, ApplicationFeeCreated, "a fee is not notified", "A14 A17", "connect-money-is-notified"),
    InjectedFault {
        name: "changes by the environment or the worker are not notified",
        rules: "I14 R9",
        breaks: Consumer,
        how: Writes(|batch, _| {
            let before = batch.events.len();
            batch.events.retain(|event| event.origin.is_some());
            batch.events.len() != before
        }),
    },
    of_one_type!(twice, PaymentIntentSucceeded, "a success is notified twice", "I10 R10", "nothing-is-notified-twice"),
    of_one_type!(twice, RefundCreated, "a refund is notified twice", "R10 B60", "nothing-is-notified-twice"),
    of_one_type!(
        twice,
        ApplicationFeeRefunded,
        "a refunded fee is notified twice",
        "R10 B48",
        "nothing-is-notified-twice"
    ),
    of_one_type!(
        twice,
        TransferReversed,
        "a reversed transfer is notified twice",
        "R10 B50",
        "nothing-is-notified-twice"
    ),
    InjectedFault {
        name: "previous values are left out",
        rules: "B53 B55 I16",
        breaks: Property("changed-values-are-listed"),
        how: Writes(|batch, _| {
            let mut acted = false;
            for event in &mut batch.events {
                acted |= !event.previous.is_empty();
                event.previous.clear();
            }
            acted
        }),
    },
    InjectedFault {
        name: "previous amounts are one unit too large",
        rules: "B55 I16",
        breaks: Property("previous-values-are-true"),
        how: Writes(|batch, _| {
            let mut acted = false;
            for (_, was) in batch.events.iter_mut().flat_map(|event| &mut event.previous) {
                if let Was::Amount(amount) = was {
                    *amount = more(*amount);
                    acted = true;
                }
            }
            acted
        }),
    },
    InjectedFault {
        name: "previous amounts are those of the payment's beginning",
        rules: "B55 I16",
        breaks: Property("previous-values-are-true"),
        how: Writes(|batch, _| {
            let mut acted = false;
            for (_, was) in batch.events.iter_mut().flat_map(|event| &mut event.previous) {
                if let Was::Amount(amount) = was {
                    acted |= !amount.is_zero();
                    *amount = Money::ZERO;
                }
            }
            acted
        }),
    },
    InjectedFault {
        name: "a failure is notified as a success",
        rules: "R8 C13",
        breaks: Property("nothing-is-notified-that-did-not-happen"),
        how: Writes(|batch, _| {
            let mut acted = false;
            for event in &mut batch.events {
                if event.event_type == EventType::PaymentIntentPaymentFailed {
                    event.event_type = EventType::PaymentIntentSucceeded;
                    acted = true;
                }
            }
            acted
        }),
    },
    InjectedFault {
        name: "notifications arrive in reverse order",
        rules: "A7 U10",
        breaks: Seen("notifications"),
        how: Writes(|batch, _| {
            batch.events.reverse();
            batch.events.len() > 1
        }),
    },
    of_one_type!(
        lose,
        ChargeFailed,
        "the failure of a charge is not notified",
        "C13 EVT-5",
        "effects-are-notified-without-a-response"
    ),
    of_one_type!(
        lose,
        SetupIntentCreated,
        "the creation of a setup is not notified",
        "C19 EVT-16",
        "setup-effects-are-notified"
    ),
    InjectedFault {
        name: "a new refund is also notified as updated",
        rules: "EVT-13 EVT-22",
        breaks: Property("payment-notifications-have-a-cause"),
        how: Writes(|batch, _| also(batch, EventType::RefundCreated, EventType::RefundUpdated)),
    },
    InjectedFault {
        name: "a setup that waits for its customer is also notified as failed",
        rules: "EVT-16 EVT-22",
        breaks: Property("setup-and-session-notifications-have-a-cause"),
        how: Writes(|batch, _| also(batch, EventType::SetupIntentRequiresAction, EventType::SetupIntentSetupFailed)),
    },
];
