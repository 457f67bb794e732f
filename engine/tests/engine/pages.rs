//! P3, P4, P11: walking any list by pages of any size, in both directions, shows every object exactly once.

use crate::filled::filled;
use crate::test_helpers::{CONNECTED, MERCHANT, START, TestEngine};
use holdfast_engine::command::ListQuery;
use holdfast_engine::edge::{read, render};
use holdfast_engine::objects::{Account, Customer};
use holdfast_engine::store::{Batch, Store};
use holdfast_engine::{
    CustomerId, Dialect, Engine, EngineParts, Ids, Kind, NoEntropy, Object, ObjectId, Request, SequentialIds,
};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

/// Every list that the API has is among those that the tests below walk through.
#[test]
fn no_list_is_left_out() {
    let walked: HashSet<String> = filled(&TestEngine::new()).into_iter().map(|(path, _)| pattern(&path)).collect();
    let lists = read::ROUTES.iter().filter(|route| route.answer.starts_with('['));
    let lists = lists.map(|route| pattern(route.pattern));
    let lists: HashSet<String> = lists.collect();
    assert_eq!(walked, lists);
}

/// The pattern of a path, with `{id}` in place of an id or its name.
fn pattern(path: &str) -> String {
    let is_id = |part: &str| part.starts_with('{') || part.parse::<ObjectId>().is_ok();
    let part = |part: &str| if is_id(part) { "{id}".to_owned() } else { part.to_owned() };
    let path = path.trim_start_matches("/v1/");
    format!("/v1/{}", path.split('/').map(part).collect::<Vec<_>>().join("/"))
}

/// One page: its ids, whether more follow, and its `url`.
fn page(w: &TestEngine, path: &str, query: &str) -> (Vec<String>, bool, String) {
    let shown = w.get(path, query).is("object=list");
    let data = shown.body["data"].as_array().unwrap();
    let ids = data.iter().map(|object| object["id"].as_str().unwrap().to_owned()).collect();
    (ids, shown.body["has_more"].as_bool().unwrap(), shown.text("url"))
}

/// All ids from the newest to the oldest, by pages of `limit`; every page after the first comes from the list's `url`.
fn walked_back(w: &TestEngine, path: &str, query: &str, limit: usize) -> Vec<String> {
    let (mut all, mut more, mut url) = page(w, path, &format!("{query} limit={limit}"));
    while more {
        let after = all.last().unwrap();
        let next = url.strip_prefix("/v1/").unwrap().to_owned();
        let (ids, has_more, next_url) = page(w, &next, &format!("{query} limit={limit} starting_after={after}"));
        assert!(!ids.is_empty() && ids.len() <= limit, "{path} {query} {limit}");
        all.extend(ids);
        assert!(all.len() <= 1_000, "{path} {query} {limit}: the walk does not end");
        (more, url) = (has_more, next_url);
    }
    all
}

/// All ids newer than `oldest`, from the newest to the oldest, by pages of `limit` that begin at the oldest.
fn walked_forward(w: &TestEngine, path: &str, query: &str, limit: usize, oldest: &str) -> Vec<String> {
    let mut all = vec![oldest.to_owned()];
    loop {
        let (ids, more, _) = page(w, path, &format!("{query} limit={limit} ending_before={}", all[0]));
        assert!(!more || ids.len() == limit, "{path} {query} {limit}");
        all.splice(0..0, ids);
        assert!(all.len() <= 1_000, "{path} {query} {limit}: the walk does not end");
        if !more {
            return all;
        }
    }
}

/// P3, P4: every list, on every store, by pages of every size, in both directions.
#[test]
fn every_walk_shows_everything_once() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        for (path, query) in filled(&w) {
            let (whole, more, url) = page(&w, &path, &format!("{query} limit=100"));
            assert!(whole.len() >= 3 && !more, "{name} {path} {query}: {whole:?}");
            assert_eq!(url, format!("/v1/{path}"), "{name} {query}");
            assert_eq!(whole.iter().collect::<HashSet<_>>().len(), whole.len(), "{name} {path} {query}");
            for limit in [1, 2, 3, 7, 99, 100] {
                assert_eq!(walked_back(&w, &path, &query, limit), whole, "{name} {path} {query} by {limit}");
                let oldest = whole.last().unwrap();
                assert_eq!(
                    walked_forward(&w, &path, &query, limit, oldest),
                    whole,
                    "{name} {path} {query} forward by {limit}"
                );
            }
        }
    }
}

/// The lists that the provider does not narrow by `created`.
const WITHOUT_CREATED: [&str; 8] = [
    "/v1/customers/{id}/payment_methods",
    "/v1/accounts/{id}/external_accounts",
    "/v1/accounts/{id}/persons",
    "/v1/customers/{id}/tax_ids",
    "/v1/payment_methods",
    "/v1/transfers/{id}/reversals",
    "/v1/application_fees/{id}/refunds",
    "/v1/webhook_endpoints",
];

