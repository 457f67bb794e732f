//! The open-addressed table under every visited set.
//!
//! A slot is found by multiplying the fingerprint by the number of slots and keeping the high word. The slots are
//! therefore in the order of the fingerprints, for every number of slots. This makes growing cheap: the old and the new
//! table are both walked from front to back, and the factor can be 5/4 instead of 2. Between 7/10 and 7/8 full, a bare
//! fingerprint costs 9.2 to 11.5 bytes.

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "the innermost loop of the checker: every index is below the number of slots, every \
              count is of slots held in memory, and a checked form costs a tenth of the speed"
)]

/// Non-zero keys, spread evenly over 64 bits, each with a value. `T` may be `()`.
pub(super) struct Table<T> {
    keys: Vec<u64>,
    values: Vec<T>,
    len: usize,
    limit: usize,
}

/// The slot of a key, or the slot where it belongs.
#[derive(Debug, PartialEq)]
pub(super) enum Lookup<T> {
    Found(T),
    Vacant(usize),
}

impl<T: Copy + Default> Table<T> {
    pub(super) fn with_slots(slots: usize) -> Self {
        let slots = slots.max(8);
        Self { keys: vec![0; slots], values: vec![T::default(); slots], len: 0, limit: slots - slots / 8 }
    }

    /// Returns the bytes that the table occupies, full and empty slots alike.
    pub(super) fn bytes(&self) -> usize {
        self.keys.capacity() * size_of::<u64>() + self.values.capacity() * size_of::<T>()
    }

    /// Returns every key in the table, in the order of the slots.
    #[cfg(feature = "timely")]
    pub(super) fn keys(&self) -> impl Iterator<Item = u64> {
        self.keys.iter().copied().filter(|key| *key != 0)
    }

    /// Reads the slot where the search for `key` begins. Reading the slots of a whole batch first lets the cache misses
    /// overlap; without `unsafe`, this comes closest to a prefetch.
    #[inline]
    pub(super) fn touch(&self, key: u64) -> u64 {
        self.keys[self.home(key)]
    }

    /// Searches for `key` among the slots whose value `same` accepts. Different states may share a key where states are
    /// stored; where only keys are stored, equal keys are the same entry.
    #[inline]
    pub(super) fn lookup(&self, key: u64, mut same: impl FnMut(T) -> bool) -> Lookup<T> {
        let mut slot = self.home(key);
        // This loop ends, because the table is never full.
        loop {
            let found = self.keys[slot];
            if found == 0 {
                return Lookup::Vacant(slot);
            }
            if found == key && same(self.values[slot]) {
                return Lookup::Found(self.values[slot]);
            }
            slot += 1;
            if slot == self.keys.len() {
                slot = 0;
            }
        }
    }

    /// Puts `key` into the slot that a lookup found vacant.
    #[inline]
    pub(super) fn occupy(&mut self, vacant: usize, key: u64, value: T) {
        let slot = if self.len == self.limit {
            self.grow();
            self.vacant(key)
        } else {
            vacant
        };
        self.keys[slot] = key;
        self.values[slot] = value;
        self.len += 1;
    }

    fn grow(&mut self) {
        let mut larger = Self::with_slots(self.keys.len() + self.keys.len() / 4);
        for (key, value) in self.keys.iter().zip(&self.values) {
            if *key != 0 {
                let slot = larger.vacant(*key);
                larger.keys[slot] = *key;
                larger.values[slot] = *value;
            }
        }
        larger.len = self.len;
        *self = larger;
    }

    fn vacant(&self, key: u64) -> usize {
        let mut slot = self.home(key);
        while self.keys[slot] != 0 {
            slot += 1;
            if slot == self.keys.len() {
                slot = 0;
            }
        }
        slot
    }

    #[inline]
    fn home(&self, key: u64) -> usize {
        ((u128::from(key) * self.keys.len() as u128) >> u64::BITS) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn insert(table: &mut Table<u32>, key: u64, value: u32) -> Option<u32> {
        match table.lookup(key, |_| true) {
            Lookup::Found(earlier) => Some(earlier),
            Lookup::Vacant(slot) => {
                table.occupy(slot, key, value);
                None
            }
        }
    }

    proptest! {
        #[test]
        fn behaves_like_a_map(
            keys in prop::collection::vec(prop_oneof![
                1_u64..50,                 // crowded at the front
                u64::MAX - 50..=u64::MAX,  // crowded at the end, wrapping round
                1_u64..=u64::MAX,
            ], 0..600),
        ) {
            let mut table = Table::with_slots(0);
            let mut map = BTreeMap::new();
            for (value, key) in (0_u32..).zip(keys) {
                let expected = map.get(&key).copied();
                map.entry(key).or_insert(value);
                prop_assert_eq!(insert(&mut table, key, value), expected);
            }
            prop_assert_eq!(table.len, map.len());
            for (key, value) in map {
                prop_assert_eq!(table.lookup(key, |_| true), Lookup::Found(value));
                prop_assert_eq!(table.lookup(key, |found| found == value), Lookup::Found(value));
                prop_assert!(matches!(table.lookup(key, |_| false), Lookup::Vacant(_)));
            }
        }
    }

    #[test]
    fn a_key_may_stand_for_many_values() {
        let mut table = Table::with_slots(0);
        for value in 0..100_u32 {
            let Lookup::Vacant(slot) = table.lookup(7, |found| found == value) else {
                panic!("{value} is new");
            };
            table.occupy(slot, 7, value);
        }
        assert_eq!(table.len, 100);
        assert_eq!(table.lookup(7, |found| found == 63), Lookup::Found(63));
    }

    #[test]
    fn stays_within_twelve_bytes_an_entry_at_every_size() {
        let mut table = Table::<()>::with_slots(0);
        let mut key = 1_u64;
        for count in 1..=1_000_000_usize {
            key = key.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            if let Lookup::Vacant(slot) = table.lookup(key, |()| true) {
                table.occupy(slot, key, ());
            }
            assert!(count < 1000 || table.bytes() < 12 * count, "{} at {count}", table.bytes());
        }
        assert_eq!(table.len, 1_000_000);
    }
}
