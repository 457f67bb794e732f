//! Injected faults: capturing authorized money.

use holdfast_engine::command::Command;
use holdfast_engine::objects::{IntentStatus, MovementKind};
use holdfast_engine::{Money, Object};

use super::Breaks::{Property, Retries, Seen};
use super::How::{Decides, Hears, Repeats, Writes};
use super::InjectedFault;
use super::edits::{capture, captured_intent, charges, entries, intents, less, lose_entries, more};

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "a capture that does not say so is not final",
        rules: "B35 R18",
        breaks: Property("capture-is-final-by-default"),
        how: Hears(|request, _| capture(request, |it| it.final_capture = Some(it.final_capture.unwrap_or(false)))),
    },
    InjectedFault {
        name: "a capture that is not to be final ends the payment",
        rules: "B33 B34",
        breaks: Property("piecewise-capture-keeps-the-rest"),
        how: Hears(|request, _| capture(request, |it| it.final_capture = it.final_capture.filter(|last| *last))),
    },
    InjectedFault {
        name: "a capture takes one unit more than asked",
        rules: "B34",
        breaks: Property("capture-takes-what-was-asked"),
        how: Hears(|request, _| {
            capture(request, |it| it.amount = it.amount.map(|asked| asked.saturating_add(i64::from(asked > 0))));
        }),
    },
    InjectedFault {
        name: "a capture of too much takes what is there",
        rules: "R16",
        breaks: Property("bad-capture-amounts-are-refused"),
        how: Hears(|request, store| {
            let most = captured_intent(&request.command, store).and_then(|intent| intent.capturable.incoming().ok());
            capture(request, |it| it.amount = it.amount.filter(|asked| most.is_none_or(|most| *asked <= most)));
        }),
    },
    InjectedFault {
        name: "a capture of nothing releases an uncaptured hold",
        rules: "B39 U3",
        breaks: Property("bad-capture-amounts-are-refused"),
        how: Hears(|request, store| {
            let Some(intent) = captured_intent(&request.command, store) else { return };
            let mut asked = None;
            capture(request, |it| asked = it.amount);
            if asked == Some(0) && intent.received.is_zero() {
                request.command = Command::CancelPaymentIntent { intent: intent.id, reason: None };
            }
        }),
    },
    InjectedFault {
        name: "a capture is carried out twice",
        rules: "R1",
        breaks: Property("capture-takes-what-was-asked"),
        how: Repeats(|command| matches!(command, Command::CapturePaymentIntent(_))),
    },
    InjectedFault {
        name: "a retried capture captures again",
        rules: "I13 R1",
        breaks: Retries,
        how: Hears(|request, _| {
            if matches!(request.command, Command::CapturePaymentIntent(_)) {
                request.idempotency_key = None;
            }
        }),
    },
    InjectedFault {
        name: "a final capture loses the rest",
        rules: "B37 I1",
        breaks: Property("held-money-adds-up"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, _| {
                if !charge.captured.is_zero() {
                    charge.released = Money::ZERO;
                }
            })
        }),
    },
    InjectedFault {
        name: "a final capture leaves the charge uncaptured",
        rules: "B57 I5",
        breaks: Property("captured-flag-means-no-more"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                let is_piecewise = before.is_some_and(|before| !before.captured.is_zero());
                charge.closed &= !charge.manual || !is_piecewise;
            })
        }),
    },
    InjectedFault {
        name: "the first piece marks the charge as captured",
        rules: "B57 I5",
        breaks: Property("captured-flag-means-no-more"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.closed |= !charge.captured.is_zero())),
    },
    InjectedFault {
        name: "captures are not counted",
        rules: "B8 I7",
        breaks: Property("capture-takes-what-was-asked"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                if charge.manual {
                    charge.captures = before.map_or(0, |before| before.captures);
                }
            })
        }),
    },
    InjectedFault {
        name: "a release counts as a capture",
        rules: "U4",
        breaks: Property("capture-takes-what-was-asked"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                let released = before.is_some_and(|before| before.captured == charge.captured && !before.closed);
                if released && charge.closed {
                    charge.captures = charge.captures.saturating_add(1);
                }
            })
        }),
    },
    InjectedFault {
        name: "every card of a manual payment has multicapture",
        rules: "B2 B3 B5 B41",
        breaks: Property("multicapture-where-allowed"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.multicapture |= charge.manual)),
    },
    InjectedFault {
        name: "no card has multicapture",
        rules: "B1 B29",
        breaks: Property("multicapture-where-allowed"),
        how: Writes(|batch, store| charges(batch, store, |charge, _| charge.multicapture = false)),
    },
    InjectedFault {
        name: "a capture of all that is left is treated the other way",
        rules: "B35 U5",
        breaks: Property("piecewise-capture-keeps-the-rest"),
        how: Decides(|dialect| dialect.exhausting_capture_is_final = !dialect.exhausting_capture_is_final),
    },
    InjectedFault {
        name: "a payment takes two captures only",
        rules: "B8 I7",
        breaks: Property("capture-refusals-are-true"),
        how: Decides(|dialect| dialect.most_captures = 2),
    },
    InjectedFault {
        name: "a final capture says so only with multicapture, or needs none",
        rules: "U1 CAP-9",
        breaks: Property("final-capture-needs-multicapture"),
        how: Decides(|dialect| {
            dialect.explicit_final_needs_multicapture = !dialect.explicit_final_needs_multicapture;
        }),
    },
    InjectedFault {
        name: "small pieces are treated the other way",
        rules: "CAP-7",
        breaks: Seen("answer"),
        how: Decides(|dialect| dialect.capture_minimum_applies = !dialect.capture_minimum_applies),
    },
    InjectedFault {
        name: "a captured piece reaches the intent and not the charge",
        rules: "I17 B32",
        breaks: Property("received-is-what-was-captured"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                if let Some(before) = before.filter(|before| !before.captured.is_zero()) {
                    charge.captured = before.captured;
                }
            })
        }),
    },
    InjectedFault {
        name: "what was received is one unit short",
        rules: "I17 B37",
        breaks: Property("received-is-what-was-captured"),
        how: Writes(|batch, store| intents(batch, store, |intent, _| intent.received = less(intent.received))),
    },
    InjectedFault {
        name: "something stays capturable after the end",
        rules: "B36 I3",
        breaks: Property("capturable-only-while-held"),
        how: Writes(|batch, store| {
            intents(batch, store, |intent, before| {
                if matches!(intent.status, IntentStatus::Succeeded | IntentStatus::Canceled) {
                    intent.capturable = before.map_or(intent.capturable, |before| before.capturable);
                }
            })
        }),
    },
    InjectedFault {
        name: "the ledger gets nothing of a capture",
        rules: "I17 R2",
        breaks: Property("ledger-has-what-moved"),
        how: Writes(|batch, _| lose_entries(batch, MovementKind::Charge)),
    },
    InjectedFault {
        name: "the ledger gets a capture twice",
        rules: "I17 R1",
        breaks: Property("ledger-has-what-moved"),
        how: Writes(|batch, _| {
            let is_capture = |object: &&Object| {
                object.as_balance_transaction().is_some_and(|entry| entry.kind == MovementKind::Charge)
            };
            let again: Vec<Object> = batch.objects.iter().filter(is_capture).cloned().collect();
            let acted = !again.is_empty();
            batch.objects.extend(again);
            acted
        }),
    },
    InjectedFault {
        name: "the ledger has one unit less than was captured",
        rules: "I17 R16",
        breaks: Property("ledger-has-what-moved"),
        how: Writes(|batch, store| {
            entries(batch, store, MovementKind::Charge, |entry| entry.amount = entry.amount.saturating_sub(1))
        }),
    },
    InjectedFault {
        name: "the hold is for one unit more than the payment",
        rules: "B32 R16",
        breaks: Property("charge-is-for-the-amount"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                if before.is_none() {
                    charge.amount = more(charge.amount);
                }
            })
        }),
    },
];
