//! Options of the engine as a subject, among them stores that are reused for later runs, where making a store costs more
//! than a run.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use holdfast_engine::objects::Settlement;
use holdfast_engine::store::{MemoryStore, Store, StoreError};

use super::network::RecordingStore;
use super::{EngineSubject, failed};

impl EngineSubject {
    /// Returns the engine on stores from `make`. The store of a finished run is emptied by `empty` and used for the
    /// next run, if it has no other owner. If it cannot be emptied, a new store is made.
    pub fn on_reused<S: Store + 'static>(
        make: impl Fn() -> Result<S, StoreError> + 'static,
        empty: impl Fn(S) -> Result<S, StoreError> + 'static,
    ) -> Self {
        let last: RefCell<Option<Arc<S>>> = RefCell::default();
        Self::on(move || {
            let free = last.take().and_then(Arc::into_inner);
            let emptied = free.and_then(|store| empty(store).ok());
            let store = Arc::new(emptied.map_or_else(&make, Ok).map_err(failed)?);
            last.replace(Some(Arc::clone(&store)));
            Ok(store)
        })
    }

    /// Returns the engine on SQLite in memory: objects are written to tables and read from them.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn on_sqlite() -> Self {
        use holdfast_engine::store::SqliteStore;
        Self::on_reused(SqliteStore::in_memory, SqliteStore::emptied)
    }

    /// Returns the engine with requests that wait up to `lock_wait` for a locked object, as threads require.
    #[must_use]
    pub fn waiting(self, lock_wait: Duration) -> Self {
        Self { lock_wait, ..self }
    }

    /// Returns the engine with accounts of this settlement (P22), which the model does not have: nothing that is compared
    /// depends on it, as long as transfers need no balance.
    #[must_use]
    pub fn settling(self, settlement: Settlement) -> Self {
        Self { settlement, ..self }
    }

    /// Releases the store of the last run, and everything that may refer to it.
    pub(super) fn release_stores(&mut self) {
        self.engine = None;
        self.held.clear();
        self.recording = Arc::new(RecordingStore::on(Arc::new(MemoryStore::default()), Arc::clone(&self.points)));
    }
}
