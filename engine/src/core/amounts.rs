//! Conversion of the numbers that clients send into amounts that the rules accept (AMT-1, CAP-3).

use super::decision_context::Stop;
use crate::money::{Currency, Money};
use crate::refusal::{Param, Reason};

/// Returns the amount of a payment: positive, at least the currency's minimum, at most its largest (AMT-2, AMT-3).
pub(super) fn payment(amount: i64, currency: Currency) -> Result<Money, Stop> {
    let amount = positive(amount, "amount")?;
    if amount < currency.minimum() {
        return Err(Reason::AmountTooSmall("amount".into(), currency).into());
    }
    if amount > currency.largest() {
        return Err(Reason::AmountTooLarge("amount".into(), currency).into());
    }
    Ok(amount)
}

/// Returns an amount of at least one.
pub(super) fn positive(amount: i64, param: impl Into<Param>) -> Result<Money, Stop> {
    match u64::try_from(amount) {
        Ok(minor) if minor > 0 => Ok(Money::new(minor)),
        _ => Err(Reason::NotPositive(param.into()).into()),
    }
}

/// Returns an amount of at least zero (CAP-3).
pub(super) fn non_negative(amount: i64, param: impl Into<Param>) -> Result<Money, Stop> {
    u64::try_from(amount).map(Money::new).map_err(|_| Reason::Negative(param.into()).into())
}

/// Returns an optional fee or transfer amount: at least one, and at most the currency's largest amount, like the amount of
/// the payment (AMT-2).
pub(super) fn optional_share(
    amount: Option<i64>,
    currency: Currency,
    param: &'static str,
) -> Result<Option<Money>, Stop> {
    let Some(number) = amount else { return Ok(None) };
    match positive(number, param)? {
        share if share > currency.largest() => Err(Reason::NotAnInteger(param.into(), number.to_string()).into()),
        share => Ok(Some(share)),
    }
}

/// Returns an optional amount of at least one.
pub(super) fn optional_positive(amount: Option<i64>, param: &'static str) -> Result<Option<Money>, Stop> {
    amount.map(|amount| positive(amount, param)).transpose()
}
