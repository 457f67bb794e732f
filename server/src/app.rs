//! The server's parts: an engine on a store, its clock, its keys, its worker.

use crate::clock::MovableClock;
use crate::keys::{Key, Keys};
use crate::webhooks::HttpDelivery;
use crate::worker::Worker;
use holdfast_engine::acquirer::{Acquirer, LedgerFile, NoFaults, SimulatedAcquirer};
use holdfast_engine::objects::Account;
use holdfast_engine::store::{Durability, MemoryStore, SqliteStore, Store};
use holdfast_engine::time::Seconds;
use holdfast_engine::{AccountId, DeliveryPort, Engine, EngineParts, Ids, Kind, Object, SystemIds, Time};
use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Where the engine keeps everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreChoice {
    /// In memory: gone with the process.
    Memory,
    /// In a SQLite file, with the acquirer's journal and the clock beside it.
    File(PathBuf),
}

/// A server's state, shared by all connections.
pub struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<MovableClock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) keys: Keys,
    pub(crate) origin: String,
    pub(crate) worker: Arc<Worker>,
    /// How far each idempotency key moved the clock, in seconds, and the time it then was.
    pub(crate) moved: Mutex<HashMap<(AccountId, String), (Seconds, Time)>>,
}

/// A server's state, and the account of each of its keys.
pub struct Opened {
    /// The state.
    pub app: Arc<App>,
    /// The accounts, in the order of the keys.
    pub accounts: Vec<AccountId>,
}

impl App {
    /// Opens the store and gives each key an account of its own: the store's accounts that belong to no platform,
    /// oldest first, and new ones when these run out. The accounts may capture a payment several times (B2).
    /// `origin` is where the pages for customers are reached, such as `http://127.0.0.1:4242`.
    ///
    /// # Errors
    /// When a file is unusable, in use, or no store.
    pub fn open(store: &StoreChoice, keys: &[Key], origin: &str) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        Self::assemble(store, keys, origin, Arc::new(SystemIds::default()), Arc::new(HttpDelivery::default()))
    }

    /// The same with these ids, and this way out for webhooks.
    pub(crate) fn assemble(
        store: &StoreChoice,
        keys: &[Key],
        origin: &str,
        ids: Arc<dyn Ids>,
        delivery: Arc<dyn DeliveryPort>,
    ) -> Result<Opened, Box<dyn Error + Send + Sync>> {
        let (store, acquirer, clock): (Arc<dyn Store>, Arc<dyn Acquirer>, _) = match store {
            StoreChoice::Memory => {
                let acquirer = SimulatedAcquirer::default();
                (Arc::new(MemoryStore::default()), Arc::new(acquirer), MovableClock::forgetful())
            }
            StoreChoice::File(file) => {
                let store = SqliteStore::open(file, Durability::Full)?;
                let ledger = LedgerFile::open(&file.with_extension("acquirer"))?;
                let acquirer = SimulatedAcquirer::on_ledger(NoFaults, ledger);
                (Arc::new(store), Arc::new(acquirer), MovableClock::kept_in(&file.with_extension("clock"))?)
            }
        };
        let clock = Arc::new(clock);
        let parts = EngineParts {
            store,
            acquirer,
            clock: clock.clone(),
            ids: ids.clone(),
            delivery,
            origin: origin.to_owned(),
            ..EngineParts::in_memory(Time::default())
        };
        let engine = Arc::new(Engine::open(parts)?);
        let mut known = accounts(&engine, None)?.into_iter().map(|account| account.id);
        let (mut ring, mut accounts) = (Keys::default(), Vec::new());
        for key in keys {
            let account = match known.next() {
                Some(account) => account,
                None => {
                    let account = AccountId(ids.next());
                    engine.add_account(Account::standard(account))?;
                    account
                }
            };
            ring.add(key, account);
            accounts.push(account);
        }
        let worker = Arc::new(Worker::new(Arc::clone(&engine), Arc::clone(&clock)));
        let (keys, origin) = (ring, origin.to_owned());
        let app = Arc::new(Self { engine, clock, ids, keys, origin, worker, moved: Mutex::default() });
        Ok(Opened { app, accounts })
    }

    /// The worker that does what is due.
    #[must_use]
    pub const fn worker(&self) -> &Arc<Worker> {
        &self.worker
    }

    /// The engine behind the server.
    #[must_use]
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}

/// The accounts connected to `platform`, oldest first; without one, those that belong to none.
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
