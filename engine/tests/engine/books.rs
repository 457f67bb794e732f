//! Reconciliation finds and names each kind of difference.

use crate::test_helpers::{CONNECTED, MERCHANT, START, TestEngine};
use holdfast_engine::acquirer::{Position, Reference};
use holdfast_engine::objects::{BalanceTransaction, MovementKind, RefundStatus};
use holdfast_engine::store::{Batch, Durability, SqliteStore};
use holdfast_engine::{
    BalanceTransactionId, ChargeId, Currency, CustomerId, Dialect, Kind, Money, Object, ObjectId, reconcile,
};
use std::sync::Arc;

/// Payments of every sort: one shared and partly refunded, one held, one taken by a debit, one with a failed refund.
fn history(w: &TestEngine) {
    let shared = w.paid(1000, &format!("application_fee_amount=100 transfer_data[destination]={CONNECTED}"));
    let back = "amount=400 refund_application_fee=true reverse_transfer=true";
    w.post("refunds", &format!("payment_intent={shared} {back}")).is("status=succeeded");
    w.multi(1000, "");
    let debit = "amount=700 currency=usd confirm=true payment_method=pm_usBankAccount_success";
    w.post("payment_intents", debit).is("status=processing");
    let failing = w.paid(300, "payment_method=pm_card_refundFail");
    w.post("refunds", &format!("payment_intent={failing}")).is("status=succeeded");
    w.advance(300_000);
    w.reconciled();
}

/// The first object of a kind.
fn first(w: &TestEngine, kind: Kind) -> Object {
    let mut found = Vec::new();
    w.engine.store().each(kind, &mut |object| found.push(object)).unwrap();
    found.swap_remove(0)
}

fn plus_one(amount: &mut Money) {
    *amount = Money::new(amount.minor() + 1);
}

/// A kind of object, and the change of its first object.
type Spoil = (Kind, fn(&mut Object));

/// Gives `change` the object behind a kind of [`Object`], as its own copy.
macro_rules! of {
    ($kind:ident, |$object:ident| $change:expr) => {
        (Kind::$kind, |object: &mut Object| {
            if let Object::$kind(shared) = object {
                let $object = Arc::make_mut(shared);
                $change;
            }
        })
    };
}

/// I1, I2, I3, I17: every amount of every object is compared with something that can disagree.
#[test]
fn every_spoiled_object_is_found() {
    let rows: Vec<(&str, Spoil)> = vec![
        ("received by the intent", of!(PaymentIntent, |intent| plus_one(&mut intent.received))),
        ("capturable at the end", of!(PaymentIntent, |intent| plus_one(&mut intent.capturable))),
        ("not its intent's latest charge", of!(PaymentIntent, |intent| intent.latest_charge = Some(ChargeId(9)))),
        ("not its intent's latest charge", of!(PaymentIntent, |intent| intent.latest_charge = None)),
        ("refunded by the charge and by its refunds", of!(Charge, |charge| plus_one(&mut charge.refunded))),
        ("moved (Charge)", of!(Charge, |charge| charge.captured = Money::new(999))),
        ("captured + released", of!(Charge, |charge| plus_one(&mut charge.released))),
        ("authorized here and at the acquirer", of!(Charge, |charge| plus_one(&mut charge.amount))),
        ("the acquirer does not know its hold", of!(Charge, |charge| charge.hold = Reference(9))),
        ("leaves the range", of!(Charge, |charge| charge.released = Money::new(u64::MAX))),
        ("leaves the range", of!(Transfer, |transfer| transfer.amount = Money::new(u64::MAX))),
        ("leaves the range", of!(PaymentIntent, |intent| intent.capturable = Money::new(u64::MAX))),
        ("violates an invariant", of!(Charge, |charge| charge.captures = 0)),
        ("moved (Refund)", of!(Refund, |refund| plus_one(&mut refund.amount))),
        ("moved (RefundFailure)", of!(Refund, |refund| refund.status = RefundStatus::Failed)),
        ("moved (Transfer)", of!(Transfer, |transfer| plus_one(&mut transfer.amount))),
        ("returned by its own count", of!(Transfer, |transfer| plus_one(&mut transfer.reversed))),
        ("moved (TransferRefund)", of!(Reversal, |reversal| plus_one(&mut reversal.amount))),
        ("moved (ApplicationFee)", of!(ApplicationFee, |fee| plus_one(&mut fee.amount))),
        ("returned by its own count", of!(ApplicationFee, |fee| plus_one(&mut fee.refunded))),
        ("moved (ApplicationFeeRefund)", of!(FeeRefund, |refund| plus_one(&mut refund.amount))),
        ("moved (Charge)", of!(BalanceTransaction, |entry| entry.amount += 1)),
        ("moved (Charge)", of!(BalanceTransaction, |entry| entry.source = CustomerId(9).into())),
    ];
    for (expected, (kind, spoil)) in rows {
        let w = TestEngine::new();
        history(&w);
        let mut object = first(&w, kind);
        spoil(&mut object);
        w.engine.store().commit(Batch { objects: vec![object], ..Batch::default() }).unwrap();
        let difference = reconcile(w.engine.store(), &w.acquirer.positions()).unwrap().unwrap_err().to_string();
        assert!(difference.contains(expected), "{expected}: {difference}");
    }
}

