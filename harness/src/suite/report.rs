//! The report of a suite.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;

use holdfast_model::trace::Verb;
use holdfast_properties::{AbstractTransition, CATALOGUE, Property, PropertyBits};

use super::finding::money_properties;
use crate::capabilities::Capabilities;
use crate::counterexample::Counterexample;
use crate::run_mode::RunMode;
use crate::verdict::{Inconclusive, Verdict};
use crate::visibility::Visibility;

/// The totals of one run mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModeSummary {
    /// Sequences that were run.
    pub sequences: u64,
    /// Steps that were compared.
    pub compared: u64,
}

/// The number of inputs with one verb that were drawn in lockstep, and the number left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Inputs that were drawn.
    pub drawn: u64,
    /// Inputs that neither side received: beyond the bounds, or refused by [`Subject::can`](crate::Subject::can).
    pub left_out: u64,
}

/// The result of a suite.
#[derive(Clone, Debug)]
pub struct SuiteReport {
    /// The smallest counterexample, if the subject failed.
    pub finding: Option<Counterexample>,
    /// The reason why a run could not be judged, with its mode.
    pub inconclusive: Option<(RunMode, Inconclusive)>,
    /// The reason why the suite ended before all sequences were run.
    pub stopped: Option<String>,
    /// The totals of each run mode, by its name.
    pub modes: BTreeMap<String, ModeSummary>,
    /// The run modes that the subject does not support, each with the reason.
    pub skipped: Vec<(&'static str, &'static str)>,
    /// The abstract transitions that the subject took in lockstep.
    pub transitions: BTreeSet<AbstractTransition>,
    /// The inputs drawn and left out, by verb.
    pub left_out: BTreeMap<Verb, LeftOut>,
    capabilities: Capabilities,
    code: String,
    least_money: usize,
    judged: PropertyBits,
    invisible: PropertyBits,
}

impl SuiteReport {
    pub(super) fn new(capabilities: &Capabilities, code: &str, least_money: usize) -> Self {
        Self {
            finding: None,
            inconclusive: None,
            stopped: None,
            modes: BTreeMap::new(),
            skipped: Vec::new(),
            transitions: BTreeSet::new(),
            left_out: BTreeMap::new(),
            capabilities: capabilities.clone(),
            code: code.to_owned(),
            least_money,
            judged: PropertyBits::ZERO,
            invisible: Visibility::of(capabilities).unjudged,
        }
    }

    /// Returns whether every run agreed and nothing is missing ([`Self::incomplete`]).
    #[must_use]
    pub fn agreed(&self) -> bool {
        self.finding.is_none() && self.inconclusive.is_none() && self.incomplete().is_none()
    }

    /// Returns the requirement for an agreement that is not met: all sequences run, a compared step in each mode that
    /// ran, and the required number of judged properties about money. `None` if all are met.
    #[must_use]
    pub fn incomplete(&self) -> Option<String> {
        if let Some(stopped) = &self.stopped {
            return Some(stopped.clone());
        }
        if self.modes.values().all(|mode| mode.compared == 0) {
            return Some("no step was compared".to_owned());
        }
        if let Some((mode, _)) = self.modes.iter().find(|(_, mode)| mode.compared == 0) {
            return Some(format!("{mode} compared no step"));
        }
        let (judged, all) = self.money_judged();
        (judged < self.least_money)
            .then(|| format!("{judged} of {all} properties about money were judged; required are {}", self.least_money))
    }

    /// Returns whether a run was inconclusive or a limit was reached, so that no further sequence is run.
    pub(super) const fn has_ended(&self) -> bool {
        self.inconclusive.is_some() || self.stopped.is_some()
    }

    /// Records the verdict of one sequence.
    pub(super) fn note(&mut self, mode: RunMode, verdict: &Verdict) -> ControlFlow<()> {
        let name = mode.to_string();
        let name = name.split(' ').next().unwrap_or_default().to_owned();
        let summary = self.modes.entry(name).or_default();
        summary.sequences = summary.sequences.saturating_add(1);
        match verdict {
            Verdict::Agree(tally) => {
                summary.compared = summary.compared.saturating_add(tally.compared);
                self.invisible |= tally.suppressed;
                self.judged = (self.judged | tally.witnessed) & !self.invisible;
                ControlFlow::Continue(())
            }
            Verdict::Inconclusive(reason) => {
                self.inconclusive = Some((mode, reason.clone()));
                ControlFlow::Break(())
            }
            Verdict::Diverge(_) | Verdict::Violate(_) => ControlFlow::Continue(()),
        }
    }

