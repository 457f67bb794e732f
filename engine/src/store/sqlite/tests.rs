//! What only the inside of the SQLite store can show: the plans of its statements, and its migrations.

use super::records::encode;
use super::{Durability, SqliteStore, open, schema};
use crate::command::ListQuery;
use crate::objects::{Account, Customer, Event, EventType};
use crate::store::Store;
use crate::time::Time;
use crate::{AccountId, ApiVersion, CustomerId, EventId, Kind, Object, PaymentIntentId};
use rusqlite::{Connection, params};
use std::sync::Arc;

const NOW: Time = Time::new(1_800_000_000);

/// Lists of an account read that account's rows and no others, whatever they are narrowed to.
#[test]
fn no_list_reads_other_accounts() {
    let connection = open::memory().unwrap();
    let unlisted = [Kind::Account, Kind::Reversal, Kind::FeeRefund, Kind::Delivery];
    let intent = Some(PaymentIntentId(5).into());
    for kind in Kind::ALL.iter().copied().filter(|kind| !unlisted.contains(kind)) {
        let newest = ListQuery::newest(kind);
        let pages = [
            newest.clone(),
            ListQuery { of: intent, ..newest.clone() },
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

/// A file of the first format is brought to the present one, with everything in it.
#[test]
fn an_old_file_is_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let id = AccountId(1);
    let customer =
        |number| Customer { id: CustomerId(number), account: id, created: NOW, name: None, email: None, texts: None };
    let (version, object) = (ApiVersion::CURRENT, Object::from(customer(2)));
    let (event_type, charge, previous, origin) = (EventType::CustomerCreated, None, Vec::new(), None);
    let event =
        Event { id: EventId(3), account: id, created: NOW, event_type, object, charge, previous, origin, version };
    let account = Object::from(Account::standard(id));
    {
        let old = Connection::open(&path).unwrap();
        old.execute_batch(schema::MIGRATIONS.first().unwrap()).unwrap();
        let application = schema::APPLICATION_ID;
        old.execute_batch(&format!("PRAGMA application_id = {application}; PRAGMA user_version = 1;")).unwrap();
        for (table, record) in [("accounts", account), ("customers", Object::from(customer(2)))] {
            let sql = format!("INSERT INTO {table} (id, account, record) VALUES (?, 1, ?)");
            let number = i64::try_from(record.id().number()).unwrap();
            old.execute(&sql, params![number, encode(&record).unwrap()]).unwrap();
        }
        let sql = "INSERT INTO events (sequence, id, account, record) VALUES (7, 3, 1, ?)";
        old.execute(sql, params![encode(&event).unwrap()]).unwrap();
    }
    let store = SqliteStore::open(&path, Durability::Full).unwrap();
    assert_eq!(store.events_after(0, 9).unwrap(), [(7, Arc::new(event))]);
    let listed = store.list(id, &ListQuery::newest(Kind::Customer)).unwrap().objects;
    assert_eq!(listed, [Object::from(customer(2))]);
    store.check().unwrap();
    drop(store);
    let found: usize = Connection::open(&path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(found, schema::VERSION);
}
