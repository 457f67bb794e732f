//! The judgment of a record: a verdict for each property, and the conclusion of the run.

use std::num::NonZeroUsize;

use holdfast_model::trace::Script;

use super::conclusion::{Conclusion, Facts};
use super::select::default_names;
use crate::catalogue::{Catalogue, Evidence, ProofStrengths};
use crate::record::{RunRecord, Unit};

/// The verdict of a record on a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PropertyVerdict {
    /// There is a counterexample.
    False,
    /// Everything was explored without a counterexample, and the premise occurred.
    Holds,
    /// Everything was explored without a counterexample, but the premise never occurred.
    Unwitnessed,
    /// Everything was explored without a counterexample; nothing counted whether the premise occurred.
    Unrefuted,
    /// There is no counterexample so far; not everything was explored.
    Open,
}

impl PropertyVerdict {
    /// Returns the word for tables and JSON.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::False => "FALSE",
            Self::Holds => "holds",
            Self::Unwitnessed => "not met",
            Self::Unrefuted => "not false",
            Self::Open => "open",
        }
    }
}

/// A property with its verdict and its evidence.
pub(super) struct JudgedProperty {
    /// The position in the catalogue.
    pub(super) property: u8,
    pub(super) verdict: PropertyVerdict,
    /// The length of the shortest path that covers the premise, and the unit.
    pub(super) witness: Option<(u32, String)>,
    /// Number of states or steps that cover the premise.
    pub(super) witnesses: u64,
    pub(super) evidence: Evidence,
    /// The unit and the trace of the shortest counterexample.
    pub(super) counterexample: Option<(String, Script)>,
}

/// A judged record.
pub(super) struct JudgedRun<'a> {
    pub(super) record: &'a RunRecord,
    /// The units that this run had to explore.
    pub(super) mine: &'a [String],
    pub(super) judged: Vec<JudgedProperty>,
    /// Units that were not explored to their end, except those that ended at a violation.
    pub(super) missing: Vec<&'a str>,
    /// Units whose exploration ended at a violation.
    pub(super) stopped: Vec<&'a str>,
    /// Units whose explorers found different spaces.
    pub(super) disagreeing: Vec<&'a str>,
    /// Whether all default scenarios were explored to their end by the exact explorer.
    pub(super) is_everything: bool,
    /// The proof strengths, computed because the committed report is of other sources.
    pub(super) strengths: Option<ProofStrengths>,
    pub(super) conclusion: Conclusion,
}

impl<'a> JudgedRun<'a> {
    /// Judges `record`, of which this run had to explore `mine`.
    ///
    /// If everything is true, and the committed report is of other sources, the proof strengths are computed on
    /// `threads` and compared with it.
    pub(super) fn of(
        record: &'a RunRecord,
        mine: &'a [String],
        catalogue: &dyn Catalogue,
        threads: NonZeroUsize,
    ) -> Self {
        let cut = record.missing();
        let is_stopped = |name: &&str| record.units.get(*name).is_some_and(|unit| unit.violations().next().is_some());
        let (stopped, missing): (Vec<&str>, Vec<&str>) = cut.iter().partition(|name| is_stopped(name));
        let disagreeing: Vec<&str> = record
            .units
            .iter()
            .filter(|(_, unit)| unit.agrees() == Some(false))
            .map(|(name, _)| name.as_str())
            .collect();
        // An uncovered premise is a gap of the scenarios only if all of them were explored.
        let is_through =
            |name: &String| record.units.get(name).is_some_and(|unit| unit.exact.is_some() && unit.is_complete());
        let is_everything = default_names().iter().all(is_through);
        let count = u8::try_from(catalogue.properties().len()).unwrap_or(u8::MAX);
        let is_complete = cut.is_empty() && disagreeing.is_empty();
        let judged: Vec<JudgedProperty> =
            (0..count).map(|property| judge(record, property, catalogue, is_complete)).collect();
        let any = |verdict: PropertyVerdict| judged.iter().any(|judged| judged.verdict == verdict);
        let facts = Facts {
            is_false: any(PropertyVerdict::False),
            disagrees: !disagreeing.is_empty(),
            is_cut: !cut.is_empty(),
            is_tested: any(PropertyVerdict::Holds) || any(PropertyVerdict::Unrefuted),
            is_vacuous: is_everything && any(PropertyVerdict::Unwitnessed),
            is_weaker: false,
        };
        let is_proven = is_everything && Conclusion::of(facts).is_ok();
        let strengths = if is_proven { catalogue.proof_strengths(threads) } else { None };
        let is_weaker = strengths.as_ref().is_some_and(|strengths| strengths.fallen().next().is_some());
        let conclusion = Conclusion::of(Facts { is_weaker, ..facts });
        Self { record, mine, judged, missing, stopped, disagreeing, is_everything, strengths, conclusion }
    }

    /// Returns whether every unit was explored to its end.
    pub(super) fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.stopped.is_empty()
    }

    /// Returns the unfinished units of this run, and those of other shards.
    pub(super) fn unfinished(&self) -> (Vec<&'a str>, Vec<&'a str>) {
        self.missing.iter().partition(|name| self.mine.iter().any(|it| it == *name))
    }

    /// Returns the number of properties with a verdict.
    pub(super) fn count(&self, verdict: PropertyVerdict) -> usize {
        self.judged.iter().filter(|judged| judged.verdict == verdict).count()
    }

    /// Returns the results of the record, in the order in which they were wanted.
    pub(super) fn units(&self) -> impl Iterator<Item = (&'a String, &'a Unit)> {
        units(self.record)
    }
}

fn units(record: &RunRecord) -> impl Iterator<Item = (&String, &Unit)> {
    record.wanted.iter().filter_map(|name| Some((name, record.units.get(name)?)))
}

fn judge(record: &RunRecord, property: u8, catalogue: &dyn Catalogue, is_complete: bool) -> JudgedProperty {
    let is_false = units(record).any(|(_, unit)| unit.violations().any(|bit| bit == property));
    let seen = || units(record).filter_map(|(name, unit)| Some((name, unit.exact.as_ref()?.witnesses.get(&property)?)));
    let witness = seen().map(|(name, count)| (count.first.steps, name.clone())).min();
    let scripts = units(record).filter_map(|(name, unit)| {
        let script = Script::parse(unit.counterexamples.get(&property)?).ok()?;
        Some((script.lines.len(), name.clone(), script))
    });
    let shortest = scripts.min_by_key(|(length, ..)| *length);
    let verdict = match () {
        () if is_false => PropertyVerdict::False,
        () if !is_complete => PropertyVerdict::Open,
        () if witness.is_some() => PropertyVerdict::Holds,
        // Only the exact explorer counts witnesses.
        () if units(record).any(|(_, unit)| unit.exact.is_none()) => PropertyVerdict::Unrefuted,
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
