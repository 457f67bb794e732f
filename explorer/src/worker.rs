//! One thread's part of expanding a level.

use super::breadth_first::Run;
use super::exploration::Exploration;
use super::figures::Figures;
use super::space::Space;
use super::visited::{Batch, Visited, lock};
use std::sync::{Mutex, PoisonError};

/// States that wait to be expanded, in blocks; workers take one block at a time.
pub(super) struct Frontier<T> {
    pub(super) blocks: Vec<Vec<T>>,
    pub(super) states: u64,
}

impl<T> Default for Frontier<T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), states: 0 }
    }
}

/// The number of states in a block: small enough that workers end a level at about the same time.
pub(super) const BLOCK: usize = 256;

/// The state that the workers share while they expand one level.
pub(super) struct Level<'a, S: Space, V> {
    run: &'a Run<'a, S, V>,
    depth: u32,
    waiting: Mutex<Vec<Vec<S::State>>>,
    next: Mutex<Frontier<S::State>>,
}

impl<'a, S: Space, V> Level<'a, S, V> {
    pub(super) fn new(run: &'a Run<'a, S, V>, depth: u32, frontier: Frontier<S::State>) -> Self {
        Self { run, depth, waiting: Mutex::new(frontier.blocks), next: Mutex::new(Frontier::default()) }
    }

    /// Returns the states found one step further, once all workers have finished.
    pub(super) fn into_next(self) -> Frontier<S::State> {
        self.next.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state that one worker keeps from level to level.
pub(super) struct Worker<S: Space> {
    batch: Batch<S::State>,
    fresh: Fresh<S::State>,
    figures: Figures<S>,
}

/// New states on their way to the next level.
struct Fresh<T> {
    block: Vec<T>,
    /// Expanded blocks, kept to be filled again.
    spare: Vec<Vec<T>>,
    found: u64,
}

impl<S: Space> Worker<S> {
    pub(super) fn new() -> Self {
        Self {
            batch: Batch::new(),
            fresh: Fresh { block: Vec::with_capacity(BLOCK), spare: Vec::new(), found: 0 },
            figures: Figures::default(),
        }
    }

    pub(super) fn work<V: Visited<S::State>>(&mut self, level: &Level<'_, S, V>) {
        loop {
            // This is a separate statement, so that the lock is not held while expanding.
            let Some(mut block) = lock(&level.waiting).pop() else {
                break;
            };
            for state in &block {
                self.expand(level, state);
            }
            block.clear();
            self.fresh.spare.push(block);
            // A batch may take long to fill where most inputs are refused, so the figures are updated after each block.
            self.account(level);
            if level.run.is_stopping() {
                break;
            }
        }
        self.flush(level);
        self.fresh.hand_on(level);
        // The other spare blocks belong to a level that has passed its peak.
        self.fresh.spare.truncate(4);
    }

    fn expand<V: Visited<S::State>>(&mut self, level: &Level<'_, S, V>, state: &S::State) {
        let Self { batch, fresh, figures } = self;
        figures.expand(level.run.space, level.depth, state, |after, print, origin| {
            batch.push(after, print, origin);
            if batch.is_full() {
                look_up(batch, fresh, level);
            }
        });
    }

    /// Looks up the batch, and passes on the new states.
    fn flush<V: Visited<S::State>>(&mut self, level: &Level<'_, S, V>) {
        look_up(&mut self.batch, &mut self.fresh, level);
        self.account(level);
    }

    /// Updates the figures of the run.
    fn account<V: Visited<S::State>>(&mut self, level: &Level<'_, S, V>) {
        let (expanded, transitions) = self.figures.take_counts();
        level.run.add(std::mem::take(&mut self.fresh.found), expanded, transitions);
    }

    pub(super) fn saw_violation(&self) -> bool {
        self.figures.saw_violation()
    }

    pub(super) fn settle(&mut self, depth: u32) {
        self.figures.settle(depth);
    }

    pub(super) fn report(&mut self, found: &mut Exploration<S>) {
        self.figures.report(found);
    }
}

/// Looks up a batch of successors, and collects the new ones.
fn look_up<S: Space, V: Visited<S::State>>(
    batch: &mut Batch<S::State>,
    fresh: &mut Fresh<S::State>,
    level: &Level<'_, S, V>,
) {
    level.run.visited.insert(batch, level.depth.saturating_add(1), &mut |state| fresh.add(state, level));
}

impl<T: Copy> Fresh<T> {
    fn add<S: Space<State = T>, V>(&mut self, state: &T, level: &Level<'_, S, V>) {
        self.found = self.found.saturating_add(1);
        self.block.push(*state);
        if self.block.len() == BLOCK {
            self.hand_on(level);
        }
    }

    fn hand_on<S: Space<State = T>, V>(&mut self, level: &Level<'_, S, V>) {
        if self.block.is_empty() {
            return;
        }
        let empty = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(BLOCK));
        let block = std::mem::replace(&mut self.block, empty);
        let mut next = lock(&level.next);
        next.states = next.states.saturating_add(u64::try_from(block.len()).unwrap_or(u64::MAX));
        next.blocks.push(block);
    }
}
