//! One thread's part of expanding a level.

use super::breadth_first::{Exploration, Run};
use super::classes::Classes;
use super::digest;
use super::fingerprint::fingerprint;
use super::sighting::{Firsts, Sighting};
use super::space::{Space, Successor};
use super::summary::Count;
use super::tally::Tally;
use super::visited::{Batch, Origin, Visited, lock};
use std::sync::{Mutex, PoisonError};

/// States waiting to be expanded, in blocks that workers take one at a time.
pub(super) struct Frontier<T> {
    pub(super) blocks: Vec<Vec<T>>,
    pub(super) states: u64,
}

impl<T> Default for Frontier<T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), states: 0 }
    }
}

/// Small enough that workers end a level at about the same time.
pub(super) const BLOCK: usize = 256;

/// What the workers share while they expand one level.
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

    /// The states found one step further, once all workers are done.
    pub(super) fn into_next(self) -> Frontier<S::State> {
        self.next.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one worker keeps to itself from level to level.
pub(super) struct Worker<S: Space> {
    batch: Batch<S::State>,
    fresh: Fresh<S::State>,
    figures: Figures<S>,
}

/// New states on their way to the next level.
struct Fresh<T> {
    block: Vec<T>,
    /// Blocks that were expanded, to fill again.
    spare: Vec<Vec<T>>,
    found: u64,
}

/// What a worker has counted and seen.
struct Figures<S: Space> {
    expanded: u64,
    transitions: u64,
    digest: u64,
    violations: Firsts<S>,
    witnesses: Firsts<S>,
    witnessed: Tally,
    classes: Classes<S>,
}

impl<S: Space> Worker<S> {
    pub(super) fn new() -> Self {
        Self {
            batch: Batch::new(),
            fresh: Fresh { block: Vec::with_capacity(BLOCK), spare: Vec::new(), found: 0 },
            figures: Figures {
                expanded: 0,
                transitions: 0,
                digest: 0,
                violations: Firsts::default(),
                witnesses: Firsts::default(),
                witnessed: Tally::default(),
                classes: Classes::default(),
            },
        }
    }

    pub(super) fn work<V: Visited<S::State>>(&mut self, level: &Level<'_, S, V>) {
        loop {
            // A statement of its own, so that the lock is not held while expanding.
            let Some(mut block) = lock(&level.waiting).pop() else {
                break;
            };
            for state in &block {
                self.expand(level, state);
            }
            block.clear();
            self.fresh.spare.push(block);
            // A batch may take long to fill where most inputs are refused.
            self.account(level);
            if level.run.is_stopping() {
                break;
            }
        }
        self.flush(level);
        self.fresh.hand_on(level);
        // What is left over belongs to a level that has passed its peak.
        self.fresh.spare.truncate(4);
    }

    fn expand<V: Visited<S::State>>(&mut self, level: &Level<'_, S, V>, state: &S::State) {
        let print = fingerprint(state);
        let mut ordinal = 0_u32;
        let judgement = level.run.space.expand(state, &mut |successor| {
            let after = match &successor.after {
                None => print,
                Some(after) => {
                    let origin = Origin { before: print, ordinal };
                    let print = fingerprint(after);
                    self.batch.push(*after, print, origin);
                    print
                }
            };
            self.figures.step(level.depth, state, print, ordinal, after, &successor);
            ordinal = ordinal.saturating_add(1);
            if self.batch.is_full() {
                self.flush(level);
            }
        });
        let figures = &mut self.figures;
        figures.expanded = figures.expanded.saturating_add(1);
        figures.witnessed.add(judgement.witnessed);
        if figures.violations.wants(judgement.broken) || figures.witnesses.wants(judgement.witnessed) {
            let sighting = Sighting { steps: level.depth, print, state: *state, step: None };
            figures.violations.see(judgement.broken, sighting);
            figures.witnesses.see(judgement.witnessed, sighting);
        }
    }

    /// Looks the batch up, and passes on what is new.
    fn flush<V: Visited<S::State>>(&mut self, level: &Level<'_, S, V>) {
        let after = level.depth.saturating_add(1);
        let fresh = &mut self.fresh;
        level.run.visited.insert(&mut self.batch, after, &mut |state| fresh.add(state, level));
        self.account(level);
    }

    /// Brings the figures of the run up to date.
    fn account<V: Visited<S::State>>(&mut self, level: &Level<'_, S, V>) {
        level.run.add(
            std::mem::take(&mut self.fresh.found),
            std::mem::take(&mut self.figures.expanded),
            std::mem::take(&mut self.figures.transitions),
        );
    }

    pub(super) fn saw_violation(&self) -> bool {
        !self.figures.violations.is_empty()
    }

    pub(super) fn settle(&mut self, depth: u32) {
        self.figures.violations.settle(depth);
        self.figures.witnesses.settle(depth);
    }

    pub(super) fn report(mut self, found: &mut Exploration<S>) {
        let summary = &mut found.summary;
        summary.digest = summary.digest.wrapping_add(self.figures.digest);
        let totals = self.figures.witnessed.totals();
        for (bit, total) in (0_u8..).zip(totals) {
            if *total > 0 {
                let count = summary.witnesses.entry(bit).or_insert(Count::NONE);
                count.count = count.count.saturating_add(*total);
            }
        }
        self.figures.violations.merge(&mut found.violations);
        self.figures.witnesses.merge(&mut found.witnesses);
        for (class, times, first) in self.figures.classes.counts() {
            let count = summary.classes.entry(class).or_insert(Count::NONE);
            count.count = count.count.saturating_add(times);
            found.classes.entry(class).and_modify(|known| known.keep_earlier(*first)).or_insert(*first);
        }
    }
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

impl<S: Space> Figures<S> {
    #[inline]
    fn step(&mut self, depth: u32, state: &S::State, before: u64, ordinal: u32, after: u64, successor: &Successor<S>) {
        self.transitions = self.transitions.saturating_add(1);
        self.digest = self.digest.wrapping_add(digest::of_step(before, after, successor));
        self.witnessed.add(successor.witnessed);
        let steps = depth.saturating_add(1);
        let common = self.classes.count_again(successor.class, steps);
        if !common || self.violations.wants(successor.broken) || self.witnesses.wants(successor.witnessed) {
            let sighting = Sighting { steps, print: before, state: *state, step: Some((ordinal, successor.input)) };
            self.see(successor, sighting, common);
        }
    }

    /// Notes a step that may be the first of its kind.
    #[cold]
    fn see(&mut self, successor: &Successor<S>, sighting: Sighting<S>, counted: bool) {
        if !counted {
            self.classes.count(successor.class, sighting);
        }
        self.violations.see(successor.broken, sighting);
        self.witnesses.see(successor.witnessed, sighting);
    }
}
