//! Money: an unsigned integer in the currency's minor unit.

use crate::Rejection;

/// An amount of money in the currency's minor unit (cents for `usd`, yen for `jpy`).
///
/// The type has no operators. Each sum and difference states its result for values that cannot be represented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(u32);

impl Amount {
    /// An amount of zero.
    pub const ZERO: Self = Self(0);
    /// The largest amount that a request may name: eight digits (AMT-2).
    pub const MAX: Self = Self(99_999_999);

    /// Returns `minor_units` as an amount. [`Amount::MAX`] does not limit it: that limit applies to requests only.
    #[must_use]
    #[inline]
    pub const fn new(minor_units: u32) -> Self {
        Self(minor_units)
    }

    /// Returns a client's number as an amount, or `None` if it is negative or exceeds `u32`.
    #[must_use]
    #[inline]
    pub fn from_request(number: i64) -> Option<Self> {
        u32::try_from(number).ok().map(Self)
    }

    /// Returns the number of minor units.
    #[must_use]
    #[inline]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns whether the amount is zero.
    #[must_use]
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Returns `self + other`, or `None` if the sum cannot be represented.
    #[must_use]
    #[inline]
    pub const fn plus(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// Returns `self − other`, or `None` if `other` is larger.
    #[must_use]
    #[inline]
    pub const fn minus(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// Returns `self × part ÷ whole`, rounded to the nearest unit; zero if `whole` is zero. With `half_rounds_up`,
    /// exactly half a unit rounds to one, otherwise to zero.
    ///
    /// This is the share of a fee or transfer that a partial refund returns (REF-8, P1).
    #[must_use]
    #[inline]
    pub fn share(self, part: Self, whole: Self, half_rounds_up: bool) -> Self {
        let [total, part, whole] = [self.0, part.0, whole.0].map(u128::from);
        let halves = total.saturating_mul(part).saturating_mul(2);
        let below_half = if half_rounds_up { whole } else { whole.saturating_sub(1) };
        let nearest = halves.saturating_add(below_half).checked_div(whole.saturating_mul(2)).unwrap_or(0);
        Self(u32::try_from(nearest).unwrap_or(u32::MAX))
    }

    /// Returns the sum where a guard ensures that it can be represented.
    ///
    /// # Errors
    /// Returns [`Rejection::AmountOutOfRange`] if the guard is wrong; a property forbids that rejection.
    #[inline]
    pub(crate) fn add(self, other: Self) -> Result<Self, Rejection> {
        self.plus(other).ok_or(Rejection::AmountOutOfRange)
    }

    /// Returns the difference where a guard ensures that `other` is not larger.
    ///
    /// # Errors
    /// Returns [`Rejection::AmountOutOfRange`] if the guard is wrong.
    #[inline]
    pub(crate) fn sub(self, other: Self) -> Result<Self, Rejection> {
        self.minus(other).ok_or(Rejection::AmountOutOfRange)
    }
}
