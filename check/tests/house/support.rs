//! Readers of manifests, files and text for the tests of the house.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

// --- reading manifests ---

pub(crate) const ALL_KINDS: [&str; 3] = ["normal", "build", "dev"];

/// Returns the dependencies of each crate of the workspace: name and kind.
pub(crate) fn manifests() -> BTreeMap<String, Vec<(String, String)>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let dependencies = dependencies.map(|dependency| {
                (text(&dependency["name"]), dependency["kind"].as_str().unwrap_or("normal").to_owned())
            });
            (text(&package["name"]), dependencies.collect())
        })
        .collect()
}

pub(crate) fn of(name: &str, kinds: &[&str]) -> BTreeSet<String> {
    let manifests = manifests();
    let dependencies = manifests.get(name).unwrap_or_else(|| panic!("there is no crate {name}"));
    dependencies.iter().filter(|(_, kind)| kinds.contains(&kind.as_str())).map(|(name, _)| name.clone()).collect()
}

/// Returns the crates of the workspace that `name` reaches, itself included: by dependencies of these kinds, and through
/// them by their normal and build dependencies.
pub(crate) fn reached(name: &str, kinds: &[&str]) -> BTreeSet<String> {
    let manifests = manifests();
    let mut reached = names(&[name]);
    let mut open = vec![(name.to_owned(), kinds.to_vec())];
    while let Some((name, kinds)) = open.pop() {
        let dependencies = manifests.get(&name).unwrap_or_else(|| panic!("there is no crate {name}"));
        for (name, _) in dependencies.iter().filter(|(_, kind)| kinds.contains(&kind.as_str())) {
            if manifests.contains_key(name) && reached.insert(name.clone()) {
                open.push((name.clone(), vec!["normal", "build"]));
            }
        }
    }
    reached
}

pub(crate) fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

// --- reading files ---

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", shown(path)))
}

pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every file below `folder`, but for what tools leave behind.
pub(crate) fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    const LEFT_BEHIND: [&str; 6] = [".git", "target", "artifacts", "corpus", "coverage", "node_modules"];
    for path in entries(folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() || LEFT_BEHIND.contains(&name.as_str()) || name.starts_with("mutants.out") {
            continue;
        }
        if path.is_dir() { below(&path, files) } else { files.push(path) }
    }
}

/// The files that git knows; without git, all of them.
pub(crate) fn tracked() -> impl Iterator<Item = PathBuf> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let mut files = Vec::new();
    match listed {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            files.extend(text.split_terminator('\0').map(|file| root().join(file)));
        }
        Ok(_) | Err(_) => below(root(), &mut files),
    }
    files.into_iter().filter(|file| file.is_file())
}

/// The Rust files below a folder that are not tests.
pub(crate) fn sources(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    below(&root().join(folder), &mut files);
    let is_test = |path: &PathBuf| shown(path).contains("/tests/") || path.ends_with("tests.rs");
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs") && !is_test(path));
    files
}

// --- reading text ---

/// Rust without comments.
pub(crate) fn code(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

pub(crate) fn forbidden_words(source: &str) -> Vec<&'static str> {
    const PATHS: [&str; 4] = ["std::time", "std::env", "std::thread", "std::fs"];
    const WORDS: [&str; 8] =
        ["Instant", "SystemTime", "rand", "getrandom", "RandomState", "HashMap", "HashSet", "DefaultHasher"];
    let code = code(source);
    let in_words = |wanted: &str| words(&code).any(|word| word == wanted);
    let paths = PATHS.into_iter().filter(|path| code.contains(path));
    paths.chain(WORDS.into_iter().chain(["f32", "f64"]).filter(|word| in_words(word))).collect()
}

/// The patterns of the match that begins with `head`.
pub(crate) fn patterns(source: &str, head: &str) -> Vec<String> {
    let (_, body) = source.split_once(head).unwrap_or_else(|| panic!("there is no `{head}`"));
    let mut patterns = Vec::new();
    let mut pattern = String::new();
    let (mut depth, mut in_arm, mut braced) = (0_usize, false, false);
    let mut last = ' ';
    for letter in body.chars() {
        match letter {
            '(' | '[' | '{' => {
                braced |= in_arm && depth == 0 && letter == '{' && last == '>';
                depth += 1;
            }
            ')' | ']' | '}' => {
                let Some(outer) = depth.checked_sub(1) else { break };
                depth = outer;
            }
            _ => {}
        }
        if !in_arm {
            pattern.push(letter);
            if depth == 0 && pattern.ends_with("=>") {
                patterns.push(pattern.trim_end_matches("=>").split_whitespace().collect::<Vec<_>>().join(" "));
                (in_arm, braced) = (true, false);
                pattern.clear();
            }
        } else if depth == 0 && (letter == ',' || (braced && letter == '}')) {
            in_arm = false;
        }
        if !letter.is_whitespace() {
            last = letter;
        }
        if !in_arm && pattern.trim() == "," {
            pattern.clear();
        }
    }
    patterns
}

/// Returns the targets of the links of a document that lie within the repository.
pub(crate) fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#')).collect()
}

/// Returns `true` for a file that `check report` writes. Another test compares its content.
pub(crate) fn is_written_by_report(file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder.ends_with("reports"))
}

/// Returns the texts between backticks.
pub(crate) fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Absolute paths into somebody's folders.
pub(crate) fn machine_paths(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["home", "root", "Users", "work", "tmp", "private"] {
        let path = format!("/{folder}/");
        for (at, _) in text.match_indices(&path) {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            if before.is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '.' | '-' | '_' | '}' | '/')) {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.find(|letter: char| letter.is_whitespace() || "\"'`)<>".contains(letter));
                found.push(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().to_owned());
            }
        }
    }
    found
}
