//! Explores level by level: each worker expands the states it owns and sends each successor to its owner.

use super::checkpoint::{Kept, Saver};
use super::mail::{Mail, owner};
use super::parcel::{Content, Hop, Hops, LevelReport, ParcelCounts};
use super::share::Share;
use crate::breadth_first::Limits;
use crate::exploration::Exploration;
use crate::figures::Figures;
use crate::fingerprint::fingerprint;
use crate::progress::Progress;
use crate::space::Portable;
use crate::summary::{Completion, Why};
use crate::visited::{Origin, Shard};
use crate::worker::BLOCK;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The number of successors that are sent together.
const BATCH: usize = 1024;

/// Interval at which a worker's figures are shown.
const SHOWN: Duration = Duration::from_millis(100);

/// The space, and the limits of its exploration.
pub(super) struct LevelTask<'a, S: Portable> {
    pub(super) space: &'a S,
    pub(super) limits: Limits,
    /// The figures that process 0 shows; they also stop the run on every process.
    pub(super) progress: Option<&'a Progress>,
    pub(super) begun: Instant,
    pub(super) saver: Option<&'a Saver>,
}

/// The part of the visited set that a worker owns, and its states of the next level.
struct Owned<S: Portable, V> {
    visited: V,
    next: Vec<Vec<S::State>>,
    unique: u64,
    /// New states in `next`.
    fresh: u64,
    /// Reports of the workers that have finished this level.
    reports: Vec<LevelReport>,
}

impl<S: Portable, V: Shard<S::State>> Owned<S, V> {
    /// Looks up successors, and keeps the new ones for the level at `depth`.
    fn take_in(&mut self, hops: &[Hop<S::State>], depth: u32) {
        // Reads the slots of the whole batch first, so that the cache misses overlap.
        let touched = hops.iter().fold(0, |touched, hop| touched ^ self.visited.touch(hop.print));
        black_box(touched);
        let touched = hops.iter().fold(0, |touched, hop| touched ^ self.visited.touch_record(hop.print));
        black_box(touched);
        for Hop { print, origin, state } in hops {
            if self.visited.insert(*print, state, *origin, depth) {
                self.keep(*state);
            }
        }
    }

    fn keep(&mut self, state: S::State) {
        if self.next.last().is_none_or(|block| block.len() >= BLOCK) {
            self.next.push(Vec::with_capacity(BLOCK));
        }
        if let Some(block) = self.next.last_mut() {
            block.push(state);
        }
        self.unique = self.unique.saturating_add(1);
        self.fresh = self.fresh.saturating_add(1);
    }
}

/// A worker's part of an exploration.
pub(super) struct ExploredLevel<V> {
    pub(super) visited: V,
    pub(super) share: Share,
    pub(super) depth: u32,
    pub(super) completion: Completion,
}

/// Explores together with all other workers.
pub(super) fn explore<S: Portable + 'static, V: Shard<S::State> + Kept<S>>(
    mail: &mut Mail<'_, S>,
    task: &LevelTask<'_, S>,
) -> ExploredLevel<V> {
    let mut run = Running::begin(mail, task);
    run.resume();
    let completion = run.levels();
    run.finish(completion)
}

struct Running<'r, 'w, 'a, S: Portable, V> {
    mail: &'r mut Mail<'w, S>,
    task: &'r LevelTask<'a, S>,
    owned: Owned<S, V>,
    figures: Figures<S>,
    /// The findings up to the checkpoint that was resumed, and the counts since then.
    share: Share,
    outgoing: Vec<Vec<Hop<S::State>>>,
    /// The level being expanded, and the deepest one with a state.
    depth: u32,
    deepest: u32,
    /// The figures that were shown last, and the time when they were shown.
    shown: ParcelCounts,
    shown_at: Instant,
}

