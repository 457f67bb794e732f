//! Every way to say no, with its HTTP status, type, code, parameter and sentence: one table (§2.5).

use crate::money::{Currency, Money};
use crate::objects::{Failure, IntentStatus, PaymentIntent, SetupIntent, SetupStatus};
use crate::test_methods::Decline;
use crate::{ChargeId, Object, PaymentIntentId, PaymentMethodId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

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
    /// The type's name.
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

/// What an intent was asked to do when its status forbade it.
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
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each variant is a row of the table in `Reason::row`, its sentence in `Reason::message`"
)]
pub enum Reason {
    // The request itself: never stored under an idempotency key (§2.11).
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
    ExclusiveParameters(Param, Param),
    RefundOfNothing,
    AmountTooSmall(Param, Currency),
    AmountTooLarge(Param),
    UnknownRoute(String),
    // Who and what.
    NotFound { noun: Cow<'static, str>, id: String, param: Param },
    // Methods.
    MethodOfOtherCustomer,
    MethodNeedsCustomer,
    MethodUsedUp,
    MethodTypeNotAllowed(String),
    MethodCannotBeHeld,
    CannotAttach(Decline),
    MalformedNumber(Decline),
    AlreadyAttached,
    NotAttached,
    // PaymentIntents.
    IntentStatus(Operation, IntentStatus),
    IntentNeedsMethod,
    CapturedAlready,
    HoldOver,
    TooManyConfirmations,
    OwnedBySession(Operation),
    CancelWindowClosed,
    Payment(Failure),
    // Captures.
    CaptureTooLarge { capturable: Money, currency: Currency },
    TooManyCaptures(u32),
    NonFinalUnavailable,
    FeeNeedsConnect,
    FeeTooLarge,
    TransferTooLarge,
    TransferNeedsDestination,
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
    UnknownDestination,
    // SetupIntents.
    SetupStatus(Operation, SetupStatus),
    SetupNeedsMethod,
    WrongMicrodeposits,
    TooManySetupConfirmations,
    SetupOwnedBySession,
    SetupFailed(Failure),
    // Checkout Sessions.
    SessionNotOpen(SessionOperation),
    // The engine's own troubles.
    KeyInUse,
    KeyOfOtherRequest,
    LockTimeout,
    Internal(String),
}

/// What a Checkout Session was asked to do when it was no longer open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionOperation {
    /// To expire.
    Expire,
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
    /// The row of the table for this reason.
    #[must_use]
    pub fn row(&self) -> Row {
        let param = |p: &Param| Some(p.clone());
        let named = |p: &'static str| Some(Cow::Borrowed(p));
        let invalid = |code, param| Row { status: 400, error_type: ErrorType::InvalidRequest, code, param };
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
            Self::OnlyWithConfirm(p) | Self::ExclusiveParameters(p, _) => invalid(None, param(p)),
            Self::KeyTooLong => invalid(None, named("idempotency_key")),
            Self::RefundOfNothing => invalid(None, None),
            Self::AmountTooSmall(p, _) => invalid(Some("amount_too_small"), param(p)),
            Self::AmountTooLarge(p) => invalid(Some("amount_too_large"), param(p)),
            Self::UnknownRoute(_) => Row { status: 404, ..invalid(None, None) },
            Self::NotFound { param: p, .. } => Row { status: 404, ..invalid(Some("resource_missing"), param(p)) },

            Self::MethodOfOtherCustomer | Self::MethodUsedUp => invalid(None, named("payment_method")),
            Self::MethodNeedsCustomer => invalid(Some("parameter_missing"), named("source")),
            Self::MethodTypeNotAllowed(_) => {
                invalid(Some("payment_intent_incompatible_payment_method"), named("payment_method"))
            }
            Self::MethodCannotBeHeld => invalid(Some("payment_intent_invalid_parameter"), named("capture_method")),
            Self::CannotAttach(decline) => of_card(Some(decline.texts().0), None),
            Self::MalformedNumber(decline) => of_card(Some(decline.texts().0), named("number")),
            Self::AlreadyAttached | Self::NotAttached => invalid(None, named("payment_method")),

            Self::IntentStatus(Operation::UpdateAmount, _) => {
                invalid(Some("payment_intent_unexpected_state"), named("amount"))
            }
            Self::IntentStatus(..)
            | Self::IntentNeedsMethod
            | Self::CapturedAlready
            | Self::HoldOver
            | Self::TooManyConfirmations
            | Self::OwnedBySession(_)
            | Self::CancelWindowClosed => invalid(Some("payment_intent_unexpected_state"), None),
            Self::Payment(failure) | Self::SetupFailed(failure) => of_card(Some(failure.texts().0), None),

            Self::CaptureTooLarge { .. } => invalid(Some("amount_too_large"), named("amount_to_capture")),
            Self::TooManyCaptures(_) => invalid(Some("payment_intent_invalid_parameter"), named("amount_to_capture")),
            Self::NonFinalUnavailable => invalid(Some("payment_intent_invalid_parameter"), named("final_capture")),
            Self::FeeNeedsConnect => invalid(Some("application_fees_not_allowed"), named("application_fee_amount")),
            Self::FeeTooLarge => invalid(Some("amount_too_large"), named("application_fee_amount")),
            Self::TransferTooLarge => invalid(Some("amount_too_large"), named("transfer_data[amount]")),
            Self::TransferNeedsDestination => {
                invalid(Some("payment_intent_invalid_parameter"), named("transfer_data[amount]"))
            }
            Self::CaptureTheIntent => invalid(None, None),
            Self::ChargeCapturedAlready => invalid(Some("charge_already_captured"), None),

            Self::NothingToRefund(_) | Self::MustCancel(_) | Self::RefundCannotBeCanceled | Self::RefundStatus(_) => {
                invalid(None, None)
            }
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
            Self::SourceTooSmall => invalid(None, named("amount")),
            Self::UnknownDestination => invalid(Some("resource_missing"), named("destination")),

            Self::SetupStatus(Operation::VerifyMicrodeposits, _) => invalid(Some("intent_invalid_state"), None),
            Self::SetupStatus(..)
            | Self::SetupNeedsMethod
            | Self::TooManySetupConfirmations
            | Self::SetupOwnedBySession => invalid(Some("setup_intent_unexpected_state"), None),
            Self::WrongMicrodeposits => {
                invalid(Some("payment_method_microdeposit_verification_amounts_mismatch"), None)
            }
            Self::SessionNotOpen(_) => invalid(None, None),

            Self::KeyInUse => Row { status: 409, ..invalid(Some("idempotency_key_in_use"), None) },
            Self::KeyOfOtherRequest => Row { error_type: ErrorType::IdempotencyError, ..invalid(None, None) },
            Self::LockTimeout => Row { status: 429, ..invalid(Some("lock_timeout"), None) },
            Self::Internal(_) => Row { status: 500, error_type: ErrorType::ApiError, code: None, param: None },
        }
    }

    /// The `decline_code` of a card error.
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

    /// Whether the answer is kept under the idempotency key: not when the request could not be read or ran
    /// into another one, as nothing began (§2.11).
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
                | Self::KeyTooLong
                | Self::ExclusiveParameters(..)
                | Self::RefundOfNothing
                | Self::AmountTooSmall(..)
                | Self::AmountTooLarge(_)
                | Self::UnknownRoute(_)
                | Self::KeyInUse
                | Self::KeyOfOtherRequest
                | Self::LockTimeout
        )
    }

    /// The sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Missing(p) => format!("Missing required param: {p}."),
            Self::UnknownParameter(p) => format!("Received unknown parameter: {p}"),
            Self::Empty(p) => format!("You passed an empty string for '{p}'. Give it a value or leave it out."),
            Self::NotAnInteger(_, value) => format!("Invalid integer: {value}"),
            Self::NotAString(p) => format!("Invalid string for '{p}'."),
            Self::NotABoolean(p, value) => format!("Invalid boolean for '{p}': {value}. Use true or false."),
            Self::NotPositive(_) => "This value must be greater than or equal to 1.".to_owned(),
            Self::Negative(_) => "Invalid non-negative integer".to_owned(),
            Self::InvalidValue(p, why) => format!("Invalid {p}: {why}"),
            Self::TooLong(p, most) => format!("Invalid {p}: it may have at most {most} characters."),
            Self::OnlyWithConfirm(p) => format!("'{p}' can only be used together with confirm=true."),
            Self::KeyTooLong => "An idempotency key may have at most 255 characters.".to_owned(),
            Self::ExclusiveParameters(p, q) => format!("Give either '{p}' or '{q}', not both."),
            Self::RefundOfNothing => {
                "One of the following params should be provided for this request: payment_intent or charge.".to_owned()
            }
            Self::AmountTooSmall(_, currency) => {
                format!("Amount must be at least {}.", currency.display(currency.minimum()))
            }
            Self::AmountTooLarge(_) => "Amount must be no more than 99999999.".to_owned(),
            Self::UnknownRoute(route) => format!("Unrecognized request URL ({route})."),
            Self::NotFound { noun, id, .. } => format!("No such {noun}: '{id}'"),

            Self::MethodOfOtherCustomer => {
                "The payment method belongs to another customer. Use one of this payment's customer.".to_owned()
            }
            Self::MethodNeedsCustomer => {
                "The payment method is attached to a customer: name that customer on the payment.".to_owned()
            }
            Self::MethodUsedUp => "The payment method was used without a customer or was detached, and cannot be used \
                                   again. Attach a method to a customer to use it several times."
                .to_owned(),
            Self::MethodTypeNotAllowed(name) => {
                format!("The payment method is of the type {name}, which payment_method_types does not list.")
            }
            Self::MethodCannotBeHeld => {
                "Bank debits cannot be held: use a capture_method other than manual.".to_owned()
            }
            Self::CannotAttach(decline) | Self::MalformedNumber(decline) => decline.texts().2.to_owned(),
            Self::AlreadyAttached => "The payment method is already attached to a customer.".to_owned(),
            Self::NotAttached => "The payment method is not attached to a customer.".to_owned(),

            Self::IntentStatus(operation, status) => intent_message(*operation, *status),
            Self::IntentNeedsMethod => "You cannot confirm this PaymentIntent because it's missing a payment method. \
                                        Update it with a payment method or name one while confirming."
                .to_owned(),
            Self::CapturedAlready => "The remaining amount on this PaymentIntent could not be captured because the \
                                      remainder of the authorized amount has been released."
                .to_owned(),
            Self::HoldOver => "This PaymentIntent could not be captured because its authorization window is over. \
                               Create and confirm a new one."
                .to_owned(),
            Self::TooManyConfirmations => {
                "This PaymentIntent was confirmed too many times and is canceled. Create a new one.".to_owned()
            }
            Self::OwnedBySession(Operation::Cancel) => {
                "This PaymentIntent belongs to a Checkout Session: expire the session instead.".to_owned()
            }
            Self::OwnedBySession(_) => {
                "This PaymentIntent belongs to a Checkout Session: the customer completes it there.".to_owned()
            }
            Self::CancelWindowClosed => {
                "This PaymentIntent is processing and its bank debit can no longer be canceled.".to_owned()
            }
            Self::Payment(failure) | Self::SetupFailed(failure) => failure.texts().2.to_owned(),

            Self::CaptureTooLarge { capturable, currency } => format!(
                "You cannot capture more than what is left of the authorization: {}.",
                currency.display(*capturable)
            ),
            Self::TooManyCaptures(most) => format!(
                "A PaymentIntent takes at most {most} captures. Release the remainder with amount_to_capture=0 and \
                 final_capture=true."
            ),
            Self::NonFinalUnavailable => {
                "final_capture can only be set when multicapture is available for the payment.".to_owned()
            }
            Self::FeeNeedsConnect => "Can only apply an application_fee_amount when the PaymentIntent is attempting a \
                                      direct payment (using an OAuth key or Stripe-Account header) or destination \
                                      payment (using `transfer_data[destination]`)."
                .to_owned(),
            Self::FeeTooLarge => "application_fee_amount may not exceed the amount of the payment.".to_owned(),
            Self::TransferTooLarge => "transfer_data[amount] may not exceed the amount of the payment.".to_owned(),
            Self::TransferNeedsDestination => {
                "transfer_data[amount] needs a transfer_data[destination] on the PaymentIntent.".to_owned()
            }
            Self::RequiredByFirstCapture(p) => {
                format!("Missing required param: {p}. The first capture set it, so each later one must.")
            }
            Self::CaptureTheIntent => "This Charge was created by a PaymentIntent. You must capture the PaymentIntent \
                                       instead of calling capture on the Charge directly."
                .to_owned(),
            Self::ChargeCapturedAlready => "The charge has already been captured.".to_owned(),

            Self::NothingToRefund(intent) => {
                format!("This PaymentIntent ({intent}) does not have a successful charge to refund.")
            }
            Self::MustCancel(intent) => format!(
                "This uncaptured Charge was created by a PaymentIntent ({intent}). You must cancel the PaymentIntent \
                 to reverse the authorization instead of creating a Refund."
            ),
            Self::ChargeRefundedAlready => "The charge has already been refunded.".to_owned(),
            Self::RefundTooLarge { asked, left, currency } => format!(
                "Refund amount ({}) is greater than unrefunded amount on charge ({})",
                currency.display(*asked),
                currency.display(*left)
            ),
            Self::PartialRefundOfMulticapture(p) => format!(
                "'{p}' cannot be used with a partial refund of a payment with several captures. Use the application \
                 fee refund and transfer reversal endpoints instead."
            ),
            Self::RefundedByHand(p) => {
                format!("'{p}' can no longer be used: part of it was returned through its own endpoint.")
            }
            Self::NoFeeToRefund => "The charge has no application fee to refund.".to_owned(),
            Self::NoTransferToReverse => "The charge has no transfer to reverse.".to_owned(),
            Self::RefundCannotBeCanceled => "Canceling this refund is unsupported.".to_owned(),
            Self::RefundStatus(status) => {
                format!("The refund has a status of {}, which does not allow it.", status.name())
            }
            Self::ReversalTooLarge(left, currency) => {
                format!("The reversal is greater than what is left of the transfer ({}).", currency.display(*left))
            }
            Self::FeeRefundTooLarge(left, currency) => {
                format!("The refund is greater than what is left of the fee ({}).", currency.display(*left))
            }
            Self::BalanceTooLow => "The account's balance is too low for this.".to_owned(),
            Self::SourceTransactionOfMulticapture => {
                "source_transaction cannot name a charge with several captures.".to_owned()
            }
            Self::SourceTooSmall => "The transfers of a charge may not exceed what was captured of it.".to_owned(),
            Self::UnknownDestination => "No such destination: name an account connected to yours.".to_owned(),

            Self::SetupStatus(operation, status) => setup_message(*operation, *status),
            Self::SetupNeedsMethod => {
                "You cannot confirm this SetupIntent because it's missing a payment method.".to_owned()
            }
            Self::WrongMicrodeposits => "The amounts or the code do not match the deposits.".to_owned(),
            Self::TooManySetupConfirmations => {
                "This SetupIntent was confirmed too many times and is canceled. Create a new one.".to_owned()
            }
            Self::SetupOwnedBySession => {
                "This SetupIntent belongs to a Checkout Session: expire the session instead.".to_owned()
            }
            Self::SessionNotOpen(SessionOperation::Expire) => {
                "Only Checkout Sessions with a status in [\"open\"] can be expired.".to_owned()
            }
            Self::SessionNotOpen(SessionOperation::Complete) => "This Checkout Session is no longer open.".to_owned(),

            Self::KeyInUse => "Another request with the same idempotency key is in progress. Try again.".to_owned(),
            Self::KeyOfOtherRequest => "Keys for idempotent requests can only be used with the same parameters they \
                                        were first used with. Use another key for another request."
                .to_owned(),
            Self::LockTimeout => "This object cannot be accessed right now because another request is using it. Try \
                                  again."
                .to_owned(),
            Self::Internal(what) => format!("Something went wrong on our side: {what}"),
        }
    }
}

