//! Opening of a database file: it is identified before any change, then locked and migrated.

use super::{Durability, schema};
use crate::store::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The first bytes of every SQLite database.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// The largest file that is checked page by page when it is opened. [`Store::check`](crate::store::Store::check), the
/// first step of reconciliation, checks any file.
const CHECKED_SIZE: u64 = 16 << 20;

/// The number of pages after which the log moves into the file: rare enough not to slow commits, frequent enough for a
/// quick restart.
const CHECKPOINT: u32 = 8_000;

/// Returns the writing connection to the file at `path`, and the lock that keeps other processes out.
pub(super) fn file(path: &Path, durability: Durability) -> Result<(Connection, File), StoreError> {
    let is_new = recognise(path)?;
    let lock = lock(path)?;
    if !is_new && size(path) <= CHECKED_SIZE {
        check_pages(path)?;
    }
    let connection = Connection::open(path).map_err(|error| named(path, &error.to_string()))?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The first migration uses the rollback journal, so that a file is identifiable from its first commit.
    migrate(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Process => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    Ok((connection, lock))
}

/// Returns a connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(super::STATEMENTS);
    Ok(connection)
}

/// Returns a database in memory.
pub(super) fn memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "journal_mode", "MEMORY").or(Ok::<(), StoreError>(()))?;
    migrate(&connection)?;
    Ok(connection)
}

/// Reads the header without SQLite. Returns whether the file is new, or why it is not a store.
fn recognise(path: &Path) -> Result<bool, StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(named(path, &error.to_string())),
    };
    let mut header = Vec::new();
    file.by_ref().take(100).read_to_end(&mut header).map_err(|error| named(path, &error.to_string()))?;
    if header.is_empty() {
        return Ok(true);
    }
    let field = |at: usize| {
        let bytes = header.get(at..at.saturating_add(4)).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes)
    };
    let (Some(pages), Some(version), Some(application)) = (field(28), field(60), field(68)) else {
        return Err(named(path, "it is not a Holdfast store: it is too short for a database"));
    };
    if !header.starts_with(MAGIC) {
        return Err(named(path, "it is not a Holdfast store: it is not a SQLite database"));
    }
    if i32::try_from(application) != Ok(schema::APPLICATION_ID) {
        return Err(named(path, "it is not a Holdfast store: another program made this database"));
    }
    if usize::try_from(version).unwrap_or(usize::MAX) > schema::VERSION {
        let ours = schema::VERSION;
        let what = format!("it was made by a newer engine (format {version}, this one knows {ours})");
        return Err(named(path, &what));
    }
    if version != 0 && usize::try_from(version).unwrap_or(0) < schema::OLDEST {
        let oldest = schema::OLDEST;
        let what = format!(
            "it was made by an older engine (format {version}, this one reads {oldest} and later): begin a new file, or \
             open it with the engine that made it"
        );
        return Err(named(path, &what));
    }
    let page_size = match header.get(16..18) {
        Some([0, 1]) => 65_536,
        Some([high, low]) => u64::from(u16::from_be_bytes([*high, *low])),
        Some(_) | None => 0,
    };
    if u64::from(pages).saturating_mul(page_size) > size(path) && size(&beside(path, "-wal")) == 0 {
        return Err(named(path, "it is damaged: it is shorter than it says"));
    }
    Ok(false)
}

/// Checks the structure of every page, reading only.
fn check_pages(path: &Path) -> Result<(), StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    check_structure(&connection).map_err(|what| named(path, &format!("it is damaged: {what}")))
}

/// Checks the structure of every page and the constraints of every row. Returns the first damage.
pub(super) fn check_structure(connection: &Connection) -> Result<(), String> {
    let verdict: Result<String, _> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match verdict {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(verdict) => Err(verdict),
        Err(error) => Err(error.to_string()),
    }
}

/// Locks the file against other processes while the handle is open.
fn lock(path: &Path) -> Result<File, StoreError> {
    let name = beside(path, "-lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&name);
    let file = file.map_err(|error| named(&name, &error.to_string()))?;
    file.try_lock().map_err(|_| named(path, "another process has it open"))?;
    Ok(file)
}

pub(super) fn migrate(connection: &Connection) -> Result<(), StoreError> {
    let version: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (number, migration) in (1_usize..).zip(schema::MIGRATIONS).skip(version) {
        let id = schema::APPLICATION_ID;
        let sql = format!("BEGIN; {migration} PRAGMA application_id = {id}; PRAGMA user_version = {number}; COMMIT;");
        connection.execute_batch(&sql)?;
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn named(path: &Path, what: &str) -> StoreError {
    StoreError(format!("{}: {what}", path.display()))
}
