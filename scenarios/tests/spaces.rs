//! The small spaces equal those in `reports/state-space.md`: the same states, steps and digests.
//!
//! Another test compares the whole of `reports/`, which takes minutes. This test takes seconds: a rule that changes
//! within the bounds of a small scenario fails here first.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use holdfast_explorer::{Explorer, Mode, Summary};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{SCENARIOS, Visit};

/// Scenarios that are explored in seconds; `check report` explores the others.
const SMALL: [&str; 8] =
    ["single", "multicapture", "async_capture", "refunds", "connect", "debits", "setup", "checkout"];

struct Explore;

impl Visit for Explore {
    type Output = Summary;
    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> Summary {
        Explorer::new(&space).mode(Mode::Exact).run().summary
    }
}

#[test]
fn the_small_spaces_are_those_of_the_report() {
    let stated = stated();
    let mut differences = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| SMALL.contains(&scenario.name)) {
        for variant in (scenario.variants)() {
            let found = scenario.visit(&variant, Explore);
            assert!(found.completion.is_complete(), "{}: {} was cut", scenario.name, variant.name);
            assert!(found.violations.is_empty(), "a property is false in {}: {}", scenario.name, variant.name);
            let found = format!("{} {} {} `{:016x}`", found.unique, found.transitions, found.depth, found.digest);
            let place = (scenario.name.to_owned(), variant.name.to_owned());
            if stated.get(&place) != Some(&found) {
                differences.push(format!("{place:?}: stated {:?}, found {found}", stated.get(&place)));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "a space has changed; if that is intended, run `check report`:\n{}",
        differences.join("\n")
    );
}

/// Returns states, steps, depth and digest by scenario and variant.
fn stated() -> BTreeMap<(String, String), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/state-space.md");
    let text = fs::read_to_string(file).expect("reports/state-space.md is there");
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        match cells.as_slice() {
            [_, scenario, variant, states, steps, depth, digest, ..] if digest.starts_with('`') => {
                Some((((*scenario).to_owned(), (*variant).to_owned()), format!("{states} {steps} {depth} {digest}")))
            }
            _ => None,
        }
    });
    let rows: BTreeMap<_, _> = rows.collect();
    assert!(rows.len() >= SMALL.len(), "only {} rows were read", rows.len());
    rows
}