/// I17: the acquirer's side is compared too, in both directions and to the last unit.
#[test]
fn every_difference_at_the_acquirer_is_found() {
    let w = TestEngine::new();
    history(&w);
    let positions = w.acquirer.positions();
    let spoiled = |spoil: fn(&mut Vec<(Reference, Position)>)| {
        let mut positions = positions.clone();
        spoil(&mut positions);
        reconcile(w.engine.store(), &positions).unwrap().unwrap_err().to_string()
    };
    let rows = [
        ("no charge knows of", spoiled(|positions| positions.push((Reference(9), positions[0].1)))),
        ("does not know its hold", spoiled(|positions| positions.clear())),
        ("authorized here and", spoiled(|positions| plus_one(&mut positions[0].1.amount))),
        ("captured here and", spoiled(|positions| plus_one(&mut positions[0].1.captured))),
        ("released here and", spoiled(|positions| plus_one(&mut positions[0].1.released))),
        ("refunded here and", spoiled(|positions| plus_one(&mut positions[0].1.refunded))),
    ];
    for (expected, difference) in rows {
        assert!(difference.contains(expected), "{expected}: {difference}");
    }
}

/// A ledger entry that nothing explains, and a kept balance that is not the sum of the entries.
#[test]
fn every_unexplained_balance_is_found() {
    let w = TestEngine::new();
    history(&w);
    let source: ObjectId = first(&w, Kind::Charge).id();
    let (id, account, created) = (BalanceTransactionId(9), CONNECTED, START);
    let (amount, currency, kind) = (5, Currency::Usd, MovementKind::Transfer);
    let entry = BalanceTransaction {
        id,
        account,
        created,
        amount,
        fee: Money::ZERO,
        currency,
        kind,
        source,
        available_on: created,
        is_available: true,
    };
    w.engine.store().commit(Batch { objects: vec![entry.clone().into()], ..Batch::default() }).unwrap();
    let difference = reconcile(w.engine.store(), &w.acquirer.positions()).unwrap().unwrap_err();
    assert!(difference.what.contains("knows nothing of that"), "{difference}");
    let entry = BalanceTransaction { id: BalanceTransactionId(10), account: MERCHANT, amount: i64::MAX, ..entry };
    w.engine.store().commit(Batch { objects: vec![entry.clone().into()], ..Batch::default() }).unwrap_err();
    let entry = BalanceTransaction { currency: Currency::Eur, ..entry };
    w.engine.store().commit(Batch { objects: vec![entry.clone().into()], ..Batch::default() }).unwrap();
    let difference = reconcile(w.engine.store(), &w.acquirer.positions()).unwrap().unwrap_err();
    assert!(difference.what.contains("leave the range"), "{difference}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let w = TestEngine::on(Arc::new(SqliteStore::open(&path, Durability::Full).unwrap()), Dialect::default());
    history(&w);
    w.paid(1000, "");
    let rows = [
        ("UPDATE balances SET available = available + 1", "balance kept and ledger added up"),
        (
            "UPDATE balances SET available = available - 2, pending = pending + 1",
            "available balance kept and ledger added up",
        ),
        (
            "UPDATE balances SET available = available + 1, pending = pending - 1; DELETE FROM jobs WHERE kind = 7",
            "no job makes it available",
        ),
        ("DELETE FROM charges WHERE id NOT IN (SELECT parent FROM refunds)", "its charge is missing"),
    ];
    for (sql, expected) in rows {
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let difference = reconcile(w.engine.store(), &w.acquirer.positions()).unwrap().unwrap_err();
        assert!(difference.what.contains(expected), "{difference}");
    }
}

/// Reconciling reads every page, also of files too large to be read when they are opened, and every belonging.
#[test]
fn damage_is_found_in_large_files_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let open = || Arc::new(SqliteStore::open(&path, Durability::Full).unwrap());
    let w = TestEngine::on(open(), Dialect::default());
    history(&w);
    let acquirer = w.acquirer.clone();
    drop(w);
    let raw = || rusqlite::Connection::open(&path).unwrap();
    raw().execute_batch("CREATE TABLE filler AS SELECT zeroblob(17000000) AS bytes; VACUUM").unwrap();
    let whole = std::fs::read(&path).unwrap();
    reconcile(&*open(), &acquirer.positions()).unwrap().unwrap();

    let root: usize = raw()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'charges_of_intent'", [], |row| row.get(0))
        .unwrap();
    let mut broken = whole.clone();
    broken[(root - 1) * 4096..root * 4096].fill(0xAA);
    std::fs::write(&path, &broken).unwrap();
    let error = reconcile(&*open(), &acquirer.positions()).unwrap_err().to_string();
    assert!(error.contains("the file is damaged"), "{error}");

    std::fs::write(&path, &whole).unwrap();
    raw().execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM payment_intents").unwrap();
    let error = reconcile(&*open(), &acquirer.positions()).unwrap_err().to_string();
    assert!(error.contains("lost what it belongs to"), "{error}");
}
