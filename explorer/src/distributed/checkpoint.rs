//! Checkpoints: one file for each worker and level.
//!
//! A file holds a line of JSON about the run, the worker's findings, its part of the visited set, its states of the
//! next level, and a checksum. It is written under a temporary name first, so every file with its final name is whole.

use super::parcel::take;
use super::share::Share;
use crate::fingerprint::{Fingerprinter, fingerprint};
use crate::recorded::{Full, Record, Recorded, Trail};
use crate::space::Portable;
use crate::table::Table;
use crate::visited::{Origin, Shard};
use serde::{Deserialize, Serialize};
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::visited::lock;

/// A part of the visited set that can be written to a file.
pub(super) trait Kept<S: Portable>: Sized {
    /// Appends all entries to `bytes`.
    fn keep(&self, bytes: &mut Vec<u8>);
    /// Reads what [`Kept::keep`] wrote.
    fn restore(bytes: &mut &[u8]) -> Option<Self>;
}

impl<S: Portable> Kept<S> for Table<()> {
    fn keep(&self, bytes: &mut Vec<u8>) {
        let keys = self.keys().count();
        bytes.extend_from_slice(&u64::try_from(keys).unwrap_or(u64::MAX).to_le_bytes());
        for key in self.keys() {
            bytes.extend_from_slice(&key.to_le_bytes());
        }
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        let mut table = <Self as Shard<u64>>::new();
        for _ in 0..u64::from_le_bytes(*take(bytes)?) {
            let key = u64::from_le_bytes(*take(bytes)?);
            table.insert(key, &key, Origin::default(), 0);
        }
        Some(table)
    }
}

impl<S: Portable> Kept<S> for Recorded<Full<S::State>> {
    fn keep(&self, bytes: &mut Vec<u8>) {
        let records = self.records().count();
        bytes.extend_from_slice(&u64::try_from(records).unwrap_or(u64::MAX).to_le_bytes());
        for record in self.records() {
            let Trail { before, ordinal, depth } = *record.trail();
            bytes.extend_from_slice(&before.to_le_bytes());
            bytes.extend_from_slice(&ordinal.to_le_bytes());
            bytes.extend_from_slice(&depth.to_le_bytes());
            if let Some(state) = record.state() {
                S::pack(state, bytes);
            }
        }
    }

    fn restore(bytes: &mut &[u8]) -> Option<Self> {
        let mut all = <Self as Shard<S::State>>::new();
        for _ in 0..u64::from_le_bytes(*take(bytes)?) {
            let before = u64::from_le_bytes(*take(bytes)?);
            let ordinal = u32::from_le_bytes(*take(bytes)?);
            let depth = u32::from_le_bytes(*take(bytes)?);
            let state = S::unpack(bytes)?;
            all.insert(fingerprint(&state), &state, Origin { before, ordinal }, depth);
        }
        Some(all)
    }
}

/// A separate run finds the paths to violations, and it needs no checkpoint.
impl<S: Portable> Kept<S> for Recorded<Trail> {
    fn keep(&self, _: &mut Vec<u8>) {}

    fn restore(_: &mut &[u8]) -> Option<Self> {
        None
    }
}

/// Writes and reads checkpoints in one folder.
pub(super) struct Saver {
    folder: PathBuf,
    subject: String,
    every: Duration,
    last: Mutex<Instant>,
}

/// The first line of a file.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct CheckpointHeader {
    format: u32,
    subject: String,
    worker: usize,
    workers: usize,
    level: u32,
}

/// The version of the format.
const FORMAT: u32 = 1;

/// The worker, the number of workers, and the level before which the checkpoint was written.
type CheckpointPlace = (usize, usize, u32);

impl Saver {
    /// Keeps checkpoints of the run `subject` in `folder`, and writes one whenever `every` has passed.
    ///
    /// # Errors
    /// Returns a message if the folder cannot be created, or holds checkpoints of another run.
    pub(super) fn new(folder: &Path, subject: &str, every: Duration) -> Result<Self, String> {
        let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(folder).map_err(wrong)?;
        let saver =
            Self { folder: folder.to_owned(), subject: subject.to_owned(), every, last: Mutex::new(Instant::now()) };
        for entry in fs::read_dir(folder).map_err(wrong)? {
            let path = entry.map_err(wrong)?.path();
            if path.extension().is_some_and(|extension| extension == EXTENSION) {
                let header = header(&path)?;
                if header.subject != subject || header.format != FORMAT {
                    return Err(format!(
                        "{} is a checkpoint of another run, `{}`; expected `{subject}`: use another folder",
                        path.display(),
                        header.subject
                    ));
                }
            }
        }
        Ok(saver)
    }