fn intent_message(operation: Operation, status: IntentStatus) -> String {
    let (could_not, legal) = match operation {
        Operation::UpdateAmount => {
            ("amount could not be updated", "requires_payment_method, requires_confirmation, requires_action")
        }
        Operation::Update => {
            ("could not be updated", "requires_payment_method, requires_confirmation, requires_action")
        }
        Operation::Confirm if status == IntentStatus::Succeeded => {
            return "You cannot confirm this PaymentIntent because it has already succeeded after being previously \
                    confirmed."
                .to_owned();
        }
        Operation::Confirm => {
            ("could not be confirmed", "requires_payment_method, requires_confirmation, requires_action")
        }
        Operation::Capture => ("could not be captured", "requires_capture"),
        Operation::Cancel => (
            "could not be canceled",
            "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing",
        ),
        Operation::Authenticate => ("has nothing to authenticate", "requires_action"),
        Operation::SettleDebit => ("has no bank debit under way", "processing"),
        Operation::VerifyMicrodeposits => ("has no deposits to verify", "requires_action"),
    };
    format!(
        "This PaymentIntent {could_not} because it has a status of {}. Only a PaymentIntent with one of the following \
         statuses allows it: {legal}.",
        status.name()
    )
}

fn setup_message(operation: Operation, status: SetupStatus) -> String {
    match (operation, status) {
        (Operation::Confirm, SetupStatus::Succeeded) => {
            "You cannot confirm this SetupIntent because it has already succeeded.".to_owned()
        }
        (Operation::Confirm, SetupStatus::Canceled) => {
            "You cannot confirm this SetupIntent because it has been canceled.".to_owned()
        }
        (Operation::Cancel, SetupStatus::Canceled) => {
            "You cannot cancel this SetupIntent because it is already canceled.".to_owned()
        }
        (_, status) => format!("This SetupIntent has a status of {}, which does not allow it.", status.name()),
    }
}

