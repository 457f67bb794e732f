//! The config an engine works under: the merchant's account, and the choices the rules leave open.

use crate::time::HOUR;

/// Everything that stays the same while an engine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Config {
    /// What the rules leave open, and how this engine decides it.
    pub dialect: Dialect,
    /// The merchant.
    pub account: Account,
}

/// The merchant's account, as far as the rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    /// Where the account is: UnionPay and JCB multicapture depend on it (B6), and so does the
    /// length of a hold in yen (HOLD-3).
    pub country: Country,
    /// May the account capture several times at all? A matter of its pricing (B2).
    pub multicapture: bool,
}

impl Default for Account {
    fn default() -> Self {
        Self { country: Country::Us, multicapture: true }
    }
}

/// A country that some rule names, or any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "ISO country codes")]
pub enum Country {
    Us,
    Ca,
    Au,
    Nz,
    Jp,
    /// Any country that no rule names.
    Other,
}

impl Country {
    /// Every country.
    pub const ALL: [Self; 6] = [Self::Us, Self::Ca, Self::Au, Self::Nz, Self::Jp, Self::Other];

    /// The name in traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Ca => "ca",
            Self::Au => "au",
            Self::Nz => "nz",
            Self::Jp => "jp",
            Self::Other => "other",
        }
    }
}

/// A value that a dialect field can take, by the word used on the command line and in traces.
pub trait Choice: Sized {
    /// The value called `word`, or what may stand there instead.
    ///
    /// # Errors
    /// The allowed words, for a message to the user.
    fn parse(word: &str) -> Result<Self, String>;
    /// The word for the value.
    fn word(&self) -> String;
}

impl Choice for bool {
    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err("yes or no".to_owned()),
        }
    }
    fn word(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

impl Choice for u8 {
    fn parse(word: &str) -> Result<Self, String> {
        word.parse().map_err(|_| "a whole number from 0 to 255".to_owned())
    }
    fn word(&self) -> String {
        self.to_string()
    }
}

impl Choice for u32 {
    fn parse(word: &str) -> Result<Self, String> {
        word.parse().map_err(|_| "a whole number from 0 to 4294967295".to_owned())
    }
    fn word(&self) -> String {
        self.to_string()
    }
}

macro_rules! dialect {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $default:expr, $rule:literal;)+) => {
        /// The named choices where the rules leave freedom (VER-2, U1 to U18, P1). The defaults are the
        /// rule book's; another engine is checked under its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct Dialect {
            $($(#[$doc])* pub $field: $type,)+
        }

        impl Default for Dialect {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl Dialect {
            /// Every field with the rule that leaves it open.
            pub const FIELDS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($field), $rule),)+];

            /// Sets the field called `name` to the value called `word`.
            ///
            /// # Errors
            /// A sentence naming the field and what may stand there.
            pub fn set(&mut self, name: &str, word: &str) -> Result<(), String> {
                match name {
                    $(stringify!($field) => {
                        self.$field = <$type as Choice>::parse(word)
                            .map_err(|allowed| format!("dialect field `{name}`: expected {allowed}, found `{word}`"))?;
                    })+
                    _ => {
                        let names: Vec<_> = Self::FIELDS.iter().map(|(name, _)| *name).collect();
                        return Err(format!("no dialect field `{name}`; the fields are {}", names.join(", ")));
                    }
                }
                Ok(())
            }

            /// The value of every field, in the order of [`Dialect::FIELDS`].
            #[must_use]
            pub fn words(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($field), Choice::word(&self.$field)),)+]
            }
        }
    };
}

dialect! {
    /// The smallest amount a PaymentIntent may have, in minor units.
    minimum_amount: u32 = 50, "AMT-3";
    /// Must each capture reach the minimum too? The rules know it only of a retired endpoint.
    minimum_per_capture: bool = false, "CAP-7";
    /// Confirmations an intent survives; the next one cancels it.
    confirm_limit: u8 = 10, "U13";
    /// Is an explicit `final_capture=true` refused where multicapture is unavailable, like `false`?
    final_capture_needs_multicapture: bool = true, "U1, CAP-9";
    /// Does a non-final capture of all that is left keep the intent open, with nothing capturable?
    full_capture_stays_open: bool = true, "U5";
    /// Does canceling a partly captured intent end it `succeeded` (else `canceled`)?
    cancel_keeps_captured: bool = true, "U6, D8";
    /// May a fee or transfer amount appear for the first time after the first capture?
    late_connect_amounts: bool = true, "U8";
    /// May an authorization be captured in the very second of its deadline?
    capture_at_deadline: bool = false, "U9";
    /// Seconds after the deadline by which the expiry job has run at the latest (at least 1).
    expiry_job_delay: u32 = 1, "U9";
    /// Seconds after confirmation by which a background capture has reached the ledger at the latest.
    ledger_delay: u32 = HOUR, "A12";
    /// Does a charge report multicapture as available although its capture method is not manual?
    multicapture_despite_automatic: bool = true, "B11";
    /// Is `request_multicapture` accepted although the capture method is not manual?
    accept_multicapture_with_automatic: bool = true, "B10, B12";
    /// May the metadata of a canceled intent be changed?
    metadata_on_canceled: bool = false, "PI-10";
    /// Does a fully refunded open charge turn `refunded` at its final capture by itself?
    refunded_at_final_capture: bool = true, "U16, B43";
    /// Does exactly one half of a unit in the share of a fee or transfer round away from zero (else toward zero)?
    half_of_a_share_rounds_up: bool = true, "P1, REF-8";
    /// Is a released authorization shown as `amount_refunded`, as the API of 2022 did?
    release_shown_as_refund: bool = true, "U14, HOLD-13, HOLD-19";
}
