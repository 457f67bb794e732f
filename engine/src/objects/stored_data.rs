//! Objects that the engine stores as the request gives them and shows again: products and prices, what belongs to accounts
//! and customers, and tokens.

use super::{SetupStatus, SharedTexts, Texts, Tracked, Usage};
use crate::test_methods::TestMethod;
use crate::time::Time;
use crate::{
    AccountId, CustomerId, ExternalAccountId, ObjectId, PaymentMethodId, PersonId, PriceId, ProductId, SetupAttemptId,
    SetupIntentId, ShippingRateId, TaxIdId, TokenId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An object whose fields are its given parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredData<I> {
    /// Its id.
    pub id: I,
    /// The account that created it.
    pub account: AccountId,
    /// The time of creation.
    pub created: Time,
    /// The object it belongs to: the product of a price, the customer of a tax id, the account of a person.
    pub owner: Option<ObjectId>,
    /// Whether it was deleted: no list shows it, and no request can name it.
    pub deleted: bool,
    /// Its metadata and its given parameters.
    pub texts: SharedTexts,
}

/// A product of the merchant.
pub type Product = StoredData<ProductId>;
/// A price of a product.
pub type Price = StoredData<PriceId>;
/// A price of shipping.
pub type ShippingRate = StoredData<ShippingRateId>;
/// A bank account or debit card to which a connected account is paid out.
pub type ExternalAccount = StoredData<ExternalAccountId>;
/// A person of a connected account.
pub type Person = StoredData<PersonId>;
/// A tax id of a customer.
pub type TaxId = StoredData<TaxIdId>;

impl<I> StoredData<I> {
    /// Returns the given parameter at a path of names (`recurring/interval`).
    #[must_use]
    pub fn given(&self, path: &str) -> Option<Value> {
        given_at(self.texts.as_deref(), path)
    }

    /// Returns whether `active` is not false.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.given("active") != Some(Value::Bool(false))
    }
}

/// Returns the given parameter at a path of names.
pub(crate) fn given_at(texts: Option<&Texts>, path: &str) -> Option<Value> {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let value = texts?.given_value(first)?;
    if rest.is_empty() { Some(value) } else { value.pointer(&format!("/{rest}")).cloned() }
}

impl<I> Tracked for StoredData<I> {
    fn changes_since(&self, _: &Self) -> super::Previous {
        Vec::new()
    }

    fn texts(&self) -> &SharedTexts {
        &self.texts
    }
}

/// Data that a browser exchanged for one use in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceToken {
    /// Its id.
    pub id: TokenId,
    /// The account that created it.
    pub account: AccountId,
    /// The time of creation.
    pub created: Time,
    /// The test method that it stands for; `None` for a token of other data.
    pub test_method: Option<TestMethod>,
    /// The expiry of its card.
    pub expiry: Option<super::Expiry>,
    /// Whether a request used it.
    pub used: bool,
    /// Its given parameters.
    pub texts: SharedTexts,
}

/// One attempt to set a method up (P20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupAttempt {
    /// Its id.
    pub id: SetupAttemptId,
    /// The account of the SetupIntent.
    pub account: AccountId,
    /// The time of creation.
    pub created: Time,
    /// The SetupIntent.
    pub intent: SetupIntentId,
    /// The customer of the SetupIntent.
    pub customer: Option<CustomerId>,
    /// The method that was tried.
    pub method: PaymentMethodId,
    /// The test method behind it.
    pub test_method: TestMethod,
    /// The status of the SetupIntent after the attempt.
    pub status: SetupStatus,
    /// The error of the attempt.
    pub error: Option<super::AttemptError>,
    /// The later use of the method.
    pub usage: Usage,
}
