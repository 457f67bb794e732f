//! What is answered.

use crate::{Amount, IntentStatus, RefundStatus, Rejection, SessionStatus, SetupStatus};

/// The answer to an input.
pub type Outcome = Result<Accepted, Rejection>;

/// The answer to an input that was done: the object as it is afterwards, in short.
///
/// Stored under an idempotency key, it is the old picture that a replay shows again (IDEM-12).
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
    /// A request has been taken in, and is not answered yet.
    Begun,
    /// An event took place.
    Happened,
    /// An event found nothing to do: the job came too early, or twice.
    Nothing,
}
