//! An adapter that explores the same space with the `stateright` checker.
//!
//! It uses release 0.31 and its depth-first search on purpose. Release 0.30 has a wrong `eventually`, and the
//! breadth-first search of 0.31 keeps a path for each state. The adapter also works around these traits:
//!
//! - `is_done` and `assert_properties` accept a run that was cut, and with one thread `timeout` never fires. The
//!   adapter uses neither. It has limits of its own, and a run that reaches one stops offering inputs and reports the
//!   cut.
//! - Without an `always` property a search ends at once; with several it continues until each has failed. So there is
//!   exactly one property, which evaluates all of them.
//! - A property sees only states. So the explored state carries the properties that the step into it broke. A correct
//!   model breaks none and therefore has no additional states.
//! - A `next_state` of `None` makes paths wrong. So it always is `Some`: only enabled inputs are offered, and a refused
//!   one leads back to its state.

use super::digest;
use super::fingerprint::fingerprint;
use super::progress::Progress;
use super::space::{PropertyBits, Space};
use super::summary::{CollisionBound, Completion, Why};
use stateright::{Checker, Model, Property};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Explores a space with `stateright`, as an independent check of the counts of [`Explorer`](crate::Explorer).
///
/// ```
/// # use holdfast_explorer::*;
/// # #[derive(Clone, Copy)]
/// # struct Counter;
/// # impl Space for Counter {
/// #     type State = u8;
/// #     type Input = ();
/// #     fn roots(&self) -> Vec<u8> { vec![0] }
/// #     fn inputs(&self, _: &u8, inputs: &mut Vec<()>) { inputs.push(()) }
/// #     fn step(&self, state: &u8, (): ()) -> Successor<Self> {
/// #         let after = Some(state.wrapping_add(1));
/// #         Successor { input: (), after, broken: PropertyBits::ZERO, witnessed: PropertyBits::ZERO, class: 0, digest: 0 }
/// #     }
/// #     fn judge(&self, _: &u8) -> Judgement { Judgement::default() }
/// # }
/// let theirs = Stateright::new(std::sync::Arc::new(Counter)).run();
/// let ours = Explorer::new(&Counter).run().summary;
/// assert_eq!((theirs.unique, theirs.transitions), (ours.unique, ours.transitions));
/// ```
#[must_use = "nothing is explored before `run`"]
pub struct Stateright<S> {
    adapter: Adapter<S>,
    threads: usize,
}

/// The result of `stateright`.
pub struct StaterightRun<S: Space> {
    /// Whether everything reachable has been explored. A violation ends the run early.
    pub completion: Completion,
    /// Different states found.
    pub unique: u64,
    /// Steps taken.
    pub transitions: u64,
    /// The same sum as [`super::Summary::digest`], if requested.
    pub digest: Option<u64>,
    /// Upper bound on the probability that states were missed because fingerprints collided.
    pub collisions: CollisionBound,
    /// The properties found false and the state where they are; its path is seldom a shortest one.
    pub violation: Option<(PropertyBits, S::State)>,
    /// The duration by the clock.
    pub elapsed: Duration,
}

/// A clock that threads of `stateright` can read.
type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

impl<S: Space + Send + 'static> Stateright<S> {
    /// Returns a checker that explores every root on one thread without limits.
    pub fn new(space: Arc<S>) -> Self {
        let begun = Instant::now();
        Self {
            adapter: Adapter {
                space,
                max_states: None,
                time: None,
                clock: Arc::new(move || begun.elapsed()),
                digesting: false,
                progress: None,
                tally: Arc::default(),
            },
            threads: 1,
        }
    }

    /// Sets the number of threads; 0 counts as 1.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Stops once more than this number of states has been expanded.
    pub fn max_states(mut self, max: u64) -> Self {
        self.adapter.max_states = Some(max);
        self
    }

    /// Stops once the clock exceeds this duration.
    pub fn time(mut self, time: Duration) -> Self {
        self.adapter.time = Some(time);
        self
    }

    /// Reads the elapsed time from this clock instead of the system's.
    pub fn clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.adapter.clock = Arc::new(clock);
        self
    }

    /// Also computes the transition-relation hash, which costs two more hashes for each step.
    pub fn digest(mut self) -> Self {
        self.adapter.digesting = true;
        self
    }

    /// Updates these figures during the run, and stops when they are cancelled.
    pub fn progress(mut self, progress: Arc<Progress>) -> Self {
        self.adapter.progress = Some(progress);
        self
    }

    /// Returns the model for `stateright`, for uses that this type does not cover.
    #[must_use]
    pub fn into_model(self) -> Adapter<S> {
        self.adapter
    }

    /// Explores the space depth-first and returns the result.
    #[must_use]
    pub fn run(self) -> StaterightRun<S> {
        let clock = Arc::clone(&self.adapter.clock);
        let tally = Arc::clone(&self.adapter.tally);
        let roots = self.adapter.space.roots().len();
        let digesting = self.adapter.digesting;
        let begun = clock();
        let checker = self.adapter.checker().threads(self.threads).spawn_dfs().join();
        let elapsed = clock().saturating_sub(begun);
        // Read the digest now: rebuilding the path of a violation takes its steps again and would add to it.
        let digest = digesting.then(|| tally.digest.load(Ordering::Relaxed));

        let violation = checker.discovery(EVERY_PROPERTY).map(|path| {
            let last = *path.last_state();
            (checker.model().broken(&last), last.state)
        });
        let unique = u64::try_from(checker.unique_state_count()).unwrap_or(u64::MAX);
        let taken = checker.state_count().saturating_sub(roots);
        let transitions = u64::try_from(taken).unwrap_or(u64::MAX);
        if let Some(progress) = &checker.model().progress {
            let rest = tally.since_last_glance();
            progress.add(rest, rest, transitions);
        }
        StaterightRun {
            completion: tally.completion(violation.is_some(), checker.model()),
            unique,
            transitions,
            digest,
            collisions: CollisionBound::of(unique),
            violation,
            elapsed,
        }
    }

    /// Serves `stateright`'s Explorer, a web page to walk through the space by hand, until the process ends. Anyone who
    /// can reach the address can use it, so it must be a loopback address.
    ///
    /// # Errors
    ///
    /// Returns an error if the address is not a loopback address, or if the server cannot listen there.
    pub fn serve(self, address: SocketAddr) -> io::Result<()>
    where
        S::State: fmt::Debug,
    {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{address} is not a loopback address such as 127.0.0.1:3000"),
            ));
        }
        // `stateright` panics where it cannot listen, so this checks the address first.
        drop(TcpListener::bind(address)?);
        self.adapter.checker().threads(self.threads).serve(address);
        Ok(())
    }
}

