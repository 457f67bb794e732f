//! The simulated acquirer's ledger in a file: it survives the process and does not grow in memory.

use super::{Answer, Effect, Ledger, LedgerError, Position, Reference, Return};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::time::Duration;

/// `PRAGMA application_id`: "HFaq".
const APPLICATION_ID: i32 = 0x4846_6171;
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS answers (reference INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS positions (reference INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS refunds (reference INTEGER PRIMARY KEY, record BLOB NOT NULL);
";

/// A ledger in a SQLite file. Each effect is one transaction. Commits do not wait for the disk: after a power cut the
/// file is consistent but may lack the last effects. The acquirer stands for another machine, which such a power cut
/// would not reach.
#[derive(Debug)]
pub struct LedgerFile(Connection);

impl LedgerFile {
    /// Opens the ledger at `path`, or creates it.
    ///
    /// # Errors
    /// [`LedgerError`] if the file cannot be opened or is not a ledger; the file is left unchanged.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Self::ready(path).map_err(|error| {
            let what = "it is not a ledger of the simulated acquirer, or not a whole one";
            LedgerError(format!("{}: {what} ({})", path.display(), error.0))
        })
    }

    fn ready(path: &Path) -> Result<Self, LedgerError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
        let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        if tables > 0 && application != APPLICATION_ID {
            return Err(LedgerError("another program made this database".to_owned()));
        }
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // Only checkpoints wait for the disk: they are rare, and every caller waits with them.
        connection.pragma_update(None, "wal_autocheckpoint", 8_000)?;
        let id = APPLICATION_ID;
        connection.execute_batch(&format!("BEGIN; PRAGMA application_id = {id}; {TABLES} COMMIT;"))?;
        Ok(Self(connection))
    }

    fn read<T: DeserializeOwned>(&self, sql: &str, reference: Reference) -> Result<Option<T>, LedgerError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let record: Option<Vec<u8>> = statement.query_row([number(reference)?], |row| row.get(0)).optional()?;
        record.map(|record| decoded(&record)).transpose()
    }

    fn write<T: Serialize>(&self, sql: &str, reference: Reference, what: &T) -> Result<(), LedgerError> {
        let record = postcard::to_stdvec(what).map_err(|error| LedgerError(error.to_string()))?;
        self.0.prepare_cached(sql)?.execute((number(reference)?, record))?;
        Ok(())
    }

    fn write_all(&self, reference: Reference, effect: &Effect) -> Result<(), LedgerError> {
        self.write("INSERT OR REPLACE INTO answers VALUES (?, ?)", reference, &effect.answer)?;
        if let Some((hold, position)) = &effect.position {
            self.write("INSERT OR REPLACE INTO positions VALUES (?, ?)", *hold, position)?;
        }
        if let Some((refund, what)) = &effect.refund {
            self.write("INSERT OR REPLACE INTO refunds VALUES (?, ?)", *refund, what)?;
        }
        Ok(())
    }
}

impl Ledger for LedgerFile {
    fn answer(&self, reference: Reference) -> Result<Option<Answer>, LedgerError> {
        self.read("SELECT record FROM answers WHERE reference = ?", reference)
    }

    fn position(&self, hold: Reference) -> Result<Option<Position>, LedgerError> {
        self.read("SELECT record FROM positions WHERE reference = ?", hold)
    }

    fn refund(&self, refund: Reference) -> Result<Option<Return>, LedgerError> {
        self.read("SELECT record FROM refunds WHERE reference = ?", refund)
    }

    fn note(&mut self, reference: Reference, effect: Effect) -> Result<(), LedgerError> {
        let run = |sql: &str| self.0.prepare_cached(sql)?.execute([]).map(|_| ());
        run("BEGIN IMMEDIATE")?;
        let written = self.write_all(reference, &effect).and_then(|()| run("COMMIT").map_err(LedgerError::from));
        if written.is_err() && !self.0.is_autocommit() {
            run("ROLLBACK")?;
        }
        written
    }

    fn positions(&self) -> Result<Vec<(Reference, Position)>, LedgerError> {
        let mut statement = self.0.prepare_cached("SELECT reference, record FROM positions ORDER BY reference")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let read = |row: Result<(i64, Vec<u8>), rusqlite::Error>| {
            let (reference, record) = row?;
            let reference = u64::try_from(reference);
            let reference = reference.map_err(|_| LedgerError("it is damaged: a negative reference".to_owned()))?;
            Ok((Reference(reference), decoded(&record)?))
        };
        rows.map(read).collect()
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

fn decoded<T: DeserializeOwned>(record: &[u8]) -> Result<T, LedgerError> {
    postcard::from_bytes(record).map_err(|error| LedgerError(format!("it is damaged: {error}")))
}

/// SQLite's integers are signed; no reference comes near the end of the range.
fn number(reference: Reference) -> Result<i64, LedgerError> {
    i64::try_from(reference.0).map_err(|_| LedgerError("a reference is beyond its range".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquirer::{Acquirer, Ask, NoFaults, SimulatedAcquirer};
    use crate::{Money, TestMethod};

    fn opened(path: &Path) -> SimulatedAcquirer {
        SimulatedAcquirer::on_ledger(NoFaults, LedgerFile::open(path).unwrap())
    }

    /// Answers are known after a restart, and a repeated request has no second effect.
    #[test]
    fn a_ledger_survives_its_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.acquirer");
        let (hold, taken, back) = (Reference(1), Reference(2), Reference(3));
        let capture = Ask::Capture { hold, amount: Money::new(700), last: true };
        let refund = Ask::Refund { hold, amount: Money::new(100), capture_first: false };
        {
            let acquirer = opened(&path);
            let (method, presence, currency) = (TestMethod::Visa, Default::default(), crate::Currency::Usd);
            let ask = Ask::Authorize { amount: Money::new(1000), currency, method, presence, capture: false };
            for (reference, ask) in [(hold, &ask), (taken, &capture), (back, &refund)] {
                assert_eq!(acquirer.ask(reference, ask), Ok(Answer::Done));
            }
        }
        let acquirer = opened(&path);
        for (reference, ask) in [(taken, &capture), (back, &refund)] {
            assert_eq!(acquirer.ask(reference, ask), Ok(Answer::Done));
        }
        let position = acquirer.position(hold).unwrap();
        let sums = [position.captured, position.released, position.refunded].map(Money::minor);
        assert_eq!(sums, [700, 300, 100]);
        assert_eq!(acquirer.ask(Reference(4), &Ask::CancelRefund { refund: back }), Ok(Answer::Done));
        assert_eq!(acquirer.positions()[0].1.refunded, Money::ZERO);
        assert_eq!(acquirer.ask(Reference(5), &Ask::Release { hold: Reference(9) }), Ok(Answer::Impossible));
    }

    /// Files of other formats are rejected and left unchanged.
    #[test]
    fn files_that_are_no_ledgers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.acquirer");
        let database = folder.path().join("other.db");
        Connection::open(&database).unwrap().execute_batch("CREATE TABLE x (a);").unwrap();
        for content in [b"[1,{\"Release\":{\"hold\":1}}]\n".repeat(60), std::fs::read(&database).unwrap()] {
            std::fs::write(&path, &content).unwrap();
            let refused = LedgerFile::open(&path).unwrap_err().0;
            assert!(refused.contains("a.acquirer") && refused.contains("not a ledger"), "{refused}");
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
    }
}
