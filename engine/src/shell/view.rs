//! Reads of the store for a decision, which record a failure instead of returning it.

use crate::invariants::record;
use crate::money::Currency;
use crate::objects::{Balances, Funds, Objects};
use crate::store::{Store, StoreError};
use crate::{AccountId, Object, ObjectId};
use std::cell::RefCell;

/// Reads of the store for one decision. A decision on a view with a failure must be discarded.
pub(super) struct View<'a> {
    store: &'a dyn Store,
    failure: RefCell<Option<StoreError>>,
    assertions: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(store: &'a dyn Store) -> Self {
        Self::asserting(store, false)
    }

    /// Returns a view that asserts the invariants of every object that it reads, if `assertions` holds.
    pub(super) fn asserting(store: &'a dyn Store, assertions: bool) -> Self {
        Self { store, failure: RefCell::new(None), assertions }
    }

    /// Returns the last failure of a read.
    pub(super) fn failure(&self) -> Option<StoreError> {
        self.failure.borrow().clone()
    }

    fn noting<T: Default>(&self, read: Result<T, StoreError>) -> T {
        read.unwrap_or_else(|error| {
            self.failure.replace(Some(error));
            T::default()
        })
    }
}

impl Objects for View<'_> {
    fn object(&self, id: ObjectId) -> Option<Object> {
        let found = self.noting(self.store.object(id));
        if let Some(object) = found.as_ref().filter(|_| self.assertions) {
            let checked = record(object);
            assert!(checked.is_ok(), "internal invariant violated before a decision: {id}: {checked:?}");
        }
        found
    }

    fn balance(&self, account: AccountId, currency: Currency) -> Funds {
        self.noting(self.store.balance(account, currency))
    }

    fn balances(&self, account: AccountId) -> Balances {
        self.noting(self.store.balances(account))
    }
}

/// Returns whether `caller` sees an object: its own, or an account connected to it. A deleted customer is still shown.
pub(super) fn is_visible(object: &Object, caller: AccountId) -> bool {
    let is_connected = object.as_account().is_some_and(|account| account.platform == Some(caller));
    let is_gone = object.is_deleted() && object.as_customer().is_none();
    (object.account() == caller || is_connected) && !is_gone
}
