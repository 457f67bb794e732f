//! P22, ERR-27: money is conserved, and becomes available once.

use crate::settlement::{entries, funds, settlement};
use crate::test_helpers::{CONNECTED, MERCHANT, MULTI, START, TestEngine};
use holdfast_engine::command::{JobKey, JobKind};
use holdfast_engine::edge::read;
use holdfast_engine::objects::{BalanceTransaction, Funds, MovementKind, Settlement};
use holdfast_engine::store::{Batch, Durability, SqliteStore};
use holdfast_engine::{BalanceTransactionId, Currency, CustomerId, Dialect, Money, Object, reconcile};
use std::sync::{Arc, Barrier};

const DAY: u64 = 86_400;
const DELAY: u64 = 2 * DAY;

/// Nothing becomes available twice: neither by a job that runs again, nor early, nor by a second commit.
#[test]
fn nothing_becomes_available_twice() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let pi = w.paid(1000, "");
        let id: BalanceTransactionId = w.charge(&pi).text("balance_transaction").parse().unwrap();
        let job = JobKey::new(JobKind::Settle, id);
        let again = |now| w.engine.run_job(job, now).unwrap();
        again(START);
        assert_eq!(funds(&w, MERCHANT), (0, 941), "{name}: too early");
        w.advance(DELAY);
        let now = w.engine.now();
        let batch = Batch { schedule: vec![(job, now)], ..Batch::default() };
        w.engine.store().commit(batch).unwrap();
        w.notified();
        w.advance(0);
        again(now);
        assert_eq!((funds(&w, MERCHANT), w.notified()), ((941, 0), String::new()), "{name}");
        let Object::BalanceTransaction(entry) = w.engine.observe(id).unwrap().unwrap() else { unreachable!() };
        let both = vec![Object::from(entry.clone()), Object::from(entry)];
        w.engine.store().commit(Batch { objects: both, ..Batch::default() }).unwrap();
        assert_eq!(funds(&w, MERCHANT), (941, 0), "{name}: an entry counts once");
        w.reconciled();
    }
}

/// A store moves a balance exactly as its entries change, also if a batch has several states of one entry.
#[test]
fn stores_move_balances_alike() {
    for (name, store) in TestEngine::stores() {
        let w = TestEngine::on(store, Dialect::default());
        let entry = |id: u64, amount: i64, fee: u64, is_available: bool| BalanceTransaction {
            id: BalanceTransactionId(id),
            account: MERCHANT,
            created: START,
            amount,
            fee: Money::new(fee),
            currency: Currency::Usd,
            kind: MovementKind::Charge,
            source: CustomerId(77).into(),
            available_on: START.after(9),
            is_available,
        };
        let put = |all: &[BalanceTransaction]| {
            let objects = all.iter().cloned().map(Object::from).collect();
            w.engine.store().commit(Batch { objects, ..Batch::default() })
        };
        put(&[entry(1, 500, 20, false), entry(2, -70, 0, false)]).unwrap();
        assert_eq!(funds(&w, MERCHANT), (0, 410), "{name}");
        put(&[entry(1, 500, 20, true)]).unwrap();
        assert_eq!(funds(&w, MERCHANT), (480, -70), "{name}");
        put(&[entry(3, 10, 1, false), entry(3, 10, 1, true), entry(1, 500, 20, true)]).unwrap();
        assert_eq!(funds(&w, MERCHANT), (489, -70), "{name}");
        let large = put(&[entry(4, i64::MIN, 1, false)]).unwrap_err().to_string();
        assert!(large.contains("out of range"), "{name}: {large}");
        let spread = [entry(5, i64::MAX - 489, 0, true), entry(6, 71, 0, false)];
        let large = put(&spread).unwrap_err().to_string();
        assert!(large.contains("out of range"), "{name}: {large}");
        assert_eq!(funds(&w, MERCHANT), (489, -70), "{name}: nothing of a refused batch stays");
        let all = w.engine.store().balances(MERCHANT).unwrap();
        assert_eq!(all, [(Currency::Usd, Funds { available: 489, pending: -70 })], "{name}");
        assert_eq!(w.engine.store().balances(CONNECTED).unwrap(), [], "{name}");
    }
}

/// Small pseudo-random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// The sums that the payments of a run took in and paid out, by the answers alone.
#[derive(Default)]
struct Books {
    captured: i128,
    refunded: i128,
    fees: i128,
    payments: Vec<String>,
}

