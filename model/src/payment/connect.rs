//! The money of connected accounts: fees, transfers and their returns (B45–B50, CON-1 to CON-10).

use super::{Changed, Payment};
use crate::notification::Outbox;
use crate::{Accepted, Amount, CaptureMethod, Flow, NotificationKind, Previous, Rejection};

/// Returns the part of `total` that is due when `piece` has been captured. A standing amount is a total, due as early
/// as the captures permit (B50).
pub(super) fn due(total: Option<Amount>, already: Amount, piece: Amount) -> Amount {
    total.and_then(|total| total.minus(already)).unwrap_or(Amount::ZERO).min(piece)
}

impl Payment {
    /// Replaces the named amounts by those of a capture (B50). The amounts of a capture apply only to its piece, are
    /// capped at the piece, and leave nothing due for the next one.
    pub(super) fn name_connect_amounts(
        &mut self,
        piece: Amount,
        fee: Option<Amount>,
        transfer: Option<Amount>,
    ) -> Result<(), Rejection> {
        if let Some(fee) = fee {
            self.intent.fee = Some(self.ledger.fees.add(fee.min(piece))?);
        }
        if let Some(transfer) = transfer {
            self.intent.transfer = Some(self.ledger.transfers.add(transfer.min(piece))?);
        }
        Ok(())
    }

    /// Refunds a part of the fee by its own endpoint; later refunds then no longer return the fee (B46, B47).
    pub(crate) fn refund_fee(mut self, number: Option<i64>, outbox: &mut Outbox<'_>) -> Changed {
        let Some(charge) = self.charge.as_mut().filter(|charge| charge.links.application_fee) else {
            return Err(Rejection::NoSuchFee);
        };
        let rest = self.ledger.fees.sub(self.ledger.fees_refunded)?;
        let amount = amount_of(number, rest)?.ok_or(Rejection::FeeRefundTooLarge)?;
        charge.fee_latch = true;
        self.give_back_fee(amount, outbox)?;
        Ok((self, Ok(Accepted::Money { amount })))
    }

    /// Reverses a part of the transfer by its own endpoint; later refunds then no longer reverse it (B46, B47).
    pub(crate) fn reverse_transfer(mut self, number: Option<i64>, outbox: &mut Outbox<'_>) -> Changed {
        let Some(charge) = self.charge.as_mut().filter(|_| !self.ledger.transfers.is_zero()) else {
            return Err(Rejection::NoSuchTransfer);
        };
        let rest = self.ledger.transfers.sub(self.ledger.reversals)?;
        let amount = amount_of(number, rest)?.ok_or(Rejection::ReversalTooLarge)?;
        charge.transfer_latch = true;
        self.take_back_transfer(amount, outbox)?;
        Ok((self, Ok(Accepted::Money { amount })))
    }

    /// Transfers a part of a platform charge to a connected account, but not from a payment with multicapture (B7,
    /// B48).
    pub(crate) fn create_transfer(mut self, number: Option<i64>, outbox: &mut Outbox<'_>) -> Changed {
        if number.is_some_and(|number| number <= 0) {
            return Err(Rejection::InvalidAmount);
        }
        let charge = self.charge.filter(|_| !self.intent.received.is_zero()).ok_or(Rejection::NoSuccessfulCharge)?;
        if self.intent.flow != Flow::Platform || self.is_multicapture() {
            return Err(Rejection::SourceTransactionUnsupported);
        }
        let rest = charge.captured_amount.sub(self.ledger.transfers)?;
        let amount = amount_of(number, rest)?.ok_or(Rejection::SourceExhausted)?;
        self.ledger.transfers = self.ledger.transfers.add(amount)?;
        outbox.emit(NotificationKind::TransferCreated)?;
        Ok((self, Ok(Accepted::Money { amount })))
    }

    /// Returns whether this payment uses multicapture. A payment captured automatically does not, even if its card
    /// supports it (B11).
    pub(crate) fn is_multicapture(&self) -> bool {
        self.intent.capture_method == CaptureMethod::Manual
            && self.charge.is_some_and(|charge| charge.multicapture_available)
    }

    pub(super) fn give_back_fee(&mut self, amount: Amount, outbox: &mut Outbox<'_>) -> Result<(), Rejection> {
        let before = self.ledger.fees_refunded;
        self.ledger.fees_refunded = before.add(amount)?;
        outbox.emit_change(NotificationKind::FeeRefunded, Previous { amount: Some(before), ..Previous::default() })
    }

    pub(super) fn take_back_transfer(&mut self, amount: Amount, outbox: &mut Outbox<'_>) -> Result<(), Rejection> {
        let before = self.ledger.reversals;
        self.ledger.reversals = before.add(amount)?;
        outbox.emit_change(NotificationKind::TransferReversed, Previous { amount: Some(before), ..Previous::default() })
    }
}

/// Returns a client's number as an amount of at most `rest`, which is the default; `None` if it exceeds `rest`.
pub(super) fn amount_of(number: Option<i64>, rest: Amount) -> Result<Option<Amount>, Rejection> {
    match number {
        Some(number) if number <= 0 => Err(Rejection::InvalidAmount),
        Some(number) => Ok(Amount::from_request(number).filter(|amount| *amount <= rest)),
        None => Ok(Some(rest).filter(|rest| !rest.is_zero())),
    }
}
