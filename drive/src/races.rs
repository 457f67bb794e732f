//! Two requests at the same time: what they come to must be what some order of them comes to.

use std::sync::Barrier;

use holdfast_conformance::lockstep::World;
use holdfast_model::trace::Script;
use holdfast_model::{Call, Input, Operation, Outcome, Terms, transition};

use crate::facts::short;
use crate::features::Features;
use crate::finding::{Class, Sighting};
use crate::run::Run;
use crate::server::Server;
use crate::wire::{Broken, Reply};

/// A race.
#[derive(Clone, Debug)]
pub struct Race {
    /// What it is called.
    pub name: &'static str,
    /// What comes before.
    pub before: Vec<Input>,
    /// What is asked at the same time.
    pub both: [Call; 2],
}

impl Race {
    /// All of it, the two at the end.
    #[must_use]
    pub fn inputs(&self) -> Vec<Input> {
        self.before.iter().copied().chain(self.both.map(Input::Call)).collect()
    }
}

/// The races: a name, and a trace of which the last two lines are sent at the same time.
const RACES: [(&str, &str); 13] = [
    (
        "two captures of the whole hold",
        "create pi1 1000 usd manual method=card_visa confirm\ncapture pi1\ncapture pi1\n",
    ),
    (
        "two captures of more than half, neither final",
        "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 600 final=false\ncapture pi1 600 final=false\n",
    ),
    (
        "two final captures of more than half",
        "create pi1 1000 usd manual method=card_visa confirm\ncapture pi1 600\ncapture pi1 700\n",
    ),
    ("two refunds of more than half", "create pi1 1000 usd method=card_visa confirm\nrefund pi1 600\nrefund pi1 600\n"),
    ("two refunds of everything", "create pi1 1000 usd method=card_visa confirm\nrefund pi1\nrefund pi1\n"),
    (
        "one refund twice under one key",
        "create pi1 1000 usd method=card_visa confirm\nrefund pi1 300 key=key1\nrefund pi1 300 key=key1\n",
    ),
    (
        "one creation twice under one key",
        "create pi1 1000 usd method=card_visa confirm key=key1\ncreate pi1 1000 usd method=card_visa confirm key=key1\n",
    ),
    (
        "one capture twice under one key",
        "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 300 final=false key=key1\ncapture pi1 300 final=false key=key1\n",
    ),
    ("capture and cancel", "create pi1 1000 usd manual method=card_visa confirm\ncapture pi1\ncancel pi1\n"),
    ("confirm twice", "create pi1 1000 usd method=card_visa\nconfirm pi1\nconfirm pi1\n"),
    ("confirm and cancel", "create pi1 1000 usd method=card_visa\nconfirm pi1\ncancel pi1\n"),
    ("cancel twice", "create pi1 1000 usd manual method=card_visa confirm\ncancel pi1\ncancel pi1\n"),
    (
        "capture and refund of what was captured before",
        "create pi1 1000 usd manual multicapture method=card_visa confirm\ncapture pi1 400 final=false\ncapture pi1 600\nrefund pi1 400\n",
    ),
];

/// The races, read.
///
/// # Errors
/// Where the table is not what it should be.
pub fn table() -> Result<Vec<Race>, String> {
    RACES.iter().map(|(name, text)| read(name, text)).collect()
}

fn read(name: &'static str, text: &str) -> Result<Race, String> {
    let script = Script::parse(text).map_err(|error| format!("race `{name}`: {error}"))?;
    let mut before: Vec<Input> = script.inputs().collect();
    let mut last = || match before.pop() {
        Some(Input::Call(call)) => Ok(call),
        Some(_) | None => Err(format!("race `{name}`: two requests must be at the end")),
    };
    let (second, first) = (last()?, last()?);
    Ok(Race { name, before, both: [first, second] })
}

/// Runs a race once. `None` where it does not get as far as the two requests; then what is wrong is found elsewhere.
///
/// # Errors
/// [`Broken`] when the server cannot be reached any more.
pub fn run(
    server: &mut Server,
    terms: &Terms,
    features: &Features,
    race: &Race,
) -> Result<Option<Option<Sighting>>, Broken> {
    let mut run = Run::begin(server, terms);
    for input in &race.before {
        let took = run.take(*input, features)?;
        if !took.asked || !took.goes_on || took.refused.is_some() {
            return Ok(None);
        }
    }
    run.race(&race.both).map(|told| told.map(|told| told.map(|told| tell(race, told))))
}

