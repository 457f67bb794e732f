//! Behaviors of due jobs: later than usual, and in another order.

use super::Chaos;
use super::table::Behavior;
use holdfast_engine::command::{JobKey, JobKind};
use holdfast_engine::objects::{Event, EventType};
use holdfast_engine::store::{Batch, Store, StoreError};
use holdfast_engine::time::{DAY, HOUR, MINUTE, Seconds};
use holdfast_engine::{ASYNC_CAPTURE_LIMIT, AccountId, Object, Time};
use std::sync::Arc;

/// The longest delay of a first delivery attempt, in seconds: two hours of the three days (HOOK-3) are left for retries.
const LATEST_WEBHOOK: Seconds = 3 * DAY - 2 * HOUR;
/// The longest delay of a delivery that others overtake, in seconds.
const OVERTAKEN: Seconds = 20;
/// The number of due jobs that are searched for a delivery that overtakes.
const MOST_OVERTAKING: usize = 1_000;
/// The number of jobs remembered.
const MOST_JOBS: usize = 1_000_000;

fn reschedule(store: &dyn Store, job: JobKey, due: Time) -> Result<bool, StoreError> {
    store.commit(Batch { unschedule: vec![job], schedule: vec![(job, due)], ..Batch::default() })?;
    Ok(true)
}

/// Returns the event of a delivery.
fn delivered(store: &dyn Store, job: JobKey) -> Option<Arc<Event>> {
    let object = |id| store.object(id).ok().flatten();
    let Some(Object::Delivery(delivery)) = object(job.object) else { return None };
    match object(delivery.event.into()) {
        Some(Object::Event(event)) => Some(event),
        Some(_) | None => None,
    }
}

/// Returns whether a posting to the ledger causes events of this type (A7).
fn is_of_posting(event_type: EventType) -> bool {
    [EventType::ChargeUpdated, EventType::TransferCreated, EventType::ApplicationFeeCreated].contains(&event_type)
}

/// Returns what a job is about: for a delivery, the event.
fn subject(store: &dyn Store, job: JobKey) -> String {
    match delivered(store, job) {
        Some(event) => format!("{} {}", event.event_type.name(), event.object.id()),
        None => job.object.to_string(),
    }
}

impl Chaos {
    /// Decides whether an account's money becomes available later than usual, and returns after how long.
    pub fn late_funds(&self, account: AccountId) -> Option<Seconds> {
        let draw = self.decide(Behavior::FundsLate, &account.to_string())?;
        Some(DAY.saturating_mul(draw.between(3, 7)))
    }

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
        let subject = subject(store, job);
        let (behavior, low, high) = match job.kind {
            JobKind::Deliver => return self.delay(store, job, &subject, now),
            // The job runs a minute after the confirmation; the entry is due within the hour (A12).
            JobKind::FillLedger => {
                (Behavior::LedgerLate, 1, ASYNC_CAPTURE_LIMIT.saturating_sub(MINUTE.saturating_mul(3)))
            }
            JobKind::BankOutcome => (Behavior::DebitLate, HOUR, DAY.saturating_mul(6)),
            JobKind::RefundOutcome => (Behavior::RefundLate, HOUR, DAY.saturating_mul(20)),
            JobKind::ExpireHold | JobKind::ExpireSession | JobKind::RefundDetails | JobKind::Settle => {
                return Ok(false);
            }
        };
        let Some(draw) = self.decide(behavior, &subject) else { return Ok(false) };
        reschedule(store, job, now.after(draw.between(low, high)))
    }

    /// Decides whether a delivery is late, or is overtaken by others of the same moment.
    fn delay(&self, store: &dyn Store, job: JobKey, subject: &str, now: Time) -> Result<bool, StoreError> {
        if let Some(draw) = self.decide(Behavior::WebhookLate, subject) {
            // Most delays are short, so that several deliveries are late together.
            let high = if draw.between(0, 3) > 0 { HOUR } else { LATEST_WEBHOOK };
            return reschedule(store, job, now.after(draw.between(MINUTE, high)));
        }
        let due = store.due(now.after(OVERTAKEN), MOST_OVERTAKING)?;
        let others = || due.iter().filter(|other| other.kind == JobKind::Deliver && **other != job);
        let is_posting = |job: &JobKey| delivered(store, *job).is_some_and(|event| is_of_posting(event.event_type));
        let behavior = match is_posting(&job) && others().any(is_posting) {
            true => Behavior::LedgerReordered,
            false => Behavior::WebhookReordered,
        };
        let is_overtaken = others().next().is_some();
        match is_overtaken.then(|| self.decide(behavior, subject)).flatten() {
            Some(draw) => reschedule(store, job, now.after(draw.between(1, OVERTAKEN))),
            None => Ok(false),
        }
    }
}
