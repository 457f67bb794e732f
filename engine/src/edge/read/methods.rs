//! The parameters that name a payment method: an id, a token, or the data of a new one.

use super::fields::Fields;
use crate::TokenId;
use crate::command::MethodRef;
use crate::objects::Expiry;
use crate::refusal::{Reason, Refusal};
use crate::test_methods::{MethodType, TestMethod};

/// Reads `payment_method` (an id or a test token) or `payment_method_data`.
pub(super) fn method(fields: &Fields<'_>) -> Result<Option<MethodRef>, Refusal> {
    let known = &["type", "card", "us_bank_account", "sepa_debit"];
    fields.only_one("payment_method", "payment_method_data")?;
    if let Some(data) = fields.group("payment_method_data", &[known])? {
        return made(&data).map(Some);
    }
    let Some(text) = fields.text("payment_method")? else {
        return Ok(None);
    };
    if let Some(test) = TestMethod::from_token(&text) {
        return Ok(Some(MethodRef::Test(test)));
    }
    fields.id("payment_method", "PaymentMethod").map(|id| id.map(MethodRef::Saved))
}

/// Reads the data of a new method: its test method, or the token of a card.
pub(super) fn made(data: &Fields<'_>) -> Result<MethodRef, Refusal> {
    if let Some(card) = data.group("card", &[&["number", "exp_month", "exp_year", "cvc", "token"]])?
        && let Some(Ok(token)) = card.text("token")?.map(|token| token.parse::<TokenId>())
    {
        return Ok(MethodRef::Token(token));
    }
    Ok(match make_of(data)? {
        (test, Some(expiry)) => MethodRef::Card(test, expiry),
        (test, None) => MethodRef::Test(test),
    })
}

/// Reads a source of a charge or a customer: a token, a card or method of the customer, or the data of a card.
pub(super) fn source(fields: &Fields<'_>, name: &str) -> Result<Option<MethodRef>, Refusal> {
    if fields.is_group(name) {
        let known = &["object", "number", "exp_month", "exp_year", "cvc", "name"];
        let more =
            &["address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip"];
        let Some(card) = fields.group(name, &[known, more])? else { return Ok(None) };
        return card_of(&card)
            .map(|(test, expiry)| Some(expiry.map_or(MethodRef::Test(test), |at| MethodRef::Card(test, at))));
    }
    let Some(text) = fields.text(name)? else { return Ok(None) };
    if let Some(test) = TestMethod::from_token(&text) {
        return Ok(Some(MethodRef::Test(test)));
    }
    if let Ok(token) = text.parse::<TokenId>() {
        return Ok(Some(MethodRef::Token(token)));
    }
    let noun = if text.starts_with("tok_") { "token" } else { "source" };
    fields.id(name, noun).map(|id| id.map(MethodRef::Saved))
}

/// Reads the `type` of a method.
pub(super) fn method_type(fields: &Fields<'_>) -> Result<Option<MethodType>, Refusal> {
    fields.parsed("type", MethodType::from_name, "it must be a type of payment method, such as card or sepa_debit.")
}

/// Reads the test method for a type and a number, and the expiry of a card.
pub(super) fn make_of(fields: &Fields<'_>) -> Result<(TestMethod, Option<Expiry>), Refusal> {
    let method_type = method_type(fields)?;
    let method_type = fields.required("type", method_type)?;
    let (number_name, more): (_, &[&str]) = match method_type {
        MethodType::Card => ("number", &["exp_month", "exp_year", "cvc", "token"]),
        MethodType::UsBankAccount => ("account_number", &[]),
        MethodType::SepaDebit => ("iban", &[]),
        MethodType::BankTransfer => ("reference", &[]),
        MethodType::Other(_) => ("", &[]),
    };
    let name = method_type.name();
    if let Some(other) = MethodType::ALL.iter().find(|other| **other != method_type && fields.has(other.name())) {
        let why = format!("it is data of another type of method than {name}.");
        return Err(Reason::InvalidValue(fields.param(other.name()), why).into());
    }
    if let MethodType::Other(other) = method_type {
        return Ok((TestMethod::Other(other), None));
    }
    let group = fields.required(name, fields.group(name, &[&[number_name], more])?)?;
    group.only_one("token", number_name)?;
    if let Some(token) = group.text("token")? {
        let missing = || Reason::NotFound { noun: "token".into(), id: token.clone(), param: group.param("token") };
        return Ok((TestMethod::from_token(&token).ok_or_else(missing)?, None));
    }
    of_number(&group, number_name, method_type)
}

/// Reads the test method and the expiry of a card whose data stands in these fields.
pub(super) fn card_of(card: &Fields<'_>) -> Result<(TestMethod, Option<Expiry>), Refusal> {
    of_number(card, "number", MethodType::Card)
}

fn of_number(
    group: &Fields<'_>,
    number_name: &str,
    method_type: MethodType,
) -> Result<(TestMethod, Option<Expiry>), Refusal> {
    let number = group.required(number_name, group.text(number_name)?)?;
    let digits: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    let unknown =
        || Reason::InvalidValue(group.param(number_name), "it is not the number of a test method.".to_owned());
    let test_method = TestMethod::from_number(method_type, &digits).ok_or_else(unknown)?;
    Ok((test_method, expiry(group)?))
}

/// Reads the expiry of a card and checks its data, as far as that needs no date (P24). A year of two digits is one of
/// this century.
fn expiry(card: &Fields<'_>) -> Result<Option<Expiry>, Refusal> {
    let wrong = |name: &str| -> Refusal {
        Reason::InvalidCard(format!("invalid_{}", name.replace("exp_", "expiry_")).into(), name.to_owned().into())
            .into()
    };
    if let Some(cvc) = card.text("cvc")?
        && !(matches!(cvc.len(), 3 | 4) && cvc.bytes().all(|digit| digit.is_ascii_digit()))
    {
        return Err(wrong("cvc"));
    }
    let month = match card.integer("exp_month")? {
        None => None,
        Some(month @ 1..=12) => u8::try_from(month).ok(),
        Some(_) => return Err(wrong("exp_month")),
    };
    let year = match card.integer("exp_year")? {
        None => None,
        Some(year @ 0..=99) => u16::try_from(year.saturating_add(2000)).ok(),
        Some(year @ 1970..=9999) => u16::try_from(year).ok(),
        Some(_) => return Err(wrong("exp_year")),
    };
    Ok(month.zip(year).map(|(month, year)| Expiry { month, year }))
}
