//! Judges the subject alone by the properties, without a model, so that a fault that model and engine share is found,
//! too.

use std::borrow::Cow;

use holdfast_model::{Config, EnvironmentEvent, Input, Outcome, Rejection};
use holdfast_properties::{PropertyBits, Snapshot, Step};

use crate::baseline;
use crate::bounds;
use crate::capabilities::Field;
use crate::open_requests;
use crate::oracle;
use crate::reading;
use crate::subject::{Answer, Failure, Reaction, Refused, Subject};
use crate::subject::{send, with_fault};
use crate::verdict::{Difference, Divergence, Inconclusive, Place, Tally, Verdict, Violation};
use crate::visibility::{JudgedStep, Visibility};

/// Runs all of `inputs` under `config`, and judges every step.
///
/// Several reasons of a refusal can look the same to a client. A property counts as broken only if it is broken for
/// each of them.
pub fn run(subject: &mut impl Subject, config: &Config, inputs: &[Input]) -> Verdict {
    match judge(subject, config, inputs) {
        Ok(tally) => Verdict::Agree(tally),
        Err(verdict) => verdict,
    }
}

fn judge(subject: &mut impl Subject, config: &Config, inputs: &[Input]) -> Result<Tally, Verdict> {
    let cannot_say = |step: usize| move |Failure(reason)| Verdict::Inconclusive(Inconclusive { step, reason });
    subject.start(config).map_err(cannot_say(0))?;
    let capabilities = subject.capabilities();
    let visibility = Visibility::of(&capabilities);
    let mut tally = Tally::default();
    let mut before = oracle::nothing_yet(config);
    let mut after = before.clone();
    let mut waiting: Vec<Input> = Vec::new();
    // Where keys are not visible, a replay looks like a new request: the inputs are sent without keys.
    let without_keys = visibility.hides(Field::Keys).then(|| baseline::plain(inputs));
    let mut rest = without_keys.as_deref().unwrap_or(inputs).iter();
    let mut step = 0_usize;
    while let Some(input) = waiting.pop().or_else(|| rest.next().copied()) {
        let input = &input;
        if let Some(prune) = old_key(&before, input) {
            // A key that may be forgotten is pruned before it is used again.
            waiting.extend([*input, prune]);
            continue;
        }
        if open_requests::is_left_out(&before.observe(), input) {
            tally.held = tally.held.saturating_add(1);
            step = step.saturating_add(1);
            continue;
        }
        if bounds::is_full(&before.observe(), input) || !capabilities.supports(input) || !subject.can(input) {
            tally.beyond = tally.beyond.saturating_add(1);
            step = step.saturating_add(1);
            continue;
        }
        let reaction = send(subject, input).map_err(cannot_say(step))?;
        let snapshot = subject.observe().map_err(cannot_say(step))?;
        let known: Vec<_> = before.keys.clone();
        oracle::snapshot_of(snapshot, config, &known, &mut after);
        let input = with_fault(*input, reaction.fault);
        let forgotten = keep_what_was_forgotten(&before, &input, &mut after);
        let known = tally.witnessed;
        let judged = broken((&before, &after), input, &reaction, (&visibility, known)).map_err(|difference| {
            Verdict::Diverge(Box::new(Divergence { step, input, differences: vec![*difference] }))
        })?;
        tally.add(&judged);
        let properties = judged.explained;
        if !properties.is_empty() {
            let differences = Vec::new();
            return Err(Verdict::Violate(Box::new(Violation { step, input, properties, differences })));
        }
        tally.compared = tally.compared.saturating_add(1);
        for place in forgotten {
            if let Some(slot) = after.keys.get_mut(place) {
                *slot = None;
            }
        }
        std::mem::swap(&mut before, &mut after);
        if waiting.is_empty() {
            step = step.saturating_add(1);
        }
    }
    Ok(tally)
}

