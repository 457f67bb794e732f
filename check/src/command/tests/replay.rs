//! `check replay`: its output, its differences, and traces that it cannot judge.

use super::{Exit, replay};

#[test]
fn a_typo_in_a_trace_is_named_by_line_and_word() {
    let answer = replay("create pi1 1000 usd\n\n  captre pi1\n");
    assert_eq!(answer.exit, Exit::Usage);
    let message = "error: standard input: line 3, word 1 `captre`: no such verb; did you mean `capture`?\n";
    assert_eq!(answer.err, message);
}

#[test]
fn a_replay_shows_what_changed() {
    let answer = replay("# Why.\ncreate pi1 300 usd automatic method=card_visa confirm => succeeded\n");
    assert_eq!(answer.exit, Exit::Fine, "{}", answer.out);
    for part in [
        "# Why.\n",
        "1. create pi1 300 usd automatic method=card_visa confirm\n   => succeeded capturable=0 received=300\n",
        "      pi1.received: – → 300\n",
        "      notifies payment_intent.created\n",
        "1 step; 1 expectation met.\n2 properties evaluated in each step; none is false.",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
}

#[test]
fn a_replay_names_what_is_not_as_the_trace_says() {
    let answer = replay("create pi1 300 usd => succeeded notifies\n");
    assert_eq!(answer.exit, Exit::False);
    for part in [
        "DIFFERS (line 1): expected succeeded, found requires_payment_method",
        "DIFFERS (line 1): expected nobody notified, found notifies payment_intent.created",
        "DIFFERENT: the model differs from the trace in 2 places.",
    ] {
        assert!(answer.out.contains(part), "{part}: {}", answer.out);
    }
}

#[test]
fn a_replay_beyond_the_capacity_of_the_model_proves_nothing() {
    let answer = replay("create pi9 300 usd\n");
    assert_eq!(answer.exit, Exit::Incomplete, "{}", answer.out);
}
