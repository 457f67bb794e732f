//! Temporary files that events are sorted into, so that a log larger than memory can be judged payment by payment.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use crate::compact::Compact;

/// A record that is sorted by a key.
pub(crate) trait Keyed: Compact {
    /// Returns the key.
    fn key(&self) -> &str;
}

/// The most bytes of a part that are read at once; in memory they take about five times as much.
const LARGEST: u64 = 16 << 20;

/// The files into which a part is sorted that is larger.
const PARTS_OF_A_PART: usize = 16;

/// The most times that a part is sorted again. A key whose records alone are more than a part stays whole.
const DEEPEST: u8 = 3;

/// Files, each for a part of the keys. They have no names and go away by themselves.
pub(crate) struct Spill {
    parts: Vec<Option<BufWriter<File>>>,
    /// The bytes of one record.
    bytes: Vec<u8>,
    /// The most bytes of a part that are read at once.
    largest: u64,
    /// The number of times that what comes here was sorted before.
    depth: u8,
}

impl Spill {
    /// The maximum number of files; each is opened when it is needed.
    pub(crate) fn new(parts: usize) -> Self {
        Self { parts: (0..parts.max(1)).map(|_| None).collect(), bytes: Vec::new(), largest: LARGEST, depth: 0 }
    }

    /// Puts `record` where `key` belongs.
    ///
    /// # Errors
    /// Returns the error of the file.
    pub(crate) fn put(&mut self, key: &str, record: &impl Compact) -> io::Result<()> {
        let place = place_at(self.depth, key, self.parts.len());
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

    /// Returns the stored records, part by part; all records of a key come together.
    ///
    /// # Errors
    /// Returns the error of the files.
    pub(crate) fn read<T: Keyed>(self, mut each: impl FnMut(Vec<T>) -> io::Result<()>) -> io::Result<()> {
        self.read_parts(&mut each)
    }

    fn read_parts<T: Keyed>(self, each: &mut dyn FnMut(Vec<T>) -> io::Result<()>) -> io::Result<()> {
        let Self { parts, largest, depth, bytes: _ } = self;
        for part in parts.into_iter().flatten() {
            let mut file = part.into_inner().map_err(io::IntoInnerError::into_error)?;
            let is_small = file.stream_position()? <= largest;
            file.rewind()?;
            if is_small || depth >= DEEPEST {
                let mut records = Vec::new();
                each_of(file, |record| {
                    records.push(record);
                    Ok(())
                })?;
                each(records)?;
                continue;
            }
            let mut again = Self { largest, depth: depth.saturating_add(1), ..Self::new(PARTS_OF_A_PART) };
            each_of(file, |record: T| again.put(record.key(), &record))?;
            again.read_parts(each)?;
        }
        Ok(())
    }
}

/// Gives each record of a file to `take`.
fn each_of<T: Compact>(file: File, mut take: impl FnMut(T) -> io::Result<()>) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut bytes = Vec::new();
    while let Some(length) = next_length(&mut reader)? {
        bytes.resize(length, 0);
        reader.read_exact(&mut bytes)?;
        let record = T::read(&mut bytes.as_slice());
        take(record.ok_or_else(|| io::Error::other("a temporary file has changed"))?)?;
    }
    Ok(())
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
    place_at(0, key, parts)
}

/// The part of `parts` that `key` belongs to when a part is sorted again, which has nothing to do with the first time.
fn place_at(depth: u8, key: &str, parts: usize) -> usize {
    let mut digest = crate::digest::Digest::default();
    digest.add(key.as_bytes());
    if depth > 0 {
        digest.add(&[depth; 9]);
    }
    let hash = digest.get();
    let parts = u64::try_from(parts).unwrap_or(1);
    usize::try_from((hash ^ hash >> 32).checked_rem(parts).unwrap_or(0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Keyed for String {
        fn key(&self) -> &str {
            self.split(' ').next().unwrap_or_default()
        }
    }

    /// Sorts records of `keys` keys into one file, read in parts of at most `largest` bytes. Returns the parts.
    fn parts(largest: u64, keys: usize) -> Vec<Vec<String>> {
        let mut spill = Spill { largest, ..Spill::new(1) };
        for (number, key) in (0..7).flat_map(|_| 0..keys).enumerate() {
            let record = format!("pi_{key} {number}");
            spill.put(record.key(), &record).unwrap();
        }
        let mut parts = Vec::new();
        spill
            .read(|part: Vec<String>| {
                parts.push(part);
                Ok(())
            })
            .unwrap();
        parts
    }

    /// Memory is one part, and a part of any log is as small as its largest payment permits.
    #[test]
    fn a_part_that_is_too_large_is_sorted_again() {
        assert_eq!(parts(u64::MAX, 500).len(), 1);
        for keys in [1, 2, 500] {
            let parts = parts(300, keys);
            let number = parts.iter().map(Vec::len).sum::<usize>();
            assert_eq!(number, keys.saturating_mul(7));
            assert!(keys < 500 || parts.len() > 50, "{} parts", parts.len());
            for part in &parts {
                // In the order in which they came, each key whole.
                assert!(part.windows(2).all(|two| {
                    let number = |record: &String| record.split(' ').nth(1).unwrap().parse::<usize>().unwrap();
                    number(&two[0]) < number(&two[1])
                }));
                for record in part {
                    let of_key = part.iter().filter(|other| other.key() == record.key()).count();
                    assert_eq!(of_key, 7, "{record}");
                }
            }
        }
    }
}
