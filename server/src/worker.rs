//! The background worker: runs due jobs in order, and webhooks on threads beside them, so that a slow endpoint delays
//! nothing else.

use crate::chaos::Chaos;
use crate::clock::MovableClock;
use holdfast_engine::command::{JobKey, JobKind};
use holdfast_engine::store::StoreError;
use holdfast_engine::time::{MINUTE, Seconds};
use holdfast_engine::{Clock, Engine, Object, ObjectId, Time};
use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The maximum number of webhooks in flight.
const MOST_POSTS: usize = 64;
/// The maximum number of webhooks in flight to one endpoint.
const MOST_POSTS_TO_ONE: usize = 4;
/// The maximum number of jobs of one round.
const MOST_JOBS: usize = 1_000_000;
/// The longest pause between two rounds.
const REST: Duration = Duration::from_millis(250);
/// The shortest pause between two rounds: one round serves requests that arrive together.
const SHORT_REST: Duration = Duration::from_millis(5);
/// The total time for which moving the clock waits for webhooks and for jobs on locked objects.
const PATIENCE: Duration = Duration::from_secs(20);

/// The background worker of one engine.
///
/// ```
/// use holdfast_server::{App, StoreChoice};
/// use std::sync::Arc;
///
/// let app = App::open(&StoreChoice::Memory, &[], "http://127.0.0.1:4242")?.app;
/// let worker = Arc::clone(app.worker());
/// let before = app.engine().now();
/// assert!(worker.advance(86_400)? >= before.after(86_400));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct Worker {
    engine: Arc<Engine>,
    clock: Arc<MovableClock>,
    chaos: Option<Arc<Chaos>>,
    in_flight: Mutex<InFlight>,
    /// Held during a round: of two rounds at once, one could repeat a webhook of the other.
    round: Mutex<()>,
    moving: Mutex<()>,
    wake_signal: (Mutex<bool>, Condvar),
    stopped: AtomicBool,
}

/// The webhooks in flight.
#[derive(Debug, Default)]
struct InFlight {
    jobs: HashSet<JobKey>,
    to: HashMap<ObjectId, usize>,
}

/// The result of one round.
#[derive(Debug)]
struct Round {
    /// The number of jobs left undone.
    left: usize,
    /// The webhooks whose attempt began.
    started: Vec<JobKey>,
}

impl Worker {
    pub(crate) fn new(engine: Arc<Engine>, clock: Arc<MovableClock>, chaos: Option<Arc<Chaos>>) -> Self {
        Self {
            engine,
            clock,
            chaos,
            in_flight: Mutex::default(),
            round: Mutex::default(),
            moving: Mutex::default(),
            wake_signal: Default::default(),
            stopped: AtomicBool::new(false),
        }
    }

    /// Runs due jobs until [`Self::stop`]. Blocks the thread.
    pub fn run(self: &Arc<Self>) {
        let mut keys_forgotten = None;
        while !self.stopped.load(Ordering::SeqCst) {
            let now = self.clock.now();
            // A panic ends its round alone: without a worker nothing would ever expire.
            match catch_unwind(AssertUnwindSafe(|| self.round(now))) {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::error!(%error, "a round of due jobs failed and is retried"),
                Err(_) => tracing::error!("a round of due jobs panicked and is retried"),
            }
            if keys_forgotten.is_none_or(|last| now.since(last) >= MINUTE) {
                if let Err(error) = self.engine.forget_keys(now) {
                    tracing::error!(%error, "expired idempotency keys could not be removed");
                }
                keys_forgotten = Some(now);
            }
            self.rest();
        }
    }

    /// Wakes the worker: something may be due.
    pub(crate) fn wake(&self) {
        *held(&self.wake_signal.0) = true;
        self.wake_signal.1.notify_all();
    }

