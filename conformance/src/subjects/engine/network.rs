//! What stands around the engine: a network that can fail on demand, and a store that says what it was given.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Reference, SimulatedAcquirer};
use holdfast_engine::command::{JobKey, ListQuery};
use holdfast_engine::objects::Event;
use holdfast_engine::store::{Batch, KeyRecord, OpenAsk, Page, Store, StoreError};
use holdfast_engine::{AccountId, Currency, Kind, Object, ObjectId, Time};

/// How the network behaves just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    /// It answers.
    Calm,
    /// It refuses to work at all: the server that asks it fails before anything has happened.
    Refuses,
    /// It does what it is asked, and its answers are lost.
    LosesAnswers,
}

/// The simulated network, failing when told to.
pub(super) struct Network {
    inner: Arc<dyn Acquirer>,
    weather: AtomicU8,
    struck: AtomicBool,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            inner: Arc::new(SimulatedAcquirer::default()),
            weather: AtomicU8::new(Weather::Calm as u8),
            struck: AtomicBool::new(false),
        }
    }
}

impl Network {
    /// Changes the weather.
    pub(super) fn turn(&self, weather: Weather) {
        self.weather.store(weather as u8, Ordering::Relaxed);
        self.struck.store(false, Ordering::Relaxed);
    }

    /// Did a call suffer from the weather since it turned?
    pub(super) fn has_struck(&self) -> bool {
        self.struck.load(Ordering::Relaxed)
    }
}

impl Acquirer for Network {
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        const REFUSES: u8 = Weather::Refuses as u8;
        const LOSES: u8 = Weather::LosesAnswers as u8;
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

/// A store that remembers which objects were committed since somebody last asked.
pub(super) struct Spy {
    inner: Arc<dyn Store>,
    seen: Mutex<Vec<Object>>,
}

impl Spy {
    pub(super) fn on(inner: Arc<dyn Store>) -> Self {
        Self { inner, seen: Mutex::default() }
    }

    /// Was anything committed since then?
    pub(super) fn has_news(&self) -> bool {
        !self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Moves what was committed into `objects`, oldest first.
    pub(super) fn take(&self, objects: &mut Vec<Object>) {
        objects.clear();
        objects.append(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Store for Spy {
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let objects = batch.objects.clone();
        self.inner.commit(batch)?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(objects);
        Ok(())
    }

    fn object(&self, id: ObjectId) -> Result<Option<Object>, StoreError> {
        self.inner.object(id)
    }

    fn balance(&self, account: AccountId, currency: Currency) -> Result<i64, StoreError> {
        self.inner.balance(account, currency)
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
