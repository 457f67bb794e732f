//! The summary of an exploration. It is short if all is well; if a property is false, its counterexample comes last.

use std::num::NonZeroUsize;

use serde_json::{Value, json};

use super::judge::{JudgedProperty, JudgedRun, PropertyVerdict};
use super::tables::{self, Totals, reach};
use super::{CommonOptions, Exit, Failure, Io, OutputStyle};
use crate::catalogue::{Catalogue, EvidenceSource, ProofStrengths, Reach};
use crate::explain::explain;
use crate::record::{RunRecord, Unit};
use crate::replay::{PropertyViolation, Replay};
use crate::table::{counted, counted_u64, labeled};
use holdfast_explorer::{Completion, Why};
use holdfast_model::trace::Script;

/// Number of unfinished variants that are listed without `--verbose`.
const LISTED: usize = 6;
/// Number of false properties that are explained in full.
const EXPLAINED: usize = 3;

/// Prints the results of `record` for `mine`, the units that this run had to explore.
pub(super) fn conclude(
    record: &RunRecord,
    mine: &[String],
    options: &CommonOptions,
    catalogue: &dyn Catalogue,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let threads = NonZeroUsize::new(options.threads()).unwrap_or(NonZeroUsize::MIN);
    let run = JudgedRun::of(record, mine, catalogue, threads);
    let exit = run.conclusion.exit();
    if options.json {
        writeln!(io.out, "{:#}", in_json(&run, exit, catalogue))?;
        return Ok(exit);
    }
    let mut out = String::new();
    if options.verbose || options.table {
        out.push_str(&tables::scenarios(&run, io.style.width));
        out.push('\n');
    }
    if options.table {
        out.push_str(&tables::properties(&run.judged, catalogue, io.style.width));
        out.push('\n');
    }
    let mut summary = RunSummary { run: &run, catalogue, style: io.style, is_verbose: options.verbose, out };
    summary.facts();
    summary.incomplete();
    summary.violations();
    summary.last_line();
    summary.fallen();
    write!(io.out, "{}", summary.out)?;
    Ok(exit)
}

fn in_json(run: &JudgedRun<'_>, exit: Exit, catalogue: &dyn Catalogue) -> Value {
    let source = catalogue.evidence_source();
    let (unfinished, _) = run.unfinished();
    json!({
        "schema": "holdfast/explore/3",
        "exit": exit.code(),
        "complete": run.is_complete(),
        "shard_complete": unfinished.is_empty(),
        "missing": run.missing,
        "disagreeing": run.disagreeing,
        "evidence": { "rules": source.rules, "current": source.is_current },
        "weaker": run.strengths.iter().flat_map(ProofStrengths::fallen).map(|(property, stated, found)| json!({
            "name": catalogue.property(property).map(|property| &property.name),
            "stated": reach(stated),
            "found": reach(found),
        })).collect::<Vec<_>>(),
        "properties": run.judged.iter().map(|judged| property_in_json(judged, catalogue)).collect::<Vec<_>>(),
        "record": serde_json::to_value(run.record).unwrap_or(Value::Null),
    })
}

fn property_in_json(judged: &JudgedProperty, catalogue: &dyn Catalogue) -> Value {
    let property = catalogue.property(judged.property);
    let reach = Some(&judged.evidence.reach).filter(|it| **it != Reach::Unknown).map(reach);
    json!({
        "name": property.map(|property| &property.name),
        "sentence": property.map(|property| &property.sentence),
        "rules": property.map(|property| &property.rules),
        "verdict": judged.verdict.word(),
        "induction": reach,
        "faults": judged.evidence.faults,
        "witness": judged.witness.as_ref().map(|(steps, unit)| json!({ "steps": steps, "in": unit })),
        "witnesses": judged.witnesses,
        "counterexample": judged.counterexample.as_ref().map(|(unit, script)| {
            json!({ "in": unit, "steps": script.lines.len(), "trace": script.to_string() })
        }),
    })
}

struct RunSummary<'a> {
    run: &'a JudgedRun<'a>,
    catalogue: &'a dyn Catalogue,
    style: OutputStyle,
    is_verbose: bool,
    out: String,
}

