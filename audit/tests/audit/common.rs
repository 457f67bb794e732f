//! Logs of our own engine, and the verdicts on them.

use std::io;
use std::ops::Range;

use holdfast_audit::{Listener, Options, Report, Unreadable, Verdict, audit};
use holdfast_harness::choices::Seeded;
use holdfast_harness::drive;
use holdfast_harness::generator::Bias;
use holdfast_harness_engine::EngineSubject;
use holdfast_model::Config;
use serde_json::Value;

/// The events of one run of the engine.
pub(crate) struct Log {
    pub(crate) name: String,
    pub(crate) config: Config,
    pub(crate) events: Vec<Value>,
}

/// Runs the engine on one generated sequence, and takes its log in each version.
pub(crate) fn in_versions(subject: &mut EngineSubject, seed: u64, versions: &[Option<&str>]) -> Vec<Log> {
    let bias = if seed & 1 == 0 { Bias::Friendly } else { Bias::Hostile };
    let drive = drive::lockstep(subject, &mut Seeded::new(seed, 60), bias, |_| ());
    assert!(drive.verdict.agrees(), "seed {seed}: {}", drive.verdict);
    let log = |version: &Option<&str>| Log {
        name: format!("seed {seed}"),
        config: drive.sequence.config,
        events: subject.log(*version).unwrap(),
    };
    versions.iter().map(log).collect()
}

/// Runs the engine on generated sequences, and takes their logs.
pub(crate) fn logs(seeds: Range<u64>, version: Option<&str>) -> impl Iterator<Item = Log> {
    let mut subject = EngineSubject::default();
    let version = version.map(str::to_owned);
    seeds.flat_map(move |seed| in_versions(&mut subject, seed, &[version.as_deref()]))
}

/// Keeps every verdict.
#[derive(Default)]
pub(crate) struct Kept(pub(crate) Vec<Verdict>);

impl Listener for Kept {
    fn verdict(&mut self, verdict: &Verdict) -> io::Result<()> {
        self.0.push(verdict.clone());
        Ok(())
    }
}

/// Audits a log as text.
pub(crate) fn audit_text(text: &str, options: &Options) -> Result<(Report, Vec<Verdict>), Unreadable> {
    let mut kept = Kept::default();
    let report = audit(text.as_bytes(), options, &mut kept)?;
    kept.0.sort_by_key(|verdict| verdict.line);
    Ok((report, kept.0))
}

/// Audits events, a line each.
pub(crate) fn audit_values(events: &[Value], config: &Config) -> (Report, Vec<Verdict>) {
    let text: String = events.iter().map(|event| format!("{event}\n")).collect();
    if events.is_empty() {
        return audit_text(
            r#"{"id":"evt","type":"customer.created","created":1,"data":{"object":{"id":"c"}}}"#,
            &Options::default(),
        )
        .unwrap();
    }
    audit_text(&text, &Options { config: *config, ..Options::default() }).unwrap()
}

/// The events that mention an object, in short, for messages.
pub(crate) fn lines(events: &[Value], id: &str) -> String {
    let mentions = |event: &&Value| event.to_string().contains(id);
    let fields = [
        "id",
        "status",
        "amount",
        "amount_capturable",
        "amount_received",
        "amount_captured",
        "amount_refunded",
        "amount_reversed",
        "captured",
        "refunded",
        "capture_method",
        "latest_charge",
        "charge",
        "balance_transaction",
        "cancellation_reason",
        "application_fee_amount",
        "currency",
        "source_transaction",
    ];
    let short = |event: &Value| {
        let object = &event["data"]["object"];
        let shown = fields.iter().filter(|field| !object[**field].is_null());
        let shown: Vec<String> = shown.map(|field| format!("{field}={}", object[*field])).collect();
        format!(
            "{} {} {} {} previous {}\n",
            event["created"],
            event["id"],
            event["type"],
            shown.join(" "),
            event["data"]["previous_attributes"]
        )
    };
    events.iter().filter(mentions).map(short).collect()
}
