//! Races between threads (R4, R6, R11, R14, I17, IDEM-7): never more than the hold, one response for a key, no endless wait.

use crate::test_helpers::{CONNECTED, MERCHANT, TestEngine};
use holdfast_engine::acquirer::{Acquirer, Answer, Ask, NoAnswer, Reference, SimulatedAcquirer};
use holdfast_engine::command::{CapturePaymentIntent, Command, CreateRefund};
use holdfast_engine::objects::{Account, IntentStatus};
use holdfast_engine::{Currency, Engine, EngineParts, Money, PaymentIntentId, Request};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

const ROUNDS: usize = 3_000;
const DEADLINE: u64 = 604_800;

fn capture(intent: PaymentIntentId, amount: i64, last: bool) -> Command {
    let capture = CapturePaymentIntent::new(intent);
    Command::CapturePaymentIntent(CapturePaymentIntent { amount: Some(amount), final_capture: Some(last), ..capture })
}

fn refund(intent: PaymentIntentId, amount: i64) -> Command {
    Command::CreateRefund(CreateRefund { intent: Some(intent), amount: Some(amount), ..CreateRefund::default() })
}

fn succeeds(engine: &Engine, command: Command) -> bool {
    engine.execute(Request::new(MERCHANT, command)).status() == 200
}

/// R6, R11, R14, I1, I2, I17: captures, refunds, cancellation and expiry race on thousands of payments.
#[test]
fn races_never_exceed_the_hold() {
    let w = TestEngine::new();
    let intents: Vec<PaymentIntentId> = (0..ROUNDS).map(|_| w.multi(1000, "").parse().unwrap()).collect();
    let captured: Vec<AtomicU64> = (0..ROUNDS).map(|_| AtomicU64::new(0)).collect();
    let refunded: Vec<AtomicU64> = (0..ROUNDS).map(|_| AtomicU64::new(0)).collect();
    let barrier = Barrier::new(4);
    let engine = &w.engine;
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let (intents, captured, refunded, barrier) = (&intents, &captured, &refunded, &barrier);
            threads.spawn(move || {
                for (round, intent) in intents.iter().enumerate() {
                    // All threads meet at each payment, so that each is contended.
                    barrier.wait();
                    for _ in 0..2 {
                        let cancels = thread == 3 && round % 3 == 0;
                        if cancels {
                            let cancel = Command::CancelPaymentIntent { intent: *intent, reason: None };
                            succeeds(engine, cancel);
                        } else if thread == 2 {
                            if succeeds(engine, refund(*intent, 250)) {
                                refunded[round].fetch_add(250, Ordering::SeqCst);
                            }
                        } else if succeeds(engine, capture(*intent, 400, round % 5 == 0)) {
                            captured[round].fetch_add(400, Ordering::SeqCst);
                        }
                    }
                }
            });
        }
    });
    for (round, id) in intents.iter().enumerate() {
        let object = engine.observe(*id).unwrap().unwrap();
        let intent = object.as_payment_intent().unwrap();
        assert_eq!(intent.received, Money::new(captured[round].load(Ordering::SeqCst)), "{id}");
        assert!(intent.received <= intent.amount);
        let charge = engine.observe(intent.latest_charge.unwrap()).unwrap().unwrap();
        let charge = charge.as_charge().unwrap();
        assert_eq!(charge.refunded, Money::new(refunded[round].load(Ordering::SeqCst)));
        assert!(charge.refunded <= charge.captured);
    }
    w.reconciled();
}

/// R11, I17: capture and the expiry job at the very deadline: exactly one wins.
#[test]
fn capture_races_expiry() {
    for round in 0..1_000 {
        let w = TestEngine::new();
        let intent: PaymentIntentId = w.multi(1000, "").parse().unwrap();
        w.clock.advance(DEADLINE - 1);
        let late = w.engine.now().after(2);
        let (captures, engine) = (AtomicU64::new(0), &w.engine);
        let barrier = Barrier::new(2);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                barrier.wait();
                captures.fetch_add(u64::from(succeeds(engine, capture(intent, 1000, true))), Ordering::SeqCst);
            });
            threads.spawn(|| {
                barrier.wait();
                engine.run_due(late).unwrap();
            });
        });
        engine.run_due(late).unwrap();
        let object = engine.observe(intent).unwrap().unwrap();
        let found = object.as_payment_intent().unwrap();
        let expected =
            if captures.load(Ordering::SeqCst) == 1 { IntentStatus::Succeeded } else { IntentStatus::Canceled };
        assert_eq!(found.status, expected, "round {round}");
        w.reconciled();
    }
}

