//! The hunt: sequences from the plan, then sequences by chance, each stopped where the server parts from the model, and
//! what is found made small and done again before it is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use holdfast_conformance::Verdict;
use holdfast_conformance::choices::Seeded;
use holdfast_conformance::generator::{Draft, Sequence, Temper};
use holdfast_conformance::shrink::shrink;
use holdfast_conformance::verdict::{Difference, Divergence, Place, Tally};
use holdfast_model::{Event, Input, Terms};
use holdfast_properties::CATALOGUE;

use crate::choice;
use crate::features::Features;
use crate::finding::{Class, Finding, Frequency, Sighting, Signature};
use crate::plan::{self, Target};
use crate::races;
use crate::report::Report;
use crate::run::Run;
use crate::server::Server;
use crate::settings::Settings;
use crate::wire::Broken;

/// Executions that one finding is worth, to make it small.
const EXECUTIONS: usize = 120;
/// Inputs that a sequence by chance is made of.
const INPUTS: u32 = 40;
/// Inputs of a sequence that is short enough to leave them out one by one.
const SHORT: usize = 8;
/// Rounds of planning: what a round finds changes where the next one can go.
const ROUNDS: usize = 8;
/// Of so many steps at which both are known to part, one is taken all the same.
const SELDOM: u64 = 24;

/// How far the hunt is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// What is done just now.
    pub phase: &'static str,
    /// Inputs asked so far.
    pub operations: u64,
    /// Requests sent so far.
    pub requests: u64,
    /// Findings so far, by class.
    pub found: [usize; 5],
}

/// A hunt under way.
pub(crate) struct Hunt<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) server: &'a mut Server,
    pub(crate) terms: Terms,
    pub(crate) features: Features,
    pub(crate) findings: Vec<Finding>,
    known: BTreeMap<Signature, usize>,
    /// Sightings that did not come again.
    pub(crate) unrepeated: Vec<Sighting>,
    /// Steps at which both are known to part, and how often that was foreseen.
    blocked: BTreeMap<u32, u64>,
    targets: BTreeSet<Target>,
    /// The kinds of steps that were taken.
    pub(crate) edges: BTreeSet<u32>,
    /// How often each claim was borne out.
    pub(crate) witnessed: Vec<u64>,
    /// Fields of the dialect that are settled.
    chosen: BTreeSet<&'static str>,
    pub(crate) sequences: u64,
    end: Option<Instant>,
    progress: &'a mut dyn FnMut(&Progress),
    phase: &'static str,
}

/// What came of one sequence.
struct Execution {
    /// What was asked.
    taken: Vec<Input>,
    /// What differed, and after how many inputs.
    seen: Vec<(usize, Sighting)>,
}

