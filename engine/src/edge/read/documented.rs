//! The provider's documented parameters: a parameter that a reader does not know is stored and shown as given, or refused (P17, P18).
//!
//! `parameters.txt` has every parameter of the provider's request types; `server/clients/node/parameters.cjs` writes it.

use super::path::{Path, Reader};
use super::served::{GivenRequest, as_shown, bracketed, check};
use super::{Read, Verb};
use crate::refusal::{Reason, Refusal};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The request types of the provider's npm package.
const TEXT: &str = include_str!("parameters.txt");

/// The documented parameters of one endpoint: the name of each leaf, in brackets, with its type.
type Leaves = BTreeMap<&'static str, &'static str>;

/// The documented parameters of the endpoints: each leaf in brackets with its type.
static ENDPOINTS: LazyLock<BTreeMap<&str, Leaves>> = LazyLock::new(|| {
    let mut endpoints: BTreeMap<&str, Leaves> = BTreeMap::new();
    for (endpoint, name, kind) in lines() {
        let kind = if kind == GROUP { kind } else { kind.trim_end_matches('?') };
        endpoints.entry(endpoint).or_default().insert(name, kind);
    }
    endpoints
});

/// The type of a group of parameters that the empty text unsets.
const GROUP: &str = "?";

/// Returns the endpoint, the name and the type of every line.
fn lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let mut endpoint = "";
    TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| {
        let Some((name, kind)) = line.strip_prefix("  ").and_then(|leaf| leaf.split_once(' ')) else {
            endpoint = line;
            return None;
        };
        Some((endpoint, name, kind))
    })
}

/// One documented parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentedParameter {
    /// The verb and the pattern of the path.
    pub endpoint: &'static str,
    /// The name, with brackets.
    pub name: &'static str,
    /// The type: `int`, `bool`, `text`, `map`, or the choices: `=a|b`, and `int=a|b` for a number or a choice.
    pub kind: &'static str,
}

/// Returns every documented parameter of the served endpoints.
pub fn documented() -> impl Iterator<Item = DocumentedParameter> {
    let leaves = ENDPOINTS.iter().flat_map(|(endpoint, leaves)| leaves.iter().map(move |leaf| (endpoint, leaf)));
    leaves.filter(|(_, (_, kind))| **kind != GROUP).map(|(endpoint, (name, kind))| DocumentedParameter {
        endpoint,
        name,
        kind,
    })
}

/// Returns every documented parameter or group of parameters that an empty text unsets (P26), a group with an empty type.
pub fn clearable() -> impl Iterator<Item = DocumentedParameter> {
    lines().filter_map(|(endpoint, name, kind)| {
        Some(DocumentedParameter { endpoint, name, kind: kind.strip_suffix('?')? })
    })
}

/// Reads a request. Documented parameters that `reader` does not know become part of the command's texts, and so does the
/// removal of a group of parameters that is empty (P26).
pub(super) fn read(path: &Path<'_>, reader: Reader, id: &str, params: &Value) -> Read {
    let first = reader(id, params);
    let Some(leaves) = leaves_at(path) else { return first };
    let mut given = Value::Object(Map::new());
    let (mut command, is_known) = match &first {
        Ok(command) => (command.clone(), true),
        Err(Refusal { reason: Reason::UnknownParameter(_), .. }) => {
            (read_unknown((path, leaves), (reader, id), params, &mut given)?, false)
        }
        Err(_) => return first,
    };
    clear(leaves, &mut Vec::new(), params, &mut given);
    as_shown(path, &mut given);
    if command.give(&given) || is_known { Ok(command) } else { first }
}

