//! The samples that the README shows: a log that is accepted, and the same with one event tampered with.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_audit::{Finding, Options, markdown};
use serde_json::{Value, json};

use crate::common::audit_text;
use crate::scripts::{BACKGROUND, CANCELED, CONNECT, DECLINED, EXPIRED, PIECES, log_of};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// Several histories in one log, each with ids of its own.
fn events() -> Vec<Value> {
    let mut all = Vec::new();
    for (number, trace) in [PIECES, BACKGROUND, CANCELED, EXPIRED, CONNECT, DECLINED].into_iter().enumerate() {
        for event in log_of(trace).iter().filter(|event| event["type"] != "customer.created") {
            all.push(event.to_string().replace("_0000000", &format!("_{number}S00000")).parse::<Value>().unwrap());
        }
    }
    all
}

fn tampered() -> Vec<Value> {
    let mut all = events();
    let of_pieces = all.iter_mut().filter(|event| event["type"] == "charge.refunded");
    let second = of_pieces.into_iter().nth(1).unwrap();
    second["data"]["object"]["amount_refunded"] = json!(950);
    all
}

fn text(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

#[test]
#[ignore = "writes the samples anew"]
fn write_samples() {
    fs::write(sample("accepted.jsonl"), text(&events())).unwrap();
    fs::write(sample("tampered.jsonl"), text(&tampered())).unwrap();
}

#[test]
fn the_samples_are_what_the_engine_tells() {
    for (name, wanted) in [("accepted.jsonl", events()), ("tampered.jsonl", tampered())] {
        let found = fs::read_to_string(sample(name)).unwrap();
        assert_eq!(found, text(&wanted), "samples/{name}: run `write_samples`");
    }
}

#[test]
fn the_samples_are_judged_as_their_names_say() {
    let judged = |name| audit_text(&fs::read_to_string(sample(name)).unwrap(), &Options::default()).unwrap();
    let (report, verdicts) = judged("accepted.jsonl");
    assert!(report.is_clean());
    assert_eq!(verdicts.len(), 6);
    assert_eq!(report.missing, 0);
    assert!(markdown(&report, "accepted.jsonl").contains("| accepted | 6 |"));

    let (report, _) = judged("tampered.jsonl");
    assert_eq!((report.accepted, report.impossible, report.cannot_tell), (5, 1, 0));
    let Finding::Impossible(it) = &report.listed[0].finding else { panic!("not impossible") };
    assert_eq!(it.kind, "charge.refunded");
    assert!(it.properties.contains(&"refunded-within-captured"), "{it:?}");
    assert!(markdown(&report, "tampered.jsonl").contains("refunded-within-captured"));
}
