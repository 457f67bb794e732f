//! The expected property or comparison catches every injected fault, and the engine without faults passes the same
//! runs.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_harness_engine::EngineSubject;
use holdfast_harness_engine::injected_faults::{self, Breaks};
use holdfast_harness_engine::strength::{Technique, campaign, seed_of, technique_for};
use holdfast_properties::Property;

/// The maximum number of runs until an injected fault is caught.
const BUDGET: u32 = 3_000;
/// The seed of the campaign in this test.
const SEED: u32 = 1;

#[test]
fn every_injected_fault_is_caught_and_the_honest_engine_is_not() {
    let all: Vec<_> = injected_faults::all().collect();
    assert!(all.len() >= 167, "only {} injected faults", all.len());
    let next = std::sync::Mutex::new(all.iter());
    let found = std::sync::Mutex::new((Vec::new(), BTreeMap::<&str, (Technique, u32)>::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(injected) = next.lock().unwrap().next() else { return };
                    let technique = technique_for(injected);
                    let result = campaign(injected, technique, SEED, BUDGET, true);
                    let mut found = found.lock().unwrap();
                    if result.acted == 0 {
                        found.0.push(format!("{}: it never acted", injected.name));
                    } else if result.named.is_none() {
                        let verdict = result.verdict.map(|it| it.to_string()).unwrap_or_default();
                        let verdict: String = verdict.chars().take(1_500).collect();
                        let first = result.first;
                        found.0.push(format!(
                            "{}: not caught by {:?} in {BUDGET} runs; first caught {first:?}: {verdict}",
                            injected.name, injected.breaks
                        ));
                    }
                    let runs = result.named.unwrap_or(BUDGET);
                    let longest = found.1.entry(technique.name()).or_insert((technique, 0));
                    longest.1 = longest.1.max(runs);
                }
            });
        }
    });
    let (missed, longest) = found.into_inner().unwrap();
    assert!(missed.is_empty(), "{} of {}\n{}", missed.len(), all.len(), missed.join("\n"));
    for (technique, runs) in longest.into_values() {
        let mut honest = EngineSubject::default();
        for run in 1..=runs {
            let verdict = technique.run(&mut honest, seed_of(SEED, run));
            assert!(verdict.agrees(), "{technique}, run {run} of the engine without faults: {verdict}");
        }
    }
}

#[test]
fn the_table_says_what_there_is() {
    let mut names = BTreeSet::new();
    for injected in injected_faults::all() {
        let name = injected.name;
        assert!(names.insert(name), "{name}: two injected faults have this name");
        assert!(!name.ends_with('.') && !injected.rules.is_empty(), "{name}");
        if let Breaks::Property(id) = injected.breaks {
            assert!(Property::find(id).is_some(), "{name}: there is no property {id}");
        }
    }
    assert!(injected_faults::named(injected_faults::CANARY).is_some(), "the canary is gone");
}

/// The report lists these injected faults; `check strength --to reports/strength.md` writes its figures.
#[test]
fn the_report_has_every_injected_fault() {
    let report = include_str!("../../reports/strength.md");
    let rows = injected_faults::all().map(|it| {
        let (name, rules, part, technique) = (it.name, it.rules, it.how.part(), technique_for(it));
        format!("\n| {name} | {rules} | {part} | {technique}: {} | ", it.breaks)
    });
    let missing: Vec<String> = rows.filter(|row| !report.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "run `check strength --to reports/strength.md` to update the report: {missing:?}");
    let count = injected_faults::all().count();
    assert!(report.contains(&format!("**{count} injected faults: ")) && report.contains(", 0 in none.**"), "{count}");
}
