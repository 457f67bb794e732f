//! What can go wrong on the way to the acquirer and back, as a plan that tests control.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It arrives and the answer comes back.
    None,
    /// It times out before it arrives: no effect.
    TimeoutBefore,
    /// The effect happens, the answer is lost.
    AnswerLost,
    /// It arrives twice; one answer comes back.
    ArrivesTwice,
    /// It times out and is still on its way: the effect happens after the next call, if it has not by then.
    ArrivesLate,
}

/// Decides what happens to each call.
pub trait Faults: Send + Sync {
    /// The fate of the next call.
    fn next(&self) -> Fault;
}

/// Nothing goes wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn next(&self) -> Fault {
        Fault::None
    }
}

/// The given faults one call after another, then none.
#[derive(Debug, Default)]
pub struct PlannedFaults(Mutex<VecDeque<Fault>>);

impl PlannedFaults {
    /// The plan `faults`.
    #[must_use]
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self(Mutex::new(faults.into_iter().collect()))
    }

    /// Adds to the end of the plan.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
    }
}

impl Faults for PlannedFaults {
    fn next(&self) -> Fault {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(Fault::None)
    }
}

impl<T: Faults + ?Sized> Faults for std::sync::Arc<T> {
    fn next(&self) -> Fault {
        (**self).next()
    }
}
