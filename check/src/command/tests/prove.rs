//! `check prove`: without a usable solver nothing is proven.

use super::*;

#[test]
fn a_solver_that_does_not_answer_proves_nothing() {
    let answer = check(&["prove", "--solver", "/bin/true"]);
    assert_eq!(answer.exit, Exit::Incomplete, "{}", answer.err);
    assert!(answer.out.contains("INCOMPLETE:") && !answer.out.contains("OK:"), "{}", answer.out);
}

#[test]
fn a_solver_that_is_no_file_is_refused_by_name() {
    let answer = check(&["prove", "--solver", "/nowhere/z3"]);
    assert_eq!(answer.exit, Exit::Usage);
    assert!(answer.err.contains("--solver") && answer.err.contains("/nowhere/z3"), "{}", answer.err);
}
