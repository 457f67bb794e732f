//! The first time something was seen, the same whichever thread saw it.

use super::space::{PropertyBits, Space};
use super::tally::ones;
use std::collections::BTreeMap;

/// A state, or a step from one, where something was seen.
pub struct Sighting<S: Space + ?Sized> {
    /// The length of the shortest path that ends with it.
    pub steps: u32,
    /// The fingerprint of `state`, which breaks ties between paths of equal length.
    pub print: u64,
    /// The state it was seen in, or the state before the step.
    pub state: S::State,
    /// The step it was seen in: its position among the steps of `state`, and the input.
    pub step: Option<(u32, S::Input)>,
}

impl<S: Space + ?Sized> Clone for Sighting<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Space + ?Sized> Copy for Sighting<S> {}

impl<S: Space + ?Sized> Sighting<S> {
    /// Shorter first, then by fingerprint, then a state before its steps, and those in their
    /// order. No two sightings of one search are equal by it, unless two states share a
    /// fingerprint.
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
    /// Bits seen by a path shorter than those now explored: nothing can improve on these.
    settled: PropertyBits,
    first: BTreeMap<u8, Sighting<S>>,
}

impl<S: Space + ?Sized> Default for Firsts<S> {
    fn default() -> Self {
        Self { settled: PropertyBits::ZERO, first: BTreeMap::new() }
    }
}

impl<S: Space + ?Sized> Firsts<S> {
    /// Whether a sighting of these bits could be news.
    #[inline]
    pub(super) fn wants(&self, bits: PropertyBits) -> bool {
        bits & !self.settled != 0
    }

    pub(super) fn see(&mut self, bits: PropertyBits, sighting: Sighting<S>) {
        for bit in ones(bits & !self.settled) {
            self.first.entry(bit).and_modify(|first| first.keep_earlier(sighting)).or_insert(sighting);
        }
    }

    /// Settles what a path of up to `steps` has shown, once all of those have been explored.
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
