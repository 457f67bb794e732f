//! Every requirement is kept by a property, a golden trace or an engine test, or has a reason; every citation resolves.
//!
//! `HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-spec` writes `reports/requirements.md`; otherwise the test compares it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use holdfast_properties::CATALOGUE;
use holdfast_spec::{Keeper, KeeperKind, cited, engine_tests, gaps, golden_trace, report, requirements};

/// The command that writes the report.
const COMMAND: &str = "HOLDFAST_WRITE_REPORTS=1 cargo test -p holdfast-spec";

/// Returns a path below the root of the repository.
fn root(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(below)
}

/// Returns the files of a folder, sorted by path.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Returns all keepers of requirements.
fn keepers() -> Vec<Keeper> {
    let mut keepers: Vec<Keeper> = CATALOGUE
        .iter()
        .map(|property| {
            let ids = property.rule_ids().map(str::to_owned).collect();
            Keeper { kind: KeeperKind::Property, name: property.id.to_owned(), ids }
        })
        .collect();
    for path in files("model/traces") {
        let name = path.file_name().unwrap().to_string_lossy();
        let trace = golden_trace(&name, &fs::read_to_string(&path).unwrap());
        keepers.push(trace.unwrap_or_else(|| panic!("{name} has no heading with ids")).0);
    }
    for path in files("engine/tests/engine").into_iter().chain([root("engine/src/test_methods.rs")]) {
        let module = path.file_stem().unwrap().to_string_lossy();
        keepers.extend(engine_tests(&module, &fs::read_to_string(&path).unwrap()));
    }
    keepers
}

#[test]
fn every_requirement_is_kept_or_has_a_reason() {
    let keepers = keepers();
    for kind in KeeperKind::ALL {
        assert!(keepers.iter().any(|keeper| keeper.kind == kind && !keeper.ids.is_empty()), "no {kind:?}");
    }
    assert_eq!(gaps(&keepers), Vec::<String>::new());
}

#[test]
fn the_report_is_current() {
    let (path, text) = (root("reports/requirements.md"), report(&keepers(), COMMAND));
    if std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == text, "{} is old: run {COMMAND}", path.display());
}

#[test]
fn every_golden_trace_cites_a_requirement() {
    for trace in keepers().iter().filter(|keeper| keeper.kind == KeeperKind::Trace) {
        assert!(!trace.ids.is_empty(), "{}", trace.name);
    }
}

#[test]
fn every_citation_in_the_repository_resolves() {
    let known: BTreeSet<&str> = requirements().iter().map(|row| row.id).collect();
    let output = Command::new("git").args(["ls-files"]).current_dir(root("")).output().unwrap();
    let listing = String::from_utf8(output.stdout).unwrap();
    let mut count = 0_usize;
    for file in
        listing.lines().filter(|file| file.ends_with(".rs") || file.ends_with(".md") || file.ends_with(".trace"))
    {
        // These folders test citations of ids that do not exist, and reports are generated from sources that are
        // checked here.
        if ["spec/src", "spec/tests", "xtask/src/tidy", "reports/"].iter().any(|folder| file.starts_with(folder)) {
            continue;
        }
        let Ok(text) = fs::read_to_string(root(file)) else { continue };
        let section = text
            .match_indices("§2.")
            .find(|(at, _)| text.get(at + 4..).is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit())));
        assert!(section.is_none(), "{file} cites a section instead of a requirement");
        for id in cited(&text) {
            assert!(known.contains(id.as_str()), "{file} cites {id}, which does not exist");
            count = count.saturating_add(1);
        }
    }
    assert!(count > 1_000, "only {count} citations");
}
