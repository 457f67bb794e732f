//! A validator of JSON schemas. It knows the keywords that the schemas of `check/schemas/` use, and refuses any other.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Returns the schema of a command.
pub(crate) fn schema(name: &str) -> Value {
    let path = folder().join(format!("{name}.schema.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the folder of the schemas, for the crates of this workspace.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../check/schemas")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns the faults of `value`, each with its place.
pub(crate) fn wrong(value: &Value, schema: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let empty = serde_json::Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    for (keyword, asked) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "properties" => {}
            "type" => {
                let types: Vec<&Value> = asked.as_array().map_or_else(|| vec![asked], |types| types.iter().collect());
                if !types.iter().any(|it| it.as_str() == Some(type_of(value))) {
                    found.push(format!("{place}: {} instead of {asked}", type_of(value)));
                }
            }
            "enum" if !asked.as_array().unwrap().contains(value) => {
                found.push(format!("{place}: {value} not in {asked}"))
            }
            "const" if asked != value => found.push(format!("{place}: {value} instead of {asked}")),
            "enum" | "const" => {}
            "required" => {
                for name in asked.as_array().unwrap().iter().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        found.push(format!("{place}: no field {name}"));
                    }
                }
            }
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(wrong(item, asked, &format!("{place}[{number}]")));
                }
            }
            "additionalProperties" => {
                let others =
                    value.as_object().into_iter().flatten().filter(|(name, _)| !properties.contains_key(*name));
                for (name, other) in others {
                    let place = format!("{place}.{name}");
                    if *asked == Value::Bool(false) {
                        found.push(format!("{place}: not described"));
                    } else {
                        found.extend(wrong(other, asked, &place));
                    }
                }
            }
            unknown => found.push(format!("{place}: the schema uses the keyword {unknown}")),
        }
    }
    for (name, asked) in properties {
        if let Some(inner) = value.get(name) {
            found.extend(wrong(inner, asked, &format!("{place}.{name}")));
        }
    }
    found
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": ["integer", "null"] }, "b": { "type": "array", "items": { "enum": ["x"] } } }
    });
    let found = |text: &str| wrong(&serde_json::from_str(text).unwrap(), &schema, "$");
    assert_eq!(found(r#"{ "a": 1, "b": ["x"] }"#), [""; 0]);
    assert_eq!(found(r#"{ "a": null }"#), [""; 0]);
    for (text, message) in [
        ("[]", "$: array instead of \"object\""),
        ("{}", "$: no field a"),
        (r#"{ "a": "1" }"#, "$.a: string instead of [\"integer\",\"null\"]"),
        (r#"{ "a": 1, "b": ["y"] }"#, "$.b[0]: \"y\" not in [\"x\"]"),
        (r#"{ "a": 1, "c": 2 }"#, "$.c: not described"),
    ] {
        assert_eq!(found(text), [message], "{text}");
    }
    assert_eq!(wrong(&Value::Null, &serde_json::json!({ "oneOf": [] }), "$"), ["$: the schema uses the keyword oneOf"]);
}
