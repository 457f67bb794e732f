//! Events: frozen snapshots of changed objects, with the values before the change.

use super::{ApplicationFee, Balances, ChargeStatus, Customer, RefundStatus, SharedTexts};
use super::{Charge, CheckoutSession, NestedList, PaymentIntent, PaymentMethod, PaymentStatus, Refund, Transfer};
use crate::money::Money;
use crate::time::Time;
use crate::version::Feature;
use crate::{AccountId, ApiVersion, EventId, Object, ObjectId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

macro_rules! event_types {
    ($($name:ident $text:literal;)*) => {
        /// The type of an event (VOC-16). There is no `payment_intent.updated` and no `charge.created`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the variants are the provider's event types")]
        pub enum EventType { $($name),* }

        impl EventType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the type's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

event_types! {
    PaymentIntentCreated "payment_intent.created";
    PaymentIntentRequiresAction "payment_intent.requires_action";
    PaymentIntentProcessing "payment_intent.processing";
    PaymentIntentAmountCapturableUpdated "payment_intent.amount_capturable_updated";
    PaymentIntentSucceeded "payment_intent.succeeded";
    PaymentIntentPaymentFailed "payment_intent.payment_failed";
    PaymentIntentCanceled "payment_intent.canceled";
    ChargePending "charge.pending";
    ChargeSucceeded "charge.succeeded";
    ChargeFailed "charge.failed";
    ChargeCaptured "charge.captured";
    ChargeUpdated "charge.updated";
    ChargeRefunded "charge.refunded";
    ChargeExpired "charge.expired";
    ChargeRefundUpdated "charge.refund.updated";
    RefundCreated "refund.created";
    RefundUpdated "refund.updated";
    RefundFailed "refund.failed";
    SetupIntentCreated "setup_intent.created";
    SetupIntentRequiresAction "setup_intent.requires_action";
    SetupIntentSucceeded "setup_intent.succeeded";
    SetupIntentSetupFailed "setup_intent.setup_failed";
    SetupIntentCanceled "setup_intent.canceled";
    CheckoutSessionCompleted "checkout.session.completed";
    CheckoutSessionAsyncPaymentSucceeded "checkout.session.async_payment_succeeded";
    CheckoutSessionAsyncPaymentFailed "checkout.session.async_payment_failed";
    CheckoutSessionExpired "checkout.session.expired";
    ApplicationFeeCreated "application_fee.created";
    ApplicationFeeRefunded "application_fee.refunded";
    ApplicationFeeRefundUpdated "application_fee.refund.updated";
    TransferCreated "transfer.created";
    TransferUpdated "transfer.updated";
    TransferReversed "transfer.reversed";
    PaymentMethodAttached "payment_method.attached";
    PaymentMethodDetached "payment_method.detached";
    PaymentMethodUpdated "payment_method.updated";
    CustomerCreated "customer.created";
    CustomerUpdated "customer.updated";
    CustomerDeleted "customer.deleted";
    BalanceAvailable "balance.available";
    AccountUpdated "account.updated";
    AccountExternalAccountCreated "account.external_account.created";
    AccountExternalAccountUpdated "account.external_account.updated";
    AccountExternalAccountDeleted "account.external_account.deleted";
    PersonCreated "person.created";
    PersonUpdated "person.updated";
    PersonDeleted "person.deleted";
    ProductCreated "product.created";
    ProductUpdated "product.updated";
    ProductDeleted "product.deleted";
    PriceCreated "price.created";
    PriceUpdated "price.updated";
    CustomerTaxIdCreated "customer.tax_id.created";
    CustomerTaxIdDeleted "customer.tax_id.deleted";
}

impl EventType {
    /// Returns the type with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event_type| event_type.name() == name)
    }
}

/// A field that `previous_attributes` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the provider's field names")]
pub enum Field {
    AmountCapturable,
    AmountReceived,
    AmountCaptured,
    AmountRefunded,
    AmountRefundedWithRemainder,
    AmountReversed,
    Captured,
    Refunded,
    RefundedWithRemainder,
    Reversed,
    Paid,
    Status,
    PaymentStatus,
    BalanceTransaction,
    FailureBalanceTransaction,
    Transfer,
    ApplicationFee,
    ApplicationFeeAmount,
}

impl Field {
    /// Returns the field's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AmountCapturable => "amount_capturable",
            Self::AmountReceived => "amount_received",
            Self::AmountCaptured => "amount_captured",
            Self::AmountRefunded | Self::AmountRefundedWithRemainder => "amount_refunded",
            Self::AmountReversed => "amount_reversed",
            Self::Captured => "captured",
            Self::Refunded | Self::RefundedWithRemainder => "refunded",
            Self::Reversed => "reversed",
            Self::Paid => "paid",
            Self::Status => "status",
            Self::PaymentStatus => "payment_status",
            Self::BalanceTransaction => "balance_transaction",
            Self::FailureBalanceTransaction => "failure_balance_transaction",
            Self::Transfer => "transfer",
            Self::ApplicationFee => "application_fee",
            Self::ApplicationFeeAmount => "application_fee_amount",
        }
    }

    /// Returns whether `version` shows this field of `object`. Before 2022-11-15 the refunded amount of a charge counts
    /// the released remainder (P6).
    #[must_use]
    pub fn is_shown(self, object: &Object, version: ApiVersion) -> bool {
        let counts_remainder = object.as_charge().is_some() && !version.has(Feature::RemainderIsNoRefund);
        match self {
            Self::AmountRefundedWithRemainder | Self::RefundedWithRemainder => counts_remainder,
            Self::AmountRefunded | Self::Refunded => !counts_remainder,
            Self::AmountCapturable
            | Self::AmountReceived
            | Self::AmountCaptured
            | Self::AmountReversed
            | Self::Captured
            | Self::Reversed
            | Self::Paid
            | Self::Status
            | Self::PaymentStatus
            | Self::BalanceTransaction
            | Self::FailureBalanceTransaction
            | Self::Transfer
            | Self::ApplicationFee
            | Self::ApplicationFeeAmount => true,
        }
    }
}

