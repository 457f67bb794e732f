//! The parameters of PaymentIntents and Refunds.

use super::Read;
use super::fields::{Fields, TEXTS};
use super::methods::{method, source};
use crate::command::{
    CaptureCharge, CapturePaymentIntent, Choices, Command, ConfirmOptions, ConfirmPaymentIntent, CreateCharge,
    CreatePaymentIntent, CreateRefund, TransferTerms, UpdatePaymentIntent,
};
use crate::money::Currency;
use crate::objects::{
    CancellationReason, CaptureMethod, ConfirmationMethod, MethodTypes, Redirects, RefundReason, Usage,
};
use crate::refusal::{Reason, Refusal};
use crate::test_methods::MethodType;
use crate::{AccountId, ChargeId, PaymentIntentId, RefundId};
use serde_json::Value;
use std::sync::Arc;

/// Parameters that are accepted and have no effect.
const WITHOUT_EFFECT: &[&str] = &["expand", "mandate_data", "use_stripe_sdk"];
const INTENT: &[&str] = &[
    "amount",
    "application_fee_amount",
    "capture_method",
    "currency",
    "customer",
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "setup_future_usage",
    "transfer_data",
];
/// The texts that only payments have.
pub(super) const PAYMENT_TEXTS: &[&str] = &["on_behalf_of", "shipping", "statement_descriptor_suffix"];
const CONFIRM: &[&str] = &["error_on_requires_action", "mandate", "off_session", "return_url"];

pub(super) const CAPTURE_METHODS: &[(&str, CaptureMethod)] = &[
    ("automatic", CaptureMethod::Automatic),
    ("automatic_async", CaptureMethod::AutomaticAsync),
    ("manual", CaptureMethod::Manual),
];
const CONFIRMATION_METHODS: &[(&str, ConfirmationMethod)] =
    &[("automatic", ConfirmationMethod::Automatic), ("manual", ConfirmationMethod::Manual)];
pub(super) const USAGES: &[(&str, Usage)] = &[("off_session", Usage::OffSession), ("on_session", Usage::OnSession)];
pub(super) const CANCELLATION_REASONS: &[(&str, CancellationReason)] = &[
    ("duplicate", CancellationReason::Duplicate),
    ("fraudulent", CancellationReason::Fraudulent),
    ("requested_by_customer", CancellationReason::RequestedByCustomer),
    ("abandoned", CancellationReason::Abandoned),
];
const REFUND_REASONS: &[(&str, RefundReason)] = &[
    ("duplicate", RefundReason::Duplicate),
    ("fraudulent", RefundReason::Fraudulent),
    ("requested_by_customer", RefundReason::RequestedByCustomer),
];

pub(super) fn create(params: &Value) -> Read {
    let known = [
        INTENT,
        CONFIRM,
        TEXTS,
        PAYMENT_TEXTS,
        WITHOUT_EFFECT,
        &["automatic_payment_methods", "confirm", "confirmation_method"],
    ];
    let fields = Fields::of(params, &known)?;
    let amount = fields.required("amount", fields.integer("amount")?)?;
    let currency = fields.required("currency", currency(&fields, "currency")?)?;
    let card = card_options(&fields)?;
    let confirm = fields.boolean("confirm")?.unwrap_or(false);
    let options = confirm_options(&fields)?;
    let presence =
        [("error_on_requires_action", options.error_on_requires_action), ("off_session", options.off_session)];
    let others = ["mandate", "return_url"].map(|name| (name, fields.has(name)));
    if !confirm && let Some((name, _)) = presence.into_iter().chain(others).find(|(_, given)| *given) {
        return Err(Reason::OnlyWithConfirm(fields.param(name)).into());
    }
    let (method_types, automatic_methods) = method_settings(&fields)?;
    Ok(Command::CreatePaymentIntent(Box::new(CreatePaymentIntent {
        amount,
        currency,
        method: method(&fields)?,
        method_types,
        automatic_methods,
        customer: fields.id("customer", "customer")?,
        capture_method: fields.choice("capture_method", CAPTURE_METHODS)?,
        card_capture_manual: card.capture_manual.unwrap_or(false),
        request_multicapture: card.request_multicapture.unwrap_or(false),
        confirmation_method: (fields.choice("confirmation_method", CONFIRMATION_METHODS)?)
            .unwrap_or(ConfirmationMethod::Automatic),
        setup_future_usage: fields.unless_cleared("setup_future_usage", |fields, name| fields.choice(name, USAGES))?,
        application_fee_amount: fields.unless_cleared("application_fee_amount", Fields::integer)?,
        transfer_data: transfer_data(&fields)?,
        confirm: confirm.then_some(options),
        texts: fields.texts()?,
    })))
}

pub(super) fn update(intent: PaymentIntentId, params: &Value) -> Read {
    let fields = Fields::of(params, &[INTENT, TEXTS, &["expand", "shipping", "statement_descriptor_suffix"]])?;
    Ok(Command::UpdatePaymentIntent(Box::new(UpdatePaymentIntent {
        intent,
        amount: fields.integer("amount")?,
        currency: currency(&fields, "currency")?,
        method_types: method_types(&fields)?,
        customer: fields.id("customer", "customer")?,
        choices: choices(&fields)?,
        texts: fields.texts()?,
    })))
}

