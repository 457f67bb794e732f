//! Choices from bytes.

use super::Choices;

/// The number of bytes of one input: enough for the input with the most choices.
pub const RECORD: usize = 16;

/// Reads choices from any bytes, a record for each input. Missing bytes are 0.
#[derive(Clone, Debug)]
pub struct Bytes<'a> {
    /// The records that have not been begun.
    rest: &'a [u8],
    /// The rest of the current record.
    record: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// Returns the choices in `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, record: &[] }
    }

    fn byte(&mut self) -> u32 {
        let Some((first, rest)) = self.record.split_first() else { return 0 };
        self.record = rest;
        u32::from(*first)
    }
}

impl Choices for Bytes<'_> {
    #[inline]
    fn choose(&mut self, options: u32) -> u32 {
        // The remainder: a small change of a byte causes a small change of the choice.
        match options {
            0 | 1 => 0,
            2..=256 => self.byte().checked_rem(options).unwrap_or(0),
            _ => {
                let (high, low) = (self.byte(), self.byte());
                (high << 8 | low).checked_rem(options).unwrap_or(0)
            }
        }
    }

    fn is_exhausted(&self) -> bool {
        self.rest.is_empty()
    }

    fn next_record(&mut self) {
        (self.record, self.rest) = self.rest.split_at(self.rest.len().min(RECORD));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_from_its_beginning() {
        let mut bytes = [0; 2 * RECORD + 1];
        (bytes[0], bytes[1], bytes[RECORD], bytes[2 * RECORD]) = (7, 1, 9, 5);
        let mut choices = Bytes::new(&bytes);
        choices.next_record();
        assert_eq!([choices.choose(4), choices.choose(1), choices.choose(1_000)], [3, 0, 256]);
        choices.next_record();
        assert_eq!(choices.choose(256), 9);
        assert!(!choices.is_exhausted());
        choices.next_record();
        assert!(choices.is_exhausted());
        assert_eq!([choices.choose(4), choices.choose(4)], [1, 0], "missing bytes are 0");
    }

    #[test]
    fn no_bytes_are_no_choices() {
        let mut choices = Bytes::new(&[]);
        assert!(choices.is_exhausted());
        choices.next_record();
        assert_eq!(choices.choose(3), 0);
    }
}
