//! Objects, events and responses as the JSON of an API version (VER-10).

mod connect;
mod errors;
mod payments;
mod setups;
mod stored_data;

pub use errors::error;
pub(crate) use errors::path_of_intent;
pub use setups::{inline_product, line_items};
pub use stored_data::capability;

use crate::edge::expandable;
use crate::money::Money;
use crate::objects::Object;
use crate::objects::{Address, Event, Funds, NestedList, Shipping, Texts, Was};
use crate::response::{Body, Expanded, Response};
use crate::version::ApiVersion;
use crate::{Currency, Kind, ObjectId};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::Display;

/// Fields that show a default until a request gives a value.
const DEFAULTS: &[&str] = &[
    "account_holder_type",
    "account_type",
    "balance",
    "default_currency",
    "enabled",
    "exp_month",
    "exp_year",
    "payment_method_collection",
    "request_three_d_secure",
    "routing_number",
    "tax_exempt",
    "type",
];

/// Returns an object as JSON of an API version, with the parameters that are stored as given (P18).
#[must_use]
pub fn object(object: &Object, version: ApiVersion) -> Value {
    let mut shown = fields_of(object, version);
    if let Some(texts) = object.texts().filter(|texts| texts.given.is_some() && is_described(object)) {
        let mut given = texts.given_map();
        if matches!(object, Object::Charge(_)) {
            // It describes the transfers of the charge.
            given.remove("transfer_data");
        }
        overlay(&mut shown, "", Value::Object(given));
    }
    shown
}

/// Returns whether the given parameters are to be set in the fields of an object. Stored data shows them already.
fn is_described(object: &Object) -> bool {
    let is_data = matches!(
        object.id().kind(),
        Kind::Product
            | Kind::Price
            | Kind::ShippingRate
            | Kind::ExternalAccount
            | Kind::Person
            | Kind::TaxId
            | Kind::SourceToken
            | Kind::Account
    );
    !object.is_deleted() && !is_data
}

/// Sets `value`, given for the field `name`, in `shown`. It replaces an absent or empty value and a default, but no value
/// of the engine's own.
fn overlay(shown: &mut Value, name: &str, value: Value) {
    match (shown, value) {
        (Value::Object(shown), Value::Object(value)) => {
            for (name, inner) in value {
                overlay(shown.entry(&name).or_insert(Value::Null), &name, inner);
            }
        }
        (shown, value) => {
            let is_empty = shown.is_null() || shown.as_array().is_some_and(Vec::is_empty);
            let is_default = DEFAULTS.contains(&name) && !shown.is_object() && !value.is_object();
            if is_empty || is_default {
                *shown = value;
            }
        }
    }
}

fn fields_of(object: &Object, version: ApiVersion) -> Value {
    match object {
        Object::Account(o) => stored_data::account(o),
        Object::Customer(o) => setups::customer(o),
        Object::PaymentMethod(o) => setups::payment_method(o),
        Object::PaymentIntent(o) => payments::payment_intent(o, version),
        Object::Charge(o) => payments::charge(o, version),
        Object::Refund(o) => payments::refund(o),
        Object::Transfer(o) => connect::transfer(o),
        Object::Reversal(o) => connect::reversal(o),
        Object::ApplicationFee(o) => connect::application_fee(o),
        Object::FeeRefund(o) => connect::fee_refund(o),
        Object::SetupIntent(o) => setups::setup_intent(o, version),
        Object::CheckoutSession(o) => setups::checkout_session(o, version),
        Object::BalanceTransaction(o) => connect::balance_transaction(o),
        Object::Event(o) => event(o, o.version),
        Object::WebhookEndpoint(o) => connect::webhook_endpoint(o),
        Object::Delivery(o) => connect::delivery(o),
        Object::Product(o) => stored_data::product(o),
        Object::Price(o) => stored_data::price(o),
        Object::ShippingRate(o) => stored_data::shipping_rate(o),
        Object::ExternalAccount(o) => stored_data::external_account(o),
        Object::Person(o) => stored_data::person(o),
        Object::TaxId(o) => stored_data::tax_id(o),
        Object::SourceToken(o) => stored_data::token(o),
        Object::SetupAttempt(o) => stored_data::setup_attempt(o),
    }
}

