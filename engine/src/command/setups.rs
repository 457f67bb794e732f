//! Requests about SetupIntents and Checkout Sessions, as the client wrote them.

use super::{ConfirmOptions, MethodRef, TextsChange, TransferTerms};
use crate::money::Currency;
use crate::objects::{CaptureMethod, MethodTypes, Redirects, SessionMode, UiMode, Usage};
use crate::{CustomerId, PriceId, ProductId, SetupIntentId};
use serde::{Deserialize, Serialize};

/// `POST /v1/setup_intents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateSetupIntent {
    pub method: Option<MethodRef>,
    pub method_types: Option<MethodTypes>,
    pub automatic_methods: Option<Redirects>,
    pub customer: Option<CustomerId>,
    pub usage: Usage,
    pub microdeposits: bool,
    pub confirm: Option<ConfirmOptions>,
    pub texts: TextsChange,
}

impl Default for CreateSetupIntent {
    fn default() -> Self {
        Self {
            method: None,
            method_types: None,
            automatic_methods: None,
            customer: None,
            usage: Usage::OffSession,
            microdeposits: false,
            confirm: None,
            texts: TextsChange::default(),
        }
    }
}

/// `POST /v1/setup_intents/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct UpdateSetupIntent {
    pub intent: SetupIntentId,
    pub method: Option<MethodRef>,
    pub method_types: Option<MethodTypes>,
    pub customer: Option<CustomerId>,
    pub microdeposits: Option<bool>,
    pub texts: TextsChange,
}

/// `POST /v1/setup_intents/:id/confirm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct ConfirmSetupIntent {
    pub intent: SetupIntentId,
    pub method: Option<MethodRef>,
    pub microdeposits: Option<bool>,
    pub options: ConfirmOptions,
    pub texts: TextsChange,
}

/// The proof that the customer owns a bank account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Microdeposits {
    /// The two amounts deposited, in cents.
    Amounts(i64, i64),
    /// The code in the statement.
    Code(String),
}

/// The deposits and the code with which a test bank account is verified.
const DEPOSITS: (i64, i64) = (32, 45);
const CODE: &str = "SM11AA";

impl Microdeposits {
    /// Returns whether the proof is that of the test bank accounts.
    #[must_use]
    pub fn is_right(&self) -> bool {
        match self {
            Self::Amounts(a, b) => (*a, *b) == DEPOSITS || (*b, *a) == DEPOSITS,
            Self::Code(code) => code == CODE,
        }
    }
}

/// A line item of a session's bill in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct LineItemTerms {
    pub price: ItemPrice,
    pub quantity: i64,
    /// `adjustable_quantity` and `metadata`, which the item shows: the text of a JSON object.
    pub given: Option<String>,
}

/// The price of a line item in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemPrice {
    /// `price`: a stored price.
    Stored(PriceId),
    /// `price_data`: a price for this session alone.
    Inline {
        /// The name of its product, without a stored product.
        name: Option<String>,
        /// Its stored product.
        product: Option<ProductId>,
        /// Its currency.
        currency: Currency,
        /// The price of one unit.
        unit_amount: i64,
    },
}

/// `POST /v1/checkout/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateCheckoutSession {
    pub mode: SessionMode,
    pub ui_mode: UiMode,
    pub line_items: Vec<LineItemTerms>,
    pub currency: Option<Currency>,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub return_url: Option<String>,
    pub client_reference_id: Option<String>,
    pub customer: Option<CustomerId>,
    pub customer_email: Option<String>,
    pub expires_at: Option<i64>,
    pub method_types: Option<MethodTypes>,
    pub capture_method: Option<CaptureMethod>,
    pub request_multicapture: bool,
    pub setup_future_usage: Option<Usage>,
    pub application_fee_amount: Option<i64>,
    pub transfer_data: Option<TransferTerms>,
    /// `payment_intent_data` or `setup_intent_data`: the texts of the intent.
    pub intent_texts: TextsChange,
    pub texts: TextsChange,
}

impl CreateCheckoutSession {
    /// Returns a request without parameters beyond mode and page.
    #[must_use]
    pub fn new(mode: SessionMode, ui_mode: UiMode) -> Self {
        Self {
            mode,
            ui_mode,
            line_items: Vec::new(),
            currency: None,
            success_url: None,
            cancel_url: None,
            return_url: None,
            client_reference_id: None,
            customer: None,
            customer_email: None,
            expires_at: None,
            method_types: None,
            capture_method: None,
            request_multicapture: false,
            setup_future_usage: None,
            application_fee_amount: None,
            transfer_data: None,
            intent_texts: TextsChange::default(),
            texts: TextsChange::default(),
        }
    }
}
