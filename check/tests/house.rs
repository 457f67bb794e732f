//! The house rules, read from the files themselves: what ARCHITECTURE.md calls an invariant fails
//! here when it is broken.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a helper of a test may fail it, and counts to no great height"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use holdfast_model::{EventKind, OperationKind};
use holdfast_spec::{golden_trace, requirements};
use serde_json::Value;

/// The crates there are or will be, by folder.
const CRATES: [(&str, &str); 17] = [
    ("spec", "holdfast-spec"),
    ("explorer", "holdfast-explorer"),
    ("model", "holdfast-model"),
    ("properties", "holdfast-properties"),
    ("engine", "holdfast-engine"),
    ("server", "holdfast-server"),
    ("merchant", "holdfast-merchant"),
    ("harness", "holdfast-harness"),
    ("harness-engine", "holdfast-harness-engine"),
    ("audit", "holdfast-audit"),
    ("drive", "holdfast-drive"),
    ("scenarios", "holdfast-scenarios"),
    ("protocol", "holdfast-protocol"),
    ("evidence", "holdfast-evidence"),
    ("check", "holdfast-check"),
    ("fuzz", "holdfast-fuzz"),
    ("xtask", "xtask"),
];

/// A target is glue: what it does belongs where `cargo test` reaches it.
const LINES_OF_A_FUZZ_TARGET: usize = 40;

/// The front page is read within a minute; the manual in `docs/` has the rest.
const WORDS_OF_THE_README: usize = 500;
/// The lines of the front page.
const LINES_OF_THE_README: usize = 80;

// --- who depends on whom ---

#[test]
fn every_crate_is_in_the_workspace() {
    let manifests = manifests();
    for (folder, name) in CRATES {
        let here = root().join(folder).join("Cargo.toml").exists();
        assert_eq!(here, manifests.contains_key(name), "{folder}/ and the workspace disagree about {name}");
    }
    for name in manifests.keys() {
        assert!(CRATES.iter().any(|(_, known)| known == name), "{name} has no place in ARCHITECTURE.md and here");
    }
}

#[test]
fn the_specification_depends_on_nothing_and_is_needed_by_tests_and_tools_only() {
    assert_eq!(of("holdfast-spec", &["normal", "build"]), names(&[]));
    for name in ["holdfast-model", "holdfast-properties", "holdfast-engine", "holdfast-server"] {
        assert!(!of(name, &["normal", "build"]).contains("holdfast-spec"), "{name} would carry the tables");
    }
}

#[test]
fn the_explorer_knows_no_crate_of_ours() {
    let ours: Vec<_> =
        of("holdfast-explorer", &ALL_KINDS).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert!(ours.is_empty(), "the explorer must be usable for anything: {ours:?}");
}

#[test]
fn the_model_depends_on_nothing() {
    assert_eq!(of("holdfast-model", &["normal", "build"]), names(&[]));
}

#[test]
fn the_properties_depend_on_the_model_alone() {
    assert_eq!(of("holdfast-properties", &["normal", "build"]), names(&["holdfast-model"]));
    assert!(!of("holdfast-properties", &ALL_KINDS).contains("holdfast-engine"));
}

#[test]
fn the_engine_knows_neither_model_nor_properties() {
    let ours: Vec<_> = of("holdfast-engine", &ALL_KINDS)
        .into_iter()
        .filter(|name| name.starts_with("holdfast-") && name != "holdfast-engine")
        .collect();
    assert!(ours.is_empty(), "the engine would be compared with itself: {ours:?}");
}

#[test]
fn the_server_knows_the_engine_alone_and_few_know_the_server() {
    let ours: Vec<_> =
        of("holdfast-server", &ALL_KINDS).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert_eq!(ours, ["holdfast-engine"]);
    for name in manifests().keys().filter(|name| !["holdfast-fuzz", "holdfast-merchant"].contains(&name.as_str())) {
        // The tests of `harness-engine` speak to the real server.
        let kinds: &[&str] = if name == "holdfast-harness-engine" { &["normal", "build"] } else { &ALL_KINDS };
        assert!(!of(name, kinds).contains("holdfast-server"), "{name} would compile an HTTP server");
    }
}

#[test]
fn a_merchant_is_checked_by_the_server_and_check_compiles_it_on_demand_only() {
    let ours: Vec<_> = of("holdfast-merchant", &["normal", "build"])
        .into_iter()
        .filter(|name| name.starts_with("holdfast-"))
        .collect();
    assert_eq!(ours, ["holdfast-engine", "holdfast-server"]);
    let manifest = read(&root().join("check/Cargo.toml"));
    let line = manifest.lines().find(|line| line.starts_with("holdfast-merchant = ")).unwrap();
    assert!(line.contains("optional = true"), "check would compile an HTTP server: {line}");
}

