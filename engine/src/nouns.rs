//! The provider's nouns: one list gives every object its id type, prefix, place in [`Object`] and typed read.

use crate::objects::{
    Account, ApplicationFee, BalanceTransaction, Charge, CheckoutSession, Customer, Delivery, Event, FeeRefund,
    PaymentIntent, PaymentMethod, Refund, Reversal, SetupIntent, Transfer, WebhookEndpoint,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

macro_rules! nouns {
    ($($code:literal $noun:ident $id:ident $get:ident $as:ident $prefix:literal;)*) => {
        $(
            #[doc = concat!("The id of a [`", stringify!($noun), "`], written `", $prefix, "…`.")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $id(pub u64);

            impl fmt::Display for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write_id(f, $prefix, self.0)
                }
            }

            impl FromStr for $id {
                type Err = NotAnId;
                fn from_str(text: &str) -> Result<Self, NotAnId> {
                    text.strip_prefix($prefix).and_then(read_digits).map(Self).ok_or(NotAnId)
                }
            }

            impl From<$id> for ObjectId {
                fn from(id: $id) -> Self { Self::$noun(id) }
            }

            impl From<$noun> for Object {
                fn from(object: $noun) -> Self { Self::$noun(Arc::new(object)) }
            }

            impl From<Arc<$noun>> for Object {
                fn from(object: Arc<$noun>) -> Self { Self::$noun(object) }
            }
        )*

        /// What kind an object is of. The numbers are part of the file format.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the variants are the nouns")]
        pub enum Kind { $($noun = $code),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$noun),*];

            /// The number of this kind in the file format.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$noun => $code),* }
            }

            /// The id of this kind with the given number.
            #[must_use]
            pub const fn id(self, number: u64) -> ObjectId {
                match self { $(Self::$noun => ObjectId::$noun($id(number))),* }
            }
        }

        /// The id of any object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the nouns")]
        pub enum ObjectId { $($noun($id)),* }

        impl ObjectId {
            /// The kind of the object.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$noun(_) => Kind::$noun),* }
            }

            /// The number that is unique within the kind and grows with creation.
            #[must_use]
            pub const fn number(self) -> u64 {
                match self { $(Self::$noun(id) => id.0),* }
            }
        }

        impl fmt::Display for ObjectId {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$noun(id) => id.fmt(f)),* }
            }
        }

        impl FromStr for ObjectId {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                $(if let Ok(id) = text.parse::<$id>() { return Ok(Self::$noun(id)); })*
                Err(NotAnId)
            }
        }

        /// Any object, as stored and as frozen in events and answers.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the nouns")]
        pub enum Object { $($noun(Arc<$noun>)),* }

        impl Object {
            /// The object's id.
            #[must_use]
            pub fn id(&self) -> ObjectId {
                match self { $(Self::$noun(object) => object.id.into()),* }
            }

            $(
                #[doc = concat!("The object as a [`", stringify!($noun), "`], when it is one.")]
                #[must_use]
                pub const fn $as(&self) -> Option<&Arc<$noun>> {
                    if let Self::$noun(object) = self { Some(object) } else { None }
                }
            )*

            /// The account the object belongs to.
            #[must_use]
            pub fn account(&self) -> AccountId {
                match self { $(Self::$noun(object) => object.account),* }
            }
        }

        /// Typed reads of one consistent set of objects: all that a decision sees of the world.
        pub trait Objects {
            /// The object with this id.
            fn object(&self, id: ObjectId) -> Option<Object>;

            /// The balance of an account in a currency: the sum of its ledger, in minor units.
            fn balance(&self, account: AccountId, currency: crate::Currency) -> i64;

            $(
                #[doc = concat!("The [`", stringify!($noun), "`] with this id.")]
                fn $get(&self, id: $id) -> Option<Arc<$noun>> {
                    self.object(id.into())?.$as().cloned()
                }
            )*
        }
    };
}

nouns! {
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
}

impl Object {
    /// When the object was made; accounts do not say.
    #[must_use]
    pub fn created(&self) -> Option<crate::Time> {
        Some(match self {
            Self::Account(_) => return None,
            Self::Customer(o) => o.created,
            Self::PaymentMethod(o) => o.created,
            Self::PaymentIntent(o) => o.created,
            Self::Charge(o) => o.created,
            Self::Refund(o) => o.created,
            Self::Transfer(o) => o.created,
            Self::Reversal(o) => o.created,
            Self::ApplicationFee(o) => o.created,
            Self::FeeRefund(o) => o.created,
            Self::SetupIntent(o) => o.created,
            Self::CheckoutSession(o) => o.created,
            Self::BalanceTransaction(o) => o.created,
            Self::Event(o) => o.created,
            Self::WebhookEndpoint(o) => o.created,
            Self::Delivery(o) => o.created,
        })
    }
}

/// The text is not the id of any object.
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

/// Where new ids and secrets come from.
pub trait Ids: Send + Sync {
    /// A number no earlier call returned, larger than all before it.
    fn next(&self) -> u64;
    /// A number nobody can guess, for client secrets and signing secrets.
    ///
    /// # Errors
    /// [`NoEntropy`] when there is none to be had: a secret that can be guessed is never given out.
    fn secret(&self) -> Result<u64, NoEntropy>;
}

/// The operating system has no randomness to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEntropy;

/// Ids counted from one, and secrets derived from the count: every run alike.
#[derive(Debug, Default)]
pub struct SequentialIds(std::sync::atomic::AtomicU64);

impl SequentialIds {
    /// Counts on from `last`.
    #[must_use]
    pub const fn after(last: u64) -> Self {
        Self(std::sync::atomic::AtomicU64::new(last))
    }
}

impl Ids for SequentialIds {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).saturating_add(1)
    }

    fn secret(&self) -> Result<u64, NoEntropy> {
        Ok(self.next().wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// Ids that grow with the machine's time, unique across restarts, and secrets from the operating system.
#[derive(Debug, Default)]
pub struct SystemIds(std::sync::Mutex<u64>);

/// 2020-01-01, the zero of the time part of [`SystemIds`]: 31 bits of seconds last until 2088.
const FIRST_SECOND: u64 = 1_577_836_800;

impl Ids for SystemIds {
    fn next(&self) -> u64 {
        let seconds = crate::Clock::now(&crate::SystemClock).seconds().saturating_sub(FIRST_SECOND) & 0x7FFF_FFFF;
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let floor = seconds << 32;
        // An id is no secret: without entropy it is merely easier to guess.
        let within = getrandom::u64().unwrap_or(0) & 0x0FFF_FFFF;
        *last = if *last < floor { floor | within } else { last.saturating_add(1) };
        *last
    }

    fn secret(&self) -> Result<u64, NoEntropy> {
        getrandom::u64().map_err(|_| NoEntropy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes() {
        for number in [0, 1, 61, 62, u64::MAX / 2] {
            let id = PaymentIntentId(number);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().parse::<ObjectId>(), Ok(ObjectId::PaymentIntent(id)));
        }
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

    #[test]
    fn system_ids_grow() {
        let ids = SystemIds::default();
        let first = ids.next();
        assert!(ids.next() > first);
    }
}
