//! Single tampers, generated from the fields of honest logs, and how many of them are caught.

use std::collections::BTreeMap;

use holdfast_audit::{Bounds, Finding, Options, Verdict};
use serde_json::{Value, json};

use crate::common::audit_text;
use crate::proofs::is_written_by_the_engine;
use crate::scripts::{
    BACKGROUND, CANCELED, CONNECT, DEBIT, DECLINED, EXPIRED, FOUR_REFUNDS, LEFT, PIECES, REFUND_FAILS, SHARED_LATER,
    TWO, log_of,
};

/// A log with one event tampered with.
struct Tamper {
    kind: &'static str,
    /// The change, for the list of misses.
    name: String,
    log: Vec<Value>,
    /// The trace of the log before the change.
    trace: &'static str,
    /// The event that was changed, or those around the place where one was removed.
    meant: Vec<Value>,
}

const HOUR: i64 = 3_600;

const HISTORIES: [(&str, &str); 12] = [
    ("two pieces and two refunds", PIECES),
    ("captured in the background", BACKGROUND),
    ("a canceled hold", CANCELED),
    ("an expired hold", EXPIRED),
    ("a fee and a destination", CONNECT),
    ("a failed refund", REFUND_FAILS),
    ("a decline", DECLINED),
    ("a bank debit", DEBIT),
    ("two payments", TWO),
    ("a share given later", SHARED_LATER),
    ("charged in absence", LEFT),
    ("four refunds", FOUR_REFUNDS),
];

const AMOUNTS: [&str; 7] = [
    "amount",
    "amount_capturable",
    "amount_received",
    "amount_captured",
    "amount_refunded",
    "amount_reversed",
    "application_fee_amount",
];
const FLAGS: [&str; 4] = ["captured", "refunded", "reversed", "paid"];
const IDS: [&str; 9] = [
    "id",
    "payment_intent",
    "latest_charge",
    "charge",
    "source_transaction",
    "balance_transaction",
    "transfer",
    "application_fee",
    "payment_method",
];
const WORDS: [(&str, &[&str]); 4] = [
    ("currency", &["usd", "eur"]),
    ("capture_method", &["automatic", "automatic_async", "manual"]),
    ("cancellation_reason", &["automatic", "requested_by_customer"]),
    ("object", &["charge", "payment_intent", "refund"]),
];

fn statuses(object: &Value) -> &'static [&'static str] {
    match object["object"].as_str() {
        Some("payment_intent") => {
            &["requires_payment_method", "requires_action", "processing", "requires_capture", "succeeded", "canceled"]
        }
        Some("charge") => &["succeeded", "pending", "failed"],
        Some("refund") => &["succeeded", "pending", "requires_action", "failed", "canceled"],
        _ => &[],
    }
}

/// Collects the tampers with one log.
struct Table<'a> {
    history: &'a str,
    trace: &'static str,
    log: &'a [Value],
    tampers: Vec<Tamper>,
}