fn choices(fields: &Fields<'_>) -> Result<Choices, Refusal> {
    let card = card_options(fields)?;
    Ok(Choices {
        method: method(fields)?,
        capture_method: fields.choice("capture_method", CAPTURE_METHODS)?,
        card_capture_manual: card.capture_manual,
        request_multicapture: card.request_multicapture,
        setup_future_usage: fields.unless_cleared("setup_future_usage", |fields, name| fields.choice(name, USAGES))?,
        clears_usage: fields.is_cleared("setup_future_usage"),
        application_fee_amount: fields.unless_cleared("application_fee_amount", Fields::integer)?,
        clears_fee: fields.is_cleared("application_fee_amount"),
        transfer_amount: transfer_amount(fields)?,
    })
}

/// Reads `transfer_data[amount]` of an intent whose destination is fixed.
fn transfer_amount(fields: &Fields<'_>) -> Result<Option<i64>, Refusal> {
    let transfer = fields.group("transfer_data", &[&["amount"]])?;
    Ok(transfer.map(|transfer| transfer.integer("amount")).transpose()?.flatten())
}

pub(super) fn confirm(intent: PaymentIntentId, params: &Value) -> Read {
    let own = &["capture_method", "payment_method", "payment_method_data", "payment_method_options", "receipt_email"];
    let known =
        [own, CONFIRM, WITHOUT_EFFECT, &["setup_future_usage", "application_fee_amount", "shipping", "transfer_data"]];
    let fields = Fields::of(params, &known)?;
    let (choices, options) = (choices(&fields)?, confirm_options(&fields)?);
    Ok(Command::ConfirmPaymentIntent(ConfirmPaymentIntent { intent, choices, options, texts: fields.texts()? }))
}

pub(super) fn capture(intent: PaymentIntentId, params: &Value) -> Read {
    let own = &["amount_to_capture", "application_fee_amount", "final_capture", "transfer_data", "expand"];
    let fields = Fields::of(params, &[own, &["metadata", "statement_descriptor", "statement_descriptor_suffix"]])?;
    Ok(Command::CapturePaymentIntent(CapturePaymentIntent {
        intent,
        amount: fields.integer("amount_to_capture")?,
        final_capture: fields.boolean("final_capture")?,
        application_fee_amount: fields.integer("application_fee_amount")?,
        transfer_amount: transfer_amount(&fields)?,
        texts: fields.texts()?,
    }))
}

pub(super) fn cancel(intent: PaymentIntentId, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["cancellation_reason", "expand"]])?;
    let reason = fields.choice("cancellation_reason", CANCELLATION_REASONS)?;
    Ok(Command::CancelPaymentIntent { intent, reason })
}

pub(super) fn create_refund(params: &Value) -> Read {
    let own = &["amount", "charge", "payment_intent", "reason", "refund_application_fee", "reverse_transfer"];
    let fields = Fields::of(params, &[own, &["metadata", "expand"]])?;
    Ok(Command::CreateRefund(CreateRefund {
        charge: fields.id("charge", "charge")?,
        intent: fields.id("payment_intent", "payment_intent")?,
        amount: fields.integer("amount")?,
        reason: fields.choice("reason", REFUND_REASONS)?,
        refund_application_fee: fields.boolean("refund_application_fee")?.unwrap_or(false),
        reverse_transfer: fields.boolean("reverse_transfer")?.unwrap_or(false),
        texts: fields.texts()?,
    }))
}

/// Reads the older form of a refund, whose path names the charge (P16).
pub(super) fn refund_charge(charge: ChargeId, params: &Value) -> Read {
    let known = &["amount", "expand", "metadata", "reason", "refund_application_fee"];
    Fields::of(params, &[known, &["reverse_transfer"]])?;
    let mut command = create_refund(params)?;
    if let Command::CreateRefund(refund) = &mut command {
        refund.charge = Some(charge);
    }
    Ok(command)
}

pub(super) fn update_refund(refund: RefundId, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["metadata", "expand"]])?;
    Ok(Command::UpdateRefund { refund, texts: fields.texts()? })
}

pub(super) fn currency(fields: &Fields<'_>, name: &str) -> Result<Option<Currency>, Refusal> {
    fields.parsed(name, Currency::from_code, "it must be a three-letter ISO code of a supported currency.")
}

/// Reads `POST /v1/charges`.
pub(super) fn create_charge(params: &Value) -> Read {
    let own = &["amount", "application_fee_amount", "capture", "currency", "customer", "source", "transfer_data"];
    let fields = Fields::of(params, &[own, TEXTS, PAYMENT_TEXTS, &["expand"]])?;
    let amount = fields.required("amount", fields.integer("amount")?)?;
    let currency = fields.required("currency", currency(&fields, "currency")?)?;
    Ok(Command::CreateCharge(Box::new(CreateCharge {
        amount,
        currency,
        source: source(&fields, "source")?,
        customer: fields.id("customer", "customer")?,
        capture: fields.boolean("capture")?.unwrap_or(true),
        application_fee_amount: fields.integer("application_fee_amount")?,
        transfer_data: transfer_data(&fields)?,
        texts: fields.texts()?,
    })))
}

