//! Checks the checker itself on spaces with known answers: both explorers, every mode and any number of threads must
//! give them.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "small numbers, and a test may panic"
)]

mod against_reference;
mod cut_runs;
mod paths;
mod roots;
mod toys;
mod traps;

use holdfast_explorer::*;
use std::sync::Arc;
use toys::{Colliding, Configurations, Counters, EightPuzzle, Hashless, Jugs};

/// Asserts that all modes and one to three threads agree, and returns the summary.
fn explored(space: &impl Space) -> Summary {
    let exact = Explorer::new(space).run().summary;
    for threads in 1..=3 {
        for mode in [Mode::Exact, Mode::Fingerprint] {
            let explorer = Explorer::new(space).mode(mode).threads(threads);
            let mut again = explorer.run().summary;
            if mode == Mode::Fingerprint {
                assert_eq!(again.collisions, CollisionBound::of(exact.unique));
                again.collisions = CollisionBound::default();
            }
            assert_eq!(again, exact, "{mode:?} on {threads} threads");
        }
    }
    exact
}

/// Asserts that stateright agrees as well.
fn explored_twice<S: Space + Send + Copy + 'static>(space: S) -> Summary {
    let ours = explored(&space);
    for threads in 1..=2 {
        let theirs = Stateright::new(Arc::new(space)).threads(threads).digest().run();
        assert_eq!(theirs.completion, Completion::Complete);
        assert_eq!(theirs.unique, ours.unique);
        assert_eq!(theirs.transitions, ours.transitions);
        assert_eq!(theirs.digest, Some(ours.digest));
        assert_eq!(theirs.collisions, CollisionBound::of(ours.unique));
    }
    ours
}

#[test]
fn the_eight_puzzle_has_its_known_size() {
    // Stateright is left out: its depth-first search keeps the path to every waiting state, which is tens of thousands
    // of moves long here.
    let summary = explored(&EightPuzzle);
    assert_eq!(summary.completion, Completion::Complete);
    assert_eq!(summary.unique, 181_440);
    assert_eq!(summary.expanded, 181_440);
    // The empty square is in each of nine places in a ninth of the positions, and has 2, 3 or 4 neighbors.
    assert_eq!(summary.transitions, 181_440 / 9 * 24);
    assert_eq!(summary.depth, 31);
    // All tiles are equivalent.
    assert_eq!(summary.classes.len(), 8);
    let moves = summary.classes.values().map(|count| count.count);
    assert_eq!(moves.sum::<u64>(), summary.transitions);
    for tile in 1..9 {
        let class = &summary.classes[&tile];
        let property = &summary.witnesses[&u8::try_from(tile).unwrap()];
        assert_eq!(class, property, "the property is about moves of this tile");
    }
    let solved = &summary.witnesses[&100];
    assert_eq!((solved.count, solved.first.steps), (1, 0));
}

#[test]
fn interchangeable_counters_are_as_many_as_the_formula_says() {
    // C(9+4−1, 4) and 9⁴.
    assert_eq!(explored_twice(Counters::SORTED).unique, 495);
    let unsorted = explored_twice(Counters::UNSORTED);
    assert_eq!(unsorted.unique, 6561);
    assert_eq!(unsorted.depth, 32);
    assert_eq!(unsorted.transitions, 4 * 6561);
    // A refusal is a step, too. Each counter is full in 9³ states, first after 8 steps.
    let refusals = &unsorted.classes[&3_000_000];
    assert_eq!((refusals.count, refusals.first.steps), (4 * 729, 9));
    assert_eq!(unsorted.classes[&7].count, 4 * (6561 - 729));
    assert_eq!(unsorted.witnesses[&0].count, 4 * (6561 - 729));
}

#[test]
fn small_spaces_are_explored_to_the_last_state() {
    assert_eq!(explored_twice(Jugs).unique, 16);
    let configurations = explored(&Configurations { size: 1000 });
    assert_eq!(configurations.roots, 6);
    assert_eq!(configurations.witnesses[&255].count, configurations.unique);
}

#[test]
fn exact_mode_does_not_rely_on_fingerprints() {
    // 3 is a generator of the numbers modulo 401, so all but 0 are reached.
    let explorer = Explorer::new(&Colliding).threads(2);
    let found = explorer.run();
    assert_eq!(found.summary.unique, 400);
    assert_eq!(found.summary.collisions.pairs, 0);
    let path = explorer.path(&found, &found.violations[&0]).unwrap();
    assert_eq!(path.end, Hashless(250));
    // Fingerprints alone take all states for one, and the bound says how likely that is.
    let found = explorer.mode(Mode::Fingerprint).run();
    assert_eq!(found.summary.unique, 1);
}

