//! The SQLite store: a file that survives crashes, or the same code on a database in memory.

use super::schema;
use super::{Batch, KeyRecord, KeyState, OpenAsk, Page, Store, StoreError, is_listed, movements, page};
use crate::command::{JobKey, JobKind, ListQuery};
use crate::money::Currency;
use crate::objects::Event;
use crate::time::Time;
use crate::{AccountId, Kind, Object, ObjectId};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

mod open;

/// What a commit waits for.
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
    /// Reads of a file do not wait for its writer. Closed before it, so that the writer can tidy the log away.
    reader: Option<Mutex<Connection>>,
    writer: Mutex<Connection>,
    queue: Mutex<Queue>,
    done: Condvar,
    /// Objects as they were committed last, so that hot ones are not read back.
    recent: Mutex<FxHashMap<ObjectId, Object>>,
    selects: Vec<String>,
    upserts: Vec<String>,
    /// Held as long as the store is open: one process at a time.
    _lock: Option<File>,
}

/// Transactions that wait to be committed together.
#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<(u64, Batch)>,
    results: Vec<(u64, Result<(), StoreError>)>,
    next: u64,
    leading: bool,
}

/// How many recent objects are kept at hand.
const RECENT: usize = 20_000;

type Sql<T> = Result<T, rusqlite::Error>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl SqliteStore {
    fn of(writer: Connection, reader: Option<Connection>, lock: Option<File>) -> Self {
        writer.set_prepared_statement_cache_capacity(64);
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

    /// Commits everything that waits as one transaction; when that fails, each alone, so that one bad batch
    /// fails by itself.
    fn lead(&self, batches: &[(u64, Batch)]) -> Vec<(u64, Result<(), StoreError>)> {
        let connection = self.write();
        if self.transaction(&connection, batches).is_ok() {
            return batches.iter().map(|(ticket, _)| (*ticket, Ok(()))).collect();
        }
        let alone = |pair: &(u64, Batch)| (pair.0, self.transaction(&connection, std::slice::from_ref(pair)));
        batches.iter().map(alone).collect()
    }

    /// Keeps the committed objects at hand. Only commits do this, so nothing older can replace them.
    fn remember(&self, batches: &[(u64, Batch)]) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() > RECENT {
            recent.clear();
        }
        for object in batches.iter().flat_map(|(_, batch)| &batch.objects) {
            recent.insert(object.id(), object.clone());
        }
    }

    fn transaction(&self, connection: &Connection, batches: &[(u64, Batch)]) -> Result<(), StoreError> {
        let run = |sql: &str| connection.prepare_cached(sql)?.execute([]).map(|_| ());
        run("BEGIN IMMEDIATE")?;
        let written = batches.iter().try_for_each(|(_, batch)| self.apply(connection, batch));
        let committed = written.and_then(|()| run("COMMIT").map_err(StoreError::from));
        if committed.is_err() && !connection.is_autocommit() {
            run("ROLLBACK")?;
        }
        if committed.is_ok() {
            self.remember(batches);
        }
        committed
    }

    fn apply(&self, connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
        for entry in movements(&batch.objects) {
            let sql = "INSERT INTO balances (account, currency, amount) VALUES (?, ?, ?)
                       ON CONFLICT (account, currency) DO UPDATE SET amount = amount + excluded.amount";
            let code = entry.currency.code();
            connection.prepare_cached(sql)?.execute(params![number(entry.account.0)?, code, entry.amount])?;
        }
        let mut seen = FxHashSet::default();
        let mut latest: Vec<&Object> = batch.objects.iter().rev().filter(|object| seen.insert(object.id())).collect();
        latest.reverse();
        for object in latest {
            self.upsert(connection, object)?;
        }
        for event in &batch.events {
            let sql = "INSERT INTO events (id, account, parent, record) VALUES (?, ?, NULL, ?)";
            let (id, account) = (number(event.id.0)?, number(event.account.0)?);
            connection.prepare_cached(sql)?.execute(params![id, account, encode(event)?])?;
        }
        for job in &batch.unschedule {
            let sql = "DELETE FROM jobs WHERE kind = ? AND noun = ? AND object = ?";
            connection.prepare_cached(sql)?.execute(job_key(*job)?)?;
        }
        for (job, due) in &batch.schedule {
            let sql = "INSERT OR REPLACE INTO jobs (kind, noun, object, due) VALUES (?, ?, ?, ?)";
            let (kind, noun, object) = job_key(*job)?;
            connection.prepare_cached(sql)?.execute(params![kind, noun, object, number(due.seconds())?])?;
        }
        if let Some(record) = &batch.key {
            let sql = "INSERT OR REPLACE INTO idempotency_keys (account, key, created, asking, record)
                       VALUES (?, ?, ?, ?, ?)";
            let (account, created) = (number(record.account.0)?, number(record.created.seconds())?);
            let asking = matches!(record.state, KeyState::Asking(_));
            let values = params![account, record.key, created, asking, encode(record)?];
            connection.prepare_cached(sql)?.execute(values)?;
        }
        if let Some(ask) = &batch.ask {
            let sql = "INSERT OR REPLACE INTO asks (reference, record) VALUES (?, ?)";
            connection.prepare_cached(sql)?.execute(params![number(ask.reference.0)?, encode(&**ask)?])?;
        }
        if let Some(reference) = batch.answered {
            connection.prepare_cached("DELETE FROM asks WHERE reference = ?")?.execute([number(reference.0)?])?;
        }
        Ok(())
    }

    fn upsert(&self, connection: &Connection, object: &Object) -> Result<(), StoreError> {
        let kind = object.id().kind();
        let sql = self.upserts.get(usize::from(kind.code())).ok_or_else(|| StoreError("unknown kind".to_owned()))?;
        let mut statement = connection.prepare_cached(sql)?;
        let mut place = 0_usize;
        let mut next = || {
            place = place.saturating_add(1);
            place
        };
        statement.raw_bind_parameter(next(), number(object.id().number())?)?;
        statement.raw_bind_parameter(next(), number(object.account().0)?)?;
        statement.raw_bind_parameter(next(), schema::parent_number(object).map(number).transpose()?)?;
        for amount in schema::amounts(object).into_iter().take(schema::table(kind).1) {
            let amount = i64::try_from(amount).map_err(|_| StoreError("an amount is out of range".to_owned()))?;
            statement.raw_bind_parameter(next(), amount)?;
        }
        statement.raw_bind_parameter(next(), encode(object)?)?;
        statement.raw_execute()?;
        Ok(())
    }
}

