//! How much of what the explorers have found is driven through an engine.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::Dialect;
use holdfast_properties::AbstractTransition;

use crate::choices::Choices;
use crate::drive::{self, Drive};
use crate::generator::{Sequence, Temper, can_be_asked, encode, in_units};
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
            let dialect = Dialect { minimum_amount: Dialect::default().minimum_amount, ..sequence.terms.dialect };
            let inputs = sequence.inputs.into_iter().map(in_units).collect();
            Sequence { terms: holdfast_model::Terms { dialect, ..sequence.terms }, inputs }
        };
        let known = known.into_iter().map(|(transition, sequence)| (transition, as_engines_take_it(sequence)));
        Self { known: known.collect(), seen: BTreeSet::new() }
    }

    /// Drives a subject by `choices`, and notes what is seen. Says what came out, and how many were seen first.
    pub fn drive(&mut self, subject: &mut impl Subject, choices: &mut impl Choices, temper: Temper) -> (Drive, usize) {
        let before = self.covered().count();
        let drive = drive::lockstep(subject, choices, temper, |step| {
            self.seen.insert(AbstractTransition::of(step));
        });
        (drive, self.covered().count().saturating_sub(before))
    }

    /// Those that the explorers know and that were seen.
    pub fn covered(&self) -> impl Iterator<Item = AbstractTransition> + '_ {
        self.known.keys().filter(|transition| self.seen.contains(transition)).copied()
    }

    /// Those that the explorers know, that were not seen, and that an engine can be asked.
    pub fn missing(&self) -> impl Iterator<Item = (AbstractTransition, &Sequence)> {
        let unseen = self.known.iter().filter(|(transition, _)| !self.seen.contains(transition));
        unseen.filter(|(_, way)| can_be_asked(way)).map(|(transition, way)| (*transition, way))
    }

    /// How many of those that the explorers know nobody can ask of an engine, and were not seen: in the model requests
    /// name what they create, so there one can create under a name that is taken.
    #[must_use]
    pub fn not_asked(&self) -> usize {
        let unseen = self.known.iter().filter(|(transition, _)| !self.seen.contains(transition));
        unseen.filter(|(_, way)| !can_be_asked(way)).count()
    }

    /// How many were seen that the explorers do not know: their bounds are narrower.
    #[must_use]
    pub fn beyond(&self) -> usize {
        self.seen.iter().filter(|transition| !self.known.contains_key(transition)).count()
    }

    /// The ways of the explorers, as bytes; those that the generator can make.
    pub fn seeds(&self) -> impl Iterator<Item = (AbstractTransition, Vec<u8>)> + '_ {
        self.known.iter().filter_map(|(transition, way)| Some((*transition, encode(way)?)))
    }
}
