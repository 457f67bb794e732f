//! The summary of an exploration at four widths, compared with the files in `snapshots/`.
//!
//! `HOLDFAST_WRITE_SNAPSHOTS=1` writes the files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use holdfast_explorer::{CollisionBound, Completion, Count, First, PropertyBits, Summary, Why};
use holdfast_model::trace::Script;
use holdfast_model::{Config, Observation};
use holdfast_properties::Step;

use super::{Answer, Exit, OutputStyle, RECEIVES_700, Toy, check_interrupted, check_on, file};
use crate::catalogue::{Catalogue, Evidence, EvidenceSource, ProofStrengths, Properties, Reach, ShownProperty};
use crate::command::select::default_names;
use crate::evidence::Committed;
use crate::interrupt::Interrupt;
use crate::record::{RunRecord, StaterightSummary, Unit};
use crate::replay::Replay;

const WIDTHS: [u16; 4] = [60, 80, 100, 200];

/// Names of variants that do not change with the table of scenarios, so neither do the snapshots.
const NAMES: [&str; 12] = [
    "single: automatic",
    "single: manual",
    "multicapture: us",
    "multicapture: nz",
    "multicapture: merchant initiated",
    "multicapture: dialect: the last capture closes",
    "refunds: immediate",
    "refunds: moving on",
    "connect: platform",
    "setup: every method",
    "checkout: every form",
    "retries: two keys",
];

/// Forty properties with long names, and evidence for each.
struct Forty {
    properties: Vec<ShownProperty>,
}

impl Forty {
    fn new() -> Self {
        let property = |number: usize| ShownProperty {
            name: format!("the-property-with-the-number-{number}"),
            sentence: format!("the sentence of property {number}"),
            rules: "B1 B2".to_owned(),
            why: "a merchant loses money".to_owned(),
            about_steps: number.is_multiple_of(2),
        };
        Self { properties: (0..40).map(property).collect() }
    }
}

impl Catalogue for Forty {
    fn properties(&self) -> &[ShownProperty] {
        &self.properties
    }

    fn broken_by_state(&self, _: &Observation<'_>) -> PropertyBits {
        PropertyBits::ZERO
    }

    fn broken_by_step(&self, _: &Step<'_>) -> PropertyBits {
        PropertyBits::ZERO
    }

    fn because(&self, _: u8, _: &Step<'_>) -> Option<String> {
        None
    }

    fn evidence(&self, property: u8) -> Evidence {
        let reach = match property % 3 {
            0 => Reach::Alone,
            1 => Reach::With(vec!["the-property-with-the-number-0".to_owned()]),
            _ => Reach::ReachableOnly,
        };
        Evidence { reach, faults: Some(usize::from(property % 5)) }
    }

    fn evidence_source(&self) -> EvidenceSource {
        let rules = Some("0123456789abcdef".to_owned());
        EvidenceSource { rules, is_current: true, faults: 214, sizes: BTreeMap::new() }
    }
}

/// The catalogue of the program, with evidence that belongs to it.
fn real() -> Properties {
    let properties = Properties::default();
    let evidence = |number: usize| Evidence {
        reach: match number % 3 {
            0 => Reach::Alone,
            1 => Reach::With(vec!["money-never-shrinks".to_owned()]),
            _ => Reach::ReachableOnly,
        },
        faults: Some(number % 5),
    };
    let evidence = (0..properties.properties().len()).map(evidence).collect();
    let rules = Some("0123456789abcdef".to_owned());
    let source = EvidenceSource { rules, is_current: true, faults: 214, sizes: BTreeMap::new() };
    properties.with_evidence(Committed { source, properties: evidence, stated: Vec::new() })
}

/// A unit of both explorers with this completion, whose properties were all covered.
fn unit(name: &str, completion: Completion, properties: &[ShownProperty]) -> Unit {
    let (scenario, variant) = name.split_once(": ").unwrap();
    let first = First { steps: 1, print: 1, ordinal: 0, text: None };
    let count = Count { count: 1_000, first };
    let (unique, transitions, collisions) = (1_234, 5_678_901, CollisionBound::of(1_234));
    let places = 0..u8::try_from(properties.len()).unwrap();
    Unit {
        scenario: scenario.to_owned(),
        variant: variant.to_owned(),
        exact: Some(Summary {
            completion,
            unique,
            transitions,
            depth: 12,
            collisions,
            witnesses: places.map(|place| (place, count.clone())).collect(),
            ..Summary::default()
        }),
        stateright: Some(StaterightSummary { completion, unique, transitions, collisions, violations: vec![] }),
        counterexamples: BTreeMap::new(),
        milliseconds: 321,
    }
}

