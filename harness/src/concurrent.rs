//! Overlapping requests: some order of them explains their responses and the state after them (R4, R6, I17).

use holdfast_model::{Config, Input, Notification, Operation, Outcome, Rejection, transition};

use crate::baseline::{self, cannot_say};
use crate::bounds::ModelState;
use crate::oracle::{self, Match};
use crate::reading::is_seen_as;
use crate::subject::send;
use crate::subject::{Answer, Failure, Subject};
use crate::verdict::{Difference, Divergence, Place, Tally, Verdict};

/// One request of a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Raced {
    /// The request.
    pub operation: Operation,
    /// The response.
    pub answer: Answer,
    /// The logical time at which it was sent.
    pub from: u64,
    /// The logical time at which it was answered.
    pub to: u64,
}

/// A subject that takes several requests at once.
pub trait Concurrent: Subject {
    /// Returns whether the request has the same meaning at any time: it names only existing objects. A race with any
    /// other request is left out, and counted.
    fn can_race(&self, operation: &Operation) -> bool;

    /// Sends `inner` while `outer` is executed: at the `point`-th access of `outer` to its store or network. Leaves
    /// `inner` out of the history if `outer` has fewer accesses.
    ///
    /// # Errors
    /// Returns a [`Failure`] if there is no answer.
    fn nest(&mut self, outer: &Operation, inner: &Operation, point: u32) -> Result<Overlap, Failure>;

    /// Sends the requests of each thread one after the other, with all threads at the same time.
    ///
    /// # Errors
    /// Returns a [`Failure`] if there is no answer.
    fn race(&mut self, threads: &[Vec<Operation>]) -> Result<Overlap, Failure>;
}

/// The result of overlapping requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlap {
    /// The requests that were sent, with their answers.
    pub history: Vec<Raced>,
    /// The notifications.
    pub notifications: Vec<Notification>,
}

/// Two requests, one sent in the middle of the other at a fixed point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nested {
    /// The request that is sent first.
    pub outer: Operation,
    /// The request that is sent during `outer`.
    pub inner: Operation,
    /// The number of the access of `outer` at which `inner` is sent.
    pub point: u32,
}

/// Returns whether the operation can overlap others. One that creates an object cannot, because names follow the order
/// of creation. For all others, [`Concurrent::can_race`] decides at the time of sending.
#[must_use]
pub const fn can_overlap(operation: &Operation) -> bool {
    !matches!(operation, Operation::CreateIntent { .. } | Operation::CreateSetup { .. } | Operation::CreateSession(_))
}

/// Returns the requests of `inputs` that can overlap with others, each with its place.
pub fn that_overlap(inputs: &[Input]) -> impl DoubleEndedIterator<Item = (usize, Operation)> + '_ {
    inputs.iter().enumerate().filter_map(|(place, input)| match input {
        Input::Call(call) => Some((place, call.operation)).filter(|(_, operation)| can_overlap(operation)),
        Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
    })
}

/// Runs `prelude`, then two overlapping requests. If their effect exceeds the bounds of the model, nothing is compared,
/// and the tally counts the requests.
pub fn run(subject: &mut impl Concurrent, config: &Config, prelude: &[Input], nested: &Nested) -> Verdict {
    let raced = [nested.outer, nested.inner];
    explain(subject, config, prelude, &raced, |subject| subject.nest(&nested.outer, &nested.inner, nested.point))
}

/// Runs `prelude`, then the requests of each thread against each other. Use only a few requests, because every order
/// that their times allow is tried.
///
/// The objects that the requests name are fixed before the race. A race is therefore left out, and counted, if one
/// request refunds a fee, reverses a transfer or creates one, and another may create a newer fee, transfer or charge
/// first.
pub fn threads(
    subject: &mut impl Concurrent,
    config: &Config,
    prelude: &[Input],
    threads: &[Vec<Operation>],
) -> Verdict {
    let raced = threads.concat();
    if raced.iter().any(names_part_of_a_payment) && raced.iter().any(takes_money) {
        let beyond = u64::try_from(raced.len()).unwrap_or(u64::MAX);
        return Verdict::Agree(Tally { beyond, ..Tally::default() });
    }
    explain(subject, config, prelude, &raced, |subject| subject.race(threads))
}

const fn names_part_of_a_payment(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::RefundFee { .. } | Operation::ReverseTransfer { .. } | Operation::CreateTransfer { .. }
    )
}

const fn takes_money(operation: &Operation) -> bool {
    matches!(operation, Operation::ConfirmIntent { .. } | Operation::CaptureIntent { .. })
}

fn explain<S: Concurrent>(
    subject: &mut S,
    config: &Config,
    prelude: &[Input],
    raced: &[Operation],
    overlap: impl FnOnce(&mut S) -> Result<Overlap, Failure>,
) -> Verdict {
    match judge(subject, config, prelude, raced, overlap) {
        Ok(tally) => Verdict::Agree(tally),
        Err(verdict) => verdict,
    }
}

