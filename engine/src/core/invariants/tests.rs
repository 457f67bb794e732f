use super::*;
use crate::acquirer::{Answer, Ask};
use crate::command::JobKind;
use crate::dialect::Dialect;
use crate::id_source::SequentialIds;
use crate::ids::{AccountId, BalanceTransactionId, EventId, Reference, TransferId};
use crate::invariants::tests::{charge, entry as ledger_entry, intent, refund};
use crate::money::{Currency, Money};
use crate::objects::{Account, Balances, Event, EventType, Funds, Objects, Previous};
use crate::time::Time;
use crate::version::ApiVersion;
use std::sync::Arc;

const NOW: Time = Time::new(1_800_000_000);

/// The objects that are stored before a decision.
struct Stored(Vec<Object>);

impl Objects for Stored {
    fn object(&self, id: ObjectId) -> Option<Object> {
        self.0.iter().find(|object| object.id() == id).cloned()
    }

    fn balances(&self, _: AccountId) -> Balances {
        Balances::new()
    }

    fn balance(&self, _: AccountId, _: Currency) -> Funds {
        Funds::default()
    }
}

/// Checks a decision that leads from `stored` to the changes that `change` makes.
fn checked(stored: Vec<Object>, change: impl FnOnce(&mut Changes)) -> Result<(), Violation> {
    let mut changes = Changes::default();
    change(&mut changes);
    let answer = intent();
    judged(stored, None, &Ok(changes.answer(answer)))
}

fn judged(stored: Vec<Object>, answer: Option<Answer>, decided: &Decided) -> Result<(), Violation> {
    let (objects, ids, dialect) = (Stored(stored), SequentialIds::default(), Dialect::default());
    let account = Arc::new(Account::standard(AccountId(1)));
    let context = DecisionContext {
        objects: &objects,
        ids: &ids,
        dialect: &dialect,
        now: NOW,
        account: &account,
        version: ApiVersion::CURRENT,
        reference: Reference(8),
        answer,
    };
    decision(&context, decided).map_err(|(_, violation)| violation)
}

fn entry(amount: i64, kind: MovementKind, source: impl Into<ObjectId>) -> BalanceTransaction {
    let id = BalanceTransactionId(u64::from(kind as u8) + 100);
    BalanceTransaction { id, kind, source: source.into(), ..ledger_entry(amount) }
}

/// A ledger entry that is pending for a second.
fn pending() -> BalanceTransaction {
    let available_on = NOW.after(1);
    BalanceTransaction { available_on, is_available: false, ..entry(0, MovementKind::Charge, charge().id) }
}

fn event(id: u64) -> Event {
    let (id, account, created, event_type) = (EventId(id), AccountId(1), NOW, EventType::ChargeUpdated);
    let (object, nested, previous, previous_texts, origin) = (charge().into(), Vec::new(), Previous::new(), None, None);
    let (version, balances) = (ApiVersion::CURRENT, None);
    Event { id, account, created, event_type, object, balances, nested, previous, previous_texts, origin, version }
}

/// Returns the stored objects before the decision of the refund of 100.
fn before_refund() -> Vec<Object> {
    let mut charge = charge();
    charge.refunded = Money::ZERO;
    vec![intent().into(), charge.into()]
}

fn refunds(changes: &mut Changes) {
    changes.put(charge());
    changes.put(refund());
}

#[test]
fn a_decision_whose_entries_match_its_changes_passes() {
    let passes = checked(before_refund(), |changes| {
        refunds(changes);
        changes.put(entry(-100, MovementKind::Refund, refund().id));
        changes.events.push(event(1));
        changes.schedule(JobKind::RefundOutcome, refund().id, NOW);
    });
    assert_eq!(passes, Ok(()));
    let question = Err(Stop::Ask(Ask::Release { hold: Reference(5) }));
    assert_eq!(judged(Vec::new(), None, &question), Ok(()));
}

