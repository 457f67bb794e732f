//! The counts and first sightings of one thread.

use super::classes::Classes;
use super::digest;
use super::exploration::Exploration;
use super::fingerprint::fingerprint;
use super::sighting::{Firsts, Sighting};
use super::space::{Space, Successor};
use super::summary::Count;
use super::tally::Tally;
use super::visited::Origin;

/// The counts of one thread, and its first sightings of each property, witness and class.
pub(super) struct Figures<S: Space> {
    expanded: u64,
    transitions: u64,
    digest: u64,
    violations: Firsts<S>,
    witnesses: Firsts<S>,
    witnessed: Tally,
    classes: Classes<S>,
}

impl<S: Space> Default for Figures<S> {
    fn default() -> Self {
        Self {
            expanded: 0,
            transitions: 0,
            digest: 0,
            violations: Firsts::default(),
            witnesses: Firsts::default(),
            witnessed: Tally::default(),
            classes: Classes::default(),
        }
    }
}

impl<S: Space> Figures<S> {
    /// Judges `state`, which is `depth` steps away from a root, takes every step from it, and counts the state and the
    /// steps.
    ///
    /// Passes each successor that differs from `state` to `found`, with its fingerprint and its origin.
    #[inline]
    pub(super) fn expand(
        &mut self,
        space: &S,
        depth: u32,
        state: &S::State,
        mut found: impl FnMut(S::State, u64, Origin),
    ) {
        let print = fingerprint(state);
        let mut ordinal = 0_u32;
        let judgement = space.expand(state, &mut |successor| {
            let mut after_print = print;
            if let Some(after) = &successor.after {
                after_print = fingerprint(after);
                found(*after, after_print, Origin { before: print, ordinal });
            }
            self.step(depth, state, print, ordinal, after_print, &successor);
            ordinal = ordinal.saturating_add(1);
        });
        self.expanded = self.expanded.saturating_add(1);
        self.witnessed.add(judgement.witnessed);
        if self.violations.wants(judgement.broken) || self.witnesses.wants(judgement.witnessed) {
            let sighting = Sighting { steps: depth, print, state: *state, step: None };
            self.violations.see(judgement.broken, sighting);
            self.witnesses.see(judgement.witnessed, sighting);
        }
    }

    #[inline]
    fn step(&mut self, depth: u32, state: &S::State, before: u64, ordinal: u32, after: u64, successor: &Successor<S>) {
        self.transitions = self.transitions.saturating_add(1);
        self.digest = self.digest.wrapping_add(digest::of_step(before, after, successor));
        self.witnessed.add(successor.witnessed);
        let steps = depth.saturating_add(1);
        let common = self.classes.count_again(successor.class, steps);
        if !common || self.violations.wants(successor.broken) || self.witnesses.wants(successor.witnessed) {
            let sighting = Sighting { steps, print: before, state: *state, step: Some((ordinal, successor.input)) };
            self.see(successor, sighting, common);
        }
    }

    /// Records a step that may be the first of its kind.
    #[cold]
    fn see(&mut self, successor: &Successor<S>, sighting: Sighting<S>, counted: bool) {
        if !counted {
            self.classes.count(successor.class, sighting);
        }
        self.violations.see(successor.broken, sighting);
        self.witnesses.see(successor.witnessed, sighting);
    }

    /// Returns the states expanded and the steps taken since the last call.
    pub(super) fn take_counts(&mut self) -> (u64, u64) {
        (std::mem::take(&mut self.expanded), std::mem::take(&mut self.transitions))
    }

    /// Returns whether a property was false anywhere.
    pub(super) fn saw_violation(&self) -> bool {
        !self.violations.is_empty()
    }

    /// Settles the findings of paths of up to `steps` steps, once all of those paths have been explored.
    pub(super) fn settle(&mut self, steps: u32) {
        self.violations.settle(steps);
        self.witnesses.settle(steps);
    }

    /// Adds these figures to `found`, except for the counts that [`Figures::take_counts`] returns.
    pub(super) fn report(&mut self, found: &mut Exploration<S>) {
        let summary = &mut found.summary;
        summary.digest = summary.digest.wrapping_add(self.digest);
        let totals = self.witnessed.totals();
        for (bit, total) in (0..=u8::MAX).zip(totals) {
            if *total > 0 {
                let count = summary.witnesses.entry(bit).or_insert(Count::NONE);
                count.count = count.count.saturating_add(*total);
            }
        }
        self.violations.merge(&mut found.violations);
        self.witnesses.merge(&mut found.witnesses);
        for (class, times, first) in self.classes.counts() {
            let count = summary.classes.entry(class).or_insert(Count::NONE);
            count.count = count.count.saturating_add(times);
            found.classes.entry(class).and_modify(|known| known.keep_earlier(*first)).or_insert(*first);
        }
    }
}
