//! How a choice is made, read and written: said once, so that every sequence can also be put into bytes.
//!
//! The generator hands a [`Codec`] the options of every choice, and the one that it would want. A [`Reader`] lets the
//! source of choices decide and ignores the wish; a [`Writer`] notes which choice fulfils it.

use crate::choices::{Choices, RECORD};

/// What reads or writes choices.
pub(super) trait Codec {
    /// One of `0..options`. `wanted` says which one it would have to be; `None` that none would do.
    fn index(&mut self, options: usize, wanted: impl FnOnce() -> Option<usize>) -> usize;

    /// One of `options`, or `wanted` where there are none.
    #[inline]
    fn among<T: Copy + PartialEq>(&mut self, wanted: T, options: &[T]) -> T {
        let index = self.index(options.len(), || options.iter().position(|option| *option == wanted));
        options.get(index).copied().unwrap_or(wanted)
    }

    /// Yes in `yes` of `of` cases; all zeros is no.
    #[inline]
    fn chance(&mut self, wanted: bool, yes: usize, of: usize) -> bool {
        let from = of.saturating_sub(yes);
        self.index(of, || Some(if wanted { of.saturating_sub(1) } else { 0 })) >= from
    }
}

/// Lets a source of choices decide.
pub(super) struct Reader<'a, C: Choices>(pub(super) &'a mut C);

impl<C: Choices> Codec for Reader<'_, C> {
    #[inline]
    fn index(&mut self, options: usize, _: impl FnOnce() -> Option<usize>) -> usize {
        let options = u32::try_from(options).unwrap_or(u32::MAX);
        usize::try_from(self.0.choose(options)).unwrap_or(0)
    }
}

/// Notes the choices that lead to what is wanted, as a record of bytes.
#[derive(Default)]
pub(super) struct Writer {
    record: Vec<u8>,
    has_failed: bool,
}

impl Writer {
    /// The record; `None` where some wish could not be fulfilled.
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
