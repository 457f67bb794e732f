//! Products, prices, external accounts, persons, tax ids, tokens and attempts of setups as JSON.

use super::payments::last_error;
use super::{id, maybe_id, metadata, put};
use crate::objects::{
    Account, ExternalAccount, Person, Price, Product, SetupAttempt, ShippingRate, SourceToken, StoredData, TaxId, Texts,
};
use crate::test_methods::MethodType;
use crate::{Kind, Network};
use serde_json::{Map, Value, json};
use std::fmt::Display;

/// Returns the fields of an object that is stored as data: the given ones in place of the defaults.
fn data<I: Display + Copy>(object: &StoredData<I>, name: &str, defaults: Value) -> Value {
    if object.deleted {
        return json!({ "id": id(object.id), "object": name, "deleted": true });
    }
    let mut shown = json!({ "id": id(object.id), "object": name, "livemode": false,
        "metadata": metadata(object.texts.as_deref()) });
    replace(&mut shown, defaults);
    replace(&mut shown, given(object.texts.as_deref()));
    shown
}

fn given(texts: Option<&Texts>) -> Value {
    Value::Object(texts.map(Texts::given_map).unwrap_or_default())
}

/// Sets every value of `change` in `shown`, group by group.
fn replace(shown: &mut Value, change: Value) {
    match (shown, change) {
        (Value::Object(shown), Value::Object(change)) => {
            for (name, inner) in change {
                replace(shown.entry(name).or_insert(Value::Null), inner);
            }
        }
        (shown, change) => *shown = change,
    }
}

pub(super) fn product(product: &Product) -> Value {
    let created = product.created.seconds();
    data(
        product,
        "product",
        json!({
            "active": true, "attributes": [], "created": created, "default_price": null, "description": null,
            "images": [], "marketing_features": [], "name": null, "package_dimensions": null, "shippable": null,
            "statement_descriptor": null, "tax_code": null, "type": "service", "unit_label": null, "updated": created,
            "url": null,
        }),
    )
}

pub(crate) fn price(price: &Price) -> Value {
    let recurring = price.given("recurring");
    let mut shown = data(
        price,
        "price",
        json!({
            "active": true, "billing_scheme": "per_unit", "created": price.created.seconds(), "currency": null,
            "custom_unit_amount": null, "lookup_key": null, "nickname": null, "product": maybe_id(price.owner),
            "recurring": null, "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null,
            "type": if recurring.is_some() { "recurring" } else { "one_time" }, "unit_amount": null,
            "unit_amount_decimal": null,
        }),
    );
    if let Some(recurring) = recurring {
        let mut terms = json!({ "interval": null, "interval_count": 1, "meter": null, "trial_period_days": null,
            "usage_type": "licensed" });
        replace(&mut terms, recurring);
        put(&mut shown, "recurring", terms);
    }
    shown
}

pub(super) fn shipping_rate(rate: &ShippingRate) -> Value {
    data(
        rate,
        "shipping_rate",
        json!({
            "active": true, "created": rate.created.seconds(), "delivery_estimate": null, "display_name": null,
            "fixed_amount": null, "tax_behavior": "unspecified", "tax_code": null, "type": "fixed_amount",
        }),
    )
}

pub(super) fn external_account(account: &ExternalAccount) -> Value {
    let is_card = account.given("object").is_some_and(|object| object == "card");
    let requirements = json!({ "currently_due": [], "errors": [], "past_due": [], "pending_verification": [] });
    let common = json!({ "account": maybe_id(account.owner), "available_payout_methods": ["standard"],
        "country": "US", "currency": "usd", "default_for_currency": false });
    let mut defaults = if is_card {
        json!({
            "address_city": null, "address_country": null, "address_line1": null, "address_line1_check": null,
            "address_line2": null, "address_state": null, "address_zip": null, "address_zip_check": null,
            "brand": "Visa", "cvc_check": "pass", "dynamic_last4": null, "exp_month": 12, "exp_year": 2034,
            "fingerprint": id(account.id), "funding": "debit", "last4": "5556", "name": null, "tokenization_method": null,
        })
    } else {
        json!({
            "account_holder_name": null, "account_holder_type": null, "account_type": null,
            "bank_name": "STRIPE TEST BANK", "fingerprint": id(account.id), "future_requirements": requirements,
            "last4": "6789", "requirements": requirements, "routing_number": null, "status": "new",
        })
    };
    replace(&mut defaults, common);
    let mut shown = data(account, if is_card { "card" } else { "bank_account" }, defaults);
    if let Value::Object(map) = &mut shown {
        map.remove("livemode");
    }
    shown
}

