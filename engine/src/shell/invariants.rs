//! Assertions around each decision and at each commit, if the engine runs with them.

use super::Engine;
use crate::Object;
use crate::core::{Decided, DecisionContext, decision_violation};
use crate::invariants::{Violation, holds, record};
use crate::store::{Batch, KeyState, Store, StoreError};
use rustc_hash::FxHashSet;

impl Engine {
    /// Asserts the invariants of a decision if assertions are on.
    ///
    /// # Panics
    /// Panics if the decision violates one.
    pub(super) fn assert_decision(&self, context: &DecisionContext<'_>, decided: &Decided) {
        if self.parts.assertions {
            let checked = decision_violation(context, decided);
            assert!(checked.is_ok(), "internal invariant violated by a decision: {checked:?}");
        }
    }

    /// Commits `batch`, after asserting its invariants if assertions are on.
    ///
    /// # Errors
    /// [`StoreError`] if the transaction did not happen.
    ///
    /// # Panics
    /// Panics if the batch violates an invariant.
    pub(super) fn commit_batch(&self, batch: Batch) -> Result<(), StoreError> {
        if self.parts.assertions {
            let checked = batch_violation(&*self.parts.store, &batch);
            assert!(checked.is_ok(), "internal invariant violated by a commit: {checked:?}");
        }
        self.parts.store.commit(batch)
    }
}

/// Checks the invariants of one transaction.
///
/// # Errors
/// The first violation, and the object that it concerns.
fn batch_violation(store: &dyn Store, batch: &Batch) -> Result<(), (String, Violation)> {
    for object in &batch.objects {
        let of = |violation| (object.id().to_string(), violation);
        record(object).map_err(of)?;
        if let Some(entry) = object.as_balance_transaction() {
            let known = store.object(object.id()).ok().flatten();
            let known = known.as_ref().and_then(Object::as_balance_transaction);
            let fits =
                known.is_none_or(|known| **known == **entry || !known.is_available && known.settled() == **entry);
            holds(fits, "a ledger entry is written once, and becomes available once").map_err(of)?;
        }
    }
    let mut ids = FxHashSet::default();
    for event in &batch.events {
        holds(ids.insert(event.id), "an event is written once")
            .map_err(|violation| (event.id.to_string(), violation))?;
    }
    if let Some(ask) = &batch.ask {
        let of = |violation| (ask.reference.to_string(), violation);
        holds(batch.objects.is_empty() && batch.events.is_empty(), "recording a question changes nothing")
            .map_err(of)?;
        holds(batch.answered.is_none(), "a question is not opened and closed at once").map_err(of)?;
    }
    let waits = |key: &crate::store::KeyRecord| matches!(key.state, KeyState::Asking(_));
    let waiting = batch.key.as_ref().filter(|key| waits(key));
    let asked = waiting.is_none() || batch.ask.is_some();
    holds(asked, "a key waits only for a recorded question")
        .map_err(|violation| (waiting.map(|key| key.key.clone()).unwrap_or_default(), violation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquirer::Ask;
    use crate::command::{Command, TextsChange};
    use crate::ids::{AccountId, EventId, Reference};
    use crate::invariants::tests::{charge, intent};
    use crate::money::{Currency, Money};
    use crate::objects::{Account, BalanceTransaction, Charge, Event, EventType, MovementKind, Previous};
    use crate::shell::{EngineParts, Request};
    use crate::store::{KeyRecord, MemoryStore, OpenAsk};
    use crate::time::Time;
    use crate::version::ApiVersion;
    use crate::{BalanceTransactionId, Object};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    const NOW: Time = Time::new(1_800_000_000);

    fn event() -> Event {
        let (id, account, created, event_type) = (EventId(1), AccountId(1), NOW, EventType::ChargeUpdated);
        let (object, nested, previous, previous_texts, origin) =
            (charge().into(), Vec::new(), Previous::new(), None, None);
        let (version, balances) = (ApiVersion::CURRENT, None);
        Event { id, account, created, event_type, object, balances, nested, previous, previous_texts, origin, version }
    }

    fn entry(amount: i64) -> Object {
        let (id, account, created, source) = (BalanceTransactionId(1), AccountId(1), NOW, charge().id.into());
        let (currency, kind) = (Currency::Usd, MovementKind::Charge);
        let (fee, available_on, is_available) = (Money::ZERO, created, true);
        BalanceTransaction { id, account, created, amount, fee, currency, kind, source, available_on, is_available }
            .into()
    }

    fn ask() -> Option<Arc<OpenAsk>> {
        let (reference, account, asked_at) = (Reference(8), AccountId(1), NOW);
        let (ask, command) = (Ask::Release { hold: Reference(5) }, Command::Retrieve(intent().id.into()));
        let (version, key, expand, locks) = (ApiVersion::CURRENT, None, Vec::new(), Vec::new());
        let request = 8;
        Some(Arc::new(OpenAsk {
            reference,
            ask,
            command,
            account,
            version,
            asked_at,
            request,
            key,
            expand,
            locks,
            given_up: false,
        }))
    }

    #[test]
    fn each_invariant_of_a_commit_can_fail() {
        let store = MemoryStore::default();
        store.commit(Batch { objects: vec![entry(5)], ..Batch::default() }).unwrap();
        let key = KeyRecord {
            account: AccountId(1),
            key: "key".to_owned(),
            command: Command::Retrieve(intent().id.into()),
            created: NOW,
            state: KeyState::Asking(Reference(8)),
        };
        let rows = [
            (
                Batch { objects: vec![Charge { released: Money::new(601), ..charge() }.into()], ..Batch::default() },
                "captured + released <= amount of a charge",
            ),
            (
                Batch { objects: vec![entry(6)], ..Batch::default() },
                "a ledger entry is written once, and becomes available once",
            ),
            (Batch { events: vec![event(), event()], ..Batch::default() }, "an event is written once"),
            (
                Batch { ask: ask(), objects: vec![charge().into()], ..Batch::default() },
                "recording a question changes nothing",
            ),
            (
                Batch { ask: ask(), answered: Some(Reference(8)), ..Batch::default() },
                "a question is not opened and closed at once",
            ),
            (Batch { key: Some(key), ..Batch::default() }, "a key waits only for a recorded question"),
        ];
        for (batch, violation) in rows {
            assert_eq!(batch_violation(&store, &batch).map_err(|(_, violation)| violation), Err(violation));
        }
        let fine = Batch { objects: vec![charge().into(), entry(5)], events: vec![event()], ..Batch::default() };
        assert_eq!(batch_violation(&store, &fine), Ok(()));
    }

    /// A stored record that violates an invariant stops a decision that reads it, but only with assertions on.
    #[test]
    fn assertions_are_on_in_tests_and_can_be_turned_off() {
        for assertions in [true, false] {
            let parts = EngineParts::in_memory(NOW);
            assert!(parts.assertions, "assertions are on by default in tests");
            let engine = Engine::open(EngineParts { assertions, ..parts }).unwrap();
            engine.add_account(Account::standard(AccountId(1))).unwrap();
            let broken = Charge { refunded: Money::new(900), ..charge() };
            let objects = vec![intent().into(), broken.into()];
            engine.store().commit(Batch { objects, ..Batch::default() }).unwrap();
            let command = Command::UpdateCharge { charge: charge().id, texts: TextsChange::default() };
            let request = Request::new(AccountId(1), command);
            let result = catch_unwind(AssertUnwindSafe(|| engine.execute(request)));
            assert_eq!(result.is_err(), assertions);
        }
    }
}
