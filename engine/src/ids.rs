//! The ids of all objects: one table gives every kind its id type, its prefix and its number in the file format.
//!
//! This module imports nothing from the crate, so that every other module can name an object without its record.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Calls `$macro!` with the table of objects: number in the file format, record, id type, typed read, conversion, prefix.
macro_rules! for_each_object {
    ($macro:ident) => {
        $macro! {
            0 Account AccountId account_by_id as_account "acct_";
            1 Customer CustomerId customer as_customer "cus_";
            2 PaymentMethod PaymentMethodId payment_method as_payment_method "pm_";
            3 PaymentIntent PaymentIntentId payment_intent as_payment_intent "pi_";
            4 Charge ChargeId charge as_charge "ch_";
            5 Refund RefundId refund as_refund "re_";
            6 Transfer TransferId transfer as_transfer "tr_";
            7 Reversal ReversalId reversal as_reversal "trr_";
            8 ApplicationFee ApplicationFeeId application_fee as_application_fee "fee_";
            9 FeeRefund FeeRefundId fee_refund as_fee_refund "fr_";
            10 SetupIntent SetupIntentId setup_intent as_setup_intent "seti_";
            11 CheckoutSession CheckoutSessionId checkout_session as_checkout_session "cs_test_";
            12 BalanceTransaction BalanceTransactionId balance_transaction as_balance_transaction "txn_";
            13 Event EventId event as_event "evt_";
            14 WebhookEndpoint WebhookEndpointId webhook_endpoint as_webhook_endpoint "we_";
            15 Delivery DeliveryId delivery as_delivery "whd_";
            16 Product ProductId product as_product "prod_";
            17 Price PriceId price as_price "price_";
            18 ShippingRate ShippingRateId shipping_rate as_shipping_rate "shr_";
            19 ExternalAccount ExternalAccountId external_account as_external_account "ba_";
            20 Person PersonId person as_person "person_";
            21 TaxId TaxIdId tax_id as_tax_id "txi_";
            22 SourceToken TokenId token as_token "tok_";
            23 SetupAttempt SetupAttemptId setup_attempt as_setup_attempt "setatt_";
        }
    };
}
pub(crate) use for_each_object;

macro_rules! ids {
    ($($code:literal $record:ident $id:ident $get:ident $as:ident $prefix:literal;)*) => {
        $(
            #[doc = concat!("The id of a `", stringify!($record), "`, written `", $prefix, "…`.")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $id(pub u64);

            impl fmt::Display for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    let (prefix, number) = written(Kind::$record, $prefix, self.0);
                    write_id(f, prefix, number)
                }
            }

            impl FromStr for $id {
                type Err = NotAnId;
                fn from_str(text: &str) -> Result<Self, NotAnId> {
                    read_id(Kind::$record, $prefix, text).map(Self).ok_or(NotAnId)
                }
            }

            impl From<$id> for ObjectId {
                fn from(id: $id) -> Self { Self::$record(id) }
            }
        )*

        /// The kind of an object. The numbers are part of the file format.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the variants are the records")]
        pub enum Kind { $($record = $code),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$record),*];

            /// Returns the number of this kind in the file format.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$record => $code),* }
            }

            /// Returns the id of this kind with the given number.
            #[must_use]
            pub const fn id(self, number: u64) -> ObjectId {
                match self { $(Self::$record => ObjectId::$record($id(number))),* }
            }
        }

        /// The id of any object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the records")]
        pub enum ObjectId { $($record($id)),* }

        impl ObjectId {
            /// Returns the kind of the object.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$record(_) => Kind::$record),* }
            }

            /// Returns the number, which is unique within the kind.
            #[must_use]
            pub const fn number(self) -> u64 {
                match self { $(Self::$record(id) => id.0),* }
            }
        }

        impl fmt::Display for ObjectId {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$record(id) => id.fmt(f)),* }
            }
        }

        impl FromStr for ObjectId {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                $(if let Ok(id) = text.parse::<$id>() { return Ok(Self::$record(id)); })*
                Err(NotAnId)
            }
        }
    };
}

for_each_object!(ids);

/// Returns the second prefix of a kind: of a charge that is not a card's (P19), and of a card that is a source.
const fn other_prefix(kind: Kind) -> Option<&'static str> {
    if matches!(kind, Kind::Charge) {
        Some("py_")
    } else if matches!(kind, Kind::PaymentMethod) {
        Some("card_")
    } else {
        None
    }
}

/// The bit in the number of an id with that prefix, and of a PaymentIntent that the API never shows.
const PAYMENT_BIT: u64 = 1 << 62;

impl ChargeId {
    /// Returns the id, written `py_…`, of a charge that is not a card's: a bank debit, or a payment received by transfer.
    #[must_use]
    pub const fn payment(number: u64) -> Self {
        Self(number | PAYMENT_BIT)
    }
}

impl PaymentIntentId {
    /// Returns the id of a PaymentIntent that carries a charge made without one. The API never shows it.
    #[must_use]
    pub const fn of_charge(number: u64) -> Self {
        Self(number | PAYMENT_BIT)
    }

    /// Returns whether the PaymentIntent carries a charge made without one.
    #[must_use]
    pub const fn is_of_charge(self) -> bool {
        self.0 & PAYMENT_BIT != 0
    }
}

impl PaymentMethodId {
    /// Returns the id, written `card_…`, of a card that a customer has as a source.
    #[must_use]
    pub const fn source(number: u64) -> Self {
        Self(number | PAYMENT_BIT)
    }

