//! Arbitrary relations, explored by the explorers and by a plain search.

use crate::toys::Graph;
use holdfast_explorer::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};

const NODES: u8 = 40;

fn graphs() -> impl Strategy<Value = Graph> {
    let node = 0..NODES;
    let few_bits = || prop_oneof![9 => Just(0_u8), 1 => any::<u8>()];
    let edges = prop::collection::vec((node.clone(), few_bits()), 0..4);
    let nodes = usize::from(NODES);
    (prop::collection::vec(node, 1..4), prop::collection::vec(edges, nodes), prop::collection::vec(few_bits(), nodes))
        .prop_map(|(roots, edges, broken)| Graph { roots, edges, broken })
}

/// Returns the depth of every node that can be reached.
fn depths(graph: &Graph) -> BTreeMap<u8, u32> {
    let mut depths: BTreeMap<u8, u32> = graph.roots.iter().map(|root| (*root, 0)).collect();
    let mut queue: VecDeque<u8> = depths.keys().copied().collect();
    while let Some(node) = queue.pop_front() {
        for (after, _) in &graph.edges[usize::from(node)] {
            if !depths.contains_key(after) {
                depths.insert(*after, depths[&node] + 1);
                queue.push_back(*after);
            }
        }
    }
    depths
}

/// Returns the length of the shortest path to a violation of each property.
fn violations(graph: &Graph, depths: &BTreeMap<u8, u32>) -> BTreeMap<u8, u32> {
    let mut shortest = BTreeMap::new();
    let mut see = |bits: PropertyBits, steps: u32| {
        for bit in (0..=u8::MAX).filter(|bit| bits >> *bit & PropertyBits::ONE == 1) {
            let known = shortest.entry(bit).or_insert(steps);
            *known = steps.min(*known);
        }
    };
    for (node, depth) in depths {
        let node = usize::from(*node);
        see(PropertyBits::from(graph.broken[node]), *depth);
        for (_, broken) in &graph.edges[node] {
            see(PropertyBits::from(*broken) << 60, depth + 1);
        }
    }
    shortest
}

proptest! {
    #[test]
    fn everything_is_found_by_a_shortest_path(
        graph in graphs(),
        threads in 1_usize..4,
        fingerprints in any::<bool>(),
    ) {
        let mode = if fingerprints { Mode::Fingerprint } else { Mode::Exact };
        let explorer = Explorer::new(&graph).mode(mode).threads(threads);
        let found = explorer.run();
        let depths = depths(&graph);

        prop_assert_eq!(found.summary.unique, depths.len() as u64);
        prop_assert_eq!(found.summary.depth, depths.values().copied().max().unwrap());
        let edges = depths.keys().map(|node| graph.edges[usize::from(*node)].len());
        prop_assert_eq!(found.summary.transitions, edges.sum::<usize>() as u64);

        let expected = violations(&graph, &depths);
        let lengths: BTreeMap<u8, u32> = found
            .violations
            .iter()
            .map(|(property, sighting)| (*property, sighting.steps))
            .collect();
        prop_assert_eq!(&lengths, &expected);
        for (property, sighting) in &found.violations {
            let path = explorer.path(&found, sighting).unwrap();
            prop_assert_eq!(path.steps.len(), expected[property] as usize);
        }

        for node in 0..NODES {
            match (explorer.search(|state| *state == node), depths.get(&node)) {
                (Search::Found(path), Some(depth)) => {
                    prop_assert_eq!(path.steps.len(), *depth as usize);
                }
                (Search::Unreachable, None) => {}
                _ => prop_assert!(false, "node {} should be at {:?}", node, depths.get(&node)),
            }
        }
    }
}
