//! The parts of an abstract transition: enumerations with a word for each value.

use holdfast_model::{Decline, Rejection};

/// Defines an enumeration whose values have numbers and words, with conversions both ways.
macro_rules! classes {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each is named by its word")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the word of the value.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Returns the value called `word`; `None` if there is none.
            #[must_use]
            pub fn from_name(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

pub(super) use classes;

classes! {
    /// The status of the target before the step.
    StatusClass {
        Absent = "absent",
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        RequiresAction = "requires_action",
        Processing = "processing",
        Held = "requires_capture",
        PartlyCaptured = "requires_capture_partly",
        Succeeded = "succeeded",
        Refunded = "succeeded_refunded",
        Canceled = "canceled",
        Open = "open",
        Complete = "complete",
        Expired = "expired",
        Everything = "everything",
    }
}

classes! {
    /// The size of the amount in the request.
    AmountClass {
        Unnamed = "unnamed",
        Negative = "negative",
        Zero = "zero",
        BelowRest = "below_rest",
        Rest = "rest",
        AboveRest = "above_rest",
    }
}

classes! {
    /// The time to the deadline of a hold.
    TimeClass {
        NoDeadline = "no_deadline",
        Before = "before_deadline",
        LastSecond = "last_second",
        Over = "at_or_after_deadline",
    }
}

classes! {
    /// The class of a response: one word for each rejection; declines share one, for every reason.
    OutcomeClass {
        Accepted = "accepted",
        Nothing = "nothing",
        LockTimeout = "LockTimeout",
        KeyInUse = "KeyInUse",
        KeyMismatch = "KeyMismatch",
        NoSuchIntent = "NoSuchIntent",
        NoSuchSetup = "NoSuchSetup",
        NoSuchSession = "NoSuchSession",
        NoSuchRefund = "NoSuchRefund",
        NoSuchFee = "NoSuchFee",
        NoSuchTransfer = "NoSuchTransfer",
        InvalidAmount = "InvalidAmount",
        AmountTooSmall = "AmountTooSmall",
        AmountTooLarge = "AmountTooLarge",
        InvalidCurrency = "InvalidCurrency",
        NegativeCapture = "NegativeCapture",
        InvalidReason = "InvalidReason",
        OffSessionWithoutConfirm = "OffSessionWithoutConfirm",
        InvalidFee = "InvalidFee",
        InvalidTransfer = "InvalidTransfer",
        MissingSuccessUrl = "MissingSuccessUrl",
        UnexpectedSuccessUrl = "UnexpectedSuccessUrl",
        MissingReturnUrl = "MissingReturnUrl",
        UnexpectedReturnUrl = "UnexpectedReturnUrl",
        InvalidExpiry = "InvalidExpiry",
        UnexpectedMulticapture = "UnexpectedMulticapture",
        AmountFixed = "AmountFixed",
        UnexpectedState = "UnexpectedState",
        OwnedBySession = "OwnedBySession",
        MissingPaymentMethod = "MissingPaymentMethod",
        IncompatibleMethod = "IncompatibleMethod",
        HoldExpired = "HoldExpired",
        ZeroCapture = "ZeroCapture",
        CaptureTooLarge = "CaptureTooLarge",
        FinalCaptureUnavailable = "FinalCaptureUnavailable",
        CaptureLimit = "CaptureLimit",
        FeeWithoutConnect = "FeeWithoutConnect",
        TransferWithoutDestination = "TransferWithoutDestination",
        FeeAndTransfer = "FeeAndTransfer",
        FeeTooLarge = "FeeTooLarge",
        TransferTooLarge = "TransferTooLarge",
        MissingFee = "MissingFee",
        MissingTransfer = "MissingTransfer",
        LateFee = "LateFee",
        LateTransfer = "LateTransfer",
        NoSuccessfulCharge = "NoSuccessfulCharge",
        Uncaptured = "Uncaptured",
        AlreadyRefunded = "AlreadyRefunded",
        RefundTooLarge = "RefundTooLarge",
        PartialWithFee = "PartialWithFee",
        PartialWithReversal = "PartialWithReversal",
        NoFeeToRefund = "NoFeeToRefund",
        FeeLatched = "FeeLatched",
        NoTransferToReverse = "NoTransferToReverse",
        TransferLatched = "TransferLatched",
        RefundNotCancelable = "RefundNotCancelable",
        FeeRefundTooLarge = "FeeRefundTooLarge",
        ReversalTooLarge = "ReversalTooLarge",
        SourceTransactionUnsupported = "SourceTransactionUnsupported",
        SourceExhausted = "SourceExhausted",
        SetupOwnedBySession = "SetupOwnedBySession",
        SetupUnexpectedState = "SetupUnexpectedState",
        SetupInvalidState = "SetupInvalidState",
        SetupMissingMethod = "SetupMissingMethod",
        SessionNotOpen = "SessionNotOpen",
        TooManyConfirmations = "TooManyConfirmations",
        TooManySetupConfirmations = "TooManySetupConfirmations",
        PieceTooSmall = "PieceTooSmall",
        AuthenticationRequired = "AuthenticationRequired",
        Declined = "Declined",
        ServerError = "ServerError",
        AnswerLost = "AnswerLost",
        AmountOutOfRange = "AmountOutOfRange",
        BeyondBounds = "BeyondBounds",
    }
}

impl OutcomeClass {
    /// Returns the class of a rejection.
    #[must_use]
    #[inline]
    pub const fn of(rejection: Rejection) -> Self {
        macro_rules! same {
            ($($variant:ident)+) => {
                match rejection {
                    $(Rejection::$variant => Self::$variant,)+
                    Rejection::Declined(
                        Decline::GenericDecline | Decline::InsufficientFunds | Decline::LostCard
                        | Decline::StolenCard | Decline::ExpiredCard | Decline::IncorrectCvc
                        | Decline::ProcessingError | Decline::CardVelocityExceeded,
                    ) => Self::Declined,
                }
            };
        }
        same! {
            LockTimeout KeyInUse KeyMismatch NoSuchIntent NoSuchSetup NoSuchSession NoSuchRefund NoSuchFee
            NoSuchTransfer InvalidAmount AmountTooSmall AmountTooLarge InvalidCurrency NegativeCapture InvalidReason
            OffSessionWithoutConfirm InvalidFee InvalidTransfer MissingSuccessUrl UnexpectedSuccessUrl
            MissingReturnUrl UnexpectedReturnUrl InvalidExpiry UnexpectedMulticapture AmountFixed UnexpectedState OwnedBySession
            MissingPaymentMethod IncompatibleMethod HoldExpired ZeroCapture CaptureTooLarge FinalCaptureUnavailable
            CaptureLimit FeeWithoutConnect TransferWithoutDestination FeeAndTransfer FeeTooLarge TransferTooLarge
            MissingFee MissingTransfer LateFee LateTransfer NoSuccessfulCharge Uncaptured AlreadyRefunded
            RefundTooLarge PartialWithFee PartialWithReversal NoFeeToRefund FeeLatched NoTransferToReverse
            TransferLatched RefundNotCancelable FeeRefundTooLarge ReversalTooLarge SourceTransactionUnsupported
            SourceExhausted SetupOwnedBySession SetupUnexpectedState SetupInvalidState SetupMissingMethod SessionNotOpen
            TooManyConfirmations TooManySetupConfirmations PieceTooSmall AuthenticationRequired ServerError AnswerLost AmountOutOfRange BeyondBounds
        }
    }
}
