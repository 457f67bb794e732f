//! Decisions of capture: how much of a hold is taken, whether the hold ends, and who receives which share.
//!
//! The checks run in the order of CAP-15.

use super::amounts::{non_negative, optional_share};
use super::connect::{self, Shares};
use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use crate::PaymentIntentId;
use crate::acquirer::Ask;
use crate::command::{CapturePaymentIntent, JobKind};
use crate::money::{Currency, Money, OutOfRange};
use crate::objects::{Charge, EventType, IntentStatus, PaymentIntent};
use crate::refusal::{Operation, Reason, Refusal};
use std::sync::Arc;

/// Handles `POST /v1/payment_intents/:id/capture` (B33–B58).
pub(super) fn payment_intent(context: &DecisionContext<'_>, request: &CapturePaymentIntent) -> Decided {
    let intent = context.intent(request.intent)?;
    let asked = request.amount.map(|amount| non_negative(amount, "amount_to_capture")).transpose()?;
    let named = Named::of(request, intent.currency)?;
    let charge = held_charge(context, &intent)?;
    let portion = Portion::of(context, request, asked, &intent, &charge)?;
    named.check(context, &portion, &intent, &charge)?;

    let (hold, amount, last) = (charge.hold, portion.amount, portion.last);
    context.ask(|| Ask::Capture { hold, amount, last })?;

    let mut changes = Changes::default();
    let mut captured = Captured::begin(context, &intent, &charge);
    captured.intent.texts = request.texts.apply(&intent.texts);
    captured.take(&mut changes, &portion, &named)?;
    if portion.last {
        captured.close(&mut changes)?;
    }
    Ok(captured.finish(changes))
}

/// Returns the charge whose hold can be captured now: the intent requires capture and the window is open (CAP-4, U9).
fn held_charge(context: &DecisionContext<'_>, intent: &Arc<PaymentIntent>) -> Result<Arc<Charge>, Stop> {
    let refuse = |reason| Err(Refusal::with_intent(reason, intent).into());
    match intent.status {
        IntentStatus::RequiresCapture => {}
        IntentStatus::Succeeded => return refuse(Reason::CapturedAlready),
        IntentStatus::RequiresPaymentMethod
        | IntentStatus::RequiresConfirmation
        | IntentStatus::RequiresAction
        | IntentStatus::Processing
        | IntentStatus::Canceled => {
            return refuse(Reason::IntentStatus(Operation::Capture, intent.status));
        }
    }
    let charge = context.charge_of(intent)?;
    let last_second = |deadline| context.now == deadline && context.dialect.capture_at_deadline;
    if charge.capture_before.is_some_and(|deadline| context.now >= deadline && !last_second(deadline)) {
        return refuse(Reason::HoldOver);
    }
    Ok(charge)
}

/// The amount that a capture takes, and whether the rest is released.
struct Portion {
    amount: Money,
    last: bool,
}

impl Portion {
    /// Checks the amount and the finality of a capture (CAP-5 to CAP-9, U1 to U5).
    fn of(
        context: &DecisionContext<'_>,
        request: &CapturePaymentIntent,
        asked: Option<Money>,
        intent: &Arc<PaymentIntent>,
        charge: &Charge,
    ) -> Result<Self, Stop> {
        let refuse = |reason| Err(Refusal::with_intent(reason, intent).into());
        let amount = asked.unwrap_or(intent.capturable);
        let last = request.final_capture.unwrap_or(true);
        let partly_captured = charge.is_multicapture() && !charge.captured.is_zero();
        if amount.is_zero() && !(last && partly_captured) {
            return refuse(Reason::NothingToCapture);
        }
        if amount > intent.capturable {
            let (capturable, currency) = (intent.capturable, intent.currency);
            return refuse(Reason::CaptureTooLarge { capturable, currency });
        }
        if context.dialect.capture_minimum_applies && !amount.is_zero() && amount < intent.currency.minimum() {
            return refuse(Reason::PieceTooSmall(intent.currency));
        }
        if !amount.is_zero() && charge.captures >= context.dialect.most_captures {
            return refuse(Reason::TooManyCaptures(context.dialect.most_captures));
        }
        let explicit = request.final_capture.is_some() && context.dialect.explicit_final_needs_multicapture;
        if (!last || explicit) && !charge.is_multicapture() {
            return refuse(Reason::NonFinalUnavailable);
        }
        let exhausts = amount == intent.capturable && context.dialect.exhausting_capture_is_final;
        Ok(Self { amount, last: last || exhausts })
    }
}

