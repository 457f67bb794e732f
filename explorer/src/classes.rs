//! Counts of abstract transitions.

use super::sighting::Sighting;
use super::space::Space;
use std::collections::HashMap;

/// The count and the first sighting of each class of transitions.
pub(super) struct Classes<S: Space> {
    /// Small classes, each at its own place in a page, because every transition counts its class.
    pages: Vec<Vec<Counted>>,
    /// All classes that are not small.
    large: HashMap<u32, Counted>,
    firsts: Vec<Sighting<S>>,
}

#[derive(Clone, Copy, Default)]
struct Counted {
    /// Number of transitions; 0 if there was none.
    count: u64,
    /// The length of the shortest path that takes a transition of the class.
    steps: u32,
    /// The position of its first sighting.
    first: u32,
}

/// Classes below this are small.
const SMALL: usize = 1 << 24;

/// The number of classes in a page. Few pages are needed, because class numbers come in clusters.
const PAGE: usize = 1 << 8;

impl<S: Space> Default for Classes<S> {
    fn default() -> Self {
        Self { pages: Vec::new(), large: HashMap::new(), firsts: Vec::new() }
    }
}

impl<S: Space> Classes<S> {
    /// Counts a step on a path of `steps` steps, and returns `true`, if its class is small and was seen on a shorter
    /// path.
    #[inline]
    pub(super) fn count_again(&mut self, class: u32, steps: u32) -> bool {
        let (page, place) = split(class);
        match self.pages.get_mut(page).and_then(|page| page.get_mut(place)) {
            Some(known) if known.count > 0 && known.steps < steps => {
                known.count = known.count.saturating_add(1);
                true
            }
            _ => false,
        }
    }

    /// Counts a step that [`Classes::count_again`] did not count.
    pub(super) fn count(&mut self, class: u32, sighting: Sighting<S>) {
        let (page, place) = split(class);
        let counted = if page < SMALL / PAGE {
            if self.pages.len() <= page {
                self.pages.resize(page.saturating_add(1), Vec::new());
            }
            let Some(page) = self.pages.get_mut(page) else { unreachable!("a page was just made") };
            if page.is_empty() {
                page.resize(PAGE, Counted::default());
            }
            let Some(counted) = page.get_mut(place) else { unreachable!("every place of a page is there") };
            counted
        } else {
            self.large.entry(class).or_default()
        };
        if counted.count == 0 {
            counted.steps = sighting.steps;
            counted.first = u32::try_from(self.firsts.len()).unwrap_or(u32::MAX);
            self.firsts.push(sighting);
        } else if counted.steps == sighting.steps
            && let Some(first) = first(counted).and_then(|first| self.firsts.get_mut(first))
        {
            first.keep_earlier(sighting);
        }
        counted.count = counted.count.saturating_add(1);
    }

    /// Returns each class that was taken, with its count and its first sighting.
    pub(super) fn counts(&self) -> impl Iterator<Item = (u32, u64, &Sighting<S>)> {
        let page_size = u32::try_from(PAGE).unwrap_or(u32::MAX);
        let small = (0_u32..)
            .step_by(PAGE)
            .zip(&self.pages)
            .flat_map(move |(begin, page)| (begin..begin.saturating_add(page_size)).zip(page));
        let large = self.large.iter().map(|(class, counted)| (*class, counted));
        small.chain(large).filter(|(_, counted)| counted.count > 0).filter_map(|(class, counted)| {
            let first = self.firsts.get(first(counted)?)?;
            Some((class, counted.count, first))
        })
    }
}

/// Returns the page of a class, and its place in that page.
#[inline]
fn split(class: u32) -> (usize, usize) {
    let class = usize::try_from(class).unwrap_or(usize::MAX);
    (class / PAGE, class % PAGE)
}

fn first(counted: &Counted) -> Option<usize> {
    usize::try_from(counted.first).ok()
}
