//! Two requests at the same time: what they come to must be what some order of them comes to.

use std::sync::Barrier;

use holdfast_harness::bounds::ModelState;
use holdfast_model::trace::Script;
use holdfast_model::{Call, Config, Input, Outcome, transition};

use crate::facts::short;
use crate::features::Features;
use crate::finding::{Class, Sighting};
use crate::run::Run;
use crate::server::Server;
use crate::wire::{Asked, Broken, Reply, Wire};

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

/// A race, and how it went on this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceRun {
    /// What it is called.
    pub name: &'static str,
    /// Runs that got as far as the two requests.
    pub runs: u32,
    /// Runs that went wrong.
    pub wrong: u32,
    /// Why some or all of the runs did not get so far.
    pub why_not: Option<String>,
}

/// What came of running a race once.
#[derive(Clone, Debug)]
pub enum Tried {
    /// It does not get as far as the two requests, and why.
    NotReached(String),
    /// It came to what some order of the two comes to.
    Explained,
    /// It did not, or the server failed.
    Wrong(Sighting),
}

/// Runs a race once.
///
/// # Errors
/// [`Broken`] when the server cannot be reached any more.
pub fn run(server: &mut Server, config: &Config, features: &Features, race: &Race) -> Result<Tried, Broken> {
    let mut run = Run::begin(server, config);
    for input in &race.before {
        let took = run.take(*input, features)?;
        let why = match (took.asked, took.refused.is_some(), took.goes_on) {
            (false, ..) => "cannot be asked",
            (true, true, _) => "is refused",
            (true, false, false) => "comes to something else already",
            (true, false, true) => continue,
        };
        return Ok(Tried::NotReached(format!("`{input}` {why}")));
    }
    Ok(match run.race(&race.both)? {
        Raced::NotTried(why) => Tried::NotReached(why),
        Raced::Explained => Tried::Explained,
        Raced::Wrong(told) => Tried::Wrong(tell(race, told)),
    })
}

/// What came of two requests at the same moment.
#[derive(Clone, Debug)]
pub enum Raced {
    /// They could not be made.
    NotTried(String),
    /// Some order of the two comes to the same.
    Explained,
    /// Something is wrong.
    Wrong(Told),
}

/// How a race went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No order of the two comes to what is seen.
    Unexplained,
    /// A request was not answered: the connection broke off, or nothing came in time.
    NoAnswer,
    /// The server failed (5xx).
    ServerError,
    /// What came of it cannot be looked at.
    Unseen,
}

/// What was seen of a race that went wrong.
#[derive(Clone, Debug)]
pub struct Told {
    /// How it went wrong.
    pub wrong: Wrong,
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
    let Told { wrong, answers: [first, second], accepted, expected, seen } = told;
    let (class, kind, words) = match wrong {
        Wrong::Unexplained if accepted == 2 => (Class::Money, "", "both are accepted"),
        Wrong::Unexplained => (Class::Money, "", "no order of the two explains what comes of them"),
        Wrong::NoAnswer => (Class::Protocol, ": no answer", "a request is not answered"),
        Wrong::ServerError => (Class::Protocol, ": server error", "a server error"),
        Wrong::Unseen => (Class::Protocol, ": no look", "afterwards it cannot be looked at"),
    };
    let name = race.name;
    Sighting::new(class, format!("race: {name}{kind}"), format!("{name}: {words}"))
        .saying(expected, format!("{first}; {second}; then {seen}"))
}

/// What came back of one of the two: an answer, or why there is none.
pub type Answered = Result<Reply, Broken>;

/// Sends both at the same moment, on two connections that are open already.
///
/// # Errors
/// [`Broken`] when the server cannot be reached.
pub fn send(server: &mut Server, asked: &[Asked; 2]) -> Result<[Answered; 2], Broken> {
    let gate = Barrier::new(2);
    let wires = [server.wire.another(), server.wire.another()];
    let one = |mut wire: Wire, asked: &Asked| {
        // The connection is made before, so that both leave together; what is shown on it is of no interest here.
        let warm = wire.send(&Asked::get("/v1/payment_intents").with("limit", 1));
        gate.wait();
        match (warm, wire.send(asked)) {
            (Err(broken @ Broken::Unreachable(_)), _) | (_, Err(broken @ Broken::Unreachable(_))) => Err(broken),
            (_, answered) => Ok(answered),
        }
    };
    let ([here, there], [first, second]) = (wires, asked);
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| one(there, second));
        let first = one(here, first);
        (first, other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    server.wire.requests = server.wire.requests.saturating_add(4);
    Ok([first?, second?])
}

/// Can these answers have been given in that order? A request that was turned away (409, 429) took no part; of one that
/// was not answered, nobody knows what it was.
#[must_use]
pub fn explains(outcomes: &[Option<Outcome>; 2], answered: &[Answered; 2]) -> bool {
    // Codes are compared one request at a time; here, only whether it was done.
    outcomes.iter().zip(answered).all(|(outcome, answered)| match (outcome, answered) {
        (Some(Ok(_)), Ok(reply)) => reply.is_done() || reply.is_failure(),
        (Some(Err(_)), Ok(reply)) => reply.status >= 400,
        (Some(_), Err(_)) | (None, _) => true,
    })
}

/// May the request have taken part? Not one that was turned away because another is at work; one that failed may have, or
/// may not.
const fn shares(answered: &Answered) -> &'static [bool] {
    match answered {
        Ok(Reply { status: 409 | 429, .. }) => &[false],
        Ok(Reply { status: ..500, .. }) => &[true],
        Ok(_) | Err(_) => &[true, false],
    }
}

/// An answer in a word or two.
#[must_use]
pub fn answered(answered: &Answered) -> String {
    let reply = match answered {
        Ok(reply) => reply,
        Err(broken) => return broken.to_string(),
    };
    let id = reply.body.as_ref().and_then(|body| body.get("id")).map(short).unwrap_or_default();
    let status = reply.text_at("/status").or_else(|| reply.text_at("/error/code")).unwrap_or_default();
    format!("{} {id} {status}", reply.status).trim().replace("  ", " ")
}

/// What two calls that were answered like that can have come to: each order of those that took part, with what each is
/// answered in it.
#[must_use]
pub fn orders(
    config: &Config,
    world: &ModelState,
    both: &[Call; 2],
    answered: &[Answered; 2],
) -> Vec<([Option<Outcome>; 2], ModelState)> {
    let [first, second] = answered;
    let mut found = Vec::new();
    for here in shares(first) {
        for there in shares(second) {
            found.extend(orders_of(config, world, both, [!here, !there]));
        }
    }
    found
}

/// Both orders of two calls on a world, with what each is answered.
fn orders_of(
    config: &Config,
    world: &ModelState,
    both: &[Call; 2],
    turned_away: [bool; 2],
) -> Vec<([Option<Outcome>; 2], ModelState)> {
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
            let next = transition(config, &world, Input::Call(call));
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
