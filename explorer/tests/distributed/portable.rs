//! The toy spaces as bytes.

use crate::toys::{Colliding, Configurations, Counters, EightPuzzle, Hashless, Jugs, Pour};
use holdfast_explorer::*;

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

impl Portable for EightPuzzle {
    fn pack(state: &[u8; 9], bytes: &mut Vec<u8>) {
        bytes.extend(state);
    }
    fn unpack(bytes: &mut &[u8]) -> Option<[u8; 9]> {
        take(bytes)
    }
}

impl Portable for Counters {
    fn pack(state: &[u8; 4], bytes: &mut Vec<u8>) {
        bytes.extend(state);
    }
    fn unpack(bytes: &mut &[u8]) -> Option<[u8; 4]> {
        take(bytes)
    }
}

impl Portable for Jugs {
    fn pack((small, large): &(u8, u8), bytes: &mut Vec<u8>) {
        bytes.extend([small, large]);
    }
    fn unpack(bytes: &mut &[u8]) -> Option<(u8, u8)> {
        take(bytes).map(|[small, large]| (small, large))
    }
}

impl Portable for Configurations {
    fn pack((configuration, number): &(u8, u16), bytes: &mut Vec<u8>) {
        bytes.push(*configuration);
        bytes.extend(number.to_le_bytes());
    }
    fn unpack(bytes: &mut &[u8]) -> Option<(u8, u16)> {
        take(bytes).map(|[configuration, low, high]| (configuration, u16::from_le_bytes([low, high])))
    }
}

impl Portable for Colliding {
    fn pack(state: &Hashless, bytes: &mut Vec<u8>) {
        bytes.extend(state.0.to_le_bytes());
    }
    fn unpack(bytes: &mut &[u8]) -> Option<Hashless> {
        take(bytes).map(|number| Hashless(u16::from_le_bytes(number)))
    }
}

/// The jugs, with states that are written and cannot be read back.
#[derive(Clone, Copy)]
pub(crate) struct Forgetful;

impl Space for Forgetful {
    type State = (u8, u8);
    type Input = Pour;

    fn roots(&self) -> Vec<(u8, u8)> {
        Jugs.roots()
    }

    fn inputs(&self, state: &(u8, u8), inputs: &mut Vec<Pour>) {
        Jugs.inputs(state, inputs);
    }

    fn step(&self, state: &(u8, u8), input: Pour) -> Successor<Self> {
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
}

impl Portable for Forgetful {
    fn pack(_: &(u8, u8), _: &mut Vec<u8>) {}
    fn unpack(_: &mut &[u8]) -> Option<(u8, u8)> {
        None
    }
}
