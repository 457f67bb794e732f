//! The distributed explorer finds what the breadth-first explorer finds, on any number of workers and processes.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "small numbers, and a test may panic"
)]

mod checkpoints;
mod portable;
mod processes;
#[path = "../explore/toys.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod toys;

use holdfast_explorer::*;
use std::collections::BTreeMap;
use std::fmt::Debug;
use toys::{Colliding, Configurations, Counters, EightPuzzle, Hashless, Jugs};

const MODES: [Mode; 2] = [Mode::Exact, Mode::Fingerprint];

/// Returns the paths to all violations, by property, as the breadth-first explorer finds them.
fn paths<S: Space>(explorer: &Explorer<'_, S>, found: &Exploration<S>) -> BTreeMap<u8, Steps<S>> {
    let path = |(bit, sighting): (&u8, &Sighting<S>)| {
        let path = explorer.path(found, sighting).unwrap();
        (*bit, (path.steps, path.end))
    };
    found.violations.iter().map(path).collect()
}

/// The steps of a path, and its last state.
type Steps<S> = (Vec<(<S as Space>::State, <S as Space>::Input)>, <S as Space>::State);

/// Asserts that a distributed exploration found the same as the breadth-first one.
fn assert_equal<S: Portable>(space: &S, mode: Mode, found: Found<S>)
where
    S::State: Debug,
{
    let explorer = Explorer::new(space).mode(mode);
    let expected = explorer.run();
    assert_eq!(found.lost, None);
    assert_eq!(found.exploration.summary, expected.summary);
    let found_paths: BTreeMap<u8, Steps<S>> =
        found.paths.into_iter().map(|(bit, path)| (bit, (path.steps, path.end))).collect();
    assert_eq!(found_paths, paths(&explorer, &expected));
}

fn assert_equal_on_all<S: Portable + Copy + Send + 'static>(space: S)
where
    S::State: Debug,
{
    for mode in MODES {
        for workers in 1..=3 {
            let found = Distributed::new(space, "a test").mode(mode).workers(workers).run().unwrap();
            assert_equal(&space, mode, found);
        }
    }
}

#[test]
fn spaces_without_a_violation_have_equal_summaries() {
    assert_equal_on_all(EightPuzzle);
    assert_equal_on_all(Counters::SORTED);
    assert_equal_on_all(Jugs);
}

#[test]
fn violations_have_the_same_shortest_paths() {
    assert_equal_on_all(Counters { forbidden: Some(3), ..Counters::UNSORTED });
    assert_equal_on_all(Configurations { size: 300 });
}

#[test]
fn whole_states_do_not_rely_on_fingerprints() {
    // All states have one fingerprint, so one worker owns them all.
    let found = Distributed::new(Colliding, "a test").mode(Mode::Exact).workers(2).run().unwrap();
    assert_eq!(found.exploration.summary.unique, 400);
    assert_eq!(found.paths[&0].end, Hashless(250));
    let found = Distributed::new(Colliding, "a test").workers(2).run().unwrap();
    assert_eq!(found.exploration.summary.unique, 1);
}

#[test]
fn a_limit_cuts_the_run_on_all_workers() {
    let why = |limits| {
        let found = Distributed::new(EightPuzzle, "a test").workers(2).limits(limits).run().unwrap();
        let summary = found.exploration.summary;
        assert!(summary.unique < 181_440, "{}", summary.unique);
        summary.completion
    };
    let states = Limits { max_states: Some(5000), ..Limits::default() };
    assert_eq!(why(states), Completion::Cut { why: Why::MaxStates(5000) });
    let depth = Limits { max_depth: Some(10), ..Limits::default() };
    assert_eq!(why(depth), Completion::Cut { why: Why::MaxDepth(10) });
    let time = Limits { time: Some(std::time::Duration::ZERO), ..Limits::default() };
    assert_eq!(why(time), Completion::Cut { why: Why::TimeLimit });
    let plenty = Limits { max_states: Some(181_440), max_depth: Some(32), ..Limits::default() };
    let found = Distributed::new(EightPuzzle, "a test").workers(2).limits(plenty).run().unwrap();
    assert_eq!(found.exploration.summary.completion, Completion::Complete);

    let forbidding = Counters { forbidden: Some(3), ..Counters::UNSORTED };
    let first = Limits { first_violation: true, ..Limits::default() };
    let found = Distributed::new(forbidding, "a test").workers(2).limits(first).run().unwrap();
    assert_eq!(found.exploration.summary.completion, Completion::Cut { why: Why::Violation });
    assert_eq!(found.paths[&5].steps.len(), 3);
}

#[test]
fn progress_ends_where_the_summary_does_and_can_cancel() {
    let progress = std::sync::Arc::new(Progress::default());
    let explorer = Distributed::new(EightPuzzle, "a test").workers(2).progress(progress.clone());
    explorer.run().unwrap();
    let shown = progress.snapshot();
    assert_eq!((shown.unique, shown.expanded), (181_440, 181_440));
    assert_eq!(shown.transitions, 181_440 / 9 * 24);
    progress.cancel();
    let found = explorer.run().unwrap();
    assert_eq!(found.exploration.summary.completion, Completion::Cut { why: Why::Cancelled });
}

#[test]
fn a_space_that_does_not_read_back_its_states_is_refused() {
    let found = Distributed::new(portable::Forgetful, "a test").workers(2).run();
    let why = found.err().unwrap();
    assert!(why.contains("the space contradicts itself"), "{why}");
}
