//! Injected faults: repeated requests, crashes and restarts, overlapping requests.

use holdfast_engine::command::Command;
use holdfast_engine::store::{Batch, KeyRecord, KeyState};
use holdfast_engine::time::HOUR;
use holdfast_engine::{Body, Response};

use super::Breaks::{Crashes, Overlaps, Property, Retries};
use super::How::{Decides, Forgets, Hears, Keys, Replies, Tears, TwoProcesses, Writes};
use super::edits::is_about_payments;
use super::{InjectedFault, Memory};

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "a retried refund refunds again",
        rules: "I13 R5",
        breaks: Retries,
        how: Hears(|request, _| {
            if matches!(request.command, Command::CreateRefund(_)) {
                request.idempotency_key = None;
            }
        }),
    },
    InjectedFault {
        name: "keys are not looked at",
        rules: "I13 IDEM-3",
        breaks: Retries,
        how: Hears(|request, _| request.idempotency_key = None),
    },
    InjectedFault {
        name: "another request under a known key is answered as the first",
        rules: "ERR-10 IDEM-6",
        breaks: Property("other-parameters-are-refused"),
        how: Keys(|record, command| record.command.clone_from(command)),
    },
    InjectedFault {
        name: "a known key of a payment's owner is refused to everybody",
        rules: "I13 IDEM-3",
        breaks: Property("replay-answers-the-same"),
        how: Keys(|record, command| {
            if is_about_payments(command) {
                record.command = Command::Retrieve(holdfast_engine::ObjectId::Account(record.account));
            }
        }),
    },
    InjectedFault {
        name: "keys are forgotten after an hour",
        rules: "R22 IDEM-2 IDEM-13",
        breaks: Property("keys-are-kept-for-a-day"),
        how: Decides(|dialect| dialect.timing.idempotency = HOUR),
    },
    InjectedFault {
        name: "refusals are not kept under their key",
        rules: "I13 R2",
        breaks: Property("first-answer-is-kept"),
        how: Writes(|batch, _| forget_key(batch, |response| response.refusal().is_some())),
    },
    InjectedFault {
        name: "failures of the server are not kept under their key",
        rules: "R2 IDEM-3",
        breaks: Property("first-answer-is-kept"),
        how: Writes(|batch, _| forget_key(batch, |response| response.status() >= 500)),
    },
    InjectedFault {
        name: "a repeated request shows the present state",
        rules: "I13 IDEM-3",
        breaks: Property("replay-answers-the-same"),
        how: Replies(|_, response, store| {
            if let Body::Object(object) = &mut response.body
                && response.replayed
                && let Ok(Some(now)) = store.object(object.id())
            {
                *object = now;
            }
        }),
    },
    InjectedFault {
        name: "the idempotency key is written after the transaction",
        rules: "I13 R2",
        breaks: Crashes,
        how: Tears(|mut batch| {
            let key = batch.key.take().filter(|_| !batch.objects.is_empty());
            let rest = Batch { key, ..Batch::default() };
            if rest.key.is_some() { vec![batch, rest] } else { vec![batch] }
        }),
    },
    InjectedFault {
        name: "the idempotency key is written before the transaction",
        rules: "I13 R2",
        breaks: Crashes,
        how: Tears(|mut batch| {
            if batch.objects.is_empty() || batch.key.is_none() {
                return vec![batch];
            }
            let first = Batch { key: batch.key.take(), ..Batch::default() };
            vec![first, batch]
        }),
    },
    InjectedFault {
        name: "objects are written one by one",
        rules: "I17 I12",
        breaks: Crashes,
        how: Tears(|mut batch| {
            let objects = std::mem::take(&mut batch.objects);
            let mut pieces: Vec<Batch> =
                objects.into_iter().map(|object| Batch { objects: vec![object], ..Batch::default() }).collect();
            pieces.push(batch);
            pieces
        }),
    },
    InjectedFault {
        name: "events are written after the transaction",
        rules: "I14 R9",
        breaks: Crashes,
        how: Tears(|mut batch| {
            if batch.events.is_empty() {
                return vec![batch];
            }
            let rest = Batch { events: std::mem::take(&mut batch.events), ..Batch::default() };
            vec![batch, rest]
        }),
    },
    InjectedFault {
        name: "the network is asked before anything is written",
        rules: "R2 R3 I13",
        breaks: Crashes,
        how: Writes(|batch, _| {
            let is_question = batch.ask.as_ref().is_some_and(|ask| !ask.given_up);
            if is_question {
                (batch.ask, batch.key) = (None, None);
            }
            is_question
        }),
    },
    InjectedFault {
        name: "open questions are forgotten in a crash",
        rules: "R2 R3",
        breaks: Crashes,
        how: Forgets(Memory::Questions),
    },
    InjectedFault {
        name: "idempotency keys are forgotten in a crash",
        rules: "I13 R2",
        breaks: Crashes,
        how: Forgets(Memory::Keys),
    },
    InjectedFault {
        name: "jobs are forgotten in a crash",
        rules: "B35 A12",
        breaks: Crashes,
        how: Forgets(Memory::Jobs),
    },
    InjectedFault {
        name: "locks do not reach beyond one process",
        rules: "R4 R6 I17",
        breaks: Overlaps,
        how: TwoProcesses,
    },
];

/// Removes the key from the written answers that `which` accepts.
fn forget_key(batch: &mut Batch, which: impl Fn(&Response) -> bool) -> bool {
    let answered = batch
        .key
        .as_ref()
        .is_some_and(|key| matches!(key, KeyRecord { state: KeyState::Answered(response), .. } if which(response)));
    if answered {
        batch.key = None;
    }
    answered
}
