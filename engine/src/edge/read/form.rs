//! Form-encoded parameters as a tree: `a[b][c]=v`, `a[]=v`, `a[0]=v`.

use serde_json::{Map, Value};

/// The maximum number of levels; deeper brackets of a name are ignored.
const DEEPEST: usize = 16;

/// Returns the tree of the given names and values, names in bracket notation. Later values replace earlier ones.
///
/// ```
/// use holdfast_engine::edge::read::form;
/// use serde_json::json;
///
/// let pairs = [("amount", "1000"), ("metadata[order]", "7"), ("expand[]", "latest_charge")];
/// let tree = json!({ "amount": "1000", "metadata": { "order": "7" }, "expand": { "0": "latest_charge" } });
/// assert_eq!(form(pairs), tree);
/// ```
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

    /// Names that no client library writes still have one meaning each.
    #[test]
    fn hostile_names_have_one_meaning() {
        let rows = [
            (vec![("", "y")], json!({ "0": "y" })),
            (vec![("]", "z")], json!({ "0": "z" })),
            (vec![("[]", "w")], json!({ "0": { "0": "w" } })),
            (vec![("[", "w")], json!({ "0": { "0": "w" } })),
            (vec![("a", "1"), ("a[b]", "2")], json!({ "a": { "b": "2" } })),
            (vec![("a[b]", "2"), ("a", "1")], json!({ "a": "1" })),
            (vec![("a[b", "1"), ("a]", "2"), ("a]]", "3")], json!({ "a": "3" })),
            (vec![("a[]", "1"), ("a[0]", "2"), ("a[]", "3")], json!({ "a": { "0": "2", "1": "3" } })),
            (vec![("a[][b]", "1"), ("a[][b]", "2")], json!({ "a": { "0": { "b": "1" }, "1": { "b": "2" } } })),
            (vec![("\u{0}[é]", "\u{0}")], json!({ "\u{0}": { "é": "\u{0}" } })),
        ];
        for (pairs, tree) in rows {
            assert_eq!(form(pairs.clone()), tree, "{pairs:?}");
        }
    }

    #[test]
    fn deep_names_are_cut_off() {
        let levels = |tree: &Value| {
            let (mut at, mut levels) = (tree, 0);
            while let Some(inner) = at.as_object().and_then(|map| map.values().next()) {
                (at, levels) = (inner, levels + 1);
            }
            (levels, at.clone())
        };
        for (brackets, expected) in [(0, 1), (1, 2), (DEEPEST - 1, DEEPEST), (DEEPEST, DEEPEST), (1_000, DEEPEST)] {
            let name = format!("a{}", "[b]".repeat(brackets));
            assert_eq!(levels(&form([(name.as_str(), "x")])), (expected, json!("x")), "{brackets}");
        }
    }
}
