//! The explorer on several processes: a timely dataflow in which each worker owns a part of the visited set.
//!
//! A worker expands the states that it owns and sends each successor to the worker that owns it, by fingerprint. A
//! timestamp of the dataflow is a level. Paths are therefore shortest, and the result equals that of
//! [`crate::Explorer`].
//!
//! ```text
//! level        expanding level by level, and the decision to end
//!   mail         the dataflow: parcels, rounds, heartbeats
//!   parcel       what workers send to each other
//!   share        what one worker found
//!   checkpoint   resuming from a level
//! trace        shortest paths across the owners of their states
//! connect      sockets between the processes of a host file
//! alarm        the end of a run that lost a part
//! ```

mod alarm;
mod checkpoint;
mod connect;
mod hosts;
mod level;
mod mail;
mod parcel;
mod share;
mod trace;

use crate::breadth_first::{Limits, Mode};
use crate::exploration::Exploration;
use crate::path::Path;
use crate::progress::Progress;
use crate::recorded::{Full, Recorded, Trail};
use crate::space::Portable;
use crate::summary::{CollisionBound, Completion, Why};
use crate::table::Table;
use crate::visited::lock;
use alarm::{Alarm, WatchedProcess};
use checkpoint::Saver;
pub use connect::Cluster;
use connect::{ExplorationConfig, Unconnected, connect};
pub use hosts::Hosts;
use level::{ExploredLevel, LevelTask, explore};
use mail::Mail;
use parcel::Content;
use std::collections::BTreeMap;
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use timely::WorkerConfig;
use timely::communication::allocator::zero_copy::initialize::initialize_networking_from_sockets;
use timely::communication::allocator::{AllocatorBuilder, ProcessBuilder};
use timely::communication::{Hooks, WorkerGuards};
use timely::worker::Worker;

/// Explores a space on several workers, in one process or in many.
///
/// The result is that of [`crate::Explorer`]: same counts, digest, first sightings and shortest paths. By
/// default a worker keeps the fingerprints of the states that it owns; in [`Mode::Exact`] it keeps whole states.
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
/// # impl Portable for Counter {
/// #     fn pack(state: &u8, bytes: &mut Vec<u8>) { bytes.push(*state) }
/// #     fn unpack(bytes: &mut &[u8]) -> Option<u8> { bytes.split_off_first().copied() }
/// # }
/// let found = Distributed::new(Counter, "a counter").workers(2).run()?;
/// assert!(found.exploration.summary.completion.is_complete());
/// assert_eq!(found.exploration.summary.unique, 256);
/// assert_eq!(found.paths[&0].steps.len(), 200);
/// # Ok::<(), String>(())
/// ```
pub struct Distributed<S: Portable> {
    space: Arc<S>,
    subject: String,
    workers: usize,
    cluster: Option<Cluster>,
    mode: Mode,
    limits: Limits,
    progress: Arc<Progress>,
    checkpoint: Option<(PathBuf, Duration)>,
}

/// The result of a distributed exploration, the same on every process.
pub struct Found<S: Portable> {
    /// The figures and first sightings. It holds no states, so it has no [`crate::Explorer::path`].
    pub exploration: Exploration<S>,
    /// A shortest path to each property found false, by bit.
    pub paths: BTreeMap<u8, Path<S>>,
    /// The reason for the loss, if [`Why::Lost`] cut the run. The figures are then those last shown.
    pub lost: Option<String>,
}

