//! The store alone: duplicates, owners, alerts once, forgetting.

use tempfile::TempDir;

use super::*;
use crate::assess::{AssessmentTimes, WatchRules, assess};
use crate::incoming::{IncomingEvent, logged, read_event};

fn store(folder: &TempDir) -> WatchStore {
    WatchStore::open(&folder.path().join("watch.db"), SyncMode::System).unwrap()
}

fn event(id: &str, kind: &str, created: i64, object: &str) -> IncomingEvent {
    let text = format!(r#"{{"id":"{id}","type":"{kind}","created":{created},"data":{{"object":{{{object}}}}}}}"#);
    read_event(text.as_bytes()).unwrap()
}

const FEE: &str = r#""object":"application_fee","id":"fee_1","amount":5,"charge":"ch_1""#;
const CHARGE: &str = r#""object":"charge","id":"ch_1","payment_intent":"pi_1","status":"succeeded","captured":true"#;
const BROKEN: &str = r#""object":"charge","id":"ch_1","payment_intent":"pi_1","status":"succeeded","captured":true,"amount":5,"amount_captured":-5"#;

/// Judges everything that waits, as the judge does. Returns the number of alerts.
fn judge(store: &mut WatchStore, now: i64) -> usize {
    let assessed = store.to_judge(now, 100).unwrap().into_iter().map(|row| {
        let events = store.events(&row.id).unwrap();
        let arrived = events.iter().map(|event| event.received).max().unwrap();
        let events = events.iter().map(|event| logged(&event.body, event.number).unwrap()).collect();
        let times = AssessmentTimes { now, due_by: now, arrived };
        let assessment = assess(&row.id, events, times, &WatchRules::default());
        (row, assessment)
    });
    let assessed: Vec<_> = assessed.collect();
    store.settle(&assessed, now, true).unwrap()
}

#[test]
fn an_event_is_stored_once_and_an_altered_one_beside_it() {
    let folder = TempDir::new().unwrap();
    let mut store = store(&folder);
    let one = event("evt_1", "charge.succeeded", 5, CHARGE);
    let altered = event("evt_1", "charge.succeeded", 5, &format!("{CHARGE},\"amount\":7"));
    let stored = store.add(&[one.clone(), one.clone(), altered], 10).unwrap();
    assert_eq!(stored, [Stored::New, Stored::Duplicate, Stored::New]);
    drop(store);
    let mut store = self::store(&folder);
    assert_eq!(store.add(&[one], 11).unwrap(), [Stored::Duplicate], "after a restart");
    let numbers: Vec<u64> = store.events("pi_1").unwrap().iter().map(|event| event.number).collect();
    assert_eq!(numbers.len(), 2);
    assert!(store.has_event("evt_1").unwrap() && !store.has_event("evt_2").unwrap());
}

#[test]
fn an_event_of_a_charge_finds_its_payment_in_either_order() {
    for fee_first in [true, false] {
        let folder = TempDir::new().unwrap();
        let mut store = store(&folder);
        let mut events =
            [event("evt_f", "application_fee.created", 5, FEE), event("evt_c", "charge.succeeded", 5, CHARGE)];
        if !fee_first {
            events.reverse();
        }
        for event in events {
            store.add(&[event], 10).unwrap();
            judge(&mut store, 10);
        }
        assert_eq!(store.events("pi_1").unwrap().len(), 2, "fee first: {fee_first}");
        assert_eq!(store.payment("ch_1").unwrap(), None);
        assert_eq!(store.figures().unwrap().payments, 1);
    }
}

#[test]
fn the_charge_knows_better_than_another_object() {
    let folder = TempDir::new().unwrap();
    let mut store = store(&folder);
    let wrong = r#""object":"payment_intent","id":"pi_2","status":"requires_payment_method","latest_charge":"ch_1""#;
    store.add(&[event("evt_w", "payment_intent.created", 5, wrong)], 10).unwrap();
    store.add(&[event("evt_f", "application_fee.created", 5, FEE)], 10).unwrap();
    assert_eq!(store.events("pi_2").unwrap().len(), 2);
    store.add(&[event("evt_c", "charge.succeeded", 5, CHARGE)], 10).unwrap();
    assert_eq!((store.events("pi_2").unwrap().len(), store.events("pi_1").unwrap().len()), (1, 2));
    store.add(&[event("evt_w2", "payment_intent.canceled", 6, wrong)], 10).unwrap();
    assert_eq!(store.events("pi_1").unwrap().len(), 2, "a weaker word changes nothing");
}

#[test]
fn an_alert_is_raised_once() {
    let folder = TempDir::new().unwrap();
    let mut store = store(&folder);
    store.add(&[event("evt_1", "charge.succeeded", 5, BROKEN)], 10).unwrap();
    assert_eq!(judge(&mut store, 10), 1);
    store.add(&[event("evt_2", "charge.updated", 6, BROKEN)], 11).unwrap();
    assert_eq!(judge(&mut store, 11), 0, "the same payment, kind and object");
    let [(number, line)] = store.unprinted().unwrap().try_into().unwrap();
    assert!(line.contains("\"id\":\"impossible:pi_1\""), "{line}");
    store.mark_printed(number).unwrap();
    assert_eq!(store.unprinted().unwrap(), []);

    let [post] = store.to_post(10).unwrap().try_into().unwrap();
    store.mark_posted(post.number, Some(20)).unwrap();
    assert_eq!(store.to_post(19).unwrap(), []);
    assert_eq!(store.to_post(20).unwrap()[0].tries, 1);
    store.mark_posted(post.number, None).unwrap();
    assert_eq!((store.to_post(i64::MAX).unwrap(), store.figures().unwrap().unposted), (vec![], 0));
}

#[test]
fn a_verdict_on_fewer_events_leaves_the_payment_waiting() {
    let folder = TempDir::new().unwrap();
    let mut store = store(&folder);
    store.add(&[event("evt_1", "charge.succeeded", 5, CHARGE)], 10).unwrap();
    let [row] = store.to_judge(10, 10).unwrap().try_into().unwrap();
    store.add(&[event("evt_2", "charge.updated", 6, CHARGE)], 12).unwrap();
    let times = AssessmentTimes { now: 12, due_by: 12, arrived: 12 };
    let assessment = assess("pi_1", Vec::new(), times, &WatchRules::default());
    store.settle(&[(row, assessment)], 12, false).unwrap();
    let figures = store.figures().unwrap();
    assert_eq!((figures.waiting, figures.waiting_since), (1, Some(10)));
    judge(&mut store, 12);
    assert_eq!(store.figures().unwrap().waiting, 0);
}

#[test]
fn closed_payments_are_forgotten_and_open_ones_kept() {
    let paid = r#""object":"payment_intent","id":"pi_1","status":"succeeded""#;
    let open = r#""object":"payment_intent","id":"pi_1","status":"requires_capture""#;
    let unpaid = r#""object":"payment_intent","id":"pi_1","status":"requires_payment_method""#;
    let pending = r#""object":"refund","id":"re_1","payment_intent":"pi_1","charge":"ch_1","status":"pending""#;
    let day = 86_400;
    for (name, kind, object, kept_at, gone_at) in [
        ("paid", "payment_intent.succeeded", paid, 9, 10),
        ("unpaid", "payment_intent.created", unpaid, 9, 10),
        ("held", "payment_intent.amount_capturable_updated", open, 99, 100),
        ("with a pending refund", "refund.created", pending, 14, 100),
    ] {
        let folder = TempDir::new().unwrap();
        let mut store = store(&folder);
        store.add(&[event("evt_1", kind, 1, object)], 0).unwrap();
        assert_eq!(store.forget(1_000 * day).unwrap(), 0, "{name}: it has not been judged");
        for at in [0, kept_at, gone_at] {
            judge(&mut store, at * day);
            let forgotten = store.forget((at - 10) * day).unwrap();
            assert_eq!(forgotten, usize::from(at == gone_at), "{name}, day {at}");
        }
        assert_eq!(store.figures().unwrap().events, 0, "{name}");
    }
}

#[test]
fn events_of_no_payment_are_forgotten_by_age() {
    let folder = TempDir::new().unwrap();
    let mut store = store(&folder);
    store.add(&[event("evt_1", "customer.created", 1, r#""object":"customer","id":"cus_1""#)], 50).unwrap();
    store.forget(49).unwrap();
    assert_eq!(store.figures().unwrap().events, 1);
    store.forget(50).unwrap();
    assert_eq!((store.figures().unwrap().events, store.figures().unwrap().payments), (0, 0));
}

#[test]
fn a_foreign_database_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
    let error = WatchStore::open(&path, SyncMode::Disk).unwrap_err().to_string();
    assert!(error.contains("another program"), "{error}");
    std::fs::write(&path, "text and no database, which is longer than a header of SQLite would be, 100 bytes").unwrap();
    assert!(WatchStore::open(&path, SyncMode::Disk).is_err());
    drop(store(&folder));
    let path = folder.path().join("watch.db");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 9).unwrap();
    assert!(WatchStore::open(&path, SyncMode::Disk).unwrap_err().to_string().contains("version 9"));
    let mark = Connection::open(&path).unwrap();
    mark.pragma_update(None, "user_version", 2).unwrap();
    let store = store(&folder);
    assert_eq!(store.mark("a").unwrap(), None);
    store.set_mark("a", 5).unwrap();
    store.set_mark("a", 6).unwrap();
    assert_eq!(store.mark("a").unwrap(), Some(6));
}