/// The value a field had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants name the type of the value")]
pub enum Was {
    Amount(Money),
    MaybeAmount(Option<Money>),
    Flag(bool),
    Id(Option<ObjectId>),
    ChargeStatus(ChargeStatus),
    RefundStatus(RefundStatus),
    PaymentStatus(PaymentStatus),
}

/// The fields an event changed, with the values they had: `previous_attributes`.
pub type Previous = Vec<(Field, Was)>;

/// The request behind a change (`request` of an event).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The request's number; rendered `req_…`.
    pub request: u64,
    /// The idempotency key, echoed (IDEM-10).
    pub idempotency_key: Option<String>,
}

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The account that owns the object.
    pub account: AccountId,
    /// The time of the event.
    pub created: Time,
    /// The type of the event.
    pub event_type: EventType,
    /// The object after the change, frozen (`data.object`).
    pub object: Object,
    /// The balances of the account at that time, which `balance.available` shows in place of the object (P22).
    pub balances: Option<Balances>,
    /// The lists inside the object, frozen too, each with its path below the object (P7).
    pub nested: Vec<(String, NestedList)>,
    /// The changed fields with their previous values (`data.previous_attributes`).
    pub previous: Previous,
    /// The texts before the change, if it changed any (P29).
    pub previous_texts: SharedTexts,
    /// The request behind it; `None` for jobs and the environment.
    pub origin: Option<Arc<Origin>>,
    /// The account's version at that time.
    pub version: ApiVersion,
}

/// An object whose changes are announced field by field.
pub trait Tracked {
    /// Returns the tracked fields in which `self` differs from `before`, with the values of `before`.
    fn changes_since(&self, before: &Self) -> Previous;

    /// Returns the texts, whose changes are announced too.
    fn texts(&self) -> &SharedTexts;
}

/// Pairs `field` with its old value when the two differ.
fn note<T: PartialEq + Copy>(into: &mut Previous, field: Field, was: T, is: T, wrap: fn(T) -> Was) {
    if was != is {
        into.push((field, wrap(was)));
    }
}

impl Tracked for PaymentIntent {
    fn texts(&self) -> &SharedTexts {
        &self.texts
    }

