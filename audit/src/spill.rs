//! Temporary files that events are sorted into, so that a log larger than memory can be judged payment by payment.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Files, each for a part of the keys. They have no names and go away by themselves.
pub(crate) struct Spill {
    parts: Vec<Option<BufWriter<File>>>,
}

impl Spill {
    /// So many files at the most; each is opened when something belongs there.
    pub(crate) fn new(parts: usize) -> Self {
        Self { parts: (0..parts.max(1)).map(|_| None).collect() }
    }

    /// Puts `record` where `key` belongs.
    ///
    /// # Errors
    /// Whatever the file answers.
    pub(crate) fn put(&mut self, key: &str, record: &impl Serialize) -> io::Result<()> {
        let place = place(key, self.parts.len());
        let Some(slot) = self.parts.get_mut(place) else { return Ok(()) };
        let part = match slot {
            Some(part) => part,
            None => slot.insert(BufWriter::with_capacity(1 << 14, tempfile::tempfile()?)),
        };
        serde_json::to_writer(&mut *part, record)?;
        part.write_all(b"\n")
    }

    /// Gives back what was put, part by part.
    ///
    /// # Errors
    /// Whatever the files answer.
    pub(crate) fn read<T: DeserializeOwned>(self, mut each: impl FnMut(Vec<T>) -> io::Result<()>) -> io::Result<()> {
        for part in self.parts.into_iter().flatten() {
            let mut file = part.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            let mut records = Vec::new();
            let mut reader = BufReader::with_capacity(1 << 16, file);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line)? > 0 {
                records.push(serde_json::from_slice(&line)?);
                line.clear();
            }
            each(records)?;
        }
        Ok(())
    }
}

/// The part of `parts` that `key` belongs to: the same in every run.
pub(crate) fn place(key: &str, parts: usize) -> usize {
    let mut digest = crate::digest::Digest::default();
    digest.add(key.as_bytes());
    let hash = digest.get();
    let parts = u64::try_from(parts).unwrap_or(1);
    usize::try_from((hash ^ hash >> 32).checked_rem(parts).unwrap_or(0)).unwrap_or(0)
}
