//! The provider's documented parameters: what a reader does not know is stored as given and shown, or refused (P17, P18).
//!
//! `parameters.txt` has every parameter of the provider's request types; `server/clients/node/parameters.cjs` writes it.

use super::path::{Path, Reader};
use super::{Read, Verb};
use crate::refusal::{Reason, Refusal};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The request types of the provider's npm package.
const TEXT: &str = include_str!("parameters.txt");

/// The first parts of parameters whose effect the engine does not have. Storing them would promise it.
const NOT_SERVED: &[&str] = &[
    "account_token",
    "bank_account",
    "cash_balance",
    "confirmation_token",
    "coupon",
    "customer_account",
    "default_source",
    "discounts",
    "invoice_creation",
    "line_items",
    "optional_items",
    "origin",
    "payment_record",
    "promotion_code",
    "shared_payment_granted_token",
    "source",
    "subscription_data",
    "tax_id_data",
    "test_clock",
];

/// The parts of a payment method that are stored as given; the rest belongs to other types of methods.
const OF_METHOD: &[&str] = &["allow_redisplay", "billing_details", "metadata", "radar_options", "type", "card"];

/// The documented parameters of the endpoints: each leaf in brackets with its type.
static ENDPOINTS: LazyLock<BTreeMap<&str, BTreeMap<&str, &str>>> = LazyLock::new(|| {
    let mut endpoints: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    let mut endpoint = "";
    for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("  ").and_then(|leaf| leaf.split_once(' ')) {
            Some((leaf, kind)) => {
                endpoints.entry(endpoint).or_default().insert(leaf, kind);
            }
            None => endpoint = line,
        }
    }
    endpoints
});

/// One documented parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentedParameter {
    /// The verb and the pattern of the path.
    pub endpoint: &'static str,
    /// The name, with brackets.
    pub name: &'static str,
    /// The type: `int`, `bool`, `text`, `map`, or `=` and the first choice.
    pub kind: &'static str,
}

/// Returns every documented parameter of the served endpoints.
pub fn documented() -> impl Iterator<Item = DocumentedParameter> {
    ENDPOINTS
        .iter()
        .flat_map(|(endpoint, leaves)| leaves.iter().map(|(name, kind)| DocumentedParameter { endpoint, name, kind }))
}

/// Reads a request. Documented parameters that `reader` does not know become part of the command's texts.
pub(super) fn read(path: &Path<'_>, reader: Reader, id: &str, params: &Value) -> Read {
    let first = reader(id, params);
    let Err(Refusal { reason: Reason::UnknownParameter(_), .. }) = first else { return first };
    let Some(leaves) = leaves_at(path) else { return first };
    let (mut rest, mut given) = (params.clone(), Value::Object(Map::new()));
    loop {
        match reader(id, &rest) {
            Err(Refusal { reason: Reason::UnknownParameter(name), .. }) => {
                let parts: Vec<&str> = name.split('[').map(|part| part.trim_end_matches(']')).collect();
                let is_served = is_served(path, &parts);
                let Some(value) = take(&mut rest, &parts).filter(|_| is_served) else { return first };
                put(&mut given, &parts, typed(leaves, &name, &value)?);
            }
            Ok(mut command) => return if command.give(&given) { Ok(command) } else { first },
            Err(other) => return Err(other),
        }
    }
}

/// Returns the documented parameters of the POST at `path`.
fn leaves_at(path: &Path<'_>) -> Option<&'static BTreeMap<&'static str, &'static str>> {
    let (route, _) = super::locate(super::ROUTES, Some(Verb::Post), path).ok()?;
    ENDPOINTS.get(format!("POST {}", route.pattern).as_str())
}

fn is_served(path: &Path<'_>, parts: &[&str]) -> bool {
    let first = parts.first().copied().unwrap_or_default();
    let of_method = match first {
        // A session makes its method from what the customer enters.
        "payment_method_data" if path.is("checkout/sessions") => return false,
        "payment_method_data" => parts.get(1).copied(),
        _ if path.is("payment_methods") => Some(first),
        _ => None,
    };
    !NOT_SERVED.contains(&first) && of_method.is_none_or(|part| OF_METHOD.contains(&part))
}

/// Removes and returns the value at `parts`.
fn take(tree: &mut Value, parts: &[&str]) -> Option<Value> {
    let (last, above) = parts.split_last()?;
    let place = above.iter().try_fold(tree, |at, part| match at {
        Value::Array(items) => items.get_mut(part.parse::<usize>().ok()?),
        Value::Object(map) => map.get_mut(*part),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })?;
    place.as_object_mut()?.remove(*last)
}

/// Sets the value at `parts`, through objects.
fn put(tree: &mut Value, parts: &[&str], value: Value) {
    let Some((last, above)) = parts.split_last() else { return };
    let mut at = tree;
    for part in above {
        let Value::Object(map) = at else { return };
        at = map.entry((*part).to_owned()).or_insert_with(|| Value::Object(Map::new()));
    }
    if let Value::Object(map) = at {
        map.insert((*last).to_owned(), value);
    }
}

/// Returns `value` with the documented types of the leaves below `name`. An empty text becomes null.
fn typed(leaves: &BTreeMap<&str, &str>, name: &str, value: &Value) -> Result<Value, Refusal> {
    let unknown = || Err(Reason::UnknownParameter(name.to_owned().into()).into());
    let kind = leaves.get(name).copied();
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) if kind == Some("map") => return Ok(Value::Object(map.clone())),
        Value::Object(map) => map.iter().map(|(part, value)| (part.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(number, item)| (number.to_string(), item)).collect(),
        Value::Null => return Ok(Value::Null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return leaf(leaves, name, kind, text);
        }
    };
    let is_list = leaves.keys().any(|leaf| leaf.strip_prefix(name).is_some_and(|rest| rest.starts_with("[0]")));
    if is_list {
        let items = children.into_iter().map(|(_, item)| typed(leaves, &format!("{name}[0]"), item));
        return Ok(Value::Array(items.collect::<Result<_, _>>()?));
    }
    if children.is_empty() {
        return unknown();
    }
    let mut map = Map::new();
    for (part, child) in children {
        let child = typed(leaves, &format!("{name}[{part}]"), child)?;
        map.insert(part, child);
    }
    Ok(Value::Object(map))
}

fn leaf(leaves: &BTreeMap<&str, &str>, name: &str, kind: Option<&str>, text: String) -> Result<Value, Refusal> {
    let is_group = || leaves.keys().any(|leaf| leaf.strip_prefix(name).is_some_and(|rest| rest.starts_with('[')));
    let param = || name.to_owned().into();
    match kind {
        _ if text.is_empty() && (kind.is_some() || is_group()) => Ok(Value::Null),
        None => Err(Reason::UnknownParameter(param()).into()),
        Some("int") => match text.parse::<i64>() {
            Ok(number) => Ok(number.into()),
            Err(_) => Err(Reason::NotAnInteger(param(), text).into()),
        },
        Some("bool") => match text.as_str() {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            _ => Err(Reason::NotABoolean(param(), text).into()),
        },
        Some(_) => Ok(text.into()),
    }
}
