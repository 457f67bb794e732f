//! The statuses of the objects: one plain enumeration for each.

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the provider's own words")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the provider's word.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Returns the value called `word`.
            #[must_use]
            pub fn from_name(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use named;

named! {
    /// The status of a PaymentIntent (VOC-1).
    IntentStatus {
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        RequiresAction = "requires_action",
        Processing = "processing",
        RequiresCapture = "requires_capture",
        Succeeded = "succeeded",
        Canceled = "canceled",
    }
}

impl IntentStatus {
    /// Returns whether no operation or event can change it (C11, C15).
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Canceled)
    }

    /// Returns whether an attempt to pay may start, and whether its parameters may change (PI-5, PI-11).
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::RequiresPaymentMethod | Self::RequiresConfirmation | Self::RequiresAction)
    }
}

named! {
    /// The status of a charge. An authorized, uncaptured charge is `succeeded` (VOC-3).
    ChargeStatus { Pending = "pending", Succeeded = "succeeded", Failed = "failed" }
}

named! {
    /// The status of a refund (VOC-4).
    RefundStatus {
        Pending = "pending",
        RequiresAction = "requires_action",
        Succeeded = "succeeded",
        Failed = "failed",
        Canceled = "canceled",
    }
}

impl RefundStatus {
    /// Returns whether the money is on its way to the customer or has arrived. A failed or canceled refund returned
    /// nothing.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Pending | Self::RequiresAction | Self::Succeeded)
    }
}

named! {
    /// The status of the SetupIntent (C19).
    SetupStatus {
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        RequiresAction = "requires_action",
        Processing = "processing",
        Succeeded = "succeeded",
        Canceled = "canceled",
    }
}

impl SetupStatus {
    /// Returns whether it may be confirmed, changed or canceled (SI-1, SI-4, SI-6).
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::RequiresPaymentMethod | Self::RequiresConfirmation | Self::RequiresAction)
    }
}

named! {
    /// The status of the Checkout Session (VOC-12).
    SessionStatus { Open = "open", Complete = "complete", Expired = "expired" }
}

named! {
    /// The payment status of the Checkout Session (VOC-12).
    PaymentStatus { Unpaid = "unpaid", Paid = "paid", NoPaymentRequired = "no_payment_required" }
}

named! {
    /// The currency of an amount, as far as requirements distinguish it (HOLD-3).
    Currency { Usd = "usd", Eur = "eur", Jpy = "jpy", /** No currency the provider knows. */ Unknown = "usdt" }
}

named! {
    /// The reason of the last failed attempt to pay or to save (`last_payment_error`, `last_setup_error`).
    PaymentError {
        CardDeclined = "card_declined",
        ExpiredCard = "expired_card",
        IncorrectCvc = "incorrect_cvc",
        ProcessingError = "processing_error",
        AuthenticationRequired = "authentication_required",
        AuthenticationFailure = "payment_intent_authentication_failure",
        SetupAuthenticationFailure = "setup_intent_authentication_failure",
        AttemptFailed = "payment_intent_payment_attempt_failed",
        SetupAttemptFailed = "setup_attempt_failed",
    }
}
