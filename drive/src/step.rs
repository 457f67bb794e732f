//! The result of one input.

use holdfast_properties::{AbstractTransition, PropertyBits};

use crate::finding::Sighting;
use crate::wire::HttpReply;

/// What became of one input.
#[derive(Clone, Debug, Default)]
pub struct StepResult {
    /// Was it asked at all?
    pub asked: bool,
    /// What differs.
    pub sightings: Vec<Sighting>,
    /// Can the sequence go on: do both know where they are?
    pub goes_on: bool,
    /// What the step was like.
    pub edge: Option<AbstractTransition>,
    /// Properties that the step bears out: a bit each.
    pub witnessed: PropertyBits,
    /// The server refuses what the model accepts: what it says.
    pub refused: Option<HttpReply>,
    /// Did the server let it through: does it have all that the input uses?
    pub let_through: bool,
    /// Both refuse, and who knows whether for the same reason: it bears nothing out.
    pub is_unsure: bool,
}

impl StepResult {
    pub(crate) fn not_asked() -> Self {
        Self { goes_on: true, ..Self::default() }
    }
}