impl<'a> Hunt<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        server: &'a mut Server,
        terms: Terms,
        progress: &'a mut dyn FnMut(&Progress),
    ) -> Self {
        Self {
            settings,
            server,
            terms,
            features: Features::default(),
            findings: Vec::new(),
            known: BTreeMap::new(),
            unrepeated: Vec::new(),
            blocked: BTreeMap::new(),
            targets: BTreeSet::new(),
            edges: BTreeSet::new(),
            witnessed: vec![0; CATALOGUE.len()],
            chosen: BTreeSet::new(),
            sequences: 0,
            end: Instant::now().checked_add(settings.time_limit),
            progress,
            phase: "",
        }
    }

    /// The plan, the races, chance. Answers whether all of the plan was done.
    pub(crate) fn everything(&mut self) -> Result<bool, Broken> {
        let is_whole = self.follow_the_plan()?;
        self.race()?;
        self.follow_chance()?;
        Ok(is_whole)
    }

    /// What was found.
    pub(crate) fn report(mut self, name: &str, settings: &Settings) -> Report {
        self.findings.sort_by_key(|finding| finding.sighting.signature.class);
        Report {
            name: name.to_owned(),
            url: settings.url.clone(),
            seed: settings.seed,
            operations: self.server.operations,
            requests: self.server.wire.requests,
            sequences: self.sequences,
            edges: self.edges.len(),
            ways: self.server.ways.clone(),
            terms: self.terms,
            findings: self.findings,
            through: self.features.through().map(|(name, count)| (name.to_owned(), count)).collect(),
            missing: self.features.missing().map(|(name, says)| (name.to_owned(), says.to_owned())).collect(),
            witnessed: self.witnessed,
            unrepeated: self.unrepeated.into_iter().map(|sighting| sighting.headline).collect(),
            incomplete: None,
        }
    }

    /// Is there time and leave to go on?
    fn may_go_on(&self) -> bool {
        self.server.operations < self.settings.operations && self.end.is_none_or(|end| Instant::now() < end)
    }

    fn tell(&mut self) {
        let mut found = [0_usize; 5];
        for finding in &self.findings {
            if let Some(count) = Class::ALL
                .iter()
                .position(|class| *class == finding.sighting.signature.class)
                .and_then(|place| found.get_mut(place))
            {
                *count = count.saturating_add(1);
            }
        }
        let (operations, requests) = (self.server.operations, self.server.wire.requests);
        (self.progress)(&Progress { phase: self.phase, operations, requests, found });
    }

    /// Everything that the plan has. Answers whether all of it was done.
    pub(crate) fn follow_the_plan(&mut self) -> Result<bool, Broken> {
        self.phase = "plan";
        let Ok(alphabet) = plan::alphabet() else { return Ok(false) };
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

    // --- one sequence ---

    fn execute_and_judge(&mut self, mut inputs: impl Iterator<Item = Input>) -> Result<(), Broken> {
        let execution = self.execute(|_| inputs.next(), false)?;
        self.judge(execution)
    }

    /// Drives one sequence, and learns from it what the server has.
    fn execute(&mut self, mut next: impl FnMut(&Run<'_>) -> Option<Input>, steers: bool) -> Result<Execution, Broken> {
        self.sequences = self.sequences.saturating_add(1);
        let mut run = Run::begin(self.server, &self.terms);
        let mut execution = Execution { taken: Vec::new(), seen: Vec::new() };
        while let Some(input) = next(&run) {
            if steers && let Some(edge) = run.foresee(input) {
                let times = self.blocked.get_mut(&edge.bits());
                if let Some(times) = times {
                    *times = times.saturating_add(1);
                    if times.checked_rem(SELDOM) != Some(0) {
                        continue;
                    }
                }
            }
            let mut input = input;
            let mut took = run.take(input, &self.features)?;
            if let (false, true, Input::Event(Event::Advance { seconds })) = (took.asked, steers, input) {
                // Not into the last minutes before a deadline, but past them.
                input = Input::Event(Event::Advance { seconds: seconds.saturating_add(1_800) });
                took = run.take(input, &self.features)?;
            }
            if !took.asked {
                continue;
            }
            execution.taken.push(input);
            if let Some(edge) = took.edge {
                self.edges.insert(edge.bits());
            }
            for (place, count) in self.witnessed.iter_mut().enumerate() {
                let bit = took.witnessed.checked_shr(u32::try_from(place).unwrap_or(u32::MAX)).unwrap_or(0) & 1;
                *count = count.saturating_add(u64::try_from(bit).unwrap_or(0));
            }
            let lacks = took.refused.as_ref().map(|reply| (self.features.untried(&input), reply));
            if let Some((untried, reply)) = lacks.filter(|(untried, _)| !untried.is_empty()) {
                for feature in untried {
                    self.features.lack(&feature, &told(reply));
                }
            } else {
                if took.refused.is_none() && took.sightings.iter().all(|it| it.signature.class == Class::Shape) {
                    self.features.note(&input);
                }
                let parts = took.refused.is_some() || !took.goes_on;
                if let (true, Some(edge)) = (parts, took.edge) {
                    self.blocked.entry(edge.bits()).or_default();
                }
                let place = execution.taken.len();
                execution.seen.extend(took.sightings.into_iter().map(|sighting| (place, sighting)));
            }
            if !took.goes_on {
                return Ok(execution);
            }
        }
        let place = execution.taken.len();
        if place > 1 {
            let around = run.look_around()?;
            execution.seen.extend(around.into_iter().map(|sighting| (place, sighting)));
        }
        Ok(execution)
    }

    /// What is new in a sequence is explained by a choice, or made small and kept.
    fn judge(&mut self, execution: Execution) -> Result<(), Broken> {
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
            if sighting.signature.class != Class::Shape && self.is_a_choice(&inputs)? {
                // Under that choice the rest of the sequence means something else.
                return Ok(());
            }
            match self.make_small(&inputs, &sighting)? {
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
    fn is_a_choice(&mut self, inputs: &[Input]) -> Result<bool, Broken> {
        for (field, terms) in choice::others(&self.terms) {
            if self.chosen.contains(field) || !choice::differs(&self.terms, &terms, inputs) {
                continue;
            }
            if self.parts_at(inputs, &terms)?.is_some() {
                continue;
            }
            let told = choice::told(field, &terms);
            self.terms = terms;
            self.chosen.insert(field);
            // What was planned under the other choice is planned again.
            self.blocked.clear();
            self.keep(Sighting::new(Class::Choice, format!("dialect: {field}"), told), inputs.to_vec(), 1);
            return Ok(true);
        }
        Ok(false)
    }

    /// The first step at which the server parts from the model under those terms.
    fn parts_at(&mut self, inputs: &[Input], terms: &Terms) -> Result<Option<usize>, Broken> {
        let mut run = Run::begin(self.server, terms);
        for (place, input) in inputs.iter().enumerate() {
            let took = run.take(*input, &self.features)?;
            let parts = took.sightings.iter().any(|it| !matches!(it.signature.class, Class::Shape | Class::Choice));
            if parts || !took.goes_on {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// The shortest sequence found that shows the same, and how it shows it; `None` where it does not show again.
    fn make_small(&mut self, inputs: &[Input], like: &Sighting) -> Result<Option<(Vec<Input>, Sighting)>, Broken> {
        let mut best = if inputs.len() > SHORT { self.shrunk(inputs, like)? } else { inputs.to_vec() };
        let Some(mut last) = self.shown(&mut best, like)? else { return Ok(None) };
        // A way of the plan is short already; what can be left out is left out.
        let mut place = 0;
        while place < best.len() {
            let mut shorter = best.clone();
            shorter.remove(place);
            match self.shown(&mut shorter, like)? {
                Some(sighting) => (best, last) = (shorter, sighting),
                None => place = place.saturating_add(1),
            }
        }
        Ok(Some((best, last)))
    }

    /// Do they show the same? Then what comes after it is cut off.
    fn shown(&mut self, inputs: &mut Vec<Input>, like: &Sighting) -> Result<Option<Sighting>, Broken> {
        let shown = shows(self.server, &self.features, &self.terms, inputs, &like.signature)?;
        Ok(shown.map(|(step, _, sighting)| {
            inputs.truncate(step.saturating_add(1));
            sighting
        }))
    }

    /// A long sequence made short, and its parameters plain.
    fn shrunk(&mut self, inputs: &[Input], like: &Sighting) -> Result<Vec<Input>, Broken> {
        let sequence = Sequence { terms: Terms::default(), inputs: inputs.to_vec() };
        let terms = self.terms;
        let mut broken = None;
        let (server, features) = (&mut *self.server, &self.features);
        let small = shrink(&sequence, EXECUTIONS, |sequence| {
            if broken.is_some() {
                return Verdict::Agree(Tally::default());
            }
            match shows(server, features, &terms, &sequence.inputs, &like.signature) {
                Ok(Some((step, input, _))) => {
                    let place = Place::Field(format!("{:?}", like.signature));
                    let difference = Difference { place, model: String::new(), subject: String::new() };
                    Verdict::Diverge(Box::new(Divergence { step, input, differences: vec![difference] }))
                }
                Ok(None) => Verdict::Agree(Tally::default()),
                Err(error) => {
                    broken = Some(error);
                    Verdict::Agree(Tally::default())
                }
            }
        });
        match broken {
            Some(broken) => Err(broken),
            None => Ok(small.map_or_else(|| inputs.to_vec(), |(small, _)| small.inputs)),
        }
    }
}

/// The step at which a sequence shows a difference of that kind, and how.
fn shows(
    server: &mut Server,
    features: &Features,
    terms: &Terms,
    inputs: &[Input],
    like: &Signature,
) -> Result<Option<(usize, Input, Sighting)>, Broken> {
    let mut run = Run::begin(server, terms);
    let mut last = None;
    for (place, input) in inputs.iter().enumerate() {
        let took = run.take(*input, features)?;
        if took.asked {
            last = Some((place, *input));
        }
        if let Some(sighting) = took.sightings.into_iter().find(|it| it.signature == *like) {
            return Ok(Some((place, *input, sighting)));
        }
        if !took.goes_on {
            return Ok(None);
        }
    }
    let around = run.look_around()?;
    Ok(around.into_iter().find(|it| it.signature == *like).zip(last).map(|(it, (place, input))| (place, input, it)))
}

fn told(reply: &crate::wire::Reply) -> String {
    let message = reply.text_at("/error/message").unwrap_or(reply.text.as_str());
    let message: String =
        message.chars().take(80).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("{} {message}", reply.status).trim().to_owned()
}