impl Failure {
    /// The error code, the decline code, and the sentence for people.
    #[must_use]
    pub const fn texts(self) -> (&'static str, Option<&'static str>, &'static str) {
        match self {
            Self::Declined(decline) => decline.texts(),
            Self::Debit(decline) => ("payment_intent_payment_attempt_failed", None, decline.texts().2),
            Self::Mandate(decline) => ("setup_attempt_failed", None, decline.texts().2),
            Self::Authentication => (
                "payment_intent_authentication_failure",
                None,
                "The customer could not be authenticated. Choose another payment method and try again.",
            ),
            Self::AuthenticationRequired => (
                "authentication_required",
                Some("authentication_required"),
                "The issuer requires authentication of the customer. Bring the customer back to the session.",
            ),
        }
    }
}

/// A refused request: why, and the objects its answer carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The intent the request was about, as it is after the request (`error.payment_intent`, `error.setup_intent`).
    pub intent: Option<Object>,
    /// The failed charge (`error.charge`).
    pub charge: Option<ChargeId>,
    /// The declined method (`error.payment_method`).
    pub method: Option<PaymentMethodId>,
}

impl Refusal {
    /// A refusal that carries a PaymentIntent (§2.2).
    #[must_use]
    pub fn with_intent(reason: Reason, intent: &Arc<PaymentIntent>) -> Self {
        Self { intent: Some(Object::PaymentIntent(Arc::clone(intent))), ..Self::from(reason) }
    }

    /// A refusal that carries a SetupIntent.
    #[must_use]
    pub fn with_setup(reason: Reason, intent: &Arc<SetupIntent>) -> Self {
        Self { intent: Some(Object::SetupIntent(Arc::clone(intent))), ..Self::from(reason) }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, intent: None, charge: None, method: None }
    }
}