/// The fee and the transfer amount that a capture names (CAP-10).
struct Named {
    fee: Option<Money>,
    transfer: Option<Money>,
}

impl Named {
    fn of(request: &CapturePaymentIntent, currency: Currency) -> Result<Self, Stop> {
        Ok(Self {
            fee: optional_share(request.application_fee_amount, currency, "application_fee_amount")?,
            transfer: optional_share(request.transfer_amount, currency, "transfer_data[amount]")?,
        })
    }

    /// Checks that the payment allows both amounts and that required ones are present (B49, CON-1, U7, U8).
    fn check(
        &self,
        context: &DecisionContext<'_>,
        portion: &Portion,
        intent: &Arc<PaymentIntent>,
        charge: &Charge,
    ) -> Result<(), Stop> {
        let refuse = |reason| Err(Refusal::with_intent(reason, intent).into());
        if self.fee.is_some() && !connect::fees_allowed(context, charge.destination) {
            return refuse(Reason::FeeNeedsConnect);
        }
        if self.transfer.is_some() && intent.transfer_data.is_none() {
            return refuse(Reason::TransferNeedsDestination);
        }
        let fee = self.fee.or(intent.application_fee_amount).is_some();
        let transfer = self.transfer.or(intent.transfer_data.and_then(|data| data.amount)).is_some();
        if (self.fee.is_some() || self.transfer.is_some()) && fee && transfer {
            return refuse(Reason::FeeAndTransfer);
        }
        if portion.amount.is_zero() {
            return Ok(());
        }
        if charge.fee_required && self.fee.is_none() {
            return refuse(Reason::RequiredByFirstCapture("application_fee_amount".into()));
        }
        if charge.transfer_amount_required && self.transfer.is_none() {
            return refuse(Reason::RequiredByFirstCapture("transfer_data[amount]".into()));
        }
        Ok(())
    }

    /// Returns the shares of the platform and the connected account in this capture. An amount of the intent is a
    /// total, capped at all that is captured. An amount named here is for this capture alone, capped at it, and
    /// replaces the rest of the total (B50, CAP-10).
    fn replace(
        &self,
        context: &DecisionContext<'_>,
        intent: &mut PaymentIntent,
        charge: &Charge,
        amount: Money,
    ) -> Result<Shares, Stop> {
        let fees = sum(connect::fees_of(context, charge).iter().map(|fee| fee.amount))?;
        let transfers = sum(connect::transfers_of(context, charge).iter().map(|transfer| transfer.amount))?;
        if let Some(fee) = self.fee {
            intent.application_fee_amount = Some(fees.plus(fee.min(amount))?);
        }
        if let (Some(transfer), Some(data)) = (self.transfer, intent.transfer_data.as_mut()) {
            data.amount = Some(transfers.plus(transfer.min(amount))?);
        }
        // A total may be lowered below what earlier captures took; then nothing more is due.
        let due = |total: Money, taken: Money| match taken >= total {
            true => Ok(Money::ZERO),
            false => total.minus(taken).map(|left| left.min(amount)),
        };
        let transfer = intent.transfer_data.and_then(|data| data.amount);
        Ok(Shares {
            fee: intent.application_fee_amount.map(|total| due(total, fees)).transpose()?,
            transfer: transfer.map(|total| due(total, transfers)).transpose()?,
        })
    }
}

fn sum(amounts: impl Iterator<Item = Money>) -> Result<Money, Stop> {
    let mut sum = Money::ZERO;
    for amount in amounts {
        sum = sum.plus(amount)?;
    }
    Ok(sum)
}