/// Returns the balance of an account as JSON, the same in every API version (P22).
#[must_use]
pub fn balance(balances: &[(Currency, Funds)]) -> Value {
    connect::balance(balances)
}

/// Returns an event as JSON of an API version: the object frozen in it, and its previous values (HOOK-7, P6).
#[must_use]
pub fn event(event: &Event, version: ApiVersion) -> Value {
    let mut frozen = match &event.balances {
        Some(balances) => balance(balances),
        None => object(&event.object, version),
    };
    for (path, nested) in &event.nested {
        if expandable::nested(nested.owner.kind(), version).is_some() {
            put_at(&mut frozen, path, nested_list(nested, version));
        }
    }
    let shown = event.previous.iter().filter(|(field, _)| field.is_shown(&event.object, version));
    let mut previous: Map<String, Value> = shown.map(|(field, was)| (field.name().to_owned(), value(*was))).collect();
    if let Some(before) = event.previous_texts.as_deref() {
        previous.extend(changed_texts(before, event.object.texts(), &frozen));
    }
    let mut data = json!({ "object": frozen });
    if !previous.is_empty() {
        put(&mut data, "previous_attributes", Value::Object(previous));
    }
    let origin = event.origin.as_ref();
    json!({
        "id": id(event.id),
        "object": "event",
        "account": id(event.account),
        "api_version": version.to_string(),
        "created": event.created.seconds(),
        "data": data,
        "livemode": false,
        "pending_webhooks": 0,
        "request": {
            "id": origin.map(|origin| request_id(origin.request)),
            "idempotency_key": origin.and_then(|origin| origin.idempotency_key.clone()),
        },
        "type": event.event_type.name(),
    })
}

/// Returns the previous values of the texts that changed and that the object shows. Of the metadata these are the keys
/// that changed; a key that was added had the value null (P29).
fn changed_texts(before: &Texts, after: Option<&Texts>, shown: &Value) -> Vec<(String, Value)> {
    let (was, is) = (texts_fields(before), texts_fields(after.unwrap_or(&Texts::default())));
    let is_shown = |name: &str| shown.get(name).is_some();
    let differing = was.into_iter().zip(is).filter(|((_, was), (_, is))| was != is).map(|(was, _)| was);
    let mut changed: Vec<(String, Value)> =
        differing.filter(|(name, _)| is_shown(name)).map(|(name, was)| (name.to_owned(), was)).collect();
    let (old, new) = (before.given_map(), after.map(Texts::given_map).unwrap_or_default());
    let names: BTreeSet<&String> =
        old.keys().chain(new.keys()).filter(|name| old.get(*name) != new.get(*name)).collect();
    changed.extend(names.into_iter().map(|name| (name.clone(), old.get(name).cloned().unwrap_or(Value::Null))));
    let (was, is) = (metadata(Some(before)), metadata(after));
    let (Value::Object(was), Value::Object(is)) = (was, is) else { return changed };
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).filter(|key| was.get(*key) != is.get(*key)).collect();
    if !keys.is_empty() && is_shown("metadata") {
        let old = keys.into_iter().map(|key| (key.clone(), was.get(key).cloned().unwrap_or(Value::Null)));
        changed.push(("metadata".to_owned(), Value::Object(old.collect())));
    }
    changed
}

