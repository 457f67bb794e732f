//! What an outsider can see: the same type for the model and for any engine.
//!
//! A property reads nothing else, so one sentence judges a state of the model under the explorers and
//! an engine under the fuzzer alike.

use crate::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, Config, ConfirmationMethod, Currency, Flow, IntentStatus,
    Links, Operation, Outcome, PaymentError, PaymentMethod, PaymentStatus, RefundStatus, SessionMode, SessionStatus,
    SessionUi, SetupStatus,
};

/// Refunds that one payment can have in the model.
pub const REFUNDS: usize = 4;

/// Everything visible at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation<'a> {
    /// The config the engine works under.
    pub config: &'a Config,
    /// Every PaymentIntent with all that belongs to it; `None` where none was created.
    pub payments: &'a [Option<PaymentView>],
    /// The SetupIntent.
    pub setup: Option<&'a SetupView>,
    /// The Checkout Session.
    pub session: Option<&'a SessionView>,
    /// What the clients were answered under each idempotency key that the engine still knows.
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
    /// Whose charge it is.
    pub flow: Flow,
    /// `application_fee_amount` as it stands on the intent.
    pub fee: Option<Amount>,
    /// `transfer_data.amount` as it stands on the intent.
    pub transfer: Option<Amount>,
    /// Attempts to confirm so far.
    pub confirmations: u8,
    /// `cancellation_reason`.
    pub cancellation_reason: Option<CancellationReason>,
    /// `last_payment_error.code`.
    pub last_error: Option<PaymentError>,
    /// Does it belong to the Checkout Session?
    pub owned_by_session: bool,
    /// `latest_charge`.
    pub charge: Option<ChargeView>,
    /// Charges of this intent that ever reached `succeeded`.
    pub successful_charges: u8,
    /// Refunds, in the order of creation.
    pub refunds: [Option<RefundView>; REFUNDS],
    /// What the ledger says.
    pub ledger: LedgerView,
}

/// A charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargeView {
    /// `status`.
    pub status: ChargeStatus,
    /// `amount`: what was asked of the issuer.
    pub authorized: Amount,
    /// `amount_captured`.
    pub captured_amount: Amount,
    /// Authorized money that was let go uncaptured.
    pub released: Amount,
    /// Captured money that was given back; a released hold is no refund.
    pub refunded_amount: Amount,
    /// `captured`: can nothing be captured any more? (B57)
    pub captured: bool,
    /// `refunded`: captured for good and given back in full? (B43)
    pub refunded: bool,
    /// `payment_method_details.card.multicapture.status` is `available`.
    pub multicapture_available: bool,
    /// Captures so far; a release is none (U4).
    pub captures: u8,
    /// Seconds until `capture_before` while a hold is open; zero or less when the deadline has
    /// come and the expiry job has not.
    pub hold_left: Option<i64>,
    /// Seconds until a background capture must have reached the ledger; `None` when nothing is
    /// outstanding.
    pub posting_left: Option<u32>,
    /// `balance_transaction`, `transfer`, `application_fee`: which are set.
    pub links: Links,
    /// Did the first capture name a fee?
    pub fee_at_first_capture: bool,
    /// Did the first capture name a transfer amount?
    pub transfer_at_first_capture: bool,
    /// Has the application fee refund endpoint been used? (B47)
    pub fee_latch: bool,
    /// Has the transfer reversal endpoint been used? (B47)
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
    /// Σ of charge entries: money taken.
    pub charged: Amount,
    /// Σ of refund entries less those returned by failed refunds: money given back.
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
    /// Attempts to confirm so far.
    pub confirmations: u8,
    /// `cancellation_reason`.
    pub cancellation_reason: Option<CancellationReason>,
    /// `last_setup_error.code`.
    pub last_error: Option<PaymentError>,
    /// Does it belong to the Checkout Session?
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
    /// Was `payment_intent_data.capture_method=manual` asked for?
    pub manual: bool,
    /// `payment_status`.
    pub payment_status: PaymentStatus,
    /// `payment_intent`, by its place in [`Observation::payments`].
    pub intent: Option<u8>,
    /// Seconds to `expires_at`, while open.
    pub seconds_left: Option<u32>,
}

/// An idempotency key that the engine knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyView {
    /// The request it came with first.
    pub operation: Operation,
    /// What that request was answered; `None` while it is worked on.
    pub answer: Option<Outcome>,
    /// Seconds until it may be forgotten, none left once it may; `None` while it is worked on. It
    /// is a day in the moment of the answer (IDEM-13).
    pub seconds_left: Option<u32>,
}

impl KeyView {
    /// Is it old enough to be forgotten?
    #[must_use]
    #[inline]
    pub const fn is_prunable(&self) -> bool {
        matches!(self.seconds_left, Some(0))
    }
}
