//! SetupIntents, Checkout Sessions, Customers and PaymentMethods as JSON.

use super::payments::{automatic_methods, last_error, next_action, status_name};
use super::{id, maybe_id, metadata, money, put, without_nulls};
use crate::money::Money;
use crate::objects::{
    CheckoutSession, Customer, LineItem, MethodTypes, PaymentMethod, SessionMode, SessionStatus, SetupIntent, UiMode,
};
use crate::test_methods::{MethodType, TestMethodRow};
use crate::version::{ApiVersion, Feature};
use serde_json::{Value, json};

pub(super) fn setup_intent(intent: &SetupIntent, version: ApiVersion) -> Value {
    let texts = intent.texts.as_deref();
    let types: Vec<&str> = intent.method_types.offered(texts).iter().map(MethodType::name).collect();
    json!({
        "id": id(intent.id),
        "object": "setup_intent",
        "allowed_payment_method_types": null,
        "application": null,
        "automatic_payment_methods": intent.automatic_methods.map(automatic_methods),
        "cancellation_reason": intent.cancellation_reason.map(crate::objects::CancellationReason::name),
        "client_secret": format!("{}_secret_{:016x}", intent.id, intent.secret),
        "created": intent.created.seconds(),
        "customer": maybe_id(intent.customer),
        "description": texts.and_then(|texts| texts.description.clone()),
        "excluded_payment_method_types": null,
        "flow_directions": null,
        "last_setup_error": intent.last_error.as_ref().map(last_error),
        "latest_attempt": maybe_id(intent.latest_attempt),
        "livemode": false,
        "mandate": null,
        "metadata": metadata(texts),
        "next_action": intent.next_action.as_ref().map(|action| next_action(action, intent.id, intent.secret, intent.created)),
        "on_behalf_of": maybe_id(texts.and_then(|texts| texts.on_behalf_of)),
        "payment_method": maybe_id(intent.method),
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": types,
        "single_use_mandate": null,
        "status": status_name(intent.status.name(), version),
        "usage": intent.usage.name(),
    })
}

pub(super) fn checkout_session(session: &CheckoutSession, version: ApiVersion) -> Value {
    let address = format!("/c/pay/{}?key={:016x}", session.id, session.secret);
    let (open, hosted) = (session.status == SessionStatus::Open, session.ui_mode == UiMode::Hosted);
    let secret = format!("{}_secret_{:016x}", session.id, session.secret);
    let shipped = session.shipping.first().map_or(0, |first| first.amount.minor());
    let shown = json!({
        "id": id(session.id),
        "object": "checkout.session",
        "adaptive_pricing": null,
        "after_expiration": null,
        "allow_promotion_codes": null,
        "allowed_payment_method_types": null,
        "amount_subtotal": session.amount_total.map(|total| total.minor().saturating_sub(shipped)),
        "amount_total": session.amount_total.map(Money::minor),
        "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "billing_address_collection": null,
        "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id,
        "client_secret": (!hosted).then_some(secret),
        "collected_information": null,
        "consent": null,
        "consent_collection": null,
        "created": session.created.seconds(),
        "currency": session.currency.map(crate::Currency::code),
        "currency_conversion": null,
        "custom_fields": [],
        "custom_text": { "after_submit": null, "shipping_address": null, "submit": null,
            "terms_of_service_acceptance": null },
        "customer": maybe_id(session.customer),
        "customer_account": null,
        "customer_creation": null,
        "customer_details": session.customer_email.as_ref().map(|email| json!({
            "address": null, "business_name": null, "email": email, "individual_name": null, "name": null,
            "phone": null, "tax_exempt": "none", "tax_ids": null,
        })),
        "customer_email": session.customer_email,
        "discounts": null,
        "expires_at": session.expires_at.seconds(),
        "integration_identifier": null,
        "invoice": null,
        "invoice_creation": null,
        "livemode": false,
        "locale": null,
        "managed_payments": null,
        "metadata": metadata(session.texts.as_deref()),
        "mode": match session.mode { SessionMode::Payment => "payment", SessionMode::Setup => "setup" },
        "origin_context": null,
        "payment_intent": maybe_id(session.payment_intent),
        "payment_link": null,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": session_types(session),
        "payment_status": session.payment_status.name(),
        "permissions": null,
        "phone_number_collection": { "enabled": false },
        "recovered_from": null,
        "return_url": session.return_url,
        "saved_payment_method_options": null,
        "setup_intent": maybe_id(session.setup_intent),
        "shipping_address_collection": null,
        "shipping_cost": shipping_cost(session),
        "shipping_options": shipping_options(session),
        "status": session.status.name(),
        "submit_type": null,
        "subscription": null,
        "success_url": session.success_url,
        "total_details": { "amount_discount": 0, "amount_shipping": shipped, "amount_tax": 0 },
        "ui_mode": ui_mode(session.ui_mode, version),
        "url": (open && hosted).then_some(address),
        "wallet_options": null,
    });
    without_nulls(shown, &["return_url"])
}

