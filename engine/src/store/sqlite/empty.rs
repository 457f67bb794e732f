//! A store in memory used again: its tables and prepared statements are kept, and nothing that was in them.

use super::SqliteStore;
use crate::store::StoreError;
use rusqlite::Connection;

impl SqliteStore {
    /// The same database in memory with nothing in it, as [`Self::in_memory`] makes one; for those who need many, one after
    /// the other. It takes the store itself, so nobody else still has it, and what it kept at hand goes with it.
    ///
    /// # Errors
    /// [`StoreError`] when it is a file, when a thread panicked at work on it, when a transaction is open, or when SQLite
    /// fails. The store is then gone, but not a file.
    pub fn emptied(self) -> Result<Self, StoreError> {
        let refuse = |why: &str| Err(StoreError(format!("the store is not emptied: {why}")));
        if self.reader.is_some() {
            return refuse("it is in a file");
        }
        let Ok(connection) = self.writer.into_inner() else { return refuse("a thread panicked at work on it") };
        if !connection.is_autocommit() {
            return refuse("a transaction is open");
        }
        empty(&connection)?;
        Ok(Self::of(connection, None, None))
    }
}

/// Deletes every row of every table that the database has, by its own list. Those made last come first: they refer to
/// those that were there before.
fn empty(connection: &Connection) -> Result<(), StoreError> {
    let run = |sql: &str| connection.prepare_cached(sql)?.execute([]);
    let mut list =
        connection.prepare_cached("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid DESC")?;
    let tables: Vec<String> = list.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    run("BEGIN IMMEDIATE")?;
    for table in tables {
        run(&format!("DELETE FROM {table}"))?;
    }
    run("COMMIT")?;
    Ok(())
}