/// Returns the snapshot with the refusal stored under the input's key read as `outcome`, if both look the same.
fn with_answer<'a>(after: &'a Snapshot, input: &Input, outcome: Outcome) -> Cow<'a, Snapshot> {
    let key = match input {
        Input::Call(call) => call.key,
        Input::Begin { key, .. } | Input::Finish { key } => Some(*key),
        Input::Event(_) => None,
    };
    let place = key.map_or(usize::MAX, |key| usize::from(key.0));
    let kept = after.keys.get(place).copied().flatten().and_then(|view| view.answer);
    let (Some(Err(kept)), Err(said)) = (kept, outcome) else { return Cow::Borrowed(after) };
    if kept == said || !reading::can_mean(&Refused::from(kept), said) {
        return Cow::Borrowed(after);
    }
    let mut after = after.clone();
    if let Some(Some(view)) = after.keys.get_mut(place) {
        view.answer = Some(outcome);
    }
    Cow::Owned(after)
}

/// Returns the event that prunes the key of the input, if the key may be forgotten.
pub(crate) fn old_key(before: &Snapshot, input: &Input) -> Option<Input> {
    let key = match input {
        Input::Call(call) => call.key?,
        Input::Begin { key, .. } => *key,
        Input::Finish { .. } | Input::Event(_) => return None,
    };
    let is_old = before.keys.get(usize::from(key.0)).copied().flatten().is_some_and(|view| view.is_prunable());
    is_old.then_some(Input::Event(EnvironmentEvent::PruneKey { key }))
}

/// Restores the keys that the worker pruned in this step, except the named one, and returns their places. They are
/// judged as if they were pruned after the step.
fn keep_what_was_forgotten(before: &Snapshot, input: &Input, after: &mut Snapshot) -> Vec<usize> {
    let named = match input {
        Input::Event(EnvironmentEvent::PruneKey { key }) => Some(usize::from(key.0)),
        Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
    };
    let mut forgotten = Vec::new();
    for (place, key) in before.keys.iter().enumerate() {
        let old = key.filter(|key| key.is_prunable() && named != Some(place));
        if let (Some(key), Some(slot @ None)) = (old, after.keys.get_mut(place)) {
            *slot = Some(key);
            forgotten.push(place);
        }
    }
    forgotten
}

/// Judges the step under every reading of its answer. `known` are the properties that were judged before.
///
/// # Errors
/// Returns a difference if the answer has no reading.
fn broken(
    (before, after): (&Snapshot, &Snapshot),
    input: Input,
    reaction: &Reaction,
    (visibility, known): (&Visibility, PropertyBits),
) -> Result<JudgedStep, Box<Difference>> {
    let with_step = |outcome: Outcome, judge: &mut dyn FnMut(&Step<'_>)| {
        let after = with_answer(after, &input, outcome);
        judge(&Step::new(before.observe(), input, outcome, &reaction.notifications, after.observe()));
    };
    let judged = |outcome: Outcome, known: PropertyBits| {
        let mut judged = JudgedStep::default();
        with_step(outcome, &mut |step| judged = visibility.judged(step, known));
        judged
    };
    let Answer::Refused(refused) = &reaction.answer else {
        return Ok(reading::read(&reaction.answer, None).map(|outcome| judged(outcome, known)).unwrap_or_default());
    };
    let mut reasons: Vec<Rejection> = reading::readings(refused).collect();
    if refused.is_unexplained() {
        reasons.extend(reading::rejections().filter(|rejection| rejection.is_refusal()));
    } else if reasons.iter().any(|rejection| rejection.is_validation()) {
        // Several parameters may be wrong, and the specification does not say which one is named.
        reasons.extend(reading::rejections().filter(|rejection| rejection.is_validation()));
    }
    let Some((first, others)) = reasons.split_first() else {
        let model = "a rejection of the API".to_owned();
        let subject = oracle::describe_answer(&reaction.answer);
        return Err(Box::new(Difference { place: Place::Answer, model, subject }));
    };
    // Properties that occur under every reading are tested for hidden values once, after the others.
    let of_first = judged(Err(*first), PropertyBits::MAX);
    let mut common =
        others.iter().fold(of_first, |common, other| common.confirmed_by(&judged(Err(*other), PropertyBits::MAX)));
    with_step(Err(*first), &mut |step| visibility.suppress_new(&mut common, step, known));
    Ok(common)
}
