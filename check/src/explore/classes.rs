//! Counting abstract transitions.

use super::sighting::Sighting;
use super::space::Space;
use std::collections::HashMap;

/// How often each class of transitions was taken, and where first.
pub(super) struct Classes<S: Space> {
    seen: Vec<Class<S>>,
    /// For small classes, one more than their place in `seen`; looking one up must be cheap, for
    /// it is done for every transition.
    places: Vec<u32>,
    /// The places of the others.
    others: HashMap<u32, usize>,
}

pub(super) struct Class<S: Space> {
    pub(super) class: u32,
    pub(super) count: u64,
    pub(super) first: Sighting<S>,
}

/// Classes below this are small.
const SMALL: usize = 1 << 20;

impl<S: Space> Default for Classes<S> {
    fn default() -> Self {
        Self { seen: Vec::new(), places: Vec::new(), others: HashMap::new() }
    }
}

impl<S: Space> Classes<S> {
    /// Counts a step; `sighting` is that of a path of `steps`.
    #[inline]
    pub(super) fn count(&mut self, class: u32, steps: u32, sighting: impl Fn() -> Sighting<S>) {
        let place = usize::try_from(class)
            .ok()
            .and_then(|class| self.places.get(class))
            .and_then(|place| usize::try_from(place.wrapping_sub(1)).ok());
        match place.and_then(|place| self.seen.get_mut(place)) {
            Some(known) => {
                known.count = known.count.saturating_add(1);
                if known.first.steps == steps {
                    known.first.keep_earlier(sighting());
                }
            }
            None => self.count_other(class, steps, sighting()),
        }
    }

    /// Counts a step of a class that is large, or new.
    #[cold]
    fn count_other(&mut self, class: u32, steps: u32, sighting: Sighting<S>) {
        if let Some(known) = self.others.get(&class).and_then(|place| self.seen.get_mut(*place)) {
            known.count = known.count.saturating_add(1);
            if known.first.steps == steps {
                known.first.keep_earlier(sighting);
            }
            return;
        }
        let place = self.seen.len();
        self.seen.push(Class { class, count: 1, first: sighting });
        match usize::try_from(class) {
            Ok(index) if index < SMALL => {
                if self.places.len() <= index {
                    self.places.resize(index.saturating_add(1), 0);
                }
                if let Some(known) = self.places.get_mut(index) {
                    *known = u32::try_from(place.saturating_add(1)).unwrap_or(0);
                }
            }
            _ => {
                self.others.insert(class, place);
            }
        }
    }

    pub(super) fn into_seen(self) -> Vec<Class<S>> {
        self.seen
    }
}
