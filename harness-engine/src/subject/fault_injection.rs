//! Our engine with an injected fault around it.

use std::sync::Arc;

use holdfast_engine::{Engine, EngineParts, Request, Response};

use super::{EngineSubject, consistency};
use crate::injected_faults::{FaultInjector, InjectedFault};
use holdfast_harness::subject::Failure;

impl EngineSubject {
    /// The same engine, with `injected fault` standing around it.
    #[must_use]
    pub fn with_fault(self, injected: &'static InjectedFault) -> Self {
        Self { injector: Some(Arc::new(FaultInjector::of(injected))), ..self }
    }

    /// How often its injected fault acted so far, over all runs.
    #[must_use]
    pub fn fault_activations(&self) -> u64 {
        self.injector.as_ref().map_or(0, |injector| injector.acted())
    }

    /// Do the engine's objects, its ledger, its network and its answers tell one story?
    ///
    /// # Errors
    /// The first thing in which they do not.
    pub fn reconcile(&self) -> Result<(), String> {
        match holdfast_engine::reconcile(&*self.recording, &self.network.positions()) {
            Ok(Ok(_)) => {}
            Ok(Err(difference)) => return Err(difference.to_string()),
            Err(error) => return Err(error.to_string()),
        }
        let misfit = consistency::check(&*self.recording).map_err(|error| error.to_string())?;
        misfit.or_else(|| self.unexpected.clone()).map_or(Ok(()), Err)
    }

    /// Notes an answer that does not fit what it answers.
    pub(super) fn check_response(&mut self, response: &Response) {
        if self.unexpected.is_none() {
            self.unexpected = consistency::refused(response);
        }
    }

    /// Puts the injected fault between the engine and its parts.
    pub(super) fn with_injected_fault(&self, parts: EngineParts) -> EngineParts {
        let Some(injector) = &self.injector else { return parts };
        let EngineParts { store, acquirer, clock, mut dialect, .. } = parts;
        injector.dialect(&mut dialect);
        let (store, acquirer, clock) = (injector.store(store), injector.network(acquirer), injector.clock(clock));
        // An engine that is broken on purpose must be found by the harness, not by its own assertions.
        EngineParts { store, acquirer, clock, dialect, assertions: false, ..parts }
    }

    /// Has the engine carry out a request.
    pub(super) fn execute(&self, engine: &Engine, request: Request) -> Response {
        execute(self.injector.as_ref(), engine, request)
    }

    /// A request as the engine gets to hear it.
    pub(super) fn altered_request(&self, engine: &Engine, request: Request) -> Request {
        match &self.injector {
            Some(injector) => injector.hear(engine, request),
            None => request,
        }
    }

    /// The engine that a request comes to while another one is under way: the same one, unless an injected fault has
    /// two.
    pub(super) fn other_engine(&self) -> Result<Arc<Engine>, Failure> {
        match self.injector.as_ref().filter(|injector| injector.splits_in_two()) {
            Some(_) => Ok(Arc::new(self.open()?)),
            None => self.engine().cloned(),
        }
    }
}

/// Has an engine carry out a request, with whoever stands around it.
pub(super) fn execute(injector: Option<&Arc<FaultInjector>>, engine: &Engine, request: Request) -> Response {
    match injector {
        Some(injector) => injector.execute(engine, request),
        None => engine.execute(request),
    }
}
