//! Where arbitrary choices come from.
//!
//! | source | for |
//! |---|---|
//! | [`Bytes`] | a fuzzer: every string of bytes is a sequence of choices, in records of fixed width |
//! | [`Seeded`] | a loop that never ends, and tests: the same seed, the same choices |
//! | [`Odometer`] | counting through everything, up to a bound |
//! | [`Recorded`] | choices that were made before |

mod bytes;
mod odometer;
mod recorded;
mod seeded;

pub use bytes::{Bytes, RECORD};
pub use odometer::Odometer;
pub use recorded::Recorded;
pub use seeded::Seeded;

/// A source of choices. Total: it never fails and never ends, it only becomes dull.
///
/// One generator reads it, so that every driver (bytes of a fuzzer, a seeded random source, an odometer that counts
/// through everything, a recorded list) yields the same kind of sequences.
pub trait Choices {
    /// One of `0..options`; 0 when there is nothing to choose (`options` of 0 or 1), or nothing left to choose from.
    /// At most 65,536 options are told apart.
    fn choose(&mut self, options: u32) -> u32;

    /// Is there nothing left? Then every further choice is 0.
    fn is_exhausted(&self) -> bool;

    /// The choices for the next input begin. What the last one left unread is skipped, so that a change of one input
    /// does not shift what the following ones read.
    fn next_record(&mut self) {}
}