pub(super) fn person(person: &Person) -> Value {
    let requirements = requirements(false);
    data(
        person,
        "person",
        json!({
            "account": maybe_id(person.owner), "additional_tos_acceptances": {}, "address": null,
            "created": person.created.seconds(), "dob": { "day": null, "month": null, "year": null }, "email": null,
            "first_name": null, "future_requirements": requirements, "id_number_provided": false, "last_name": null,
            "phone": null,
            "relationship": { "authorizer": false, "director": false, "executive": false, "legal_guardian": false,
                "owner": false, "percent_ownership": null, "representative": false, "title": null },
            "requirements": requirements, "ssn_last_4_provided": false,
            "verification": { "additional_document": { "back": null, "details": null, "details_code": null,
                "front": null }, "details": null, "details_code": null, "document": { "back": null, "details": null,
                "details_code": null, "front": null }, "status": "unverified" },
        }),
    )
}

pub(super) fn tax_id(tax_id: &TaxId) -> Value {
    let country = tax_id.given("value").and_then(|value| Some(value.as_str()?.get(..2)?.to_owned()));
    let is_letters = |text: &String| text.bytes().all(|letter| letter.is_ascii_uppercase());
    data(
        tax_id,
        "tax_id",
        json!({
            "country": country.filter(is_letters), "created": tax_id.created.seconds(),
            "customer": maybe_id(tax_id.owner), "customer_account": null,
            "owner": { "customer": maybe_id(tax_id.owner), "type": "customer" },
            "verification": { "status": "pending", "verified_address": null, "verified_name": null },
        }),
    )
}

pub(super) fn token(token: &SourceToken) -> Value {
    let given = token.texts.as_deref().map(Texts::given_map).unwrap_or_default();
    let mut shown = json!({
        "id": id(token.id), "object": "token", "client_ip": null, "created": token.created.seconds(),
        "livemode": false, "type": "card", "used": token.used,
    });
    if let Some(method) = token.test_method {
        let row = method.row();
        let mut card = json!({
            "id": format!("card_{}", token.id), "object": "card", "address_city": null, "address_country": null,
            "address_line1": null, "address_line1_check": null, "address_line2": null, "address_state": null,
            "address_zip": null, "address_zip_check": null, "brand": brand(row.network), "country": row.country,
            "cvc_check": "unchecked", "dynamic_last4": null, "exp_month": token.expiry.map_or(12, |expiry| expiry.month),
            "exp_year": token.expiry.map_or(2034, |expiry| expiry.year), "fingerprint": format!("fp_{}", row.token),
            "funding": row.funding, "last4": row.last4(), "metadata": {}, "name": null, "networks": { "preferred": null },
            "regulated_status": "unregulated", "tokenization_method": null, "wallet": null,
        });
        let mut own = given.get("card").cloned().unwrap_or(Value::Null);
        if let Value::Object(own) = &mut own {
            own.retain(|name, _| name.starts_with("address") || name == "name");
            replace(&mut card, Value::Object(std::mem::take(own)));
        }
        put(&mut shown, "card", card);
        return shown;
    }
    if let Some(kind) = given.get("type") {
        put(&mut shown, "type", kind.clone());
    }
    if let Some(bank @ Value::Object(_)) = given.get("bank_account") {
        let mut account = json!({
            "id": format!("ba_{}", token.id), "object": "bank_account", "account_holder_name": null,
            "account_holder_type": null, "account_type": null, "bank_name": "STRIPE TEST BANK", "country": "US",
            "currency": "usd", "fingerprint": id(token.id), "last4": "6789", "routing_number": null, "status": "new",
        });
        replace(&mut account, bank.clone());
        put(&mut shown, "bank_account", account);
    }
    shown
}

