//! Behaviors of due jobs: later than usual, and in another order.

use super::Chaos;
use super::table::Behavior;
use holdfast_engine::command::{JobKey, JobKind};
use holdfast_engine::store::{Batch, Store, StoreError};
use holdfast_engine::time::{DAY, HOUR, MINUTE, Seconds};
use holdfast_engine::{ASYNC_CAPTURE_LIMIT, Time};

/// The latest first attempt of a delivery after its event: a day is left for retries (HOOK-3).
const LATEST_WEBHOOK: Seconds = 2 * DAY;
/// The number of jobs remembered.
const MOST_JOBS: usize = 1_000_000;

impl Chaos {
    /// Decides, once for each job, whether a due job runs later, and reschedules it. Returns whether it does.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    pub fn postpone(&self, store: &dyn Store, job: JobKey, now: Time) -> Result<bool, StoreError> {
        {
            let mut state = self.held();
            if state.moved.len() >= MOST_JOBS {
                state.moved.clear();
            }
            if !state.moved.insert(job) {
                return Ok(false);
            }
        }
        let subject = job.object.to_string();
        let (behavior, low, high) = match job.kind {
            JobKind::Deliver => (Behavior::WebhookLate, MINUTE, LATEST_WEBHOOK),
            // The job runs a minute after the confirmation; the entry is due within the hour (A12).
            JobKind::FillLedger => {
                (Behavior::LedgerLate, 1, ASYNC_CAPTURE_LIMIT.saturating_sub(MINUTE.saturating_mul(3)))
            }
            JobKind::BankOutcome => (Behavior::DebitLate, HOUR, DAY.saturating_mul(6)),
            JobKind::RefundOutcome => (Behavior::RefundLate, HOUR, DAY.saturating_mul(20)),
            JobKind::ExpireHold | JobKind::ExpireSession | JobKind::RefundDetails => return Ok(false),
        };
        let Some(draw) = self.decide(behavior, &subject) else { return Ok(false) };
        // Most delays of webhooks are short, so that several are late together.
        let high = if job.kind == JobKind::Deliver && draw.between(0, 3) > 0 { HOUR } else { high };
        let due = now.after(draw.between(low, high));
        store.commit(Batch { unschedule: vec![job], schedule: vec![(job, due)], ..Batch::default() })?;
        Ok(true)
    }

    /// Reorders deliveries that are due together.
    pub fn reorder(&self, jobs: &mut [JobKey]) {
        for place in 1..jobs.len() {
            let is_delivery = |at: usize| jobs.get(at).is_some_and(|job| job.kind == JobKind::Deliver);
            let before = place.saturating_sub(1);
            if !is_delivery(place) || !is_delivery(before) {
                continue;
            }
            let subject = jobs.get(place).map(|job| job.object.to_string()).unwrap_or_default();
            if self.decide(Behavior::WebhookReordered, &subject).is_some() {
                jobs.swap(before, place);
            }
        }
    }
}
