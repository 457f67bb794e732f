//! The breadth-first explorer: it works level by level, with the same result on any number of threads.

use super::exploration::{Exploration, Memory};
use super::fingerprint::fingerprint;
use super::progress::Progress;
use super::space::Space;
use super::summary::{CollisionBound, Completion, Summary, Why};
use super::visited::{Batch, Exact, Fingerprints, Origin, Visited, lock};
use super::worker::{BLOCK, Frontier, Level, Worker};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Explores a space breadth-first.
///
/// A complete run gives the same [`Summary`] with any number of threads. The mode changes only the
/// collision bound. The figures of a run that was cut cover the part it explored: they may differ from run to run, and
/// its counterexamples may be a step longer than the shortest.
///
/// ```
/// # use holdfast_explorer::*;
/// # struct Counter;
/// # impl Space for Counter {
/// #     type State = u8;
/// #     type Input = ();
/// #     fn roots(&self) -> Vec<u8> { vec![0] }
/// #     fn inputs(&self, _: &u8, inputs: &mut Vec<()>) { inputs.push(()) }
/// #     fn step(&self, state: &u8, (): ()) -> Successor<Self> {
/// #         Successor {
/// #             input: (), after: Some(state.wrapping_add(1)), broken: PropertyBits::ZERO, witnessed: PropertyBits::ZERO, class: 0, digest: 0,
/// #         }
/// #     }
/// #     fn judge(&self, state: &u8) -> Judgement {
/// #         Judgement { broken: PropertyBits::from(*state == 200), witnessed: PropertyBits::ZERO }
/// #     }
/// # }
/// let explorer = Explorer::new(&Counter).mode(Mode::Exact);
/// let found = explorer.run();
/// assert!(found.summary.completion.is_complete());
/// assert_eq!(found.summary.unique, 256);
/// let counterexample = explorer.path(&found, &found.violations[&0]).unwrap();
/// assert_eq!(counterexample.steps.len(), 200);
/// ```
pub struct Explorer<'a, S: Space> {
    pub(super) space: &'a S,
    mode: Mode,
    threads: NonZeroUsize,
    limits: Limits,
    roots: Option<Vec<usize>>,
    progress: Option<&'a Progress>,
    clock: Option<&'a (dyn Fn() -> Duration + Sync)>,
}

/// The way in which the explorer distinguishes states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// By equality: the explorer stores whole states and the step that led to each.
    #[default]
    Exact,
    /// By 64-bit fingerprint: about ten bytes a state, at a small risk that [`CollisionBound`] states. Rebuilding a
    /// path takes another run up to the length of the path.
    Fingerprint,
}

/// Limits that stop an exploration before its end. A run that reaches one is never complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Stop once more than this number of states has been found. The excess is at most a batch for each worker.
    pub max_states: Option<u64>,
    /// Leave states that are this many steps away unexplored.
    pub max_depth: Option<u32>,
    /// Stop once the clock exceeds this duration.
    pub time: Option<Duration>,
    /// Stop after the first level with a violation, without looking for violations of other properties.
    pub first_violation: bool,
}

impl<'a, S: Space> Explorer<'a, S> {
    /// Returns an explorer of every root, in exact mode, on one thread, without limits.
    #[must_use]
    pub fn new(space: &'a S) -> Self {
        Self {
            space,
            mode: Mode::default(),
            threads: NonZeroUsize::MIN,
            limits: Limits::default(),
            roots: None,
            progress: None,
            clock: None,
        }
    }

