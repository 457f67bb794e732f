//! Every worked example of the specification on the engine: model and engine agree, and every expectation is met.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_harness::{Lockstep, ModelSubject, Subject};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::trace::Script;

fn traces() -> Vec<(String, Script)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/traces");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &PathBuf| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let script =
            Script::parse(&fs::read_to_string(file).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, script)
    };
    files.iter().map(read).collect()
}

/// Returns the differences from the expectations of the trace, and from the model.
fn replay(subject: &mut impl Subject, script: &Script) -> Vec<String> {
    let mut lockstep = match Lockstep::start(subject, &script.config) {
        Ok(lockstep) => lockstep,
        Err(inconclusive) => return vec![inconclusive.to_string()],
    };
    let mut failures = Vec::new();
    for line in &script.lines {
        match lockstep.step(line.input) {
            Ok(holdfast_harness::lockstep::Stepped::Compared) => {}
            Ok(skipped) => failures.push(format!("line {}: {:?}", line.number, skipped)),
            Err(verdict) => {
                failures.push(format!("line {}: {verdict}", line.number));
                break;
            }
        }
        if let (Some(expectation), Some(step)) = (&line.expectation, lockstep.last_step()) {
            let found = expectation.compare(&step.outcome, &step.after, step.notifications);
            failures.extend(found.iter().map(|it| format!("line {}: {}: {it}", line.number, line.input)));
        }
    }
    failures
}

fn replay_all(mut subject: impl Subject) {
    let traces = traces();
    assert!(traces.len() >= 79, "only {} traces", traces.len());
    let failures: Vec<String> = traces
        .iter()
        .flat_map(|(name, script)| {
            replay(&mut subject, script).into_iter().map(move |failure| format!("{name}: {failure}"))
        })
        .collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_worked_example_on_the_engine() {
    replay_all(EngineSubject::default());
}

#[test]
fn every_worked_example_on_the_model_behind_the_port() {
    replay_all(ModelSubject::default());
}
