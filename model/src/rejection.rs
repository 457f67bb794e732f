//! Every reason to reject a request, in order of precedence, with its visible form.

use crate::Decline;

/// Defines the enum and the list of its values.
macro_rules! rejections {
    (
        $(#[$doc:meta])*
        before { $($(#[$before_doc:meta])* $before:ident,)+ }
        after { $($(#[$after_doc:meta])* $after:ident,)+ }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rejection {
            $($(#[$before_doc])* $before,)+
            /// The issuer declined the charge.
            Declined(Decline),
            $($(#[$after_doc])* $after,)+
        }

        impl Rejection {
            /// Returns every rejection, a decline once for each of its codes, in order of precedence.
            pub fn all() -> impl Iterator<Item = Self> {
                const BEFORE: &[Rejection] = &[$(Rejection::$before),+];
                const AFTER: &[Rejection] = &[$(Rejection::$after),+];
                let declined = Decline::ALL.iter().copied().map(Self::Declined);
                BEFORE.iter().copied().chain(declined).chain(AFTER.iter().copied())
            }
        }
    };
}

rejections! {
    /// The reason why a request was rejected, or why its execution is uncertain.
    ///
    /// The order of the variants is the order of precedence inside one endpoint: if two reasons apply, the earlier one
    /// is the response. [`Rejection::IncompatibleMethod`] comes last for a SetupIntent. [`Rejection::wire`] is the
    /// visible form.
    before {
        // Before the endpoint begins: never stored under a key.
        /// Another request holds the object (R4).
        LockTimeout,
        /// Another request with this key is in progress.
        KeyInUse,
        /// The key is known with other parameters.
        KeyMismatch,

        // The object of the request.
        /// The PaymentIntent does not exist.
        NoSuchIntent,
        /// The SetupIntent does not exist.
        NoSuchSetup,
        /// The Checkout Session does not exist.
        NoSuchSession,
        /// The refund does not exist.
        NoSuchRefund,
        /// The payment has no application fee so far.
        NoSuchFee,
        /// The payment has no transfer so far.
        NoSuchTransfer,

        // Parameters that no state could make valid: never stored under a key.
        /// Not a positive whole number.
        InvalidAmount,
        /// Below the currency's minimum.
        AmountTooSmall,
        /// More than eight digits.
        AmountTooLarge,
        /// Not a currency of the provider.
        InvalidCurrency,
        /// Not a whole number of at least 0.
        NegativeCapture,
        /// A reason that only the system may give.
        InvalidReason,
        /// `off_session` without `confirm`.
        OffSessionWithoutConfirm,
        /// The fee is not a positive whole number.
        InvalidFee,
        /// The transfer amount is not a positive whole number.
        InvalidTransfer,
        /// The hosted page needs a `success_url`.
        MissingSuccessUrl,
        /// The embedded page takes no `success_url`.
        UnexpectedSuccessUrl,
        /// The embedded page needs a `return_url`.
        MissingReturnUrl,
        /// The hosted page takes no `return_url`.
        UnexpectedReturnUrl,
        /// `expires_at` is not between 30 minutes and 24 hours away.
        InvalidExpiry,
        /// Multicapture was requested in setup mode, or without manual capture where the dialect forbids it.
        UnexpectedMulticapture,

        // The state of the object.
        /// The amount is fixed in this status.
        AmountFixed,
        /// The status does not permit the operation.
        UnexpectedState,
        /// A PaymentIntent of a Checkout Session cannot be canceled directly unless it holds money.
        OwnedBySession,
        /// The PaymentIntent has no payment method to confirm with.
        MissingPaymentMethod,
        /// The payment method does not support separate capture.
        IncompatibleMethod,
        /// The hold has expired, and the expiry job has not run yet.
        HoldExpired,
        /// A capture of zero that is not a release.
        ZeroCapture,
        /// The amount exceeds the capturable amount.
        CaptureTooLarge,
        /// A piece below the currency's minimum, where the dialect demands the minimum.
        PieceTooSmall,
        /// `final_capture` where multicapture is unavailable.
        FinalCaptureUnavailable,
        /// The intent has the largest number of captures (B8).
        CaptureLimit,
        /// A fee on a charge without a connected account.
        FeeWithoutConnect,
        /// A transfer amount on a charge without a destination.
        TransferWithoutDestination,
        /// A fee and a transfer amount together.
        FeeAndTransfer,
        /// The fee exceeds the charge.
        FeeTooLarge,
        /// The transfer exceeds the charge.
        TransferTooLarge,
        /// The first capture named a fee, and this one names none.
        MissingFee,
        /// The first capture named a transfer amount, and this one names none.
        MissingTransfer,
        /// A fee that appears after the first capture, where the dialect forbids it.
        LateFee,
        /// A transfer amount that appears after the first capture, where the dialect forbids it.
        LateTransfer,

        // Refunds.
        /// The PaymentIntent has no successful charge.
        NoSuccessfulCharge,
        /// The charge is only a hold, which is canceled instead.
        Uncaptured,
        /// The charge is refunded in full.
        AlreadyRefunded,
        /// The amount exceeds the refundable remainder.
        RefundTooLarge,
        /// A partial refund with the fee, under multicapture.
        PartialWithFee,
        /// A partial refund with the transfer, under multicapture.
        PartialWithReversal,
        /// The payment has no fee to refund.
        NoFeeToRefund,
        /// The endpoint for fee refunds has been used.
        FeeLatched,
        /// The payment has no transfer to reverse.
        NoTransferToReverse,
        /// The endpoint for reversals has been used.
        TransferLatched,
        /// The refund cannot be canceled.
        RefundNotCancelable,
        /// The amount exceeds the remainder of the fee.
        FeeRefundTooLarge,
        /// The amount exceeds the remainder of the transfer.
        ReversalTooLarge,
        /// A transfer with `source_transaction` from a payment with multicapture.
        SourceTransactionUnsupported,
        /// The transfer exceeds the remainder of its source charge.
        SourceExhausted,

        // The SetupIntent and the Checkout Session.
        /// A SetupIntent of a Checkout Session accepts no direct request.
        SetupOwnedBySession,
        /// The SetupIntent has no payment method; checked before the status.
        SetupMissingMethod,
        /// The status of the SetupIntent does not permit the operation.
        SetupUnexpectedState,
        /// The SetupIntent does not wait for deposits.
        SetupInvalidState,
        /// The session is not open.
        SessionNotOpen,

        // The attempt itself: these change the intent.
        /// Too many confirmations; the intent is now canceled (C16).
        TooManyConfirmations,
        /// Too many confirmations of the SetupIntent; it is now canceled (C19).
        TooManySetupConfirmations,
        /// The customer must authenticate and is absent.
        AuthenticationRequired,
    }
    after {
        // The delivery of the request or of its response.
        /// The server failed, before or after the execution.
        ServerError,
        /// The response was lost.
        AnswerLost,

        // The bounds of the model; a property forbids the first, and the harness treats the second as undecided.
        /// An amount would leave its range: a guard is missing.
        AmountOutOfRange,
        /// The step exceeds the bounds of the model.
        BeyondBounds,
    }
}

/// The visible form of a rejection (ERR-1 to ERR-27).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// HTTP status.
    pub http: u16,
    /// `error.type`.
    pub kind: &'static str,
    /// `error.code`, where the provider gives one.
    pub code: Option<&'static str>,
    /// `error.param`, where the provider names one.
    pub param: Option<&'static str>,
}

const fn row(http: u16, kind: &'static str, code: Option<&'static str>, param: Option<&'static str>) -> Wire {
    Wire { http, kind, code, param }
}

/// Returns a 400 of type invalid_request_error.
const fn bad(code: Option<&'static str>, param: Option<&'static str>) -> Wire {
    row(400, "invalid_request_error", code, param)
}

/// Returns a 404 of type invalid_request_error with the code resource_missing.
const fn missing(param: &'static str) -> Wire {
    row(404, "invalid_request_error", Some("resource_missing"), Some(param))
}

impl Rejection {
    /// Returns the visible form of the rejection: the table of error responses (CAP-1 to CAP-10, ERR-1 to ERR-27,
    /// U1–U3, U7, U17, U18).
    #[must_use]
    pub const fn wire(self) -> Wire {
        const INTEGER: Option<&str> = Some("parameter_invalid_integer");
        const MISSING: Option<&str> = Some("parameter_missing");
        const STATE: Option<&str> = Some("payment_intent_unexpected_state");
        const PARAMETER: Option<&str> = Some("payment_intent_invalid_parameter");
        const AMOUNT: Option<&str> = Some("amount");
        const FEE: Option<&str> = Some("application_fee_amount");
        const TRANSFER: Option<&str> = Some("transfer_data[amount]");
        match self {
            Self::LockTimeout => row(429, "invalid_request_error", Some("lock_timeout"), None),
            Self::KeyInUse => row(409, "idempotency_error", Some("idempotency_key_in_use"), None),
            Self::KeyMismatch => row(400, "idempotency_error", None, None),

            Self::NoSuchIntent => missing("intent"),
            Self::NoSuchSetup => missing("setup_intent"),
            Self::NoSuchSession => missing("session"),
            Self::NoSuchRefund => missing("refund"),
            Self::NoSuchFee => missing("fee"),
            Self::NoSuchTransfer => missing("transfer"),

            Self::InvalidAmount => bad(INTEGER, AMOUNT),
            Self::AmountTooSmall => bad(Some("amount_too_small"), AMOUNT),
            Self::AmountTooLarge => bad(Some("amount_too_large"), AMOUNT),
            Self::InvalidCurrency => bad(None, Some("currency")),
            Self::NegativeCapture => bad(None, Some("amount_to_capture")),
            Self::InvalidReason => bad(None, Some("cancellation_reason")),
            Self::OffSessionWithoutConfirm => bad(None, Some("off_session")),
            Self::InvalidFee => bad(INTEGER, FEE),
            Self::InvalidTransfer => bad(INTEGER, TRANSFER),
            Self::MissingSuccessUrl => bad(MISSING, Some("success_url")),
            Self::UnexpectedSuccessUrl => bad(None, Some("success_url")),
            Self::MissingReturnUrl => bad(MISSING, Some("return_url")),
            Self::UnexpectedReturnUrl => bad(None, Some("return_url")),
            Self::InvalidExpiry => bad(None, Some("expires_at")),
            Self::UnexpectedMulticapture => bad(None, Some("payment_method_options[card][request_multicapture]")),

            Self::AmountFixed => bad(STATE, AMOUNT),
            Self::UnexpectedState | Self::OwnedBySession | Self::MissingPaymentMethod => bad(STATE, None),
            Self::IncompatibleMethod => bad(Some("payment_intent_incompatible_payment_method"), Some("payment_method")),
            Self::HoldExpired => bad(Some("charge_expired_for_capture"), None),
            Self::ZeroCapture => bad(INTEGER, AMOUNT),
            Self::CaptureTooLarge => bad(Some("amount_too_large"), Some("amount_to_capture")),
            Self::FinalCaptureUnavailable => bad(PARAMETER, Some("final_capture")),
            Self::CaptureLimit => bad(STATE, None),
            Self::PieceTooSmall => bad(Some("amount_too_small"), Some("amount_to_capture")),
            Self::FeeWithoutConnect | Self::LateFee => bad(None, FEE),
            Self::TransferWithoutDestination | Self::FeeAndTransfer | Self::LateTransfer => bad(None, TRANSFER),
            Self::FeeTooLarge => bad(Some("amount_too_large"), FEE),
            Self::TransferTooLarge => bad(Some("amount_too_large"), TRANSFER),
            Self::MissingFee => bad(MISSING, FEE),
            Self::MissingTransfer => bad(MISSING, TRANSFER),

            Self::NoSuccessfulCharge | Self::Uncaptured | Self::RefundNotCancelable => bad(None, None),
            Self::AlreadyRefunded => bad(Some("charge_already_refunded"), None),
            Self::RefundTooLarge | Self::FeeRefundTooLarge | Self::ReversalTooLarge => bad(None, AMOUNT),
            Self::PartialWithFee | Self::NoFeeToRefund | Self::FeeLatched => bad(None, Some("refund_application_fee")),
            Self::PartialWithReversal | Self::NoTransferToReverse | Self::TransferLatched => {
                bad(None, Some("reverse_transfer"))
            }
            Self::SourceTransactionUnsupported => bad(None, Some("source_transaction")),
            Self::SourceExhausted => bad(Some("balance_insufficient"), AMOUNT),

            Self::SetupUnexpectedState | Self::SetupOwnedBySession | Self::TooManySetupConfirmations => {
                bad(Some("setup_intent_unexpected_state"), None)
            }
            Self::SetupInvalidState => bad(Some("intent_invalid_state"), None),
            Self::SetupMissingMethod => bad(Some("setup_intent_unexpected_state"), Some("payment_method")),
            Self::SessionNotOpen => bad(None, None),

            Self::TooManyConfirmations => bad(STATE, None),
            Self::AuthenticationRequired => row(402, "card_error", Some("authentication_required"), None),
            Self::Declined(decline) => row(402, "card_error", Some(decline.codes().0), decline.param()),

            Self::ServerError => row(500, "api_error", None, None),
            Self::AnswerLost | Self::AmountOutOfRange | Self::BeyondBounds => row(0, "", None, None),
        }
    }

    /// Returns whether a client can see it. No client sees a lost response or the bounds of the model.
    #[must_use]
    pub const fn is_visible(self) -> bool {
        !matches!(self, Self::AnswerLost | Self::AmountOutOfRange | Self::BeyondBounds)
    }

    /// Returns whether the response is stored under its key and repeated. It is not if the endpoint never began: after
    /// conflicts and invalid parameters (IDEM-5).
    #[must_use]
    pub const fn is_stored(self) -> bool {
        !self.is_conflict() && !self.is_validation() && !matches!(self, Self::BeyondBounds)
    }

    /// Returns whether the rejection is caused by another request.
    #[must_use]
    pub const fn is_conflict(self) -> bool {
        matches!(self, Self::LockTimeout | Self::KeyInUse | Self::KeyMismatch)
    }

    /// Returns whether the parameters are invalid in every state. One half of the combination of B12 may come from an
    /// earlier request.
    #[must_use]
    pub const fn is_validation(self) -> bool {
        matches!(
            self,
            Self::InvalidAmount
                | Self::AmountTooSmall
                | Self::AmountTooLarge
                | Self::InvalidCurrency
                | Self::NegativeCapture
                | Self::InvalidReason
                | Self::OffSessionWithoutConfirm
                | Self::InvalidFee
                | Self::InvalidTransfer
                | Self::MissingSuccessUrl
                | Self::UnexpectedSuccessUrl
                | Self::MissingReturnUrl
                | Self::UnexpectedReturnUrl
                | Self::InvalidExpiry
                | Self::UnexpectedMulticapture
        )
    }

    /// Returns whether the request changed nothing. A failed attempt to pay changes the intent (I12); after a delivery
    /// fault the execution is uncertain.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        !matches!(
            self,
            Self::TooManyConfirmations
                | Self::TooManySetupConfirmations
                | Self::AuthenticationRequired
                | Self::Declined(_)
                | Self::ServerError
                | Self::AnswerLost
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rejection_is_listed_once_in_order_and_those_that_are_visible_have_a_status() {
        let all: Vec<_> = Rejection::all().collect();
        assert!(all.is_sorted_by(|one, next| one < next), "{all:?}");
        for rejection in all {
            assert_eq!(rejection.is_visible(), rejection.wire().http >= 400, "{rejection:?}");
        }
    }
}