#[test]
fn each_invariant_of_a_decision_can_fail() {
    let both = || vec![intent().into(), charge().into()];
    let rows: Vec<(Result<(), Violation>, Violation)> = vec![
        (checked(before_refund(), refunds), "ledger entries match what a charge or a refund moved"),
        (
            checked(before_refund(), |changes| {
                changes.put(refund());
                changes.put(entry(-100, MovementKind::Refund, refund().id));
            }),
            "a refund changes its charge",
        ),
        (checked(before_refund(), |changes| changes.put(charge())), "a charge is refunded by its refunds"),
        (
            checked(both(), |changes| changes.put(entry(5, MovementKind::Transfer, TransferId(1)))),
            "the ledger entries between two accounts cancel out",
        ),
        (
            checked(both(), |changes| changes.put(entry(5, MovementKind::Transfer, charge().id))),
            "the kind of a ledger entry fits its source",
        ),
        (
            checked(both(), |changes| changes.put(Charge { captured: Money::new(500), ..charge() })),
            "ledger entries match what a charge or a refund moved",
        ),
        (checked(vec![intent().into()], |changes| changes.put(intent())), "the latest charge of an intent exists"),
        (
            checked(vec![Charge { intent: crate::PaymentIntentId(9), ..charge() }.into()], |changes| {
                changes.put(intent())
            }),
            "the latest charge of an intent is its own",
        ),
        (
            checked(both(), |changes| {
                changes.put(PaymentIntent { received: Money::new(401), capturable: Money::new(599), ..intent() });
            }),
            "an intent has received what its charge captured",
        ),
        (
            checked(vec![intent().into(), Charge { released: Money::new(1), ..charge() }.into()], |changes| {
                changes.put(intent());
            }),
            "capturable is what is left of the hold",
        ),
        (checked(both(), |changes| changes.events.extend([event(1), event(1)])), "an event has an id of its own"),
        (
            checked(both(), |changes| changes.events.push(Event { created: NOW.after(1), ..event(1) })),
            "an event is created now",
        ),
        (
            checked(both(), |changes| changes.events.push(Event { account: AccountId(2), ..event(1) })),
            "an event belongs to its object's account",
        ),
        (
            checked(both(), |changes| changes.schedule(JobKind::ExpireHold, intent().id, Time::new(1))),
            "a job is due now or later",
        ),
        (
            checked(both(), |changes| {
                changes
                    .put(BalanceTransaction { created: Time::new(1), ..entry(0, MovementKind::Charge, charge().id) });
            }),
            "a new record is created now",
        ),
        (
            checked(both(), |changes| changes.put(Charge { refunded: Money::new(900), ..charge() })),
            "refunded <= captured of a charge",
        ),
        (
            checked(both(), |changes| changes.put(Charge { captures: 2, hold: Reference(1), ..charge() })),
            "a charge keeps its hold and its intent",
        ),
        (
            judged(Vec::new(), Some(Answer::Done), &Err(Stop::Ask(Ask::Release { hold: Reference(5) }))),
            "a decision asks the acquirer once",
        ),
    ];
    for (found, violation) in rows {
        assert_eq!(found, Err(violation));
    }
}

#[test]
fn each_invariant_of_settlement_can_fail() {
    let both = || vec![intent().into(), charge().into()];
    let rows = [
        (checked(both(), |changes| changes.put(pending())), "a pending ledger entry has a job that makes it available"),
        (
            checked(both(), |changes| changes.put(BalanceTransaction { is_available: true, ..pending() })),
            "a new ledger entry is pending exactly until it is due",
        ),
        (
            checked(vec![intent().into(), charge().into(), pending().into()], |changes| {
                changes.put(pending().settled())
            }),
            "a ledger entry becomes available when it is due",
        ),
    ];
    for (found, violation) in rows {
        assert_eq!(found, Err(violation));
    }
}
