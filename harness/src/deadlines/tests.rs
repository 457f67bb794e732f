use holdfast_model::{Config, Dialect, EventKind, Input, transition};

use super::*;
use crate::ModelSubject;

/// Event kinds that no race needs: time itself, and the SetupIntent's own challenge and bank answer.
const NOT_RACING: [EventKind; 3] = [EventKind::Advance, EventKind::AuthenticateSetup, EventKind::SettleSetup];

#[test]
fn every_event_that_decides_a_deadline_races_somewhere() {
    let mut kinds = Vec::new();
    for deadline in DEADLINES {
        for racer in deadline.racers {
            if let Input::Event(event) = racer.parse().unwrap() {
                kinds.push(event.kind());
            }
        }
    }
    for kind in EventKind::ALL {
        assert_ne!(kinds.contains(kind), NOT_RACING.contains(kind), "{kind:?}");
    }
}

#[test]
fn names_are_unique_and_every_order_is_run_once() {
    for (place, deadline) in DEADLINES.iter().enumerate() {
        assert!(DEADLINES.iter().skip(place + 1).all(|other| other.name != deadline.name), "{}", deadline.name);
    }
    let lattice = Lattice::of("model", &mut ModelSubject::default()).unwrap();
    let timed = DEADLINES.iter().filter(|deadline| deadline.seconds.is_some()).count();
    assert_eq!(lattice.races.len(), (timed * 3 + DEADLINES.len() - timed) * 6, "six orders of three racers");
    let mut runs: Vec<_> = lattice.races.iter().map(|race| (race.deadline, race.time, race.order.clone())).collect();
    runs.sort();
    runs.dedup();
    assert_eq!(runs.len(), lattice.races.len());
}

#[test]
fn the_model_agrees_with_itself_in_every_race() {
    let lattice = Lattice::of("model", &mut ModelSubject::default()).unwrap();
    for race in &lattice.races {
        assert_eq!(
            race.result,
            RaceResult::Agrees,
            "{} {:?} {:?}",
            DEADLINES[race.deadline].name,
            race.time,
            race.order
        );
        assert_eq!(race.answers.len(), race.order.len());
    }
}

/// A setup must reach a state in which time matters: some order of a timed deadline is answered differently before and
/// after it.
#[test]
fn each_timed_deadline_changes_an_answer() {
    let lattice = Lattice::of("model", &mut ModelSubject::default()).unwrap();
    for (place, deadline) in DEADLINES.iter().enumerate().filter(|(_, deadline)| deadline.seconds.is_some()) {
        let of = |time| {
            let races = lattice.races.iter().filter(move |race| race.deadline == place && race.time == time);
            races.map(|race| race.answers.clone()).collect::<Vec<_>>()
        };
        assert_ne!(of(RaceTime::Before), of(RaceTime::After), "{}", deadline.name);
        assert!(
            of(RaceTime::Before) != of(RaceTime::At) || of(RaceTime::At) != of(RaceTime::After),
            "{}",
            deadline.name
        );
    }
}

#[test]
fn a_subject_that_captures_in_the_last_second_differs_there_alone() {
    let mut subject = ModelSubject::deciding(|config, state, input| {
        let dialect = Dialect { capture_at_deadline: true, ..config.dialect };
        transition(&Config { dialect, ..*config }, state, input)
    });
    let lattice = Lattice::of("late", &mut subject).unwrap();
    assert!(lattice.differing().count() > 0);
    for race in lattice.differing() {
        assert_eq!(race.time, RaceTime::At, "{:?}", race.order);
        assert!(DEADLINES[race.deadline].name.contains("hold"), "{}", DEADLINES[race.deadline].name);
    }
    let page = Lattice::of("model", &mut ModelSubject::default()).unwrap().table(&[lattice]);
    assert!(page.contains("**late**: "), "{page}");
}