/// Takes one step of a random run.
fn step(w: &TestEngine, dice: &mut Dice, books: &mut Books, settings: Settlement) {
    let amount = i64::try_from(50 + dice.roll(5_000)).unwrap();
    let pay = format!("amount={amount} currency=usd confirm=true");
    let share = match dice.roll(3) {
        0 => format!("transfer_data[destination]={CONNECTED} application_fee_amount={}", amount / 10),
        1 => format!("transfer_data[destination]={CONNECTED} transfer_data[amount]={}", amount / 3),
        _ => String::new(),
    };
    let method = ["pm_card_visa", "pm_card_bypassPending", "pm_card_amex"][usize::try_from(dice.roll(3)).unwrap()];
    let some = |books: &Books, dice: &mut Dice| {
        let count = u64::try_from(books.payments.len()).unwrap();
        (count > 0).then(|| books.payments[usize::try_from(dice.roll(count)).unwrap()].clone())
    };
    match dice.roll(6) {
        0 | 1 => {
            let params = format!("{pay} capture_method=automatic payment_method={method} {share}");
            books.payments.push(w.post("payment_intents", &params).is("status=succeeded").id());
            books.captured += i128::from(amount);
            books.fees += i128::from(fee(settings, amount));
        }
        2 => {
            let pi =
                w.post("payment_intents", &format!("{pay} capture_method=manual payment_method={method} {MULTI}")).id();
            let first = amount / 2;
            w.post(&format!("payment_intents/{pi}/capture"), &format!("amount_to_capture={first} final_capture=false"))
                .is("status=requires_capture");
            w.advance(dice.roll(DAY));
            w.post(&format!("payment_intents/{pi}/capture"), "").is("status=succeeded");
            books.captured += i128::from(amount);
            books.fees += i128::from(fee(settings, first) + fee(settings, amount - first));
            books.payments.push(pi);
        }
        3 => {
            let Some(pi) = some(books, dice) else { return };
            let back = if share.is_empty() { "" } else { "reverse_transfer=true" };
            let refund = w.post("refunds", &format!("payment_intent={pi} amount={} {back}", 1 + dice.roll(400)));
            if refund.status == 200 {
                books.refunded += i128::from(refund.body["amount"].as_i64().unwrap());
            }
        }
        4 => {
            let sent = w.post("transfers", &format!("amount={amount} currency=usd destination={CONNECTED}"));
            assert!(sent.status == 200 || sent.text("error.code") == "balance_insufficient", "{}", sent.body);
        }
        _ => w.advance(dice.roll(2 * DAY)),
    }
}

/// The fee by arithmetic of its own: rounded half up.
fn fee(settings: Settlement, amount: i64) -> i64 {
    let fixed = i64::try_from(settings.fee_fixed.minor()).unwrap();
    (amount * i64::from(settings.fee_basis_points) + 5_000) / 10_000 + fixed
}

/// Over random histories: what came in, less what went back and the fees, is in the balances; each balance is the sum of
/// the nets by status; and in the end everything is available.
#[test]
fn money_is_conserved() {
    let settings = [Settlement::STANDARD, settlement(0, 0, DAY), settlement(333, 1, 3_600), settlement(290, 30, 0)];
    for seed in 0..24 {
        let settings = settings[usize::try_from(seed % 4).unwrap()];
        for (name, store) in TestEngine::stores() {
            let w = TestEngine::on(store, Dialect::default()).settling(settings);
            let (mut dice, mut books) = (Dice(seed), Books::default());
            for _ in 0..40 {
                step(&w, &mut dice, &mut books, settings);
                conserved(&w, &books, &format!("seed {seed}, {name}"));
            }
            w.advance(DELAY);
            let pending = [MERCHANT, CONNECTED].map(|account| funds(&w, account).1);
            assert_eq!(pending, [0, 0], "seed {seed}, {name}");
            conserved(&w, &books, &format!("seed {seed}, {name}, at the end"));
        }
    }
}

#[track_caller]
fn conserved(w: &TestEngine, books: &Books, run: &str) {
    let mut total = 0_i128;
    for account in [MERCHANT, CONNECTED] {
        let (available, pending) = funds(w, account);
        let sum = |wanted: &str| {
            let of = entries(w, account);
            of.iter().filter(|(.., status)| *status == wanted).map(|(_, net, _)| net).sum::<i64>()
        };
        assert_eq!((available, pending), (sum("available"), sum("pending")), "{run}");
        total += i128::from(available) + i128::from(pending);
    }
    assert_eq!(total, books.captured - books.refunded - books.fees, "{run}");
    let verdict = reconcile(w.engine.store(), &w.acquirer.positions()).unwrap();
    assert!(verdict.is_ok(), "{run}: {verdict:?}");
}

/// ERR-27: transfers at the same time take no more than what is available.
#[test]
fn transfers_together_stay_within_the_balance() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..10 {
        // A commit to a disk leaves time for another decision.
        let file = folder.path().join(format!("{round}.db"));
        let w = TestEngine::on(Arc::new(SqliteStore::open(&file, Durability::Full).unwrap()), Dialect::default());
        w.paid(1000, "payment_method=pm_card_bypassPending");
        let form = format!("amount=600 currency=usd destination={CONNECTED}");
        let request = |_| w.request(read::Verb::Post, "transfers", &form, None, None);
        let requests: Vec<_> = (0..4).map(request).collect();
        let (engine, together) = (&w.engine, &Barrier::new(4));
        let done = std::thread::scope(|scope| {
            let start = |request| {
                scope.spawn(move || {
                    together.wait();
                    engine.execute(request).status()
                })
            };
            let all: Vec<_> = requests.into_iter().map(start).collect();
            all.into_iter().map(|thread| thread.join().unwrap()).filter(|status| *status == 200).count()
        });
        assert_eq!((done, funds(&w, MERCHANT)), (1, (341, 0)), "round {round}");
    }
}