    /// Returns the properties that were judged: their premise occurred, and everything they need is visible.
    pub fn judged(&self) -> impl Iterator<Item = &'static Property> {
        let judged = self.judged;
        CATALOGUE.iter().filter(move |property| judged & property.bit() != 0)
    }

    /// Returns the properties that were not judged because they need a field or notification that is not visible.
    pub fn not_visible(&self) -> impl Iterator<Item = &'static Property> {
        let invisible = self.invisible;
        CATALOGUE.iter().filter(move |property| invisible & property.bit() != 0)
    }

    /// Returns the properties that were not judged because their premise did not occur.
    pub fn not_met(&self) -> impl Iterator<Item = &'static Property> {
        let met = self.invisible | self.judged;
        CATALOGUE.iter().filter(move |property| met & property.bit() == 0)
    }

    /// Returns the number of judged properties about money, and the number of all properties about money.
    #[must_use]
    pub fn money_judged(&self) -> (usize, usize) {
        let judged = money_properties().filter(|property| self.judged & property.bit() != 0).count();
        (judged, money_properties().count())
    }

    /// Returns a test that replays the counterexample, as source text.
    #[must_use]
    pub fn regression_test(&self) -> Option<String> {
        let found = self.finding.as_ref()?;
        let heading = found.script().heading.into_iter().map(|line| format!("# {line}"));
        // A blank line ends the heading, which names the run mode.
        let lines: Vec<String> = heading.chain([String::new()]).chain(self.trace_lines(found)).collect();
        let code = if self.code.is_empty() { "/* the subject */" } else { &self.code };
        Some(found.regression_test(code, &format!("{}\n", lines.join("\n"))))
    }

    /// Returns the lines of the trace. The expected notifications are left out if the subject does not show all of
    /// them.
    fn trace_lines(&self, found: &Counterexample) -> Vec<String> {
        let (_, hidden) = self.capabilities.invisible();
        let visible = |line: String| match line.split_once(" notifies") {
            Some((before, _)) if !hidden.is_empty() => before.to_owned(),
            Some(_) | None => line,
        };
        found.trace_lines().into_iter().map(visible).collect()
    }

    fn write_finding(&self, out: &mut fmt::Formatter<'_>, found: &Counterexample) -> fmt::Result {
        writeln!(out, "FAILED in {}:", found.mode)?;
        if let Verdict::Violate(violation) = &found.verdict {
            for broken in &violation.properties {
                let sentence = Property::find(broken.property).map_or_else(String::new, Property::statement);
                writeln!(out, "  false: {sentence}")?;
            }
        }
        for line in found.verdict.to_string().lines() {
            writeln!(out, "  {line}")?;
        }
        writeln!(out, "\nThe trace, with the responses that are expected:\n")?;
        for line in self.trace_lines(found) {
            writeln!(out, "  {line}")?;
        }
        writeln!(out, "\nAs a regression test:\n\n{}", self.regression_test().unwrap_or_default())
    }

    /// Writes which properties were judged and which were not. The alternate form (`{:#}`) lists every name.
    fn write_visibility(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (judged, all) = self.money_judged();
        let percent = judged.saturating_mul(100).checked_div(all).unwrap_or(0);
        writeln!(out, "properties judged: {}; about money: {judged} of {all} ({percent} %)", self.judged().count())?;
        let (fields, kinds) = self.capabilities.invisible();
        let lists = [
            ("not judged, something they need is not visible", self.not_visible().map(|it| it.id).collect()),
            ("not judged, their premise did not occur", self.not_met().map(|it| it.id).collect()),
            ("fields that are not visible", fields),
            ("notifications that are not visible", kinds),
        ];
        lists.iter().try_for_each(|(what, names)| write_list(out, what, names))?;
        self.capabilities.limits().iter().try_for_each(|(what, names)| write_list(out, what, names))
    }
}

/// The number of names that are written before the rest is only counted.
const NAMES: usize = 4;

fn write_list(out: &mut fmt::Formatter<'_>, what: &str, names: &[impl AsRef<str>]) -> fmt::Result {
    if names.is_empty() {
        return Ok(());
    }
    let shown = if out.alternate() { names.len() } else { NAMES };
    let rest = names.len().saturating_sub(shown);
    let some: Vec<&str> = names.iter().take(shown).map(AsRef::as_ref).collect();
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    writeln!(out, "{what} ({}): {}{rest}", names.len(), some.join(", "))
}

impl fmt::Display for SuiteReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(found) = &self.finding {
            self.write_finding(out, found)?;
        } else if let Some((mode, reason)) = &self.inconclusive {
            writeln!(out, "INCONCLUSIVE in {mode}: {reason}")?;
        } else if let Some(why) = self.incomplete() {
            writeln!(out, "INCOMPLETE: {why}")?;
        } else {
            writeln!(out, "agreed")?;
        }
        for (mode, ModeSummary { sequences, compared }) in &self.modes {
            writeln!(out, "{mode}: sequences: {sequences}, steps compared: {compared}")?;
        }
        for (mode, why) in &self.skipped {
            writeln!(out, "{mode}: not run, {why}")?;
        }
        writeln!(out, "abstract transitions taken: {}", self.transitions.len())?;
        self.write_visibility(out)?;
        let left_out = self.left_out.iter().filter(|(_, count)| count.left_out > 0);
        let left_out = left_out.map(|(verb, it)| format!("{} {} of {}", verb.name(), it.left_out, it.drawn));
        let left_out: Vec<String> = left_out.collect();
        if !left_out.is_empty() {
            writeln!(out, "left out in the state that it met: {}", left_out.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Tally;

    #[test]
    fn a_property_that_was_suppressed_in_one_step_is_not_judged() {
        let mut report = SuiteReport::new(&Capabilities::everything(), "", 1);
        for tally in [
            Tally { compared: 1, witnessed: PropertyBits::new(0b11), ..Tally::default() },
            Tally { compared: 1, suppressed: PropertyBits::new(0b01), ..Tally::default() },
            Tally { compared: 1, witnessed: PropertyBits::new(0b11), ..Tally::default() },
        ] {
            assert!(report.note(RunMode::Lockstep, &Verdict::Agree(tally)).is_continue());
        }
        let ids = |properties: Vec<&'static Property>| properties.iter().map(|it| it.bit()).collect::<Vec<_>>();
        assert_eq!(ids(report.judged().collect()), [0b10]);
        assert_eq!(ids(report.not_visible().collect()), [0b01]);
    }
}
