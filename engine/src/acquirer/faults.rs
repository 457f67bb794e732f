//! Faults on the way to the acquirer and back, as a plan that tests control.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// The fault of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No fault: the call arrives and the answer comes back.
    None,
    /// The call times out before it arrives and has no effect.
    TimeoutBefore,
    /// The call has its effect, and the answer is lost.
    AnswerLost,
    /// The call arrives twice, and one answer comes back.
    ArrivesTwice,
    /// The call times out and arrives after the next call.
    ArrivesLate,
}

/// A source of the faults of calls, in order.
pub trait Faults: Send + Sync {
    /// Returns the fault of the next call.
    fn next(&self) -> Fault;
}

/// A source without faults.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn next(&self) -> Fault {
        Fault::None
    }
}

/// A queue of faults: each call takes one, and calls beyond the queue have none.
#[derive(Debug, Default)]
pub struct PlannedFaults(Mutex<VecDeque<Fault>>);

impl PlannedFaults {
    /// Returns a queue of `faults`.
    #[must_use]
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self(Mutex::new(faults.into_iter().collect()))
    }

    /// Appends `faults` to the queue.
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
