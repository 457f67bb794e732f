//! Exclusive locks on objects and idempotency keys, with a limit on the wait.

use crate::{AccountId, ObjectId};
use rustc_hash::FxHashSet;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const SHARDS: usize = 64;

/// The locked objects.
#[derive(Debug)]
pub(super) struct Locks {
    shards: Vec<Shard>,
    wait: Duration,
}

#[derive(Debug, Default)]
struct Shard {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    held: FxHashSet<ObjectId>,
    /// The number of waiting requests: a wake-up without a waiter would cost a system call.
    waiting: usize,
}

/// A lock on objects, released on drop.
#[derive(Debug)]
pub(super) struct Held<'a> {
    locks: &'a Locks,
    objects: Vec<ObjectId>,
}

impl Locks {
    pub(super) fn new(wait: Duration) -> Self {
        Self { shards: (0..SHARDS).map(|_| Shard::default()).collect(), wait }
    }

    /// Locks all of `objects`, or none after the wait. They are sorted, so two requests never wait for each other.
    pub(super) fn hold(&self, objects: &[ObjectId]) -> Option<Held<'_>> {
        let mut held = Held { locks: self, objects: Vec::with_capacity(objects.len()) };
        for object in objects {
            self.shard(*object)?.take(*object, self.wait)?;
            held.objects.push(*object);
        }
        Some(held)
    }

    /// Returns the lock of an accepted request: see [`Held::leave`].
    pub(super) fn resume(&self, objects: Vec<ObjectId>) -> Held<'_> {
        Held { locks: self, objects }
    }

    fn shard(&self, object: ObjectId) -> Option<&Shard> {
        let hash = BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(object);
        self.shards.get(usize::try_from(hash >> 32).unwrap_or(0) % SHARDS)
    }
}

impl Held<'_> {
    /// Keeps the objects locked beyond this value, until [`Locks::resume`] takes them over.
    pub(super) fn leave(mut self) -> Vec<ObjectId> {
        std::mem::take(&mut self.objects)
    }
}

impl Shard {
    fn take(&self, object: ObjectId, wait: Duration) -> Option<()> {
        let mut state = self.lock();
        if state.held.insert(object) {
            return Some(());
        }
        let start = Instant::now();
        state.waiting = state.waiting.saturating_add(1);
        let taken = loop {
            let Some(left) = wait.checked_sub(start.elapsed()) else {
                break false;
            };
            state = self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            if state.held.insert(object) {
                break true;
            }
        };
        state.waiting = state.waiting.saturating_sub(1);
        taken.then_some(())
    }

    fn free(&self, object: ObjectId) {
        let mut state = self.lock();
        state.held.remove(&object);
        if state.waiting > 0 {
            self.freed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        for object in &self.objects {
            if let Some(shard) = self.locks.shard(*object) {
                shard.free(*object);
            }
        }
    }
}

/// The idempotency keys of requests under way.
#[derive(Debug, Default)]
pub(super) struct KeysInUse(Mutex<FxHashSet<(AccountId, String)>>);

/// A key in use, released on drop.
#[derive(Debug)]
pub(super) struct KeyInUse<'a> {
    keys: &'a KeysInUse,
    key: Option<(AccountId, String)>,
}

impl KeysInUse {
    /// Marks the key as in use; `None` if it is in use already.
    pub(super) fn begin(&self, account: AccountId, key: &str) -> Option<KeyInUse<'_>> {
        let key = (account, key.to_owned());
        let free = self.lock().insert(key.clone());
        // Created only if the key is free, because a drop releases the key.
        free.then(|| KeyInUse { keys: self, key: Some(key) })
    }

    /// Returns the key of an accepted request: see [`KeyInUse::leave`].
    pub(super) fn resume(&self, key: (AccountId, String)) -> KeyInUse<'_> {
        KeyInUse { keys: self, key: Some(key) }
    }

    fn lock(&self) -> MutexGuard<'_, FxHashSet<(AccountId, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyInUse<'_> {
    /// Keeps the key in use beyond this value, until [`KeysInUse::resume`] takes it over.
    pub(super) fn leave(mut self) -> Option<(AccountId, String)> {
        self.key.take()
    }
}

impl Drop for KeyInUse<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.keys.lock().remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PaymentIntentId;

    #[test]
    fn a_key_in_use_stays_in_use_whoever_asks() {
        let keys = KeysInUse::default();
        let first = keys.begin(AccountId(1), "k");
        assert!(keys.begin(AccountId(1), "k").is_none());
        assert!(keys.begin(AccountId(1), "k").is_none());
        assert!(keys.begin(AccountId(2), "k").is_some());
        drop(first);
        assert!(keys.begin(AccountId(1), "k").is_some());
    }

    #[test]
    fn a_held_object_is_refused_after_the_wait_and_free_after_the_drop() {
        let locks = Locks::new(Duration::from_millis(5));
        let object = [ObjectId::from(PaymentIntentId(1))];
        let held = locks.hold(&object);
        assert!(held.is_some());
        assert!(locks.hold(&object).is_none());
        drop(held);
        assert!(locks.hold(&object).is_some());
    }
}
