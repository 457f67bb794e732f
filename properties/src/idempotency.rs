//! Repeated requests: the same response, and one execution.

use holdfast_model::trace::describe;
use holdfast_model::{DeliveryFault, EnvironmentEvent, Input, KeyId, KeyView, Operation, Outcome, Rejection};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::{Step, find_key};
use crate::words::changes;

/// A key is kept for a day from its answer (IDEM-2, IDEM-13).
const DAY: u32 = 86_400;

/// Returns the key and the request of a call without a fault, under a key that the engine knew.
fn repeated(step: &Step<'_>) -> Option<(KeyView, Operation)> {
    let Input::Call(call) = step.input else { return None };
    if call.fault != DeliveryFault::None {
        return None;
    }
    step.known_key().map(|(_, view)| (view, call.operation))
}

/// Returns whether a request is in progress, in which case another request may be rejected before its key is examined.
fn anything_in_progress(step: &Step<'_>) -> bool {
    step.before.keys.iter().flatten().any(|view| view.answer.is_none())
}

/// Returns a request under a key that this step executed: the key, the request and the server's response, which is
/// `None` if it was lost.
fn first_time(step: &Step<'_>) -> Option<(KeyId, Operation, Option<Outcome>)> {
    let operation = *step.performed()?;
    match step.input {
        Input::Call(call) => {
            let answer = (call.fault != DeliveryFault::AnswerLost).then_some(step.outcome);
            Some((call.key?, operation, answer))
        }
        Input::Finish { key } => Some((key, operation, Some(step.outcome))),
        Input::Begin { .. } | Input::Event(_) => None,
    }
}

/// If false, a client that repeats a request after a timeout receives another response than the first, and marks a paid
/// order as failed.
pub(crate) fn replay_answers_the_same<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((known, operation)) = repeated(step) else { return Judgement::Vacuous };
    let premise = known.operation == operation && known.answer.is_some();
    let busy = anything_in_progress(step) && step.outcome == Err(Rejection::LockTimeout);
    given(premise && !busy, known.answer == Some(step.outcome), || {
        let first = known.answer.as_ref().map_or_else(|| "nothing".to_owned(), describe);
        format!("first answered {first}, then {}", describe(&step.outcome))
    })
}

/// If false, a repeated request captures or refunds money a second time.
pub(crate) fn known_key_acts_no_more<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    given(step.known_key().is_some(), step.unchanged() && step.notifications.is_empty(), || {
        format!("`{}` came again and changed {}", step.input, changes(&step.before, &step.after))
    })
}

/// If false, a bug that gives two orders one key makes one of them disappear.
pub(crate) fn other_parameters_are_refused<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((known, operation)) = repeated(step) else { return Judgement::Vacuous };
    let premise = known.operation != operation && known.answer.is_some();
    let busy = anything_in_progress(step) && step.outcome == Err(Rejection::LockTimeout);
    given(premise && !busy, step.outcome == Err(Rejection::KeyMismatch), || {
        let (asked, first) = (Input::from(operation), Input::from(known.operation));
        format!("`{asked}` under the key of `{first}` was answered {}", describe(&step.outcome))
    })
}

/// If false, two copies of one request run side by side.
fn key_in_use_is_a_conflict<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((known, _)) = repeated(step) else { return Judgement::Vacuous };
    let conflict = matches!(step.outcome, Err(reason) if reason.is_conflict());
    given(known.answer.is_none(), conflict, || format!("the key is in use, yet answered {:?}", step.outcome))
}

/// If false, two requests change one object at once, and one of the changes is lost.
fn busy_object_is_locked<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Input::Call(call) = step.input else { return Judgement::Vacuous };
    let wanted = call.operation.about();
    // An object that is being created has no lock.
    let busy = call.operation.creates().is_none()
        && step.before.keys.iter().flatten().any(|view| {
            view.answer.is_none() && view.operation.creates().is_none() && view.operation.about() == wanted
        });
    let premise = busy && call.fault == DeliveryFault::None && step.known_key().is_none();
    given(premise, step.outcome == Err(Rejection::LockTimeout), || {
        let asked = Input::from(call.operation);
        format!("`{asked}` was answered {} while the object was being worked on", describe(&step.outcome))
    })
}

/// If false, a repetition receives another response than the first request did.
fn given_answer_is_kept<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((key, operation, Some(answer))) = first_time(step) else { return Judgement::Vacuous };
    let stored = answer.err().is_none_or(Rejection::is_stored);
    let found = find_key(&step.after, key);
    let kept = found.is_some_and(|view| view.operation == operation && view.answer == Some(answer));
    // A 500 may hide an invalid request: the endpoint never began, and nothing changed.
    let hidden = answer == Err(Rejection::ServerError) && found.is_none() && step.unchanged();
    given(stored && !hidden, kept, || format!("answered {answer:?}, kept {found:?}"))
}

/// If false, a request with a typing error blocks its key for a day, even after it is corrected.
fn invalid_requests_leave_the_key_free<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((key, _, Some(Err(reason)))) = first_time(step) else { return Judgement::Vacuous };
    let found = find_key(&step.after, key);
    given(reason.is_validation(), found.is_none(), || format!("refused with {reason:?}, kept {found:?}"))
}

