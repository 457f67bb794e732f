//! `check report`: the files of `reports/`, and their HTML edition.

use std::fmt::Display;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{CommonOptions, Dependencies, Exit, Failure, Io, ReportFinder, writable};
use crate::interrupt::Interrupt;
use crate::table::counted;

/// The time between two looks at the interrupt.
const LOOK: Duration = Duration::from_millis(50);

/// Finds the reports, writes them into `to` and prints the path of each file. Nothing is written after an interrupt: the
/// reports are evidence only as a whole.
pub(super) fn run(
    to: &Path,
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    writable::folder(to)?;
    io.interrupt.listen()?;
    let wrong = |error: &dyn Display| Failure::Usage(format!("cannot write the reports to {}: {error}", to.display()));
    let Some(found) = found(dependencies.report, options.threads(), &io.interrupt) else {
        writeln!(io.out, "{}: interrupted; no report was written.", io.style.open("INCOMPLETE"))?;
        return Ok(Exit::Incomplete);
    };
    let files = holdfast_evidence::write(to, found.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
    for file in files {
        writeln!(io.out, "{}", file.display())?;
    }
    Ok(Exit::Fine)
}

/// Returns the reports, or `None` after an interrupt. The thread that finds them then ends with the process.
fn found(
    find: ReportFinder,
    threads: usize,
    interrupt: &Interrupt,
) -> Option<Result<Vec<holdfast_evidence::Report>, String>> {
    let (sender, reports) = channel();
    std::thread::spawn(move || sender.send(find(threads)));
    while !interrupt.is_set() {
        match reports.recv_timeout(LOOK) {
            Ok(found) => return Some(found),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Some(Err("the search has failed; see above".to_owned())),
        }
    }
    None
}

/// Writes the HTML edition of the reports in `reports` into `to` and prints the path of its first page.
pub(super) fn html(reports: &Path, to: &Path, io: &mut Io<'_>) -> Result<Exit, Failure> {
    writable::folder(to)?;
    let files = holdfast_evidence::html::write(reports, to).map_err(|error| Failure::Usage(error.to_string()))?;
    writeln!(io.out, "{}: open {}", counted(files.len(), "file"), to.join("index.html").display())?;
    Ok(Exit::Fine)
}
