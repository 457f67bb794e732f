//! The engine: its parts and its entry points.

use super::deliver::{DeliveryPort, NoDelivery};
use super::locks::{KeysInUse, Locks};
use super::open_asks::OpenAsks;
use crate::acquirer::{Acquirer, SimulatedAcquirer};
use crate::command::{Command, EnvironmentEvent};
use crate::dialect::Dialect;
use crate::id_source::{Ids, SequentialIds};
use crate::invariants::ENABLED;
use crate::objects::{Account, Event, WebhookEndpoint};
use crate::response::Response;
use crate::store::{Batch, MemoryStore, Store, StoreError};
use crate::time::{Clock, ManualClock, Time};
use crate::version::ApiVersion;
use crate::{AccountId, Kind, Object, ObjectId};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// A request to the engine.
#[derive(Clone, Debug)]
pub struct Request {
    /// The account that it acts for: the key's own, or the one named by `Stripe-Account`.
    pub account: AccountId,
    /// `Idempotency-Key`; reads ignore it (IDEM-1).
    pub idempotency_key: Option<String>,
    /// `Stripe-Version`; the account's own when `None`.
    pub version: Option<ApiVersion>,
    /// `expand[]`: paths of ids to replace by objects.
    pub expand: Vec<String>,
    /// The command.
    pub command: Command,
}

impl Request {
    /// Returns a request without key, version and expansion.
    #[must_use]
    pub const fn new(account: AccountId, command: Command) -> Self {
        Self { account, idempotency_key: None, version: None, expand: Vec::new(), command }
    }

    /// Returns the same request under an idempotency key.
    #[must_use]
    pub fn with_key(self, key: &str) -> Self {
        Self { idempotency_key: Some(key.to_owned()), ..self }
    }
}

/// The parts of an engine.
pub struct EngineParts {
    /// The store of all state.
    pub store: Arc<dyn Store>,
    /// The card and bank network.
    pub acquirer: Arc<dyn Acquirer>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of new ids.
    pub ids: Arc<dyn Ids>,
    /// The transport of webhooks.
    pub delivery: Arc<dyn DeliveryPort>,
    /// The address of the pages for customers (`http://127.0.0.1:4242`), which begins their URLs.
    pub origin: String,
    /// The free choices.
    pub dialect: Dialect,
    /// The longest wait for an object in use, after which the response is `lock_timeout`.
    pub lock_wait: Duration,
    /// The number of immediate requests to the acquirer before a request gives up and the worker takes over.
    pub tries: u32,
    /// Whether the engine asserts its internal invariants around each decision and at each commit, and panics if one is
    /// violated. On by default with `debug-assertions` or the feature `assertions`. Turn it off for a store or an
    /// acquirer that is faulty on purpose.
    pub assertions: bool,
}

impl EngineParts {
    /// Returns deterministic parts in plain memory, with the clock at `now`.
    #[must_use]
    pub fn in_memory(now: Time) -> Self {
        Self {
            store: Arc::new(MemoryStore::default()),
            acquirer: Arc::new(SimulatedAcquirer::default()),
            clock: Arc::new(ManualClock::at(now)),
            ids: Arc::new(SequentialIds::default()),
            delivery: Arc::new(NoDelivery),
            origin: String::new(),
            dialect: Dialect::default(),
            lock_wait: Duration::from_secs(2),
            tries: 3,
            assertions: ENABLED,
        }
    }
}

/// A payment engine, safe to share between threads.
///
/// ```
/// use holdfast_engine::command::{Command, CreatePaymentIntent};
/// use holdfast_engine::{AccountId, Currency, Engine, EngineParts, Request, Time};
/// use holdfast_engine::objects::Account;
///
/// let engine = Engine::open(EngineParts::in_memory(Time::new(1_800_000_000)))?;
/// let account = AccountId(1);
/// engine.add_account(Account::standard(account))?;
/// let create = CreatePaymentIntent::new(2000, Currency::Usd);
/// let response = engine.execute(Request::new(account, Command::CreatePaymentIntent(Box::new(create))));
/// assert_eq!(response.status(), 200);
/// # Ok::<(), holdfast_engine::store::StoreError>(())
/// ```
pub struct Engine {
    pub(super) parts: EngineParts,
    pub(super) locks: Locks,
    pub(super) keys: KeysInUse,
    pub(super) open: OpenAsks,
    pub(super) accounts: RwLock<Vec<Arc<Account>>>,
    pub(super) endpoints: RwLock<Vec<Arc<WebhookEndpoint>>>,
}

