//! Injected faults: what the merchant is told.

use holdfast_engine::objects::EventType;
use holdfast_engine::{Money, objects::Was};

use super::Breaks::{Consumer, Property, Seen};
use super::How::Writes;
use super::InjectedFault;
use super::edits::{lose, more, twice};

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "nobody is told that a payment was created",
        rules: "C5 R9 EVT-1",
        breaks: Property("beginnings-are-told"),
        how: Writes(|batch, _| lose(batch, EventType::PaymentIntentCreated)),
    },
    InjectedFault {
        name: "nobody is told that money is held",
        rules: "B54 I10",
        breaks: Property("beginnings-are-told"),
        how: Writes(|batch, _| lose(batch, EventType::PaymentIntentAmountCapturableUpdated)),
    },
    InjectedFault {
        name: "nobody is told that a payment succeeded",
        rules: "C11 I10",
        breaks: Property("the-end-is-told"),
        how: Writes(|batch, _| lose(batch, EventType::PaymentIntentSucceeded)),
    },
    InjectedFault {
        name: "nobody is told that a payment was canceled",
        rules: "C15 I10",
        breaks: Property("the-end-is-told"),
        how: Writes(|batch, _| lose(batch, EventType::PaymentIntentCanceled)),
    },
    InjectedFault {
        name: "nobody is told that an attempt failed",
        rules: "C13",
        breaks: Property("failure-is-told"),
        how: Writes(|batch, _| lose(batch, EventType::PaymentIntentPaymentFailed)),
    },
    InjectedFault {
        name: "nobody is told of an approval",
        rules: "B30 EVT-3",
        breaks: Property("approval-is-told-first"),
        how: Writes(|batch, _| lose(batch, EventType::ChargeSucceeded)),
    },
    InjectedFault {
        name: "nobody is told of a piece that was captured",
        rules: "B52 I10",
        breaks: Property("captures-are-told-by-their-kind"),
        how: Writes(|batch, _| lose(batch, EventType::ChargeUpdated)),
    },
    InjectedFault {
        name: "nobody is told that a charge is captured",
        rules: "B56 B57 I10",
        breaks: Property("charge-captured-is-told-at-the-end"),
        how: Writes(|batch, _| lose(batch, EventType::ChargeCaptured)),
    },
    InjectedFault {
        name: "nobody is told that a hold ran out",
        rules: "R11 EVT-11",
        breaks: Property("released-hold-is-told"),
        how: Writes(|batch, _| lose(batch, EventType::ChargeExpired)),
    },
    InjectedFault {
        name: "nobody is told of a refund",
        rules: "B59 B60 I14",
        breaks: Consumer,
        how: Writes(|batch, _| {
            let refunded = lose(batch, EventType::ChargeRefunded);
            lose(batch, EventType::RefundCreated) || refunded
        }),
    },
    InjectedFault {
        name: "nobody is told that a refund failed",
        rules: "R7 U15",
        breaks: Property("refunds-are-told"),
        how: Writes(|batch, _| lose(batch, EventType::RefundFailed)),
    },
    InjectedFault {
        name: "nobody is told of a fee",
        rules: "A14 A17",
        breaks: Property("connect-money-is-told"),
        how: Writes(|batch, _| lose(batch, EventType::ApplicationFeeCreated)),
    },
    InjectedFault {
        name: "nobody is told of anything that the world or the worker did",
        rules: "I14 R9",
        breaks: Consumer,
        how: Writes(|batch, _| {
            let before = batch.events.len();
            batch.events.retain(|event| event.origin.is_some());
            batch.events.len() != before
        }),
    },
    InjectedFault {
        name: "a success is told twice",
        rules: "I10 R10",
        breaks: Property("nothing-is-told-twice"),
        how: Writes(|batch, _| twice(batch, EventType::PaymentIntentSucceeded)),
    },
    InjectedFault {
        name: "a refund is told twice",
        rules: "R10 B60",
        breaks: Property("nothing-is-told-twice"),
        how: Writes(|batch, _| twice(batch, EventType::RefundCreated)),
    },
    InjectedFault {
        name: "a fee that goes back is told twice",
        rules: "R10 B48",
        breaks: Property("nothing-is-told-twice"),
        how: Writes(|batch, _| twice(batch, EventType::ApplicationFeeRefunded)),
    },
    InjectedFault {
        name: "a transfer that comes back is told twice",
        rules: "R10 B50",
        breaks: Property("nothing-is-told-twice"),
        how: Writes(|batch, _| twice(batch, EventType::TransferReversed)),
    },
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
        name: "a failure is told as a success",
        rules: "R8 C13",
        breaks: Property("nothing-is-told-that-did-not-happen"),
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
        name: "the last is told first",
        rules: "A7 U10",
        breaks: Seen("notifications"),
        how: Writes(|batch, _| {
            batch.events.reverse();
            batch.events.len() > 1
        }),
    },
];
