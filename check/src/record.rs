//! What a run found, in a form that can be written down, taken up again and added up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::explore::{CollisionBound, Completion, Space, StaterightRun, Summary};

/// The results of a run: of all that was wanted, or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this format.
    pub format: u32,
    /// Everything that must be equal for records to belong together: version, dialect, bounds.
    pub subject: String,
    /// The names of the claims, in the order of their bits.
    pub claims: Vec<String>,
    /// Everything that the whole run explores, other shards included.
    pub wanted: Vec<String>,
    /// What was found, by name: `scenario: variant`.
    pub units: BTreeMap<String, Unit>,
}

/// What was found in one variant of one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The scenario.
    pub scenario: String,
    /// The variant of it.
    pub variant: String,
    /// By our explorer.
    pub exact: Option<Summary>,
    /// By the other one.
    pub stateright: Option<Other>,
    /// A shortest trace to each claim that is false, by its bit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counterexamples: BTreeMap<u8, String>,
    /// How long it took; no part of what was found.
    pub milliseconds: u64,
}

/// What the other explorer found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// Whether it explored everything.
    pub completion: Completion,
    /// Different states found.
    pub unique: u64,
    /// Steps taken.
    pub transitions: u64,
    /// How likely it is that it missed states.
    pub collisions: CollisionBound,
    /// The claims it found false, by bit.
    pub violations: Vec<u8>,
}

impl Other {
    /// The figures of a run.
    #[must_use]
    pub fn of<S: Space>(run: &StaterightRun<S>) -> Self {
        let broken = run.violation.as_ref().map_or(0, |(bits, _)| *bits);
        let is_set = |bit: &u8| broken.checked_shr(u32::from(*bit)).is_some_and(|bits| bits & 1 == 1);
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
    /// Has everything been explored, by whoever explored?
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let exact = self.exact.as_ref().map(|summary| summary.completion);
        let other = self.stateright.as_ref().map(|other| other.completion);
        let mut completions = exact.iter().chain(other.iter()).peekable();
        completions.peek().is_some() && completions.all(|completion| completion.is_complete())
    }

    /// Do both explorers tell the same? `None` where only one explored, or one was cut.
    #[must_use]
    pub fn agrees(&self) -> Option<bool> {
        let (exact, other) = (self.exact.as_ref()?, self.stateright.as_ref()?);
        let both = exact.completion.is_complete() && other.completion.is_complete();
        both.then_some(exact.unique == other.unique && exact.transitions == other.transitions)
    }

    /// The claims that are false here, by bit.
    pub fn violations(&self) -> impl Iterator<Item = u8> + '_ {
        let exact = self.exact.iter().flat_map(|summary| summary.violations.keys().copied());
        let other = self.stateright.iter().flat_map(|other| other.violations.iter().copied());
        exact.chain(other)
    }

    fn same_findings(&self, other: &Self) -> bool {
        self.exact == other.exact && self.stateright == other.stateright
    }
}

/// The version of the format.
const FORMAT: u32 = 1;

impl Record {
    /// Nothing found yet.
    #[must_use]
    pub fn new(subject: String, claims: Vec<String>, wanted: Vec<String>) -> Self {
        Self { format: FORMAT, subject, claims, wanted, units: BTreeMap::new() }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let record: Self = serde_json::from_str(text).map_err(|error| format!("not a record of results: {error}"))?;
        if record.format != FORMAT {
            return Err(format!("format {} of results; this program reads format {FORMAT}", record.format));
        }
        Ok(record)
    }

    /// The record as text.
    ///
    /// # Errors
    /// If it cannot be written, which would be an error of this program.
    pub fn text(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        Ok(text + "\n")
    }

    /// What is wanted and has not been explored to its end.
    #[must_use]
    pub fn missing(&self) -> Vec<&str> {
        let is_missing = |name: &&String| !self.units.get(*name).is_some_and(Unit::is_complete);
        self.wanted.iter().filter(is_missing).map(String::as_str).collect()
    }

