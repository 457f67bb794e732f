//! The prose of doc comments and documents.

use crate::tidy::source::{Comment, Source};
use crate::tidy::{Breach, File, Tree, markdown, text};

/// Phrases that replace a noun or a verb.
const PHRASES: [&str; 13] = [
    "nobody",
    "whoever",
    "whatever",
    "anew",
    "for good",
    "of it",
    "told of",
    "said of",
    "tells of",
    "lets go of",
    "let go of",
    "any more",
    "at the most",
];

/// First words of a doc comment that leave its noun out.
const OPENINGS: [&str; 8] = ["What", "Who", "Whoever", "Where", "When", "Which", "Why", "How"];

/// Units of measured or counted figures. Limits, times and amounts of the payment domain have other units.
const UNITS: [&str; 22] = [
    "%",
    "ms",
    "µs",
    "states",
    "steps",
    "transitions",
    "states/s",
    "requests/s",
    "req/s",
    "sequences",
    "lines",
    "tests",
    "properties",
    "claims",
    "requirements",
    "traces",
    "scenarios",
    "crates",
    "GB",
    "MB",
    "mutants",
    "executions",
];

/// Returns the doc comments of a file without code blocks.
fn docs(file: &File) -> Vec<Vec<&Comment>> {
    let Some(source) = &file.source else { return Vec::new() };
    let mut docs = Vec::new();
    for block in source.blocks().into_iter().filter(|block| block.first().is_some_and(|first| first.kind.is_doc())) {
        let mut code = false;
        let mut kept = Vec::new();
        for comment in block {
            let fence = comment.text.starts_with("```");
            code ^= fence;
            if !code && !fence {
                kept.push(comment);
            }
        }
        docs.push(kept);
    }
    docs
}

fn place(file: &File, line: usize) -> String {
    format!("{}:{line}", file.path)
}

/// Returns the numbered lines of prose of a file: its doc comments, or its text without code.
fn prose(file: &File) -> Vec<(usize, String)> {
    if file.is_markdown() {
        return markdown::prose(&file.text).into_iter().map(|line| (line.line, line.text)).collect();
    }
    let docs = docs(file).into_iter().flatten();
    docs.map(|comment| (comment.line, markdown::without_spans(&comment.text))).collect()
}

/// Finds banned phrases; a phrase may extend over two lines.
pub(super) fn phrases(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != "CHANGELOG.md") {
        let lines = prose(file);
        for (at, (line, text)) in lines.iter().enumerate() {
            let next = lines.get(at.saturating_add(1)).filter(|(next, _)| *next == line.saturating_add(1));
            let next = next.map_or("", |(_, text)| text.as_str());
            let joined = format!("{text} {next}").to_lowercase();
            for phrase in PHRASES {
                for _ in text::find_words(&joined, phrase).iter().filter(|at| **at < text.len()) {
                    let message = format!("\"{phrase}\": use the noun or the verb");
                    found.push(Breach::new(&file.owner, place(file, *line), message));
                }
            }
        }
    }
    found
}

/// Finds doc comments that open with a question word.
pub(super) fn openings(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in &tree.files {
        for comment in docs(file).iter().filter_map(|doc| doc.first()) {
            let first = comment.text.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
            if OPENINGS.contains(&first) {
                let message = format!("opens with \"{first}\": begin a function with a verb, a type with a noun");
                found.push(Breach::new(&file.owner, place(file, comment.line), message));
            }
        }
    }
    found
}

/// Finds crates whose documentation lacks a runnable example or the files to read first.
pub(super) fn crate_docs(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.split_once('/').is_some_and(|(_, rest)| rest == "src/lib.rs"))
    {
        let blocks = file.source.as_ref().map(Source::blocks).unwrap_or_default();
        let docs: Vec<&str> = blocks.first().into_iter().flatten().map(|comment| comment.text.as_str()).collect();
        let has = |wanted: &dyn Fn(&str) -> bool| docs.iter().any(|line| wanted(line));
        let parts = [
            (has(&|line| matches!(line, "```" | "```no_run" | "```rust")), "a runnable example"),
            (has(&|line| line.starts_with("Read") && line.contains("first:")), "the files to read: `Read first: ...`"),
        ];
        for (_, part) in parts.iter().filter(|(is_there, _)| !is_there) {
            found.push(Breach::new(
                &file.owner,
                place(file, 1),
                format!("the documentation of the crate lacks {part}"),
            ));
        }
    }
    found
}

/// Finds doc comments with a question.
pub(super) fn questions(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in &tree.files {
        for comment in docs(file).into_iter().flatten() {
            let text = markdown::without_spans(&comment.text);
            if text.ends_with('?') || text.contains("? ") {
                let message = "asks a question: state what is returned or guaranteed".to_owned();
                found.push(Breach::new(&file.owner, place(file, comment.line), message));
            }
        }
    }
    found
}

