//! The judgment of a sequence: each difference is known, another choice, or new.

use std::collections::BTreeSet;

use holdfast_model::{Config, Input};

use super::{Adopted, DriveCampaign, Execution};
use crate::choice;
use crate::finding::{Class, Finding, Sighting};
use crate::run::Run;
use crate::wire::TransportError;

/// Sequences that a choice must explain before it is adopted.
const TRIALS: usize = 16;
/// Sequences in which both agreed that are remembered.
const REMEMBERED: usize = 4_000;

impl DriveCampaign<'_> {
    /// Shrinks and records the new differences of a sequence, or explains them by a choice.
    pub(super) fn judge(&mut self, execution: Execution) -> Result<(), TransportError> {
        let is_small = |class: Class| matches!(class, Class::Shape | Class::Choice);
        let agrees = execution.is_whole && execution.seen.iter().all(|(_, it)| is_small(it.signature.class));
        if agrees && execution.taken.len() < 10 && self.agreed.len() < REMEMBERED {
            self.agreed.push(execution.taken.clone());
        }
        let Execution { taken, seen, .. } = execution;
        let mut left = seen.into_iter();
        while let Some((place, sighting)) = left.next() {
            let inputs: Vec<Input> = taken.iter().take(place).copied().collect();
            match self.judge_sighting(&sighting, inputs) {
                Ok(true) => {}
                // Under another choice the rest of the sequence must be judged again.
                Ok(false) => return Ok(()),
                Err(broken) => {
                    self.keep_unrepeated(&taken, std::iter::once((place, sighting)).chain(left));
                    return Err(broken);
                }
            }
        }
        Ok(())
    }

    /// Judges one sighting after the inputs that led to it. Returns whether the rest of the sequence still counts.
    fn judge_sighting(&mut self, sighting: &Sighting, inputs: Vec<Input>) -> Result<bool, TransportError> {
        if let Some(at) = self.known.get(&sighting.signature).copied() {
            self.meet(at, sighting, &inputs)?;
            return Ok(true);
        }
        if sighting.signature.class == Class::Choice {
            self.keep(sighting.clone(), inputs, 1);
            return Ok(true);
        }
        match self.make_small(&inputs, sighting)? {
            Some((inputs, _)) if sighting.signature.class != Class::Shape && self.is_a_choice(&inputs)? => {
                return Ok(false);
            }
            Some((inputs, sighting)) => self.keep(sighting, inputs, 1),
            None => self.note_unrepeated(sighting.clone()),
        }
        Ok(true)
    }

    /// Records the sightings of a sequence that the drive has no budget left to repeat. A choice needs no repetition.
    pub(super) fn keep_unrepeated(&mut self, taken: &[Input], seen: impl Iterator<Item = (usize, Sighting)>) {
        for (place, sighting) in seen {
            if sighting.signature.class == Class::Choice && !self.known.contains_key(&sighting.signature) {
                self.keep(sighting, taken.iter().take(place).copied().collect(), 1);
            } else {
                self.note_unrepeated(sighting);
            }
        }
    }

    /// Records a difference that did not recur; the drive is then incomplete. Known findings are not recorded again.
    pub(super) fn note_unrepeated(&mut self, sighting: Sighting) {
        let is_unrepeated = self.unrepeated.iter().any(|known| known.signature == sighting.signature);
        if !is_unrepeated && !self.known.contains_key(&sighting.signature) {
            self.unrepeated.push(sighting);
        }
    }

    fn keep(&mut self, sighting: Sighting, inputs: Vec<Input>, met: u64) {
        self.known.insert(sighting.signature.clone(), self.findings.len());
        let variants = BTreeSet::from([sighting.variant.clone()]);
        self.findings.push(Finding { sighting, inputs, steps: Vec::new(), at_once: 0, variants, met, frequency: None });
    }

    /// Counts another occurrence of a finding. A shorter trace replaces the known one.
    fn meet(&mut self, at: usize, sighting: &Sighting, inputs: &[Input]) -> Result<(), TransportError> {
        let Some(finding) = self.findings.get_mut(at) else { return Ok(()) };
        finding.met = finding.met.saturating_add(1);
        finding.variants.insert(sighting.variant.clone());
        let is_checked = !finding.steps.is_empty();
        if finding.at_once > 0 || !is_checked && inputs.len() >= finding.inputs.len() {
            return Ok(());
        }
        if let Some((inputs, sighting)) = self.make_small(inputs, sighting)?
            && let Some(finding) = self.findings.get_mut(at)
            && (is_checked || inputs.len() < finding.inputs.len())
        {
            // The inputs of a sequence are shorter than the requests of a check.
            finding.steps.clear();
            finding.inputs = inputs;
            finding.sighting = sighting;
        }
        Ok(())
    }

    /// Returns whether a choice explains the sequence: one that is adopted now, or one that is dropped because the
    /// server contradicts it here. A dropped choice leaves its own sequence as a finding.
    fn is_a_choice(&mut self, inputs: &[Input]) -> Result<bool, TransportError> {
        for place in 0..self.adopted.len() {
            let Some(adopted) = self.adopted.get(place).cloned() else { break };
            let Some(reverted) = choice::with_field_of(&self.config, &adopted.before, adopted.field) else { continue };
            if choice::differs(&self.config, &reverted, inputs) && self.parts_at(inputs, &reverted)?.is_none() {
                self.drop_choice(place, reverted)?;
                return Ok(true);
            }
        }
        for (field, config) in choice::others(&self.config) {
            if self.dropped.contains(field) || !choice::differs(&self.config, &config, inputs) {
                continue;
            }
            let earlier = self.adopted.iter().position(|adopted| adopted.field == field);
            if self.parts_at(inputs, &config)?.is_some()
                || !self.explains_first(earlier, &config)?
                || !self.explains_all(&config)?
            {
                continue;
            }
            let told = choice::told(field, &config);
            let before = match earlier {
                Some(place) => self.forget_choice(place).before,
                None => self.config,
            };
            self.adopted.push(Adopted { field, before, inputs: inputs.to_vec() });
            self.config = config;
            // What was planned under the other choice is planned again.
            self.blocked.clear();
            self.targets.clear();
            self.keep(Sighting::new(Class::Choice, format!("dialect: {field}"), told), inputs.to_vec(), 1);
            return Ok(true);
        }
        Ok(false)
    }

    /// Returns whether the configuration also explains the sequence for which another value of the field was adopted: a
    /// server that does not limit a number is met at each number that is tried.
    fn explains_first(&mut self, earlier: Option<usize>, config: &Config) -> Result<bool, TransportError> {
        let first = earlier.and_then(|place| self.adopted.get(place)).map(|adopted| adopted.inputs.clone());
        first.map_or(Ok(true), |inputs| Ok(self.parts_at(&inputs, config)?.is_none()))
    }

    /// Returns whether the configuration explains the sequences so far in which the model would do something else.
    fn explains_all(&mut self, config: &Config) -> Result<bool, TransportError> {
        let current = self.config;
        let others: Vec<Vec<Input>> = self
            .agreed
            .iter()
            .filter(|inputs| choice::differs(&current, config, inputs))
            .take(TRIALS)
            .cloned()
            .collect();
        for inputs in others {
            if self.contradicts(&inputs, config)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Numbers the findings again after some were removed.
    pub(super) fn index_findings(&mut self) {
        let numbered = self.findings.iter().enumerate();
        self.known = numbered.map(|(place, finding)| (finding.sighting.signature.clone(), place)).collect();
    }

    /// Gives up a choice that the server contradicts. Its own sequence is then judged under the usual choice.
    fn drop_choice(&mut self, place: usize, reverted: Config) -> Result<(), TransportError> {
        let adopted = self.forget_choice(place);
        self.config = reverted;
        self.dropped.insert(adopted.field);
        self.blocked.clear();
        self.targets.clear();
        self.execute_and_judge(adopted.inputs.into_iter())
    }

    /// Removes an adopted choice and its finding.
    fn forget_choice(&mut self, place: usize) -> Adopted {
        let adopted = self.adopted.remove(place);
        let what = format!("dialect: {}", adopted.field);
        self.findings.retain(|finding| finding.sighting.signature.what != what);
        self.index_findings();
        adopted
    }

    /// Returns whether a sequence shows a difference other than of shape under the configuration.
    fn contradicts(&mut self, inputs: &[Input], config: &Config) -> Result<bool, TransportError> {
        let mut run = Run::begin(self.server, config);
        for input in inputs {
            let result = run.take(*input, &self.features)?;
            if result.sightings.iter().any(|it| !matches!(it.signature.class, Class::Shape | Class::Choice)) {
                return Ok(true);
            }
            if !result.goes_on {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// The first step at which the server differs from the model under that configuration.
    fn parts_at(&mut self, inputs: &[Input], config: &Config) -> Result<Option<usize>, TransportError> {
        let mut run = Run::begin(self.server, config);
        for (place, input) in inputs.iter().enumerate() {
            let result = run.take(*input, &self.features)?;
            let parts = result.sightings.iter().any(|it| !matches!(it.signature.class, Class::Shape | Class::Choice));
            // A step that is not sent explains nothing, and neither does a refusal for an unknown reason.
            if parts || !result.goes_on || !result.asked || result.is_unsure {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}
