//! The protocol as a space that the explorers visit.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use holdfast_explorer::{Judgement, Space, Successor};

use crate::input::ProtocolInput;
use crate::instance::Instance;
use crate::properties::{judge, judge_step};
use crate::state::ProtocolState;
use crate::step::{after, candidates};

/// One bounded instance as a space.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolSpace(pub Instance);

impl Space for ProtocolSpace {
    type State = ProtocolState;
    type Input = ProtocolInput;

    fn roots(&self) -> Vec<ProtocolState> {
        vec![ProtocolState::default()]
    }

    fn inputs(&self, state: &ProtocolState, inputs: &mut Vec<ProtocolInput>) {
        candidates(&self.0, &mut |input| inputs.extend(after(&self.0, state, input).map(|_| input)));
    }

    fn step(&self, state: &ProtocolState, input: ProtocolInput) -> Successor<Self> {
        successor(state, input, after(&self.0, state, input))
    }

    fn judge(&self, state: &ProtocolState) -> Judgement {
        judge(state)
    }

    fn words(&self, input: &ProtocolInput) -> String {
        let arrow = input.arrow(&self.0);
        format!("{} -> {}: {}", arrow.from.name(), arrow.to.name(), arrow.text)
    }

    fn expand(&self, state: &ProtocolState, emit: &mut impl FnMut(Successor<Self>)) -> Judgement {
        candidates(&self.0, &mut |input| {
            if let Some(after) = after(&self.0, state, input) {
                emit(successor(state, input, Some(after)));
            }
        });
        judge(state)
    }
}

fn successor(before: &ProtocolState, input: ProtocolInput, after: Option<ProtocolState>) -> Successor<ProtocolSpace> {
    let judged = after.map_or(Judgement::default(), |after| judge_step(before, &after));
    let digest = BuildHasherDefault::<DefaultHasher>::default().hash_one(input);
    Successor { input, after, broken: judged.broken, witnessed: judged.witnessed, class: input.class(), digest }
}
