//! What the reports know of each property beyond the exploration at hand: read from
//! `reports/properties.json`, which a test keeps true.

use serde::Deserialize;

use crate::catalogue::{Evidence, Induction};
use holdfast_properties::CATALOGUE;

#[derive(Deserialize, Default)]
#[serde(default)]
struct CommittedProperties {
    properties: Vec<CommittedProperty>,
}

#[derive(Deserialize)]
struct CommittedProperty {
    id: String,
    induction: CommittedInduction,
    faults: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct CommittedInduction {
    reach: String,
    #[serde(default)]
    helpers: Vec<String>,
}

/// The evidence for each property, in the order of the catalogue.
#[must_use]
pub fn of_reports() -> Vec<Evidence> {
    // A report that cannot be read says nothing; the test that compares it says what is wrong.
    let known: CommittedProperties =
        serde_json::from_str(include_str!("../../reports/properties.json")).unwrap_or_default();
    CATALOGUE
        .iter()
        .map(|property| {
            let found = known.properties.iter().find(|row| row.id == property.id);
            found.map_or_else(Evidence::default, |row| Evidence {
                induction: match row.induction.reach.as_str() {
                    "alone" => Induction::Alone,
                    "with helpers" => Induction::With(row.induction.helpers.clone()),
                    "reachable only" | "not in the domain" => Induction::ReachableOnly,
                    _ => Induction::Unknown,
                },
                faults: Some(row.faults.len()),
            })
        })
        .collect()
}
