//! Tests of the generator: it accepts all choices, is repeatable, and can make all sequences of the explorers.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::trace::Script;
use holdfast_model::{Config, Dialect};
use holdfast_properties::AbstractTransition;

use super::*;
use crate::choices::{Bytes, Seeded};

#[test]
fn any_bytes_are_a_sequence() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut inputs = 0;
    for length in 0..600 {
        let bytes: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
        let read = || sequence(&mut Bytes::new(&bytes), Bias::Friendly, |_| ());
        assert_eq!(read(), read(), "the same bytes, the same sequence");
        inputs += read().inputs.len();
    }
    assert!(inputs > 600 * 17, "a record makes about one input: {inputs} inputs");
}

#[test]
fn what_is_written_is_read_back() {
    for seed in 0..300 {
        let made = sequence(&mut Seeded::new(seed, 40), Bias::Hostile, |_| ());
        // In a long chain, an input can need more than one record holds, but only where a begun request has every
        // parameter.
        let Some(bytes) = encode(&made) else { continue };
        assert_eq!(sequence(&mut Bytes::new(&bytes), Bias::Friendly, |_| ()), made, "seed {seed}");
        assert_eq!(sequence(&mut Bytes::new(&bytes), Bias::Hostile, |_| ()), made, "seed {seed}");
    }
}

#[test]
fn nearly_everything_it_makes_it_can_write() {
    let written =
        (0..300).filter(|seed| encode(&sequence(&mut Seeded::new(*seed, 40), Bias::Friendly, |_| ())).is_some());
    let written = written.count();
    assert!(written > 265, "{written} of 300");
}

#[test]
fn a_friendly_mix_mostly_succeeds_and_a_hostile_one_mostly_fails() {
    let accepted = |bias| {
        let (mut accepted, mut all) = (0, 0);
        for seed in 0..300 {
            sequence(&mut Seeded::new(seed, 40), bias, |step| {
                all += 1;
                accepted += usize::from(matches!(step.outcome, Ok(it) if it != holdfast_model::Accepted::Nothing));
            });
        }
        accepted * 100 / all
    };
    let (friendly, hostile) = (accepted(Bias::Friendly), accepted(Bias::Hostile));
    assert!((42..=47).contains(&friendly), "{friendly} % accepted");
    assert!((28..=33).contains(&hostile), "{hostile} % accepted");
}

/// A kind that the generator omits is never tested, and no other test would fail. The seeds are fixed, so a count
/// changes only with the generator.
#[test]
fn every_operation_and_event_is_made_as_often_as_its_weight_says() {
    const SEQUENCES: u64 = 1_000;
    let mut made: BTreeMap<Verb, u32> = BTreeMap::new();
    for seed in 0..SEQUENCES {
        for bias in [Bias::Friendly, Bias::Hostile] {
            for input in sequence(&mut Seeded::new(seed, 64), bias, |_| ()).inputs {
                *made.entry(Verb::of(&input)).or_default() += 1;
            }
        }
    }
    let all: u32 = made.values().sum();
    for verb in Verb::ALL {
        let count = made.get(verb).copied().unwrap_or(0);
        // The state allows some verbs less often than others, but none less than two fifths of its weight.
        let least = all * u32::from(verb.weight()) * 2 / 5 / 256;
        assert!(count >= least.max(1), "{} is made {count} times of {all}, at least {least} expected", verb.name());
    }
}

#[test]
fn every_choice_of_a_verb_is_one_of_its_weight() {
    for verb in Verb::ALL {
        let choices = VERBS.iter().filter(|choice| *choice == verb).count();
        assert_eq!(choices, usize::from(verb.weight()), "{}", verb.name());
    }
}

#[test]
fn random_sequences_see_most_of_what_the_model_does() {
    let mut seen = BTreeSet::new();
    for seed in 0..4_000 {
        for bias in [Bias::Friendly, Bias::Hostile] {
            sequence(&mut Seeded::new(seed, 64), bias, |step| {
                seen.insert(AbstractTransition::of(step));
            });
        }
    }
    let known = witnesses();
    let covered = known.iter().filter(|(transition, _)| seen.contains(transition)).count();
    assert!(covered * 100 > known.len() * 68, "{covered} of {} in 8,000 sequences", known.len());
}

#[test]
fn the_witnesses_of_the_explorers_can_be_written() {
    let known = witnesses();
    let (mut written, mut missing) = (0, Vec::new());
    for (transition, inputs) in &known {
        let sequence = Sequence { config: small(), inputs: inputs.clone() };
        match encode(&sequence) {
            Some(_) => written += 1,
            None if can_be_asked(&sequence) => missing.push(transition.name()),
            None => {}
        }
    }
    assert!(missing.is_empty(), "{} of {}: {missing:#?}", missing.len(), known.len());
    assert!(written * 100 > known.len() * 91, "{written} of {}", known.len());
}

fn small() -> Config {
    Config { dialect: Dialect { confirm_limit: 2, ..Dialect::default() }, ..Config::default() }
}

/// Returns every abstract transition that the explorers know, with a shortest path to it and amounts in units.
fn witnesses() -> Vec<(AbstractTransition, Vec<Input>)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/transitions.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let transitions = report["transitions"].as_array().unwrap();
    transitions
        .iter()
        .map(|transition| {
            let lines: Vec<_> = transition["trace"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
            let script = Script::parse(&lines.join("\n")).unwrap();
            let name = transition["name"].as_str().unwrap();
            (AbstractTransition::from_name(name).unwrap(), script.inputs().map(in_units).collect())
        })
        .collect()
}