#[test]
fn the_audit_judges_by_model_and_properties_alone() {
    let ours: Vec<_> =
        of("holdfast-audit", &["normal", "build"]).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert_eq!(ours, ["holdfast-model", "holdfast-properties"], "a log is judged without an engine");
    // Its tests take logs of our engine from the harness.
    assert!(!of("holdfast-audit", &ALL_KINDS).contains("holdfast-engine"));
}

#[test]
fn the_scenarios_reach_explorer_model_and_properties_alone() {
    let ours: Vec<_> =
        of("holdfast-scenarios", &ALL_KINDS).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert_eq!(ours, ["holdfast-explorer", "holdfast-model", "holdfast-properties"]);
    let ours: Vec<_> =
        of("holdfast-evidence", &ALL_KINDS).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert_eq!(ours, ["holdfast-explorer", "holdfast-model", "holdfast-properties", "holdfast-scenarios"]);
}

#[test]
fn check_meets_the_engine_through_its_harness_alone() {
    assert!(of("holdfast-harness-engine", &["normal"]).contains("holdfast-engine"), "the walk is broken");
    assert!(of("holdfast-check", &["normal"]).contains("holdfast-harness-engine"), "check brings no engine");
    assert!(!of("holdfast-check", &ALL_KINDS).contains("holdfast-engine"), "check reaches past the harness");
}

#[test]
fn the_harness_reaches_no_engine() {
    let expected = names(&["holdfast-harness", "holdfast-model", "holdfast-properties"]);
    assert_eq!(reached("holdfast-harness", &ALL_KINDS), expected, "an engine of one's own would compile ours");
    assert!(reached("holdfast-harness-engine", &["normal"]).contains("holdfast-engine"), "the walk is broken");
}

#[test]
fn a_drive_reaches_servers_over_the_wire_alone() {
    let expected = names(&["holdfast-drive", "holdfast-harness", "holdfast-model", "holdfast-properties"]);
    assert_eq!(reached("holdfast-drive", &ALL_KINDS), expected, "a drive would compile our engine");
    let tree = of("holdfast-drive", &["normal", "build"]);
    assert!(!tree.contains("ureq") && !tree.contains("rustls"), "check would compile TLS: {tree:?}");
}

#[test]
fn the_harness_takes_the_engine_without_a_database() {
    let manifest = read(&root().join("harness-engine/Cargo.toml"));
    let line = manifest.lines().find(|line| line.starts_with("holdfast-engine = ")).unwrap();
    assert!(line.contains("default-features = false"), "check would compile SQLite: {line}");
}

