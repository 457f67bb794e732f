//! Counting how often each bit of many bit sets is set.

use super::space::ClaimBits;

/// Counters for 128 bits at once.
///
/// The counters are kept sideways, one word for the ones of all of them, one for the twos and so
/// on, so that adding a set costs a few operations however many bits it has. Every transition is
/// counted here, and most meet the premise of many claims.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    planes: [ClaimBits; PLANES],
    waiting: u32,
    totals: Vec<u64>,
}

const PLANES: usize = 8;

impl Default for Tally {
    fn default() -> Self {
        Self {
            planes: [0; PLANES],
            waiting: 0,
            totals: vec![0; 128],
        }
    }
}

impl Tally {
    #[inline]
    pub(super) fn add(&mut self, bits: ClaimBits) {
        let mut carry = bits;
        for plane in &mut self.planes {
            if carry == 0 {
                break;
            }
            let both = *plane & carry;
            *plane ^= carry;
            carry = both;
        }
        self.waiting = self.waiting.saturating_add(1);
        if self.waiting == FULL {
            self.flush();
        }
    }

    /// The count of every bit.
    pub(super) fn totals(&mut self) -> &[u64] {
        self.flush();
        &self.totals
    }

    fn flush(&mut self) {
        for (bit, total) in (0_u32..).zip(&mut self.totals) {
            for (weight, plane) in (0_u32..).zip(&self.planes) {
                let counted = u64::from(plane.wrapping_shr(bit) & 1 == 1);
                *total = total.saturating_add(counted.wrapping_shl(weight));
            }
        }
        self.planes = [0; PLANES];
        self.waiting = 0;
    }
}

/// As many sets as the planes can count.
const FULL: u32 = (1 << PLANES) - 1;

/// The positions of the bits of a set.
pub(super) fn ones(mut bits: ClaimBits) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let first = u8::try_from(bits.trailing_zeros()).ok()?;
        let rest = bits & bits.wrapping_sub(1);
        (std::mem::replace(&mut bits, rest) != 0).then_some(first)
    })
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_as_one_would_by_hand(sets in prop::collection::vec(any::<u128>(), 0..700)) {
            let mut tally = Tally::default();
            let mut expected = vec![0_u64; 128];
            for set in &sets {
                tally.add(*set);
                for bit in ones(*set) {
                    expected[usize::from(bit)] += 1;
                }
            }
            prop_assert_eq!(tally.totals(), &expected[..]);
            prop_assert_eq!(tally.totals(), &expected[..]);
        }
    }

    #[test]
    fn counts_full_sets_past_the_planes() {
        let mut tally = Tally::default();
        for _ in 0..1000 {
            tally.add(ClaimBits::MAX);
        }
        assert_eq!(tally.totals(), [1000; 128]);
    }

    #[test]
    fn ones_are_the_positions() {
        assert_eq!(ones(0).count(), 0);
        assert_eq!(ones(1 << 127 | 0b101).collect::<Vec<_>>(), [0, 2, 127]);
        assert_eq!(ones(ClaimBits::MAX).count(), 128);
    }
}
