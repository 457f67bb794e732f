//! Tests of the harness on the model behind its own port, and on the example engine.
#![expect(clippy::unwrap_used, reason = "a test stops at its first failure")]

/// Passes the named calls of a subject to its field `model`.
macro_rules! passed_to_the_model {
    ($($call:ident)*) => { $(passed_to_the_model!(@ $call);)* };
    (@ start) => {
        fn start(&mut self, config: &holdfast_model::Config) -> Result<(), holdfast_harness::Failure> {
            self.model.start(config)
        }
    };
    (@ can) => {
        fn can(&mut self, input: &holdfast_model::Input) -> bool {
            self.model.can(input)
        }
    };
    (@ submit) => {
        fn submit(
            &mut self,
            call: &holdfast_model::Call,
        ) -> Result<holdfast_harness::Reaction, holdfast_harness::Failure> {
            self.model.submit(call)
        }
    };
    (@ inject) => {
        fn inject(
            &mut self,
            event: &holdfast_model::EnvironmentEvent,
        ) -> Result<holdfast_harness::Reaction, holdfast_harness::Failure> {
            self.model.inject(event)
        }
    };
    (@ begin) => {
        fn begin(
            &mut self,
            key: holdfast_model::KeyId,
            operation: &holdfast_model::Operation,
        ) -> Result<holdfast_harness::Reaction, holdfast_harness::Failure> {
            self.model.begin(key, operation)
        }
    };
    (@ finish) => {
        fn finish(
            &mut self,
            key: holdfast_model::KeyId,
        ) -> Result<holdfast_harness::Reaction, holdfast_harness::Failure> {
            self.model.finish(key)
        }
    };
    (@ observe) => {
        fn observe(&mut self) -> Result<&holdfast_harness::SystemSnapshot, holdfast_harness::Failure> {
            self.model.observe()
        }
    };
}

mod incomplete;
mod planted;
mod regression;
mod rejected;
mod suite;
mod toy;
