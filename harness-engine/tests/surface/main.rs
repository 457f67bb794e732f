//! The server itself under the harness: each run mode over HTTP, with rendering, expansion, lists, pages, accounts and
//! keys.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "what the server answers wrongly stops the run, and becomes a finding with a trace"
)]

mod laws;
mod subject;
mod views;
mod wire;

use holdfast_harness::Suite;
use serde_json::Value;
use subject::ServerSubject;

/// The API key of the account that is tested.
const KEY: &str = "sk_test_surface";
/// The API key of another account.
const OTHER_KEY: &str = "sk_test_other";

/// The number of sequences of each run mode.
const SEQUENCES: u32 = 25;

#[test]
fn the_server_keeps_the_specification() {
    let report = Suite::new(ServerSubject::default()).sequences(SEQUENCES).made_by("ServerSubject::default()").run();
    assert!(report.agreed(), "{report}");
    let (judged, all) = report.money_judged();
    assert!(judged * 3 > all, "{report}");
}

/// Changes the body of a response.
type Rendering = fn(&mut Value);

/// Faults in rendering, each with a word that the resulting finding must contain.
const FAULTS: [(&str, Rendering, &str); 6] = [
    ("a charge is shown as captured from its first piece on", captured_too_early, "captured"),
    ("an expanded charge is stale", stale_expansion, "an expanded charge is shown as it is now"),
    ("a page never has more", no_more, "the pages list each payment once"),
    ("a decline has no code of its issuer", no_decline_code, "answer"),
    ("the amount received is the amount", received_too_much, "received"),
    ("a refund is shown as pending", pending_refund, "refund"),
];

fn captured_too_early(body: &mut Value) {
    for charge in [body.get("latest_charge").cloned(), Some(body.clone())].into_iter().flatten() {
        let partly =
            charge["object"] == "charge" && charge["amount_captured"].as_u64().is_some_and(|amount| amount > 0);
        if partly && body["object"] == "charge" {
            body["captured"] = true.into();
        } else if partly {
            body["latest_charge"]["captured"] = true.into();
        }
    }
}

fn stale_expansion(body: &mut Value) {
    if body["latest_charge"].is_object() && body["latest_charge"]["captured"] == true {
        body["latest_charge"]["captured"] = false.into();
    }
}

fn no_more(body: &mut Value) {
    if body["object"] == "list" {
        body["has_more"] = false.into();
    }
}

fn no_decline_code(body: &mut Value) {
    if let Some(error) = body.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("decline_code");
    }
}

fn received_too_much(body: &mut Value) {
    if body["object"] == "payment_intent" && body["amount_received"].as_u64().is_some_and(|amount| amount > 0) {
        body["amount_received"] = body["amount"].clone();
    }
}

fn pending_refund(body: &mut Value) {
    if body["object"] == "refund" && body["status"] == "succeeded" {
        body["status"] = "pending".into();
    }
}

#[test]
fn every_fault_in_rendering_is_found() {
    for (name, rendering, word) in FAULTS {
        let subject = ServerSubject { rendering: Some(rendering), ..ServerSubject::default() };
        let report = Suite::new(subject).sequences(SEQUENCES).run();
        let text = report.to_string();
        let found = report.finding.unwrap_or_else(|| panic!("{name} is not found:\n{text}"));
        println!("{name}:\n{}", found.verdict);
        assert!(found.verdict.to_string().contains(word), "{name}:\n{text}");
        assert!(found.trace_lines().len() <= 4, "{name}:\n{text}");
    }
}
