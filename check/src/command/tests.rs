mod audit;
mod definition;
mod engine;
mod files;
mod laws;
mod merchant;
mod output;
mod protocol;
mod prove;
mod records;
mod replay;
mod schemas;
mod validator;
mod widths;

use std::{fs, path::PathBuf};

use holdfast_model::{Config, Observation};
use holdfast_properties::Step;

use super::{Dependencies, Exit, Io, OutputStyle, run};
use crate::catalogue::{Catalogue, Properties, ShownProperty};
use crate::interrupt::Interrupt;
use crate::record::{RunRecord, StaterightSummary, Unit};
use crate::replay::Replay;
use holdfast_explorer::{CollisionBound, Completion, Count, First, PropertyBits, Summary, Why};

/// A catalogue of two properties: one of states, false if more than 500 is received; one of steps, false for each refund.
struct Toy {
    properties: Vec<ShownProperty>,
}

impl Toy {
    fn new() -> Self {
        let property = |name: &str, about_steps| ShownProperty {
            name: name.to_owned(),
            sentence: format!("the sentence of {name}"),
            rules: "B1".to_owned(),
            why: format!("why {name} matters"),
            about_steps,
        };
        Self { properties: vec![property("at-most-500", false), property("no-refunds", true)] }
    }
}

fn received(observation: &Observation<'_>) -> u32 {
    observation.payments.iter().flatten().map(|payment| payment.received.get()).sum()
}

impl Catalogue for Toy {
    fn properties(&self) -> &[ShownProperty] {
        &self.properties
    }

    fn broken_by_state(&self, observation: &Observation<'_>) -> PropertyBits {
        PropertyBits::from(received(observation) > 500)
    }

    fn broken_by_step(&self, step: &Step<'_>) -> PropertyBits {
        PropertyBits::from(step.input.to_string().starts_with("refund")).wrapping_shl(1)
    }

    fn because(&self, property: u8, step: &Step<'_>) -> Option<String> {
        (property == 0).then(|| format!("received {} > 500", received(&step.after)))
    }
}

struct Answer {
    exit: Exit,
    out: String,
    err: String,
}

fn check_on(arguments: &[&str], input: &str, catalogue: &dyn Catalogue, style: OutputStyle) -> Answer {
    check_interrupted(arguments, input, catalogue, style, Interrupt::default())
}

