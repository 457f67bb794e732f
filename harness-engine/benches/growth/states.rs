//! Exploring a state of the model, beside the number of states explored.

use crate::chart::Chart;
use crate::now;
use holdfast_explorer::{Explorer, Limits, Mode, Space};
use holdfast_scenarios::space::ModelSpace;

/// The most states of each search.
const STATES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Measures the time of a transition and of a state.
pub(crate) fn measure() -> Chart {
    let about = "A search of the scenario `two_payments` by one thread that stops after as many states as the column says. A \
                 transition is the model's, judged by every property. A search has more transitions for each state as it \
                 grows, because deeper states permit more operations.";
    let variants = (holdfast_scenarios::find("two_payments").unwrap().variants)();
    let space: ModelSpace<2, 0> = ModelSpace::new(&variants[0]);
    let (mut states, mut transitions, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for most in STATES {
        eprintln!("states: {most}");
        let (by_state, by_transition) = explore(&space, Mode::Fingerprint, most);
        states.push(by_state);
        transitions.push(by_transition);
        whole.push(explore(&space, Mode::Exact, most).1);
    }
    let sizes = STATES.iter().map(|most| usize::try_from(*most).unwrap()).collect();
    let rows = vec![
        ("state, by fingerprint", states),
        ("transition, by fingerprint", transitions),
        ("transition, whole states kept", whole),
    ];
    Chart { name: "states", title: "States explored", about, axis: "states", sizes, rows }
}

/// Returns the mean time of a state and of a transition, in microseconds.
fn explore<S: Space>(space: &S, mode: Mode, most: u64) -> (f64, f64) {
    let start = now();
    let limits = Limits { max_states: Some(most), ..Limits::default() };
    let found = Explorer::new(space).mode(mode).limits(limits).run();
    let spent = now().saturating_sub(start).as_secs_f64() * 1e6;
    let summary = &found.summary;
    (spent / summary.unique as f64, spent / summary.transitions as f64)
}
