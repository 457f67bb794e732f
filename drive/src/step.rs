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
    /// The server refuses what the model accepts: what it says.
    pub refused: Option<HttpReply>,
    /// Whether the server accepted it, and so has everything that it uses.
    pub let_through: bool,
    /// Both refuse, and who knows whether for the same reason: it bears nothing out.
    pub is_unsure: bool,
}

impl StepResult {
    pub(crate) fn not_asked() -> Self {
        Self { goes_on: true, ..Self::default() }
    }
}
