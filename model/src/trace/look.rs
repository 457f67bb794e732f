//! The visible fields of an [`Observation`] by name: `pi1.capturable`, `session.status`.

use std::fmt;

use super::words::{Named, Seconds, Word, correction, text};
use crate::{
    Amount, CancellationReason, CaptureMethod, ChargeStatus, ChargeView, ConfirmationMethod, Currency, Flow, IntentId,
    IntentStatus, KeyId, KeyView, Observation, PaymentError, PaymentMethod, PaymentStatus, PaymentView, RefundId,
    RefundStatus, RefundView, SessionMode, SessionStatus, SessionUi, SessionView, SetupStatus, SetupView, Target,
};

/// The name of an object in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectName {
    /// `pi1`: a PaymentIntent with its latest charge and its ledger.
    Payment(IntentId),
    /// `pi1.re1`: a refund of that PaymentIntent.
    Refund(IntentId, RefundId),
    /// `setup`.
    Setup,
    /// `session`.
    Session,
    /// `key1`.
    Key(KeyId),
}

impl From<Target> for ObjectName {
    fn from(target: Target) -> Self {
        match target {
            Target::Payment(intent) => Self::Payment(intent),
            Target::Refund(intent, refund) => Self::Refund(intent, refund),
            Target::Setup => Self::Setup,
            Target::Session => Self::Session,
        }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Payment(intent) => intent.write(out),
            Self::Refund(intent, refund) => write!(out, "{}.{}", text(intent), text(refund)),
            Self::Setup => out.write_str("setup"),
            Self::Session => out.write_str("session"),
            Self::Key(key) => key.write(out),
        }
    }
}

/// The value of a visible field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number: an amount or a count.
    Number(i64),
    /// Seconds; negative after the deadline.
    Seconds(i64),
    /// `true` or `false`.
    Flag(bool),
    /// One of the provider's words.
    Word(&'static str),
    /// A PaymentIntent.
    Intent(IntentId),
    /// `null`: an absent object.
    Null,
    /// `set`: a present object.
    Set,
}

impl Value {
    /// Returns the number, for comparisons of size.
    #[must_use]
    pub const fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) | Self::Seconds(number) => Some(number),
            Self::Flag(_) | Self::Word(_) | Self::Intent(_) | Self::Null | Self::Set => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Seconds(seconds) => {
                if seconds < 0 {
                    out.write_str("-")?;
                }
                match u32::try_from(seconds.unsigned_abs()) {
                    Ok(length) => Seconds(length).write(out),
                    Err(_) => write!(out, "{}s", seconds.unsigned_abs()),
                }
            }
            Self::Flag(flag) => flag.write(out),
            Self::Word(word) => out.write_str(word),
            Self::Intent(intent) => intent.write(out),
            Self::Null => out.write_str("null"),
            Self::Set => out.write_str("set"),
        }
    }
}

/// The kind of a field's value.
#[derive(Clone, Copy)]
enum Kind {
    Number,
    Seconds,
    Flag,
    Link,
    Intent,
    Words(fn() -> Vec<&'static str>),
}

/// A field of a view: its name, its kind and its value.
struct Field<V> {
    name: &'static str,
    kind: Kind,
    see: fn(&V) -> Value,
}

const fn field<V>(name: &'static str, kind: Kind, see: fn(&V) -> Value) -> Field<V> {
    Field { name, kind, see }
}

fn money(amount: Amount) -> Value {
    Value::Number(i64::from(amount.get()))
}

fn word<T: Named>(value: T) -> Value {
    Value::Word(value.word())
}

fn maybe<T>(value: Option<T>, see: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Null, see)
}

fn count(number: impl Into<i64>) -> Value {
    Value::Number(number.into())
}

fn link(set: bool) -> Value {
    if set { Value::Set } else { Value::Null }
}

fn charge(payment: &PaymentView, see: impl FnOnce(&ChargeView) -> Value) -> Value {
    payment.charge.as_ref().map_or(Value::Null, see)
}

const fn words<T: Named>() -> Kind {
    Kind::Words(<T as Word>::names)
}

