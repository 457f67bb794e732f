//! A sequence of inputs played on the model, with the result of each.

use holdfast_model::trace::{Expectation, Script};
use holdfast_model::{
    Config, Input, IntentId, Notifications, Observation, Outcome, OwnedObservation, State, Transition, transition,
};
use holdfast_properties::Step;

use crate::catalogue::Catalogue;
use holdfast_explorer::{Path, PropertyBits};
use holdfast_scenarios::space::ModelSpace;

/// Number of payments that a replay can hold.
pub const PAYMENTS: usize = 4;
/// Number of idempotency keys that a replay can hold.
pub const KEYS: usize = 4;

/// The model state of a replay.
pub type ReplayState = State<PAYMENTS, KEYS>;

/// The visible part of a replay's state.
type Visible = OwnedObservation<PAYMENTS, KEYS>;

/// A sequence of inputs and the result of each.
#[derive(Clone, Debug)]
pub struct Replay {
    config: Config,
    start: Visible,
    recorded: Vec<RecordedStep>,
}

/// One input and its result.
#[derive(Clone, Debug)]
struct RecordedStep {
    input: Input,
    outcome: Outcome,
    notifications: Notifications,
    after: Visible,
}

/// A property that a replay shows to be false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PropertyViolation {
    /// The position of the property in the catalogue.
    pub property: u8,
    /// The first step that makes it false, counted from 0.
    pub step: usize,
}

impl Replay {
    /// Plays `inputs` on the model, from its initial state.
    #[must_use]
    pub fn play(config: Config, inputs: impl IntoIterator<Item = Input>) -> Self {
        Self::play_by(config, inputs, transition)
    }

    /// Plays `inputs` on another transition function, such as that of a planted fault.
    #[must_use]
    pub fn play_by(
        config: Config,
        inputs: impl IntoIterator<Item = Input>,
        rules: impl Fn(&Config, &ReplayState, Input) -> Transition<PAYMENTS, KEYS>,
    ) -> Self {
        let mut state = ReplayState::default();
        let start = state.observe(&config);
        let mut recorded = Vec::new();
        for input in inputs {
            let Transition { after, outcome, notifications } = rules(&config, &state, input);
            state = after;
            recorded.push(RecordedStep { input, outcome, notifications, after: state.observe(&config) });
        }
        Self { config, start, recorded }
    }

    /// Returns the configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the number of steps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recorded.len()
    }

    /// Returns whether there is no step.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.recorded.is_empty()
    }

    /// Returns the replay up to and including a step, counted from 0.
    #[must_use]
    pub fn until(&self, step: usize) -> Self {
        Self { recorded: self.recorded.iter().take(step.saturating_add(1)).cloned().collect(), ..self.clone() }
    }

    /// Returns the visible part of the initial state.
    #[must_use]
    pub fn start(&self) -> Observation<'_> {
        self.start.observation(&self.config)
    }

    /// Returns the visible part of the last state.
    #[must_use]
    pub fn end(&self) -> Observation<'_> {
        self.recorded.last().map_or_else(|| self.start(), |last| last.after.observation(&self.config))
    }

    /// Returns a step, counted from 0, or `None` beyond the last one.
    #[must_use]
    pub fn step(&self, step: usize) -> Option<Step<'_>> {
        let RecordedStep { input, outcome, notifications, after } = self.recorded.get(step)?;
        let before = match step.checked_sub(1) {
            Some(last) => &self.recorded.get(last)?.after,
            None => &self.start,
        };
        let (before, after) = (before.observation(&self.config), after.observation(&self.config));
        Some(Step::new(before, *input, *outcome, notifications.as_slice(), after))
    }

    /// Returns every step, in order.
    pub fn steps(&self) -> impl Iterator<Item = Step<'_>> + Clone {
        (0..self.recorded.len()).filter_map(|step| self.step(step))
    }

    /// Returns the properties that are false somewhere in the replay, each with the first such step.
    #[must_use]
    pub fn violations(&self, catalogue: &dyn Catalogue) -> Vec<PropertyViolation> {
        let mut known = PropertyBits::ZERO;
        let mut found = Vec::new();
        for (number, step) in self.steps().enumerate() {
            let broken = catalogue.broken(&step);
            for property in 0..u8::try_from(catalogue.properties().len()).unwrap_or(u8::MAX) {
                let bit = PropertyBits::ONE.wrapping_shl(u32::from(property));
                if broken & bit & !known != 0 {
                    found.push(PropertyViolation { property, step: number });
                }
            }
            known |= broken;
        }
        found
    }

    /// Returns the replay as a trace that expects exactly these results.
    #[must_use]
    pub fn script(&self) -> Script {
        let lines = self.steps().map(|step| {
            let expectation = Expectation::recorded(&step.input, &step.outcome, &step.after, step.notifications);
            (step.input, Some(expectation))
        });
        Script::of(self.config, lines)
    }
}

/// Returns the inputs that lead along a path of the explorers.
///
/// A space can keep interchangeable payments in a fixed order. Then `pi1` of one state on the path need not be `pi1` of
/// the next. Here, each payment keeps the name that it was created with. Returns `None` if no renaming leads along the
/// path; then the space contradicts itself.
#[must_use]
pub fn inputs_along<const P: usize, const K: usize>(
    space: &ModelSpace<P, K>,
    path: &Path<ModelSpace<P, K>>,
) -> Option<Vec<Input>> {
    let config = space.config();
    let mut state = State::<P, K>::default();
    let mut inputs = Vec::with_capacity(path.steps.len());
    let ends = path.steps.iter().skip(1).map(|(state, _)| *state).chain([path.end]);
    for ((before, input), end) in path.steps.iter().zip(ends) {
        let meant = space.transition(before, *input);
        let (sight, meant_sight) = (state.observe(config), before.observe(config));
        let (seen, meant_seen) = (sight.observation(config), meant_sight.observation(config));
        let index = holdfast_model::trace::object_of(input).and_then(payment_of);
        let leads_on = |candidate: &Input| {
            let is_alike = match (index, holdfast_model::trace::object_of(candidate).and_then(payment_of)) {
                (Some(index), Some(other)) => meant_seen.payments.get(index) == seen.payments.get(other),
                _ => true,
            };
            let step = space.transition(&state, *candidate);
            is_alike && step.outcome == meant.outcome && (step.after == end || step.after.canonical() == end)
        };
        let others = (0..P).filter_map(|index| u8::try_from(index).ok()).map(|index| input.retarget(IntentId(index)));
        let input = [*input].into_iter().chain(others).find(leads_on)?;
        state = space.transition(&state, input).after;
        inputs.push(input);
    }
    Some(inputs)
}

fn payment_of(subject: holdfast_model::trace::ObjectName) -> Option<usize> {
    use holdfast_model::trace::ObjectName;
    match subject {
        ObjectName::Payment(intent) | ObjectName::Refund(intent, _) => Some(usize::from(intent.0)),
        ObjectName::Setup | ObjectName::Session | ObjectName::Key(_) => None,
    }
}
