//! The Checkout Session: a page that collects one payment or one payment method.

use super::{CaptureMethod, MethodTypes, Price, SharedTexts, TransferData, Usage};
use crate::money::{Currency, Money};
use crate::time::Time;
use crate::{AccountId, CheckoutSessionId, CustomerId, PaymentIntentId, ProductId, SetupIntentId, ShippingRateId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The status of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's statuses")]
pub enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl SessionStatus {
    /// Returns the status's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// The payment status of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's statuses")]
pub enum PaymentStatus {
    Paid,
    Unpaid,
    NoPaymentRequired,
}

impl PaymentStatus {
    /// Returns the status's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Unpaid => "unpaid",
            Self::NoPaymentRequired => "no_payment_required",
        }
    }
}

/// The purpose of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SessionMode {
    /// A payment.
    Payment,
    /// A payment method for later.
    Setup,
}

/// The place where a session's page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UiMode {
    /// The engine's own page, with a redirect to it and back (B15, B17).
    Hosted,
    /// A frame in the merchant's page (B22).
    Embedded,
    /// The merchant's own form.
    Elements,
}

/// A line item of a session's bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineItem {
    /// The name of the product.
    pub name: String,
    /// The price of one unit.
    pub unit_amount: Money,
    /// The number of units.
    pub quantity: u64,
    /// The stored price, as it was then.
    pub price: Option<Arc<Price>>,
    /// The stored product.
    pub product: Option<ProductId>,
    /// `adjustable_quantity` and `metadata`: the text of a JSON object.
    pub given: Option<String>,
}

/// A way of shipping that the customer may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingOption {
    /// Its shipping rate.
    pub rate: ShippingRateId,
    /// Its price.
    pub amount: Money,
}

/// The parameters of the payment or setup that the customer's first attempt creates (B1, B9, B18).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTerms {
    /// The types of method it takes.
    pub method_types: Option<MethodTypes>,
    /// `payment_intent_data[capture_method]`.
    pub capture_method: Option<CaptureMethod>,
    /// `payment_method_options[card][request_multicapture]=if_available`.
    pub request_multicapture: bool,
    /// Keep the method for later payments.
    pub setup_future_usage: Option<Usage>,
    /// `payment_intent_data[application_fee_amount]`.
    pub application_fee_amount: Option<Money>,
    /// `payment_intent_data[transfer_data]`.
    pub transfer_data: Option<TransferData>,
    /// `payment_intent_data` or `setup_intent_data`: the texts of the intent.
    pub texts: SharedTexts,
}

/// A Checkout Session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutSession {
    /// Its id.
    pub id: CheckoutSessionId,
    /// The account that created it.
    pub account: AccountId,
    /// The time of creation.
    pub created: Time,
    /// The part of the client secret behind the id.
    pub secret: u64,
    /// The time of its expiry (B16).
    pub expires_at: Time,
    /// Its status.
    pub status: SessionStatus,
    /// Its payment status.
    pub payment_status: PaymentStatus,
    /// Its purpose.
    pub mode: SessionMode,
    /// The place where its page is shown.
    pub ui_mode: UiMode,
    /// The currency of the bill.
    pub currency: Option<Currency>,
    /// The sum of the bill.
    pub amount_total: Option<Money>,
    /// The bill.
    pub line_items: Vec<LineItem>,
    /// The ways of shipping; the first is part of the sum.
    pub shipping: Vec<ShippingOption>,
    /// The page after a completed hosted page.
    pub success_url: Option<String>,
    /// The page after an abandoned hosted page.
    pub cancel_url: Option<String>,
    /// The page after an embedded page.
    pub return_url: Option<String>,
    /// The merchant's own reference.
    pub client_reference_id: Option<String>,
    /// The customer's address, when known.
    pub customer_email: Option<String>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The parameters of its payment or setup.
    pub terms: SessionTerms,
    /// The payment it collects, once the customer has tried to pay (B1).
    pub payment_intent: Option<PaymentIntentId>,
    /// The setup it collects, once the customer has tried.
    pub setup_intent: Option<SetupIntentId>,
    /// The merchant's texts.
    pub texts: SharedTexts,
}