    /// Sets the way in which states are distinguished.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the number of threads; 0 counts as 1.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
        self
    }

    /// Sets the limits that stop the run early.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Explores only the roots at these positions of [`Space::roots`].
    #[must_use]
    pub fn roots(mut self, roots: impl IntoIterator<Item = usize>) -> Self {
        self.roots = Some(roots.into_iter().collect());
        self
    }

    /// Updates these figures during the run, and stops when they are cancelled.
    #[must_use]
    pub fn progress(mut self, progress: &'a Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Reads the elapsed time from this clock instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: &'a (dyn Fn() -> Duration + Sync)) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Explores the space and returns the result.
    #[must_use]
    pub fn run(&self) -> Exploration<S> {
        match self.mode {
            Mode::Exact => {
                let (mut found, visited) = self.explore::<Exact<S::State>>(self.limits, self.progress);
                found.exact = Some(visited);
                found
            }
            Mode::Fingerprint => {
                let (mut found, _) = self.explore::<Fingerprints>(self.limits, self.progress);
                found.summary.collisions = CollisionBound::of(found.summary.unique);
                found
            }
        }
    }

    /// Returns this explorer for another space with the same roots; it stops at the first violation.
    pub(super) fn towards<'b, T: Space>(&self, space: &'b T) -> Explorer<'b, T>
    where
        'a: 'b,
    {
        Explorer {
            space,
            mode: self.mode,
            threads: self.threads,
            limits: Limits { first_violation: true, ..self.limits },
            roots: self.roots.clone(),
            progress: self.progress,
            clock: self.clock,
        }
    }

    /// Returns the chosen roots with their positions among all roots.
    pub(super) fn chosen_roots(&self) -> Vec<(u32, S::State)> {
        let all = (0_u32..).zip(self.space.roots());
        match &self.roots {
            None => all.collect(),
            Some(chosen) => {
                all.filter(|(index, _)| usize::try_from(*index).is_ok_and(|index| chosen.contains(&index))).collect()
            }
        }
    }

    pub(super) fn explore<V: Visited<S::State>>(
        &self,
        limits: Limits,
        progress: Option<&Progress>,
    ) -> (Exploration<S>, V) {
        let begun = Instant::now();
        let system_clock = move || begun.elapsed();
        let run = Run {
            space: self.space,
            visited: V::new(),
            limits,
            counts: Progress::default(),
            progress,
            clock: self.clock.unwrap_or(&system_clock),
            stopping: AtomicBool::new(false),
            why: Mutex::new(None),
        };
        let roots = self.chosen_roots();
        let mut summary = Summary { roots: u64::try_from(roots.len()).unwrap_or(u64::MAX), ..Summary::default() };
        let mut memory =
            Memory { state: u64::try_from(size_of::<S::State>()).unwrap_or(u64::MAX), ..Memory::default() };
        let mut workers: Vec<_> = (0..self.threads.get()).map(|_| Worker::new()).collect();

        let mut frontier = run.enter(&roots);
        let mut depth = 0_u32;
        while frontier.states > 0 {
            summary.depth = depth;
            run.begin_level(depth, frontier.states);
            if run.limits.max_depth == Some(depth) {
                run.stop(Why::MaxDepth(depth));
                break;
            }
            let before = frontier.states;
            frontier = run.expand_level(frontier, depth, &mut workers);
            memory.waiting = memory.waiting.max(before.saturating_add(frontier.states));
            if run.is_stopping() {
                break;
            }
            if run.limits.first_violation && workers.iter().any(Worker::saw_violation) {
                run.stop(Why::Violation);
                break;
            }
            depth = depth.saturating_add(1);
        }

        let snapshot = run.counts.snapshot();
        summary.unique = snapshot.unique;
        summary.expanded = snapshot.expanded;
        summary.transitions = snapshot.transitions;
        summary.completion = match *lock(&run.why) {
            None => Completion::Complete,
            Some(why) => Completion::Cut { why },
        };
        memory.visited = u64::try_from(run.visited.bytes()).unwrap_or(u64::MAX);
        let mut found = Exploration { summary, elapsed: (run.clock)(), memory, ..Exploration::new() };
        for worker in &mut workers {
            worker.report(&mut found);
        }
        found.finish();
        (found, run.visited)
    }
}

/// The state that the workers of one exploration share.
pub(super) struct Run<'a, S: Space, V> {
    pub(super) space: &'a S,
    pub(super) visited: V,
    limits: Limits,
    /// The figures of this run.
    counts: Progress,
    /// The figures that another thread watches; they may add up several runs.
    progress: Option<&'a Progress>,
    clock: &'a (dyn Fn() -> Duration + Sync),
    stopping: AtomicBool,
    why: Mutex<Option<Why>>,
}

/// A level with fewer states runs on one thread.
const ALONE: u64 = 1024;

impl<S: Space, V: Visited<S::State>> Run<'_, S, V> {
    /// Enters the roots into the visited set, and counts the different ones.
    fn enter(&self, roots: &[(u32, S::State)]) -> Frontier<S::State> {
        let mut frontier = Frontier::default();
        for chunk in roots.chunks(BLOCK) {
            let mut batch = Batch::new();
            let mut block = Vec::with_capacity(BLOCK);
            for (ordinal, root) in chunk {
                let origin = Origin { before: 0, ordinal: *ordinal };
                batch.push(*root, fingerprint(root), origin);
            }
            self.visited.insert(&mut batch, 0, &mut |root| block.push(*root));
            let fresh = u64::try_from(block.len()).unwrap_or(u64::MAX);
            self.add(fresh, 0, 0);
            frontier.states = frontier.states.saturating_add(fresh);
            frontier.blocks.push(block);
        }
        frontier
    }

    /// Expands all states at `depth` and returns those found one step further.
    fn expand_level(&self, frontier: Frontier<S::State>, depth: u32, workers: &mut [Worker<S>]) -> Frontier<S::State> {
        let alone = frontier.states < ALONE;
        let level = Level::new(self, depth, frontier);
        match workers {
            [] => {}
            [worker] => worker.work(&level),
            [worker, ..] if alone => worker.work(&level),
            [worker, others @ ..] => std::thread::scope(|scope| {
                for other in others {
                    scope.spawn(|| other.work(&level));
                }
                worker.work(&level);
            }),
        }
        for worker in workers {
            worker.settle(depth);
        }
        level.into_next()
    }

    fn stop(&self, why: Why) {
        self.stopping.store(true, Ordering::Relaxed);
        lock(&self.why).get_or_insert(why);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn begin_level(&self, depth: u32, states: u64) {
        self.counts.begin_level(depth, states);
        if let Some(progress) = self.progress {
            progress.begin_level(depth, states);
        }
    }

    /// Adds to the figures, and stops the run if they exceed the limits.
    pub(super) fn add(&self, unique: u64, expanded: u64, transitions: u64) {
        let unique_so_far = self.counts.add(unique, expanded, transitions);
        if let Some(progress) = self.progress {
            progress.add(unique, expanded, transitions);
            if progress.is_cancelled() {
                self.stop(Why::Cancelled);
            }
        }
        if let Some(max) = self.limits.max_states
            && unique_so_far > max
        {
            self.stop(Why::MaxStates(max));
        }
        if let Some(time) = self.limits.time
            && (self.clock)() > time
        {
            self.stop(Why::TimeLimit);
        }
    }
}
