//! The state of a server: an engine on a store, its clock, API keys and worker.

use crate::chaos::{Chaos, ChaosAcquirer, ChaosDelivery};
use crate::clock::MovableClock;
use crate::keys::{Key, Keys};
use crate::shop::ShopName;
use crate::webhooks::HttpDelivery;
use crate::worker::Worker;
use holdfast_engine::acquirer::{Acquirer, LedgerFile, NoFaults, SimulatedAcquirer};
use holdfast_engine::objects::{Account, Settlement};
use holdfast_engine::store::{Durability, MemoryStore, SqliteStore, Store};
use holdfast_engine::time::Seconds;
use holdfast_engine::{AccountId, DeliveryPort, Dialect, Engine, EngineParts, Ids, Kind, Object, SystemIds, Time};
use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

/// The store of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreChoice {
    /// A store in memory, lost when the process ends.
    Memory,
    /// A SQLite file; the acquirer's ledger and the clock's offset are files beside it.
    File(PathBuf),
}

/// The state of a server, shared by all connections.
///
/// ```
/// use holdfast_server::{App, Key, StoreChoice};
///
/// let key: Key = "sk_test_docs".parse()?;
/// let opened = App::open(&StoreChoice::Memory, &[key], "http://127.0.0.1:4242")?;
/// let account = opened.accounts.first().and_then(|id| opened.app.engine().account(*id));
/// assert_eq!(account.map(|account| account.country.clone()).as_deref(), Some("US"));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<MovableClock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) keys: Keys,
    pub(crate) origin: String,
    pub(crate) worker: Arc<Worker>,
    /// The source of chaos; `None` for a careful server.
    pub(crate) chaos: Option<Arc<Chaos>>,
    /// The name of the shop on the pages; empty for the host of the shop's own address.
    pub(crate) shop: OnceLock<ShopName>,
    /// For each idempotency key of a request that moved the clock: the seconds moved, and the resulting time.
    pub(crate) moved: Mutex<HashMap<(AccountId, String), (Seconds, Time)>>,
}

/// The state of a new server, and the account of each API key.
pub struct Opened {
    /// The state.
    pub app: Arc<App>,
    /// The accounts, in the order of the API keys.
    pub accounts: Vec<AccountId>,
}

