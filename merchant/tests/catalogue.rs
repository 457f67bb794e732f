//! The catalogue of chaos behaviors in the manual is the table, and each mistake of a sample has a diagnosis.
//!
//! `HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-merchant` writes the page; otherwise the test compares it.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use holdfast_merchant::MerchantFault;
use holdfast_server::chaos::{Behavior, Side};
use std::fmt::Write;
use std::path::Path;

/// Returns the page.
fn page() -> String {
    let mut page = String::from(
        "# Chaos behaviors\n\nEverything that `engine serve --chaos` and `check merchant` do beyond a careful provider. The \
         probabilities are thousandths under `calm`, `ordinary` and `stormy`; a TOML file sets others by name. \
         `HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-merchant` writes this page.\n",
    );
    for side in Side::ALL {
        let _ = writeln!(page, "\n## {}\n", side.name());
        page.push_str(
            "| behavior | what happens | on the wire | correct code | requirements | calm, ordinary, stormy |\n",
        );
        page.push_str("|---|---|---|---|---|---|\n");
        for row in Behavior::ALL.iter().map(|behavior| behavior.row()).filter(|row| row.side == *side) {
            let [calm, ordinary, stormy] = row.chances;
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {} | {calm}, {ordinary}, {stormy} |",
                row.name, row.what, row.wire, row.correct, row.requirements
            );
        }
    }
    page.push_str(
        "\n## Judgments\n\nWhat `check merchant` judges. Without its occasion a judgment counts as not judged: the summary names it, \
         and JUnit skips it. \"At rest\" is when nothing is left to happen in a run.\n\n| judgment | occasion |\n|---|---|\n",
    );
    for fault in MerchantFault::ALL {
        let _ = writeln!(page, "| {} | {} |", fault.sentence(), fault.occasion());
    }
    page
}

#[test]
fn the_manual_lists_every_behavior() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/reference/chaos.md");
    if std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some() {
        std::fs::write(&file, page()).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(written, page(), "run HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-merchant");
}

/// Returns the names in the table of mistakes of a sample.
fn mistakes(text: &str) -> Vec<&str> {
    let (_, table) = text.split_once("MISTAKES = {\n").unwrap();
    let (table, _) = table.split_once("\n}").unwrap();
    table.lines().filter_map(|line| Some(line.split_once(':')?.0.trim().trim_matches('"'))).collect()
}

/// Each mistake of a sample must be found under its own name, and each name is one that a diagnosis has.
#[test]
fn each_mistake_has_an_expected_diagnosis() {
    let table = include_str!("../samples/mistakes.tsv");
    let diagnosis = include_str!("../src/diagnosis.rs");
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    for row in &rows {
        let [name, expected @ ..] = row.as_slice() else { panic!("{row:?}") };
        assert!(!expected.is_empty(), "{name}");
        for text in expected {
            assert!(!text.is_empty() && diagnosis.contains(&format!("\"{text}")), "{name}: {text}");
        }
    }
    let samples = [include_str!("../samples/python/app.py"), include_str!("../samples/node/app.cjs")];
    for name in samples.into_iter().flat_map(mistakes) {
        assert!(rows.iter().any(|row| row.first() == Some(&name)), "{name}");
    }
    let all: Vec<usize> = samples.into_iter().map(|text| mistakes(text).len()).collect();
    assert!(all.iter().all(|count| *count >= 15), "{all:?}");
}