impl Store for SqliteStore {
    /// The first to come commits for all who wait by then: one sync for many.
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
        let connection = self.read();
        let sql = self.selects.get(usize::from(id.kind().code())).map_or("", String::as_str);
        let mut statement = connection.prepare_cached(sql)?;
        let record: Option<Vec<u8>> = statement.query_row([number(id.number())?], |row| row.get(0)).optional()?;
        record.map(|record| object(id.kind(), &record)).transpose()
    }

    fn balance(&self, account: AccountId, currency: Currency) -> Result<i64, StoreError> {
        let connection = self.read();
        let sql = "SELECT amount FROM balances WHERE account = ? AND currency = ?";
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_row(params![number(account.0)?, currency.code()], |row| row.get(0)).optional()?;
        Ok(found.unwrap_or(0))
    }

    fn list(&self, account: AccountId, query: &ListQuery) -> Result<Page, StoreError> {
        let connection = self.read();
        let (table, _) = schema::table(query.kind);
        let mut statement = match query.of {
            Some(of) if is_parent(query.kind, of.kind()) => {
                let sql = format!("SELECT record FROM {table} WHERE account = ?1 AND parent = ?2 ORDER BY id DESC");
                let mut statement = connection.prepare_cached(&sql)?;
                statement.raw_bind_parameter(2, number(of.number())?)?;
                statement
            }
            Some(_) | None => {
                let sql = format!("SELECT record FROM {table} WHERE account = ?1 ORDER BY id DESC");
                connection.prepare_cached(&sql)?
            }
        };
        statement.raw_bind_parameter(1, number(account.0)?)?;
        let mut failure = None;
        let objects = Rows { statement: &mut statement, kind: query.kind, failure: &mut failure };
        let found = page(objects.filter(|object| is_listed(object, query)), query);
        failure.map_or(Ok(found), Err)
    }

    fn each(&self, kind: Kind, visit: &mut dyn FnMut(Object)) -> Result<(), StoreError> {
        let connection = self.read();
        let (table, _) = schema::table(kind);
        let mut statement = connection.prepare_cached(&format!("SELECT record FROM {table} ORDER BY id"))?;
        let mut failure = None;
        Rows { statement: &mut statement, kind, failure: &mut failure }.for_each(visit);
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
            Ok((u64::try_from(sequence).unwrap_or(0), Arc::new(decode(&record)?)))
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
            Ok(JobKey { kind: *kind, object: noun.id(u64::try_from(object).unwrap_or(0)) })
        };
        rows.map(read).collect()
    }

    fn next_due(&self) -> Result<Option<Time>, StoreError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT min(due) FROM jobs")?;
        let due: Option<i64> = statement.query_row([], |row| row.get(0))?;
        Ok(due.and_then(|due| u64::try_from(due).ok()).map(Time::new))
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

    fn open_asks(&self) -> Result<Vec<Arc<OpenAsk>>, StoreError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT record FROM asks ORDER BY reference")?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|record| Ok(Arc::new(decode(&record?)?))).collect()
    }
}

