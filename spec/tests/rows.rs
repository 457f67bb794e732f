//! The tables are well formed: ids, sentences, sources, certainties, and the index in `README.md`.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_spec::{FILES, README, Requirement, cited, is_id, not_kept, requirement, requirements};

/// Returns the family of an id: its letters.
fn family(id: &str) -> &str {
    id.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('-')
}

#[test]
fn every_row_is_read() {
    for (file, text) in FILES {
        let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| id |")).count();
        assert_eq!(requirements().iter().filter(|row| row.file == file).count(), rows, "rows of {file}");
    }
}

#[test]
fn every_file_of_the_folder_is_read() {
    let known: BTreeSet<_> = FILES.iter().map(|(file, _)| *file).chain(["README.md", "not-kept.md"]).collect();
    for entry in std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".md") || known.contains(name.as_str()), "{name} is not in FILES");
    }
}

#[test]
fn ids_are_unique_and_numbered_without_gaps() {
    let mut families: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for row in requirements() {
        let number = row.id.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap();
        families.entry(family(row.id)).or_default().push(number);
    }
    for (family, mut numbers) in families {
        numbers.sort_unstable();
        let expected: Vec<u32> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, expected, "numbers of {family}");
    }
}

#[test]
fn old_families_are_complete() {
    let count = |wanted: &str| requirements().iter().filter(|row| family(row.id) == wanted).count();
    let sizes = [("A", 19), ("B", 60), ("C", 19), ("D", 11), ("I", 17), ("P", 35), ("R", 23), ("U", 18)];
    for (family, size) in sizes {
        assert_eq!(count(family), size, "{family}");
    }
}

/// Returns the faults in the sentence of a row.
fn faults(row: &Requirement) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if !row.text.split(|letter: char| !letter.is_alphabetic()).any(|word| matches!(word, "MUST" | "MAY")) {
        faults.push("no MUST, MUST NOT or MAY");
    }
    if !row.text.ends_with('.') || row.text.contains(". ") {
        faults.push("not one sentence");
    }
    if row.source.is_empty() {
        faults.push("no source");
    }
    if row.source == "open question" && row.certainty.words() != "decided here" {
        faults.push("an open question is decided here");
    }
    faults
}

#[test]
fn every_row_is_one_sentence_with_a_modal_and_a_source() {
    for row in requirements() {
        assert_eq!(faults(&row), Vec::<&str>::new(), "{}", row.id);
    }
}

#[test]
fn faults_are_found() {
    let good = requirement("B34").unwrap();
    let bad = Requirement { text: "It can. It does", source: "", ..good };
    assert_eq!(faults(&bad), ["no MUST, MUST NOT or MAY", "not one sentence", "no source"]);
    let open = Requirement { source: "open question", ..good };
    assert_eq!(faults(&open), ["an open question is decided here"]);
}

#[test]
fn every_id_cited_in_the_specification_exists() {
    let known: BTreeSet<_> = requirements().iter().map(|row| row.id).collect();
    for (file, text) in FILES.into_iter().chain([("README.md", README)]) {
        for id in cited(text) {
            assert!(known.contains(id.as_str()), "{file} cites {id}");
        }
    }
}

#[test]
fn every_requirement_that_nothing_keeps_exists_and_has_a_reason() {
    let mut seen = BTreeSet::new();
    for (id, reason) in not_kept() {
        assert!(requirement(id).is_some(), "{id}");
        assert!(!reason.is_empty() && seen.insert(id), "{id}");
    }
    assert!(!seen.is_empty());
}

#[test]
fn every_source_is_in_the_key() {
    let key = README.split("## Sources").nth(1).unwrap();
    for row in requirements() {
        for source in row.source.split([',', ';']).map(str::trim) {
            let short = source.split(' ').next().unwrap();
            let is_short =
                short.len() > 1 && short.chars().all(|it| it.is_ascii_uppercase() || it == '-' || it.is_ascii_digit());
            assert!(!is_short || is_id(short) || key.contains(short), "{}: {short} is not in the key", row.id);
        }
    }
}

#[test]
fn dialect_fields_that_rows_name_exist() {
    let source = |file: &str| std::fs::read_to_string(format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (model, engine) = (source("model/src/dialect.rs"), source("engine/src/dialect.rs"));
    let mut found = 0_usize;
    for row in requirements() {
        for (marker, place, text) in [("` (model)", "model", &model), ("` (engine)", "engine", &engine)] {
            for (end, _) in row.text.match_indices(marker) {
                let before = row.text.get(..end).unwrap();
                let field = before.rsplit('`').next().unwrap().trim_start_matches("timing.");
                assert!(text.contains(&format!("{field}:")), "{}: no field {field} in {place}", row.id);
                found = found.saturating_add(1);
            }
        }
    }
    assert!(found > 10, "only {found} fields");
}
