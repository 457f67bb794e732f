//! The modules of the crate depend on each other without a cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Graph = BTreeMap<String, BTreeSet<String>>;

/// Returns the top-level modules that a source text names after `crate::`, braces included.
fn dependencies(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let without_tests = source.split("#[cfg(test)]").next().unwrap();
    for rest in without_tests.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => found.extend(in_braces(group)),
            None => found.extend(first_word(rest)),
        }
    }
    found
}

/// Returns the first words of the items in a group, up to its closing brace.
fn in_braces(group: &str) -> Vec<String> {
    let (mut depth, mut items, mut item) = (0, Vec::new(), String::new());
    for letter in group.chars() {
        match letter {
            '}' if depth == 0 => break,
            ',' if depth == 0 => items.push(std::mem::take(&mut item)),
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => item.push(letter),
            _ => {}
        }
    }
    items.push(item);
    items.iter().filter_map(|item| first_word(item.trim())).collect()
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
    // A type or constant of the crate's root has an upper-case letter, and is defined in `lib.rs`.
    let is_module = !text.chars().nth(word.len()).is_some_and(|next| next.is_ascii_alphanumeric());
    (is_module && !word.is_empty()).then_some(word)
}

/// Returns the modules of `folder` with what they depend on; a folder is one module.
fn graph(folder: &Path) -> Graph {
    let mut graph = Graph::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let sources: Vec<_> = match path.is_dir() {
            true => std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()).collect(),
            false => vec![path],
        };
        for source in sources.iter().filter(|source| source.extension().is_some_and(|kind| kind == "rs")) {
            let mut found = dependencies(&std::fs::read_to_string(source).unwrap());
            found.remove(&name);
            graph.entry(name.clone()).or_default().extend(found);
        }
    }
    graph
}

/// Returns a cycle, if there is one: the modules left after removing those without dependencies again and again.
fn cycle(mut graph: Graph) -> Vec<String> {
    loop {
        let leaves: Vec<String> =
            graph.iter().filter(|(_, needs)| needs.is_empty()).map(|(name, _)| name.clone()).collect();
        if leaves.is_empty() {
            return graph.into_keys().collect();
        }
        for leaf in leaves {
            graph.remove(&leaf);
            graph.values_mut().for_each(|needs| {
                needs.remove(&leaf);
            });
        }
    }
}

#[test]
fn no_module_depends_on_itself() {
    let graph = graph(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    // Every dependency is a module that was found, so that none is overlooked.
    for (name, needs) in &graph {
        for need in needs {
            assert!(graph.contains_key(need), "{name} names crate::{need}, which is no module");
        }
    }
    assert!(graph["router"].contains("api") && graph["api"].contains("routes") && graph["openapi"].contains("routes"));
    assert_eq!(cycle(graph), Vec::<String>::new());
}

#[test]
fn a_cycle_is_found() {
    let source = "use crate::{a, b::{c, d}, E};\nuse crate::f::G;\nlet x = crate::h();\n#[cfg(test)]\nuse crate::i;";
    let found: Vec<String> = dependencies(source).into_iter().collect();
    assert_eq!(found, ["a", "b", "f", "h"]);
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            graph.entry((*to).to_owned()).or_default();
        }
        graph
    };
    assert_eq!(cycle(graph(&[("a", "b"), ("b", "c")])), Vec::<String>::new());
    assert_eq!(cycle(graph(&[("a", "b"), ("b", "c"), ("c", "b")])), ["a", "b", "c"]);
}
