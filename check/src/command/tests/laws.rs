//! `check laws`: the scenarios it takes, its verdict, and a cut run that finds no law.

use super::{Exit, check};

#[test]
fn the_laws_of_a_scenario_are_printed_with_the_properties_that_declare_them() {
    let answer = check(&["laws", "multicapture", "connect", "--no-progress"]);
    assert_eq!(answer.exit, Exit::Fine, "{}{}", answer.out, answer.err);
    for part in [
        "explored   2 scenarios: 12 075 states",
        "approved = capturable + captured + released",
        "(held-money-adds-up)",
        "a state was left out with a chance of at most 8.5e-13",
        "OK: every equality that a property declares is a law",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
}

#[test]
fn quantities_that_never_change_are_named() {
    let answer = check(&["laws", "single", "single", "--no-progress"]);
    assert_eq!(answer.exit, Exit::Fine, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("explored   1 scenario: "), "{}", answer.out);
    let (_, rest) = answer.out.split_once("not tested ").unwrap();
    assert!(rest.contains("fees") && rest.contains("OK:"), "{}", answer.out);
}

#[test]
fn a_cut_run_finds_no_law() {
    for cut in [["--max-states", "20"], ["--time-limit", "0s"]] {
        let arguments = ["laws", "multicapture", cut[0], cut[1], "--no-progress"];
        let answer = check(&arguments);
        assert_eq!(answer.exit, Exit::Incomplete, "{}{}", answer.out, answer.err);
        assert!(answer.out.contains("INCOMPLETE: not explored to the end: multicapture"), "{}", answer.out);
        assert!(!answer.out.contains("OK") && !answer.out.contains(" = "), "{}", answer.out);
        let arguments: Vec<&str> = arguments.into_iter().chain(["--json"]).collect();
        let answer = check(&arguments);
        assert_eq!(answer.exit, Exit::Incomplete);
        assert!(answer.out.contains("\"laws\": []") && answer.out.contains("\"exit\": 3"), "{}", answer.out);
    }
}

#[test]
fn scenarios_without_a_payment_have_no_laws() {
    let answer = check(&["laws", "setup", "--no-progress"]);
    assert_eq!(answer.exit, Exit::Incomplete, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("no step of these scenarios changes a payment"), "{}", answer.out);
}

#[test]
fn an_unknown_scenario_is_named_with_those_that_exist() {
    let answer = check(&["laws", "nothing"]);
    assert_eq!(answer.exit, Exit::Usage);
    assert!(answer.err.contains("\"nothing\"") && answer.err.contains("two_payments"), "{}", answer.err);
}
