//! The surroundings of the engine: a network that fails on demand, and a store that records its commits.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Position, Reference, SimulatedAcquirer};
use holdfast_engine::command::{JobKey, ListQuery};
use holdfast_engine::objects::{Balances, Event, Funds};
use holdfast_engine::store::{Batch, KeyRecord, OpenAsk, Page, Store, StoreError};
use holdfast_engine::{AccountId, Currency, Kind, Object, ObjectId, Time};

/// The action at an access of the engine: before or after a commit, before or after a call of the network.
enum Interleaving {
    /// No action.
    Nothing,
    /// The process dies.
    Die,
    /// This function runs at that moment.
    Interrupt(Box<dyn FnOnce() + Send>),
}

/// The points of the engine's work, counted from the time when a plan was made.
pub(super) struct CrashPoints {
    left: AtomicU32,
    plan: Mutex<Interleaving>,
    dead: AtomicBool,
}

impl Default for CrashPoints {
    fn default() -> Self {
        Self { left: AtomicU32::new(u32::MAX), plan: Mutex::new(Interleaving::Nothing), dead: AtomicBool::new(false) }
    }
}

impl CrashPoints {
    /// Lets the process die at the point numbered `point`, from 0.
    pub(super) fn die_at(&self, point: u32) {
        self.make(Interleaving::Die, point);
    }

    /// Runs `interruption` at the point numbered `point`, from 0.
    pub(super) fn interrupt_at(&self, point: u32, interruption: impl FnOnce() + Send + 'static) {
        self.make(Interleaving::Interrupt(Box::new(interruption)), point);
    }

    /// Ends a crash and clears all plans. Returns whether the process had crashed.
    pub(super) fn revive(&self) -> bool {
        self.make(Interleaving::Nothing, u32::MAX);
        self.dead.swap(false, Ordering::SeqCst)
    }

    fn make(&self, plan: Interleaving, point: u32) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
        self.left.store(point, Ordering::SeqCst);
    }

    /// Reaches a point; returns `Err` if the process is dead.
    fn reach(&self) -> Result<(), Dead> {
        let left = self.left.load(Ordering::Relaxed);
        if left != u32::MAX {
            self.left.store(left.wrapping_sub(1), Ordering::SeqCst);
            if left == 0 {
                let plan = std::mem::replace(
                    &mut *self.plan.lock().unwrap_or_else(PoisonError::into_inner),
                    Interleaving::Nothing,
                );
                match plan {
                    Interleaving::Nothing => {}
                    Interleaving::Die => self.dead.store(true, Ordering::SeqCst),
                    Interleaving::Interrupt(interruption) => interruption(),
                }
            }
        }
        if self.dead.load(Ordering::Relaxed) { Err(Dead) } else { Ok(()) }
    }
}

/// The process is dead and does nothing.
struct Dead;

/// The behavior of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NetworkCondition {
    /// It answers.
    Healthy,
    /// It refuses all requests: the server that calls it fails before anything has happened.
    FailFast,
    /// It executes its requests, but its answers are lost.
    DropResponses,
}

/// The simulated network, which fails on demand.
pub(super) struct Network {
    inner: SimulatedAcquirer,
    weather: AtomicU8,
    struck: AtomicBool,
    points: Arc<CrashPoints>,
}

impl Network {
    pub(super) fn with(points: Arc<CrashPoints>) -> Self {
        Self {
            points,
            inner: SimulatedAcquirer::default(),
            weather: AtomicU8::new(NetworkCondition::Healthy as u8),
            struck: AtomicBool::new(false),
        }
    }
}

impl Network {
    /// Sets the behavior of the network.
    pub(super) fn turn(&self, weather: NetworkCondition) {
        self.weather.store(weather as u8, Ordering::Relaxed);
        self.struck.store(false, Ordering::Relaxed);
    }

    /// Returns the amounts that the network holds, captured and refunded.
    pub(super) fn positions(&self) -> Vec<(Reference, Position)> {
        self.inner.positions()
    }

    /// Returns whether a call failed since the condition was set.
    pub(super) fn has_struck(&self) -> bool {
        self.struck.load(Ordering::Relaxed)
    }
}

impl Acquirer for Network {
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        self.points.reach().map_err(|Dead| NoAnswer)?;
        let answer = self.answer(reference, ask);
        self.points.reach().map_err(|Dead| NoAnswer)?;
        answer
    }
}

impl Network {
    fn answer(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        const REFUSES: u8 = NetworkCondition::FailFast as u8;
        const LOSES: u8 = NetworkCondition::DropResponses as u8;
        match self.weather.load(Ordering::Relaxed) {
            REFUSES => {
                self.struck.store(true, Ordering::Relaxed);
                Ok(Answer::Impossible)
            }
            LOSES => {
                self.struck.store(true, Ordering::Relaxed);
                self.inner.ask(reference, ask).and(Err(NoAnswer))
            }
            _ => self.inner.ask(reference, ask),
        }
    }
}

/// A store that records which objects were committed since the last call of [`RecordingStore::take`].
pub(super) struct RecordingStore {
    inner: Arc<dyn Store>,
    seen: Mutex<Vec<Object>>,
    points: Arc<CrashPoints>,
}

impl RecordingStore {
    pub(super) fn on(inner: Arc<dyn Store>, points: Arc<CrashPoints>) -> Self {
        Self { inner, seen: Mutex::default(), points }
    }

    /// Returns whether anything was committed since then.
    pub(super) fn has_news(&self) -> bool {
        !self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Moves the committed objects into `objects`, oldest first.
    pub(super) fn take(&self, objects: &mut Vec<Object>) {
        objects.clear();
        objects.append(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Store for RecordingStore {
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let dead = |Dead| StoreError("the process is dead".to_owned());
        self.points.reach().map_err(dead)?;
        let objects = batch.objects.clone();
        self.inner.commit(batch)?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(objects);
        self.points.reach().map_err(dead)
    }

    fn object(&self, id: ObjectId) -> Result<Option<Object>, StoreError> {
        self.inner.object(id)
    }

    fn balance(&self, account: AccountId, currency: Currency) -> Result<Funds, StoreError> {
        self.inner.balance(account, currency)
    }

    fn balances(&self, account: AccountId) -> Result<Balances, StoreError> {
        self.inner.balances(account)
    }

    fn list(&self, account: AccountId, query: &ListQuery) -> Result<Page, StoreError> {
        self.inner.list(account, query)
    }

    fn each(&self, kind: Kind, visit: &mut dyn FnMut(Object)) -> Result<(), StoreError> {
        self.inner.each(kind, visit)
    }

    fn events_after(&self, after: u64, limit: usize) -> Result<Vec<(u64, Arc<Event>)>, StoreError> {
        self.inner.events_after(after, limit)
    }

    fn due(&self, now: Time, limit: usize) -> Result<Vec<JobKey>, StoreError> {
        self.inner.due(now, limit)
    }

    fn next_due(&self) -> Result<Option<Time>, StoreError> {
        self.inner.next_due()
    }

    fn key(&self, account: AccountId, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        self.inner.key(account, key)
    }

    fn prune_keys(&self, before: Time) -> Result<u64, StoreError> {
        self.inner.prune_keys(before)
    }

    fn check(&self) -> Result<(), StoreError> {
        self.inner.check()
    }

    fn open_asks(&self) -> Result<Vec<Arc<OpenAsk>>, StoreError> {
        self.inner.open_asks()
    }
}
