//! Idempotency keys: the same key and parameters receive the same response and act at most once (IDEM-3).

use crate::time::{Countdown, DAY};
use crate::{KeyView, Operation, Outcome, Rejection};

/// Shortest time for which a key is remembered, in seconds.
const RETENTION: u32 = DAY;

/// An idempotency key that the engine remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The first request under the key; a request with any different parameter is another one.
    pub(crate) operation: Operation,
    /// The first response, stored unchanged; `None` while the request is in progress.
    pub(crate) answer: Option<Outcome>,
    /// Time until the key may be forgotten; starts at the response.
    pub(crate) retention: Countdown,
}

impl Key {
    /// Returns the record of a request in progress.
    pub(crate) const fn begin(operation: Operation) -> Self {
        Self { operation, answer: None, retention: Countdown::STOPPED }
    }

    /// Returns the response to a repeated request: the first response, or a conflict.
    pub(crate) fn replay(&self, operation: Operation) -> Outcome {
        match self.answer {
            None => Err(Rejection::KeyInUse),
            Some(_) if self.operation != operation => Err(Rejection::KeyMismatch),
            Some(answer) => answer,
        }
    }

    /// Returns the record of a completed request, kept for a day from then on. Returns `None` if the endpoint never
    /// began, so that the same key may be used again.
    pub(crate) fn answered(self, answer: Outcome) -> Option<Self> {
        let stored = match answer {
            Ok(_) => true,
            Err(rejection) => rejection.is_stored(),
        };
        stored.then_some(Self { answer: Some(answer), retention: Countdown::of(RETENTION), ..self })
    }

    /// Returns whether the request is complete and its retention has ended.
    pub(crate) fn is_prunable(&self) -> bool {
        self.answer.is_some() && self.retention == Countdown::STOPPED
    }

    /// Returns the visible part of the record.
    pub(crate) fn view(&self) -> KeyView {
        let seconds_left = self.answer.map(|_| self.retention.left().unwrap_or(0));
        KeyView { operation: self.operation, answer: self.answer, seconds_left }
    }
}
