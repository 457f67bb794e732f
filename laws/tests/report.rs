//! `reports/laws.md` is what is found now, and what is found is what must be.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use holdfast_laws::{
    CollectionLimits, FoundLaws, KNOWN_LAWS, LawBreaker, LawReason, MONEY_TOPICS, NoLaws, ScenarioChanges, StepChanges,
    WITHOUT_A_LAW, collect, collect_with_fault, default_scenarios, explanation, law_breakers, report,
};
use holdfast_model::testing::{PlantedFault, faults};
use holdfast_properties::CATALOGUE;
use holdfast_scenarios::find;

fn reports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports")
}

fn limits() -> CollectionLimits {
    CollectionLimits { threads: NonZeroUsize::new(2).expect("two"), ..CollectionLimits::default() }
}

/// The heading of the part of the report that takes the longest to compute.
const FAULTS: &str = "\n## The faults that break a law\n";

/// Splits a report into its part about faults and the rest.
fn split(report: &str) -> (String, String) {
    let (before, rest) = report.split_once(FAULTS).expect("the part about faults");
    let (faults, after) = rest.split_once("\n## ").expect("another part follows");
    (faults.to_owned(), [before, after].concat())
}

/// Returns the rows of the faults, by the name of the fault.
fn rows(faults: &str) -> BTreeMap<&str, &str> {
    let names = faults.lines().filter_map(|row| Some((row.strip_prefix("| `")?.split_once('`')?.0, row)));
    names.collect()
}

/// Returns some faults: for each law the first that breaks it, and each 40th of the others.
fn sample(written: &BTreeMap<&str, &str>) -> Vec<&'static PlantedFault> {
    let mut laws = BTreeSet::new();
    let breaking = faults().filter(|fault| {
        let law = written.get(fault.name).and_then(|row| row.split(" | ").nth(2));
        law.is_some_and(|law| law.split(", ").any(|law| laws.insert(law.to_owned())))
    });
    let breaking: Vec<&PlantedFault> = breaking.collect();
    breaking.into_iter().chain(faults().filter(|fault| !written.contains_key(fault.name)).step_by(40)).collect()
}

/// `HOLDFAST_LONG=1` compares every fault, and `HOLDFAST_WRITE_REPORTS=1` writes the report. Else a sample of the faults
/// is compared.
#[test]
fn the_report_is_what_is_found() {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    let scenarios: Vec<ScenarioChanges> = default_scenarios().map(|scenario| collect(scenario, &limits())).collect();
    the_spaces_are_those_of_the_explorers(&scenarios);
    let laws = FoundLaws::of(scenarios).expect("every scenario is explored to its end");
    let file = reports().join("laws.md");
    let breakers =
        |faults: Vec<&'static PlantedFault>| law_breakers(&laws, faults.into_iter(), &limits()).expect("known");
    let of = |breakers: &[LawBreaker]| report(&laws, breakers).expect("small numbers");
    if is_set("HOLDFAST_WRITE_REPORTS") {
        std::fs::write(&file, of(&breakers(faults().collect()))).expect("reports can be written");
    }
    let written = std::fs::read_to_string(&file).expect("reports/laws.md can be read");
    let (written_faults, written_rest) = split(&written);
    let written_rows = rows(&written_faults);
    let chosen = if is_set("HOLDFAST_LONG") { faults().collect() } else { sample(&written_rows) };
    assert!(chosen.len() >= 20, "{} faults are too few", chosen.len());
    let found = of(&breakers(chosen.clone()));
    let (found_faults, found_rest) = split(&found);
    let update = "update the report: HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-laws --test report";
    assert!(written_rest == found_rest, "{update}");
    let found_rows = rows(&found_faults);
    for fault in &chosen {
        assert_eq!(written_rows.get(fault.name), found_rows.get(fault.name), "{}: {update}", fault.name);
    }
    assert!(chosen.len() < faults().count() || written == found, "{update}");
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
    let wanted = "approved = capturable + captured + released is no law: broken in multicapture (declared by held-money-adds-up)";
    assert_eq!(objections[0], wanted);
    assert!(!found.basis.iter().any(|law| law.to_string() == "approved = capturable + captured + released"));
}

/// An objection says of each known law whether a property declares it.
#[test]
fn a_broken_law_is_called_declared_only_if_a_property_declares_it() {
    let whole = collect(find("multicapture").expect("a scenario"), &limits());
    for known in KNOWN_LAWS {
        let law = known.law().expect("small numbers");
        // A step that changes the first quantity of the law alone.
        let first = law.numbers().iter().position(|factor| *factor != 0).expect("a term");
        let mut broken = whole.clone();
        broken.changes.alone.insert(std::array::from_fn(|place| i64::from(place == first)));
        let found = FoundLaws::of(vec![broken]).expect("laws");
        let objections = found.objections().expect("small numbers");
        let objection = objections.iter().find(|objection| objection.starts_with(&format!("{law} is no law")));
        let objection = objection.unwrap_or_else(|| panic!("{law}: {objections:?}"));
        match known.reason {
            LawReason::Declared(properties) => {
                assert!(objection.ends_with(&format!("(declared by {})", properties.join(", "))), "{objection}");
            }
            LawReason::Explained(reason) => {
                assert!(
                    objection.ends_with(&format!("(declared by no property, explained as: {reason})")),
                    "{objection}"
                );
            }
        }
    }
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
