//! Objects, lists inside them, and events in every API version (P4 to P8).

use crate::test_helpers::{Answer, TestEngine};
use holdfast_engine::edge::read::Verb;
use holdfast_engine::edge::render;
use holdfast_engine::objects::{Account, Event};
use holdfast_engine::time::DAY;
use holdfast_engine::{AccountId, ApiVersion, Dialect};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A date on each side of every change of the rendering.
const VERSIONS: [&str; 7] =
    ["2018-11-08", "2019-02-11", "2020-08-27", "2022-08-01", "2022-11-15", "2024-04-10", "2026-06-24"];
/// The platform of an old version, and the account connected to it.
const OLD: AccountId = AccountId(11);
const OLD_CONNECTED: AccountId = AccountId(12);

fn version(text: &str) -> ApiVersion {
    text.parse().unwrap()
}

/// An engine whose platform has the oldest version, so that its events can be shown in every version.
fn old_world(w: TestEngine) -> TestEngine {
    let oldest = version(VERSIONS[0]);
    w.engine.add_account(Account { version: oldest, ..Account::standard(OLD) }).unwrap();
    w.engine.add_account(Account { version: oldest, ..Account::connected(OLD_CONNECTED, OLD) }).unwrap();
    w.act_for(OLD);
    w
}

/// Payments with partial captures, refunds, failures, reversals, cancellations and an expiry.
fn many_changes(w: &TestEngine) -> String {
    let to = format!("transfer_data[destination]={OLD_CONNECTED} application_fee_amount=100");
    let params = format!("amount=1000 currency=usd confirm=true capture_method=automatic {to}");
    let pi = w.post("payment_intents", &format!("{params} payment_method=pm_card_visa")).is("status=succeeded").id();
    for amount in [100, 150] {
        let flags = "reverse_transfer=true refund_application_fee=true";
        w.post("refunds", &format!("payment_intent={pi} amount={amount} {flags}")).is("status=succeeded");
    }
    let held = w.hold(1000, "pm_card_visa", "");
    w.post(&format!("payment_intents/{held}/capture"), "amount_to_capture=600").is("status=succeeded");
    w.post("refunds", &format!("payment_intent={held} amount=100")).is("status=succeeded");
    w.post("refunds", &format!("payment_intent={held}")).is("amount=500");
    let multi = w.multi(1000, "");
    w.post(&format!("payment_intents/{multi}/capture"), "amount_to_capture=200 final_capture=false")
        .is("status=requires_capture");
    let canceled = w.hold(500, "pm_card_visa", "");
    w.post(&format!("payment_intents/{canceled}/cancel"), "").is("status=canceled");
    w.hold(500, "pm_card_visa", "");
    let declined = w.post("payment_intents", "amount=700 currency=usd").id();
    w.post(&format!("payment_intents/{declined}/confirm"), "payment_method=pm_card_visa_chargeDeclined").refused(
        402,
        "card_declined",
        "-",
    );
    w.post(&format!("payment_intents/{declined}/confirm"), "payment_method=pm_card_visa").is("status=succeeded");
    w.post("payment_intents", "amount=800 currency=usd confirm=true payment_method=pm_usBankAccount_success")
        .is("status=processing");
    w.post("setup_intents", "confirm=true payment_method=pm_card_visa").is("status=succeeded");
    w.advance(DAY * 40);
    pi
}

fn in_version(w: &TestEngine, at: &str, path: &str) -> Answer {
    w.send(Verb::Get, path, "", None, Some(at))
}

