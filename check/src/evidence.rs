//! What the reports know of each claim beyond the exploration at hand: read from
//! `reports/properties.json`, which a test keeps true.

use serde::Deserialize;

use crate::catalogue::{Evidence, Induction};
use holdfast_properties::CATALOGUE;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Properties {
    claims: Vec<Property>,
}

#[derive(Deserialize)]
struct Property {
    id: String,
    induction: Reach,
    faults: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Reach {
    reach: String,
    #[serde(default)]
    helpers: Vec<String>,
}

/// The evidence for each claim, in the order of the catalogue.
#[must_use]
pub fn of_reports() -> Vec<Evidence> {
    // A report that cannot be read says nothing; the test that compares it says what is wrong.
    let known: Properties = serde_json::from_str(include_str!("../../reports/properties.json")).unwrap_or_default();
    CATALOGUE
        .iter()
        .map(|claim| {
            let found = known.claims.iter().find(|property| property.id == claim.id);
            found.map_or_else(Evidence::default, |property| Evidence {
                induction: match property.induction.reach.as_str() {
                    "alone" => Induction::Alone,
                    "with helpers" => Induction::With(property.induction.helpers.clone()),
                    "reachable only" | "not in the domain" => Induction::Reachable,
                    _ => Induction::Unknown,
                },
                faults: Some(property.faults.len()),
            })
        })
        .collect()
}
