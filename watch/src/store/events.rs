//! Storing and reading events.

use holdfast_audit::group::Owner;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{StateError, WatchStore};
use crate::incoming::{ChargeLink, IncomingEvent};

/// The result of storing an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// The event is new.
    New,
    /// The event was stored before.
    Duplicate,
}

/// A stored event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The number under which it is stored, in the order of arrival.
    pub number: u64,
    /// `id`.
    pub id: String,
    /// `type`.
    pub kind: String,
    /// `created`, in seconds since 1970.
    pub created: i64,
    /// The time of arrival, in seconds since 1970.
    pub received: i64,
    /// Its text, as it came.
    pub body: String,
}

impl WatchStore {
    /// Stores events in one transaction. When it returns, they survive the death of the process.
    ///
    /// # Errors
    /// Returns the error of the database; then none of them is stored.
    pub fn add(&mut self, events: &[IncomingEvent], now: i64) -> Result<Vec<Stored>, StateError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let stored = events.iter().map(|event| add(&transaction, event, now)).collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(stored)
    }

    /// Returns the events of a payment in the order of arrival.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn events(&self, payment: &str) -> Result<Vec<StoredEvent>, StateError> {
        let sql = "SELECT number, id, type, created, received, body FROM events WHERE payment = ?1 ORDER BY number";
        let mut read = self.connection.prepare_cached(sql)?;
        let rows = read.query_map(params![payment], |row| {
            Ok(StoredEvent {
                number: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
                id: row.get(1)?,
                kind: row.get(2)?,
                created: row.get(3)?,
                received: row.get(4)?,
                body: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns whether an event with this id is stored.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn has_event(&self, id: &str) -> Result<bool, StateError> {
        let mut read = self.connection.prepare_cached("SELECT 1 FROM events WHERE id = ?1")?;
        Ok(read.exists(params![id])?)
    }
}

fn add(transaction: &Transaction<'_>, event: &IncomingEvent, now: i64) -> Result<Stored, StateError> {
    let (payment, charge) = match &event.owner {
        Owner::Of(payment) => (payment.clone(), None),
        Owner::OfCharge(charge) => {
            let known = known_charge(transaction, charge)?.map(|(payment, _)| payment);
            (known.unwrap_or_else(|| charge.clone()), Some(charge.as_str()))
        }
        Owner::Nobody => (String::new(), None),
    };
    let sql = "INSERT OR IGNORE INTO events (id, digest, payment, charge, type, created, received, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut insert = transaction.prepare_cached(sql)?;
    let row = params![event.id, event.digest, payment, charge, event.kind, event.created, now, event.body];
    if insert.execute(row)? == 0 {
        return Ok(Stored::Duplicate);
    }
    let number = transaction.last_insert_rowid();
    if !payment.is_empty() {
        touch(transaction, &payment, number, now)?;
    }
    if let Some(link) = &event.link {
        assign(transaction, link, number, now)?;
    }
    Ok(Stored::New)
}

/// Notes that the events of a payment changed with the event of this number, so that it waits to be judged.
fn touch(connection: &Connection, payment: &str, number: i64, now: i64) -> Result<(), StateError> {
    let sql = "INSERT INTO payments (id, changed, waiting_since, last_received, open) VALUES (?1, ?2, ?3, ?3, 1)
               ON CONFLICT (id) DO UPDATE SET changed = excluded.changed, last_received = excluded.last_received,
               waiting_since = coalesce(waiting_since, excluded.waiting_since)";
    connection.prepare_cached(sql)?.execute(params![payment, number, now])?;
    Ok(())
}

/// Returns the known payment of a charge and whether the charge itself named it.
fn known_charge(connection: &Connection, charge: &str) -> Result<Option<(String, bool)>, StateError> {
    let mut read = connection.prepare_cached("SELECT payment, firm FROM charges WHERE charge = ?1")?;
    Ok(read.query_row(params![charge], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Gives a charge to a payment, with the events that name the charge alone.
fn assign(connection: &Connection, link: &ChargeLink, number: i64, now: i64) -> Result<(), StateError> {
    let known = known_charge(connection, &link.charge)?;
    if known.is_some_and(|(_, is_firm)| is_firm || !link.is_firm) {
        return Ok(());
    }
    let ChargeLink { charge, payment, is_firm } = link;
    connection
        .prepare_cached("INSERT OR REPLACE INTO charges (charge, payment, firm) VALUES (?1, ?2, ?3)")?
        .execute(params![charge, payment, is_firm])?;
    let sql = "SELECT DISTINCT payment FROM events WHERE charge = ?1 AND payment <> ?2";
    let mut read = connection.prepare_cached(sql)?;
    let rows = read.query_map(params![charge, payment], |row| row.get(0))?;
    let former: Vec<String> = rows.collect::<Result<_, _>>()?;
    if former.is_empty() {
        return Ok(());
    }
    connection.prepare_cached("UPDATE events SET payment = ?2 WHERE charge = ?1")?.execute(params![charge, payment])?;
    touch(connection, payment, number, now)?;
    for former in former {
        let mut read = connection.prepare_cached("SELECT 1 FROM events WHERE payment = ?1")?;
        if read.exists(params![former])? {
            touch(connection, &former, number, now)?;
            // It was found with events that are no longer its own.
            connection.prepare_cached("UPDATE payments SET verdict = NULL WHERE id = ?1")?.execute(params![former])?;
            continue;
        }
        connection.prepare_cached("DELETE FROM payments WHERE id = ?1")?.execute(params![former])?;
        connection
            .prepare_cached("UPDATE OR IGNORE alerts SET payment = ?2 WHERE payment = ?1")?
            .execute(params![former, payment])?;
    }
    Ok(())
}
