//! A search for the shortest path to a state that a predicate accepts.

use super::breadth_first::Explorer;
use super::path::Path;
use super::space::{Judgement, PropertyBits, Space, Successor};
use super::summary::{Completion, Why};

/// The outcome of a search.
pub enum Search<S: Space> {
    /// A shortest path to a state that the predicate accepts.
    Found(Path<S>),
    /// No such state can be reached: the whole space has been explored.
    Unreachable,
    /// The search was cut before it found such a state; there may be one in the rest.
    Unknown {
        /// The reason for the cut.
        why: Why,
    },
}

impl<S: Space> Explorer<'_, S> {
    /// Searches for a shortest path to a state that `wanted` accepts. Every run returns the same path.
    ///
    /// The limits, threads, roots and mode of this explorer apply; its properties do not.
    ///
    /// ```
    /// # use holdfast_explorer::*;
    /// # struct Counter;
    /// # impl Space for Counter {
    /// #     type State = u8;
    /// #     type Input = u8;
    /// #     fn roots(&self) -> Vec<u8> { vec![0] }
    /// #     fn inputs(&self, _: &u8, inputs: &mut Vec<u8>) { inputs.extend([2, 5]) }
    /// #     fn step(&self, state: &u8, input: u8) -> Successor<Self> {
    /// #         let after = Some(state.wrapping_add(input) % 20);
    /// #         Successor { input, after, broken: PropertyBits::ZERO, witnessed: PropertyBits::ZERO, class: 0, digest: 0 }
    /// #     }
    /// #     fn judge(&self, _: &u8) -> Judgement { Judgement::default() }
    /// # }
    /// // Three steps of 2 and 5 reach 9.
    /// let Search::Found(path) = Explorer::new(&Counter).search(|state| *state == 9) else { panic!() };
    /// assert_eq!(path.steps.len(), 3);
    /// assert!(matches!(Explorer::new(&Counter).search(|state| *state == 50), Search::Unreachable));
    /// ```
    #[must_use]
    pub fn search(&self, wanted: impl Fn(&S::State) -> bool + Sync) -> Search<S> {
        let goal = Goal { space: self.space, wanted };
        let explorer = self.towards(&goal);
        let found = explorer.run();
        if let Some(sighting) = found.violations.get(&REACHED)
            && let Some(path) = explorer.path(&found, sighting)
        {
            return Search::Found(Path { steps: path.steps, end: path.end });
        }
        match found.summary.completion {
            Completion::Complete => Search::Unreachable,
            Completion::Cut { why } => Search::Unknown { why },
        }
    }
}

/// A space with one property, which the wanted states break.
pub(super) struct Goal<'a, S, F> {
    space: &'a S,
    wanted: F,
}

const REACHED: u8 = 0;

impl<S: Space, F: Fn(&S::State) -> bool + Sync> Space for Goal<'_, S, F> {
    type State = S::State;
    type Input = S::Input;

    fn roots(&self) -> Vec<S::State> {
        self.space.roots()
    }

    fn inputs(&self, state: &S::State, inputs: &mut Vec<S::Input>) {
        self.space.inputs(state, inputs);
    }

    fn step(&self, state: &S::State, input: S::Input) -> Successor<Self> {
        unjudged(self.space.step(state, input))
    }

    fn judge(&self, state: &S::State) -> Judgement {
        Judgement {
            broken: PropertyBits::from((self.wanted)(state)).wrapping_shl(u32::from(REACHED)),
            witnessed: PropertyBits::ZERO,
        }
    }

    fn expand(&self, state: &S::State, emit: &mut impl FnMut(Successor<Self>)) -> Judgement {
        self.space.expand(state, &mut |successor| emit(unjudged(successor)));
        self.judge(state)
    }
}

fn unjudged<S, T>(successor: Successor<S>) -> Successor<T>
where
    S: Space,
    T: Space<State = S::State, Input = S::Input>,
{
    Successor {
        input: successor.input,
        after: successor.after,
        broken: PropertyBits::ZERO,
        witnessed: PropertyBits::ZERO,
        class: 0,
        digest: 0,
    }
}
