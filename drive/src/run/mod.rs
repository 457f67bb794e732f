//! One sequence: model and server side by side, one input after the other.

mod comparing;
mod event_kinds;
pub(crate) mod events;
mod racing;
mod submitting;
mod two_wrongs;

use holdfast_harness::bounds::ModelState;
use holdfast_harness::oracle;
use holdfast_model::{Config, Input, Target, transition};
use holdfast_properties::{AbstractTransition, Snapshot};

use crate::features::Features;
use crate::finding::Sighting;
use crate::judge::StepContext;
use crate::preconditions;
use crate::server::Server;
use crate::step::StepResult;
use crate::wire::TransportError;
use events::Emitted;

/// A sequence under way.
#[derive(Debug)]
pub struct Run<'s> {
    server: &'s mut Server,
    config: Config,
    world: ModelState,
    /// The last state of the server; that of the model if the server shows none.
    seen: Snapshot,
    /// `true` if time has passed, so that keys may be a day old, or nearly.
    has_waited: bool,
    /// Seconds that have passed by the server's clock.
    waited: u32,
    /// Whether every part that the input uses was accepted before. Otherwise a refusal may mean that one is missing.
    is_tried: bool,
    /// The notifications of the model by step.
    emitted: Vec<Emitted>,
    /// Whether a step with unknown events occurred.
    has_lost_events: bool,
    /// Failed reads that no result has reported yet.
    unseen: Vec<Sighting>,
}

impl<'s> Run<'s> {
    /// No request was sent yet.
    #[must_use]
    pub fn begin(server: &'s mut Server, config: &Config) -> Self {
        server.begin();
        Self {
            server,
            config: *config,
            world: ModelState::default(),
            seen: oracle::nothing_yet(config),
            has_waited: false,
            waited: 0,
            is_tried: true,
            emitted: Vec::new(),
            has_lost_events: false,
            unseen: Vec::new(),
        }
    }

    /// Returns the state of the model.
    #[must_use]
    pub const fn world(&self) -> &ModelState {
        &self.world
    }

    /// Executes one input on both sides.
    ///
    /// # Errors
    /// [`TransportError`] when the server can no longer be reached.
    pub fn take(&mut self, input: Input, features: &Features) -> Result<StepResult, TransportError> {
        if !features.have(&input) {
            return Ok(StepResult::not_asked());
        }
        self.is_tried = features.untried(&input).is_empty();
        let (config, sight) = (self.config, self.world.observe(&self.config));
        let now = sight.observation(&config);
        let mut result = match input {
            Input::Call(call) => self.call(call, &now)?,
            Input::Event(event) if preconditions::happen(&self.config, &self.world, &event, &now) => {
                self.event(event, &now)?
            }
            Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => StepResult::not_asked(),
        };
        result.sightings.append(&mut self.unseen);
        Ok(result)
    }

    /// Returns the kind of a step before it is taken.
    #[must_use]
    pub fn foresee(&self, input: Input) -> Option<AbstractTransition> {
        let next = transition(&self.config, &self.world, input);
        (!oracle::is_beyond(&next.outcome)).then(|| StepContext::of(&self.config, &self.world, input, &next).edge)
    }

    /// Removes and returns the failed reads that no result has reported yet.
    pub(crate) fn unseen(&mut self) -> impl Iterator<Item = Sighting> {
        self.unseen.drain(..)
    }

    /// The server is in the state of the model.
    fn remember(&mut self) {
        let sight = self.world.observe(&self.config);
        self.seen = Snapshot::from(sight.observation(&self.config));
    }
}

fn is_about_setup(input: &Input) -> bool {
    matches!(input, Input::Call(call) if matches!(call.operation.about(), Target::Setup))
}
