//! Where arbitrary choices come from.

/// A source of choices. Total: it never fails and never ends, it only becomes dull.
///
/// One generator reads it, so that every driver (bytes of a fuzzer, a seeded random source, an odometer that counts
/// through everything, a recorded list) yields the same kind of sequences.
pub trait Choices {
    /// One of `0..options`; 0 when there is nothing to choose (`options` of 0 or 1), or nothing left to choose from.
    fn choose(&mut self, options: u32) -> u32;

    /// Is there nothing left? Then every further choice is 0.
    fn is_exhausted(&self) -> bool;
}
