//! Stores that are made once and used for one run after the other, where making one costs more than a run.

use std::cell::RefCell;
use std::sync::Arc;

use holdfast_engine::store::{MemoryStore, Store, StoreError};

use super::network::RecordingStore;
use super::{EngineSubject, failed};

impl EngineSubject {
    /// On stores that `make` makes. The store of a run that is over is emptied by `empty` and used for the next one, if
    /// no other owner has it; and where it cannot be emptied, another is made.
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

    /// On SQLite in memory: what is kept goes into tables, and comes back out of them.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn on_sqlite() -> Self {
        use holdfast_engine::store::SqliteStore;
        Self::on_reused(SqliteStore::in_memory, SqliteStore::emptied)
    }

    /// Lets go of the store of the last run, with everything that may have it.
    pub(super) fn release_stores(&mut self) {
        self.engine = None;
        self.held.clear();
        self.recording = Arc::new(RecordingStore::on(Arc::new(MemoryStore::default()), Arc::clone(&self.points)));
    }
}
