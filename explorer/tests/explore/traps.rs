//! Known faults of stateright 0.31, and tests that they do not occur here.
//!
//! One test asserts a trap itself: if it fails after an update, the trap is gone. No test asserts that a timeout never
//! fires with one thread, because showing this depends on the scheduling of threads.

use crate::toys::{Counters, EightPuzzle, Jugs};
use holdfast_explorer::*;
use stateright::{Checker, Expectation, Model};
use std::sync::Arc;

fn model<S: Space + Send + 'static>(space: S) -> Adapter<S> {
    Stateright::new(Arc::new(space)).into_model()
}

#[test]
fn there_is_one_property_and_it_is_always() {
    // Without an `always` property a search ends early; with two, a longer counterexample of the breadth-first search
    // overwrites a shorter one.
    let properties = model(Jugs).properties();
    assert_eq!(properties.len(), 1);
    assert_eq!(properties[0].expectation, Expectation::Always);
    assert_eq!(properties[0].name, EVERY_PROPERTY);
}

#[test]
fn trap_a_cut_run_claims_to_be_done() {
    let checker = model(Counters::UNSORTED).checker().target_state_count(100).spawn_dfs().join();
    assert!(checker.unique_state_count() < 6561);
    assert!(checker.is_done());
    checker.assert_properties();
}

#[test]
fn next_state_is_never_none() {
    let model = model(Counters::UNSORTED);
    let mut actions = Vec::new();
    let full = Judged { state: [8; 4], broken: PropertyBits::ZERO };
    model.actions(&full, &mut actions);
    assert_eq!(actions.len(), 4, "a refused input is enabled too");
    for action in actions {
        assert_eq!(model.next_state(&full, action).unwrap().state, full.state);
    }
}

#[test]
fn a_broken_step_is_seen_in_the_state_after_it() {
    let space = Counters { forbidden: Some(3), ..Counters::UNSORTED };
    let theirs = Stateright::new(Arc::new(space)).run();
    let why = Why::Violation;
    assert_eq!(theirs.completion, Completion::Cut { why });
    let (properties, state) = theirs.violation.unwrap();
    assert_eq!(properties, 1 << 3 | 1 << 5);
    assert!(state.contains(&3));
    // A correct model has no more states because of the properties they carry.
    let ok = Judged { state: 7_u64, broken: PropertyBits::ZERO };
    assert_eq!(fingerprint(&ok), fingerprint(&7_u64));
    assert_ne!(fingerprint(&ok), fingerprint(&Judged { broken: PropertyBits::ONE, ..ok }));
    assert_eq!(format!("{ok:?}"), "7");
    let broken = Judged { broken: PropertyBits::new(4), ..ok };
    assert_eq!(format!("{broken:?}"), "7 reached by breaking properties 0b100");
}

#[test]
fn its_breadth_first_search_agrees_where_depth_first_would_drown() {
    let checker = model(EightPuzzle).checker().spawn_bfs().join();
    assert_eq!(checker.unique_state_count(), 181_440);
    assert_eq!(checker.max_depth(), 31 + 1);
}

#[test]
fn the_page_is_served_on_loopback_only() {
    let serve =
        |address: &str| Stateright::new(Arc::new(Jugs)).serve(address.parse().unwrap()).unwrap_err().to_string();
    assert!(serve("0.0.0.0:0").contains("not a loopback address"));
    // An address in use causes an error, not a panic.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(!serve(&taken.local_addr().unwrap().to_string()).is_empty());
}
