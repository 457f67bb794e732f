//! The parameters of SetupIntents, Checkout Sessions, Customers and PaymentMethods.

use super::Read;
use super::fields::{Fields, TEXTS};
use super::methods::{made, method, source};
use super::payments::{
    CAPTURE_METHODS, PAYMENT_TEXTS, USAGES, card_options, confirm_options, currency, method_settings, method_types,
    transfer_data,
};
use crate::command::{
    Command, ConfirmSetupIntent, CreateCheckoutSession, CreateSetupIntent, CustomerFields, ItemPrice, LineItemTerms,
    MethodRef, Microdeposits, TextsChange, UpdateSetupIntent,
};
use crate::objects::{CancellationReason, MethodTypes, SessionMode, UiMode, Usage};
use crate::refusal::{Reason, Refusal};
use crate::test_methods::{MethodType, TestMethod};
use crate::{CustomerId, PaymentMethodId, SetupIntentId};
use serde_json::{Map, Value, json};

const UI_MODES: &[(&str, UiMode)] = &[
    ("hosted_page", UiMode::Hosted),
    ("hosted", UiMode::Hosted),
    ("embedded_page", UiMode::Embedded),
    ("embedded", UiMode::Embedded),
    ("elements", UiMode::Elements),
    ("custom", UiMode::Elements),
];

const SETUP: &[&str] = &[
    "customer",
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "description",
    "expand",
    "metadata",
];

/// The reasons for canceling a SetupIntent; `fraudulent` is not among them (VOC-1).
const REASONS: &[(&str, CancellationReason)] = &[
    ("duplicate", CancellationReason::Duplicate),
    ("requested_by_customer", CancellationReason::RequestedByCustomer),
    ("abandoned", CancellationReason::Abandoned),
];

pub(super) fn create(params: &Value) -> Read {
    let own = &["automatic_payment_methods", "confirm", "mandate_data", "on_behalf_of", "return_url", "usage"];
    let fields = Fields::of(params, &[SETUP, own, &["use_stripe_sdk"]])?;
    let confirm = fields.boolean("confirm")?.unwrap_or(false);
    let (method_types, automatic_methods) = method_settings(&fields)?;
    let options = confirm_options(&fields)?;
    if !confirm && fields.has("return_url") {
        return Err(Reason::OnlyWithConfirm("return_url".into()).into());
    }
    Ok(Command::CreateSetupIntent(Box::new(CreateSetupIntent {
        method: method(&fields)?,
        method_types,
        automatic_methods,
        customer: fields.id("customer", "customer")?,
        usage: fields.choice("usage", USAGES)?.unwrap_or(Usage::OffSession),
        microdeposits: microdeposits(&fields)?.unwrap_or(false),
        confirm: confirm.then_some(options),
        texts: fields.texts()?,
    })))
}

pub(super) fn update(intent: SetupIntentId, params: &Value) -> Read {
    let fields = Fields::of(params, &[SETUP])?;
    Ok(Command::UpdateSetupIntent(Box::new(UpdateSetupIntent {
        intent,
        method: method(&fields)?,
        method_types: method_types(&fields)?,
        customer: fields.id("customer", "customer")?,
        microdeposits: microdeposits(&fields)?,
        texts: fields.texts()?,
    })))
}

pub(super) fn confirm(intent: SetupIntentId, params: &Value) -> Read {
    let own = &["payment_method", "payment_method_data", "payment_method_options", "return_url", "mandate_data"];
    let fields = Fields::of(params, &[own, &["expand", "use_stripe_sdk"]])?;
    let (method, microdeposits) = (method(&fields)?, microdeposits(&fields)?);
    Ok(Command::ConfirmSetupIntent(ConfirmSetupIntent {
        intent,
        method,
        microdeposits,
        options: confirm_options(&fields)?,
        texts: TextsChange::default(),
    }))
}

pub(super) fn cancel(intent: SetupIntentId, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["cancellation_reason", "expand"]])?;
    let reason = fields.choice("cancellation_reason", REASONS)?;
    Ok(Command::CancelSetupIntent { intent, reason })
}

pub(super) fn verify_microdeposits(intent: SetupIntentId, params: &Value) -> Read {
    Ok(Command::VerifyMicrodeposits { intent, proof: proof(params)? })
}

/// Reads the proof that the customer owns a bank account.
pub(super) fn proof(params: &Value) -> Result<Microdeposits, Refusal> {
    let fields = Fields::of(params, &[&["amounts", "descriptor_code", "expand"]])?;
    fields.only_one("amounts", "descriptor_code")?;
    if let Some(code) = fields.text("descriptor_code")? {
        return Ok(Microdeposits::Code(code));
    }
    let items = fields.required("amounts", fields.items("amounts")?)?;
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    match items.as_slice() {
        [a, b] => match (number(a), number(b)) {
            (Some(a), Some(b)) => Ok(Microdeposits::Amounts(a, b)),
            (None, _) | (_, None) => Err(Reason::NotAnInteger("amounts".into(), "not a number".to_owned()).into()),
        },
        _ => Err(Reason::InvalidValue("amounts".into(), "it must be two amounts.".to_owned()).into()),
    }
}

