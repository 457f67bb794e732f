//! Commands without a client: events of the environment, and jobs.

use super::MethodRef;
use crate::objects::RefundFailure;
use crate::test_methods::Decline;
use crate::{CheckoutSessionId, ObjectId, PaymentIntentId, RefundId, SetupIntentId};
use serde::{Deserialize, Serialize};

/// An event of the environment: an act of a customer, a bank or a network, injected by a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvironmentEvent {
    /// The customer passes or fails the authentication of a payment.
    Authenticate {
        /// The payment.
        intent: PaymentIntentId,
        /// Whether the customer passes.
        passes: bool,
    },
    /// The customer passes or fails the authentication of a setup.
    AuthenticateSetup {
        /// The setup.
        intent: SetupIntentId,
        /// Whether the customer passes.
        passes: bool,
    },
    /// The bank answers a request for a mandate to debit (C19).
    MandateAnswered {
        /// The setup.
        intent: SetupIntentId,
    },
    /// The customer pays, or sets up, on a session's page.
    CompleteSession {
        /// The session.
        session: CheckoutSessionId,
        /// The payment method.
        method: MethodRef,
        /// The email address that the customer entered.
        email: Option<String>,
    },
    /// The bank settles or rejects a debit.
    BankAnswers {
        /// The payment.
        intent: PaymentIntentId,
        /// The bank's answer.
        answer: Result<(), Decline>,
    },
    /// A bank debit can no longer be canceled (C18).
    CancelWindowCloses {
        /// The payment.
        intent: PaymentIntentId,
    },
    /// The network reports that a refund arrived or failed.
    RefundReported {
        /// The refund.
        refund: RefundId,
        /// The outcome.
        outcome: Result<(), RefundFailure>,
    },
    /// The bank returns a refund: the customer must give other details.
    RefundReturned {
        /// The refund.
        refund: RefundId,
    },
    /// The customer gives the details a refund waits for.
    RefundDetailsGiven {
        /// The refund.
        refund: RefundId,
    },
}

/// The kind of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum JobKind {
    /// Ends a hold whose window is over (HOLD-11).
    ExpireHold = 0,
    /// Runs the background capture and fills the ledger (A2, A12).
    FillLedger = 1,
    /// Queries the outcome of a bank debit (C8).
    BankOutcome = 2,
    /// Queries the outcome of a refund (REF-1).
    RefundOutcome = 3,
    /// Fails a refund whose customer never gave details (REF-5).
    RefundDetails = 4,
    /// Expires a Checkout Session (B16).
    ExpireSession = 5,
    /// Posts an event to an endpoint (HOOK-1).
    Deliver = 6,
    /// Makes a pending ledger entry available (P22).
    Settle = 7,
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
        Self::Settle,
    ];
}

/// The key of a job: an object has at most one job of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobKey {
    /// The kind of the job.
    pub kind: JobKind,
    /// The object of the job.
    pub object: ObjectId,
}

impl JobKey {
    /// Returns the job of `kind` for `object`.
    #[must_use]
    pub fn new(kind: JobKind, object: impl Into<ObjectId>) -> Self {
        Self { kind, object: object.into() }
    }
}
