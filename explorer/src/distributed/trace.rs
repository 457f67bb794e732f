//! Paths to violations, from links that the owners of the states keep.

use super::mail::{Mail, owner};
use super::parcel::{Content, NextOnPath, PredecessorLink, Query};
use super::share::SeenStates;
use crate::path::{Path, forward, nth};
use crate::recorded::{Record, Recorded};
use crate::sighting::Sighting;
use crate::space::Portable;
use std::collections::BTreeMap;

/// Follows the links of every wanted sighting back to a root, and returns the paths by property.
///
/// Only the first worker of each process returns paths. A missing path means that the space contradicts itself.
pub(super) fn follow<S: Portable + 'static, R: Record<S::State>>(
    mail: &mut Mail<'_, S>,
    space: &S,
    visited: &Recorded<R>,
    wanted: &[(u8, Sighting<S>)],
) -> BTreeMap<u8, Path<S>> {
    let (index, peers) = (mail.index(), mail.peers());
    let leaders: Vec<usize> = mail.leaders().collect();
    let ends = (0_u32..).zip(wanted).map(|(wanted, (_, end))| Query { wanted, print: end.print, next: None });
    let mut queries: Vec<Query> = ends.filter(|query| owner(query.print, peers) == index).collect();
    let mut links: Vec<PredecessorLink> = Vec::new();
    let longest = wanted.iter().map(|(_, end)| end.steps).max().unwrap_or(0);
    for _ in 0..=longest {
        for query in std::mem::take(&mut queries) {
            let Some((link, before)) = answer(space, visited, wanted, &query) else { continue };
            for leader in &leaders {
                mail.send(*leader, Content::PredecessorLink(link));
            }
            if let Some(before) = before {
                mail.send(owner(before.print, peers), Content::Query(before));
            }
        }
        mail.end_round(|content| {
            if let Content::Query(query) = content {
                queries.push(query);
            } else if let Content::PredecessorLink(link) = content {
                links.push(link);
            }
        });
    }
    if !mail.is_leader() {
        return BTreeMap::new();
    }
    links.sort_unstable_by_key(|link| (link.wanted, link.depth));
    let roots: Vec<(u32, S::State)> = (0_u32..).zip(space.roots()).collect();
    let path = |(number, (bit, end)): (u32, &(u8, Sighting<S>))| {
        let of_this = links.iter().filter(|link| link.wanted == number);
        let ordinals: Vec<u32> = of_this.map(|link| link.ordinal).collect();
        Some((*bit, forward(space, &roots, &ordinals, end)?))
    };
    (0_u32..).zip(wanted).filter_map(path).collect()
}

/// Returns the link to the state that a query is about, and the query about the state before it.
fn answer<S: Portable, R: Record<S::State>>(
    space: &S,
    visited: &Recorded<R>,
    wanted: &[(u8, Sighting<S>)],
    query: &Query,
) -> Option<(PredecessorLink, Option<Query>)> {
    let place = usize::try_from(query.wanted).ok()?;
    let (_, end) = wanted.get(place)?;
    let record = visited.find(query.print, |record| match (&query.next, record.state()) {
        (None, known) => known.is_none_or(|known| *known == end.state),
        (Some(next), state) => {
            let leads_there = |state: &S::State| {
                let after = S::unpack(&mut next.state.as_slice());
                nth(space, state, next.ordinal).is_some_and(|successor| Some(successor.after(state)) == after)
            };
            record.trail().depth.saturating_add(1) == next.depth && state.is_none_or(leads_there)
        }
    })?;
    let trail = *record.trail();
    let link = PredecessorLink { wanted: query.wanted, depth: trail.depth, ordinal: trail.ordinal };
    let mut state = Vec::new();
    if let Some(known) = record.state() {
        S::pack(known, &mut state);
    }
    let next = NextOnPath { depth: trail.depth, ordinal: trail.ordinal, state };
    let before = Query { wanted: query.wanted, print: trail.before, next: Some(next) };
    Some((link, (trail.depth > 0).then_some(before)))
}

/// Returns the violations that the first worker sends to all others.
pub(super) fn packed<S: Portable>(wanted: &BTreeMap<u8, Sighting<S>>) -> Vec<(u8, SeenStates)> {
    wanted.iter().map(|(bit, sighting)| (*bit, SeenStates::of(sighting))).collect()
}
