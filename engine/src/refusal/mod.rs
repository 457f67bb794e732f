//! Every refusal with its HTTP status, type, code, parameter and message: one table (ERR-1 to ERR-27).

mod carried;
mod messages;
mod plain;

pub use carried::Refusal;
pub use plain::PlainReason;

use crate::PaymentIntentId;
use crate::money::{Currency, Money};
use crate::objects::{Failure, IntentStatus, SetupStatus};
use crate::test_methods::Decline;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The name of a parameter, as the client wrote it (`transfer_data[amount]`).
pub type Param = Cow<'static, str>;

/// The `type` of an error on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the provider's types")]
pub enum ErrorType {
    ApiError,
    CardError,
    IdempotencyError,
    InvalidRequest,
}

impl ErrorType {
    /// Returns the type's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiError => "api_error",
            Self::CardError => "card_error",
            Self::IdempotencyError => "idempotency_error",
            Self::InvalidRequest => "invalid_request_error",
        }
    }
}

/// The operation that the status of an intent forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the operations")]
pub enum Operation {
    UpdateAmount,
    Update,
    Confirm,
    Capture,
    Cancel,
    Authenticate,
    SettleDebit,
    VerifyMicrodeposits,
    Increment,
}

/// The operation whose refusal for the status has a code of its own.
const VERIFY: Operation = Operation::VerifyMicrodeposits;

/// The reason of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each variant is a row of the table in `Reason::row`, its sentence in `Reason::message`"
)]
pub enum Reason {
    // The request itself: never stored under an idempotency key (IDEM-5).
    Missing(Param),
    UnknownParameter(Param),
    Empty(Param),
    NotAnInteger(Param, String),
    NotAString(Param),
    NotABoolean(Param, String),
    NotPositive(Param),
    Negative(Param),
    InvalidValue(Param, String),
    TooLong(Param, u64),
    OnlyWithConfirm(Param),
    KeyTooLong,
    RefundOfNothing,
    AmountTooSmall(Param, Currency),
    AmountTooLarge(Param, Currency),
    UnknownRoute(String),
    CannotExpand(String, Option<String>),
    ExpandsTooDeep(String),
    // Unknown objects.
    NotFound { noun: Cow<'static, str>, id: String, param: Param },
    UnknownReference { noun: Cow<'static, str>, id: String, param: Param },
    // Methods.
    MethodOfOtherCustomer,
    MethodNeedsCustomer,
    MethodUsedUp,
    MethodTypeNotAllowed(String),
    MethodCannotBeHeld,
    CannotAttach(Decline),
    MalformedNumber(Decline),
    InvalidCard(Param, Param),
    AlreadyAttached,
    NotAttached,
    TokenUsed(crate::TokenId),
    // PaymentIntents.
    IntentStatus(Operation, IntentStatus),
    IntentNeedsMethod,
    NeedsReturnUrl,
    CustomerIsFixed,
    CapturedAlready,
    HoldOver,
    TooManyConfirmations,
    OwnedBySession(Operation),
    CancelWindowClosed,
    Payment(Failure),
    // Captures.
    NothingToCapture,
    PieceTooSmall(Currency),
    CaptureTooLarge { capturable: Money, currency: Currency },
    TooManyCaptures(u32),
    NonFinalUnavailable,
    FeeNeedsConnect,
    FeeTooLarge,
    TransferTooLarge,
    TransferNeedsDestination,
    FeeAndTransfer,
    RequiredByFirstCapture(Param),
    CaptureTheIntent,
    ChargeCapturedAlready,
    // Refunds.
    NothingToRefund(PaymentIntentId),
    MustCancel(PaymentIntentId),
    ChargeRefundedAlready,
    RefundTooLarge { asked: Money, left: Money, currency: Currency },
    PartialRefundOfMulticapture(Param),
    RefundedByHand(Param),
    NoFeeToRefund,
    NoTransferToReverse,
    RefundCannotBeCanceled,
    RefundStatus(crate::objects::RefundStatus),
    ReversalTooLarge(Money, Currency),
    FeeRefundTooLarge(Money, Currency),
    BalanceTooLow,
    SourceTransactionOfMulticapture,
    SourceTooSmall,
    UnknownDestination(Param),
    // SetupIntents.
    SetupStatus(Operation, SetupStatus),
    SetupNeedsMethod,
    WrongMicrodeposits,
    TooManySetupConfirmations,
    SetupOwnedBySession,
    SetupFailed(Failure),
    // Checkout Sessions.
    SessionNotOpen(SessionOperation),
    InactivePrice(Param),
    // Reasons with one text.
    Plain(PlainReason),
    // Internal errors.
    KeyInUse,
    KeyOfOtherRequest,
    KeyOfOtherEndpoint,
    LockTimeout,
    Internal(String),
}

/// The operation that needs an open Checkout Session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionOperation {
    /// To expire.
    Expire,
    /// To be updated.
    Update,
    /// To be completed.
    Complete,
}

/// The fixed part of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The HTTP status.
    pub status: u16,
    /// `error.type`.
    pub error_type: ErrorType,
    /// `error.code`.
    pub code: Option<&'static str>,
    /// `error.param`.
    pub param: Option<Param>,
}