const PAYMENT: &[Field<PaymentView>] = &[
    field("status", words::<IntentStatus>(), |it| word(it.status)),
    field("amount", Kind::Number, |it| money(it.amount)),
    field("currency", words::<Currency>(), |it| word(it.currency)),
    field("capturable", Kind::Number, |it| money(it.capturable)),
    field("received", Kind::Number, |it| money(it.received)),
    field("capture_method", words::<CaptureMethod>(), |it| word(it.capture_method)),
    field("confirmation_method", words::<ConfirmationMethod>(), |it| word(it.confirmation_method)),
    field("payment_method", words::<PaymentMethod>(), |it| maybe(it.payment_method, word)),
    field("multicapture_requested", Kind::Flag, |it| Value::Flag(it.multicapture_requested)),
    field("flow", words::<Flow>(), |it| word(it.flow)),
    field("application_fee_amount", Kind::Number, |it| maybe(it.fee, money)),
    field("transfer_amount", Kind::Number, |it| maybe(it.transfer, money)),
    field("confirmations", Kind::Number, |it| count(it.confirmations)),
    field("cancellation_reason", words::<CancellationReason>(), |it| maybe(it.cancellation_reason, word)),
    field("last_error", words::<PaymentError>(), |it| maybe(it.last_error, word)),
    field("owned_by_session", Kind::Flag, |it| Value::Flag(it.owned_by_session)),
    field("successful_charges", Kind::Number, |it| count(it.successful_charges)),
    field("charge", words::<ChargeStatus>(), |it| charge(it, |charge| word(charge.status))),
    field("authorized", Kind::Number, |it| charge(it, |charge| money(charge.authorized))),
    field("captured", Kind::Number, |it| charge(it, |charge| money(charge.captured_amount))),
    field("released", Kind::Number, |it| charge(it, |charge| money(charge.released))),
    field("refunded", Kind::Number, |it| charge(it, |charge| money(charge.refunded_amount))),
    field("captured_flag", Kind::Flag, |it| charge(it, |charge| Value::Flag(charge.captured))),
    field("refunded_flag", Kind::Flag, |it| charge(it, |charge| Value::Flag(charge.refunded))),
    field("multicapture_available", Kind::Flag, |it| charge(it, |charge| Value::Flag(charge.multicapture_available))),
    field("captures", Kind::Number, |it| charge(it, |charge| count(charge.captures))),
    field("hold_left", Kind::Seconds, |it| charge(it, |charge| maybe(charge.hold_left, Value::Seconds))),
    field("posting_left", Kind::Seconds, |it| {
        charge(it, |charge| maybe(charge.posting_left, |left| Value::Seconds(i64::from(left))))
    }),
    field("balance_transaction", Kind::Link, |it| charge(it, |charge| link(charge.links.balance_transaction))),
    field("transfer", Kind::Link, |it| charge(it, |charge| link(charge.links.transfer))),
    field("application_fee", Kind::Link, |it| charge(it, |charge| link(charge.links.application_fee))),
    field("fee_at_first_capture", Kind::Flag, |it| charge(it, |charge| Value::Flag(charge.fee_at_first_capture))),
    field("transfer_at_first_capture", Kind::Flag, |it| {
        charge(it, |charge| Value::Flag(charge.transfer_at_first_capture))
    }),
    field("fee_latch", Kind::Flag, |it| charge(it, |charge| Value::Flag(charge.fee_latch))),
    field("transfer_latch", Kind::Flag, |it| charge(it, |charge| Value::Flag(charge.transfer_latch))),
    field("refunds", Kind::Number, |it| {
        Value::Number(it.refunds.iter().flatten().fold(0, |sum: i64, _| sum.saturating_add(1)))
    }),
    field("ledger_charged", Kind::Number, |it| money(it.ledger.charged)),
    field("ledger_refunded", Kind::Number, |it| money(it.ledger.refunded)),
    field("fees", Kind::Number, |it| money(it.ledger.fees)),
    field("fees_refunded", Kind::Number, |it| money(it.ledger.fees_refunded)),
    field("transfers", Kind::Number, |it| money(it.ledger.transfers)),
    field("reversals", Kind::Number, |it| money(it.ledger.reversals)),
];

const REFUND: &[Field<RefundView>] = &[
    field("status", words::<RefundStatus>(), |it| word(it.status)),
    field("amount", Kind::Number, |it| money(it.amount)),
];

const SETUP: &[Field<SetupView>] = &[
    field("status", words::<SetupStatus>(), |it| word(it.status)),
    field("payment_method", words::<PaymentMethod>(), |it| maybe(it.payment_method, word)),
    field("confirmations", Kind::Number, |it| count(it.confirmations)),
    field("cancellation_reason", words::<CancellationReason>(), |it| maybe(it.cancellation_reason, word)),
    field("last_error", words::<PaymentError>(), |it| maybe(it.last_error, word)),
    field("owned_by_session", Kind::Flag, |it| Value::Flag(it.owned_by_session)),
];