/// Returns the name of a network in the objects of cards that are not payment methods: `Visa`, `American Express`.
pub(super) fn brand(network: Option<Network>) -> &'static str {
    match network {
        None => "Unknown",
        Some(Network::Visa | Network::CartesBancaires) => "Visa",
        Some(Network::Mastercard) => "MasterCard",
        Some(Network::Amex) => "American Express",
        Some(Network::Discover) => "Discover",
        Some(Network::Diners) => "Diners Club",
        Some(Network::Jcb) => "JCB",
        Some(Network::UnionPay) => "UnionPay",
    }
}

pub(super) fn setup_attempt(attempt: &SetupAttempt) -> Value {
    let row = attempt.test_method.row();
    let details = match row.method_type {
        MethodType::Card => json!({ "brand": row.network.map(Network::name), "checks": null, "country": row.country,
            "exp_month": 12, "exp_year": 2034, "fingerprint": format!("fp_{}", row.token), "funding": row.funding,
            "last4": row.last4(), "network": row.network.map(Network::name), "three_d_secure": null, "wallet": null }),
        MethodType::UsBankAccount | MethodType::SepaDebit | MethodType::BankTransfer | MethodType::Other(_) => {
            json!({})
        }
    };
    let kind = row.method_type.name();
    let status = match (&attempt.error, attempt.status) {
        (Some(_), _) => "failed",
        (None, status) => status.name(),
    };
    json!({
        "id": id(attempt.id), "object": "setup_attempt", "application": null, "attach_to_self": false,
        "created": attempt.created.seconds(), "customer": maybe_id(attempt.customer), "customer_account": null,
        "flow_directions": null, "livemode": false, "on_behalf_of": null, "payment_method": id(attempt.method),
        "payment_method_details": { kind: details, "type": kind },
        "setup_error": attempt.error.as_ref().map(last_error), "setup_intent": id(attempt.intent), "status": status,
        "usage": attempt.usage.name(),
    })
}

/// Returns the requirements of an account or a person, all of which are met.
fn requirements(of_account: bool) -> Value {
    let mut shown = json!({ "alternatives": [], "currently_due": [], "errors": [], "eventually_due": [], "past_due": [],
        "pending_verification": [] });
    if of_account {
        put(&mut shown, "current_deadline", Value::Null);
        put(&mut shown, "disabled_reason", Value::Null);
    }
    shown
}

pub(super) fn account(account: &Account) -> Value {
    if account.deleted {
        return json!({ "id": id(account.id), "object": "account", "deleted": true });
    }
    let texts = account.texts.as_deref();
    let given = texts.map(Texts::given_map).unwrap_or_default();
    let kind = given.get("type").and_then(Value::as_str).unwrap_or("standard");
    let is_connected = account.platform.is_some();
    let mut shown = json!({
        "id": id(account.id), "object": "account",
        "business_profile": { "annual_revenue": null, "estimated_worker_count": null, "mcc": null,
            "minority_owned_business_designation": null, "name": null, "product_description": null,
            "specified_commercial_transactions_act_url": null,
            "support_address": null, "support_email": null, "support_phone": null, "support_url": null, "url": null },
        "business_type": null, "capabilities": {}, "charges_enabled": true, "controller": null,
        "country": account.country, "created": account.created.seconds(), "default_currency": currency(&account.country),
        "details_submitted": true, "email": null, "metadata": metadata(texts), "payouts_enabled": true,
        "settings": settings(), "tos_acceptance": { "date": null, "ip": null, "user_agent": null }, "type": kind,
    });
    // The account's status is the engine's; everything else is as given.
    let controller = controller(kind, &given);
    replace(&mut shown, Value::Object(given.clone()));
    put(&mut shown, "controller", controller);
    if is_connected {
        put(&mut shown, "external_accounts", super::nested(account.id, Kind::ExternalAccount));
        put(&mut shown, "requirements", requirements(true));
        put(&mut shown, "future_requirements", requirements(true));
    }
    shown
}

