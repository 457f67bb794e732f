//! `check merchant`: the options it takes together.

use super::{Exit, check};

/// A replay file says everything about its run.
#[test]
fn a_replay_of_a_merchant_takes_no_other_plan() {
    let others: [&[&str]; 5] =
        [&["--hostile"], &["--chaos", "1:calm"], &["--purchases", "3"], &["--together", "1"], &["--keep-going"]];
    for other in others {
        let arguments = [&["merchant", "shop.toml", "--replay", "run.toml"], other].concat();
        let answer = check(&arguments);
        assert_eq!(answer.exit, Exit::Usage, "{other:?}: {}", answer.err);
        assert!(answer.err.contains("--replay") && answer.err.contains(other[0]), "{}", answer.err);
    }
}

/// A single run takes its seed and profile from `--once`, and its number of purchases from `--together`.
#[test]
fn a_single_run_of_a_merchant_takes_no_other_choice() {
    for other in [["--chaos", "1:calm"], ["--purchases", "3"], ["--replay", "run.toml"]] {
        let answer = check(&[&["merchant", "shop.toml", "--once", "7:calm"], &other[..]].concat());
        assert_eq!(answer.exit, Exit::Usage, "{other:?}: {}", answer.err);
        assert!(answer.err.contains("--once") && answer.err.contains(other[0]), "{}", answer.err);
    }
}
