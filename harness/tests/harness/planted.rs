//! The model with a planted fault, behind the port: the harness notices every fault that the explorers' properties
//! notice.

use holdfast_harness::ModelSubject;
use holdfast_harness::choices::Seeded;
use holdfast_harness::drive;
use holdfast_harness::generator::Bias;
use holdfast_model::testing::{PlantedFault, faults, faulty_transition};

/// The maximum number of sequences for a fault; most are noticed within a few.
const SEEDS: u64 = 20_000;
/// The number of sequences in which an excused fault must go unnoticed; one that is noticed needs no excuse.
const EXCUSED: u64 = 100;

const ONE_PAYMENT: &str = "is written for a world of one payment, and does nothing in one of three";
const LOOKS_ALIKE: &str = "answers with a reason that looks the same to a client";

/// The faults that a client cannot notice here, each with the reason.
const EXCUSES: [(&str, &str); 11] = [
    ("charges-what-it-saves", ONE_PAYMENT),
    ("expiry-leaves-the-payment", ONE_PAYMENT),
    ("held-is-not-complete", ONE_PAYMENT),
    ("manual-capture-is-taken-back", "goes against a choice of the dialect that our engine does not have"),
    ("missing-method-is-a-wrong-state", "answers as the rules allow as well (`permitted.rs`)"),
    ("multicapture-despite-automatic", "turns to what the harness's config say anyway"),
    ("nothing-is-a-hold", LOOKS_ALIKE),
    ("page-outlives-its-hour", ONE_PAYMENT),
    ("page-takes-at-once", ONE_PAYMENT),
    ("paid-is-let-go", ONE_PAYMENT),
    ("replay-shows-the-present", ONE_PAYMENT),
];

/// Returns whether the fault is noticed within this number of sequences.
fn is_noticed(fault: &'static PlantedFault, seeds: u64) -> bool {
    let mut subject =
        ModelSubject::deciding(move |config, state, input| faulty_transition(fault, config, state, input));
    (0..seeds).any(|seed| {
        let bias = if seed.is_multiple_of(2) { Bias::Friendly } else { Bias::Hostile };
        let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, 60), bias, |_| ());
        drive.verdict.identity().is_some()
    })
}

#[test]
fn every_planted_fault_of_the_model_is_noticed() {
    assert!(faults().count() >= 274, "only {} planted faults", faults().count());
    for (name, why) in EXCUSES {
        assert!(faults().any(|fault| fault.name == name), "the excuse names no fault: {name}, which {why}");
    }
    let wrong: Vec<&str> = faults()
        .filter(|fault| {
            let is_excused = EXCUSES.iter().any(|(name, _)| *name == fault.name);
            is_noticed(fault, if is_excused { EXCUSED } else { SEEDS }) == is_excused
        })
        .map(|fault| fault.name)
        .collect();
    assert!(wrong.is_empty(), "not noticed, or noticed in spite of an excuse: {wrong:?}");
}