/// Stores a complete record, changed by `change`, and returns its path.
fn record(name: &str, catalogue: &dyn Catalogue, change: impl Fn(&mut RunRecord)) -> PathBuf {
    record_of(name, catalogue, NAMES.map(str::to_owned).to_vec(), change)
}

fn record_of(name: &str, catalogue: &dyn Catalogue, names: Vec<String>, change: impl Fn(&mut RunRecord)) -> PathBuf {
    let properties = catalogue.properties().iter().map(|property| property.name.clone()).collect();
    let mut record = RunRecord::new("test".to_owned(), properties, names.clone());
    for name in names {
        let unit = unit(&name, Completion::Complete, catalogue.properties());
        record.units.insert(name, unit);
    }
    change(&mut record);
    let path = file(&format!("output-{name}.json"));
    fs::write(&path, record.text().unwrap()).unwrap();
    path
}

const VIOLATED: &str = "multicapture: us";

/// Makes the first property false in one unit.
fn break_first(record: &mut RunRecord) {
    let unit = record.units.get_mut(VIOLATED).unwrap();
    let exact = unit.exact.as_mut().unwrap();
    exact.completion = Completion::Cut { why: Why::Violation };
    exact.violations.insert(0, First { steps: 2, print: 1, ordinal: 0, text: None });
    let inputs = Script::parse(RECEIVES_700).unwrap();
    let replay = Replay::play(Config::default(), inputs.inputs()).until(1);
    unit.counterexamples.insert(0, replay.script().to_string());
}

fn cut(record: &mut RunRecord, why: Why) {
    for name in ["single: manual", "multicapture: us"] {
        let unit = record.units.get_mut(name).unwrap();
        unit.stateright.as_mut().unwrap().completion = Completion::Cut { why };
    }
}

fn style(width: u16) -> OutputStyle {
    OutputStyle { width: Some(width), ..OutputStyle::default() }
}

fn merged(path: &Path, catalogue: &dyn Catalogue, width: u16, options: &[&str]) -> Answer {
    let arguments: Vec<&str> = ["merge", path.to_str().unwrap()].into_iter().chain(options.iter().copied()).collect();
    check_on(&arguments, "", catalogue, style(width))
}

/// Compares `text` with the stored snapshot, or writes it if the environment asks for that.
fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/command/tests/snapshots").join(name);
    if std::env::var_os("HOLDFAST_WRITE_SNAPSHOTS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, stored, "{name}; HOLDFAST_WRITE_SNAPSHOTS=1 writes it");
}

/// Checks that no line but a trace is wider than `width`, and that each word also stands in the widest output.
fn is_intact(text: &str, width: u16, widest: &str) {
    let words = |text: &str| -> BTreeSet<String> {
        text.split_whitespace().filter(|word| !word.starts_with('─')).map(str::to_owned).collect()
    };
    let (own, wide) = (words(text), words(widest));
    let broken: Vec<&String> = own.difference(&wide).collect();
    assert!(broken.is_empty(), "words broken at {width}: {broken:?}\n{text}");
    let mut is_trace = false;
    for line in text.lines() {
        is_trace = (is_trace || line.ends_with("<<'END'")) && line != "END";
        assert!(is_trace || line == "END" || line.chars().count() <= usize::from(width), "{width}: {line}");
    }
}

fn snapshots(name: &str, exit: Exit, of: impl Fn(u16) -> Answer) -> String {
    let widest = of(200).out;
    for width in WIDTHS {
        let answer = of(width);
        assert_eq!(answer.exit, exit, "{name}: {}{}", answer.out, answer.err);
        is_intact(&answer.out, width, &widest);
        compare(&format!("{name}-{width}.txt"), &answer.out);
    }
    widest
}

