//! Writes `reports/transitions.json`: every abstract transition that was taken, with a shortest trace to it. The
//! coverage of a fuzzer is measured against this list.

use std::collections::BTreeMap;

use holdfast_properties::AbstractTransition;
use serde::Serialize;

use super::findings::Findings;

#[derive(Serialize)]
struct TransitionsReport<'a> {
    schema: &'static str,
    count: usize,
    transitions: Vec<TransitionRow<'a>>,
}

#[derive(Serialize)]
struct TransitionRow<'a> {
    name: String,
    bits: u32,
    /// The number of steps of all scenarios that are instances of this transition.
    steps: u64,
    /// The space in which a shortest trace leads to it.
    space: String,
    trace: &'a [String],
}

/// Returns the contents of the file.
pub(super) fn json(findings: &Findings) -> Result<String, String> {
    let mut all: BTreeMap<u32, TransitionRow<'_>> = BTreeMap::new();
    // Engines are measured only against the dialect of the specification.
    for space in findings.spaces.iter().filter(|space| space.follows_specification) {
        for (class, (count, trace)) in &space.classes {
            let name = AbstractTransition::from_bits(*class).map_or_else(String::new, AbstractTransition::name);
            let fresh = || TransitionRow { name, bits: *class, steps: 0, space: space.name(), trace };
            let known = all.entry(*class).or_insert_with(fresh);
            known.steps = known.steps.saturating_add(*count);
            if trace.len() < known.trace.len() {
                known.space = space.name();
                known.trace = trace;
            }
        }
    }
    let transitions: Vec<_> = all.into_values().collect();
    let whole = TransitionsReport { schema: "holdfast/transitions/1", count: transitions.len(), transitions };
    serde_json::to_string_pretty(&whole).map(|text| text + "\n").map_err(|error| error.to_string())
}
