//! Tests of the SQLite store that need its internals: the query plans of its statements, and its migrations.

use super::{Durability, SqliteStore, open, schema};
use crate::command::ListQuery;
use crate::objects::Account;
use crate::store::{Batch, Store};
use crate::{AccountId, Kind, ObjectId, PaymentIntentId};
use rusqlite::Connection;

/// Lists of an account read that account's rows and no others, with every filter.
#[test]
fn no_list_reads_other_accounts() {
    let connection = open::memory().unwrap();
    let unlisted = [Kind::Account, Kind::Delivery];
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
    old.execute_batch("PRAGMA user_version = 1; INSERT INTO accounts VALUES (6, 6, NULL, x'00');").unwrap();
    old.execute_batch("INSERT INTO events (sequence, id, account, record) VALUES (7, 3, 6, x'2a');").unwrap();
    open::migrate(&old).unwrap();
    let kept = old.query_row("SELECT id, record FROM events WHERE sequence = 7", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
    });
    assert_eq!(kept, Ok((3, vec![0x2a])));
    let place = |id: i64| old.query_row("SELECT sequence FROM accounts WHERE id = ?", [id], |row| row.get::<_, i64>(0));
    assert_eq!(place(6), Ok(6), "objects of before keep the order of their ids");
    let upsert = schema::upsert(Kind::Account);
    for id in [4, 4, 5] {
        old.execute(&upsert, (id, id, None::<i64>, [0_u8])).unwrap();
    }
    assert_eq!((place(4), place(5)), (Ok(7), Ok(8)), "new objects follow");
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

/// A file with records of an older format is refused with advice, and left unchanged.
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

fn column(connection: &Connection, sql: &str) -> Vec<String> {
    connection.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Returns every table there is, by the database's own list.
fn tables(connection: &Connection) -> Vec<String> {
    column(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")
}

fn rows(connection: &Connection, table: &str) -> usize {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// Returns a row in every table, for the tables and columns of every migration.
fn fill(connection: &Connection) {
    for table in tables(connection) {
        let columns = column(connection, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let value = |column: &String| match column.as_str() {
            // The amount that the others lie within.
            "a" => "9",
            "record" => "x'00'",
            _ => "1",
        };
        let values: Vec<&str> = columns.iter().map(value).collect();
        let (columns, values) = (columns.join(", "), values.join(", "));
        connection.execute(&format!("INSERT INTO {table} ({columns}) VALUES ({values})"), []).unwrap();
    }
}

/// A store that is emptied keeps nothing, in no table and in no cache, and counts from 1 again.
#[test]
fn an_emptied_store_is_as_new() {
    let store = SqliteStore::in_memory().unwrap();
    fill(&store.write());
    let filled = tables(&store.write());
    assert!(
        filled.len() > Kind::ALL.len() && filled.iter().all(|table| rows(&store.write(), table) == 1),
        "{filled:?}"
    );
    let objects = vec![Account::standard(AccountId(7)).into()];
    store.commit(Batch { objects, ..Batch::default() }).unwrap();
    assert!(store.object(AccountId(7).into()).unwrap().is_some());

    let store = store.emptied().unwrap();
    assert_eq!(tables(&store.write()), filled);
    let left: Vec<&String> = filled.iter().filter(|table| rows(&store.write(), table) != 0).collect();
    assert_eq!(left, Vec::<&String>::new());
    assert_eq!(store.object(AccountId(7).into()), Ok(None));
    store.check().unwrap();
    let [emptied, new] = [store, SqliteStore::in_memory().unwrap()].map(|store| {
        let connection = store.writer.into_inner().unwrap();
        connection.execute_batch("INSERT INTO accounts (id, account, record) VALUES (1, 1, x'00');").unwrap();
        connection.execute_batch("INSERT INTO events (id, account, record) VALUES (5, 1, x'00');").unwrap();
        connection.query_row("SELECT sequence FROM events", [], |row| row.get::<_, i64>(0)).unwrap()
    });
    assert_eq!(emptied, new);
}

/// A store in use, or in a transaction, is not emptied.
#[test]
fn a_file_is_not_emptied_nor_a_store_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.db");
    let file = SqliteStore::open(&path, Durability::Process).unwrap();
    file.commit(Batch { objects: vec![Account::standard(AccountId(7)).into()], ..Batch::default() }).unwrap();
    assert!(file.emptied().unwrap_err().0.contains("a file"));
    let file = SqliteStore::open(&path, Durability::Process).unwrap();
    assert!(file.object(AccountId(7).into()).unwrap().is_some());

    let at_work = SqliteStore::in_memory().unwrap();
    at_work.write().execute_batch("BEGIN; INSERT INTO accounts (id, account, record) VALUES (1, 1, x'00');").unwrap();
    assert!(at_work.emptied().unwrap_err().0.contains("transaction"));

    let panicked = std::sync::Arc::new(SqliteStore::in_memory().unwrap());
    let theirs = std::sync::Arc::clone(&panicked);
    let thread = std::thread::spawn(move || {
        let _held = theirs.write();
        panic!("in the middle of a commit");
    });
    assert!(thread.join().is_err());
    assert!(std::sync::Arc::into_inner(panicked).unwrap().emptied().unwrap_err().0.contains("panicked"));
}
