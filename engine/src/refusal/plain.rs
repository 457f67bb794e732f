//! Reasons with one text and no data: of accounts, stored data, and charges without a PaymentIntent.

use super::{ErrorType, Row};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A reason of a refusal that has one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the text of each variant says what it is")]
pub enum PlainReason {
    AccountHasBalance,
    MethodNotSaved,
    RecurringPrice,
    NoSource,
    NoDefaultSource,
    PartialRefundOfHold,
    CannotIncrement,
}

impl PlainReason {
    /// Returns the row of the table of refusals for this reason.
    #[must_use]
    pub const fn row(self) -> Row {
        match self {
            Self::NoSource => {
                Row { status: 400, error_type: ErrorType::InvalidRequest, code: Some("parameter_missing"), param: None }
            }
            Self::NoDefaultSource => Row {
                status: 402,
                error_type: ErrorType::CardError,
                code: Some("missing"),
                param: Some(Cow::Borrowed("card")),
            },
            Self::AccountHasBalance
            | Self::MethodNotSaved
            | Self::RecurringPrice
            | Self::PartialRefundOfHold
            | Self::CannotIncrement => {
                Row { status: 400, error_type: ErrorType::InvalidRequest, code: None, param: None }
            }
        }
    }

    /// Returns the message.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::AccountHasBalance => "The account cannot be deleted while its balance is not zero.",
            Self::MethodNotSaved => "You must save this PaymentMethod to a customer before you can update it.",
            Self::RecurringPrice => {
                "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use \
                 only one-time prices."
            }
            Self::NoSource => "Must provide source or customer.",
            Self::NoDefaultSource => "Cannot charge a customer that has no active card",
            Self::PartialRefundOfHold => {
                "You cannot partially refund an uncaptured charge. Instead, capture the charge for an amount less than \
                 the original amount"
            }
            Self::CannotIncrement => {
                "This PaymentIntent's authorization cannot be incremented: the payment method does not support \
                 incremental authorization."
            }
        }
    }
}
