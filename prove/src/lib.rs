//! The money properties of the model for all amounts and for histories of any length.
//!
//! The money of a payment is described once more: [`OPERATIONS`] as guarded linear updates of the [`QUANTITIES`], and the
//! properties of the catalogue about sums of money as linear [`PROPERTIES`]. An SMT solver shows that each operation keeps
//! them for all integers ([`prove`]). The tests show that each step of the model is such an operation: every step of the
//! default scenarios up to a number of states, and steps from drawn states with amounts of the whole range. That link
//! is tested, not proven; the proof rests on it.
//!
//! The integers of the proof are unbounded. The model computes with 32 bits, and refuses a sum that does not fit, so a
//! step that the proof permits may be refused, which changes nothing.
//!
//! ```
//! use holdfast_prove::{PROPERTIES, obligations};
//!
//! let captured = PROPERTIES.iter().find(|property| property.name == "captured-within-authorization").ok_or("unknown")?;
//! assert_eq!(captured.holds, ["captured <= authorized"]);
//! let script = obligations(captured)?.script();
//! assert!(script.contains("(check-sat)"));
//! # Ok::<(), String>(())
//! ```
//!
//! Read first: `table.rs`.
//!
//! # Files
//!
//! ```text
//! table      the operations
//! properties the properties
//! quantity   the quantities, and their values in a payment of the model
//! formula    linear formulas: reading, evaluation, SMT-LIB
//! link       whether a step is an operation of the table
//! obligation what the solver must refute
//! solver     the solver's process and its answers
//! report     reports/prove.md and reports/prove/
//! ```
#![forbid(unsafe_code)]

mod formula;
mod link;
mod obligation;
mod properties;
mod quantity;
mod report;
mod solver;
mod table;

pub use formula::{LinearClause, LinearRelation, LinearSum};
pub use link::{explain_step, holds, is_invariant, start_of};
pub use obligation::{Obligations, obligations, reachability, with_operation};
pub use properties::{AUXILIARY, NOT_EXPRESSED, PROPERTIES};
pub use quantity::{QUANTITIES, Quantities, quantities};
pub use report::{files, report};
pub use solver::{SolverAnswer, SolverProof, find_solver, no_guard_is_empty, prove};
pub use table::{FreeParameter, LARGEST_AMOUNT, LinearOperation, LinearProperty, OPERATIONS, START};
