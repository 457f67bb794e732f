//! The schemas of nested groups of request parameters, built from the documented leaves.

use super::{documented_leaf, put};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The data of a card in older versions, which the newest request types do not have.
const CARD_DATA: [(&str, &str); 5] =
    [("cvc", "text"), ("exp_month", "int"), ("exp_year", "int"), ("number", "text"), ("token", "text")];

/// A parameter with the parameters below it. The items of a list stand below `0`.
#[derive(Default)]
pub(super) struct ParameterGroup<'a> {
    leaf: Option<&'a str>,
    below: BTreeMap<&'a str, ParameterGroup<'a>>,
}

impl<'a> ParameterGroup<'a> {
    /// Adds a leaf with its name in brackets and its type.
    pub(super) fn add(&mut self, name: &'a str, kind: &'a str) {
        let parts = name.split('[').map(|part| part.trim_end_matches(']'));
        parts.fold(self, |at, part| at.below.entry(part).or_default()).leaf = Some(kind);
    }

    /// Adds the data of a card to the data of a payment method.
    pub(super) fn add_card_data(&mut self) {
        if let Some(data) = self.below.get_mut("payment_method_data") {
            let card = data.below.entry("card").or_default();
            card.below.extend(
                CARD_DATA.map(|(name, kind)| (name, ParameterGroup { leaf: Some(kind), below: BTreeMap::new() })),
            );
        }
    }

    /// Returns each parameter below this one with its schema.
    pub(super) fn properties(&self) -> impl Iterator<Item = (String, Value)> {
        self.below.iter().map(|(name, group)| ((*name).to_owned(), group.schema()))
    }

    fn schema(&self) -> Value {
        let group = match self.below.get("0") {
            Some(item) => Some(json!({ "type": "array", "items": item.clearable() })),
            None if self.below.is_empty() => None,
            None => {
                let properties: Map<String, Value> =
                    self.below.iter().map(|(name, group)| ((*name).to_owned(), group.clearable())).collect();
                let mut group = json!({ "type": "object", "properties": properties });
                put(&mut group, "additionalProperties", false.into());
                Some(group)
            }
        };
        match (self.leaf.map(documented_leaf), group) {
            (Some(leaf), Some(group)) => json!({ "anyOf": [leaf, group] }),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => json!({}),
        }
    }

    /// Returns the schema, or the empty text, which unsets a parameter (P26).
    fn clearable(&self) -> Value {
        json!({ "anyOf": [self.schema(), { "type": "string", "maxLength": 0 }] })
    }
}
