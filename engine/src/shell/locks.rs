//! Locks on objects and idempotency keys: who works on an object works alone, and nobody waits for ever.

use crate::{AccountId, ObjectId};
use rustc_hash::FxHashSet;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const SHARDS: usize = 64;

/// The objects in use.
#[derive(Debug)]
pub(super) struct Locks {
    shards: Vec<Shard>,
    wait: Duration,
}

#[derive(Debug, Default)]
struct Shard {
    held: Mutex<FxHashSet<ObjectId>>,
    freed: Condvar,
}

/// Objects held until this is dropped.
#[derive(Debug)]
pub(super) struct Held<'a> {
    locks: &'a Locks,
    objects: Vec<ObjectId>,
}

impl Locks {
    pub(super) fn new(wait: Duration) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            wait,
        }
    }

    /// Holds all of `objects` (sorted, so that two requests never wait for each other), or none after the wait.
    pub(super) fn hold(&self, objects: &[ObjectId]) -> Option<Held<'_>> {
        let mut held = Held {
            locks: self,
            objects: Vec::with_capacity(objects.len()),
        };
        for object in objects {
            self.shard(*object)?.take(*object, self.wait)?;
            held.objects.push(*object);
        }
        Some(held)
    }

    fn shard(&self, object: ObjectId) -> Option<&Shard> {
        let hash = BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(object);
        self.shards
            .get(usize::try_from(hash >> 32).unwrap_or(0) % SHARDS)
    }
}

impl Shard {
    fn take(&self, object: ObjectId, wait: Duration) -> Option<()> {
        let mut held = self.lock();
        if held.insert(object) {
            return Some(());
        }
        let start = Instant::now();
        loop {
            let left = wait.checked_sub(start.elapsed())?;
            held = self
                .freed
                .wait_timeout(held, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            if held.insert(object) {
                return Some(());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, FxHashSet<ObjectId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        for object in &self.objects {
            if let Some(shard) = self.locks.shard(*object) {
                shard.lock().remove(object);
                shard.freed.notify_all();
            }
        }
    }
}

/// The idempotency keys whose requests are under way.
#[derive(Debug, Default)]
pub(super) struct KeysInUse(Mutex<FxHashSet<(AccountId, String)>>);

/// A key in use until this is dropped.
#[derive(Debug)]
pub(super) struct KeyInUse<'a> {
    keys: &'a KeysInUse,
    key: Option<(AccountId, String)>,
}

impl KeysInUse {
    /// Marks the key as in use, unless it is.
    pub(super) fn begin(&self, account: AccountId, key: &str) -> Option<KeyInUse<'_>> {
        let key = (account, key.to_owned());
        self.lock().insert(key.clone()).then_some(KeyInUse {
            keys: self,
            key: Some(key),
        })
    }

    fn lock(&self) -> MutexGuard<'_, FxHashSet<(AccountId, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