/// A PaymentIntent and its charge while a capture, a release or an expiry changes them.
pub(super) struct Captured<'a> {
    context: &'a DecisionContext<'a>,
    pub(super) intent: PaymentIntent,
    pub(super) charge: Charge,
    /// The states announced last: the next event names the changes since.
    announced_intent: Arc<PaymentIntent>,
    announced_charge: Charge,
}

impl<'a> Captured<'a> {
    pub(super) fn begin(context: &'a DecisionContext<'a>, intent: &Arc<PaymentIntent>, charge: &Arc<Charge>) -> Self {
        let (intent, announced_intent) = ((**intent).clone(), Arc::clone(intent));
        Self { context, intent, charge: (**charge).clone(), announced_intent, announced_charge: (**charge).clone() }
    }

    /// Takes the portion and announces it (B52 to B55).
    fn take(&mut self, changes: &mut Changes, portion: &Portion, named: &Named) -> Result<(), Stop> {
        let (intent, charge) = (&mut self.intent, &mut self.charge);
        let mut connected = Changes::default();
        let shares = named.replace(self.context, intent, charge, portion.amount)?;
        if !portion.amount.is_zero() {
            let first = charge.captures == 0;
            charge.captures = charge.captures.checked_add(1).ok_or(OutOfRange)?;
            charge.fee_required |= first && named.fee.is_some();
            charge.transfer_amount_required |= first && named.transfer.is_some();
            charge.captured = charge.captured.plus(portion.amount)?;
            intent.received = intent.received.plus(portion.amount)?;
            intent.capturable = intent.capturable.minus(portion.amount)?;
            connect::post_capture(self.context, &mut connected, charge, portion.amount, shares)?;
        }
        if portion.last {
            charge.released = charge.amount.minus(charge.captured)?;
            intent.capturable = Money::ZERO;
        }
        if charge.is_multicapture() {
            self.announce_charge(changes, EventType::ChargeUpdated);
            self.announce_intent(changes, EventType::PaymentIntentAmountCapturableUpdated);
        }
        changes.append(connected);
        Ok(())
    }

    /// Ends the hold of a partly or fully captured payment (B36, B56, B57).
    pub(super) fn close(&mut self, changes: &mut Changes) -> Result<(), Stop> {
        self.charge.closed = true;
        self.charge.released = self.charge.amount.minus(self.charge.captured)?;
        self.intent.capturable = Money::ZERO;
        self.intent.status = IntentStatus::Succeeded;
        self.announce_charge(changes, EventType::ChargeCaptured);
        self.announce_intent(changes, EventType::PaymentIntentSucceeded);
        changes.unschedule(JobKind::ExpireHold, self.intent.id);
        Ok(())
    }

    pub(super) fn announce_charge(&mut self, changes: &mut Changes, event_type: EventType) {
        self.context.announce_change(changes, event_type, &self.announced_charge, &self.charge);
        self.announced_charge.clone_from(&self.charge);
    }

    pub(super) fn announce_intent(&mut self, changes: &mut Changes, event_type: EventType) {
        self.context.announce_change(changes, event_type, &self.announced_intent, &self.intent);
        self.announced_intent = Arc::new(self.intent.clone());
    }

    /// Stores both objects and responds with the intent.
    pub(super) fn finish(self, mut changes: Changes) -> super::Done {
        let intent = Arc::new(self.intent);
        changes.put(self.charge);
        changes.put(Arc::clone(&intent));
        changes.answer(intent)
    }
}

/// Returns the intent and its charge, for releases and expiry.
pub(super) fn intent_and_charge(
    context: &DecisionContext<'_>,
    id: PaymentIntentId,
) -> Result<(Arc<PaymentIntent>, Arc<Charge>), Stop> {
    let intent = context.objects.payment_intent(id).ok_or_else(|| not_found("payment_intent", id, "intent"))?;
    let charge = context.charge_of(&intent)?;
    Ok((intent, charge))
}
