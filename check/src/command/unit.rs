//! The exploration of one variant of one scenario, by one explorer or both.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::select::Job;
use super::{CommonOptions, Which};
use crate::interrupt::Interrupt;
use crate::progress::{ExpectedStates, ExplorationWatch};
use crate::record::{StaterightSummary, Unit};
use crate::replay::{Replay, inputs_along};
use holdfast_explorer::{Exploration, Explorer, Limits, Mode, Path as ExplorerPath, Progress, Sighting, Stateright};
use holdfast_scenarios::Visit;
use holdfast_scenarios::space::ModelSpace;

/// The exploration of one variant.
pub(super) struct Exploring<'a> {
    pub(super) job: &'a Job,
    pub(super) options: &'a CommonOptions,
    /// Time that remains for this variant and its successors.
    pub(super) time: Option<Duration>,
    /// The number of the variant, from 1, and the number of all variants.
    pub(super) place: (usize, usize),
    /// The expected numbers of states.
    pub(super) expected: ExpectedStates,
    /// Whether a line of progress is drawn.
    pub(super) shown: bool,
    pub(super) interrupt: Interrupt,
}

impl Exploring<'_> {
    pub(super) fn run(self) -> Unit {
        let (job, began) = (self.job, Instant::now());
        job.named(job.scenario.visit(&job.variant, self), began)
    }

    /// Returns the form in which states are stored: whole by default, as fingerprints in deep runs.
    fn mode(&self) -> Mode {
        if self.options.deep || self.job.scenario.deep { Mode::Fingerprint } else { Mode::Exact }
    }

    pub(super) fn limits(&self, began: Instant) -> Limits {
        Limits {
            max_states: self.options.max_states,
            time: self.time.map(|time| time.saturating_sub(began.elapsed())),
            ..Limits::default()
        }
    }

    pub(super) fn watch(&self, explorer: &str, progress: &Arc<Progress>, expected: ExpectedStates) -> ExplorationWatch {
        let (number, all) = self.place;
        let label = format!("{number}/{all} {} ({explorer})", self.job.name());
        ExplorationWatch::start(self.shown, label, Arc::clone(progress), expected, self.interrupt.clone())
    }
}

impl Job {
    /// Adds the names, and the time since `began`, to the results.
    pub(super) fn named(&self, found: Unit, began: Instant) -> Unit {
        Unit {
            scenario: self.scenario.name.to_owned(),
            variant: self.variant.name.to_owned(),
            milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            ..found
        }
    }
}

impl Visit for Exploring<'_> {
    type Output = Unit;

    fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P, K>) -> Unit {
        let began = Instant::now();
        let which = self.options.which();
        let threads = self.options.threads();
        let mut unit = Unit {
            scenario: String::new(),
            variant: String::new(),
            exact: None,
            stateright: None,
            counterexamples: BTreeMap::new(),
            milliseconds: 0,
        };
        if which != Which::Stateright {
            let progress = Arc::new(Progress::default());
            let explorer =
                Explorer::new(&space).mode(self.mode()).threads(threads).limits(self.limits(began)).progress(&progress);
            // The other explorer of this variant has not run yet.
            let again = if which == Which::Both { self.expected.states.unwrap_or(0) } else { 0 };
            let expected = ExpectedStates { after: self.expected.after.saturating_add(again), ..self.expected };
            let watch = self.watch("exact", &progress, expected);
            let found = explorer.run();
            drop(watch);
            unit.counterexamples = counterexamples(&space, &explorer, &found);
            unit.exact = Some(found.summary);
        }
        if which != Which::Exact {
            let progress = Arc::new(Progress::default());
            // Cancelled rather than skipped, so that the unit counts as cut.
            if self.interrupt.is_set() {
                progress.cancel();
            }
            let mut stateright =
                Stateright::new(Arc::new(space.clone())).threads(threads).progress(Arc::clone(&progress));
            let limits = self.limits(began);
            if let Some(max) = limits.max_states {
                stateright = stateright.max_states(max);
            }
            if let Some(time) = limits.time {
                stateright = stateright.time(time);
            }
            let found = unit.exact.as_ref().map(|summary| summary.unique);
            let expected = ExpectedStates { states: found.or(self.expected.states), ..self.expected };
            let watch = self.watch("stateright", &progress, expected);
            let run = stateright.run();
            drop(watch);
            let other = StaterightSummary::of(&run);
            if !other.violations.is_empty() && unit.exact.is_none() {
                // `stateright` seldom finds a shortest path; the exact explorer always does.
                let limits = Limits { first_violation: true, ..self.limits(began) };
                let explorer = Explorer::new(&space).threads(threads).limits(limits);
                unit.counterexamples = counterexamples(&space, &explorer, &explorer.run());
            }
            unit.stateright = Some(other);
        }
        unit
    }
}

/// Returns a shortest trace to each violation, by the bit of its property.
fn counterexamples<const P: usize, const K: usize>(
    space: &ModelSpace<P, K>,
    explorer: &Explorer<'_, ModelSpace<P, K>>,
    found: &Exploration<ModelSpace<P, K>>,
) -> BTreeMap<u8, String> {
    let sightings: Vec<Sighting<_>> = found.violations.values().copied().collect();
    let paths = explorer.paths(found, &sightings);
    found.violations.keys().zip(paths).filter_map(|(bit, path)| Some((*bit, trace(space, &path?)?))).collect()
}

/// Returns a path as a trace; `None` if the model does not take its steps.
pub(super) fn trace<const P: usize, const K: usize>(
    space: &ModelSpace<P, K>,
    path: &ExplorerPath<ModelSpace<P, K>>,
) -> Option<String> {
    Some(Replay::play(*space.config(), inputs_along(space, path)?).script().to_string())
}
