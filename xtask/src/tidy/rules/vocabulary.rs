//! Names: each has one definition, and none is retired.

use std::collections::BTreeMap;

use crate::tidy::glossary::{PATH, Retired};
use crate::tidy::source::Lexeme;
use crate::tidy::{Breach, Tree, markdown, text};

/// Documents that quote former names.
const HISTORY: [&str; 2] = [PATH, "CHANGELOG.md"];

/// Returns the places of each module-level type outside of tests.
fn definitions(tree: &Tree) -> BTreeMap<String, Vec<String>> {
    let mut definitions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, source) in tree.sources().filter(|(file, _)| !file.is_test()) {
        for definition in source.types() {
            let place = format!("{}:{}", file.path, definition.line);
            definitions.entry(definition.name).or_default().push(place);
        }
    }
    definitions
}

/// Finds type names with several definitions.
pub(super) fn types(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for (name, places) in definitions(tree) {
        if places.len() < 2 || tree.glossary.twins.contains_key(&name) {
            continue;
        }
        for place in &places {
            let others = places.iter().filter(|other| *other != place).cloned().collect::<Vec<_>>().join(", ");
            let message = format!("`{name}` is also defined at {others}; rename one, or list it as a twin in {PATH}");
            found.push(Breach::new(&name, place.clone(), message));
        }
    }
    found
}

/// Finds twins that have fewer than two definitions.
pub(super) fn twins(tree: &Tree) -> Vec<Breach> {
    let definitions = definitions(tree);
    let single = tree.glossary.twins.keys().filter(|name| definitions.get(*name).is_none_or(|it| it.len() < 2));
    single.map(|name| Breach::new(name, PATH.to_owned(), format!("`{name}` is no twin: remove its row"))).collect()
}

/// Finds retired words in names of files, code, comments and documents.
pub(super) fn retired(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| !HISTORY.contains(&file.path.as_str())) {
        let mut add = |line: usize, word: &str, instead: &str| {
            let message = format!("\"{word}\" is retired; {PATH} says: {instead}");
            found.push(Breach::new(&file.owner, format!("{}:{line}", file.path), message));
        };
        let mut lines: Vec<(usize, String)> = Vec::new();
        if let Some(source) = &file.source {
            lines.extend(source.comments().iter().map(|comment| (comment.line, comment.text.clone())));
        } else if file.is_markdown() {
            lines.extend(markdown::lines_outside_code(&file.text).into_iter().map(|(at, text)| (at, text.to_owned())));
        }
        for (word, instead) in &tree.glossary.retired {
            match word {
                Retired::File(name) => {
                    if file.path.rsplit('/').next() == Some(name) {
                        add(1, name, instead);
                    }
                }
                Retired::Words(words) => {
                    for (line, text) in &lines {
                        let prose = markdown::without_spans(text).to_lowercase();
                        text::find_words(&prose, words).iter().for_each(|_| add(*line, words, instead));
                    }
                }
                Retired::Name(_) | Retired::Path(_) | Retired::Prefix(_) => {
                    let tokens = file.source.as_ref().map_or(&[][..], |source| source.tokens());
                    code_uses(tokens, word).into_iter().for_each(|(line, name)| add(line, &name, instead));
                    for (line, text) in &lines {
                        for span in text.split('`').skip(1).step_by(2) {
                            let tokens = crate::tidy::source::Source::parse(span);
                            code_uses(tokens.tokens(), word).into_iter().for_each(|(_, it)| add(*line, &it, instead));
                        }
                    }
                }
            }
        }
    }
    found
}

/// Returns the line and the text of each use of a retired name in code.
fn code_uses(tokens: &[Lexeme], word: &Retired) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.string) {
        let used = match word {
            Retired::Name(name) => token.text == *name,
            Retired::Prefix(prefix) => token.text.starts_with(prefix.as_str()) && token.text != *prefix,
            Retired::Path(names) => {
                let rest = tokens.get(at..).unwrap_or_default().iter().filter(|token| token.text != ":");
                let with_colons = rest.take(names.len()).map(|token| token.text.as_str()).eq(names.iter());
                let next = tokens.get(at.saturating_add(1));
                with_colons && next.is_some_and(|token| token.text == ":")
            }
            Retired::File(_) | Retired::Words(_) => false,
        };
        if used {
            let shown = if let Retired::Path(names) = word { names.join("::") } else { token.text.clone() };
            found.push((token.line, shown));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{places, tree};
    use super::{retired, twins, types};
    use crate::tidy::glossary::Glossary;

    const GLOSSARY: &str = "## Retired words\n\n| was | is |\n|---|---|\n| rule book, `Terms` | x |\n| `A::B`, `Bent…`, `world.rs` | y |\n\n\
                            ## Twins\n\n| name | where | why |\n|---|---|---|\n| `Refund` | a, b | apart |\n";

    #[test]
    fn a_second_definition_is_found() {
        let mut tree = tree(&[
            ("a/lib.rs", "pub struct Refund;\nenum Mode {}\n"),
            ("b/lib.rs", "struct Refund;\n\ntype Mode = u8;\n"),
            ("b/tests/x.rs", "struct Mode;\n"),
        ]);
        let expected =
            [("Mode", "a/lib.rs:2"), ("Mode", "b/lib.rs:3"), ("Refund", "a/lib.rs:1"), ("Refund", "b/lib.rs:1")];
        assert_eq!(places(&types(&tree)), expected);
        tree.glossary = Glossary::parse(GLOSSARY).unwrap();
        assert_eq!(places(&types(&tree)), expected[..2]);
        assert!(twins(&tree).is_empty());
        tree.files.pop();
        tree.files.pop();
        assert_eq!(places(&twins(&tree)), [("Refund", "GLOSSARY.md")]);
    }

    #[test]
    fn retired_words_are_found() {
        let mut tree = tree(&[
            ("a/lib.rs", "/// The rule book.\n/// Uses [`Terms`].\nfn f(x: Terms) { A::B; \"Terms\"; BentX; Bent; }\n"),
            ("a/world.rs", "// rule books\n"),
            ("b/README.md", "Rule book\n\n```\nrule book\n```\n"),
            ("CHANGELOG.md", "rule book\n"),
        ]);
        tree.glossary = Glossary::parse(GLOSSARY).unwrap();
        let mut found = retired(&tree);
        found.sort_by(|a, b| a.place.cmp(&b.place));
        let expected = [
            ("a", "a/lib.rs:1"),
            ("a", "a/lib.rs:2"),
            ("a", "a/lib.rs:3"),
            ("a", "a/lib.rs:3"),
            ("a", "a/lib.rs:3"),
            ("a", "a/world.rs:1"),
            ("b", "b/README.md:1"),
        ];
        assert_eq!(places(&found), expected);
    }
}
