//! Recovery: from every state, the system can reach a quiet state in which all records agree.

use std::collections::{HashMap, HashSet};

use holdfast_explorer::Space;
use holdfast_protocol::{Instance, ProtocolFault, ProtocolSpace, ProtocolState, SMALL, is_quiet, judge};

/// Returns the number of states, and the number of states from which no quiet state without violation can be reached.
fn stranded(instance: Instance) -> (usize, usize) {
    let space = ProtocolSpace(instance);
    let mut before: HashMap<ProtocolState, Vec<ProtocolState>> = HashMap::new();
    let mut seen = HashSet::new();
    let mut waiting = space.roots();
    while let Some(state) = waiting.pop() {
        if seen.insert(state) {
            space.expand(&state, &mut |successor| {
                let after = successor.after(&state);
                before.entry(after).or_default().push(state);
                waiting.push(after);
            });
        }
    }
    let is_good = |state: &&ProtocolState| is_quiet(state) && judge(state).broken == 0;
    let mut saved: HashSet<ProtocolState> = seen.iter().filter(is_good).copied().collect();
    let mut waiting: Vec<_> = saved.iter().copied().collect();
    while let Some(state) = waiting.pop() {
        for earlier in before.get(&state).into_iter().flatten() {
            if saved.insert(*earlier) {
                waiting.push(*earlier);
            }
        }
    }
    (seen.len(), seen.difference(&saved).count())
}

#[test]
fn every_state_can_come_to_rest() {
    let (states, stranded) = stranded(SMALL);
    assert!(states > 10_000, "{states} states");
    assert_eq!(stranded, 0);
}

#[test]
fn a_lost_effect_cannot_be_recovered() {
    let (_, stranded) = stranded(Instance::with_fault(ProtocolFault::SilenceIsDecline));
    assert!(stranded > 0);
}