/// Every list with a `created`, narrowed to every range between the instants of its objects: pages of any size, in both
/// directions, show the objects of the range once, in the order of the whole list.
#[test]
fn every_walk_within_a_range_shows_the_range_once() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let (mut refused, mut full, mut partial, mut empty) = (HashSet::new(), 0, 0, 0);
        for (path, query) in filled(&w) {
            if w.get(&path, &format!("{query} created=1")).status != 200 {
                w.get(&path, &format!("{query} created=1")).refused(400, "parameter_unknown", "created");
                refused.insert(pattern(&path));
                continue;
            }
            let whole = w.get(&path, &format!("{query} limit=100")).is("object=list has_more=false");
            let whole: Vec<(String, u64)> = (whole.body["data"].as_array().unwrap().iter())
                .map(|object| (object["id"].as_str().unwrap().to_owned(), object["created"].as_u64().unwrap()))
                .collect();
            let mut instants: Vec<u64> = whole.iter().map(|(_, created)| *created).collect();
            instants.dedup();
            for (from, to) in instants.iter().flat_map(|from| instants.iter().map(move |to| (*from, *to))) {
                type Fits = fn(u64, u64, u64) -> bool;
                let ranges: [(String, Fits); 4] = [
                    (format!("created[gte]={from} created[lte]={to}"), |at, from, to| from <= at && at <= to),
                    (format!("created[gt]={from} created[lte]={to}"), |at, from, to| from < at && at <= to),
                    (format!("created[gte]={from} created[lt]={to}"), |at, from, to| from <= at && at < to),
                    (format!("created={from}"), |at, from, _| at == from),
                ];
                for (range, fits) in ranges {
                    let expected = whole.iter().filter(|(_, at)| fits(*at, from, to)).map(|(id, _)| id.clone());
                    let expected: Vec<String> = expected.collect();
                    let query = format!("{query} {range}");
                    for limit in [1, 2, 100] {
                        assert_eq!(walked_back(&w, &path, &query, limit), expected, "{name} {path} {query} by {limit}");
                        if let Some(oldest) = expected.last() {
                            let walked = walked_forward(&w, &path, &query, limit, oldest);
                            assert_eq!(walked, expected, "{name} {path} {query} forward by {limit}");
                        }
                    }
                    full += u32::from(expected.len() == whole.len());
                    partial += u32::from(!expected.is_empty() && expected.len() < whole.len());
                    empty += u32::from(expected.is_empty());
                }
            }
        }
        assert_eq!(refused, WITHOUT_CREATED.map(str::to_owned).into());
        assert!(full > 0 && partial > 50 && empty > 50, "{name}: {full} full, {partial} partial, {empty} empty ranges");
    }
}

/// P3: the list of events is in the order in which the events were committed, on every store.
#[test]
fn events_are_listed_in_the_order_of_their_commits() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        filled(&w);
        let committed = w.engine.events_after(0, 1_000).unwrap();
        let own = committed.iter().rev().filter(|(_, event)| event.account == MERCHANT);
        let own: Vec<String> = own.map(|(_, event)| event.id.to_string()).collect();
        assert_eq!(walked_back(&w, "events", "", 10), own, "{name}");
    }
}

/// P3: ids are given out before they are committed, so a smaller id can appear later. A client that polls for what is
/// newer than the newest object it knows still sees it.
#[test]
fn a_smaller_id_that_comes_later_is_newer() {
    for (name, store) in TestEngine::stores() {
        let customer = |id| -> Object {
            let (account, created) = (MERCHANT, START);
            let id = CustomerId(id);
            Customer {
                default_source: None,
                id,
                account,
                created,
                name: None,
                email: None,
                default_method: None,
                deleted: false,
                texts: None,
            }
            .into()
        };
        let put = |objects| store.commit(Batch { objects, ..Batch::default() }).unwrap();
        let list = |query: ListQuery| -> Vec<ObjectId> {
            store.list(MERCHANT, &query).unwrap().objects.iter().map(Object::id).collect()
        };
        let ids = |numbers: &[u64]| -> Vec<ObjectId> { numbers.iter().map(|n| CustomerId(*n).into()).collect() };
        put(vec![Account::standard(MERCHANT).into()]);
        put(vec![customer(5), customer(3), customer(5)]);
        put(vec![customer(9)]);
        put(vec![customer(7), customer(3)]);
        let newest = ListQuery::newest(Kind::Customer);
        assert_eq!(list(newest.clone()), ids(&[7, 9, 3, 5]), "{name}");
        let before = |id| Some(ObjectId::from(CustomerId(id)));
        let newer = |id, limit| ListQuery { ending_before: before(id), limit, ..newest.clone() };
        assert_eq!(list(newer(9, 10)), ids(&[7]), "{name}");
        assert_eq!(list(newer(5, 2)), ids(&[9, 3]), "{name}");
        let older = |id, limit| ListQuery { starting_after: before(id), limit, ..newest.clone() };
        assert_eq!(list(older(7, 2)), ids(&[9, 3]), "{name}");
        assert_eq!(list(older(3, 10)), ids(&[5]), "{name}");
    }
}

