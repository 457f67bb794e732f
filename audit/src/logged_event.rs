//! An event of a log: the fields that the audit reads.

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;

use crate::compact::Compact;
use crate::seen::{Id, Seen, Text};

/// One event of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedEvent {
    /// `id`.
    pub id: Text,
    /// `type`.
    #[serde(rename = "type")]
    pub kind: Text,
    /// `created`, in seconds since 1970.
    pub created: i64,
    /// The line of the log; of a document, the number of the event in it.
    pub line: u64,
    /// `api_version`.
    #[serde(skip_serializing_if = "Seen::is_absent")]
    pub api_version: Seen<Text>,
    /// `request`: the id of the request that caused the event, and null if a job did.
    #[serde(skip_serializing_if = "Seen::is_absent")]
    pub request: Seen<Id>,
    /// `data`. It is large, and events are moved around.
    pub data: Box<Data>,
}

/// `data` of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    /// `object`: the object after the event.
    pub object: Object,
    /// `previous_attributes`: the former values of the fields that changed.
    #[serde(skip_serializing_if = "Nested::is_none")]
    pub previous_attributes: Nested<Object>,
}

/// An object within an object; `None` where there is none, or where something else stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested<T>(pub Option<Box<T>>);

impl<T> Default for Nested<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Nested<T> {
    /// Returns `true` if there is none.
    pub const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The object, if it is there.
    pub fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }
}

impl<T: Serialize> Serialize for Nested<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

struct Inner<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Inner<T> {
    type Value = Nested<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Nested<T>, A::Error> {
        let inner = T::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Nested(Some(Box::new(inner))))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Nested<T>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Nested(None))
    }
    fn visit_unit<E>(self) -> Result<Nested<T>, E> {
        Ok(Nested(None))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Nested<T>, E> {
        Ok(Nested(None))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Nested<T>, E> {
        Ok(Nested(None))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Nested<T>, E> {
        Ok(Nested(None))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Nested<T>, E> {
        Ok(Nested(None))
    }
    fn visit_str<E>(self, _: &str) -> Result<Nested<T>, E> {
        Ok(Nested(None))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nested<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Inner(PhantomData))
    }
}

macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? } $({ $($nested:ident: $inner:ty),+ $(,)? })?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        #[expect(missing_docs, reason = "the provider's own field names")]
        pub struct $name {
            $(#[serde(skip_serializing_if = "Seen::is_absent")] pub $field: Seen<$type>,)+
            $($(#[serde(skip_serializing_if = "Nested::is_none")] pub $nested: Nested<$inner>,)+)?
        }

        impl Compact for $name {
            /// The fields that are present, as bits, followed by their values.
            fn write(&self, out: &mut Vec<u8>) {
                let (mut shown, mut bit) = (0_u64, 1_u64);
                $(if !self.$field.is_absent() { shown |= bit; } bit = bit.wrapping_shl(1);)+
                $($(if !self.$nested.is_none() { shown |= bit; } bit = bit.wrapping_shl(1);)+)?
                debug_assert!(bit != 0, "there are more fields than bits");
                shown.write(out);
                $(if !self.$field.is_absent() { self.$field.write(out); })+
                $($(if let Some(inner) = self.$nested.get() { inner.write(out); })+)?
            }
            fn read(from: &mut &[u8]) -> Option<Self> {
                let mut shown = u64::read(from)?;
                let mut is_shown = || { let bit = shown & 1; shown >>= 1; bit == 1 };
                let mut it = Self::default();
                $(if is_shown() { it.$field = Seen::read(from)?; })+
                $($(if is_shown() { it.$nested = Nested(Some(Box::new(<$inner>::read(from)?))); })+)?
                Some(it)
            }
        }
    };
}

fields! {
    /// `data.object`, or `data.previous_attributes`: every field that a rule reads, of any object.
    Object {
        object: Text, id: Id, status: Text, currency: Text, created: i64,
        amount: i64, amount_capturable: i64, amount_received: i64,
        amount_captured: i64, amount_refunded: i64, amount_reversed: i64,
        captured: bool, refunded: bool, reversed: bool, disputed: bool, paid: bool,
        capture_method: Text, confirmation_method: Text, cancellation_reason: Text,
        latest_charge: Id, payment_intent: Id, setup_intent: Id, charge: Id, source_transaction: Id,
        payment_method: Id, balance_transaction: Id, transfer: Id, application_fee: Id, transfer_reversal: Id,
        application_fee_amount: i64, amount_total: i64, failure_code: Text, reason: Text, payment_status: Text,
    } {
        charges: Charges, last_payment_error: Failure, last_setup_error: Failure, transfer_data: TransferData,
        payment_method_options: Options, payment_method_details: Details,
    }
}

fields! {
    /// `last_payment_error` and `last_setup_error`.
    Failure { code: Text, decline_code: Text, charge: Id, payment_method: Id }
}

fields! {
    /// `transfer_data`.
    TransferData { destination: Id, amount: i64 }
}

fields! {
    /// `payment_method_options`, and `payment_method_details` of a charge, for cards.
    Options { r#type: Text } { card: Card, card_present: Card }
}

/// `payment_method_details`.
pub type Details = Options;

fields! {
    /// The options of a card, and the details of one.
    Card {
        request_multicapture: Text, request_incremental_authorization: Text, request_overcapture: Text,
        request_partial_authorization: Text, request_incremental_authorization_support: bool,
        incremental_authorization_supported: bool, overcapture_supported: bool,
        capture_method: Text, brand: Text, capture_before: i64,
    } {
        multicapture: Feature, incremental_authorization: Feature, overcapture: Feature, partial_authorization: Feature,
    }
}

fields! {
    /// Whether a feature of a card is there.
    Feature { status: Text }
}

/// `charges`, the list that versions before 2022-11-15 have in the place of `latest_charge`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Charges {
    /// The charges, the latest first.
    pub data: Vec<Listed>,
}

/// A charge in such a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listed {
    /// `id`.
    pub id: Seen<Id>,
}

impl Compact for Listed {
    fn write(&self, out: &mut Vec<u8>) {
        self.id.write(out);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self { id: Seen::read(from)? })
    }
}

