//! A digest of a log and of the way it is judged, by which reports of its parts are known to belong together.

use std::fmt;
use std::io::{self, Read};

/// A hash of 64 bits over bytes, eight at a time. It depends on the bytes and not on the pieces in which they are added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digest {
    hash: u64,
    /// The bytes after the last eight, and their number.
    rest: [u8; 8],
    length: usize,
}

impl Digest {
    /// Adds `bytes`.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while self.length > 0 {
            let [first, others @ ..] = bytes else { return };
            self.add_one(*first);
            bytes = others;
        }
        let (words, rest) = bytes.as_chunks::<8>();
        self.hash = words.iter().fold(self.hash, |hash, word| mixed(hash, *word));
        rest.iter().for_each(|byte| self.add_one(*byte));
    }

    fn add_one(&mut self, byte: u8) {
        if let Some(place) = self.rest.get_mut(self.length) {
            *place = byte;
        }
        self.length = self.length.saturating_add(1);
        if self.length == self.rest.len() {
            self.hash = mixed(self.hash, self.rest);
            self.length = 0;
        }
    }

    /// Adds the end of a file, so that the same bytes divided otherwise give another digest.
    pub(crate) fn end_of_file(&mut self) {
        // No text in UTF-8 has this byte.
        self.add(&[0xff]);
    }

    /// Returns the hash.
    pub(crate) fn get(mut self) -> u64 {
        let length = self.length;
        self.rest.iter_mut().skip(length).for_each(|byte| *byte = 0);
        let end = u64::try_from(length).unwrap_or(0).to_le_bytes();
        mixed(mixed(self.hash, self.rest), end)
    }
}

/// Returns the hash after eight more bytes.
fn mixed(hash: u64, word: [u8; 8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let product = (hash ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
    product ^ product >> 32
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.get())
    }
}

/// A reader that adds all that is read to a digest.
pub(crate) struct Digested<'a, R> {
    /// The reader.
    pub(crate) log: R,
    /// The digest.
    pub(crate) digest: &'a mut Digest,
}

impl<R: Read> Read for Digested<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.log.read(buffer)?;
        self.digest.add(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pieces: &[&[u8]]) -> u64 {
        let mut digest = Digest::default();
        pieces.iter().for_each(|piece| digest.add(piece));
        digest.get()
    }

    #[test]
    fn a_digest_is_of_the_bytes_and_not_of_the_pieces() {
        let bytes: Vec<u8> = (0..40).collect();
        for length in 0..bytes.len() {
            let whole = of(&[&bytes[..length]]);
            for cut in 0..=length {
                assert_eq!(of(&[&bytes[..cut], &bytes[cut..length]]), whole, "{length}, cut at {cut}");
            }
            let mut other = bytes[..length].to_vec();
            for place in 0..length {
                other[place] ^= 1;
                assert_ne!(of(&[&other]), whole, "{length}, changed at {place}");
                other[place] ^= 1;
            }
            other.push(0);
            assert_ne!(of(&[&other]), whole, "{length}, and a zero");
        }
    }
}
