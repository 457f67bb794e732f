//! The messages between workers.

use crate::space::Portable;
use crate::summary::Why;
use crate::visited::Origin;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::OnceCell;
use std::fmt;

use super::share::Share;

/// A message to one worker.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Parcel<H> {
    /// The number of the worker.
    pub(super) to: u64,
    pub(super) content: Content<H>,
}

/// The content of a message; `H` is [`Hops`].
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Content<H> {
    /// Successors for the worker that owns them.
    Hops(H),
    /// Figures since the last message, which the first worker shows.
    ParcelCounts(ParcelCounts),
    /// The report of a worker on one level.
    Level(LevelReport),
    /// The levels that a worker can resume from.
    Saved(Vec<u32>),
    /// Whether a worker wrote its checkpoint.
    Wrote(bool),
    /// Everything that a worker found.
    Share(Box<Share>),
    /// The violations to follow back to a root.
    Wanted(Vec<(u8, super::share::SeenStates)>),
    /// A query to the owner of a state for the step that reached it.
    Query(Query),
    /// The answer to a query: one step of the path to a violation.
    PredecessorLink(PredecessorLink),
}

/// Figures of a worker since its last message.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct ParcelCounts {
    pub(super) unique: u64,
    pub(super) expanded: u64,
    pub(super) transitions: u64,
}

/// The report of a worker on one level. Every worker receives it from every worker, so that all decide alike.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct LevelReport {
    /// The number of its states in this level.
    pub(super) waiting: u64,
    /// The number of its states up to this level.
    pub(super) unique: u64,
    /// The reason why it did not expand all of them.
    pub(super) stop: Option<Why>,
    /// Whether it has seen a property that is false.
    pub(super) violation: bool,
    /// Whether a checkpoint is due. Only the first worker decides this.
    pub(super) save: bool,
}

/// A query to the owner of a state.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Query {
    /// The position of the violation among the wanted ones.
    pub(super) wanted: u32,
    /// The fingerprint of the state.
    pub(super) print: u64,
    /// The next state on the path, with its depth and its position among the successors; `None` at the end of the path.
    pub(super) next: Option<NextOnPath>,
}

/// The next state on a path.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct NextOnPath {
    pub(super) depth: u32,
    pub(super) ordinal: u32,
    /// The packed state; empty where only fingerprints are kept.
    pub(super) state: Vec<u8>,
}

/// One step of the path to a violation.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct PredecessorLink {
    pub(super) wanted: u32,
    /// The length of the path up to the state that the step leads to; 0 for a root.
    pub(super) depth: u32,
    /// The position of that state among the successors, or among the roots.
    pub(super) ordinal: u32,
}

/// A successor on its way to its owner.
pub(super) struct Hop<T> {
    pub(super) print: u64,
    pub(super) origin: Origin,
    pub(super) state: T,
}

/// Successors for one owner. They are packed only when they leave the process.
pub(super) struct Hops<S: Portable> {
    pub(super) list: Vec<Hop<S::State>>,
    packed: OnceCell<Vec<u8>>,
}

impl<S: Portable> Hops<S> {
    pub(super) fn new(list: Vec<Hop<S::State>>) -> Self {
        Self { list, packed: OnceCell::new() }
    }

    fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.list.len().saturating_mul(64));
        for Hop { print, origin, state } in &self.list {
            bytes.extend_from_slice(&print.to_le_bytes());
            bytes.extend_from_slice(&origin.before.to_le_bytes());
            bytes.extend_from_slice(&origin.ordinal.to_le_bytes());
            S::pack(state, &mut bytes);
        }
        bytes
    }

    fn unpack(mut bytes: &[u8]) -> Option<Self> {
        let mut list = Vec::new();
        while !bytes.is_empty() {
            let print = u64::from_le_bytes(*take(&mut bytes)?);
            let before = u64::from_le_bytes(*take(&mut bytes)?);
            let ordinal = u32::from_le_bytes(*take(&mut bytes)?);
            let state = S::unpack(&mut bytes)?;
            list.push(Hop { print, origin: Origin { before, ordinal }, state });
        }
        Some(Self::new(list))
    }
}

/// Takes a fixed number of bytes from the front.
pub(super) fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(first)
}

impl<S: Portable> Clone for Hops<S> {
    fn clone(&self) -> Self {
        let copy = |hop: &Hop<S::State>| Hop { print: hop.print, origin: hop.origin, state: hop.state };
        Self::new(self.list.iter().map(copy).collect())
    }
}

impl<S: Portable> Serialize for Hops<S> {
    fn serialize<Z: Serializer>(&self, to: Z) -> Result<Z::Ok, Z::Error> {
        // The serializer asks twice: once for the length, once for the bytes.
        to.serialize_bytes(self.packed.get_or_init(|| self.pack()))
    }
}

impl<'de, S: Portable> Deserialize<'de> for Hops<S> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Bytes<S>(std::marker::PhantomData<fn() -> S>);
        impl<S: Portable> Visitor<'_> for Bytes<S> {
            type Value = Hops<S>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("packed successors")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Hops<S>, E> {
                Hops::unpack(bytes).ok_or_else(|| E::custom("a packed state cannot be read"))
            }
        }
        from.deserialize_bytes(Bytes(std::marker::PhantomData))
    }
}