/// Returns the controller of an account of a type.
fn controller(kind: &str, given: &Map<String, Value>) -> Value {
    let (fees, losses, collects, dashboard) = match kind {
        "custom" => ("application_custom", "application", "application", "none"),
        "express" => ("application_express", "application", "stripe", "express"),
        _ => ("account", "stripe", "stripe", "full"),
    };
    let mut shown = json!({ "fees": { "payer": fees }, "is_controller": true, "losses": { "payments": losses },
        "requirement_collection": collects, "stripe_dashboard": { "type": dashboard }, "type": "application" });
    if let Some(own) = given.get("controller") {
        replace(&mut shown, own.clone());
    }
    shown
}

fn settings() -> Value {
    json!({
        "bacs_debit_payments": { "display_name": null, "service_user_number": null },
        "branding": { "icon": null, "logo": null, "primary_color": null, "secondary_color": null },
        "card_issuing": { "tos_acceptance": { "date": null, "ip": null } },
        "card_payments": { "decline_on": { "avs_failure": false, "cvc_failure": false },
            "statement_descriptor_prefix": null, "statement_descriptor_prefix_kana": null,
            "statement_descriptor_prefix_kanji": null },
        "dashboard": { "display_name": null, "timezone": "Etc/UTC" },
        "invoices": { "default_account_tax_ids": null, "hosted_payment_method_save": null },
        "payments": { "statement_descriptor": null, "statement_descriptor_kana": null,
            "statement_descriptor_kanji": null, "statement_descriptor_prefix_kana": null,
            "statement_descriptor_prefix_kanji": null },
        "payouts": { "debit_negative_balances": true, "schedule": { "delay_days": 2, "interval": "daily" },
            "statement_descriptor": null },
        "sepa_debit_payments": {},
    })
}

/// Returns the currency of a country's accounts.
fn currency(country: &str) -> &'static str {
    const EURO: &[&str] = &[
        "AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT",
        "SI", "SK",
    ];
    const OTHERS: &[(&str, &str)] = &[
        ("AE", "aed"),
        ("AU", "aud"),
        ("BG", "bgn"),
        ("BR", "brl"),
        ("CA", "cad"),
        ("CH", "chf"),
        ("CZ", "czk"),
        ("DK", "dkk"),
        ("GB", "gbp"),
        ("HK", "hkd"),
        ("HU", "huf"),
        ("IN", "inr"),
        ("JP", "jpy"),
        ("LI", "chf"),
        ("MX", "mxn"),
        ("MY", "myr"),
        ("NO", "nok"),
        ("NZ", "nzd"),
        ("PL", "pln"),
        ("RO", "ron"),
        ("SE", "sek"),
        ("SG", "sgd"),
        ("TH", "thb"),
    ];
    if EURO.contains(&country) {
        return "eur";
    }
    OTHERS.iter().find(|(code, _)| *code == country).map_or("usd", |(_, currency)| currency)
}

/// Returns a capability of an account.
#[must_use]
pub fn capability(account: &Account, name: &str) -> Option<Value> {
    let status = account.texts.as_deref()?.given_value("capabilities")?.get(name)?.clone();
    let requested = status == "active";
    Some(json!({
        "id": name, "object": "capability", "account": id(account.id), "future_requirements": requirements(true),
        "requested": requested, "requested_at": requested.then_some(account.created.seconds()),
        "requirements": requirements(true), "status": status,
    }))
}
