//! The JSON of each command against its schema in `check/schemas/`.
//!
//! The validator knows the keywords that the schemas use, and refuses any other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Exit, OutputStyle, RECEIVES_700, Toy, check_on, file};
use crate::web::api::{self, WalkRequest};

#[expect(dead_code, clippy::arithmetic_side_effects, reason = "the tests of the drive use the rest; wrong on purpose")]
#[path = "../../../../drive/tests/shop/mod.rs"]
mod shop;

use shop::{Fault, Shop};

fn schema(name: &str) -> Value {
    let path = folder().join(format!("{name}.schema.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns what is wrong with `value`, each with its place.
fn wrong(value: &Value, schema: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let empty = serde_json::Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    for (keyword, asked) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "properties" => {}
            "type" => {
                let types: Vec<&Value> = asked.as_array().map_or_else(|| vec![asked], |types| types.iter().collect());
                if !types.iter().any(|it| it.as_str() == Some(type_of(value))) {
                    found.push(format!("{place}: {} instead of {asked}", type_of(value)));
                }
            }
            "enum" if !asked.as_array().unwrap().contains(value) => {
                found.push(format!("{place}: {value} not in {asked}"))
            }
            "const" if asked != value => found.push(format!("{place}: {value} instead of {asked}")),
            "enum" | "const" => {}
            "required" => {
                for name in asked.as_array().unwrap().iter().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        found.push(format!("{place}: no field {name}"));
                    }
                }
            }
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(wrong(item, asked, &format!("{place}[{number}]")));
                }
            }
            "additionalProperties" => {
                let others =
                    value.as_object().into_iter().flatten().filter(|(name, _)| !properties.contains_key(*name));
                for (name, other) in others {
                    let place = format!("{place}.{name}");
                    if *asked == Value::Bool(false) {
                        found.push(format!("{place}: not described"));
                    } else {
                        found.extend(wrong(other, asked, &place));
                    }
                }
            }
            unknown => found.push(format!("{place}: the schema uses the keyword {unknown}")),
        }
    }
    for (name, asked) in properties {
        if let Some(inner) = value.get(name) {
            found.extend(wrong(inner, asked, &format!("{place}.{name}")));
        }
    }
    found
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": ["integer", "null"] }, "b": { "type": "array", "items": { "enum": ["x"] } } }
    });
    let found = |text: &str| wrong(&serde_json::from_str(text).unwrap(), &schema, "$");
    assert_eq!(found(r#"{ "a": 1, "b": ["x"] }"#), [""; 0]);
    assert_eq!(found(r#"{ "a": null }"#), [""; 0]);
    for (text, message) in [
        ("[]", "$: array instead of \"object\""),
        ("{}", "$: no field a"),
        (r#"{ "a": "1" }"#, "$.a: string instead of [\"integer\",\"null\"]"),
        (r#"{ "a": 1, "b": ["y"] }"#, "$.b[0]: \"y\" not in [\"x\"]"),
        (r#"{ "a": 1, "c": 2 }"#, "$.c: not described"),
    ] {
        assert_eq!(found(text), [message], "{text}");
    }
    assert_eq!(wrong(&Value::Null, &serde_json::json!({ "oneOf": [] }), "$"), ["$: the schema uses the keyword oneOf"]);
}

/// The answers of the page's API, of walks with every kind of object.
fn answers_of_web() -> Vec<(&'static str, Value)> {
    let traces = [
        "",
        RECEIVES_700,
        "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 700 final=false => succeeded\n\
         refund pi1 100 key=key1\nadvance 8d\n",
        "create_session payment hosted 1000 success_url\npay pi1 method=card_visa\ncreate_setup\n",
    ];
    let walk = |trace: &&str| {
        let request =
            WalkRequest { scenario: "retries".to_owned(), trace: Some((*trace).to_owned()), ..WalkRequest::default() };
        ("web", api::walk(&request).unwrap().view())
    };
    traces.iter().map(walk).chain([("web-scenarios", api::scenarios())]).collect()
}

/// The answers of drives of a small server: an honest one that ends early, one with a fault, and one that races; and of
/// an address without a server.
fn answers_of_drive() -> Vec<Value> {
    let drive = |url: &str, operations: &str| {
        let arguments = ["drive", url, "--key", "sk_test_shop", "--operations", operations, "--races", "3", "--json"];
        let answer = check_on(&arguments, "", &Toy::new(), OutputStyle::default());
        let value: Value = serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out));
        value
    };
    let driven = |fault, operations| drive(&Shop::open(fault).url(), operations);
    let (early, faulty) = (driven(None, "60"), driven(Some(Fault::OverRefund), "700"));
    assert!(faulty["findings"].as_array().is_some_and(|all| !all.is_empty()), "{faulty:#}");
    assert!(faulty["findings"][0]["properties"].as_array().is_some_and(|all| !all.is_empty()), "{faulty:#}");
    let pages = driven(Some(Fault::PagesLoseItems), "200");
    let names_rules = |it: &Value| it["rules"].as_array().is_some_and(|all| !all.is_empty());
    assert!(pages["findings"].as_array().is_some_and(|all| all.iter().any(names_rules)), "{pages:#}");
    vec![early, faulty, pages, drive("http://127.0.0.1:9", "10")]
}

#[test]
fn the_json_of_each_command_follows_its_schema() {
    let corpus = file("schema-corpus");
    fs::create_dir_all(&corpus).unwrap();
    fs::write(corpus.join("entry"), [7, 1, 2, 3, 4, 5]).unwrap();
    let corpus = corpus.to_str().unwrap();
    let transitions = "../reports/transitions.json";
    let log = include_str!("../../../../audit/samples/tampered.jsonl");
    let ways = "# way: properties\ncreate pi1 300 usd\n";
    let shard = file("schema-merge.json");
    let shard = shard.to_str().unwrap();
    let explored = check_on(&["explore", "setup", "--resume", shard], "", &Toy::new(), OutputStyle::default());
    // The toy's properties have no witnesses.
    assert_eq!(explored.exit, Exit::Incomplete, "{}", explored.err);
    let cases: [(&str, &[&str], &str); 19] = [
        ("explore", &["explore", "setup"], ""),
        ("explore", &["explore", "setup", "--explorer", "stateright"], ""),
        ("explore", &["explore", "multicapture", "--max-states", "20"], ""),
        ("explore", &["merge", shard], ""),
        ("protocol", &["protocol", "capture_and_cancel"], ""),
        ("protocol", &["protocol", "two_clients", "--time-limit", "0s"], ""),
        ("scenarios", &["scenarios"], ""),
        ("properties", &["properties"], ""),
        ("properties", &["properties", "no-refunds"], ""),
        ("replay", &["replay", "-"], RECEIVES_700),
        ("replay-on-engine", &["replay", "--on", "engine", "-"], RECEIVES_700),
        ("replay-on-engine", &["replay", "--on", "engine", "-"], ways),
        ("path", &["path", "status=succeeded", "--scenario", "multicapture"], ""),
        ("path", &["path", "captures>50", "--scenario", "refunds"], ""),
        ("laws", &["laws", "multicapture"], ""),
        ("laws", &["laws", "multicapture", "--max-states", "20"], ""),
        ("soak", &["soak", "--no-keep", "--executions", "3"], ""),
        ("coverage", &["coverage", corpus, "--transitions", transitions], ""),
        ("audit", &["audit", "-"], log),
    ];
    let mut used = BTreeSet::new();
    for (name, arguments, input) in cases {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let answer = check_on(&arguments, input, &Toy::new(), OutputStyle::default());
        let value: Value =
            serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", answer.out));
        let found = wrong(&value, &schema(name), "$");
        assert!(found.is_empty(), "{arguments:?}:\n{}", found.join("\n"));
        used.insert(format!("{name}.schema.json"));
    }
    let of_drive = answers_of_drive().into_iter().map(|value| ("drive", value));
    for (name, value) in answers_of_web().into_iter().chain(of_drive) {
        let found = wrong(&value, &schema(name), "$");
        assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
        used.insert(format!("{name}.schema.json"));
    }
    let stored: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".schema.json"))
        // `tests/watch.rs` compares that of a watch, which runs until it is stopped.
        .filter(|name| !["strength.schema.json", "watch.schema.json"].contains(&name.as_str()))
        .collect();
    assert_eq!(stored, used, "a schema that no command is compared with");
}
