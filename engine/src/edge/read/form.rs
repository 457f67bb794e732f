//! Form-encoded parameters as a tree: `a[b][c]=v`, `a[]=v`, `a[0]=v`.

use serde_json::{Map, Value};

/// The deepest nesting that is read; what lies deeper is cut off.
const DEEPEST: usize = 16;

/// The tree of the given names and values, names in bracket notation. Later values replace earlier ones.
#[must_use]
pub fn form<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let mut root = Map::new();
    for (name, value) in pairs {
        let path: Vec<&str> = name.split('[').map(|part| part.trim_end_matches(']')).take(DEEPEST).collect();
        insert(&mut root, &path, value);
    }
    Value::Object(root)
}

fn insert(map: &mut Map<String, Value>, path: &[&str], value: &str) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    let name = if name.is_empty() { map.len().to_string() } else { (*name).to_owned() };
    if rest.is_empty() {
        map.insert(name, value.into());
        return;
    }
    let inner = map.entry(name).or_insert(Value::Null);
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        insert(inner, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn brackets_nest() {
        let pairs = [("amount", "5"), ("a[b][c]", "x"), ("a[b][d]", "y"), ("types[]", "card"), ("types[]", "sepa")];
        let tree =
            json!({ "amount": "5", "a": { "b": { "c": "x", "d": "y" } }, "types": { "0": "card", "1": "sepa" } });
        assert_eq!(form(pairs), tree);
    }

    #[test]
    fn hostile_names_do_no_harm() {
        let deep = "a[".repeat(100);
        let _ = form([(deep.as_str(), "x"), ("", "y"), ("]", "z"), ("[]", "w"), ("a", "1"), ("a[b]", "2")]);
    }
}