/// IDEM-3, IDEM-7, I13: many threads with one key: one effect; each gets that answer or the refusal that the key is in use.
#[test]
fn one_key_on_many_threads() {
    let w = TestEngine::new();
    let intent: PaymentIntentId = w.multi(10_000, "").parse().unwrap();
    for round in 0..200 {
        let key = format!("key-{round}");
        let statuses: Vec<u16> = std::thread::scope(|threads| {
            let send = || {
                let request = Request::new(MERCHANT, capture(intent, 10, false)).with_key(&key);
                w.engine.execute(request).status()
            };
            let running: Vec<_> = (0..4).map(|_| threads.spawn(send)).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let expected = if round < 50 { 200 } else { 400 };
        assert!(statuses.iter().all(|status| [expected, 409].contains(status)), "{statuses:?}");
        assert!(statuses.contains(&expected));
    }
    let object = w.engine.observe(intent).unwrap().unwrap();
    assert_eq!(object.as_payment_intent().unwrap().received, Money::new(500));
    w.reconciled();
}

/// R6, REF-9: refunds of different payments that take from one connected account never take more than it has,
/// whichever way they name their payment.
#[test]
fn refunds_together_stay_within_a_connected_balance() {
    let w = TestEngine::new();
    let poor = Account { overdraft: Some(Money::ZERO), ..Account::connected(CONNECTED, MERCHANT) };
    w.engine.add_account(poor).unwrap();
    for round in 0..1_000 {
        let pay = || w.paid(1000, &format!("application_fee_amount=500 transfer_data[destination]={CONNECTED}"));
        let intents: Vec<PaymentIntentId> = (0..2).map(|_| pay().parse().unwrap()).collect();
        let start = Barrier::new(2);
        let done: usize = std::thread::scope(|threads| {
            let refund = |intent: &PaymentIntentId| {
                let request = CreateRefund { intent: Some(*intent), reverse_transfer: true, ..CreateRefund::default() };
                start.wait();
                usize::from(succeeds(&w.engine, Command::CreateRefund(request)))
            };
            let running: Vec<_> = intents.iter().map(|intent| threads.spawn(move || refund(intent))).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        let balance = w.engine.store().balance(CONNECTED, Currency::Usd).unwrap().total();
        assert_eq!((done, balance), (1, 0), "round {round}");
    }
    w.reconciled();
}

/// A network that answers a capture when the test lets it.
struct Held {
    inner: Arc<SimulatedAcquirer>,
    asked: Sender<()>,
    may_answer: Mutex<Receiver<()>>,
}

impl Acquirer for Held {
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer> {
        if matches!(ask, Ask::Capture { .. }) {
            self.asked.send(()).unwrap();
            self.may_answer.lock().unwrap().recv().unwrap();
        }
        self.inner.ask(reference, ask)
    }
}

/// R4: a request that waits too long for an object gets `lock_timeout`; a request for another object does not wait.
#[test]
fn contention_answers_lock_timeout() {
    let mut w = TestEngine::new();
    let ((asked, is_asked), (answers, may_answer)) = (channel(), channel());
    let parts = EngineParts {
        acquirer: Arc::new(Held { inner: w.acquirer.clone(), asked, may_answer: Mutex::new(may_answer) }),
        lock_wait: Duration::from_millis(50),
        ..EngineParts::in_memory(crate::test_helpers::START)
    };
    w.engine = Engine::open(parts).unwrap();
    w.engine.add_account(Account::standard(MERCHANT)).unwrap();
    let busy: PaymentIntentId = w.multi(1000, "").parse().unwrap();
    let free: PaymentIntentId = w.multi(1000, "").parse().unwrap();
    let engine = &w.engine;
    std::thread::scope(|threads| {
        // Dropped with this closure, so that a failure below does not leave the capture waiting.
        let answers = answers;
        threads.spawn(|| assert!(succeeds(engine, capture(busy, 100, false))));
        is_asked.recv_timeout(Duration::from_secs(60)).unwrap();
        let cancel = |intent| Request::new(MERCHANT, Command::CancelPaymentIntent { intent, reason: None });
        let answer = engine.execute(cancel(busy));
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.refusal().unwrap().reason.row().code, Some("lock_timeout"));
        // The capture is still held when this one is answered.
        assert_eq!(engine.execute(cancel(free)).status(), 200);
        answers.send(()).unwrap();
    });
    assert!(succeeds(engine, Command::CancelPaymentIntent { intent: busy, reason: None }));
}
