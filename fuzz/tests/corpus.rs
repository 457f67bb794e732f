//! Replays every entry of the corpus, and every seed, on stable. A failure names the entry.

use std::path::{Path, PathBuf};
use std::process::Command;

use holdfast_fuzz::{files, http, run};
use holdfast_harness::mutate::mutate;

type Target = (&'static str, fn(&[u8]));

/// Every target, by name; [`every_target_is_here`] compares them with the folder.
const TARGETS: [Target; 9] = [
    ("lockstep", run::lockstep),
    ("lockstep_hostile", run::lockstep_hostile),
    ("properties", run::properties),
    ("retries", run::retries),
    ("crash", run::crash),
    ("concurrent", run::concurrent),
    ("notifications", run::notifications),
    ("trace_parse", run::trace_parse),
    ("http", http::http),
];
/// The canary has to fail, and decoding checks nothing.
const OTHERS: [&str; 2] = ["canary", "decode"];

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_target_is_here() {
    let folder = std::fs::read_dir(here().join("fuzz_targets")).unwrap();
    let mut there: Vec<String> =
        folder.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    let mut known: Vec<String> = TARGETS.iter().map(|(name, _)| name).chain(&OTHERS).map(ToString::to_string).collect();
    there.sort();
    known.sort();
    assert_eq!(there, known);
    let manifest = std::fs::read_to_string(here().join("Cargo.toml")).unwrap();
    let nightly = std::fs::read_to_string(here().join("../.github/workflows/nightly.yml")).unwrap();
    assert!(nightly.contains("cargo xtask fuzz --list"), "the nightly run does not list the targets by itself");
    for name in known {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not in Cargo.toml");
    }
}

#[test]
fn seeds_and_corpus_replay() {
    for (name, run) in TARGETS {
        let mut replayed = 0;
        for folder in [seeds(name), here().join("corpus").join(name)] {
            for (path, bytes) in entries(&folder) {
                assert!(std::panic::catch_unwind(|| run(&bytes)).is_ok(), "{name} fails with {}", path.display());
                replayed += 1;
            }
        }
        assert!(replayed > 10, "{name} replays only {replayed} entries");
    }
}

/// Returns the folder of seeds of a target, as CI chooses it.
fn seeds(name: &str) -> PathBuf {
    seeds_in(&here().join("seeds"), name).expect("a target has seeds")
}

/// Returns the same for another folder of seeds, or the error message if it has no seeds.
fn seeds_in(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let chosen = Command::new(here().join("../.ci/seeds")).arg(name).arg(folder).output().expect(".ci/seeds runs");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if chosen.status.success() { Ok(said(&chosen.stdout).into()) } else { Err(said(&chosen.stderr)) }
}

#[test]
fn a_target_without_seeds_begins_with_those_of_lockstep() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str| folder.path().join(name);
    assert!(seeds_in(folder.path(), "properties").unwrap_err().contains("no seeds"));
    for name in ["lockstep", "empty", "own"] {
        std::fs::create_dir(of(name)).unwrap();
    }
    assert!(
        seeds_in(folder.path(), "properties").unwrap_err().contains("no seeds"),
        "an empty folder counts as missing"
    );
    std::fs::write(of("lockstep").join("0001"), [0]).unwrap();
    std::fs::write(of("own").join("0001"), [0]).unwrap();
    for (name, expected) in [("own", "own"), ("empty", "lockstep"), ("none", "lockstep"), ("lockstep", "lockstep")] {
        assert_eq!(seeds_in(folder.path(), name), Ok(of(expected)), "{name}");
    }
}

#[test]
fn the_canary_has_its_fault() {
    // If the planted fault did not exist, this call would fail.
    run::canary(&[]);
    let found = (0..5_000_u32).any(|seed| {
        let mut data = vec![0; 1_024];
        let size = (0..4).fold(0, |size, round| mutate(&mut data, size, 1_024, seed * 4 + round, |_, size, _| size));
        std::panic::catch_unwind(|| run::canary(&data[..size])).is_err()
    });
    assert!(found, "random sequences do not find the planted fault");
}

#[test]
fn the_dictionary_has_every_verb() {
    let dictionary = std::fs::read_to_string(here().join("dictionaries/trace_parse.dict")).unwrap();
    for verb in holdfast_model::trace::Verb::ALL {
        assert!(dictionary.contains(&format!("\"{}", verb.name())), "{} is missing", verb.name());
    }
}

#[test]
fn the_dictionary_has_every_noun_and_field_of_the_api() {
    let dictionary = std::fs::read_to_string(here().join("dictionaries/http.dict")).unwrap();
    let described = holdfast_server::description("");
    let operations = described["paths"].as_object().unwrap();
    let forms = operations.values().filter_map(|path| {
        path.pointer("/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties")?.as_object()
    });
    let fields = forms.flat_map(|fields| fields.keys().map(|name| format!("\"{name}=\"")));
    let nouns = operations.keys().map(|path| {
        let noun = path.trim_start_matches("/v1/").split("/{").next().unwrap();
        format!("\"/v1/{noun}\"")
    });
    let missing: std::collections::BTreeSet<String> =
        fields.chain(nouns).filter(|word| !dictionary.lines().any(|line| line == word)).collect();
    assert!(
        missing.is_empty(),
        "missing in fuzz/dictionaries/http.dict:\n{}",
        missing.into_iter().collect::<Vec<_>>().join("\n")
    );
}

fn entries(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    if folder.is_dir() { files(folder).expect("a folder that can be read") } else { Vec::new() }
}
