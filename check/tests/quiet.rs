//! What is left out where it cannot matter does not matter: a claim about change is not broken by a
//! quiet step, one that is refused, changes nothing and tells nobody, whatever the refusal says.

#![expect(clippy::arithmetic_side_effects, reason = "a test counts to no great height")]

use std::collections::HashSet;

use holdfast_check::explore::Space;
use holdfast_check::scenarios::{Room, SCENARIOS, Visit};
use holdfast_check::space::ModelSpace;
use holdfast_model::{Input, Rejection, State, transition};
use holdfast_properties::{CATALOGUE, Claim, Step, explain_step};

/// Refusals of every kind, right or wrong.
const REFUSALS: [Rejection; 8] = [
    Rejection::LockTimeout,
    Rejection::NoSuchIntent,
    Rejection::InvalidAmount,
    Rejection::UnexpectedState,
    Rejection::HoldExpired,
    Rejection::CaptureTooLarge,
    Rejection::AlreadyRefunded,
    Rejection::SessionNotOpen,
];

/// States of each space that are tried.
const STATES: usize = 60;

struct Quiet<'a>(&'a [&'static Claim]);

impl Visit for Quiet<'_> {
    type Output = usize;

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> usize {
        let terms = space.terms();
        let mut seen: HashSet<State<PAYMENTS, KEYS>> = space.roots().into_iter().collect();
        let mut waiting = space.roots();
        let mut inputs = Vec::new();
        let mut asked = 0;
        while let Some(state) = waiting.pop() {
            let sight = state.observe(terms);
            let moment = sight.observation(terms);
            inputs.clear();
            space.inputs(&state, &mut inputs);
            for input in inputs.iter().filter(|input| !matches!(input, Input::Event(_))) {
                let after = transition(terms, &state, *input).after;
                if seen.len() < STATES && seen.insert(after) {
                    waiting.push(after);
                }
                for refusal in REFUSALS {
                    let step = Step::new(moment, *input, Err(refusal), &[], moment);
                    assert!(step.is_quiet());
                    for claim in self.0 {
                        let why = explain_step(claim, &step);
                        assert_eq!(why, None, "{} is broken by {input}, refused with {refusal:?}", claim.id);
                    }
                    asked += 1;
                }
            }
        }
        asked
    }
}

#[test]
fn claims_about_change_are_not_broken_by_quiet_steps() {
    let claims: Vec<_> = CATALOGUE.iter().filter(|claim| claim.is_about_change).collect();
    assert!(!claims.is_empty(), "there are no such claims, and nothing to spare");
    let mut asked = 0;
    for scenario in SCENARIOS.iter().filter(|scenario| !scenario.deep && scenario.room != Room::Two) {
        for variant in (scenario.variants)() {
            asked += scenario.visit(&variant, Quiet(&claims));
        }
    }
    assert!(asked > 100_000, "only {asked} quiet steps were asked about");
}
