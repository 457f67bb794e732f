//! Idempotency keys: the same key and parameters answer the same and act at most once (IDEM-3).

use crate::time::{Countdown, DAY};
use crate::{KeyView, Operation, Outcome, Rejection};

/// How long a key is remembered at least, in seconds.
const RETENTION: u32 = DAY;

/// A key that the engine remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The request it came with first; a request that differs in anything is another one.
    pub(crate) operation: Operation,
    /// The first answer, kept to the byte; `None` while the request is worked on.
    pub(crate) answer: Option<Outcome>,
    /// Time left until it may be forgotten; runs from the answer on.
    pub(crate) retention: Countdown,
}

impl Key {
    /// A request that has been taken in.
    pub(crate) const fn begin(operation: Operation) -> Self {
        Self { operation, answer: None, retention: Countdown::STOPPED }
    }

    /// What a request under this key is answered without doing anything: the first answer again, or
    /// why it cannot be.
    pub(crate) fn replay(&self, operation: Operation) -> Outcome {
        match self.answer {
            None => Err(Rejection::KeyInUse),
            Some(_) if self.operation != operation => Err(Rejection::KeyMismatch),
            Some(answer) => answer,
        }
    }

    /// The key once its request has been answered, kept for a day from then on; `None` where the endpoint never began, so that
    /// the same key may try again.
    pub(crate) fn answered(self, answer: Outcome) -> Option<Self> {
        let stored = match answer {
            Ok(_) => true,
            Err(rejection) => rejection.is_stored(),
        };
        stored.then_some(Self { answer: Some(answer), retention: Countdown::of(RETENTION), ..self })
    }

    /// Old enough to be forgotten, and answered?
    pub(crate) fn is_prunable(&self) -> bool {
        self.answer.is_some() && self.retention == Countdown::STOPPED
    }

    /// What an outsider can know of it.
    pub(crate) fn view(&self) -> KeyView {
        let seconds_left = self.answer.map(|_| self.retention.left().unwrap_or(0));
        KeyView { operation: self.operation, answer: self.answer, seconds_left }
    }
}
