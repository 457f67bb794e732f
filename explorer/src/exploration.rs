//! The result of an exploration.

use super::sighting::Sighting;
use super::space::Space;
use super::summary::{First, Summary};
use super::visited::Exact;
use std::collections::BTreeMap;
use std::time::Duration;

/// The result of an exploration.
///
/// After an exact run it keeps all states, because [`crate::Explorer::path`] needs them; drop it once all paths have
/// been rebuilt.
pub struct Exploration<S: Space> {
    /// The figures.
    pub summary: Summary,
    /// The properties found false, by bit, each with the end of a shortest path to a violation.
    pub violations: BTreeMap<u8, Sighting<S>>,
    /// The properties whose premise was met, by bit, each with its first sighting.
    pub witnesses: BTreeMap<u8, Sighting<S>>,
    /// The abstract transitions that were taken, by class, each with its first sighting.
    pub classes: BTreeMap<u32, Sighting<S>>,
    /// The duration by the explorer's clock.
    pub elapsed: Duration,
    /// The memory that the exploration used.
    pub memory: Memory,
    pub(super) exact: Option<Exact<S::State>>,
}

/// The memory that an exploration used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The bytes of the visited set at the end, including its empty slots.
    pub visited: u64,
    /// The largest number of waiting states, in the current and the next level together.
    pub waiting: u64,
    /// The bytes of one waiting state.
    pub state: u64,
}

impl Memory {
    /// Returns the bytes of the visited set for each state, rounded up.
    #[must_use]
    pub fn bytes_per_state(&self, unique: u64) -> u64 {
        self.visited
            .checked_div(unique)
            .map_or(0, |bytes| bytes.saturating_add(u64::from(self.visited.checked_rem(unique) != Some(0))))
    }
}

impl<S: Space> Exploration<S> {
    /// Returns an exploration that has found nothing.
    pub(super) fn new() -> Self {
        Self {
            summary: Summary::default(),
            violations: BTreeMap::new(),
            witnesses: BTreeMap::new(),
            classes: BTreeMap::new(),
            elapsed: Duration::ZERO,
            memory: Memory::default(),
            exact: None,
        }
    }

    /// Stores a text for each first sighting, which the summary includes.
    pub fn describe(&mut self, words: impl Fn(&Sighting<S>) -> String) {
        for (bit, first) in &mut self.summary.violations {
            first.text = self.violations.get(bit).map(&words);
        }
        for (bit, count) in &mut self.summary.witnesses {
            count.first.text = self.witnesses.get(bit).map(&words);
        }
        for (class, count) in &mut self.summary.classes {
            count.first.text = self.classes.get(class).map(&words);
        }
    }

    /// Copies the first sightings into the summary, once all workers have reported.
    pub(super) fn finish(&mut self) {
        self.summary.violations = self.violations.iter().map(|(bit, sighting)| (*bit, First::of(sighting))).collect();
        for (bit, count) in &mut self.summary.witnesses {
            if let Some(sighting) = self.witnesses.get(bit) {
                count.first = First::of(sighting);
            }
        }
        for (class, count) in &mut self.summary.classes {
            if let Some(sighting) = self.classes.get(class) {
                count.first = First::of(sighting);
            }
        }
    }
}

impl First {
    fn of<S: Space>(sighting: &Sighting<S>) -> Self {
        let (steps, print, ordinal) = sighting.rank();
        Self { steps, print, ordinal, text: None }
    }
}
