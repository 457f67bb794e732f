//! Readers of the parameters that the server's own operations take.

use crate::answer::List;
use holdfast_engine::{Reason, Refusal};
use serde_json::Value;
use std::borrow::Cow;
use std::str::FromStr;

/// Refuses the first parameter that is not one of `known`.
pub(crate) fn only(params: &Value, known: &[&str]) -> Result<(), Refusal> {
    let unknown = params.as_object().and_then(|map| map.keys().find(|name| !known.contains(&name.as_str())));
    unknown.map_or(Ok(()), |name| Err(Reason::UnknownParameter(Cow::Owned(name.clone())).into()))
}

/// Returns the text of a parameter; refuses an empty one.
pub(crate) fn text<'a>(params: &'a Value, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    match params.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Err(Reason::Empty(name.into()).into()),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::NotAString(name.into()).into()),
    }
}

/// Returns the value of a parameter as a whole number from 0 on; refuses everything else.
pub(crate) fn integer(params: &Value, name: &'static str) -> Result<Option<u64>, Refusal> {
    let wrong = |text: &str| Reason::NotAnInteger(name.into(), text.chars().take(40).collect()).into();
    text(params, name)?.map(|text| text.parse().map_err(|_| wrong(text))).transpose()
}

/// Returns the choice that the parameter `name` selects; refuses other parameters and other values.
pub(crate) fn choice<T: Copy>(params: &Value, name: &'static str, choices: &[(&str, T)]) -> Result<T, Refusal> {
    only(params, &[name])?;
    let text = text(params, name)?.ok_or_else(|| Reason::Missing(name.into()))?;
    let found = choices.iter().find(|(choice, _)| *choice == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
        Reason::InvalidValue(name.into(), format!("it must be one of {}.", names.join(", "))).into()
    })
}

/// Parses an id; refuses any other text as a missing `noun`.
pub(crate) fn id<T: FromStr>(text: &str, noun: &'static str) -> Result<T, Refusal> {
    text.parse().map_err(|_| not_found(noun, text))
}

/// Returns the refusal of an id that names no object of the caller.
pub(crate) fn not_found(noun: &'static str, id: &str) -> Refusal {
    missing(noun, id, "id")
}

/// Returns the refusal of an id in the parameter `param` that names no object of the caller.
pub(crate) fn missing(noun: &'static str, id: &str, param: &'static str) -> Refusal {
    Reason::NotFound { noun: noun.into(), id: id.chars().take(100).collect(), param: param.into() }.into()
}

/// Returns the page that `limit`, `starting_after` and `ending_before` select from a whole list, newest first (P3, P11).
/// Every object has an `id`; `noun` is the word for it in errors.
pub(crate) fn page(params: &Value, all: Vec<Value>, noun: &'static str, url: String) -> Result<List, Refusal> {
    only(params, &["limit", "starting_after", "ending_before"])?;
    let limit = integer(params, "limit")?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return Err(Reason::InvalidValue("limit".into(), "it must lie between 1 and 100.".to_owned()).into());
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let place = |name: &'static str| {
        let Some(cursor) = text(params, name)? else { return Ok(None) };
        let place = all.iter().position(|object| object.get("id").and_then(Value::as_str) == Some(cursor));
        place.map(Some).ok_or_else(|| missing(noun, cursor, name))
    };
    let (start, end, has_more) = match (place("starting_after")?, place("ending_before")?) {
        (Some(_), Some(_)) => {
            let why = "it cannot be combined with ending_before.".to_owned();
            return Err(Reason::InvalidValue("starting_after".into(), why).into());
        }
        (after, None) => {
            let start = after.map_or(0, |place| place.saturating_add(1));
            let end = start.saturating_add(limit).min(all.len());
            (start, end, end < all.len())
        }
        (None, Some(before)) => {
            let start = before.saturating_sub(limit);
            (start, before, start > 0)
        }
    };
    let data = all.into_iter().take(end).skip(start).collect();
    Ok(List { data, has_more, url })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cut(params: &Value, count: u64) -> Result<(Vec<u64>, bool), (u16, String)> {
        let all = (0..count).map(|number| json!({ "id": format!("x_{number}"), "number": number })).collect();
        match page(params, all, "thing", "/v1/things".to_owned()) {
            Ok(list) => {
                assert_eq!(list.url, "/v1/things");
                Ok((list.data.iter().filter_map(|object| object["number"].as_u64()).collect(), list.has_more))
            }
            Err(refusal) => {
                let row = refusal.reason.row();
                Err((row.status, row.param.unwrap_or_default().into_owned()))
            }
        }
    }

    /// P3: walks in both directions by pages of every size.
    #[test]
    fn walks_show_everything_once() {
        for count in 1..6_u64 {
            let all: Vec<u64> = (0..count).collect();
            for limit in 1..7_u64 {
                let (mut down, mut more) = cut(&json!({ "limit": limit.to_string() }), count).unwrap();
                while more {
                    let after = format!("x_{}", down.last().unwrap());
                    let next = cut(&json!({ "limit": limit.to_string(), "starting_after": after }), count).unwrap();
                    assert!(!next.0.is_empty(), "{count} by {limit}");
                    down.extend(next.0);
                    more = next.1;
                }
                assert_eq!(down, all, "{count} by {limit}");
                let (mut up, mut more) = (vec![count - 1], true);
                while more {
                    let before = format!("x_{}", up.first().unwrap());
                    let next = cut(&json!({ "limit": limit.to_string(), "ending_before": before }), count).unwrap();
                    up.splice(0..0, next.0);
                    more = next.1;
                }
                assert_eq!(up, all, "{count} by {limit}");
            }
        }
    }

    #[test]
    fn pages_that_make_no_sense_are_refused() {
        let refused = |params: Value| cut(&params, 3).unwrap_err();
        let both = json!({ "starting_after": "x_0", "ending_before": "x_2" });
        assert_eq!(refused(both), (400, "starting_after".to_owned()));
        for name in ["starting_after", "ending_before"] {
            assert_eq!(refused(json!({ name: "x_9" })), (400, name.to_owned()));
        }
        for limit in ["0", "101", "-1", "x", ""] {
            assert_eq!(refused(json!({ "limit": limit })), (400, "limit".to_owned()), "{limit}");
        }
        assert_eq!(refused(json!({ "color": "red" })), (400, "color".to_owned()));
    }
}
