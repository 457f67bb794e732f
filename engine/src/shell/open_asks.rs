//! Requests to the acquirer whose answers are unknown: left by a crash, or given up by a client's request.

use crate::ObjectId;
use crate::acquirer::Reference;
use crate::store::OpenAsk;
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The open requests to the acquirer. The objects that they lock stay locked until the answer.
#[derive(Debug)]
pub(super) struct OpenAsks {
    asks: Mutex<FxHashMap<Reference, Arc<OpenAsk>>>,
    count: AtomicUsize,
}

impl OpenAsks {
    pub(super) fn of(asks: Vec<Arc<OpenAsk>>) -> Self {
        let count = AtomicUsize::new(asks.len());
        Self { asks: Mutex::new(asks.into_iter().map(|ask| (ask.reference, ask)).collect()), count }
    }

    pub(super) fn add(&self, ask: Arc<OpenAsk>) {
        let mut asks = self.lock();
        asks.insert(ask.reference, ask);
        self.count.store(asks.len(), Ordering::SeqCst);
    }

    pub(super) fn remove(&self, reference: Reference) {
        let mut asks = self.lock();
        asks.remove(&reference);
        self.count.store(asks.len(), Ordering::SeqCst);
    }

    pub(super) fn get(&self, reference: Reference) -> Option<Arc<OpenAsk>> {
        self.lock().get(&reference).cloned()
    }

    /// Returns all open requests, oldest first.
    pub(super) fn all(&self) -> Vec<Arc<OpenAsk>> {
        let mut asks: Vec<_> = self.lock().values().cloned().collect();
        asks.sort_by_key(|ask| ask.reference);
        asks
    }

    /// Returns the open requests that lock one of `objects`, oldest first.
    pub(super) fn on(&self, objects: &[ObjectId]) -> Vec<Arc<OpenAsk>> {
        if self.count.load(Ordering::SeqCst) == 0 {
            return Vec::new();
        }
        self.all().into_iter().filter(|ask| ask.locks.iter().any(|locked| objects.contains(locked))).collect()
    }

    /// Returns a guard that marks the request as open again if the caller panics: its effect is then unknown.
    pub(super) fn watch(&self, ask: &Arc<OpenAsk>) -> Watched<'_> {
        Watched { open: self, ask: Some(Arc::clone(ask)) }
    }

    fn lock(&self) -> MutexGuard<'_, FxHashMap<Reference, Arc<OpenAsk>>> {
        self.asks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A guard of a request under way, which is open again if the guard is dropped before [`Self::over`].
pub(super) struct Watched<'a> {
    open: &'a OpenAsks,
    ask: Option<Arc<OpenAsk>>,
}

impl Watched<'_> {
    /// Ends the guard: the request is finished or was marked as open.
    pub(super) fn over(mut self) {
        self.ask = None;
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if let Some(ask) = self.ask.take() {
            self.open.add(ask);
        }
    }
}
