//! The expected fields of each object, and their differences.
//!
//! A field that a server does not show, or shows as another type, is a gap of its shape, and is compared as far as it
//! can be read: `"700"` is not a number, but it is not 800 either.

use holdfast_model::rendering::refund_shown;
use holdfast_model::{
    CaptureMethod, ChargeView, Config, ConfirmationMethod, IntentStatus, PaymentView, RefundView, SetupView,
};
use serde_json::Value;

use crate::requests::{capture_method, reason_name};

/// The expected value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A text.
    Text(&'static str),
    /// A number.
    Number(u32),
    /// `true` or `false`.
    Flag(bool),
    /// Nothing.
    Null,
    /// A value of any kind.
    Set,
}

/// The meaning of a wrong value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The payment or its money is in another state.
    Money,
    /// A value that misleads a reader.
    Shape,
}

/// One field and what it must show.
#[derive(Clone, Copy, Debug)]
pub struct FieldCheck {
    /// The JSON pointer of the field.
    pub pointer: &'static str,
    /// The expected value.
    pub expected: Expected,
    /// The meaning of another value.
    pub weight: Weight,
}

/// The kind of difference of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mismatch {
    /// The field is missing.
    Missing,
    /// The field has another type.
    Type,
    /// The field has another value.
    Value,
}

/// A field that does not show what it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// The object and the field: `charge.amount_refunded`.
    pub place: String,
    /// The kind of difference.
    pub mismatch: Mismatch,
    /// Its meaning.
    pub weight: Weight,
    /// The expected value.
    pub model: String,
    /// The value that is shown.
    pub server: String,
}

const fn money(pointer: &'static str, expected: Expected) -> FieldCheck {
    FieldCheck { pointer, expected, weight: Weight::Money }
}

const fn shape(pointer: &'static str, expected: Expected) -> FieldCheck {
    FieldCheck { pointer, expected, weight: Weight::Shape }
}

const fn set(is_set: bool) -> Expected {
    if is_set { Expected::Set } else { Expected::Null }
}

/// The choices between versions of the API (VER-2), learned from the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// `true` if capturing at once is the default, as before 2024 (A4).
    pub automatic_by_default: bool,
    /// Whether the rest that a single partial capture releases is shown as a refund, as in 2020 (VER-2).
    pub remainder_is_refund: bool,
}

/// Returns the expected fields of a PaymentIntent.
#[must_use]
pub fn payment(view: &PaymentView, version: Version) -> Vec<FieldCheck> {
    let method = match view.capture_method {
        CaptureMethod::AutomaticAsync if version.automatic_by_default => CaptureMethod::Automatic,
        method @ (CaptureMethod::AutomaticAsync | CaptureMethod::Automatic | CaptureMethod::Manual) => method,
    };
    let confirmation = match view.confirmation_method {
        ConfirmationMethod::Automatic => "automatic",
        ConfirmationMethod::Manual => "manual",
    };
    let fee = view.fee.map_or(Expected::Null, |fee| Expected::Number(fee.get()));
    let reason = view.cancellation_reason.map_or(Expected::Null, |reason| Expected::Text(reason_name(reason)));
    let mut facts = vec![
        money("/status", Expected::Text(view.status.name())),
        money("/amount", Expected::Number(view.amount.get())),
        money("/currency", Expected::Text(view.currency.name())),
        money("/amount_capturable", Expected::Number(view.capturable.get())),
        money("/amount_received", Expected::Number(view.received.get())),
        shape("/capture_method", Expected::Text(capture_method(method))),
        shape("/confirmation_method", Expected::Text(confirmation)),
        shape("/cancellation_reason", reason),
        shape("/payment_method", set(view.payment_method.is_some())),
        shape("/latest_charge", set(view.charge.is_some())),
        shape("/last_payment_error", set(view.last_error.is_some())),
        shape("/next_action", set(view.status == IntentStatus::RequiresAction)),
        money("/application_fee_amount", fee),
    ];
    if let Some(error) = view.last_error {
        facts.push(shape("/last_payment_error/code", Expected::Text(error.name())));
    }
    facts
}