/// Returns the way of shipping that is part of a session's sum.
fn shipping_cost(session: &CheckoutSession) -> Option<Value> {
    session.shipping.first().map(|first| {
        json!({ "amount_subtotal": money(first.amount), "amount_tax": 0, "amount_total": money(first.amount),
            "shipping_rate": id(first.rate) })
    })
}

fn shipping_options(session: &CheckoutSession) -> Vec<Value> {
    let shown = |option: &crate::objects::ShippingOption| json!({ "shipping_amount": money(option.amount), "shipping_rate": id(option.rate) });
    session.shipping.iter().map(shown).collect()
}

/// Returns the names of the types of methods that the request names, or cards, without those that it excludes.
fn session_types(session: &CheckoutSession) -> Vec<&'static str> {
    let types = session.terms.method_types.unwrap_or(MethodTypes::CARD);
    types.offered(session.texts.as_deref()).iter().map(MethodType::name).collect()
}

const fn ui_mode_names(mode: UiMode) -> (&'static str, &'static str) {
    match mode {
        UiMode::Hosted => ("hosted_page", "hosted"),
        UiMode::Embedded => ("embedded_page", "embedded"),
        UiMode::Elements => ("elements", "custom"),
    }
}

fn ui_mode(mode: UiMode, version: ApiVersion) -> &'static str {
    let (new, old) = ui_mode_names(mode);
    if version.has(Feature::PageUiModes) { new } else { old }
}

pub(super) fn customer(customer: &Customer) -> Value {
    if customer.deleted {
        return json!({ "id": id(customer.id), "object": "customer", "deleted": true });
    }
    json!({
        "id": id(customer.id),
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": customer.created.seconds(),
        "currency": null,
        "default_source": maybe_id(customer.default_source),
        "delinquent": false,
        "description": customer.texts.as_deref().and_then(|texts| texts.description.clone()),
        "email": customer.email,
        "invoice_prefix": null,
        "invoice_settings": { "custom_fields": null, "default_payment_method": maybe_id(customer.default_method), "footer": null,
            "rendering_options": null },
        "livemode": false,
        "metadata": metadata(customer.texts.as_deref()),
        "name": customer.name,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    })
}

pub(super) fn payment_method(method: &PaymentMethod) -> Value {
    let row = method.test_method.row();
    let last4 = row.last4();
    let details = match row.method_type {
        MethodType::Card => json!({
            "brand": row.network.map(crate::Network::name), "checks": card_checks(&row, "unchecked"), "country": row.country, "exp_month": method.expiry.map_or(12, |expiry| expiry.month),
            "exp_year": method.expiry.map_or(2034, |expiry| expiry.year), "fingerprint": format!("fp_{}", row.token), "funding": row.funding, "last4": last4,
            "display_brand": row.network.map(crate::Network::name), "generated_from": null,
            "regulated_status": "unregulated",
            "networks": { "available": [row.network.map(crate::Network::name)], "preferred": null },
            "three_d_secure_usage": { "supported": true }, "wallet": null,
        }),
        MethodType::UsBankAccount => json!({
            "account_holder_type": "individual", "account_type": "checking", "bank_name": "TEST BANK",
            "financial_connections_account": null, "fingerprint": null, "last4": last4, "networks": null,
            "routing_number": "110000000", "status_details": null,
        }),
        MethodType::BankTransfer | MethodType::Other(_) => json!({}),
        MethodType::SepaDebit => json!({ "bank_code": null, "branch_code": null, "country": "AT", "fingerprint": null,
            "generated_from": null, "last4": last4 }),
    };
    let mut shown = json!({
        "id": id(method.id),
        "object": "payment_method",
        "billing_details": { "address": super::address(&crate::objects::Address::default()), "email": null, "name": null, "phone": null, "tax_id": null },
        "created": method.created.seconds(),
        "customer": maybe_id(method.customer),
        "customer_account": null,
        "livemode": false,
        "metadata": metadata(method.texts.as_deref()),
        "type": row.method_type.name(),
    });
    put(&mut shown, row.method_type.name(), details);
    shown
}

