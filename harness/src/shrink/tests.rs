//! Planted faults, found by random sequences and then shrunk.

use holdfast_model::testing::{PlantedFault, faults, faulty_transition};

use super::*;
use crate::ModelSubject;
use crate::choices::Seeded;
use crate::drive;
use crate::generator::Bias;
use crate::lockstep;

fn planted(name: &str) -> ModelSubject {
    let fault: &'static PlantedFault = faults().find(|fault| fault.name == name).unwrap();
    ModelSubject::deciding(move |config, state, input| faulty_transition(fault, config, state, input))
}

/// Returns the first failure of a subject, shrunk.
fn smallest(subject: &mut ModelSubject) -> (Sequence, Verdict) {
    let found = (0..20_000).find_map(|seed| {
        let bias = if seed % 2 == 0 { Bias::Friendly } else { Bias::Hostile };
        let drive = drive::lockstep(subject, &mut Seeded::new(seed, 60), bias, |_| ());
        drive.verdict.identity().map(|_| drive.sequence)
    });
    shrink(&found.expect("a failure is found"), EXECUTIONS, |sequence| {
        lockstep::run(subject, &sequence.config, &sequence.inputs)
    })
    .expect("the failure repeats")
}

#[test]
fn planted_faults_are_found_and_made_small() {
    for name in ["part-is-all", "captures-in-the-last-second", "fee-refund-beyond-the-fee", "wrong-latch", "no-latch"] {
        let (sequence, verdict) = smallest(&mut planted(name));
        assert!(sequence.inputs.len() <= 5, "{name}: {verdict}\n{sequence:#?}");
        assert_eq!(sequence.config.account, holdfast_model::Account::default(), "{name}: {sequence:#?}");
    }
}

#[test]
fn what_does_not_fail_is_not_made_small() {
    let sequence = Sequence::default();
    let mut subject = ModelSubject::default();
    let judge = |sequence: &Sequence| lockstep::run(&mut subject, &sequence.config, &sequence.inputs);
    assert_eq!(shrink(&sequence, EXECUTIONS, judge), None);
}

#[test]
fn what_is_plainer_is_never_the_same() {
    let made =
        (0..50).flat_map(|seed| crate::generator::sequence(&mut Seeded::new(seed, 40), Bias::Hostile, |_| ()).inputs);
    let mut all = 0;
    for input in made {
        let mut at = input;
        while let Some(next) = plainer::inputs(at).last().copied() {
            assert_ne!(next, at);
            at = next;
            all += 1;
        }
    }
    assert!(all > 1_000, "{all}");
}