impl Compact for Charges {
    fn write(&self, out: &mut Vec<u8>) {
        self.data.write(out);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self { data: Vec::read(from)? })
    }
}

impl Compact for Data {
    fn write(&self, out: &mut Vec<u8>) {
        self.object.write(out);
        self.previous_attributes.get().is_some().write(out);
        if let Some(previous) = self.previous_attributes.get() {
            previous.write(out);
        }
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        let object = Object::read(from)?;
        let previous = if bool::read(from)? { Some(Box::read(from)?) } else { None };
        Some(Self { object, previous_attributes: Nested(previous) })
    }
}

impl Compact for LoggedEvent {
    fn write(&self, out: &mut Vec<u8>) {
        let Self { id, kind, created, line, api_version, request, data } = self;
        id.write(out);
        kind.write(out);
        created.write(out);
        line.write(out);
        api_version.write(out);
        request.write(out);
        data.write(out);
    }
    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            id: Text::read(from)?,
            kind: Text::read(from)?,
            created: i64::read(from)?,
            line: u64::read(from)?,
            api_version: Seen::read(from)?,
            request: Seen::read(from)?,
            data: Box::read(from)?,
        })
    }
}

impl LoggedEvent {
    /// `data.object`.
    pub fn object(&self) -> &Object {
        &self.data.object
    }

    /// `data.previous_attributes`.
    pub fn previous(&self) -> Option<&Object> {
        self.data.previous_attributes.get()
    }

    /// Returns whether the event may be rendered in a version that shows released money as refunded (VER-2).
    pub fn may_be_old(&self) -> bool {
        /// The version from which on a released hold is no longer shown as refunded.
        const MODERN: &str = "2022-11-15";
        self.api_version.text().is_none_or(|version| version < MODERN)
    }

    /// Returns whether the amounts of the event can be compared with those of a payment in this currency. A fee or a
    /// transfer may be in the currency of the account that it belongs to.
    pub fn is_comparable(&self, currency: Option<&str>) -> bool {
        let is_connected = matches!(self.object().object.text(), Some("application_fee" | "transfer"));
        !is_connected || self.object().currency.text().is_some_and(|own| Some(own) == currency)
    }

    /// Returns whether the two show different values of some field that both show.
    pub fn contradicts(&self, other: &Self) -> bool {
        let fields = |logged: &Self| serde_json::to_value(&logged.data).unwrap_or_default();
        self.kind != other.kind || self.created != other.created || differ(&fields(self), &fields(other))
    }

    /// Returns the number of values that the event shows.
    pub fn fullness(&self) -> usize {
        serde_json::to_value(&self.data).map_or(0, |data| values(&data))
    }

    /// Returns `true` if both events show the same of the same object at the same time, under any ids (HOOK-1, R10).
    pub fn shows_the_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.created == other.created && self.data == other.data
    }
}

/// Returns whether two values differ in a field that both have.
fn differ(one: &Value, other: &Value) -> bool {
    match (one.as_object(), other.as_object()) {
        (Some(one), Some(other)) => {
            one.iter().any(|(name, value)| other.get(name).is_some_and(|other| differ(value, other)))
        }
        _ => one != other,
    }
}

/// Returns the number of values within a value.
fn values(value: &Value) -> usize {
    match (value.as_object(), value.as_array()) {
        (Some(fields), _) => fields.values().map(values).sum(),
        (None, Some(items)) => items.iter().map(values).sum(),
        (None, None) => 1,
    }
}

impl Object {
    /// The latest charge, as old or new versions show it (VER-3).
    pub fn latest_charge(&self) -> Option<&str> {
        let listed = || self.charges.get().and_then(|charges| charges.data.first()).and_then(|charge| charge.id.id());
        self.latest_charge.id().or_else(listed)
    }

    /// The details of the card that was charged.
    pub fn card(&self) -> Option<&Card> {
        self.payment_method_details.get().and_then(|details| details.card.get())
    }

    /// The requested options of a card.
    pub fn card_options(&self) -> Option<&Card> {
        self.payment_method_options.get().and_then(|options| options.card.get())
    }

    /// Returns whether multicapture is available on this charge, or `None` if the event does not show it.
    pub fn multicapture(&self) -> Option<bool> {
        let status = self.card()?.multicapture.get()?.status.text()?;
        Some(status == "available")
    }

    /// Every amount, by name.
    pub fn amounts(&self) -> [(&'static str, &Seen<i64>); 8] {
        [
            ("amount", &self.amount),
            ("amount_capturable", &self.amount_capturable),
            ("amount_received", &self.amount_received),
            ("amount_captured", &self.amount_captured),
            ("amount_refunded", &self.amount_refunded),
            ("amount_reversed", &self.amount_reversed),
            ("application_fee_amount", &self.application_fee_amount),
            ("amount_total", &self.amount_total),
        ]
    }
}
