//! Proofs that a log is honest although it was changed: the engine itself writes it.
//!
//! Ids are names that the provider chooses. Two logs are the same if one is the other under other names, as far as the
//! audit reads them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::scripts::log_of;

/// The fields of an event that name something.
const NAMES: [&str; 13] = [
    "id",
    "latest_charge",
    "payment_intent",
    "setup_intent",
    "charge",
    "source_transaction",
    "payment_method",
    "balance_transaction",
    "transfer",
    "application_fee",
    "transfer_reversal",
    "request",
    "destination",
];

/// Replaces each name by its number, in the order in which they come.
fn number_names(value: &mut Value, known: &mut BTreeMap<String, usize>) {
    match value {
        Value::Object(fields) => {
            for (field, inner) in fields {
                match inner.as_str().filter(|_| NAMES.contains(&field.as_str())) {
                    Some(name) => {
                        let next = known.len();
                        *inner = (*known.entry(name.to_owned()).or_insert(next)).into();
                    }
                    None => number_names(inner, known),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| number_names(item, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns what the audit reads of a log, with numbers for names.
fn shape(log: &[Value]) -> Vec<Value> {
    let text: String =
        log.iter().filter(|event| event["type"] != "customer.created").map(|event| format!("{event}\n")).collect();
    let (mut shown, mut known) = (Vec::new(), BTreeMap::new());
    holdfast_audit::read::events(text.as_bytes(), false, |logged, _| {
        let mut event = serde_json::to_value(logged).unwrap();
        event["line"] = Value::Null;
        number_names(&mut event, &mut known);
        shown.push(event);
        Ok(())
    })
    .unwrap();
    shown
}

/// Returns the trace with a line before the confirmation of this number.
fn before_confirmation(trace: &str, number: usize, line: &str) -> String {
    let mut seen = 0;
    let mut lines = Vec::new();
    for old in trace.lines() {
        if old.starts_with("confirm ") {
            if seen == number {
                lines.push(line);
            }
            seen += 1;
        }
        lines.push(old);
    }
    lines.join("\n")
}

/// Returns traces that may write a log with this change. `change` is the name of a tamper: an event's type, and its field
/// or nothing.
fn candidates(trace: &str, change: &str, log: &[Value]) -> Vec<String> {
    let mut found = vec![trace.to_owned()];
    let creation = trace.lines().find(|line| line.starts_with("create ")).unwrap_or_default();
    let words: Vec<&str> = creation.split_whitespace().collect();
    let [_, _, amount, _, way, ..] = words.as_slice() else { return found };
    let shown = |kind: &str, field: &str| {
        let event = log.iter().find(|event| event["type"] == kind);
        let value = event.map_or(Value::Null, |event| event["data"]["object"][field].clone());
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    };
    for (field, usual) in [("amount", amount), ("capture_method", way)] {
        // Created so, and changed before the first confirmation.
        if change.contains("payment_intent.created") && change.contains(field) {
            let other = shown("payment_intent.created", field);
            let created = trace.replacen(creation, &creation.replacen(usual, &other, 1), 1);
            found.push(before_confirmation(&created, 0, &format!("update  pi1 {field}={usual}")));
        }
        // Changed before the first confirmation, and changed back after it.
        for kind in ["payment_intent.requires_action", "payment_intent.payment_failed"] {
            if change.contains(kind) && change.contains(field) {
                let changed = before_confirmation(trace, 1, &format!("update  pi1 {field}={usual}"));
                let other = shown(kind, field);
                found.push(before_confirmation(&changed, 0, &format!("update  pi1 {field}={other}")));
            }
        }
    }
    // Created with another card, which an update replaced.
    if change.contains("payment_intent.created payment_method") {
        let created = trace.replacen("method=card_visa", "method=card_mastercard", 1);
        found.push(before_confirmation(&created, 0, "update  pi1 method=card_visa"));
    }
    if change.contains("an event dropped") {
        found.push(trace.replacen(" refund_application_fee", "", 1));
        let first = trace.lines().find(|line| line.starts_with("confirm ")).unwrap_or("\n");
        found.push(trace.replacen(first, "", 1));
    }
    found
}

/// Returns whether the engine writes this log, which is that of `trace` after a change, by itself.
pub(crate) fn is_written_by_the_engine(trace: &str, change: &str, log: &[Value]) -> bool {
    let wanted = shape(log);
    candidates(trace, change, log).iter().any(|candidate| shape(&log_of(candidate)) == wanted)
}

#[test]
fn a_log_is_the_same_under_other_names_only() {
    let trace = crate::scripts::PIECES;
    let log = log_of(trace);
    assert!(is_written_by_the_engine(trace, "", &log));
    let mut renamed = log.clone();
    for event in &mut renamed {
        let text = event.to_string().replace("\"ch_", "\"ch_of_another_").replace("\"re_", "\"re_of_another_");
        *event = serde_json::from_str(&text).unwrap();
    }
    assert_ne!(renamed, log);
    assert!(is_written_by_the_engine(trace, "", &renamed));
    let place = log.iter().position(|event| event["type"] == "charge.captured").unwrap();
    for (field, value) in [("id", "ch_other"), ("status", "failed"), ("payment_intent", "pi_other")] {
        let mut changed = log.clone();
        changed[place]["data"]["object"][field] = value.into();
        assert!(!is_written_by_the_engine(trace, "", &changed), "{field}");
    }
    renamed.remove(place);
    assert!(!is_written_by_the_engine(trace, "", &renamed));
}
