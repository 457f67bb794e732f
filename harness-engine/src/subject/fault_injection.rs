//! The engine with an injected fault.

use std::sync::Arc;

use holdfast_engine::{Engine, EngineParts, Request, Response};

use super::{EngineSubject, consistency};
use crate::injected_faults::{FaultInjector, InjectedFault};
use holdfast_harness::subject::Failure;

impl EngineSubject {
    /// Returns the engine with the injected fault.
    #[must_use]
    pub fn with_fault(self, injected: &'static InjectedFault) -> Self {
        Self { injector: Some(Arc::new(FaultInjector::of(injected))), ..self }
    }

    /// Returns the number of times that the injected fault acted, over all runs.
    #[must_use]
    pub fn fault_activations(&self) -> u64 {
        self.injector.as_ref().map_or(0, |injector| injector.acted())
    }

    /// Checks that the engine's objects, ledger, network and responses are consistent.
    ///
    /// # Errors
    /// Returns the first inconsistency.
    pub fn reconcile(&self) -> Result<(), String> {
        match holdfast_engine::reconcile(&*self.recording, &self.network.positions()) {
            Ok(Ok(_)) => {}
            Ok(Err(difference)) => return Err(difference.to_string()),
            Err(error) => return Err(error.to_string()),
        }
        let misfit = consistency::check(&*self.recording).map_err(|error| error.to_string())?;
        misfit.or_else(|| self.unexpected.clone()).map_or(Ok(()), Err)
    }

    /// Records the first response that is inconsistent with its request.
    pub(super) fn check_response(&mut self, response: &Response) {
        if self.unexpected.is_none() {
            self.unexpected = consistency::refused(response);
        }
    }

    /// Returns the parts of the engine with the injected fault around them.
    pub(super) fn with_injected_fault(&self, parts: EngineParts) -> EngineParts {
        let Some(injector) = &self.injector else { return parts };
        let EngineParts { store, acquirer, clock, mut dialect, .. } = parts;
        injector.dialect(&mut dialect);
        let (store, acquirer, clock) = (injector.store(store), injector.network(acquirer), injector.clock(clock));
        // The harness must find a fault in the engine, not the engine's own assertions.
        EngineParts { store, acquirer, clock, dialect, assertions: false, ..parts }
    }

    /// Executes a request.
    pub(super) fn execute(&self, engine: &Engine, request: Request) -> Response {
        execute(self.injector.as_ref(), engine, request)
    }

    /// Returns the request as the injected fault alters it.
    pub(super) fn altered_request(&self, engine: &Engine, request: Request) -> Request {
        match &self.injector {
            Some(injector) => injector.hear(engine, request),
            None => request,
        }
    }

    /// Returns the engine that a request reaches during another request: the same engine, unless an injected fault has
    /// two.
    pub(super) fn other_engine(&self) -> Result<Arc<Engine>, Failure> {
        match self.injector.as_ref().filter(|injector| injector.splits_in_two()) {
            Some(_) => Ok(Arc::new(self.open()?)),
            None => self.engine().cloned(),
        }
    }
}

/// Executes a request, with the injected fault if there is one.
pub(super) fn execute(injector: Option<&Arc<FaultInjector>>, engine: &Engine, request: Request) -> Response {
    match injector {
        Some(injector) => injector.execute(engine, request),
        None => engine.execute(request),
    }
}
