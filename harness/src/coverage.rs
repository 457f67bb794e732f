//! The share of the abstract transitions of the explorers that an engine takes.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::Dialect;
use holdfast_properties::AbstractTransition;

use crate::choices::Choices;
use crate::counterexample::expected;
use crate::drive::{self, Drive};
use crate::generator::{Bias, Sequence, can_be_asked, encode, in_units};
use crate::lockstep::{Lockstep, Stepped};
use crate::subject::Subject;

/// The abstract transitions that the explorers know, and those that a subject took.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Each transition with a shortest sequence that ends in it, with amounts that engines accept.
    known: BTreeMap<AbstractTransition, Sequence>,
    seen: BTreeSet<AbstractTransition>,
}

impl Coverage {
    /// Returns the coverage of `known` before any run. Each has a shortest sequence that ends in it.
    pub fn of(known: impl IntoIterator<Item = (AbstractTransition, Sequence)>) -> Self {
        // Amounts are multiplied so that they reach the minimum; the limit of confirmations stays.
        let as_engines_take_it = |sequence: Sequence| {
            let dialect = Dialect { minimum_amount: Dialect::default().minimum_amount, ..sequence.config.dialect };
            let inputs = sequence.inputs.into_iter().map(in_units).collect();
            Sequence { config: holdfast_model::Config { dialect, ..sequence.config }, inputs }
        };
        let known = known.into_iter().map(|(transition, sequence)| (transition, as_engines_take_it(sequence)));
        Self { known: known.collect(), seen: BTreeSet::new() }
    }

    /// Drives a subject by `choices` and records the transitions. Returns the run and the number of new transitions.
    pub fn drive(&mut self, subject: &mut impl Subject, choices: &mut impl Choices, bias: Bias) -> (Drive, usize) {
        let before = self.covered().count();
        let drive = drive::lockstep(subject, choices, bias, |step| {
            self.seen.insert(AbstractTransition::of(step));
        });
        (drive, self.covered().count().saturating_sub(before))
    }

    /// Returns the known transitions that were taken.
    pub fn covered(&self) -> impl Iterator<Item = AbstractTransition> + '_ {
        self.known.keys().filter(|transition| self.seen.contains(transition)).copied()
    }

    /// Returns the known transitions that were not taken, each with the reason: its sequence is run on the subject.
    pub fn missing(&self, subject: &mut impl Subject) -> Vec<(AbstractTransition, &Sequence, Why)> {
        let unseen = self.known.iter().filter(|(transition, _)| !self.seen.contains(transition));
        unseen.map(|(transition, path)| (*transition, path, why(subject, *transition, path))).collect()
    }

    /// Returns the number of transitions that were taken and that the explorers, with narrower bounds, do not know.
    #[must_use]
    pub fn beyond(&self) -> usize {
        self.seen.iter().filter(|transition| !self.known.contains_key(transition)).count()
    }

    /// Returns the sequences of the explorers as bytes, if the generator can make them.
    pub fn seeds(&self) -> impl Iterator<Item = (AbstractTransition, Vec<u8>)> + '_ {
        self.known.iter().filter_map(|(transition, path)| Some((*transition, encode(path)?)))
    }
}

/// The reason why a transition was not taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The subject fails on its sequence, with this verdict.
    Failed(String),
    /// No run took it, although its sequence does.
    Missed,
    /// Its sequence creates an object under a name in use, or exceeds the bounds. The model's requests name the objects
    /// they create, but an engine chooses the names itself.
    NotNamed,
    /// In its sequence an input meets a request held open, and no requirement says which of the two waits.
    LeftOut,
    /// Its sequence ends in another transition, because the model has changed or the multiplied amounts are in another
    /// class.
    Outdated,
    /// Its sequence uses a key that may have been forgotten by then.
    Forgotten,
    /// Its sequence has a server error in a request that does not call the acquirer, so the error cannot be injected.
    NoFault,
}

impl Why {
    /// The reasons for which the transition counts as missing, each with a sentence for the report.
    pub const MISSING: [(Self, &'static str); 3] = [
        (Self::Missed, "no entry took it, although the shortest path can be taken"),
        (Self::Forgotten, "on the shortest path a key is used that has grown old, and may be forgotten by then"),
        (Self::Outdated, "the shortest path leads elsewhere by now, or with amounts as engines take them"),
    ];

    /// The reasons for which an engine cannot run the shortest sequence, each with a sentence for the report.
    pub const NOT_ASKED: [(Self, &'static str); 3] = [
        (Self::NotNamed, "the shortest path creates under a name that is taken, or leaves the model's room"),
        (
            Self::LeftOut,
            "on the shortest path an input meets a request held open, and no rule says what waits for what",
        ),
        (
            Self::NoFault,
            "on the shortest path a request fails at the server that depends on no other party, so nothing can fail",
        ),
    ];

    /// Returns whether the transition counts as missing.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        Self::MISSING.iter().any(|(why, _)| why == self)
    }
}

fn why(subject: &mut impl Subject, wanted: AbstractTransition, path: &Sequence) -> Why {
    if !can_be_asked(path) {
        return Why::NotNamed;
    }
    if expected(path).steps().last().is_none_or(|step| AbstractTransition::of(&step) != wanted) {
        return Why::Outdated;
    }
    let mut lockstep = match Lockstep::start(subject, &path.config) {
        Ok(lockstep) => lockstep,
        Err(inconclusive) => return Why::Failed(inconclusive.to_string()),
    };
    for input in &path.inputs {
        match lockstep.step(*input) {
            Err(verdict) => return Why::Failed(verdict.to_string()),
            Ok(Stepped::Beyond | Stepped::Held) => return Why::LeftOut,
            Ok(Stepped::Compared) if lockstep.last_step().is_some_and(|step| step.input != *input) => {
                return Why::NoFault;
            }
            Ok(Stepped::Compared) => {}
        }
    }
    let came = lockstep.last_step().map(|step| AbstractTransition::of(&step));
    if came == Some(wanted) { Why::Missed } else { Why::Forgotten }
}
