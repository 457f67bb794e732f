//! Sequences that cover the transitions of the model: the shortest path to each kind of step, found by exploring the
//! model itself.

use std::collections::{BTreeSet, HashSet, VecDeque};

use holdfast_harness::bounds::ModelState;
use holdfast_harness::oracle;
use holdfast_model::trace::Script;
use holdfast_model::{Accepted, Config, Input, transition};
use holdfast_properties::abstraction::InputKind;
use holdfast_properties::{AbstractTransition, Step};

/// The maximum number of states that are explored.
const WORLDS: usize = 4_000;
/// The maximum number of inputs from the initial state.
const DEPTH: usize = 6;

/// The alphabet of the walk as a trace, one input on each line. Amounts are a part, all, and one too many.
const ALPHABET: &str = "\
create pi1 1000 usd method=card_visa confirm
create pi1 1000 usd manual method=card_visa confirm
create pi1 1000 usd manual multicapture method=card_visa confirm
create pi1 1000 usd automatic method=card_visa confirm
create pi1 1000 usd
create pi1 1000 usd method=card_visa
create pi1 1000 usd manual method=card_visa
create pi1 1000 usd method=card_visa_chargeDeclined confirm
create pi1 1000 usd method=card_visa_chargeDeclinedInsufficientFunds confirm
create pi1 1000 usd method=card_chargeCustomerFail confirm
create pi1 1000 usd manual method=card_visa_chargeDeclined
create pi1 1000 usd method=card_authenticationRequired confirm
create pi1 1000 usd manual method=card_authenticationRequired confirm
create pi1 1000 usd method=card_authenticationRequired confirmation_method=manual confirm
create pi1 1000 usd method=card_authenticationRequired confirm off_session
create pi1 1000 usd method=card_authenticationRequiredChargeDeclinedInsufficientFunds confirm
create pi1 1000 usd method=usBankAccount_success confirm
create pi1 1000 usd method=usBankAccount_insufficientFunds confirm
create pi1 1000 usd method=card_pendingRefund confirm
create pi1 1000 usd method=card_refundFail confirm
create pi1 1000 usd flow=direct fee=100 method=card_visa confirm
create pi1 1000 usd flow=destination fee=100 method=card_visa confirm
create pi1 1000 usd manual flow=destination transfer=400 method=card_visa confirm
create pi1 1000 usd fee=100
create pi1 1000 usd off_session
create pi1 1000 eur method=card_visa confirm
create pi1 1000 jpy manual method=card_visa confirm
create pi1 1000 usdt
create pi1 49 usd method=card_visa confirm
create pi1 0 usd
create pi1 -5 usd method=card_visa confirm
create pi1 100000000 usd
create pi1 1000 usd method=card_visa confirm key=key1
create pi1 1000 usd manual method=card_visa confirm key=key1
create pi1 1100 usd manual method=card_visa confirm key=key1
update pi1 amount=1500
update pi1 amount=0
update pi1 method=card_visa
update pi1 capture_method=manual
update pi1 metadata
confirm pi1
confirm pi1 method=card_visa
confirm pi1 method=card_visa_chargeDeclined
confirm pi1 key=key1
authenticate pi1 succeeds
authenticate pi1 fails
settle pi1
capture pi1
capture pi1 400
capture pi1 1000
capture pi1 1001
capture pi1 0
capture pi1 -5
capture pi1 300 final=false
capture pi1 700 final=false
capture pi1 0 final=true
capture pi1 300 final=true
capture pi1 300 final=false key=key1
capture pi1 key=key1
capture pi1 400 key=key1
cancel pi1
cancel pi1 reason=duplicate
cancel pi1 reason=automatic
cancel pi1 key=key1
refund pi1
refund pi1 300
refund pi1 700
refund pi1 1000
refund pi1 1001
refund pi1 0
refund pi1 -5
refund pi1 300 key=key1
refund pi1 400 key=key1
refund pi1 300 refund_application_fee
refund pi1 300 reverse_transfer
cancel_refund pi1 re1
refund_progress pi1 re1 succeeds
refund_progress pi1 re1 fails
advance 8d
advance 2h
create_setup
create_setup method=card_visa
create_setup method=card_visa confirm
create_setup method=card_authenticationRequired confirm
create_setup method=card_visa_chargeDeclined confirm
update_setup method=card_visa
confirm_setup
confirm_setup method=card_visa
confirm_setup method=card_visa_chargeDeclined
cancel_setup
cancel_setup reason=abandoned
cancel_setup reason=fraudulent
";

