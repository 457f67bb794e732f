//! The project's task runner, called as `cargo xtask`.
//!
//! It runs the CI jobs ([`ci`]), checks the rules that neither the compiler nor clippy knows ([`tidy`]), chooses fuzz
//! seeds ([`seeds`]) and draws comment sentences for grading ([`sample`]). Crates and files are read from
//! `cargo metadata` and the version control index, so a moved crate needs no change here.
//!
//! Read first: `cli.rs` (the commands), `ci/jobs.rs` (the jobs), `tidy/mod.rs` (the rules).
//!
//! ```
//! // The rules read comments through the project's own lexer.
//! let source = xtask::tidy::source::Source::parse("/// Returns one.\nfn one() -> u8 { 1 }\n");
//! assert_eq!(source.comments().first().map(|comment| comment.text.as_str()), Some("Returns one."));
//! ```

#![forbid(unsafe_code)]

pub mod ci;
pub mod cli;
pub mod process;
pub mod sample;
pub mod seeds;
pub mod tidy;
pub mod workspace;

/// The result of a task; the error is the message for the user.
pub type TaskResult<T> = Result<T, String>;
