//! The evidence of the committed `reports/properties.json`, which is shown only if it belongs to this program.
//!
//! The report names the digest of the sources that it was made from. If this program was compiled from other sources,
//! nothing of the report is shown.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::catalogue::{Evidence, EvidenceSource, Reach};
use holdfast_evidence::RULES;
use holdfast_properties::CATALOGUE;

#[derive(Deserialize, Default)]
#[serde(default)]
struct CommittedProperties {
    rules: Option<String>,
    faults: usize,
    spaces: Vec<CommittedSpace>,
    properties: Vec<CommittedProperty>,
}

#[derive(Deserialize)]
struct CommittedSpace {
    space: String,
    states: u64,
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

/// The evidence of a report: its origin, and what it says of each property in the order of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The digest that the report belongs to, and its figures.
    pub source: EvidenceSource,
    /// The evidence of each property; empty unless the report belongs to this program.
    pub properties: Vec<Evidence>,
    /// The proof strength of each property in the report, to whichever program it belongs; empty without a digest.
    pub stated: Vec<Reach>,
}

/// Returns the evidence of the report that was committed when this program was compiled.
#[must_use]
pub fn of_reports() -> Committed {
    read(include_str!("../../reports/properties.json"), RULES)
}

/// Reads a report for a program with the digest `rules`. A report that cannot be read is treated as absent.
#[must_use]
pub fn read(report: &str, rules: &str) -> Committed {
    let report: CommittedProperties = serde_json::from_str(report).unwrap_or_default();
    // Sizes are estimates of the time left, not evidence, so they may be of other sources.
    let sizes: BTreeMap<String, u64> = report.spaces.into_iter().map(|row| (row.space, row.states)).collect();
    let Some(of) = report.rules else {
        return Committed { source: EvidenceSource { sizes, ..EvidenceSource::default() }, ..Committed::default() };
    };
    let row = |id: &str| report.properties.iter().find(|row| row.id == id);
    let stated_of = |id: &str| row(id).map_or_else(Evidence::default, evidence);
    let properties: Vec<Evidence> = CATALOGUE.iter().map(|property| stated_of(property.id)).collect();
    let stated = properties.iter().map(|evidence| evidence.reach.clone()).collect();
    let is_current = of == rules;
    let (faults, properties) = if is_current { (report.faults, properties) } else { (0, Vec::new()) };
    Committed { source: EvidenceSource { rules: Some(of), is_current, faults, sizes }, properties, stated }
}

fn evidence(row: &CommittedProperty) -> Evidence {
    Evidence {
        reach: match row.induction.reach.as_str() {
            "alone" => Reach::Alone,
            "with helpers" => Reach::With(row.induction.helpers.clone()),
            "reachable only" | "not in the domain" => Reach::ReachableOnly,
            _ => Reach::Unknown,
        },
        faults: Some(row.faults.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rules: &str) -> String {
        let id = CATALOGUE.first().map_or("", |property| property.id);
        format!(
            r#"{{ "rules": "{rules}", "faults": 7, "spaces": [{{ "space": "single: manual", "states": 9 }}],
            "properties": [{{ "id": "{id}", "induction": {{ "reach": "alone" }}, "faults": [1, 2] }}] }}"#
        )
    }

    #[test]
    fn evidence_of_other_sources_is_withheld() {
        let current = read(&report("1234"), "1234");
        assert!(current.source.is_current);
        assert_eq!(current.source.faults, 7);
        assert_eq!(current.properties.len(), CATALOGUE.len());
        assert_eq!(current.properties.first(), Some(&Evidence { reach: Reach::Alone, faults: Some(2) }));
        assert_eq!(current.properties.get(1), Some(&Evidence::default()), "the report does not name it");

        let other = read(&report("1234"), "5678");
        assert_eq!((other.source.is_current, other.source.rules.as_deref()), (false, Some("1234")));
        assert_eq!((other.source.faults, other.properties.as_slice()), (0, &[][..]));
        assert_eq!(other.stated.first(), Some(&Reach::Alone), "it is compared with this program's");
        assert_eq!(other.source.sizes.get("single: manual"), Some(&9), "an estimate is no evidence");
    }

    #[test]
    fn a_report_without_a_digest_is_no_evidence() {
        for text in ["", "{}", "nonsense", r#"{ "properties": [] }"#] {
            assert_eq!(read(text, "1234"), Committed::default(), "{text}");
        }
    }
}