fn judge<S: Concurrent>(
    subject: &mut S,
    config: &Config,
    prelude: &[Input],
    raced: &[Operation],
    overlap: impl FnOnce(&mut S) -> Result<Overlap, Failure>,
) -> Result<Tally, Verdict> {
    let prelude = baseline::plain(prelude);
    let state = begin(subject, config, &prelude)?;
    let step = prelude.len();
    let beyond = u64::try_from(raced.len()).unwrap_or(u64::MAX);
    if !raced.iter().all(|operation| subject.can_race(operation)) {
        return Ok(Tally { beyond, ..Tally::default() });
    }
    let overlap = overlap(subject).map_err(cannot_say(step))?;
    let snapshot = subject.observe().map_err(cannot_say(step))?;
    let mut seen = oracle::nothing_yet(config);
    oracle::snapshot_of(snapshot, config, &[], &mut seen);

    let search = Search { config, history: &overlap.history, emitted: &overlap.notifications, seen: &seen.observe() };
    let mut done = vec![false; overlap.history.len()];
    match search.explains(&state, &mut done, &mut Vec::new()) {
        Found::Order => {
            let compared = u64::try_from(overlap.history.len()).unwrap_or(u64::MAX);
            Ok(Tally { compared, ..Tally::default() })
        }
        // Requests beyond the bounds of the model are left out and counted.
        Found::BeyondBounds => Ok(Tally { beyond, ..Tally::default() }),
        Found::Nothing => {
            let Some(first) = overlap.history.first() else { return Ok(Tally::default()) };
            let model = "an order of the requests that explains their responses and the state after them".to_owned();
            let subject = format!("{}; then {}", in_order(&overlap.history), oracle::summary(&seen.payments));
            let differences = vec![Difference { place: Place::Field("history".to_owned()), model, subject }];
            let input = Input::from(first.operation);
            Err(Verdict::Diverge(Box::new(Divergence { step, input, differences })))
        }
    }
}

/// Returns the requests of a history with their answers and times, in the order in which they were sent.
fn in_order(history: &[Raced]) -> String {
    let line = |raced: &Raced| {
        let Raced { operation, answer, from, to } = raced;
        format!("{} (from {from} to {to}): {}", Input::from(*operation), oracle::describe_answer(answer))
    };
    history.iter().map(line).collect::<Vec<_>>().join("; ")
}

/// Runs the prelude on both sides. Other tests check that they agree on the prelude.
fn begin(subject: &mut impl Subject, config: &Config, prelude: &[Input]) -> Result<ModelState, Verdict> {
    subject.start(config).map_err(cannot_say(0))?;
    let mut state = ModelState::default();
    for (step, input) in prelude.iter().enumerate() {
        let baseline = transition(config, &state, *input);
        if oracle::is_beyond(&baseline.outcome) || !subject.can(input) {
            continue;
        }
        let reaction = send(subject, input).map_err(cannot_say(step))?;
        state = transition(config, &state, crate::subject::with_fault(*input, reaction.fault)).after;
    }
    Ok(state)
}

enum Found {
    Order,
    Nothing,
    BeyondBounds,
}

/// The search for an order that explains a history (Wing and Gong). It takes a request before which no other one ended,
/// checks that the model answers it the same, and continues with the rest.
struct Search<'a> {
    config: &'a Config,
    history: &'a [Raced],
    emitted: &'a [Notification],
    seen: &'a holdfast_model::Observation<'a>,
}

impl Search<'_> {
    fn explains(&self, state: &ModelState, done: &mut [bool], emitted: &mut Vec<Notification>) -> Found {
        if done.iter().all(|done| *done) {
            let snapshot = state.observe(self.config);
            let view = snapshot.observation(self.config);
            return if oracle::is_same(&view, self.seen, emitted, self.emitted) {
                Found::Order
            } else {
                Found::Nothing
            };
        }
        let earliest_end = self.history.iter().zip(done.iter()).filter(|(_, done)| !**done).map(|(it, _)| it.to).min();
        let mut beyond_bounds = false;
        for place in 0..self.history.len() {
            let Some(request) = self.history.get(place) else { continue };
            let is_done = done.get(place).copied().unwrap_or(true);
            if is_done || earliest_end.is_some_and(|end| request.from > end) {
                continue;
            }
            let before = emitted.len();
            let (next, outcome) = match &request.answer {
                // The request was rejected because its object was in use, so it has no effect at any time.
                Answer::Refused(refused) if is_seen_as(refused, &Rejection::LockTimeout.wire()) => {
                    (*state, Err(Rejection::LockTimeout))
                }
                Answer::Accepted(_) | Answer::Refused(_) | Answer::Lost => {
                    let step = transition(self.config, state, Input::from(request.operation));
                    emitted.extend_from_slice(step.notifications.as_slice());
                    (step.after, step.outcome)
                }
            };
            beyond_bounds |= oracle::is_beyond(&outcome);
            if is_answer(&outcome, &request.answer) {
                mark(done, place, true);
                match self.explains(&next, done, emitted) {
                    Found::Order => return Found::Order,
                    Found::BeyondBounds => beyond_bounds = true,
                    Found::Nothing => {}
                }
                mark(done, place, false);
            }
            emitted.truncate(before);
        }
        if beyond_bounds { Found::BeyondBounds } else { Found::Nothing }
    }
}

fn is_answer(outcome: &Outcome, answer: &Answer) -> bool {
    oracle::compare_answers(outcome, answer) != Match::Other
}

fn mark(done: &mut [bool], place: usize, is_done: bool) {
    if let Some(slot) = done.get_mut(place) {
        *slot = is_done;
    }
}
