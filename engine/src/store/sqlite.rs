//! The SQLite store: a crash-safe file, or a database in memory.

use super::schema;
use super::{Batch, KeyRecord, OpenAsk, Page, Store, StoreError, is_listed, page};
use crate::command::{JobKey, JobKind, ListQuery};
use crate::money::Currency;
use crate::objects::{Balances, Event, Funds};
use crate::time::Time;
use crate::{AccountId, Kind, Object, ObjectId};
use records::{decode, number, object, objects, unsigned};
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

mod empty;
mod open;
mod records;
mod write;

#[cfg(test)]
mod tests;

/// The number of cached statements: more than there are, except for the many forms of lists.
const STATEMENTS: usize = 128;

/// The durability of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The disk: a commit survives a power cut (`synchronous=FULL`).
    Full,
    /// The operating system: a commit survives the death of the process (`synchronous=OFF`). For tests.
    Process,
}

/// A store in a SQLite database.
#[derive(Debug)]
pub struct SqliteStore {
    /// Reads of a file do not wait for its writer. Closed before the writer, so that the writer can remove the log.
    reader: Option<Mutex<Connection>>,
    writer: Mutex<Connection>,
    queue: Mutex<Queue>,
    done: Condvar,
    /// Recently committed objects, as a cache.
    recent: Mutex<FxHashMap<ObjectId, Object>>,
    selects: Vec<String>,
    upserts: Vec<String>,
    /// The lock that keeps other processes out while the store is open.
    _lock: Option<File>,
}

/// The queue of transactions that commit together.
#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<(u64, Batch)>,
    results: Vec<(u64, Result<(), StoreError>)>,
    next: u64,
    leading: bool,
}