    /// Can the units of `other` be added to these?
    ///
    /// # Errors
    /// A sentence about where the two differ.
    pub fn belongs_with(&self, other: &Self) -> Result<(), String> {
        if self.subject != other.subject {
            return Err(format!("they are of different runs: `{}` and `{}`", self.subject, other.subject));
        }
        if self.wanted != other.wanted {
            return Err("they are of runs over different scenarios".to_owned());
        }
        if self.claims != other.claims {
            return Err("they judge by different claims".to_owned());
        }
        Ok(())
    }

    /// Adds what another run found.
    ///
    /// # Errors
    /// If it is of a different run, or if both explored the same and do not agree about it.
    pub fn merge(&mut self, other: Self) -> Result<(), String> {
        self.belongs_with(&other)?;
        for (name, unit) in other.units {
            match self.units.get(&name) {
                Some(known) if known.is_complete() && unit.is_complete() && !known.same_findings(&unit) => {
                    return Err(format!("they contradict each other about `{name}`"));
                }
                Some(known) if known.is_complete() => {}
                Some(_) | None => {
                    self.units.insert(name, unit);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Why;

    fn unit(variant: &str, unique: u64, completion: Completion) -> Unit {
        Unit {
            scenario: "toy".to_owned(),
            variant: variant.to_owned(),
            exact: Some(Summary { unique, completion, ..Summary::default() }),
            stateright: Some(Other {
                completion,
                unique,
                transitions: 0,
                collisions: CollisionBound::of(unique),
                violations: Vec::new(),
            }),
            counterexamples: BTreeMap::new(),
            milliseconds: unique,
        }
    }

    fn record(units: &[Unit]) -> Record {
        let wanted = ["toy: a", "toy: b"].map(str::to_owned).to_vec();
        let mut record = Record::new("toy".to_owned(), vec!["claim".to_owned()], wanted);
        for unit in units {
            record.units.insert(format!("{}: {}", unit.scenario, unit.variant), unit.clone());
        }
        record
    }

    const CUT: Completion = Completion::Cut { why: Why::TimeLimit };

    #[test]
    fn it_reads_back() {
        let record = record(&[unit("a", 3, Completion::Complete), unit("b", 4, CUT)]);
        assert_eq!(Record::parse(&record.text().unwrap()), Ok(record));
        assert!(Record::parse("{}").unwrap_err().starts_with("not a record of results: "));
    }

    #[test]
    fn shards_add_up_whatever_the_order() {
        let (a, b) = (unit("a", 3, Completion::Complete), unit("b", 4, Completion::Complete));
        let (left, right) = (record(std::slice::from_ref(&a)), record(std::slice::from_ref(&b)));
        assert_eq!(left.missing(), ["toy: b"]);
        let mut sum = left.clone();
        sum.merge(right.clone()).unwrap();
        assert_eq!(sum, record(&[a, b]));
        assert!(sum.missing().is_empty());
        let mut other_way = right;
        other_way.merge(left).unwrap();
        assert_eq!(sum, other_way);
    }

    #[test]
    fn a_complete_unit_wins_over_a_cut_one_and_contradictions_are_noticed() {
        let mut sum = record(&[unit("a", 2, CUT)]);
        sum.merge(record(&[unit("a", 3, Completion::Complete)])).unwrap();
        sum.merge(record(&[unit("a", 2, CUT)])).unwrap();
        assert_eq!(sum, record(&[unit("a", 3, Completion::Complete)]));
        let contradiction = sum.merge(record(&[unit("a", 4, Completion::Complete)]));
        assert_eq!(contradiction, Err("they contradict each other about `toy: a`".to_owned()));
        let mut other = record(&[]);
        other.subject = "another".to_owned();
        assert_eq!(sum.merge(other), Err("they are of different runs: `toy` and `another`".to_owned()));
    }

    #[test]
    fn explorers_agree_only_if_both_are_through() {
        let mut both = unit("a", 3, Completion::Complete);
        assert_eq!(both.agrees(), Some(true));
        if let Some(other) = &mut both.stateright {
            other.unique = 2;
        }
        assert_eq!(both.agrees(), Some(false));
        assert_eq!(unit("a", 3, CUT).agrees(), None);
        both.stateright = None;
        assert_eq!(both.agrees(), None);
        assert!(both.is_complete());
        both.exact = None;
        assert!(!both.is_complete(), "nobody explored");
    }
}
