//! A payment: one PaymentIntent with its charge, its refunds and the money of connected accounts.
//!
//! | rule | file |
//! |---|---|
//! | create, update | `create.rs` |
//! | confirm, authenticate, settle | `confirm.rs` |
//! | capture, release | `capture.rs` |
//! | cancel, expiry | `ending.rs` |
//! | refunds | `refund.rs` |
//! | fees, transfers | `connect.rs` |
//! | the ledger, at once or in the background | `ledger.rs` |
//!
//! Methods take a payment and return the next one, so a refused request cannot leave a payment half changed.

mod capture;
mod confirm;
mod connect;
mod create;
mod ending;
mod ledger;
mod refund;
mod words;

pub use capture::CAPTURE_LIMIT;
pub(crate) use confirm::{Confirmer, error_of};
pub(crate) use create::intent_amount;

use crate::time::Countdown;
use crate::{
    Accepted, Amount, CancellationReason, CaptureMethod, ChargeStatus, ChargeView, Config, ConfirmationMethod,
    Currency, Flow, IntentStatus, LedgerView, Links, Outcome, PaymentError, PaymentMethod, PaymentView, REFUNDS,
    RefundView, Rejection,
};

/// A payment after a request or an event, with the response; or a rejection that changed nothing.
pub(crate) type Changed = Result<(Payment, Outcome), Rejection>;

/// A PaymentIntent with its charge, its refunds and its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Payment {
    pub(crate) intent: PaymentIntent,
    /// The latest charge; an earlier one can only have failed (I15).
    pub(crate) charge: Option<Charge>,
    /// Number of charges that reached `succeeded`.
    pub(crate) successful_charges: u8,
    pub(crate) refunds: [Option<RefundView>; REFUNDS],
    /// Sums over the ledger entries of this payment.
    pub(crate) ledger: LedgerView,
}

/// The part of a payment that the client requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PaymentIntent {
    pub(crate) status: IntentStatus,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) capturable: Amount,
    pub(crate) received: Amount,
    pub(crate) capture_method: CaptureMethod,
    pub(crate) confirmation_method: ConfirmationMethod,
    pub(crate) payment_method: Option<PaymentMethod>,
    pub(crate) multicapture_requested: bool,
    pub(crate) flow: Flow,
    /// The application fee of the whole payment, if it is named.
    pub(crate) fee: Option<Amount>,
    /// The transfer of the whole payment, if it is named.
    pub(crate) transfer: Option<Amount>,
    pub(crate) confirmations: u8,
    /// `true` if the customer has authenticated and the server must confirm again.
    pub(crate) authenticated: bool,
    pub(crate) cancellation_reason: Option<CancellationReason>,
    pub(crate) last_error: Option<PaymentError>,
    pub(crate) owned_by_session: bool,
}

/// The part of a payment that the issuer knows: the hold and its captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Charge {
    pub(crate) status: ChargeStatus,
    pub(crate) authorized: Amount,
    pub(crate) captured_amount: Amount,
    pub(crate) released: Amount,
    pub(crate) refunded_amount: Amount,
    /// `true` if nothing more can be captured (B57).
    pub(crate) captured: bool,
    /// `true` if the charge is finally captured and refunded in full (B43).
    pub(crate) refunded: bool,
    pub(crate) multicapture_available: bool,
    pub(crate) captures: u8,
    /// Time until the latest run of the expiry job; runs while money is held.
    pub(crate) hold: Countdown,
    /// Time until the latest posting of a background capture (A12).
    pub(crate) posting: Countdown,
    pub(crate) links: Links,
    pub(crate) fee_at_first_capture: bool,
    pub(crate) transfer_at_first_capture: bool,
    /// `true` if the endpoint for fee refunds was used (B47).
    pub(crate) fee_latch: bool,
    /// `true` if the endpoint for reversals was used (B47).
    pub(crate) transfer_latch: bool,
    /// `true` if the debit can still be canceled (C18).
    pub(crate) cancel_window: bool,
}

impl Charge {
    /// Returns a new charge.
    pub(crate) fn new(status: ChargeStatus, authorized: Amount) -> Self {
        Self {
            status,
            authorized,
            captured_amount: Amount::ZERO,
            released: Amount::ZERO,
            refunded_amount: Amount::ZERO,
            captured: false,
            refunded: false,
            multicapture_available: false,
            captures: 0,
            hold: Countdown::STOPPED,
            posting: Countdown::STOPPED,
            links: Links::default(),
            fee_at_first_capture: false,
            transfer_at_first_capture: false,
            fee_latch: false,
            transfer_latch: false,
            cancel_window: false,
        }
    }

    /// Returns whether the charge is finally captured and refunded in full (B43).
    fn is_fully_refunded(&self) -> bool {
        self.captured && !self.captured_amount.is_zero() && self.refunded_amount == self.captured_amount
    }

    /// Returns whether the hold can be captured: until its deadline. The countdown continues to the latest run of the
    /// expiry job (U9).
    fn is_usable(&self, config: &Config) -> bool {
        let delay = config.dialect.expiry_job_delay;
        self.hold.left().is_some_and(|left| left > delay || (left == delay && config.dialect.capture_at_deadline))
    }
}

impl Payment {
    /// Returns the response that shows the PaymentIntent.
    pub(crate) fn answer(&self) -> Outcome {
        let PaymentIntent { status, capturable, received, .. } = self.intent;
        Ok(Accepted::Intent { status, capturable, received })
    }

    /// Returns this payment with the response that shows it.
    fn done(self) -> Changed {
        Ok((self, self.answer()))
    }

    /// Returns this payment with the response to an event.
    fn happened(self) -> Changed {
        Ok((self, Ok(Accepted::Happened)))
    }

    /// Returns this payment with the response of an event without effect.
    fn unchanged(self) -> Changed {
        Ok((self, Ok(Accepted::Nothing)))
    }

    /// Returns the visible part.
    #[inline]
    pub(crate) fn view(&self, config: &Config) -> PaymentView {
        let intent = &self.intent;
        PaymentView {
            status: intent.status,
            amount: intent.amount,
            currency: intent.currency,
            capturable: intent.capturable,
            received: intent.received,
            capture_method: intent.capture_method,
            confirmation_method: intent.confirmation_method,
            payment_method: intent.payment_method,
            multicapture_requested: intent.multicapture_requested,
            flow: intent.flow,
            fee: intent.fee,
            transfer: intent.transfer,
            confirmations: intent.confirmations,
            cancellation_reason: intent.cancellation_reason,
            last_error: intent.last_error,
            owned_by_session: intent.owned_by_session,
            charge: self.charge.as_ref().map(|charge| charge.view(config)),
            successful_charges: self.successful_charges,
            refunds: self.refunds,
            ledger: self.ledger,
        }
    }
}

impl Charge {
    #[inline]
    fn view(&self, config: &Config) -> ChargeView {
        let delay = i64::from(config.dialect.expiry_job_delay);
        ChargeView {
            status: self.status,
            authorized: self.authorized,
            captured_amount: self.captured_amount,
            released: self.released,
            refunded_amount: self.refunded_amount,
            captured: self.captured,
            refunded: self.refunded,
            multicapture_available: self.multicapture_available,
            captures: self.captures,
            hold_left: self.hold.left().map(|left| i64::from(left).saturating_sub(delay)),
            posting_left: self.posting.left(),
            links: self.links,
            fee_at_first_capture: self.fee_at_first_capture,
            transfer_at_first_capture: self.transfer_at_first_capture,
            fee_latch: self.fee_latch,
            transfer_latch: self.transfer_latch,
        }
    }
}
