//! Shrinking: fewer inputs, plainer parameters and the default configuration, with the same failure.
//!
//! Inputs are shrunk, not bytes, and each candidate is executed. A failure is the same if its [`Identity`] is: the
//! property that is false, or the place that differs.

mod plainer;
#[cfg(test)]
mod tests;

use holdfast_model::trace::Parameter;
use holdfast_model::{EnvironmentEvent, Input, IntentId, KeyId};

use crate::generator::Sequence;
use crate::verdict::{Identity, Verdict};

/// The maximum number of executions for one failure.
pub const EXECUTIONS: usize = 20_000;

/// Returns the smallest sequence found that fails like `sequence`, and its verdict; `None` if `sequence` does not fail
/// when it is executed again. Spends at most `executions` executions.
pub fn shrink(
    sequence: &Sequence,
    executions: usize,
    judge: impl FnMut(&Sequence) -> Verdict,
) -> Option<(Sequence, Verdict)> {
    let mut search = Search { judge, left: executions.max(1), identity: None, best: sequence.clone() };
    let verdict = search.execute(sequence)?;
    search.identity = Some(verdict.identity()?);
    search.cut_after(&verdict);
    let first = verdict;
    loop {
        let before = search.best.clone();
        search.fewer_inputs();
        search.merged_times();
        search.plainer_config();
        search.plainer_inputs();
        search.first_names();
        if search.best == before || search.left == 0 {
            break;
        }
    }
    // The verdict of the smallest sequence: the step has another number, and the values may differ.
    let best = search.best.clone();
    search.left = search.left.max(1);
    match search.execute(&best) {
        Some(verdict) if verdict.identity() == search.identity => Some((best, verdict)),
        // The smallest sequence does not always fail, but the given one failed twice.
        Some(_) | None => Some((sequence.clone(), first)),
    }
}

struct Search<J> {
    judge: J,
    left: usize,
    /// The identity that a candidate must have.
    identity: Option<Identity>,
    best: Sequence,
}

impl<J: FnMut(&Sequence) -> Verdict> Search<J> {
    /// Executes a sequence; `None` if no execution is left.
    fn execute(&mut self, sequence: &Sequence) -> Option<Verdict> {
        self.left = self.left.checked_sub(1)?;
        Some((self.judge)(sequence))
    }

    /// Takes `candidate` as the best if it fails in the same way. Returns whether it does.
    fn offer(&mut self, candidate: Sequence) -> bool {
        let fails = self
            .execute(&candidate)
            .and_then(|verdict| verdict.identity())
            .is_some_and(|identity| Some(identity) == self.identity);
        if fails {
            self.best = candidate;
        }
        fails
    }

    fn offer_inputs(&mut self, inputs: Vec<Input>) -> bool {
        let config = self.best.config;
        self.offer(Sequence { config, inputs: renamed(&inputs) })
    }

    /// Removes the inputs after the failing step.
    fn cut_after(&mut self, verdict: &Verdict) {
        if let Some(step) = verdict.step() {
            let inputs = self.best.inputs.iter().take(step.saturating_add(1)).copied().collect();
            let _shorter = self.offer_inputs(inputs);
        }
    }

    /// Removes stretches of inputs: first halves, at the end single inputs (delta debugging).
    fn fewer_inputs(&mut self) {
        let mut stretch = self.best.inputs.len() >> 1;
        while stretch > 0 {
            let mut from = 0;
            while from < self.best.inputs.len() {
                let outside = |place: usize| place < from || place >= from.saturating_add(stretch);
                let inputs = self.best.inputs.iter().enumerate().filter(|(place, _)| outside(*place));
                let inputs = inputs.map(|(_, input)| *input).collect();
                // After a removal, the next stretch begins at the same place.
                if !self.offer_inputs(inputs) {
                    from = from.saturating_add(stretch);
                }
                if self.left == 0 {
                    return;
                }
            }
            stretch >>= 1;
        }
    }

    /// Merges steps of time, each into the next one.
    fn merged_times(&mut self) {
        let mut place = 0;
        while let Some((from, into, seconds)) = next_times(&self.best.inputs, place) {
            let merged = self.best.inputs.iter().enumerate().filter(|(at, _)| *at != from);
            let merged =
                merged.map(
                    |(at, input)| {
                        if at == into { Input::Event(EnvironmentEvent::Advance { seconds }) } else { *input }
                    },
                );
            let merged = merged.collect();
            if !self.offer_inputs(merged) {
                place = from.saturating_add(1);
            }
        }
    }

    /// Moves the configuration as close to the default as possible.
    fn plainer_config(&mut self) {
        loop {
            let mut plainer = plainer::config(&self.best.config).into_iter();
            if !plainer.any(|config| self.offer(Sequence { config, inputs: self.best.inputs.clone() })) {
                return;
            }
        }
    }

    /// Makes each input as plain as possible.
    fn plainer_inputs(&mut self) {
        for place in 0..self.best.inputs.len() {
            let mut has_become_plainer = true;
            while has_become_plainer && self.left > 0 {
                let Some(input) = self.best.inputs.get(place).copied() else { return };
                has_become_plainer = plainer::inputs(input).into_iter().any(|plainer| {
                    let mut inputs = self.best.inputs.clone();
                    if let Some(slot) = inputs.get_mut(place) {
                        *slot = plainer;
                    }
                    self.offer_inputs(inputs)
                });
            }
        }
    }

    /// Numbers payments and keys from 1.
    fn first_names(&mut self) {
        let inputs = renamed(&self.best.inputs);
        if inputs != self.best.inputs {
            let _named = self.offer_inputs(inputs);
        }
    }
}

/// Returns the places of the first two steps of time from `start` on, and the sum of their seconds.
fn next_times(inputs: &[Input], start: usize) -> Option<(usize, usize, u32)> {
    let mut times = inputs.iter().enumerate().skip(start).filter_map(|(place, input)| match input {
        Input::Event(EnvironmentEvent::Advance { seconds }) => Some((place, *seconds)),
        Input::Event(_) | Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } => None,
    });
    let ((from, first), (into, second)) = (times.next()?, times.next()?);
    Some((from, into, first.checked_add(second)?))
}

/// Returns the same inputs with payments numbered in the order of their creation, and others in the order of their
/// first occurrence after them. Keys are numbered in the order of their first occurrence.
fn renamed(inputs: &[Input]) -> Vec<Input> {
    let created = |input: &&Input| match input {
        Input::Event(EnvironmentEvent::CustomerPays { .. }) => true,
        Input::Event(_) | Input::Finish { .. } => false,
        Input::Call(_) | Input::Begin { .. } => input.operation().is_some_and(|it| it.creates().is_some()),
    };
    let mut names: Vec<IntentId> = Vec::new();
    for intent in inputs.iter().filter(created).chain(inputs).filter_map(Input::intent) {
        if !names.contains(&intent) {
            names.push(intent);
        }
    }
    let mut keys: Vec<KeyId> = Vec::new();
    let rename = |input: &Input| {
        let input = &input.edit(|parameter| {
            if let Parameter::Key(key) = parameter {
                let place = keys.iter().position(|known| *known == *key).unwrap_or_else(|| {
                    keys.push(*key);
                    keys.len().saturating_sub(1)
                });
                *key = KeyId(u8::try_from(place).unwrap_or(u8::MAX));
            }
        });
        let Some(place) = input.intent().and_then(|intent| names.iter().position(|name| *name == intent)) else {
            return *input;
        };
        input.retarget(IntentId(u8::try_from(place).unwrap_or(u8::MAX)))
    };
    inputs.iter().map(rename).collect()
}
