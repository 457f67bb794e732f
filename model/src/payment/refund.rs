//! Refunds of captured money (B42–B47, REF-1 to REF-12).

use super::connect::amount_of;
use super::{Changed, Charge, Payment};
use crate::notification::Outbox;
use crate::{
    Accepted, Amount, Config, CreateRefund, IntentStatus, NotificationKind, Previous, REFUNDS, RefundId, RefundPath,
    RefundProgress, RefundStatus, RefundView, Rejection,
};

impl Payment {
    /// Refunds captured money in full or in part, even while more may be captured (B42).
    ///
    /// # Errors
    /// Returns the first [`Rejection`] that applies.
    pub(crate) fn refund(self, config: &Config, request: CreateRefund, outbox: &mut Outbox<'_>) -> Changed {
        if request.amount.is_some_and(|number| number <= 0) {
            return Err(Rejection::InvalidAmount);
        }
        let charge = self.refundable_charge()?;
        let rest = charge.captured_amount.sub(charge.refunded_amount)?;
        if rest.is_zero() {
            return Err(Rejection::AlreadyRefunded);
        }
        let amount = amount_of(request.amount, rest)?.ok_or(Rejection::RefundTooLarge)?;
        let is_partial = amount < rest;
        self.check_refund_flags(&charge, request, is_partial)?;
        let half_rounds_up = config.dialect.half_of_a_share_rounds_up;
        let part = is_partial.then_some((charge.captured_amount, half_rounds_up));
        self.give_back(charge, request, amount, part, outbox)
    }

    /// Returns the charge if it has refundable money (PI-34, PI-35, PI-37).
    ///
    /// # Errors
    /// Returns the [`Rejection`] that applies otherwise.
    fn refundable_charge(&self) -> Result<Charge, Rejection> {
        match self.intent.status {
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
            | IntentStatus::Processing => Err(Rejection::NoSuccessfulCharge),
            IntentStatus::RequiresCapture if self.intent.received.is_zero() => Err(Rejection::Uncaptured),
            IntentStatus::RequiresCapture | IntentStatus::Succeeded | IntentStatus::Canceled => {
                self.charge.filter(|_| !self.intent.received.is_zero()).ok_or(Rejection::NoSuccessfulCharge)
            }
        }
    }

    /// Checks whether fee and transfer may be returned with the refund. They may not with a partial refund under
    /// multicapture (B45), nor after the use of their own endpoints (B47).
    fn check_refund_flags(&self, charge: &Charge, request: CreateRefund, is_partial: bool) -> Result<(), Rejection> {
        let partial_of_several = is_partial && self.is_multicapture();
        if request.refund_application_fee && partial_of_several {
            return Err(Rejection::PartialWithFee);
        }
        if request.reverse_transfer && partial_of_several {
            return Err(Rejection::PartialWithReversal);
        }
        if request.refund_application_fee {
            // If there is a transfer, a fee that was never taken is not an error, and no fee is returned (P2).
            if !charge.links.application_fee && !charge.links.transfer {
                return Err(Rejection::NoFeeToRefund);
            }
            if charge.fee_latch {
                return Err(Rejection::FeeLatched);
            }
        }
        if request.reverse_transfer {
            if !charge.links.transfer {
                return Err(Rejection::NoTransferToReverse);
            }
            if charge.transfer_latch {
                return Err(Rejection::TransferLatched);
            }
        }
        Ok(())
    }

    /// Refunds `amount`. A partial refund returns a share of fee and transfer; a refund of the rest returns their
    /// remainder.
    fn give_back(
        mut self,
        mut charge: Charge,
        request: CreateRefund,
        amount: Amount,
        part: Option<(Amount, bool)>,
        outbox: &mut Outbox<'_>,
    ) -> Changed {
        let id = self.free_refund().ok_or(Rejection::BeyondBounds)?;
        let status = match self.intent.payment_method.map(|method| method.profile().refund) {
            Some(RefundPath::Pending) => RefundStatus::Pending,
            Some(RefundPath::AsksCustomer) => RefundStatus::RequiresAction,
            Some(RefundPath::Immediate | RefundPath::FailsLater) | None => RefundStatus::Succeeded,
        };
        let before = (charge.refunded_amount, charge.refunded);
        charge.refunded_amount = before.0.add(amount)?;
        charge.refunded = charge.is_fully_refunded();
        self.charge = Some(charge);
        self.ledger.refunded = self.ledger.refunded.add(amount)?;
        self.set_refund(id, RefundView { status, amount });

        outbox.about_refund(id).emit(NotificationKind::RefundCreated)?;
        let previous = Previous {
            amount: Some(before.0),
            flag: (before.1 != charge.refunded).then_some(before.1),
            ..Previous::default()
        };
        outbox.emit_change(NotificationKind::ChargeRefunded, previous)?;
        let share_of = |total: Amount, rest: Amount| {
            part.map_or(rest, |(whole, half_rounds_up)| total.share(amount, whole, half_rounds_up).min(rest))
        };
        if request.refund_application_fee {
            let rest = self.ledger.fees.sub(self.ledger.fees_refunded)?;
            let share = share_of(self.ledger.fees, rest);
            if !share.is_zero() {
                self.give_back_fee(share, outbox)?;
            }
        }
        if request.reverse_transfer {
            let rest = self.ledger.transfers.sub(self.ledger.reversals)?;
            let share = share_of(self.ledger.transfers, rest);
            if !share.is_zero() {
                self.take_back_transfer(share, outbox)?;
            }
        }
        Ok((self, Ok(Accepted::Refund { status, amount })))
    }

