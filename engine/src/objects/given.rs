//! The documented parameters that an object stores as given (P18): a JSON object among its texts.

use super::{MethodTypes, Texts};
use crate::test_methods::MethodType;
use serde_json::{Map, Value};

impl Texts {
    /// Returns the parameter `name` that is stored as given.
    #[must_use]
    pub fn given_value(&self, name: &str) -> Option<Value> {
        self.given_map().remove(name)
    }

    /// Returns all parameters that are stored as given.
    #[must_use]
    pub fn given_map(&self) -> Map<String, Value> {
        self.given.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Returns the types of methods that a request excluded (`excluded_payment_method_types`).
    pub(super) fn excluded_types(&self) -> MethodTypes {
        let names = self.given_value("excluded_payment_method_types");
        let names = names.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        MethodTypes::of(&names.filter_map(MethodType::from_name).collect::<Vec<_>>())
    }

    /// Merges `change`, the text of a JSON object, into the stored parameters; null removes a value.
    pub(crate) fn give(&mut self, change: &str) {
        let mut all = Value::Object(self.given_map());
        merge(&mut all, &serde_json::from_str(change).unwrap_or(Value::Null));
        self.put(all);
    }

    /// Removes the stored parameter at a path of names (`payment_method_options/card`), and the groups that it empties.
    pub(crate) fn forget(&mut self, path: &str) {
        let change =
            path.rsplit('/').fold(Value::Null, |inner, name| Value::Object(Map::from_iter([(name.to_owned(), inner)])));
        let mut all = Value::Object(self.given_map());
        merge(&mut all, &change);
        self.put(all);
    }

    fn put(&mut self, all: Value) {
        self.given =
            Some(all).filter(|all| all.as_object().is_some_and(|map| !map.is_empty())).map(|all| all.to_string());
    }
}

fn merge(into: &mut Value, change: &Value) {
    let (Value::Object(into), Value::Object(change)) = (into, change) else { return };
    for (name, value) in change {
        match into.get_mut(name) {
            _ if value.is_null() => {
                into.remove(name);
            }
            Some(old) if old.is_object() && value.is_object() => {
                merge(old, value);
                if is_empty(old) {
                    into.remove(name);
                }
            }
            _ if value.is_object() => {
                // Removing a parameter of a missing group creates no group.
                let mut group = Value::Object(Map::new());
                merge(&mut group, value);
                if !is_empty(&group) {
                    into.insert(name.clone(), group);
                }
            }
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

fn is_empty(group: &Value) -> bool {
    group.as_object().is_some_and(Map::is_empty)
}
