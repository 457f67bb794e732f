//! A digest of a log and of the way it is judged, by which reports of its parts are known to belong together.

use std::fmt;
use std::io::{self, Read};

/// An FNV-1a hash of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Adds `bytes`.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        self.0 = bytes.iter().fold(self.0, mix);
    }

    /// Adds the end of a file: the same bytes in other files are another log.
    pub(crate) fn end_of_file(&mut self) {
        // No text in UTF-8 has this byte.
        self.add(&[0xff]);
    }

    /// Returns the hash.
    pub(crate) const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
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
