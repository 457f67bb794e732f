//! The bounded instances of the model that are explored: one table, one function a scenario.

mod alphabet;
mod around;
mod cards;
mod connect;
mod parts;
mod several;
mod table;

pub use alphabet::{Alphabet, When};
pub(crate) use holdfast_conformance::shrink::retarget;
pub use table::{SCENARIOS, find};

use holdfast_model::{Dialect, Terms};

use crate::space::ModelSpace;

/// A bounded instance of the model.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// The name on the command line and in reports.
    pub name: &'static str,
    /// What is in it.
    pub about: &'static str,
    /// What bounds it.
    pub bounds: &'static str,
    /// How much room the state has.
    pub room: Room,
    /// Is it explored by default, or only with `--deep`?
    pub deep: bool,
    /// Its variants, explored one after the other. No state is in two of them.
    pub variants: fn() -> Vec<Variant>,
}

/// A scenario under certain terms.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What tells it from the others of its scenario.
    pub name: &'static str,
    /// The terms the engine works under.
    pub terms: Terms,
    /// What is tried.
    pub alphabet: Alphabet,
    /// Are interchangeable payments kept in a fixed order, so that states which differ only in
    /// which payment is which are one?
    pub symmetry: bool,
}

impl Variant {
    /// What is tried in the search for inductive claims, under the rule book's decisions.
    pub(crate) fn of_induction(alphabet: Alphabet) -> Self {
        let dialect = Dialect { minimum_amount: 1, ..Dialect::default() };
        Self { name: "induction", terms: Terms { dialect, ..Terms::default() }, alphabet, symmetry: false }
    }

    /// Does the engine decide what the rules leave open as the rule book does?
    #[must_use]
    pub fn follows_the_rule_book(&self) -> bool {
        // Bounds are no decision.
        let Dialect { minimum_amount, confirm_limit, .. } = self.terms.dialect;
        self.terms.dialect == Dialect { minimum_amount, confirm_limit, ..Dialect::default() }
    }
}

/// How much room the state of a scenario has: payments and idempotency keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// One payment, no keys.
    One,
    /// One payment, two keys.
    OneWithKeys,
    /// Two payments, no keys.
    Two,
    /// Three interchangeable payments, no keys, kept in a fixed order.
    Three,
}

/// Something to do with the space of a scenario, whatever room its state has.
pub trait Visit {
    /// What comes of it.
    type Output;
    /// Does it.
    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> Self::Output;
}

impl Scenario {
    /// Does something with the space of one variant.
    pub fn visit<V: Visit>(&self, variant: &Variant, visitor: V) -> V::Output {
        match self.room {
            Room::One => visitor.visit(ModelSpace::<1, 0>::new(variant)),
            Room::OneWithKeys => visitor.visit(ModelSpace::<1, 2>::new(variant)),
            Room::Two => visitor.visit(ModelSpace::<2, 0>::new(variant)),
            Room::Three => visitor.visit(ModelSpace::<3, 0>::new(variant)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No transition reads these: they decide how an object is shown.
    const SHOWN_ONLY: [&str; 1] = ["release_shown_as_refund"];

    #[test]
    fn each_choice_of_the_dialect_is_explored_both_ways() {
        let usual = Dialect::default().words();
        let variants = SCENARIOS.iter().filter(|scenario| !scenario.deep).flat_map(|scenario| (scenario.variants)());
        let explored: Vec<_> = variants.map(|variant| variant.terms.dialect.words()).collect();
        let never: Vec<_> = usual
            .iter()
            .filter(|(field, _)| !SHOWN_ONLY.contains(field))
            .filter(|choice| !explored.iter().any(|choices| choices.iter().all(|it| it.0 != choice.0 || it != *choice)))
            .map(|(field, _)| *field)
            .collect();
        assert!(never.is_empty(), "no default scenario decides these otherwise: {never:?}");
    }}
