//! The findings of one worker, in a form that can be sent and saved.

use crate::exploration::Exploration;
use crate::path::nth;
use crate::sighting::Sighting;
use crate::space::Portable;
use crate::summary::Count;
use serde::{Deserialize, Serialize};

/// The findings of one worker.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Share {
    pub(super) unique: u64,
    pub(super) expanded: u64,
    pub(super) transitions: u64,
    pub(super) digest: u64,
    /// The bytes of its part of the visited set.
    pub(super) visited: u64,
    /// The most states that waited at once.
    pub(super) waiting: u64,
    pub(super) violations: Vec<(u8, SeenStates)>,
    pub(super) witnesses: Vec<(u8, u64, SeenStates)>,
    pub(super) classes: Vec<(u32, u64, SeenStates)>,
}

/// A [`Sighting`] whose state is packed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SeenStates {
    pub(super) steps: u32,
    pub(super) print: u64,
    pub(super) ordinal: Option<u32>,
    pub(super) state: Vec<u8>,
}

impl SeenStates {
    pub(super) fn of<S: Portable>(sighting: &Sighting<S>) -> Self {
        let mut state = Vec::new();
        S::pack(&sighting.state, &mut state);
        let ordinal = sighting.step.map(|(ordinal, _)| ordinal);
        Self { steps: sighting.steps, print: sighting.print, ordinal, state }
    }

    /// Returns the sighting with its state unpacked.
    ///
    /// # Errors
    /// Returns a message if the space does not read back what it packed, or has no such step.
    pub(super) fn sighting<S: Portable>(&self, space: &S) -> Result<Sighting<S>, String> {
        let state = S::unpack(&mut self.state.as_slice())
            .ok_or("a state that was packed cannot be unpacked: the space contradicts itself")?;
        let step = match self.ordinal {
            None => None,
            Some(ordinal) => {
                let successor = nth(space, &state, ordinal)
                    .ok_or("a step that was taken cannot be taken again: the space contradicts itself")?;
                Some((ordinal, successor.input))
            }
        };
        Ok(Sighting { steps: self.steps, print: self.print, state, step })
    }
}

impl Share {
    /// Returns the findings of a worker.
    pub(super) fn of<S: Portable>(found: &Exploration<S>) -> Self {
        let summary = &found.summary;
        Self {
            unique: summary.unique,
            expanded: summary.expanded,
            transitions: summary.transitions,
            digest: summary.digest,
            visited: found.memory.visited,
            waiting: found.memory.waiting,
            violations: found.violations.iter().map(|(bit, sighting)| (*bit, SeenStates::of(sighting))).collect(),
            witnesses: found
                .witnesses
                .iter()
                .map(|(bit, sighting)| {
                    (*bit, summary.witnesses.get(bit).map_or(0, |count| count.count), SeenStates::of(sighting))
                })
                .collect(),
            classes: found
                .classes
                .iter()
                .map(|(class, sighting)| {
                    (*class, summary.classes.get(class).map_or(0, |count| count.count), SeenStates::of(sighting))
                })
                .collect(),
        }
    }

    /// Adds this share to `found`.
    ///
    /// # Errors
    /// Returns the errors of [`SeenStates::sighting`].
    pub(super) fn add_to<S: Portable>(&self, found: &mut Exploration<S>, space: &S) -> Result<(), String> {
        let (summary, memory) = (&mut found.summary, &mut found.memory);
        summary.unique = summary.unique.saturating_add(self.unique);
        summary.expanded = summary.expanded.saturating_add(self.expanded);
        summary.transitions = summary.transitions.saturating_add(self.transitions);
        summary.digest = summary.digest.wrapping_add(self.digest);
        memory.visited = memory.visited.saturating_add(self.visited);
        memory.waiting = memory.waiting.saturating_add(self.waiting);
        for (bit, seen) in &self.violations {
            let sighting = seen.sighting(space)?;
            found.violations.entry(*bit).and_modify(|known| known.keep_earlier(sighting)).or_insert(sighting);
        }
        for (bit, times, seen) in &self.witnesses {
            let count = summary.witnesses.entry(*bit).or_insert(Count::NONE);
            count.count = count.count.saturating_add(*times);
            let sighting = seen.sighting(space)?;
            found.witnesses.entry(*bit).and_modify(|known| known.keep_earlier(sighting)).or_insert(sighting);
        }
        for (class, times, seen) in &self.classes {
            let count = summary.classes.entry(*class).or_insert(Count::NONE);
            count.count = count.count.saturating_add(*times);
            let sighting = seen.sighting(space)?;
            found.classes.entry(*class).and_modify(|known| known.keep_earlier(sighting)).or_insert(sighting);
        }
        Ok(())
    }
}
