//! Choices, read and written by the same code, so that a sequence can be encoded as bytes.
//!
//! The generator passes the options of each choice and the wanted option to a [`Codec`]. A [`Reader`] takes the choice
//! from its source; a [`Writer`] records the choice that yields the wanted option.

use crate::choices::{Choices, RECORD};

/// A reader or a writer of choices.
pub(super) trait Codec {
    /// Returns an index below `options`. `wanted` returns the wanted index, or `None` if no option is wanted.
    fn index(&mut self, options: usize, wanted: impl FnOnce() -> Option<usize>) -> usize;

    /// Returns one of `options`, or `wanted` if `options` is empty.
    #[inline]
    fn among<T: Copy + PartialEq>(&mut self, wanted: T, options: &[T]) -> T {
        let index = self.index(options.len(), || options.iter().position(|option| *option == wanted));
        options.get(index).copied().unwrap_or(wanted)
    }

    /// Returns `true` in `yes` of `of` cases. The choice 0 is `false`.
    #[inline]
    fn chance(&mut self, wanted: bool, yes: usize, of: usize) -> bool {
        let from = of.saturating_sub(yes);
        self.index(of, || Some(if wanted { of.saturating_sub(1) } else { 0 })) >= from
    }
}

/// Reads choices from a source.
pub(super) struct Reader<'a, C: Choices>(pub(super) &'a mut C);

impl<C: Choices> Codec for Reader<'_, C> {
    #[inline]
    fn index(&mut self, options: usize, _: impl FnOnce() -> Option<usize>) -> usize {
        let options = u32::try_from(options).unwrap_or(u32::MAX);
        usize::try_from(self.0.choose(options)).unwrap_or(0)
    }
}

/// Writes the choices that yield the wanted options as a record of bytes.
#[derive(Default)]
pub(super) struct Writer {
    record: Vec<u8>,
    has_failed: bool,
}

impl Writer {
    /// Returns the record; `None` if an option was not available.
    pub(super) fn record(mut self) -> Option<[u8; RECORD]> {
        if self.has_failed || self.record.len() > RECORD {
            return None;
        }
        self.record.resize(RECORD, 0);
        self.record.try_into().ok()
    }
}

impl Codec for Writer {
    fn index(&mut self, options: usize, wanted: impl FnOnce() -> Option<usize>) -> usize {
        let index = wanted().unwrap_or(usize::MAX);
        self.has_failed |= index >= options.max(1);
        match options {
            0 | 1 => {}
            2..=256 => self.record.push(index.to_le_bytes().first().copied().unwrap_or(0)),
            _ => {
                let [low, high, ..] = index.to_le_bytes();
                self.record.extend([high, low]);
            }
        }
        index
    }
}
