//! Scales small examples to amounts that engines accept.

use holdfast_model::Input;
use holdfast_model::trace::Parameter;

use super::amounts::UNIT;

/// Returns the same input with every amount up to 1,000 minor units multiplied by `UNIT`. The explorers count in single
/// minor units, which is below an engine's smallest payment.
#[must_use]
pub fn in_units(input: Input) -> Input {
    input.edit(|parameter| {
        if let Parameter::Amount(amount) = parameter
            && amount.unsigned_abs() <= 1_000
        {
            *amount = amount.saturating_mul(UNIT);
        }
    })
}
