//! `reports/requirements.md`: what keeps each rule.

use std::fmt::Write;

use holdfast_properties::requirements::{ALL_RULES, kept};

/// The whole of the file.
pub(super) fn text() -> String {
    let mut out = String::from(
        "# Requirements\n\nWritten by `check report`; compared by a test, and a test fails when a rule has nothing.\n\n\
         | rule | claims | golden traces | why it has neither |\n|---|---|---|---|\n",
    );
    for rule in ALL_RULES {
        let kept = kept(rule);
        let claims: Vec<_> = kept.claims.iter().map(|claim| format!("`{}`", claim.id)).collect();
        let traces: Vec<_> = kept.traces.iter().map(|trace| format!("`{}`", trace.file)).collect();
        let _infallible = writeln!(
            out,
            "| {rule} | {} | {} | {} |",
            claims.join(", "),
            traces.join(", "),
            kept.exception.unwrap_or(""),
        );
    }
    out
}
