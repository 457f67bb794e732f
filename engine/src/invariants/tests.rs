use super::*;
use crate::ids::{
    AccountId, BalanceTransactionId, ChargeId, PaymentIntentId, PaymentMethodId, Reference, RefundId, ReversalId,
    TransferId,
};
use crate::money::{Currency, Money};
use crate::objects::{
    BalanceTransaction, CaptureMethod, ConfirmationMethod, FeeRefund, MethodTypes, MovementKind, RefundStatus, Reversal,
};
use crate::test_methods::TestMethod;
use crate::time::Time;
use crate::{ApplicationFeeId, FeeRefundId};

const NOW: Time = Time::new(1_800_000_000);

fn money(minor: u64) -> Money {
    Money::new(minor)
}

/// Returns an intent of 1000 of which 400 were captured and 600 are still held.
pub(crate) fn intent() -> PaymentIntent {
    PaymentIntent {
        id: PaymentIntentId(2),
        account: AccountId(1),
        created: NOW,
        secret: 0,
        amount: money(1000),
        currency: Currency::Usd,
        status: IntentStatus::RequiresCapture,
        capture_method: CaptureMethod::Manual,
        card_capture_manual: false,
        request_multicapture: true,
        confirmation_method: ConfirmationMethod::Automatic,
        capturable: money(600),
        received: money(400),
        method: Some(PaymentMethodId(4)),
        automatic_methods: None,
        method_types: MethodTypes::ALL,
        customer: None,
        latest_charge: Some(ChargeId(3)),
        last_error: None,
        next_action: None,
        authenticated: false,
        off_session: false,
        setup_future_usage: None,
        application_fee_amount: None,
        transfer_data: None,
        canceled_at: None,
        cancellation_reason: None,
        confirmations: 1,
        session: None,
        cancelable_until: None,
        texts: None,
    }
}

/// Returns the charge of [`intent`]: 400 captured, 100 of them refunded, 600 still held.
pub(crate) fn charge() -> Charge {
    Charge {
        id: ChargeId(3),
        account: AccountId(1),
        intent: PaymentIntentId(2),
        created: NOW,
        amount: money(1000),
        currency: Currency::Usd,
        status: ChargeStatus::Succeeded,
        hold: Reference(5),
        method: PaymentMethodId(4),
        test_method: TestMethod::Visa,
        customer: None,
        captured: money(400),
        released: Money::ZERO,
        refunded: money(100),
        closed: false,
        multicapture: true,
        manual: true,
        captures: 1,
        capture_before: None,
        balance_transaction: Some(BalanceTransactionId(6)),
        available_on: Some(NOW),
        awaits_ledger: false,
        ledger_due: None,
        application_fee_amount: None,
        transfer_amount: None,
        destination: None,
        fees: Vec::new(),
        transfers: Vec::new(),
        sent: Vec::new(),
        fee_required: false,
        transfer_amount_required: false,
        fee_refunded_by_hand: false,
        transfer_reversed_by_hand: false,
        decline: None,
        texts: None,
    }
}

/// Returns a refund of 100 of [`charge`].
pub(crate) fn refund() -> Refund {
    Refund {
        id: RefundId(7),
        account: AccountId(1),
        charge: ChargeId(3),
        intent: PaymentIntentId(2),
        created: NOW,
        amount: money(100),
        currency: Currency::Usd,
        status: RefundStatus::Succeeded,
        reason: None,
        failure: None,
        pending: None,
        reference: Some(Reference(8)),
        network_reference: true,
        balance_transaction: Some(BalanceTransactionId(9)),
        failure_balance_transaction: None,
        transfer_reversal: None,
        texts: None,
    }
}

fn transfer(amount: u64, reversed: u64) -> Transfer {
    Transfer {
        id: TransferId(10),
        account: AccountId(1),
        created: NOW,
        amount: money(amount),
        reversed: money(reversed),
        currency: Currency::Usd,
        destination: AccountId(2),
        charge: None,
        balance_transaction: BalanceTransactionId(11),
        texts: None,
    }
}