/// The objects a statement selects, until one cannot be read.
struct Rows<'a, 'c> {
    statement: &'a mut CachedStatement<'c>,
    kind: Kind,
    failure: &'a mut Option<StoreError>,
}

impl Rows<'_, '_> {
    fn for_each(self, visit: &mut dyn FnMut(Object)) {
        let mut rows = self.statement.raw_query();
        loop {
            match rows.next().map_err(StoreError::from).and_then(|row| match row {
                None => Ok(None),
                Some(row) => object(self.kind, &row.get::<_, Vec<u8>>(0)?).map(Some),
            }) {
                Ok(Some(object)) => visit(object),
                Ok(None) => return,
                Err(error) => {
                    *self.failure = Some(error);
                    return;
                }
            }
        }
    }

    /// The objects that pass, read as far as somebody asks for them.
    fn filter<'b>(self, keep: impl Fn(&Object) -> bool + 'b) -> impl Iterator<Item = Object> + 'b
    where
        Self: 'b,
    {
        let (kind, failure) = (self.kind, self.failure);
        let mut rows = self.statement.raw_query();
        std::iter::from_fn(move || {
            loop {
                let next = rows.next().map_err(StoreError::from).and_then(|row| match row {
                    None => Ok(None),
                    Some(row) => object(kind, &row.get::<_, Vec<u8>>(0)?).map(Some),
                });
                match next {
                    Ok(Some(found)) if keep(&found) => return Some(found),
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(error) => {
                        *failure = Some(error);
                        return None;
                    }
                }
            }
        })
    }
}

/// Whether the column `parent` of `kind` holds ids of `of`.
const fn is_parent(kind: Kind, of: Kind) -> bool {
    matches!(
        (kind, of),
        (Kind::Charge, Kind::PaymentIntent)
            | (Kind::Refund | Kind::Transfer | Kind::ApplicationFee, Kind::Charge)
            | (Kind::Reversal, Kind::Transfer)
            | (Kind::FeeRefund, Kind::ApplicationFee)
    )
}

fn object(kind: Kind, record: &[u8]) -> Result<Object, StoreError> {
    if kind == Kind::Event {
        return decode::<Event>(record).map(Object::from);
    }
    decode(record)
}

fn job_key(job: JobKey) -> Result<(u8, u8, i64), StoreError> {
    Ok((job.kind as u8, job.object.kind().code(), number(job.object.number())?))
}

/// SQLite's integers are signed; no id or time comes near the end of the range.
fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError(format!("{value} is beyond SQLite's integers")))
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(value).map_err(|error| StoreError(format!("a record cannot be written: {error}")))
}

fn decode<T: DeserializeOwned>(record: &[u8]) -> Result<T, StoreError> {
    postcard::from_bytes(record).map_err(|error| StoreError(format!("the file is damaged: {error}")))
}

impl SqliteStore {
    /// Opens the store at `path`, or begins one there.
    ///
    /// # Errors
    /// [`StoreError`] when the file is damaged, is not a store, was made by a newer engine, or is in use. The
    /// file is then left as it was.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let (writer, lock) = open::file(path, durability)?;
        let reader = open::reader(path)?;
        Ok(Self::of(writer, Some(reader), Some(lock)))
    }

    /// An empty store in a SQLite database in memory.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite cannot make one.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self::of(open::memory()?, None, None))
    }
}