impl Reason {
    /// Returns the row of the table for this reason.
    #[must_use]
    pub fn row(&self) -> Row {
        let param = |p: &Param| Some(p.clone());
        let named = |p: &'static str| Some(Cow::Borrowed(p));
        let invalid = |code, param| Row { status: 400, error_type: ErrorType::InvalidRequest, code, param };
        let missing = |p: &Param| invalid(Some("resource_missing"), param(p));
        let of_card = |code, param| Row { status: 402, error_type: ErrorType::CardError, code, param };
        match self {
            Self::Missing(p) | Self::RequiredByFirstCapture(p) => invalid(Some("parameter_missing"), param(p)),
            Self::UnknownParameter(p) => invalid(Some("parameter_unknown"), param(p)),
            Self::Empty(p) => invalid(Some("parameter_invalid_empty"), param(p)),
            Self::NotAnInteger(p, _) | Self::NotPositive(p) => invalid(Some("parameter_invalid_integer"), param(p)),
            Self::NotAString(p) => invalid(Some("parameter_invalid_string"), param(p)),
            Self::NotABoolean(p, _) | Self::Negative(p) | Self::InvalidValue(p, _) | Self::TooLong(p, _) => {
                invalid(None, param(p))
            }
            Self::OnlyWithConfirm(p) | Self::InactivePrice(p) => invalid(None, param(p)),
            Self::NeedsReturnUrl => invalid(None, named("return_url")),
            Self::KeyTooLong => invalid(None, named("idempotency_key")),
            Self::RefundOfNothing
            | Self::CannotExpand(..)
            | Self::ExpandsTooDeep(_)
            | Self::CaptureTheIntent
            | Self::SessionNotOpen(_)
            | Self::NothingToRefund(_)
            | Self::MustCancel(_)
            | Self::RefundCannotBeCanceled
            | Self::RefundStatus(_) => invalid(None, None),
            Self::Plain(reason) => reason.row(),
            Self::AmountTooSmall(p, _) => invalid(Some("amount_too_small"), param(p)),
            Self::AmountTooLarge(p, _) => invalid(Some("amount_too_large"), param(p)),
            Self::UnknownRoute(_) => Row { status: 404, ..invalid(None, None) },
            Self::NotFound { param: p, .. } if matches!(&**p, "starting_after" | "ending_before") => missing(p),
            Self::NotFound { .. } if self.is_foreign_account() => {
                Row { status: 403, ..invalid(Some("account_invalid"), None) }
            }
            Self::NotFound { param: p, .. } => Row { status: 404, ..missing(p) },
            Self::MethodOfOtherCustomer | Self::MethodUsedUp => invalid(None, named("payment_method")),
            Self::MethodNeedsCustomer => invalid(Some("parameter_missing"), named("source")),
            Self::MethodTypeNotAllowed(_) => {
                invalid(Some("payment_intent_incompatible_payment_method"), named("payment_method"))
            }
            Self::MethodCannotBeHeld => invalid(Some("payment_intent_invalid_parameter"), named("capture_method")),
            Self::CannotAttach(decline) | Self::MalformedNumber(decline) => {
                of_card(Some(decline.texts().0), decline.details().param.map(Cow::Borrowed))
            }
            Self::InvalidCard(code, p) => of_card(Some(card_code(code)), param(p)),
            Self::AlreadyAttached | Self::NotAttached => invalid(None, named("payment_method")),
            Self::TokenUsed(_) => invalid(Some("token_already_used"), None),
            Self::IntentStatus(Operation::UpdateAmount, _) => {
                invalid(Some("payment_intent_unexpected_state"), named("amount"))
            }
            Self::SetupStatus(VERIFY, _) | Self::IntentStatus(VERIFY, _) => invalid(Some("intent_invalid_state"), None),
            Self::IntentStatus(..)
            | Self::IntentNeedsMethod
            | Self::CustomerIsFixed
            | Self::CapturedAlready
            | Self::HoldOver
            | Self::TooManyConfirmations
            | Self::OwnedBySession(_)
            | Self::CancelWindowClosed => invalid(Some("payment_intent_unexpected_state"), None),
            Self::Payment(failure) | Self::SetupFailed(failure) => {
                let param = failure.card_decline().and_then(|decline| decline.details().param);
                of_card(Some(failure.texts().0), param.map(Cow::Borrowed))
            }
            Self::NothingToCapture => invalid(Some("parameter_invalid_integer"), named("amount")),
            Self::PieceTooSmall(_) => invalid(Some("amount_too_small"), named("amount_to_capture")),
            Self::CaptureTooLarge { .. } => invalid(Some("amount_too_large"), named("amount_to_capture")),
            Self::TooManyCaptures(_) => invalid(Some("payment_intent_invalid_parameter"), named("amount_to_capture")),
            Self::NonFinalUnavailable => invalid(Some("payment_intent_invalid_parameter"), named("final_capture")),
            Self::FeeNeedsConnect => invalid(Some("application_fees_not_allowed"), named("application_fee_amount")),
            Self::FeeTooLarge => invalid(Some("amount_too_large"), named("application_fee_amount")),
            Self::TransferTooLarge => invalid(Some("amount_too_large"), named("transfer_data[amount]")),
            Self::TransferNeedsDestination => {
                invalid(Some("payment_intent_invalid_parameter"), named("transfer_data[amount]"))
            }
            Self::ChargeCapturedAlready => invalid(Some("charge_already_captured"), None),
            Self::ChargeRefundedAlready => invalid(Some("charge_already_refunded"), None),
            Self::RefundTooLarge { .. } | Self::ReversalTooLarge(..) | Self::FeeRefundTooLarge(..) => {
                invalid(None, named("amount"))
            }
            Self::PartialRefundOfMulticapture(p) | Self::RefundedByHand(p) => {
                invalid(Some("charge_invalid_parameter"), param(p))
            }
            Self::NoFeeToRefund => invalid(Some("charge_invalid_parameter"), named("refund_application_fee")),
            Self::NoTransferToReverse => invalid(Some("charge_invalid_parameter"), named("reverse_transfer")),
            Self::BalanceTooLow => invalid(Some("balance_insufficient"), None),
            Self::SourceTransactionOfMulticapture => invalid(None, named("source_transaction")),
            Self::SourceTooSmall => invalid(Some("balance_insufficient"), named("amount")),
            Self::FeeAndTransfer => invalid(None, named("transfer_data[amount]")),
            Self::UnknownDestination(p) | Self::UnknownReference { param: p, .. } => missing(p),
            Self::SetupStatus(..)
            | Self::SetupNeedsMethod
            | Self::TooManySetupConfirmations
            | Self::SetupOwnedBySession => invalid(Some("setup_intent_unexpected_state"), None),
            Self::WrongMicrodeposits => {
                invalid(Some("payment_method_microdeposit_verification_amounts_mismatch"), None)
            }
            Self::KeyInUse => Row { status: 409, ..invalid(Some("idempotency_key_in_use"), None) },
            Self::KeyOfOtherRequest | Self::KeyOfOtherEndpoint => {
                Row { error_type: ErrorType::IdempotencyError, ..invalid(None, None) }
            }
            Self::LockTimeout => Row { status: 429, ..invalid(Some("lock_timeout"), None) },
            Self::Internal(_) => Row { status: 500, error_type: ErrorType::ApiError, code: None, param: None },
        }
    }

