//! What a sequence has shown: known already, another choice, or new and kept.

use holdfast_model::{Config, Input};

use super::{DriveCampaign, Execution};
use crate::choice;
use crate::finding::{Class, Finding, Sighting};
use crate::run::Run;
use crate::wire::TransportError;

impl DriveCampaign<'_> {
    /// What is new in a sequence is explained by a choice, or made small and kept.
    pub(super) fn judge(&mut self, execution: Execution) -> Result<(), TransportError> {
        for (place, sighting) in execution.seen {
            if let Some(finding) = self.known.get(&sighting.signature).and_then(|at| self.findings.get_mut(*at)) {
                finding.met = finding.met.saturating_add(1);
                continue;
            }
            let inputs: Vec<Input> = execution.taken.iter().take(place).copied().collect();
            if sighting.signature.class == Class::Choice {
                self.keep(sighting, inputs, 1);
                continue;
            }
            match self.make_small(&inputs, &sighting)? {
                // Under another choice the rest of the sequence means something else.
                Some((inputs, _)) if sighting.signature.class != Class::Shape && self.is_a_choice(&inputs)? => {
                    return Ok(());
                }
                Some((inputs, sighting)) => self.keep(sighting, inputs, 1),
                None => {
                    if !self.unrepeated.iter().any(|known| known.signature == sighting.signature) {
                        self.unrepeated.push(sighting);
                    }
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, sighting: Sighting, inputs: Vec<Input>, met: u64) {
        self.known.insert(sighting.signature.clone(), self.findings.len());
        self.findings.push(Finding { sighting, inputs, at_once: 0, met, frequency: None });
    }

    /// Does the server only decide otherwise what the rules leave open? Then it is driven under its own choice.
    fn is_a_choice(&mut self, inputs: &[Input]) -> Result<bool, TransportError> {
        for (field, config) in choice::others(&self.config) {
            if self.chosen.contains(field) || !choice::differs(&self.config, &config, inputs) {
                continue;
            }
            if self.parts_at(inputs, &config)?.is_some() {
                continue;
            }
            let told = choice::told(field, &config);
            self.config = config;
            self.chosen.insert(field);
            // What was planned under the other choice is planned again.
            self.blocked.clear();
            self.targets.clear();
            self.keep(Sighting::new(Class::Choice, format!("dialect: {field}"), told), inputs.to_vec(), 1);
            return Ok(true);
        }
        Ok(false)
    }

    /// The first step at which the server parts from the model under those config.
    fn parts_at(&mut self, inputs: &[Input], config: &Config) -> Result<Option<usize>, TransportError> {
        let mut run = Run::begin(self.server, config);
        for (place, input) in inputs.iter().enumerate() {
            let result = run.take(*input, &self.features)?;
            let parts = result.sightings.iter().any(|it| !matches!(it.signature.class, Class::Shape | Class::Choice));
            // What is not asked explains nothing, and neither does what is refused for who knows what reason.
            if parts || !result.goes_on || !result.asked || result.is_unsure {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}
