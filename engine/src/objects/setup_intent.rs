//! The SetupIntent: a method made ready for later payments, never charging anything (C2).

use super::{AttemptError, CancellationReason, MethodTypes, NextAction, SharedTexts};
use crate::time::Time;
use crate::{AccountId, CheckoutSessionId, CustomerId, PaymentMethodId, SetupIntentId};
use serde::{Deserialize, Serialize};

/// Where a SetupIntent is in its life (C19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's statuses")]
pub enum SetupStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    Succeeded,
    Canceled,
}

impl SetupStatus {
    /// The status's name since API version 2019-02-11.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// What the method will be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Usage {
    /// Payments without the customer: the default.
    OffSession,
    /// Payments with the customer present.
    OnSession,
}

impl Usage {
    /// The usage's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OffSession => "off_session",
            Self::OnSession => "on_session",
        }
    }
}

/// One setup of a payment method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupIntent {
    /// Its id.
    pub id: SetupIntentId,
    /// The account that created it.
    pub account: AccountId,
    /// When it was created.
    pub created: Time,
    /// The part of the client secret behind the id.
    pub secret: u64,
    /// Where it is in its life.
    pub status: SetupStatus,
    /// The method to set up.
    pub method: Option<PaymentMethodId>,
    /// Which types of method it takes.
    pub method_types: MethodTypes,
    /// The customer the method will be attached to.
    pub customer: Option<CustomerId>,
    /// What the method will be used for.
    pub usage: Usage,
    /// Whether bank accounts are verified by small deposits.
    pub microdeposits: bool,
    /// Why the last attempt failed.
    pub last_error: Option<AttemptError>,
    /// What the customer must do next.
    pub next_action: Option<NextAction>,
    /// Why it was canceled.
    pub cancellation_reason: Option<CancellationReason>,
    /// Confirmations so far.
    pub confirmations: u32,
    /// The Checkout Session that owns it.
    pub session: Option<CheckoutSessionId>,
    /// The merchant's texts.
    pub texts: SharedTexts,
}