    /// Returns whether the time for the next checkpoint has come.
    pub(super) fn is_due(&self) -> bool {
        let mut last = lock(&self.last);
        let due = last.elapsed() >= self.every;
        if due {
            *last = Instant::now();
        }
        due
    }

    /// Returns the levels for which a worker has a whole checkpoint.
    pub(super) fn levels(&self, worker: usize, workers: usize) -> Vec<u32> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let level = |path: &Path| {
            let header = header(path).ok()?;
            (header.worker == worker && header.workers == workers).then_some(header.level)
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let whole = paths.filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION));
        whole.filter_map(|path| level(&path)).collect()
    }

    /// Writes a checkpoint.
    ///
    /// # Errors
    /// Returns a message if the file cannot be written.
    pub(super) fn save<'s, S: Portable, V: Kept<S>>(
        &self,
        place: CheckpointPlace,
        share: &Share,
        visited: &V,
        frontier: impl Iterator<Item = &'s S::State>,
    ) -> Result<(), String> {
        let path = self.path(place);
        let wrong = |error: String| format!("cannot write the checkpoint {}: {error}", path.display());
        let (worker, workers, level) = place;
        let header = CheckpointHeader { format: FORMAT, subject: self.subject.clone(), worker, workers, level };
        let mut bytes = serde_json::to_vec(&header).map_err(|error| wrong(error.to_string()))?;
        bytes.push(b'\n');
        serde_json::to_writer(&mut bytes, share).map_err(|error| wrong(error.to_string()))?;
        bytes.push(b'\n');
        visited.keep(&mut bytes);
        for state in frontier {
            S::pack(state, &mut bytes);
        }
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        let new = path.with_extension("new");
        let written = fs::write(&new, &bytes).and_then(|()| fs::File::open(&new)?.sync_all());
        written.and_then(|()| fs::rename(&new, &path)).map_err(|error| wrong(error.to_string()))
    }

    /// Reads a checkpoint: the findings, the visited set, and the states of the next level.
    ///
    /// # Errors
    /// Returns a message if the file cannot be read or is damaged.
    pub(super) fn load<S: Portable, V: Kept<S>>(
        &self,
        worker: usize,
        workers: usize,
        level: u32,
    ) -> Result<(Share, V, Vec<S::State>), String> {
        let path = self.path((worker, workers, level));
        let wrong = |what: &str| format!("the checkpoint {} {what}", path.display());
        let bytes = fs::read(&path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let damaged = || wrong("is damaged: remove it to resume from an earlier level or from the beginning");
        let (bytes, sum) = bytes.split_last_chunk().ok_or_else(damaged)?;
        if checksum(bytes) != u64::from_le_bytes(*sum) {
            return Err(damaged());
        }
        read(bytes).ok_or_else(damaged)
    }

    /// Removes a worker's checkpoints of the levels before `level`.
    pub(super) fn forget_before(&self, worker: usize, workers: usize, level: u32) {
        for earlier in self.levels(worker, workers).into_iter().filter(|earlier| *earlier < level) {
            // A file that cannot be removed is ignored: there is a checkpoint of a later level.
            let _removed = fs::remove_file(self.path((worker, workers, earlier)));
        }
    }

    fn path(&self, (worker, workers, level): CheckpointPlace) -> PathBuf {
        self.folder.join(format!("level-{level}-worker-{worker}-of-{workers}.{EXTENSION}"))
    }
}

const EXTENSION: &str = "checkpoint";

fn header(path: &Path) -> Result<CheckpointHeader, String> {
    use std::io::BufRead;
    let wrong = |error: String| format!("{} is no checkpoint: {error}", path.display());
    let file = fs::File::open(path).map_err(|error| wrong(error.to_string()))?;
    let mut line = Vec::new();
    std::io::BufReader::new(file).read_until(b'\n', &mut line).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_slice(&line).map_err(|error| wrong(error.to_string()))
}

fn read<S: Portable, V: Kept<S>>(bytes: &[u8]) -> Option<(Share, V, Vec<S::State>)> {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let (_, share, mut rest) = (lines.next()?, lines.next()?, lines.next()?);
    let share = serde_json::from_slice(share).ok()?;
    let visited = V::restore(&mut rest)?;
    let mut frontier = Vec::new();
    while !rest.is_empty() {
        frontier.push(S::unpack(&mut rest)?);
    }
    Some((share, visited, frontier))
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = Fingerprinter::default();
    hasher.write(bytes);
    hasher.write_u64(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    hasher.finish()
}