const SESSION: &[Field<SessionView>] = &[
    field("status", words::<SessionStatus>(), |it| word(it.status)),
    field("mode", words::<SessionMode>(), |it| word(it.mode)),
    field("ui", words::<SessionUi>(), |it| word(it.ui)),
    field("amount", Kind::Number, |it| money(it.amount)),
    field("manual", Kind::Flag, |it| Value::Flag(it.manual)),
    field("payment_status", words::<PaymentStatus>(), |it| word(it.payment_status)),
    field("intent", Kind::Intent, |it| maybe(it.intent, |place| Value::Intent(IntentId(place)))),
    field("left", Kind::Seconds, |it| maybe(it.seconds_left, |left| Value::Seconds(i64::from(left)))),
];

const KEY: &[Field<KeyView>] = &[
    field("answered", Kind::Flag, |it| Value::Flag(it.answer.is_some())),
    field("prunable", Kind::Flag, |it| Value::Flag(it.is_prunable())),
    field("left", Kind::Seconds, |it| maybe(it.seconds_left, |left| Value::Seconds(i64::from(left)))),
];

/// The name of the field that states whether an object exists.
const EXISTS: &str = "exists";

fn names<V>(fields: &'static [Field<V>]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).chain([EXISTS]).collect()
}

fn find<V>(fields: &'static [Field<V>], name: &str) -> Option<(&'static str, Kind)> {
    if name == EXISTS {
        return Some((EXISTS, Kind::Flag));
    }
    fields.iter().find(|field| field.name == name).map(|field| (field.name, field.kind))
}

fn see<V>(fields: &'static [Field<V>], name: &str, object: Option<&V>) -> Option<Value> {
    if name == EXISTS {
        return Some(Value::Flag(object.is_some()));
    }
    let field = fields.iter().find(|field| field.name == name)?;
    object.map(|object| (field.see)(object))
}

/// One field of one object: `pi1.capturable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    object: ObjectName,
    field: &'static str,
}

impl Place {
    /// Returns the field called `name`: a field of `default`, or of the object before the dot.
    ///
    /// # Errors
    /// Returns a message that names the wrong part and the accepted words.
    pub fn parse(name: &str, default: Option<ObjectName>) -> Result<Self, String> {
        let (object, field) = match name.rsplit_once('.') {
            Some((object, field)) => (parse_object(object, default)?, field),
            None => match default {
                Some(object) => (object, name),
                None => return Err("which object? Say it like `pi1.status`, `session.status`".to_owned()),
            },
        };
        match Self::field_of(object, field) {
            Some((field, _)) => Ok(Self { object, field }),
            None => Err(format!("`{object}` shows no such field{}", correction(field, Self::fields(object)))),
        }
    }

    /// Returns a field that exists.
    pub(super) const fn of(object: ObjectName, field: &'static str) -> Self {
        Self { object, field }
    }

