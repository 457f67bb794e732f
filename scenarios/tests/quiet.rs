//! The judgment leaves out properties where they cannot be false. A stuttering step never breaks a property about
//! change, with any refusal: it changes nothing and emits no notification. Judging all properties in one pass
//! finds the same ones broken as judging each alone.

#![expect(clippy::arithmetic_side_effects, reason = "a test counts to no great height")]

use std::collections::HashSet;

use holdfast_explorer::Space;
use holdfast_model::testing::{PlantedFault, faults, faulty_transition};
use holdfast_model::{Input, Rejection, State, Transition, transition};
use holdfast_properties::{CATALOGUE, Kind, Property, PropertyBits, Step, explain_step, judge_step};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{Capacity, SCENARIOS, Visit};

/// Refusals of every kind, some with the wrong reason.
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

/// The number of states of each space.
const STATES: usize = 60;

struct Quiet<'a>(&'a [&'static Property]);

impl Visit for Quiet<'_> {
    type Output = usize;

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> usize {
        let config = space.config();
        let mut seen: HashSet<State<PAYMENTS, KEYS>> = space.roots().into_iter().collect();
        let mut waiting = space.roots();
        let mut inputs = Vec::new();
        let mut asked = 0;
        while let Some(state) = waiting.pop() {
            let sight = state.observe(config);
            let moment = sight.observation(config);
            inputs.clear();
            space.inputs(&state, &mut inputs);
            for input in inputs.iter().filter(|input| !matches!(input, Input::Event(_))) {
                let after = transition(config, &state, *input).after;
                if seen.len() < STATES && seen.insert(after) {
                    waiting.push(after);
                }
                for refusal in REFUSALS {
                    let step = Step::new(moment, *input, Err(refusal), &[], moment);
                    assert!(step.is_stuttering());
                    for property in self.0 {
                        let why = explain_step(property, &step);
                        assert_eq!(why, None, "{} is broken by {input}, refused with {refusal:?}", property.id);
                    }
                    asked += 1;
                }
            }
        }
        asked
    }
}

#[test]
fn properties_about_change_are_not_broken_by_quiet_steps() {
    let properties: Vec<_> = CATALOGUE.iter().filter(|property| property.is_about_change).collect();
    assert!(!properties.is_empty(), "there is no property that a stuttering step cannot break");
    let mut asked = 0;
    for scenario in SCENARIOS.iter().filter(|scenario| !scenario.deep && scenario.capacity != Capacity::Two) {
        for variant in (scenario.variants)() {
            asked += scenario.visit(&variant, Quiet(&properties));
        }
    }
    assert!(asked > 100_000, "only {asked} stuttering steps were judged");
}

/// Judges every step by each step property alone.
struct OneByOne<'a> {
    properties: &'a [&'static Property],
    faults: &'a [&'static PlantedFault],
}

impl Visit for OneByOne<'_> {
    /// The number of steps judged, and the properties found broken.
    type Output = (usize, PropertyBits);

    fn visit<const PAYMENTS: usize, const KEYS: usize>(
        self,
        space: ModelSpace<PAYMENTS, KEYS>,
    ) -> (usize, PropertyBits) {
        let config = space.config();
        let mut seen: HashSet<State<PAYMENTS, KEYS>> = space.roots().into_iter().collect();
        let mut waiting = space.roots();
        let mut inputs = Vec::new();
        let (mut asked, mut broken) = (0, PropertyBits::ZERO);
        let mut compare = |state: &State<PAYMENTS, KEYS>, input: Input, made: &Transition<PAYMENTS, KEYS>| {
            let (sight, next) = (state.observe(config), made.after.observe(config));
            let (before, after) = (sight.observation(config), next.observation(config));
            let step = Step::new(before, input, made.outcome, made.notifications.as_slice(), after);
            let alone = self.properties.iter().filter(|property| explain_step(property, &step).is_some());
            let alone = alone.fold(PropertyBits::ZERO, |bits, property| bits | property.bit());
            let together = judge_step(&step).broken;
            assert_eq!(together, alone, "{:?} by {input}", names(together ^ alone));
            asked += 1;
            broken |= alone;
        };
        while let Some(state) = waiting.pop() {
            inputs.clear();
            space.inputs(&state, &mut inputs);
            for input in &inputs {
                let made = transition(config, &state, *input);
                compare(&state, *input, &made);
                for fault in self.faults {
                    let wrong = faulty_transition(fault, config, &state, *input);
                    if wrong != made {
                        compare(&state, *input, &wrong);
                    }
                }
                if seen.len() < STATES && seen.insert(made.after) {
                    waiting.push(made.after);
                }
            }
        }
        (asked, broken)
    }
}

fn names(bits: PropertyBits) -> Vec<&'static str> {
    CATALOGUE.iter().filter(|property| property.bit() & bits != 0).map(|property| property.id).collect()
}

#[test]
fn properties_break_together_exactly_when_they_break_alone() {
    let properties: Vec<_> =
        CATALOGUE.iter().filter(|property| matches!(property.kind, Kind::PaymentStep | Kind::Step)).collect();
    let faults: Vec<_> = faults().collect();
    let (mut asked, mut broken) = (0, PropertyBits::ZERO);
    for scenario in SCENARIOS.iter().filter(|scenario| !scenario.deep) {
        for variant in (scenario.variants)() {
            let found = scenario.visit(&variant, OneByOne { properties: &properties, faults: &faults });
            asked += found.0;
            broken |= found.1;
        }
    }
    assert!(asked > 100_000, "only {asked} steps were judged");
    // The comparison says little about properties that no step breaks.
    let broken = broken.count_ones();
    assert!(broken > 50, "only {broken} properties were broken");
}
