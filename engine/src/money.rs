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
    /// The largest amount that one payment in most currencies may have: eight digits (AMT-2). [`Currency::largest`] has
    /// the exception.
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
        /// A currency of the provider (P25).
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

            /// Returns the smallest chargeable amount: about US$0.50 where it is documented (AMT-3), otherwise one minor unit.
            #[must_use]
            pub const fn minimum(self) -> Money {
                match self { $(Self::$name => Money::new($minimum)),* }
            }

            /// Returns the largest amount of one payment: eight digits, in rupiah twelve (AMT-2, AMT-6).
            #[must_use]
            pub const fn largest(self) -> Money {
                if matches!(self, Self::Idr) { Money::new(999_999_999_999) } else { Money::LARGEST_PAYMENT }
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
    Aed "aed" 200 2;
    Afn "afn" 1 2;
    All "all" 1 2;
    Amd "amd" 1 2;
    Ang "ang" 1 2;
    Aoa "aoa" 1 2;
    Ars "ars" 1 2;
    Awg "awg" 1 2;
    Azn "azn" 1 2;
    Bam "bam" 1 2;
    Bbd "bbd" 1 2;
    Bdt "bdt" 1 2;
    Bgn "bgn" 100 2;
    Bif "bif" 1 0;
    Bmd "bmd" 1 2;
    Bnd "bnd" 1 2;
    Bob "bob" 1 2;
    Bsd "bsd" 1 2;
    Bwp "bwp" 1 2;
    Byn "byn" 1 2;
    Bzd "bzd" 1 2;
    Cdf "cdf" 1 2;
    Clp "clp" 1 0;
    Cop "cop" 1 2;
    Crc "crc" 1 2;
    Cve "cve" 1 2;
    Czk "czk" 1500 2;
    Djf "djf" 1 0;
    Dop "dop" 1 2;
    Dzd "dzd" 1 2;
    Egp "egp" 1 2;
    Etb "etb" 1 2;
    Fjd "fjd" 1 2;
    Fkp "fkp" 1 2;
    Gel "gel" 1 2;
    Gip "gip" 1 2;
    Gmd "gmd" 1 2;
    Gnf "gnf" 1 0;
    Gtq "gtq" 1 2;
    Gyd "gyd" 1 2;
    Hnl "hnl" 1 2;
    Htg "htg" 1 2;
    Huf "huf" 17500 2;
    Idr "idr" 1 2;
    Ils "ils" 1 2;
    Isk "isk" 1 2;
    Jmd "jmd" 1 2;
    Kes "kes" 1 2;
    Kgs "kgs" 1 2;
    Khr "khr" 1 2;
    Kmf "kmf" 1 0;
    Krw "krw" 1 0;
    Kyd "kyd" 1 2;
    Kzt "kzt" 1 2;
    Lak "lak" 1 2;
    Lbp "lbp" 1 2;
    Lkr "lkr" 1 2;
    Lrd "lrd" 1 2;
    Lsl "lsl" 1 2;
    Mad "mad" 1 2;
    Mdl "mdl" 1 2;
    Mga "mga" 1 0;
    Mkd "mkd" 1 2;
    Mmk "mmk" 1 2;
    Mnt "mnt" 1 2;
    Mop "mop" 1 2;
    Mur "mur" 1 2;
    Mvr "mvr" 1 2;
    Mwk "mwk" 1 2;
    Myr "myr" 200 2;
    Mzn "mzn" 1 2;
    Nad "nad" 1 2;
    Ngn "ngn" 1 2;
    Nio "nio" 1 2;
    Npr "npr" 1 2;
    Pab "pab" 1 2;
    Pen "pen" 1 2;
    Pgk "pgk" 1 2;
    Php "php" 1 2;
    Pkr "pkr" 1 2;
    Pyg "pyg" 1 0;
    Qar "qar" 1 2;
    Ron "ron" 200 2;
    Rsd "rsd" 1 2;
    Rub "rub" 1 2;
    Rwf "rwf" 1 0;
    Sar "sar" 1 2;
    Sbd "sbd" 1 2;
    Scr "scr" 1 2;
    Shp "shp" 1 2;
    Sle "sle" 1 2;
    Sos "sos" 1 2;
    Srd "srd" 1 2;
    Std "std" 1 2;
    Szl "szl" 1 2;
    Thb "thb" 1000 2;
    Tjs "tjs" 1 2;
    Top "top" 1 2;
    Try "try" 1 2;
    Ttd "ttd" 1 2;
    Twd "twd" 1 2;
    Tzs "tzs" 1 2;
    Uah "uah" 1 2;
    Ugx "ugx" 1 0;
    Uyu "uyu" 1 2;
    Uzs "uzs" 1 2;
    Vnd "vnd" 1 0;
    Vuv "vuv" 1 0;
    Wst "wst" 1 2;
    Xaf "xaf" 1 0;
    Xcd "xcd" 1 2;
    Xof "xof" 1 0;
    Xpf "xpf" 1 0;
    Yer "yer" 1 2;
    Zar "zar" 1 2;
    Zmw "zmw" 1 2;
    Bhd "bhd" 1 3;
    Jod "jod" 1 3;
    Kwd "kwd" 1 3;
    Omr "omr" 1 3;
    Tnd "tnd" 1 3;
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
            3 => format!("{}.{:03}", minor / 1_000, minor % 1_000),
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
