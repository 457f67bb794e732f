//! Views with defaults, for engines that have fewer fields than the model.

use holdfast_model::{
    Accepted, Amount, CaptureMethod, ChargeStatus, ChargeView, ConfirmationMethod, Currency, Flow, IntentStatus,
    LedgerView, Links, PaymentMethod, PaymentView, REFUNDS,
};

use crate::subject::{Answer, Reaction};

/// A card payment with the six fields of a plain engine, from which the model's view is filled.
///
/// Amounts are in the currency's minor unit. All other fields get defaults. A subject that shows these views declares
/// [`Capabilities::card`](crate::Capabilities::card), so no property reads a default.
///
/// ```
/// use holdfast_harness::CardPayment;
/// use holdfast_model::{IntentStatus, PaymentView};
///
/// let held = CardPayment { status: IntentStatus::RequiresCapture, amount: 1_000, capturable: 1_000, ..Default::default() };
/// assert_eq!(PaymentView::from(held).capturable.get(), 1_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardPayment {
    /// The status.
    pub status: IntentStatus,
    /// The capture method.
    pub capture_method: CaptureMethod,
    /// The amount that the issuer approved.
    pub amount: u32,
    /// The amount that can still be captured.
    pub capturable: u32,
    /// The amount that was captured.
    pub captured: u32,
    /// The amount that was refunded.
    pub refunded: u32,
}

impl Default for CardPayment {
    /// Returns an uncaptured hold with amount 0.
    fn default() -> Self {
        Self {
            status: IntentStatus::RequiresCapture,
            capture_method: CaptureMethod::Manual,
            amount: 0,
            capturable: 0,
            captured: 0,
            refunded: 0,
        }
    }
}

impl CardPayment {
    /// Returns the response that shows the payment.
    #[must_use]
    pub fn reaction(self) -> Reaction {
        let PaymentView { status, capturable, received, .. } = self.into();
        Reaction::of(Answer::Accepted(Accepted::Intent { status, capturable, received }))
    }
}

impl From<CardPayment> for PaymentView {
    fn from(card: CardPayment) -> Self {
        let CardPayment { status, capture_method, amount, capturable, captured, refunded } = card;
        let [amount, capturable, captured, refunded] = [amount, capturable, captured, refunded].map(Amount::new);
        let released = amount.minus(capturable).and_then(|rest| rest.minus(captured)).unwrap_or(Amount::ZERO);
        let charge = ChargeView {
            status: ChargeStatus::Succeeded,
            authorized: amount,
            captured_amount: captured,
            released,
            refunded_amount: refunded,
            captured: !captured.is_zero() && capturable.is_zero(),
            refunded: !captured.is_zero() && refunded == captured,
            multicapture_available: false,
            captures: u8::from(!captured.is_zero()),
            hold_left: None,
            posting_left: None,
            links: Links::default(),
            fee_at_first_capture: false,
            transfer_at_first_capture: false,
            fee_latch: false,
            transfer_latch: false,
        };
        Self {
            status,
            amount,
            currency: Currency::Usd,
            capturable,
            received: captured,
            capture_method,
            confirmation_method: ConfirmationMethod::Automatic,
            payment_method: Some(PaymentMethod::Visa),
            multicapture_requested: false,
            flow: Flow::Platform,
            fee: None,
            transfer: None,
            confirmations: 1,
            cancellation_reason: None,
            last_error: None,
            owned_by_session: false,
            charge: Some(charge),
            successful_charges: 1,
            refunds: [None; REFUNDS],
            ledger: LedgerView { charged: captured, refunded, ..LedgerView::default() },
        }
    }
}