fn check_interrupted(
    arguments: &[&str],
    input: &str,
    catalogue: &dyn Catalogue,
    style: OutputStyle,
    interrupt: Interrupt,
) -> Answer {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io { input: &mut input.as_bytes(), out: &mut out, err: &mut err, style, interrupt };
    let arguments = ["check"].iter().chain(arguments).copied();
    let exit = run(arguments, &Dependencies { catalogue, report: |_| Err("no room".to_owned()) }, &mut io);
    Answer { exit, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

fn check(arguments: &[&str]) -> Answer {
    check_on(arguments, "", &Toy::new(), OutputStyle::default())
}

fn replay(trace: &str) -> Answer {
    check_on(&["replay", "-"], trace, &Toy::new(), OutputStyle::default())
}

/// A file of this test's own, which is not there yet.
fn file(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("holdfast-check-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let _absent = fs::remove_file(&path);
    path
}

#[test]
fn help_is_no_error_and_bad_usage_is() {
    let help = check(&["--help"]);
    assert_eq!((help.exit, help.err.as_str()), (Exit::Fine, ""));
    assert!(help.out.contains("Exit codes:\n  0"));
    for (arguments, message) in [
        (vec!["explor"], "unrecognized subcommand 'explor'"),
        (vec!["explore", "multicaptur"], "no scenario `multicaptur`; did you mean `multicapture`?"),
        (vec!["--shard", "2/2"], "part 2/2 does not exist"),
        (vec!["--dialect", "confirm_limit=many"], "dialect field `confirm_limit`: expected a whole number"),
        (vec!["--time-limit", "soon"], "expected a duration like"),
        (vec!["properties", "at-most-50"], "no property `at-most-50`; did you mean `at-most-500`?"),
        (vec!["path", "status=succeded"], "condition 1 `status=succeded`: not a value of `status`"),
        (vec!["web", "refunds", "imediate"], "`refunds` has no variant `imediate`; did you mean `immediate`?"),
        (vec!["replay", "no/such/file"], "no/such/file: "),
        (vec!["merge", "no/such/file"], "no/such/file: "),
        (vec!["drive", "http://127.0.0.1:9", "--key", "sk_live_1"], "--key: `sk_live_…` is a live key"),
        (vec!["drive", "http://203.0.113.7"], "add --allow-remote"),
        (vec!["drive", "http://127.0.0.1:9", "--name", "../x"], "--name: `../x` cannot be a file's name"),
        (vec!["report", "--to", "Cargo.toml"], "cannot write Cargo.toml: "),
        (vec!["strength", "--to", "Cargo.toml/x.md"], "cannot write Cargo.toml/x.md: "),
        (vec!["coverage", "x", "--to", "Cargo.toml/x.md"], "cannot write Cargo.toml/x.md: "),
        (vec!["seeds", "Cargo.toml", "--transitions", "../reports/transitions.json"], "cannot write Cargo.toml: "),
        (vec!["explore", "setup", "--resume", "Cargo.toml/x.json"], "Cargo.toml/x.json: "),
        (vec!["man", "Cargo.toml"], "cannot write Cargo.toml: "),
        (vec!["soak", "--shard", "0/2"], "unexpected argument '--shard'"),
        (vec!["--json", "scenarios"], "cannot be used with"),
    ] {
        let answer = check(&arguments);
        assert_eq!(answer.exit, Exit::Usage, "{arguments:?}: {}", answer.out);
        assert!(answer.err.contains(message), "{arguments:?}: {}", answer.err);
    }
    // Whether a drive has TLS depends on every crate of the build.
    let answer = check(&["drive", "https://203.0.113.7"]);
    assert_eq!(answer.exit, Exit::Usage, "{}", answer.out);
    assert!(["--allow-remote", "--features tls"].iter().any(|it| answer.err.contains(it)), "{}", answer.err);
    let codes = [Exit::Fine, Exit::False, Exit::Usage, Exit::Incomplete].map(Exit::code);
    assert_eq!(codes, [0, 1, 2, 3]);
}

const RECEIVES_700: &str = "\
create  pi1 1000 usd manual multicapture method=card_visa confirm
capture pi1 700 final=false
capture pi1 300
";

#[test]
fn a_false_property_is_explained() {
    let answer = replay(RECEIVES_700);
    assert_eq!(answer.exit, Exit::False);
    for part in [
        "FALSE: the sentence of at-most-500\n  property at-most-500 [B1]\n  costs    why at-most-500 matters\n",
        "  because  received 700 > 500\n  changed  by step 2 of 2: capture pi1 700 final=false\n",
        "             pi1.received: 0 → 700\n",
        "```mermaid\nsequenceDiagram\n",
        "cargo run --bin check -- replay - <<'END'\ncreate  pi1 1000 usd",
        "FALSE: 1 property in this trace.",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
    // The command at the end shows the same violation again.
    let (_, command) = answer.out.split_once("<<'END'\n").unwrap();
    let (trace, _) = command.split_once("END\n").unwrap();
    let again = replay(trace);
    assert!(again.out.contains("because  received 700 > 500"), "{}", again.out);
}

/// The page on counterexamples lists the labels of an explanation, in their order.
#[test]
fn the_manual_lists_the_labels_of_an_explanation() {
    let page = fs::read_to_string("../docs/src/counterexample.md").unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let labels: Vec<&str> = rows.map(|(label, _)| label).collect();
    let shown = fs::read_to_string("src/command/tests/snapshots/one-false-100.txt").unwrap();
    let mut lines = shown.lines();
    assert!(labels.len() >= 7, "{labels:?}");
    for label in labels {
        let is_next = lines.any(|line| line.trim_start().starts_with(label));
        assert!(is_next, "`{label}` is not printed, or in another order: {shown}");
    }
}

#[test]
fn json_answers_are_json() {
    for arguments in [
        vec!["scenarios", "--json"],
        vec!["properties", "--json"],
        vec!["properties", "no-refunds", "--json"],
        vec!["path", "status=succeeded", "--scenario", "multicapture", "--json"],
        vec!["explore", "setup", "--json"],
        vec!["replay", "-", "--json"],
    ] {
        let answer = check_on(&arguments, RECEIVES_700, &Toy::new(), OutputStyle::default());
        let value: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        assert!(value.is_array() || value["exit"] == answer.exit.code(), "{arguments:?}: {}", answer.out);
    }
}

#[test]
fn a_cut_run_is_incomplete_and_says_so() {
    for explorer in ["both", "exact", "stateright"] {
        let answer = check(&["explore", "multicapture", "--max-states", "20", "--explorer", explorer]);
        assert_eq!(answer.exit, Exit::Incomplete, "{}", answer.out);
        assert!(answer.out.contains("INCOMPLETE: not explored to the end"), "{}", answer.out);
        assert!(answer.out.contains("multicapture: us (stopped after 20 states)"), "{}", answer.out);
    }
    let answer = check(&["explore", "multicapture", "--time-limit", "0s"]);
    assert_eq!(answer.exit, Exit::Incomplete);
    assert!(answer.out.contains("multicapture: us (not begun)"), "{}", answer.out);
}

#[test]
fn the_shortest_path_to_a_state() {
    let answer = check(&["path", "status=requires_capture", "captures>=2", "--scenario", "multicapture"]);
    assert_eq!(answer.exit, Exit::Fine, "{}", answer.err);
    let script = holdfast_model::trace::Script::parse(&answer.out).unwrap();
    assert_eq!(script.lines.len(), 3, "create, capture, capture: {}", answer.out);
    assert_eq!(replay(&answer.out).err, "");

    let nowhere = check(&["path", "captures>50", "--scenario", "refunds"]);
    assert_eq!((nowhere.exit, nowhere.err.as_str()), (Exit::False, ""));
    let cut = check(&["path", "captures>50", "--scenario", "refunds", "--max-states", "10"]);
    assert_eq!(cut.exit, Exit::Incomplete);
    assert!(cut.err.contains("stopped after 10 states; none found so far"), "{}", cut.err);
    let start = check(&["path", "pi1.exists=false", "--scenario", "refunds"]);
    assert!(start.out.contains("# 0 steps"), "{}", start.out);
}

#[test]
fn interchangeable_payments_get_the_names_of_the_predicate() {
    for (one, other) in [("pi1", "pi2"), ("pi2", "pi1")] {
        let conditions = format!("{one}.refunded>0 {other}.status=requires_capture");
        let answer = check(&["path", &conditions, "--scenario", "two_payments"]);
        let script = holdfast_model::trace::Script::parse(&answer.out).unwrap();
        let replay = Replay::play(script.config, script.inputs());
        let last = replay.steps().last().unwrap().after;
        let predicate = crate::predicate::Predicate::parse(&conditions).unwrap();
        assert!(predicate.holds(&last), "{conditions}: {}", answer.out);
    }
}

#[test]
fn scenarios_and_properties_are_listed() {
    let answer = check(&["scenarios"]);
    for scenario in holdfast_scenarios::SCENARIOS {
        assert!(answer.out.contains(scenario.name) && answer.out.contains(scenario.bounds));
    }
    let answer = check(&["properties"]);
    assert!(answer.out.contains("at-most-500") && answer.out.contains("the sentence of no-refunds"));
    let one = check(&["properties", "no-refunds"]);
    assert!(one.out.contains("costs         why no-refunds matters"), "{}", one.out);
}

/// A record as a run would write it, in which property 0 is false or holds, and property 1 was met or not.
fn record(false_property: bool, second_met: bool) -> PathBuf {
    let first = || First { steps: 2, print: 1, ordinal: 0, text: None };
    let mut summary = Summary { unique: 10, completion: Completion::Complete, ..Summary::default() };
    summary.witnesses.insert(0, Count { count: 5, first: first() });
    if second_met {
        summary.witnesses.insert(1, Count { count: 1, first: first() });
    }
    let properties = Toy::new().properties.iter().map(|property| property.name.clone()).collect();
    let mut record = RunRecord::new("toy".to_owned(), properties, vec!["toy: only".to_owned()]);
    let mut unit = Unit {
        scenario: "toy".to_owned(),
        variant: "only".to_owned(),
        exact: None,
        stateright: None,
        counterexamples: std::collections::BTreeMap::new(),
        milliseconds: 1_250,
    };
    if false_property {
        summary.violations.insert(0, first());
        let inputs = holdfast_model::trace::Script::parse(RECEIVES_700).unwrap();
        let replay = Replay::play(Config::default(), inputs.inputs()).until(1);
        unit.counterexamples.insert(0, replay.script().to_string());
    }
    unit.exact = Some(summary);
    record.units.insert("toy: only".to_owned(), unit);
    let path = file(&format!("record-{false_property}-{second_met}.json"));
    fs::write(&path, record.text().unwrap()).unwrap();
    path
}

#[test]
fn a_violation_found_while_exploring_is_explained() {
    let path = record(true, true);
    let answer = check(&["merge", path.to_str().unwrap()]);
    assert_eq!(answer.exit, Exit::False);
    for part in [
        "because  received 700 > 500",
        "changed  by step 2 of 2: capture pi1 700 final=false",
        "  found    in toy: only",
        "FALSE: 1 of 2 properties is false.",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
}

#[test]
fn a_property_without_a_covered_premise_does_not_count_as_holding() {
    let met = record(false, true);
    let answer = check(&["merge", met.to_str().unwrap()]);
    assert_eq!(answer.exit, Exit::Fine, "{}", answer.out);
    assert!(
        answer.out.contains("OK: 2 properties are true in every state and every step of these scenarios."),
        "{}",
        answer.out
    );
    assert!(answer.out.contains("in 1.3 s"), "the seconds: {}", answer.out);

    let unmet = record(false, false);
    let answer = check(&["merge", unmet.to_str().unwrap()]);
    assert!(
        answer.out.contains("OK: 1 property is true in every state and every step of these scenarios."),
        "{}",
        answer.out
    );
    assert!(answer.out.contains("Premise not covered by these scenarios: 1 property."), "{}", answer.out);
}

/// Stores the record of `path` under `name`, with one change to each of its units.
fn changed(path: &std::path::Path, name: &str, change: impl Fn(&mut Unit)) -> PathBuf {
    let mut record = RunRecord::parse(&fs::read_to_string(path).unwrap()).unwrap();
    record.units.values_mut().for_each(change);
    let path = file(name);
    fs::write(&path, record.text().unwrap()).unwrap();
    path
}

#[test]
fn a_search_that_a_violation_ends_says_nothing_of_the_other_properties() {
    let path = changed(&record(true, true), "record-stopped.json", |unit| {
        unit.exact.as_mut().unwrap().completion = Completion::Cut { why: Why::Violation };
    });
    let answer = check(&["merge", path.to_str().unwrap()]);
    assert_eq!(answer.exit, Exit::False);
    assert!(!answer.out.contains("OK:") && !answer.out.contains("true in"), "{}", answer.out);
    for part in ["INCOMPLETE: 1 property without a counterexample so far", "FALSE: 1 of 2 properties is false."] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
}

#[test]
fn explorers_that_disagree_prove_nothing() {
    let path = changed(&record(false, true), "record-disagreeing.json", |unit| {
        let (completion, collisions) = (Completion::Complete, CollisionBound::default());
        unit.stateright =
            Some(StaterightSummary { completion, unique: 9, transitions: 0, collisions, violations: vec![] });
    });
    let answer = check(&["merge", path.to_str().unwrap()]);
    assert_eq!(answer.exit, Exit::False);
    assert!(!answer.out.contains("OK:") && !answer.out.contains("true in"), "{}", answer.out);
    assert!(answer.out.contains("DISAGREEMENT:"), "{}", answer.out);
}

#[test]
fn colors_only_where_wanted() {
    let bad = "create pi1 300 usd => succeeded\n";
    let plain = check_on(&["replay", "-"], bad, &Toy::new(), OutputStyle::default());
    assert!(!plain.out.contains('\u{1b}'));
    let colored = check_on(&["replay", "-"], bad, &Toy::new(), OutputStyle { color: true, ..OutputStyle::default() });
    assert!(colored.out.contains("\u{1b}[1;31mDIFFERENT:\u{1b}[0m"));
}

/// The golden traces of the model, judged by the real properties.
#[test]
fn no_golden_trace_makes_a_property_false() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../model/traces");
    let catalogue = Properties::default();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let answer = check_on(&["replay", path.to_str().unwrap()], "", &catalogue, OutputStyle::default());
        assert_eq!(answer.exit, Exit::Fine, "{}: {}{}", path.display(), answer.out, answer.err);
        count += 1;
    }
    assert!(count >= 79, "only {count} traces");
}
