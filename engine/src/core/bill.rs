//! The bill of a Checkout Session: its line items and its shipping.

use super::amounts::{non_negative, positive};
use super::decision_context::{Changes, DecisionContext, Stop};
use super::products;
use super::stored_data::with_given;
use crate::command::{CreateCheckoutSession, ItemPrice};
use crate::money::{Currency, Money};
use crate::objects::{LineItem, Price, Product, SessionMode, SharedTexts, ShippingOption, given_at};
use crate::refusal::{PlainReason, Reason};
use crate::{PriceId, ProductId, ShippingRateId};
use serde_json::{Value, json};
use std::sync::Arc;

/// The bill of a payment session.
pub(super) struct Bill {
    pub(super) currency: Currency,
    /// The sum of the items and of the first shipping option.
    pub(super) total: Money,
    pub(super) items: Vec<LineItem>,
}

/// Returns the bill of a payment session; `None` for a setup.
pub(super) fn of(context: &DecisionContext<'_>, request: &CreateCheckoutSession) -> Result<Option<Bill>, Stop> {
    match (request.mode, request.line_items.is_empty()) {
        (SessionMode::Setup, true) => return Ok(None),
        (SessionMode::Setup, false) => {
            let why = "a session that sets a method up has no bill.".to_owned();
            return Err(Reason::InvalidValue("line_items".into(), why).into());
        }
        (SessionMode::Payment, true) => return Err(Reason::Missing("line_items".into()).into()),
        (SessionMode::Payment, false) => {}
    }
    let mut bill: Option<Bill> = None;
    for (number, item) in request.line_items.iter().enumerate() {
        let path = format!("line_items[{number}]");
        let (mut line, currency, at) = match &item.price {
            ItemPrice::Stored(id) => stored(context, *id, &path)?,
            ItemPrice::Inline { name, product, currency, unit_amount } => {
                let unit_amount = non_negative(*unit_amount, format!("{path}[price_data][unit_amount]"))?;
                let named = product.map(|id| known_product(context, id, &path)).transpose()?;
                let name = named.as_deref().map(name_of).or_else(|| name.clone()).unwrap_or_default();
                let line = LineItem { name, unit_amount, quantity: 0, price: None, product: *product, given: None };
                (line, *currency, "price_data][currency")
            }
        };
        let known = bill.get_or_insert(Bill { currency, total: Money::ZERO, items: Vec::new() });
        if currency != known.currency {
            let why = "all items must have one currency.".to_owned();
            return Err(Reason::InvalidValue(format!("{path}[{at}]").into(), why).into());
        }
        line.quantity = positive(item.quantity, format!("{path}[quantity]"))?.minor();
        line.given.clone_from(&item.given);
        let sum = line.unit_amount.minor().checked_mul(line.quantity).map(Money::new);
        let total = sum.and_then(|sum| known.total.plus(sum).ok());
        known.total = total.ok_or_else(|| Reason::AmountTooLarge(format!("{path}[quantity]").into(), currency))?;
        known.items.push(line);
    }
    Ok(bill)
}

/// Returns the line item of a stored price, its currency and the last part of its parameter.
fn stored(context: &DecisionContext<'_>, id: PriceId, path: &str) -> Result<(LineItem, Currency, &'static str), Stop> {
    let param = format!("{path}[price]");
    let price = context.objects.price(id).filter(|price| price.account == context.account.id);
    let price: Arc<Price> = price.ok_or_else(|| unknown("price", id.to_string(), param.clone()))?;
    let product = match price.owner {
        Some(crate::ObjectId::Product(product)) => context.objects.product(product),
        Some(_) | None => None,
    };
    if !price.is_active() {
        return Err(Reason::InactivePrice(param.into()).into());
    }
    if let Some(product) = product.as_ref().filter(|product| product.deleted || !product.is_active()) {
        let why = format!("the price's product {} is not active.", product.id);
        return Err(Reason::InvalidValue(param.into(), why).into());
    }
    if price.given("recurring").is_some() {
        return Err(Reason::Plain(PlainReason::RecurringPrice).into());
    }
    let amount = price.given("unit_amount").and_then(|amount| amount.as_u64()).map(Money::new);
    let currency = price.given("currency").and_then(|code| Currency::from_code(code.as_str()?));
    let (Some(unit_amount), Some(currency)) = (amount, currency) else {
        let why = "this engine takes prices with a fixed amount only.".to_owned();
        return Err(Reason::InvalidValue(param.into(), why).into());
    };
    let name = product.as_deref().map(name_of).unwrap_or_default();
    let product = product.map(|product| product.id);
    Ok((LineItem { name, unit_amount, quantity: 0, price: Some(price), product, given: None }, currency, "price"))
}

fn unknown(noun: &'static str, id: String, param: String) -> Stop {
    Reason::NotFound { noun: noun.into(), id, param: param.into() }.into()
}

fn known_product(context: &DecisionContext<'_>, id: ProductId, path: &str) -> Result<Arc<Product>, Stop> {
    let found = context.objects.product(id);
    let own = found.filter(|product| product.account == context.account.id && !product.deleted);
    own.ok_or_else(|| unknown("product", id.to_string(), format!("{path}[price_data][product]")))
}

fn name_of(product: &Product) -> String {
    product.given("name").and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

/// Takes `shipping_options` out of the texts of a session and returns the options, of which the first is chosen.
pub(super) fn shipping(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    texts: &mut SharedTexts,
    currency: Option<Currency>,
) -> Result<Option<Vec<ShippingOption>>, Stop> {
    let Some(given) = given_at(texts.as_deref(), "shipping_options") else { return Ok(None) };
    *texts = with_given(texts, &json!({ "shipping_options": null }));
    let mut options = Vec::new();
    for (number, option) in given.as_array().into_iter().flatten().enumerate() {
        let at = format!("shipping_options[{number}]");
        let rate = match (option.get("shipping_rate"), option.get("shipping_rate_data")) {
            (Some(Value::String(id)), None) => {
                let known = id.parse::<ShippingRateId>().ok().and_then(|id| context.objects.shipping_rate(id));
                let known = known.filter(|rate| rate.account == context.account.id && rate.is_active());
                known.ok_or_else(|| unknown("shipping rate", id.clone(), format!("{at}[shipping_rate]")))?
            }
            (None, Some(data)) => {
                let texts = with_given(&None, data);
                let rate = products::shipping_rate(context, texts, &format!("{at}[shipping_rate_data]"))?;
                changes.put(rate.clone());
                Arc::new(rate)
            }
            _ => return Err(Reason::Missing(format!("{at}[shipping_rate]").into()).into()),
        };
        let code = rate.given("fixed_amount/currency").and_then(|code| Currency::from_code(code.as_str()?));
        if code != currency {
            let why = "its currency must be that of the line items.".to_owned();
            return Err(Reason::InvalidValue(at.into(), why).into());
        }
        let amount = rate.given("fixed_amount/amount").and_then(|amount| amount.as_i64()).unwrap_or_default();
        let amount = non_negative(amount, format!("{at}[shipping_rate_data][fixed_amount][amount]"))?;
        options.push(ShippingOption { rate: rate.id, amount });
    }
    Ok(Some(options))
}