/// Returns the expected fields of a charge.
#[must_use]
pub fn charge(config: &Config, view: &PaymentView, charge: &ChargeView, version: Version) -> Vec<FieldCheck> {
    let (mut refunded, mut is_refunded) = refund_shown(config, view, charge);
    if version.remainder_is_refund && charge.captured && !charge.captured_amount.is_zero() {
        refunded = refunded.plus(charge.released).unwrap_or(refunded);
        is_refunded = refunded == charge.authorized;
    }
    let mut facts = vec![
        money("/status", Expected::Text(charge.status.name())),
        money("/amount", Expected::Number(charge.authorized.get())),
        money("/amount_captured", Expected::Number(charge.captured_amount.get())),
        money("/amount_refunded", Expected::Number(refunded.get())),
        money("/captured", Expected::Flag(charge.captured)),
        money("/refunded", Expected::Flag(is_refunded)),
    ];
    // Within the hour, the entry may or may not exist (A10, D4).
    if charge.posting_left.is_none() {
        facts.push(shape("/balance_transaction", set(charge.links.balance_transaction)));
    }
    facts
}

/// Returns the expected fields of a refund.
#[must_use]
pub fn refund(view: &RefundView) -> Vec<FieldCheck> {
    vec![money("/status", Expected::Text(view.status.name())), money("/amount", Expected::Number(view.amount.get()))]
}

/// Returns the expected fields of a SetupIntent.
#[must_use]
pub fn setup(view: &SetupView) -> Vec<FieldCheck> {
    let reason = view.cancellation_reason.map_or(Expected::Null, |reason| Expected::Text(reason_name(reason)));
    vec![
        money("/status", Expected::Text(view.status.name())),
        shape("/payment_method", set(view.payment_method.is_some())),
        shape("/cancellation_reason", reason),
        shape("/last_setup_error", set(view.last_error.is_some())),
    ]
}

/// Fields beyond the driving contract: an object and the pointer of its field. A server that never shows one does not have
/// that part of the API; one that shows it sometimes has a fault where it is missing.
pub const OPTIONAL: [(&str, &str); 5] = [
    ("payment_intent", "/confirmation_method"),
    ("payment_intent", "/last_payment_error"),
    ("payment_intent", "/last_payment_error/code"),
    ("payment_intent", "/next_action"),
    ("charge", "/balance_transaction"),
];

/// Returns the name of a field in findings.
#[must_use]
pub fn place(object: &str, pointer: &str) -> String {
    format!("{object}{}", pointer.replace('/', "."))
}

/// Returns the fields that differ; `object` is the object's name in findings.
#[must_use]
pub fn missed(object: &str, shown: &Value, facts: &[FieldCheck]) -> Vec<FieldDifference> {
    facts.iter().flat_map(|fact| check(object, shown.pointer(fact.pointer), fact)).collect()
}

/// Returns a number, also if it is written as text or with a decimal point.
#[must_use]
pub fn number(value: &Value) -> Option<i64> {
    let text = |text: &str| text.trim().parse().ok();
    value.as_i64().or_else(|| value.as_str().and_then(text)).or_else(|| {
        // 700.0 is a whole number.
        value.as_number().map(ToString::to_string).and_then(|shown| shown.strip_suffix(".0").and_then(text))
    })
}

