//! Every sequence of some inputs up to a length on the engine itself: nothing is random, and nothing is left out.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a helper of a test may fail it, and counts to no great height"
)]

use holdfast_harness::choices::{Choices, Odometer};
use holdfast_harness::lockstep;
use holdfast_harness_engine::EngineSubject;
use holdfast_model::trace::Script;
use holdfast_model::{Config, Input};

/// The maximum number of inputs after the first.
const LENGTH: usize = 4;

/// Plays every sequence that begins with `first` and continues with inputs of `alphabet`; returns the number of
/// sequences.
fn play(first: &str, alphabet: &str) -> usize {
    let read = |text: &str| -> Vec<Input> { Script::parse(text).unwrap().inputs().collect() };
    let (first, alphabet) = (read(first), read(alphabet));
    let options = u32::try_from(alphabet.len()).unwrap();
    let mut engine = EngineSubject::default();
    let mut odometer = Odometer::default();
    let mut played = 0;
    // Every shorter sequence is the beginning of a longer one, and is judged there.
    while odometer.advance() {
        let rest = (0..LENGTH).map(|_| alphabet[odometer.choose(options) as usize]);
        let inputs: Vec<Input> = first.iter().copied().chain(rest).collect();
        let verdict = lockstep::run(&mut engine, &Config::default(), &inputs);
        assert!(verdict.agrees(), "{verdict}\n{}", Script::of(Config::default(), inputs.iter().map(|it| (*it, None))));
        played += 1;
    }
    played
}

#[test]
fn a_hold_is_captured_refunded_canceled_and_expires_in_every_order() {
    let played = play(
        "create pi1 150 usd manual multicapture method=card_visa confirm",
        "capture pi1 50 final=false\ncapture pi1\nrefund pi1 50\ncancel pi1\nadvance 7d\nexpire pi1\n",
    );
    assert_eq!(played, 6_usize.pow(4));
}

#[test]
fn a_request_is_sent_again_fails_and_is_held_open_in_every_order() {
    let played = play(
        "create pi1 150 usd manual multicapture method=card_visa confirm",
        "capture pi1 50 final=false key=key1\ncapture pi1 50 final=false key=key1 fault=error_after\n\
         capture pi1 50 final=false key=key2 fault=answer_lost\nbegin key1 capture pi1 50 final=false\nfinish key1\n\
         refund pi1 50 key=key1\n",
    );
    assert_eq!(played, 6_usize.pow(4));
}