impl RunSummary<'_> {
    /// Adds a line or a paragraph behind a label.
    fn say(&mut self, label: &str, text: &str) {
        self.out.push_str(&labeled(label, text, self.style.width));
    }

    /// Adds the totals, the strength of the proofs and where to read more.
    fn facts(&mut self) {
        let units: Vec<&Unit> = self.run.units().map(|(_, unit)| unit).collect();
        let mut scenarios: Vec<&str> = units.iter().map(|unit| unit.scenario.as_str()).collect();
        scenarios.dedup();
        let totals = Totals::of(&units);
        let explored = format!(
            "{} of {}: {}, {}, in {} s",
            counted(units.len(), "variant"),
            counted(scenarios.len(), "scenario"),
            counted_u64(totals.states, "state"),
            counted_u64(totals.transitions, "transition"),
            totals.seconds(),
        );
        self.say("explored   ", &explored);
        self.say("explorers  ", &tables::explorers(&units));
        if self.run.conclusion.is_ok() {
            let source = self.catalogue.evidence_source();
            self.evidence(&source);
        }
        self.say("more       ", "-v: each scenario; --table: each property; check properties NAME; reports/");
    }

    /// Adds the strength of the proofs, if the committed report belongs to this program.
    fn evidence(&mut self, source: &EvidenceSource) {
        let Some(rules) = &source.rules else { return };
        if !source.is_current {
            let own = holdfast_evidence::RULES;
            let origin = format!("reports/properties.json is of rules {rules}, this program of rules {own}");
            let Some(strengths) = &self.run.strengths else {
                let text = format!("not known: {origin}; `check report` writes it again");
                return self.say("strength   ", &text);
            };
            self.strength(&mut strengths.found.iter());
            let text = format!("the strength was computed now, because {origin}; `check report` writes it again");
            return self.say("evidence   ", &text);
        }
        self.strength(&mut self.run.judged.iter().map(|judged| &judged.evidence.reach));
        let faults = counted(source.faults, "planted fault");
        self.say("faults     ", &format!("{faults}, each found"));
        self.say("evidence   ", &format!("the last two lines: reports/properties.json of rules {rules}"));
    }

    /// Adds the numbers of properties by the strength of their proof.
    fn strength(&mut self, reaches: &mut dyn Iterator<Item = &Reach>) {
        let (mut alone, mut together, mut bounded) = (0_usize, 0_usize, 0_usize);
        for reach in reaches {
            let count = match reach {
                Reach::Unknown => continue,
                Reach::Alone => &mut alone,
                Reach::With(_) => &mut together,
                Reach::ReachableOnly => &mut bounded,
            };
            *count = count.saturating_add(1);
        }
        let text = format!(
            "{alone} inductive alone, {together} inductive with auxiliary invariants, {bounded} within these bounds only"
        );
        self.say("strength   ", &text);
    }

    /// Adds the properties whose proof covers less than the committed report states.
    fn fallen(&mut self) {
        let Some(strengths) = &self.run.strengths else { return };
        for (property, stated, found) in strengths.fallen() {
            let name = self.catalogue.property(property).map(|property| property.name.clone()).unwrap_or_default();
            let bad = self.style.bad("WEAKER:");
            let text = format!(
                "{name}: {} in reports/properties.json, {} now. `check report` accepts the change.",
                inductive(stated),
                inductive(found)
            );
            self.out.push('\n');
            self.say(&format!("{bad} "), &text);
        }
    }

    /// Adds the parts that were left out, with the reason.
    fn incomplete(&mut self) {
        let open = self.style.open("INCOMPLETE:");
        let (mine, others) = self.run.unfinished();
        let unmet = self.run.count(PropertyVerdict::Unwitnessed);
        if !self.run.missing.is_empty() || !self.run.stopped.is_empty() || !self.run.disagreeing.is_empty() {
            self.out.push('\n');
        }
        for name in &self.run.disagreeing {
            let bad = self.style.bad("DISAGREEMENT:");
            self.say(&format!("{bad} "), &format!("the explorers found different spaces in {name}."));
        }
        if !mine.is_empty() {
            self.say(&format!("{open} "), "not explored to the end, so nothing is proven:");
            let listed = if self.is_verbose { mine.len() } else { LISTED };
            for name in mine.iter().take(listed) {
                let why = self.run.record.units.get(*name).map_or_else(|| "not begun".to_owned(), why_cut);
                self.say("  ", &format!("{name} ({why})"));
            }
            let more = mine.len().saturating_sub(listed);
            if more > 0 {
                self.say("  ", &format!("and {}; -v lists them", counted(more, "other variant")));
            }
        } else if !others.is_empty() {
            let words = "this shard is done, but alone it proves nothing: add up all of them with `check merge`.";
            self.say(&format!("{open} "), words);
        }
        if !others.is_empty() {
            self.say("", &format!("Left to other shards: {}.", counted(others.len(), "variant")));
        }
        for name in &self.run.stopped {
            self.say("", &format!("Not explored to the end, because a property is false there: {name}."));
        }
        if unmet > 0 && self.run.is_everything {
            let words = format!("{}: no scenario covers the premise.", counted(unmet, "property"));
            self.out.push('\n');
            self.say(&format!("{open} "), &words);
        }
    }

    /// Adds the counterexample of each false property; the first property of the catalogue comes last.
    fn violations(&mut self) {
        let violated: Vec<&JudgedProperty> =
            self.run.judged.iter().filter(|judged| judged.verdict == PropertyVerdict::False).collect();
        for judged in violated.iter().skip(EXPLAINED) {
            let name = self.catalogue.property(judged.property).map(|property| property.name.clone());
            let found = judged
                .counterexample
                .as_ref()
                .map(|(unit, script)| format!(", after {} in {unit}", counted(script.lines.len(), "step")));
            let bad = self.style.bad("FALSE:");
            self.say(&format!("{bad} "), &format!("{}{}", name.unwrap_or_default(), found.unwrap_or_default()));
        }
        for judged in violated.iter().take(EXPLAINED).rev() {
            self.out.push('\n');
            match &judged.counterexample {
                Some((unit, script)) => {
                    let text = counterexample(judged.property, unit, script, self.catalogue, self.style);
                    self.out.push_str(&text);
                }
                None => {
                    let name = self.catalogue.property(judged.property).map(|property| property.name.clone());
                    let bad = self.style.bad("FALSE:");
                    let text = format!("{}; the run has no trace of it", name.unwrap_or_default());
                    self.say(&format!("{bad} "), &text);
                }
            }
        }
    }

    /// Adds the verdict.
    fn last_line(&mut self) {
        let count = |verdict| self.run.count(verdict);
        let (broken, holding) = (count(PropertyVerdict::False), count(PropertyVerdict::Holds));
        let (unmet, unrefuted) = (count(PropertyVerdict::Unwitnessed), count(PropertyVerdict::Unrefuted));
        let open = count(PropertyVerdict::Open);
        self.out.push('\n');
        let is_ok = self.run.conclusion.is_ok();
        let ok = if is_ok { format!("{} ", self.style.good("OK:")) } else { String::new() };
        if unmet > 0 && !self.run.is_everything {
            let words = format!("Premise not covered by these scenarios: {}.", counted(unmet, "property"));
            self.say("", &words);
        }
        if holding > 0 {
            let verb = if holding == 1 { "is" } else { "are" };
            let words = "true in every state and every step of these scenarios.";
            self.say(&ok, &format!("{} {verb} {words}", counted(holding, "property")));
        }
        if unrefuted > 0 {
            let words = "not false; only the exact explorer counts whether a premise is covered.";
            self.say(&ok, &format!("{} {words}", counted(unrefuted, "property")));
        }
        let label = format!("{} ", self.style.open("INCOMPLETE:"));
        if open > 0 {
            let words = format!("{} without a counterexample so far, which proves nothing.", counted(open, "property"));
            self.say(&label, &words);
        } else if self.run.is_complete() && broken == 0 && holding == 0 && unrefuted == 0 {
            self.say(&label, "no property has a premise that these scenarios cover, so nothing is proven.");
        }
        if broken > 0 {
            let verb = if broken == 1 { "is" } else { "are" };
            let words = format!("{broken} of {} {verb} false.", counted(self.run.judged.len(), "property"));
            let bad = self.style.bad("FALSE:");
            self.say(&format!("{bad} "), &words);
        }
    }
}