impl<S: Portable + Send + 'static> Distributed<S> {
    /// Returns an explorer that uses one worker of this process, fingerprints, and no limits.
    ///
    /// `subject` names the run: processes and checkpoints of another subject are refused. It must contain everything
    /// that decides the result, such as the space, its bounds and the version of the program.
    #[must_use]
    pub fn new(space: S, subject: impl Into<String>) -> Self {
        Self {
            space: Arc::new(space),
            subject: subject.into(),
            workers: 1,
            cluster: None,
            mode: Mode::Fingerprint,
            limits: Limits::default(),
            progress: Arc::default(),
            checkpoint: None,
        }
    }

    /// Sets the number of threads of each process; 0 counts as 1.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.max(1);
        self
    }

    /// Makes this process one of several.
    #[must_use]
    pub fn cluster(mut self, cluster: Cluster) -> Self {
        self.cluster = Some(cluster);
        self
    }

    /// Sets the way in which states are distinguished.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the limits that stop the run early. The limit of states may be exceeded by up to one level.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Updates these figures during the run, and stops when they are cancelled. Process 0 shows the figures of all
    /// processes; each other process shows its own.
    #[must_use]
    pub fn progress(mut self, progress: Arc<Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// Writes a checkpoint into `folder` at the end of a level whenever `every` has passed. The run begins at the last
    /// checkpoint that every worker has. Each process needs a folder; processes may share one on a common disk.
    #[must_use]
    pub fn checkpoint(mut self, folder: impl Into<PathBuf>, every: Duration) -> Self {
        self.checkpoint = Some((folder.into(), every));
        self
    }

    /// Explores the space and returns the result.
    ///
    /// The loss of a worker or process makes the run incomplete ([`Why::Lost`]).
    ///
    /// # Errors
    /// Returns a message if the run cannot begin: an address is in use, another process has another subject or another
    /// number of workers, the folder cannot be written, or it holds checkpoints of another run. Also returns a message
    /// if the space contradicts itself.
    pub fn run(&self) -> Result<Found<S>, String> {
        let begun = Instant::now();
        let subject = format!("{}; {:?}", self.subject, self.mode);
        let saver = match &self.checkpoint {
            None => None,
            Some((folder, every)) => Some(Saver::new(folder, &subject, *every)?),
        };
        let sockets = match &self.cluster {
            None => Vec::new(),
            Some(cluster) => {
                match connect(cluster, &ExplorationConfig { subject: &self.terms(&subject), workers: self.workers }) {
                    Ok(sockets) => sockets,
                    Err(Unconnected::Wrong(why)) => return Err(why),
                    Err(Unconnected::Lost(why)) => return Ok(self.lost(why, begun)),
                }
            }
        };
        let closing = sockets.iter().flatten().map(TcpStream::try_clone).collect::<Result<Vec<_>, _>>();
        let alarm = Arc::new(Alarm::new(closing.map_err(|error| format!("cannot use a connection: {error}"))?));
        let result: Arc<Mutex<Option<Found<S>>>> = Arc::default();
        let crew = Crew {
            space: Arc::clone(&self.space),
            mode: self.mode,
            limits: self.limits,
            progress: Arc::clone(&self.progress),
            begun,
            saver,
            workers: self.workers,
            alarm: Arc::clone(&alarm),
            result: Arc::clone(&result),
        };
        match self.start(sockets, crew) {
            Ok(guards) => {
                // A connection that breaks at the very end makes joining panic, but the result is complete by then.
                let _joined = catch_unwind(AssertUnwindSafe(|| drop(guards.join())));
            }
            Err(why) => return Err(format!("cannot start the workers: {why}")),
        }
        if let Some(reason) = alarm.reason() {
            return Err(reason);
        }
        let found = lock(&result).take();
        Ok(found.unwrap_or_else(|| self.lost("a worker or a process ended before the run did".to_owned(), begun)))
    }

    /// Returns all settings that decide when a worker ends a level or sends a parcel; they must be equal in all
    /// processes.
    fn terms(&self, subject: &str) -> String {
        let Limits { max_states, max_depth, first_violation, time: _ } = self.limits;
        let checkpoint = if self.checkpoint.is_some() { "; checkpoints" } else { "" };
        let limit = |name: &str, limit: Option<u64>| limit.map_or_else(String::new, |at| format!("; {name} {at}"));
        let (states, depth) = (limit("at most states", max_states), limit("at most steps", max_depth.map(u64::from)));
        let first = if first_violation { "; until the first violation" } else { "" };
        format!("{subject}{states}{depth}{first}{checkpoint}")
    }

    fn start(&self, sockets: Vec<Option<TcpStream>>, crew: Crew<S>) -> Result<WorkerGuards<()>, String> {
        let hooks = Hooks::default();
        let threads = ProcessBuilder::new_typed_vector(self.workers, hooks.refill.clone(), None);
        let (builders, others): (Vec<_>, Box<dyn std::any::Any + Send>) = match &self.cluster {
            None => (threads.into_iter().map(AllocatorBuilder::Process).collect(), Box::new(())),
            Some(cluster) => {
                let connected =
                    initialize_networking_from_sockets(threads, sockets, cluster.process, self.workers, hooks);
                let (builders, guard) = connected.map_err(|error| error.to_string())?;
                (builders.into_iter().map(AllocatorBuilder::Tcp).collect(), Box::new(guard))
            }
        };
        timely::execute::execute_from(builders, others, WorkerConfig::default(), move |worker| crew.work(worker))
    }

    fn lost(&self, why: String, begun: Instant) -> Found<S> {
        let mut exploration = Exploration::new();
        let shown = self.progress.snapshot();
        let summary = &mut exploration.summary;
        (summary.unique, summary.expanded, summary.transitions) = (shown.unique, shown.expanded, shown.transitions);
        summary.depth = shown.depth;
        summary.completion = Completion::Cut { why: Why::Lost };
        exploration.elapsed = begun.elapsed();
        Found { exploration, paths: BTreeMap::new(), lost: Some(why) }
    }
}

