//! Lengths of files and functions.

use crate::tidy::{Breach, LISTS, Tree};

/// The maximum number of lines of a file that is not on the list.
const FILE: usize = 400;
/// The maximum number of lines of a function.
const FUNCTION: usize = 70;

/// Finds Rust files that are too long.
pub(super) fn files(tree: &Tree) -> Vec<Breach> {
    let long = tree.sources().filter(|(file, source)| source.lines() > FILE && !tree.lists.contains_key(&file.path));
    long.map(|(file, source)| {
        let message = format!("{} lines; at most {FILE}, or an entry with its reason in {LISTS}", source.lines());
        Breach { key: file.path.clone(), place: file.path.clone(), message, weight: source.lines() }
    })
    .collect()
}

/// Finds entries of the list of long files that are not needed.
pub(super) fn lists(tree: &Tree) -> Vec<Breach> {
    let needed = |path: &str| tree.sources().any(|(file, source)| file.path == path && source.lines() > FILE);
    let idle = tree.lists.keys().filter(|path| !needed(path));
    idle.map(|path| Breach::new(path, LISTS.to_owned(), format!("{path} is gone or short; remove its entry"))).collect()
}

/// Finds functions that are too long.
pub(super) fn functions(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for (file, source) in tree.sources() {
        for function in source.functions().into_iter().filter(|function| function.length > FUNCTION) {
            found.push(Breach {
                key: format!("{}::{}", file.path, function.name),
                place: format!("{}:{}", file.path, function.line),
                message: format!("`{}` has {} lines; at most {FUNCTION}", function.name, function.length),
                weight: function.length,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{places, tree};
    use super::{files, functions, lists};

    #[test]
    fn a_long_file_is_found() {
        let (long, short) = ("x();\n".repeat(401), "x();\n".repeat(400));
        let mut tree = tree(&[("a/long.rs", &long), ("a/short.rs", &short), ("a/long.md", &long)]);
        assert_eq!(places(&files(&tree)), [("a/long.rs", "a/long.rs")]);
        tree.lists.insert("a/long.rs".to_owned(), "a table".to_owned());
        assert!(files(&tree).is_empty() && lists(&tree).is_empty());
        tree.lists.insert("a/short.rs".to_owned(), "a table".to_owned());
        assert_eq!(places(&lists(&tree)), [("a/short.rs", super::LISTS)]);
    }

    #[test]
    fn a_long_function_is_found() {
        let body = |lines: usize| format!("\nfn f() {{\n{}}}\n", "x();\n".repeat(lines));
        let (long, short) = (body(69), body(68));
        let found = functions(&tree(&[("a/long.rs", &long), ("a/short.rs", &short)]));
        assert_eq!(places(&found), [("a/long.rs::f", "a/long.rs:2")]);
        assert_eq!(found.first().map(|finding| finding.weight), Some(71));
    }
}