/// The first sequences: every part of the API once, in the plainest form that must be accepted.
const PLAIN: [&str; 38] = [
    "create pi1 1000 usd",
    "create pi1 1000 usd method=card_visa\nconfirm pi1",
    "create pi1 1000 usd\nconfirm pi1 method=card_visa",
    "create pi1 1000 usd method=card_visa confirm",
    "create pi1 1000 usd automatic method=card_visa confirm",
    "create pi1 1000 usd manual method=card_visa confirm\ncapture pi1",
    "create pi1 1000 usd manual method=card_visa confirm\ncapture pi1 400",
    "create pi1 1000 usd manual method=card_visa confirm\ncancel pi1",
    "create pi1 1000 usd manual method=card_visa confirm\ncancel pi1 reason=duplicate",
    "create pi1 1000 usd method=card_visa confirm\nrefund pi1",
    "create pi1 1000 usd method=card_visa confirm\nrefund pi1 300",
    "create pi1 1000 usd\nupdate pi1 amount=1500",
    "create pi1 1000 usd\nupdate pi1 method=card_visa",
    "create pi1 1000 usd\nupdate pi1 metadata",
    "create pi1 1000 usd\nupdate pi1 capture_method=manual",
    "create pi1 1000 usd method=card_visa\nconfirm pi1 capture_method=manual",
    "create pi1 1000 usd method=card_visa confirm off_session",
    "create pi1 1000 usd method=card_visa\nconfirm pi1 off_session",
    "create pi1 1000 usd method=card_visa confirmation_method=manual confirm",
    "create pi1 1000 eur method=card_visa confirm",
    "create pi1 1000 jpy method=card_visa confirm",
    "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 300 final=false",
    "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 300 final=true",
    "create pi1 1000 usd method=card_authenticationRequired confirm\nauthenticate pi1 succeeds",
    "create pi1 1000 usd flow=direct method=card_visa confirm",
    "create pi1 1000 usd flow=direct fee=100 method=card_visa confirm",
    "create pi1 1000 usd flow=destination method=card_visa confirm",
    "create pi1 1000 usd flow=destination transfer=400 method=card_visa confirm",
    "create pi1 1000 usd flow=direct method=card_visa\nupdate pi1 fee=100",
    "create pi1 1000 usd flow=destination method=card_visa\nupdate pi1 transfer=400",
    "create pi1 1000 usd flow=direct method=card_visa\nconfirm pi1 fee=100",
    "create pi1 1000 usd flow=destination method=card_visa\nconfirm pi1 transfer=400",
    "create pi1 1000 usd manual flow=direct method=card_visa confirm\ncapture pi1 fee=100",
    "create pi1 1000 usd manual flow=destination method=card_visa confirm\ncapture pi1 transfer=400",
    "create_setup\nupdate_setup method=card_visa\nconfirm_setup",
    "create_setup method=card_visa\nconfirm_setup method=card_visa",
    "create_setup method=card_visa confirm",
    "create_setup\ncancel_setup reason=abandoned",
];

/// The sequences that show whether a server supports idempotency keys.
const KEYED: [&str; 2] = [
    "create pi1 1000 usd method=card_visa confirm key=key1\ncreate pi1 1000 usd method=card_visa confirm key=key1",
    "create pi1 1000 usd method=card_visa confirm\nrefund pi1 300 key=key1\nrefund pi1 300 key=key1",
];

/// The sequences that show whether a server knows idempotency keys.
///
/// # Errors
/// Returns a message if the list above cannot be parsed.
pub fn keyed() -> Result<Vec<Vec<Input>>, String> {
    let read = |text: &&str| {
        let script = Script::parse(text).map_err(|error| format!("a sequence of the plan: {error}"))?;
        Ok(script.inputs().collect())
    };
    KEYED.iter().map(read).collect()
}

/// The plainest sequences.
///
/// # Errors
/// Returns a message if the list above cannot be parsed.
pub fn plain() -> Result<Vec<Vec<Input>>, String> {
    let read = |text: &&str| {
        let script = Script::parse(text).map_err(|error| format!("a plain sequence of the plan: {error}"))?;
        Ok(script.inputs().collect())
    };
    PLAIN.iter().map(read).collect()
}

/// A path from the initial state to a step of a kind that no shorter path has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The inputs; the last one makes the step.
    pub inputs: Vec<Input>,
    /// The step that it reaches.
    pub target: Target,
}

/// A kind of step, with the preceding operation: some faults show only after another operation.
pub type Target = (Option<InputKind>, bool, u32);

