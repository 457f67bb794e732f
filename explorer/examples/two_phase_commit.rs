//! Two-phase commit: one transaction manager, three resource managers, and messages that may arrive late or twice.
//!
//! ```text
//! cargo run -p holdfast-explorer --example two_phase_commit
//! ```
//!
//! Explores the protocol with both explorers and compares their counts. Then it explores the same protocol with a
//! planted fault, a manager that commits before every manager has prepared, and prints the shortest counterexample.

use std::sync::Arc;

use holdfast_explorer::{Explorer, Judgement, PropertyBits, Space, Stateright, Successor};

const MANAGERS: usize = 3;

/// The properties, in the order of their bits.
const PROPERTIES: [&str; 2] =
    ["no resource manager commits while another aborts", "no manager commits before every manager has prepared"];
const AGREEMENT: PropertyBits = PropertyBits::new(1);
const EVERYONE_PREPARED: PropertyBits = PropertyBits::new(2);

/// The position of one resource manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Manager {
    Working,
    Prepared,
    Committed,
    Aborted,
}

/// The decision of the transaction manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Decision {
    Open,
    Commit,
    Abort,
}

/// The whole system. Messages stay in the network, so each may arrive at any time and any number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    managers: [Manager; MANAGERS],
    decision: Decision,
    /// The managers whose `prepared` message is in the network.
    sent: [bool; MANAGERS],
    /// The managers whose `prepared` message has reached the transaction manager.
    heard: [bool; MANAGERS],
}

/// One step of the system. The number names a resource manager.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Input {
    Prepare(usize),
    AbortAlone(usize),
    HearPrepared(usize),
    Decide(Decision),
    Obey(usize),
}

/// The protocol, or the protocol with its fault.
#[derive(Clone, Copy)]
struct TwoPhaseCommit {
    /// The transaction manager commits after the first `prepared` message.
    commits_early: bool,
}

impl TwoPhaseCommit {
    fn may_decide(self, state: &State, decision: Decision) -> bool {
        let heard = |is_heard: &bool| *is_heard;
        state.decision == Decision::Open
            && match decision {
                Decision::Open => false,
                Decision::Abort => true,
                Decision::Commit if self.commits_early => state.heard.iter().any(heard),
                Decision::Commit => state.heard.iter().all(heard),
            }
    }
}

fn put<T: Copy>(mut all: [T; MANAGERS], place: usize, value: T) -> [T; MANAGERS] {
    if let Some(one) = all.get_mut(place) {
        *one = value;
    }
    all
}

impl Space for TwoPhaseCommit {
    type State = State;
    type Input = Input;

    fn roots(&self) -> Vec<State> {
        vec![State {
            managers: [Manager::Working; MANAGERS],
            decision: Decision::Open,
            sent: [false; MANAGERS],
            heard: [false; MANAGERS],
        }]
    }

    fn inputs(&self, state: &State, inputs: &mut Vec<Input>) {
        for (place, manager) in state.managers.iter().enumerate() {
            if *manager == Manager::Working {
                inputs.extend([Input::Prepare(place), Input::AbortAlone(place)]);
            }
            if state.sent.get(place) == Some(&true) {
                inputs.push(Input::HearPrepared(place));
            }
            if state.decision != Decision::Open {
                inputs.push(Input::Obey(place));
            }
        }
        let decisions = [Decision::Commit, Decision::Abort].into_iter();
        inputs.extend(decisions.filter(|decision| self.may_decide(state, *decision)).map(Input::Decide));
    }

    fn step(&self, state: &State, input: Input) -> Successor<Self> {
        let after = match input {
            Input::Prepare(place) => State {
                managers: put(state.managers, place, Manager::Prepared),
                sent: put(state.sent, place, true),
                ..*state
            },
            Input::AbortAlone(place) => State { managers: put(state.managers, place, Manager::Aborted), ..*state },
            Input::HearPrepared(place) => State { heard: put(state.heard, place, true), ..*state },
            Input::Decide(decision) => State { decision, ..*state },
            Input::Obey(place) => {
                let obeyed = if state.decision == Decision::Commit { Manager::Committed } else { Manager::Aborted };
                State { managers: put(state.managers, place, obeyed), ..*state }
            }
        };
        // The second property is about the step: if a manager commits, then every manager has prepared before.
        let commits = matches!(input, Input::Obey(_)) && state.decision == Decision::Commit;
        let unprepared = state.sent.iter().any(|is_sent| !is_sent);
        Successor {
            input,
            after: (after != *state).then_some(after),
            broken: if commits && unprepared { EVERYONE_PREPARED } else { PropertyBits::ZERO },
            witnessed: if commits { EVERYONE_PREPARED } else { PropertyBits::ZERO },
            class: 0,
            digest: 0,
        }
    }

    fn judge(&self, state: &State) -> Judgement {
        let committed = state.managers.contains(&Manager::Committed);
        let aborted = state.managers.contains(&Manager::Aborted);
        Judgement {
            broken: if committed && aborted { AGREEMENT } else { PropertyBits::ZERO },
            witnessed: if committed || aborted { AGREEMENT } else { PropertyBits::ZERO },
        }
    }
}

fn main() {
    let correct = TwoPhaseCommit { commits_early: false };
    let ours = Explorer::new(&correct).run();
    let theirs = Stateright::new(Arc::new(correct)).run();
    println!("two-phase commit: {} states, {} steps", ours.summary.unique, ours.summary.transitions);
    println!("stateright counts {} states and {} steps", theirs.unique, theirs.transitions);
    for (bit, property) in (0_u8..).zip(PROPERTIES) {
        let verdict = match (ours.violations.get(&bit), ours.witnesses.get(&bit)) {
            (Some(_), _) => "FALSE",
            (None, Some(_)) if ours.summary.completion.is_complete() => "true",
            (None, _) => "not shown",
        };
        println!("  {verdict}: {property}");
    }

    println!("\nWith a transaction manager that commits early:");
    let faulty = TwoPhaseCommit { commits_early: true };
    let explorer = Explorer::new(&faulty);
    let found = explorer.run();
    for (bit, property) in (0_u8..).zip(PROPERTIES) {
        let Some(path) = found.violations.get(&bit).and_then(|sighting| explorer.path(&found, sighting)) else {
            continue;
        };
        println!("  FALSE after {} steps: {property}", path.steps.len());
        for (_, input) in path.steps {
            println!("    {input:?}");
        }
    }
}
