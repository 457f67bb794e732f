//! Faults about repeated requests.

use crate::idempotency::Key;
use crate::notification::Outbox;
use crate::testing::fault::{Kind, PlantedFault, WholeStep};
use crate::time::{Countdown, DAY, HOUR};
use crate::{
    Accepted, Call, CreateRefund, DeliveryFault, EnvironmentEvent, Input, IntentId, KeyId, Notification,
    NotificationKind, Operation, Previous, Rejection, Target,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "replay-shows-the-present",
        does: "answers a repeated creation with the payment as it is now",
        breaks: "replay-answers-the-same",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let (Some(Operation::CreateIntent { .. }), [Some(payment)]) = (replayed(step), &*step.payments) {
                *step.outcome = payment.answer();
            }
        }),
    },
    PlantedFault {
        name: "replay-refunds-again",
        does: "makes a repeated refund once more, and answers as the first time",
        breaks: "known-key-acts-no-more",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let (Some(Operation::CreateRefund { intent, refund }), Ok(_)) = (replayed(step), *step.outcome) {
                let _same_answer = refund_now(step, intent, refund);
            }
        }),
    },
    PlantedFault {
        name: "replay-tells-again",
        does: "reports a method attached whenever a request is repeated",
        breaks: "known-key-acts-no-more",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if replayed(step).is_some() {
                tell_of_a_method(step);
            }
        }),
    },
    PlantedFault {
        name: "key-stands-for-anything",
        does: "answers any request under a known key with the first answer",
        breaks: "other-parameters-are-refused",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let Err(Rejection::KeyMismatch) = step.outcome
                && let Some(answer) = call(step).and_then(|call| known(step, call.key?)).and_then(|key| key.answer)
            {
                *step.outcome = answer;
            }
        }),
    },
    PlantedFault {
        name: "no-lock",
        does: "refunds a payment while another request is working on it",
        breaks: "busy-objects-and-keys-are-locked",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let Some(Call { operation: Operation::CreateRefund { intent, refund }, key: None, .. }) = call(step)
                && *step.outcome == Err(Rejection::LockTimeout)
            {
                *step.outcome = refund_now(step, intent, refund);
            }
        }),
    },
    PlantedFault {
        name: "lock-is-a-crash",
        does: "answers 500 where it has waited for a lock too long",
        breaks: "busy-objects-and-keys-are-locked",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if call(step).is_some_and(|call| call.key.is_none()) && *step.outcome == Err(Rejection::LockTimeout) {
                *step.outcome = Err(Rejection::ServerError);
            }
        }),
    },
    PlantedFault {
        name: "key-in-use-is-fine",
        does: "answers a request whose first copy is still worked on with an empty success",
        breaks: "busy-objects-and-keys-are-locked",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if *step.outcome == Err(Rejection::KeyInUse) {
                *step.outcome = Ok(Accepted::Nothing);
            }
        }),
    },
    PlantedFault {
        name: "acts-before-it-fails",
        does: "does what was asked although it answers that it failed before it began",
        breaks: "requests-not-carried-out-do-nothing",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Heard(|heard| {
            if let Input::Call(call) = &mut heard.input
                && call.fault == DeliveryFault::ErrorBefore
            {
                call.fault = DeliveryFault::ErrorAfter;
            }
        }),
    },
    PlantedFault {
        name: "begun-is-notified",
        does: "reports a method attached when a request is only taken in",
        breaks: "requests-not-carried-out-do-nothing",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if *step.outcome == Ok(Accepted::Begun) {
                tell_of_a_method(step);
            }
        }),
    },
    PlantedFault {
        name: "failure-is-not-kept",
        does: "keeps no answer under the key of a request that ended in a 500",
        breaks: "first-answer-is-kept",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let (Some(key), Err(Rejection::ServerError)) = (first_key(step), *step.outcome) {
                set_key(step, key, None);
            }
        }),
    },
    PlantedFault {
        name: "typing-error-is-kept",
        does: "keeps the refusal of an invalid request under its key",
        breaks: "first-answer-is-kept",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let (Some(key), Some(Call { operation, .. }), Err(rejection)) =
                (first_key(step), call(step), *step.outcome)
                && rejection.is_validation()
            {
                let answer = Some(Err(rejection));
                set_key(step, key, Some(Key { operation, answer, retention: Countdown::of(DAY) }));
            }
        }),
    },
    PlantedFault {
        name: "lost-answer-is-not-kept",
        does: "forgets the key of a request whose answer was lost on the way",
        breaks: "first-answer-is-kept",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let (Some(key), Err(Rejection::AnswerLost)) = (first_key(step), *step.outcome) {
                set_key(step, key, None);
            }
        }),
    },
    PlantedFault {
        name: "keys-forgotten-at-once",
        does: "forgets keys before they are a day old",
        breaks: "keys-are-kept-for-a-day",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let Input::Event(EnvironmentEvent::PruneKey { key }) = step.input
                && known(step, key).is_some_and(|key| key.answer.is_some())
            {
                set_key(step, key, None);
                *step.outcome = Ok(Accepted::Happened);
            }
        }),
    },
    PlantedFault {
        name: "hour-is-a-day",
        does: "keeps an answer for an hour instead of a day",
        breaks: "keys-are-kept-for-a-day",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            for key in step.keys.iter_mut().flatten() {
                if key.retention == Countdown::of(DAY) {
                    key.retention = Countdown::of(HOUR);
                }
            }
        }),
    },
    PlantedFault {
        name: "last-second-of-the-day",
        does: "forgets a key in the last second of its day",
        breaks: "keys-are-kept-for-a-day",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let Input::Event(EnvironmentEvent::PruneKey { key }) = step.input
                && known(step, key).is_some_and(|key| key.answer.is_some() && key.retention == Countdown::of(1))
            {
                set_key(step, key, None);
                *step.outcome = Ok(Accepted::Happened);
            }
        }),
    },
    PlantedFault {
        name: "replay-renews-the-day",
        does: "lets the day of a key begin again whenever its request is repeated",
        breaks: "keys-are-kept-for-a-day",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let (Some(_), Some(Call { key: Some(key), .. })) = (replayed(step), call(step))
                && let Some(key) = known(step, key).zip(Some(key))
            {
                set_key(step, key.1, Some(Key { retention: Countdown::of(DAY), ..key.0 }));
            }
        }),
    },
    PlantedFault {
        name: "replay-renews-the-answer",
        does: "keeps the answer to the last request under a key, not to the first",
        breaks: "keys-are-kept-for-a-day",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Whole(|step| {
            if let (Some(Call { key: Some(key), operation, .. }), Err(Rejection::KeyMismatch)) =
                (call(step), *step.outcome)
            {
                let answer = Some(Err(Rejection::KeyMismatch));
                set_key(step, key, Some(Key { operation, answer, retention: Countdown::of(DAY) }));
            }
        }),
    },
];

