//! `reports/laws.md` is what is found now, and what is found is what must be.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use holdfast_laws::{
    CollectionLimits, FoundLaws, KNOWN_LAWS, MONEY_TOPICS, NoLaws, ScenarioChanges, StepChanges, WITHOUT_A_LAW,
    collect, collect_with_fault, default_scenarios, explanation, report,
};
use holdfast_model::testing::faults;
use holdfast_properties::CATALOGUE;
use holdfast_scenarios::find;

fn reports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports")
}

fn limits() -> CollectionLimits {
    CollectionLimits { threads: NonZeroUsize::new(2).expect("two"), ..CollectionLimits::default() }
}

/// `HOLDFAST_WRITE_REPORTS=1` writes the report.
#[test]
fn the_report_is_what_is_found() {
    let scenarios: Vec<ScenarioChanges> = default_scenarios().map(|scenario| collect(scenario, &limits())).collect();
    the_spaces_are_those_of_the_explorers(&scenarios);
    let found = report(scenarios, &limits()).expect("every scenario is explored to its end");
    let file = reports().join("laws.md");
    if std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some() {
        std::fs::write(&file, &found).expect("reports can be written");
    }
    let written = std::fs::read_to_string(&file).expect("reports/laws.md can be read");
    assert!(
        written == found,
        "write the report anew: HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-laws --test report"
    );
    for objection in ["OBJECTION", "UNEXPLAINED", "| NO |", "No planted fault breaks"] {
        assert!(!found.contains(objection), "the report says {objection}");
    }
}

/// The changes come from as many states and steps as `reports/state-space.md` has, where whole states were compared.
fn the_spaces_are_those_of_the_explorers(scenarios: &[ScenarioChanges]) {
    let text = std::fs::read_to_string(reports().join("state-space.md")).expect("reports/state-space.md can be read");
    for scenario in scenarios {
        let start = format!("| {} |", scenario.name);
        let numbers = text.lines().filter(|line| line.starts_with(&start)).filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            Some((cells.get(3)?.parse::<u64>().ok()?, cells.get(4)?.parse::<u64>().ok()?))
        });
        let sum = numbers
            .fold((0_u64, 0_u64), |sum, (states, steps)| (sum.0.saturating_add(states), sum.1.saturating_add(steps)));
        assert_eq!((scenario.states, scenario.steps), sum, "{}", scenario.name);
    }
}

#[test]
fn every_property_about_money_declares_a_law_or_has_a_reason() {
    let declaring: BTreeSet<&str> = KNOWN_LAWS.iter().flat_map(|known| known.properties()).copied().collect();
    let without: BTreeSet<&str> = WITHOUT_A_LAW.iter().map(|(property, _)| *property).collect();
    assert_eq!(without.len(), WITHOUT_A_LAW.len(), "a property stands in the table twice");
    for name in declaring.iter().chain(&without) {
        assert!(CATALOGUE.iter().any(|property| property.id == *name), "{name} is no property");
    }
    for property in CATALOGUE.iter().filter(|property| MONEY_TOPICS.contains(&property.topic)) {
        let (declares, has_none) = (declaring.contains(property.id), without.contains(property.id));
        assert!(declares != has_none, "{}: declares a law: {declares}, has none: {has_none}", property.id);
    }
    for known in KNOWN_LAWS {
        let parts = explanation(&known.law().expect("small")).expect("small").expect("it is a combination of itself");
        assert_eq!(parts.len(), 1, "{}: the known laws are not independent", known.sentence);
    }
}

#[test]
fn a_cut_exploration_finds_no_law() {
    let scenario = find("multicapture").expect("a scenario");
    let cut = collect(scenario, &CollectionLimits { max_states: Some(20), ..limits() });
    assert_eq!(FoundLaws::of(vec![cut]).err(), Some(NoLaws::Incomplete(vec!["multicapture"])));
    let setup = collect(find("setup").expect("a scenario"), &limits());
    assert_eq!(FoundLaws::of(vec![setup]).err(), Some(NoLaws::NoPayment));
}

/// A fault of the model takes the declared law out of the span, and the objection names law and property.
#[test]
fn a_broken_law_is_an_objection() {
    let scenario = find("multicapture").expect("a scenario");
    let mut changed = collect(scenario, &limits());
    assert_eq!(FoundLaws::of(vec![changed.clone()]).expect("laws").objections(), Ok(vec![]));
    let fault = faults().find(|fault| fault.name == "release-counts-half").expect("a fault");
    changed.changes.merge(collect_with_fault(fault, &limits()).expect("its scenario exists").changes);
    let found = FoundLaws::of(vec![changed]).expect("laws");
    let objections = found.objections().expect("small numbers");
    assert_eq!(objections.len(), 1, "{objections:?}");
    assert!(objections[0].contains("approved = capturable + captured + released (held-money-adds-up) is no law"));
    assert!(!found.basis.iter().any(|law| law.to_string() == "approved = capturable + captured + released"));
}

/// A law of all scenarios that is neither declared nor explained is an objection.
#[test]
fn an_unexplained_law_is_an_objection() {
    let single = collect(find("single").expect("a scenario"), &limits());
    let empty = |name| ScenarioChanges { name, changes: StepChanges::default(), ..single.clone() };
    let others = default_scenarios().map(|scenario| scenario.name).filter(|name| *name != "single").map(empty);
    let found = FoundLaws::of(others.chain([single.clone()]).collect()).expect("laws");
    let objections = found.objections().expect("small numbers");
    assert!(objections.iter().any(|objection| objection.starts_with("fees = 0 is a law of every")), "{objections:?}");
    let alone = FoundLaws::of(vec![single]).expect("laws");
    assert_eq!(alone.objections(), Ok(vec![]), "some scenarios alone may have laws of their own");
}
