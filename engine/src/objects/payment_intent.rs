//! The PaymentIntent: one payment from its creation to its end.

use super::{AttemptError, MethodTypes, NextAction, Redirects, SharedTexts, Usage};
use crate::money::{Currency, Money};
use crate::time::Time;
use crate::{AccountId, ChargeId, CheckoutSessionId, CustomerId, PaymentIntentId, PaymentMethodId};
use serde::{Deserialize, Serialize};

/// The status of a PaymentIntent (VOC-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's statuses")]
pub enum IntentStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl IntentStatus {
    /// Returns the status's name since API version 2019-02-11 (C17).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// Returns whether no attempt is under way, so that amount, method and options may change.
    #[must_use]
    pub const fn is_before_payment(self) -> bool {
        matches!(self, Self::RequiresPaymentMethod | Self::RequiresConfirmation | Self::RequiresAction)
    }
}

/// The time of capture of an approved payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CaptureMethod {
    /// At once, ledger included.
    Automatic,
    /// At once to the caller, the ledger in the background (A1).
    AutomaticAsync,
    /// By separate capture requests.
    Manual,
}

/// The party that confirms after the customer's action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConfirmationMethod {
    /// The action itself continues the payment.
    Automatic,
    /// The server must confirm again (PI-17).
    Manual,
}

/// The reason of a cancellation (VOC-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's reasons")]
pub enum CancellationReason {
    Duplicate,
    Fraudulent,
    RequestedByCustomer,
    Abandoned,
    Automatic,
}

impl CancellationReason {
    /// Returns the reason's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Fraudulent => "fraudulent",
            Self::RequestedByCustomer => "requested_by_customer",
            Self::Abandoned => "abandoned",
            Self::Automatic => "automatic",
        }
    }
}

/// The destination of a destination charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TransferData {
    /// The connected account.
    pub destination: AccountId,
    /// The amount transferred; all of the charge if `None`.
    pub amount: Option<Money>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentIntent {
    /// Its id.
    pub id: PaymentIntentId,
    /// The account that created it.
    pub account: AccountId,
    /// The time of creation.
    pub created: Time,
    /// The part of the client secret behind the id.
    pub secret: u64,
    /// The amount to authorize; equals received + capturable while it requires capture (B40).
    pub amount: Money,
    /// The currency of every amount here.
    pub currency: Currency,
    /// Its status.
    pub status: IntentStatus,
    /// The time of capture of an approved payment.
    pub capture_method: CaptureMethod,
    /// `payment_method_options.card.capture_method=manual`: overrides the capture method for cards.
    pub card_capture_manual: bool,
    /// B29: `payment_method_options.card.request_multicapture=if_available`.
    pub request_multicapture: bool,
    /// The party that confirms after the customer's action.
    pub confirmation_method: ConfirmationMethod,
    /// The amount that can still be captured (`amount_capturable`).
    pub capturable: Money,
    /// The amount captured (`amount_received`).
    pub received: Money,
    /// The method of the current or next attempt.
    pub method: Option<PaymentMethodId>,
    /// The accepted types of method.
    pub method_types: MethodTypes,
    /// The redirects of automatic payment methods; `None` if the types were listed.
    pub automatic_methods: Option<Redirects>,
    /// The customer it belongs to.
    pub customer: Option<CustomerId>,
    /// The charge of the latest attempt that made one.
    pub latest_charge: Option<ChargeId>,
    /// The error of the last attempt.
    pub last_error: Option<AttemptError>,
    /// The next action of the customer.
    pub next_action: Option<NextAction>,
    /// Whether the customer passed authentication and the server has not confirmed again yet.
    pub authenticated: bool,
    /// Whether the current attempt was started without the customer.
    pub off_session: bool,
    /// The later use that the method is kept for.
    pub setup_future_usage: Option<Usage>,
    /// The fee the platform takes of the payment (`application_fee_amount`).
    pub application_fee_amount: Option<Money>,
    /// The destination of a destination charge.
    pub transfer_data: Option<TransferData>,
    /// The time of the cancellation.
    pub canceled_at: Option<Time>,
    /// The reason of the cancellation.
    pub cancellation_reason: Option<CancellationReason>,
    /// Confirmations so far (C16).
    pub confirmations: u32,
    /// The Checkout Session that owns it.
    pub session: Option<CheckoutSessionId>,
    /// C18: the end of the time in which a bank debit in `processing` can be canceled.
    pub cancelable_until: Option<Time>,
    /// The merchant's texts.
    pub texts: SharedTexts,
}
