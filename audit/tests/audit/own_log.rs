//! The log of our own engine is accepted completely after any run; shuffled, repeated and with gaps, nothing in it is
//! called impossible.

use holdfast_audit::Finding;
use holdfast_model::Config;
use serde_json::Value;

use crate::common::{audit_values, lines, logs};

/// Fails with the first of the verdicts that are wrong.
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} of the verdicts: {:#?}", wrong.len(), &wrong[..wrong.len().min(6)]);
}

#[test]
fn the_engines_own_log_is_accepted_in_full() {
    let (mut events, mut wrong) = (0, Vec::new());
    for log in logs(0..300, None) {
        let (report, verdicts) = audit_values(&log.events, &log.config);
        events += log.events.len();
        for verdict in verdicts.iter().filter(|it| it.finding != Finding::Accepted || it.missing > 0) {
            let lines = lines(&log.events, &verdict.id);
            wrong.push(format!("{}: {} missing, {:?}\n{lines}", log.name, verdict.missing, verdict.finding));
        }
        assert_eq!(report.malformed, 0);
    }
    none(&wrong);
    assert!(events > 1_000, "only {events} events");
}

/// Returns the wrong verdicts on a log that was only disturbed.
fn blamed(name: &str, events: &[Value], config: &Config) -> Vec<String> {
    let (_, verdicts) = audit_values(events, config);
    let impossible = verdicts.iter().filter(|it| matches!(it.finding, Finding::Impossible(_)));
    impossible.map(|it| format!("{name}: {:?}\n{}", it.finding, lines(events, &it.id))).collect()
}

#[test]
fn disorder_and_repetition_change_nothing() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut wrong = Vec::new();
    for log in logs(300..500, None) {
        let mut events = log.events.clone();
        let again: Vec<_> = events.iter().filter(|_| random.u8(..4) == 0).cloned().collect();
        let repeated = again.len();
        events.extend(again);
        random.shuffle(&mut events);
        let (report, verdicts) = audit_values(&events, &log.config);
        let not_accepted = verdicts.iter().filter(|it| it.finding != Finding::Accepted);
        wrong.extend(not_accepted.map(|it| format!("{}: {:?}\n{}", log.name, it.finding, lines(&events, &it.id))));
        assert!(report.repeated <= u64::try_from(repeated).unwrap() + report.events / 4, "{}", log.name);
    }
    none(&wrong);
}

#[test]
fn gaps_are_not_called_impossible() {
    let mut random = fastrand::Rng::with_seed(2);
    let mut wrong = Vec::new();
    for log in logs(500..900, None) {
        for of in [2, 5, 10] {
            let kept = log.events.iter().filter(|_| random.u8(..of) != 0);
            let mut events: Vec<_> = kept.cloned().collect();
            random.shuffle(&mut events);
            wrong.extend(blamed(&log.name, &events, &log.config));
        }
    }
    none(&wrong);
}

#[test]
fn old_versions_are_read() {
    let mut wrong = Vec::new();
    for version in ["2018-11-08", "2020-08-27", "2022-11-15", "2024-04-10"] {
        for log in logs(800..860, Some(version)) {
            let (_, verdicts) = audit_values(&log.events, &log.config);
            let not_accepted = verdicts.iter().filter(|it| it.finding != Finding::Accepted);
            let logged = not_accepted
                .map(|it| format!("{version} {}: {:?}\n{}", log.name, it.finding, lines(&log.events, &it.id)));
            wrong.extend(logged);
        }
    }
    assert!(wrong.is_empty(), "{} of the verdicts:\n{}", wrong.len(), wrong[..wrong.len().min(4)].join("\n"));
}
