//! Counting abstract transitions.

use super::sighting::Sighting;
use super::space::Space;
use std::collections::HashMap;

/// How often each class of transitions was taken, and where first.
pub(super) struct Classes<S: Space> {
    /// Small classes, each at its own place, because this is done for every transition.
    small: Vec<Counted>,
    /// All others.
    large: HashMap<u32, Counted>,
    firsts: Vec<Sighting<S>>,
}

#[derive(Clone, Copy, Default)]
struct Counted {
    /// How often: 0 if never.
    count: u64,
    /// The length of the shortest path that takes it.
    steps: u32,
    /// Where its first sighting is kept.
    first: u32,
}

/// Classes below this are small.
const SMALL: usize = 1 << 16;

impl<S: Space> Default for Classes<S> {
    fn default() -> Self {
        Self {
            small: Vec::new(),
            large: HashMap::new(),
            firsts: Vec::new(),
        }
    }
}

impl<S: Space> Classes<S> {
    /// Counts a step of a path of `steps`, if its class is small and was seen on a shorter path.
    #[inline]
    pub(super) fn count_again(&mut self, class: u32, steps: u32) -> bool {
        let small = usize::try_from(class)
            .ok()
            .and_then(|class| self.small.get_mut(class));
        match small {
            Some(known) if known.count > 0 && known.steps < steps => {
                known.count = known.count.saturating_add(1);
                true
            }
            _ => false,
        }
    }

    /// Counts any other step.
    pub(super) fn count(&mut self, class: u32, sighting: Sighting<S>) {
        let counted = match usize::try_from(class) {
            Ok(class) if class < SMALL => {
                if self.small.len() <= class {
                    let places = class.saturating_add(1).next_power_of_two();
                    self.small.resize(places, Counted::default());
                }
                let Some(counted) = self.small.get_mut(class) else {
                    unreachable!("a place was just made")
                };
                counted
            }
            _ => self.large.entry(class).or_default(),
        };
        if counted.count == 0 {
            counted.steps = sighting.steps;
            counted.first = u32::try_from(self.firsts.len()).unwrap_or(u32::MAX);
            self.firsts.push(sighting);
        } else if counted.steps == sighting.steps
            && let Some(first) = place(counted).and_then(|place| self.firsts.get_mut(place))
        {
            first.keep_earlier(sighting);
        }
        counted.count = counted.count.saturating_add(1);
    }

    /// Each class taken, how often, and where first.
    pub(super) fn counts(&self) -> impl Iterator<Item = (u32, u64, &Sighting<S>)> {
        let small = (0_u32..).zip(&self.small);
        let large = self.large.iter().map(|(class, counted)| (*class, counted));
        small
            .chain(large)
            .filter(|(_, counted)| counted.count > 0)
            .filter_map(|(class, counted)| {
                let first = self.firsts.get(place(counted)?)?;
                Some((class, counted.count, first))
            })
    }
}

fn place(counted: &Counted) -> Option<usize> {
    usize::try_from(counted.first).ok()
}