fn call(step: &WholeStep<'_>) -> Option<Call> {
    if let Input::Call(call) = step.input { Some(call) } else { None }
}

/// Returns the record of the key before the step.
fn known(step: &WholeStep<'_>, key: KeyId) -> Option<Key> {
    step.before_keys.get(usize::from(key.0)).copied().flatten()
}

fn set_key(step: &mut WholeStep<'_>, key: KeyId, record: Option<Key>) {
    if let Some(slot) = step.keys.get_mut(usize::from(key.0)) {
        *slot = record;
    }
}

/// Returns the key of a request that is the first under its key.
fn first_key(step: &WholeStep<'_>) -> Option<KeyId> {
    call(step).and_then(|call| call.key).filter(|key| known(step, *key).is_none())
}

/// Returns the operation of a repeated request that had been answered before.
fn replayed(step: &WholeStep<'_>) -> Option<Operation> {
    let Call { operation, key, fault } = call(step)?;
    let known = known(step, key?)?;
    (fault == DeliveryFault::None && known.operation == operation && known.answer.is_some()).then_some(operation)
}

fn refund_now(step: &mut WholeStep<'_>, intent: IntentId, refund: CreateRefund) -> crate::Outcome {
    let payment =
        step.payments.get_mut(usize::from(intent.0)).and_then(Option::as_mut).ok_or(Rejection::NoSuchIntent)?;
    let mut outbox = Outbox::new(step.notifications, Target::Payment(intent));
    let (refunded, outcome) = payment.refund(step.config, refund, &mut outbox)?;
    *payment = refunded;
    outcome
}

fn tell_of_a_method(step: &mut WholeStep<'_>) {
    let (kind, about) = (NotificationKind::MethodAttached, Target::Setup);
    let _no_room = step.notifications.push(Notification { kind, about, previous: Previous::default() });
}