fn microdeposits(fields: &Fields<'_>) -> Result<Option<bool>, Refusal> {
    let groups = &["card", "us_bank_account"];
    let Some(options) = fields.group("payment_method_options", &[groups])? else {
        return Ok(None);
    };
    options.unless_cleared("card", |options, name| options.group(name, &[]))?;
    let known: &[&[&str]] = &[&["verification_method"]];
    let Some(bank) = options.unless_cleared("us_bank_account", |options, name| options.group(name, known))? else {
        return Ok(None);
    };
    bank.choice("verification_method", &[("microdeposits", true), ("automatic", false), ("instant", false)])
}

pub(super) fn create_session(params: &Value) -> Read {
    let own = &["cancel_url", "client_reference_id", "currency", "customer", "customer_email", "expand", "expires_at"];
    let more = &["line_items", "metadata", "mode", "payment_intent_data", "payment_method_options", "return_url"];
    let rest = &["payment_method_types", "success_url", "ui_mode", "setup_intent_data"];
    let fields = Fields::of(params, &[own, more, rest])?;
    let modes = &[("payment", SessionMode::Payment), ("setup", SessionMode::Setup)];
    let mode = fields.required("mode", fields.choice("mode", modes)?)?;
    let ui_mode = fields.choice("ui_mode", UI_MODES)?.unwrap_or(UiMode::Hosted);
    fields.only_one("customer", "customer_email")?;
    let (other, its_mode) = match mode {
        SessionMode::Payment => ("setup_intent_data", "setup"),
        SessionMode::Setup => ("payment_intent_data", "payment"),
    };
    if fields.has(other) {
        return Err(Reason::InvalidValue(fields.param(other), format!("it needs mode={its_mode}.")).into());
    }
    let card = card_options(&fields)?;
    let mut session = CreateCheckoutSession {
        line_items: line_items(&fields)?,
        currency: currency(&fields, "currency")?,
        success_url: fields.text("success_url")?,
        cancel_url: fields.text("cancel_url")?,
        return_url: fields.text("return_url")?,
        client_reference_id: fields.text("client_reference_id")?,
        customer: fields.id("customer", "customer")?,
        customer_email: fields.text("customer_email")?,
        expires_at: fields.integer("expires_at")?,
        method_types: page_types(&fields)?,
        request_multicapture: card.request_multicapture.unwrap_or(false),
        texts: fields.texts()?,
        ..CreateCheckoutSession::new(mode, ui_mode)
    };
    let data = &["application_fee_amount", "capture_method", "setup_future_usage", "transfer_data"];
    if let Some(data) = fields.group("payment_intent_data", &[data, TEXTS, PAYMENT_TEXTS])? {
        session.intent_texts = data.texts()?;
        session.capture_method = data.choice("capture_method", CAPTURE_METHODS)?;
        session.setup_future_usage = data.choice("setup_future_usage", USAGES)?;
        session.application_fee_amount = data.integer("application_fee_amount")?;
        session.transfer_data = transfer_data(&data)?;
    }
    if card.capture_manual == Some(true) {
        // Cards are held, whatever `payment_intent_data` says of the other types (VOC-10).
        session.intent_texts.give(&json!({ "payment_method_options": { "card": { "capture_method": "manual" } } }));
    }
    if let Some(data) = fields.group("setup_intent_data", &[&["description", "metadata", "on_behalf_of"]])? {
        session.intent_texts = data.texts()?;
    }
    Ok(Command::CreateCheckoutSession(Box::new(session)))
}

/// Reads the payment method types of a session. The page takes only types with test methods.
fn page_types(fields: &Fields<'_>) -> Result<Option<MethodTypes>, Refusal> {
    let types = method_types(fields)?;
    if types.is_some_and(|types| types.iter().any(|method_type| matches!(method_type, MethodType::Other(_)))) {
        let why = "this engine's page takes card, us_bank_account, sepa_debit and customer_balance only.".to_owned();
        return Err(Reason::InvalidValue(fields.param("payment_method_types"), why).into());
    }
    Ok(types)
}

fn line_items(fields: &Fields<'_>) -> Result<Vec<LineItemTerms>, Refusal> {
    let items = fields.items("line_items")?.unwrap_or_default();
    items.into_iter().enumerate().map(|(index, value)| line_item(index, value)).collect()
}

