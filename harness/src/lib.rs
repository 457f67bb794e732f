//! A harness that compares any payment engine with the model and the properties.
//!
//! ```
//! use holdfast_harness::{ModelSubject, Suite};
//!
//! let report = Suite::new(ModelSubject::default()).sequences(2).skip(("retries", "the model has three keys")).run();
//! assert!(report.agreed(), "{report}");
//! ```
//!
//! Read first:
//!
//! 1. [`Subject`] — the port to an engine: start, submit, inject an environment event, observe.
//! 2. [`lockstep::run`] — model and subject side by side; [`properties::run`] — the subject alone.
//! 3. [`Verdict`] — the result of a run: agreement, a divergence, a violated property, or inconclusive.
//! 4. [`Choices`] — sources of arbitrary sequences: bytes, a seeded source, an odometer, a recorded list.
//! 5. [`deadlines::Lattice`] — every order of the inputs that race around each deadline.
//! 6. [`RunMode`] — one way to run a sequence on a subject, as the heading of a trace names it.
//!
//! An input is the model's own [`Input`](holdfast_model::Input), and an observation of an engine consists of the
//! model's own views. The properties therefore judge an engine as they judge the model. This crate knows no engine.
#![forbid(unsafe_code)]

pub mod alternative_error;
mod baseline;
pub mod bounds;
pub mod capabilities;
pub mod choices;
pub mod concurrent;
pub mod counterexample;
pub mod coverage;
pub mod crash;
pub mod deadlines;
pub mod drive;
pub mod generator;
pub mod guarded;
pub mod lockstep;
pub mod mermaid;
mod model_subject;
pub mod mutate;
pub mod notifications;
mod open_requests;
pub mod oracle;
pub mod permitted;
pub mod properties;
pub mod reading;
pub mod retries;
pub mod run_mode;
pub mod shrink;
pub mod subject;
pub mod suite;
pub mod tolerated;
pub mod verdict;
mod views;
mod visibility;

pub use capabilities::{Capabilities, Capability, Field};
pub use choices::Choices;
pub use lockstep::Lockstep;
pub use model_subject::ModelSubject;
pub use run_mode::RunMode;
pub use subject::{Answer, Failure, IdempotencyKeySnapshot, Reaction, Refused, Subject, SystemSnapshot};
pub use suite::{Suite, SuiteReport, replay, test};
pub use verdict::{Difference, Divergence, Identity, Inconclusive, Place, Tally, Verdict, Violation};
pub use views::CardPayment;
