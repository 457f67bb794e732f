//! Captures and releases of authorized money (B33–B40, CAP-1 to CAP-13).

use super::create::{positive_fee, positive_transfer};
use super::{Changed, Charge, Payment};
use crate::notification::{Outbox, changed};
use crate::{Amount, Capture, CaptureMethod, Config, Flow, IntentStatus, NotificationKind, Previous, Rejection};

/// Largest number of captures of one PaymentIntent; a release is not a capture (B8, U4).
pub const CAPTURE_LIMIT: u8 = 50;

/// A capture that has passed every guard.
struct Taking {
    amount: Amount,
    is_final: bool,
    /// Fee and transfer amount that this capture names.
    fee: Option<Amount>,
    transfer: Option<Amount>,
}

impl Payment {
    /// Captures the hold, partly or completely. The guards are in the order of [`Rejection`].
    ///
    /// # Errors
    /// Returns the first [`Rejection`] that applies.
    pub(crate) fn capture(self, config: &Config, capture: Capture, outbox: &mut Outbox<'_>) -> Changed {
        if capture.amount.is_some_and(i64::is_negative) {
            return Err(Rejection::NegativeCapture);
        }
        let fee = capture.fee.map(positive_fee).transpose()?;
        let transfer = capture.transfer.map(positive_transfer).transpose()?;
        if self.intent.status != IntentStatus::RequiresCapture {
            return Err(Rejection::UnexpectedState);
        }
        let charge = self.charge.ok_or(Rejection::UnexpectedState)?;
        if !charge.is_usable(config) {
            return Err(Rejection::HoldExpired);
        }
        let amount = self.amount_to_take(config, &charge, capture)?;
        let is_final = capture.final_capture.unwrap_or(true);
        let taking = Taking { amount, is_final, fee, transfer };
        self.check_capture_connect(config, &charge, &taking)?;
        self.take(config, charge, &taking, outbox)?.done()
    }

    /// Returns the amount of the capture.
    ///
    /// # Errors
    /// Returns the [`Rejection`] if the capture is not permitted.
    fn amount_to_take(&self, config: &Config, charge: &Charge, capture: Capture) -> Result<Amount, Rejection> {
        let capturable = self.intent.capturable;
        let available = charge.multicapture_available;
        let is_final = capture.final_capture.unwrap_or(true);
        let amount = match capture.amount {
            None => Some(capturable),
            Some(number) => Amount::from_request(number),
        };
        let releases = available && is_final && !charge.captured_amount.is_zero();
        if amount == Some(Amount::ZERO) && !releases {
            return Err(Rejection::ZeroCapture);
        }
        let amount = amount.filter(|amount| *amount <= capturable).ok_or(Rejection::CaptureTooLarge)?;
        if config.dialect.minimum_per_capture && !amount.is_zero() && amount.get() < config.dialect.minimum_amount {
            return Err(Rejection::PieceTooSmall);
        }
        let refused = match capture.final_capture {
            Some(false) => !available,
            Some(true) => !available && config.dialect.final_capture_needs_multicapture,
            None => false,
        };
        if refused {
            return Err(Rejection::FinalCaptureUnavailable);
        }
        if !amount.is_zero() && charge.captures >= CAPTURE_LIMIT {
            return Err(Rejection::CaptureLimit);
        }
        Ok(amount)
    }

    /// Checks the fee and the transfer amount of a capture. The flow must have them, only one may be named, and later
    /// captures must name what the first one named (B49, U7, U8). A release need not repeat them.
    fn check_capture_connect(&self, config: &Config, charge: &Charge, taking: &Taking) -> Result<(), Rejection> {
        let (fee, transfer) = (taking.fee.is_some(), taking.transfer.is_some());
        if fee && self.intent.flow == Flow::Platform {
            return Err(Rejection::FeeWithoutConnect);
        }
        if transfer && self.intent.flow != Flow::Destination {
            return Err(Rejection::TransferWithoutDestination);
        }
        if fee && (transfer || self.intent.transfer.is_some()) || transfer && self.intent.fee.is_some() {
            return Err(Rejection::FeeAndTransfer);
        }
        if charge.captures == 0 || taking.amount.is_zero() {
            return Ok(());
        }
        if charge.fee_at_first_capture && !fee {
            return Err(Rejection::MissingFee);
        }
        if charge.transfer_at_first_capture && !transfer {
            return Err(Rejection::MissingTransfer);
        }
        let late_is_refused = !config.dialect.late_connect_amounts;
        if late_is_refused && fee && !charge.fee_at_first_capture {
            return Err(Rejection::LateFee);
        }
        if late_is_refused && transfer && !charge.transfer_at_first_capture {
            return Err(Rejection::LateTransfer);
        }
        Ok(())
    }

