//! Any engine against the model and the claims.
//!
//! 1. [`Subject`] — the port to an engine: ask, let the world move, look.
//! 2. [`Choices`] — where arbitrary sequences come from: bytes, a seeded source, an odometer, a recorded list.
//!
//! An input is the model's own [`Input`](holdfast_model::Input); what is seen of an engine is the model's own
//! [`Snapshot`](holdfast_properties::Snapshot). So claims and model judge an engine as they judge each other.
#![forbid(unsafe_code)]

pub mod choices;
pub mod subject;

pub use choices::Choices;
pub use subject::{Failure, Reaction, Subject};
