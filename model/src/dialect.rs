//! The configuration of an engine: the merchant's account, and the choices that the specification leaves open.

use crate::time::HOUR;

/// The configuration of an engine, constant while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Config {
    /// The choice of each behavior that the specification leaves open.
    pub dialect: Dialect,
    /// The merchant's account.
    pub account: Account,
}

/// The properties of the merchant's account that requirements refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    /// Country of the account. UnionPay and JCB multicapture depend on it (B6), and so does a hold in yen (HOLD-3).
    pub country: Country,
    /// `true` if the account's pricing includes multicapture (B2).
    pub multicapture: bool,
}

impl Default for Account {
    fn default() -> Self {
        Self { country: Country::Us, multicapture: true }
    }
}

/// A country that a requirement names, or any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "ISO country codes")]
pub enum Country {
    Us,
    Ca,
    Au,
    Nz,
    Jp,
    /// Any country that no requirement names.
    Other,
}

impl Country {
    /// Every country.
    pub const ALL: [Self; 6] = [Self::Us, Self::Ca, Self::Au, Self::Nz, Self::Jp, Self::Other];

    /// Returns the name in traces.
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
    /// Returns the value called `word`.
    ///
    /// # Errors
    /// Returns the accepted words, for a message to the user.
    fn parse(word: &str) -> Result<Self, String>;
    /// Returns the word for the value.
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
        /// The named choices where the specification permits several behaviors (VER-2, U1 to U18, P1). The defaults are
        /// the specification's; another engine is checked under its own.
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
            /// Every field with the requirement that leaves it open.
            pub const FIELDS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($field), $rule),)+];

            /// Sets the field called `name` to the value called `word`.
            ///
            /// # Errors
            /// Returns a message that names the field and the accepted values.
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

            /// Returns the value of every field, in the order of [`Dialect::FIELDS`].
            #[must_use]
            pub fn words(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($field), Choice::word(&self.$field)),)+]
            }
        }
    };
}

dialect! {
    /// Smallest amount of a PaymentIntent, in minor units.
    minimum_amount: u32 = 50, "AMT-3";
    /// `true` if each capture must reach the minimum too. The specification knows this only of a retired endpoint.
    minimum_per_capture: bool = false, "CAP-7";
    /// Number of confirmations that an intent permits; the next one cancels it.
    confirm_limit: u8 = 10, "U13";
    /// `true` if an explicit `final_capture=true` is rejected where multicapture is unavailable, as `false` is.
    final_capture_needs_multicapture: bool = true, "U1, CAP-9";
    /// `true` if a non-final capture of the whole remainder leaves the intent open, with nothing capturable.
    full_capture_stays_open: bool = true, "U5";
    /// `true` if canceling a partly captured intent leads to `succeeded`, `false` if to `canceled`.
    cancel_keeps_captured: bool = true, "U6, D8";
    /// `true` if a fee or transfer amount may appear for the first time after the first capture.
    late_connect_amounts: bool = true, "U8";
    /// `true` if an authorization may be captured in the second of its deadline.
    capture_at_deadline: bool = false, "U9";
    /// Seconds after the deadline by which the expiry job has run (at least 1).
    expiry_job_delay: u32 = 1, "U9";
    /// Seconds after confirmation by which a background capture has reached the ledger.
    ledger_delay: u32 = HOUR, "A12";
    /// `true` if a charge reports multicapture as available although its capture method is not manual.
    multicapture_despite_automatic: bool = true, "B11";
    /// `true` if `request_multicapture` is accepted although the capture method is not manual.
    accept_multicapture_with_automatic: bool = true, "B10, B12";
    /// `true` if the metadata of a canceled intent may be changed.
    metadata_on_canceled: bool = false, "PI-10";
    /// `true` if a fully refunded open charge becomes `refunded` at its final capture.
    refunded_at_final_capture: bool = true, "U16, B43";
    /// `true` if exactly half a unit of a share rounds away from zero, `false` if toward zero.
    half_of_a_share_rounds_up: bool = true, "P1, REF-8";
    /// `true` if an off-session attempt that needs authentication leaves a failed charge.
    absent_customer_leaves_charge: bool = false, "P34";
    /// `true` if a released authorization appears as `amount_refunded`, as in the API of 2022.
    release_shown_as_refund: bool = true, "U14, HOLD-13, HOLD-19";
}
