//! The port to an engine: whoever implements [`Subject`] has their engine checked.

use holdfast_model::{Call, Event, KeyId, Notification, Operation, Outcome, Terms};
use holdfast_properties::Snapshot;

/// The harness could not do its work: not a verdict about the engine, and never reported as agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// What came of one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// What the client was answered; for an event, whether anything happened.
    pub outcome: Outcome,
    /// What the merchant was told, in the order it was generated.
    pub notifications: Vec<Notification>,
}

/// An engine under test, as the model's words address it.
pub trait Subject {
    /// Begins anew, with nothing in it, under `terms`.
    ///
    /// # Errors
    /// [`Failure`] when the engine cannot be had, or not under these terms.
    fn start(&mut self, terms: &Terms) -> Result<(), Failure>;

    /// A client asks; `call.key` and `call.fault` say how the request travels.
    ///
    /// # Errors
    /// [`Failure`] when no answer can be had.
    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure>;

    /// The world moves: a customer, a bank, a background job, or time.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be made to.
    fn happen(&mut self, event: &Event) -> Result<Reaction, Failure>;

    /// A request under a key arrives and is not answered yet; it holds its object.
    ///
    /// # Errors
    /// [`Failure`] where requests cannot be held open.
    fn begin(&mut self, key: KeyId, operation: &Operation) -> Result<Reaction, Failure> {
        Err(Failure(format!("this engine cannot hold {operation:?} under {key:?} open")))
    }

    /// The request that [`Self::begin`] left open is carried out and answered.
    ///
    /// # Errors
    /// [`Failure`] where requests cannot be held open.
    fn finish(&mut self, key: KeyId) -> Result<Reaction, Failure> {
        Err(Failure(format!("this engine holds nothing open under {key:?}")))
    }

    /// Everything an outsider can see now.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be seen.
    fn observe(&mut self) -> Result<Snapshot, Failure>;
}