    fn changes_since(&self, before: &Self) -> Previous {
        let mut changed = Previous::new();
        note(&mut changed, Field::AmountCapturable, before.capturable, self.capturable, Was::Amount);
        note(&mut changed, Field::AmountReceived, before.received, self.received, Was::Amount);
        changed
    }
}

impl Tracked for Charge {
    fn texts(&self) -> &SharedTexts {
        &self.texts
    }

    fn changes_since(&self, before: &Self) -> Previous {
        let mut changed = Previous::new();
        let id = |was: Option<crate::BalanceTransactionId>| Was::Id(was.map(ObjectId::from));
        note(&mut changed, Field::AmountCaptured, before.captured, self.captured, Was::Amount);
        note(&mut changed, Field::AmountRefunded, before.amount_refunded(), self.amount_refunded(), Was::Amount);
        let (amount_was, flag_was) = before.refunded_with_remainder();
        let (amount_is, flag_is) = self.refunded_with_remainder();
        note(&mut changed, Field::AmountRefundedWithRemainder, amount_was, amount_is, Was::Amount);
        note(&mut changed, Field::Captured, before.closed, self.closed, Was::Flag);
        note(&mut changed, Field::Refunded, before.is_refunded(), self.is_refunded(), Was::Flag);
        note(&mut changed, Field::RefundedWithRemainder, flag_was, flag_is, Was::Flag);
        note(&mut changed, Field::Status, before.status, self.status, Was::ChargeStatus);
        note(&mut changed, Field::BalanceTransaction, before.balance_transaction, self.balance_transaction, id);
        note(&mut changed, Field::Transfer, before.transfer(), self.transfer(), |was| Was::Id(was.map(ObjectId::from)));
        note(&mut changed, Field::ApplicationFee, before.application_fee(), self.application_fee(), |was| {
            Was::Id(was.map(ObjectId::from))
        });
        let (fee_was, fee_is) = (before.application_fee_amount, self.application_fee_amount);
        note(&mut changed, Field::ApplicationFeeAmount, fee_was, fee_is, Was::MaybeAmount);
        changed
    }
}

impl Tracked for Refund {
    fn texts(&self) -> &SharedTexts {
        &self.texts
    }

    fn changes_since(&self, before: &Self) -> Previous {
        let mut changed = Previous::new();
        let (was, is) = (before.failure_balance_transaction, self.failure_balance_transaction);
        note(&mut changed, Field::Status, before.status, self.status, Was::RefundStatus);
        note(&mut changed, Field::FailureBalanceTransaction, was, is, |was| Was::Id(was.map(ObjectId::from)));
        changed
    }
}

impl Tracked for Transfer {
    fn texts(&self) -> &SharedTexts {
        &self.texts
    }

    fn changes_since(&self, before: &Self) -> Previous {
        let mut changed = Previous::new();
        let full = |transfer: &Self| transfer.reversed == transfer.amount;
        note(&mut changed, Field::AmountReversed, before.reversed, self.reversed, Was::Amount);
        note(&mut changed, Field::Reversed, full(before), full(self), Was::Flag);
        changed
    }
}

impl Tracked for ApplicationFee {
    fn texts(&self) -> &SharedTexts {
        &None
    }

    fn changes_since(&self, before: &Self) -> Previous {
        let mut changed = Previous::new();
        let full = |fee: &Self| fee.refunded == fee.amount;
        note(&mut changed, Field::AmountRefunded, before.refunded, self.refunded, Was::Amount);
        note(&mut changed, Field::Refunded, full(before), full(self), Was::Flag);
        changed
    }
}

impl Tracked for CheckoutSession {
    fn texts(&self) -> &SharedTexts {
        &self.texts
    }

    fn changes_since(&self, before: &Self) -> Previous {
        let mut changed = Previous::new();
        note(&mut changed, Field::PaymentStatus, before.payment_status, self.payment_status, Was::PaymentStatus);
        changed
    }
}

impl Tracked for Customer {
    fn texts(&self) -> &SharedTexts {
        &self.texts
    }

    fn changes_since(&self, _: &Self) -> Previous {
        Previous::new()
    }
}

impl Tracked for PaymentMethod {
    fn texts(&self) -> &SharedTexts {
        &self.texts
    }

    fn changes_since(&self, _: &Self) -> Previous {
        Previous::new()
    }
}