/// The alphabet as inputs.
///
/// # Errors
/// Returns a message if the list above cannot be parsed.
pub fn alphabet() -> Result<Vec<Input>, String> {
    let script = Script::parse(ALPHABET).map_err(|error| format!("the alphabet of the plan: {error}"))?;
    Ok(script.inputs().collect())
}

/// Returns whether the input concerns the SetupIntent, which shares nothing with payments and is explored apart.
fn is_setup(input: &Input) -> bool {
    matches!(input, Input::Call(call) if matches!(call.operation.about(), holdfast_model::Target::Setup))
}

/// Returns a shortest path to every kind of step, breadth-first. `may` decides which inputs can be sent. `is_known`
/// marks the steps after which model and server differ, so that no path goes through them.
#[must_use]
pub fn witnesses(
    config: &Config,
    alphabet: &[Input],
    may: impl Fn(&Input) -> bool,
    is_known: impl Fn(AbstractTransition) -> bool,
) -> Vec<Witness> {
    let (setup, payments): (Vec<Input>, Vec<Input>) =
        alphabet.iter().filter(|input| may(input)).partition(|input| is_setup(input));
    let mut found = walk(config, &payments, &is_known);
    found.extend(walk(config, &setup, &is_known));
    found
}

fn walk(config: &Config, alphabet: &[Input], is_known: &impl Fn(AbstractTransition) -> bool) -> Vec<Witness> {
    let mut found = Vec::new();
    let mut targets: BTreeSet<Target> = BTreeSet::new();
    let mut visited: HashSet<ModelState> = HashSet::from([ModelState::default()]);
    let mut queue: VecDeque<(ModelState, Vec<Input>, Option<InputKind>)> =
        VecDeque::from([(ModelState::default(), vec![], None)]);
    while let Some((world, path, last)) = queue.pop_front() {
        let before = world.observe(config);
        let before = before.observation(config);
        for input in alphabet {
            let next = transition(config, &world, *input);
            if oracle::is_beyond(&next.outcome) || next.outcome == Ok(Accepted::Nothing) && path.is_empty() {
                continue;
            }
            let after = next.after.observe(config);
            let step =
                Step::new(before, *input, next.outcome, next.notifications.as_slice(), after.observation(config));
            let edge = AbstractTransition::of(&step);
            let is_repeated = match input {
                Input::Call(call) => {
                    call.key.is_some_and(|key| before.keys.get(usize::from(key.0)).is_some_and(Option::is_some))
                }
                Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => false,
            };
            let target = (last, is_repeated, edge.bits());
            let way = || path.iter().copied().chain([*input]).collect::<Vec<_>>();
            if targets.insert(target) {
                found.push(Witness { inputs: way(), target });
            }
            let goes_on = next.after != world && !is_known(edge) && path.len() < DEPTH && visited.len() < WORLDS;
            if goes_on && visited.insert(next.after) {
                queue.push_back((next.after, way(), edge.parts().map(|parts| parts.input)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_reaches_the_corners() {
        let alphabet = alphabet().unwrap();
        let found = witnesses(&Config::default(), &alphabet, |_| true, |_| false);
        let lines: Vec<String> = found
            .iter()
            .map(|witness| witness.inputs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            .collect();
        let holds = |parts: &[&str]| lines.iter().any(|line| parts.iter().all(|part| line.contains(part)));
        for parts in [
            &["cancel pi1; capture pi1"][..],
            &["refund pi1 300; refund pi1"],
            &["final=false key=key1; capture pi1 300 final=false key=key1"],
            &["authenticate pi1 succeeds; authenticate pi1"],
            &["refund pi1 300 key=key1; refund pi1 300 key=key1"],
        ] {
            assert!(holds(parts), "no way with {parts:?} among {}", lines.len());
        }
        assert!(found.len() > 400, "{}", found.len());
    }

    #[test]
    fn the_plainest_sequences_are_let_through() {
        for inputs in plain().unwrap() {
            let mut world = ModelState::default();
            for input in &inputs {
                let next = transition(&Config::default(), &world, *input);
                assert!(next.outcome.is_ok(), "{input}: {:?}", next.outcome);
                world = next.after;
            }
        }
    }

    #[test]
    fn there_is_no_way_through_what_is_known() {
        let alphabet = alphabet().unwrap();
        let found = witnesses(&Config::default(), &alphabet, |_| true, |_| true);
        assert!(found.iter().all(|witness| witness.inputs.len() == 1));
    }
}
