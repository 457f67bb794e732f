//! Citations of requirements.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{File, Finding, Tree, markdown};

/// Folder of the specification.
const SPEC: &str = "spec/";

/// Returns whether `word` has the form of a requirement id: capital letters, then up to three digits.
fn is_id(word: &str) -> bool {
    let digits = word.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    let letters = word.len().saturating_sub(digits.len());
    (1..=4).contains(&letters)
        && (1..=3).contains(&digits.len())
        && digits.chars().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0')
}

/// Returns each id defined in the first column of a table of the specification, with its places.
fn defined(tree: &Tree) -> BTreeMap<&str, Vec<String>> {
    let mut defined: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in tree.documents().filter(|file| file.path.starts_with(SPEC)) {
        for (line, row) in markdown::lines_outside_code(&file.text) {
            let first = markdown::cells(row).first().copied().unwrap_or_default().trim_matches(['`', '*']);
            if row.starts_with('|') && is_id(first) {
                defined.entry(first).or_default().push(format!("{}:{line}", file.path));
            }
        }
    }
    defined
}

fn letters(id: &str) -> &str {
    id.trim_end_matches(|letter: char| letter.is_ascii_digit())
}

/// Finds ids without a row in the specification, and ids with several.
pub(super) fn unresolved(tree: &Tree) -> Vec<Finding> {
    let defined = defined(tree);
    if defined.is_empty() {
        let message = "no requirement is defined; expected tables with an id in the first column".to_owned();
        return vec![Finding::new("spec", SPEC.to_owned(), message)];
    }
    let mut found = Vec::new();
    for (id, places) in defined.iter().filter(|(_, places)| places.len() > 1) {
        let message = format!("{id} has several rows: {}", places.join(", "));
        found.push(Finding::new("spec", places.first().cloned().unwrap_or_default(), message));
    }
    let series: BTreeSet<&str> = defined.keys().map(|id| letters(id)).collect();
    for file in &tree.files {
        for (line, word) in words(file) {
            if is_id(&word) && series.contains(letters(&word)) && !defined.contains_key(word.as_str()) {
                let message = format!("{word} is no requirement: no table of {SPEC} has this id in its first column");
                found.push(Finding::new(&file.owner, format!("{}:{line}", file.path), message));
            }
        }
    }
    found
}

/// Returns the words of comments, strings and text that may cite a requirement.
fn words(file: &File) -> Vec<(usize, String)> {
    let of_text = |line: usize, text: &str| {
        let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.map(|word| (line, word.to_owned())).collect::<Vec<_>>()
    };
    if let Some(source) = &file.source {
        let comments = source.comments().iter().flat_map(|comment| of_text(comment.line, &comment.text));
        let strings = source.tokens().iter().filter(|token| token.string);
        // The lines of a string are told apart, as a trace stands in one.
        let strings = strings.flat_map(|token| of_text(token.line, &token.text));
        return comments.chain(strings).collect();
    }
    if file.is_markdown() {
        let lines = markdown::lines_outside_code(&file.text);
        return lines.into_iter().flat_map(|(line, text)| of_text(line, text)).collect();
    }
    if file.path.ends_with(".trace") {
        return (1..).zip(file.text.lines()).flat_map(|(line, text)| of_text(line, text)).collect();
    }
    Vec::new()
}

/// Finds citations of numbered paragraphs, such as `§2.5`.
pub(super) fn paragraphs(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| !file.path.starts_with("xtask/")) {
        for (line, text) in (1..).zip(file.text.lines()) {
            for part in text.split('§').skip(1).filter(|part| part.starts_with("2.")) {
                let cited: String =
                    part.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
                let message = format!("§{cited} is a paragraph; cite the id of a requirement in {SPEC}");
                found.push(Finding::new(&file.owner, format!("{}:{line}", file.path), message));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{places, tree};
    use super::{is_id, paragraphs, unresolved};

    const SPEC: &str =
        "| id | requirement |\n|---|---|\n| B1 | The engine MUST answer. |\n| `EV12` | It MUST send. |\n";

    #[test]
    fn unknown_requirements_are_found() {
        let files = [
            ("spec/a.md", SPEC),
            ("a/lib.rs", "/// B1, B2 and Z9.\nfn f() { B3; \"EV13 B1\"; }\n"),
            ("a/x.trace", "# B1, B4: shows\n"),
            ("a/README.md", "B1–B5\n"),
        ];
        let expected = [("a", "a/lib.rs:1"), ("a", "a/lib.rs:2"), ("a", "a/x.trace:1"), ("a", "a/README.md:1")];
        assert_eq!(places(&unresolved(&tree(&files))), expected);
    }

    #[test]
    fn a_requirement_has_one_row_and_the_specification_some() {
        let found = unresolved(&tree(&[("spec/a.md", SPEC), ("spec/b.md", "| id |\n|---|\n| B1 |\n")]));
        assert_eq!(places(&found), [("spec", "spec/a.md:3")]);
        assert_eq!(places(&unresolved(&tree(&[("a/lib.rs", "// B1\n")]))), [("spec", "spec/")]);
    }

    #[test]
    fn ids_have_letters_and_digits() {
        assert!(["B1", "EV12", "P35"].into_iter().all(is_id));
        assert!(!["B", "12", "b1", "B01", "B1234", "ABCDE1", "B1x"].into_iter().any(is_id));
    }

    #[test]
    fn paragraphs_are_found() {
        let found = paragraphs(&tree(&[("a/lib.rs", "// §2.5 and §2.11,\n// RFC 9110 §15\n")]));
        assert_eq!(places(&found), [("a", "a/lib.rs:1"), ("a", "a/lib.rs:1")]);
    }
}
