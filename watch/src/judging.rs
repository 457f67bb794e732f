//! The thread that judges payments, raises alerts, and forgets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::alert::{Alert, IMPOSSIBLE};
use crate::assess::{Assessment, AssessmentTimes, WatchRules, assess, assess_deadlines, withdrawn};
use crate::clock::WatchClock;
use crate::incoming::logged;
use crate::metrics::Counters;
use crate::notes::Notes;
use crate::store::{PaymentRow, StateError, WatchStore};
use crate::wake::Wake;

/// Payments that are judged between two transactions.
const TOGETHER: usize = 64;

/// The longest pause between two checks of the deadlines.
const REST: Duration = Duration::from_millis(250);

/// Seconds between two rounds of forgetting.
const FORGET_EVERY: i64 = 60;

/// Seconds after the start for which alerts of deadlines wait until gaps are filled.
const PATIENCE: i64 = 120;

/// The most alerts of a payment that may be taken back at once.
const MOST_ALERTS: u32 = 200;

/// The judge of all payments.
pub(crate) struct PaymentJudging {
    pub(crate) store: WatchStore,
    pub(crate) clock: Arc<dyn WatchClock>,
    pub(crate) rules: WatchRules,
    /// Seconds for which a closed payment is kept.
    pub(crate) forget_after: i64,
    /// Whether alerts go to a webhook.
    pub(crate) is_posted: bool,
    pub(crate) counters: Arc<Counters>,
    pub(crate) wake: Arc<Wake>,
    pub(crate) poster: Arc<Wake>,
    /// Whether a poll has filled the gaps since the start. Deadlines that passed meanwhile wait for it.
    pub(crate) gaps_filled: Arc<AtomicBool>,
    pub(crate) notes: Notes,
}

impl PaymentJudging {
    /// Judges until it is asked to stop, then the payments that wait. An error of the database, such as a full disk, is
    /// counted and reported, and the work is repeated.
    ///
    /// # Errors
    /// Returns the error of the database if payments remain unjudged at the end.
    pub(crate) fn run(mut self) -> Result<(), StateError> {
        let started = self.clock.now();
        let mut forgotten_at = started;
        loop {
            let now = self.clock.now();
            let is_patient = !self.gaps_filled.load(Ordering::SeqCst) && now < started.saturating_add(PATIENCE);
            let judged = self.tolerated(|judge| judge.round(now, is_patient));
            if now.saturating_sub(forgotten_at) >= FORGET_EVERY {
                forgotten_at = now;
                let before = now.saturating_sub(self.forget_after);
                while self.tolerated(|judge| judge.store.forget(before)) > 0 {}
            }
            if judged == 0 && !self.wake.wait(REST) {
                // Events may have been stored between the round and the request to stop.
                while self.round(self.clock.now(), is_patient)? > 0 {}
                return Ok(());
            }
        }
    }

    /// Returns the number of payments that `work` processed; 0 if the database failed.
    fn tolerated(&mut self, work: impl FnOnce(&mut Self) -> Result<usize, StateError>) -> usize {
        match work(self) {
            Ok(number) => {
                if number > 0 {
                    self.notes.succeeded();
                }
                number
            }
            Err(error) => {
                self.counters.state_failures.add(1);
                self.notes.failed(&format!("--state: cannot judge: {error}; it is tried again"));
                0
            }
        }
    }

    /// Judges some payments. Returns their number.
    fn round(&mut self, now: i64, is_patient: bool) -> Result<usize, StateError> {
        // No deadline is due before 1970.
        let due_by = if is_patient { i64::MIN } else { now };
        let payments = self.store.to_judge(due_by, TOGETHER)?;
        let mut assessed: Vec<(PaymentRow, Assessment)> = Vec::with_capacity(payments.len());
        for payment in payments {
            assessed.push(self.assessed(payment, now, due_by)?);
        }
        if assessed.is_empty() {
            return Ok(0);
        }
        let raised = self.store.settle(&assessed, now, self.is_posted)?;
        self.counters.judged.add(u64::try_from(assessed.len()).unwrap_or(0));
        if raised > 0 {
            self.poster.wake();
        }
        Ok(assessed.len())
    }

    fn assessed(&self, payment: PaymentRow, now: i64, due_by: i64) -> Result<(PaymentRow, Assessment), StateError> {
        let stored = self.store.events(&payment.id)?;
        let arrived = stored.iter().map(|event| event.received).max().unwrap_or(now);
        let times = AssessmentTimes { now, due_by, arrived };
        // What is stored was read once, so it can be read again.
        let events: Vec<_> = stored.iter().filter_map(|event| logged(&event.body, event.number).ok()).collect();
        // Finding the event to blame takes long, and nothing can change the verdict.
        let raised = self.store.alerts(Some(&payment.id), MOST_ALERTS)?;
        let raised: Vec<Alert> = raised.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let taken_back = withdrawn(&events, &raised, now, &self.rules);
        let mut assessment = if payment.verdict.as_deref() == Some(IMPOSSIBLE) {
            assess_deadlines(&payment.id, &events, times, &self.rules)
        } else {
            assess(&payment.id, events, times, &self.rules)
        };
        assessment.alerts.extend(taken_back);
        Ok((payment, assessment))
    }
}
