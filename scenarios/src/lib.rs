//! The bounded instances of the model that are explored: one table, with a function for each scenario.
//!
//! ```
//! let scenario = holdfast_scenarios::find("refunds").ok_or("no such scenario")?;
//! assert!(!scenario.deep && !(scenario.variants)().is_empty());
//! # Ok::<(), &str>(())
//! ```
//!
//! Read first: `table.rs` (the scenarios), `cards.rs` (some of them), `space.rs` (a scenario as a space of states).
//! [`space`] shows a scenario to the explorers, [`induction`] searches for properties that hold beyond the bounds, and
//! [`faults`] breaks one rule at a time to check that a property notices.
#![forbid(unsafe_code)]

mod alphabet;
mod cards;
mod connect;
pub mod faults;
mod flows;
pub mod induction;
mod requests;
mod several;
pub mod space;
mod table;

pub use alphabet::{Alphabet, When};
pub use table::{SCENARIOS, find};

use holdfast_model::{Config, Dialect};

use crate::space::ModelSpace;

/// A bounded instance of the model.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// The name on the command line and in reports.
    pub name: &'static str,
    /// The contents of the scenario in a sentence.
    pub about: &'static str,
    /// The bounds of the scenario in a sentence.
    pub bounds: &'static str,
    /// The number of payments and keys in the state.
    pub capacity: Capacity,
    /// Whether it is explored only with `--deep`.
    pub deep: bool,
    /// Its variants, explored one after the other. No two of them share a state.
    pub variants: fn() -> Vec<Variant>,
}

/// A scenario under one configuration.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The difference from the other variants of its scenario.
    pub name: &'static str,
    /// The configuration of the model.
    pub config: Config,
    /// The inputs that are tried.
    pub alphabet: Alphabet,
    /// Whether interchangeable payments are kept in a fixed order, so that states that differ only in the numbering of
    /// the payments are the same state.
    pub symmetry: bool,
}

impl Variant {
    /// Returns the variant for the search for inductive properties, under the specification's decisions.
    pub(crate) fn of_induction(alphabet: Alphabet) -> Self {
        let dialect = Dialect { minimum_amount: 1, ..Dialect::default() };
        Self { name: "induction", config: Config { dialect, ..Config::default() }, alphabet, symmetry: false }
    }

    /// Returns whether the configuration decides the specification's open questions as the specification does.
    #[must_use]
    pub fn follows_the_specification(&self) -> bool {
        // Bounds are not decisions.
        let Dialect { minimum_amount, confirm_limit, .. } = self.config.dialect;
        self.config.dialect == Dialect { minimum_amount, confirm_limit, ..Dialect::default() }
    }
}

/// The capacity of a scenario's state: payments and idempotency keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// One payment, no keys.
    One,
    /// One payment, two keys.
    OneWithKeys,
    /// Two payments, no keys.
    Two,
    /// Three interchangeable payments, no keys, kept in a fixed order.
    Three,
}

/// A function over the space of a scenario, with any capacity of its state.
pub trait Visit {
    /// The result of the function.
    type Output;
    /// Applies the function to the space.
    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> Self::Output;
}

