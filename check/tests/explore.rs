//! The checker is itself checked: on puzzles whose answers are known, both explorers, every mode
//! and any number of threads must give them.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "small numbers, and a test may panic"
)]

use holdfast_check::explore::*;
use std::sync::Arc;

/// The eight-puzzle: 9!/2 positions can be reached, and the farthest takes 31 moves.
#[derive(Clone, Copy)]
struct EightPuzzle;

const SOLVED: [u8; 9] = [1, 2, 3, 4, 5, 6, 7, 8, 0];

impl Space for EightPuzzle {
    type State = [u8; 9];
    /// Where the empty square goes.
    type Input = usize;

    fn roots(&self) -> Vec<[u8; 9]> {
        vec![SOLVED]
    }

    fn inputs(&self, state: &[u8; 9], inputs: &mut Vec<usize>) {
        let empty = state.iter().position(|tile| *tile == 0).unwrap();
        let (row, column) = (empty / 3, empty % 3);
        for target in 0..9 {
            if row.abs_diff(target / 3) + column.abs_diff(target % 3) == 1 {
                inputs.push(target);
            }
        }
    }

    fn step(&self, state: &[u8; 9], input: usize) -> Successor<Self> {
        let empty = state.iter().position(|tile| *tile == 0).unwrap();
        let mut after = *state;
        after.swap(empty, input);
        Successor {
            input,
            after: Some(after),
            broken: 0,
            witnessed: 1 << after[empty],
            class: u32::from(after[empty]),
            digest: 0,
        }
    }

    fn judge(&self, state: &[u8; 9]) -> Judgement {
        Judgement {
            broken: 0,
            witnessed: u128::from(*state == SOLVED) << 100,
        }
    }
}

/// Interchangeable counters up to a maximum, kept sorted: C(S+N−1, N) states for N counters of S
/// values. A step claim says that no counter reaches `forbidden`.
#[derive(Clone, Copy)]
struct Counters {
    values: u8,
    sorted: bool,
    forbidden: Option<u8>,
}

impl Space for Counters {
    type State = [u8; 4];
    type Input = usize;

    fn roots(&self) -> Vec<[u8; 4]> {
        vec![[0; 4]]
    }

    fn inputs(&self, _: &[u8; 4], inputs: &mut Vec<usize>) {
        inputs.extend(0..4);
    }

    /// A counter at its maximum refuses: a step that leads nowhere.
    fn step(&self, state: &[u8; 4], input: usize) -> Successor<Self> {
        let mut after = *state;
        let refused = after[input] + 1 == self.values;
        if !refused {
            after[input] += 1;
        }
        let broken = u128::from(!refused && Some(after[input]) == self.forbidden) << 5;
        if self.sorted {
            after.sort_unstable();
        }
        Successor {
            input,
            after: (!refused).then_some(after),
            broken,
            witnessed: u128::from(!refused),
            class: u32::from(refused),
            digest: input as u64,
        }
    }

    fn judge(&self, state: &[u8; 4]) -> Judgement {
        Judgement {
            broken: u128::from(self.forbidden.is_some_and(|value| state.contains(&value))) << 3,
            witnessed: 0,
        }
    }
}

/// Asserts that both explorers, all modes and one to three threads agree, and returns the summary.
fn explored<S: Space + Send + Copy + 'static>(space: S) -> Summary {
    let exact = Explorer::new(&space).run().summary;
    for threads in 1..=3 {
        for mode in [Mode::Exact, Mode::Fingerprint] {
            let mut again = Explorer::new(&space)
                .mode(mode)
                .threads(threads)
                .run()
                .summary;
            if mode == Mode::Fingerprint {
                assert_eq!(again.collisions, CollisionBound::of(exact.unique));
                again.collisions = CollisionBound::default();
            }
            assert_eq!(again, exact, "{mode:?} on {threads} threads");
        }
    }
    if exact.violations.is_empty() {
        let stateright = Stateright::new(Arc::new(space)).digest().run();
        assert_eq!(stateright.completion, Completion::Complete);
        assert_eq!(stateright.unique, exact.unique);
        assert_eq!(stateright.transitions, exact.transitions);
        assert_eq!(stateright.digest, Some(exact.digest));
    }
    exact
}

#[test]
fn timing() {
    let t = std::time::Instant::now();
    let _ = Explorer::new(&EightPuzzle).mode(Mode::Fingerprint).run();
    eprintln!("fp1 {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let _ = Explorer::new(&EightPuzzle).run();
    eprintln!("exact {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let _ = Explorer::new(&EightPuzzle)
        .mode(Mode::Fingerprint)
        .threads(2)
        .run();
    eprintln!("fp2 {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let _ = Stateright::new(Arc::new(EightPuzzle)).run();
    eprintln!("sr {:?}", t.elapsed());
}

#[test]
fn the_eight_puzzle_has_its_known_size() {
    let summary = explored(EightPuzzle);
    assert_eq!(summary.completion, Completion::Complete);
    assert_eq!(summary.unique, 181_440);
    assert_eq!(summary.expanded, 181_440);
    // A ninth of the positions for each square of the empty one, which has 2, 3 or 4 neighbours.
    assert_eq!(summary.transitions, 181_440 / 9 * 24);
    assert_eq!(summary.depth, 31);
    assert_eq!(summary.classes.len(), 8);
}

#[test]
fn interchangeable_counters_are_as_many_as_the_formula_says() {
    let counters = Counters {
        values: 9,
        sorted: true,
        forbidden: None,
    };
    // C(9+4−1, 4) and 9⁴.
    assert_eq!(explored(counters).unique, 495);
    let unsorted = Counters {
        sorted: false,
        ..counters
    };
    let summary = explored(unsorted);
    assert_eq!(summary.unique, 6561);
    assert_eq!(summary.depth, 32);
    assert_eq!(summary.transitions, 4 * 6561);
    // A refusal is a step too: each counter is full in 9³ states.
    assert_eq!(summary.classes[&1].count, 4 * 729);
}