    /// Returns whether the method is a source of a customer.
    #[must_use]
    pub const fn is_source(self) -> bool {
        self.0 & PAYMENT_BIT != 0
    }
}

/// Returns the prefix and the number that the id of a `kind` shows.
const fn written(kind: Kind, prefix: &'static str, number: u64) -> (&'static str, u64) {
    match other_prefix(kind) {
        Some(other) if number & PAYMENT_BIT != 0 => (other, number & !PAYMENT_BIT),
        Some(_) | None => (prefix, number),
    }
}

/// Returns the number of the id of a `kind`; `None` for any other text.
fn read_id(kind: Kind, prefix: &str, text: &str) -> Option<u64> {
    if let Some(digits) = text.strip_prefix(prefix) {
        // A number is written in one way only, and no id names a hidden object.
        let has_two_forms = kind == Kind::PaymentIntent || other_prefix(kind).is_some();
        return read_digits(digits).filter(|number| !has_two_forms || number & PAYMENT_BIT == 0);
    }
    let digits = text.strip_prefix(other_prefix(kind)?)?;
    read_digits(digits).filter(|number| number & PAYMENT_BIT == 0).map(|number| number | PAYMENT_BIT)
}

impl Kind {
    /// Returns the name of this kind in the API's errors, and the parameter that holds an id of this kind.
    pub(crate) const fn name_and_param(self) -> (&'static str, &'static str) {
        match self {
            Self::Account => ("account", "id"),
            Self::Customer => ("customer", "id"),
            Self::PaymentMethod => ("PaymentMethod", "payment_method"),
            Self::PaymentIntent => ("payment_intent", "intent"),
            Self::Charge => ("charge", "id"),
            Self::Refund => ("refund", "refund"),
            Self::Transfer => ("transfer", "id"),
            Self::Reversal => ("transfer_reversal", "id"),
            Self::ApplicationFee => ("application_fee", "id"),
            Self::FeeRefund => ("fee_refund", "id"),
            Self::SetupIntent => ("setupintent", "intent"),
            Self::CheckoutSession => ("checkout.session", "session"),
            Self::BalanceTransaction => ("balance transaction", "id"),
            Self::Event => ("event", "id"),
            Self::WebhookEndpoint => ("webhook_endpoint", "id"),
            Self::Delivery => ("delivery", "id"),
            Self::Product => ("product", "id"),
            Self::Price => ("price", "price"),
            Self::ShippingRate => ("shipping rate", "shipping_rate_token"),
            Self::ExternalAccount => ("external account", "id"),
            Self::Person => ("person", "person"),
            Self::TaxId => ("tax_id", "id"),
            Self::SourceToken => ("token", "token"),
            Self::SetupAttempt => ("setup_attempt", "id"),
        }
    }
}

/// The engine's name for one effect at the acquirer. Two requests under one reference have one effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(pub u64);

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "ref_", self.0)
    }
}

/// The error for a text that is not the id of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of an id after its prefix: enough for 64 bits, at a fixed width so that text sorts like numbers.
const WIDTH: usize = 11;

pub(crate) fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, mut number: u64) -> fmt::Result {
    let mut text = [b'0'; WIDTH];
    for place in text.iter_mut().rev() {
        let digit = usize::try_from(number % 62).unwrap_or(0);
        *place = DIGITS.get(digit).copied().unwrap_or(b'0');
        number /= 62;
    }
    f.write_str(prefix)?;
    text.iter().try_for_each(|digit| fmt::Write::write_char(f, char::from(*digit)))
}

fn read_digits(text: &str) -> Option<u64> {
    if text.len() != WIDTH {
        return None;
    }
    let number = text.bytes().try_fold(0_u64, |number, byte| {
        let digit = DIGITS.iter().position(|d| *d == byte)?;
        number.checked_mul(62)?.checked_add(u64::try_from(digit).ok()?)
    });
    // No id is larger: a store keeps them as signed integers.
    number.filter(|number| i64::try_from(*number).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes() {
        for number in [0, 1, 61, 62, PAYMENT_BIT - 1] {
            let id = PaymentIntentId(number);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().parse::<ObjectId>(), Ok(ObjectId::PaymentIntent(id)));
        }
        let largest = RefundId(u64::MAX / 2);
        assert_eq!(largest.to_string().parse(), Ok(largest));
        assert_eq!(PaymentIntentId::of_charge(1).to_string().parse::<PaymentIntentId>(), Err(NotAnId));
    }

    /// P19: a charge that is not a card's is written `py_…`, and both forms are read back.
    #[test]
    fn charges_have_two_prefixes() {
        for number in [0, 1, 61, PAYMENT_BIT - 1] {
            for (id, prefix) in [(ChargeId(number), "ch_"), (ChargeId::payment(number), "py_")] {
                assert!(id.to_string().starts_with(prefix));
                assert_eq!(id.to_string().parse(), Ok(id));
                assert_eq!(id.to_string().parse::<ObjectId>(), Ok(ObjectId::Charge(id)));
            }
        }
        assert_eq!("py_KcgODyEZ9rC".parse::<ChargeId>(), Err(NotAnId));
        assert_eq!("py_00000000001".parse::<RefundId>(), Err(NotAnId));
    }

    #[test]
    fn foreign_text_is_not_an_id() {
        for text in [
            "",
            "pi_",
            "pi_1",
            "ch_00000000001",
            "pi_0000000000!",
            "pi_zzzzzzzzzzz",
            "pi_KcgODyEZ9rC",
            "pi_000000000000",
        ] {
            assert_eq!(text.parse::<PaymentIntentId>(), Err(NotAnId), "{text}");
        }
    }
}
