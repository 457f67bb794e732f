//! The state that survives the death of the process: a SQLite database in WAL mode.
//!
//! A delivery is acknowledged after its transaction is on the disk (`synchronous=FULL`). Verdicts can be computed
//! again, so the connection that writes them syncs at checkpoints only.

mod alerts;
mod events;
mod payments;
mod schema;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

pub use alerts::PendingPost;
pub use events::{Stored, StoredEvent};
pub use payments::{PaymentRow, WatchFigures};

/// The longest wait for another connection's transaction.
const BUSY: Duration = Duration::from_secs(20);

/// The moment at which a transaction counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncMode {
    /// The database is on the disk and survives a power cut.
    Disk,
    /// The operating system has it: it survives the death of the process.
    System,
}

/// One connection to the database of a watch.
#[derive(Debug)]
pub struct WatchStore {
    connection: Connection,
}

/// The reason why the database cannot be used.
#[derive(Debug)]
pub enum StateError {
    /// SQLite's own.
    Sqlite(rusqlite::Error),
    /// The file is a database of another program or version.
    Foreign(String),
}

impl From<rusqlite::Error> for StateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => write!(formatter, "{error}"),
            Self::Foreign(why) => formatter.write_str(why),
        }
    }
}

impl std::error::Error for StateError {}

impl WatchStore {
    /// Opens or creates the database.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or is a database of another program or version.
    pub fn open(path: &Path, mode: SyncMode) -> Result<Self, StateError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        schema::prepare(&connection)?;
        let synchronous = match mode {
            SyncMode::Disk => "FULL",
            SyncMode::System => "NORMAL",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection })
    }

    /// Opens the database of another process for reading.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or is a database of another program or version.
    pub fn open_to_read(path: &Path) -> Result<Self, StateError> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY)?;
        schema::check(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Self { connection })
    }

    /// Returns a number that was stored under this name.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn mark(&self, name: &str) -> Result<Option<i64>, StateError> {
        let mut read = self.connection.prepare_cached("SELECT value FROM marks WHERE name = ?1")?;
        Ok(read.query_row(params![name], |row| row.get(0)).optional()?)
    }

    /// Stores a number under this name.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn set_mark(&self, name: &str, value: i64) -> Result<(), StateError> {
        let mut write = self.connection.prepare_cached("INSERT OR REPLACE INTO marks (name, value) VALUES (?1, ?2)")?;
        write.execute(params![name, value])?;
        Ok(())
    }
}
