//! Honest histories never raise an alert "impossible": in no order of arrival, with no number of repetitions, and at no
//! moment in between.
//!
//! `HOLDFAST_LONG=1` takes more histories.

use holdfast_audit::Finding;
use holdfast_harness::choices::Seeded;
use holdfast_harness::drive;
use holdfast_harness::generator::Bias;
use holdfast_harness_engine::EngineSubject;
use holdfast_model::Config;
use holdfast_watch::{
    Assessment, AssessmentTimes, DeadlineLimits, IncomingEvent, SyncMode, WatchRules, WatchStore, assess, logged,
    read_value,
};
use serde_json::Value;

/// Runs the engine on a generated sequence. Returns its configuration and events.
pub(crate) fn history(subject: &mut EngineSubject, seed: u64, version: Option<&str>) -> (Config, Vec<Value>) {
    let bias = if seed & 1 == 0 { Bias::Friendly } else { Bias::Hostile };
    let drive = drive::lockstep(subject, &mut Seeded::new(seed, 60), bias, |_| ());
    assert!(drive.verdict.agrees(), "seed {seed}: {}", drive.verdict);
    (drive.sequence.config, subject.log(version).unwrap())
}

/// A store and the rules of its provider.
pub(crate) struct Desk {
    store: WatchStore,
    rules: WatchRules,
    _folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new(config: &Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = WatchStore::open(&folder.path().join("watch.db"), SyncMode::System).unwrap();
        let rules = WatchRules::new(*config, holdfast_audit::Bounds::default(), DeadlineLimits::default());
        Self { store, rules, _folder: folder }
    }

    /// Stores events that arrive together and judges the payments that they belong to, as the watch does.
    pub(crate) fn receive(&mut self, events: &[&Value], now: i64) -> Vec<(String, Assessment)> {
        let read: Vec<IncomingEvent> = events.iter().map(|it| read_value(it, it.to_string()).unwrap()).collect();
        self.store.add(&read, now).unwrap();
        let rows = self.store.to_judge(now, 10_000).unwrap();
        let assess_one = |row: holdfast_watch::PaymentRow| {
            let stored = self.store.events(&row.id).unwrap();
            let events = stored.iter().map(|event| logged(&event.body, event.number).unwrap()).collect();
            let arrived = stored.iter().map(|event| event.received).max().unwrap();
            let times = AssessmentTimes { now, due_by: now, arrived };
            let assessment = assess(&row.id, events, times, &self.rules);
            (row, assessment)
        };
        let assessed: Vec<_> = rows.into_iter().map(assess_one).collect();
        self.store.settle(&assessed, now, false).unwrap();
        assessed.into_iter().map(|(row, assessment)| (row.id, assessment)).collect()
    }
}

/// Returns the events of each payment of a log, in the order of the log.
pub(crate) fn by_payment(config: &Config, log: &[Value]) -> Vec<Vec<Value>> {
    let mut desk = Desk::new(config);
    let all: Vec<&Value> = log.iter().collect();
    let payments = desk.receive(&all, 0);
    let events = |id: &str| desk.store.events(id).unwrap();
    let read = |payment: &(String, Assessment)| {
        events(&payment.0).iter().map(|event| serde_json::from_str(&event.body).unwrap()).collect()
    };
    payments.iter().map(read).collect()
}

pub(crate) fn is_long() -> bool {
    std::env::var("HOLDFAST_LONG").is_ok_and(|value| value == "1")
}

/// Returns the moment of an event.
pub(crate) fn created(event: &Value) -> i64 {
    event["created"].as_i64().unwrap()
}

#[test]
fn no_honest_payment_is_impossible_at_any_moment() {
    const VERSIONS: [Option<&str>; 4] = [None, Some("2019-12-03"), Some("2022-11-15"), Some("2024-04-10")];
    let (seeds, mut judged, mut accepted, mut payments) = (if is_long() { 1_500 } else { 60 }, 0_u64, 0_u64, 0_usize);
    let mut random = fastrand::Rng::with_seed(4);
    let mut subject = EngineSubject::default();
    for seed in 70_000..70_000 + seeds {
        let version = VERSIONS[random.usize(..VERSIONS.len())];
        let (config, log) = history(&mut subject, seed, version);
        for disturbance in ["shuffled", "lossy", "as it was"] {
            let mut events: Vec<&Value> = log.iter().collect();
            if disturbance != "as it was" {
                let again: Vec<&Value> = log.iter().filter(|_| random.u8(..4) == 0).collect();
                events.extend(again);
                random.shuffle(&mut events);
            }
            if disturbance == "lossy" {
                events.retain(|_| random.u8(..3) > 0);
            }
            let mut desk = Desk::new(&config);
            let end = log.iter().map(created).max().unwrap_or(0);
            let mut rest = events.as_slice();
            while !rest.is_empty() {
                let (now, later) = rest.split_at(random.usize(1..=3).min(rest.len()));
                rest = later;
                for (payment, assessment) in desk.receive(now, end) {
                    judged += 1;
                    if let Some(Finding::Impossible(it)) = &assessment.finding {
                        panic!("seed {seed}, {version:?}, {disturbance}: {payment}: {it:#?}");
                    }
                    accepted += u64::from(assessment.finding == Some(Finding::Accepted));
                    payments += usize::from(rest.is_empty());
                }
            }
        }
    }
    println!("{judged} judgments of {payments} payments, {accepted} accepted");
    assert!(judged >= 2_000 && payments >= 180, "{judged} judgments of {payments} payments");
    assert!(accepted * 100 >= judged * 97, "{accepted} of {judged} judgments accepted the events so far");
}

#[test]
fn an_honest_background_capture_is_never_called_late() {
    let mut subject = EngineSubject::default();
    let mut captured = 0;
    for seed in 80_000..if is_long() { 82_000 } else { 80_150 } {
        let (config, log) = history(&mut subject, seed, None);
        let mut desk = Desk::new(&config);
        let all: Vec<&Value> = log.iter().collect();
        captured += log.iter().filter(|it| it["type"] == "charge.updated").count();
        // In the order in which they happened, each at its moment.
        for event in all {
            for (payment, assessment) in desk.receive(&[event], created(event)) {
                let late = assessment.alerts.iter().find(|alert| alert.kind == "update_missing");
                assert_eq!(late, None, "seed {seed}: {payment}");
            }
        }
    }
    println!("{captured} background captures");
    assert!(captured >= 250, "{captured} background captures");
}
