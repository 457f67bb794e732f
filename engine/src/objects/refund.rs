//! The Refund: captured money on its way back.

use super::SharedTexts;
use crate::ids::Reference;
use crate::money::{Currency, Money};
use crate::time::Time;
use crate::{AccountId, BalanceTransactionId, ChargeId, PaymentIntentId, RefundId, ReversalId};
use serde::{Deserialize, Serialize};

/// Where a refund is in its life (§2.1, §2.6).
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
    /// The status's name.
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

    /// Whether the money is back with the merchant.
    #[must_use]
    pub const fn is_undone(self) -> bool {
        matches!(self, Self::Failed | Self::Canceled)
    }
}

/// Why a refund was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's reasons")]
pub enum RefundReason {
    Duplicate,
    Fraudulent,
    RequestedByCustomer,
    ExpiredUncapturedCharge,
}

impl RefundReason {
    /// The reason's name.
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

/// Why a refund failed (§2.1).
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
    /// The reason's name.
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

/// What a pending refund waits for (§2.1).
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
    /// The charge it returns.
    pub charge: ChargeId,
    /// The charge's PaymentIntent.
    pub intent: PaymentIntentId,
    /// When it was made.
    pub created: Time,
    /// How much it returns.
    pub amount: Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// Where it is in its life.
    pub status: RefundStatus,
    /// Why it was made.
    pub reason: Option<RefundReason>,
    /// Why it failed.
    pub failure: Option<RefundFailure>,
    /// What it waits for while pending.
    pub pending: Option<RefundPending>,
    /// The movement at the acquirer; none for the mere picture of a released hold.
    pub reference: Option<Reference>,
    /// Whether the network has told its own reference number (§2.6).
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