impl Table<'_> {
    fn edit(&mut self, kind: &'static str, place: usize, what: &str, edit: impl FnOnce(&mut Value)) {
        let mut log = self.log.to_vec();
        edit(&mut log[place]);
        let name = format!("{}: {} {what}", self.history, self.log[place]["type"].as_str().unwrap());
        let meant = vec![self.log[place].clone(), log[place].clone()];
        self.tampers.push(Tamper { kind, name, log, trace: self.trace, meant });
    }

    fn object(&mut self, place: usize) {
        let object = self.log[place]["data"]["object"].clone();
        for field in AMOUNTS {
            let Some(amount) = object[field].as_i64() else { continue };
            for by in [-1, 1] {
                let set = |event: &mut Value| event["data"]["object"][field] = json!(amount + by);
                self.edit("an amount", place, &format!("{field} {by:+}"), set);
            }
        }
        for field in FLAGS {
            let Some(flag) = object[field].as_bool() else { continue };
            self.edit("a flag", place, field, |event| event["data"]["object"][field] = json!(!flag));
        }
        for field in IDS {
            if !object[field].is_string() {
                continue;
            }
            self.edit("an id", place, field, |event| event["data"]["object"][field] = json!("other_1"));
        }
        for status in statuses(&object).iter().filter(|status| object["status"] != **status) {
            self.edit("a status", place, status, |event| event["data"]["object"]["status"] = json!(status));
        }
        for (field, words) in WORDS {
            for word in words.iter().filter(|word| object[field].is_string() && object[field] != **word) {
                self.edit("a word", place, &format!("{field} {word}"), |event| {
                    event["data"]["object"][field] = json!(word);
                });
            }
        }
    }

    fn previous(&mut self, place: usize) {
        const KIND: &str = "a previous value";
        let Some(previous) = self.log[place]["data"]["previous_attributes"].as_object().cloned() else { return };
        for (field, value) in previous {
            let mut set = |what: &str, new: Value| {
                self.edit(KIND, place, &format!("{field} {what}"), |event| {
                    event["data"]["previous_attributes"][&field] = new;
                });
            };
            if !IDS.contains(&field.as_str()) && !AMOUNTS.contains(&field.as_str()) && !FLAGS.contains(&field.as_str())
            {
                continue;
            }
            match value {
                Value::Number(amount) => {
                    let amount = amount.as_i64().unwrap();
                    set("-1", json!(amount - 1));
                    set("+1", json!(amount + 1));
                }
                Value::Bool(flag) => set("flipped", json!(!flag)),
                Value::Null => set("set", json!("other_1")),
                Value::String(_) | Value::Array(_) | Value::Object(_) => {}
            }
        }
    }

    fn event(&mut self, place: usize) {
        let kind = self.log[place]["type"].as_str().unwrap().to_owned();
        let mut log = self.log.to_vec();
        let gone = log.remove(place);
        let around = [place.checked_sub(1), Some(place)].into_iter().flatten().filter_map(|at| log.get(at).cloned());
        let meant = around.chain([gone]).collect();
        let name = format!("{}: {kind}", self.history);
        self.tampers.push(Tamper { kind: "an event dropped", name, log, trace: self.trace, meant });
        let mut again = self.log[place].clone();
        again["id"] = json!("evt_again");
        shift(&mut again, HOUR);
        let meant = vec![self.log[place].clone(), again.clone()];
        let log = self.log.iter().cloned().chain([again]).collect();
        let name = format!("{}: {kind}", self.history);
        self.tampers.push(Tamper { kind: "an event repeated an hour later", name, log, trace: self.trace, meant });
        for by in [-HOUR, HOUR] {
            self.edit("an event moved in time", place, &format!("{by:+} s"), |event| shift(event, by));
        }
        let other = "pi_of_another";
        let object = &self.log[place]["data"]["object"];
        let field = if object["object"] == "payment_intent" { "id" } else { "payment_intent" };
        if object[field].is_string() {
            let set = |event: &mut Value| event["data"]["object"][field] = json!(other);
            self.edit("an event moved to another payment", place, field, set);
        }
    }
}

fn shift(event: &mut Value, seconds: i64) {
    event["created"] = json!(event["created"].as_i64().unwrap() + seconds);
}

fn tampers() -> Vec<Tamper> {
    let mut all = Vec::new();
    for (history, trace) in HISTORIES {
        let log: Vec<Value> = log_of(trace).into_iter().filter(|event| event["type"] != "customer.created").collect();
        let mut table = Table { history, trace, log: &log, tampers: Vec::new() };
        for place in 0..log.len() {
            table.object(place);
            table.previous(place);
            table.event(place);
        }
        all.extend(table.tampers);
    }
    all
}

/// The result of a tamper.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    AtTheEvent,
    AtANeighbor,
    Elsewhere,
    Accepted,
    CannotTell,
    /// The log is honest: the engine writes it by itself.
    NoTamper,
}

