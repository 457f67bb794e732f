//! The model behind the port, for tests of the harness.

use holdfast_model::{
    Call, Config, EnvironmentEvent, Input, KeyId, Operation, Outcome, Rejection, Transition, transition,
};

use crate::bounds::{KEYS, ModelState, PAYMENTS};
use crate::subject::{Answer, Failure, IdempotencyKeySnapshot, Reaction, Refused, Subject, SystemSnapshot};

/// A transition function.
type Decide = Box<dyn Fn(&Config, &ModelState, Input) -> Transition<PAYMENTS, KEYS>>;

/// The model as a subject.
pub struct ModelSubject {
    decide: Decide,
    config: Config,
    state: ModelState,
    snapshot: SystemSnapshot,
}

impl Default for ModelSubject {
    /// Returns the model with its own transition function.
    fn default() -> Self {
        Self::deciding(transition)
    }
}

impl ModelSubject {
    /// Returns a subject with `decide` as its transition function.
    #[must_use]
    pub fn deciding(decide: impl Fn(&Config, &ModelState, Input) -> Transition<PAYMENTS, KEYS> + 'static) -> Self {
        Self {
            decide: Box::new(decide),
            config: Config::default(),
            state: ModelState::default(),
            snapshot: SystemSnapshot::default(),
        }
    }

    fn take(&mut self, input: Input) -> Reaction {
        let step = (self.decide)(&self.config, &self.state, input);
        self.state = step.after;
        let fault = match input {
            Input::Call(call) => call.fault,
            Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => holdfast_model::DeliveryFault::None,
        };
        Reaction { answer: show(&step.outcome), fault, notifications: step.notifications.as_slice().to_vec() }
    }
}

/// Returns the answer as a client sees it.
fn show(outcome: &Outcome) -> Answer {
    match outcome {
        Ok(accepted) => Answer::Accepted(*accepted),
        Err(Rejection::AnswerLost) => Answer::Lost,
        Err(rejection) => Answer::Refused(Refused::from(*rejection)),
    }
}

impl Subject for ModelSubject {
    fn start(&mut self, config: &Config) -> Result<(), Failure> {
        self.config = *config;
        self.state = ModelState::default();
        Ok(())
    }

    fn can(&mut self, input: &Input) -> bool {
        (self.decide)(&self.config, &self.state, *input).outcome != Err(Rejection::BeyondBounds)
    }

    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        Ok(self.take(Input::Call(*call)))
    }

    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure> {
        Ok(self.take(Input::Event(*event)))
    }

    fn begin(&mut self, key: KeyId, operation: &Operation) -> Result<Reaction, Failure> {
        Ok(self.take(Input::Begin { key, operation: *operation }))
    }

    fn finish(&mut self, key: KeyId) -> Result<Reaction, Failure> {
        Ok(self.take(Input::Finish { key }))
    }

    fn observe(&mut self) -> Result<&SystemSnapshot, Failure> {
        let seen = self.state.observe(&self.config);
        let seen = seen.observation(&self.config);
        self.snapshot.payments.clear();
        self.snapshot.payments.extend_from_slice(seen.payments);
        self.snapshot.setup = seen.setup.copied();
        self.snapshot.session = seen.session.copied();
        self.snapshot.keys.clear();
        self.snapshot.keys.extend(seen.keys.iter().map(|key| {
            key.map(|key| IdempotencyKeySnapshot {
                operation: key.operation,
                answer: key.answer.as_ref().map(show),
                seconds_left: key.seconds_left,
            })
        }));
        Ok(&self.snapshot)
    }
}