    /// Cancels a refund that waits for the customer (REF-6).
    pub(crate) fn cancel_refund(mut self, id: RefundId, outbox: &mut Outbox<'_>) -> Changed {
        let refund = self.refund_at(id).ok_or(Rejection::NoSuchRefund)?;
        if refund.status != RefundStatus::RequiresAction {
            return Err(Rejection::RefundNotCancelable);
        }
        self.move_refund(id, refund, RefundStatus::Canceled)?;
        tell_update(outbox, id)?;
        Ok((self, Ok(Accepted::Refund { status: RefundStatus::Canceled, amount: refund.amount })))
    }

    /// Applies a change of a refund without a request, as its payment method permits (REF-2, REF-4, R7).
    pub(crate) fn progress_refund(
        mut self,
        id: RefundId,
        progress: RefundProgress,
        outbox: &mut Outbox<'_>,
    ) -> Changed {
        use RefundStatus::{Failed, Pending, RequiresAction, Succeeded};
        let path = self.intent.payment_method.map(|method| method.profile().refund);
        let (Some(refund), Some(path)) = (self.refund_at(id), path) else { return self.unchanged() };
        let status = match (path, refund.status, progress) {
            (RefundPath::Pending | RefundPath::AsksCustomer, Pending, RefundProgress::Succeeds) => Succeeded,
            (RefundPath::FailsLater, Succeeded, RefundProgress::Fails)
            | (RefundPath::AsksCustomer, RequiresAction, RefundProgress::Fails) => Failed,
            (RefundPath::AsksCustomer, RequiresAction, RefundProgress::DetailsGiven) => Pending,
            (RefundPath::AsksCustomer, Pending, RefundProgress::Returned) => RequiresAction,
            (
                RefundPath::Immediate | RefundPath::Pending | RefundPath::FailsLater | RefundPath::AsksCustomer,
                _,
                RefundProgress::Succeeds
                | RefundProgress::Fails
                | RefundProgress::DetailsGiven
                | RefundProgress::Returned,
            ) => return self.unchanged(),
        };
        self.move_refund(id, refund, status)?;
        if status == Failed {
            outbox.about_refund(id).emit(NotificationKind::RefundFailed)?;
        }
        tell_update(outbox, id)?;
        self.happened()
    }

    /// Changes the status of a refund; a refund that no longer counts returns its amount (REF-4).
    fn move_refund(&mut self, id: RefundId, refund: RefundView, status: RefundStatus) -> Result<(), Rejection> {
        self.set_refund(id, RefundView { status, ..refund });
        let Some(charge) = self.charge.as_mut().filter(|_| !status.counts()) else { return Ok(()) };
        charge.refunded_amount = charge.refunded_amount.sub(refund.amount)?;
        charge.refunded = charge.is_fully_refunded();
        self.ledger.refunded = self.ledger.refunded.sub(refund.amount)?;
        Ok(())
    }

    fn refund_at(&self, id: RefundId) -> Option<RefundView> {
        self.refunds.get(usize::from(id.0)).copied().flatten()
    }

    fn set_refund(&mut self, id: RefundId, refund: RefundView) {
        if let Some(slot) = self.refunds.get_mut(usize::from(id.0)) {
            *slot = Some(refund);
        }
    }

    fn free_refund(&self) -> Option<RefundId> {
        const { assert!(REFUNDS <= 255, "a RefundId is one byte") }
        (0..).zip(&self.refunds).find(|(_, refund)| refund.is_none()).map(|(id, _)| RefundId(id))
    }
}

fn tell_update(outbox: &mut Outbox<'_>, id: RefundId) -> Result<(), Rejection> {
    outbox.about_refund(id).emit(NotificationKind::RefundUpdated)?;
    outbox.about_refund(id).emit(NotificationKind::ChargeRefundUpdated)
}
