//! Sources of arbitrary choices.
//!
//! | source | for |
//! |---|---|
//! | [`Bytes`] | a fuzzer: every string of bytes is a sequence of choices, in records of fixed width |
//! | [`Seeded`] | soaks and tests: the same seed, the same choices |
//! | [`Odometer`] | an enumeration of all choices up to a bound |
//! | [`Recorded`] | choices that were recorded |

mod bytes;
mod odometer;
mod recorded;
mod seeded;

pub use bytes::{Bytes, RECORD};
pub use odometer::Odometer;
pub use recorded::Recorded;
pub use seeded::Seeded;

/// A source of choices. It never fails; after its end every choice is 0.
///
/// All drivers use one generator with different sources: bytes of a fuzzer, a seeded random source, an odometer that
/// enumerates all choices, a recorded list. They therefore yield the same kind of sequences.
pub trait Choices {
    /// Returns one of `0..options`; 0 if `options` is 0 or 1, or if the source is exhausted. At most 65,536 options are
    /// distinguished.
    fn choose(&mut self, options: u32) -> u32;

    /// Returns whether the source is exhausted: every further choice is 0.
    fn is_exhausted(&self) -> bool;

    /// Begins the choices of the next input. Unread choices of the last one are skipped, so that a change of one input
    /// does not shift the following ones.
    fn next_record(&mut self) {}
}