/// Reads `POST /v1/charges/:id/capture`.
pub(super) fn capture_charge(charge: ChargeId, params: &Value) -> Read {
    let own = &["amount", "application_fee_amount", "receipt_email", "statement_descriptor", "transfer_data"];
    let fields = Fields::of(params, &[own, &["expand", "statement_descriptor_suffix", "transfer_group"]])?;
    Ok(Command::CaptureCharge(CaptureCharge {
        charge,
        amount: fields.integer("amount")?,
        application_fee_amount: fields.integer("application_fee_amount")?,
        transfer_amount: transfer_amount(&fields)?,
        texts: fields.texts()?,
    }))
}

pub(super) fn method_types(fields: &Fields<'_>) -> Result<Option<MethodTypes>, Refusal> {
    let Some(items) = fields.items("payment_method_types")? else {
        return Ok(None);
    };
    let mut types = Vec::new();
    for item in items {
        let name = item.as_str().unwrap_or_default();
        let Some(found) = MethodType::from_name(name) else {
            let why = format!("'{name}' is no type of payment method, such as card, us_bank_account or sepa_debit.");
            return Err(Reason::InvalidValue(fields.param("payment_method_types"), why).into());
        };
        types.push(found);
    }
    Ok(Some(MethodTypes::of(&types)))
}

/// Reads the types of payment methods and the redirects of automatic ones (P9).
///
/// # Errors
/// Returns the refusal of automatic methods beside a list of types.
pub(super) fn method_settings(fields: &Fields<'_>) -> Result<(Option<MethodTypes>, Option<Redirects>), Refusal> {
    let types = method_types(fields)?;
    let Some(group) = fields.group("automatic_payment_methods", &[&["enabled", "allow_redirects"]])? else {
        return Ok((types, None));
    };
    let redirects = group.choice("allow_redirects", &[("always", Redirects::Always), ("never", Redirects::Never)])?;
    if !group.required("enabled", group.boolean("enabled")?)? {
        return Ok((types.or(Some(MethodTypes::CARD)), None));
    }
    fields.only_one("payment_method_types", "automatic_payment_methods")?;
    Ok((None, redirects.or(Some(Redirects::Always))))
}

/// Reads the required `destination`: an account. Any text that names none is refused as an unknown one (P15).
pub(super) fn destination(fields: &Fields<'_>) -> Result<AccountId, Refusal> {
    let text = fields.required("destination", fields.text("destination")?)?;
    text.parse().map_err(|_| Reason::UnknownDestination(fields.param("destination")).into())
}

pub(super) fn transfer_data(fields: &Fields<'_>) -> Result<Option<TransferTerms>, Refusal> {
    let Some(group) = fields.group("transfer_data", &[&["destination", "amount"]])? else {
        return Ok(None);
    };
    let destination = destination(&group)?;
    Ok(Some(TransferTerms { destination, amount: group.integer("amount")? }))
}

#[derive(Default)]
pub(super) struct CardOptions {
    pub capture_manual: Option<bool>,
    pub request_multicapture: Option<bool>,
}

/// Reads `payment_method_options[card]`; its `capture_method` accepts only `manual` (VOC-10).
pub(super) fn card_options(fields: &Fields<'_>) -> Result<CardOptions, Refusal> {
    let groups = &["card", "us_bank_account"];
    let Some(options) = fields.group("payment_method_options", &[groups])? else {
        return Ok(CardOptions::default());
    };
    if options.is_cleared("card") {
        return Ok(CardOptions { capture_manual: Some(false), request_multicapture: Some(false) });
    }
    options.unless_cleared("us_bank_account", |options, name| options.group(name, &[]))?;
    let known = &["capture_method", "request_multicapture"];
    let Some(card) = options.group("card", &[known])? else {
        return Ok(CardOptions::default());
    };
    let manual = card.unless_cleared("capture_method", |card, name| card.choice(name, &[("manual", true)]))?;
    let capture_manual = manual.or_else(|| card.is_cleared("capture_method").then_some(false));
    let request_multicapture = card.choice("request_multicapture", &[("if_available", true), ("never", false)])?;
    Ok(CardOptions { capture_manual, request_multicapture })
}

pub(super) fn confirm_options(fields: &Fields<'_>) -> Result<ConfirmOptions, Refusal> {
    let off_session = match fields.text("off_session")?.as_deref() {
        Some("one_off" | "recurring") => true,
        _ => fields.boolean("off_session")?.unwrap_or(false),
    };
    Ok(ConfirmOptions {
        off_session,
        error_on_requires_action: fields.boolean("error_on_requires_action")?.unwrap_or(false),
        return_url: fields.text("return_url")?.map(Arc::from),
    })
}