impl<'r, 'w, 'a, S: Portable + 'static, V: Shard<S::State> + Kept<S>> Running<'r, 'w, 'a, S, V> {
    fn begin(mail: &'r mut Mail<'w, S>, task: &'r LevelTask<'a, S>) -> Self {
        let outgoing = (0..mail.peers()).map(|_| Vec::with_capacity(BATCH)).collect();
        let owned = Owned { visited: V::new(), next: Vec::new(), unique: 0, fresh: 0, reports: Vec::new() };
        let (figures, share, shown) = (Figures::default(), Share::default(), ParcelCounts::default());
        Self { mail, task, owned, figures, share, outgoing, depth: 0, deepest: 0, shown, shown_at: Instant::now() }
    }

    /// Begins at the last checkpoint that every worker has, or at the roots if there is none.
    fn resume(&mut self) {
        let (index, peers) = (self.mail.index(), self.mail.peers());
        if let Some(saver) = self.task.saver
            && let Some(level) = self.common_checkpoint(saver)
        {
            let loaded = saver.load::<S, V>(index, peers, level);
            let (share, visited, frontier) = loaded.unwrap_or_else(|why| self.mail.fail(why));
            (self.share, self.owned.visited) = (share, visited);
            frontier.into_iter().for_each(|state| self.owned.keep(state));
            self.owned.unique = self.share.unique;
            (self.depth, self.deepest) = (level, level.saturating_sub(1));
            return;
        }
        let roots = (0_u32..).zip(self.task.space.roots());
        let hops: Vec<_> = roots
            .map(|(ordinal, state)| Hop { print: fingerprint(&state), origin: Origin { before: 0, ordinal }, state })
            .filter(|hop| owner(hop.print, peers) == index)
            .collect();
        self.owned.take_in(&hops, 0);
    }

    /// Returns the last level for which every worker has a checkpoint.
    fn common_checkpoint(&mut self, saver: &Saver) -> Option<u32> {
        let levels = saver.levels(self.mail.index(), self.mail.peers());
        self.mail.broadcast(&Content::Saved(levels));
        let mut all: Vec<Vec<u32>> = Vec::new();
        self.mail.end_round(|content| {
            if let Content::Saved(levels) = content {
                all.push(levels);
            }
        });
        let (first, others) = all.split_first()?;
        first.iter().copied().filter(|level| others.iter().all(|levels| levels.contains(level))).max()
    }

    fn levels(&mut self) -> Completion {
        loop {
            self.show(true);
            let frontier = std::mem::take(&mut self.owned.next);
            let waiting = std::mem::take(&mut self.owned.fresh);
            let save = self.mail.index() == 0 && self.task.saver.is_some_and(Saver::is_due);
            let (unique, stop) = (self.owned.unique, self.reason_to_stop());
            let mut report = LevelReport { waiting, unique, stop, violation: false, save };
            for block in frontier {
                if report.stop.is_some() {
                    break;
                }
                self.expand(&block);
                report.stop = self.reason_to_stop_amid();
            }
            self.flush();
            report.violation = self.figures.saw_violation() || !self.share.violations.is_empty();
            let all = self.end_level(report);
            self.share.waiting = self.share.waiting.max(waiting.saturating_add(self.owned.fresh));
            if let Some(completion) = self.verdict(&all) {
                return completion;
            }
            self.figures.settle(self.depth);
            self.depth = self.depth.saturating_add(1);
            if all.iter().any(|report| report.save) {
                self.save();
            }
        }
    }

    /// Returns the completion if the exploration ends with this level; every worker decides alike.
    fn verdict(&mut self, all: &[LevelReport]) -> Option<Completion> {
        if all.iter().all(|report| report.waiting == 0) {
            return Some(Completion::Complete);
        }
        self.deepest = self.depth;
        let unique = all.iter().fold(0, |sum: u64, report| sum.saturating_add(report.unique));
        let too_many = self.task.limits.max_states.filter(|max| unique > *max).map(Why::MaxStates);
        let violation = self.task.limits.first_violation && all.iter().any(|report| report.violation);
        let stops = all.iter().filter_map(|report| report.stop).chain(too_many);
        stops.chain(violation.then_some(Why::Violation)).min().map(|why| Completion::Cut { why })
    }

    /// Returns a reason not to expand this level.
    fn reason_to_stop(&self) -> Option<Why> {
        let max_depth = self.task.limits.max_depth.filter(|max| *max == self.depth);
        max_depth.map(Why::MaxDepth).or_else(|| self.reason_to_stop_amid())
    }

    /// Returns a reason to leave a level before its end.
    fn reason_to_stop_amid(&self) -> Option<Why> {
        let limits = &self.task.limits;
        if self.task.progress.is_some_and(Progress::is_cancelled) {
            return Some(Why::Cancelled);
        }
        if limits.time.is_some_and(|time| self.task.begun.elapsed() > time) {
            return Some(Why::TimeLimit);
        }
        limits.max_states.filter(|max| self.owned.unique > *max).map(Why::MaxStates)
    }

    fn expand(&mut self, block: &[S::State]) {
        let Self { mail, task, owned, figures, outgoing, depth, .. } = self;
        let peers = mail.peers();
        for state in block {
            figures.expand(task.space, *depth, state, |state, print, origin| {
                let to = owner(print, peers);
                let Some(hops) = outgoing.get_mut(to) else { unreachable!("an owner is below the number of workers") };
                hops.push(Hop { print, origin, state });
                if hops.len() >= BATCH {
                    hand_over(mail, owned, hops, to, *depth);
                }
            });
        }
        let depth = self.depth.saturating_add(1);
        for content in self.mail.receive() {
            arrive(content, &mut self.owned, depth, self.task.progress);
        }
        self.count();
        self.show(false);
    }

    /// Sends the successors that are still in the batches.
    fn flush(&mut self) {
        for (to, hops) in self.outgoing.iter_mut().enumerate() {
            if !hops.is_empty() {
                hand_over(self.mail, &mut self.owned, hops, to, self.depth);
            }
        }
        self.count();
        self.show(true);
    }

    fn end_level(&mut self, report: LevelReport) -> Vec<LevelReport> {
        self.mail.broadcast(&Content::Level(report));
        let (owned, progress, depth) = (&mut self.owned, self.task.progress, self.depth.saturating_add(1));
        self.mail.end_round(|content| arrive(content, owned, depth, progress));
        let all = std::mem::take(&mut self.owned.reports);
        if all.len() != self.mail.peers() {
            self.mail.fail(format!("{} of {} workers reported a level", all.len(), self.mail.peers()));
        }
        all
    }

    /// Adds the expanded states to the figures of this worker.
    fn count(&mut self) {
        let (expanded, transitions) = self.figures.take_counts();
        self.share.expanded = self.share.expanded.saturating_add(expanded);
        self.share.transitions = self.share.transitions.saturating_add(transitions);
        self.share.unique = self.owned.unique;
    }

    /// Updates the figures that are shown, here and on process 0.
    fn show(&mut self, at_once: bool) {
        let Some(progress) = self.task.progress.filter(|_| at_once || self.shown_at.elapsed() >= SHOWN) else {
            return;
        };
        let (unique, expanded, transitions) = (self.owned.unique, self.share.expanded, self.share.transitions);
        let news = ParcelCounts {
            unique: unique.saturating_sub(self.shown.unique),
            expanded: expanded.saturating_sub(self.shown.expanded),
            transitions: transitions.saturating_sub(self.shown.transitions),
        };
        self.shown = ParcelCounts { unique, expanded, transitions };
        self.shown_at = Instant::now();
        progress.add(news.unique, news.expanded, news.transitions);
        if !self.mail.is_on_process_0() {
            self.mail.send(0, Content::ParcelCounts(news));
        }
        if self.mail.is_leader() && progress.snapshot().depth != self.depth {
            progress.begin_level(self.depth, progress.snapshot().frontier);
        }
    }

    /// Returns everything that this worker has found so far.
    fn reported(&mut self) -> Share {
        let mut found = Exploration::new();
        self.figures.report(&mut found);
        self.share.unique = self.owned.unique;
        self.share.visited = u64::try_from(self.owned.visited.bytes()).unwrap_or(u64::MAX);
        if let Err(why) = self.share.add_to(&mut found, self.task.space) {
            self.mail.fail(why);
        }
        Share::of(&found)
    }

    /// Writes a checkpoint before this level, and removes older ones once every worker has written its own.
    fn save(&mut self) {
        let Some(saver) = self.task.saver else { return };
        let share = self.reported();
        let (index, peers) = (self.mail.index(), self.mail.peers());
        let Owned { visited, next, .. } = &self.owned;
        let wrote = saver.save::<S, V>((index, peers, self.depth), &share, visited, next.iter().flatten());
        self.mail.broadcast(&Content::Wrote(wrote.is_ok()));
        let mut all_wrote = true;
        self.mail.end_round(|content| {
            if let Content::Wrote(wrote) = content {
                all_wrote &= wrote;
            }
        });
        match wrote {
            Ok(()) if all_wrote => saver.forget_before(index, peers, self.depth),
            Ok(()) => {}
            Err(why) => self.mail.fail(why),
        }
    }

    fn finish(mut self, completion: Completion) -> ExploredLevel<V> {
        let share = self.reported();
        ExploredLevel { visited: self.owned.visited, share, depth: self.deepest, completion }
    }
}

/// Looks up successors here, or sends them to the worker that owns them.
fn hand_over<S: Portable + 'static, V: Shard<S::State>>(
    mail: &mut Mail<'_, S>,
    owned: &mut Owned<S, V>,
    hops: &mut Vec<Hop<S::State>>,
    to: usize,
    depth: u32,
) {
    if to == mail.index() {
        owned.take_in(hops, depth.saturating_add(1));
        hops.clear();
    } else {
        let hops = std::mem::replace(hops, Vec::with_capacity(BATCH));
        mail.send(to, Content::Hops(Hops::new(hops)));
    }
}

/// Takes in the messages of a level. Workers that have finished it report while others still expand.
fn arrive<S: Portable, V: Shard<S::State>>(
    content: Content<Hops<S>>,
    owned: &mut Owned<S, V>,
    depth: u32,
    progress: Option<&Progress>,
) {
    if let Content::Hops(hops) = content {
        owned.take_in(&hops.list, depth);
    } else if let Content::Level(report) = content {
        owned.reports.push(report);
    } else if let (Content::ParcelCounts(ParcelCounts { unique, expanded, transitions }), Some(progress)) =
        (content, progress)
    {
        progress.add(unique, expanded, transitions);
    }
}
