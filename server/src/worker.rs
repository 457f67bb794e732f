//! Does what is due: jobs in turn, webhooks beside them, so that an endpoint that hangs holds up nobody else.

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

/// The most webhooks on their way at once.
const MOST_POSTS: usize = 64;
/// The most of them to one endpoint.
const MOST_POSTS_TO_ONE: usize = 4;
/// The most jobs looked at in one round.
const MOST_JOBS: usize = 1_000_000;
/// The longest rest between two rounds, and the shortest while something that is due could not be done.
const REST: Duration = Duration::from_millis(250);
/// The shortest rest: requests that come together are seen to together.
const SHORT_REST: Duration = Duration::from_millis(5);
/// How long moving the clock waits, in all, for webhooks and for jobs whose objects are in use.
const PATIENCE: Duration = Duration::from_secs(20);

/// The background worker of one engine.
pub struct Worker {
    engine: Arc<Engine>,
    clock: Arc<MovableClock>,
    on_the_way: Mutex<OnTheWay>,
    /// One round at a time: of two at once, one could post what the other has just posted.
    round: Mutex<()>,
    moving: Mutex<()>,
    bell: (Mutex<bool>, Condvar),
    stopped: AtomicBool,
}

/// The webhooks that are being posted.
#[derive(Debug, Default)]
struct OnTheWay {
    jobs: HashSet<JobKey>,
    to: HashMap<ObjectId, usize>,
}

impl Worker {
    pub(crate) fn new(engine: Arc<Engine>, clock: Arc<MovableClock>) -> Self {
        Self {
            engine,
            clock,
            on_the_way: Mutex::default(),
            round: Mutex::default(),
            moving: Mutex::default(),
            bell: Default::default(),
            stopped: AtomicBool::new(false),
        }
    }

    /// Works until [`Self::stop`]; blocks the thread.
    pub fn run(self: &Arc<Self>) {
        let mut keys_forgotten = None;
        while !self.stopped.load(Ordering::SeqCst) {
            let now = self.clock.now();
            // A panic ends its round and nothing else: without a worker nothing would ever expire, and nobody would know.
            match catch_unwind(AssertUnwindSafe(|| self.round(now))) {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::error!(%error, "a round of due work failed; it is tried again"),
                Err(_) => tracing::error!("a round of due work panicked; it is tried again"),
            }
            if keys_forgotten.is_none_or(|last| now.since(last) >= MINUTE) {
                if let Err(error) = self.engine.forget_keys(now) {
                    tracing::error!(%error, "old idempotency keys could not be forgotten");
                }
                keys_forgotten = Some(now);
            }
            self.rest();
        }
    }

    /// Says that something may be due now.
    pub(crate) fn ring(&self) {
        *held(&self.bell.0) = true;
        self.bell.1.notify_all();
    }

