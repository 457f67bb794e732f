//! Alerts: printed once, posted until they are accepted.

use rusqlite::params;

use super::{StateError, WatchStore};

/// An alert that has to reach the webhook of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingPost {
    /// Its number.
    pub number: i64,
    /// The time at which it was raised, in seconds since 1970.
    pub raised: i64,
    /// Posts so far.
    pub tries: u32,
    /// The alert, as one line of JSON.
    pub body: String,
}

impl WatchStore {
    /// Returns the number and the line of alerts that were not printed, the oldest first, at most 1,000. Further ones
    /// follow once these are marked.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn unprinted(&self) -> Result<Vec<(i64, String)>, StateError> {
        let sql = "SELECT number, body FROM alerts WHERE printed = 0 ORDER BY number LIMIT 1000";
        let mut read = self.connection.prepare_cached(sql)?;
        let rows = read.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that an alert was printed.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn mark_printed(&self, number: i64) -> Result<(), StateError> {
        self.connection.prepare_cached("UPDATE alerts SET printed = 1 WHERE number = ?1")?.execute(params![number])?;
        Ok(())
    }

    /// Returns the alerts to post at `now`, the longest waiting first, at most 100.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn to_post(&self, now: i64) -> Result<Vec<PendingPost>, StateError> {
        let sql = "SELECT number, raised, tries, body FROM alerts WHERE post_at <= ?1 ORDER BY post_at LIMIT 100";
        let mut read = self.connection.prepare_cached(sql)?;
        let rows = read.query_map(params![now], |row| {
            Ok(PendingPost { number: row.get(0)?, raised: row.get(1)?, tries: row.get(2)?, body: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that an alert was posted; `next` is the time of another try, `None` if there is none.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn mark_posted(&self, number: i64, next: Option<i64>) -> Result<(), StateError> {
        let sql = "UPDATE alerts SET tries = tries + 1, post_at = ?2 WHERE number = ?1";
        self.connection.prepare_cached(sql)?.execute(params![number, next])?;
        Ok(())
    }

    /// Returns the lines of alerts, the newest first: those of one payment, or of all.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn alerts(&self, payment: Option<&str>, limit: u32) -> Result<Vec<String>, StateError> {
        let sql = "SELECT body FROM alerts WHERE ?1 IS NULL OR payment = ?1 ORDER BY number DESC LIMIT ?2";
        let mut read = self.connection.prepare_cached(sql)?;
        let rows = read.query_map(params![payment, limit], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
