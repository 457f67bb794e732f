//! Writes `reports/state-space.md`: the explored spaces and their sizes.

use std::fmt::Write;

use super::findings::Findings;
use holdfast_explorer::CollisionBound;
use holdfast_scenarios::SCENARIOS;

/// Returns the contents of the file.
pub(super) fn text(findings: &Findings) -> String {
    let mut out = String::from(
        "# State spaces\n\nWritten by `check report`; compared by a test.\n\n\
         Every state that can be reached in these bounds was visited, judged by every property, and left by every\n\
         input, by the breadth-first explorer; `check` counts again with stateright on every run and fails if the two\n\
         differ. The digest is a sum over all steps: while it stays the same, so do all states, answers and\n\
         notifications within the bounds.\n",
    );
    let _infallible = table(&mut out, findings);
    out.push_str("\n## Bounds\n\n| scenario | what is in it | what bounds it |\n|---|---|---|\n");
    for scenario in SCENARIOS {
        let deep = if scenario.deep { " (`--deep`)" } else { "" };
        let _infallible = writeln!(out, "| {}{deep} | {} | {} |", scenario.name, scenario.about, scenario.bounds);
    }
    out
}

fn table(out: &mut String, findings: &Findings) -> std::fmt::Result {
    writeln!(out, "\n| scenario | variant | unique states | steps | depth | digest | chance of a collision below |")?;
    writeln!(out, "|---|---|---:|---:|---:|---|---|")?;
    let (mut states, mut steps) = (0_u64, 0_u64);
    for space in &findings.spaces {
        let summary = &space.summary;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | `{:016x}` | {} |",
            space.scenario.name,
            space.variant,
            summary.unique,
            summary.transitions,
            summary.depth,
            summary.digest,
            CollisionBound::of(summary.unique),
        )?;
        states = states.saturating_add(summary.unique);
        steps = steps.saturating_add(summary.transitions);
    }
    writeln!(out, "| **all** | | **{states}** | **{steps}** | | | |")?;
    writeln!(
        out,
        "\nThe last column is about a search by fingerprints, n(n−1)/2⁶⁵ at the most; these figures were found in\n\
         exact mode, where whole states are compared and there is no such chance."
    )
}
