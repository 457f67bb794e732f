//! Laws between the responses of the server: each law compares two ways to see the same object.

use serde_json::Value;

use super::subject::ServerSubject;
use super::wire::HttpRequest;

/// The number of objects on a page of the lists that are read.
const PAGE: usize = 1;

/// Panics with the law that the server breaks at present, if there is one.
pub(super) fn hold(subject: &ServerSubject) {
    let ids: Vec<&String> = subject.ids.iter().flatten().collect();
    for id in &ids {
        expansion_shows_the_object_as_it_is(subject, id);
        another_account_sees_nothing(subject, id);
        refunds_are_listed_as_they_are(subject, id);
    }
    let listed = walk(subject, "/v1/payment_intents");
    let listed: Vec<&str> = listed.iter().filter_map(|it| it["id"].as_str()).collect();
    let newest_first: Vec<&str> = ids.iter().rev().map(|id| id.as_str()).collect();
    assert_eq!(listed, newest_first, "the pages list each payment once, newest first");
}

/// Panics with the law and the first field that differs, if the objects differ.
fn same(one: &Value, other: &Value, law: &str) {
    let fields = [one, other].into_iter().filter_map(Value::as_object).flat_map(serde_json::Map::keys);
    for field in fields {
        assert!(one[field] == other[field], "{law}: {field} is {} and {}", one[field], other[field]);
    }
    assert!(one == other, "{law}: {one} and {other}");
}

fn get(path: &str, id: &str) -> HttpRequest<'static> {
    HttpRequest::get(format!("{path}/{id}"))
}

/// An expanded charge equals the charge itself, and refers back to its payment.
fn expansion_shows_the_object_as_it_is(subject: &ServerSubject, id: &str) {
    let plain = subject.fetch(&get("/v1/payment_intents", id));
    let expanded = subject.fetch(&get("/v1/payment_intents", id).with("expand[]", "latest_charge"));
    let Some(charge) = plain["latest_charge"].as_str() else {
        assert!(plain["latest_charge"].is_null(), "an unexpanded reference is an id: {plain}");
        return;
    };
    let fetched = subject.fetch(&get("/v1/charges", charge));
    same(&expanded["latest_charge"], &fetched, "an expanded charge is shown as it is now");
    assert_eq!(fetched["payment_intent"], id, "a charge names its payment");
    let mut folded = expanded.clone();
    folded["latest_charge"] = Value::from(charge);
    same(&folded, &plain, "expanding changes nothing but the expanded field");
}

/// Another account finds neither the payment nor its charge, and its lists contain neither.
fn another_account_sees_nothing(subject: &ServerSubject, id: &str) {
    let (status, body) = subject.ask(&get("/v1/payment_intents", id).of_another_account());
    assert_eq!(
        (status, &body["error"]["code"]),
        (404, &Value::from("resource_missing")),
        "another account reads {body}"
    );
    let list = subject.fetch(&HttpRequest::get("/v1/payment_intents").of_another_account());
    assert_eq!(list["data"].as_array().map(Vec::len), Some(0), "another account lists {list}");
    let (status, body) = subject.ask(&HttpRequest::post("/v1/refunds").with("payment_intent", id).of_another_account());
    assert_eq!(status, 404, "another account refunds: {body}");
}

/// A refund in a list equals the refund itself, and belongs to the payment that the list was filtered by.
fn refunds_are_listed_as_they_are(subject: &ServerSubject, id: &str) {
    let list = subject.fetch(&HttpRequest::get("/v1/refunds").with("payment_intent", id).with("limit", 100));
    for refund in list["data"].as_array().expect("a list") {
        let fetched = subject.fetch(&get("/v1/refunds", refund["id"].as_str().expect("an id")));
        same(refund, &fetched, "a listed refund is shown as it is now");
        assert_eq!(fetched["payment_intent"], id, "a refund names its payment");
    }
}

/// Returns the objects of a list, page by page.
fn walk(subject: &ServerSubject, path: &'static str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let last = all.last().and_then(|last| last["id"].as_str()).map(str::to_owned);
        let page = subject.fetch(&HttpRequest::get(path).with("limit", PAGE).with_some("starting_after", last));
        let data = page["data"].as_array().expect("a list").clone();
        assert!(data.len() <= PAGE, "a page of {PAGE} has {} objects", data.len());
        let has_more = page["has_more"].as_bool().expect("a list says whether there is more");
        assert!(!has_more || data.len() == PAGE, "a page that is not full is the last one: {page}");
        all.extend(data);
        if !has_more {
            return all;
        }
        assert!(all.len() < 100, "the pages do not end");
    }
}
