//! Small spaces with known answers.

use holdfast_explorer::{Judgement, PropertyBits, Space, Successor};
use std::hash::{Hash, Hasher};

/// The eight-puzzle: 9!/2 positions can be reached, and the farthest takes 31 moves.
#[derive(Clone, Copy)]
pub(crate) struct EightPuzzle;

const SOLVED: [u8; 9] = [1, 2, 3, 4, 5, 6, 7, 8, 0];

impl Space for EightPuzzle {
    type State = [u8; 9];
    /// The square that the empty one moves to.
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
            broken: PropertyBits::ZERO,
            witnessed: PropertyBits::ONE << after[empty],
            class: u32::from(after[empty]),
            digest: 0,
        }
    }

    fn judge(&self, state: &[u8; 9]) -> Judgement {
        Judgement { broken: PropertyBits::ZERO, witnessed: PropertyBits::from(*state == SOLVED) << 100 }
    }
}

/// Four interchangeable counters, kept sorted or not. A state property (bit 3) and a step property (bit 5) say that
/// none reaches `forbidden`.
#[derive(Clone, Copy)]
pub(crate) struct Counters {
    pub(crate) values: u8,
    pub(crate) sorted: bool,
    pub(crate) forbidden: Option<u8>,
}

impl Counters {
    pub(crate) const SORTED: Self = Self { values: 9, sorted: true, forbidden: None };
    pub(crate) const UNSORTED: Self = Self { sorted: false, ..Self::SORTED };
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

    /// Increments a counter. A counter at its maximum refuses, which leaves the state as it is.
    fn step(&self, state: &[u8; 4], input: usize) -> Successor<Self> {
        let mut after = *state;
        let refused = after[input] + 1 == self.values;
        if !refused {
            after[input] += 1;
        }
        let broken = PropertyBits::from(!refused && Some(after[input]) == self.forbidden) << 5;
        if self.sorted {
            after.sort_unstable();
        }
        Successor {
            input,
            after: (!refused).then_some(after),
            broken,
            witnessed: PropertyBits::from(!refused),
            class: if refused { 3_000_000 } else { 7 },
            digest: input as u64,
        }
    }

    fn judge(&self, state: &[u8; 4]) -> Judgement {
        Judgement {
            broken: PropertyBits::from(self.forbidden.is_some_and(|value| state.contains(&value))) << 3,
            witnessed: PropertyBits::ZERO,
        }
    }
}

/// Jugs of three and five liters. Measuring four liters takes six steps.
#[derive(Clone, Copy)]
pub(crate) struct Jugs;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pour {
    FillSmall,
    FillLarge,
    EmptySmall,
    EmptyLarge,
    SmallIntoLarge,
    LargeIntoSmall,
}

impl Space for Jugs {
    /// The liters in the small and in the large jug.
    type State = (u8, u8);
    type Input = Pour;

    fn roots(&self) -> Vec<(u8, u8)> {
        vec![(0, 0)]
    }

    fn inputs(&self, _: &(u8, u8), inputs: &mut Vec<Pour>) {
        inputs.extend([
            Pour::FillSmall,
            Pour::FillLarge,
            Pour::EmptySmall,
            Pour::EmptyLarge,
            Pour::SmallIntoLarge,
            Pour::LargeIntoSmall,
        ]);
    }

    fn step(&self, &(small, large): &(u8, u8), input: Pour) -> Successor<Self> {
        let after = match input {
            Pour::FillSmall => (3, large),
            Pour::FillLarge => (small, 5),
            Pour::EmptySmall => (0, large),
            Pour::EmptyLarge => (small, 0),
            Pour::SmallIntoLarge => {
                let poured = small.min(5 - large);
                (small - poured, large + poured)
            }
            Pour::LargeIntoSmall => {
                let poured = large.min(3 - small);
                (small + poured, large - poured)
            }
        };
        Successor {
            input,
            after: Some(after),
            broken: PropertyBits::ZERO,
            witnessed: PropertyBits::ZERO,
            class: input as u32,
            digest: input as u64,
        }
    }

    fn judge(&self, _: &(u8, u8)) -> Judgement {
        Judgement::default()
    }
}

/// The numbers below `size`, one root for each of six configurations that never meet. The last
/// configuration breaks a property (bit 0) at 36.
#[derive(Clone, Copy)]
pub(crate) struct Configurations {
    pub(crate) size: u16,
}

impl Space for Configurations {
    type State = (u8, u16);
    type Input = u16;

    fn roots(&self) -> Vec<(u8, u16)> {
        (0..6).map(|configuration| (configuration, 0)).collect()
    }

    fn inputs(&self, _: &(u8, u16), inputs: &mut Vec<u16>) {
        inputs.extend([1, 5]);
    }

    fn step(&self, &(configuration, number): &(u8, u16), input: u16) -> Successor<Self> {
        let sum = number + input * u16::from(configuration + 1);
        Successor {
            input,
            after: (sum < self.size).then_some((configuration, sum)),
            broken: PropertyBits::ZERO,
            witnessed: PropertyBits::from(configuration),
            class: u32::from(number % 7),
            digest: u64::from(input),
        }
    }

    fn judge(&self, &(configuration, number): &(u8, u16)) -> Judgement {
        Judgement {
            broken: PropertyBits::from(configuration == 5 && number == 36),
            witnessed: PropertyBits::ONE << 255,
        }
    }
}

/// Numbers that all have the same fingerprint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Colliding;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hashless(pub(crate) u16);

impl Hash for Hashless {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(1);
    }
}

impl Space for Colliding {
    type State = Hashless;
    type Input = u16;

    fn roots(&self) -> Vec<Hashless> {
        vec![Hashless(1)]
    }

    fn inputs(&self, _: &Hashless, inputs: &mut Vec<u16>) {
        inputs.extend([2, 3]);
    }

    fn step(&self, state: &Hashless, input: u16) -> Successor<Self> {
        Successor {
            input,
            after: Some(Hashless(state.0 * input % 401)),
            broken: PropertyBits::ZERO,
            witnessed: PropertyBits::ZERO,
            class: 0,
            digest: 0,
        }
    }

    fn judge(&self, state: &Hashless) -> Judgement {
        Judgement { broken: PropertyBits::from(state.0 == 250), witnessed: PropertyBits::ZERO }
    }
}

/// An arbitrary relation, with the violations at each node and edge.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) roots: Vec<u8>,
    /// The edges of each node: the target, and the properties that the edge breaks.
    pub(crate) edges: Vec<Vec<(u8, u8)>>,
    /// The properties broken at each node.
    pub(crate) broken: Vec<u8>,
}

impl Space for Graph {
    type State = u8;
    type Input = usize;

    fn roots(&self) -> Vec<u8> {
        self.roots.clone()
    }

    fn inputs(&self, state: &u8, inputs: &mut Vec<usize>) {
        inputs.extend(0..self.edges[usize::from(*state)].len());
    }

    fn step(&self, state: &u8, input: usize) -> Successor<Self> {
        let (after, broken) = self.edges[usize::from(*state)][input];
        Successor {
            input,
            after: (after != *state).then_some(after),
            broken: PropertyBits::from(broken) << 60,
            witnessed: PropertyBits::from(after),
            class: u32::from(after),
            digest: 0,
        }
    }

    fn judge(&self, state: &u8) -> Judgement {
        Judgement { broken: PropertyBits::from(self.broken[usize::from(*state)]), witnessed: PropertyBits::ZERO }
    }
}