/// Finds figures with a unit in READMEs and in the manual.
pub(super) fn figures(tree: &Tree) -> Vec<Breach> {
    let is_manual = |file: &&File| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        name == "README.md" || file.path == "ARCHITECTURE.md" || file.path.starts_with("docs/")
    };
    let mut found = Vec::new();
    for file in tree.documents().filter(is_manual) {
        for line in markdown::prose(&file.text) {
            for figure in measured(&line.text) {
                let message = format!("\"{figure}\" is a measured figure: link to the report that holds it");
                found.push(Breach::new(&file.path, place(file, line.line), message));
            }
        }
    }
    found
}

/// Returns the figures with a unit, such as `348 million states` or `8.2 GB`.
fn measured(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let word = word.trim_start_matches(['(', '*', '~', '"']);
        let digits = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ','));
        if !word.starts_with(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        let attached = bare(digits);
        if !attached.is_empty() {
            if UNITS.contains(&attached) {
                found.push(word.to_owned());
            }
            continue;
        }
        let rest = words.get(at.saturating_add(1)..).unwrap_or_default();
        let scale = rest.first().is_some_and(|word| matches!(*word, "million" | "billion" | "thousand"));
        let unit = rest.iter().copied().nth(usize::from(scale)).map(bare).unwrap_or_default();
        if scale || (UNITS.contains(&unit) && !word.ends_with(['.', ','])) {
            let upto = rest.iter().copied().take(usize::from(scale).saturating_add(1));
            found.push([word].into_iter().chain(upto).collect::<Vec<_>>().join(" "));
        }
    }
    found
}

fn bare(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';', ':', ')', '*', '"'])
}

#[cfg(test)]
mod tests {
    use super::super::{places, tree};
    use super::{crate_docs, figures, measured, openings, phrases, questions};

    #[test]
    fn banned_phrases_are_found() {
        let files = [
            ("a/lib.rs", "//! Nobody knows.\n/// A part of\n/// it. `of it`\n// nobody\nfn f() { \"nobody\" }\n"),
            ("a/README.md", "Is told of.\n\n```\nnobody\n```\n"),
        ];
        let expected = [("a", "a/lib.rs:1"), ("a", "a/lib.rs:2"), ("a", "a/README.md:1")];
        assert_eq!(places(&phrases(&tree(&files))), expected);
    }

    #[test]
    fn headless_openings_are_found() {
        let text =
            "//! What it is.\n\n/// Returns what\n/// Where it is.\nfn f() {}\n// How\n/// Whoever asks.\nfn g() {}\n";
        assert_eq!(places(&openings(&tree(&[("a/lib.rs", text)]))), [("a", "a/lib.rs:1"), ("a", "a/lib.rs:7")]);
    }

    #[test]
    fn crates_without_an_example_are_found() {
        let files = [
            ("a/src/lib.rs", "//! A crate.\n//!\n//! ```\n//! f();\n//! ```\n//!\n//! Read first: `x.rs`.\n\nmod x;\n"),
            (
                "b/src/lib.rs",
                "//! A crate.\n//!\n//! Read these files first:\n\n/// ```\n/// f();\n/// ```\nfn f() {}\n",
            ),
            ("c/src/lib.rs", "mod x;\n"),
            ("c/src/x/lib.rs", "mod x;\n"),
        ];
        let expected = [("b", "b/src/lib.rs:1"), ("c", "c/src/lib.rs:1"), ("c", "c/src/lib.rs:1")];
        assert_eq!(places(&crate_docs(&tree(&files))), expected);
    }

    #[test]
    fn questions_are_found() {
        let text = "/// Is it so?\n/// `a?` is fine.\n/// ```\n/// a? b\n/// ```\nfn f() {} // Why?\n";
        assert_eq!(places(&questions(&tree(&[("a/lib.rs", text)]))), [("a", "a/lib.rs:1")]);
    }

    #[test]
    fn measured_figures_are_found() {
        assert_eq!(measured("All 348 million states, 8.2 GB (75 minutes)"), ["348 million states,", "8.2 GB"]);
        assert_eq!(measured("95% of 4.7 billion steps"), ["95%", "4.7 billion steps"]);
        assert!(measured("Capture 7.00 within 7 days, HTTP 404, step 3, at most 256 KiB").is_empty());
        let files =
            [("README.md", "Takes 20 ms.\n\n`20 ms`\n"), ("reports/x.md", "20 ms\n"), ("docs/a.md", "3 states\n")];
        assert_eq!(places(&figures(&tree(&files))), [("README.md", "README.md:1"), ("docs/a.md", "docs/a.md:1")]);
    }
}
