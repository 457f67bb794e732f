//! What a record proves, and how that is told.

use std::collections::BTreeMap;

use holdfast_model::trace::Script;
use serde_json::{Value, json};

use super::conclusion::{Conclusion, Facts};
use super::select::default_names;
use super::{CommonOptions, Exit, Failure, Io};
use crate::catalogue::{Catalogue, Evidence, Induction};
use crate::explain::explain;
use crate::record::{RunRecord, Unit};
use crate::replay::{PropertyViolation, Replay};
use crate::table::{Align, counted, grouped, lay_out};
use holdfast_explorer::{CollisionBound, Completion};

/// What a record says about a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PropertyVerdict {
    /// There is a counterexample.
    False,
    /// No counterexample, everything explored, and its premise was met.
    Holds,
    /// No counterexample, but its premise was never met, so it was not put to the test.
    Unwitnessed,
    /// No counterexample, everything explored; whether its premise was met, nobody counted.
    Unrefuted,
    /// No counterexample so far; not everything has been explored.
    Open,
}

impl PropertyVerdict {
    const fn word(self) -> &'static str {
        match self {
            Self::False => "FALSE",
            Self::Holds => "holds",
            Self::Unwitnessed => "not met",
            Self::Unrefuted => "not false",
            Self::Open => "open",
        }
    }
}

/// What a record says about a property, and what else is known about it.
struct JudgedProperty {
    property: u8,
    verdict: PropertyVerdict,
    /// Where its premise was met by the shortest path: how many steps, and the unit.
    witness: Option<(u32, String)>,
    /// How often its premise was met.
    witnesses: u64,
    evidence: Evidence,
    /// The shortest counterexample and the unit it is of.
    counterexample: Option<(String, Script)>,
}

