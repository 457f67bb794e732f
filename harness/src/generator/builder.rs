//! Builds sequences input by input, from the model's state.

use holdfast_model::{Config, DeliveryFault, Input, Observation, Rejection, Transition, transition};
use holdfast_properties::Step;

use super::codec::Reader;
use super::{Bias, Generator, IDLE_AT_MOST, INPUTS_AT_MOST, SwarmConfig, config, is_meaningless, swarm_config};
use crate::bounds::ModelState;
use crate::capabilities::{Capabilities, Capability};
use crate::choices::Choices;
use crate::subject::with_fault;

/// A sequence of inputs and the configuration that it runs under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// The configuration.
    pub config: Config,
    /// The inputs, in order.
    pub inputs: Vec<Input>,
}

/// A sequence under construction. The caller runs the model.
#[derive(Clone, Debug)]
pub struct SequenceBuilder {
    config: Config,
    generator: Generator,
    made: usize,
    /// The rest of the prefix.
    prefix: std::slice::Iter<'static, Input>,
    /// The model's state when the last input was made.
    last: ModelState,
    /// The capabilities of the subject; `None` if it supports everything.
    limits: Option<Capabilities>,
}

impl SequenceBuilder {
    /// Begins a sequence. The first choices select the configuration and the kinds of input.
    pub fn begin(choices: &mut impl Choices, bias: Bias) -> Self {
        choices.next_record();
        let mut codec = Reader(choices);
        let config = config::config(&mut codec, Config::default());
        let swarm = SwarmConfig::choose(&mut codec, bias);
        Self {
            config,
            generator: Generator::new(swarm),
            made: 0,
            prefix: swarm.prefix().iter(),
            last: ModelState::default(),
            limits: None,
        }
    }

    /// Returns the builder of a sequence that a subject with these capabilities supports, under its configuration.
    pub fn for_subject(capabilities: &Capabilities, choices: &mut impl Choices, bias: Bias) -> Self {
        let mut builder = Self::begin(choices, bias);
        builder.config = capabilities.own_configuration().unwrap_or(builder.config);
        if !capabilities.limits_nothing() {
            builder.generator.swarm.verbs = swarm_config::Verbs::of(capabilities);
            builder.limits = Some(capabilities.clone());
        }
        builder
    }

    /// Returns the input in a form that the subject supports; `None` if there is none.
    fn limited(&self, input: Input, now: &Observation<'_>) -> Option<Input> {
        let Some(limits) = &self.limits else { return Some(input) };
        let input = limits.adapt(input)?;
        let is_there = limits.has(Capability::UnknownObjects)
            || input.operation().is_none_or(|operation| operation.creates().is_some() || now.has(operation.about()));
        is_there.then_some(input)
    }

    /// Begins a sequence under a given configuration.
    pub fn under(config: Config, choices: &mut impl Choices, bias: Bias) -> Self {
        Self { config, ..Self::begin(choices, bias) }
    }

    /// Returns the configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the next input, chosen by the model's state; `None` at the end. Inputs that no engine supports are
    /// skipped.
    pub fn next(&mut self, choices: &mut impl Choices, state: &ModelState) -> Option<Input> {
        let snapshot = state.observe(&self.config);
        let now = snapshot.observation(&self.config);
        if self.last == *state {
            // An input without effect has no effect when it is repeated, either.
            self.generator.forget();
        }
        self.last = *state;
        if self.generator.idle >= IDLE_AT_MOST {
            return None;
        }
        while let Some(input) = self.prefix.next() {
            self.made = self.made.saturating_add(1);
            let Some(input) = self.limited(*input, &now) else { continue };
            if !is_meaningless(&input, &transition(&self.config, state, input).outcome, &now) {
                return Some(input);
            }
        }
        while self.made < INPUTS_AT_MOST && (self.generator.is_repeating() || !choices.is_exhausted()) {
            let input = self.generator.next_input(choices, &now);
            self.made = self.made.saturating_add(1);
            let Some(input) = self.limited(input, &now) else {
                self.generator.forget();
                continue;
            };
            let is_free_of_names = matches!(input, Input::Event(_));
            if is_free_of_names || !is_meaningless(&input, &transition(&self.config, state, input).outcome, &now) {
                return Some(input);
            }
            self.generator.forget();
        }
        None
    }
}

/// Returns a sequence from `choices`, with each input chosen by the model's state. `each` receives the model's steps.
pub fn sequence(choices: &mut impl Choices, bias: Bias, each: impl FnMut(&Step<'_>)) -> Sequence {
    built(SequenceBuilder::begin(choices, bias), choices, each)
}

/// Returns a sequence that a subject with these capabilities supports. `each` receives the model's steps.
pub fn sequence_for(
    capabilities: &Capabilities,
    choices: &mut impl Choices,
    bias: Bias,
    each: impl FnMut(&Step<'_>),
) -> Sequence {
    built(SequenceBuilder::for_subject(capabilities, choices, bias), choices, each)
}

fn built(mut builder: SequenceBuilder, choices: &mut impl Choices, mut each: impl FnMut(&Step<'_>)) -> Sequence {
    let config = builder.config;
    let mut state = ModelState::default();
    let mut inputs = Vec::with_capacity(32);
    while let Some(input) = builder.next(choices, &state) {
        let Transition { after, outcome, notifications } = transition(&config, &state, input);
        // A request with a delivery fault does not show whether its effect exceeds the bounds.
        let plain = transition(&config, &state, with_fault(input, DeliveryFault::None)).outcome;
        if outcome != Err(Rejection::BeyondBounds) && plain != Err(Rejection::BeyondBounds) {
            let (before, now) = (state.observe(&config), after.observe(&config));
            let (before, now) = (before.observation(&config), now.observation(&config));
            each(&Step::new(before, input, outcome, notifications.as_slice(), now));
            inputs.push(input);
            state = after;
        }
    }
    Sequence { config, inputs }
}