#[test]
fn all_true_takes_at_most_fifteen_lines() {
    let forty = Forty::new();
    let path = record("true", &forty, |_| ());
    snapshots("all-true", Exit::Fine, |width| merged(&path, &forty, width, &[]));
    let catalogue = real();
    let path = record_of("real", &catalogue, default_names(), |_| ());
    for width in [80, 100, 200] {
        let lines = merged(&path, &catalogue, width, &[]).out.lines().count();
        assert!(lines <= 15, "{lines} lines at {width} columns");
    }
    let out = merged(&path, &catalogue, 80, &[]).out;
    assert!(out.lines().last().is_some_and(|line| line.starts_with("OK:")), "{out}");
}

#[test]
fn tables_are_shown_on_request() {
    let catalogue = Forty::new();
    let path = record("tables", &catalogue, |_| ());
    snapshots("scenarios", Exit::Fine, |width| merged(&path, &catalogue, width, &["-v"]));
    let table = snapshots("table", Exit::Fine, |width| merged(&path, &catalogue, width, &["--table"]));
    for property in catalogue.properties() {
        assert!(table.contains(&property.name), "{}", property.name);
    }
}

#[test]
fn a_false_property_comes_last_with_its_trace() {
    let toy = Toy::new();
    let path = record("false", &toy, break_first);
    let out = snapshots("one-false", Exit::False, |width| merged(&path, &toy, width, &[]));
    let (_, end) = out.split_once("FALSE: the sentence of at-most-500").unwrap();
    for part in ["property at-most-500", "costs    why", "because  received 700 > 500", "replay - <<'END'", "\nEND\n"] {
        assert!(end.contains(part), "{part}: {end}");
    }
    assert!(!out.contains("OK:"), "{out}");
}

#[test]
fn an_incomplete_run_says_what_is_missing() {
    let toy = Toy::new();
    let path = record("incomplete", &toy, |record| record.units.retain(|name, _| name.starts_with("single")));
    let out = snapshots("incomplete", Exit::Incomplete, |width| merged(&path, &toy, width, &[]));
    assert!(out.contains("(not begun)") && out.contains("-v lists them"), "{out}");
    let path = record("cut", &toy, |record| cut(record, Why::MaxStates(100)));
    let out = snapshots("cut-by-limit", Exit::Incomplete, |width| merged(&path, &toy, width, &[]));
    assert!(out.contains("single: manual (stopped after 100 states)"), "{out}");
    let path = record("interrupted", &toy, |record| cut(record, Why::Cancelled));
    let out = snapshots("interrupted", Exit::Incomplete, |width| merged(&path, &toy, width, &[]));
    assert!(out.contains("single: manual (interrupted)"), "{out}");
}

/// The properties of the program beside a report of other sources, with proof strengths that are known at once.
struct OfOtherSources(Properties, ProofStrengths);

impl OfOtherSources {
    fn new(change: impl FnOnce(&mut ProofStrengths)) -> Self {
        let rules = Some("fedcba9876543210".to_owned());
        let source = EvidenceSource { rules, is_current: false, faults: 0, sizes: BTreeMap::new() };
        let properties = Properties::default().with_evidence(Committed { source, ..Committed::default() });
        let all = vec![Reach::Alone; properties.properties().len()];
        let mut strengths = ProofStrengths { stated: all.clone(), found: all };
        change(&mut strengths);
        Self(properties, strengths)
    }
}

impl Catalogue for OfOtherSources {
    fn properties(&self) -> &[ShownProperty] {
        self.0.properties()
    }

    fn broken_by_state(&self, observation: &Observation<'_>) -> PropertyBits {
        self.0.broken_by_state(observation)
    }

    fn broken_by_step(&self, step: &Step<'_>) -> PropertyBits {
        self.0.broken_by_step(step)
    }

    fn because(&self, property: u8, step: &Step<'_>) -> Option<String> {
        self.0.because(property, step)
    }

    fn evidence(&self, property: u8) -> Evidence {
        self.0.evidence(property)
    }

    fn evidence_source(&self) -> EvidenceSource {
        self.0.evidence_source()
    }

    fn proof_strengths(&self, _: NonZeroUsize) -> Option<ProofStrengths> {
        Some(self.1.clone())
    }
}

