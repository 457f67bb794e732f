//! The messages of refusals: the fault and, where it is not obvious, the remedy.

use super::{Operation, Reason, SessionOperation};
use crate::objects::{Failure, IntentStatus, SetupStatus};
use crate::test_methods::Decline;

impl Reason {
    /// Returns the message.
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
            Self::RefundOfNothing => {
                "One of the following params should be provided for this request: payment_intent or charge.".to_owned()
            }
            Self::AmountTooSmall(_, currency) => {
                format!("Amount must be at least {}.", currency.display(currency.minimum()))
            }
            Self::AmountTooLarge(_, currency) => format!("Amount must be no more than {}.", currency.largest()),
            Self::UnknownRoute(route) => format!("Unrecognized request URL ({route})."),
            Self::CannotExpand(path, None) => format!("This property cannot be expanded ({path})."),
            Self::CannotExpand(path, Some(hint)) => {
                format!("This property cannot be expanded ({path}). You may want to try expanding '{hint}' instead.")
            }
            Self::ExpandsTooDeep(path) => {
                format!("You cannot expand more than 4 levels of a property. Property: {path}")
            }
            Self::NotFound { noun, id, .. } if self.is_foreign_account() => format!(
                "The provided key does not have access to {noun} '{id}' (or that {noun} does not exist). Application \
                 access may have been revoked."
            ),
            Self::NotFound { noun, id, .. } | Self::UnknownReference { noun, id, .. } => {
                format!("No such {noun}: '{id}'")
            }
            Self::Plain(reason) => reason.message().to_owned(),
            Self::InactivePrice(_) => INACTIVE.to_owned(),
            Self::TokenUsed(id) => format!("You cannot use a Stripe token more than once: {id}."),
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
                format!("The method's type {name} is not among the `payment_method_types` of the intent.")
            }
            Self::MethodCannotBeHeld => {
                "Payments by this type of method cannot be held: use a capture_method other than manual.".to_owned()
            }
            Self::CannotAttach(decline) | Self::MalformedNumber(decline) => decline.texts().2.to_owned(),
            Self::InvalidCard(code, _) if code == "invalid_cvc" => "Your card's security code is invalid.".to_owned(),
            Self::InvalidCard(code, _) if code == "invalid_expiry_month" => {
                "Your card's expiration month is invalid.".to_owned()
            }
            Self::InvalidCard(..) => "Your card's expiration year is invalid.".to_owned(),
            Self::AlreadyAttached => "The payment method is already attached to a customer.".to_owned(),
            Self::NotAttached => "The payment method is not attached to a customer.".to_owned(),
            Self::IntentStatus(operation, status) => intent_message(*operation, *status),
            Self::IntentNeedsMethod => "You cannot confirm this PaymentIntent because it's missing a payment method. \
                                        Update it with a payment method or name one while confirming."
                .to_owned(),
            Self::NeedsReturnUrl => {
                "This payment accepts methods that may redirect the customer, so you must provide a \
                                     `return_url`. To accept none of them, set \
                                     `automatic_payment_methods[allow_redirects]` to `never`, or list the types in \
                                     `payment_method_types`."
                    .to_owned()
            }
            Self::CustomerIsFixed => {
                "You cannot modify `customer` on a PaymentIntent once it already has been set. To \
                                      fulfill a payment with a different Customer, cancel this PaymentIntent and \
                                      create a new one."
                    .to_owned()
            }
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
            Self::NothingToCapture => "This value must be greater than or equal to 1.".to_owned(),
            Self::PieceTooSmall(currency) => {
                format!("Amount must be at least {}.", currency.display(currency.minimum()))
            }
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
            Self::FeeAndTransfer => {
                "A payment has either an application_fee_amount or a transfer_data[amount], not both.".to_owned()
            }
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
            Self::UnknownDestination(_) => "No such destination: name an account connected to yours.".to_owned(),
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
            Self::SessionNotOpen(operation) => session_message(*operation).to_owned(),
            Self::KeyInUse => "Another request with the same idempotency key is in progress. Try again.".to_owned(),
            Self::KeyOfOtherRequest => "Keys for idempotent requests can only be used with the same parameters they \
                                        were first used with. Use another key for another request."
                .to_owned(),
            Self::KeyOfOtherEndpoint => {
                "Keys for idempotent requests can only be used for the same endpoint they were \
                                         first used for. Use another key for another request."
                    .to_owned()
            }
            Self::LockTimeout => "This object cannot be accessed right now because another request is using it. Try \
                                  again."
                .to_owned(),
            Self::Internal(what) => format!("Something went wrong on our side: {what}"),
        }
    }
}

/// The text about a price that is not active.
const INACTIVE: &str = "The price specified is inactive. This field only accepts active prices.";

const fn session_message(operation: SessionOperation) -> &'static str {
    match operation {
        SessionOperation::Expire => "Only Checkout Sessions with a status in [\"open\"] can be expired.",
        SessionOperation::Update => "Only Checkout Sessions with a status in [\"open\"] can be updated.",
        SessionOperation::Complete => "This Checkout Session is no longer open.",
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
        Operation::Increment => ("could not have its authorization incremented", "requires_capture"),
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
    /// Returns the decline of a card; `None` for every other failure.
    #[must_use]
    pub const fn card_decline(self) -> Option<Decline> {
        match self {
            Self::Declined(decline) => Some(decline),
            Self::Authentication
            | Self::Debit(_)
            | Self::Mandate(_)
            | Self::AuthenticationRequired
            | Self::ActionRequired
            | Self::SetupAuthentication => None,
        }
    }

    /// Returns the error code, the decline code and the message.
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
            Self::SetupAuthentication => (
                "setup_intent_authentication_failure",
                None,
                "The customer could not be authenticated. Choose another payment method and try again.",
            ),
            Self::AuthenticationRequired => (
                "authentication_required",
                Some("authentication_required"),
                "Your card was declined. This transaction requires authentication.",
            ),
            Self::ActionRequired => (
                "authentication_required",
                Some("authentication_required"),
                "This payment requires additional user action before it can be completed successfully. Payment can be \
                 completed using the PaymentIntent's client_secret.",
            ),
        }
    }
}
