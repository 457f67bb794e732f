//! The networks of cards and the types of methods.

use super::OtherType;
use serde::{Deserialize, Serialize};

/// A card network. [`Network::multicapture`] lists those with multicapture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the networks' names")]
pub enum Network {
    Visa,
    Mastercard,
    Amex,
    Discover,
    Diners,
    Jcb,
    UnionPay,
    CartesBancaires,
}

impl Network {
    /// Returns the network's name in API objects.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
            Self::Amex => "amex",
            Self::Discover => "discover",
            Self::Diners => "diners",
            Self::Jcb => "jcb",
            Self::UnionPay => "unionpay",
            Self::CartesBancaires => "cartes_bancaires",
        }
    }

    /// B5, B6: whether payments over this network can be captured several times by an account in `country`.
    #[must_use]
    pub fn multicapture(self, country: &str) -> bool {
        match self {
            Self::Visa | Self::Mastercard | Self::Amex | Self::Discover | Self::Diners | Self::CartesBancaires => true,
            Self::UnionPay => country == "US",
            Self::Jcb => matches!(country, "US" | "CA" | "AU" | "NZ"),
        }
    }
}

/// The type of a payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MethodType {
    /// A card.
    Card,
    /// A US bank account (ACH debit).
    UsBankAccount,
    /// A SEPA direct debit.
    SepaDebit,
    /// A transfer that the customer sends from their bank (`customer_balance`).
    BankTransfer,
    /// A type without test methods.
    Other(OtherType),
}

impl MethodType {
    /// Every type with test methods.
    pub const ALL: &'static [Self] = &[Self::Card, Self::UsBankAccount, Self::SepaDebit, Self::BankTransfer];

    /// Returns the type's name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::UsBankAccount => "us_bank_account",
            Self::SepaDebit => "sepa_debit",
            Self::BankTransfer => "customer_balance",
            Self::Other(other) => other.name(),
        }
    }

    /// Returns the type called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let others = OtherType::ALL.iter().map(|other| Self::Other(*other));
        Self::ALL.iter().copied().chain(others).find(|known| known.name() == name)
    }

    /// Returns whether it is the type of cards.
    #[must_use]
    pub const fn is_card(self) -> bool {
        matches!(self, Self::Card)
    }

    /// Returns whether the engine has payments by the type.
    #[must_use]
    pub const fn is_payable(self) -> bool {
        !matches!(self, Self::Other(other) if !other.is_payable())
    }

    /// Returns whether the customer pays on a page of another provider.
    #[must_use]
    pub const fn redirects(self) -> bool {
        matches!(self, Self::Other(other) if other.redirects())
    }

    /// Returns whether payments settle days later, through `processing` (C8, C9).
    #[must_use]
    pub const fn settles_later(self) -> bool {
        matches!(self, Self::BankTransfer) || self.is_bank_debit()
    }

    /// Returns whether `capture_method=manual` can hold a payment by the type (HOLD-6, HOLD-7).
    #[must_use]
    pub const fn can_be_held(self) -> bool {
        match self {
            Self::Card => true,
            Self::Other(other) => other.hold().is_some(),
            Self::UsBankAccount | Self::SepaDebit | Self::BankTransfer => false,
        }
    }

    /// Returns whether the merchant debits a bank account and may stop that for a while (C18).
    #[must_use]
    pub const fn is_bank_debit(self) -> bool {
        match self {
            Self::UsBankAccount | Self::SepaDebit => true,
            Self::Other(other) => other.is_bank_debit(),
            Self::Card | Self::BankTransfer => false,
        }
    }
}
