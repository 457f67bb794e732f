//! Where sequences come from: the plan, the races, chance.

use std::time::Instant;

use holdfast_conformance::choices::Seeded;
use holdfast_conformance::generator::{Draft, Temper};

use super::Hunt;
use crate::finding::{Finding, Frequency, Sighting};
use crate::wire::Broken;
use crate::{plan, races};

/// Inputs that a sequence by chance is made of.
const INPUTS: u32 = 40;
/// Rounds of planning: what a round finds changes where the next one can go.
const ROUNDS: usize = 8;

impl Hunt<'_> {
    /// Everything that the plan has. Answers whether all of it was done.
    pub(crate) fn follow_the_plan(&mut self) -> Result<bool, Broken> {
        self.phase = "plan";
        let (Ok(alphabet), Ok(plain)) = (plan::alphabet(), plan::plain()) else { return Ok(false) };
        for inputs in plain {
            self.execute_and_judge(inputs.into_iter())?;
            self.tell();
        }
        for _ in 0..ROUNDS {
            let (features, blocked) = (&self.features, &self.blocked);
            let witnesses = plan::witnesses(
                &self.terms,
                &alphabet,
                |input| features.have(input) && self.server.may_name(input),
                |edge| blocked.contains_key(&edge.bits()),
            );
            let new: Vec<_> = witnesses.into_iter().filter(|witness| !self.targets.contains(&witness.target)).collect();
            if new.is_empty() {
                break;
            }
            for witness in new {
                if !self.may_go_on() {
                    return Ok(false);
                }
                self.targets.insert(witness.target);
                self.execute_and_judge(witness.inputs.into_iter())?;
                self.tell();
            }
        }
        Ok(true)
    }

    /// Sequences by chance, careful and careless by turns, until time or leave is up.
    pub(crate) fn follow_chance(&mut self) -> Result<(), Broken> {
        self.phase = "chance";
        let mut seed = self.settings.seed;
        let mut idle = 0_u32;
        while self.may_go_on() && idle < 1_000 {
            let before = self.server.operations;
            let temper = if seed & 1 == 0 { Temper::Friendly } else { Temper::Hostile };
            let mut choices = Seeded::new(seed, INPUTS);
            let mut draft = Draft::under(self.terms, &mut choices, temper);
            let execution = self.execute(|run| draft.next(&mut choices, run.world()), true)?;
            self.judge(execution)?;
            seed = seed.wrapping_add(1);
            idle = if self.server.operations == before { idle.saturating_add(1) } else { 0 };
            self.tell();
        }
        Ok(())
    }

    /// Requests at the same time.
    pub(crate) fn race(&mut self) -> Result<(), Broken> {
        self.phase = "races";
        let Ok(races) = races::table() else { return Ok(()) };
        for race in races {
            if self.end.is_some_and(|end| Instant::now() >= end) {
                break;
            }
            if !race.inputs().iter().all(|input| self.features.have(input) && self.server.may_name(input)) {
                continue;
            }
            let Some((sighting, frequency)) = self.run_race(&race)? else { continue };
            let inputs = race.inputs();
            self.known.insert(sighting.signature.clone(), self.findings.len());
            let (met, frequency) = (u64::from(frequency.wrong), Some(frequency));
            self.findings.push(Finding { sighting, inputs, at_once: 2, met, frequency });
            self.tell();
        }
        Ok(())
    }

    fn run_race(&mut self, race: &races::Race) -> Result<Option<(Sighting, Frequency)>, Broken> {
        let mut worst: Option<Sighting> = None;
        let mut frequency = Frequency { wrong: 0, runs: 0 };
        for _ in 0..self.settings.races {
            let Some(outcome) = races::run(self.server, &self.terms, &self.features, race)? else { continue };
            frequency.runs = frequency.runs.saturating_add(1);
            if let Some(sighting) = outcome {
                frequency.wrong = frequency.wrong.saturating_add(1);
                worst.get_or_insert(sighting);
            }
        }
        Ok(worst.map(|sighting| (sighting, frequency)))
    }
}
