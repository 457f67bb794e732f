//! The injector of a fault: it stands between an engine and its surroundings, and counts how often it acts.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_engine::acquirer::Acquirer;
use holdfast_engine::command::Command;
use holdfast_engine::store::Store;
use holdfast_engine::{Body, Clock, Dialect, Engine, Request, Response, Time};

use super::faulty_parts::{FaultyNetwork, FaultyStore};
use super::{How, InjectedFault, Memory};

/// An injected fault with the state that it needs.
#[derive(Debug)]
pub(crate) struct FaultInjector {
    pub(super) injected: &'static InjectedFault,
    acted: AtomicU64,
    /// Calls `look` with the request that is being executed.
    under_way: Mutex<Option<Command>>,
    skew: AtomicI64,
    was_started_again: AtomicBool,
}

impl FaultInjector {
    pub(crate) fn of(injected: &'static InjectedFault) -> Self {
        Self {
            injected,
            acted: AtomicU64::new(0),
            under_way: Mutex::default(),
            skew: AtomicI64::new(0),
            was_started_again: AtomicBool::new(false),
        }
    }

    /// Returns the number of times that the fault acted.
    pub(crate) fn acted(&self) -> u64 {
        self.acted.load(Ordering::Relaxed)
    }

    /// Counts an action if `acted` is true.
    pub(super) fn note(&self, acted: bool) {
        self.acted.fetch_add(u64::from(acted), Ordering::Relaxed);
    }

    /// Counts an action if the value changed.
    pub(super) fn note_change<T: PartialEq>(&self, before: &T, after: &T) {
        self.note(before != after);
    }

    /// Begins a new run.
    pub(crate) fn begin(&self) {
        self.was_started_again.store(false, Ordering::Relaxed);
    }

    /// Records that the engine restarts.
    pub(crate) fn start_again(&self) {
        self.was_started_again.store(true, Ordering::Relaxed);
    }

    /// Returns whether this memory has been lost.
    pub(super) fn has_forgotten(&self, what: Memory) -> bool {
        self.was_started_again.load(Ordering::Relaxed)
            && matches!(self.injected.how, How::Forgets(forgotten) if forgotten == what)
    }

    /// Calls `look` with the request that is being executed, if any.
    pub(super) fn with_request<T>(&self, look: impl FnOnce(Option<&Command>) -> T) -> T {
        look(self.under_way.lock().unwrap_or_else(PoisonError::into_inner).as_ref())
    }

    // --- the surroundings ---

    pub(crate) fn store(self: &Arc<Self>, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(FaultyStore::around(inner, Arc::clone(self)))
    }

    pub(crate) fn network(self: &Arc<Self>, inner: Arc<dyn Acquirer>) -> Arc<dyn Acquirer> {
        Arc::new(FaultyNetwork { inner, injector: Arc::clone(self) })
    }

    pub(crate) fn clock(self: &Arc<Self>, inner: Arc<dyn Clock>) -> Arc<dyn Clock> {
        Arc::new(FaultyClock { inner, injector: Arc::clone(self) })
    }

    pub(crate) fn dialect(&self, dialect: &mut Dialect) {
        if let How::Decides(change) = self.injected.how {
            let before = dialect.clone();
            change(dialect);
            self.note_change(&before, dialect);
        }
    }

    /// Returns whether overlapping requests go to another process.
    pub(crate) fn splits_in_two(&self) -> bool {
        let splits = matches!(self.injected.how, How::TwoProcesses);
        self.note(splits);
        splits
    }

    // --- requests ---

    /// Returns the request as the engine receives it.
    pub(crate) fn hear(&self, engine: &Engine, mut request: Request) -> Request {
        if let How::Hears(change) = self.injected.how {
            let before = (request.command.clone(), request.idempotency_key.clone());
            change(&mut request, engine.store());
            self.note(before.0 != request.command || before.1 != request.idempotency_key);
        }
        request
    }

    /// Executes a request.
    pub(crate) fn execute(&self, engine: &Engine, request: Request) -> Response {
        let request = self.hear(engine, request);
        let account = request.account;
        let command = request.command.clone();
        match self.injected.how {
            How::Repeats(which) if which(&command) => {
                let first = engine.execute(request.clone());
                let again = engine.execute(Request { idempotency_key: None, ..request });
                self.note(first.refusal().is_none() && again.refusal().is_none());
                return first;
            }
            How::Ignores(which) if which(&command) => {
                self.note(true);
                let nothing = holdfast_engine::ObjectId::Account(account);
                return engine.execute(Request::new(account, Command::Retrieve(nothing)));
            }
            How::Clock(skew) => self.skew.store(skew(&command), Ordering::Relaxed),
            How::Repeats(_)
            | How::Ignores(_)
            | How::Hears(_)
            | How::Writes(_)
            | How::Tears(_)
            | How::Stale(_)
            | How::Keys(_)
            | How::Forgets(_)
            | How::Asks(_)
            | How::AsksAgain(_)
            | How::Unasked(_)
            | How::Answers(_)
            | How::Replies(_)
            | How::Decides(_)
            | How::TwoProcesses => {}
        }
        *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = Some(command.clone());
        let mut response = engine.execute(request);
        *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.skew.store(0, Ordering::Relaxed);
        match self.injected.how {
            How::Replies(change) => {
                let before = response.clone();
                change(&command, &mut response, engine.store());
                self.note_change(&before, &response);
            }
            // The response shows the written objects.
            How::Writes(_) if !response.replayed => {
                if let Body::Object(object) = &mut response.body
                    && let Ok(Some(stored)) = engine.observe(object.id())
                {
                    *object = stored;
                }
            }
            How::Writes(_)
            | How::Repeats(_)
            | How::Ignores(_)
            | How::Clock(_)
            | How::Hears(_)
            | How::Tears(_)
            | How::Stale(_)
            | How::Keys(_)
            | How::Forgets(_)
            | How::Asks(_)
            | How::AsksAgain(_)
            | How::Unasked(_)
            | How::Answers(_)
            | How::Decides(_)
            | How::TwoProcesses => {}
        }
        response
    }
}

/// A clock that is wrong while the fault is active.
struct FaultyClock {
    inner: Arc<dyn Clock>,
    injector: Arc<FaultInjector>,
}

impl Clock for FaultyClock {
    fn now(&self) -> Time {
        let skew = self.injector.skew.load(Ordering::Relaxed);
        self.injector.note(skew != 0);
        Time::new(self.inner.now().seconds().saturating_add_signed(skew))
    }
}
