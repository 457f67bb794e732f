//! `check report`: the files of `reports/`, and their HTML edition.

use std::path::Path;

use crate::table::counted;

use super::{CommonOptions, Dependencies, Exit, Failure, Io, writable};

/// Writes the reports into `to` and prints the path of each file.
pub(super) fn run(
    to: &Path,
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    writable::folder(to)?;
    let files = (dependencies.report)(to, options.threads())
        .map_err(|error| Failure::Usage(format!("cannot write the reports to {}: {error}", to.display())))?;
    for file in files {
        writeln!(io.out, "{}", file.display())?;
    }
    Ok(Exit::Fine)
}

/// Writes the HTML edition of the reports in `reports` into `to` and prints the path of its first page.
pub(super) fn html(reports: &Path, to: &Path, io: &mut Io<'_>) -> Result<Exit, Failure> {
    writable::folder(to)?;
    let files = holdfast_evidence::html::write(reports, to).map_err(|error| Failure::Usage(error.to_string()))?;
    writeln!(io.out, "{}: open {}", counted(files.len(), "file"), to.join("index.html").display())?;
    Ok(Exit::Fine)
}