impl Engine {
    /// Returns an engine on `parts` that continues the store's state.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn open(parts: EngineParts) -> Result<Self, StoreError> {
        let (mut accounts, mut endpoints) = (Vec::new(), Vec::new());
        parts.store.each(Kind::Account, &mut |object| {
            if let Object::Account(account) = object {
                accounts.push(account);
            }
        })?;
        parts.store.each(Kind::WebhookEndpoint, &mut |object| {
            if let Object::WebhookEndpoint(endpoint) = object {
                endpoints.push(endpoint);
            }
        })?;
        let open = OpenAsks::of(parts.store.open_asks()?);
        let locks = Locks::new(parts.lock_wait);
        let (accounts, endpoints) = (RwLock::new(accounts), RwLock::new(endpoints));
        Ok(Self { parts, locks, keys: KeysInUse::default(), open, accounts, endpoints })
    }

    /// Adds an account, or replaces the one with its id.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be written.
    pub fn add_account(&self, account: Account) -> Result<(), StoreError> {
        let objects = vec![Object::from(account)];
        self.commit_batch(Batch { objects: objects.clone(), ..Batch::default() })?;
        self.note(&objects);
        Ok(())
    }

    /// Returns the account with this id.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<Arc<Account>> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.iter().find(|account| account.id == id).cloned()
    }

    /// Executes one request under a new number.
    #[must_use]
    pub fn execute(&self, request: Request) -> Response {
        let number = self.parts.ids.next();
        self.execute_numbered(request, number)
    }

    /// Executes one request that a server has numbered already, so that the response, the events and the log of the
    /// server name it alike. `number` comes from the [`Ids`] of the engine, and no other request has it.
    #[must_use]
    pub fn execute_numbered(&self, request: Request, number: u64) -> Response {
        self.run(request, number, self.parts.clock.now())
    }

    /// Injects an event of the environment: an act of a customer, a bank or a network.
    ///
    /// ```
    /// use holdfast_engine::command::EnvironmentEvent;
    /// use holdfast_engine::objects::Account;
    /// use holdfast_engine::{AccountId, Engine, EngineParts, PaymentIntentId, Time};
    ///
    /// let engine = Engine::open(EngineParts::in_memory(Time::new(1_800_000_000)))?;
    /// engine.add_account(Account::standard(AccountId(1)))?;
    /// let event = EnvironmentEvent::Authenticate { intent: PaymentIntentId(7), passes: true };
    /// assert_eq!(engine.inject(AccountId(1), event).status(), 404);
    /// # Ok::<(), holdfast_engine::store::StoreError>(())
    /// ```
    #[must_use]
    pub fn inject(&self, account: AccountId, event: EnvironmentEvent) -> Response {
        self.execute(Request::new(account, Command::Environment(event)))
    }

    /// Returns the current state of an object, without rendering.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn observe(&self, id: impl Into<ObjectId>) -> Result<Option<Object>, StoreError> {
        self.parts.store.object(id.into())
    }

    /// Returns at most `limit` events with a sequence number above `after`, in the order of their transactions.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn events_after(&self, after: u64, limit: usize) -> Result<Vec<(u64, Arc<Event>)>, StoreError> {
        self.parts.store.events_after(after, limit)
    }

    /// Returns the store, for reads of everything in it.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// Returns the current instant of the engine's clock.
    #[must_use]
    pub fn now(&self) -> Time {
        self.parts.clock.now()
    }
}