    /// Returns the names of the fields of an object.
    #[must_use]
    pub fn fields(object: ObjectName) -> Vec<&'static str> {
        match object {
            ObjectName::Payment(_) => names(PAYMENT),
            ObjectName::Refund(..) => names(REFUND),
            ObjectName::Setup => names(SETUP),
            ObjectName::Session => names(SESSION),
            ObjectName::Key(_) => names(KEY),
        }
    }

    /// Returns every field of every existing object, except for `exists`.
    #[must_use]
    pub fn all(observation: &Observation<'_>) -> Vec<Self> {
        let number = |index: usize| u8::try_from(index).unwrap_or(u8::MAX);
        let mut subjects = Vec::new();
        for (index, payment) in observation.payments.iter().enumerate() {
            let Some(payment) = payment else { continue };
            let intent = IntentId(number(index));
            subjects.push(ObjectName::Payment(intent));
            let refunds = payment.refunds.iter().enumerate().filter(|(_, refund)| refund.is_some());
            subjects.extend(refunds.map(|(index, _)| ObjectName::Refund(intent, RefundId(number(index)))));
        }
        subjects.extend(observation.setup.map(|_| ObjectName::Setup));
        subjects.extend(observation.session.map(|_| ObjectName::Session));
        let keys = observation.keys.iter().enumerate().filter(|(_, key)| key.is_some());
        subjects.extend(keys.map(|(index, _)| ObjectName::Key(KeyId(number(index)))));
        let fields = |object| {
            let fields = Self::fields(object).into_iter().filter(|field| *field != EXISTS);
            fields.map(move |field| Self { object, field })
        };
        subjects.into_iter().flat_map(fields).collect()
    }

    /// Returns the object.
    #[must_use]
    pub const fn object(&self) -> ObjectName {
        self.object
    }

    /// Returns the name of the field.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    fn field_of(object: ObjectName, name: &str) -> Option<(&'static str, Kind)> {
        match object {
            ObjectName::Payment(_) => find(PAYMENT, name),
            ObjectName::Refund(..) => find(REFUND, name),
            ObjectName::Setup => find(SETUP, name),
            ObjectName::Session => find(SESSION, name),
            ObjectName::Key(_) => find(KEY, name),
        }
    }

    /// Returns the value called `word`.
    ///
    /// # Errors
    /// Returns a message that names the accepted words, if the field cannot have this value.
    pub fn value(&self, word: &str) -> Result<Value, String> {
        let Some((_, kind)) = Self::field_of(self.object, self.field) else {
            return Err("no such field".to_owned());
        };
        let (value, expected) = match kind {
            Kind::Number => (i64::read(word).map(Value::Number), "a whole number"),
            Kind::Seconds => (read_seconds(word), <Seconds as Word>::WHAT),
            Kind::Flag => (bool::read(word).map(Value::Flag), "true or false"),
            Kind::Link => ((word == "set").then_some(Value::Set), "`set` or `null`"),
            Kind::Intent => (IntentId::read(word).map(Value::Intent), <IntentId as Word>::WHAT),
            Kind::Words(names) => {
                let names = names();
                return match names.iter().find(|name| **name == word) {
                    Some(name) => Ok(Value::Word(name)),
                    None if word == "null" => Ok(Value::Null),
                    None => Err(format!("not a value of `{}`{}", self.field, correction(word, names.iter().copied()))),
                };
            }
        };
        match value {
            Some(value) => Ok(value),
            None if word == "null" => Ok(Value::Null),
            None => Err(format!("`{}` takes {expected}", self.field)),
        }
    }

    /// Returns the value of the field; `None` if the object does not exist.
    #[must_use]
    pub fn see(&self, observation: &Observation<'_>) -> Option<Value> {
        let payment = |intent: IntentId| observation.payments.get(usize::from(intent.0)).and_then(Option::as_ref);
        match self.object {
            ObjectName::Payment(intent) => see(PAYMENT, self.field, payment(intent)),
            ObjectName::Refund(intent, refund) => {
                let refund = payment(intent).and_then(|it| it.refunds.get(usize::from(refund.0)));
                see(REFUND, self.field, refund.and_then(Option::as_ref))
            }
            ObjectName::Setup => see(SETUP, self.field, observation.setup),
            ObjectName::Session => see(SESSION, self.field, observation.session),
            ObjectName::Key(key) => {
                let key = observation.keys.get(usize::from(key.0)).and_then(Option::as_ref);
                see(KEY, self.field, key)
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.object, self.field)
    }
}

fn parse_object(name: &str, default: Option<ObjectName>) -> Result<ObjectName, String> {
    let unknown = || "no such object: there is `pi1`, `pi1.re1`, `re1`, `setup`, `session`, `key1`".to_owned();
    if let Some((intent, refund)) = name.split_once('.') {
        let intent = IntentId::read(intent).ok_or_else(unknown)?;
        return RefundId::read(refund).map(|refund| ObjectName::Refund(intent, refund)).ok_or_else(unknown);
    }
    if let Some(refund) = RefundId::read(name) {
        return match default {
            Some(ObjectName::Payment(intent) | ObjectName::Refund(intent, _)) => Ok(ObjectName::Refund(intent, refund)),
            Some(ObjectName::Setup | ObjectName::Session | ObjectName::Key(_)) | None => {
                Err("of which PaymentIntent? Say it like `pi1.re1.status`".to_owned())
            }
        };
    }
    match name {
        "setup" => Ok(ObjectName::Setup),
        "session" => Ok(ObjectName::Session),
        _ => {
            let intent = IntentId::read(name).map(ObjectName::Payment);
            intent.or_else(|| KeyId::read(name).map(ObjectName::Key)).ok_or_else(unknown)
        }
    }
}

fn read_seconds(word: &str) -> Option<Value> {
    let (length, negative) = word.strip_prefix('-').map_or((word, false), |length| (length, true));
    let seconds = i64::from(Seconds::read(length)?.0);
    Some(Value::Seconds(if negative { seconds.saturating_neg() } else { seconds }))
}
