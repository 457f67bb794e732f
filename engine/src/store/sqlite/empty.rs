//! Reuse of a store in memory: its tables and prepared statements are kept, its contents are deleted.

use super::SqliteStore;
use crate::store::StoreError;
use rusqlite::Connection;

impl SqliteStore {
    /// Returns the same database in memory without contents, for a caller that needs many stores in sequence. It
    /// consumes the store, so no other user remains, and clears the cache.
    ///
    /// # Errors
    /// [`StoreError`] if it is a file, a thread panicked while it used the store, a transaction is open, or SQLite
    /// fails. The store is then closed; a file is not deleted.
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

/// Deletes every row of every table in the database's catalog. The newest tables come first because they refer to older
/// ones.
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
