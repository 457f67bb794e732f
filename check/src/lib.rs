//! The command line: explores every reachable state of a model, judges each one, and runs the other tools.
//!
//! ```
//! use holdfast_check::predicate::Predicate;
//!
//! assert!(Predicate::parse("status=succeeded refunded>0").is_ok());
//! let error = Predicate::parse("status=paid").unwrap_err();
//! assert!(error.to_string().starts_with("condition 1 `status=paid`: "), "{error}");
//! ```
//!
//! Read first: `command/mod.rs` (the commands), `command/summary.rs` (the verdict), `explain.rs` (a false property).
#![forbid(unsafe_code)]

pub mod catalogue;
pub mod command;
pub mod evidence;
pub mod explain;
pub mod interrupt;
pub mod predicate;
pub mod progress;
pub mod record;
pub mod replay;
pub mod table;
pub mod web;
