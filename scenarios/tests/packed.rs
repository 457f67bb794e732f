//! Every state that an explorer sends to another process is read back unchanged.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeSet, VecDeque};

use holdfast_explorer::{Portable, Space, fingerprint};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{SCENARIOS, Visit};

/// The number of states of each variant, in breadth-first order.
const STATES: usize = 1500;

struct ReadBack;

impl Visit for ReadBack {
    type Output = usize;

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> usize {
        let mut waiting: VecDeque<_> = space.roots().into();
        let mut seen: BTreeSet<u64> = waiting.iter().map(fingerprint).collect();
        let mut tried = 0_usize;
        while let Some(state) = waiting.pop_front() {
            let mut bytes = Vec::new();
            ModelSpace::<PAYMENTS, KEYS>::pack(&state, &mut bytes);
            let mut rest = bytes.as_slice();
            assert_eq!(ModelSpace::<PAYMENTS, KEYS>::unpack(&mut rest), Some(state));
            assert!(rest.is_empty(), "{} bytes of {state:?} are left", rest.len());
            bytes.pop();
            assert_ne!(ModelSpace::<PAYMENTS, KEYS>::unpack(&mut bytes.as_slice()), Some(state));
            tried = tried.checked_add(1).unwrap();
            if seen.len() > STATES {
                continue;
            }
            let mut inputs = Vec::new();
            space.inputs(&state, &mut inputs);
            for input in inputs {
                let after = space.step(&state, input).after(&state);
                if seen.insert(fingerprint(&after)) {
                    waiting.push_back(after);
                }
            }
        }
        tried
    }
}

#[test]
fn states_of_every_scenario_are_read_back() {
    for scenario in SCENARIOS {
        for variant in (scenario.variants)() {
            let tried = scenario.visit(&variant, ReadBack);
            assert!(tried > 20, "{}: {}: {tried} states", scenario.name, variant.name);
        }
    }
}