    /// Captures the money, posts it to the ledger and emits the notifications.
    fn take(
        mut self,
        config: &Config,
        mut charge: Charge,
        taking: &Taking,
        outbox: &mut Outbox<'_>,
    ) -> Result<Self, Rejection> {
        let before = (self.intent.capturable, charge.captured_amount);
        let piece = taking.amount;
        self.intent.capturable = self.intent.capturable.sub(piece)?;
        self.intent.received = self.intent.received.add(piece)?;
        charge.captured_amount = charge.captured_amount.add(piece)?;
        if !piece.is_zero() {
            if charge.captures == 0 {
                charge.fee_at_first_capture = taking.fee.is_some();
                charge.transfer_at_first_capture = taking.transfer.is_some();
            }
            charge.captures = charge.captures.saturating_add(1);
        }
        self.charge = Some(charge);
        self.name_connect_amounts(piece, taking.fee, taking.transfer)?;
        let entry = self.post_piece(piece)?;

        let all_taken = self.intent.capturable.is_zero();
        let ends = taking.is_final || (all_taken && !config.dialect.full_capture_stays_open);
        if ends {
            self = self.end_hold(config)?;
        }
        let several = charge.multicapture_available;
        if several {
            let previous = Previous {
                amount: changed(before.1, charge.captured_amount),
                were_null: entry.were_null,
                ..Previous::default()
            };
            outbox.emit_change(NotificationKind::ChargeUpdated, previous)?;
            let previous = Previous { amount: changed(before.0, self.intent.capturable), ..Previous::default() };
            outbox.emit_change(NotificationKind::IntentCapturableUpdated, previous)?;
        }
        if ends {
            let previous = if several {
                Previous { flag: Some(false), ..Previous::default() }
            } else {
                Previous { amount: Some(before.1), flag: Some(false), were_null: entry.were_null }
            };
            outbox.emit_change(NotificationKind::ChargeCaptured, previous)?;
            outbox.emit(NotificationKind::IntentSucceeded)?;
        }
        entry.emit(outbox)?;
        Ok(self)
    }

    /// Captures all of a charge without manual capture: in the response, or in the background (A2).
    pub(super) fn take_all(mut self, config: &Config, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        let Some(charge) = self.charge.as_mut() else { return Err(Rejection::AmountOutOfRange) };
        charge.captured_amount = charge.authorized;
        charge.captured = true;
        self.intent.received = charge.authorized;
        self.intent.status = IntentStatus::Succeeded;
        outbox.emit(NotificationKind::IntentSucceeded)?;
        match self.intent.capture_method {
            CaptureMethod::AutomaticAsync => charge.posting = crate::time::Countdown::of(config.dialect.ledger_delay),
            CaptureMethod::Automatic | CaptureMethod::Manual => {
                let piece = charge.authorized;
                self.post_piece(piece)?.emit(outbox)?;
            }
        }
        Ok(self)
    }

    /// Ends the hold of a partly captured charge: releases the rest and succeeds (B36, B39). A charge that was refunded
    /// in full becomes `refunded` (B43, U16).
    pub(super) fn end_hold(mut self, config: &Config) -> Result<Self, Rejection> {
        let Some(charge) = self.charge.as_mut() else { return Err(Rejection::AmountOutOfRange) };
        charge.released = charge.released.add(self.intent.capturable)?;
        charge.captured = true;
        charge.hold = crate::time::Countdown::STOPPED;
        if config.dialect.refunded_at_final_capture {
            charge.refunded = charge.is_fully_refunded();
        }
        self.intent.capturable = Amount::ZERO;
        self.intent.status = IntentStatus::Succeeded;
        Ok(self)
    }
}