    /// Ends [`Self::run`] after its current round and waits up to 20 seconds for the webhooks in flight.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake();
        let end = Instant::now().checked_add(PATIENCE);
        while !held(&self.in_flight).jobs.is_empty() && end.is_some_and(|end| Instant::now() < end) {
            thread::sleep(SHORT_REST);
        }
    }

    fn rest(&self) {
        thread::sleep(SHORT_REST);
        let rung = held(&self.wake_signal.0);
        let waited = self.wake_signal.1.wait_timeout_while(rung, REST, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }

    /// Runs the jobs due at `now` and starts their webhooks without waiting. Fails if the store fails.
    fn round(self: &Arc<Self>, now: Time) -> Result<Round, StoreError> {
        let _one = held(&self.round);
        // A webhook in flight before the jobs are read must not be repeated, even if it completes meanwhile.
        let posting = held(&self.in_flight).jobs.clone();
        let progress = self.engine.ask_again();
        let mut round = Round { left: usize::try_from(progress.open).unwrap_or(usize::MAX), started: Vec::new() };
        for job in self.due(now)? {
            if self.postponed(job, now)? {
                continue;
            }
            if job.kind == JobKind::Deliver {
                round.left = round.left.saturating_add(1);
                if !posting.contains(&job) && self.start_post(job, now)? {
                    round.started.push(job);
                }
            } else {
                self.engine.run_job(job, now)?;
            }
        }
        Ok(round)
    }

    /// Injects the due events of banks and returns the due jobs.
    fn due(&self, now: Time) -> Result<Vec<JobKey>, StoreError> {
        if let Some(chaos) = &self.chaos {
            chaos.inject_due(&self.engine, now);
        }
        self.engine.store().due(now, MOST_JOBS)
    }

    fn postponed(&self, job: JobKey, now: Time) -> Result<bool, StoreError> {
        self.chaos.as_ref().map_or(Ok(false), |chaos| chaos.postpone(self.engine.store(), job, now))
    }

    /// Returns the time of the next job or event of a bank.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn next_due(&self) -> Result<Option<Time>, StoreError> {
        let job = self.engine.next_due()?;
        let event = self.chaos.as_ref().and_then(|chaos| chaos.next_event());
        Ok(job.into_iter().chain(event).min())
    }

    /// Runs one due job on this thread, a webhook included, unless chaos runs it later. Returns whether it ran. For a
    /// test that moves clock and webhooks itself; [`Self::run`] must not run beside it.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn run_one(&self, job: JobKey) -> Result<bool, StoreError> {
        let _one = held(&self.round);
        let now = self.clock.now();
        if !self.engine.store().due(now, MOST_JOBS)?.contains(&job) || self.postponed(job, now)? {
            return Ok(false);
        }
        self.engine.run_job(job, now)?;
        Ok(true)
    }

    /// Attempts the due webhooks: those of a server on threads of their own, waiting up to `patience`; those of a test on
    /// this thread. Sets `attempted` as soon as one attempt has ended. Fails if the store fails.
    pub(crate) fn post_due(
        self: &Arc<Self>,
        now: Time,
        patience: Duration,
        attempted: &AtomicBool,
    ) -> Result<(), StoreError> {
        if self.chaos.as_ref().is_none_or(|chaos| chaos.is_autonomous) {
            let mut waiting = self.round(now)?.started;
            let end = Instant::now().checked_add(patience);
            while !waiting.is_empty() && end.is_some_and(|end| Instant::now() < end) {
                let count = waiting.len();
                waiting.retain(|job| held(&self.in_flight).jobs.contains(job));
                if waiting.len() < count {
                    attempted.store(true, Ordering::SeqCst);
                }
                thread::sleep(SHORT_REST);
            }
            return Ok(());
        }
        let _one = held(&self.round);
        for job in self.due(now)?.into_iter().filter(|job| job.kind == JobKind::Deliver) {
            if !self.postponed(job, now)? {
                self.engine.run_job(job, now)?;
                attempted.store(true, Ordering::SeqCst);
            }
        }
        Ok(())
    }

    /// Posts one webhook on a thread of its own, unless too many are in flight. Returns whether the thread runs.
    fn start_post(self: &Arc<Self>, job: JobKey, now: Time) -> Result<bool, StoreError> {
        let to = match self.engine.store().object(job.object)? {
            Some(Object::Delivery(delivery)) => ObjectId::from(delivery.endpoint),
            Some(_) | None => job.object,
        };
        {
            let mut way = held(&self.in_flight);
            let count = way.to.get(&to).copied().unwrap_or(0);
            if way.jobs.len() >= MOST_POSTS || count >= MOST_POSTS_TO_ONE {
                return Ok(false);
            }
            way.jobs.insert(job);
            way.to.insert(to, count.saturating_add(1));
        }
        let guard = Post { worker: Arc::clone(self), job, to };
        let spawned = thread::Builder::new().name("webhook".to_owned()).spawn(move || {
            let post = guard;
            if let Err(error) = post.worker.engine.run_job(post.job, now) {
                tracing::error!(%error, "the outcome of a webhook could not be stored; the webhook is repeated");
            }
        });
        if let Err(error) = &spawned {
            tracing::error!(%error, "no thread could be started for a webhook; it is retried");
        }
        Ok(spawned.is_ok())
    }

    /// Returns whether the clock can be moved ahead by `seconds` more.
    #[must_use]
    pub fn can_advance(&self, seconds: Seconds) -> bool {
        self.clock.reaches(self.clock.now().after(seconds))
    }

    /// Moves the clock ahead by `seconds`, stops at each instant at which a job is due, and runs the job then. Waits up
    /// to 20 seconds for the webhooks due on the way. Returns the time afterwards.
    ///
    /// # Errors
    /// Returns an error if the store fails or the clock cannot be moved that far. Jobs that ran are not undone.
    pub fn advance(self: &Arc<Self>, seconds: Seconds) -> Result<Time, Box<dyn Error + Send + Sync>> {
        let _one = held(&self.moving);
        let target = self.clock.now().after(seconds);
        let end = Instant::now().checked_add(PATIENCE);
        let in_time = || end.is_some_and(|end| Instant::now() < end);
        loop {
            while self.round(self.clock.now())?.left > 0 && in_time() {
                thread::sleep(SHORT_REST);
            }
            match self.next_due()? {
                Some(due) if due <= target && in_time() => {
                    if due <= self.clock.now() {
                        // The object of the job is locked; the job is retried.
                        thread::sleep(SHORT_REST);
                    }
                    self.clock.advance_to(due)?;
                }
                Some(_) | None => break,
            }
        }
        self.clock.advance_to(target)?;
        while self.round(self.clock.now())?.left > 0 && in_time() {
            thread::sleep(SHORT_REST);
        }
        Ok(self.clock.now())
    }
}

