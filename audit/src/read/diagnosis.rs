//! Errors of a line that is no event: they name the field.

use serde_json::Value;

use crate::logged_event::{LoggedEvent, Object};

/// Returns the part that a value lacks to be an event.
///
/// # Errors
/// The missing field, and its expected content.
pub(super) fn check(logged: &LoggedEvent) -> Result<(), String> {
    if logged.id.is_empty() {
        return Err("`id` is missing or empty: each event needs the id that the provider gave it".to_owned());
    }
    if logged.kind.is_empty() {
        return Err("`type` is missing: expected an event type such as `charge.succeeded`".to_owned());
    }
    if logged.created <= 0 {
        return Err("`created` is missing or not a time: expected whole seconds since 1970".to_owned());
    }
    if logged.data.object == Object::default() {
        return Err("`data.object` is missing or has no known field: expected the object the event is about".to_owned());
    }
    Ok(())
}

/// Returns the fault of the first value of `text`, with the name of the field.
pub(super) fn diagnosis(text: &[u8], error: &serde_json::Error) -> String {
    let first = serde_json::Deserializer::from_slice(text).into_iter::<Value>().next();
    let Some(Ok(value)) = first else {
        return format!("not JSON: {error}");
    };
    let Some(event) = value.as_object() else {
        return format!("expected an event, a page or an array of events: {error}");
    };
    let wrong = |name: &str, wanted: &str| match event.get(name) {
        None => format!("`{name}` is missing: expected {wanted}"),
        Some(found) => format!("`{name}` is {}: expected {wanted}", short(found)),
    };
    if !event.get("id").is_some_and(Value::is_string) {
        return wrong("id", "the id that the provider gave the event");
    }
    if !event.get("type").is_some_and(Value::is_string) {
        return wrong("type", "an event type such as `charge.succeeded`");
    }
    if !event.get("created").is_some_and(Value::is_i64) {
        return wrong("created", "whole seconds since 1970");
    }
    if !event.get("data").is_some_and(|data| data.get("object").is_some_and(Value::is_object)) {
        return wrong("data", "an object with the `object` that the event is about");
    }
    error.to_string()
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 40 { text.chars().take(40).chain(['…']).collect() } else { text }
}
