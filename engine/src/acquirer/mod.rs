//! The acquirer port: the card and bank network behind the engine. Each request has a reference, so a repeated request
//! is harmless.

mod faults;
mod ledger;
#[cfg(feature = "sqlite")]
mod ledger_file;
mod simulated;

pub use crate::ids::Reference;
pub use faults::{Fault, Faults, NoFaults, PlannedFaults};
pub use ledger::{Effect, Ledger, LedgerError, MemoryLedger, Position, Return};
#[cfg(feature = "sqlite")]
pub use ledger_file::LedgerFile;
pub use simulated::SimulatedAcquirer;

use crate::money::{Currency, Money};
use crate::objects::RefundFailure;
use crate::test_methods::{Decline, TestMethod};
use serde::{Deserialize, Serialize};

/// A request to the acquirer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// Hold `amount` on the method, or debit it; with `capture`, take the money in the same step.
    Authorize {
        /// The amount.
        amount: Money,
        /// The currency of the amount.
        currency: Currency,
        /// The charged method.
        method: TestMethod,
        /// The network's knowledge about the customer.
        presence: Presence,
        /// Whether the money is taken at once.
        capture: bool,
    },
    /// Check that the method can be used later, without money (C2).
    Verify {
        /// The method.
        method: TestMethod,
        /// The network's knowledge about the customer.
        presence: Presence,
    },
    /// Take `amount` of a hold; with `last`, release the rest to the cardholder.
    Capture {
        /// The hold.
        hold: Reference,
        /// The amount to take.
        amount: Money,
        /// Whether the rest is released.
        last: bool,
    },
    /// Take all of a hold (async capture); harmless if it was taken before.
    CaptureAll {
        /// The hold.
        hold: Reference,
    },
    /// Release the rest of a hold to the cardholder.
    Release {
        /// The hold.
        hold: Reference,
    },
    /// Return captured money.
    Refund {
        /// The hold or debit that the money was taken with.
        hold: Reference,
        /// The amount to return.
        amount: Money,
        /// Whether to take all of the hold first, because its background capture has not run.
        capture_first: bool,
    },
    /// Stop a bank debit that has not settled.
    CancelDebit {
        /// The debit.
        debit: Reference,
    },
    /// Query whether a bank debit has settled. With `reported`, a test decides the bank's answer.
    DebitOutcome {
        /// The debit.
        debit: Reference,
        /// The bank's answer in a test.
        reported: Option<Result<(), Decline>>,
    },
    /// Query the outcome of a refund. With `reported`, a test decides the network's answer.
    RefundOutcome {
        /// The refund.
        refund: Reference,
        /// The network's answer in a test.
        reported: Option<Result<(), RefundFailure>>,
    },
    /// Stop a refund that has not been paid out.
    CancelRefund {
        /// The refund.
        refund: Reference,
    },
}

/// The network's knowledge about the customer when it decides whether to challenge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Whether the customer is absent.
    pub off_session: bool,
    /// Whether the customer has passed authentication for this payment.
    pub authenticated: bool,
    /// Whether the method was set up for payments without the customer.
    pub set_up: bool,
}

/// A response of the acquirer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Done as asked.
    Done,
    /// The issuer or bank declined; nothing was held or taken.
    Declined(Decline),
    /// The issuer requires authentication; nothing was held.
    ChallengeRequired,
    /// Accepted; the outcome follows later (bank debits, some refunds).
    Pending,
    /// The refund failed.
    RefundFailed(RefundFailure),
    /// Too late: the debit or refund has been sent.
    TooLate,
    /// The acquirer's ledger does not allow the request: an internal error of the engine.
    Impossible,
}

/// The error for a missing answer. Whether the effect happened is unknown until the same reference is requested again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer;

/// The card and bank network.
pub trait Acquirer: Send + Sync {
    /// Sends one request. Requests under the same reference have one effect and the same answer.
    ///
    /// # Errors
    /// [`NoAnswer`] if the answer was lost or the call timed out, with or without the effect.
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer>;
}
