//! The digest of a transition relation.
//!
//! Equal numbers of states and transitions do not make two relations equal, so both explorers can add up a hash of
//! every transition. The sum depends neither on the order nor on the threads.

use super::fingerprint::{halves, mix};
use super::space::{PropertyBits, Space, Successor};

// Fractional digits of pi, from the third word on: the keys were not chosen for an effect.
const KEYS: [u64; 7] = [
    0xa409_3822_299f_31d0,
    0x082e_fa98_ec4e_6c89,
    0x4528_21e6_38d0_1377,
    0xbe54_66cf_34e9_0c6c,
    0xc0ac_29b7_c97c_50dd,
    0x3f84_d5b5_b547_0917,
    0x9216_d5d9_8979_fb1b,
];

/// Returns the share of one transition: a hash of the whole step, given the fingerprints of its two states.
///
/// It takes four multiplications, three of which are independent of each other. It is computed for every transition,
/// including refused ones.
#[inline]
pub(super) fn of_step<S: Space>(before: u64, after: u64, successor: &Successor<S>) -> u64 {
    let [k0, k1, k2, k3, k4, k5, k6] = KEYS;
    let ends = mix(before ^ k0, after ^ k1);
    let words = mix(successor.digest ^ k2, u64::from(successor.class) ^ k3);
    let bits = of_bits(successor.witnessed, successor.broken);
    let [low, high] = halves(bits);
    mix(ends ^ mix(low ^ k4, high ^ k5), words ^ k6)
}

/// Combines both sets of properties into one word. The upper halves count only where they are not empty, so the digest
/// of a relation does not depend on the largest possible number of properties.
#[inline]
fn of_bits(witnessed: PropertyBits, broken: PropertyBits) -> u128 {
    let ((upper_witnessed, witnessed), (upper_broken, broken)) = (witnessed.into_words(), broken.into_words());
    let upper = upper_witnessed ^ upper_broken.rotate_left(17);
    let [low, high] = halves(upper);
    let [k0, k1, ..] = KEYS;
    let upper = if upper == 0 { 0 } else { u128::from(mix(low ^ k0, high ^ k1)) };
    witnessed ^ broken.rotate_left(17) ^ upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_changes_the_word_and_the_first_128_as_before() {
        let none = PropertyBits::ZERO;
        let mut words = vec![of_bits(none, none)];
        for place in 0..PropertyBits::BITS {
            let one = PropertyBits::ONE.wrapping_shl(place);
            words.extend([of_bits(one, none), of_bits(none, one)]);
            if let (0, low) = one.into_words() {
                assert_eq!(of_bits(one, one), low ^ low.rotate_left(17));
            }
        }
        assert!(words.iter().skip(1).all(|word| *word != 0));
        assert_eq!(of_bits(none, none), 0);
        // A witnessed bit and the broken bit 17 places below it give the same word.
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), 1 + 256);
    }
}
