//! PaymentMethods and the Customers they are attached to.

use super::{SharedTexts, Texts};
use crate::test_methods::{MethodType, TestMethod};
use crate::time::Time;
use crate::{AccountId, CustomerId, PaymentMethodId};
use serde::{Deserialize, Serialize};

/// The expiry of a card in a request, not checked against the date yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Expiry {
    /// The month, 1 to 12.
    pub month: u8,
    /// The year, four digits.
    pub year: u16,
}

/// A customer of the merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// The account that created it.
    pub account: AccountId,
    /// When it was created.
    pub created: Time,
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's address.
    pub email: Option<String>,
    /// The method of its invoices (`invoice_settings.default_payment_method`), attached to it.
    pub default_method: Option<PaymentMethodId>,
    /// Whether it was deleted: it is still shown, as deleted, and cannot be used.
    pub deleted: bool,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

/// A card or bank account to pay with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// Its id.
    pub id: PaymentMethodId,
    /// The account that created it.
    pub account: AccountId,
    /// When it was created.
    pub created: Time,
    /// The test method behind it.
    pub test_method: TestMethod,
    /// The expiry of a card that was given by number.
    pub expiry: Option<Expiry>,
    /// The customer it is attached to.
    pub customer: Option<CustomerId>,
    /// Whether it was used or detached and cannot be used again (PI-23).
    pub consumed: bool,
    /// Whether a SetupIntent or a payment set it up for payments without the customer.
    pub set_up: bool,
    /// The merchant's texts.
    pub texts: SharedTexts,
}

impl PaymentMethod {
    /// Returns whether an intent with these texts makes the customer authenticate: `request_three_d_secure` is `any` or
    /// `challenge`, and the card challenges on request (P23).
    #[must_use]
    pub fn is_challenged_for(&self, texts: Option<&Texts>) -> bool {
        self.test_method.challenges_on_request()
            && texts.and_then(|texts| texts.given_value("payment_method_options")).is_some_and(|options| {
                let asks = options.pointer("/card/request_three_d_secure");
                asks.is_some_and(|asks| matches!(asks.as_str(), Some("any" | "challenge")))
            })
    }

    /// Returns the method's type.
    #[must_use]
    pub const fn method_type(&self) -> MethodType {
        self.test_method.row().method_type
    }
}
