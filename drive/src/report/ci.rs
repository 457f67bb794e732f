//! The report for continuous integration: JUnit XML, SARIF, and a baseline of known findings.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use holdfast_properties::Property;
use serde_json::{Value, json};

use super::html::escaped;
use super::{Report, RequirementVerdict};
use crate::finding::{Class, Finding};

/// The findings of an earlier drive, by their stable names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownFindings {
    ids: BTreeSet<String>,
}

impl KnownFindings {
    /// Reads the JSON report of an earlier drive.
    ///
    /// # Errors
    /// Returns a message that names the missing field.
    pub fn read(text: &str) -> Result<Self, String> {
        let report: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON ({error})"))?;
        let Some(findings) = report.get("findings").and_then(Value::as_array) else {
            return Err("it has no list `findings`; give the JSON report of an earlier drive".to_owned());
        };
        let id = |finding: &Value| finding.get("id").and_then(Value::as_str).map(str::to_owned);
        let ids =
            findings.iter().map(|finding| id(finding).ok_or("a finding has no `id`; drive again with this version"));
        Ok(Self { ids: ids.collect::<Result<_, _>>()? })
    }

    /// Returns whether the finding was known.
    #[must_use]
    pub fn knows(&self, finding: &Finding) -> bool {
        self.ids.contains(&finding.id())
    }
}

impl Report {
    /// Returns the faults that are not in the baseline.
    pub fn new_faults<'a>(&'a self, baseline: &'a KnownFindings) -> impl Iterator<Item = &'a Finding> {
        let is_fault = |finding: &&Finding| finding.sighting.signature.class.is_fault();
        self.findings.iter().filter(is_fault).filter(|finding| !baseline.knows(finding))
    }

    /// Returns the report as JUnit XML: one test case for each confirmed requirement, one for each finding, and one for the
    /// drive itself, which fails while it is incomplete.
    #[must_use]
    pub fn junit(&self) -> String {
        let faults: Vec<&Finding> =
            self.findings.iter().filter(|finding| finding.sighting.signature.class.is_fault()).collect();
        let confirmed = |(_, verdict, ..): &(_, RequirementVerdict, _, _)| *verdict == RequirementVerdict::Confirmed;
        let passed: Vec<&str> = self.requirements().into_iter().filter(confirmed).map(|(id, ..)| id).collect();
        let tests = faults.len().saturating_add(passed.len()).saturating_add(1);
        let errors = usize::from(self.incomplete.is_some());
        let name = escaped(&self.name);
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        // Writing to a string cannot fail.
        let _infallible = write!(
            out,
            "<testsuite name=\"drive {name}\" tests=\"{tests}\" failures=\"{}\" errors=\"{errors}\">\n  <testcase \
             classname=\"drive\" name=\"complete\">",
            faults.len()
        );
        if let Some(why) = &self.incomplete {
            let _infallible = write!(out, "<error message=\"{}\"/>", escaped(why));
        }
        out.push_str("</testcase>\n");
        for finding in faults {
            let sighting = &finding.sighting;
            let trace = finding.trace();
            let _infallible = writeln!(
                out,
                "  <testcase classname=\"{}\" name=\"{}\"><failure message=\"{}\">{}\nthe model: {}\nthe server: {}</failure></testcase>",
                sighting.signature.class,
                escaped(&sighting.signature.what),
                escaped(&sighting.headline),
                escaped(&trace.join("\n")),
                escaped(&sighting.model),
                escaped(&sighting.server)
            );
        }
        for rule in passed {
            let _infallible = writeln!(out, "  <testcase classname=\"requirement\" name=\"{}\"/>", escaped(rule));
        }
        out.push_str("</testsuite>\n");
        out
    }

    /// Returns the report as SARIF 2.1.0, with one rule for each property or kind of difference.
    #[must_use]
    pub fn sarif(&self) -> Value {
        let faults = || self.findings.iter().filter(|finding| finding.sighting.signature.class.is_fault());
        let rules: BTreeSet<(String, String)> = faults().map(rule).collect();
        let rules: Vec<Value> =
            rules.into_iter().map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } })).collect();
        let results: Vec<Value> = faults().map(|finding| self.result(finding)).collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "holdfast drive", "rules": rules } },
                "invocations": [{ "executionSuccessful": self.incomplete.is_none() }],
                "results": results,
            }],
        })
    }

    fn result(&self, finding: &Finding) -> Value {
        let sighting = &finding.sighting;
        let level = match sighting.signature.class {
            Class::Money | Class::Protocol => "error",
            Class::Shape => "warning",
            Class::Unsupported | Class::Choice => "note",
        };
        let trace = finding.trace();
        let text = format!(
            "{}. The model: {}. The server: {}. Trace: {}",
            sighting.headline,
            sighting.model,
            sighting.server,
            trace.join("; ")
        );
        json!({
            "ruleId": rule(finding).0,
            "level": level,
            "message": { "text": text },
            "partialFingerprints": { "finding/v1": finding.id() },
            "locations": [{ "logicalLocations": [{ "fullyQualifiedName": format!("{}: {}", self.name, sighting.signature.what) }] }],
        })
    }
}

/// Returns the id and the sentence of the first broken property, or the class of the finding and its kind.
fn rule(finding: &Finding) -> (String, String) {
    let sighting = &finding.sighting;
    match sighting.properties.first() {
        Some(broken) => {
            let sentence = Property::find(broken.property).map_or_else(String::new, Property::statement);
            (broken.property.to_owned(), sentence)
        }
        None => (sighting.signature.class.name().replace(' ', "-"), sighting.signature.class.name().to_owned()),
    }
}