impl App {
    /// Opens the store and gives each API key an account of its own.
    ///
    /// These are the accounts of the store that belong to no platform, oldest first, then new ones. New accounts have
    /// multicapture (B2). `origin` begins the addresses of the pages for customers (`http://127.0.0.1:4242`).
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or written, is in use, or is not a Holdfast store.
    pub fn open(store: &StoreChoice, keys: &[Key], origin: &str) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        Self::under_chaos(store, keys, origin, None)
    }

    /// Opens a server as [`Self::open`] does, under chaos.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn under_chaos(
        store: &StoreChoice,
        keys: &[Key],
        origin: &str,
        chaos: Option<Arc<Chaos>>,
    ) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        Self::in_dialect(store, keys, origin, chaos, Dialect::default())
    }

    /// Opens a server as [`Self::under_chaos`] does, with the choices of `dialect`.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn in_dialect(
        store: &StoreChoice,
        keys: &[Key],
        origin: &str,
        chaos: Option<Arc<Chaos>>,
        dialect: Dialect,
    ) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        let (ids, delivery) = (Arc::new(SystemIds::default()), Arc::new(HttpDelivery::default()));
        Self::build(store, (keys, origin), ids, delivery, chaos, dialect)
    }

    /// Opens a server as [`Self::open`] does, with this source of ids and this delivery of webhooks.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn assemble(
        store: &StoreChoice,
        keys: &[Key],
        origin: &str,
        ids: Arc<dyn Ids>,
        delivery: Arc<dyn DeliveryPort>,
        chaos: Option<Arc<Chaos>>,
    ) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        Self::build(store, (keys, origin), ids, delivery, chaos, Dialect::default())
    }

    fn build(
        store: &StoreChoice,
        (keys, origin): (&[Key], &str),
        ids: Arc<dyn Ids>,
        delivery: Arc<dyn DeliveryPort>,
        chaos: Option<Arc<Chaos>>,
        dialect: Dialect,
    ) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        let (store, acquirer, clock): (Arc<dyn Store>, Arc<dyn Acquirer>, _) = match store {
            StoreChoice::Memory => {
                let acquirer = SimulatedAcquirer::default();
                (Arc::new(MemoryStore::default()), Arc::new(acquirer), MovableClock::unsaved())
            }
            StoreChoice::File(file) => {
                let store = SqliteStore::open(file, Durability::Full)?;
                let ledger = LedgerFile::open(&file.with_extension("acquirer"))?;
                let acquirer = SimulatedAcquirer::on_ledger(NoFaults, ledger);
                (Arc::new(store), Arc::new(acquirer), MovableClock::saved_in(&file.with_extension("clock"))?)
            }
        };
        let clock = Arc::new(clock);
        let (acquirer, delivery, chaotic) = match &chaos {
            None => (acquirer, delivery, None),
            Some(chaos) => {
                let acquirer: Arc<dyn Acquirer> = Arc::new(ChaosAcquirer::new(acquirer, Arc::clone(chaos)));
                let delivery = Arc::new(ChaosDelivery::new(delivery, Arc::clone(chaos), origin));
                (acquirer, delivery.clone() as Arc<dyn DeliveryPort>, Some(delivery))
            }
        };
        let parts = EngineParts {
            store,
            acquirer,
            clock: clock.clone(),
            ids: ids.clone(),
            delivery,
            origin: origin.to_owned(),
            dialect,
            ..EngineParts::in_memory(Time::default())
        };
        let engine = Arc::new(Engine::open(parts)?);
        if let Some(chaotic) = chaotic {
            chaotic.serve(&engine);
        }
        let mut known = accounts(&engine, None)?.into_iter().map(|account| account.id);
        let (mut ring, mut accounts) = (Keys::default(), Vec::new());
        for key in keys {
            let account = match known.next() {
                Some(account) => account,
                None => {
                    let id = AccountId(ids.next());
                    let mut account = Account::standard(id);
                    let own = chaos.as_ref().filter(|chaos| chaos.is_autonomous);
                    if let Some(delay) = own.and_then(|chaos| chaos.late_funds(id)) {
                        account.settlement.delay = delay;
                    }
                    engine.add_account(account)?;
                    id
                }
            };
            ring.add(key, account);
            accounts.push(account);
        }
        let worker = Arc::new(Worker::new(Arc::clone(&engine), Arc::clone(&clock), chaos.clone()));
        let (keys, origin) = (ring, origin.to_owned());
        let (shop, moved) = (OnceLock::new(), Mutex::default());
        let app = Arc::new(Self { engine, clock, ids, keys, origin, worker, chaos, shop, moved });
        Ok(Opened { app, accounts })
    }

    /// Changes the fee and the delay of an account (P22). Ledger entries that exist stay as they are, and so do connected
    /// accounts; those that the account creates later take over its settlement.
    ///
    /// ```
    /// use holdfast_engine::Money;
    /// use holdfast_engine::objects::Settlement;
    /// use holdfast_server::{App, Key, StoreChoice};
    ///
    /// let opened = App::open(&StoreChoice::Memory, &["sk_test_docs".parse()?], "http://127.0.0.1:4242")?;
    /// for account in &opened.accounts {
    ///     opened.app.settle(*account, |settlement| Settlement { fee_fixed: Money::new(25), ..settlement })?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if there is no such account or the store cannot be written.
    pub fn settle(
        &self,
        account: AccountId,
        change: impl FnOnce(Settlement) -> Settlement,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let before = self.engine.account(account).ok_or_else(|| format!("there is no account {account}"))?;
        let settlement = change(before.settlement);
        if settlement != before.settlement {
            self.engine.add_account(Account { settlement, ..(*before).clone() })?;
        }
        Ok(())
    }

    /// Sets the name of the shop on the pages for customers. Until then they name the host of the page that the
    /// customer returns to, if there is one. A second name is ignored.
    ///
    /// ```
    /// use holdfast_server::{App, Key, StoreChoice};
    ///
    /// let opened = App::open(&StoreChoice::Memory, &["sk_test_docs".parse()?], "http://127.0.0.1:4242")?;
    /// opened.app.name_shop("Ann & Bob".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn name_shop(&self, name: ShopName) {
        let _ = self.shop.set(name);
    }

    /// Returns the background worker.
    #[must_use]
    pub const fn worker(&self) -> &Arc<Worker> {
        &self.worker
    }

    /// Returns the clock.
    #[must_use]
    pub const fn clock(&self) -> &Arc<MovableClock> {
        &self.clock
    }

    /// Returns the engine.
    #[must_use]
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}

/// Returns the accounts connected to `platform`, oldest first; for `None`, the accounts that belong to no platform.
pub(crate) fn accounts(
    engine: &Engine,
    platform: Option<AccountId>,
) -> Result<Vec<Arc<Account>>, holdfast_engine::store::StoreError> {
    let mut found = Vec::new();
    engine.store().each(Kind::Account, &mut |object| {
        if let Object::Account(account) = object
            && account.platform == platform
        {
            found.push(account);
        }
    })?;
    Ok(found)
}
