//! Payments: waiting to be judged, judged, and forgotten.

use std::collections::BTreeMap;

use holdfast_audit::Finding;
use rusqlite::{ToSql, Transaction, TransactionBehavior, params};

use super::{StateError, WatchStore};
use crate::assess::Assessment;

/// Seconds for which an open payment without a deadline is kept longer than a closed one. Every hold and bank debit of
/// the specification ends sooner.
const OPEN_FOR: i64 = 90 * 86_400;

/// The name of the mark: the digest of the rules by which the stored verdicts were made.
const RULES: &str = "rules";

/// Payments that are forgotten in one transaction.
const FORGET_AT_ONCE: usize = 500;

/// A payment as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// Its id.
    pub id: String,
    /// The number of its newest event.
    pub changed: i64,
    /// The name of its verdict, if it was judged.
    pub verdict: Option<String>,
    /// The reason of that verdict.
    pub why: Option<String>,
}

/// The figures of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchFigures {
    /// Payments by the name of their verdict; `waiting` for those that were never judged.
    pub verdicts: BTreeMap<String, u64>,
    /// Payments that are stored.
    pub payments: u64,
    /// Payments with events that no verdict regards.
    pub waiting: u64,
    /// The arrival of the oldest such event, in seconds since 1970.
    pub waiting_since: Option<i64>,
    /// Events that are stored.
    pub events: u64,
    /// Alerts by kind.
    pub alerts: BTreeMap<String, u64>,
    /// Alerts that have not reached the webhook of `--alert`.
    pub unposted: u64,
}

/// Returns the name of a finding.
pub(crate) const fn name(finding: &Finding) -> &'static str {
    match finding {
        Finding::Accepted => "accepted",
        Finding::Impossible(_) => "impossible",
        Finding::CannotTell { .. } => "cannot_tell",
    }
}

