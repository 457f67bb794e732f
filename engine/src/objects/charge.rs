//! The Charge: one attempt at the network, with its hold, its captures and its refunds.

use super::SharedTexts;
use crate::ids::Reference;
use crate::money::{Currency, Money};
use crate::test_methods::{Decline, TestMethod};
use crate::time::Time;
use crate::{
    AccountId, ApplicationFeeId, BalanceTransactionId, ChargeId, CustomerId, PaymentIntentId, PaymentMethodId,
    TransferId,
};
use serde::{Deserialize, Serialize};

/// The status of a charge. An authorized, uncaptured charge has succeeded (VOC-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's statuses")]
pub enum ChargeStatus {
    Succeeded,
    Pending,
    Failed,
}

/// One attempt to take a payment.
///
/// Authorized money is in one of three places: `captured`, `released`, or still capturable, which is the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Its id.
    pub id: ChargeId,
    /// The account it was made for.
    pub account: AccountId,
    /// The PaymentIntent it belongs to.
    pub intent: PaymentIntentId,
    /// The time of creation.
    pub created: Time,
    /// The amount authorized or debited.
    pub amount: Money,
    /// The currency of every amount here.
    pub currency: Currency,
    /// Its status.
    pub status: ChargeStatus,
    /// The hold or debit at the acquirer.
    pub hold: Reference,
    /// The method it was made with.
    pub method: PaymentMethodId,
    /// The test method behind it.
    pub test_method: TestMethod,
    /// The customer of the payment.
    pub customer: Option<CustomerId>,
    /// The amount captured (`amount_captured`).
    pub captured: Money,
    /// The amount released to the cardholder without capture.
    pub released: Money,
    /// The amount captured and then refunded.
    pub refunded: Money,
    /// The `captured` flag: money was captured, and no further capture is possible (B57).
    pub closed: bool,
    /// B31: `multicapture.status=available`.
    pub multicapture: bool,
    /// The payment was to be captured by separate requests.
    pub manual: bool,
    /// Captures so far; the release of a remainder does not count (U4).
    pub captures: u32,
    /// The instant from which nothing can be captured (HOLD-1, U9).
    pub capture_before: Option<Time>,
    /// The first ledger entry of the charge (U11); null for a while under async capture (A7).
    pub balance_transaction: Option<BalanceTransactionId>,
    /// The instant at which the money of the last posted capture is available; `None` before a capture is posted. Every
    /// later movement of the charge's money follows it (P22).
    pub available_on: Option<Time>,
    /// Whether the background capture still has to run (A2).
    pub awaits_ledger: bool,
    /// The latest time of the background capture, while it is due (A12).
    pub ledger_due: Option<Time>,
    /// `application_fee_amount`: what was requested as fees so far.
    pub application_fee_amount: Option<Money>,
    /// The transfer amount asked for at confirmation, waiting for the background capture.
    pub transfer_amount: Option<Money>,
    /// The connected account of a destination charge.
    pub destination: Option<AccountId>,
    /// The fees, oldest first; `application_fee` is the first (U11).
    pub fees: Vec<ApplicationFeeId>,
    /// The transfers of a destination charge, oldest first; `transfer` is the first (A16, U11).
    pub transfers: Vec<TransferId>,
    /// Separate transfers that name the charge as their source, oldest first.
    pub sent: Vec<TransferId>,
    /// B49: the first capture set `application_fee_amount`, so each later one must.
    pub fee_required: bool,
    /// B49: the first capture set `transfer_data[amount]`, so each later one must.
    pub transfer_amount_required: bool,
    /// B47: a fee refund was made by hand.
    pub fee_refunded_by_hand: bool,
    /// B47: a transfer reversal was made by hand.
    pub transfer_reversed_by_hand: bool,
    /// The reason of the failure.
    pub decline: Option<Decline>,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

impl Charge {
    /// Returns whether the whole hold was released without capture, by cancellation or expiry (HOLD-12, HOLD-18).
    #[must_use]
    pub fn is_voided(&self) -> bool {
        !self.released.is_zero() && self.captured.is_zero()
    }

    /// Returns `amount_refunded`. A voided hold shows its whole amount although no money moved (HOLD-13, HOLD-19). The
    /// released remainder of a partial capture does not count (B37, B40).
    #[must_use]
    pub fn amount_refunded(&self) -> Money {
        if self.is_voided() { self.released } else { self.refunded }
    }

    /// Returns `refunded`: the final capture is done and all of the money was refunded (B43), or the hold was voided.
    #[must_use]
    pub fn is_refunded(&self) -> bool {
        self.is_voided() || (self.closed && !self.captured.is_zero() && self.refunded == self.captured)
    }

    /// Returns `amount_refunded` and `refunded` as shown before 2022-11-15: they count the released remainder of a partial
    /// capture (VER-2).
    #[must_use]
    pub fn refunded_with_remainder(&self) -> (Money, bool) {
        let current = (self.amount_refunded(), self.is_refunded());
        match self.refunded.plus(self.released) {
            Ok(amount) if !self.is_voided() => (amount, amount == self.amount),
            Ok(_) | Err(_) => current,
        }
    }

    /// Returns whether the charge is a payment with several captures: manual, asked for, and available (B33).
    #[must_use]
    pub const fn is_multicapture(&self) -> bool {
        self.manual && self.multicapture
    }

    /// Returns `transfer`: the first transfer (U11).
    #[must_use]
    pub fn transfer(&self) -> Option<TransferId> {
        self.transfers.first().copied()
    }

    /// Returns `application_fee`: the first fee (U11).
    #[must_use]
    pub fn application_fee(&self) -> Option<ApplicationFeeId> {
        self.fees.first().copied()
    }
}
