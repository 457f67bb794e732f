//! The visible part of a state: the same type for the model and for any engine.
//!
//! A property reads nothing else. The same property therefore judges a state of the model under the explorers and an
//! engine under the fuzzer.

use crate::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, Config, ConfirmationMethod, Currency, Flow, IntentStatus,
    Links, Operation, Outcome, PaymentError, PaymentMethod, PaymentStatus, RefundStatus, SessionMode, SessionStatus,
    SessionUi, SetupStatus,
};

/// Number of refunds that one payment can have in the model.
pub const REFUNDS: usize = 4;

/// The visible part of a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation<'a> {
    /// The configuration of the engine.
    pub config: &'a Config,
    /// Every PaymentIntent with its charge, refunds and ledger; `None` where none was created.
    pub payments: &'a [Option<PaymentView>],
    /// The SetupIntent.
    pub setup: Option<&'a SetupView>,
    /// The Checkout Session.
    pub session: Option<&'a SessionView>,
    /// The response under each idempotency key that the engine remembers.
    pub keys: &'a [Option<KeyView>],
}

/// A PaymentIntent, its latest charge, its refunds and the money of connected accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentView {
    /// `status`.
    pub status: IntentStatus,
    /// `amount`.
    pub amount: Amount,
    /// `currency`.
    pub currency: Currency,
    /// `amount_capturable`.
    pub capturable: Amount,
    /// `amount_received`.
    pub received: Amount,
    /// `capture_method`.
    pub capture_method: CaptureMethod,
    /// `confirmation_method`.
    pub confirmation_method: ConfirmationMethod,
    /// `payment_method`.
    pub payment_method: Option<PaymentMethod>,
    /// `payment_method_options.card.request_multicapture` is `if_available`.
    pub multicapture_requested: bool,
    /// The owner of the charge.
    pub flow: Flow,
    /// `application_fee_amount` of the intent.
    pub fee: Option<Amount>,
    /// `transfer_data.amount` of the intent.
    pub transfer: Option<Amount>,
    /// Number of confirmations so far.
    pub confirmations: u8,
    /// `cancellation_reason`.
    pub cancellation_reason: Option<CancellationReason>,
    /// `last_payment_error.code`.
    pub last_error: Option<PaymentError>,
    /// `true` if it belongs to the Checkout Session.
    pub owned_by_session: bool,
    /// `latest_charge`.
    pub charge: Option<ChargeView>,
    /// Number of charges of this intent that reached `succeeded`.
    pub successful_charges: u8,
    /// Refunds, in the order of creation.
    pub refunds: [Option<RefundView>; REFUNDS],
    /// Sums over the ledger.
    pub ledger: LedgerView,
}

/// A charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargeView {
    /// `status`.
    pub status: ChargeStatus,
    /// `amount`: the amount requested from the issuer.
    pub authorized: Amount,
    /// `amount_captured`.
    pub captured_amount: Amount,
    /// Authorized money that was released without a capture.
    pub released: Amount,
    /// Captured money that was refunded; a released hold is not a refund.
    pub refunded_amount: Amount,
    /// `true` if nothing more can be captured (B57).
    pub captured: bool,
    /// `refunded`: `true` if the charge is finally captured and refunded in full (B43).
    pub refunded: bool,
    /// `payment_method_details.card.multicapture.status` is `available`.
    pub multicapture_available: bool,
    /// Number of captures so far, without releases (U4).
    pub captures: u8,
    /// Seconds until `capture_before` while a hold is open; zero or less between the deadline and the expiry job.
    pub hold_left: Option<i64>,
    /// Seconds until the deadline of a background capture to reach the ledger; `None` if none is outstanding.
    pub posting_left: Option<u32>,
    /// The pointers that are set.
    pub links: Links,
    /// `true` if the first capture named a fee.
    pub fee_at_first_capture: bool,
    /// `true` if the first capture named a transfer amount.
    pub transfer_at_first_capture: bool,
    /// `true` if the endpoint for application fee refunds was used (B47).
    pub fee_latch: bool,
    /// `true` if the endpoint for transfer reversals was used (B47).
    pub transfer_latch: bool,
}

/// A refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefundView {
    /// `status`.
    pub status: RefundStatus,
    /// `amount`.
    pub amount: Amount,
}

/// Sums over the ledger's entries for one payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerView {
    /// Σ of charge entries: captured money.
    pub charged: Amount,
    /// Σ of refund entries, less the money that failed refunds returned.
    pub refunded: Amount,
    /// Σ of application fees.
    pub fees: Amount,
    /// Σ of application fee refunds.
    pub fees_refunded: Amount,
    /// Σ of transfers.
    pub transfers: Amount,
    /// Σ of transfer reversals.
    pub reversals: Amount,
}

/// The SetupIntent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetupView {
    /// `status`.
    pub status: SetupStatus,
    /// `payment_method`.
    pub payment_method: Option<PaymentMethod>,
    /// Number of confirmations so far.
    pub confirmations: u8,
    /// `cancellation_reason`.
    pub cancellation_reason: Option<CancellationReason>,
    /// `last_setup_error.code`.
    pub last_error: Option<PaymentError>,
    /// `true` if it belongs to the Checkout Session.
    pub owned_by_session: bool,
}

/// The Checkout Session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionView {
    /// `status`.
    pub status: SessionStatus,
    /// `mode`.
    pub mode: SessionMode,
    /// `ui_mode`.
    pub ui: SessionUi,
    /// `amount_total`.
    pub amount: Amount,
    /// `true` if the request had `payment_intent_data.capture_method=manual`.
    pub manual: bool,
    /// `payment_status`.
    pub payment_status: PaymentStatus,
    /// `payment_intent`, by its position in [`Observation::payments`].
    pub intent: Option<u8>,
    /// Seconds to `expires_at`; `None` if the session is not open.
    pub seconds_left: Option<u32>,
}

/// An idempotency key that the engine remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyView {
    /// The first request under the key.
    pub operation: Operation,
    /// The response to that request; `None` while it is in progress.
    pub answer: Option<Outcome>,
    /// Seconds until the key may be forgotten; `None` while the request is in progress. It is one day at the response
    /// (IDEM-13).
    pub seconds_left: Option<u32>,
}

impl KeyView {
    /// Returns whether the retention of the key has ended.
    #[must_use]
    #[inline]
    pub const fn is_prunable(&self) -> bool {
        matches!(self.seconds_left, Some(0))
    }
}
