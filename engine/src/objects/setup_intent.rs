//! The SetupIntent: preparation of a method for later payments, without a charge (C2).

use super::{AttemptError, CancellationReason, MethodTypes, NextAction, Redirects, SharedTexts};
use crate::time::Time;
use crate::{AccountId, CheckoutSessionId, CustomerId, PaymentMethodId, SetupAttemptId, SetupIntentId};
use serde::{Deserialize, Serialize};

/// The status of a SetupIntent (C19).
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
    /// Returns the status's name since API version 2019-02-11.
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

/// The later use of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Usage {
    /// Payments without the customer: the default.
    OffSession,
    /// Payments with the customer present.
    OnSession,
}

impl Usage {
    /// Returns the usage's name.
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
    /// The time of creation.
    pub created: Time,
    /// The part of the client secret behind the id.
    pub secret: u64,
    /// Its status.
    pub status: SetupStatus,
    /// The method to set up.
    pub method: Option<PaymentMethodId>,
    /// The accepted types of method.
    pub method_types: MethodTypes,
    /// The redirects of automatic payment methods; `None` if the types were listed.
    pub automatic_methods: Option<Redirects>,
    /// The customer the method will be attached to.
    pub customer: Option<CustomerId>,
    /// The later use of the method.
    pub usage: Usage,
    /// Whether bank accounts are verified by small deposits.
    pub microdeposits: bool,
    /// The error of the last attempt.
    pub last_error: Option<AttemptError>,
    /// The next action of the customer.
    pub next_action: Option<NextAction>,
    /// The reason of the cancellation.
    pub cancellation_reason: Option<CancellationReason>,
    /// The latest attempt (P20).
    pub latest_attempt: Option<SetupAttemptId>,
    /// Confirmations so far.
    pub confirmations: u32,
    /// The Checkout Session that owns it.
    pub session: Option<CheckoutSessionId>,
    /// The merchant's texts.
    pub texts: SharedTexts,
}
