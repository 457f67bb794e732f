//! The two encodings of the protocol show the same set of observed states.

use std::collections::BTreeSet;

use holdfast_explorer::Space;
use holdfast_protocol::actors::observed_by_actors;
use holdfast_protocol::{Asked, Instance, Observed, ProtocolFault, ProtocolSpace, ProtocolState, SMALL};

/// Returns everything that the first encoding can show.
fn observed(instance: Instance) -> BTreeSet<Observed> {
    let space = ProtocolSpace(instance);
    let mut seen = std::collections::HashSet::new();
    let mut waiting: Vec<ProtocolState> = space.roots();
    while let Some(state) = waiting.pop() {
        if seen.insert(state) {
            space.expand(&state, &mut |successor| waiting.push(successor.after(&state)));
        }
    }
    seen.iter().map(Observed::of).collect()
}

#[test]
fn both_encodings_show_the_same_for_every_small_instance() {
    const LAST: Asked = Asked::Capture { amount: 1, is_final: true };
    let cancel = Instance { clients: [&[Asked::Confirm, Asked::Cancel], &[]], ..SMALL };
    let piece = Instance { clients: [&[Asked::Confirm, LAST], &[]], deadline: false, ..SMALL };
    let refund =
        Instance { clients: [&[Asked::Confirm, LAST, Asked::Refund { amount: 1 }], &[]], deadline: false, ..SMALL };
    for instance in [SMALL, cancel, piece, refund] {
        let (ours, theirs) = (observed(instance), observed_by_actors(&instance));
        let only_ours: Vec<_> = ours.difference(&theirs).take(2).collect();
        let only_theirs: Vec<_> = theirs.difference(&ours).take(2).collect();
        assert!(only_ours.is_empty(), "{} shows what the actors do not: {only_ours:#?}", instance.about);
        assert!(only_theirs.is_empty(), "the actors show what {} does not: {only_theirs:#?}", instance.about);
        assert!(ours.len() >= 100, "{} observations are too few to mean anything", ours.len());
    }
}

/// The comparison can fail: an encoding with a planted mistake shows another set.
#[test]
fn a_mistake_in_one_encoding_shows() {
    for fault in [ProtocolFault::AnswerAppliedTwice, ProtocolFault::SilenceIsDecline, ProtocolFault::FreshReference] {
        let instance = Instance::with_fault(fault);
        assert!(observed(instance) != observed_by_actors(&instance), "{}", fault.sentence());
    }
}