/// The state that the workers of one process share.
struct Crew<S: Portable> {
    space: Arc<S>,
    mode: Mode,
    limits: Limits,
    progress: Arc<Progress>,
    begun: Instant,
    saver: Option<Saver>,
    workers: usize,
    alarm: Arc<Alarm>,
    result: Arc<Mutex<Option<Found<S>>>>,
}

impl<S: Portable + Send + 'static> Crew<S> {
    /// Runs one worker's part of the whole run.
    fn work(&self, worker: &mut Worker) {
        let _watched = WatchedProcess(&self.alarm);
        let mut mail = Mail::open(worker, self.workers, &self.alarm);
        let task = self.task(self.limits, true);
        let found = match self.mode {
            Mode::Exact => {
                let explored = explore::<S, Recorded<Full<S::State>>>(&mut mail, &task);
                self.collect(&mut mail, &explored, |mail, wanted, _| {
                    trace::follow(mail, &self.space, &explored.visited, wanted)
                })
            }
            Mode::Fingerprint => {
                let explored = explore::<S, Table<()>>(&mut mail, &task);
                self.collect(&mut mail, &explored, |mail, wanted, longest| {
                    // Only another run can tell how a state was reached.
                    let limits = Limits { max_depth: Some(longest), ..Limits::default() };
                    let again = explore::<S, Recorded<Trail>>(mail, &self.task(limits, false));
                    trace::follow(mail, &self.space, &again.visited, wanted)
                })
            }
        };
        if let Some(found) = found {
            *lock(&self.result) = Some(found);
        }
    }

    fn task(&self, limits: Limits, first: bool) -> LevelTask<'_, S> {
        LevelTask {
            space: &self.space,
            limits,
            progress: first.then_some(&*self.progress),
            begun: self.begun,
            saver: self.saver.as_ref().filter(|_| first),
        }
    }

    /// Adds up the findings of all workers, and finds the paths to violations. Only the first worker of each process
    /// has the result.
    fn collect<V>(
        &self,
        mail: &mut Mail<'_, S>,
        explored: &ExploredLevel<V>,
        paths: impl FnOnce(&mut Mail<'_, S>, &[(u8, crate::Sighting<S>)], u32) -> BTreeMap<u8, Path<S>>,
    ) -> Option<Found<S>> {
        let space: &S = &self.space;
        for leader in mail.leaders() {
            mail.send(leader, Content::Share(Box::new(explored.share.clone())));
        }
        let mut shares = Vec::new();
        mail.end_round(|content| {
            if let Content::Share(share) = content {
                shares.push(share);
            }
        });
        let mut found = Exploration::new();
        for share in shares {
            share.add_to(&mut found, space).unwrap_or_else(|why| mail.fail(why));
        }
        if mail.index() == 0 {
            mail.broadcast(&Content::Wanted(trace::packed(&found.violations)));
        }
        let mut wanted = Vec::new();
        mail.end_round(|content| {
            if let Content::Wanted(all) = content {
                wanted = all;
            }
        });
        let unpacked = wanted.iter().map(|(bit, seen)| Ok((*bit, seen.sighting(space)?)));
        let wanted = unpacked.collect::<Result<Vec<_>, String>>().unwrap_or_else(|why| mail.fail(why));
        let longest = wanted.iter().map(|(_, end)| end.steps).max();
        let paths = longest.map_or_else(BTreeMap::new, |longest| paths(mail, &wanted, longest));
        if paths.len() < wanted.len() && mail.is_leader() {
            mail.fail("a violation has no path to it: the space contradicts itself".to_owned());
        }
        mail.is_leader().then(|| self.found(found, paths, explored))
    }

    fn found<V>(
        &self,
        mut found: Exploration<S>,
        paths: BTreeMap<u8, Path<S>>,
        explored: &ExploredLevel<V>,
    ) -> Found<S> {
        let summary = &mut found.summary;
        summary.roots = u64::try_from(self.space.roots().len()).unwrap_or(u64::MAX);
        (summary.depth, summary.completion) = (explored.depth, explored.completion);
        if self.mode == Mode::Fingerprint {
            summary.collisions = CollisionBound::of(summary.unique);
        }
        found.memory.state = u64::try_from(size_of::<S::State>()).unwrap_or(u64::MAX);
        found.elapsed = self.begun.elapsed();
        found.finish();
        Found { exploration: found, paths, lost: None }
    }
}
