//! Faults of background capture and of the ledger.

use crate::testing::fault::{Kind, PaymentStep, PlantedFault};
use crate::time::{Countdown, HOUR};
use crate::{CaptureMethod, EnvironmentEvent, Input, LedgerView, Links, NotificationKind, Operation};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "books-within-two-hours",
        does: "takes two hours to book a background capture",
        breaks: "posting-takes-an-hour-at-most",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Config(|config| config.dialect.ledger_delay = HOUR.saturating_add(HOUR)),
    },
    PlantedFault {
        name: "everything-is-booked-later",
        does: "posts captures of the response in the background as well",
        breaks: "capture-is-done-before-it-is-posted",
        scenario: "async_capture",
        variant: "destination",
        kind: Kind::Payment(|step| {
            let at_once = step.now(|payment| payment.intent.capture_method == CaptureMethod::Automatic);
            if let Some(Operation::CreateIntent { .. }) = step.done().filter(|_| at_once) {
                step.payment(|payment| payment.ledger = LedgerView::default());
                step.charge(|charge| {
                    charge.links = Links::default();
                    charge.posting = Countdown::of(HOUR);
                });
                step.emit_only(|emitted| {
                    !matches!(emitted.kind, NotificationKind::TransferCreated | NotificationKind::FeeCreated)
                });
            }
        }),
    },
    PlantedFault {
        name: "balance-before-the-books",
        does: "adds a background capture to the balance before it is posted",
        breaks: "nothing-is-shown-before-it-is-posted",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            let background = step.now(|payment| payment.intent.capture_method == CaptureMethod::AutomaticAsync);
            if background {
                step.payment(|payment| payment.ledger.charged = payment.intent.received);
            }
        }),
    },
    PlantedFault {
        name: "booked-without-an-entry",
        does: "does not link a posted charge to its balance transaction",
        breaks: "links-fit-the-ledger",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if is_posted(step) {
                step.charge(|charge| charge.links.balance_transaction = false);
                step.retell_of(NotificationKind::ChargeUpdated, |previous| {
                    previous.were_null.balance_transaction = false;
                });
            }
        }),
    },
    PlantedFault {
        name: "booked-without-a-transfer",
        does: "does not link the charge of a destination to its transfer",
        breaks: "links-fit-the-ledger",
        scenario: "async_capture",
        variant: "destination",
        kind: Kind::Payment(|step| {
            if is_posted(step) {
                step.charge(|charge| charge.links.transfer = false);
                step.retell_of(NotificationKind::ChargeUpdated, |previous| previous.were_null.transfer = false);
            }
        }),
    },
    PlantedFault {
        name: "booked-without-a-fee",
        does: "does not link a charge to its fee",
        breaks: "links-fit-the-ledger",
        scenario: "async_capture",
        variant: "direct with a fee",
        kind: Kind::Payment(|step| {
            if is_posted(step) {
                step.charge(|charge| charge.links.application_fee = false);
                step.retell_of(NotificationKind::ChargeUpdated, |previous| {
                    previous.were_null.application_fee = false;
                });
            }
        }),
    },
    PlantedFault {
        name: "the-hour-starts-anew",
        does: "restarts the hour until the posting with every refund",
        breaks: "books-only-move-forward",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CreateRefund { .. }) = step.done() {
                step.charge(|charge| {
                    if charge.posting != Countdown::STOPPED {
                        charge.posting = Countdown::of(HOUR);
                    }
                });
            }
        }),
    },
    PlantedFault {
        name: "posting-clock-stands-still",
        does: "forgets to let time pass for a capture that waits for the ledger",
        breaks: "books-only-move-forward",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if let (Input::Event(EnvironmentEvent::Advance { .. }), Some(before)) =
                (step.input, step.before.and_then(|payment| payment.charge))
            {
                step.charge(|charge| {
                    if charge.posting != Countdown::STOPPED {
                        charge.posting = before.posting;
                    }
                });
            }
        }),
    },
    PlantedFault {
        name: "refund-undoes-the-books",
        does: "takes the link to the balance transaction off a charge that is given back",
        breaks: "books-only-move-forward",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CreateRefund { .. }) = step.done() {
                step.charge(|charge| charge.links.balance_transaction = false);
            }
        }),
    },
];

/// Returns whether a background capture was posted in this step.
fn is_posted(step: &PaymentStep<'_>) -> bool {
    let waits = |charge: &crate::payment::Charge| charge.posting != Countdown::STOPPED;
    step.was(|payment| payment.charge.is_some_and(|charge| waits(&charge)))
        && step.now(|payment| payment.charge.is_some_and(|charge| !waits(&charge)))
}