fn fee(amount: u64, refunded: u64) -> ApplicationFee {
    ApplicationFee {
        id: ApplicationFeeId(12),
        account: AccountId(1),
        payer: AccountId(2),
        created: NOW,
        amount: money(amount),
        refunded: money(refunded),
        currency: Currency::Usd,
        charge: ChargeId(3),
        balance_transaction: BalanceTransactionId(13),
    }
}

fn reversal(amount: u64) -> Reversal {
    let (balance_transaction, currency, texts) = (BalanceTransactionId(15), Currency::Usd, None);
    let (id, transfer, refund) = (ReversalId(14), TransferId(10), None);
    let (account, created, amount) = (AccountId(1), NOW, money(amount));
    Reversal { id, account, transfer, created, amount, currency, refund, balance_transaction, texts }
}

fn fee_refund(amount: u64) -> FeeRefund {
    let (balance_transaction, currency, texts) = (BalanceTransactionId(17), Currency::Usd, None);
    let (id, fee) = (FeeRefundId(16), ApplicationFeeId(12));
    let (account, created, amount) = (AccountId(1), NOW, money(amount));
    FeeRefund { id, account, fee, created, amount, currency, balance_transaction, texts }
}

pub(crate) fn entry(amount: i64) -> BalanceTransaction {
    let (id, account, created) = (BalanceTransactionId(6), AccountId(1), NOW);
    let (kind, source) = (MovementKind::Charge, ChargeId(3).into());
    BalanceTransaction {
        id,
        account,
        created,
        amount,
        fee: Money::ZERO,
        currency: Currency::Usd,
        kind,
        source,
        available_on: created,
        is_available: true,
    }
}

fn pending(amount: i64) -> BalanceTransaction {
    BalanceTransaction { available_on: NOW.after(1), is_available: false, ..entry(amount) }
}

fn edited<T>(mut object: T, edit: impl FnOnce(&mut T)) -> T {
    edit(&mut object);
    object
}

#[test]
fn well_formed_records_pass() {
    assert_eq!(change(&pending(5).into(), &pending(5).settled().into()), Ok(()));
    let all: [Object; 9] = [
        intent().into(),
        charge().into(),
        refund().into(),
        transfer(5, 5).into(),
        fee(5, 0).into(),
        reversal(1).into(),
        fee_refund(1).into(),
        edited(pending(5), |it| it.fee = money(7)).into(),
        entry(-5).into(),
    ];
    for object in &all {
        assert_eq!(record(object), Ok(()), "{object:?}");
        assert_eq!(change(object, object), Ok(()), "{object:?}");
    }
}

#[test]
fn each_invariant_of_a_record_can_fail() {
    let rows: Vec<(Object, Violation)> = vec![
        (edited(intent(), |it| it.received = money(u64::MAX)).into(), "received + capturable is in range"),
        (edited(intent(), |it| it.received = money(401)).into(), "received + capturable <= amount of an intent"),
        (
            edited(intent(), |it| it.capturable = money(599)).into(),
            "received + capturable = amount while an intent requires capture",
        ),
        (edited(intent(), |it| it.latest_charge = None).into(), "an intent that requires capture has a charge"),
        (edited(intent(), |it| it.status = IntentStatus::Succeeded).into(), "nothing is capturable after success"),
        (
            edited(intent(), |it| {
                it.status = IntentStatus::Succeeded;
                (it.received, it.capturable) = (Money::ZERO, Money::ZERO);
            })
            .into(),
            "a succeeded intent has received money",
        ),
        (edited(intent(), |it| it.status = IntentStatus::Canceled).into(), "nothing is capturable after cancellation"),
        (edited(intent(), |it| it.status = IntentStatus::Processing).into(), "an unpaid intent has no money"),
        (edited(charge(), |it| it.released = money(u64::MAX)).into(), "captured + released is in range"),
        (edited(charge(), |it| it.released = money(601)).into(), "captured + released <= amount of a charge"),
        (edited(charge(), |it| it.refunded = money(401)).into(), "refunded <= captured of a charge"),
        (edited(charge(), |it| it.captures = 0).into(), "a charge counts captures exactly if money was captured"),
        (edited(charge(), |it| it.status = ChargeStatus::Failed).into(), "only a succeeded charge has captured money"),
        (edited(charge(), |it| it.closed = true).into(), "captured + released = amount of a closed charge"),
        (edited(refund(), |it| it.amount = Money::ZERO).into(), "a refund has an amount"),
        (
            edited(refund(), |it| it.balance_transaction = None).into(),
            "a refund has a ledger entry exactly if it moved money",
        ),
        (
            edited(refund(), |it| it.status = RefundStatus::Failed).into(),
            "a refund has a returning ledger entry exactly if it is undone",
        ),
        (transfer(5, 6).into(), "reversed <= amount of a transfer"),
        (fee(5, 6).into(), "refunded <= amount of a fee"),
        (reversal(0).into(), "a reversal moves money"),
        (fee_refund(0).into(), "a fee refund moves money"),
        (edited(entry(i64::MIN), |it| it.fee = money(1)).into(), "the net amount of a ledger entry is in range"),
        (
            edited(entry(5), |it| (it.kind, it.fee) = (MovementKind::Transfer, money(1))).into(),
            "only payments of customers bear a fee",
        ),
        (
            edited(entry(5), |it| it.available_on = Time::new(1)).into(),
            "a ledger entry is available when it is made or later",
        ),
        (edited(entry(5), |it| it.is_available = false).into(), "what is available at once is not pending"),
    ];
    for (object, violation) in rows {
        assert_eq!(record(&object), Err(violation), "{object:?}");
    }
}