fn inductive(strength: &Reach) -> String {
    match strength {
        Reach::Unknown => "of unknown strength".to_owned(),
        Reach::Alone => "inductive alone".to_owned(),
        Reach::With(auxiliary) => format!("inductive with {}", auxiliary.join(", ")),
        Reach::ReachableOnly => "true within the bounds only".to_owned(),
    }
}

/// Returns the explanation of a counterexample that was stored as a trace.
fn counterexample(property: u8, unit: &str, script: &Script, catalogue: &dyn Catalogue, style: OutputStyle) -> String {
    let replay = Replay::play(script.config, script.inputs());
    let shown = replay.violations(catalogue).into_iter().find(|violation| violation.property == property);
    let violation = shown.unwrap_or(PropertyViolation { property, step: replay.len().saturating_sub(1) });
    let Some(explanation) = explain(&replay, violation, catalogue) else {
        return format!("property {property} is false:\n{script}");
    };
    let mut out = explanation.brief(style.width, &style.bad("FALSE:"));
    out.push_str(&labeled("  found    ", &format!("in {unit}"), style.width));
    if shown.is_none() {
        let note = "the trace does not show it when it is replayed; exploration and explanation disagree";
        out.push_str(&labeled("  note     ", note, style.width));
    }
    out.push('\n');
    out.push_str(&explanation.command());
    out
}

/// Returns why the exploration of a unit ended early.
fn why_cut(unit: &Unit) -> String {
    let exact = unit.exact.as_ref().map(|summary| summary.completion);
    let other = unit.stateright.as_ref().map(|other| other.completion);
    let cut = [exact, other].into_iter().flatten().find(|completion| !completion.is_complete());
    match cut {
        Some(Completion::Cut { why: Why::Cancelled }) => "interrupted".to_owned(),
        Some(Completion::Cut { why }) => why.to_string(),
        Some(Completion::Complete) | None => "not begun".to_owned(),
    }
}
