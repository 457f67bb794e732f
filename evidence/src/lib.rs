//! The writers of `reports/`: deterministic text, so that a test can compare it.
//!
//! Nothing is cached: each run explores the default scenarios, plants every fault and takes every step of the
//! induction. The reports contain no times and no host names.
//!
//! ```
//! use holdfast_evidence::words::{counted, grouped};
//!
//! assert_eq!(holdfast_evidence::RULES.len(), 16);
//! assert_eq!((grouped(1_234_567), counted(1, "property")), ("1 234 567".to_owned(), "1 property".to_owned()));
//! ```
//!
//! Read first: `findings.rs` (what is computed), `properties.rs` (one report), `html/` (the site).
#![forbid(unsafe_code)]

mod findings;
pub mod html;
pub mod lifecycle;
mod properties;
#[cfg(test)]
mod sources;
mod spaces;
mod transitions;
pub mod words;

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

pub use findings::{Findings, proof_strengths};
pub use holdfast_scenarios::induction::Induction;

/// The digest of the sources of model, properties, scenarios and explorers: 16 hexadecimal digits.
///
/// Results with another digest say nothing about this program.
pub const RULES: &str = env!("HOLDFAST_RULES");

/// The version, the abbreviated commit (or `unknown`) and [`RULES`].
pub const VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (commit ", env!("HOLDFAST_COMMIT"), ", rules ", env!("HOLDFAST_RULES"), ")");

/// A report: the name and the contents of its file.
pub type Report = (&'static str, String);

/// Returns every report, in the order of `reports/README.md`.
///
/// # Errors
/// Returns a message about a finding that cannot be reported as proven: a false property, a search that was cut, a
/// property whose premise never occurred, or a planted fault that was missed.
pub fn all(threads: NonZeroUsize) -> Result<Vec<Report>, String> {
    let findings = Findings::find(threads)?;
    findings.check()?;
    let lifecycle = lifecycle::Lifecycle::observe();
    Ok(vec![
        ("lifecycle.txt", lifecycle::text(&lifecycle)),
        ("lifecycle.svg", lifecycle::svg(&lifecycle)),
        ("properties.md", properties::text(&findings)),
        ("properties.json", properties::json(&findings)?),
        ("state-space.md", spaces::text(&findings)),
        ("transitions.json", transitions::json(&findings)?),
    ])
}

/// Writes `reports` into `folder`, and returns the paths of the files.
///
/// # Errors
/// Returns an error if a file cannot be written.
pub fn write(folder: &Path, reports: Vec<Report>) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    reports
        .into_iter()
        .map(|(name, text)| {
            let path = folder.join(name);
            fs::write(&path, text)?;
            Ok(path)
        })
        .collect()
}
