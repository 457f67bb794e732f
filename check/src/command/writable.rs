//! Checks before a long run that its results can be written.

use std::fs::{self, OpenOptions};
use std::path::Path;

use super::Failure;

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("cannot write {}: {error}", path.display()))
}

/// Creates `folder` if it is missing, and checks that a file can be created in it.
///
/// # Errors
/// Returns a usage failure that names the folder.
pub(super) fn folder(folder: &Path) -> Result<(), Failure> {
    if folder.is_file() {
        return Err(Failure::Usage(format!("cannot write {}: it is a file; expected a folder", folder.display())));
    }
    fs::create_dir_all(folder).map_err(|error| failure(folder, &error))?;
    let probe = folder.join(format!(".check-{}", std::process::id()));
    fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).map_err(|error| failure(folder, &error))
}

/// Creates the folder of `file` if it is missing, and checks that the file can be written. Changes no contents.
///
/// # Errors
/// Returns a usage failure that names the file.
pub(super) fn file(file: &Path) -> Result<(), Failure> {
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(|error| failure(file, &error))?;
    }
    if file.is_dir() {
        return Err(Failure::Usage(format!("cannot write {}: it is a folder; expected a file", file.display())));
    }
    let is_new = !file.exists();
    OpenOptions::new().append(true).create(true).open(file).map_err(|error| failure(file, &error))?;
    if is_new { fs::remove_file(file).map_err(|error| failure(file, &error)) } else { Ok(()) }
}