/// Calls `found` with every list inside `value` that has an owner.
fn lists_in(value: &Value, found: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| lists_in(item, found)),
        Value::Object(map) => {
            if map.get("object").is_some_and(|object| object == "list") {
                found(map);
            }
            map.values().for_each(|inner| lists_in(inner, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// P4, P5: in every version and on every store, a list inside an object is what its own address answers.
#[test]
fn a_list_inside_an_object_is_what_its_url_answers() {
    for (name, store) in TestEngine::stores() {
        let w = old_world(TestEngine::on(store, Dialect::default()));
        many_changes(&w);
        for at in VERSIONS {
            let mut compared: BTreeMap<String, usize> = BTreeMap::new();
            for path in ["payment_intents", "charges", "transfers", "application_fees"] {
                let page = in_version(&w, at, path).is("object=list");
                for object in page.body["data"].as_array().unwrap() {
                    let one = in_version(&w, at, &format!("{path}/{}", object["id"].as_str().unwrap()));
                    assert_eq!(one.body, *object, "{name} {at} {path}");
                    lists_in(object, &mut |list| {
                        let (url, params) = url_of(list);
                        let answer = w.send(Verb::Get, url, params, None, Some(at));
                        assert_eq!(answer.body["data"], list["data"], "{name} {at} {url}");
                        assert_eq!(answer.body["has_more"], list["has_more"], "{name} {at} {url}");
                        let items = list["data"].as_array().unwrap().len();
                        *compared.entry(kind_of(list)).or_default() += items;
                    });
                }
            }
            let with_charges = version(at) < version("2022-11-15");
            let mut expected = BTreeSet::from(["fee_refund", "transfer_reversal"]);
            if with_charges {
                expected.extend(["charge", "refund"]);
            }
            let filled: BTreeSet<&str> =
                compared.iter().filter(|(_, items)| **items > 0).map(|(kind, _)| kind.as_str()).collect();
            assert_eq!(filled.into_iter().filter(|kind| !kind.is_empty()).collect::<BTreeSet<_>>(), expected, "{at}");
        }
    }
}

/// The path and the parameters of a list's `url`.
fn url_of(list: &Map<String, Value>) -> (&str, &str) {
    let url = list["url"].as_str().unwrap().trim_start_matches("/v1/");
    url.split_once('?').unwrap_or((url, ""))
}

fn kind_of(list: &Map<String, Value>) -> String {
    let first = list["data"].as_array().and_then(|items| items.first());
    first.and_then(|item| item["object"].as_str()).unwrap_or_default().to_owned()
}

/// P5: a nested list has at most ten items and says that more follow.
#[test]
fn a_long_list_inside_an_object_ends() {
    let w = TestEngine::new();
    let pi = w.paid(1000, &format!("transfer_data[destination]={}", crate::test_helpers::CONNECTED));
    let transfer = w.charge(&pi).text("transfer");
    for count in 1..=12 {
        w.post(&format!("transfers/{transfer}/reversals"), "amount=10").is("amount=10");
        let shown = w.get(&format!("transfers/{transfer}"), "").is(&format!("reversals.has_more={}", count > 10));
        assert_eq!(shown.body["reversals"]["data"].as_array().unwrap().len(), count.min(10));
    }
}

/// P5: the answer to a change shows the list after the change.
#[test]
fn the_answer_to_a_change_shows_the_list_after_it() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let params = format!("payment_intent={pi} amount=100 expand[]=charge expand[]=payment_intent");
    for count in 1..=3 {
        let answer = w.send(Verb::Post, "refunds", &params, None, Some("2020-08-27")).is("amount=100");
        assert_eq!(answer.body["charge"]["refunds"]["data"].as_array().unwrap().len(), count);
        assert_eq!(answer.text("charge.refunds.data.0.id"), answer.id());
        assert_eq!(answer.text("payment_intent.charges.data.0.refunds.data.0.id"), answer.id());
        assert_eq!(answer.text("charge.amount_refunded"), (count * 100).to_string());
    }
}

/// P5: `expand[]` reaches into the lists of fees, transfers and charges.
#[test]
fn expansion_reaches_into_nested_lists() {
    let w = TestEngine::new();
    let more = format!("transfer_data[destination]={} application_fee_amount=100", crate::test_helpers::CONNECTED);
    let pi = w.paid(1000, &more);
    let charge = w.charge(&pi);
    let (id, fee, transfer) = (charge.id(), charge.text("application_fee"), charge.text("transfer"));
    w.post(&format!("application_fees/{fee}/refunds"), "amount=10").is("amount=10");
    w.post(&format!("transfers/{transfer}/reversals"), "amount=20").is("amount=20");
    w.post("refunds", &format!("charge={id} amount=30")).is("amount=30");
    w.get(&format!("charges/{id}"), "expand[]=application_fee.refunds.data.balance_transaction")
        .is("application_fee.refunds.data.0.balance_transaction.amount=-10");
    w.get(&format!("charges/{id}"), "expand[]=transfer.reversals.data.balance_transaction")
        .is("transfer.reversals.data.0.balance_transaction.amount=20");
    let params = "expand[]=charges.data.refunds.data expand[]=charges.data.balance_transaction";
    let path = format!("payment_intents/{pi}");
    w.send(Verb::Get, &path, params, None, Some("2020-08-27"))
        .is("charges.data.0.refunds.data.0.amount=30 charges.data.0.balance_transaction.amount=1000");
    w.get(&path, params).refused(400, "-", "-");
}

/// P6, P7: in every version, an event names the version of its data, its previous values are what the event before
/// left, and its lists are filled.
#[test]
fn events_are_whole_in_every_version() {
    let w = old_world(TestEngine::new());
    many_changes(&w);
    let events = w.news();
    for at in VERSIONS {
        let chained = chain(&events, at);
        assert!(chained.contains("charge.refunded amount_refunded"), "{at}: {chained:?}");
        assert!(chained.contains("transfer.reversed amount_reversed"), "{at}: {chained:?}");
        assert!(chained.contains("application_fee.refunded amount_refunded"), "{at}: {chained:?}");
    }
}

/// Checks that each field's values form one chain over `events` in version `at`. Returns the compared types and fields.
fn chain(events: &[Arc<Event>], at: &str) -> BTreeSet<String> {
    let mut now: BTreeMap<(String, String), Value> = BTreeMap::new();
    let mut compared = BTreeSet::new();
    let tracked: BTreeSet<String> =
        events.iter().flat_map(|event| previous_of(event, at)).map(|(name, _)| name).collect();
    for event in events {
        let shown = render::event(event, version(at));
        assert_eq!(shown["api_version"], at);
        let (object, name) = (&shown["data"]["object"], event.event_type.name());
        if name == "balance.available" {
            assert_eq!(object["object"], "balance", "{at}: {shown}");
            continue;
        }
        let id = object["id"].as_str().unwrap().to_owned();
        let previous = previous_of(event, at);
        for field in tracked.iter().filter(|field| object.get(field.as_str()).is_some()) {
            let key = (id.clone(), field.clone());
            let was = previous.get(field);
            assert_ne!(was, object.get(field), "{at} {name} {field}: a previous value that did not change");
            if let (Some(before), Some(was)) = (now.get(&key), was) {
                assert_eq!(before, was, "{at} {name} {field}");
                compared.insert(format!("{name} {field}"));
            }
            now.insert(key, object[field].clone());
        }
        assert!(previous.keys().all(|field| object.get(field).is_some()), "{at} {name}: {previous:?}");
    }
    compared
}

fn previous_of(event: &Event, at: &str) -> BTreeMap<String, Value> {
    let shown = render::event(event, version(at));
    let previous = shown["data"]["previous_attributes"].as_object().cloned().unwrap_or_default();
    previous.into_iter().collect()
}

/// P7: an event's lists are those that a GET at that moment shows: the last event of each object equals the object now.
#[test]
fn the_last_event_of_an_object_shows_what_a_get_shows() {
    let w = old_world(TestEngine::new());
    many_changes(&w);
    let mut last: BTreeMap<String, Arc<Event>> = BTreeMap::new();
    for event in w.news() {
        last.insert(event.object.id().to_string(), event);
    }
    let mut compared = BTreeSet::new();
    for at in VERSIONS {
        for (id, event) in &last {
            let path = match id.split('_').next() {
                Some("pi") => "payment_intents",
                Some("ch" | "py") => "charges",
                Some("tr") => "transfers",
                Some("fee") => "application_fees",
                Some(_) | None => continue,
            };
            let now = in_version(&w, at, &format!("{path}/{id}")).body;
            let shown = render::event(event, version(at));
            for list in ["charges", "refunds", "reversals"] {
                let (then, now) = (ids_in(shown["data"]["object"].get(list)), ids_in(now.get(list)));
                assert_eq!(then, now, "{at} {id} {}", event.event_type.name());
                if !now.is_empty() {
                    compared.insert(format!("{path} {list}"));
                }
            }
        }
    }
    let expected = ["application_fees refunds", "charges refunds", "payment_intents charges", "transfers reversals"];
    assert_eq!(compared, BTreeSet::from(expected.map(str::to_owned)));
}

/// The ids of the items of a list.
fn ids_in(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(|list| list["data"].as_array()).into_iter().flatten();
    items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// P6: before 2022-11-15 the remainder of a partial capture is shown as refunded, in previous values too.
#[test]
fn previous_values_count_the_remainder_in_old_versions() {
    let w = old_world(TestEngine::new());
    let held = w.hold(1000, "pm_card_visa", "");
    w.post(&format!("payment_intents/{held}/capture"), "amount_to_capture=600").is("status=succeeded");
    w.post("refunds", &format!("payment_intent={held} amount=100")).is("status=succeeded");
    let events = w.news();
    let last = events.iter().rfind(|event| event.event_type.name() == "charge.refunded").unwrap();
    for (at, was, is) in [("2020-08-27", 400, 500), ("2022-11-15", 0, 100)] {
        let shown = render::event(last, version(at));
        assert_eq!(shown["data"]["previous_attributes"]["amount_refunded"], was, "{at}");
        assert_eq!(shown["data"]["object"]["amount_refunded"], is, "{at}");
    }
}

/// P6: a GET of an event shows it in the account's version, for every version of the request.
#[test]
fn a_retrieved_event_is_rendered_in_its_own_version() {
    let w = old_world(TestEngine::new());
    w.paid(1000, "");
    for at in VERSIONS {
        let page = w.send(Verb::Get, "events", "type=payment_intent.succeeded", None, Some(at));
        page.is(&format!("data.0.api_version={} data.0.data.object.charges.data.0.amount=1000", VERSIONS[0]));
    }
}

/// P8: `latest_charge` is shown in every version.
#[test]
fn the_latest_charge_is_shown_in_every_version() {
    let w = TestEngine::new();
    let pi = w.paid(1000, "");
    let charge = w.charge(&pi).id();
    for at in VERSIONS {
        let path = format!("payment_intents/{pi}");
        in_version(&w, at, &path).is(&format!("latest_charge={charge}"));
        let expanded = w.send(Verb::Get, &path, "expand[]=latest_charge", None, Some(at));
        expanded.is(&format!("latest_charge.id={charge} latest_charge.amount=1000"));
    }
}
