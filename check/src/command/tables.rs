//! The tables of an exploration: scenarios and properties.

use std::collections::BTreeMap;

use super::judge::{JudgedProperty, JudgedRun};
use crate::catalogue::{Catalogue, Reach};
use crate::record::{StaterightSummary, Unit};
use crate::table::{Align, counted_u64, grouped, lay_out_by};
use holdfast_explorer::{CollisionBound, Completion, Summary, Why};

/// Returns a table with a row for each scenario, whose variants are added up.
pub(super) fn scenarios(run: &JudgedRun<'_>, width: Option<u16>) -> String {
    let columns = [
        ("scenario", Align::Left),
        ("variants", Align::Right),
        ("states", Align::Right),
        ("transitions", Align::Right),
        ("depth", Align::Right),
        ("explorers", Align::Left),
        ("collision bound", Align::Right),
        ("seconds", Align::Right),
    ];
    let mut order: Vec<&str> = Vec::new();
    let mut groups: BTreeMap<&str, Vec<&Unit>> = BTreeMap::new();
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &run.record.wanted {
        let scenario = name.split_once(": ").map_or(name.as_str(), |(scenario, _)| scenario);
        let count = wanted.entry(scenario).or_insert(0);
        *count = count.saturating_add(1);
        if let Some(unit) = run.record.units.get(name) {
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
        rows.push(row(scenario, units, wanted.get(scenario).copied().unwrap_or(0)));
        all.extend(units);
    }
    if rows.len() > 1 {
        rows.push(row("all", &all, run.record.wanted.len()));
    }
    // The least important column goes first.
    lay_out_by(&columns, &[6, 4, 7, 1, 3], rows, width)
}

/// The figures of several units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Unique states.
    pub(super) states: u64,
    /// Transitions, rejected ones included.
    pub(super) transitions: u64,
    /// Length of the longest shortest path, if the exact explorer ran.
    pub(super) depth: Option<u32>,
    /// Pairs of states that could collide in searches by fingerprint.
    pub(super) pairs: u64,
    /// Duration.
    pub(super) milliseconds: u64,
}

impl Totals {
    /// Returns the figures of `units`, of the exact explorer where it ran.
    pub(super) fn of(units: &[&Unit]) -> Self {
        let figure = |exact: fn(&Summary) -> u64, stateright: fn(&StaterightSummary) -> u64| {
            let of_unit = |unit: &&Unit| match (&unit.exact, &unit.stateright) {
                (Some(summary), _) => exact(summary),
                (None, Some(other)) => stateright(other),
                (None, None) => 0,
            };
            units.iter().map(of_unit).fold(0, u64::saturating_add)
        };
        Self {
            states: figure(|summary| summary.unique, |other| other.unique),
            transitions: figure(|summary| summary.transitions, |other| other.transitions),
            depth: units.iter().filter_map(|unit| Some(unit.exact.as_ref()?.depth)).max(),
            pairs: figure(|summary| summary.collisions.pairs, |other| other.collisions.pairs),
            milliseconds: units.iter().fold(0, |sum: u64, unit| sum.saturating_add(unit.milliseconds)),
        }
    }

    /// Returns the duration in seconds, such as `12.3`.
    pub(super) fn seconds(&self) -> String {
        let tenths = self.milliseconds.saturating_add(50).checked_div(100).unwrap_or(0);
        format!("{}.{}", tenths.checked_div(10).unwrap_or(0), tenths.checked_rem(10).unwrap_or(0))
    }
}

fn row(name: &str, units: &[&Unit], of: usize) -> Vec<String> {
    let totals = Totals::of(units);
    vec![
        name.to_owned(),
        if units.len() == of { of.to_string() } else { format!("{} of {of}", units.len()) },
        grouped(totals.states),
        grouped(totals.transitions),
        totals.depth.map_or_else(|| "–".to_owned(), |depth| depth.to_string()),
        explorers(units),
        CollisionBound { pairs: totals.pairs }.to_string(),
        totals.seconds(),
    ]
}

/// Returns the explorers that ran and whether they agree.
pub(super) fn explorers(units: &[&Unit]) -> String {
    let completions = units.iter().flat_map(|unit| {
        let exact = unit.exact.as_ref().map(|summary| summary.completion);
        let other = unit.stateright.as_ref().map(|other| other.completion);
        exact.into_iter().chain(other)
    });
    if units.iter().any(|unit| unit.agrees() == Some(false)) {
        return "DISAGREE".to_owned();
    }
    if let Some(cut) = completions.into_iter().find(|completion| !completion.is_complete()) {
        return match cut {
            Completion::Cut { why: Why::Cancelled } => "incomplete: interrupted".to_owned(),
            Completion::Cut { .. } | Completion::Complete => cut.to_string(),
        };
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

/// Returns a table with a row for each property. Evidence of other sources has no column.
pub(super) fn properties(judged: &[JudgedProperty], catalogue: &dyn Catalogue, width: Option<u16>) -> String {
    let columns = [
        ("property", Align::Left),
        ("verdict", Align::Left),
        ("inductive", Align::Left),
        ("witness", Align::Left),
        ("faults found", Align::Right),
    ];
    let rows = judged.iter().map(|judged| {
        let name = catalogue.property(judged.property).map(|property| property.name.clone());
        let witness = judged
            .witness
            .as_ref()
            .map(|(steps, unit)| format!("{} in {unit}", counted_u64(u64::from(*steps), "step")));
        vec![
            name.unwrap_or_default(),
            judged.verdict.word().to_owned(),
            reach(&judged.evidence.reach),
            witness.unwrap_or_else(|| "–".to_owned()),
            judged.evidence.faults.map_or_else(|| "–".to_owned(), |faults| faults.to_string()),
        ]
    });
    if catalogue.evidence_source().is_current {
        return lay_out_by(&columns, &[4, 2, 3], rows, width);
    }
    let [name, verdict, _, witness, _] = columns;
    let rows = rows.map(|row| row.into_iter().enumerate().filter(|(at, _)| ![2, 4].contains(at)).map(|(_, it)| it));
    lay_out_by(&[name, verdict, witness], &[2], rows.map(Iterator::collect), width)
}

/// Returns the strength of a proof in words.
pub(super) fn reach(reach: &Reach) -> String {
    match reach {
        Reach::Unknown => "–".to_owned(),
        Reach::Alone => "alone".to_owned(),
        Reach::With(auxiliary) => format!("with {}", auxiliary.join(", ")),
        Reach::ReachableOnly => "no".to_owned(),
    }
}