/// What a race came to that no order explains.
#[derive(Clone, Debug)]
pub struct Told {
    /// What the two were answered.
    pub answers: [String; 2],
    /// How many were accepted.
    pub accepted: usize,
    /// What every order would have come to.
    pub expected: String,
    /// What was seen afterwards.
    pub seen: String,
}

fn tell(race: &Race, told: Told) -> Sighting {
    let Told { answers: [first, second], accepted, expected, seen } = told;
    let both = if accepted == 2 { "both are accepted" } else { "no order of the two explains what comes of them" };
    let mut sighting = Sighting::new(Class::Money, format!("race: {}", race.name), format!("{}: {both}", race.name));
    let is_failure = first.starts_with('5') || second.starts_with('5');
    if is_failure {
        sighting =
            Sighting::new(Class::Protocol, format!("race: {}", race.name), format!("{}: a server error", race.name));
    }
    sighting.saying(expected, format!("{first}; {second}; then {seen}"))
}

/// Sends both at the same moment, on two connections that are open already.
///
/// # Errors
/// [`Broken`] when one of them is not answered.
pub fn send(server: &Server, asked: &[crate::wire::Asked; 2]) -> Result<[Reply; 2], Broken> {
    let gate = Barrier::new(2);
    let one = |asked: &crate::wire::Asked| {
        let mut wire = server.wire.another();
        // The connection is made before, so that both leave together.
        let warm = wire.send(&crate::wire::Asked::get("/v1/payment_intents").with("limit", 1));
        gate.wait();
        warm.and_then(|_| wire.send(asked))
    };
    let [first, second] = asked;
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| one(second));
        let first = one(first);
        (first, other.join().unwrap_or_else(|_| Err(Broken::Dropped("a thread ended early".to_owned()))))
    });
    Ok([first?, second?])
}

/// Can these answers have been given in that order? A request that was turned away (409, 429) took no part.
#[must_use]
pub fn explains(outcomes: &[Option<Outcome>; 2], replies: [&Reply; 2]) -> bool {
    // Codes are compared one request at a time; here, only whether it was done.
    outcomes.iter().zip(replies).all(|(outcome, reply)| match outcome {
        Some(Ok(_)) => reply.is_done(),
        Some(Err(_)) => (400..500).contains(&reply.status),
        None => true,
    })
}

/// Was the request turned away, because another one is at work?
#[must_use]
pub const fn is_turned_away(reply: &Reply) -> bool {
    matches!(reply.status, 409 | 429)
}

/// An answer in a word or two.
#[must_use]
pub fn answered(reply: &Reply) -> String {
    let id = reply.body.as_ref().and_then(|body| body.get("id")).map(short).unwrap_or_default();
    let status = reply.text_at("/status").or_else(|| reply.text_at("/error/code")).unwrap_or_default();
    format!("{} {id} {status}", reply.status).trim().replace("  ", " ")
}

/// Both orders of two calls on a world, with what each is answered.
#[must_use]
pub fn orders(
    terms: &Terms,
    world: &World,
    both: &[Call; 2],
    turned_away: [bool; 2],
) -> Vec<([Option<Outcome>; 2], World)> {
    let [first, second] = *both;
    let mut found = Vec::new();
    for (one, other, is_swapped) in [(first, second, false), (second, first, true)] {
        let [here, there] = turned_away;
        let away = if is_swapped { [there, here] } else { turned_away };
        let mut world = *world;
        let mut outcomes = [None, None];
        for ((call, away), outcome) in [one, other].into_iter().zip(away).zip(&mut outcomes) {
            if away {
                continue;
            }
            let next = transition(terms, &world, Input::Call(call));
            world = next.after;
            *outcome = Some(next.outcome);
        }
        if is_swapped {
            outcomes.swap(0, 1);
        }
        found.push((outcomes, world));
    }
    found
}

/// Does the operation make a payment?
#[must_use]
pub const fn makes_a_payment(call: &Call) -> bool {
    matches!(call.operation, Operation::CreateIntent { .. })
}
