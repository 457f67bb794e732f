//! The results of a run, in a form that can be saved, resumed and merged.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use holdfast_explorer::{CollisionBound, Completion, PropertyBits, Space, StaterightRun, Summary, Why};

/// The results of a run: of everything that was requested, or of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The version of this format.
    pub format: u32,
    /// Version, dialect and explorers of the run. Records can be merged only if this and the following fields are equal.
    pub subject: String,
    /// A digest of the rules: of the sources of the model, the properties, the scenarios with their bounds, the explorers.
    pub rules: String,
    /// The names of the properties, in the order of their bits.
    pub properties: Vec<String>,
    /// Everything that the whole run explores, other shards included.
    pub wanted: Vec<String>,
    /// The results, by name: `scenario: variant`.
    pub units: BTreeMap<String, Unit>,
}

/// The results of one variant of one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The scenario.
    pub scenario: String,
    /// Name of the variant.
    pub variant: String,
    /// The results of this project's explorer.
    pub exact: Option<Summary>,
    /// The results of stateright.
    pub stateright: Option<StaterightSummary>,
    /// A shortest trace to each property that is false, by its bit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counterexamples: BTreeMap<u8, String>,
    /// Duration in milliseconds; not part of the result.
    pub milliseconds: u64,
}

/// The result of the other explorer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaterightSummary {
    /// Whether it explored everything.
    pub completion: Completion,
    /// Different states found.
    pub unique: u64,
    /// Steps taken.
    pub transitions: u64,
    /// Upper bound on the probability that it missed states.
    pub collisions: CollisionBound,
    /// The properties it found false, by bit.
    pub violations: Vec<u8>,
}

impl StaterightSummary {
    /// The figures of a run.
    #[must_use]
    pub fn of<S: Space>(run: &StaterightRun<S>) -> Self {
        let broken = run.violation.as_ref().map_or(PropertyBits::ZERO, |(bits, _)| *bits);
        let is_set = |bit: &u8| broken.wrapping_shr(u32::from(*bit)) & PropertyBits::ONE != 0;
        Self {
            completion: run.completion,
            unique: run.unique,
            transitions: run.transitions,
            collisions: run.collisions,
            violations: (0..128).filter(is_set).collect(),
        }
    }
}

impl Unit {
    /// Returns `true` if each explorer that ran explored everything.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let exact = self.exact.as_ref().map(|summary| summary.completion);
        let other = self.stateright.as_ref().map(|other| other.completion);
        let mut completions = exact.iter().chain(other.iter()).peekable();
        completions.peek().is_some() && completions.all(|completion| completion.is_complete())
    }

    /// Returns `true` if both explorers agree, and `None` if only one ran or one was cut.
    #[must_use]
    pub fn agrees(&self) -> Option<bool> {
        let (exact, other) = (self.exact.as_ref()?, self.stateright.as_ref()?);
        let both = exact.completion.is_complete() && other.completion.is_complete();
        both.then_some(exact.unique == other.unique && exact.transitions == other.transitions)
    }

    /// The properties that are false here, by bit.
    pub fn violations(&self) -> impl Iterator<Item = u8> + '_ {
        let exact = self.exact.iter().flat_map(|summary| summary.violations.keys().copied());
        let other = self.stateright.iter().flat_map(|other| other.violations.iter().copied());
        exact.chain(other)
    }

    /// Returns `true` if nothing remains to be found: everything is explored, or a violation ended the exploration.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let exact = self.exact.as_ref().map(|summary| summary.completion);
        let other = self.stateright.as_ref().map(|other| other.completion);
        let stopped = Completion::Cut { why: Why::Violation };
        let is_over = |completion: &Completion| completion.is_complete() || *completion == stopped;
        let mut completions = exact.iter().chain(other.iter()).peekable();
        completions.peek().is_some() && completions.all(is_over) && (self.is_complete() || self.has_violations())
    }

    fn has_violations(&self) -> bool {
        self.violations().next().is_some()
    }

    /// Returns the results of both; a property that one of them found false is false.
    ///
    /// `None` if they contradict each other: both went through everything and differ, or one found a property false that
    /// another, who went through everything, did not.
    #[must_use]
    fn and(self, other: Self) -> Option<Self> {
        let same_findings = self.exact == other.exact && self.stateright == other.stateright;
        if self.is_complete() && other.is_complete() && !same_findings {
            return None;
        }
        let (mut further, other) = if other.reach() > self.reach() { (other, self) } else { (self, other) };
        let missed: Vec<u8> = other.violations().filter(|bit| !further.violations().any(|it| it == *bit)).collect();
        let through = further.exact.as_ref().is_some_and(|exact| exact.completion.is_complete());
        if !missed.is_empty() && (through || further.is_complete()) {
            return None;
        }
        for bit in missed {
            let first = other.exact.as_ref().and_then(|exact| exact.violations.get(&bit));
            match (&mut further.exact, first, &mut further.stateright) {
                (Some(exact), Some(first), _) => {
                    exact.violations.insert(bit, first.clone());
                }
                (_, _, Some(stateright)) => stateright.violations.push(bit),
                // Explored by others altogether, which one subject rules out.
                (Some(_) | None, _, None) => return None,
            }
            if let Some(trace) = other.counterexamples.get(&bit) {
                further.counterexamples.insert(bit, trace.clone());
            }
        }
        Some(further)
    }

    /// Returns the order of preference between two results of one variant: a complete exploration before one that was cut,
    /// and of the latter one with a false property first.
    fn reach(&self) -> (bool, bool, usize, u64, u64) {
        let exact = self.exact.as_ref();
        (
            self.is_complete(),
            exact.is_some_and(|summary| summary.completion.is_complete()),
            self.violations().count(),
            exact.map_or(0, |summary| summary.unique),
            self.stateright.as_ref().map_or(0, |other| other.unique),
        )
    }
}

