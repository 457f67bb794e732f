//! The acquirer port: the card and bank network behind the engine, asked with references that make asking
//! again harmless.

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

/// What the engine asks the acquirer to do or to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// Hold `amount` on the method, or debit it; `capture` takes the money in the same step.
    Authorize {
        /// How much.
        amount: Money,
        /// In which currency.
        currency: Currency,
        /// From which method.
        method: TestMethod,
        /// What is known of the customer.
        presence: Presence,
        /// Take the money at once.
        capture: bool,
    },
    /// Check that the method can be used later, without money (C2).
    Verify {
        /// Which method.
        method: TestMethod,
        /// What is known of the customer.
        presence: Presence,
    },
    /// Take `amount` of a hold; `last` gives the rest back to the cardholder.
    Capture {
        /// The hold.
        hold: Reference,
        /// How much to take.
        amount: Money,
        /// Whether the rest goes back.
        last: bool,
    },
    /// Take all of a hold (async capture); harmless when that has happened.
    CaptureAll {
        /// The hold.
        hold: Reference,
    },
    /// Give what is left of a hold back to the cardholder.
    Release {
        /// The hold.
        hold: Reference,
    },
    /// Return captured money.
    Refund {
        /// The hold or debit it was taken with.
        hold: Reference,
        /// How much to return.
        amount: Money,
        /// First take all of the hold, whose background capture has not run yet.
        capture_first: bool,
    },
    /// Stop a bank debit that has not settled.
    CancelDebit {
        /// The debit.
        debit: Reference,
    },
    /// Has a bank debit settled? `reported` makes it so: the bank's answer in tests.
    DebitOutcome {
        /// The debit.
        debit: Reference,
        /// What the test says the bank answers.
        reported: Option<Result<(), Decline>>,
    },
    /// How did a refund go? `reported` makes it so: the network's answer in tests.
    RefundOutcome {
        /// The refund.
        refund: Reference,
        /// What the test says the network answers.
        reported: Option<Result<(), RefundFailure>>,
    },
    /// Stop a refund that has not been paid out.
    CancelRefund {
        /// The refund.
        refund: Reference,
    },
}

/// What the network may know of the customer when it decides on authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The customer is away.
    pub off_session: bool,
    /// The customer has passed authentication for this payment.
    pub authenticated: bool,
    /// The method was prepared for payments without the customer.
    pub set_up: bool,
}

/// What the acquirer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Done as asked.
    Done,
    /// The issuer or bank said no; nothing was held or taken.
    Declined(Decline),
    /// The issuer wants to see the customer first; nothing was held.
    ChallengeRequired,
    /// AcceptedRequest, the outcome comes later (bank debits, some refunds).
    Pending,
    /// The refund failed.
    RefundFailed(RefundFailure),
    /// Too late: the debit or refund has gone out.
    TooLate,
    /// The acquirer's ledger does not allow it: a disagreement that must never happen.
    Impossible,
}

/// No answer arrived; whether the effect happened is unknown until the same reference is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer;

/// The card and bank network.
pub trait Acquirer: Send + Sync {
    /// Asks once. The same reference always has the same effect, once, and the same answer.
    ///
    /// # Errors
    /// [`NoAnswer`] when the answer was lost or the call timed out, with or without the effect.
    fn ask(&self, reference: Reference, ask: &Ask) -> Result<Answer, NoAnswer>;
}
