//! A test that the description permits what the server accepts: every parameter of every POST, with each of its values.

use super::{body, fields, method_types};
use crate::routes::{Handler, TABLE};
use holdfast_engine::TestMethod;
use holdfast_engine::command::Command;
use holdfast_engine::edge::read::{Path, Reader, Route, Verb, documented, form};
use serde_json::Value;
use std::collections::BTreeSet;

/// The ids in the paths, one of each kind.
const PREFIXES: [&str; 11] = ["pi", "ch", "re", "seti", "cs_test", "cus", "pm", "tr", "fee", "we", "acct"];

/// Values for the required parameters, and for others that a readable request needs.
const BASES: &[(&str, &str)] = &[
    ("/v1/payment_intents", "amount=1000&currency=usd"),
    ("/v1/checkout/sessions", "mode=payment"),
    ("/v1/payment_methods", "type=card&card[number]=4242424242424242"),
    ("/v1/payment_methods/{id}/attach", "customer=cus_00000000001"),
    ("/v1/transfers", "amount=1000&currency=usd&destination=acct_00000000001"),
    ("/v1/webhook_endpoints", "url=https://x&enabled_events[]=*"),
    ("/v1/setup_intents/{id}/verify_microdeposits", "descriptor_code=SM11AA"),
];

/// Returns whether `value`, a tree of texts as a form gives it, is permitted by `schema`.
fn is_permitted(schema: &Value, value: &Value) -> bool {
    let all = |name: &str| schema[name].as_array().cloned().unwrap_or_default();
    if !all("anyOf").is_empty() && !all("anyOf").iter().any(|one| is_permitted(one, value)) {
        return false;
    }
    if !all("enum").is_empty() && !all("enum").contains(value) {
        return false;
    }
    let text = value.as_str();
    let at_most = schema["maxLength"].as_u64().is_none_or(|most| text.is_some_and(|text| text.len() as u64 <= most));
    let is_token = schema["pattern"] != "^(pm|tok)_[0-9A-Za-z_]+$"
        || text.is_some_and(|text| text.starts_with("pm_") || text.starts_with("tok_"));
    at_most
        && is_token
        && match schema["type"].as_str() {
            Some("string") => text.is_some(),
            Some("integer") => text.is_some_and(|text| text.parse::<i64>().is_ok()),
            Some("boolean") => matches!(text, Some("true" | "false")),
            Some("array") => {
                value.as_object().is_some_and(|map| map.values().all(|item| is_permitted(&schema["items"], item)))
            }
            Some("object") => value.as_object().is_some_and(|map| {
                let known = schema["properties"].as_object();
                let is_closed = schema["additionalProperties"] == false;
                map.iter().all(|(name, inner)| match known.and_then(|known| known.get(name)) {
                    Some(schema) => is_permitted(schema, inner),
                    None => !is_closed,
                })
            }),
            _ => true,
        }
}

/// Returns the values of a parameter to try, each with the rest of the name.
fn values(name: &str, kind: &str) -> Vec<(String, String)> {
    let with = |text: &str| (name.to_owned(), text.to_owned());
    let mut values: Vec<(String, String)> = match kind.split_once('=') {
        Some((_, choices)) => choices.split('|').map(with).collect(),
        None => match kind {
            "int" | "time" => vec![with("7")],
            "bool" => ["true", "false", "1", "0"].map(with).into(),
            "map" => vec![(format!("{name}[zq]"), "x".to_owned())],
            "method" => method_types().into_iter().map(with).collect(),
            "list" if name == "payment_method_types" => {
                method_types().into_iter().map(|one| (format!("{name}[]"), one.to_owned())).collect()
            }
            "list" => vec![(format!("{name}[]"), "x".to_owned())],
            _ => vec![with("x"), with("usd"), with("USD"), with("cus_00000000001"), with("US"), with("a@b.c")],
        },
    };
    if name == "payment_method" {
        values =
            TestMethod::ALL.iter().map(|method| with(method.row().token)).chain([with("pm_00000000001")]).collect();
    }
    values.push(with(""));
    values
}

/// Returns whether the reader of a route takes the parameters, with an id of some kind in the path.
fn is_accepted(route: &Route<Handler>, reader: Reader, params: &Value) -> bool {
    PREFIXES.iter().any(|prefix| {
        let command = Path::new(route.pattern).command(reader, &format!("{prefix}_00000000001"), params);
        !matches!(command, Command::Malformed { .. })
    })
}

#[test]
fn what_the_server_accepts_is_described() {
    let (mut wrong, mut accepted) = (BTreeSet::new(), 0_u32);
    for route in TABLE.iter().filter(|route| route.verb == Verb::Post) {
        let Handler::Engine(reader) = route.handler else { continue };
        let named = fields(route.parameters);
        let described = body(route.pattern, &named);
        let schema = &described["content"]["application/x-www-form-urlencoded"]["schema"];
        let endpoint = format!("POST {}", route.pattern);
        let base = BASES.iter().find(|(pattern, _)| *pattern == route.pattern).map_or("", |(_, base)| *base);
        let of_types = documented().filter(|one| one.endpoint == endpoint).map(|one| (one.name.to_owned(), one.kind));
        let of_table = named.iter().map(|field| (field.name.to_owned(), field.kind));
        let groups = ["payment_method_types", "expand"].map(|name| (name.to_owned(), "list"));
        for (name, kind) in of_types.chain(of_table).chain(groups) {
            for (name, value) in values(&name, kind) {
                let pairs = base.split('&').filter_map(|pair| pair.split_once('='));
                let params = form(pairs.chain([(name.as_str(), value.as_str())]));
                if !is_accepted(route, reader, &params) {
                    continue;
                }
                accepted += 1;
                let missing = schema["required"].as_array().into_iter().flatten();
                let missing = missing.filter_map(Value::as_str).any(|name| params.get(name).is_none());
                if missing || !is_permitted(schema, &params) {
                    wrong.insert(format!("{endpoint} {name}={value}"));
                }
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
    assert!(accepted >= 11_600, "{accepted} requests were accepted");
}
