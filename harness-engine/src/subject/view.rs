//! Builds the model's views of the engine's objects, which are read through the engine's interface.

use holdfast_engine::objects::{Charge, CheckoutSession, PaymentIntent, SetupIntent};
use holdfast_engine::store::StoreError;
use holdfast_engine::{Engine, Time};
use holdfast_model::{
    Amount, ChargeView, Flow, LedgerView, Links, PaymentView, REFUNDS, RefundView, SessionView, SetupView,
};
use std::sync::Arc;

use super::config::PLATFORM;
use super::names::{self, amount};
use super::object_index::{ObjectIndex, Sums, TrackedPayment};

impl ObjectIndex {
    pub(super) fn setup_view(&self, engine: &Engine) -> Result<Option<SetupView>, StoreError> {
        let Some(id) = self.setup else { return Ok(None) };
        let Some(setup) = engine.observe(id)?.and_then(|object| object.as_setup_intent().cloned()) else {
            return Ok(None);
        };
        Ok(Some(view_setup(engine, &setup)?))
    }

    pub(super) fn session_view(&self, engine: &Engine) -> Result<Option<SessionView>, StoreError> {
        let Some(id) = self.session else { return Ok(None) };
        let session = engine.observe(id)?.and_then(|object| object.as_checkout_session().cloned());
        Ok(session.map(|session| self.view_session(&session, engine.now())))
    }

    fn view_session(&self, session: &CheckoutSession, now: Time) -> SessionView {
        let status = names::session_status(session.status);
        let open = session.status == holdfast_engine::objects::SessionStatus::Open;
        let place = self
            .payments
            .iter()
            .position(|payment| payment.as_ref().is_some_and(|payment| Some(payment.id) == session.payment_intent));
        SessionView {
            status,
            mode: names::session_mode(session.mode),
            ui: names::session_ui(session.ui_mode),
            amount: session.amount_total.map_or(Amount::ZERO, amount),
            manual: session.terms.capture_method == Some(holdfast_engine::objects::CaptureMethod::Manual),
            payment_status: names::payment_status(session.payment_status),
            intent: place.and_then(|place| u8::try_from(place).ok()),
            seconds_left: open
                .then(|| u32::try_from(session.expires_at.since(now)).unwrap_or(u32::MAX))
                .filter(|left| *left > 0),
        }
    }
}

impl TrackedPayment {
    pub(super) fn view(&self, engine: &Engine) -> Result<Option<PaymentView>, StoreError> {
        let Some(intent) = engine.observe(self.id)?.and_then(|object| object.as_payment_intent().cloned()) else {
            return Ok(None);
        };
        let charge = match intent.latest_charge {
            Some(id) => engine.observe(id)?.and_then(|object| object.as_charge().cloned()),
            None => None,
        };
        let mut refunds = [None; REFUNDS];
        for (slot, id) in refunds.iter_mut().zip(&self.refunds) {
            let refund = engine.observe(*id)?.and_then(|object| object.as_refund().cloned());
            *slot = refund.map(|it| RefundView { status: names::refund_status(it.status), amount: amount(it.amount) });
        }
        Ok(Some(PaymentView {
            status: names::intent_status(intent.status),
            amount: amount(intent.amount),
            currency: names::currency(intent.currency),
            capturable: amount(intent.capturable),
            received: amount(intent.received),
            capture_method: names::capture_method(intent.capture_method),
            confirmation_method: names::confirmation_method(intent.confirmation_method),
            payment_method: match intent.method {
                Some(id) => method_of(engine, id)?,
                None => None,
            },
            multicapture_requested: intent.request_multicapture,
            flow: match intent.transfer_data {
                Some(_) => Flow::Destination,
                None if intent.account == PLATFORM => Flow::Platform,
                None => Flow::Direct,
            },
            fee: intent.application_fee_amount.map(amount),
            transfer: intent.transfer_data.and_then(|data| data.amount).map(amount),
            confirmations: u8::try_from(intent.confirmations).unwrap_or(u8::MAX),
            cancellation_reason: intent.cancellation_reason.map(names::cancellation),
            last_error: intent.last_error.as_ref().and_then(|error| names::error_code(error.failure)),
            owned_by_session: intent.session.is_some(),
            charge: charge.map(|charge| view_charge(&intent, &charge, engine.now())),
            successful_charges: u8::try_from(self.successful.len()).unwrap_or(u8::MAX),
            refunds,
            ledger: self.ledger.view(),
        }))
    }
}

impl Sums {
    fn view(&self) -> LedgerView {
        // No property accepts a sum that is negative or too large; the largest amount stands for it.
        let sum = |sum: i64| Amount::new(u32::try_from(sum).unwrap_or(u32::MAX));
        LedgerView {
            charged: sum(self.charged),
            refunded: sum(self.refunded),
            fees: sum(self.fees),
            fees_refunded: sum(self.fees_refunded),
            transfers: sum(self.transfers),
            reversals: sum(self.reversals),
        }
    }
}

fn view_charge(intent: &PaymentIntent, charge: &Charge, now: Time) -> ChargeView {
    let holds = intent.status == holdfast_engine::objects::IntentStatus::RequiresCapture;
    let seconds = |time: Time| i64::try_from(time.seconds()).unwrap_or(i64::MAX);
    ChargeView {
        status: names::charge_status(charge.status),
        authorized: amount(charge.amount),
        captured_amount: amount(charge.captured),
        released: amount(charge.released),
        // A released hold is shown as refunded (HOLD-13); this is the amount that was really refunded.
        refunded_amount: amount(charge.refunded),
        captured: charge.closed,
        refunded: charge.is_refunded() && !charge.is_voided(),
        multicapture_available: charge.multicapture,
        // Only requests to capture count; an automatic capture has none.
        captures: if charge.manual { u8::try_from(charge.captures).unwrap_or(u8::MAX) } else { 0 },
        hold_left: charge
            .capture_before
            .filter(|_| holds)
            .map(|deadline| seconds(deadline).saturating_sub(seconds(now))),
        posting_left: charge
            .ledger_due
            .filter(|_| charge.awaits_ledger)
            .map(|due| u32::try_from(due.since(now)).unwrap_or(u32::MAX)),
        links: Links {
            balance_transaction: charge.balance_transaction.is_some(),
            transfer: charge.transfer().is_some(),
            application_fee: charge.application_fee().is_some(),
        },
        fee_at_first_capture: charge.fee_required,
        transfer_at_first_capture: charge.transfer_amount_required,
        fee_latch: charge.fee_refunded_by_hand,
        transfer_latch: charge.transfer_reversed_by_hand,
    }
}

fn view_setup(engine: &Engine, setup: &Arc<SetupIntent>) -> Result<SetupView, StoreError> {
    Ok(SetupView {
        status: names::setup_status(setup.status),
        payment_method: match setup.method {
            Some(id) => method_of(engine, id)?,
            None => None,
        },
        confirmations: u8::try_from(setup.confirmations).unwrap_or(u8::MAX),
        cancellation_reason: setup.cancellation_reason.map(names::cancellation),
        last_error: setup.last_error.as_ref().and_then(|error| names::error_code(error.failure)),
        owned_by_session: setup.session.is_some(),
    })
}

fn method_of(
    engine: &Engine,
    id: holdfast_engine::PaymentMethodId,
) -> Result<Option<holdfast_model::PaymentMethod>, StoreError> {
    let method = engine.observe(id)?.and_then(|object| object.as_payment_method().cloned());
    Ok(method.and_then(|method| names::payment_method(method.test_method)))
}
