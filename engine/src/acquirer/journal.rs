//! The simulated acquirer's memory across processes: one line of JSON for each effect.

use super::{Ask, Reference};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Where a simulated acquirer keeps its effects.
pub trait Journal: Send + Sync {
    /// Every effect so far, oldest first.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be read.
    fn read(&self) -> Result<Vec<(Reference, Ask)>, JournalError>;

    /// Writes one effect.
    ///
    /// # Errors
    /// [`JournalError`] when it cannot be written.
    fn append(&self, reference: Reference, ask: &Ask) -> Result<(), JournalError>;
}

/// The journal cannot be read or written.
#[derive(Debug)]
pub struct JournalError(pub String);

impl std::fmt::Display for JournalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the acquirer's journal: {}", self.0)
    }
}

impl std::error::Error for JournalError {}

/// A journal in a file. An effect is one `write`, so it survives the death of the process whole or not at
/// all; a line cut short by a crash never had its effect and is dropped. It is not forced to the disk: the
/// acquirer stands for a machine elsewhere, which a power cut here does not reach.
#[derive(Debug)]
pub struct JournalFile {
    file: Mutex<File>,
    text: Mutex<String>,
}

impl JournalFile {
    /// Opens the journal at `path`, or begins it.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be opened or is not text.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let name = |error: std::io::Error| JournalError(format!("{}: {error}", path.display()));
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(name)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(name)?;
        let whole = text.rfind('\n').map_or(0, |end| end.saturating_add(1));
        if whole < text.len() {
            text.truncate(whole);
            file.set_len(u64::try_from(whole).unwrap_or(0)).map_err(name)?;
        }
        Ok(Self { file: Mutex::new(file), text: Mutex::new(text) })
    }
}

impl Journal for JournalFile {
    fn read(&self) -> Result<Vec<(Reference, Ask)>, JournalError> {
        let text = std::mem::take(&mut *self.text.lock().unwrap_or_else(PoisonError::into_inner));
        let entry = |line: &str| serde_json::from_str(line).map_err(|error| JournalError(format!("{error}: {line}")));
        text.lines().map(entry).collect()
    }

    fn append(&self, reference: Reference, ask: &Ask) -> Result<(), JournalError> {
        let mut line = serde_json::to_string(&(reference, ask)).map_err(|error| JournalError(error.to_string()))?;
        line.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).map_err(|error| JournalError(error.to_string()))
    }
}
