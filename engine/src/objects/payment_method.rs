//! PaymentMethods and the Customers they are attached to.

use super::{SharedTexts, Texts, Usage};
use crate::test_methods::{MethodType, TestMethod};
use crate::time::Time;
use crate::{AccountId, CustomerId, PaymentMethodId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// The time of creation.
    pub created: Time,
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's address.
    pub email: Option<String>,
    /// The method of its invoices (`invoice_settings.default_payment_method`), attached to it.
    pub default_method: Option<PaymentMethodId>,
    /// The source of charges that name the customer alone (`default_source`).
    pub default_source: Option<PaymentMethodId>,
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
    /// The time of creation.
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
    /// Returns an option that an intent with these texts has for this method: a value of
    /// `payment_method_options` at a path below the method's type.
    fn option(&self, texts: Option<&Texts>, path: &str) -> Option<Value> {
        let options = texts.and_then(|texts| texts.given_value("payment_method_options"))?;
        options.pointer(&format!("/{}/{path}", self.method_type().name())).cloned()
    }

    /// Returns whether an intent with these texts makes the customer authenticate: `request_three_d_secure` is `any` or
    /// `challenge`, and the card challenges on request (P23).
    #[must_use]
    pub fn is_challenged_for(&self, texts: Option<&Texts>) -> bool {
        self.test_method.challenges_on_request()
            && self
                .option(texts, "request_three_d_secure")
                .is_some_and(|asks| matches!(asks.as_str(), Some("any" | "challenge")))
    }

    /// Returns whether a payment with these texts verifies its bank account by small deposits (`verification_method`).
    #[must_use]
    pub fn is_verified_by_deposits(&self, texts: Option<&Texts>) -> bool {
        self.method_type() == MethodType::UsBankAccount
            && self.option(texts, "verification_method").is_some_and(|asks| asks == "microdeposits")
    }

    /// Returns whether an intent with these texts needs no authentication: the order came by mail or telephone (`moto`), or
    /// the merchant brings the data of an authentication (`three_d_secure`).
    #[must_use]
    pub fn is_exempt_for(&self, texts: Option<&Texts>) -> bool {
        self.option(texts, "moto").is_some_and(|moto| moto == true)
            || self.option(texts, "three_d_secure").is_some_and(|data| data.is_object())
    }

    /// Returns whether a payment with these texts is held: the option `capture_method` of the method's type is `manual`. A
    /// PaymentIntent that a request creates has the option of cards in a field of its own.
    #[must_use]
    pub fn is_held_for(&self, texts: Option<&Texts>) -> bool {
        self.option(texts, "capture_method").is_some_and(|option| option == "manual")
    }

    /// Returns whether a payment with these texts keeps the method for later: the option `setup_future_usage` of the type
    /// decides over `usage` of the whole payment.
    #[must_use]
    pub fn is_kept_for(&self, texts: Option<&Texts>, usage: Option<Usage>) -> bool {
        self.option(texts, "setup_future_usage").map_or(usage.is_some(), |option| option != "none")
    }

    /// Returns the method's type.
    #[must_use]
    pub const fn method_type(&self) -> MethodType {
        self.test_method.row().method_type
    }
}