#[test]
fn the_digest_tells_relations_of_equal_size_apart() {
    let one = explored(&Counters::SORTED);
    let forbidding = Counters { forbidden: Some(20), ..Counters::SORTED };
    assert_eq!(explored(&forbidding).digest, one.digest, "nothing changed");

    let other = explored(&Relabelled);
    assert_eq!((other.unique, other.transitions), (one.unique, one.transitions));
    assert_ne!(other.digest, one.digest);
}

/// Sorted counters with one step of another class.
struct Relabelled;

impl Space for Relabelled {
    type State = [u8; 4];
    type Input = usize;

    fn roots(&self) -> Vec<[u8; 4]> {
        Counters::SORTED.roots()
    }

    fn inputs(&self, state: &[u8; 4], inputs: &mut Vec<usize>) {
        Counters::SORTED.inputs(state, inputs);
    }

    fn step(&self, state: &[u8; 4], input: usize) -> Successor<Self> {
        let step = Counters::SORTED.step(state, input);
        Successor {
            input,
            after: step.after,
            broken: PropertyBits::ZERO,
            witnessed: step.witnessed,
            class: step.class + u32::from(*state == [1, 2, 3, 4] && input == 2),
            digest: step.digest,
        }
    }

    fn judge(&self, _: &[u8; 4]) -> Judgement {
        Judgement::default()
    }
}

#[test]
fn an_expand_that_disagrees_with_step_is_found_out() {
    /// A space that leaves out the last step of some states.
    struct Forgetful;

    impl Space for Forgetful {
        type State = (u8, u8);
        type Input = toys::Pour;

        fn roots(&self) -> Vec<(u8, u8)> {
            Jugs.roots()
        }

        fn inputs(&self, state: &(u8, u8), inputs: &mut Vec<toys::Pour>) {
            Jugs.inputs(state, inputs);
        }

        fn step(&self, state: &(u8, u8), input: toys::Pour) -> Successor<Self> {
            Successor {
                input,
                after: Jugs.step(state, input).after,
                broken: PropertyBits::ZERO,
                witnessed: PropertyBits::ZERO,
                class: 0,
                digest: 0,
            }
        }

        fn judge(&self, _: &(u8, u8)) -> Judgement {
            Judgement::default()
        }

        fn expand(&self, state: &(u8, u8), emit: &mut impl FnMut(Successor<Self>)) -> Judgement {
            let mut inputs = Vec::new();
            self.inputs(state, &mut inputs);
            let kept = if state.0 == 3 { 5 } else { 6 };
            for input in inputs.into_iter().take(kept) {
                emit(self.step(state, input));
            }
            Judgement::default()
        }
    }

    assert_eq!(disagreement(&Jugs, &(3, 1)), None);
    assert_eq!(disagreement(&Forgetful, &(2, 1)), None);
    let complaint = disagreement(&Forgetful, &(3, 1)).unwrap();
    assert!(complaint.contains("takes 5 steps where inputs collects 6"), "{complaint}");
}

#[test]
fn a_summary_survives_being_written_down() {
    let space = Configurations { size: 300 };
    let mut found = Explorer::new(&space).run();
    found.describe(|sighting| format!("at {:?}", sighting.state));
    let text = serde_json::to_string(&found.summary).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), found.summary);
    let violation = &found.summary.violations[&0];
    assert_eq!(violation.text.as_deref(), Some("at (5, 36)"));
}

#[test]
fn progress_ends_where_the_summary_does() {
    let progress = Arc::new(Progress::default());
    let space = Counters::UNSORTED;
    let found = Explorer::new(&space).progress(&progress).run();
    let end = progress.snapshot();
    assert_eq!(end.unique, found.summary.unique);
    assert_eq!(end.expanded, found.summary.unique);
    assert_eq!(end.transitions, found.summary.transitions);
    assert_eq!(end.depth, found.summary.depth);
    assert_eq!(end.frontier, 0);

    // Stateright adds its counts to these.
    let theirs = Stateright::new(Arc::new(space)).progress(Arc::clone(&progress));
    let unique = theirs.run().unique;
    assert_eq!(progress.snapshot().unique, end.unique + unique);
    assert_eq!(progress.snapshot().expanded, end.unique + unique);
}

#[test]
fn a_million_states_take_less_than_sixteen_bytes_each() {
    let space = Counters { values: 32, ..Counters::UNSORTED };
    let found = Explorer::new(&space).mode(Mode::Fingerprint).threads(2).run();
    assert_eq!(found.summary.unique, 1 << 20);
    assert!(found.memory.bytes_per_state(1 << 20) < 13, "{:?}", found.memory);
    // The bound is 2^20 (2^20 − 1) / 2^65, a little less than 2^-25.
    assert_eq!(found.summary.collisions.to_string(), "3.0e-8");
}