/// The version of the format.
const FORMAT: u32 = 2;

/// The rules that this program was made of.
const RULES: &str = holdfast_evidence::RULES;

/// The fields that every version of the format has.
#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

impl RunRecord {
    /// A record without results.
    #[must_use]
    pub fn new(subject: String, properties: Vec<String>, wanted: Vec<String>) -> Self {
        Self { format: FORMAT, subject, rules: RULES.to_owned(), properties, wanted, units: BTreeMap::new() }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Returns a message that names the fault.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |error: serde_json::Error| format!("not a record of results: {error}");
        let Versioned { format } = serde_json::from_str(text).map_err(wrong)?;
        if format != FORMAT {
            let why = if format < FORMAT { ", which does not say what rules they were found under" } else { "" };
            return Err(format!(
                "format {format} of results{why}; this program reads format {FORMAT}: explore again, into another file"
            ));
        }
        serde_json::from_str(text).map_err(wrong)
    }

    /// The record as text.
    ///
    /// # Errors
    /// Returns an error if the record cannot be written, which would be a fault of this program.
    pub fn text(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        Ok(text + "\n")
    }

    /// Returns the requested variants that are not completely explored.
    #[must_use]
    pub fn missing(&self) -> Vec<&str> {
        let is_missing = |name: &&String| !self.units.get(*name).is_some_and(Unit::is_complete);
        self.wanted.iter().filter(is_missing).map(String::as_str).collect()
    }

    /// Checks that the units of `other` can be merged with these.
    ///
    /// # Errors
    /// Returns a message that names the difference.
    pub fn belongs_with(&self, other: &Self) -> Result<(), String> {
        if self.subject != other.subject {
            return Err(format!("they are of different runs: `{}` and `{}`", self.subject, other.subject));
        }
        if self.rules != other.rules {
            return Err(format!(
                "the rules have changed in between (the digest of model, properties, scenarios and explorers is `{}` in one and \
                 `{}` in the other): explore again, into another file, or use the program that wrote it",
                self.rules, other.rules
            ));
        }
        if self.wanted != other.wanted {
            return Err("they are of runs over different scenarios".to_owned());
        }
        if self.properties != other.properties {
            return Err("they judge by different properties".to_owned());
        }
        Ok(())
    }

    /// Adds the results of another run.
    ///
    /// # Errors
    /// Returns an error if the other record is of a different run, or if both explored the same unit and disagree.
    pub fn merge(&mut self, other: Self) -> Result<(), String> {
        self.belongs_with(&other)?;
        other.units.into_iter().try_for_each(|(name, unit)| self.add(name, unit))
    }

    /// Merges the results of one variant. Earlier results of the variant are kept, above all a counterexample.
    ///
    /// # Errors
    /// If the two do not agree.
    pub fn add(&mut self, name: String, unit: Unit) -> Result<(), String> {
        let unit = match self.units.get(&name) {
            Some(known) => {
                known.clone().and(unit).ok_or_else(|| format!("they contradict each other about `{name}`"))?
            }
            None => unit,
        };
        self.units.insert(name, unit);
        Ok(())
    }
}