/// The name of the one property.
pub const EVERY_PROPERTY: &str = "every property holds";

/// A space as a model of `stateright`, with limits of its own.
pub struct Adapter<S> {
    space: Arc<S>,
    max_states: Option<u64>,
    time: Option<Duration>,
    clock: Clock,
    digesting: bool,
    progress: Option<Arc<Progress>>,
    tally: Arc<Tally>,
}

/// The counts that the threads of `stateright` keep.
#[derive(Default)]
struct Tally {
    expanded: AtomicU64,
    digest: AtomicU64,
    too_many: AtomicBool,
    out_of_time: AtomicBool,
    cancelled: AtomicBool,
}

/// The number of states between two readings of the clock.
const GLANCE: u64 = 256;

impl Tally {
    /// Counts one more state, and returns whether to continue with its successors.
    fn goes_on<S>(&self, adapter: &Adapter<S>) -> bool {
        let before = self.expanded.fetch_add(1, Ordering::Relaxed);
        if adapter.max_states.is_some_and(|max| before >= max) {
            self.too_many.store(true, Ordering::Relaxed);
        }
        if before.checked_rem(GLANCE) == Some(0) {
            if adapter.time.is_some_and(|time| (adapter.clock)() > time) {
                self.out_of_time.store(true, Ordering::Relaxed);
            }
            if let Some(progress) = &adapter.progress {
                if before > 0 {
                    progress.add(GLANCE, GLANCE, 0);
                }
                if progress.is_cancelled() {
                    self.cancelled.store(true, Ordering::Relaxed);
                }
            }
        }
        !(self.too_many.load(Ordering::Relaxed)
            || self.out_of_time.load(Ordering::Relaxed)
            || self.cancelled.load(Ordering::Relaxed))
    }

    /// Returns the number of states that the progress does not include yet.
    fn since_last_glance(&self) -> u64 {
        let expanded = self.expanded.load(Ordering::Relaxed);
        match expanded.checked_rem(GLANCE) {
            Some(0) => GLANCE.min(expanded),
            rest => rest.unwrap_or(0),
        }
    }

    fn completion<S>(&self, violated: bool, adapter: &Adapter<S>) -> Completion {
        let why = if violated {
            Why::Violation
        } else if self.cancelled.load(Ordering::Relaxed) {
            Why::Cancelled
        } else if self.out_of_time.load(Ordering::Relaxed) {
            Why::TimeLimit
        } else if self.too_many.load(Ordering::Relaxed) {
            Why::MaxStates(adapter.max_states.unwrap_or(0))
        } else {
            return Completion::Complete;
        };
        Completion::Cut { why }
    }
}

impl<S: Space> Adapter<S> {
    fn broken(&self, judged: &Judged<S::State>) -> PropertyBits {
        judged.broken | self.space.judge(&judged.state).broken
    }
}

impl<S: Space + Send + 'static> Model for Adapter<S> {
    type State = Judged<S::State>;
    type Action = S::Input;

    fn init_states(&self) -> Vec<Self::State> {
        self.space.roots().into_iter().map(|state| Judged { state, broken: PropertyBits::ZERO }).collect()
    }

    fn actions(&self, judged: &Self::State, actions: &mut Vec<Self::Action>) {
        if self.tally.goes_on(self) {
            self.space.inputs(&judged.state, actions);
        }
    }

    fn next_state(&self, judged: &Self::State, action: Self::Action) -> Option<Self::State> {
        if !self.digesting {
            let (state, broken) = self.space.follow(&judged.state, action);
            return Some(Judged { state, broken });
        }
        let successor = self.space.step(&judged.state, action);
        let before = fingerprint(&judged.state);
        let after = fingerprint(&successor.after(&judged.state));
        let digest = digest::of_step(before, after, &successor);
        self.tally.digest.fetch_add(digest, Ordering::Relaxed);
        Some(Judged { state: successor.after(&judged.state), broken: successor.broken })
    }

    fn format_action(&self, action: &Self::Action) -> String {
        self.space.words(action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always(EVERY_PROPERTY, |adapter: &Self, judged| adapter.broken(judged) == 0)]
    }
}

/// A state, and the properties that the step into it broke.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Judged<T> {
    /// The state.
    pub state: T,
    /// The step properties that were broken on the way into this state. A correct model breaks none, so there are as
    /// many of these states as states of the model.
    pub broken: PropertyBits,
}

impl<T: Hash> Hash for Judged<T> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.state.hash(hasher);
        if self.broken != 0 {
            self.broken.hash(hasher);
        }
    }
}

/// Formats the state alone, unless the step into it broke properties.
impl<T: fmt::Debug> fmt::Debug for Judged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(f)?;
        if self.broken != 0 {
            write!(f, " reached by breaking properties {:#b}", self.broken)?;
        }
        Ok(())
    }
}
