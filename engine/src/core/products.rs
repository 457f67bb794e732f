//! Decisions about products, prices and shipping rates.

use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use super::stored_data::{new, required, with_given};
use crate::money::{Currency, Money};
use crate::objects::{EventType, Price, Product, SharedTexts, ShippingRate, Texts, given_at};
use crate::refusal::Reason;
use crate::{PriceId, ProductId, ShippingRateId};
use serde_json::{Value, json};
use std::sync::Arc;

/// Handles `POST /v1/products`, with `default_price_data` its first price, too.
pub(super) fn product(context: &DecisionContext<'_>, texts: SharedTexts) -> Decided {
    required(&texts, "name", "name")?;
    let mut changes = Changes::default();
    let first = given_at(texts.as_deref(), "default_price_data");
    let mut product: Product =
        new(context, ProductId, None, with_given(&texts, &json!({ "default_price_data": null })));
    if let Some(Value::Object(data)) = first {
        let given = Texts { given: Some(Value::Object(data).to_string()), ..Texts::default() };
        let price = new_price(context, product.id, Some(Arc::new(given)), "default_price_data")?;
        product.texts = with_given(&product.texts, &json!({ "default_price": price.id.to_string() }));
        context.announce(&mut changes, EventType::PriceCreated, &price);
        changes.put(price);
    }
    context.announce(&mut changes, EventType::ProductCreated, &product);
    changes.put(product.clone());
    Ok(changes.answer(product))
}

/// Handles `POST /v1/prices`, with `product_data` its product, too.
pub(super) fn price(context: &DecisionContext<'_>, texts: SharedTexts) -> Decided {
    let mut changes = Changes::default();
    let named = given_at(texts.as_deref(), "product");
    let data = given_at(texts.as_deref(), "product_data");
    let product = match (named, data) {
        (Some(Value::String(id)), None) => known_product(context, &id, "product")?.id,
        (None, Some(Value::Object(mut data))) => {
            if !data.contains_key("name") {
                return Err(Reason::Missing("product_data[name]".into()).into());
            }
            let mut own = Texts::default();
            if let Some(Value::Object(pairs)) = data.remove("metadata") {
                let text = |value: Value| value.as_str().map(str::to_owned).unwrap_or_default();
                own.metadata = pairs.into_iter().map(|(key, value)| (key, text(value))).collect();
            }
            own.given = Some(Value::Object(data).to_string());
            let product: Product = new(context, ProductId, None, Some(Arc::new(own)));
            context.announce(&mut changes, EventType::ProductCreated, &product);
            changes.put(product.clone());
            product.id
        }
        (_, None) => return Err(Reason::Missing("product".into()).into()),
        (Some(_), Some(_)) | (None, Some(_)) => {
            let why = "it cannot be combined with product.".to_owned();
            return Err(Reason::InvalidValue("product_data".into(), why).into());
        }
    };
    let own = with_given(&texts, &json!({ "product": null, "product_data": null }));
    let price = new_price(context, product, own, "")?;
    context.announce(&mut changes, EventType::PriceCreated, &price);
    changes.put(price.clone());
    Ok(changes.answer(price))
}

/// Returns a product of the caller that a parameter names.
fn known_product(context: &DecisionContext<'_>, id: &str, param: &'static str) -> Result<Arc<Product>, Stop> {
    let found = id.parse().ok().and_then(|id| context.objects.product(id));
    let own = found.filter(|product| product.account == context.account.id && !product.deleted);
    own.ok_or_else(|| not_found("product", id, param))
}

/// Returns a new price, whose parameters stand below `at` in the request.
fn new_price(context: &DecisionContext<'_>, product: ProductId, texts: SharedTexts, at: &str) -> Result<Price, Stop> {
    let param = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}[{name}]") };
    let currency = required(&texts, "currency", &param("currency"))?;
    let currency = currency.as_str().and_then(Currency::from_code).ok_or_else(|| {
        let why = "it must be a three-letter ISO code of a supported currency.".to_owned();
        Stop::from(Reason::InvalidValue(param("currency").into(), why))
    })?;
    let amount = given_at(texts.as_deref(), "unit_amount");
    let decimal = given_at(texts.as_deref(), "unit_amount_decimal");
    if amount.is_some() && decimal.is_some() {
        let why = "it cannot be combined with unit_amount.".to_owned();
        return Err(Reason::InvalidValue(param("unit_amount_decimal").into(), why).into());
    }
    let has = |name: &str| given_at(texts.as_deref(), name).is_some();
    let amount = match (amount.and_then(|amount| amount.as_i64()), decimal) {
        (Some(amount), _) => Some(super::amounts::non_negative(amount, param("unit_amount"))?),
        (None, Some(decimal)) => Some(whole(&decimal, &param("unit_amount_decimal"))?),
        (None, None) if has("custom_unit_amount") || has("tiers") => None,
        (None, None) => return Err(Reason::Missing(param("unit_amount").into()).into()),
    };
    let own = json!({
        "currency": currency.code(),
        "unit_amount": amount.map(Money::minor),
        "unit_amount_decimal": amount.map(|amount| amount.minor().to_string()),
    });
    Ok(new(context, PriceId, Some(product.into()), with_given(&texts, &own)))
}

/// Returns a decimal number of the smallest unit whose fraction is zero.
fn whole(decimal: &Value, param: &str) -> Result<Money, Stop> {
    let text = decimal.as_str().map_or_else(|| decimal.to_string(), str::to_owned);
    let (number, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let amount = number.parse::<i64>().ok().filter(|_| fraction.bytes().all(|digit| digit == b'0'));
    match amount {
        Some(amount) => super::amounts::non_negative(amount, param.to_owned()),
        None => {
            let why = "this engine takes whole numbers of the smallest unit only, such as 500 or 500.0.".to_owned();
            Err(Reason::InvalidValue(param.to_owned().into(), why).into())
        }
    }
}

/// Returns a new shipping rate, whose parameters stand below `at` in the request.
pub(super) fn shipping_rate(context: &DecisionContext<'_>, texts: SharedTexts, at: &str) -> Result<ShippingRate, Stop> {
    let param = |name: &str| match (at, name.split_once('/')) {
        ("", None) => name.to_owned(),
        ("", Some((first, rest))) => format!("{first}[{rest}]"),
        (at, None) => format!("{at}[{name}]"),
        (at, Some((first, rest))) => format!("{at}[{first}][{rest}]"),
    };
    required(&texts, "display_name", &param("display_name"))?;
    for name in ["fixed_amount/amount", "fixed_amount/currency"] {
        required(&texts, name, &param(name))?;
    }
    Ok(new(context, ShippingRateId, None, texts))
}

/// Checks that a price belongs to a product.
pub(super) fn price_of(context: &DecisionContext<'_>, price: &str, product: ProductId) -> Result<(), Stop> {
    let found = price.parse::<PriceId>().ok().and_then(|id| context.objects.price(id));
    match found.filter(|found| found.owner == Some(product.into())) {
        Some(_) => Ok(()),
        None => Err(not_found("price", price, "default_price")),
    }
}
