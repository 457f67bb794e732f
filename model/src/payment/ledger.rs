//! The ledger entries of captured money, posted in the response or in the background (A7–A17, B53, U11).

use super::connect::due;
use super::{Changed, Payment};
use crate::notification::Outbox;
use crate::time::Countdown;
use crate::{Amount, Flow, Links, NotificationKind, Previous, Rejection};

/// The ledger entry of one captured piece.
pub(super) struct Entry {
    /// Pointers of the charge that this entry set.
    pub(super) were_null: Links,
    fee: bool,
    transfer: bool,
}

impl Entry {
    /// Emits the notifications about the objects of a connected account.
    pub(super) fn emit(&self, outbox: &mut Outbox<'_>) -> Result<(), Rejection> {
        if self.transfer {
            outbox.emit(NotificationKind::TransferCreated)?;
        }
        if self.fee {
            outbox.emit(NotificationKind::FeeCreated)?;
        }
        Ok(())
    }
}

impl Payment {
    /// Posts a captured piece: a balance transaction, and the due parts of fee and transfer. The first entry with such
    /// an object sets the pointer of the charge, once (U11).
    pub(super) fn post_piece(&mut self, piece: Amount) -> Result<Entry, Rejection> {
        let Some(charge) = self.charge.as_mut() else { return Err(Rejection::AmountOutOfRange) };
        let fee = due(self.intent.fee, self.ledger.fees, piece);
        let transfer = match (self.intent.flow, self.intent.transfer) {
            (Flow::Platform | Flow::Direct, _) => Amount::ZERO,
            (Flow::Destination, None) => piece,
            (Flow::Destination, total @ Some(_)) => due(total, self.ledger.transfers, piece),
        };
        self.ledger.charged = self.ledger.charged.add(piece)?;
        self.ledger.fees = self.ledger.fees.add(fee)?;
        self.ledger.transfers = self.ledger.transfers.add(transfer)?;

        let before = charge.links;
        charge.links = Links {
            balance_transaction: before.balance_transaction || !piece.is_zero(),
            transfer: before.transfer || !transfer.is_zero(),
            application_fee: before.application_fee || !fee.is_zero(),
        };
        let were_null = Links {
            balance_transaction: charge.links.balance_transaction && !before.balance_transaction,
            transfer: charge.links.transfer && !before.transfer,
            application_fee: charge.links.application_fee && !before.application_fee,
        };
        Ok(Entry { were_null, fee: !fee.is_zero(), transfer: !transfer.is_zero() })
    }

    /// Posts a background capture to the ledger (A2, A13–A15). If it is too early or already posted, it has no
    /// effect.
    pub(crate) fn post(mut self, outbox: &mut Outbox<'_>) -> Changed {
        let Some(charge) = self.charge.as_mut().filter(|charge| charge.posting != Countdown::STOPPED) else {
            return self.unchanged();
        };
        charge.posting = Countdown::STOPPED;
        let piece = charge.captured_amount;
        let entry = self.post_piece(piece)?;
        let previous = Previous { were_null: entry.were_null, ..Previous::default() };
        outbox.emit_change(NotificationKind::ChargeUpdated, previous)?;
        entry.emit(outbox)?;
        self.happened()
    }
}
