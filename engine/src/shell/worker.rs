//! The worker: repeats open requests to the acquirer, runs due jobs, deletes old keys.

use super::Engine;
use super::engine::Request;
use super::execute::Case;
use crate::acquirer::{Answer, Reference};
use crate::command::{Command, JobKey, JobKind};
use crate::store::{OpenAsk, StoreError};
use crate::time::Time;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// The number of jobs fetched at a time.
const PORTION: usize = 256;

/// The result of one run of the worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of jobs that ran.
    pub jobs: u64,
    /// The number of open requests to the acquirer that were answered.
    pub answered: u64,
    /// The number of requests that stay open.
    pub open: u64,
    /// The number of idempotency keys deleted.
    pub pruned: u64,
}

/// The error for a request to the acquirer that stays open.
#[derive(Debug)]
pub(super) struct StillOpen;

impl Engine {
    /// Runs everything that is due at `now`, each part in its own transaction.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read. Finished transactions stand.
    pub fn run_due(&self, now: Time) -> Result<Progress, StoreError> {
        let mut progress = self.ask_again();
        let mut tried = FxHashSet::default();
        loop {
            // Jobs that could not run stay in front, so the window grows by them.
            let due = self.parts.store.due(now, PORTION.saturating_add(tried.len()))?;
            let fresh: Vec<JobKey> = due.into_iter().filter(|job| tried.insert(*job)).collect();
            if fresh.is_empty() {
                break;
            }
            for job in fresh {
                self.run_job(job, now)?;
                progress.jobs = progress.jobs.saturating_add(1);
            }
        }
        progress.pruned = self.forget_keys(now)?;
        Ok(progress)
    }

    /// Repeats the open requests to the acquirer: the first part of [`Self::run_due`].
    pub fn ask_again(&self) -> Progress {
        let mut progress = Progress::default();
        for ask in self.open.all() {
            match self.answer_open(ask.reference) {
                Ok(()) => progress.answered = progress.answered.saturating_add(1),
                Err(StillOpen) => progress.open = progress.open.saturating_add(1),
            }
        }
        progress
    }

    /// Deletes idempotency keys that are old at `now` and returns their number: the last part of [`Self::run_due`].
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be written.
    pub fn forget_keys(&self, now: Time) -> Result<u64, StoreError> {
        let kept = self.parts.dialect.timing.idempotency;
        let before = now.seconds().checked_sub(kept);
        before.map_or(Ok(0), |before| self.parts.store.prune_keys(Time::new(before)))
    }

    /// Returns the time of the next job.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn next_due(&self) -> Result<Option<Time>, StoreError> {
        self.parts.store.next_due()
    }

    /// Runs one job that [`crate::store::Store::due`] returned, for a caller that runs several at a time. A job that is
    /// not due, or whose object is in use, does nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read or written.
    pub fn run_job(&self, job: JobKey, now: Time) -> Result<(), StoreError> {
        if job.kind == JobKind::Deliver {
            return self.deliver(job, now);
        }
        let Some(object) = self.parts.store.object(job.object)? else {
            return Ok(());
        };
        // A job that is refused or finds its object in use stays scheduled and is tried in the next run.
        let _ = self.run(Request::new(object.account(), Command::Job(job)), self.parts.ids.next(), now);
        Ok(())
    }

    /// Finishes an open request if its objects are free.
    pub(super) fn answer_open(&self, reference: Reference) -> Result<(), StillOpen> {
        let Some(ask) = self.open.get(reference) else {
            return Ok(());
        };
        let _held = self.locks.hold(&ask.locks).ok_or(StillOpen)?;
        self.conclude(&ask)
    }

    /// Repeats a request under its reference and commits the result. The caller holds the objects.
    pub(super) fn conclude(&self, ask: &Arc<OpenAsk>) -> Result<(), StillOpen> {
        if self.open.get(ask.reference).is_none() {
            return Ok(());
        }
        let account = self.account(ask.account).ok_or(StillOpen)?;
        let answer = self.ask_acquirer(ask).ok_or(StillOpen)?;
        let request = Request {
            account: ask.account,
            idempotency_key: ask.key.clone(),
            version: Some(ask.version),
            expand: ask.expand.clone(),
            command: ask.command.clone(),
        };
        let (number, now, reference) = (ask.request, ask.asked_at, ask.reference);
        let given_up = ask.given_up;
        let case = Case { request, account: &account, number, now, reference, given_up };
        // Removed first, and added again if the transaction fails.
        self.open.remove(ask.reference);
        let watched = self.open.watch(ask);
        let _ = self.finish(&case, ask.version, ask, answer);
        watched.over();
        if self.open.get(ask.reference).is_some() { Err(StillOpen) } else { Ok(()) }
    }

    /// Sends the request until an answer arrives, at most [`EngineParts::tries`](super::EngineParts::tries) times.
    pub(super) fn ask_acquirer(&self, ask: &OpenAsk) -> Option<Answer> {
        (0..self.parts.tries.max(1)).find_map(|_| self.parts.acquirer.ask(ask.reference, &ask.ask).ok())
    }
}
