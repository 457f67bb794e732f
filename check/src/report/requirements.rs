//! `reports/requirements.md`: what keeps each rule.

use std::fmt::Write;

use holdfast_properties::requirements::{ALL_RULES, kept};

/// The whole of the file.
pub(super) fn text() -> String {
    let mut out = String::from(
        "# Requirements\n\nWritten by `check report`; compared by a test, and a test fails when a rule has nothing.\n\n\
         | rule | properties | golden traces | why it has neither |\n|---|---|---|---|\n",
    );
    for rule in ALL_RULES {
        let kept = kept(rule);
        let properties: Vec<_> = kept.properties.iter().map(|property| format!("`{}`", property.id)).collect();
        let traces: Vec<_> = kept.traces.iter().map(|trace| format!("`{}`", trace.file)).collect();
        let _infallible = writeln!(
            out,
            "| {rule} | {} | {} | {} |",
            properties.join(", "),
            traces.join(", "),
            kept.exception.unwrap_or(""),
        );
    }
    out
}
