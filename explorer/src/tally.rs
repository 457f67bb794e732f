//! Counts how often each bit of many bit sets is set.

use super::space::PropertyBits;

/// Counters for 256 bits at once.
///
/// The counters are stored bit by bit: one word holds the ones of all counters, one the twos and so on. Carry-save
/// adders add sixteen sets at once, without a branch. Every transition is counted here, and most meet the premise of
/// many properties.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    waiting: [PropertyBits; 16],
    waits: usize,
    planes: [PropertyBits; PLANES],
    sixteens: u32,
    totals: Vec<u64>,
}

const PLANES: usize = 20;

/// The number of sixteens that the planes can count.
const FULL: u32 = (1 << (PLANES - 4)) - 1;

impl Default for Tally {
    fn default() -> Self {
        Self {
            waiting: [PropertyBits::ZERO; 16],
            waits: 0,
            planes: [PropertyBits::ZERO; PLANES],
            sixteens: 0,
            totals: vec![0; PropertyBits::BITS as usize],
        }
    }
}

impl Tally {
    #[inline]
    pub(super) fn add(&mut self, bits: PropertyBits) {
        if let Some(place) = self.waiting.get_mut(self.waits) {
            *place = bits;
        }
        self.waits = self.waits.saturating_add(1);
        if self.waits == self.waiting.len() {
            self.add_sixteen();
        }
    }

    /// Returns the count of every bit.
    pub(super) fn totals(&mut self) -> &[u64] {
        self.add_sixteen();
        self.flush();
        &self.totals
    }

    fn add_sixteen(&mut self) {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = std::mem::take(&mut self.waiting);
        self.waits = 0;
        let [ones, twos, fours, eights, sixteens @ ..] = &mut self.planes;
        let quad = |ones: &mut PropertyBits, twos: &mut PropertyBits, w, x, y, z| {
            let first = carry_save(ones, w, x);
            let second = carry_save(ones, y, z);
            carry_save(twos, first, second)
        };
        let first = quad(ones, twos, a, b, c, d);
        let second = quad(ones, twos, e, f, g, h);
        let first_eight = carry_save(fours, first, second);
        let first = quad(ones, twos, i, j, k, l);
        let second = quad(ones, twos, m, n, o, p);
        let second_eight = carry_save(fours, first, second);
        let mut carry = carry_save(eights, first_eight, second_eight);
        for plane in sixteens {
            if carry == 0 {
                break;
            }
            (*plane, carry) = (*plane ^ carry, *plane & carry);
        }
        self.sixteens = self.sixteens.saturating_add(1);
        if self.sixteens == FULL {
            self.flush();
        }
    }

    fn flush(&mut self) {
        for (weight, plane) in (0_u32..).zip(&mut self.planes) {
            for bit in ones(std::mem::take(plane)) {
                if let Some(total) = self.totals.get_mut(usize::from(bit)) {
                    *total = total.saturating_add(1_u64.wrapping_shl(weight));
                }
            }
        }
        self.sixteens = 0;
    }
}

/// Adds `x` and `y` into `sum`, bit by bit, and returns the carries.
#[inline]
fn carry_save(sum: &mut PropertyBits, x: PropertyBits, y: PropertyBits) -> PropertyBits {
    let both = *sum ^ x;
    let carry = (*sum & x) | (both & y);
    *sum = both ^ y;
    carry
}

/// Returns the positions of the bits of a set.
pub(super) fn ones(mut bits: PropertyBits) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let first = u8::try_from(bits.trailing_zeros()).ok()?;
        let rest = bits & bits.wrapping_sub(PropertyBits::ONE);
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
        fn counts_as_one_would_by_hand(sets in prop::collection::vec(any::<[u128; 2]>(), 0..700)) {
            let mut tally = Tally::default();
            let mut expected = vec![0_u64; 256];
            for [high, low] in &sets {
                let set = PropertyBits::from_words(*high, *low);
                tally.add(set);
                for bit in ones(set) {
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
        for _ in 0..2_500_000 {
            tally.add(PropertyBits::MAX);
        }
        assert_eq!(tally.totals(), [2_500_000; 256]);
    }

    #[test]
    fn ones_are_the_positions() {
        assert_eq!(ones(PropertyBits::ZERO).count(), 0);
        assert_eq!(ones(PropertyBits::from_words(1 << 127, 0b101)).collect::<Vec<_>>(), [0, 2, 255]);
        assert_eq!(ones(PropertyBits::MAX).count(), 256);
    }
}
