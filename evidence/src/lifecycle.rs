//! `reports/lifecycle.txt` and `reports/lifecycle.svg`: what every input does in every status, as
//! the transition function itself was seen to do it.

mod diagram;
mod matrix;

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use holdfast_model::trace::Verb;
use holdfast_model::{Accepted, Input, Observation, Operation, Outcome, Rejection, State, Target, transition};

use holdfast_explorer::Space;
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{Capacity, SCENARIOS, Visit};

pub use diagram::svg;
pub use matrix::text;

/// The three objects that have a lifecycle of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// A PaymentIntent.
    PaymentIntent,
    /// The SetupIntent.
    SetupIntent,
    /// The Checkout Session.
    CheckoutSession,
}

/// What an input can come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellResult {
    /// Done; the object is in this status then.
    Moves(&'static str),
    /// Nothing to do.
    Nothing,
    /// Refused, or tried and failed; in this status then.
    Fails(Rejection, &'static str),
}

/// Status of an object that does not exist.
pub const ABSENT: &str = "(none)";

/// What was seen: every input in every status of the object it is about, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// By object, verb and status before.
    pub cells: BTreeMap<(Object, Verb, &'static str), BTreeSet<CellResult>>,
}

impl Lifecycle {
    /// Walks through every default scenario with one payment, under the rule book's decisions, and
    /// writes down what it sees.
    #[must_use]
    pub fn observe() -> Self {
        let mut lifecycle = Self::default();
        for scenario in SCENARIOS.iter().filter(|scenario| !scenario.deep && scenario.capacity == Capacity::One) {
            for variant in (scenario.variants)().iter().filter(|variant| variant.follows_the_specification()) {
                scenario.visit(variant, Walk(&mut lifecycle));
            }
        }
        lifecycle
    }

    /// The moves from status to status of one object, and what makes them.
    #[must_use]
    pub fn moves(&self, object: Object) -> BTreeMap<(&'static str, &'static str), BTreeSet<Verb>> {
        let mut moves: BTreeMap<_, BTreeSet<Verb>> = BTreeMap::new();
        for ((_, verb, before), results) in self.cells.iter().filter(|((of, ..), _)| *of == object) {
            for result in results {
                match result {
                    CellResult::Moves(after) | CellResult::Fails(_, after) if after != before => {
                        moves.entry((*before, *after)).or_default().insert(*verb);
                    }
                    CellResult::Moves(_) | CellResult::Fails(..) | CellResult::Nothing => {}
                }
            }
        }
        moves
    }

    fn note(&mut self, input: Input, before: &Observation<'_>, outcome: Outcome, after: &Observation<'_>) {
        for object in concerned(input) {
            let (was, is) = (status(object, before), status(object, after));
            let result = match outcome {
                Ok(Accepted::Nothing) => CellResult::Nothing,
                Ok(_) => CellResult::Moves(is),
                Err(rejection) => CellResult::Fails(rejection, is),
            };
            self.cells.entry((object, Verb::of(&input), was)).or_default().insert(result);
        }
    }
}

/// The objects that an input can move. What happens on the Checkout page, and time, can move each.
fn concerned(input: Input) -> Vec<Object> {
    use Object::{CheckoutSession, PaymentIntent, SetupIntent};
    match input {
        Input::Call(call) if call.operation == Operation::ExpireSession => {
            vec![CheckoutSession, PaymentIntent, SetupIntent]
        }
        Input::Call(call) => match call.operation.about() {
            Target::Payment(_) | Target::Refund(..) => vec![PaymentIntent],
            Target::Setup => vec![SetupIntent],
            Target::Session => vec![CheckoutSession],
        },
        Input::Begin { .. } | Input::Finish { .. } => vec![],
        Input::Event(event) => {
            use holdfast_model::EnvironmentEvent as E;
            match event {
                E::Authenticate { .. } | E::Settle { .. } => vec![PaymentIntent, CheckoutSession],
                E::CloseCancelWindow { .. } | E::PostToLedger { .. } | E::ExpireHold { .. } | E::Refund { .. } => {
                    vec![PaymentIntent]
                }
                E::AuthenticateSetup { .. } | E::SettleSetup => vec![SetupIntent, CheckoutSession],
                E::CustomerPays { .. } | E::Advance { .. } => vec![PaymentIntent, SetupIntent, CheckoutSession],
                E::PruneKey { .. } => vec![],
            }
        }
    }
}

fn status(object: Object, seen: &Observation<'_>) -> &'static str {
    match object {
        Object::PaymentIntent => seen.payments.iter().flatten().next().map_or(ABSENT, |payment| payment.status.name()),
        Object::SetupIntent => seen.setup.map_or(ABSENT, |setup| setup.status.name()),
        Object::CheckoutSession => seen.session.map_or(ABSENT, |session| session.status.name()),
    }
}

/// Visits every state of a small space.
struct Walk<'a>(&'a mut Lifecycle);

impl Visit for Walk<'_> {
    type Output = ();

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) {
        let config = space.config();
        let mut seen: HashSet<State<PAYMENTS, KEYS>> = space.roots().into_iter().collect();
        let mut waiting: VecDeque<_> = space.roots().into();
        let mut inputs = Vec::new();
        while let Some(state) = waiting.pop_front() {
            let before = state.observe(config);
            inputs.clear();
            space.inputs(&state, &mut inputs);
            for input in &inputs {
                let step = transition(config, &state, *input);
                let after = step.after.observe(config);
                self.0.note(*input, &before.observation(config), step.outcome, &after.observation(config));
                if seen.insert(step.after) {
                    waiting.push_back(step.after);
                }
            }
        }
    }
}
