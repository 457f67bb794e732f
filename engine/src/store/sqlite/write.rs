//! The writing side of the SQLite store: many batches in one transaction with one sync.

use super::records::{encode, job_key, number, object};
use super::{SqliteStore, schema};
use crate::objects::{BalanceTransaction, Funds};
use crate::store::{Batch, KeyState, StoreError, balance_out_of_range, entries, movement};
use crate::{Kind, Object, ObjectId};
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use std::sync::PoisonError;

/// The number of recent objects in the cache.
const RECENT: usize = 20_000;

impl SqliteStore {
    /// Commits all waiting batches as one transaction. If that fails, commits each alone, so that only a faulty batch
    /// fails.
    pub(super) fn lead(&self, batches: &[(u64, Batch)]) -> Vec<(u64, Result<(), StoreError>)> {
        let connection = self.write();
        if self.transaction(&connection, batches).is_ok() {
            return batches.iter().map(|(ticket, _)| (*ticket, Ok(()))).collect();
        }
        let alone = |pair: &(u64, Batch)| (pair.0, self.transaction(&connection, std::slice::from_ref(pair)));
        batches.iter().map(alone).collect()
    }

    /// Adds the committed objects to the cache. Only commits do this, so an older state never replaces a newer one.
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
        for entry in entries(&batch.objects) {
            let Funds { available, pending } = movement(self.stored(connection, entry)?.as_ref(), entry)?;
            let sql = "INSERT INTO balances (account, currency, available, pending) VALUES (?, ?, ?, ?)
                       ON CONFLICT (account, currency) DO UPDATE
                       SET available = available + excluded.available, pending = pending + excluded.pending
                       RETURNING typeof(available) = 'integer' AND typeof(pending) = 'integer'
                         AND typeof(available + pending) = 'integer'";
            let values = params![number(entry.account.0)?, entry.currency.code(), available, pending];
            // SQLite turns an integer sum that overflows into a float.
            if !connection.prepare_cached(sql)?.query_row(values, |row| row.get::<_, bool>(0))? {
                return Err(balance_out_of_range(entry));
            }
        }
        // The place of an object in its list is where the batch first names it; the last state counts.
        let mut latest: FxHashMap<ObjectId, &Object> =
            batch.objects.iter().map(|object| (object.id(), object)).collect();
        for object in &batch.objects {
            if let Some(object) = latest.remove(&object.id()) {
                self.upsert(connection, object)?;
            }
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

    /// Returns the stored state of a ledger entry, as this transaction sees it.
    fn stored(&self, connection: &Connection, entry: &BalanceTransaction) -> Result<Option<Object>, StoreError> {
        let sql = "SELECT record FROM balance_transactions WHERE id = ?";
        let mut statement = connection.prepare_cached(sql)?;
        let record: Option<Vec<u8>> = statement.query_row([number(entry.id.0)?], |row| row.get(0)).optional()?;
        record.map(|record| object(Kind::BalanceTransaction, &record)).transpose()
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
