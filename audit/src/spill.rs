//! Temporary files that events are sorted into, so that a log larger than memory can be judged payment by payment.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use crate::compact::Compact;

/// Files, each for a part of the keys. They have no names and go away by themselves.
pub(crate) struct Spill {
    parts: Vec<Option<BufWriter<File>>>,
    /// The bytes of one record.
    bytes: Vec<u8>,
}

impl Spill {
    /// The maximum number of files; each is opened when it is needed.
    pub(crate) fn new(parts: usize) -> Self {
        Self { parts: (0..parts.max(1)).map(|_| None).collect(), bytes: Vec::new() }
    }

    /// Puts `record` where `key` belongs.
    ///
    /// # Errors
    /// Returns the error of the file.
    pub(crate) fn put(&mut self, key: &str, record: &impl Compact) -> io::Result<()> {
        let place = place(key, self.parts.len());
        let Some(slot) = self.parts.get_mut(place) else { return Ok(()) };
        let part = match slot {
            Some(part) => part,
            None => slot.insert(BufWriter::with_capacity(1 << 14, tempfile::tempfile()?)),
        };
        self.bytes.clear();
        record.write(&mut self.bytes);
        let length = u32::try_from(self.bytes.len()).map_err(io::Error::other)?;
        part.write_all(&length.to_le_bytes())?;
        part.write_all(&self.bytes)
    }

    /// Gives back what was put, part by part.
    ///
    /// # Errors
    /// Returns the error of the files.
    pub(crate) fn read<T: Compact>(self, mut each: impl FnMut(Vec<T>) -> io::Result<()>) -> io::Result<()> {
        for part in self.parts.into_iter().flatten() {
            let mut file = part.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            let mut records = Vec::new();
            let mut reader = BufReader::with_capacity(1 << 16, file);
            let mut bytes = Vec::new();
            while let Some(length) = next_length(&mut reader)? {
                bytes.resize(length, 0);
                reader.read_exact(&mut bytes)?;
                let record = T::read(&mut bytes.as_slice());
                records.push(record.ok_or_else(|| io::Error::other("a temporary file has changed"))?);
            }
            each(records)?;
        }
        Ok(())
    }
}

/// Returns the length of the next record, or `None` at the end.
fn next_length(reader: &mut impl io::BufRead) -> io::Result<Option<usize>> {
    if reader.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    usize::try_from(u32::from_le_bytes(length)).map(Some).map_err(io::Error::other)
}

/// The part of `parts` that `key` belongs to: the same in every run.
pub(crate) fn place(key: &str, parts: usize) -> usize {
    let mut digest = crate::digest::Digest::default();
    digest.add(key.as_bytes());
    let hash = digest.get();
    let parts = u64::try_from(parts).unwrap_or(1);
    usize::try_from((hash ^ hash >> 32).checked_rem(parts).unwrap_or(0)).unwrap_or(0)
}
