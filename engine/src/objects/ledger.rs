//! The ledger: its entries, the balances they add up to, and the settlement of an account (P22).

use crate::money::{Currency, HalfUnit, Money, OutOfRange};
use crate::time::{DAY, Seconds, Time};
use crate::{AccountId, BalanceTransactionId, ObjectId};
use serde::{Deserialize, Serialize};

/// The settlement of an account's payments: the provider's fee, and when the money becomes available (P22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Settlement {
    /// The part of the fee that grows with the payment, in basis points (hundredths of a percent).
    pub fee_basis_points: u32,
    /// The fixed part of the fee, in minor units of the payment's currency, whichever it is.
    pub fee_fixed: Money,
    /// The time from a ledger entry to its availability, in seconds.
    pub delay: Seconds,
    /// Whether a transfer without a source takes no more than the available balance (ERR-27).
    pub transfers_need_balance: bool,
}

impl Settlement {
    /// The settlement of a new account: a fee of 2.9 percent and 30 minor units, and two days until the money is
    /// available.
    pub const STANDARD: Self = Self {
        fee_basis_points: 290,
        fee_fixed: Money::new(30),
        delay: DAY.saturating_mul(2),
        transfers_need_balance: true,
    };

    /// A settlement without a fee and without delay, for a comparison with ledgers that have neither.
    pub const IMMEDIATE: Self =
        Self { fee_basis_points: 0, fee_fixed: Money::ZERO, delay: 0, transfers_need_balance: false };

    /// The largest proportional part of the fee: the whole payment.
    pub const MOST_BASIS_POINTS: u32 = 10_000;
    /// The longest delay: a year.
    pub const LONGEST_DELAY: Seconds = DAY.saturating_mul(365);

    /// Returns the fee for a payment of `amount`: the proportional part, rounded to the nearest minor unit, one half away
    /// from zero, and the fixed part. A small payment may cost more than it brings.
    ///
    /// ```
    /// use holdfast_engine::Money;
    /// use holdfast_engine::objects::Settlement;
    ///
    /// assert_eq!(Settlement::STANDARD.fee(Money::new(1000)), Ok(Money::new(59)));
    /// assert_eq!(Settlement::IMMEDIATE.fee(Money::new(1000)), Ok(Money::ZERO));
    /// ```
    ///
    /// # Errors
    /// [`OutOfRange`] if the fee does not fit.
    pub fn fee(&self, amount: Money) -> Result<Money, OutOfRange> {
        let points = Money::new(u64::from(self.fee_basis_points));
        let whole = Money::new(u64::from(Self::MOST_BASIS_POINTS));
        amount.share(points, whole, HalfUnit::AwayFromZero)?.plus(self.fee_fixed)
    }
}

/// The kind of the movement.
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
    /// Returns the type's name in the API.
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

    /// Returns the category of the movement in the provider's reports (`reporting_category`).
    #[must_use]
    pub const fn reporting_category(self) -> &'static str {
        match self {
            Self::Charge | Self::Payment | Self::TransferReceived => "charge",
            Self::Refund | Self::TransferReturned => "refund",
            Self::RefundFailure => "refund_failure",
            Self::Transfer => "transfer",
            Self::TransferRefund => "transfer_reversal",
            Self::ApplicationFee => "platform_earning",
            Self::ApplicationFeeRefund => "platform_earning_refund",
            Self::FeePaid | Self::FeeReturned => "other_adjustment",
        }
    }

    /// Returns whether the provider takes its fee from the movement: from payments of customers only (P22).
    #[must_use]
    pub const fn bears_fee(self) -> bool {
        matches!(self, Self::Charge | Self::Payment)
    }
}

/// One entry of an account's ledger. It is written once and changes once: a pending entry becomes available.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceTransaction {
    /// Its id.
    pub id: BalanceTransactionId,
    /// The account whose balance moved.
    pub account: AccountId,
    /// The time of posting.
    pub created: Time,
    /// The amount in minor units before the fee, positive into the account.
    pub amount: i64,
    /// The provider's fee, which is taken from the amount.
    pub fee: Money,
    /// The currency of the amount and the fee.
    pub currency: Currency,
    /// The kind of the movement.
    pub kind: MovementKind,
    /// The object that caused it.
    pub source: ObjectId,
    /// The instant from which the net amount counts as available: `created` or later.
    pub available_on: Time,
    /// Whether the net amount counts as available; otherwise it is pending.
    pub is_available: bool,
}

impl BalanceTransaction {
    /// Returns the net amount, by which the balance of the account moves.
    ///
    /// # Errors
    /// [`OutOfRange`] if the net amount leaves the range of `i64`.
    pub fn net(&self) -> Result<i64, OutOfRange> {
        self.amount.checked_add(self.fee.outgoing()?).ok_or(OutOfRange)
    }

    /// Returns `status`.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        if self.is_available { "available" } else { "pending" }
    }

    /// Returns the entry after it became available.
    #[must_use]
    pub fn settled(&self) -> Self {
        Self { is_available: true, ..self.clone() }
    }

    /// Returns the change that this state makes to the balance of the account after the state `before`, `None` for a new
    /// entry. An entry that is available already changes nothing.
    ///
    /// # Errors
    /// [`OutOfRange`] if the net amount leaves the range of `i64`.
    pub fn movement_since(&self, before: Option<&Self>) -> Result<Funds, OutOfRange> {
        let net = self.net()?;
        Ok(match before {
            None if self.is_available => Funds { available: net, pending: 0 },
            None => Funds { available: 0, pending: net },
            Some(before) if self.is_available && !before.is_available => {
                Funds { available: net, pending: net.checked_neg().ok_or(OutOfRange)? }
            }
            Some(_) => Funds::default(),
        })
    }
}

/// The balance of an account in one currency, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funds {
    /// The sum of the available ledger entries.
    pub available: i64,
    /// The sum of the pending ledger entries.
    pub pending: i64,
}

impl Funds {
    /// Returns the balance after a movement.
    ///
    /// # Errors
    /// [`OutOfRange`] if a part or the total leaves the range of `i64`.
    pub fn plus(self, movement: Self) -> Result<Self, OutOfRange> {
        let available = self.available.checked_add(movement.available).ok_or(OutOfRange)?;
        let pending = self.pending.checked_add(movement.pending).ok_or(OutOfRange)?;
        available.checked_add(pending).ok_or(OutOfRange)?;
        Ok(Self { available, pending })
    }

    /// Returns the whole balance, available and pending.
    #[must_use]
    pub fn total(self) -> i128 {
        i128::from(self.available).saturating_add(i128::from(self.pending))
    }
}

/// The balances of an account, one entry for each currency with a ledger entry, in the order of [`Currency::ALL`].
pub type Balances = Vec<(Currency, Funds)>;