#[test]
fn each_invariant_of_a_change_can_fail() {
    let ended = || edited(intent(), |it| it.status = IntentStatus::Canceled);
    let closed = || edited(charge(), |it| (it.closed, it.released) = (true, money(600)));
    let undone = || edited(refund(), |it| it.status = RefundStatus::Failed);
    let rows: Vec<(Object, Object, Violation)> = vec![
        (charge().into(), edited(charge(), |it| it.id = ChargeId(4)).into(), "a record keeps its id"),
        (charge().into(), edited(charge(), |it| it.account = AccountId(9)).into(), "a record keeps its account"),
        (
            charge().into(),
            edited(charge(), |it| it.created = NOW.after(1)).into(),
            "a record keeps its time of creation",
        ),
        (ended().into(), intent().into(), "an intent that ended keeps its status"),
        (intent().into(), edited(intent(), |it| it.received = money(399)).into(), "received never falls"),
        (
            intent().into(),
            edited(intent(), |it| it.amount = money(1001)).into(),
            "an intent with an attempt under way keeps its amount",
        ),
        (charge().into(), edited(charge(), |it| it.amount = money(999)).into(), "a charge keeps its amount"),
        (
            charge().into(),
            edited(charge(), |it| it.hold = Reference(6)).into(),
            "a charge keeps its hold and its intent",
        ),
        (charge().into(), edited(charge(), |it| it.captured = money(399)).into(), "captured never falls"),
        (closed().into(), edited(closed(), |it| it.released = money(599)).into(), "released never falls"),
        (charge().into(), edited(charge(), |it| it.captures = 0).into(), "the number of captures never falls"),
        (closed().into(), edited(closed(), |it| it.closed = false).into(), "a closed charge stays closed"),
        (
            closed().into(),
            edited(closed(), |it| it.captured = money(401)).into(),
            "nothing is captured of a closed charge",
        ),
        (refund().into(), edited(refund(), |it| it.amount = money(99)).into(), "a refund keeps its amount"),
        (undone().into(), refund().into(), "an undone refund stays undone"),
        (transfer(5, 3).into(), transfer(5, 2).into(), "a transfer is only reversed"),
        (fee(5, 3).into(), fee(6, 3).into(), "a fee is only refunded"),
        (entry(400).into(), entry(401).into(), "a ledger entry only becomes available, once"),
        (entry(400).into(), pending(400).into(), "a ledger entry only becomes available, once"),
        (pending(400).into(), entry(400).into(), "a ledger entry only becomes available, once"),
    ];
    for (before, after, violation) in rows {
        assert_eq!(change(&before, &after), Err(violation), "{after:?}");
    }
}