fn check(object: &str, shown: Option<&Value>, fact: &FieldCheck) -> Vec<FieldDifference> {
    let place = place(object, fact.pointer);
    let server = shown.map_or_else(|| "nothing".to_owned(), short);
    let found = |mismatch, weight| {
        vec![FieldDifference {
            place: place.clone(),
            mismatch,
            weight,
            model: told(fact.expected),
            server: server.clone(),
        }]
    };
    let is_there = shown.is_some_and(|value| !value.is_null());
    match (fact.expected, shown) {
        (Expected::Null, _) if is_there => {
            // Some servers show an empty text or object instead of null.
            let is_empty = shown.is_some_and(|value| {
                value.as_str().is_some_and(str::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
            });
            if is_empty { found(Mismatch::Type, Weight::Shape) } else { found(Mismatch::Value, fact.weight) }
        }
        (Expected::Null, _) => Vec::new(),
        (_, None) => found(Mismatch::Missing, Weight::Shape),
        (Expected::Set, Some(_)) if is_there => Vec::new(),
        (Expected::Set, Some(_)) => found(Mismatch::Value, fact.weight),
        (Expected::Text(word), Some(value)) => match value.as_str() {
            Some(text) if text == word => Vec::new(),
            Some(_) => found(Mismatch::Value, fact.weight),
            None if value.is_null() => found(Mismatch::Value, fact.weight),
            None => found(Mismatch::Type, Weight::Shape),
        },
        (Expected::Flag(flag), Some(value)) => match value.as_bool() {
            Some(other) if other == flag => Vec::new(),
            Some(_) => found(Mismatch::Value, fact.weight),
            None => found(Mismatch::Type, Weight::Shape),
        },
        (Expected::Number(wanted), Some(value)) => {
            let mut all = if value.as_i64().is_none() { found(Mismatch::Type, Weight::Shape) } else { Vec::new() };
            if number(value).is_some_and(|number| number != i64::from(wanted)) {
                all.extend(found(Mismatch::Value, fact.weight));
            }
            all
        }
    }
}

fn told(expected: Expected) -> String {
    match expected {
        Expected::Text(word) => word.to_owned(),
        Expected::Number(number) => number.to_string(),
        Expected::Flag(flag) => flag.to_string(),
        Expected::Null => "null".to_owned(),
        Expected::Set => "something".to_owned(),
    }
}

/// Returns a value in a few words. An id is described by its kind, because ids differ from run to run.
#[must_use]
pub fn short(value: &Value) -> String {
    match value.as_str() {
        Some(text) => match text.split_once('_') {
            Some((kind, rest))
                if rest.len() > 11
                    && rest.chars().any(|letter| letter.is_ascii_digit() || letter.is_ascii_uppercase()) =>
            {
                format!("{kind}_…")
            }
            Some(_) | None => format!("\"{}\"", text.chars().take(60).collect::<String>()),
        },
        None if value.is_object() => "an object".to_owned(),
        None if value.is_array() => "a list".to_owned(),
        None => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_way_to_be_wrong_is_named() {
        let fact = |wanted| money("/a", wanted);
        let table = [
            (json!({ "a": 7 }), Expected::Number(7), vec![]),
            (json!({ "a": 8 }), Expected::Number(7), vec![(Mismatch::Value, Weight::Money)]),
            (json!({ "a": -7 }), Expected::Number(7), vec![(Mismatch::Value, Weight::Money)]),
            (json!({ "a": "7" }), Expected::Number(7), vec![(Mismatch::Type, Weight::Shape)]),
            (
                json!({ "a": "07100" }),
                Expected::Number(7),
                vec![(Mismatch::Type, Weight::Shape), (Mismatch::Value, Weight::Money)],
            ),
            (json!({ "a": 7.0 }), Expected::Number(7), vec![(Mismatch::Type, Weight::Shape)]),
            (json!({ "a": null }), Expected::Number(7), vec![(Mismatch::Type, Weight::Shape)]),
            (json!({}), Expected::Number(7), vec![(Mismatch::Missing, Weight::Shape)]),
            (json!({}), Expected::Null, vec![]),
            (json!({ "a": "" }), Expected::Null, vec![(Mismatch::Type, Weight::Shape)]),
            (json!({ "a": "x" }), Expected::Null, vec![(Mismatch::Value, Weight::Money)]),
            (json!({ "a": null }), Expected::Set, vec![(Mismatch::Value, Weight::Money)]),
            (json!({ "a": { "b": 1 } }), Expected::Set, vec![]),
            (json!({ "a": "succeeded" }), Expected::Text("canceled"), vec![(Mismatch::Value, Weight::Money)]),
            (json!({ "a": 1 }), Expected::Text("canceled"), vec![(Mismatch::Type, Weight::Shape)]),
            (json!({ "a": "true" }), Expected::Flag(true), vec![(Mismatch::Type, Weight::Shape)]),
        ];
        for (shown, wanted, expected) in table {
            let found: Vec<_> =
                missed("o", &shown, &[fact(wanted)]).iter().map(|it| (it.mismatch, it.weight)).collect();
            assert_eq!(found, expected, "{shown} {expected:?}");
        }
    }

    #[test]
    fn ids_show_their_kind() {
        assert_eq!(short(&json!("ch_3PqkZ12eZvKYlo2C")), "ch_…");
        assert_eq!(short(&json!("requires_payment_method")), "\"requires_payment_method\"");
    }
}
