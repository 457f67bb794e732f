//! Writes `reports/lifecycle.txt` and `reports/lifecycle.svg`: the effect of every input in every status, as the
//! transition function showed it.

mod diagram;
mod matrix;

use std::collections::{BTreeMap, BTreeSet};

use holdfast_model::trace::Verb;
use holdfast_model::{Accepted, Input, Observation, Operation, Outcome, Rejection, Target};

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

/// A possible result of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellResult {
    /// The input was accepted; the object is in this status afterwards.
    Moves(&'static str),
    /// The input was accepted without effect.
    Nothing,
    /// The input was refused, or it failed; the object is in this status afterwards.
    Fails(Rejection, &'static str),
}

/// The status of an object that does not exist.
pub const ABSENT: &str = "(none)";

/// The results of every input in every status of the object that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// The results by object, verb and status before the input.
    pub cells: BTreeMap<(Object, Verb, &'static str), BTreeSet<CellResult>>,
}

impl Lifecycle {
    /// Visits every default scenario with one payment, under the specification's decisions, and records the results.
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

    /// Returns the moves between the statuses of one object, with the verbs that cause them.
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

/// Returns the objects that an input can move. An event on the Checkout page and time can move every object.
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
        space.walk(usize::MAX, |state, input, made| {
            let (before, after) = (state.observe(config), made.after.observe(config));
            self.0.note(input, &before.observation(config), made.outcome, &after.observation(config));
        });
    }
}
