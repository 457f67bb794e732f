//! The JSON of each command against its schema in `check/schemas/`.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::validator::{folder, schema, wrong};
use super::{Exit, OutputStyle, RECEIVES_700, Toy, check_interrupted, check_on, file};
use crate::interrupt::Interrupt;
use crate::web::api::{self, WalkRequest};

#[expect(dead_code, clippy::arithmetic_side_effects, reason = "the tests of the drive use the rest; wrong on purpose")]
#[path = "../../../../drive/tests/shop/mod.rs"]
mod shop;

use shop::{Fault, Shop};

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
    let cases: [(&str, &[&str], &str); 20] = [
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
        ("prove", &["prove", "--solver", "/bin/true"], ""),
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
    // A whole measurement takes minutes; one that is stopped at once has every field.
    let interrupt = Interrupt::default();
    interrupt.set();
    let stopped = check_interrupted(&["strength", "--json"], "", &Toy::new(), OutputStyle::default(), interrupt);
    assert_eq!(stopped.exit, Exit::Incomplete, "{}", stopped.err);
    let stopped: Value = serde_json::from_str(&stopped.out).unwrap();
    let of_drive = answers_of_drive().into_iter().map(|value| ("drive", value));
    for (name, value) in answers_of_web().into_iter().chain(of_drive).chain([("strength", stopped)]) {
        let found = wrong(&value, &schema(name), "$");
        assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
        used.insert(format!("{name}.schema.json"));
    }
    let stored: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".schema.json"))
        // `tests/watch.rs` compares that of a watch, which runs until it is stopped; the tests of `merchant` compare theirs.
        .filter(|name| !["watch.schema.json", "merchant.schema.json"].contains(&name.as_str()))
        .collect();
    assert_eq!(stored, used, "a schema that no command is compared with");
}