impl Scenario {
    /// Applies `visitor` to the space of one variant.
    pub fn visit<V: Visit>(&self, variant: &Variant, visitor: V) -> V::Output {
        match self.capacity {
            Capacity::One => visitor.visit(ModelSpace::<1, 0>::new(variant)),
            Capacity::OneWithKeys => visitor.visit(ModelSpace::<1, 2>::new(variant)),
            Capacity::Two => visitor.visit(ModelSpace::<2, 0>::new(variant)),
            Capacity::Three => visitor.visit(ModelSpace::<3, 0>::new(variant)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use holdfast_model::{Call, Input, Operation, Rail};

    use super::*;

    /// No transition reads these fields: they decide how an object is shown.
    const SHOWN_ONLY: [&str; 1] = ["release_shown_as_refund"];

    /// No scenario returns a share of exactly one half; `model/tests/choices.rs` has a table of both choices (P1).
    const IN_A_TABLE: [&str; 1] = ["half_of_a_share_rounds_up"];

    #[test]
    fn each_choice_of_the_dialect_is_explored_both_ways() {
        let usual = Dialect::default().words();
        let variants = SCENARIOS.iter().filter(|scenario| !scenario.deep).flat_map(|scenario| (scenario.variants)());
        let explored: Vec<_> = variants.map(|variant| variant.config.dialect.words()).collect();
        let never: Vec<_> = usual
            .iter()
            .filter(|(field, _)| !SHOWN_ONLY.contains(field) && !IN_A_TABLE.contains(field))
            .filter(|choice| !explored.iter().any(|choices| choices.iter().all(|it| it.0 != choice.0 || it != *choice)))
            .map(|(field, _)| *field)
            .collect();
        assert!(never.is_empty(), "no default scenario decides these otherwise: {never:?}");
    }
    /// Returns the operations that a variant tries without a key, and those with one.
    fn operations(alphabet: &Alphabet) -> Vec<Operation> {
        let plain = alphabet.payment.iter().map(|(input, _)| *input).chain(alphabet.shared.iter().copied());
        let called = plain.filter_map(|input| match input {
            Input::Call(Call { operation, .. }) | Input::Begin { operation, .. } => Some(operation),
            Input::Finish { .. } | Input::Event(_) => None,
        });
        called.chain(alphabet.keyed.iter().copied()).collect()
    }

    /// Returns the numbers in `text` directly before `word`; with `after`, those directly after it.
    fn numbers(text: &str, word: &str, after: bool) -> BTreeSet<i64> {
        const WORDS: [&str; 10] = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        let number = |text: &str| {
            let spelled = WORDS.iter().position(|word| *word == text).and_then(|number| i64::try_from(number).ok());
            text.parse().ok().or(spelled)
        };
        let mut numbers = BTreeSet::new();
        for phrase in text.split([';', ',', ':']) {
            let words: Vec<&str> = phrase.split_whitespace().collect();
            let pairs = words.windows(2).map(|pair| if after { (pair[1], pair[0]) } else { (pair[0], pair[1]) });
            numbers
                .extend(pairs.filter(|(_, it)| it.trim_end_matches('s') == word).filter_map(|(text, _)| number(text)));
        }
        numbers
    }

    #[test]
    fn the_stated_bounds_are_those_of_the_alphabets() {
        let mut compared = 0;
        for scenario in SCENARIOS {
            let variants = (scenario.variants)();
            let all = |of: &dyn Fn(&Operation) -> Option<i64>| -> BTreeSet<i64> {
                variants.iter().flat_map(|variant| operations(&variant.alphabet)).filter_map(|it| of(&it)).collect()
            };
            // Much larger amounts are left out: they are tried only to be refused.
            let amounts = all(&|operation| {
                if let Operation::CreateIntent { create, .. } = operation {
                    Some(create.amount).filter(|amount| *amount < 1_000)
                } else if let Operation::CreateSession(session) = operation {
                    Some(session.amount)
                } else {
                    None
                }
            });
            let cards = all(&|operation| {
                let Operation::CreateIntent { create, .. } = operation else { return None };
                create.method.filter(|it| matches!(it.profile().rail, Rail::Card(_))).map(|method| method as i64)
            });
            let gives_back = |variant: &&Variant| {
                operations(&variant.alphabet).iter().any(|it| matches!(it, Operation::CreateRefund { .. }))
            };
            let refunds: BTreeSet<i64> =
                variants.iter().filter(gives_back).map(|variant| i64::from(variant.alphabet.refunds)).collect();
            let limits: BTreeSet<i64> =
                variants.iter().map(|variant| i64::from(variant.config.dialect.confirm_limit)).collect();

            let mut compare = |told: BTreeSet<i64>, found: BTreeSet<i64>, what: &str| {
                compared += usize::from(!told.is_empty());
                assert!(told.is_empty() || told == found, "{} {what}: told {told:?}, found {found:?}", scenario.name);
            };
            compare(numbers(scenario.bounds, "amount", true), amounts.last().copied().into_iter().collect(), "amount");
            compare(numbers(scenario.bounds, "confirmation", false), limits, "confirmations");
            let number_of_cards = i64::try_from(cards.len()).into_iter().collect();
            compare(numbers(scenario.bounds, "card", false), number_of_cards, "cards");
            let told = numbers(scenario.bounds, "refund", false);
            assert_eq!(told, refunds, "{} refunds", scenario.name);
        }
        assert!(compared >= 14, "only {compared} bounds were read");
    }
}
