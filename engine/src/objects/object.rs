//! [`Object`], the union of all records, and [`Objects`], the typed reads of one consistent set of them.

use super::{
    Account, ApplicationFee, BalanceTransaction, Balances, Charge, CheckoutSession, Customer, Delivery, Event,
    ExternalAccount, FeeRefund, Funds, PaymentIntent, PaymentMethod, Person, Price, Product, Refund, Reversal,
    SetupAttempt, SetupIntent, ShippingRate, SourceToken, TaxId, Texts, Transfer, WebhookEndpoint,
};
use crate::ids::{
    AccountId, ApplicationFeeId, BalanceTransactionId, ChargeId, CheckoutSessionId, CustomerId, DeliveryId, EventId,
    ExternalAccountId, FeeRefundId, ObjectId, PaymentIntentId, PaymentMethodId, PersonId, PriceId, ProductId, RefundId,
    ReversalId, SetupAttemptId, SetupIntentId, ShippingRateId, TaxIdId, TokenId, TransferId, WebhookEndpointId,
    for_each_object,
};
use crate::money::Currency;
use crate::time::Time;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

macro_rules! objects {
    ($($code:literal $record:ident $id:ident $get:ident $as:ident $prefix:literal;)*) => {
        $(
            impl From<$record> for Object {
                fn from(object: $record) -> Self { Self::$record(Arc::new(object)) }
            }

            impl From<Arc<$record>> for Object {
                fn from(object: Arc<$record>) -> Self { Self::$record(object) }
            }
        )*

        /// Any object, as stored and as frozen in events and responses.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the records")]
        pub enum Object { $($record(Arc<$record>)),* }

        impl Object {
            /// Returns the object's id.
            #[must_use]
            pub fn id(&self) -> ObjectId {
                match self { $(Self::$record(object) => object.id.into()),* }
            }

            $(
                #[doc = concat!("Returns the object as a [`", stringify!($record), "`], or `None` for another kind.")]
                #[must_use]
                pub const fn $as(&self) -> Option<&Arc<$record>> {
                    if let Self::$record(object) = self { Some(object) } else { None }
                }
            )*

            /// Returns the account that owns the object.
            #[must_use]
            pub fn account(&self) -> AccountId {
                match self { $(Self::$record(object) => object.account),* }
            }
        }

        /// Typed reads of one consistent set of objects: the only state that a decision reads.
        pub trait Objects {
            /// Returns the object with this id.
            fn object(&self, id: ObjectId) -> Option<Object>;

            /// Returns the balance of an account in a currency: the sums of its ledger.
            fn balance(&self, account: AccountId, currency: Currency) -> Funds;

            /// Returns the balances of an account in all currencies.
            fn balances(&self, account: AccountId) -> Balances;

            $(
                #[doc = concat!("Returns the [`", stringify!($record), "`] with this id.")]
                fn $get(&self, id: $id) -> Option<Arc<$record>> {
                    self.object(id.into())?.$as().cloned()
                }
            )*
        }
    };
}

for_each_object!(objects);

impl Object {
    /// Returns the time of creation.
    #[must_use]
    pub fn created(&self) -> Time {
        match self {
            Self::Account(o) => o.created,
            Self::Customer(o) => o.created,
            Self::PaymentMethod(o) => o.created,
            Self::PaymentIntent(o) => o.created,
            Self::Charge(o) => o.created,
            Self::Refund(o) => o.created,
            Self::Transfer(o) => o.created,
            Self::Reversal(o) => o.created,
            Self::ApplicationFee(o) => o.created,
            Self::FeeRefund(o) => o.created,
            Self::SetupIntent(o) => o.created,
            Self::CheckoutSession(o) => o.created,
            Self::BalanceTransaction(o) => o.created,
            Self::Event(o) => o.created,
            Self::WebhookEndpoint(o) => o.created,
            Self::Delivery(o) => o.created,
            Self::Product(o) => o.created,
            Self::Price(o) => o.created,
            Self::ShippingRate(o) => o.created,
            Self::ExternalAccount(o) => o.created,
            Self::Person(o) => o.created,
            Self::TaxId(o) => o.created,
            Self::SourceToken(o) => o.created,
            Self::SetupAttempt(o) => o.created,
        }
    }
}
impl Object {
    /// Returns whether the object was deleted: no operation accepts it afterwards.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        match self {
            Self::Customer(o) => o.deleted,
            Self::WebhookEndpoint(o) => o.deleted,
            Self::Account(o) => o.deleted,
            Self::Product(o) => o.deleted,
            Self::Price(o) => o.deleted,
            Self::ShippingRate(o) => o.deleted,
            Self::ExternalAccount(o) => o.deleted,
            Self::Person(o) => o.deleted,
            Self::TaxId(o) => o.deleted,
            Self::PaymentMethod(_)
            | Self::PaymentIntent(_)
            | Self::Charge(_)
            | Self::Refund(_)
            | Self::Transfer(_)
            | Self::Reversal(_)
            | Self::ApplicationFee(_)
            | Self::FeeRefund(_)
            | Self::SetupIntent(_)
            | Self::CheckoutSession(_)
            | Self::BalanceTransaction(_)
            | Self::Event(_)
            | Self::Delivery(_)
            | Self::SourceToken(_)
            | Self::SetupAttempt(_) => false,
        }
    }

    /// Returns the object's texts; `None` for an object or a kind without texts.
    #[must_use]
    pub fn texts(&self) -> Option<&Texts> {
        match self {
            Self::Customer(o) => o.texts.as_deref(),
            Self::PaymentMethod(o) => o.texts.as_deref(),
            Self::PaymentIntent(o) => o.texts.as_deref(),
            Self::Charge(o) => o.texts.as_deref(),
            Self::Refund(o) => o.texts.as_deref(),
            Self::Transfer(o) => o.texts.as_deref(),
            Self::Reversal(o) => o.texts.as_deref(),
            Self::FeeRefund(o) => o.texts.as_deref(),
            Self::SetupIntent(o) => o.texts.as_deref(),
            Self::CheckoutSession(o) => o.texts.as_deref(),
            Self::WebhookEndpoint(o) => o.texts.as_deref(),
            Self::Account(o) => o.texts.as_deref(),
            Self::Product(o) => o.texts.as_deref(),
            Self::Price(o) => o.texts.as_deref(),
            Self::ShippingRate(o) => o.texts.as_deref(),
            Self::ExternalAccount(o) => o.texts.as_deref(),
            Self::Person(o) => o.texts.as_deref(),
            Self::TaxId(o) => o.texts.as_deref(),
            Self::SourceToken(o) => o.texts.as_deref(),
            Self::ApplicationFee(_)
            | Self::BalanceTransaction(_)
            | Self::Event(_)
            | Self::Delivery(_)
            | Self::SetupAttempt(_) => None,
        }
    }
}
