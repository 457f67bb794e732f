//! The distributed explorer on the payment model: what it finds equals what the breadth-first explorer finds.
//!
//! ```text
//! cargo test -p holdfast-check --features distributed --test distributed
//! ```

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use holdfast_explorer::{Distributed, Explorer, Limits, Mode};
use holdfast_model::testing::{PlantedFault, faults};
use holdfast_scenarios::Visit;
use holdfast_scenarios::space::ModelSpace;
use serde_json::Value;

/// Scenarios that are explored in seconds, one of them with idempotency keys' room for none, one with a session.
const SMALL: [&str; 4] = ["single", "debits", "setup", "checkout"];

fn check(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_check"));
    command.args(arguments).arg("--no-progress").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn answer(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The answer without what may differ: times, and the bound on collisions, which whole states do not need.
fn comparable(mut answer: Value) -> Value {
    for unit in answer["record"]["units"].as_object_mut().unwrap().values_mut() {
        unit["milliseconds"] = Value::Null;
        unit["exact"]["collisions"] = Value::Null;
    }
    answer
}

#[test]
fn workers_find_what_one_thread_finds() {
    let alone = [&["explore"], &SMALL[..], &["--json", "--explorer", "exact", "--threads", "1"]].concat();
    let team = [&["explore"], &SMALL[..], &["--json", "--workers", "2"]].concat();
    let (alone, team) = (check(&alone).output().unwrap(), check(&team).output().unwrap());
    assert_eq!(alone.status.code(), team.status.code());
    assert_eq!(comparable(answer(&alone)), comparable(answer(&team)));
}

#[test]
fn two_processes_find_what_one_finds_and_process_0_shows_it() {
    let listeners = [TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap()];
    let lines: Vec<String> = listeners.iter().map(|it| it.local_addr().unwrap().to_string()).collect();
    drop(listeners);
    let file = std::env::temp_dir().join(format!("holdfast-check-{}.hosts", std::process::id()));
    fs::write(&file, lines.join("\n")).unwrap();
    let path = file.to_str().unwrap();
    let of = |process: &str| {
        check(&["explore", "single", "debits", "--json", "--workers", "1", "--hosts", path, "--process", process])
    };
    let second = of("1").spawn().unwrap();
    let first = of("0").output().unwrap();
    let second = second.wait_with_output().unwrap();
    fs::remove_file(&file).unwrap();
    let alone = check(&["explore", "single", "debits", "--json", "--explorer", "exact"]).output().unwrap();
    assert_eq!(comparable(answer(&first)), comparable(answer(&alone)));
    assert_eq!((first.status.code(), second.status.code()), (alone.status.code(), alone.status.code()));
    let said = String::from_utf8(second.stdout).unwrap();
    let code = alone.status.code().unwrap();
    assert_eq!(said, format!("Process 1 is done, with exit code {code}. Process 0 shows the result.\n"));
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let refused = |arguments: &[&str], words: &str| {
        let output = check(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    };
    refused(&["explore", "single", "--workers", "0"], "expected a number from 1 to 1024");
    refused(&["explore", "single", "--workers", "2", "--explorer", "both"], "leave out --explorer");
    refused(&["explore", "single", "--workers", "2", "--threads", "2"], "leave it out");
    refused(&["explore", "single", "--hosts", "none"], "--process");
    refused(&["explore", "single", "--process", "0"], "--hosts");
    refused(&["explore", "single", "--hosts", "no-such-file", "--process", "0"], "no-such-file");
    refused(&["explore", "single", "--whole-states"], "--whole-states needs the distributed explorer");
    refused(&["explore", "single", "--checkpoint", "folder"], "--checkpoint DIR needs the distributed explorer");
}

#[test]
fn a_checkpoint_is_resumed_and_a_foreign_one_is_refused() {
    let folder = std::env::temp_dir().join(format!("holdfast-check-{}-checkpoints", std::process::id()));
    let path = folder.to_str().unwrap().to_owned();
    let run = |more: &[&str]| {
        let every =
            ["explore", "debits", "--json", "--workers", "2", "--checkpoint", &path, "--checkpoint-every", "0s"];
        check(&[&every[..], more].concat()).output().unwrap()
    };
    assert_eq!(run(&["--max-states", "100"]).status.code(), Some(3));
    let files = |folder: &PathBuf| fs::read_dir(folder).unwrap().count();
    assert!(files(&folder) > 0);
    let resumed = run(&[]);
    let alone = check(&["explore", "debits", "--json", "--explorer", "exact"]).output().unwrap();
    assert_eq!(comparable(answer(&resumed)), comparable(answer(&alone)));
    let other = run(&["--dialect", "confirm_limit=3"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8(other.stderr).unwrap().contains("is a checkpoint of another run"));
    fs::remove_dir_all(&folder).unwrap();
}

/// Compares the violations that both explorers find in a faulty model.
struct Compare(&'static PlantedFault);

impl Visit for Compare {
    type Output = usize;

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> usize {
        let space = space.with_fault(self.0);
        let limits = Limits { max_depth: Some(7), ..Limits::default() };
        for mode in [Mode::Exact, Mode::Fingerprint] {
            let explorer = Explorer::new(&space).mode(mode).limits(limits);
            let expected = explorer.run();
            let found = Distributed::new(space.clone(), "faulty").workers(2).mode(mode).limits(limits).run().unwrap();
            assert_eq!(found.exploration.summary.violations, expected.summary.violations, "{}", self.0.name);
            assert_eq!(found.paths.len(), expected.violations.len());
            for (bit, sighting) in &expected.violations {
                let path = explorer.path(&expected, sighting).unwrap();
                assert_eq!(found.paths[bit].steps, path.steps, "{}, property {bit}", self.0.name);
            }
        }
        Explorer::new(&space).limits(limits).run().violations.len()
    }
}

#[test]
fn violations_of_faulty_models_have_the_same_shortest_paths() {
    let scenario = holdfast_scenarios::find("debits").unwrap();
    let variant = (scenario.variants)().swap_remove(0);
    let violations: usize = faults().map(|fault| scenario.visit(&variant, Compare(fault))).sum();
    assert!(violations > 20, "only {violations} violations were compared");
}