/// Pages of `kind` newer than `newest`, oldest first, until none is left.
fn poll(store: &dyn Store, kind: Kind, seen: &mut Vec<ObjectId>) {
    loop {
        let query = ListQuery { limit: 3, ending_before: seen.last().copied(), ..ListQuery::newest(kind) };
        let page = store.list(MERCHANT, &query).unwrap();
        seen.extend(page.objects.iter().rev().map(Object::id));
        if !page.has_more {
            return;
        }
    }
}

/// Ids after each of which another thread may commit first.
#[derive(Default)]
struct Yielding(SequentialIds);

impl Ids for Yielding {
    fn next(&self) -> u64 {
        let id = self.0.next();
        std::thread::yield_now();
        id
    }

    fn secret(&self) -> Result<u64, NoEntropy> {
        self.0.secret()
    }
}

/// P3: while four clients pay at once, a poller sees every event and every payment exactly once, and every walk shows
/// everything that was there when it began.
#[test]
fn concurrent_inserts_lose_nothing() {
    for (name, store) in TestEngine::stores() {
        let ids = Arc::new(Yielding::default());
        let parts = EngineParts { store, ids, ..EngineParts::in_memory(START) };
        let engine = Engine::open(parts).unwrap();
        engine.add_account(Account::standard(MERCHANT)).unwrap();
        let (barrier, done) = (Barrier::new(5), AtomicBool::new(false));
        let pay = || {
            let form = read::form([
                ("amount", "1000"),
                ("currency", "usd"),
                ("payment_method", "pm_card_visa"),
                ("confirm", "true"),
                ("payment_method_types[]", "card"),
                ("capture_method", "automatic"),
            ]);
            let command = read::command(read::Verb::Post, "/v1/payment_intents", &form);
            let response = engine.execute(Request::new(MERCHANT, command));
            assert_eq!(response.status(), 200, "{}", render::response(&response));
        };
        pay();
        let first = |kind| {
            let page = engine.store().list(MERCHANT, &ListQuery { limit: 100, ..ListQuery::newest(kind) }).unwrap();
            page.objects.iter().rev().map(Object::id).collect::<Vec<_>>()
        };
        let kinds = [Kind::Event, Kind::PaymentIntent, Kind::Charge, Kind::BalanceTransaction];
        let mut seen: Vec<Vec<ObjectId>> = kinds.iter().map(|kind| first(*kind)).collect();
        std::thread::scope(|threads| {
            let writers: Vec<_> = (0..4)
                .map(|_| {
                    threads.spawn(|| {
                        barrier.wait();
                        (0..150).for_each(|_| pay());
                    })
                })
                .collect();
            let poller = threads.spawn(|| {
                barrier.wait();
                while !done.load(Ordering::SeqCst) {
                    for (kind, seen) in kinds.iter().zip(&mut seen) {
                        poll(engine.store(), *kind, seen);
                        assert_eq!(walk(engine.store(), *kind, seen), *seen, "{name} {kind:?}");
                    }
                }
            });
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            done.store(true, Ordering::SeqCst);
            poller.join().unwrap();
        });
        for (kind, mut seen) in kinds.iter().zip(seen) {
            poll(engine.store(), *kind, &mut seen);
            let mut all = HashSet::new();
            engine.store().each(*kind, &mut |object| assert!(all.insert(object.id()))).unwrap();
            assert_eq!(seen.len(), all.len(), "{name} {kind:?}");
            assert_eq!(seen.into_iter().collect::<HashSet<_>>(), all, "{name} {kind:?}");
            assert!(all.len() > 600, "{name} {kind:?}");
        }
    }
}

/// Returns the objects that a walk to older ones shows from the newest of `known` on, oldest first.
fn walk(store: &dyn Store, kind: Kind, known: &[ObjectId]) -> Vec<ObjectId> {
    let mut all = vec![*known.last().unwrap()];
    loop {
        let query = ListQuery { limit: 100, starting_after: all.last().copied(), ..ListQuery::newest(kind) };
        let page = store.list(MERCHANT, &query).unwrap();
        all.extend(page.objects.iter().map(Object::id));
        if !page.has_more {
            all.reverse();
            return all;
        }
    }
}

/// P11, and a cursor that names nothing: refused, on every list, instead of an empty or an arbitrary page.
#[test]
fn cursors_that_make_no_sense_are_refused() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        for (path, query) in filled(&w) {
            let (ids, ..) = page(&w, &path, &query);
            let both = format!("{query} starting_after={} ending_before={}", ids[0], ids[2]);
            w.get(&path, &both).refused(400, "-", "starting_after");
            let prefix = ids[0].trim_end_matches(|letter: char| letter != '_');
            for cursor in ["starting_after", "ending_before"] {
                let unknown = format!("{query} {cursor}={prefix}0000000zzzz");
                w.get(&path, &unknown).refused(400, "resource_missing", cursor);
                let other_kind = if path == "customers" { "pi_00000000001" } else { "cus_00000000001" };
                w.get(&path, &format!("{query} {cursor}={other_kind}")).refused(400, "resource_missing", cursor);
            }
        }
        // Another account's object is no cursor.
        let customer = w.post("customers", "").id();
        w.act_for(CONNECTED);
        let foreign = w.get("customers", &format!("starting_after={customer}"));
        assert_eq!(foreign.status, 400, "{name}");
    }
}
