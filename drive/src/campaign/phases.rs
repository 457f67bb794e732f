//! The phases that produce sequences: the plan, the races, chance.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_harness::choices::Seeded;
use holdfast_harness::generator::{Bias, SequenceBuilder};
use holdfast_model::{EnvironmentEvent, Input};

use super::DriveCampaign;
use crate::features::features;
use crate::finding::{Finding, Frequency, Sighting, Signature};
use crate::race_outcome::InTurn;
use crate::races::{Race, RaceRun, Tried};
use crate::wire::TransportError;
use crate::{plan, races};

/// The number of inputs of a random sequence.
const INPUTS: u32 = 40;
/// Rounds of planning: the findings of a round change the paths of the next one.
const ROUNDS: usize = 8;
/// The number of consecutive random sequences without a usable input after which the drive stops.
const IDLE: u32 = 1_000;

/// The failures of a race by signature, with their number.
type SeenSequences = BTreeMap<Signature, (Sighting, u32)>;

impl DriveCampaign<'_> {
    /// Asks for every part of the API once, in the plainest way. Returns the reason if that was not done.
    pub(crate) fn ask_plainly(&mut self) -> Result<Option<String>, TransportError> {
        self.phase = "plain";
        let plain = match plan::plain() {
            Ok(plain) => plain,
            Err(why) => return Ok(Some(why)),
        };
        for inputs in &plain {
            self.execute_and_judge(inputs.iter().copied())?;
            self.tell();
        }
        self.ask_again(&plain)?;
        self.ask_under_keys()
    }

    /// Learns whether the server knows keys. One that acts twice under each of them ignores keys: that is one finding, and
    /// no further key is sent.
    fn ask_under_keys(&mut self) -> Result<Option<String>, TransportError> {
        let keyed = match plan::keyed() {
            Ok(keyed) => keyed,
            Err(why) => return Ok(Some(why)),
        };
        let acts_twice = |it: &Finding| it.sighting.signature.what.ends_with(": acts twice");
        let count = |findings: &[Finding]| findings.iter().filter(|it| acts_twice(it)).count();
        let mut ignored = 0_usize;
        for inputs in &keyed {
            let before = count(&self.findings);
            self.execute_and_judge(inputs.iter().copied())?;
            ignored = ignored.saturating_add(usize::from(count(&self.findings) > before));
        }
        if ignored < keyed.len() {
            return Ok(None);
        }
        self.server.profile.ignores_keys = true;
        // One cause is one finding; everything else that was found stays.
        let mut is_first = true;
        self.findings.retain(|it| !acts_twice(it) || std::mem::take(&mut is_first));
        self.index_findings();
        if let Some(finding) = self.findings.iter_mut().find(|it| acts_twice(it)) {
            finding.sighting.headline = format!("every key is ignored: {}", finding.sighting.headline);
            finding.variants = ["create", "refund"].into_iter().map(str::to_owned).collect();
        }
        Ok(None)
    }

    /// Drives every sequence of the plan. Returns the reason if some were not driven.
    pub(crate) fn follow_the_plan(&mut self) -> Result<Option<String>, TransportError> {
        self.phase = "plan";
        let (alphabet, plain) = match (plan::alphabet(), plan::plain()) {
            (Ok(alphabet), Ok(plain)) => (alphabet, plain),
            (Err(why), _) | (_, Err(why)) => return Ok(Some(why)),
        };
        self.note_left_out(&alphabet);
        for round in 0..=ROUNDS {
            let (features, blocked) = (&self.features, &self.blocked);
            let witnesses = plan::witnesses(
                &self.config,
                &alphabet,
                |input| features.have(input) && self.server.may_name(input),
                |edge| blocked.contains_key(&edge.bits()),
            );
            let new: Vec<_> = witnesses.into_iter().filter(|witness| !self.targets.contains(&witness.target)).collect();
            if new.is_empty() {
                self.ask_again(&plain)?;
                return Ok(None);
            }
            if round == ROUNDS {
                break;
            }
            for witness in new {
                self.targets.insert(witness.target);
                self.execute_and_judge(witness.inputs.into_iter())?;
                self.tell();
            }
        }
        Ok(Some(format!("the plan was not at its end after {ROUNDS} rounds")))
    }

    /// Counts the kinds of steps that need a test helper that the server lacks.
    fn note_left_out(&mut self, alphabet: &[Input]) {
        for witness in plan::witnesses(&self.config, alphabet, |_| true, |_| false) {
            let lacks = |input: &&Input| matches!(input, Input::Event(_)) && !self.server.may_name(input);
            let part = match witness.inputs.iter().find(lacks) {
                Some(Input::Event(EnvironmentEvent::Advance { .. })) => "a clock",
                Some(Input::Event(EnvironmentEvent::Authenticate { .. })) => "a helper for challenges",
                Some(Input::Event(EnvironmentEvent::Settle { .. })) => "a helper for banks",
                Some(Input::Event(EnvironmentEvent::Refund { .. })) => "a helper for refunds",
                Some(_) => "another helper",
                None => continue,
            };
            let count = self.left_out.entry(part).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Requests every part that seemed to be missing again: a part that is now accepted was refused for another reason.
    fn ask_again(&mut self, plain: &[Vec<Input>]) -> Result<(), TransportError> {
        self.features.settle_doubts();
        let missing = self.features.reconsider();
        for inputs in plain {
            let uses = |input: &Input| features(input).iter().any(|part| missing.contains(part));
            if inputs.iter().any(uses) {
                self.execute_and_judge(inputs.iter().copied())?;
                self.tell();
            }
        }
        self.features.settle_doubts();
        Ok(())
    }

    /// Drives random sequences, friendly and hostile in turn, until the budget ends. Returns the reason if it ended earlier.
    pub(crate) fn follow_chance(&mut self) -> Result<Option<String>, TransportError> {
        self.phase = "chance";
        let mut seed = self.settings.seed;
        let mut idle = 0_u32;
        while self.may_go_on() {
            if idle >= IDLE {
                let operations = self.server.operations;
                return Ok(Some(format!("after {operations} operations nothing more could be asked by chance")));
            }
            let before = self.server.operations;
            let bias = if seed & 1 == 0 { Bias::Friendly } else { Bias::Hostile };
            let mut choices = Seeded::new(seed, INPUTS);
            let mut draft = SequenceBuilder::under(self.config, &mut choices, bias);
            let execution = self.execute(|run| draft.next(&mut choices, run.world()), true)?;
            self.judge(execution)?;
            seed = seed.wrapping_add(1);
            idle = if self.server.operations == before { idle.saturating_add(1) } else { 0 };
            self.tell();
        }
        Ok(None)
    }

    /// Runs the races. Returns the reason if some were not run.
    pub(crate) fn race(&mut self) -> Result<Option<String>, TransportError> {
        self.phase = "races";
        let races = match races::table() {
            Ok(races) => races,
            Err(why) => return Ok(Some(why)),
        };
        for race in races {
            let mut ran = RaceRun { name: race.name, runs: 0, wrong: 0, why_not: self.why_not(&race) };
            let mut seen = BTreeMap::new();
            let end = match ran.why_not {
                Some(_) => Ok(()),
                None => self.run_race(&race, &mut ran, &mut seen),
            };
            for (signature, (sighting, wrong)) in seen {
                let frequency = Some(Frequency { wrong, runs: ran.runs });
                self.known.insert(signature, self.findings.len());
                let (inputs, met) = (race.inputs(), u64::from(wrong));
                let variants = BTreeSet::from([sighting.variant.clone()]);
                self.findings.push(Finding {
                    sighting,
                    inputs,
                    steps: Vec::new(),
                    at_once: 2,
                    variants,
                    met,
                    frequency,
                });
            }
            self.races.push(ran);
            self.tell();
            end?;
        }
        Ok(None)
    }

    /// Returns the reason for which a race cannot be run on this server; `None` if it can.
    fn why_not(&self, race: &Race) -> Option<String> {
        if self.server.profile.ignores_keys && race.both.iter().any(|call| call.key.is_some()) {
            return Some("the server ignores keys".to_owned());
        }
        race.inputs().iter().find_map(|input| {
            let lacks = self.features.lacking(input).map(|feature| format!("the server does not have: {feature}"));
            lacks.or_else(|| (!self.server.may_name(input)).then(|| format!("`{input}` cannot be asked")))
        })
    }

    /// Returns whether the server makes the same of the two requests one after the other, in either order. What is wrong
    /// then needs no race: the sequences in turn are judged, and show it.
    fn is_in_turn(
        &mut self,
        race: &Race,
        result: &InTurn,
        known: &mut Option<Vec<InTurn>>,
    ) -> Result<bool, TransportError> {
        let known = match known {
            Some(known) => known,
            None => {
                let found = races::in_turn(self.server, &self.config, &self.features, race)?;
                if found.contains(result) {
                    let [first, second] = race.both.map(Input::Call);
                    for last in [[first, second], [second, first]] {
                        self.execute_and_judge(race.before.iter().copied().chain(last))?;
                    }
                }
                known.insert(found)
            }
        };
        Ok(known.contains(result))
    }

    /// Runs a race the configured number of times. Its results are kept even if the server becomes unreachable.
    fn run_race(&mut self, race: &Race, ran: &mut RaceRun, seen: &mut SeenSequences) -> Result<(), TransportError> {
        let mut in_turn: Option<Vec<InTurn>> = None;
        for _ in 0..self.settings.races {
            match races::run(self.server, &self.config, &self.features, race)? {
                Tried::NotReached(why) => {
                    ran.why_not = Some(why);
                    continue;
                }
                Tried::Explained => {}
                Tried::RaceFailure(_, Some(result)) if self.is_in_turn(race, &result, &mut in_turn)? => {}
                Tried::RaceFailure(sighting, _) => {
                    ran.wrong = ran.wrong.saturating_add(1);
                    let (_, count) = seen.entry(sighting.signature.clone()).or_insert((sighting, 0));
                    *count = count.saturating_add(1);
                }
            }
            ran.runs = ran.runs.saturating_add(1);
        }
        Ok(())
    }
}
