//! A run that was cut never looks complete.

use crate::toys::{Counters, Jugs};
use holdfast_explorer::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

fn cut(limits: Limits) -> Vec<Summary> {
    let mut summaries = Vec::new();
    for threads in 1..=2 {
        for mode in [Mode::Exact, Mode::Fingerprint] {
            let explorer = Explorer::new(&Counters::UNSORTED).mode(mode).threads(threads);
            summaries.push(explorer.limits(limits).run().summary);
        }
    }
    summaries
}

#[test]
fn too_many_states() {
    for max in [1, 100, 6560] {
        let limits = Limits { max_states: Some(max), ..Limits::default() };
        let why = Why::MaxStates(max);
        for summary in cut(limits) {
            assert_eq!(summary.completion, Completion::Cut { why });
            assert!(summary.unique > max);
        }
        let theirs = Stateright::new(Arc::new(Counters::UNSORTED)).max_states(max).run();
        assert_eq!(theirs.completion, Completion::Cut { why });
    }
}

#[test]
fn just_as_many_states_as_allowed_are_not_too_many() {
    for max in [6561, 6562] {
        let limits = Limits { max_states: Some(max), ..Limits::default() };
        for summary in cut(limits) {
            assert_eq!(summary.completion, Completion::Complete);
            assert_eq!(summary.unique, 6561);
        }
        let theirs = Stateright::new(Arc::new(Counters::UNSORTED)).max_states(max).run();
        assert_eq!(theirs.completion, Completion::Complete);
        assert_eq!(theirs.unique, 6561);
    }
}

#[test]
fn too_deep() {
    let limits = Limits { max_depth: Some(32), ..Limits::default() };
    for summary in cut(limits) {
        // The one state at depth 32 has been found, but not judged.
        assert_eq!(summary.unique, 6561);
        assert_eq!(summary.expanded, 6560);
        let why = Why::MaxDepth(32);
        assert_eq!(summary.completion, Completion::Cut { why });
    }
    let limits = Limits { max_depth: Some(33), ..Limits::default() };
    for summary in cut(limits) {
        assert_eq!(summary.completion, Completion::Complete);
    }
}

/// Returns a clock that advances by a second at each reading.
fn ticking() -> impl Fn() -> Duration + Send + Sync + 'static {
    let reads = AtomicU64::new(0);
    move || Duration::from_secs(reads.fetch_add(1, Ordering::Relaxed))
}

#[test]
fn out_of_time_with_one_thread_or_two() {
    let limits = Limits { time: Some(Duration::from_secs(2)), ..Limits::default() };
    let why = Why::TimeLimit;
    for threads in 1..=2 {
        let clock = ticking();
        let found = Explorer::new(&Counters::UNSORTED).threads(threads).limits(limits).clock(&clock).run();
        assert_eq!(found.summary.completion, Completion::Cut { why });
        assert!(found.summary.expanded < 6561);

        let theirs = Stateright::new(Arc::new(Counters::UNSORTED))
            .threads(threads)
            .time(Duration::from_secs(2))
            .clock(ticking())
            .run();
        assert_eq!(theirs.completion, Completion::Cut { why });
        assert!(theirs.unique < 6561);
    }
}

#[test]
fn cancelled() {
    let why = Why::Cancelled;
    let progress = Arc::new(Progress::default());
    progress.cancel();
    let found = Explorer::new(&Jugs).progress(&progress).run();
    assert_eq!(found.summary.completion, Completion::Cut { why });
    let theirs = Stateright::new(Arc::new(Jugs)).progress(progress).run();
    assert_eq!(theirs.completion, Completion::Cut { why });
}

#[test]
fn stopped_at_the_first_violation() {
    let space = Counters { forbidden: Some(3), ..Counters::UNSORTED };
    let why = Why::Violation;
    for threads in 1..=2 {
        let explorer =
            Explorer::new(&space).threads(threads).limits(Limits { first_violation: true, ..Limits::default() });
        let found = explorer.run();
        assert_eq!(found.summary.completion, Completion::Cut { why });
        // The step property fails one level before the state property, although both need the same three
        // steps.
        let sighting = &found.violations[&5];
        assert_eq!(sighting.steps, 3);
        assert_eq!(explorer.path(&found, sighting).unwrap().steps.len(), 3);
        assert!(found.summary.unique < 100);
    }
}

#[test]
fn a_cut_run_says_so_when_merged_or_printed() {
    let whole = Explorer::new(&Jugs).run().summary;
    let mut merged = cut(Limits { max_states: Some(10), ..Limits::default() }).swap_remove(0);
    assert_eq!(merged.completion.to_string(), "incomplete: stopped after 10 states");
    merged.merge(whole.clone());
    assert!(!merged.completion.is_complete());
    let mut other_way = whole;
    other_way.merge(merged.clone());
    assert!(!other_way.completion.is_complete());
}
