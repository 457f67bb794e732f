//! `check report`: the files of `reports/`.

use std::path::Path;

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
