//! The figures of an exploration, in a form that can be saved, read back and added up.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The figures of one exploration, or of several that were merged.
///
/// It contains no states, so it does not depend on the model. It contains no times, so two explorations of the same
/// space have equal summaries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Whether everything reachable has been explored.
    pub completion: Completion,
    /// The number of roots explored.
    pub roots: u64,
    /// The number of different states found.
    pub unique: u64,
    /// The number of different states judged, with every step from them taken; all states in a complete run.
    pub expanded: u64,
    /// The number of steps taken and judged.
    pub transitions: u64,
    /// The length of the longest among the shortest paths to each state.
    pub depth: u32,
    /// The sum of a hash of every transition. Equal sums mean, with near certainty, that the same relation was
    /// explored.
    #[serde(with = "hex")]
    pub digest: u64,
    /// Upper bound on the probability that states were missed because fingerprints collided.
    pub collisions: CollisionBound,
    /// The properties found false, by bit, each with the shortest path to a violation.
    pub violations: BTreeMap<u8, First>,
    /// The properties whose premise was met, by bit.
    pub witnesses: BTreeMap<u8, Count>,
    /// The abstract transitions that were taken, by class.
    pub classes: BTreeMap<u32, Count>,
}

/// The number of sightings, and the first one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Number of sightings.
    pub count: u64,
    /// The first sighting.
    pub first: First,
}

impl Count {
    /// No sighting yet.
    pub(super) const NONE: Self = Self { count: 0, first: First { steps: 0, print: 0, ordinal: 0, text: None } };
}

/// The first sighting of a property, a witness or a class.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct First {
    /// The length of the shortest path there.
    pub steps: u32,
    /// The fingerprint of the last state; for a step, that of the state before it.
    #[serde(with = "hex")]
    pub print: u64,
    /// 0 for a state; the position of a step among the steps of its state, counted from 1.
    pub ordinal: u32,
    /// The place in words, or the path as a trace, if the caller stored it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Whether everything reachable has been explored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completion {
    /// Every reachable state and every step from one has been judged.
    #[default]
    Complete,
    /// A part has been left out, so the absence of a violation proves nothing.
    Cut {
        /// The reason.
        why: Why,
    },
}

/// The reason why an exploration stopped before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The run was asked to stop at the first violation.
    Violation,
    /// The run found more states than this limit.
    MaxStates(u64),
    /// The run was asked to go no deeper than this number of steps.
    MaxDepth(u32),
    /// The run reached its time limit.
    TimeLimit,
    /// The run was cancelled.
    Cancelled,
    /// This number of roots has not been explored.
    RootsMissing(u64),
    /// A process or a thread that explored a part did not finish it.
    Lost,
}

impl Completion {
    /// Returns whether nothing has been left out.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self == Self::Complete
    }
}

impl fmt::Display for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Cut { why } => write!(f, "incomplete: {why}"),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Violation => f.write_str("stopped at the first violation"),
            Self::MaxStates(states) => write!(f, "stopped after {states} states"),
            Self::MaxDepth(depth) => write!(f, "stopped at depth {depth}"),
            Self::TimeLimit => f.write_str("stopped by the time limit"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::RootsMissing(roots) => write!(f, "{roots} roots not explored"),
            Self::Lost => f.write_str("a process was lost"),
        }
    }
}

impl Summary {
    /// Adds the figures of an exploration of other roots of the same space.
    ///
    /// The order does not matter. If no state is reachable from two of the roots, the result equals that of one
    /// exploration of all roots. Only the collision bound is smaller, because states of different explorations were
    /// never compared.
    pub fn merge(&mut self, other: Self) {
        self.completion = self.completion.max(other.completion);
        self.roots = self.roots.saturating_add(other.roots);
        self.unique = self.unique.saturating_add(other.unique);
        self.expanded = self.expanded.saturating_add(other.expanded);
        self.transitions = self.transitions.saturating_add(other.transitions);
        self.depth = self.depth.max(other.depth);
        self.digest = self.digest.wrapping_add(other.digest);
        self.collisions.pairs = self.collisions.pairs.saturating_add(other.collisions.pairs);
        for (bit, first) in other.violations {
            match self.violations.entry(bit) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(first);
                }
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    if first < *entry.get() {
                        entry.insert(first);
                    }
                }
            }
        }
        merge_counts(&mut self.witnesses, other.witnesses);
        merge_counts(&mut self.classes, other.classes);
    }
}

fn merge_counts<K: Ord>(into: &mut BTreeMap<K, Count>, from: BTreeMap<K, Count>) {
    for (key, count) in from {
        match into.entry(key) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(count);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.count = known.count.saturating_add(count.count);
                if count.first < known.first {
                    known.first = count.first;
                }
            }
        }
    }
}

/// An upper bound on the probability that two states shared a fingerprint, so that one of them was
/// never explored: n(n−1)/2^65 for n states, and 0 where whole states were compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CollisionBound {
    /// The number of pairs of states distinguished by 64-bit fingerprints alone.
    pub pairs: u64,
}

impl CollisionBound {
    /// Returns the bound for this number of states in one table of fingerprints.
    #[must_use]
    pub fn of(states: u64) -> Self {
        let pairs = u128::from(states).saturating_mul(u128::from(states.saturating_sub(1))).wrapping_shr(1);
        Self { pairs: u64::try_from(pairs).unwrap_or(u64::MAX) }
    }

    /// Returns the bound as a probability from 0 to 1.
    #[must_use]
    #[expect(clippy::float_arithmetic, reason = "a probability to print; nothing is decided by it")]
    pub fn probability(self) -> f64 {
        self.pairs as f64 / 2_f64.powi(64)
    }
}

impl fmt::Display for CollisionBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pairs == 0 { f.write_str("0") } else { write!(f, "{:.1e}", self.probability()) }
    }
}

/// Writes 64-bit hashes as text, because as numbers they would lose digits in most readers of JSON.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hash: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{hash:016x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        u64::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}