#[test]
fn evidence_of_other_sources_is_not_shown() {
    let catalogue = OfOtherSources::new(|_| ());
    // A record without all default scenarios, for which no proof strengths are computed.
    let path = record("withheld", &catalogue, |_| ());
    let out = merged(&path, &catalogue, 200, &["--table"]).out;
    assert!(out.contains("of rules fedcba9876543210") && out.contains(holdfast_evidence::RULES), "{out}");
    for word in ["inductive", "faults found", "planted"] {
        assert!(!out.contains(word), "{word}: {out}");
    }
    let name = catalogue.properties().first().unwrap().name.clone();
    let out = check_on(&["properties", &name], "", &catalogue, style(200)).out;
    assert!(out.contains("withheld: ") && !out.contains("inductive"), "{out}");
}

#[test]
fn a_property_that_falls_from_its_proof_strength_is_named() {
    let helper = || Reach::With(vec!["money-never-shrinks".to_owned()]);
    let rows: [(&str, Reach, Reach, bool); 6] = [
        ("the same", Reach::Alone, Reach::Alone, false),
        ("now alone", helper(), Reach::Alone, false),
        ("now with a helper", Reach::Alone, helper(), true),
        ("now within the bounds", helper(), Reach::ReachableOnly, true),
        ("from nothing to the bounds", Reach::Unknown, Reach::ReachableOnly, false),
        ("always within the bounds", Reach::ReachableOnly, Reach::ReachableOnly, false),
    ];
    for (what, stated, found, falls) in rows {
        let catalogue = OfOtherSources::new(|strengths| {
            strengths.stated[1] = stated;
            strengths.found[1] = found;
        });
        let path = record_of("fallen", &catalogue, default_names(), |_| ());
        let answer = merged(&path, &catalogue, 200, &[]);
        let name = catalogue.properties()[1].name.clone();
        assert_eq!(answer.exit, if falls { Exit::False } else { Exit::Fine }, "{what}: {}", answer.out);
        let last = answer.out.trim_end().lines().last().unwrap_or_default();
        assert_eq!(last.starts_with(&format!("WEAKER: {name}: ")), falls, "{what}: {}", answer.out);
        assert_eq!(answer.out.contains("OK:"), !falls, "{what}: {}", answer.out);
        let json: serde_json::Value = serde_json::from_str(&merged(&path, &catalogue, 200, &["--json"]).out).unwrap();
        assert_eq!(json["weaker"].as_array().unwrap().len(), usize::from(falls), "{what}: {json}");
    }
}

#[test]
fn every_long_command_can_be_interrupted() {
    let interrupted = |arguments: &[&str]| {
        let interrupt = Interrupt::default();
        interrupt.set();
        check_interrupted(arguments, "", &Toy::new(), OutputStyle::default(), interrupt)
    };
    let corpus = file("interrupted-corpus");
    fs::create_dir_all(&corpus).unwrap();
    fs::write(corpus.join("entry"), [1, 2, 3]).unwrap();
    let corpus = corpus.to_str().unwrap();
    let transitions = "../reports/transitions.json";
    for arguments in [
        &["explore", "setup"][..],
        &["path", "captures>50", "--scenario", "refunds"],
        &["soak", "--no-keep", "--seconds", "60"],
        &["strength", "--seeds", "1", "--budget", "1"],
        &["coverage", corpus, "--transitions", transitions],
    ] {
        let answer = interrupted(arguments);
        assert_eq!(answer.exit, Exit::Incomplete, "{arguments:?}: {}{}", answer.out, answer.err);
        let all = answer.out + &answer.err;
        assert!(all.contains("INCOMPLETE"), "{arguments:?}: {all}");
        assert!(!all.contains("OK:") && !all.contains("AGREED") && !all.contains("CAUGHT"), "{arguments:?}: {all}");
    }
}

/// A run of both explorers that is interrupted between the two is not complete.
#[test]
fn an_interrupt_between_the_explorers_leaves_the_unit_cut() {
    let interrupt = Interrupt::default();
    interrupt.set();
    let answer = check_interrupted(&["explore", "setup", "--json"], "", &Toy::new(), OutputStyle::default(), interrupt);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((answer.exit, &json["complete"]), (Exit::Incomplete, &false.into()));
}
