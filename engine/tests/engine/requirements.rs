//! The requirements table: which test holds the engine to which rule. Written to `reports/` when
//! `HOLDFAST_WRITE_REPORTS=1`, compared with what stands there otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

/// Rules no test of the engine can show, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("B13", "a merchant's duty towards the networks; nothing of it reaches the API"),
    ("B14", "advice to merchants about what to tell customers"),
    ("B20", "methods are enabled in a dashboard, which the engine does not have"),
    ("B21", "wallets behave like the card behind them"),
    ("B24", "rendering of the page; belongs to the HTTP server"),
    ("B26", "the bank's page in between; belongs to the HTTP server"),
    ("D3", "see C10: the decision is tested there"),
    ("D5", "see A16"),
    ("D9", "slips of the pen without meaning for an engine"),
    ("D10", "a slip of the pen without meaning for an engine"),
    ("U17", "a rule for whoever compares; the engine answers one fixed type"),
    ("R8", "a consumer's mistake; I16 and frozen events make it detectable"),
    ("R9", "a consumer's mistake; deliveries are at least once"),
    ("R10", "a consumer's mistake; every event has its own id"),
    ("R16", "a merchant's rounding; amount_too_large is tested in B33's table"),
    ("R20", "names of statuses in other products"),
];

/// The families of rules and how many each has.
const FAMILIES: &[(&str, u32)] = &[("A", 19), ("B", 60), ("C", 19), ("D", 11), ("U", 18), ("R", 23), ("I", 17)];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rule ids in a comment: `B33`, and `B52 to B55` for all in between.
fn rules(text: &str) -> BTreeSet<String> {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut found = BTreeSet::new();
    let id = |word: &str| {
        let (family, number) = word.split_at_checked(1)?;
        let (_, most) = FAMILIES.iter().find(|(name, _)| *name == family)?;
        let number: u32 = number.parse().ok()?;
        (1..=*most).contains(&number).then(|| (family.to_owned(), number))
    };
    for (place, word) in words.iter().enumerate() {
        let Some((family, first)) = id(word) else {
            continue;
        };
        let last = match (words.get(place + 1), words.get(place + 2).and_then(|word| id(word))) {
            (Some(&"to"), Some((same, last))) if same == family => last,
            _ => first,
        };
        found.extend((first..=last).map(|number| format!("{family}{number}")));
    }
    found
}

/// Every test with the rules its comment names, from the sources.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let mut tests = BTreeMap::new();
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root().join("tests/engine")).unwrap().map(|f| f.unwrap().path()).collect();
    files.push(root().join("src/test_methods.rs"));
    for file in files {
        let module = file.file_stem().unwrap().to_string_lossy().into_owned();
        let (mut comment, mut is_test) = (String::new(), false);
        for line in std::fs::read_to_string(&file).unwrap().lines().map(str::trim) {
            if let Some(text) = line.strip_prefix("///") {
                comment.push_str(text);
            } else if line == "#[test]" {
                is_test = true;
            } else if let Some(name) = line.strip_prefix("fn ") {
                if is_test {
                    let name = name.split('(').next().unwrap();
                    tests.insert(format!("{module}::{name}"), rules(&comment));
                }
                comment.clear();
                is_test = false;
            } else if !line.starts_with("#[") {
                comment.clear();
            }
        }
    }
    tests
}

/// Every rule is held by a test or excused by name, and the table in `reports/` says so.
#[test]
fn every_rule_is_held_by_a_test() {
    let tests = tests();
    let mut table = String::from(
        "# Which test of the engine holds it to which rule\n\nWritten by `HOLDFAST_WRITE_REPORTS=1 cargo test -p \
         holdfast-engine requirements`.\n\n| rule | tests |\n|---|---|\n",
    );
    let mut missing = Vec::new();
    for (family, most) in FAMILIES {
        for number in 1..=*most {
            let rule = format!("{family}{number}");
            let holding: Vec<&str> =
                tests.iter().filter(|(_, rules)| rules.contains(&rule)).map(|(name, _)| name.as_str()).collect();
            let excuse = EXCEPTIONS.iter().find(|(excused, _)| *excused == rule);
            match (holding.is_empty(), excuse) {
                (false, _) => writeln!(table, "| {rule} | {} |", holding.join(", ")).unwrap(),
                (true, Some((_, why))) => writeln!(table, "| {rule} | none: {why} |").unwrap(),
                (true, None) => missing.push(rule),
            }
        }
    }
    assert!(missing.is_empty(), "no test names {missing:?}");
    let path = root().join("../reports/engine-requirements.md");
    if std::env::var_os("HOLDFAST_WRITE_REPORTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &table).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(stands, table, "run again with HOLDFAST_WRITE_REPORTS=1");
}
