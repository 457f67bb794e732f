//! The Refund: a return of captured money.

use super::SharedTexts;
use crate::ids::Reference;
use crate::money::{Currency, Money};
use crate::time::Time;
use crate::{AccountId, BalanceTransactionId, ChargeId, PaymentIntentId, RefundId, ReversalId};
use serde::{Deserialize, Serialize};

/// The status of a refund (VOC-4, REF-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's statuses")]
pub enum RefundStatus {
    Pending,
    RequiresAction,
    Succeeded,
    Failed,
    Canceled,
}

impl RefundStatus {
    /// Returns the status's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// Returns whether the refund failed or was canceled, so that the merchant has the money again.
    #[must_use]
    pub const fn is_undone(self) -> bool {
        matches!(self, Self::Failed | Self::Canceled)
    }
}

/// The reason of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's reasons")]
pub enum RefundReason {
    Duplicate,
    Fraudulent,
    RequestedByCustomer,
    ExpiredUncapturedCharge,
}

impl RefundReason {
    /// Returns the reason's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Fraudulent => "fraudulent",
            Self::RequestedByCustomer => "requested_by_customer",
            Self::ExpiredUncapturedCharge => "expired_uncaptured_charge",
        }
    }
}

/// The reason of a failed refund (VOC-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's reasons")]
pub enum RefundFailure {
    LostOrStolenCard,
    ExpiredOrCanceledCard,
    InsufficientFunds,
    Declined,
    MerchantRequest,
    Unknown,
}

impl RefundFailure {
    /// Returns the reason's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LostOrStolenCard => "lost_or_stolen_card",
            Self::ExpiredOrCanceledCard => "expired_or_canceled_card",
            Self::InsufficientFunds => "insufficient_funds",
            Self::Declined => "declined",
            Self::MerchantRequest => "merchant_request",
            Self::Unknown => "unknown",
        }
    }
}

/// The reason why a refund is pending (VOC-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's reasons")]
pub enum RefundPending {
    InsufficientFunds,
    Processing,
}

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// The account whose payment it returns.
    pub account: AccountId,
    /// The charge whose money it returns.
    pub charge: ChargeId,
    /// The charge's PaymentIntent.
    pub intent: PaymentIntentId,
    /// The time of creation.
    pub created: Time,
    /// The amount returned.
    pub amount: Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// Its status.
    pub status: RefundStatus,
    /// The reason of the refund.
    pub reason: Option<RefundReason>,
    /// The reason of the failure.
    pub failure: Option<RefundFailure>,
    /// The reason why it is pending.
    pub pending: Option<RefundPending>,
    /// The movement at the acquirer; `None` for the Refund that depicts an expired hold.
    pub reference: Option<Reference>,
    /// Whether the network has reported its own reference number (REF-2).
    pub network_reference: bool,
    /// The ledger entry.
    pub balance_transaction: Option<BalanceTransactionId>,
    /// The ledger entry that gave the money back when the refund failed or was canceled.
    pub failure_balance_transaction: Option<BalanceTransactionId>,
    /// The first transfer reversal the refund made.
    pub transfer_reversal: Option<ReversalId>,
    /// The merchant's texts.
    pub texts: SharedTexts,
}