type Sql<T> = Result<T, rusqlite::Error>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl SqliteStore {
    /// Opens the store at `path`, or creates it.
    ///
    /// # Errors
    /// [`StoreError`] if the file is damaged, is not a store, was made by a newer engine, or is in use. The file is
    /// then unchanged.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let (writer, lock) = open::file(path, durability)?;
        let reader = open::reader(path)?;
        Ok(Self::of(writer, Some(reader), Some(lock)))
    }

    /// Returns an empty store in a SQLite database in memory.
    ///
    /// # Errors
    /// [`StoreError`] if SQLite cannot create the database.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self::of(open::memory()?, None, None))
    }

    fn of(writer: Connection, reader: Option<Connection>, lock: Option<File>) -> Self {
        writer.set_prepared_statement_cache_capacity(STATEMENTS);
        let select = |kind: &Kind| format!("SELECT record FROM {} WHERE id = ?", schema::table(*kind).0);
        Self {
            writer: Mutex::new(writer),
            reader: reader.map(Mutex::new),
            queue: Mutex::default(),
            done: Condvar::new(),
            recent: Mutex::default(),
            selects: Kind::ALL.iter().map(select).collect(),
            upserts: Kind::ALL.iter().map(|kind| schema::upsert(*kind)).collect(),
            _lock: lock,
        }
    }

    fn write(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> MutexGuard<'_, Connection> {
        self.reader.as_ref().unwrap_or(&self.writer).lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SqliteStore {
    /// The first waiting thread commits for all that wait: one sync for many transactions.
    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let mut queue = self.queue();
        let ticket = queue.next;
        queue.next = queue.next.saturating_add(1);
        queue.waiting.push((ticket, batch));
        loop {
            if let Some(place) = queue.results.iter().position(|(done, _)| *done == ticket) {
                return queue.results.swap_remove(place).1;
            }
            if queue.leading {
                queue = self.done.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.leading = true;
            let batches = std::mem::take(&mut queue.waiting);
            drop(queue);
            let results = self.lead(&batches);
            queue = self.queue();
            queue.leading = false;
            queue.results.extend(results);
            self.done.notify_all();
        }
    }

    fn object(&self, id: ObjectId) -> Result<Option<Object>, StoreError> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if recent.is_some() {
            return Ok(recent);
        }
        // An id beyond SQLite's range names no object; this is not a failure.
        let Ok(place) = number(id.number()) else { return Ok(None) };
        let connection = self.read();
        let sql = self.selects.get(usize::from(id.kind().code())).map_or("", String::as_str);
        let mut statement = connection.prepare_cached(sql)?;
        let record: Option<Vec<u8>> = statement.query_row([place], |row| row.get(0)).optional()?;
        record.map(|record| object(id.kind(), &record)).transpose()
    }

    fn balance(&self, account: AccountId, currency: Currency) -> Result<Funds, StoreError> {
        let connection = self.read();
        let sql = "SELECT available, pending FROM balances WHERE account = ? AND currency = ?";
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_row(params![number(account.0)?, currency.code()], |row| {
            Ok(Funds { available: row.get(0)?, pending: row.get(1)? })
        });
        Ok(found.optional()?.unwrap_or_default())
    }

    fn balances(&self, account: AccountId) -> Result<Balances, StoreError> {
        let connection = self.read();
        let sql = "SELECT currency, available, pending FROM balances WHERE account = ?";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([number(account.0)?], |row| {
            Ok((row.get::<_, String>(0)?, Funds { available: row.get(1)?, pending: row.get(2)? }))
        })?;
        let read = |row: Sql<(String, Funds)>| {
            let (code, funds) = row?;
            let currency = Currency::from_code(&code);
            Ok((currency.ok_or_else(|| StoreError(format!("the file is damaged: no currency {code}")))?, funds))
        };
        let mut balances: Balances = rows.map(read).collect::<Result<_, StoreError>>()?;
        balances.sort_by_key(|(currency, _)| *currency);
        Ok(balances)
    }

    fn list(&self, account: AccountId, query: &ListQuery) -> Result<Page, StoreError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached(&schema::list(query))?;
        statement.raw_bind_parameter(1, number(account.0)?)?;
        let places = [query.of.first().copied(), query.starting_after, query.ending_before];
        for (place, id) in (2_usize..).zip(places) {
            // A parameter that this query's statement does not have is skipped.
            if let Some(id) = id.filter(|_| place <= statement.parameter_count()) {
                statement.raw_bind_parameter(place, number(id.number())?)?;
            }
        }
        let mut failure = None;
        let found = objects(&mut statement, query.kind, &mut failure).filter(|object| is_listed(object, query));
        let found = page(found, query);
        failure.map_or(Ok(found), Err)
    }

    fn each(&self, kind: Kind, visit: &mut dyn FnMut(Object)) -> Result<(), StoreError> {
        let connection = self.read();
        let (table, _) = schema::table(kind);
        let mut statement =
            connection.prepare_cached(&format!("SELECT record FROM {table} ORDER BY {}", schema::order(kind)))?;
        let mut failure = None;
        objects(&mut statement, kind, &mut failure).for_each(visit);
        failure.map_or(Ok(()), Err)
    }

    fn events_after(&self, after: u64, limit: usize) -> Result<Vec<(u64, Arc<Event>)>, StoreError> {
        let connection = self.read();
        let sql = "SELECT sequence, record FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?";
        let mut statement = connection.prepare_cached(sql)?;
        let (after, limit) = (number(after)?, i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = statement.query_map([after, limit], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let decoded = rows.map(|row| {
            let (sequence, record) = row?;
            Ok((unsigned(sequence)?, Arc::new(decode(&record)?)))
        });
        decoded.collect()
    }

    fn due(&self, now: Time, limit: usize) -> Result<Vec<JobKey>, StoreError> {
        let connection = self.read();
        let sql = "SELECT kind, noun, object FROM jobs WHERE due <= ? ORDER BY due, kind, noun, object LIMIT ?";
        let mut statement = connection.prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map([number(now.seconds())?, limit], |row| {
            Ok((row.get::<_, usize>(0)?, row.get::<_, usize>(1)?, row.get::<_, i64>(2)?))
        })?;
        let read = |row: Sql<(usize, usize, i64)>| {
            let (kind, noun, object) = row?;
            let job = JobKind::ALL.get(kind).zip(Kind::ALL.get(noun));
            let (kind, noun) = job.ok_or_else(|| StoreError("the file is damaged: an unknown job".to_owned()))?;
            Ok(JobKey { kind: *kind, object: noun.id(unsigned(object)?) })
        };
        rows.map(read).collect()
    }

    fn next_due(&self) -> Result<Option<Time>, StoreError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT min(due) FROM jobs")?;
        let due: Option<i64> = statement.query_row([], |row| row.get(0))?;
        due.map(|due| unsigned(due).map(Time::new)).transpose()
    }

    fn key(&self, account: AccountId, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        let connection = self.read();
        let sql = "SELECT record FROM idempotency_keys WHERE account = ? AND key = ?";
        let mut statement = connection.prepare_cached(sql)?;
        let found: Option<Vec<u8>> =
            statement.query_row(params![number(account.0)?, key], |row| row.get(0)).optional()?;
        found.map(|record| decode(&record)).transpose()
    }

    fn prune_keys(&self, before: Time) -> Result<u64, StoreError> {
        let connection = self.write();
        let sql = "DELETE FROM idempotency_keys WHERE created <= ? AND NOT asking";
        let pruned = connection.prepare_cached(sql)?.execute([number(before.seconds())?])?;
        Ok(u64::try_from(pruned).unwrap_or(u64::MAX))
    }

    fn check(&self) -> Result<(), StoreError> {
        let connection = self.read();
        open::check_structure(&connection).map_err(|what| StoreError(format!("the file is damaged: {what}")))?;
        let orphans: Option<String> =
            connection.query_row("PRAGMA foreign_key_check", [], |row| row.get(0)).optional()?;
        match orphans {
            Some(table) => {
                Err(StoreError(format!("the file is damaged: a row of {table} has lost what it belongs to")))
            }
            None => Ok(()),
        }
    }

    fn open_asks(&self) -> Result<Vec<Arc<OpenAsk>>, StoreError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT record FROM asks ORDER BY reference")?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|record| Ok(Arc::new(decode(&record?)?))).collect()
    }
}
