//! Faults about where the money is.

use crate::testing::fault::{Fault, Kind, PaymentStep};
use crate::{Amount, Operation};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "release-counts-half",
        does: "lets go of the rest of a hold, but forgets one unit of it",
        breaks: "authorization-adds-up",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if step.now(|payment| payment.charge.is_some_and(|charge| charge.released > Amount::ZERO))
                && !step.was(|payment| payment.charge.is_some_and(|charge| charge.released > Amount::ZERO))
            {
                step.charge(|charge| charge.released = charge.released.minus(Amount::new(1)).unwrap_or_default());
            }
        }),
    },
    Fault {
        name: "refund-takes-from-received",
        does: "takes a refund off the amount received",
        breaks: "received-is-what-was-captured",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(refund_takes_from_received),
    },
];

fn refund_takes_from_received(step: &mut PaymentStep<'_>) {
    if let Some(Operation::CreateRefund { .. }) = step.done() {
        step.payment(|payment| {
            payment.intent.received = payment.intent.received.minus(Amount::new(1)).unwrap_or_default();
        });
    }
}
