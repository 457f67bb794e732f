//! The objects as a decision sees them: reads of the store that remember a failure instead of passing it on.

use crate::money::Currency;
use crate::objects::Objects;
use crate::store::{Store, StoreError};
use crate::{AccountId, Object, ObjectId};
use std::cell::RefCell;

/// Reads of the store for one decision. A decision made on a view that failed must be thrown away.
pub(super) struct View<'a> {
    store: &'a dyn Store,
    failure: RefCell<Option<StoreError>>,
}

impl<'a> View<'a> {
    pub(super) fn of(store: &'a dyn Store) -> Self {
        Self { store, failure: RefCell::new(None) }
    }

    /// The failure of a read, if there was one.
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
        self.noting(self.store.object(id))
    }

    fn balance(&self, account: AccountId, currency: Currency) -> i64 {
        self.noting(self.store.balance(account, currency))
    }
}
