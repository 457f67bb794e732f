//! A part of the visited set that keeps a record of each state.

use super::table::{Lookup, Table};
use super::visited::{Origin, Shard};

/// A shard that keeps a record of each state.
pub(super) struct Recorded<R> {
    slots: Table<u32>,
    records: Arena<R>,
}

/// The record of a state.
pub(super) trait Record<S>: Copy + Send {
    fn new(state: &S, trail: Trail) -> Self;
    fn state(&self) -> Option<&S>;
    fn trail(&self) -> &Trail;
    fn trail_mut(&mut self) -> &mut Trail;
}

/// The first origin of a state. It takes sixteen bytes; with an [`Origin`] inside it would take 24.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trail {
    pub(super) before: u64,
    pub(super) ordinal: u32,
    pub(super) depth: u32,
}

impl Trail {
    fn new(Origin { before, ordinal }: Origin, depth: u32) -> Self {
        Self { before, ordinal, depth }
    }

    fn origin(self) -> Origin {
        Origin { before: self.before, ordinal: self.ordinal }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Full<S> {
    state: S,
    trail: Trail,
}

impl<S> Record<S> for Trail {
    fn new(_: &S, trail: Trail) -> Self {
        trail
    }
    fn state(&self) -> Option<&S> {
        None
    }
    fn trail(&self) -> &Trail {
        self
    }
    fn trail_mut(&mut self) -> &mut Trail {
        self
    }
}

impl<S: Copy + Send> Record<S> for Full<S> {
    fn new(state: &S, trail: Trail) -> Self {
        Self { state: *state, trail }
    }
    fn state(&self) -> Option<&S> {
        Some(&self.state)
    }
    fn trail(&self) -> &Trail {
        &self.trail
    }
    fn trail_mut(&mut self) -> &mut Trail {
        &mut self.trail
    }
}

impl<S: Eq, R: Record<S>> Shard<S> for Recorded<R> {
    fn new() -> Self {
        Self { slots: Table::with_slots(0), records: Arena::default() }
    }

    fn touch(&self, print: u64) -> u64 {
        self.slots.touch(print)
    }

    fn touch_record(&self, print: u64) -> u64 {
        match self.slots.lookup(print, |_| true) {
            Lookup::Found(id) => self.records.get(id).map_or(0, |record| record.trail().before),
            Lookup::Vacant(_) => 0,
        }
    }

    fn insert(&mut self, print: u64, state: &S, origin: Origin, depth: u32) -> bool {
        let records = &self.records;
        let found = self.slots.lookup(print, |id| {
            records.get(id).is_some_and(|record| record.state().is_none_or(|known| known == state))
        });
        match found {
            Lookup::Found(id) => {
                if let Some(record) = self.records.get_mut(id) {
                    let trail = record.trail_mut();
                    if trail.depth == depth && origin < trail.origin() {
                        *trail = Trail::new(origin, depth);
                    }
                }
                false
            }
            Lookup::Vacant(slot) => {
                let id = self.records.push(R::new(state, Trail::new(origin, depth)));
                self.slots.occupy(slot, print, id);
                true
            }
        }
    }

    fn bytes(&self) -> usize {
        self.slots.bytes().saturating_add(self.records.bytes())
    }
}

impl<R: Copy> Recorded<R> {
    /// Returns every record, in the order in which the states were found.
    #[cfg(feature = "timely")]
    pub(super) fn records(&self) -> impl Iterator<Item = &R> {
        self.records.iter()
    }

    /// Returns the record of a state with this fingerprint that `accept` accepts.
    pub(super) fn find(&self, print: u64, mut accept: impl FnMut(&R) -> bool) -> Option<R> {
        let found = self.slots.lookup(print, |id| self.records.get(id).is_some_and(&mut accept));
        match found {
            Lookup::Found(id) => self.records.get(id).copied(),
            Lookup::Vacant(_) => None,
        }
    }
}

/// Records that never move, so that growing copies no record.
struct Arena<R> {
    chunks: Vec<Vec<R>>,
}

const CHUNK: usize = 256;

impl<R> Default for Arena<R> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<R> Arena<R> {
    fn push(&mut self, record: R) -> u32 {
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let before = self.chunks.len().saturating_sub(1).saturating_mul(CHUNK);
        let Some(chunk) = self.chunks.last_mut() else { unreachable!("a chunk was just pushed") };
        let id = before.saturating_add(chunk.len());
        chunk.push(record);
        u32::try_from(id).expect("a shard of 2^32 whole states exceeds any memory")
    }

    fn get(&self, id: u32) -> Option<&R> {
        let (chunk, place) = split(id);
        self.chunks.get(chunk)?.get(place)
    }

    fn get_mut(&mut self, id: u32) -> Option<&mut R> {
        let (chunk, place) = split(id);
        self.chunks.get_mut(chunk)?.get_mut(place)
    }

    #[cfg(feature = "timely")]
    fn iter(&self) -> impl Iterator<Item = &R> {
        self.chunks.iter().flatten()
    }

    fn bytes(&self) -> usize {
        self.chunks.len().saturating_mul(CHUNK).saturating_mul(size_of::<R>())
    }
}

fn split(id: u32) -> (usize, usize) {
    let id = usize::try_from(id).unwrap_or(usize::MAX);
    (id / CHUNK, id % CHUNK)
}
