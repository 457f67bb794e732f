//! Rebuilds a shortest path to a sighting.

use super::breadth_first::{Explorer, Limits};
use super::exploration::Exploration;
use super::recorded::{Record, Recorded};
use super::sighting::Sighting;
use super::space::{Space, Successor};
use super::visited::{Sharded, Trails};

/// A path from a root.
pub struct Path<S: Space> {
    /// The steps: for each, the state before it and its input.
    pub steps: Vec<(S::State, S::Input)>,
    /// The state after the last step; the root, if there are no steps.
    pub end: S::State,
}

impl<S: Space> Explorer<'_, S> {
    /// Returns a shortest path to a sighting of an exploration that this explorer made. It ends with the state or the
    /// step that was seen. Every call returns the same path.
    ///
    /// Returns `None` if there is no such path, which means that the space contradicts itself: two calls with the same
    /// arguments had different results.
    #[must_use]
    pub fn path(&self, found: &Exploration<S>, sighting: &Sighting<S>) -> Option<Path<S>> {
        self.paths(found, &[*sighting]).pop().flatten()
    }

    /// Returns shortest paths to many sightings, at the cost of one.
    ///
    /// After an exact run the cost is negligible. In fingerprint mode it takes another run up to the length of the
    /// longest path, with some 33 bytes a state, because the first run kept no origins. Only the length limits that
    /// run, and no progress is shown.
    #[must_use]
    pub fn paths(&self, found: &Exploration<S>, sightings: &[Sighting<S>]) -> Vec<Option<Path<S>>> {
        if let Some(exact) = &found.exact {
            return sightings.iter().map(|sighting| self.retrace(exact, sighting)).collect();
        }
        let Some(longest) = sightings.iter().map(|sighting| sighting.steps).max() else {
            return Vec::new();
        };
        let limits = Limits { max_depth: Some(longest), ..Limits::default() };
        let (_, trails) = self.explore::<Trails>(limits, None);
        sightings.iter().map(|sighting| self.retrace(&trails, sighting)).collect()
    }

    /// Follows the records back to a root, then takes the same steps forward.
    fn retrace<R: Record<S::State>>(&self, visited: &Sharded<Recorded<R>>, sighting: &Sighting<S>) -> Option<Path<S>> {
        let mut record =
            visited.find(sighting.print, |record: &R| record.state().is_none_or(|known| *known == sighting.state))?;
        let mut ordinals = Vec::new();
        while record.trail().depth > 0 {
            let trail = *record.trail();
            ordinals.push(trail.ordinal);
            // Where whole states are kept, several states may share a fingerprint.
            let leads_here = |before: &R| match (before.state(), record.state()) {
                (Some(before), Some(after)) => {
                    nth(self.space, before, trail.ordinal).is_some_and(|successor| successor.after(before) == *after)
                }
                _ => true,
            };
            record = visited.find(trail.before, |before: &R| {
                before.trail().depth.saturating_add(1) == trail.depth && leads_here(before)
            })?;
        }

        ordinals.push(record.trail().ordinal);
        ordinals.reverse();
        forward(self.space, &self.chosen_roots(), &ordinals, sighting)
    }
}

/// Rebuilds the path to a sighting from its beginning. `ordinals` are the position of the root and then of each step.
///
/// Returns `None` if they do not lead to the sighting.
pub(super) fn forward<S: Space>(
    space: &S,
    roots: &[(u32, S::State)],
    ordinals: &[u32],
    sighting: &Sighting<S>,
) -> Option<Path<S>> {
    let (first, others) = ordinals.split_first()?;
    let (_, mut state) = *roots.iter().find(|(index, _)| index == first)?;
    let mut steps = Vec::with_capacity(ordinals.len());
    for ordinal in others {
        let successor = nth(space, &state, *ordinal)?;
        steps.push((state, successor.input));
        state = successor.after(&state);
    }
    if state != sighting.state {
        return None;
    }
    if let Some((ordinal, _)) = sighting.step {
        let successor = nth(space, &state, ordinal)?;
        steps.push((state, successor.input));
        state = successor.after(&state);
    }
    Some(Path { steps, end: state })
}

/// Returns step `ordinal` from `state`; `None` if there are fewer steps.
pub(super) fn nth<S: Space>(space: &S, state: &S::State, ordinal: u32) -> Option<Successor<S>> {
    let mut next = 0_u32;
    let mut wanted = None;
    space.expand(state, &mut |successor| {
        if next == ordinal {
            wanted = Some(successor);
        }
        next = next.saturating_add(1);
    });
    wanted
}