/// Returns the texts that an intent and its charge share, without metadata, as fields of their JSON (P17, P18).
pub(super) fn texts_fields(texts: &Texts) -> [(&'static str, Value); 7] {
    [
        ("description", texts.description.clone().into()),
        ("on_behalf_of", maybe_id(texts.on_behalf_of)),
        ("receipt_email", texts.receipt_email.clone().into()),
        ("shipping", texts.shipping.as_ref().map_or(Value::Null, shipping)),
        ("statement_descriptor", texts.statement_descriptor.clone().into()),
        ("statement_descriptor_suffix", texts.statement_descriptor_suffix.clone().into()),
        ("transfer_group", texts.transfer_group.clone().into()),
    ]
}

/// Sets the texts of an intent or a charge.
pub(super) fn put_texts(into: &mut Value, texts: Option<&Texts>) {
    for (name, value) in texts_fields(texts.unwrap_or(&Texts::default())) {
        put(into, name, value);
    }
}

fn shipping(shipping: &Shipping) -> Value {
    json!({
        "address": address(&shipping.address),
        "carrier": shipping.carrier,
        "name": shipping.name,
        "phone": shipping.phone,
        "tracking_number": shipping.tracking_number,
    })
}

/// Returns an address with its six fields (P18).
pub(super) fn address(address: &Address) -> Value {
    let Address { city, country, line1, line2, postal_code, state } = address;
    json!({ "city": city, "country": country, "line1": line1, "line2": line2, "postal_code": postal_code, "state": state })
}

fn value(was: Was) -> Value {
    match was {
        Was::Amount(amount) => money(amount),
        Was::MaybeAmount(amount) => amount.map_or(Value::Null, money),
        Was::Flag(flag) => Value::Bool(flag),
        Was::Id(was) => maybe_id(was),
        Was::ChargeStatus(status) => payments::charge_status(status).into(),
        Was::RefundStatus(status) => status.name().into(),
        Was::PaymentStatus(status) => status.name().into(),
    }
}

/// Returns the body of a response, with its expanded objects.
#[must_use]
pub fn response(response: &Response) -> Value {
    let version = response.version;
    let mut body = match &response.body {
        Body::Object(found) => object(found, version),
        Body::Page { kind, owner, objects, has_more } => {
            let data: Vec<Value> = objects.iter().map(|found| object(found, version)).collect();
            list(data, *has_more, &url(*kind, *owner))
        }
        Body::Refused(refusal) => error(refusal, version, response.request),
    };
    for (path, expanded) in &response.expanded {
        let rendered = match expanded {
            Expanded::Object(found) => object(found, version),
            Expanded::LineItems(session) => line_items(session),
            Expanded::List(nested) => nested_list(nested, version),
            Expanded::Shown(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        };
        put_at(&mut body, path, rendered);
    }
    body
}

/// Returns a rendered object or list in which the addresses of pages for customers begin with `origin`. An empty
/// `origin` leaves them relative.
#[must_use]
pub fn with_origin(mut shown: Value, origin: &str) -> Value {
    if !origin.is_empty() {
        complete_addresses(&mut shown, origin);
    }
    shown
}

fn complete_addresses(at: &mut Value, origin: &str) {
    match at {
        Value::Array(items) => items.iter_mut().for_each(|item| complete_addresses(item, origin)),
        Value::Object(map) => {
            let is_session = map.get("object").is_some_and(|object| object == "checkout.session");
            for (name, inner) in map {
                match (name.as_str(), &inner) {
                    ("url", Value::String(path)) if is_session => *inner = format!("{origin}{path}").into(),
                    // Text of the merchant, which may look like the address of a page.
                    ("metadata", _) => {}
                    ("redirect_to_url", _) => complete(inner, "url", origin),
                    ("verify_with_microdeposits", _) => complete(inner, "hosted_verification_url", origin),
                    _ => complete_addresses(inner, origin),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn complete(at: &mut Value, name: &str, origin: &str) {
    if let Some(Value::String(path)) = at.get(name) {
        let address = format!("{origin}{path}");
        put(at, name, address.into());
    }
}

fn place_of<'a>(body: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').filter(|part| !part.is_empty()).try_fold(body, |at, part| {
        if at.is_array() { at.get_mut(part.parse::<usize>().ok()?) } else { at.get_mut(part) }
    })
}

/// Returns the address of the list of a kind's objects: of all of them, or of those that belong to `owner` (P4).
#[must_use]
pub fn url(kind: Kind, owner: Option<ObjectId>) -> String {
    let path = match kind {
        Kind::Account => "accounts",
        Kind::Customer => "customers",
        Kind::PaymentMethod => "payment_methods",
        Kind::PaymentIntent => "payment_intents",
        Kind::Charge => "charges",
        Kind::Refund => "refunds",
        Kind::Transfer => "transfers",
        Kind::Reversal => "reversals",
        Kind::ApplicationFee => "application_fees",
        Kind::FeeRefund => "refunds",
        Kind::SetupIntent => "setup_intents",
        Kind::CheckoutSession => "checkout/sessions",
        Kind::BalanceTransaction => "balance_transactions",
        Kind::Event => "events",
        Kind::WebhookEndpoint => "webhook_endpoints",
        Kind::Delivery => "deliveries",
        Kind::Product => "products",
        Kind::Price => "prices",
        Kind::ShippingRate => "shipping_rates",
        Kind::ExternalAccount => "external_accounts",
        Kind::Person => "persons",
        Kind::TaxId => "tax_ids",
        Kind::SourceToken => "tokens",
        Kind::SetupAttempt => "setup_attempts",
    };
    match owner {
        // The charges of a payment have no path of their own.
        Some(owner) if owner.kind() == Kind::PaymentIntent => format!("/v1/{path}?payment_intent={owner}"),
        Some(owner) => format!("{}/{owner}/{path}", url(owner.kind(), None)),
        None => format!("/v1/{path}"),
    }
}

/// Returns the id of a request on the wire: `req_…`.
#[must_use]
pub fn request_id(number: u64) -> String {
    format!("req_{number:016x}")
}

/// Returns the empty list of `kind` inside `owner`; [`Expanded::List`] fills it (P4, P5).
pub(super) fn nested(owner: impl Into<ObjectId>, kind: Kind) -> Value {
    list(Vec::new(), false, &url(kind, Some(owner.into())))
}

pub(super) fn list(data: Vec<Value>, has_more: bool, url: &str) -> Value {
    json!({ "object": "list", "data": data, "has_more": has_more, "url": url })
}

fn nested_list(nested: &NestedList, version: ApiVersion) -> Value {
    let data: Vec<Value> = nested.objects.iter().map(|found| object(found, version)).collect();
    list(data, nested.has_more, &url(nested.kind, Some(nested.owner)))
}

/// Sets the value at a path of names and indices; leaves `body` as it is if the path does not exist.
fn put_at(body: &mut Value, path: &str, value: Value) {
    let (at, name) = path.rsplit_once('.').unwrap_or(("", path));
    if let Some(place) = place_of(body, at) {
        put(place, name, value);
    }
}

pub(super) fn put(into: &mut Value, name: &str, value: Value) {
    if let Value::Object(map) = into {
        map.insert(name.to_owned(), value);
    }
}

/// Returns `shown` without those of the named fields that are null: the API omits them.
pub(super) fn without_nulls(mut shown: Value, names: &[&str]) -> Value {
    if let Value::Object(map) = &mut shown {
        map.retain(|name, value| !(value.is_null() && names.contains(&name.as_str())));
    }
    shown
}

pub(super) fn id(id: impl Display) -> Value {
    id.to_string().into()
}

pub(super) fn maybe_id(id: Option<impl Display>) -> Value {
    id.map_or(Value::Null, |id| id.to_string().into())
}

pub(super) fn money(amount: Money) -> Value {
    amount.minor().into()
}

pub(super) fn metadata(texts: Option<&Texts>) -> Value {
    let pairs = texts.map(|texts| texts.metadata.clone()).unwrap_or_default();
    Value::Object(pairs.into_iter().map(|(key, value)| (key, value.into())).collect::<Map<_, _>>())
}