impl WatchStore {
    /// Returns payments to judge, at most `limit`: those with new events, the longest waiting first, then those with a
    /// deadline that is due.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn to_judge(&self, now: i64, limit: usize) -> Result<Vec<PaymentRow>, StateError> {
        let limit_of = |limit: usize| i64::try_from(limit).unwrap_or(i64::MAX);
        let waiting = "waiting_since IS NOT NULL ORDER BY waiting_since LIMIT ?1";
        let due = "due <= ?2 AND waiting_since IS NULL ORDER BY due LIMIT ?1";
        let mut found = self.rows(waiting, &[&limit_of(limit)])?;
        let rest = limit.saturating_sub(found.len());
        found.extend(self.rows(due, &[&limit_of(rest), &now])?);
        Ok(found)
    }

    fn rows(&self, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<PaymentRow>, StateError> {
        let sql = format!("SELECT id, changed, verdict, why FROM payments WHERE {condition}");
        let mut read = self.connection.prepare_cached(&sql)?;
        let rows = read.query_map(values, |row| {
            Ok(PaymentRow { id: row.get(0)?, changed: row.get(1)?, verdict: row.get(2)?, why: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns a payment.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn payment(&self, id: &str) -> Result<Option<PaymentRow>, StateError> {
        Ok(self.rows("id = ?1", &[&id])?.into_iter().next())
    }

    /// Stores assessments and raises their alerts, each triple of payment, kind and object once. Returns the number of
    /// new alerts.
    ///
    /// An assessment of a payment that has changed since stays valid, and the payment waits to be judged again.
    ///
    /// # Errors
    /// Returns the error of the database; then nothing is stored.
    pub fn settle(
        &mut self,
        assessed: &[(PaymentRow, Assessment)],
        now: i64,
        is_posted: bool,
    ) -> Result<usize, StateError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut raised = 0_usize;
        for (payment, assessment) in assessed {
            raised = raised.saturating_add(settle(&transaction, payment, assessment, now, is_posted)?);
        }
        transaction.commit()?;
        Ok(raised)
    }

    /// Notes the rules that count from now on, by their digest. If the stored verdicts were made by others, every payment
    /// waits to be judged again.
    ///
    /// # Errors
    /// Returns the error of the database; then nothing has changed.
    pub fn apply_rules(&mut self, digest: i64, now: i64) -> Result<(), StateError> {
        if self.mark(RULES)? == Some(digest) {
            return Ok(());
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "UPDATE payments SET waiting_since = coalesce(waiting_since, ?1), verdict = NULL, why = NULL";
        transaction.execute(sql, params![now])?;
        let sql = "INSERT OR REPLACE INTO marks (name, value) VALUES (?1, ?2)";
        transaction.execute(sql, params![RULES, digest])?;
        transaction.commit()?;
        Ok(())
    }

    /// Forgets closed payments without an event since `before`, and events without a payment. Alerts stay.
    /// Returns the number of payments.
    ///
    /// # Errors
    /// Returns the error of the database; then nothing is forgotten.
    pub fn forget(&mut self, before: i64) -> Result<usize, StateError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "SELECT id FROM payments WHERE last_received <= ?1 AND waiting_since IS NULL
                   AND (open = 0 OR last_received <= ?2) AND due IS NULL LIMIT ?3";
        let open_before = before.saturating_sub(OPEN_FOR);
        let limit = i64::try_from(FORGET_AT_ONCE).unwrap_or(i64::MAX);
        let old: Vec<String> = {
            let mut read = transaction.prepare_cached(sql)?;
            let rows = read.query_map(params![before, open_before, limit], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for id in &old {
            for sql in [
                "DELETE FROM events WHERE payment = ?1",
                "DELETE FROM charges WHERE payment = ?1",
                "DELETE FROM payments WHERE id = ?1",
            ] {
                transaction.prepare_cached(sql)?.execute(params![id])?;
            }
        }
        transaction.execute("DELETE FROM events WHERE payment = '' AND received <= ?1", params![before])?;
        transaction.commit()?;
        Ok(old.len())
    }

    /// Returns the figures of the store.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn figures(&self) -> Result<WatchFigures, StateError> {
        let count = |sql: &str| -> Result<u64, StateError> {
            let number: i64 = self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
            Ok(u64::try_from(number).unwrap_or_default())
        };
        let by_name = |sql: &str| -> Result<BTreeMap<String, u64>, StateError> {
            let mut read = self.connection.prepare_cached(sql)?;
            let rows = read.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
            let named = rows.map(|row| row.map(|(name, number)| (name, u64::try_from(number).unwrap_or_default())));
            Ok(named.collect::<Result<_, _>>()?)
        };
        let since = "SELECT min(waiting_since) FROM payments WHERE waiting_since IS NOT NULL";
        Ok(WatchFigures {
            verdicts: by_name("SELECT coalesce(verdict, 'waiting'), count(*) FROM payments GROUP BY 1")?,
            payments: count("SELECT count(*) FROM payments")?,
            waiting: count("SELECT count(*) FROM payments WHERE waiting_since IS NOT NULL")?,
            waiting_since: self.connection.prepare_cached(since)?.query_row([], |row| row.get(0))?,
            events: count("SELECT count(*) FROM events")?,
            alerts: by_name("SELECT kind, count(*) FROM alerts GROUP BY 1")?,
            unposted: count("SELECT count(*) FROM alerts WHERE post_at IS NOT NULL")?,
        })
    }
}

fn settle(
    transaction: &Transaction<'_>,
    payment: &PaymentRow,
    assessment: &Assessment,
    now: i64,
    is_posted: bool,
) -> Result<usize, StateError> {
    let (verdict, why) = match &assessment.finding {
        None => (payment.verdict.as_deref(), payment.why.as_ref()),
        Some(finding @ Finding::Accepted) => (Some(name(finding)), None),
        Some(finding @ Finding::Impossible(impossible)) => (Some(name(finding)), Some(&impossible.why)),
        Some(finding @ Finding::CannotTell { why }) => (Some(name(finding)), Some(why)),
    };
    let sql = "UPDATE payments SET verdict = ?2, why = ?3, due = ?4, open = ?5,
               waiting_since = CASE WHEN changed = ?6 THEN NULL ELSE waiting_since END WHERE id = ?1";
    let row = params![payment.id, verdict, why, assessment.next_due, assessment.is_open, payment.changed];
    let updated = transaction.prepare_cached(sql)?.execute(row)?;
    if updated == 0 {
        // Its events have been given to another payment since.
        return Ok(0);
    }
    let sql = "INSERT OR IGNORE INTO alerts (payment, kind, object, raised, body, post_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = transaction.prepare_cached(sql)?;
    let post_at = is_posted.then_some(now);
    let mut raised = 0_usize;
    for alert in &assessment.alerts {
        let object = alert.object.as_deref().unwrap_or_default();
        let row = params![payment.id, alert.kind, object, alert.raised, alert.line(), post_at];
        raised = raised.saturating_add(insert.execute(row)?);
    }
    Ok(raised)
}