#[test]
fn nothing_but_the_fuzz_targets_may_be_unsafe() {
    for (folder, _) in CRATES.iter().filter(|(folder, _)| *folder != "fuzz") {
        let folder_of_sources = root().join(folder).join("src");
        let lib = folder_of_sources.join("lib.rs");
        let source = read(&if lib.exists() { lib } else { folder_of_sources.join("main.rs") });
        assert!(source.contains("#![forbid(unsafe_code)]"), "{folder}/src does not forbid unsafe code");
    }
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for (folder, _) in CRATES {
        let manifest = read(&root().join(folder).join("Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{folder}/Cargo.toml has lints of its own, or none");
    }
}

// --- what the model may not have ---

#[test]
fn model_and_properties_have_no_clock_no_chance_no_float_and_no_random_order() {
    for (folder, least) in [("model/src", 50), ("properties/src", 25)] {
        let sources = sources(folder);
        assert!(sources.len() >= least, "{folder} has {} sources", sources.len());
        for path in sources {
            let found = forbidden_words(&read(&path));
            assert!(found.is_empty(), "{} has {found:?}", shown(&path));
        }
    }
}

#[test]
fn forbidden_words_are_found() {
    assert_eq!(forbidden_words("let now = std::time::Instant::now();"), ["std::time", "Instant"]);
    assert_eq!(forbidden_words("use rand::Rng; let x: f64 = 0.5;"), ["rand", "f64"]);
    assert!(forbidden_words("// an Instant is not a brand, said HashMap").is_empty());
    assert!(forbidden_words("let brand = 1;").is_empty());
}

#[test]
fn every_operation_and_event_is_decided_by_name() {
    let source = code(&read(&root().join("model/src/transition.rs")));
    for (head, kind, least) in [
        ("match input {", "Input::", 4),
        ("match operation {", "Operation::", OperationKind::ALL.len()),
        ("match event {", "EnvironmentEvent::", EventKind::ALL.len()),
    ] {
        let patterns = patterns(&source, head);
        let variants = patterns.iter().map(|pattern| pattern.split('|').count()).sum::<usize>();
        assert!(variants >= least, "`{head}` names only {variants} variants: {patterns:?}");
        for pattern in patterns {
            let named = pattern.split('|').all(|part| part.trim().starts_with(kind));
            assert!(named && !pattern.contains(" if "), "`{head}` has an arm that names no variant: `{pattern}`");
        }
    }
}

#[test]
fn arms_are_read_one_by_one() {
    let source = "match event { EnvironmentEvent::A { x } => f(|_| { 1 }), EnvironmentEvent::B(_) | EnvironmentEvent::C => { g() } _ => h(), }";
    assert_eq!(
        patterns(source, "match event {"),
        ["EnvironmentEvent::A { x }", "EnvironmentEvent::B(_) | EnvironmentEvent::C", "_"]
    );
}

// --- the documents and the evidence ---

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
        let file = spans(tests).find(|span| span.ends_with(".rs")).unwrap_or("check/tests/house.rs");
        let source = read(&root().join(file));
        for test in spans(tests).filter(|span| *span != file) {
            assert!(source.contains(&format!("#[test]\nfn {test}()")), "there is no test {test} in {file}");
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

/// Returns the key of an id in the index of `model/README.md`: the family of `CAP-6`, otherwise the id.
fn index_key(id: &str) -> &str {
    id.split_once('-').map_or(id, |(family, _)| family)
}

#[test]
fn the_index_of_requirements_is_complete_and_true() {
    let index = read(&root().join("model/README.md"));
    let rows: BTreeMap<Vec<&str>, (&str, &str)> = index
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            match cells.as_slice() {
                [keys, _, place, traces] => Some((keys.split(", ").collect(), (*place, *traces))),
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
            .unwrap_or_else(|| panic!("model/README.md says nothing of {key}"));
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
    assert!(count >= 500, "only {count} files were read");
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

// --- reading manifests ---

const ALL_KINDS: [&str; 3] = ["normal", "build", "dev"];

/// What each crate of the workspace depends on: name and kind.
fn manifests() -> BTreeMap<String, Vec<(String, String)>> {
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

fn of(name: &str, kinds: &[&str]) -> BTreeSet<String> {
    let manifests = manifests();
    let dependencies = manifests.get(name).unwrap_or_else(|| panic!("there is no crate {name}"));
    dependencies.iter().filter(|(_, kind)| kinds.contains(&kind.as_str())).map(|(name, _)| name.clone()).collect()
}

/// Returns the crates of the workspace that `name` reaches, itself included: by dependencies of these kinds, and through
/// them by their normal and build dependencies.
fn reached(name: &str, kinds: &[&str]) -> BTreeSet<String> {
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

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

// --- reading files ---

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", shown(path)))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every file below `folder`, but for what tools leave behind.
fn below(folder: &Path, files: &mut Vec<PathBuf>) {
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
fn tracked() -> impl Iterator<Item = PathBuf> {
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
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    below(&root().join(folder), &mut files);
    let is_test = |path: &PathBuf| shown(path).contains("/tests/") || path.ends_with("tests.rs");
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs") && !is_test(path));
    files
}

// --- reading text ---

/// Rust without comments.
fn code(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

fn forbidden_words(source: &str) -> Vec<&'static str> {
    const PATHS: [&str; 4] = ["std::time", "std::env", "std::thread", "std::fs"];
    const WORDS: [&str; 8] =
        ["Instant", "SystemTime", "rand", "getrandom", "RandomState", "HashMap", "HashSet", "DefaultHasher"];
    let code = code(source);
    let in_words = |wanted: &str| words(&code).any(|word| word == wanted);
    let paths = PATHS.into_iter().filter(|path| code.contains(path));
    paths.chain(WORDS.into_iter().chain(["f32", "f64"]).filter(|word| in_words(word))).collect()
}

/// The patterns of the match that begins with `head`.
fn patterns(source: &str, head: &str) -> Vec<String> {
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

/// Where a document links to within the repository.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#')).collect()
}

/// Is this one of the files that `check report` writes? Its own test says whether it did.
fn is_written_by_report(file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder.ends_with("reports"))
}

/// What stands between backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Absolute paths into somebody's folders.
fn machine_paths(text: &str) -> Vec<String> {
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
