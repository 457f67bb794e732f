//! The engine of this workspace behind the port of the harness.
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
