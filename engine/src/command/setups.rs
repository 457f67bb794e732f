//! Requests about SetupIntents and Checkout Sessions, as the client wrote them.

use super::{ConfirmOptions, MethodRef, TextsChange, TransferTerms};
use crate::money::Currency;
use crate::objects::{CaptureMethod, MethodTypes, Redirects, SessionMode, UiMode, Usage};
use crate::{CustomerId, SetupIntentId};
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

/// A line item of a session's bill in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct LineItemTerms {
    pub name: String,
    pub currency: Currency,
    pub unit_amount: i64,
    pub quantity: i64,
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
