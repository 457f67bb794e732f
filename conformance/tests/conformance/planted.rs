//! The model with one rule broken on purpose, behind the port: whatever the explorers' claims notice, the harness does.

use holdfast_conformance::choices::Seeded;
use holdfast_conformance::drive;
use holdfast_conformance::generator::Temper;
use holdfast_conformance::subjects::ModelSubject;
use holdfast_model::testing::{Fault, faults, faulty_transition};

/// Sequences that a fault gets.
const SEEDS: u64 = 20_000;

/// Faults that chance does not find in so many sequences, each with the reason.
const TOO_RARE: [&str; 0] = [];

/// How many sequences it takes; `None` if these are not enough.
fn noticed(fault: &'static Fault) -> Option<u64> {
    let mut subject = ModelSubject::deciding(move |terms, world, input| faulty_transition(fault, terms, world, input));
    (0..SEEDS).find(|seed| {
        let temper = if seed.is_multiple_of(2) { Temper::Friendly } else { Temper::Hostile };
        let drive = drive::lockstep(&mut subject, &mut Seeded::new(*seed, 60), temper, |_| ());
        drive.verdict.identity().is_some()
    })
}

#[test]
fn every_planted_fault_of_the_model_is_noticed() {
    let mut missed: Vec<&str> = faults().filter(|fault| noticed(fault).is_none()).map(|fault| fault.name).collect();
    missed.sort_unstable();
    assert!(faults().count() > 200);
    assert_eq!(missed, TOO_RARE);
}
