//! Shortest paths to violations and to states that a predicate accepts.

use crate::toys::{Counters, Jugs, Pour};
use holdfast_explorer::*;

const FORBIDDING: Counters = Counters { forbidden: Some(3), ..Counters::UNSORTED };

/// Takes the steps of a path again, and asserts that they lead to its end.
fn assert_valid<S: Space>(space: &S, path: &Path<S>)
where
    S::State: std::fmt::Debug,
{
    let starts = path.steps.first().map_or(path.end, |(state, _)| *state);
    assert!(space.roots().contains(&starts));
    let mut state = starts;
    for (before, input) in &path.steps {
        assert_eq!(*before, state);
        state = space.step(&state, *input).after(&state);
    }
    assert_eq!(state, path.end);
}

#[test]
fn every_property_gets_its_shortest_counterexample_in_one_pass() {
    let mut paths = Vec::new();
    for threads in 1..=3 {
        for mode in [Mode::Exact, Mode::Fingerprint] {
            let explorer = Explorer::new(&FORBIDDING).mode(mode).threads(threads);
            let found = explorer.run();
            assert_eq!(found.summary.completion, Completion::Complete);
            assert_eq!(found.summary.unique, 6561, "a violation does not stop the run");
            assert_eq!(found.violations.keys().copied().collect::<Vec<_>>(), [3, 5]);
            for (property, sighting) in &found.violations {
                let path = explorer.path(&found, sighting).unwrap();
                assert_valid(&FORBIDDING, &path);
                assert_eq!(path.steps.len(), 3, "property {property}");
                assert!(path.end.contains(&3));
                paths.push((*property, path.steps, path.end));
            }
        }
    }
    // There are twelve combinations, and all give the same path.
    let (first, rest) = paths.split_at(2);
    assert!(rest.chunks(2).all(|chunk| chunk == first));
}

#[test]
fn first_sightings_of_classes_and_witnesses_have_paths_too() {
    let explorer = Explorer::new(&FORBIDDING).mode(Mode::Fingerprint);
    let found = explorer.run();
    let refusal = &found.classes[&3_000_000];
    let [path, witness] = &explorer.paths(&found, &[*refusal, found.witnesses[&0]])[..] else {
        panic!("one path for each sighting");
    };
    let path = path.as_ref().unwrap();
    assert_valid(&FORBIDDING, path);
    assert_eq!(path.steps.len(), 9);
    let (last, input) = path.steps[8];
    assert_eq!((last[input], path.end), (8, last), "a refused step keeps the state");
    assert_eq!(witness.as_ref().unwrap().steps.len(), 1);
}

#[test]
fn four_litres_take_six_steps() {
    for mode in [Mode::Exact, Mode::Fingerprint] {
        let search = Explorer::new(&Jugs).mode(mode).search(|(_, large)| *large == 4);
        let Search::Found(path) = search else {
            panic!("the film has a happy end");
        };
        assert_valid(&Jugs, &path);
        let pours: Vec<Pour> = path.steps.iter().map(|(_, pour)| *pour).collect();
        assert_eq!(
            pours,
            [
                Pour::FillLarge,
                Pour::LargeIntoSmall,
                Pour::EmptySmall,
                Pour::LargeIntoSmall,
                Pour::FillLarge,
                Pour::LargeIntoSmall,
            ]
        );
    }
}

#[test]
fn a_root_is_found_by_a_path_of_no_step() {
    let Search::Found(path) = Explorer::new(&Jugs).search(|litres| *litres == (0, 0)) else {
        panic!("it starts there");
    };
    assert!(path.steps.is_empty());
    assert_eq!(path.end, (0, 0));
}

#[test]
fn what_was_not_found_is_unreachable_only_after_a_complete_search() {
    let everywhere = Explorer::new(&Jugs).search(|litres| *litres == (2, 2));
    assert!(matches!(everywhere, Search::Unreachable));
    let nearby = Explorer::new(&Jugs).limits(Limits { max_depth: Some(3), ..Limits::default() });
    let Search::Unknown { why } = nearby.search(|(_, large)| *large == 4) else {
        panic!("three steps are not enough");
    };
    assert_eq!(why, Why::MaxDepth(3));
}