fn line_item(index: usize, value: &Value) -> Result<LineItemTerms, Refusal> {
    let known = &["adjustable_quantity", "metadata", "price", "price_data", "quantity"];
    let item = Fields::item("line_items", index, value, &[known])?;
    item.only_one("price", "price_data")?;
    let given = ["adjustable_quantity", "metadata"].map(|name| (name.to_owned(), item.sent(name).cloned()));
    let given: Map<String, Value> = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let given = Some(given).filter(|given| !given.is_empty()).map(|given| Value::Object(typed(given)).to_string());
    let quantity = item.integer("quantity")?.unwrap_or(1);
    if let Some(price) = item.id("price", "price")? {
        return Ok(LineItemTerms { price: ItemPrice::Stored(price), quantity, given });
    }
    let known = &["currency", "product", "product_data", "unit_amount", "unit_amount_decimal", "tax_behavior"];
    let price = item.required("price_data", item.group("price_data", &[known])?)?;
    price.only_one("product", "product_data")?;
    price.only_one("unit_amount", "unit_amount_decimal")?;
    let unit_amount = price.integer("unit_amount")?.or(price.whole_decimal("unit_amount_decimal")?);
    let (currency, product) = (currency(&price, "currency")?, price.id("product", "product")?);
    let name = if product.is_some() { None } else { Some(product_name(&price)?) };
    let currency = price.required("currency", currency)?;
    let unit_amount = price.required("unit_amount", unit_amount)?;
    Ok(LineItemTerms { price: ItemPrice::Inline { name, product, currency, unit_amount }, quantity, given })
}

/// Returns the given parts of a line item with numbers and flags in place of their texts.
fn typed(given: Map<String, Value>) -> Map<String, Value> {
    let of = |(name, value): (String, Value)| {
        let number = || value.as_str().and_then(|text| text.parse::<i64>().ok());
        let typed = match name.as_str() {
            "adjustable_quantity" => value.as_object().map(|inner| Value::Object(typed(inner.clone()))),
            "maximum" | "minimum" => number().map(Value::from),
            "enabled" => value.as_str().map(|text| Value::Bool(text == "true")),
            _ => None,
        };
        (name, typed.unwrap_or(value))
    };
    given.into_iter().map(of).collect()
}

/// Reads `product_data[name]`.
fn product_name(price: &Fields<'_>) -> Result<String, Refusal> {
    let known = &["name", "description", "images", "metadata", "tax_code", "tax_details", "unit_label"];
    let product = price.required("product_data", price.group("product_data", &[known])?)?;
    product.required("name", product.text("name")?)
}

/// The parameters of a customer at creation and later.
const CUSTOMER: &[&str] = &["name", "email", "description", "metadata", "expand", "invoice_settings"];

pub(super) fn create_customer(params: &Value) -> Read {
    let fields = Fields::of(params, &[CUSTOMER, &["payment_method", "source"]])?;
    Ok(Command::CreateCustomer { fields: customer_fields(&fields)?, method: method(&fields)? })
}

pub(super) fn update_customer(customer: CustomerId, params: &Value) -> Read {
    let fields = Fields::of(params, &[CUSTOMER, &["default_source", "source"]])?;
    Ok(Command::UpdateCustomer { customer, fields: customer_fields(&fields)? })
}

fn customer_fields(fields: &Fields<'_>) -> Result<CustomerFields, Refusal> {
    let settings = fields.group("invoice_settings", &[&["default_payment_method"]])?;
    let default = settings.as_ref().map(|settings| {
        let id =
            settings.unless_cleared("default_payment_method", |settings, name| settings.id(name, "PaymentMethod"))?;
        Ok::<_, Refusal>(id.map(Some).or_else(|| settings.is_cleared("default_payment_method").then_some(None)))
    });
    Ok(CustomerFields {
        name: fields.clearable("name", 256)?,
        email: fields.clearable("email", 512)?,
        default_method: default.transpose()?.flatten(),
        source: source(fields, "source")?,
        default_source: fields.id("default_source", "source")?,
        texts: fields.texts()?,
    })
}

pub(super) fn create_method(params: &Value) -> Read {
    let known = &["type", "card", "us_bank_account", "sepa_debit", "metadata", "expand"];
    let fields = Fields::of(params, &[known, &["customer", "payment_method"]])?;
    for data in ["type", "card", "us_bank_account", "sepa_debit"] {
        fields.only_one("payment_method", data)?;
    }
    if let Some(method) = fields.id("payment_method", "PaymentMethod")? {
        return Ok(Command::ClonePaymentMethod { method, customer: fields.id("customer", "customer")? });
    }
    Ok(Command::CreatePaymentMethod { method: made(&fields)?, texts: fields.texts()? })
}

pub(super) fn attach(method: &str, params: &Value) -> Read {
    let fields = Fields::of(params, &[&["customer", "expand"]])?;
    let customer = fields.required("customer", fields.id("customer", "customer")?)?;
    let method = match TestMethod::from_token(method) {
        Some(test) => MethodRef::Test(test),
        None => MethodRef::Saved(super::fields::read_id(method, "PaymentMethod", "payment_method".into())?),
    };
    Ok(Command::AttachPaymentMethod { method, customer })
}

pub(super) fn detach(method: PaymentMethodId, params: &Value) -> Read {
    Fields::of(params, &[&["expand"]])?;
    Ok(Command::DetachPaymentMethod { method })
}
