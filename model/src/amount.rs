//! Money: an unsigned integer in the currency's minor unit.

use crate::Rejection;

/// An amount of money in the currency's minor unit (cents for `usd`, yen for `jpy`).
///
/// There is no operator on it: every sum and difference says what happens when it cannot be
/// represented, so a guard and the arithmetic it protects are one expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(u32);

impl Amount {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest amount a client may name: eight digits (AMT-2).
    pub const MAX: Self = Self(99_999_999);

    /// `minor_units` as an amount. Not limited to [`Amount::MAX`]: that limit is a rule about
    /// requests, not about what can be represented.
    #[must_use]
    #[inline]
    pub const fn new(minor_units: u32) -> Self {
        Self(minor_units)
    }

    /// A client's number as an amount; `None` if it is negative or cannot be represented.
    #[must_use]
    #[inline]
    pub fn from_request(number: i64) -> Option<Self> {
        u32::try_from(number).ok().map(Self)
    }

    /// Minor units.
    #[must_use]
    #[inline]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Is this no money at all?
    #[must_use]
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// `self + other`, or `None` where the sum cannot be represented.
    #[must_use]
    #[inline]
    pub const fn plus(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// `self − other`, or `None` where `other` is the larger.
    #[must_use]
    #[inline]
    pub const fn minus(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// `self × part ÷ whole`, rounded to the nearest unit; nothing where `whole` is nothing. Exactly one half of a unit
    /// becomes a whole one with `half_rounds_up`, and nothing without.
    ///
    /// The share of a fee or transfer that goes back with a partial refund (REF-8, P1).
    #[must_use]
    #[inline]
    pub fn share(self, part: Self, whole: Self, half_rounds_up: bool) -> Self {
        let [total, part, whole] = [self.0, part.0, whole.0].map(u128::from);
        let halves = total.saturating_mul(part).saturating_mul(2);
        let below_half = if half_rounds_up { whole } else { whole.saturating_sub(1) };
        let nearest = halves.saturating_add(below_half).checked_div(whole.saturating_mul(2)).unwrap_or(0);
        Self(u32::try_from(nearest).unwrap_or(u32::MAX))
    }

    /// [`Amount::plus`] where a guard has already shown that the sum fits. Should the guard be
    /// wrong, the input is refused with [`Rejection::AmountOutOfRange`], which a property forbids.
    #[inline]
    pub(crate) fn add(self, other: Self) -> Result<Self, Rejection> {
        self.plus(other).ok_or(Rejection::AmountOutOfRange)
    }

    /// [`Amount::minus`] where a guard has already shown that `other` is not the larger.
    #[inline]
    pub(crate) fn sub(self, other: Self) -> Result<Self, Rejection> {
        self.minus(other).ok_or(Rejection::AmountOutOfRange)
    }
}
