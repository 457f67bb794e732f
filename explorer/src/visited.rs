//! The set of visited states, in one of three degrees of detail.
//!
//! It is split into shards by fingerprint, each behind its own lock. A worker first sorts a batch of successors by
//! shard, so that it takes each lock once for many states. It reads all slots of a batch before it examines one. Shards
//! grow one at a time and in small steps, so growing never holds two copies of the whole set.

use super::recorded::{Full, Recorded, Trail};
use super::table::{Lookup, Table};
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of shards: enough that two workers seldom meet, and few enough that a batch has many states for each.
const SHARDS: usize = 32;

/// The number of successors that are looked up together: several for each shard, and few enough that their states stay
/// in the second-level cache.
pub(super) const BATCH: usize = 1024;

/// The first way to a state. At equal depth the smaller origin is kept, so that the path to a state does not depend on
/// which thread arrived first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    /// The fingerprint of the state before; 0 for a root.
    pub(super) before: u64,
    /// The position of this state among the successors of that one; for a root, its position among the roots.
    pub(super) ordinal: u32,
}

/// Successors that wait to be looked up together.
pub(super) struct Batch<S> {
    states: Vec<S>,
    prints: Vec<u64>,
    origins: Vec<Origin>,
    counts: [u16; SHARDS],
    order: Vec<u16>,
}

impl<S> Batch<S> {
    pub(super) fn new() -> Self {
        Self {
            states: Vec::with_capacity(BATCH),
            prints: Vec::with_capacity(BATCH),
            origins: Vec::with_capacity(BATCH),
            counts: [0; SHARDS],
            order: Vec::with_capacity(BATCH),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.states.len() >= BATCH
    }

    #[inline]
    pub(super) fn push(&mut self, state: S, print: u64, origin: Origin) {
        self.states.push(state);
        self.prints.push(print);
        self.origins.push(origin);
    }
}

/// A set of states into which many workers insert.
pub(super) trait Visited<S>: Sync + Send {
    fn new() -> Self;

    /// Inserts a batch of states found at `depth`, passes the new ones to `fresh`, and empties the batch.
    fn insert(&self, batch: &mut Batch<S>, depth: u32, fresh: &mut impl FnMut(&S));

    /// Returns the bytes that it occupies.
    fn bytes(&self) -> usize;
}

/// A [`Visited`] made of one-threaded shards.
pub(super) struct Sharded<T> {
    shards: Vec<Padded<T>>,
}

/// A lock on a cache line of its own.
#[repr(align(128))]
struct Padded<T>(Mutex<T>);

pub(super) trait Shard<S>: Send {
    fn new() -> Self;
    /// Reads the slot of a fingerprint, to bring it into the cache.
    fn touch(&self, print: u64) -> u64;
    /// Reads the record that the slot refers to, once the slot is in the cache.
    fn touch_record(&self, _: u64) -> u64 {
        0
    }
    /// Inserts a state and returns whether it is new.
    fn insert(&mut self, print: u64, state: &S, origin: Origin, depth: u32) -> bool;
    fn bytes(&self) -> usize;
}

impl<S, T: Shard<S>> Visited<S> for Sharded<T> {
    fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Padded(Mutex::new(T::new()))).collect() }
    }

    fn insert(&self, batch: &mut Batch<S>, depth: u32, fresh: &mut impl FnMut(&S)) {
        batch.sort();
        let mut rest = batch.order.as_slice();
        for (shard, count) in self.shards.iter().zip(batch.counts) {
            let Some((members, others)) = rest.split_at_checked(usize::from(count)) else {
                break;
            };
            rest = others;
            if members.is_empty() {
                continue;
            }
            let mut shard = lock(&shard.0);
            let mut touched = 0;
            for member in members {
                if let Some(print) = batch.prints.get(usize::from(*member)) {
                    touched ^= shard.touch(*print);
                }
            }
            black_box(touched);
            for member in members {
                if let Some(print) = batch.prints.get(usize::from(*member)) {
                    touched ^= shard.touch_record(*print);
                }
            }
            black_box(touched);
            for member in members {
                let member = usize::from(*member);
                if let (Some(print), Some(state), Some(origin)) =
                    (batch.prints.get(member), batch.states.get(member), batch.origins.get(member))
                    && shard.insert(*print, state, *origin, depth)
                {
                    fresh(state);
                }
            }
        }
        batch.states.clear();
        batch.prints.clear();
        batch.origins.clear();
    }

    fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| lock(&shard.0).bytes()).fold(0, usize::saturating_add)
    }
}

impl<S> Batch<S> {
    /// Sorts the members by shard, and counts the members of each.
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        reason = "a batch has far fewer than 65536 members, and a shard number is below SHARDS"
    )]
    fn sort(&mut self) {
        self.counts = [0; SHARDS];
        for print in &self.prints {
            self.counts[shard_of(*print)] += 1;
        }
        let mut next = [0_u16; SHARDS];
        let mut begin = 0;
        for (next, count) in next.iter_mut().zip(self.counts) {
            *next = begin;
            begin += count;
        }
        self.order.clear();
        self.order.resize(self.prints.len(), 0);
        for (member, print) in self.prints.iter().enumerate() {
            let next = &mut next[shard_of(*print)];
            self.order[usize::from(*next)] = member as u16;
            *next += 1;
        }
    }
}

/// The low bits choose the shard, the high ones the slot in it.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects,
    reason = "a remainder by SHARDS fits everywhere"
)]
fn shard_of(print: u64) -> usize {
    (print % SHARDS as u64) as usize
}

/// Locks a poisoned mutex too: a worker that panicked ends the whole run anyway.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Only fingerprints: about ten bytes a state, and a bound on the probability that two states shared one.
pub(super) type Fingerprints = Sharded<Table<()>>;

impl<S> Shard<S> for Table<()> {
    fn new() -> Self {
        Self::with_slots(0)
    }

    fn touch(&self, print: u64) -> u64 {
        Table::touch(self, print)
    }

    #[inline]
    fn insert(&mut self, print: u64, _: &S, _: Origin, _: u32) -> bool {
        match self.lookup(print, |()| true) {
            Lookup::Found(()) => false,
            Lookup::Vacant(slot) => {
                self.occupy(slot, print, ());
                true
            }
        }
    }

    fn bytes(&self) -> usize {
        Table::bytes(self)
    }
}

/// Whole states with their origins; equality decides, not the fingerprint.
pub(super) type Exact<S> = Sharded<Recorded<Full<S>>>;

/// Fingerprints with their origins, to rebuild paths where whole states would not fit.
pub(super) type Trails = Sharded<Recorded<Trail>>;

impl<R: Copy> Sharded<Recorded<R>> {
    /// Returns the record of a state with this fingerprint that `accept` accepts.
    pub(super) fn find(&self, print: u64, accept: impl FnMut(&R) -> bool) -> Option<R> {
        lock(&self.shards.get(shard_of(print))?.0).find(print, accept)
    }
}
