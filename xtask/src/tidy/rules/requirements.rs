//! Citations of requirements.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{Breach, File, Tree, markdown};

/// Folder of the specification.
const SPEC: &str = "spec/";

/// First cells of the header of a table that defines requirements.
const HEADER: [&str; 2] = ["id", "requirement"];

/// Returns whether `word` has the form of a requirement id: one capital letter, or up to four with a hyphen, then up to
/// three digits.
fn is_id(word: &str) -> bool {
    let rest = word.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    let letters = word.len().saturating_sub(rest.len());
    let digits = match letters {
        1 => Some(rest),
        2..=4 => rest.strip_prefix('-'),
        _ => None,
    };
    digits.is_some_and(|digits| {
        (1..=3).contains(&digits.len()) && digits.chars().all(|it| it.is_ascii_digit()) && !digits.starts_with('0')
    })
}

/// Returns each id defined in a table of the specification with the header `| id | requirement |`, with its places.
fn defined(tree: &Tree) -> BTreeMap<&str, Vec<String>> {
    let mut defined: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in tree.documents().filter(|file| file.path.starts_with(SPEC)) {
        // Whether the current table defines requirements; `None` between tables.
        let mut defines: Option<bool> = None;
        for (line, row) in markdown::lines_outside_code(&file.text) {
            if !row.starts_with('|') {
                defines = None;
                continue;
            }
            let cells = markdown::cells(row);
            let defines = *defines.get_or_insert_with(|| cells.starts_with(&HEADER));
            let first = cells.first().copied().unwrap_or_default().trim_matches(['`', '*']);
            if defines && is_id(first) {
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
pub(super) fn unresolved(tree: &Tree) -> Vec<Breach> {
    let defined = defined(tree);
    if defined.is_empty() {
        let message = "no requirement is defined; expected tables with the header `| id | requirement |`".to_owned();
        return vec![Breach::new("spec", SPEC.to_owned(), message)];
    }
    let mut found = Vec::new();
    for (id, places) in defined.iter().filter(|(_, places)| places.len() > 1) {
        let message = format!("{id} has several rows: {}", places.join(", "));
        found.push(Breach::new("spec", places.first().cloned().unwrap_or_default(), message));
    }
    let series: BTreeSet<&str> = defined.keys().map(|id| letters(id)).collect();
    // The crate that reads citations is tested on ids that do not exist.
    for file in tree.files.iter().filter(|file| !file.path.starts_with("spec/src/")) {
        for (line, word) in words(file) {
            if is_id(&word) && series.contains(letters(&word)) && !defined.contains_key(word.as_str()) {
                let message = format!("{word} is no requirement: no table of {SPEC} defines it");
                found.push(Breach::new(&file.owner, format!("{}:{line}", file.path), message));
            }
        }
    }
    found
}

/// Returns the words of comments, strings and text that may cite a requirement.
fn words(file: &File) -> Vec<(usize, String)> {
    let of_text = |line: usize, text: &str| {
        let words = text.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-'));
        // A hyphen is part of an id, or separates the ends of a range.
        let words = words.flat_map(|word| if is_id(word) { vec![word] } else { word.split('-').collect() });
        words.map(|word| (line, word.to_owned())).collect::<Vec<_>>()
    };
    if let Some(source) = &file.source {
        let comments = source.comments().iter().flat_map(|comment| of_text(comment.line, &comment.text));
        let strings = source.tokens().iter().filter(|token| token.string);
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
pub(super) fn paragraphs(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| !file.path.starts_with("xtask/")) {
        for (line, text) in (1..).zip(file.text.lines()) {
            for part in text.split('§').skip(1).filter(|part| part.starts_with("2.")) {
                let cited: String =
                    part.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
                let message = format!("§{cited} is a paragraph; cite the id of a requirement in {SPEC}");
                found.push(Breach::new(&file.owner, format!("{}:{line}", file.path), message));
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
        "| id | requirement |\n|---|---|\n| B1 | The engine MUST answer. |\n| `EV-12` | It MUST send. |\n";

    #[test]
    fn unknown_requirements_are_found() {
        let files = [
            ("spec/a.md", SPEC),
            ("a/lib.rs", "/// B1, B2 and Z9.\nfn f() { \"EV-13 B1-B3\"; }\n"),
            ("a/x.trace", "# B1, B4: shows\n"),
            ("a/README.md", "B1-B5\n"),
        ];
        let expected = [
            ("a", "a/lib.rs:1"),
            ("a", "a/lib.rs:2"),
            ("a", "a/lib.rs:2"),
            ("a", "a/x.trace:1"),
            ("a", "a/README.md:1"),
        ];
        assert_eq!(places(&unresolved(&tree(&files))), expected);
    }

    #[test]
    fn a_requirement_has_one_row_and_the_specification_some() {
        let found = unresolved(&tree(&[
            ("spec/a.md", SPEC),
            ("spec/b.md", "| id | requirement |\n|---|---|\n| B1 | x |\n\n| id | why |\n|---|---|\n| EV-12 | x |\n"),
        ]));
        assert_eq!(places(&found), [("spec", "spec/a.md:3")]);
        assert_eq!(places(&unresolved(&tree(&[("a/lib.rs", "// B1\n")]))), [("spec", "spec/")]);
    }

    #[test]
    fn ids_have_letters_and_digits() {
        assert!(["B1", "EV-12", "P35"].into_iter().all(is_id));
        assert!(!["B", "12", "b1", "B01", "B1234", "ABCDE-1", "B1x", "B-1", "UTF8"].into_iter().any(is_id));
    }

    #[test]
    fn paragraphs_are_found() {
        let found = paragraphs(&tree(&[("a/lib.rs", "// §2.5 and §2.11,\n// RFC 9110 §15\n")]));
        assert_eq!(places(&found), [("a", "a/lib.rs:1"), ("a", "a/lib.rs:1")]);
    }
}
