//! Money between accounts: transfers, fees, and their returns.

use super::SharedTexts;
use crate::money::{Currency, Money};
use crate::time::Time;
use crate::{
    AccountId, ApplicationFeeId, BalanceTransactionId, ChargeId, FeeRefundId, RefundId, ReversalId, TransferId,
};
use serde::{Deserialize, Serialize};

/// Money moved from a platform to a connected account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// The platform.
    pub account: AccountId,
    /// The time of creation.
    pub created: Time,
    /// The amount moved.
    pub amount: Money,
    /// The amount returned.
    pub reversed: Money,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The connected account.
    pub destination: AccountId,
    /// The charge that provides the money (`source_transaction`).
    pub charge: Option<ChargeId>,
    /// The platform's ledger entry.
    pub balance_transaction: BalanceTransactionId,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

/// Money returned by a connected account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// Its id.
    pub id: ReversalId,
    /// The platform.
    pub account: AccountId,
    /// The transfer it reverses.
    pub transfer: TransferId,
    /// The time of creation.
    pub created: Time,
    /// The amount returned.
    pub amount: Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// The refund that caused it (`source_refund`).
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
    /// The time of creation.
    pub created: Time,
    /// The amount of the fee.
    pub amount: Money,
    /// The amount given back.
    pub refunded: Money,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The charge it was taken from.
    pub charge: ChargeId,
    /// The platform's ledger entry.
    pub balance_transaction: BalanceTransactionId,
}

/// A return of a fee, in full or in part, to the connected account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRefund {
    /// Its id.
    pub id: FeeRefundId,
    /// The platform.
    pub account: AccountId,
    /// The fee it gives back.
    pub fee: ApplicationFeeId,
    /// The time of creation.
    pub created: Time,
    /// The amount given back.
    pub amount: Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// The platform's ledger entry.
    pub balance_transaction: BalanceTransactionId,
    /// The merchant's texts.
    pub texts: SharedTexts,
}
