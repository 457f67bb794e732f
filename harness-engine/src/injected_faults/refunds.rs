//! Injected faults: refunding money.

use holdfast_engine::Object;
use holdfast_engine::command::{Command, EnvironmentEvent as EngineEvent};
use holdfast_engine::objects::{IntentStatus, MovementKind, RefundStatus};

use super::Breaks::{Property, Seen};
use super::How::{Hears, Ignores, Repeats, Stale, Writes};
use super::InjectedFault;
use super::edits::{charges, entries, less, lose_entries, refund, refunded_charge, refunds};

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "a refund returns everything instead of the amount asked",
        rules: "B42 REF-1",
        breaks: Property("refund-gives-what-was-asked"),
        how: Hears(|request, _| refund(request, |it| it.amount = it.amount.filter(|asked| *asked < 1))),
    },
    InjectedFault {
        name: "a refund of too much gives what is left",
        rules: "B42 R6",
        breaks: Property("only-the-rest-is-refunded"),
        how: Hears(|request, store| {
            let Some(charge) = refunded_charge(&request.command, store) else { return };
            let left = charge.captured.minus(charge.refunded).ok().and_then(|left| left.incoming().ok());
            refund(request, |it| it.amount = it.amount.filter(|asked| left.is_none_or(|left| *asked <= left)));
        }),
    },
    InjectedFault {
        name: "a refund is carried out twice",
        rules: "R5",
        breaks: Property("refund-gives-what-was-asked"),
        how: Repeats(|command| matches!(command, Command::CreateRefund(_))),
    },
    InjectedFault {
        name: "a refund does not see the refund before it",
        rules: "R6 I2",
        breaks: Property("refunds-add-up"),
        how: Stale(|command, object| {
            matches!(command, Command::CreateRefund(_))
                && object.as_charge().is_some_and(|charge| !charge.refunded.is_zero())
        }),
    },
    InjectedFault {
        name: "a failed refund stays with the customer",
        rules: "R7 REF-4",
        breaks: Property("refunds-add-up"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                if let Some(before) = before.filter(|before| before.refunded > charge.refunded) {
                    charge.refunded = before.refunded;
                }
            })
        }),
    },
    InjectedFault {
        name: "the ledger does not get a failed refund back",
        rules: "R7 I17",
        breaks: Property("ledger-has-what-moved"),
        how: Writes(|batch, _| lose_entries(batch, MovementKind::RefundFailure)),
    },
    InjectedFault {
        name: "the ledger gets nothing of a refund",
        rules: "I17 R7",
        breaks: Property("ledger-has-what-moved"),
        how: Writes(|batch, _| lose_entries(batch, MovementKind::Refund)),
    },
    InjectedFault {
        name: "the ledger returns one unit less than was refunded",
        rules: "I17",
        breaks: Property("ledger-has-what-moved"),
        how: Writes(|batch, store| {
            entries(batch, store, MovementKind::Refund, |entry| entry.amount = entry.amount.saturating_add(1))
        }),
    },
    InjectedFault {
        name: "a refund that is pending has arrived",
        rules: "REF-5",
        breaks: Property("refund-starts-as-its-method-says"),
        how: Writes(|batch, store| {
            refunds(batch, store, |refund, before| {
                if before.is_none() && refund.status == RefundStatus::Pending {
                    refund.status = RefundStatus::Succeeded;
                }
            })
        }),
    },
    InjectedFault {
        name: "the failure of a refund has no event",
        rules: "R7 REF-4",
        breaks: Seen("refund"),
        how: Ignores(|command| {
            matches!(command, Command::Environment(EngineEvent::RefundReported { outcome: Err(_), .. }))
        }),
    },
    InjectedFault {
        name: "a refund of a hold cancels it",
        rules: "R13 D7",
        breaks: Property("only-captured-money-is-refunded"),
        how: Hears(|request, store| {
            let Some(charge) = refunded_charge(&request.command, store) else { return };
            let intent = store.object(charge.intent.into()).ok().flatten();
            let status = intent.as_ref().and_then(Object::as_payment_intent).map(|intent| intent.status);
            if status == Some(IntentStatus::RequiresCapture) && charge.captured.is_zero() {
                request.command = Command::CancelPaymentIntent { intent: charge.intent, reason: None };
            }
        }),
    },
    InjectedFault {
        name: "a partial refund leaves the fee alone instead of being refused",
        rules: "B45",
        breaks: Property("no-partial-refund-with-connect-money"),
        how: Hears(|request, store| {
            let multicapture = refunded_charge(&request.command, store).is_some_and(|charge| charge.is_multicapture());
            refund(request, |it| it.refund_application_fee &= !(multicapture && it.amount.is_some()));
        }),
    },
    InjectedFault {
        name: "every refund gives the fee back",
        rules: "B46 CON-4",
        breaks: Property("connect-money-goes-back-when-asked"),
        how: Hears(|request, store| {
            let fees = refunded_charge(&request.command, store).is_some_and(|charge| !charge.fees.is_empty());
            refund(request, |it| it.refund_application_fee |= fees);
        }),
    },
    InjectedFault {
        name: "no refund brings the transfer back",
        rules: "B46 CON-4",
        breaks: Property("returned-shares-add-up"),
        how: Hears(|request, _| refund(request, |it| it.reverse_transfer = false)),
    },
    InjectedFault {
        name: "a refund takes one unit less from the charge",
        rules: "B42 I2",
        breaks: Property("refunds-add-up"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                if before.is_some_and(|before| before.refunded < charge.refunded) {
                    charge.refunded = less(charge.refunded);
                }
            })
        }),
    },
    InjectedFault {
        name: "a refund loses its amount",
        rules: "B42 B44",
        breaks: Property("refunds-add-up"),
        how: Writes(|batch, store| refunds(batch, store, |refund, _| refund.amount = less(refund.amount))),
    },
];
