//! Money: unsigned minor units with checked arithmetic only, and the currencies the engine settles.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// An amount in the minor unit of some currency (cents, pence, yen).
///
/// There are no operators: every sum and difference is checked, so no amount can wrap or go negative.
///
/// ```
/// use holdfast_engine::{Money, OutOfRange};
///
/// assert_eq!(Money::new(700).minus(Money::new(300)), Ok(Money::new(400)));
/// assert_eq!(Money::new(300).minus(Money::new(700)), Err(OutOfRange));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(u64);

/// The error for a sum or difference that leaves the range of [`Money`]: an internal error, never a client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// The direction in which exactly one half of a minor unit is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HalfUnit {
    /// To the larger amount.
    #[default]
    AwayFromZero,
    /// To the smaller amount.
    TowardZero,
}

impl Money {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// The largest amount one payment may have: eight digits (AMT-2).
    pub const LARGEST_PAYMENT: Self = Self(99_999_999);

    /// Returns an amount of `minor` units.
    #[must_use]
    pub const fn new(minor: u64) -> Self {
        Self(minor)
    }

    /// Returns the number of minor units.
    #[must_use]
    pub const fn minor(self) -> u64 {
        self.0
    }

    /// Returns whether the amount is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Returns `self + other`.
    ///
    /// # Errors
    /// [`OutOfRange`] if the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, OutOfRange> {
        self.0.checked_add(other.0).map(Self).ok_or(OutOfRange)
    }

    /// Returns `self - other`.
    ///
    /// # Errors
    /// [`OutOfRange`] if `other` is larger.
    pub fn minus(self, other: Self) -> Result<Self, OutOfRange> {
        self.0.checked_sub(other.0).map(Self).ok_or(OutOfRange)
    }

    /// Returns the share `part / whole` of this amount, rounded to the nearest minor unit (P1). `half` decides between
    /// two equally near units.
    ///
    /// # Errors
    /// [`OutOfRange`] if `whole` is zero or the share exceeds the range of [`Money`].
    pub fn share(self, part: Self, whole: Self, half: HalfUnit) -> Result<Self, OutOfRange> {
        let whole = u128::from(whole.0);
        let product = u128::from(self.0).checked_mul(u128::from(part.0)).ok_or(OutOfRange)?;
        let below = product.checked_div(whole).ok_or(OutOfRange)?;
        let over = product.checked_rem(whole).ok_or(OutOfRange)?;
        let missing = whole.checked_sub(over).ok_or(OutOfRange)?;
        let up = match over.cmp(&missing) {
            Ordering::Less => false,
            Ordering::Equal => half == HalfUnit::AwayFromZero,
            Ordering::Greater => true,
        };
        let nearest = below.checked_add(u128::from(up)).ok_or(OutOfRange)?;
        u64::try_from(nearest).map(Self).map_err(|_| OutOfRange)
    }

    /// Returns this amount as a ledger movement into an account.
    ///
    /// # Errors
    /// [`OutOfRange`] if the amount is beyond the range of `i64`.
    pub fn incoming(self) -> Result<i64, OutOfRange> {
        i64::try_from(self.0).map_err(|_| OutOfRange)
    }

    /// Returns this amount as a ledger movement out of an account.
    ///
    /// # Errors
    /// [`OutOfRange`] if the amount is beyond the range of `i64`.
    pub fn outgoing(self) -> Result<i64, OutOfRange> {
        self.incoming()?.checked_neg().ok_or(OutOfRange)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! currencies {
    ($($name:ident $code:literal $minimum:literal $decimals:literal;)*) => {
        /// A currency the engine settles.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the ISO 4217 codes")]
        pub enum Currency { $($name),* }

        impl Currency {
            /// Every currency.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the ISO code in lower case, as the API shows it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// Returns the smallest chargeable amount: about US$0.50 (AMT-3).
            #[must_use]
            pub const fn minimum(self) -> Money {
                match self { $(Self::$name => Money::new($minimum)),* }
            }

            /// Returns the number of decimal places in amounts written for people.
            #[must_use]
            pub const fn decimals(self) -> u32 {
                match self { $(Self::$name => $decimals),* }
            }
        }
    };
}

currencies! {
    Usd "usd" 50 2;
    Eur "eur" 50 2;
    Gbp "gbp" 30 2;
    Jpy "jpy" 50 0;
    Cad "cad" 50 2;
    Aud "aud" 50 2;
    Nzd "nzd" 50 2;
    Chf "chf" 50 2;
    Sek "sek" 300 2;
    Nok "nok" 300 2;
    Dkk "dkk" 250 2;
    Sgd "sgd" 50 2;
    Hkd "hkd" 400 2;
    Pln "pln" 200 2;
    Mxn "mxn" 1000 2;
    Brl "brl" 50 2;
    Inr "inr" 50 2;
    Cny "cny" 400 2;
}

impl Currency {
    /// Returns the currency with this ISO code in any case.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.code().eq_ignore_ascii_case(code))
    }

    /// Returns `amount` written for people: `$40.00`, `12.50 EUR`, `900 JPY`.
    #[must_use]
    pub fn display(self, amount: Money) -> String {
        let minor = amount.minor();
        let text = match self.decimals() {
            0 => minor.to_string(),
            _ => format!("{}.{:02}", minor / 100, minor % 100),
        };
        if self == Self::Usd { format!("${text}") } else { format!("{text} {}", self.code().to_uppercase()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_differences_are_checked() {
        assert_eq!(Money::new(7).plus(Money::new(3)), Ok(Money::new(10)));
        assert_eq!(Money::new(7).minus(Money::new(8)), Err(OutOfRange));
        assert_eq!(Money::new(u64::MAX).plus(Money::new(1)), Err(OutOfRange));
        assert_eq!(Money::new(u64::MAX).incoming(), Err(OutOfRange));
    }

    /// P1: amount, part, whole, and the nearest unit as recorded.
    #[test]
    fn a_share_rounds_to_the_nearest_unit() {
        let rows = [
            (880, 500, 1200, 367),
            (285, 125, 1000, 36),
            (678, 200, 1000, 136),
            (2200, 500, 1500, 733),
            (671, 200, 1000, 134),
            (100, 1, 3, 33),
            (0, 1, 3, 0),
            (100, 0, 3, 0),
        ];
        for (amount, part, whole, share) in rows {
            for half in [HalfUnit::AwayFromZero, HalfUnit::TowardZero] {
                let rounded = Money::new(amount).share(Money::new(part), Money::new(whole), half);
                assert_eq!(rounded, Ok(Money::new(share)), "{amount} * {part} / {whole}");
            }
        }
    }

    #[test]
    fn one_half_is_rounded_as_the_dialect_says() {
        for (half, share) in [(HalfUnit::AwayFromZero, 3), (HalfUnit::TowardZero, 2)] {
            assert_eq!(Money::new(5).share(Money::new(1), Money::new(2), half), Ok(Money::new(share)), "{half:?}");
        }
        assert_eq!(HalfUnit::default(), HalfUnit::AwayFromZero);
    }

    #[test]
    fn a_share_is_checked() {
        let share =
            |amount, part, whole| Money::new(amount).share(Money::new(part), Money::new(whole), HalfUnit::AwayFromZero);
        assert_eq!(share(100, 1, 0), Err(OutOfRange));
        assert_eq!(share(u64::MAX, 3, 2), Err(OutOfRange));
        assert_eq!(share(u64::MAX, u64::MAX, u64::MAX), Ok(Money::new(u64::MAX)));
    }

    #[test]
    fn amounts_are_written_for_people() {
        assert_eq!(Currency::Usd.display(Money::new(4005)), "$40.05");
        assert_eq!(Currency::Jpy.display(Money::new(900)), "900 JPY");
        assert_eq!(Currency::from_code("USD"), Some(Currency::Usd));
        assert_eq!(Currency::from_code("usdt"), None);
    }
}
