//! Crashes, restarts and overlapping requests.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_engine::{Request, Response};
use holdfast_model::Operation;

use super::fault_injection::execute;
use super::{EngineSubject, START, commands, failed, shown};
use holdfast_harness::concurrent::{Concurrent, Overlap, Raced};
use holdfast_harness::crash::Recoverable;
use holdfast_harness::subject::Failure;

impl Recoverable for EngineSubject {
    fn die_after(&mut self, points: u32) {
        self.points.die_at(points);
    }

    fn recover(&mut self) -> Result<bool, Failure> {
        if !self.points.revive() {
            return Ok(false);
        }
        // The memory of the process is lost, but not its writes or the effects of the network.
        self.engine = None;
        if let Some(injector) = &self.injector {
            injector.start_again();
        }
        let engine = Arc::new(self.open()?);
        engine.run_due(engine.now()).map_err(failed)?;
        self.engine = Some(engine);
        // No client received the notifications of the meantime, so they come with the next answer.
        self.undelivered = self.settle()?;
        Ok(true)
    }
}

impl EngineSubject {
    /// Returns the request of an operation in a race.
    fn racing(&self, operation: &Operation) -> Result<Request, Failure> {
        if !self.can_race(operation) {
            return Err(Failure(format!("{operation:?} makes or names what has no place in a race")));
        }
        self.request(operation, None)
    }

    fn overlap(&mut self, history: Vec<Raced>) -> Result<Overlap, Failure> {
        let notifications = self.settle()?;
        Ok(Overlap { history, notifications })
    }
}

impl Concurrent for EngineSubject {
    /// Returns whether the request can race. One that creates a numbered object cannot: the harness could not tell
    /// which of several new objects is which.
    fn can_race(&self, operation: &Operation) -> bool {
        let now = self.engine.as_ref().map_or(START, |engine| engine.now());
        self.index.names_existing_objects(operation) && commands::command(&self.index, now, operation).is_some()
    }

    fn nest(&mut self, outer: &Operation, inner: &Operation, point: u32) -> Result<Overlap, Failure> {
        let engine = Arc::clone(self.engine()?);
        let (first, second) = (self.racing(outer)?, self.racing(inner)?);
        let answer: Arc<Mutex<Option<Response>>> = Arc::default();
        let (within, slot, injector) = (self.other_engine()?, Arc::clone(&answer), self.injector.clone());
        self.points.interrupt_at(point, move || {
            let response = execute(injector.as_ref(), &within, second);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
        });
        let response = self.execute(&engine, first);
        self.points.revive();
        let mut history = vec![Raced { operation: *outer, answer: shown(&response), from: 0, to: 3 }];
        if let Some(response) = answer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            history.push(Raced { operation: *inner, answer: shown(&response), from: 1, to: 2 });
        }
        self.overlap(history)
    }

    fn race(&mut self, threads: &[Vec<Operation>]) -> Result<Overlap, Failure> {
        let engine = Arc::clone(self.engine()?);
        let mut all = Vec::with_capacity(threads.len());
        for operations in threads {
            let requests: Result<Vec<_>, Failure> = operations.iter().map(|it| Ok((*it, self.racing(it)?))).collect();
            all.push(requests?);
        }
        let moment = AtomicU64::new(0);
        let (engine, moment, injector) = (&engine, &moment, self.injector.as_ref());
        let history = std::thread::scope(|scope| {
            let run = |requests: Vec<(Operation, Request)>| {
                scope.spawn(move || {
                    let ask = |(operation, request): (Operation, Request)| {
                        let from = moment.fetch_add(1, Ordering::SeqCst);
                        let answer = shown(&execute(injector, engine, request));
                        Raced { operation, answer, from, to: moment.fetch_add(1, Ordering::SeqCst) }
                    };
                    requests.into_iter().map(ask).collect::<Vec<_>>()
                })
            };
            let threads: Vec<_> = all.into_iter().map(run).collect();
            // A panic of the engine is a finding, and is reported as one.
            let joined = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
            joined.flatten().collect()
        });
        self.overlap(history)
    }
}