/// If false, a client can never learn a response that was lost.
fn lost_answer_can_be_fetched<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((key, operation, None)) = first_time(step) else { return Judgement::Vacuous };
    let expected = match find_key(&step.after, key) {
        Some(view) => {
            view.operation == operation && view.answer.is_some_and(|answer| answer != Err(Rejection::AnswerLost))
        }
        // Rejected without a stored response; then nothing may have changed.
        None => step.unchanged(),
    };
    given(true, expected, || format!("the answer was lost, kept {:?}", find_key(&step.after, key)))
}

/// If false, a repetition within the day counts as a new request.
fn keys_are_forgotten_when_old_only<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let forgotten = |place: usize, view: &KeyView| {
        let gone = step.after.keys.get(place).copied().flatten().is_none();
        gone && view.answer.is_some()
    };
    let mut premise = false;
    let mut allowed = true;
    for (place, view) in step.before.keys.iter().enumerate() {
        let Some(view) = view.as_ref().filter(|view| forgotten(place, view)) else { continue };
        premise = true;
        let pruned =
            matches!(step.input, Input::Event(EnvironmentEvent::PruneKey { key }) if usize::from(key.0) == place);
        allowed &= pruned && view.is_prunable();
    }
    given(premise, allowed, || {
        format!("{:?} turned keys {:?} into {:?}", step.input, step.before.keys, step.after.keys)
    })
}

/// If false, the request or the response of a key changes without a request.
fn kept_answers_do_not_change<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let mut premise = false;
    let mut same = true;
    for (from, to) in step.before.keys.iter().zip(step.after.keys) {
        if let (Some(from), Some(to)) = (from, to)
            && from.answer.is_some()
        {
            premise = true;
            same &= from.operation == to.operation && from.answer == to.answer;
        }
    }
    given(premise, same, || format!("{:?} turned keys {:?} into {:?}", step.input, step.before.keys, step.after.keys))
}

/// If false, the day of a key has another length, or starts again with every repetition.
fn the_day_runs_from_the_answer<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let mut premise = false;
    let mut on_time = true;
    for (place, to) in step.after.keys.iter().enumerate() {
        let Some(to) = to else { continue };
        let from = step.before.keys.get(place).copied().flatten().filter(|from| from.answer.is_some());
        let expected = match (from, to.answer) {
            (_, None) => None,
            (None, Some(_)) => Some(DAY),
            (Some(from), Some(_)) => from.seconds_left.map(|left| left.saturating_sub(step.seconds())),
        };
        premise |= from.map(|from| from.seconds_left) != Some(to.seconds_left) || step.seconds() > 0;
        on_time &= to.seconds_left == expected;
    }
    given(premise, on_time, || {
        format!("{:?} turned keys {:?} into {:?}", step.input, step.before.keys, step.after.keys)
    })
}

/// If false, a request that is only queued has acted already.
fn taking_a_request_in_does_nothing<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let begins = matches!(step.input, Input::Begin { .. });
    given(begins, step.unchanged() && step.notifications.is_empty(), || {
        format!("`{}` emitted {:?} and changed {}", step.input, step.notifications, changes(&step.before, &step.after))
    })
}

/// If false, a server that failed before it began has acted, and the client's retry acts again.
fn early_server_error_does_nothing<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let early = matches!(step.input, Input::Call(call) if call.fault == DeliveryFault::ErrorBefore);
    given(early, step.unchanged() && step.notifications.is_empty(), || {
        format!(
            "a 500 before the start emitted {:?} and changed {}",
            step.notifications,
            changes(&step.before, &step.after)
        )
    })
}

/// If false, a client that was rejected in favor of another request has acted nevertheless.
fn conflicts_do_nothing<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let conflict = matches!(step.outcome, Err(reason) if reason.is_conflict());
    given(conflict, step.unchanged() && step.notifications.is_empty(), || {
        let changed = changes(&step.before, &step.after);
        format!("answered {}, emitted {:?} and changed {changed}", describe(&step.outcome), step.notifications)
    })
}

/// If false, a request has acted although it is only queued, was blocked by another one, or met a server that failed
/// before it began. The client's retry then acts again.
pub(crate) fn requests_not_carried_out_do_nothing<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    taking_a_request_in_does_nothing(step)
        .and(|| early_server_error_does_nothing(step))
        .and(|| conflicts_do_nothing(step))
}

/// If false, a repetition within the day counts as a new request, the day of a key has another length, or its response
/// changes.
pub(crate) fn keys_are_kept_for_a_day<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    keys_are_forgotten_when_old_only(step)
        .and(|| kept_answers_do_not_change(step))
        .and(|| the_day_runs_from_the_answer(step))
}

/// If false, two copies of one request run side by side, or two requests change one object at once and one
/// of the changes is lost.
pub(crate) fn busy_objects_and_keys_are_locked<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    key_in_use_is_a_conflict(step).and(|| busy_object_is_locked(step))
}

/// If false, a repetition receives another response than the first request did, a lost response can never be learned,
/// or a request with a typing error blocks its key for a day.
pub(crate) fn first_answer_is_kept<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    given_answer_is_kept(step)
        .and(|| invalid_requests_leave_the_key_free(step))
        .and(|| lost_answer_can_be_fetched(step))
}
