//! The permitted dependencies between crates.

use crate::support::*;

/// The crates there are or will be, by folder.
const CRATES: [(&str, &str); 20] = [
    ("spec", "holdfast-spec"),
    ("explorer", "holdfast-explorer"),
    ("model", "holdfast-model"),
    ("properties", "holdfast-properties"),
    ("engine", "holdfast-engine"),
    ("server", "holdfast-server"),
    ("merchant", "holdfast-merchant"),
    ("watch", "holdfast-watch"),
    ("harness", "holdfast-harness"),
    ("harness-engine", "holdfast-harness-engine"),
    ("audit", "holdfast-audit"),
    ("drive", "holdfast-drive"),
    ("scenarios", "holdfast-scenarios"),
    ("protocol", "holdfast-protocol"),
    ("laws", "holdfast-laws"),
    ("prove", "holdfast-prove"),
    ("evidence", "holdfast-evidence"),
    ("check", "holdfast-check"),
    ("fuzz", "holdfast-fuzz"),
    ("xtask", "xtask"),
];

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
    // `ethnum` is the word that holds a set of properties.
    assert_eq!(of("holdfast-properties", &["normal", "build"]), names(&["ethnum", "holdfast-model"]));
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
        // The tests of `harness-engine` and `watch` speak to the real server.
        let only_tests = ["holdfast-harness-engine", "holdfast-watch"].contains(&name.as_str());
        let kinds: &[&str] = if only_tests { &["normal", "build"] } else { &ALL_KINDS };
        assert!(!of(name, kinds).contains("holdfast-server"), "{name} would compile the server");
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
    assert!(line.contains("optional = true"), "check would compile the server: {line}");
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
fn a_watch_knows_the_audit_and_no_engine_and_check_compiles_it_on_demand_only() {
    let expected = names(&["holdfast-audit", "holdfast-model", "holdfast-properties", "holdfast-watch"]);
    assert_eq!(reached("holdfast-watch", &["normal", "build"]), expected, "events are judged without an engine");
    let manifest = read(&root().join("check/Cargo.toml"));
    let line = manifest.lines().find(|line| line.starts_with("holdfast-watch = ")).unwrap();
    assert!(line.contains("optional = true"), "check would compile TLS and a database: {line}");
}

#[test]
fn the_scenarios_reach_explorer_model_and_properties_alone() {
    let ours: Vec<_> =
        of("holdfast-scenarios", &ALL_KINDS).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert_eq!(ours, ["holdfast-explorer", "holdfast-model", "holdfast-properties"]);
    let ours: Vec<_> =
        of("holdfast-evidence", &ALL_KINDS).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert_eq!(
        ours,
        ["holdfast-explorer", "holdfast-model", "holdfast-properties", "holdfast-prove", "holdfast-scenarios"]
    );
}

#[test]
fn the_laws_reach_explorer_model_properties_and_scenarios_alone() {
    let ours: Vec<_> =
        of("holdfast-laws", &ALL_KINDS).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert_eq!(ours, ["holdfast-explorer", "holdfast-model", "holdfast-properties", "holdfast-scenarios"]);
}

#[test]
fn the_proof_reaches_model_and_properties_alone() {
    let ours: Vec<_> =
        of("holdfast-prove", &["normal", "build"]).into_iter().filter(|name| name.starts_with("holdfast-")).collect();
    assert_eq!(ours, ["holdfast-model", "holdfast-properties"]);
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
    assert!(!of("holdfast-drive", &["normal", "build"]).contains("ureq"), "check would compile an HTTP client");
    let manifest = read(&root().join("drive/Cargo.toml"));
    for name in ["rustls", "webpki-roots"] {
        let line = manifest.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap();
        assert!(line.contains("optional = true"), "check would compile TLS: {line}");
    }
    assert!(!manifest.contains("default = "), "check would compile TLS");
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
