//! Ends of a payment without success: cancellation and expiry (C14, C15, C18, B35–B38).

use super::{Changed, Payment};
use crate::notification::Outbox;
use crate::time::Countdown;
use crate::{Amount, CancellationReason, ChargeStatus, Config, IntentStatus, NotificationKind, Previous, Rejection};

/// The cause that ends a hold without a capture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Cancel(Option<CancellationReason>),
    Expiry,
}

impl Payment {
    /// Cancels the payment by a client's request (C14, C15).
    pub(crate) fn cancel(
        self,
        config: &Config,
        reason: Option<CancellationReason>,
        outbox: &mut Outbox<'_>,
    ) -> Changed {
        if reason == Some(CancellationReason::Automatic) {
            return Err(Rejection::InvalidReason);
        }
        let status = self.intent.status;
        let closed_debit =
            status == IntentStatus::Processing && !self.charge.is_some_and(|charge| charge.cancel_window);
        if status.is_final() || closed_debit {
            return Err(Rejection::UnexpectedState);
        }
        if self.intent.owned_by_session && status != IntentStatus::RequiresCapture {
            return Err(Rejection::OwnedBySession);
        }
        self.end(config, Cause::Cancel(reason), outbox)?.done()
    }

    /// Cancels an intent whose Checkout Session expired (CHK-4).
    pub(crate) fn abandon(self, config: &Config, outbox: &mut Outbox<'_>) -> Changed {
        if !self.intent.status.is_open() {
            return self.unchanged();
        }
        self.end(config, Cause::Cancel(Some(CancellationReason::Automatic)), outbox)?.happened()
    }

    /// Runs the expiry job. Before the deadline, or after another end of the hold, it has no effect: exactly one of
    /// capture and expiry wins (I17, U9).
    pub(crate) fn expire(self, config: &Config, outbox: &mut Outbox<'_>) -> Changed {
        let due = self
            .charge
            .and_then(|charge| charge.hold.left())
            .is_some_and(|left| left <= config.dialect.expiry_job_delay);
        if !due {
            return self.unchanged();
        }
        self.run_out(config, outbox)
    }

    /// Ends a hold whose deadline, and whose allowed delay of the job, have passed.
    fn run_out(self, config: &Config, outbox: &mut Outbox<'_>) -> Changed {
        self.end(config, Cause::Expiry, outbox)?.happened()
    }

    /// Advances the payment by `seconds`.
    pub(crate) fn advance(mut self, config: &Config, seconds: u32, outbox: &mut Outbox<'_>) -> Changed {
        let Some(charge) = self.charge.as_mut() else { return self.happened() };
        let (posting, must_be_posted) = charge.posting.after(seconds);
        let (hold, has_run_out) = charge.hold.after(seconds);
        if must_be_posted {
            return self.post(outbox);
        }
        if has_run_out {
            return self.run_out(config, outbox);
        }
        (charge.posting, charge.hold) = (posting, hold);
        self.happened()
    }

    /// Ends the hold: an uncaptured payment becomes `canceled`, a partly captured one `succeeded` (B38, D11).
    fn end(self, config: &Config, cause: Cause, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        if self.intent.received.is_zero() {
            self.end_uncaptured(cause, outbox)
        } else {
            self.end_partly_captured(config, cause, outbox)
        }
    }

    fn end_uncaptured(mut self, cause: Cause, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        let holds = self.intent.status == IntentStatus::RequiresCapture;
        let debit = self.intent.status == IntentStatus::Processing;
        if let Some(charge) = self.charge.as_mut() {
            if holds {
                charge.released = charge.released.add(self.intent.capturable)?;
                charge.hold = Countdown::STOPPED;
            }
            if debit {
                charge.status = ChargeStatus::Failed;
                charge.cancel_window = false;
            }
        }
        self.intent.capturable = Amount::ZERO;
        self.intent.status = IntentStatus::Canceled;
        match cause {
            Cause::Cancel(reason) => {
                self.intent.cancellation_reason = reason;
                outbox.emit(NotificationKind::IntentCanceled)?;
                if holds {
                    // In the event, a released hold looks like a refund (R12).
                    let previous = Previous { amount: Some(Amount::ZERO), flag: Some(false), ..Previous::default() };
                    outbox.emit_change(NotificationKind::ChargeRefunded, previous)?;
                }
            }
            Cause::Expiry => {
                self.intent.cancellation_reason = Some(CancellationReason::Automatic);
                outbox.emit(NotificationKind::ChargeExpired)?;
                outbox.emit(NotificationKind::IntentCanceled)?;
            }
        }
        Ok(self)
    }

    /// Ends a partly captured payment: the captured part stays, the rest is released (B35, B38, B56, U6, U12).
    fn end_partly_captured(self, config: &Config, cause: Cause, outbox: &mut Outbox<'_>) -> Result<Self, Rejection> {
        let mut next = self.end_hold(config)?;
        outbox.emit_change(NotificationKind::ChargeCaptured, Previous { flag: Some(false), ..Previous::default() })?;
        match cause {
            Cause::Cancel(reason) if !config.dialect.cancel_keeps_captured => {
                next.intent.status = IntentStatus::Canceled;
                next.intent.cancellation_reason = reason;
                outbox.emit(NotificationKind::IntentCanceled)?;
            }
            Cause::Cancel(_) | Cause::Expiry => outbox.emit(NotificationKind::IntentSucceeded)?,
        }
        Ok(next)
    }
}
