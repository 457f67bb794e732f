//! Explores one instance with both explorers, and keeps the results.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use holdfast_explorer::{Explorer, Limits, Mode, Path, Progress, Stateright, Summary};

use crate::input::ProtocolInput;
use crate::instance::Instance;
use crate::properties::{PROTOCOL_PROPERTIES, ProtocolProperty};
use crate::space::ProtocolSpace;

/// The result of the exploration of one instance.
#[derive(Clone, Debug)]
pub struct ExploredInstance {
    /// The instance.
    pub instance: Instance,
    /// The figures of the breadth-first explorer.
    pub summary: Summary,
    /// The states and steps that stateright counted; `None` if it did not run or was cut.
    pub second: Option<(u64, u64)>,
    /// Whether stateright was to explore the instance.
    pub both: bool,
    /// The false properties, in the order of the catalogue.
    pub violations: Vec<Violated>,
    /// The properties whose premise never occurred.
    pub untested: Vec<&'static str>,
}

/// A false property.
#[derive(Clone, Debug)]
pub struct Violated {
    /// The property.
    pub property: ProtocolProperty,
    /// The steps of a shortest trace to a state or step in which it is false; empty if its search was canceled.
    pub trace: Vec<ProtocolInput>,
}

/// The extent of an exploration.
#[derive(Clone, Debug)]
pub struct Effort {
    /// The number of threads of the breadth-first explorer.
    pub threads: NonZeroUsize,
    /// Whether stateright explores the instance, too.
    pub both: bool,
    /// The number of states after which the exploration is cut.
    pub max_states: Option<u64>,
    /// The time of each explorer after which the exploration is cut.
    pub time: Option<Duration>,
    /// Counts what is explored, and cancels the exploration.
    pub progress: Arc<Progress>,
}

impl Default for Effort {
    fn default() -> Self {
        Self { threads: NonZeroUsize::MIN, both: false, max_states: None, time: None, progress: Arc::default() }
    }
}

/// Explores `instance`.
#[must_use]
pub fn explore(instance: Instance, effort: &Effort) -> ExploredInstance {
    let space = ProtocolSpace(instance);
    let limits = Limits { max_states: effort.max_states, time: effort.time, ..Limits::default() };
    let threads = effort.threads.get();
    let explorer =
        Explorer::new(&space).mode(Mode::Fingerprint).threads(threads).limits(limits).progress(&effort.progress);
    let found = explorer.run();
    let (bits, sightings): (Vec<u8>, Vec<_>) = found.violations.iter().map(|(bit, sighting)| (*bit, *sighting)).unzip();
    let paths = explorer.paths(&found, &sightings);
    // A violation without a path still counts: the search of the path may have been canceled.
    let trace = |path: Option<Path<ProtocolSpace>>| -> Vec<ProtocolInput> {
        path.map(|path| path.steps.into_iter().map(|(_, input)| input).collect()).unwrap_or_default()
    };
    let known =
        |(bit, path)| Some(Violated { property: *PROTOCOL_PROPERTIES.get(usize::from(bit))?, trace: trace(path) });
    let violations = bits.into_iter().zip(paths).filter_map(known).collect();
    let is_untested = |bit: u8| !found.witnesses.contains_key(&bit);
    let untested = (0_u8..).zip(PROTOCOL_PROPERTIES).filter(|(bit, _)| is_untested(*bit));
    ExploredInstance {
        instance,
        both: effort.both,
        second: effort.both.then(|| counted(space, effort)).flatten(),
        untested: untested.map(|(_, property)| property.id).collect(),
        violations,
        summary: found.summary,
    }
}

/// Returns the states and steps that stateright counts; `None` if it was cut.
fn counted(space: ProtocolSpace, effort: &Effort) -> Option<(u64, u64)> {
    let mut checker = Stateright::new(Arc::new(space)).threads(effort.threads.get());
    if let Some(max) = effort.max_states {
        checker = checker.max_states(max);
    }
    if let Some(time) = effort.time {
        checker = checker.time(time);
    }
    if effort.progress.is_cancelled() {
        return None;
    }
    let run = checker.run();
    run.completion.is_complete().then_some((run.unique, run.transitions))
}

impl ExploredInstance {
    /// Returns whether every requested explorer explored everything.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.summary.completion.is_complete() && (!self.both || self.second.is_some())
    }

    /// Returns the violation with the shortest trace.
    #[must_use]
    pub fn shortest(&self) -> Option<&Violated> {
        self.violations.iter().filter(|violated| !violated.trace.is_empty()).min_by_key(|violated| violated.trace.len())
    }

    /// Returns whether stateright counted the same; `true` if it was cut or did not run.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.second.is_none_or(|second| second == (self.summary.unique, self.summary.transitions))
    }
}
