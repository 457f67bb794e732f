//! What only the inside of the SQLite store can show: the plans of its statements, and its migrations.

use super::{Durability, SqliteStore, open, schema};
use crate::command::ListQuery;
use crate::{Kind, ObjectId, PaymentIntentId};
use rusqlite::Connection;

/// Lists of an account read that account's rows and no others, whatever they are narrowed to.
#[test]
fn no_list_reads_other_accounts() {
    let connection = open::memory().unwrap();
    let unlisted = [Kind::Account, Kind::Reversal, Kind::FeeRefund, Kind::Delivery];
    let intent = Some(ObjectId::from(PaymentIntentId(5)));
    for kind in Kind::ALL.iter().copied().filter(|kind| !unlisted.contains(kind)) {
        let newest = ListQuery::newest(kind);
        let pages = [
            newest.clone(),
            ListQuery { of: intent.into_iter().collect(), ..newest.clone() },
            ListQuery { starting_after: intent, ..newest.clone() },
            ListQuery { ending_before: intent, ..newest },
        ];
        for query in pages {
            let sql = schema::list(&query);
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps: Vec<String> = plan.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
            let index = |step: &String| step.contains("_of_account (account=?") || step.contains("(parent=?");
            assert!(steps.first().is_some_and(index), "{sql}: {steps:?}");
            assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{sql}: {steps:?}");
        }
    }
}

/// Tables of the first version are brought to the present one, with everything in them.
#[test]
fn old_tables_are_migrated() {
    let old = Connection::open_in_memory().unwrap();
    old.execute_batch(schema::MIGRATIONS.first().unwrap()).unwrap();
    old.execute_batch("PRAGMA user_version = 1; INSERT INTO accounts VALUES (1, 1, NULL, x'00');").unwrap();
    old.execute_batch("INSERT INTO events (sequence, id, account, record) VALUES (7, 3, 1, x'2a');").unwrap();
    open::migrate(&old).unwrap();
    let kept = old.query_row("SELECT id, record FROM events WHERE sequence = 7", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
    });
    assert_eq!(kept, Ok((3, vec![0x2a])));
    let tables = |connection: &Connection| {
        let mut names = connection.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").unwrap();
        let rows = names.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap)
            .filter(|(name, _)| name != "sqlite_sequence")
            .collect::<Vec<(String, Option<String>)>>()
    };
    assert_eq!(tables(&old), tables(&open::memory().unwrap()));
    let found: usize = old.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(found, schema::VERSION);
}

/// A file whose records are of an older make is refused, with what to do, and left as it was.
#[test]
fn a_file_of_older_records_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    {
        let old = Connection::open(&path).unwrap();
        let application = schema::APPLICATION_ID;
        let tables = schema::MIGRATIONS.iter().take(2).copied().collect::<String>();
        old.execute_batch(&format!("{tables} PRAGMA application_id = {application}; PRAGMA user_version = 2;"))
            .unwrap();
    }
    let before = std::fs::read(&path).unwrap();
    let refused = SqliteStore::open(&path, Durability::Full).unwrap_err().0;
    assert!(refused.contains("older engine (format 2") && refused.contains("begin a new file"), "{refused}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
