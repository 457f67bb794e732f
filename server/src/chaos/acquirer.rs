//! Behaviors of the acquirer: answers that are lost until the worker repeats the request, and debits that fail.

use super::Chaos;
use super::table::Behavior;
use holdfast_engine::Decline;
use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Reference};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The number of tries that lose their answer: as many as the engine makes before it gives up.
const LOST_TRIES: u32 = 3;

/// An acquirer under chaos.
pub(crate) struct ChaosAcquirer {
    inner: Arc<dyn Acquirer>,
    chaos: Arc<Chaos>,
    /// The tries of each request that still lose their answer.
    losing: Mutex<HashMap<Reference, u32>>,
}

impl ChaosAcquirer {
    /// Returns `inner` under chaos.
    pub(crate) fn new(inner: Arc<dyn Acquirer>, chaos: Arc<Chaos>) -> Self {
        Self { inner, chaos, losing: Mutex::default() }
    }

    fn loses(&self, reference: Reference, ask: &Ask) -> bool {
        let mut losing = self.losing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = losing.get_mut(&reference) {
            let is_lost = *left > 0;
            *left = left.saturating_sub(1);
            return is_lost;
        }
        // Only requests of clients: a job that gets no answer is repeated and shows nothing.
        let is_of_client = matches!(
            ask,
            Ask::Authorize { .. } | Ask::Capture { last: true, .. } | Ask::Refund { .. } | Ask::Release { .. }
        );
        let lost = is_of_client && self.chaos.decide(Behavior::StoredFailure, &subject(ask)).is_some();
        losing.insert(reference, if lost { LOST_TRIES.saturating_sub(1) } else { 0 });
        lost
    }
}

fn subject(ask: &Ask) -> String {
    let name = match ask {
        Ask::Authorize { .. } => "authorize",
        Ask::Verify { .. } => "verify",
        Ask::Capture { .. } | Ask::CaptureAll { .. } => "capture",
        Ask::Release { .. } => "release",
        Ask::Refund { .. } => "refund",
        Ask::CancelDebit { .. } => "cancel a debit",
        Ask::DebitOutcome { .. } => "outcome of a debit",
        Ask::RefundOutcome { .. } => "outcome of a refund",
        Ask::CancelRefund { .. } => "cancel a refund",
    };
    format!("acquirer: {name}")
}

impl Acquirer for ChaosAcquirer {
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        let lost = self.loses(reference, ask);
        let changed = match ask {
            Ask::DebitOutcome { debit, reported: None } => {
                let fails = self.chaos.decide(Behavior::DebitFails, &subject(ask)).is_some();
                fails.then_some(Ask::DebitOutcome { debit: *debit, reported: Some(Err(Decline::InsufficientFunds)) })
            }
            Ask::DebitOutcome { .. }
            | Ask::Authorize { .. }
            | Ask::Verify { .. }
            | Ask::Capture { .. }
            | Ask::CaptureAll { .. }
            | Ask::Release { .. }
            | Ask::Refund { .. }
            | Ask::CancelDebit { .. }
            | Ask::RefundOutcome { .. }
            | Ask::CancelRefund { .. } => None,
        };
        let answer = self.inner.ask(reference, changed.as_ref().unwrap_or(ask));
        if lost { Err(NoAnswer) } else { answer }
    }
}
