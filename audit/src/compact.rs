//! Bytes of the records in temporary files: smaller than JSON, and faster to read.

use crate::seen::{Id, Seen, Text};

/// A value that is written as bytes, and read again by the same build.
pub(crate) trait Compact: Sized {
    /// Appends the value.
    fn write(&self, out: &mut Vec<u8>);

    /// Takes a value off the front; `None` if the bytes are not those of one.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

/// Takes `length` bytes off the front; `None` if there are fewer.
fn take<'a>(from: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(taken)
}

impl Compact for u8 {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        take(from, 1)?.first().copied()
    }
}

impl Compact for u64 {
    /// Seven bits in each byte, the lowest first; the last byte has no high bit.
    fn write(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        loop {
            let [low, ..] = rest.to_le_bytes();
            rest >>= 7;
            if rest == 0 {
                out.push(low & 0x7f);
                return;
            }
            out.push(low | 0x80);
        }
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = u8::read(from)?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

impl Compact for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        // The lowest bit is the sign, so that small numbers are short.
        let folded = (*self << 1) ^ (*self >> 63);
        folded.cast_unsigned().write(out);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        let folded = u64::read(from)?;
        let sign = if folded & 1 == 1 { -1 } else { 0 };
        Some((folded >> 1).cast_signed() ^ sign)
    }
}

impl Compact for bool {
    fn write(&self, out: &mut Vec<u8>) {
        u8::from(*self).write(out);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(u8::read(from)? == 1)
    }
}

impl Compact for String {
    fn write(&self, out: &mut Vec<u8>) {
        u64::try_from(self.len()).unwrap_or(u64::MAX).write(out);
        out.extend_from_slice(self.as_bytes());
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(u64::read(from)?).ok()?;
        str::from_utf8(take(from, length)?).ok().map(str::to_owned)
    }
}

impl Compact for Text {
    fn write(&self, out: &mut Vec<u8>) {
        u64::try_from(self.len()).unwrap_or(u64::MAX).write(out);
        out.extend_from_slice(self.as_bytes());
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(u64::read(from)?).ok()?;
        str::from_utf8(take(from, length)?).ok().map(Self::from)
    }
}

impl Compact for Id {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        Text::read(from).map(Self)
    }
}

impl<T: Compact> Compact for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (**self).write(out);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        T::read(from).map(Self::new)
    }
}

impl<T: Compact> Compact for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        u64::try_from(self.len()).unwrap_or(u64::MAX).write(out);
        self.iter().for_each(|item| item.write(out));
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = u64::read(from)?;
        (0..length).map(|_| T::read(from)).collect()
    }
}

impl<T: Compact> Compact for Seen<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Absent => out.push(0),
            Self::Null => out.push(1),
            Self::Is(value) => {
                out.push(2);
                value.write(out);
            }
            Self::Odd(words) => {
                out.push(3);
                words.write(out);
            }
        }
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        match u8::read(from)? {
            0 => Some(Self::Absent),
            1 => Some(Self::Null),
            2 => T::read(from).map(Self::Is),
            3 => Box::read(from).map(Self::Odd),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn same<T: Compact + PartialEq + Debug>(values: &[T]) {
        for value in values {
            let mut bytes = Vec::new();
            value.write(&mut bytes);
            let mut rest = bytes.as_slice();
            assert_eq!(T::read(&mut rest).as_ref(), Some(value));
            assert!(rest.is_empty(), "{value:?}");
            for length in 0..bytes.len() {
                // Cut bytes are no value, and no panic.
                assert_eq!(T::read(&mut &bytes[..length]), None, "{value:?} cut at {length}");
            }
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        same(&[0, 1, 127, 128, 16_383, 16_384, u64::MAX - 1, u64::MAX]);
        same(&[0, 1, -1, 63, -64, 64, -65, i64::MAX, i64::MIN]);
        same(&[true, false]);
        same(&[String::new(), "a".to_owned(), "ä\u{0}".repeat(200)]);
        same(&[vec![1_u64, 2], Vec::new()]);
        same(&[Seen::Absent, Seen::Null, Seen::Is(-7_i64), Seen::Odd(Box::new("the text \"17\"".to_owned()))]);
        same(&[Seen::Is(Id("ch_1".into()))]);
    }

    #[test]
    fn events_are_read_as_they_were() {
        let odd = r#"{"id":"evt_odd","type":"charge.updated","created":1,"request":"req_1","data":{"object":{"id":"ch_1",
            "object":"charge","amount":"10","charges":{"data":[{"id":"ch_1"},{"id":null}]},"transfer_data":{"amount":-1},
            "payment_method_details":{"card":{"capture_before":7}}},"previous_attributes":{"refunded":null}}}"#;
        let samples = [include_str!("../samples/accepted.jsonl"), include_str!("../samples/tampered.jsonl"), odd];
        let mut events = Vec::new();
        for sample in samples {
            let read = crate::read::events(sample.as_bytes(), false, |logged, _| {
                events.push(logged);
                Ok(())
            });
            assert!(read.is_ok(), "{read:?}");
        }
        assert!(events.len() > 10);
        same(&events);
    }
}