    /// Ends [`Self::run`] after the round it is in, and waits for webhooks on their way.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.ring();
        let end = Instant::now().checked_add(PATIENCE);
        while !held(&self.on_the_way).jobs.is_empty() && end.is_some_and(|end| Instant::now() < end) {
            thread::sleep(SHORT_REST);
        }
    }

    fn rest(&self) {
        thread::sleep(SHORT_REST);
        let rung = held(&self.bell.0);
        let waited = self.bell.1.wait_timeout_while(rung, REST, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }

    /// Does what is due at `now`; webhooks are sent off and not waited for. Answers how many jobs that left undone.
    fn round(self: &Arc<Self>, now: Time) -> Result<usize, StoreError> {
        let _one = held(&self.round);
        // What is on its way before the jobs are read must not be posted again, even if it arrives meanwhile.
        let posting = held(&self.on_the_way).jobs.clone();
        let progress = self.engine.ask_again();
        let mut left = usize::try_from(progress.open).unwrap_or(usize::MAX);
        for job in self.engine.store().due(now, MOST_JOBS)? {
            if job.kind == JobKind::Deliver {
                left = left.saturating_add(1);
                if !posting.contains(&job) {
                    self.send_off(job, now)?;
                }
            } else {
                self.engine.run_job(job, now)?;
            }
        }
        Ok(left)
    }

    /// Posts one webhook on a thread of its own, unless too many are on their way.
    fn send_off(self: &Arc<Self>, job: JobKey, now: Time) -> Result<(), StoreError> {
        let to = match self.engine.store().object(job.object)? {
            Some(Object::Delivery(delivery)) => ObjectId::from(delivery.endpoint),
            Some(_) | None => job.object,
        };
        {
            let mut way = held(&self.on_the_way);
            let count = way.to.get(&to).copied().unwrap_or(0);
            if way.jobs.len() >= MOST_POSTS || count >= MOST_POSTS_TO_ONE {
                return Ok(());
            }
            way.jobs.insert(job);
            way.to.insert(to, count.saturating_add(1));
        }
        let mine = Post { worker: Arc::clone(self), job, to };
        let spawned = thread::Builder::new().name("webhook".to_owned()).spawn(move || {
            let post = mine;
            if let Err(error) = post.worker.engine.run_job(post.job, now) {
                tracing::error!(%error, "how a webhook went could not be written down; it is posted again");
            }
        });
        if let Err(error) = spawned {
            tracing::error!(%error, "no thread for a webhook; it is tried again");
        }
        Ok(())
    }

    /// Can the clock be moved ahead by `seconds` more?
    pub fn can_advance(&self, seconds: Seconds) -> bool {
        self.clock.reaches(self.clock.now().after(seconds))
    }

    /// Moves the clock ahead by `seconds`, stopping at each instant at which something is due and doing it then.
    /// Webhooks due on the way are waited for, for a while.
    ///
    /// # Errors
    /// When the store fails or the clock cannot be moved that far; what was done stays done.
    pub fn advance(self: &Arc<Self>, seconds: Seconds) -> Result<Time, Box<dyn Error + Send + Sync>> {
        let _one = held(&self.moving);
        let target = self.clock.now().after(seconds);
        let end = Instant::now().checked_add(PATIENCE);
        let in_time = || end.is_some_and(|end| Instant::now() < end);
        loop {
            while self.round(self.clock.now())? > 0 && in_time() {
                thread::sleep(SHORT_REST);
            }
            match self.engine.next_due()? {
                Some(due) if due <= target && in_time() => {
                    if due <= self.clock.now() {
                        // A job whose object is in use: it is tried again.
                        thread::sleep(SHORT_REST);
                    }
                    self.clock.advance_to(due)?;
                }
                Some(_) | None => break,
            }
        }
        self.clock.advance_to(target)?;
        while self.round(self.clock.now())? > 0 && in_time() {
            thread::sleep(SHORT_REST);
        }
        Ok(self.clock.now())
    }
}

/// A webhook on its way; when it is dropped, even by a panic, its place is free again.
struct Post {
    worker: Arc<Worker>,
    job: JobKey,
    to: ObjectId,
}

impl Drop for Post {
    fn drop(&mut self) {
        {
            let mut way = held(&self.worker.on_the_way);
            way.jobs.remove(&self.job);
            let left = way.to.remove(&self.to).unwrap_or(0).saturating_sub(1);
            if left > 0 {
                way.to.insert(self.to, left);
            }
        }
        self.worker.ring();
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

    /// A network whose background captures make the engine panic, a few times.
    struct Explosive(SimulatedAcquirer, AtomicUsize);

    impl Acquirer for Explosive {
        fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
            let left = || self.1.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            assert!(!matches!(ask, Ask::CaptureAll { .. }) || left().is_err(), "on purpose");
            self.0.ask(reference, ask)
        }
    }

    /// A job that panics is tried again, and the worker goes on.
    #[test]
    fn a_panic_ends_one_round_only() {
        let clock = Arc::new(MovableClock::forgetful());
        let acquirer = Arc::new(Explosive(SimulatedAcquirer::default(), AtomicUsize::new(2)));
        let parts = EngineParts { acquirer, clock: clock.clone(), ..EngineParts::in_memory(Time::default()) };
        let engine = Arc::new(Engine::open(parts).unwrap());
        engine.add_account(Account::standard(AccountId(1))).unwrap();
        let pay = [
            ("amount", "1000"),
            ("currency", "usd"),
            ("confirm", "true"),
            ("payment_method", "pm_card_visa"),
            ("capture_method", "automatic_async"),
        ];
        let pay = read::command(read::Verb::Post, "/v1/payment_intents", &read::form(pay));
        let made = engine.execute(Request::new(AccountId(1), pay));
        let charge = made.object().and_then(Object::as_payment_intent).and_then(|intent| intent.latest_charge).unwrap();
        clock.advance_to(clock.now().after(3_600)).unwrap();
        let worker = Arc::new(Worker::new(Arc::clone(&engine), clock));
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
            assert!(Instant::now() < end && !working.is_finished(), "the worker is gone");
            thread::sleep(SHORT_REST);
        }
        worker.stop();
        working.join().unwrap();
        assert!(engine.store().open_asks().unwrap().is_empty(), "asked again under the same reference");
    }
}