/// Returns the checks of a card's data. If no check of the card fails, the check of its CVC has the result `cvc` (P18, P28).
pub(super) fn card_checks(row: &TestMethodRow, cvc: &str) -> Value {
    let [line1, postal_code, cvc] = row.failed_check.map_or([None, None, Some(cvc)], |check| check.results().map(Some));
    json!({ "address_line1_check": line1, "address_postal_code_check": postal_code, "cvc_check": cvc })
}

/// Returns the product of an inline price, which no list shows; `None` for a stored product.
#[must_use]
pub fn inline_product(session: &CheckoutSession, item: &LineItem, number: usize) -> Option<Value> {
    let is_inline = item.product.is_none() && item.price.is_none();
    is_inline.then(|| {
        json!({ "id": format!("prod_{}_{number}", session.id), "object": "product", "active": false, "attributes": [],
            "created": session.created.seconds(), "default_price": null, "description": null, "images": [],
            "livemode": false, "marketing_features": [], "metadata": {}, "name": item.name, "package_dimensions": null,
            "shippable": null, "statement_descriptor": null, "tax_code": null, "type": "service", "unit_label": null,
            "updated": session.created.seconds(), "url": null })
    })
}

/// Returns the list of a session's line items.
#[must_use]
pub fn line_items(session: &CheckoutSession) -> Value {
    let currency = session.currency.map(crate::Currency::code);
    let items = session.line_items.iter().zip(1_u32..).map(|(item, number)| {
        let total = item.unit_amount.minor().saturating_mul(item.quantity);
        json!({ "id": format!("li_{}_{number}", session.id), "object": "item", "adjustable_quantity": null,
            "amount_discount": 0, "amount_subtotal": total, "amount_tax": 0, "amount_total": total,
            "currency": currency, "description": item.name, "metadata": {}, "price": price(session, item, number),
            "quantity": item.quantity })
    });
    let given =
        session.line_items.iter().map(|item| item.given.as_deref().and_then(|text| serde_json::from_str(text).ok()));
    let items = items.zip(given).map(|(mut shown, given): (Value, Option<Value>)| {
        for (name, value) in given.as_ref().and_then(Value::as_object).into_iter().flatten() {
            put(&mut shown, name, value.clone());
        }
        shown
    });
    super::list(items.collect(), false, &format!("/v1/checkout/sessions/{}/line_items", session.id))
}

/// Returns the price of a line item: a stored one, or an inline one, which no list shows.
fn price(session: &CheckoutSession, item: &LineItem, number: u32) -> Value {
    if let Some(price) = &item.price {
        return super::stored_data::price(price);
    }
    let product = item.product.map_or_else(|| format!("prod_{}_{number}", session.id), |product| product.to_string());
    json!({ "id": format!("price_{}_{number}", session.id), "object": "price", "active": false,
        "billing_scheme": "per_unit", "created": session.created.seconds(),
        "currency": session.currency.map(crate::Currency::code), "custom_unit_amount": null, "livemode": false,
        "lookup_key": null, "metadata": {}, "nickname": null, "product": product,
        "recurring": null, "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null,
        "type": "one_time", "unit_amount": money(item.unit_amount),
        "unit_amount_decimal": item.unit_amount.minor().to_string() })
}
