//! Injected faults: fees, transfers and their ledger.

use holdfast_engine::command::Command;
use holdfast_engine::objects::MovementKind;

use super::Breaks::{Property, Seen};
use super::How::{Decides, Hears, Writes};
use super::InjectedFault;
use super::edits::{capture, charges, create, fees, lose_entries, more, transfers};

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "a fee refunded by hand is not remembered",
        rules: "I9 B47",
        breaks: Property("each-latch-has-its-own-endpoint"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.fee_refunded_by_hand = false)),
    },
    InjectedFault {
        name: "a transfer reversed by hand is not remembered",
        rules: "I9 B47",
        breaks: Property("each-latch-has-its-own-endpoint"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.transfer_reversed_by_hand = false)),
    },
    InjectedFault {
        name: "one latch closes both doors",
        rules: "I9 B47 D2",
        breaks: Property("each-latch-has-its-own-endpoint"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, _| charge.transfer_reversed_by_hand |= charge.fee_refunded_by_hand)
        }),
    },
    InjectedFault {
        name: "the latches bind payments with multicapture only",
        rules: "I9 B47",
        breaks: Seen("answer"),
        how: Decides(|dialect| dialect.latches_bind_every_payment = false),
    },
    InjectedFault {
        name: "later captures need not name the fee that the first one named",
        rules: "I8 B49 U7",
        breaks: Property("later-captures-name-what-the-first-named"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.fee_required = false)),
    },
    InjectedFault {
        name: "later captures need not name the share that the first one named",
        rules: "I8 B49 U7",
        breaks: Property("later-captures-name-what-the-first-named"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.transfer_amount_required = false)),
    },
    InjectedFault {
        name: "a capture takes one unit of fee too much",
        rules: "B50",
        breaks: Property("capture-settles-fee-and-share"),
        how: Hears(|request, _| {
            capture(request, |it| {
                it.application_fee_amount =
                    it.application_fee_amount.map(|fee| fee.saturating_add(i64::from(fee >= 0)));
            });
        }),
    },
    InjectedFault {
        name: "the fee is forgotten at creation",
        rules: "A17 CON-2",
        breaks: Seen("fee"),
        how: Hears(|request, _| create(request, |it| it.application_fee_amount = None)),
    },
    InjectedFault {
        name: "the destination gets everything instead of its share",
        rules: "A17 B50",
        breaks: Seen("transfer"),
        how: Hears(|request, _| {
            create(request, |it| {
                if let Some(config) = &mut it.transfer_data {
                    config.amount = None;
                }
            });
        }),
    },
    InjectedFault {
        name: "the ledger gets nothing of a fee",
        rules: "I8 CON-8",
        breaks: Property("standing-amounts-are-collected"),
        how: Writes(|batch, _| lose_entries(batch, MovementKind::ApplicationFee)),
    },
    InjectedFault {
        name: "the ledger gets nothing of a transfer",
        rules: "I8 CON-8",
        breaks: Property("links-fit-the-ledger"),
        how: Writes(|batch, _| lose_entries(batch, MovementKind::Transfer)),
    },
    InjectedFault {
        name: "a reversal does not reach the transfer",
        rules: "B46 I8",
        breaks: Seen("reversals"),
        how: Writes(|batch, store| {
            transfers(batch, store, |transfer, before| {
                transfer.reversed = before.map_or(transfer.reversed, |before| before.reversed);
            })
        }),
    },
    InjectedFault {
        name: "a fee that went back can go back again",
        rules: "B46 I8",
        breaks: Property("connect-money-is-bounded"),
        how: Writes(|batch, store| {
            fees(batch, store, |fee, before| fee.refunded = before.map_or(fee.refunded, |before| before.refunded))
        }),
    },
    InjectedFault {
        name: "a fee is one unit more on its object than in the ledger",
        rules: "I8 CON-8",
        breaks: Seen("fee"),
        how: Writes(|batch, store| {
            fees(batch, store, |fee, before| {
                if before.is_none() {
                    fee.amount = more(fee.amount);
                }
            })
        }),
    },
    InjectedFault {
        name: "a charge forgets its transfers",
        rules: "A13 B53",
        breaks: Property("links-fit-the-ledger"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.transfers.clear())),
    },
    InjectedFault {
        name: "a charge forgets its fees",
        rules: "A13 B53",
        breaks: Property("links-fit-the-ledger"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.fees.clear())),
    },
    InjectedFault {
        name: "a charge shows no ledger entry",
        rules: "A13 D4 R21",
        breaks: Property("links-fit-the-ledger"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.balance_transaction = None)),
    },
    InjectedFault {
        name: "a payment with multicapture is a source of transfers",
        rules: "B7 B48",
        breaks: Property("no-source-transaction-with-multicapture"),
        how: Hears(|request, store| {
            let Command::CreateTransfer(transfer) = &mut request.command else { return };
            let source = transfer.source.and_then(|id| store.object(id.into()).ok().flatten());
            if source.is_some_and(|object| object.as_charge().is_some_and(|charge| charge.is_multicapture())) {
                transfer.source = None;
            }
        }),
    },
];
