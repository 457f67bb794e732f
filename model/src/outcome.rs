//! The response to an input.

use crate::{Amount, IntentStatus, RefundStatus, Rejection, SessionStatus, SetupStatus};

/// The response to an input.
pub type Outcome = Result<Accepted, Rejection>;

/// The response to an accepted input: the main fields of the object after the step.
///
/// Stored under an idempotency key, it is the view that a repeated request receives (IDEM-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Accepted {
    /// A PaymentIntent.
    Intent {
        /// `status`.
        status: IntentStatus,
        /// `amount_capturable`.
        capturable: Amount,
        /// `amount_received`.
        received: Amount,
    },
    /// A refund.
    Refund {
        /// `status`.
        status: RefundStatus,
        /// `amount`.
        amount: Amount,
    },
    /// A fee refund, a transfer or a reversal.
    Money {
        /// `amount`.
        amount: Amount,
    },
    /// The SetupIntent.
    Setup {
        /// `status`.
        status: SetupStatus,
    },
    /// The Checkout Session.
    Session {
        /// `status`.
        status: SessionStatus,
    },
    /// A request arrived and has no response yet.
    Begun,
    /// An event took place.
    Happened,
    /// An event had no effect: a job ran too early or twice.
    Nothing,
}
