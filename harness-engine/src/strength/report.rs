//! Writes `reports/strength.md`.

use std::fmt::Write;

use super::measured::{GLANCE, Measured, Row};
use super::{Technique, technique_for};

/// The section about mutants of the engine's core. It is written by hand, because measuring them takes hours.
const MUTANTS: &str = include_str!("mutants.md");

/// Returns the report. It contains only counts of runs, so it is the same on every machine.
#[must_use]
pub fn report(measured: &Measured) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _written = write_all(&mut text, measured);
    text
}

fn write_all(text: &mut String, measured: &Measured) -> std::fmt::Result {
    let Measured { seeds, budget, rows } = measured;
    let always = rows.iter().filter(|row| row.never() == 0).count();
    let sometimes = rows.iter().filter(|row| row.never() > 0 && row.worst().is_some()).count();
    let never = rows.iter().filter(|row| row.worst().is_none()).count();
    writeln!(
        text,
        "# How strong the harness is\n\n\
         Written by `check strength`. An injected fault is the real engine with one rule broken on purpose, from around it \
         (`harness-engine/src/injected_faults/`). A campaign is a seed and runs out of it, one after another, until the fault is \
         caught *by the property or comparison that should catch it*; being noticed by any other does not count. {seeds} \
         campaigns of at most {budget} runs each; figures are runs, so the file is the same on every machine.\n\n\
         **{} injected faults: {always} caught in every campaign, {sometimes} in some, {never} in none.**\n\n\
         ## Techniques\n\n\
         Lockstep runs the engine beside the model and judges every step by the properties; the others are described in \
         `harness/src/`. Also: caught within {GLANCE} runs of one campaign, though another technique is the one that \
         should. Alone: no other judge caught it so soon.\n\n\
         | technique | should catch | did, in every campaign | also | alone |\n|---|---:|---:|---:|---:|",
        rows.len(),
    )?;
    for technique in Technique::ALL {
        let should: Vec<&Row> = rows.iter().filter(|row| technique_for(row.injected) == technique).collect();
        let did = should.iter().filter(|row| row.never() == 0).count();
        let also = rows.iter().filter(|row| row.others.contains(&technique)).count();
        let alone = should.iter().filter(|row| row.others.is_empty() && row.worst().is_some()).count();
        writeln!(text, "| {technique} | {} | {did} | {also} | {alone} |", should.len())?;
    }
    writeln!(
        text,
        "\n## Injected faults\n\n\
         Runs to the first kill: the median of the campaigns and the slowest; never: campaigns that spent their budget.\n\n\
         | the engine, but | rules | through | caught by | median | worst | never | also caught by |\n\
         |---|---|---|---|---:|---:|---:|---|"
    )?;
    for row in rows {
        let injected = row.injected;
        let technique = technique_for(injected);
        let runs = |runs: Option<u32>| runs.map_or_else(|| "–".to_owned(), |runs| runs.to_string());
        let others: Vec<&str> = row.others.iter().map(|other| other.name()).collect();
        writeln!(
            text,
            "| {} | {} | {} | {technique}: {} | {} | {} | {} | {} |",
            injected.name,
            injected.rules,
            injected.how.part(),
            injected.breaks,
            runs(row.median()),
            runs(row.worst()),
            row.never(),
            others.join(", "),
        )?;
    }
    write!(text, "\n{MUTANTS}")
}