/// A webhook in flight. Dropping it, even in a panic, frees its place.
struct Post {
    worker: Arc<Worker>,
    job: JobKey,
    to: ObjectId,
}

impl Drop for Post {
    fn drop(&mut self) {
        {
            let mut way = held(&self.worker.in_flight);
            way.jobs.remove(&self.job);
            let left = way.to.remove(&self.to).unwrap_or(0).saturating_sub(1);
            if left > 0 {
                way.to.insert(self.to, left);
            }
        }
        self.worker.wake();
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Reference, SimulatedAcquirer};
    use holdfast_engine::edge::read;
    use holdfast_engine::objects::Account;
    use holdfast_engine::{AccountId, EngineParts, Request};
    use std::sync::atomic::AtomicUsize;

    /// An acquirer whose background captures make the engine panic a few times.
    struct Panicking(SimulatedAcquirer, AtomicUsize);

    impl Acquirer for Panicking {
        fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
            let left = || self.1.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            assert!(!matches!(ask, Ask::CaptureAll { .. }) || left().is_err(), "on purpose");
            self.0.ask(reference, ask)
        }
    }

    /// A webhook counts as attempted before the response only if its own attempt ended.
    #[test]
    fn only_own_webhooks_count_as_attempted() {
        let clock = Arc::new(MovableClock::unsaved());
        let parts = EngineParts { clock: clock.clone(), ..EngineParts::in_memory(Time::default()) };
        let engine = Arc::new(Engine::open(parts).unwrap());
        engine.add_account(Account::standard(AccountId(1))).unwrap();
        let worker = Arc::new(Worker::new(Arc::clone(&engine), Arc::clone(&clock), None));
        let attempted = |patience| {
            let attempted = AtomicBool::new(false);
            worker.post_due(clock.now(), patience, &attempted).unwrap();
            attempted.load(Ordering::SeqCst)
        };
        let other = JobKey::new(JobKind::Deliver, holdfast_engine::CustomerId(9));
        held(&worker.in_flight).jobs.insert(other);
        assert!(!attempted(SHORT_REST), "another webhook is in flight, and none is due");
        let send = |path, params: &[(&str, &str)]| {
            let command = read::command(read::Verb::Post, path, &read::form(params.iter().copied()));
            assert_eq!(engine.execute(Request::new(AccountId(1), command)).status(), 200);
        };
        send("/v1/webhook_endpoints", &[("url", "https://x"), ("enabled_events[]", "*")]);
        send("/v1/customers", &[]);
        assert!(attempted(PATIENCE), "the attempt has ended, and the endpoint did not answer");
        held(&worker.in_flight).jobs.remove(&other);
        assert!(!attempted(SHORT_REST), "no webhook is due");
    }

    /// A job that panics is retried, and the worker continues.
    #[test]
    fn a_panic_ends_one_round_only() {
        let clock = Arc::new(MovableClock::unsaved());
        let acquirer = Arc::new(Panicking(SimulatedAcquirer::default(), AtomicUsize::new(2)));
        let parts = EngineParts { acquirer, clock: clock.clone(), ..EngineParts::in_memory(Time::default()) };
        let engine = Arc::new(Engine::open(parts).unwrap());
        engine.add_account(Account::standard(AccountId(1))).unwrap();
        let pay = [
            ("amount", "1000"),
            ("currency", "usd"),
            ("confirm", "true"),
            ("payment_method_types[]", "card"),
            ("payment_method", "pm_card_visa"),
            ("capture_method", "automatic_async"),
        ];
        let pay = read::command(read::Verb::Post, "/v1/payment_intents", &read::form(pay));
        let made = engine.execute(Request::new(AccountId(1), pay));
        let charge = made.object().and_then(Object::as_payment_intent).and_then(|intent| intent.latest_charge).unwrap();
        clock.advance_to(clock.now().after(3_600)).unwrap();
        let worker = Arc::new(Worker::new(Arc::clone(&engine), clock, None));
        let working = thread::spawn({
            let worker = Arc::clone(&worker);
            move || worker.run()
        });
        let is_filled = || {
            let found = engine.observe(charge).unwrap();
            found.as_ref().and_then(Object::as_charge).is_some_and(|charge| charge.balance_transaction.is_some())
        };
        let end = Instant::now().checked_add(PATIENCE).unwrap();
        while !is_filled() {
            assert!(Instant::now() < end && !working.is_finished(), "the worker has ended");
            thread::sleep(SHORT_REST);
        }
        worker.stop();
        working.join().unwrap();
        assert!(engine.store().open_asks().unwrap().is_empty(), "the question was repeated under the same reference");
    }
}
