//! The result of one input.

use holdfast_properties::{AbstractTransition, PropertyBits};

use crate::finding::Sighting;
use crate::wire::HttpReply;

/// The result of one input.
#[derive(Clone, Debug, Default)]
pub struct StepResult {
    /// Whether it was sent.
    pub asked: bool,
    /// The differences.
    pub sightings: Vec<Sighting>,
    /// Whether the sequence can continue: both states are known.
    pub goes_on: bool,
    /// The kind of the step.
    pub edge: Option<AbstractTransition>,
    /// Properties that the step bears out: a bit each.
    pub witnessed: PropertyBits,
    /// The server refuses a request that the model accepts, with this reply.
    pub refused: Option<HttpReply>,
    /// Whether the server accepted it, and so has everything that it uses.
    pub let_through: bool,
    /// Both refuse, perhaps for different reasons, so the step confirms nothing.
    pub is_unsure: bool,
}

impl StepResult {
    pub(crate) fn not_asked() -> Self {
        Self { goes_on: true, ..Self::default() }
    }
}
