//! Encodes a payment as a few words for hashing. The encoding is injective: a test compares it with `Eq`.

use super::{Charge, Payment, PaymentIntent};
use crate::{Amount, Links, RefundView};

impl Payment {
    /// Passes every word to `write`. Absent parts have no words: earlier words determine which later ones follow.
    #[inline]
    pub(crate) fn words(&self, write: &mut impl FnMut(u64)) {
        let refunds = self.refunds.iter().flatten().count();
        let shape = Bits::default()
            .push(u32::from(self.successful_charges), 8)
            .push(u32::try_from(refunds).unwrap_or(u32::MAX), 4)
            .push(u32::from(self.charge.is_some()), 1)
            .0;
        self.intent.words(shape, write);
        if let Some(charge) = &self.charge {
            charge.words(write);
            write(pair(self.ledger.charged, self.ledger.refunded));
            write(pair(self.ledger.fees, self.ledger.fees_refunded));
            write(pair(self.ledger.transfers, self.ledger.reversals));
        }
        for RefundView { status, amount } in self.refunds.iter().flatten() {
            write(word(amount.get(), u32::from(*status as u8)));
        }
    }
}

impl PaymentIntent {
    #[inline]
    fn words(&self, shape: u32, write: &mut impl FnMut(u64)) {
        let flags = Bits::default()
            .push(u32::from(self.status as u8), 3)
            .push(u32::from(self.currency as u8), 2)
            .push(u32::from(self.capture_method as u8), 2)
            .push(u32::from(self.confirmation_method as u8), 1)
            .push(self.payment_method.map_or(63, |method| u32::from(method as u8)), 6)
            .push(u32::from(self.multicapture_requested), 1)
            .push(u32::from(self.flow as u8), 2)
            .push(u32::from(self.authenticated), 1)
            .push(self.cancellation_reason.map_or(7, |reason| u32::from(reason as u8)), 3)
            .push(self.last_error.map_or(15, |error| u32::from(error as u8)), 4)
            .push(u32::from(self.owned_by_session), 1)
            .0;
        write(word(flags, shape << 8 | u32::from(self.confirmations)));
        write(pair(self.amount, self.capturable));
        write(word(self.received.get(), optional(self.fee)));
        write(u64::from(optional(self.transfer)));
    }
}

impl Charge {
    #[inline]
    fn words(&self, write: &mut impl FnMut(u64)) {
        let Links { balance_transaction, transfer, application_fee } = self.links;
        let flags = Bits::default()
            .push(u32::from(self.status as u8), 2)
            .push(u32::from(self.captured), 1)
            .push(u32::from(self.refunded), 1)
            .push(u32::from(self.multicapture_available), 1)
            .push(u32::from(self.captures), 8)
            .push(u32::from(balance_transaction), 1)
            .push(u32::from(transfer), 1)
            .push(u32::from(application_fee), 1)
            .push(u32::from(self.fee_at_first_capture), 1)
            .push(u32::from(self.transfer_at_first_capture), 1)
            .push(u32::from(self.fee_latch), 1)
            .push(u32::from(self.transfer_latch), 1)
            .push(u32::from(self.cancel_window), 1)
            .0;
        write(word(flags, self.authorized.get()));
        write(pair(self.captured_amount, self.released));
        write(word(self.refunded_amount.get(), self.hold.word()));
        write(u64::from(self.posting.word()));
    }
}

/// A row of small numbers in one word.
#[derive(Default)]
struct Bits(u32);

impl Bits {
    /// Returns the row with `value` appended, which fits in `width` bits.
    const fn push(self, value: u32, width: u32) -> Self {
        Self(self.0 << width | value)
    }
}

const fn word(low: u32, high: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

fn pair(low: Amount, high: Amount) -> u64 {
    word(low.get(), high.get())
}

/// Returns a word for an optional amount. No amount is as large as the word for "none".
fn optional(amount: Option<Amount>) -> u32 {
    amount.map_or(u32::MAX, Amount::get)
}
