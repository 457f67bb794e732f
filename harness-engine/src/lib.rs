//! The engine of this workspace behind the port of the harness.
//!
//! ```
//! use holdfast_harness::{Verdict, suite};
//! use holdfast_harness_engine::EngineSubject;
//!
//! let trace = "create pi1 1000 usd manual method=card_visa confirm\ncapture pi1 700\n";
//! let verdict = suite::replay(&mut EngineSubject::default(), trace)?;
//! assert!(matches!(verdict, Verdict::Agree(_)), "{verdict:?}");
//! # Ok::<(), String>(())
//! ```
//!
//! Read first:
//!
//! 1. [`EngineSubject`] — the engine in this process as a [`Subject`](holdfast_harness::Subject) that can also crash,
//!    restart and take overlapping requests.
//! 2. [`injected_faults`] — the same engine with one rule broken on purpose.
//! 3. [`strength`] — the number of runs that each technique needs to detect an injected fault.
//! 4. [`reproduction`] — the command and the test that replay a counterexample on this engine.
#![forbid(unsafe_code)]

pub mod injected_faults;
mod reproduction;
pub mod strength;
mod subject;

pub use reproduction::reproduction;
pub use subject::EngineSubject;