/// Prints what `record` says about `mine`, the units that this run had to explore.
pub(super) fn conclude(
    record: &RunRecord,
    mine: &[String],
    options: &CommonOptions,
    catalogue: &dyn Catalogue,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let cut = record.missing();
    // A search that ended at a violation needs no second run, but it is as incomplete as any other.
    let ended = |name: &str| record.units.get(name).is_some_and(|unit| unit.violations().next().is_some());
    let (stopped, missing): (Vec<&str>, Vec<&str>) = cut.iter().copied().partition(|name| ended(name));
    let mine_is_done = !missing.iter().any(|name| mine.iter().any(|it| it == name));
    let disagreeing: Vec<&str> =
        record.units.iter().filter(|(_, unit)| unit.agrees() == Some(false)).map(|(name, _)| name.as_str()).collect();
    // A premise that is met nowhere is a gap in the scenarios only if all of them were explored.
    let is_through =
        |name: &String| record.units.get(name).is_some_and(|unit| unit.exact.is_some() && unit.is_complete());
    let everything = default_names().iter().all(is_through);
    let judged: Vec<JudgedProperty> = (0..u8::try_from(catalogue.properties().len()).unwrap_or(u8::MAX))
        .map(|property| judge(record, property, catalogue, cut.is_empty() && disagreeing.is_empty()))
        .collect();

    let any = |wanted: PropertyVerdict| judged.iter().any(|judged| judged.verdict == wanted);
    let conclusion = Conclusion::of(Facts {
        is_false: any(PropertyVerdict::False),
        disagrees: !disagreeing.is_empty(),
        is_cut: !cut.is_empty(),
        is_tested: any(PropertyVerdict::Holds) || any(PropertyVerdict::Unrefuted),
        is_vacuous: everything && any(PropertyVerdict::Unwitnessed),
    });
    let exit = conclusion.exit();

    if options.json {
        let answer = json!({
            "exit": exit.code(),
            "complete": cut.is_empty(),
            "shard_complete": mine_is_done,
            "missing": missing,
            "disagreeing": disagreeing,
            "properties": judged.iter().map(|judged| in_json(judged, catalogue)).collect::<Vec<_>>(),
            "record": serde_json::to_value(record).unwrap_or(Value::Null),
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }

    write!(io.out, "{}", scenarios_table(record, io))?;
    if !judged.is_empty() {
        write!(io.out, "\n{}", properties_table(&judged, catalogue, io))?;
    }
    for judged in &judged {
        if let Some((unit, script)) = &judged.counterexample {
            writeln!(io.out, "\n{}", counterexample(judged.property, unit, script, catalogue))?;
        }
    }
    summary(
        &judged,
        &Unfinished { all: &missing, stopped: &stopped, mine },
        &disagreeing,
        record,
        conclusion,
        everything,
        io,
    )?;
    Ok(exit)
}

fn judge(record: &RunRecord, property: u8, catalogue: &dyn Catalogue, complete: bool) -> JudgedProperty {
    let units = || record.wanted.iter().filter_map(|name| Some((name, record.units.get(name)?)));
    let is_false = units().any(|(_, unit)| unit.violations().any(|bit| bit == property));
    let seen = || units().filter_map(|(name, unit)| Some((name, unit.exact.as_ref()?.witnesses.get(&property)?)));
    let witness = seen().map(|(name, count)| (count.first.steps, name.clone())).min();
    let scripts = units().filter_map(|(name, unit)| {
        let script = Script::parse(unit.counterexamples.get(&property)?).ok()?;
        Some((script.lines.len(), name.clone(), script))
    });
    let shortest = scripts.min_by_key(|(length, ..)| *length);
    let verdict = match () {
        () if is_false => PropertyVerdict::False,
        () if !complete => PropertyVerdict::Open,
        () if witness.is_some() => PropertyVerdict::Holds,
        // Only our explorer counts witnesses.
        () if units().any(|(_, unit)| unit.exact.is_none()) => PropertyVerdict::Unrefuted,
        () => PropertyVerdict::Unwitnessed,
    };
    JudgedProperty {
        property,
        verdict,
        witness,
        witnesses: seen().fold(0, |sum: u64, (_, count)| sum.saturating_add(count.count)),
        evidence: catalogue.evidence(property),
        counterexample: shortest.map(|(_, name, script)| (name, script)),
    }
}

fn in_json(judged: &JudgedProperty, catalogue: &dyn Catalogue) -> Value {
    let property = catalogue.property(judged.property);
    json!({
        "name": property.map(|property| &property.name),
        "sentence": property.map(|property| &property.sentence),
        "rules": property.map(|property| &property.rules),
        "verdict": judged.verdict.word(),
        "induction": induction(&judged.evidence.induction),
        "faults": judged.evidence.faults,
        "witness": judged.witness.as_ref().map(|(steps, unit)| json!({ "steps": steps, "in": unit })),
        "witnesses": judged.witnesses,
        "counterexample": judged.counterexample.as_ref().map(|(unit, script)| {
            json!({ "in": unit, "steps": script.lines.len(), "trace": script.to_string() })
        }),
    })
}

/// One row a scenario: its variants added up.
fn scenarios_table(record: &RunRecord, io: &Io<'_>) -> String {
    let columns = [
        ("scenario", Align::Left),
        ("variants", Align::Right),
        ("states", Align::Right),
        ("transitions", Align::Right),
        ("depth", Align::Right),
        ("explorers", Align::Left),
        ("missed at most", Align::Right),
        ("seconds", Align::Right),
    ];
    let mut order: Vec<&str> = Vec::new();
    let mut groups: BTreeMap<&str, Vec<&Unit>> = BTreeMap::new();
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &record.wanted {
        let scenario = name.split_once(": ").map_or(name.as_str(), |(scenario, _)| scenario);
        let count = wanted.entry(scenario).or_insert(0);
        *count = count.saturating_add(1);
        if let Some(unit) = record.units.get(name) {
            if !order.contains(&scenario) {
                order.push(scenario);
            }
            groups.entry(scenario).or_default().push(unit);
        }
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut all: Vec<&Unit> = Vec::new();
    for scenario in order {
        let units = groups.get(scenario).map(Vec::as_slice).unwrap_or_default();
        let of = wanted.get(scenario).copied().unwrap_or(0);
        rows.push(row(scenario, units, of));
        all.extend(units);
    }
    if rows.len() > 1 {
        rows.push(row("all", &all, record.wanted.len()));
    }
    lay_out(&columns, rows, io.style.width)
}

fn row(name: &str, units: &[&Unit], of: usize) -> Vec<String> {
    let figures = |of_exact: fn(&holdfast_explorer::Summary) -> u64,
                   of_other: fn(&crate::record::StaterightSummary) -> u64| {
        let of_unit = |unit: &&Unit| match (&unit.exact, &unit.stateright) {
            (Some(summary), _) => of_exact(summary),
            (None, Some(other)) => of_other(other),
            (None, None) => 0,
        };
        grouped(units.iter().map(of_unit).fold(0, u64::saturating_add))
    };
    let depth = units.iter().filter_map(|unit| Some(unit.exact.as_ref()?.depth)).max();
    let pairs = units.iter().fold(0, |sum: u64, unit| {
        let exact = unit.exact.as_ref().map_or(0, |summary| summary.collisions.pairs);
        let other = unit.stateright.as_ref().filter(|_| unit.exact.is_none());
        sum.saturating_add(exact).saturating_add(other.map_or(0, |other| other.collisions.pairs))
    });
    let milliseconds = units.iter().fold(0, |sum: u64, unit| sum.saturating_add(unit.milliseconds));
    let tenths = milliseconds.saturating_add(50).checked_div(100).unwrap_or(0);
    let seconds = format!("{}.{}", tenths.checked_div(10).unwrap_or(0), tenths.checked_rem(10).unwrap_or(0));
    vec![
        name.to_owned(),
        if units.len() == of { of.to_string() } else { format!("{} of {of}", units.len()) },
        figures(|summary| summary.unique, |other| other.unique),
        figures(|summary| summary.transitions, |other| other.transitions),
        depth.map_or_else(|| "–".to_owned(), |depth| depth.to_string()),
        explorers(units),
        CollisionBound { pairs }.to_string(),
        seconds,
    ]
}

/// Who explored, and whether they agree.
fn explorers(units: &[&Unit]) -> String {
    let completions = units.iter().flat_map(|unit| {
        let exact = unit.exact.as_ref().map(|summary| summary.completion);
        let other = unit.stateright.as_ref().map(|other| other.completion);
        exact.into_iter().chain(other)
    });
    if units.iter().any(|unit| unit.agrees() == Some(false)) {
        return "DISAGREE".to_owned();
    }
    if let Some(cut) = completions.into_iter().find(|completion| !completion.is_complete()) {
        return cut.to_string();
    }
    let has = |by: fn(&Unit) -> bool| units.iter().any(|unit| by(unit));
    match (has(|unit| unit.exact.is_some()), has(|unit| unit.stateright.is_some())) {
        (true, true) => "both agree",
        (true, false) => "exact alone",
        (false, true) => "stateright alone",
        (false, false) => "–",
    }
    .to_owned()
}

fn properties_table(judged: &[JudgedProperty], catalogue: &dyn Catalogue, io: &Io<'_>) -> String {
    let columns = [
        ("property", Align::Left),
        ("verdict", Align::Left),
        ("inductive", Align::Left),
        ("witness", Align::Left),
        ("faults found", Align::Right),
    ];
    let rows = judged.iter().map(|judged| {
        let name = catalogue.property(judged.property).map(|property| property.name.clone());
        let witness = judged.witness.as_ref().map(|(steps, unit)| format!("{steps} steps in {unit}"));
        vec![
            name.unwrap_or_default(),
            judged.verdict.word().to_owned(),
            induction(&judged.evidence.induction),
            witness.unwrap_or_else(|| "–".to_owned()),
            judged.evidence.faults.map_or_else(|| "–".to_owned(), |faults| faults.to_string()),
        ]
    });
    lay_out(&columns, rows, io.style.width)
}

pub(super) fn induction(induction: &Induction) -> String {
    match induction {
        Induction::Unknown => "–".to_owned(),
        Induction::Alone => "alone".to_owned(),
        Induction::With(helpers) => format!("with {}", helpers.join(", ")),
        Induction::ReachableOnly => "no".to_owned(),
    }
}

/// The explanation of a counterexample that was written down as a trace.
fn counterexample(property: u8, unit: &str, script: &Script, catalogue: &dyn Catalogue) -> String {
    let replay = Replay::play(script.config, script.inputs());
    let shown = replay.violations(catalogue).into_iter().find(|violation| violation.property == property);
    let violation = shown.unwrap_or(PropertyViolation { property, step: replay.len().saturating_sub(1) });
    let explanation = explain(&replay, violation, catalogue).map(|explanation| explanation.to_string());
    let doubt = if shown.is_none() {
        "\nNote: replayed, the trace does not show it. What judged while exploring and what explains disagree.\n"
    } else {
        ""
    };
    format!(
        "{}{doubt}\nFound in {unit}.",
        explanation.unwrap_or_else(|| format!("property {property} is false:\n{script}"))
    )
}

/// What has not been explored to the end, and what this run had to explore.
struct Unfinished<'a> {
    all: &'a [&'a str],
    /// Variants whose search ended at a violation.
    stopped: &'a [&'a str],
    mine: &'a [String],
}

