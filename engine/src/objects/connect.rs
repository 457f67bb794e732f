//! Money between accounts and its bookkeeping: transfers, fees, their returns, and the ledger's entries.

use super::SharedTexts;
use crate::money::{Currency, Money};
use crate::time::Time;
use crate::{
    AccountId, ApplicationFeeId, BalanceTransactionId, ChargeId, FeeRefundId, ObjectId, RefundId, ReversalId,
    TransferId,
};
use serde::{Deserialize, Serialize};

/// Money moved from a platform to a connected account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// The platform.
    pub account: AccountId,
    /// When it was made.
    pub created: Time,
    /// How much was moved.
    pub amount: Money,
    /// How much came back.
    pub reversed: Money,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The connected account.
    pub destination: AccountId,
    /// The charge whose money it is (`source_transaction`).
    pub charge: Option<ChargeId>,
    /// The platform's ledger entry.
    pub balance_transaction: BalanceTransactionId,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

/// Money that came back from a connected account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// Its id.
    pub id: ReversalId,
    /// The platform.
    pub account: AccountId,
    /// The transfer it reverses.
    pub transfer: TransferId,
    /// When it was made.
    pub created: Time,
    /// How much came back.
    pub amount: Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// The refund that asked for it (`source_refund`).
    pub refund: Option<RefundId>,
    /// The platform's ledger entry.
    pub balance_transaction: BalanceTransactionId,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

/// The platform's share of a connected account's payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationFee {
    /// Its id.
    pub id: ApplicationFeeId,
    /// The platform that earned it.
    pub account: AccountId,
    /// The connected account that paid it (`account` in the API).
    pub payer: AccountId,
    /// When it was taken.
    pub created: Time,
    /// How much was taken.
    pub amount: Money,
    /// How much was given back.
    pub refunded: Money,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The charge it was taken from.
    pub charge: ChargeId,
    /// The platform's ledger entry.
    pub balance_transaction: BalanceTransactionId,
}

/// A fee, or part of it, given back to the connected account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRefund {
    /// Its id.
    pub id: FeeRefundId,
    /// The platform.
    pub account: AccountId,
    /// The fee it gives back.
    pub fee: ApplicationFeeId,
    /// When it was made.
    pub created: Time,
    /// How much was given back.
    pub amount: Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// The platform's ledger entry.
    pub balance_transaction: BalanceTransactionId,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

/// What moved the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's types")]
pub enum MovementKind {
    Charge,
    Payment,
    Refund,
    RefundFailure,
    Transfer,
    TransferRefund,
    TransferReceived,
    TransferReturned,
    ApplicationFee,
    ApplicationFeeRefund,
    FeePaid,
    FeeReturned,
}

impl MovementKind {
    /// The type's name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Payment | Self::TransferReceived => "payment",
            Self::Refund => "refund",
            Self::RefundFailure => "refund_failure",
            Self::Transfer => "transfer",
            Self::TransferRefund => "transfer_refund",
            Self::TransferReturned => "payment_refund",
            Self::ApplicationFee => "application_fee",
            Self::ApplicationFeeRefund => "application_fee_refund",
            Self::FeePaid | Self::FeeReturned => "adjustment",
        }
    }
}

/// One entry of an account's ledger; entries are never changed. The engine charges no fee of its own,
/// so the amount is also the net.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceTransaction {
    /// Its id.
    pub id: BalanceTransactionId,
    /// The account whose balance moved.
    pub account: AccountId,
    /// When it was booked.
    pub created: Time,
    /// Minor units, positive into the account.
    pub amount: i64,
    /// The currency of the amount.
    pub currency: Currency,
    /// What moved the balance.
    pub kind: MovementKind,
    /// The object that caused it.
    pub source: ObjectId,
}
