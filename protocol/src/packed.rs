//! Small fields packed into one word, so that a state of many records is a few words.

/// Fields of `WIDTH` bits each, addressed by position. Positions beyond the word read as 0 and keep nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackedWord<const WIDTH: u32>(u64);

impl<const WIDTH: u32> PackedWord<WIDTH> {
    const MASK: u64 = (1 << WIDTH) - 1;

    /// Returns the field at `place`.
    #[must_use]
    pub fn get(self, place: u8) -> u64 {
        Self::shift(place).and_then(|shift| self.0.checked_shr(shift)).unwrap_or(0) & Self::MASK
    }

    /// Returns the word with `value` at `place`. Bits of `value` beyond the width are dropped.
    #[must_use]
    pub fn with(self, place: u8, value: u64) -> Self {
        let put = |bits: u64| Self::shift(place).and_then(|shift| bits.checked_shl(shift)).unwrap_or(0);
        Self((self.0 & !put(Self::MASK)) | put(value & Self::MASK))
    }

    /// Returns whether every field is 0.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn shift(place: u8) -> Option<u32> {
        u32::from(place).checked_mul(WIDTH).filter(|shift| *shift < u64::BITS)
    }
}

impl PackedWord<1> {
    /// Returns whether the bit at `place` is set.
    #[must_use]
    pub fn has(self, place: u8) -> bool {
        self.get(place) == 1
    }

    /// Returns the set with the bit at `place`.
    #[must_use]
    pub fn and(self, place: u8) -> Self {
        self.with(place, 1)
    }

    /// Returns the set without the bit at `place`.
    #[must_use]
    pub fn without(self, place: u8) -> Self {
        self.with(place, 0)
    }

    /// Returns whether every member of this set is in `other`.
    #[must_use]
    pub fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::PackedWord;

    #[test]
    fn each_field_keeps_its_value_and_no_other_changes() {
        let mut word = PackedWord::<3>::default();
        for place in 0..21 {
            word = word.with(place, u64::from(place) % 8);
        }
        for place in 0..21 {
            assert_eq!(word.get(place), u64::from(place) % 8);
            let other = (place + 1) % 21;
            assert_eq!(word.with(place, 7).get(other), word.get(other));
        }
        assert_eq!(word.get(30), 0, "no such field");
    }

    #[test]
    fn sets_are_compared_by_their_members() {
        let pair = PackedWord::<1>::default().and(2).and(5);
        assert!(pair.has(2) && pair.has(5) && !pair.has(3));
        assert!(pair.without(5).is_within(pair) && !pair.is_within(pair.without(5)));
    }
}
