//! The state of the model and its visible part.

use std::hash::{Hash, Hasher};

use crate::idempotency::Key;
use crate::payment::Payment;
use crate::session::Session;
use crate::setup::Setup;
use crate::{Config, IntentId, KeyId, KeyView, Observation, PaymentView, SessionView, SetupView};

/// A state of the model: small, `Copy`, and without heap memory.
///
/// `PAYMENTS` is the number of PaymentIntents that it can hold, and `KEYS` the number of idempotency keys. Capacity
/// that a scenario does not use costs nothing. The fields are private and have no setters: only [`crate::transition`]
/// leads from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State<const PAYMENTS: usize = 1, const KEYS: usize = 0> {
    pub(crate) payments: [Option<Payment>; PAYMENTS],
    pub(crate) setup: Option<Setup>,
    pub(crate) session: Option<Session>,
    pub(crate) keys: [Option<Key>; KEYS],
}

impl<const PAYMENTS: usize, const KEYS: usize> Default for State<PAYMENTS, KEYS> {
    /// Returns the empty state.
    fn default() -> Self {
        Self { payments: [None; PAYMENTS], setup: None, session: None, keys: [None; KEYS] }
    }
}

impl<const PAYMENTS: usize, const KEYS: usize> State<PAYMENTS, KEYS> {
    /// Returns the visible part.
    #[must_use]
    #[inline]
    pub fn observe(&self, config: &Config) -> OwnedObservation<PAYMENTS, KEYS> {
        // The view is filled in place, because this runs for every state and every change of a state.
        let mut view =
            OwnedObservation { payments: [None; PAYMENTS], setup: None, session: None, keys: [const { None }; KEYS] };
        for (view, payment) in view.payments.iter_mut().zip(&self.payments) {
            *view = payment.as_ref().map(|payment| payment.view(config));
        }
        view.setup = self.setup.as_ref().map(Setup::view);
        view.session = self.session.as_ref().map(|session| {
            let owned = session.intent.and_then(|intent| self.payment(intent));
            session.view(owned.as_ref())
        });
        for (view, key) in view.keys.iter_mut().zip(&self.keys) {
            *view = key.as_ref().map(Key::view);
        }
        view
    }

    /// Returns the state with its payments sorted, so that states that differ only in the numbers of their payments
    /// become equal. This is sound if neither a session nor a key names a payment.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        self.payments.sort_unstable();
        self
    }

    /// Returns whether two payments are equal in every field, visible or not, so that the same inputs have the same
    /// effect. Two payments that do not exist are equal.
    #[must_use]
    pub fn are_alike(&self, one: IntentId, other: IntentId) -> bool {
        self.payment(one) == self.payment(other)
    }

    pub(crate) fn payment(&self, intent: IntentId) -> Option<Payment> {
        self.payments.get(usize::from(intent.0)).copied().flatten()
    }

    pub(crate) fn set_payment(&mut self, intent: IntentId, payment: Payment) {
        if let Some(slot) = self.payments.get_mut(usize::from(intent.0)) {
            *slot = Some(payment);
        }
    }

    pub(crate) fn key(&self, key: KeyId) -> Option<Key> {
        self.keys.get(usize::from(key.0)).copied().flatten()
    }

    pub(crate) fn set_key(&mut self, key: KeyId, record: Option<Key>) {
        if let Some(slot) = self.keys.get_mut(usize::from(key.0)) {
            *slot = record;
        }
    }
}

/// Writes a few words instead of one for each field, because hashing dominates exploration. The encoding is injective:
/// the words of the present parts determine which words follow.
impl<const PAYMENTS: usize, const KEYS: usize> Hash for State<PAYMENTS, KEYS> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let present = self.payments.iter().fold(1_u64, |bits, payment| bits << 1 | u64::from(payment.is_some()));
        let present = present << 2 | u64::from(self.setup.is_some()) << 1 | u64::from(self.session.is_some());
        hasher.write_u64(present);
        for payment in self.payments.iter().flatten() {
            payment.words(&mut |word| hasher.write_u64(word));
        }
        if let Some(setup) = &self.setup {
            hasher.write_u64(setup.word());
        }
        if let Some(session) = &self.session {
            for word in session.words() {
                hasher.write_u64(word);
            }
        }
        self.keys.iter().for_each(|key| key.hash(hasher));
    }
}

/// The visible part of a [`State`], owned; [`OwnedObservation::observation`] lends it to the properties.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnedObservation<const PAYMENTS: usize, const KEYS: usize> {
    payments: [Option<PaymentView>; PAYMENTS],
    setup: Option<SetupView>,
    session: Option<SessionView>,
    keys: [Option<KeyView>; KEYS],
}

impl<const PAYMENTS: usize, const KEYS: usize> OwnedObservation<PAYMENTS, KEYS> {
    /// Returns the observation under the configuration that it was made with.
    #[must_use]
    pub fn observation<'a>(&'a self, config: &'a Config) -> Observation<'a> {
        Observation {
            config,
            payments: &self.payments,
            setup: self.setup.as_ref(),
            session: self.session.as_ref(),
            keys: &self.keys,
        }
    }
}