    /// Returns the `decline_code` of a card error.
    #[must_use]
    pub const fn decline_code(&self) -> Option<&'static str> {
        if let Self::Payment(failure) | Self::SetupFailed(failure) = self {
            failure.texts().1
        } else if let Self::CannotAttach(decline) | Self::MalformedNumber(decline) = self {
            decline.texts().1
        } else {
            None
        }
    }

    /// Returns the decline of a card; `None` for every other reason.
    #[must_use]
    pub const fn card_decline(&self) -> Option<Decline> {
        if let Self::Payment(failure) | Self::SetupFailed(failure) = self {
            failure.card_decline()
        } else if let Self::CannotAttach(decline) | Self::MalformedNumber(decline) = self {
            Some(*decline)
        } else {
            None
        }
    }

    /// Returns whether the path names an account that the caller has no access to (P15).
    fn is_foreign_account(&self) -> bool {
        matches!(self, Self::NotFound { noun, param, .. } if noun == "account" && param == "id")
    }

    /// Returns whether the idempotency key keeps the response. It does not if the request could not be read or collided
    /// with another one, because nothing began (IDEM-5).
    #[must_use]
    pub const fn is_stored(&self) -> bool {
        !matches!(
            self,
            Self::Missing(_)
                | Self::UnknownParameter(_)
                | Self::Empty(_)
                | Self::NotAnInteger(..)
                | Self::NotAString(_)
                | Self::NotABoolean(..)
                | Self::NotPositive(_)
                | Self::Negative(_)
                | Self::InvalidValue(..)
                | Self::TooLong(..)
                | Self::OnlyWithConfirm(_)
                | Self::NeedsReturnUrl
                | Self::KeyTooLong
                | Self::RefundOfNothing
                | Self::AmountTooSmall(..)
                | Self::AmountTooLarge(..)
                | Self::UnknownRoute(_)
                | Self::CannotExpand(..)
                | Self::ExpandsTooDeep(_)
                | Self::KeyInUse
                | Self::KeyOfOtherRequest
                | Self::KeyOfOtherEndpoint
                | Self::LockTimeout
        )
    }
}

/// Returns the code for invalid data of a card (P24).
fn card_code(name: &str) -> &'static str {
    match name {
        "invalid_cvc" => "invalid_cvc",
        "invalid_expiry_month" => "invalid_expiry_month",
        _ => "invalid_expiry_year",
    }
}
