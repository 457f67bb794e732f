//! Requests about PaymentIntents and refunds, as the client wrote them.

use super::{ConfirmOptions, MethodRef, TextsChange, TransferTerms};
use crate::money::Currency;
use crate::objects::{CaptureMethod, ConfirmationMethod, MethodTypes, Redirects, RefundReason, Usage};
use crate::{ChargeId, CustomerId, PaymentIntentId};
use serde::{Deserialize, Serialize};

/// `POST /v1/payment_intents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreatePaymentIntent {
    pub amount: i64,
    pub currency: Currency,
    pub method: Option<MethodRef>,
    pub method_types: Option<MethodTypes>,
    pub automatic_methods: Option<Redirects>,
    pub customer: Option<CustomerId>,
    pub capture_method: Option<CaptureMethod>,
    pub card_capture_manual: bool,
    pub request_multicapture: bool,
    pub confirmation_method: ConfirmationMethod,
    pub setup_future_usage: Option<Usage>,
    pub application_fee_amount: Option<i64>,
    pub transfer_data: Option<TransferTerms>,
    pub confirm: Option<ConfirmOptions>,
    pub texts: TextsChange,
}

impl CreatePaymentIntent {
    /// Returns a request with these two parameters only.
    #[must_use]
    pub fn new(amount: i64, currency: Currency) -> Self {
        Self {
            amount,
            currency,
            method: None,
            method_types: None,
            automatic_methods: None,
            customer: None,
            capture_method: None,
            card_capture_manual: false,
            request_multicapture: false,
            confirmation_method: ConfirmationMethod::Automatic,
            setup_future_usage: None,
            application_fee_amount: None,
            transfer_data: None,
            confirm: None,
            texts: TextsChange::default(),
        }
    }
}

/// The parameters that update and confirm share (A3, B29, B50); an absent one changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct Choices {
    pub method: Option<MethodRef>,
    pub capture_method: Option<CaptureMethod>,
    pub card_capture_manual: Option<bool>,
    pub request_multicapture: Option<bool>,
    pub setup_future_usage: Option<Usage>,
    pub application_fee_amount: Option<i64>,
    pub transfer_amount: Option<i64>,
    /// `setup_future_usage` was the empty string (P26).
    pub clears_usage: bool,
    /// `application_fee_amount` was the empty string (P26).
    pub clears_fee: bool,
}

/// `POST /v1/payment_intents/:id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct UpdatePaymentIntent {
    pub intent: PaymentIntentId,
    pub amount: Option<i64>,
    pub currency: Option<Currency>,
    pub method_types: Option<MethodTypes>,
    pub customer: Option<CustomerId>,
    pub choices: Choices,
    pub texts: TextsChange,
}

impl UpdatePaymentIntent {
    /// Returns a request that changes nothing yet.
    #[must_use]
    pub fn new(intent: PaymentIntentId) -> Self {
        Self {
            intent,
            amount: None,
            currency: None,
            method_types: None,
            customer: None,
            choices: Choices::default(),
            texts: TextsChange::default(),
        }
    }
}

/// `POST /v1/payment_intents/:id/confirm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct ConfirmPaymentIntent {
    pub intent: PaymentIntentId,
    pub choices: Choices,
    pub options: ConfirmOptions,
    pub texts: TextsChange,
}

impl ConfirmPaymentIntent {
    /// Returns a request without parameters.
    #[must_use]
    pub fn new(intent: PaymentIntentId) -> Self {
        Self { intent, choices: Choices::default(), options: ConfirmOptions::default(), texts: TextsChange::default() }
    }
}

/// `POST /v1/payment_intents/:id/capture`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CapturePaymentIntent {
    pub intent: PaymentIntentId,
    pub amount: Option<i64>,
    pub final_capture: Option<bool>,
    pub application_fee_amount: Option<i64>,
    pub transfer_amount: Option<i64>,
    pub texts: TextsChange,
}

impl CapturePaymentIntent {
    /// Returns a request without parameters, which captures the whole remainder as the final capture.
    #[must_use]
    pub fn new(intent: PaymentIntentId) -> Self {
        let (application_fee_amount, transfer_amount) = (None, None);
        let texts = TextsChange::default();
        Self { intent, amount: None, final_capture: None, application_fee_amount, transfer_amount, texts }
    }
}

/// `POST /v1/refunds`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateRefund {
    pub charge: Option<ChargeId>,
    pub intent: Option<PaymentIntentId>,
    pub amount: Option<i64>,
    pub reason: Option<RefundReason>,
    pub refund_application_fee: bool,
    pub reverse_transfer: bool,
    pub texts: TextsChange,
}

/// `POST /v1/charges`: a charge without a PaymentIntent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CreateCharge {
    pub amount: i64,
    pub currency: Currency,
    pub source: Option<MethodRef>,
    pub customer: Option<CustomerId>,
    pub capture: bool,
    pub application_fee_amount: Option<i64>,
    pub transfer_data: Option<TransferTerms>,
    pub texts: TextsChange,
}

/// `POST /v1/charges/:id/capture`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the API's parameters")]
pub struct CaptureCharge {
    pub charge: ChargeId,
    pub amount: Option<i64>,
    pub application_fee_amount: Option<i64>,
    pub transfer_amount: Option<i64>,
    pub texts: TextsChange,
}
