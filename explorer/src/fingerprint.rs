//! Hashes states to 64-bit fingerprints.
//!
//! A fingerprint stands for its state in the visited set. The hash must therefore behave like a random function on
//! states that differ in a bit or two. It must also be the same in every run: fingerprints break ties between equally
//! short paths, and digests are compared across runs. The hash is the folded multiplication of wyhash and takes 128
//! bits at a time. Small writes are packed first, so that a derived [`Hash`] of many small fields costs few rounds.

use std::hash::{Hash, Hasher};

// The first digits of pi and e: odd numbers that were not chosen for an effect.
const START: u64 = 0x243f_6a88_85a3_08d3;
const ROUND: u64 = 0x1319_8a2e_0370_7345;
const FINISH: u64 = 0xb7e1_5162_8aed_2a6b;

/// Returns the fingerprint of a state. It is never 0, because 0 marks an empty slot in the tables.
#[inline]
pub fn fingerprint(state: &impl Hash) -> u64 {
    let mut hasher = Fingerprinter::default();
    state.hash(&mut hasher);
    hasher.finish().max(1)
}

/// Mixes two words into one word that depends on every bit of both.
#[inline]
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let [low, high] = halves(u128::from(a).wrapping_mul(u128::from(b)));
    low ^ high
}

/// The hasher behind [`fingerprint`]; useful for [`super::Successor::digest`] as well.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprinter {
    rounds: u64,
    packed: u128,
    bits: u32,
}

impl Default for Fingerprinter {
    #[inline]
    fn default() -> Self {
        Self { rounds: START, packed: 0, bits: 0 }
    }
}

impl Fingerprinter {
    #[inline]
    fn pack(&mut self, word: u64, bits: u32) {
        if self.bits.saturating_add(bits) > u128::BITS {
            self.rounds = self.round();
            self.packed = u128::from(word);
            self.bits = bits;
        } else {
            self.packed |= u128::from(word).wrapping_shl(self.bits);
            self.bits = self.bits.saturating_add(bits);
        }
    }

    #[inline]
    fn round(&self) -> u64 {
        let [low, high] = halves(self.packed);
        mix(self.rounds ^ low, ROUND ^ high)
    }
}

impl Hasher for Fingerprinter {
    #[inline]
    fn finish(&self) -> u64 {
        mix(self.round() ^ u64::from(self.bits), FINISH)
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        for byte in rest {
            self.write_u8(*byte);
        }
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.pack(u64::from(value), u8::BITS);
    }

    #[inline]
    fn write_u16(&mut self, value: u16) {
        self.pack(u64::from(value), u16::BITS);
    }

    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.pack(u64::from(value), u32::BITS);
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        // Does the same as `pack`, inlined here because states are written in words.
        match self.bits {
            0 | u128::BITS => {
                if self.bits > 0 {
                    self.rounds = self.round();
                }
                self.packed = u128::from(value);
                self.bits = u64::BITS;
            }
            u64::BITS => {
                self.packed |= u128::from(value) << u64::BITS;
                self.bits = u128::BITS;
            }
            _ => self.pack(value, u64::BITS),
        }
    }

    #[inline]
    fn write_u128(&mut self, value: u128) {
        for half in halves(value) {
            self.write_u64(half);
        }
    }

    #[inline]
    fn write_usize(&mut self, value: usize) {
        // This avoids `write`: a `usize` has no lossless conversion, but every platform's fits 64 bits.
        self.write_u64(u64::try_from(value).unwrap_or(u64::MAX));
    }
}

/// Returns the low and the high word.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "cutting it in two is what is asked for")]
pub(super) const fn halves(value: u128) -> [u64; 2] {
    [value as u64, (value >> u64::BITS) as u64]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// Returns a million states that differ in a few low bits, as states of a model do.
    fn structured() -> impl Iterator<Item = [u64; 4]> {
        (0..1_000_000_u64).map(|n| [n % 10, n / 10 % 10, (n / 100 % 100) << 40, n / 10_000])
    }

    #[test]
    fn structured_states_do_not_collide() {
        let prints: HashSet<u64> = structured().map(|state| fingerprint(&state)).collect();
        assert_eq!(prints.len(), 1_000_000);
    }

    #[test]
    fn both_ends_of_a_fingerprint_are_spread_evenly() {
        // 1024 buckets of 977 on average. The chi-square of 1023 degrees of freedom stays below 1200 for all but about
        // one function in ten thousand. The sum is scaled by a million to stay an integer.
        for shift in [0, 27, 54] {
            let mut buckets = vec![0_u64; 1024];
            for state in structured() {
                buckets[usize::try_from(fingerprint(&state) >> shift & 1023).unwrap()] += 1;
            }
            let chi: u64 =
                buckets.iter().map(|count| (count * 1024).abs_diff(1_000_000).pow(2) / 1024).sum::<u64>() / 1_000_000;
            assert!((850..1200).contains(&chi), "shift {shift}: {chi}");
        }
    }

    #[test]
    fn fingerprints_never_change() {
        // Fingerprints break ties between shortest paths, so a new hash changes the reports.
        assert_eq!(fingerprint(&0_u64), 5_342_453_388_618_633_959);
    }

    #[test]
    fn order_and_place_matter() {
        assert_ne!(fingerprint(&[1_u64, 2]), fingerprint(&[2_u64, 1]));
        assert_ne!(fingerprint(&(1_u8, 0_u8)), fingerprint(&(0_u8, 1_u8)));
        assert_ne!(fingerprint(&[0_u64; 3]), fingerprint(&[0_u64; 5]));
    }

    proptest! {
        #[test]
        fn one_flipped_bit_flips_about_half(
            words in prop::array::uniform6(any::<u64>()),
            word in 0_usize..6,
            bit in 0_u32..64,
        ) {
            let mut flipped = words;
            flipped[word] ^= 1 << bit;
            let distance = (fingerprint(&words) ^ fingerprint(&flipped)).count_ones();
            prop_assert!((8..=56).contains(&distance), "{distance} bits");
        }
    }
}
