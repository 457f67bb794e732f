//! The first sighting of a property or class, the same for any number of threads.

use super::space::{PropertyBits, Space};
use super::tally::ones;
use std::collections::BTreeMap;

/// A state or a step that was the first to show a property, a witness or a class.
pub struct Sighting<S: Space + ?Sized> {
    /// The length of the shortest path that ends with it.
    pub steps: u32,
    /// The fingerprint of `state`, which breaks ties between paths of equal length.
    pub print: u64,
    /// The state that was seen, or the state before the step.
    pub state: S::State,
    /// The step that was seen: its position among the steps of `state`, and its input. `None` for a state.
    pub step: Option<(u32, S::Input)>,
}

impl<S: Space + ?Sized> Clone for Sighting<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Space + ?Sized> Copy for Sighting<S> {}

impl<S: Space + ?Sized> Sighting<S> {
    /// Returns the sort key: shorter paths first, then by fingerprint, then a state before its steps, and steps in
    /// their order. No two sightings of one search have equal keys unless two states share a fingerprint.
    pub(super) fn rank(&self) -> (u32, u64, u32) {
        let ordinal = self.step.map_or(0, |(ordinal, _)| ordinal.saturating_add(1));
        (self.steps, self.print, ordinal)
    }

    pub(super) fn keep_earlier(&mut self, other: Self) {
        if other.rank() < self.rank() {
            *self = other;
        }
    }
}

/// The first sighting of each property's bit.
pub(super) struct Firsts<S: Space + ?Sized> {
    /// Bits that were seen on a path shorter than those now explored; no later sighting can replace them.
    settled: PropertyBits,
    first: BTreeMap<u8, Sighting<S>>,
}

impl<S: Space + ?Sized> Default for Firsts<S> {
    fn default() -> Self {
        Self { settled: PropertyBits::ZERO, first: BTreeMap::new() }
    }
}

impl<S: Space + ?Sized> Firsts<S> {
    /// Returns whether a sighting of these bits can be the first one.
    #[inline]
    pub(super) fn wants(&self, bits: PropertyBits) -> bool {
        bits & !self.settled != 0
    }

    pub(super) fn see(&mut self, bits: PropertyBits, sighting: Sighting<S>) {
        for bit in ones(bits & !self.settled) {
            self.first.entry(bit).and_modify(|first| first.keep_earlier(sighting)).or_insert(sighting);
        }
    }

    /// Settles the findings of paths of up to `steps` steps, once all of those paths have been explored.
    pub(super) fn settle(&mut self, steps: u32) {
        for (bit, first) in &self.first {
            if first.steps <= steps {
                self.settled |= PropertyBits::ONE.wrapping_shl(u32::from(*bit));
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    pub(super) fn merge(&self, into: &mut BTreeMap<u8, Sighting<S>>) {
        for (bit, sighting) in &self.first {
            into.entry(*bit).and_modify(|first| first.keep_earlier(*sighting)).or_insert(*sighting);
        }
    }
}
