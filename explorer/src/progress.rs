//! Figures to watch during an exploration, and a way to stop it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Figures that the workers of an exploration update during the run, for another thread to display.
///
/// They lag behind by a batch for each worker, and are exact at the end. If several explorations use one `Progress` in
/// turn, the figures add up.
#[derive(Debug, Default)]
pub struct Progress {
    unique: AtomicU64,
    expanded: AtomicU64,
    transitions: AtomicU64,
    depth: AtomicU32,
    level: AtomicU64,
    previous_level: AtomicU64,
    cancelled: AtomicBool,
}

/// The figures of a [`Progress`] at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Different states found.
    pub unique: u64,
    /// Different states from which every step has been taken.
    pub expanded: u64,
    /// Steps taken.
    pub transitions: u64,
    /// Length of the paths being explored.
    pub depth: u32,
    /// States found and not yet expanded.
    pub frontier: u64,
    /// States of the level that is being expanded.
    pub level: u64,
    /// States of the level before.
    pub previous_level: u64,
}

impl Progress {
    /// Asks the exploration to end soon. Its result then says that it was cut.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Returns the current figures.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        // Reads `expanded` first, so that it never exceeds the unique states read after it.
        let expanded = self.expanded.load(Ordering::Acquire);
        let unique = self.unique.load(Ordering::Acquire);
        let level = self.level.load(Ordering::Relaxed);
        Snapshot {
            unique,
            expanded,
            transitions: self.transitions.load(Ordering::Relaxed),
            depth: self.depth.load(Ordering::Relaxed),
            frontier: unique.saturating_sub(expanded),
            level,
            previous_level: self.previous_level.load(Ordering::Relaxed),
        }
    }

    /// Returns whether the exploration was asked to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn begin_level(&self, depth: u32, states: u64) {
        let previous = self.level.swap(states, Ordering::Relaxed);
        self.previous_level.store(previous, Ordering::Relaxed);
        self.depth.store(depth, Ordering::Relaxed);
    }

    /// Adds to the figures and returns the unique states found so far.
    pub(super) fn add(&self, unique: u64, expanded: u64, transitions: u64) -> u64 {
        self.transitions.fetch_add(transitions, Ordering::Relaxed);
        let before = self.unique.fetch_add(unique, Ordering::AcqRel);
        self.expanded.fetch_add(expanded, Ordering::AcqRel);
        before.saturating_add(unique)
    }
}

impl Snapshot {
    /// Returns the number of states found per second since the beginning.
    #[must_use]
    pub fn states_per_second(&self, elapsed: Duration) -> u64 {
        let per_second =
            u128::from(self.expanded).saturating_mul(1_000_000).checked_div(elapsed.as_micros()).unwrap_or(0);
        u64::try_from(per_second).unwrap_or(u64::MAX)
    }

    /// Returns a rough estimate of the time left.
    ///
    /// With an `expected` number of states from an earlier run, it divides the missing states by the speed so far.
    /// Without one, the size of the space is unknown until the levels shrink. From then on, the estimate assumes that
    /// they go on shrinking by the same factor.
    #[must_use]
    pub fn time_left(&self, elapsed: Duration, expected: Option<u64>) -> Option<Duration> {
        let left = match expected {
            Some(expected) => expected.checked_sub(self.expanded)?,
            None => {
                let shrunk_by = self.previous_level.checked_sub(self.level)?;
                // The rest of a geometric series: frontier × previous / (previous − level).
                let rest = u128::from(self.frontier)
                    .saturating_mul(u128::from(self.previous_level))
                    .checked_div(u128::from(shrunk_by))?;
                u64::try_from(rest).ok()?
            }
        };
        let micros = elapsed.as_micros().saturating_mul(u128::from(left)).checked_div(u128::from(self.expanded))?;
        Some(Duration::from_micros(u64::try_from(micros).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expected_size_makes_the_estimate_a_rule_of_three() {
        let progress = Progress::default();
        progress.begin_level(3, 10);
        progress.add(300, 250, 1000);
        let snapshot = progress.snapshot();
        assert_eq!(snapshot.frontier, 50);
        let elapsed = Duration::from_secs(5);
        assert_eq!(snapshot.states_per_second(elapsed), 50);
        assert_eq!(snapshot.time_left(elapsed, Some(1000)), Some(Duration::from_secs(15)));
        assert_eq!(snapshot.time_left(elapsed, Some(10)), None);
    }

    #[test]
    fn without_one_there_is_no_estimate_until_levels_shrink() {
        let progress = Progress::default();
        progress.begin_level(1, 10);
        progress.begin_level(2, 20);
        progress.add(100, 80, 0);
        let elapsed = Duration::from_secs(8);
        assert_eq!(progress.snapshot().time_left(elapsed, None), None);
        progress.begin_level(3, 10);
        assert_eq!(progress.snapshot().time_left(elapsed, None), Some(Duration::from_secs(4)));
    }

    #[test]
    fn nothing_done_is_no_division_by_zero() {
        let snapshot = Progress::default().snapshot();
        assert_eq!(snapshot.states_per_second(Duration::ZERO), 0);
        assert_eq!(snapshot.time_left(Duration::ZERO, Some(10)), None);
        assert_eq!(snapshot.time_left(Duration::ZERO, None), None);
    }
}
