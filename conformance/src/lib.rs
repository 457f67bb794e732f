//! Any engine against the model and the properties.
//!
//! 1. [`Subject`] — the port to an engine: ask, let the world move, look.
//! 2. [`lockstep::run`] — model and subject side by side; [`properties::run`] — the subject alone.
//! 3. [`Verdict`] — what came of it: agreement, a divergence, a violated property, or that nothing can be said.
//! 4. [`Choices`] — where arbitrary sequences come from: bytes, a seeded source, an odometer, a recorded list.
//!
//! An input is the model's own [`Input`](holdfast_model::Input); what is seen of an engine is in the model's own
//! views. So properties and model judge an engine as they judge each other.
#![forbid(unsafe_code)]

pub mod allowed;
pub mod choices;
pub mod concurrent;
pub mod counterexample;
pub mod coverage;
pub mod crash;
pub mod drive;
pub mod generator;
pub mod lockstep;
pub mod mermaid;
pub mod mutate;
pub mod notifications;
mod open;
pub mod oracle;
pub mod properties;
pub mod reading;
pub mod repaired;
pub mod retries;
mod room;
pub mod saboteurs;
pub mod shrink;
pub mod strength;
pub mod subject;
pub mod subjects;
pub mod tolerated;
mod twin;
pub mod verdict;
pub mod way;

pub use choices::Choices;
pub use lockstep::Lockstep;
pub use subject::{Answer, Failure, KeySight, Reaction, Refused, Sight, Subject};
pub use verdict::{Difference, Divergence, Identity, Inconclusive, Place, Tally, Verdict, Violation};
pub use way::Way;
