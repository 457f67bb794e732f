//! A walk: a trace on the model, everything that each step shows, and the inputs that are possible after it.

use holdfast_explorer::{PropertyBits, Space as _};
use holdfast_model::trace::{Expectation, Script, describe};
use holdfast_model::{Config, Input, Outcome, Rejection, State, transition};
use holdfast_properties::{CATALOGUE, Property, Step, explain_step, judge_observation, judge_step};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{Scenario, Variant, Visit};
use serde_json::{Value, json};

use super::picture::picture;
use super::sentence::sentence;
use crate::explain::changes;
use crate::replay::{Replay, ReplayState};

/// The most steps of a walk.
pub const MOST_STEPS: usize = 500;

/// A trace on the model within a scenario, which says what is tried next.
#[derive(Clone)]
pub struct WebWalk {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// Its variant.
    pub variant: Variant,
    /// The configuration.
    pub config: Config,
    /// The steps so far.
    pub inputs: Vec<Input>,
    /// The expectation of each of the first steps, from a trace that was loaded.
    pub expectations: Vec<Option<Expectation>>,
}

impl WebWalk {
    /// Returns everything that the page shows.
    #[must_use]
    pub fn view(&self) -> Value {
        let replay = Replay::play(self.config, self.inputs.iter().copied());
        let mut known: PropertyBits = PropertyBits::ZERO;
        let mut is_beyond = false;
        let mut steps = Vec::new();
        let mut states = vec![picture(&replay.start())];
        for (place, step) in replay.steps().enumerate() {
            is_beyond |= is_beyond_bounds(&step.outcome);
            let expectation = self.expectations.get(place).and_then(Option::as_ref);
            steps.push(step_view(&step, expectation, &mut known));
            states.push(picture(&step.after));
        }
        json!({
            "schema": "holdfast/web/1",
            "scenario": self.scenario.name,
            "variant": self.variant.name,
            "config": config_view(&self.config),
            "trace": replay.script().to_string(),
            "beyond_bounds": is_beyond,
            "steps": steps,
            "states": states,
            "next": self.next(),
        })
    }

    /// Returns each possible input with the answer of the model. The scenario decides which are tried.
    fn next(&self) -> Vec<Value> {
        if self.inputs.len() >= MOST_STEPS {
            return Vec::new();
        }
        let mut state = ReplayState::default();
        for input in &self.inputs {
            state = transition(&self.config, &state, *input).after;
        }
        let before = state.observe(&self.config);
        let possible = self.scenario.visit(&self.tried(), Possible { inputs: &self.inputs });
        let view = |input: Input| {
            let step = transition(&self.config, &state, input);
            let after = step.after.observe(&self.config);
            let changed = changes(&before.observation(&self.config), &after.observation(&self.config)).len();
            json!({
                "input": input.to_string(),
                "sentence": sentence(&input),
                "answer": describe(&step.outcome),
                "accepted": step.outcome.is_ok(),
                "changes": changed,
            })
        };
        possible.into_iter().map(view).collect()
    }

    /// Returns the variant with this walk's configuration; each payment keeps its name.
    fn tried(&self) -> Variant {
        Variant { config: self.config, symmetry: false, ..self.variant.clone() }
    }
}

/// The inputs that a space tries after a walk.
struct Possible<'a> {
    inputs: &'a [Input],
}

impl Visit for Possible<'_> {
    type Output = Vec<Input>;

    fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P, K>) -> Vec<Input> {
        let mut state = State::<P, K>::default();
        for input in self.inputs {
            state = space.transition(&state, *input).after;
        }
        let mut all = Vec::new();
        space.inputs(&state, &mut all);
        let mut possible: Vec<Input> = Vec::new();
        for input in all {
            if !possible.contains(&input) {
                possible.push(input);
            }
        }
        possible
    }
}

const fn is_beyond_bounds(outcome: &Outcome) -> bool {
    matches!(outcome, Err(Rejection::BeyondBounds))
}

/// Returns the choices that differ from the defaults: name and word.
fn config_view(config: &Config) -> Vec<Value> {
    let usual = Config::default();
    let dialect = config.dialect.words().into_iter().zip(usual.dialect.words());
    let dialect = dialect.filter(|(choice, usual)| choice != usual).map(|((name, word), _)| json!([name, word]));
    let country =
        (config.account.country != usual.account.country).then(|| json!(["country", config.account.country.name()]));
    let multicapture = (config.account.multicapture != usual.account.multicapture)
        .then(|| json!(["multicapture", if config.account.multicapture { "yes" } else { "no" }]));
    country.into_iter().chain(multicapture).chain(dialect).collect()
}

/// Returns what one step shows. `known` are the properties that earlier steps witnessed.
fn step_view(step: &Step<'_>, expectation: Option<&Expectation>, known: &mut PropertyBits) -> Value {
    let (about_step, about_state) = (judge_step(step), judge_observation(&step.after));
    let broken = about_step.broken | about_state.broken;
    let witnessed = (about_step.witnessed | about_state.witnessed) & !broken;
    let is_in = |bits: PropertyBits| move |property: &&Property| bits & property.bit() != 0;
    let new = CATALOGUE.iter().filter(is_in(witnessed & !*known));
    let again = CATALOGUE.iter().filter(is_in(witnessed & *known));
    let false_ones = CATALOGUE.iter().filter(is_in(broken)).map(|property| {
        json!({ "name": property.id, "sentence": property.statement(), "because": explain_step(property, step) })
    });
    let changed = changes(&step.before, &step.after).into_iter().map(|change| {
        json!({
            "field": change.place.to_string(),
            "before": change.before.map(|value| value.to_string()),
            "after": change.after.map(|value| value.to_string()),
        })
    });
    let differences = expectation.map(|it| it.compare(&step.outcome, &step.after, step.notifications));
    let view = json!({
        "input": step.input.to_string(),
        "sentence": sentence(&step.input),
        "answer": describe(&step.outcome),
        "accepted": step.outcome.is_ok(),
        "notifications": step.notifications.iter().map(|it| it.kind.name()).collect::<Vec<_>>(),
        "changes": changed.collect::<Vec<_>>(),
        "witnessed": new.map(|property| json!({ "name": property.id, "sentence": property.statement() }))
            .collect::<Vec<_>>(),
        "witnessed_again": again.count(),
        "false": false_ones.collect::<Vec<_>>(),
        "differences": differences.iter().flatten().map(ToString::to_string).collect::<Vec<_>>(),
    });
    *known |= witnessed;
    view
}

/// Returns the steps of a trace, with the expectation of each.
#[must_use]
pub fn steps_of(script: Script) -> (Vec<Input>, Vec<Option<Expectation>>) {
    script.lines.into_iter().map(|line| (line.input, line.expectation)).unzip()
}
