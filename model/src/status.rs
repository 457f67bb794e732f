//! Lifecycle positions: one plain enum an object.

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

            /// The word the provider uses.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value called `word`.
            #[must_use]
            pub fn from_name(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use named;

named! {
    /// Where a PaymentIntent is in its life (VOC-1).
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
    /// Can nothing move it any more? (C11, C15)
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Canceled)
    }

    /// May an attempt to pay be started, and may what it is about be changed? (PI-5, PI-11)
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::RequiresPaymentMethod | Self::RequiresConfirmation | Self::RequiresAction)
    }
}

named! {
    /// Where a charge is. An authorized, uncaptured charge is `succeeded` (VOC-3).
    ChargeStatus { Pending = "pending", Succeeded = "succeeded", Failed = "failed" }
}

named! {
    /// Where a refund is (VOC-4).
    RefundStatus {
        Pending = "pending",
        RequiresAction = "requires_action",
        Succeeded = "succeeded",
        Failed = "failed",
        Canceled = "canceled",
    }
}

impl RefundStatus {
    /// Is the money on its way back, or back already? A failed or canceled refund gave nothing.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Pending | Self::RequiresAction | Self::Succeeded)
    }
}

named! {
    /// Where the SetupIntent is (C19).
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
    /// May it be confirmed, changed or canceled? (SI-1, SI-4, SI-6)
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::RequiresPaymentMethod | Self::RequiresConfirmation | Self::RequiresAction)
    }
}

named! {
    /// Where the Checkout Session is (VOC-12).
    SessionStatus { Open = "open", Complete = "complete", Expired = "expired" }
}

named! {
    /// Has the Checkout Session been paid? (VOC-12)
    PaymentStatus { Unpaid = "unpaid", Paid = "paid", NoPaymentRequired = "no_payment_required" }
}

named! {
    /// The currency of an amount, as far as a rule looks at it (HOLD-3).
    Currency { Usd = "usd", Eur = "eur", Jpy = "jpy", /** No currency the provider knows. */ Unknown = "usdt" }
}

named! {
    /// Why the last attempt to pay or to save failed (`last_payment_error`, `last_setup_error`).
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
