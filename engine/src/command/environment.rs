//! What happens without a client: the world outside moves, and jobs fall due.

use super::MethodRef;
use crate::objects::RefundFailure;
use crate::test_methods::Decline;
use crate::{CheckoutSessionId, ObjectId, PaymentIntentId, RefundId, SetupIntentId};
use serde::{Deserialize, Serialize};

/// What customers, banks and networks do, by command of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvironmentEvent {
    /// The customer passes or fails the authentication of a payment.
    Authenticate {
        /// Of which payment.
        intent: PaymentIntentId,
        /// Whether the customer passes.
        passes: bool,
    },
    /// The customer passes or fails the authentication of a setup.
    AuthenticateSetup {
        /// Of which setup.
        intent: SetupIntentId,
        /// Whether the customer passes.
        passes: bool,
    },
    /// The bank answers a request for a mandate to debit (C19).
    MandateAnswered {
        /// Of which setup.
        intent: SetupIntentId,
    },
    /// The customer pays, or sets up, on a session's page.
    CompleteSession {
        /// Which session.
        session: CheckoutSessionId,
        /// With what.
        method: MethodRef,
        /// The address the customer typed.
        email: Option<String>,
    },
    /// The bank settles or rejects a debit.
    BankAnswers {
        /// Of which payment.
        intent: PaymentIntentId,
        /// What the bank says.
        answer: Result<(), Decline>,
    },
    /// A bank debit can no longer be canceled (C18).
    CancelWindowCloses {
        /// Of which payment.
        intent: PaymentIntentId,
    },
    /// The network reports that a refund arrived or failed.
    RefundReported {
        /// Which refund.
        refund: RefundId,
        /// How it went.
        outcome: Result<(), RefundFailure>,
    },
    /// The bank returns a refund: the customer must give other details.
    RefundReturned {
        /// Which refund.
        refund: RefundId,
    },
    /// The customer gives the details a refund waits for.
    RefundDetailsGiven {
        /// Which refund.
        refund: RefundId,
    },
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum JobKind {
    /// Ends a hold whose window is over (§2.7).
    ExpireHold = 0,
    /// Runs the background capture and fills the ledger (A2, A12).
    FillLedger = 1,
    /// Asks how a bank debit went (C8).
    BankOutcome = 2,
    /// Asks how a refund went (§2.6).
    RefundOutcome = 3,
    /// Fails a refund whose customer never gave details (§2.6).
    RefundDetails = 4,
    /// Expires a Checkout Session (B16).
    ExpireSession = 5,
    /// Posts an event to an endpoint (§2.12).
    Deliver = 6,
}

impl JobKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::ExpireHold,
        Self::FillLedger,
        Self::BankOutcome,
        Self::RefundOutcome,
        Self::RefundDetails,
        Self::ExpireSession,
        Self::Deliver,
    ];
}

/// A job's name: there is at most one of a kind for an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobKey {
    /// What it does.
    pub kind: JobKind,
    /// To what.
    pub object: ObjectId,
}

impl JobKey {
    /// The job of `kind` for `object`.
    #[must_use]
    pub fn new(kind: JobKind, object: impl Into<ObjectId>) -> Self {
        Self { kind, object: object.into() }
    }
}
