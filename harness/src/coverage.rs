//! How much of what the explorers have found is driven through an engine.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::Dialect;
use holdfast_properties::AbstractTransition;

use crate::choices::Choices;
use crate::counterexample::expected;
use crate::drive::{self, Drive};
use crate::generator::{Bias, Sequence, can_be_asked, encode, in_units};
use crate::lockstep::{Lockstep, Stepped};
use crate::subject::Subject;

/// The abstract transitions there are, and those that were seen.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Each that the explorers know: the explorers' own way there, with amounts as engines take them.
    known: BTreeMap<AbstractTransition, Sequence>,
    seen: BTreeSet<AbstractTransition>,
}

impl Coverage {
    /// Nothing is seen yet of `known`: each with a shortest sequence that leads there, as the explorers report it.
    pub fn of(known: impl IntoIterator<Item = (AbstractTransition, Sequence)>) -> Self {
        // Whose amounts are units must not be refused as too small, and the explorers confirm no more than twice.
        let as_engines_take_it = |sequence: Sequence| {
            let dialect = Dialect { minimum_amount: Dialect::default().minimum_amount, ..sequence.config.dialect };
            let inputs = sequence.inputs.into_iter().map(in_units).collect();
            Sequence { config: holdfast_model::Config { dialect, ..sequence.config }, inputs }
        };
        let known = known.into_iter().map(|(transition, sequence)| (transition, as_engines_take_it(sequence)));
        Self { known: known.collect(), seen: BTreeSet::new() }
    }

    /// Drives a subject by `choices`, and notes what is seen. Says what came out, and how many were seen first.
    pub fn drive(&mut self, subject: &mut impl Subject, choices: &mut impl Choices, bias: Bias) -> (Drive, usize) {
        let before = self.covered().count();
        let drive = drive::lockstep(subject, choices, bias, |step| {
            self.seen.insert(AbstractTransition::of(step));
        });
        (drive, self.covered().count().saturating_sub(before))
    }

    /// Those that the explorers know and that were seen.
    pub fn covered(&self) -> impl Iterator<Item = AbstractTransition> + '_ {
        self.known.keys().filter(|transition| self.seen.contains(transition)).copied()
    }

    /// Those that the explorers know and that were not seen, and why not: each one's way is tried on the subject.
    pub fn missing(&self, subject: &mut impl Subject) -> Vec<(AbstractTransition, &Sequence, Why)> {
        let unseen = self.known.iter().filter(|(transition, _)| !self.seen.contains(transition));
        unseen.map(|(transition, path)| (*transition, path, why(subject, *transition, path))).collect()
    }

    /// How many were seen that the explorers do not know: their bounds are narrower.
    #[must_use]
    pub fn beyond(&self) -> usize {
        self.seen.iter().filter(|transition| !self.known.contains_key(transition)).count()
    }

    /// The ways of the explorers, as bytes; those that the generator can make.
    pub fn seeds(&self) -> impl Iterator<Item = (AbstractTransition, Vec<u8>)> + '_ {
        self.known.iter().filter_map(|(transition, path)| Some((*transition, encode(path)?)))
    }
}

/// Why a transition was not seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its way can be gone, and the subject fails on it: what came of it.
    Failed(String),
    /// Nobody came by: its way can be gone.
    Missed,
    /// Its way creates under a name that is taken, or leaves the model's room. In the model requests name what they
    /// create; an engine gives the names.
    NotNamed,
    /// On its way an input meets a request held open, where no rule says what waits for what.
    LeftOut,
    /// Its way leads elsewhere: the model has changed since the report was written, or an amount in units is another
    /// amount.
    Outdated,
    /// On its way a key is used that has grown old, and that an engine may have forgotten by then.
    Forgotten,
    /// On its way a server error is asked for in a request that nothing can go wrong with: it needs nobody else.
    NoFault,
}

impl Why {
    /// That the transition is missing, in words: for all that is known, an engine can be asked it.
    pub const MISSING: [(Self, &'static str); 3] = [
        (Self::Missed, "nobody came by: the shortest path can be gone"),
        (Self::Forgotten, "on the shortest path a key is used that has grown old, and may be forgotten by then"),
        (Self::Outdated, "the shortest path leads elsewhere by now, or with amounts as engines take them"),
    ];

    /// That the shortest way cannot be asked of an engine, in words.
    pub const NOT_ASKED: [(Self, &'static str); 3] = [
        (Self::NotNamed, "the shortest path creates under a name that is taken, or leaves the model's room"),
        (
            Self::LeftOut,
            "on the shortest path an input meets a request held open, and no rule says what waits for what",
        ),
        (
            Self::NoFault,
            "on the shortest path a request fails at the server that needs nobody else, so nothing can fail",
        ),
    ];

    /// Is the transition missing, for all that is known?
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
