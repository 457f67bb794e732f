//! SetupIntents, Checkout Sessions, Customers and PaymentMethods as JSON.

use super::payments::{last_error, next_action, status_name};
use super::{id, maybe_id, metadata, money, put};
use crate::money::Money;
use crate::objects::{CheckoutSession, Customer, PaymentMethod, SessionMode, SessionStatus, SetupIntent, UiMode};
use crate::test_methods::MethodType;
use crate::version::{ApiVersion, Feature};
use serde_json::{Value, json};

pub(super) fn setup_intent(intent: &SetupIntent, version: ApiVersion) -> Value {
    let texts = intent.texts.as_deref();
    let types: Vec<&str> = intent.method_types.iter().map(MethodType::name).collect();
    json!({
        "id": id(intent.id),
        "object": "setup_intent",
        "application": null,
        "automatic_payment_methods": null,
        "cancellation_reason": intent.cancellation_reason.map(crate::objects::CancellationReason::name),
        "client_secret": format!("{}_secret_{:016x}", intent.id, intent.secret),
        "created": intent.created.seconds(),
        "customer": maybe_id(intent.customer),
        "description": texts.and_then(|texts| texts.description.clone()),
        "flow_directions": null,
        "last_setup_error": intent.last_error.map(|error| last_error(&error)),
        "latest_attempt": null,
        "livemode": false,
        "mandate": null,
        "metadata": metadata(texts),
        "next_action": intent.next_action.map(|action| next_action(action, intent.id, intent.secret)),
        "on_behalf_of": null,
        "payment_method": maybe_id(intent.method),
        "payment_method_options": {},
        "payment_method_types": types,
        "single_use_mandate": null,
        "status": status_name(intent.status.name(), version),
        "usage": intent.usage.name(),
    })
}

pub(super) fn checkout_session(session: &CheckoutSession, version: ApiVersion) -> Value {
    let address = format!("/c/pay/{}?key={:016x}", session.id, session.secret);
    let open = session.status == SessionStatus::Open;
    let hosted = session.ui_mode == UiMode::Hosted;
    let secret = format!("{}_secret_{:016x}", session.id, session.secret);
    json!({
        "id": id(session.id),
        "object": "checkout.session",
        "after_expiration": null,
        "allow_promotion_codes": null,
        "amount_subtotal": session.amount_total.map(Money::minor),
        "amount_total": session.amount_total.map(Money::minor),
        "automatic_tax": { "enabled": false, "liability": null, "status": null },
        "billing_address_collection": null,
        "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id,
        "client_secret": (!hosted).then_some(secret),
        "consent": null,
        "consent_collection": null,
        "created": session.created.seconds(),
        "currency": session.currency.map(crate::Currency::code),
        "currency_conversion": null,
        "custom_fields": [],
        "custom_text": {},
        "customer": maybe_id(session.customer),
        "customer_creation": null,
        "customer_details": session.customer_email.as_ref().map(|email| json!({
            "address": null, "email": email, "name": null, "phone": null, "tax_exempt": "none", "tax_ids": null,
        })),
        "customer_email": session.customer_email,
        "expires_at": session.expires_at.seconds(),
        "invoice": null,
        "livemode": false,
        "locale": null,
        "metadata": metadata(session.texts.as_deref()),
        "mode": match session.mode { SessionMode::Payment => "payment", SessionMode::Setup => "setup" },
        "payment_intent": maybe_id(session.payment_intent),
        "payment_link": null,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": session.payment_status.name(),
        "phone_number_collection": { "enabled": false },
        "recovered_from": null,
        "return_url": session.return_url,
        "setup_intent": maybe_id(session.setup_intent),
        "shipping_address_collection": null,
        "shipping_cost": null,
        "shipping_options": [],
        "status": session.status.name(),
        "submit_type": null,
        "subscription": null,
        "success_url": session.success_url,
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
        "ui_mode": ui_mode(session.ui_mode, version),
        "url": (open && hosted).then_some(address),
    })
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
    json!({
        "id": id(customer.id),
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": customer.created.seconds(),
        "currency": null,
        "default_source": null,
        "delinquent": false,
        "description": customer.texts.as_deref().and_then(|texts| texts.description.clone()),
        "email": customer.email,
        "invoice_prefix": null,
        "invoice_settings": { "custom_fields": null, "default_payment_method": null, "footer": null,
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
    let last4: String = row.number.chars().skip(row.number.len().saturating_sub(4)).collect();
    let details = match row.method_type {
        MethodType::Card => json!({
            "brand": row.network.map(crate::Network::name), "checks": null, "country": "US", "exp_month": 12,
            "exp_year": 2034, "fingerprint": format!("fp_{}", row.token), "funding": "credit", "last4": last4,
            "networks": { "available": [row.network.map(crate::Network::name)], "preferred": null },
            "three_d_secure_usage": { "supported": true }, "wallet": null,
        }),
        MethodType::UsBankAccount => json!({
            "account_holder_type": "individual", "account_type": "checking", "bank_name": "TEST BANK",
            "last4": last4, "routing_number": "110000000",
        }),
        MethodType::SepaDebit => json!({ "bank_code": null, "country": "AT", "last4": last4 }),
    };
    let mut shown = json!({
        "id": id(method.id),
        "object": "payment_method",
        "billing_details": { "address": null, "email": null, "name": null, "phone": null, "tax_id": null },
        "created": method.created.seconds(),
        "customer": maybe_id(method.customer),
        "livemode": false,
        "metadata": metadata(method.texts.as_deref()),
        "type": row.method_type.name(),
    });
    put(&mut shown, row.method_type.name(), details);
    shown
}

/// The line items of a session, as their own list.
#[must_use]
pub fn line_items(session: &CheckoutSession) -> Value {
    let currency = session.currency.map(crate::Currency::code);
    let items = session.line_items.iter().map(|item| {
        let total = item.unit_amount.minor().saturating_mul(item.quantity);
        json!({ "object": "item", "description": item.name, "currency": currency, "quantity": item.quantity,
            "amount_subtotal": total, "amount_total": total,
            "price": { "object": "price", "currency": currency, "unit_amount": money(item.unit_amount) } })
    });
    super::list(items.collect(), &format!("/v1/checkout/sessions/{}/line_items", session.id))
}
