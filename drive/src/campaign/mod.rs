//! The campaign: sequences from the plan, then random ones. Each ends at the first difference between server and model, which
//! is reduced and executed once more before it is reported.

mod checking;
mod judging;
mod phases;
mod sequence;
mod shrinking;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use holdfast_model::{Config, Input};
use holdfast_properties::CATALOGUE;

use crate::checks::Looked;
use crate::features::{CORE, Features, features};
use crate::fields;
use crate::finding::{Class, Finding, Sighting, Signature};
use crate::plan::{self, Target};
use crate::races::{self, RaceRun};
use crate::report::Report;
use crate::server::Server;
use crate::settings::Settings;
use crate::wire::TransportError;

/// The progress of a drive.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The current phase.
    pub phase: &'static str,
    /// Inputs sent so far.
    pub operations: u64,
    /// Requests sent so far.
    pub requests: u64,
    /// Findings so far, by class.
    pub found: [usize; 5],
}

/// A hunt under way.
pub(crate) struct DriveCampaign<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) server: &'a mut Server,
    pub(crate) config: Config,
    pub(crate) features: Features,
    pub(crate) findings: Vec<Finding>,
    known: BTreeMap<Signature, usize>,
    /// Differences that did not recur, or for which no budget was left to repeat them.
    pub(crate) unrepeated: Vec<Sighting>,
    /// The races, and how each went.
    pub(crate) races: Vec<RaceRun>,
    /// The checks, and whether each was carried out.
    pub(crate) checks: Vec<(&'static str, Looked)>,
    /// The requirements that checks saw to be kept, with the number of the checks.
    kept: BTreeMap<&'static str, u64>,
    /// Steps at which model and server are known to differ, and the number of times that each was predicted.
    blocked: BTreeMap<u32, u64>,
    targets: BTreeSet<Target>,
    /// The kinds of steps that were taken.
    pub(crate) edges: BTreeSet<u32>,
    /// The number of steps that witnessed each property.
    pub(crate) witnessed: Vec<u64>,
    /// Choices that explain all responses so far.
    adopted: Vec<Adopted>,
    /// Fields of the dialect that the server contradicts itself about.
    dropped: BTreeSet<&'static str>,
    /// Kinds of steps of the plan that were left out, by the part that the server lacks for them.
    left_out: BTreeMap<&'static str, usize>,
    /// Different sequences in which model and server agreed.
    agreed: Vec<Vec<Input>>,
    pub(crate) sequences: u64,
    end: Option<Instant>,
    progress: &'a mut dyn FnMut(&Progress),
    phase: &'static str,
}

/// The result of one sequence.
struct Execution {
    /// The inputs that were taken.
    taken: Vec<Input>,
    /// The differences, each with the number of inputs before it.
    seen: Vec<(usize, Sighting)>,
    /// Whether every answer could be compared with the model's.
    is_whole: bool,
}

/// A choice under which the server is driven.
#[derive(Clone, Debug)]
struct Adopted {
    /// The field of the dialect, or `country`.
    field: &'static str,
    /// The configuration before.
    before: Config,
    /// The sequence that showed it.
    inputs: Vec<Input>,
}

