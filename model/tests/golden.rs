//! The worked examples of the specification, as traces.

use std::fs;
use std::path::Path;

use holdfast_model::trace::Script;
use holdfast_model::{State, transition};

/// Replays a trace, and returns every line on which the model differs.
fn replay(script: &Script) -> Vec<String> {
    let config = script.config;
    let mut state = State::<3, 3>::default();
    let mut failures = Vec::new();
    for line in &script.lines {
        let step = transition(&config, &state, line.input);
        if let Some(expectation) = &line.expectation {
            let view = step.after.observe(&config);
            let found = expectation.compare(&step.outcome, &view.observation(&config), step.notifications.as_slice());
            failures
                .extend(found.iter().map(|difference| format!("line {}: {}: {difference}", line.number, line.input)));
        }
        state = step.after;
    }
    failures
}

#[test]
fn every_golden_trace_is_what_the_model_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut failures = Vec::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(file).unwrap();
        let script = Script::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(script.lines.iter().any(|line| line.expectation.is_some()), "{name} expects nothing");
        failures.extend(replay(&script).into_iter().map(|failure| format!("{name}: {failure}")));
    }
    assert!(files.len() >= 79, "only {} traces were replayed", files.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