/// Reads a request and moves every documented parameter that the reader does not know to `given`. Refuses the first
/// parameter that is not documented.
fn read_unknown(
    (path, leaves): (&Path<'_>, &Leaves),
    (reader, id): (Reader, &str),
    params: &Value,
    given: &mut Value,
) -> Read {
    let mut rest = params.clone();
    loop {
        match reader(id, &rest) {
            Err(Refusal { reason: Reason::UnknownParameter(name), .. }) => {
                let parts: Vec<&str> = name.split('[').map(|part| part.trim_end_matches(']')).collect();
                let listed: Vec<&str> = parts.iter().map(|part| in_list(part)).collect();
                let listed = bracketed(&listed);
                let is_documented = leaves.contains_key(listed.as_str()) || is_group(leaves, &listed);
                let Some(value) = take(&mut rest, &parts).filter(|_| is_documented) else {
                    return Err(Reason::UnknownParameter(name.clone()).into());
                };
                let value = typed(leaves, &listed, &name, &value)?;
                check(GivenRequest { path, params }, &parts, &value)?;
                put(given, &parts, value);
            }
            read => return read,
        }
    }
}

/// Returns a part of a name as the documentation writes it: every item of a list is the first.
fn in_list(part: &str) -> &str {
    if part.parse::<usize>().is_ok() { "0" } else { part }
}

/// Returns whether `value` is a documented choice of the parameter `name` of an operation.
pub(super) fn is_choice(operation: &str, name: &str, value: &str) -> bool {
    let kind = ENDPOINTS.get(operation).and_then(|leaves| leaves.get(name));
    kind.and_then(|kind| kind.split_once('=')).is_some_and(|(_, choices)| choices.split('|').any(|one| one == value))
}

/// Returns whether the parameter `name` of an operation is documented; `None` if the operation is not.
#[cfg(test)]
pub(super) fn is_documented(operation: &str, name: &str) -> Option<bool> {
    let leaves = ENDPOINTS.get(operation)?;
    Some(leaves.contains_key(name) || is_group(leaves, name))
}

/// Adds to `given` the removal of each documented group that is the empty string.
fn clear<'p>(leaves: &Leaves, parts: &mut Vec<&'p str>, params: &'p Value, given: &mut Value) {
    for (name, value) in params.as_object().into_iter().flatten() {
        parts.push(name);
        let name = bracketed(parts);
        if value == "" && (is_group(leaves, &name) || leaves.get(name.as_str()) == Some(&GROUP)) {
            put(given, parts, Value::Null);
        }
        clear(leaves, parts, value, given);
        parts.pop();
    }
}

/// Returns whether documented parameters stand below `name`.
fn is_group(leaves: &Leaves, name: &str) -> bool {
    leaves.keys().any(|leaf| leaf.strip_prefix(name).is_some_and(|rest| rest.starts_with('[')))
}

/// Returns the documented parameters of the POST at `path`.
fn leaves_at(path: &Path<'_>) -> Option<&'static Leaves> {
    let (route, _) = super::locate(&super::ROUTES, Some(Verb::Post), path).ok()?;
    ENDPOINTS.get(format!("POST {}", route.pattern).as_str())
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

/// Returns `value` of the parameter `name` with the documented types of the leaves below `listed`, which is `name` as the
/// documentation writes it. An empty text becomes null.
fn typed(leaves: &Leaves, listed: &str, name: &str, value: &Value) -> Result<Value, Refusal> {
    let kind = leaves.get(listed).copied();
    let mut children: Vec<(String, &Value)> = match value {
        Value::Object(map) if kind == Some("map") => return Ok(Value::Object(map.clone())),
        Value::Object(map) => map.iter().map(|(part, value)| (part.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(number, item)| (number.to_string(), item)).collect(),
        Value::Null => return Ok(Value::Null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return leaf(leaves, listed, name, text);
        }
    };
    let is_list = leaves.keys().any(|leaf| leaf.strip_prefix(listed).is_some_and(|rest| rest.starts_with("[0]")));
    let below = |part: &str, item| {
        let listed = format!("{listed}[{}]", if is_list { "0" } else { part });
        typed(leaves, &listed, &format!("{name}[{part}]"), item)
    };
    if is_list {
        children.sort_by_key(|(part, _)| part.parse::<usize>().unwrap_or(usize::MAX));
        return Ok(Value::Array(children.iter().map(|(part, item)| below(part, item)).collect::<Result<_, _>>()?));
    }
    if children.is_empty() {
        return Err(Reason::UnknownParameter(name.to_owned().into()).into());
    }
    let children = children.into_iter().map(|(part, item)| below(&part, item).map(|item| (part, item)));
    Ok(Value::Object(children.collect::<Result<_, _>>()?))
}

fn leaf(leaves: &Leaves, listed: &str, name: &str, text: String) -> Result<Value, Refusal> {
    let kind = leaves.get(listed).copied();
    let param = || name.to_owned().into();
    let (base, choices) = kind.map_or(("", None), |kind| match kind.split_once('=') {
        Some((base, choices)) => (base, Some(choices)),
        None => (kind, None),
    });
    if text.is_empty() && (kind.is_some() || is_group(leaves, listed)) {
        return Ok(Value::Null);
    }
    if choices.is_some_and(|choices| choices.split('|').any(|choice| choice == text)) {
        return Ok(text.into());
    }
    match (base, choices) {
        _ if kind.is_none() => Err(Reason::UnknownParameter(param()).into()),
        (GROUP, _) => Err(Reason::InvalidValue(param(), "it must be an object or an array.".to_owned()).into()),
        ("int", _) => match text.parse::<i64>() {
            Ok(number) => Ok(number.into()),
            Err(_) => Err(Reason::NotAnInteger(param(), text).into()),
        },
        ("bool", _) => match text.as_str() {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            _ => Err(Reason::NotABoolean(param(), text).into()),
        },
        (_, Some(choices)) => {
            let why = format!("it must be one of {}.", choices.replace('|', ", "));
            Err(Reason::InvalidValue(param(), why).into())
        }
        (_, None) => Ok(text.into()),
    }
}
