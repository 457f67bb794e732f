//! The specification as data: the requirement rows of `spec/*.md`, and the requirement ids that a text cites.
//!
//! Reports and tests use this crate to list every requirement, to resolve citations, and to find requirements that
//! nothing keeps. The crate depends on nothing, and no crate outside tests and tools needs it.
//!
//! ```
//! let row = holdfast_spec::requirement("B34").unwrap();
//! assert!(row.text.contains("MUST"));
//! assert_eq!(holdfast_spec::cited("see B52 to B54 and CAP-6"), ["B52", "B53", "B54", "CAP-6"]);
//! ```
//!
//! Read first: `spec/README.md` (how the tables are written), `src/lib.rs` (rows), `src/citations.rs` (ids in a text).

#![forbid(unsafe_code)]

mod citations;
mod keeping;
mod table;

pub use citations::{cited, is_id};
pub use keeping::{Keeper, KeeperKind, engine_tests, gaps, golden_trace, report};

/// The certainty of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// Official documentation, an official SDK or a recorded answer states it.
    Certain,
    /// One second-hand source states it, or several sources imply it.
    Likely,
    /// No source states it; the project decides.
    DecidedHere,
}

impl Certainty {
    /// Returns the words for this certainty in the tables.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::DecidedHere => "decided here",
        }
    }
}

/// One row of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The id, for example `B34` or `CAP-6`.
    pub id: &'static str,
    /// The sentence with MUST, MUST NOT or MAY.
    pub text: &'static str,
    /// The short names of the sources (`spec/README.md`).
    pub source: &'static str,
    /// The certainty of the requirement.
    pub certainty: Certainty,
    /// The file name below `spec/`.
    pub file: &'static str,
}

/// The files of the specification in the order of `spec/README.md`, each with its text.
pub const FILES: [(&str, &str); 19] = [
    ("lifecycle.md", include_str!("../lifecycle.md")),
    ("capture.md", include_str!("../capture.md")),
    ("expiry.md", include_str!("../expiry.md")),
    ("refunds.md", include_str!("../refunds.md")),
    ("connect.md", include_str!("../connect.md")),
    ("async-capture.md", include_str!("../async-capture.md")),
    ("events.md", include_str!("../events.md")),
    ("setup-intents.md", include_str!("../setup-intents.md")),
    ("checkout.md", include_str!("../checkout.md")),
    ("idempotency.md", include_str!("../idempotency.md")),
    ("errors.md", include_str!("../errors.md")),
    ("api-versions.md", include_str!("../api-versions.md")),
    ("test-methods.md", include_str!("../test-methods.md")),
    ("amounts.md", include_str!("../amounts.md")),
    ("dialect.md", include_str!("../dialect.md")),
    ("recordings.md", include_str!("../recordings.md")),
    ("hazards.md", include_str!("../hazards.md")),
    ("invariants.md", include_str!("../invariants.md")),
    ("contradictions.md", include_str!("../contradictions.md")),
];

/// `spec/README.md`: how to read the tables, and the list of sources.
pub const README: &str = include_str!("../README.md");

/// `spec/not-kept.md`: the requirements that nothing keeps, with reasons.
const NOT_KEPT: &str = include_str!("../not-kept.md");

/// Returns every requirement, file by file, in the order of the tables.
#[must_use]
pub fn requirements() -> Vec<Requirement> {
    FILES.iter().flat_map(|(file, text)| table::requirements(file, text)).collect()
}

/// Returns the requirement called `id`, or `None` if there is none.
#[must_use]
pub fn requirement(id: &str) -> Option<Requirement> {
    requirements().into_iter().find(|row| row.id == id)
}

/// Returns every requirement that nothing keeps, as id and reason.
#[must_use]
pub fn not_kept() -> Vec<(&'static str, &'static str)> {
    table::rows(NOT_KEPT)
        .filter_map(|cells| match cells.as_slice() {
            [id, reason] => Some((*id, *reason)),
            _ => None,
        })
        .collect()
}
