//! `check protocol`: its instances, its verdict, and the verdict of an interrupted run.

use super::{Exit, check};

#[test]
fn an_instance_is_explored_to_its_end() {
    let answer = check(&["protocol", "capture_and_cancel", "--no-progress"]);
    assert_eq!(answer.exit, Exit::Fine, "{}{}", answer.out, answer.err);
    for part in ["both explorers count the same", "OK: 14 properties of the protocol are true"] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
}

#[test]
fn a_cut_instance_is_incomplete() {
    let answer = check(&["protocol", "two_clients", "--time-limit", "0s", "--no-progress"]);
    assert_eq!(answer.exit, Exit::Incomplete, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("INCOMPLETE") && !answer.out.contains("OK"), "{}", answer.out);
    let answer = check(&["protocol", "two_clients", "--time-limit", "0s", "--json"]);
    assert_eq!(answer.exit, Exit::Incomplete);
    assert!(answer.out.contains("\"exit\": 3"), "{}", answer.out);
}

#[test]
fn an_unknown_instance_is_named_with_those_that_exist() {
    let answer = check(&["protocol", "nothing"]);
    assert_eq!(answer.exit, Exit::Usage);
    assert!(answer.err.contains("\"nothing\"") && answer.err.contains("two_clients"), "{}", answer.err);
}

/// The default run explores the protocol too, under the same limits, and a cut one is no pass.
#[test]
fn the_default_run_includes_the_protocol() {
    let answer = check(&["--max-states", "10", "--no-progress"]);
    assert_eq!(answer.exit, Exit::Incomplete, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("3 instances of the protocol"), "{}", answer.out);
    assert!(!answer.out.contains("OK"), "{}", answer.out);
    let alone = check(&["--max-states", "10", "--no-progress", "--json"]);
    assert!(!alone.out.contains("protocol"), "{}", alone.out);
}