impl<'a> DriveCampaign<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        server: &'a mut Server,
        config: Config,
        progress: &'a mut dyn FnMut(&Progress),
    ) -> Self {
        Self {
            settings,
            server,
            config,
            features: Features::default(),
            findings: Vec::new(),
            known: BTreeMap::new(),
            unrepeated: Vec::new(),
            races: Vec::new(),
            checks: Vec::new(),
            kept: BTreeMap::new(),
            blocked: BTreeMap::new(),
            targets: BTreeSet::new(),
            edges: BTreeSet::new(),
            witnessed: vec![0; CATALOGUE.len()],
            adopted: Vec::new(),
            dropped: BTreeSet::new(),
            left_out: BTreeMap::new(),
            agreed: Vec::new(),
            sequences: 0,
            end: settings.end(),
            progress,
            phase: "",
        }
    }

    /// Carries out every phase. Returns the reason if one was not carried out to its end.
    pub(crate) fn everything(&mut self) -> Result<Option<String>, TransportError> {
        for part in self.server.profile.part_names() {
            self.features.note_part(&part);
        }
        let too_short = Some("the limit of operations or time was met before the plan was at its end");
        let plain = within_budget(self.ask_plainly(), too_short)?;
        let checks = self.check();
        let checks =
            within_budget(checks, Some("the limit of operations or time was met before all checks were done"))?;
        let plan = within_budget(self.follow_the_plan(), too_short)?;
        let races = self.race();
        let races = within_budget(races, Some("the limit of operations or time was met before all races were run"))?;
        let chance = within_budget(self.follow_chance(), None)?;
        self.set_aside_absent_fields();
        Ok(plain.or(plan).or(checks).or(races).or(chance).or_else(|| self.doubt()))
    }

    /// Returns the reason for which a drive without findings proves nothing; `None` if there is none.
    fn doubt(&self) -> Option<String> {
        let never: Vec<&str> = CORE.into_iter().filter(|core| !self.features.lets_through(core)).collect();
        if !never.is_empty() {
            return Some(format!("the server never let through: {}", never.join(", ")));
        }
        let once = self.unrepeated.len();
        if self.server.operations == 0 {
            return Some("no operation was compared".to_owned());
        }
        if once > 0 {
            return Some(format!("differences that were not seen again, or that no budget was left to repeat: {once}"));
        }
        self.checks.iter().find_map(|(name, looked)| match looked {
            Looked::NotDone(why) => Some(format!("the check `{name}` was not carried out: {why}")),
            Looked::Done | Looked::NotThere(_) => None,
        })
    }

    /// The findings.
    pub(crate) fn report(mut self, name: &str, settings: &Settings) -> Report {
        let unasked = self.unasked();
        self.set_aside_absent_fields();
        self.findings.sort_by_key(|finding| finding.sighting.signature.class);
        Report {
            name: name.to_owned(),
            url: settings.url.clone(),
            seed: settings.seed,
            operations: self.server.operations,
            requests: self.server.wire.requests,
            sequences: self.sequences,
            edges: self.edges.len(),
            profile: self.server.profile.clone(),
            config: self.config,
            findings: self.findings,
            through: self.features.through().map(|(name, count)| (name.to_owned(), count)).collect(),
            throttled: self.server.wire.pace().throttled(),
            missing: self
                .server
                .notes
                .iter()
                .cloned()
                .chain(self.features.missing().map(|(name, says)| (name.to_owned(), says.to_owned())))
                .collect(),
            unasked,
            races: self.races,
            checks: self.checks,
            kept: self.kept,
            left_out: self.left_out,
            witnessed: self.witnessed,
            unrepeated: self.unrepeated.into_iter().map(|once| format!("{}: {}", once.headline, once.server)).collect(),
            clean_up: None,
            incomplete: None,
        }
    }

    /// Lists the optional fields that the server never shows as parts that it does not have.
    fn set_aside_absent_fields(&mut self) {
        for (object, pointer) in fields::OPTIONAL {
            let place = fields::place(object, pointer);
            let what = format!("{place}: missing");
            let is_it = |sighting: &Sighting| sighting.signature.what == what;
            let count = self.findings.len();
            if !self.server.fields_shown.contains(&place) {
                self.findings.retain(|finding| !is_it(&finding.sighting));
                self.unrepeated.retain(|sighting| !is_it(sighting));
            }
            if self.findings.len() < count {
                self.server.notes.push((format!("field {place}"), "never shown".to_owned()));
            }
        }
    }

    /// Parts of the API that a drive asks for, and that this server was never seen to have or to lack.
    fn unasked(&self) -> Vec<String> {
        let planned = plan::alphabet().into_iter().flatten();
        let plain = plan::plain().into_iter().flatten().flatten();
        let raced = races::table().into_iter().flatten().flat_map(|race| race.inputs());
        let wanted: BTreeSet<String> = planned.chain(plain).chain(raced).flat_map(|input| features(&input)).collect();
        wanted.into_iter().filter(|feature| !self.features.knows(feature)).collect()
    }

    /// Returns whether budget is left.
    fn may_go_on(&self) -> bool {
        self.server.operations < self.settings.operations
            && !self.server.wire.pace().is_stopped()
            && self.end.is_none_or(|end| Instant::now() < end)
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
}

/// Returns the result of a phase; the end of the budget is a reason, not an error.
fn within_budget(
    result: Result<Option<String>, TransportError>,
    reason: Option<&str>,
) -> Result<Option<String>, TransportError> {
    match result {
        Err(TransportError::OutOfBudget) => Ok(reason.map(str::to_owned)),
        result => result,
    }
}