/// A neighbor is of the same minute or about the same object.
fn is_neighbor(log: &[Value], blamed: &str, meant: &[Value]) -> bool {
    let Some(event) = log.iter().find(|event| event["id"] == blamed) else { return false };
    meant.iter().any(|meant| {
        let apart = event["created"].as_i64().unwrap().abs_diff(meant["created"].as_i64().unwrap());
        apart <= 60 || event["data"]["object"]["id"] == meant["data"]["object"]["id"]
    })
}

fn outcome(tamper: &Tamper, gaps: bool) -> Outcome {
    let text: String = tamper.log.iter().map(|event| format!("{event}\n")).collect();
    let usual = Options::default();
    let verdicts: Vec<Verdict> =
        audit_text(&text, &Options { bounds: Bounds { gaps, ..usual.bounds }, ..usual }).unwrap().1;
    let blamed: Vec<&str> = verdicts
        .iter()
        .filter_map(|verdict| match &verdict.finding {
            Finding::Impossible(it) => Some(it.event.as_str()),
            Finding::Accepted | Finding::CannotTell { .. } => None,
        })
        .collect();
    let is_meant = |id: &&str| tamper.meant.iter().any(|event| event["id"] == **id);
    match () {
        () if blamed.iter().any(is_meant) => Outcome::AtTheEvent,
        () if blamed.iter().any(|id| is_neighbor(&tamper.log, id, &tamper.meant)) => Outcome::AtANeighbor,
        () if !blamed.is_empty() => Outcome::Elsewhere,
        () if verdicts.iter().all(|verdict| verdict.finding == Finding::Accepted) => {
            let change = format!("{}, {}", tamper.kind, tamper.name);
            let is_honest = is_written_by_the_engine(tamper.trace, &change, &tamper.log);
            if is_honest { Outcome::NoTamper } else { Outcome::Accepted }
        }
        () => Outcome::CannotTell,
    }
}

/// The number of tampers of one kind by result.
#[derive(Default)]
pub(crate) struct Row(BTreeMap<Outcome, usize>);

impl Row {
    pub(crate) fn of(&self, outcome: Outcome) -> usize {
        self.0.get(&outcome).copied().unwrap_or(0)
    }

    /// The number of tampers; a change after which the log is honest is none.
    pub(crate) fn all(&self) -> usize {
        self.0.values().sum::<usize>() - self.of(Outcome::NoTamper)
    }

    pub(crate) fn caught(&self) -> usize {
        self.of(Outcome::AtTheEvent) + self.of(Outcome::AtANeighbor)
    }

    /// Per mille, without fractions of them.
    fn rate(&self) -> String {
        let rate = (self.caught() * 1_000).checked_div(self.all()).unwrap_or(0);
        format!("{}.{} %", rate / 10, rate % 10)
    }

    pub(crate) fn cells(&self) -> String {
        use Outcome::{Accepted, AtANeighbor, AtTheEvent, CannotTell, Elsewhere, NoTamper};
        let counts = [AtTheEvent, AtANeighbor, Elsewhere, Accepted, CannotTell].map(|it| self.of(it).to_string());
        format!("{} | {} | {} | {}", self.of(NoTamper), self.all(), counts.join(" | "), self.rate())
    }
}

/// The tables of one mode, and the tampers that were not caught.
pub(crate) fn measured(gaps: bool) -> (BTreeMap<&'static str, Row>, Row, Vec<(String, Outcome)>) {
    let (mut kinds, mut total, mut missed): (BTreeMap<&str, Row>, Row, Vec<_>) = Default::default();
    for tamper in tampers() {
        let outcome = outcome(&tamper, gaps);
        *kinds.entry(tamper.kind).or_default().0.entry(outcome).or_default() += 1;
        *total.0.entry(outcome).or_default() += 1;
        if !matches!(outcome, Outcome::AtTheEvent | Outcome::AtANeighbor) {
            missed.push((format!("{}, {}", tamper.kind, tamper.name), outcome));
        }
    }
    (kinds, total, missed)
}