fn summary(
    judged: &[JudgedProperty],
    missing: &Unfinished<'_>,
    disagreeing: &[&str],
    record: &RunRecord,
    conclusion: Conclusion,
    everything: bool,
    io: &mut Io<'_>,
) -> Result<(), Failure> {
    let style = io.style;
    let count = |verdict: PropertyVerdict| judged.iter().filter(|judged| judged.verdict == verdict).count();
    writeln!(io.out)?;
    for name in disagreeing {
        writeln!(io.out, "{} the explorers found different spaces in {name}.", style.bad("DISAGREEMENT:"))?;
    }
    let (mine, others): (Vec<&str>, Vec<&str>) =
        missing.all.iter().partition(|name| missing.mine.iter().any(|it| it == *name));
    if !mine.is_empty() {
        writeln!(io.out, "{} not explored to the end, so nothing is proven:", style.open("INCOMPLETE:"))?;
        for name in &mine {
            let why = record.units.get(*name).map_or_else(|| "not begun".to_owned(), why_cut);
            writeln!(io.out, "  {name} ({why})")?;
        }
    } else if !others.is_empty() {
        let words = "this shard is done, but alone it proves nothing: add up all of them with `check merge`.";
        writeln!(io.out, "{} {words}", style.open("INCOMPLETE:"))?;
    }
    if !others.is_empty() {
        writeln!(io.out, "Left to other shards: {}.", counted(others.len(), "variant"))?;
    }
    let (broken, holding) = (count(PropertyVerdict::False), count(PropertyVerdict::Holds));
    let (unmet, unrefuted) = (count(PropertyVerdict::Unwitnessed), count(PropertyVerdict::Unrefuted));
    let ok = if conclusion.is_ok() { format!("{} ", style.good("OK:")) } else { String::new() };
    if holding > 0 {
        let true_ones = counted(holding, "property");
        writeln!(io.out, "{ok}{true_ones} true in every state and every step of these scenarios.")?;
    }
    if unrefuted > 0 {
        let words = "not false; only the exact explorer tells whether that was put to the test.";
        writeln!(io.out, "{ok}{} {words}", counted(unrefuted, "property"))?;
    }
    if unmet > 0 && everything {
        let words = "never put to the test: no scenario meets the premise.";
        writeln!(io.out, "{} {} {words}", style.open("INCOMPLETE:"), counted(unmet, "property"))?;
    } else if unmet > 0 {
        writeln!(io.out, "Not put to the test by these scenarios: {}.", counted(unmet, "property"))?;
    }
    let open = count(PropertyVerdict::Open);
    if open > 0 && (broken > 0 || !disagreeing.is_empty()) {
        let words = "without a counterexample so far, which proves nothing.";
        writeln!(io.out, "{} {} {words}", style.open("OPEN:"), counted(open, "property"))?;
    }
    for name in missing.stopped {
        writeln!(io.out, "Not explored to the end, because a property is false there: {name}.")?;
    }
    if missing.all.is_empty() && broken == 0 && holding == 0 && unrefuted == 0 {
        writeln!(io.out, "{} no property was put to the test, so nothing is proven.", style.open("INCOMPLETE:"))?;
    }
    // The verdict comes last: it is what a reader sees first.
    if broken > 0 {
        let verb = if broken == 1 { "is" } else { "are" };
        let of = counted(judged.len(), "property");
        writeln!(io.out, "{} {broken} of {of} {verb} false.", style.bad("FALSE:"))?;
    }
    Ok(())
}

fn why_cut(unit: &Unit) -> String {
    let exact = unit.exact.as_ref().map(|summary| summary.completion);
    let other = unit.stateright.as_ref().map(|other| other.completion);
    let cut = [exact, other].into_iter().flatten().find(|completion| !completion.is_complete());
    match cut {
        Some(Completion::Cut { why }) => why.to_string(),
        Some(Completion::Complete) | None => "not begun".to_owned(),
    }
}
