//! The documents and the evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use holdfast_spec::{golden_trace, requirements};

use crate::support::*;

/// A target is glue: what it does belongs where `cargo test` reaches it.
const LINES_OF_A_FUZZ_TARGET: usize = 40;

/// The front page is read within a minute; the manual in `docs/` has the rest.
const WORDS_OF_THE_README: usize = 500;
/// The lines of the front page.
const LINES_OF_THE_README: usize = 80;

#[test]
fn the_readme_begins_with_the_two_commands() {
    let readme = read(&root().join("README.md"));
    let start: Vec<&str> = readme.lines().take(12).collect();
    for command in ["cargo run --bin check", "cargo test --workspace"] {
        assert!(start.contains(&command), "the first lines of README.md do not say `{command}`");
    }
}

#[test]
fn the_readme_is_short() {
    let readme = read(&root().join("README.md"));
    let (words, lines) = (readme.split_whitespace().count(), readme.lines().count());
    assert!(words <= WORDS_OF_THE_README, "README.md has {words} words; docs/ has room for more");
    assert!(lines <= LINES_OF_THE_README, "README.md has {lines} lines; docs/ has room for more");
}

#[test]
fn the_manual_lists_every_page() {
    let summary = read(&root().join("docs/src/SUMMARY.md"));
    let listed: BTreeSet<PathBuf> = links(&summary).into_iter().map(PathBuf::from).collect();
    let mut pages = Vec::new();
    below(&root().join("docs/src"), &mut pages);
    let pages: BTreeSet<PathBuf> =
        pages.iter().filter_map(|page| page.strip_prefix(root().join("docs/src")).ok()).map(Path::to_owned).collect();
    let is_page = |page: &&PathBuf| !page.ends_with("SUMMARY.md") && page.extension().is_some_and(|it| it == "md");
    let unlisted: Vec<_> = pages.difference(&listed).filter(is_page).collect();
    assert!(unlisted.is_empty(), "docs/src/SUMMARY.md does not list {unlisted:?}");
    assert!(listed.is_subset(&pages), "docs/src/SUMMARY.md lists pages that are not there: {listed:?}");
}

#[test]
fn the_architecture_names_tests_that_exist() {
    let text = read(&root().join("ARCHITECTURE.md"));
    let (_, section) = text.split_once("| invariant | test |").unwrap();
    let mut named = 0;
    for row in section.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let tests = row.trim_matches('|').rsplit('|').next().unwrap();
        let file = spans(tests).find(|span| span.ends_with(".rs"));
        let place = root().join(file.unwrap_or("check/tests/house"));
        let mut files = vec![place.clone()];
        if file.is_none() {
            files = entries(&place);
        }
        let source: String = files.iter().map(|file| read(file)).collect();
        for test in spans(tests).filter(|span| Some(*span) != file) {
            let place = place.display();
            assert!(source.contains(&format!("#[test]\nfn {test}()")), "there is no test {test} in {place}");
            named += 1;
        }
    }
    assert!(named > 20, "the table of invariants names only {named} tests");
}

#[test]
fn documents_link_to_what_exists() {
    let mut count = 0;
    for path in tracked().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        for target in links(&read(&path)) {
            count += 1;
            let file = path.parent().unwrap_or(root()).join(target.split('#').next().unwrap_or_default());
            assert!(file.exists() || is_written_by_report(&file), "{} links to {target}", shown(&path));
        }
    }
    assert!(count >= 50, "only {count} links were read");
}

#[test]
fn links_are_found() {
    assert_eq!(links("see [a](b.md), [c](https://example.org), [d](#e) and [f](g/h.rs#L3)"), ["b.md", "g/h.rs#L3"]);
}

/// Returns the key of an id in the index of `model/REQUIREMENTS.md`: the family of `CAP-6`, otherwise the id.
fn index_key(id: &str) -> &str {
    id.split_once('-').map_or(id, |(family, _)| family)
}

#[test]
fn the_index_of_requirements_is_complete_and_true() {
    let index = read(&root().join("model/REQUIREMENTS.md"));
    let rows: BTreeMap<Vec<&str>, (&str, &str)> = index
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            match cells.as_slice() {
                [keys, place, traces] => Some((keys.split(", ").collect(), (*place, *traces))),
                _ => None,
            }
        })
        .collect();
    let mut shown_by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in entries(&root().join("model/traces")) {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        for id in golden_trace(&stem, &read(&path)).unwrap().0.ids {
            shown_by.entry(index_key(&id).to_owned()).or_default().insert(stem.clone());
        }
    }
    // What recordings decide is stated where it belongs: a row of another family has its place in the model.
    let all = requirements();
    let keys: BTreeSet<&str> =
        all.iter().map(|row| index_key(row.id)).filter(|key| !key.starts_with("P") || *key == "PI").collect();
    for key in keys {
        let (row, (place, traces)) = rows
            .iter()
            .find(|(row, _)| row.contains(&key))
            .unwrap_or_else(|| panic!("model/REQUIREMENTS.md says nothing of {key}"));
        let traces: BTreeSet<String> = spans(traces).map(str::to_owned).collect();
        let shown = row.iter().flat_map(|key| shown_by.get(*key).cloned().unwrap_or_default()).collect();
        assert_eq!(traces, shown, "traces of {key}");
        if place.starts_with('–') {
            continue;
        }
        let mut spans = spans(place);
        let mut places = 0;
        while let (Some(file), Some(name)) = (spans.next(), spans.next()) {
            let source = read(&root().join("model/src").join(file));
            assert!(words(&source).any(|word| word == name), "{key}: there is no {name} in {file}");
            places += 1;
        }
        assert!(places > 0, "{key}: no place, and no reason why there is none");
    }
}

#[test]
fn no_file_names_a_place_on_somebodys_machine() {
    let mut count = 0;
    for path in tracked() {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        count += 1;
        let found = machine_paths(&text);
        assert!(found.is_empty(), "{}: {found:?}", shown(&path));
    }
    assert!(count >= 1_150, "only {count} files were read");
}

#[test]
fn machine_paths_are_found() {
    let home = ["", "home", "me", "x"].join("/");
    assert_eq!(machine_paths(&format!("open(\"{home}\")")), [home.as_str()]);
    assert!(machine_paths(&format!("https://example.org{home}")).is_empty());
}

#[test]
fn fuzz_targets_are_glue() {
    let files = entries(&root().join("fuzz/fuzz_targets"));
    let targets: Vec<_> = files.iter().filter(|path| path.extension().is_some_and(|it| it == "rs")).collect();
    let manifest = read(&root().join("fuzz/Cargo.toml"));
    let declared = manifest.lines().filter(|line| line.starts_with("path = \"fuzz_targets/")).count();
    assert!(declared > 0 && targets.len() == declared, "{} targets, {declared} in fuzz/Cargo.toml", targets.len());
    for path in targets {
        let lines = read(path).lines().count();
        assert!(lines <= LINES_OF_A_FUZZ_TARGET, "{} has {lines} lines", shown(path));
    }
}
