//! Honest logs are never impossible: random histories of the engine, whole and disturbed in every way in which real logs
//! are.
//!
//! `HOLDFAST_AUDIT_PAYMENTS` is the number of payments, 5,000 if it is not set; `HOLDFAST_AUDIT_SEED` is the first seed.

use std::collections::BTreeMap;

use holdfast_audit::{Bounds, Finding, Options, Verdict};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::Config;
use serde_json::Value;

use crate::common::{audit_text, in_versions, lines};

/// A way to disturb a log, and whether the log loses events by it.
type Disturbance = (&'static str, bool, fn(&[Value], &mut fastrand::Rng) -> Vec<Value>);

const DISTURBANCES: &[Disturbance] = &[
    ("shuffled", false, |log, random| shuffled(log.to_vec(), random)),
    ("repeated", false, |log, random| {
        let again: Vec<Value> = log.iter().filter(|_| random.u8(..3) == 0).cloned().collect();
        shuffled(log.iter().cloned().chain(again).collect(), random)
    }),
    ("10 % gone", true, |log, random| thinned(log, 10, random)),
    ("30 % gone", true, |log, random| thinned(log, 30, random)),
    ("60 % gone", true, |log, random| thinned(log, 60, random)),
    ("90 % gone", true, |log, random| thinned(log, 90, random)),
    ("a beginning", true, |log, random| log.iter().take(random.usize(..=log.len())).cloned().collect()),
    ("an end", true, |log, random| log.iter().skip(random.usize(..=log.len())).cloned().collect()),
    ("a middle", true, |log, random| {
        let from = random.usize(..=log.len());
        log.iter().skip(from).take(random.usize(..=log.len())).cloned().collect()
    }),
    ("one event", true, |log, random| random.choice(log).cloned().into_iter().collect()),
    ("two events", true, |log, random| random.choose_multiple(log.iter(), 2).into_iter().cloned().collect()),
    ("three events", true, |log, random| random.choose_multiple(log.iter(), 3).into_iter().cloned().collect()),
    ("sent again under other ids", false, |log, random| {
        let again = log.iter().filter(|_| random.u8(..3) == 0).cloned();
        let again: Vec<Value> = again.enumerate().map(|(number, event)| renamed(event, number)).collect();
        shuffled(log.iter().cloned().chain(again).collect(), random)
    }),
];

fn renamed(mut event: Value, number: usize) -> Value {
    event["id"] = format!("evt_again_{number}").into();
    event
}

fn shuffled(mut log: Vec<Value>, random: &mut fastrand::Rng) -> Vec<Value> {
    random.shuffle(&mut log);
    log
}

fn thinned(log: &[Value], percent: u8, random: &mut fastrand::Rng) -> Vec<Value> {
    log.iter().filter(|_| random.u8(..100) >= percent).cloned().collect()
}

/// Returns the number that an environment variable has, or the one that is used without it.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

fn judged(events: &[Value], config: &Config, gaps: bool) -> Vec<Verdict> {
    let text: String = events.iter().map(|event| format!("{event}\n")).collect();
    if text.is_empty() {
        return Vec::new();
    }
    let bounds = Bounds { gaps, ..Bounds::default() };
    audit_text(&text, &Options { config: *config, bounds, ..Options::default() }).unwrap().1
}

/// False alarms, of each kind the first.
#[derive(Default)]
struct Alarms {
    number: usize,
    kinds: BTreeMap<String, String>,
}

impl Alarms {
    fn add(&mut self, name: &str, events: &[Value], verdicts: &[Verdict]) {
        for verdict in verdicts {
            let Finding::Impossible(it) = &verdict.finding else { continue };
            self.number += 1;
            let kind = format!("{} {:?} {:?}", it.kind, it.proof, it.rules);
            let text = || format!("{name}: {it:?}\n{}", lines(events, &verdict.id));
            self.kinds.entry(kind).or_insert_with(text);
        }
    }
}

#[test]
fn an_honest_log_is_never_impossible() {
    const VERSIONS: [&str; 4] = ["2018-11-08", "2020-08-27", "2022-11-15", "2024-04-10"];
    let wanted = usize::try_from(setting("HOLDFAST_AUDIT_PAYMENTS", 5_000)).unwrap();
    let (mut seen, mut seed) = (0, setting("HOLDFAST_AUDIT_SEED", 10_000));
    let mut random = fastrand::Rng::with_seed(seed);
    let mut subject = EngineSubject::default();
    let mut wrong = Alarms::default();
    let (mut whole, mut accepted) = (0, 0);
    while seen < wanted {
        let version = VERSIONS.get(random.usize(..8)).copied();
        let two = in_versions(&mut subject, seed, &[version, Some(VERSIONS[random.usize(..4)])]);
        let [log, other] = two.as_slice() else { panic!("two versions were asked for") };
        for gaps in [true, false] {
            let verdicts = judged(&log.events, &log.config, gaps);
            seen += if gaps { verdicts.len() } else { 0 };
            whole += verdicts.len();
            accepted += verdicts.iter().filter(|it| it.finding == Finding::Accepted).count();
            wrong.add(&format!("seed {seed}, whole, gaps {gaps}"), &log.events, &verdicts);
        }
        for (name, loses, disturb) in DISTURBANCES {
            let events = disturb(&log.events, &mut random);
            for gaps in [true, false].into_iter().filter(|gaps| *gaps || !loses) {
                let verdicts = judged(&events, &log.config, gaps);
                wrong.add(&format!("seed {seed}, {version:?}, {name}, gaps {gaps}"), &events, &verdicts);
            }
        }
        // Two endpoints of different versions, each of which lost events.
        let both: Vec<Value> =
            thinned(&log.events, 30, &mut random).into_iter().chain(thinned(&other.events, 30, &mut random)).collect();
        let both = shuffled(both, &mut random);
        let verdicts = judged(&both, &log.config, true);
        wrong.add(&format!("seed {seed}, {version:?}, two endpoints"), &both, &verdicts);
        seed += 1;
    }
    let texts: Vec<&str> = wrong.kinds.values().map(String::as_str).take(12).collect();
    assert!(wrong.number == 0, "{} false alarms of {} kinds:\n{}", wrong.number, wrong.kinds.len(), texts.join("\n"));
    assert!(accepted * 1_000 >= whole * 995, "{accepted} of {whole} whole payments were accepted");
}
