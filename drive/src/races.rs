//! Two requests at the same time: some order of them must explain their result.

use std::sync::Barrier;

use holdfast_model::trace::Script;
use holdfast_model::{Call, Config, Input};

use crate::features::Features;
use crate::finding::{Class, Sighting};
use crate::race_outcome::{Answered, InTurn, RaceFailure, RaceOutcome, Raced};
use crate::run::Run;
use crate::server::Server;
use crate::wire::{HttpRequest, TransportError, Wire};

/// A race.
#[derive(Clone, Debug)]
pub struct Race {
    /// Its name.
    pub name: &'static str,
    /// The inputs before the race.
    pub before: Vec<Input>,
    /// The simultaneous requests.
    pub both: [Call; 2],
}

impl Race {
    /// Returns all inputs, the two simultaneous ones at the end.
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
/// Returns a message if the table cannot be parsed.
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
    /// Its name.
    pub name: &'static str,
    /// Runs that got as far as the two requests.
    pub runs: u32,
    /// Runs that went wrong.
    pub wrong: u32,
    /// The reason for which some or all runs did not reach the race.
    pub why_not: Option<String>,
}

/// The result of one run of a race.
#[derive(Clone, Debug)]
pub enum Tried {
    /// The trace ended before the two requests; the text is the reason.
    NotReached(String),
    /// Some order of the two requests explains the result.
    Explained,
    /// No order explains the result, or the server failed. `InTurn` is the result of the two requests in turn, if it is
    /// known.
    RaceFailure(Sighting, Option<InTurn>),
}

/// Runs a race once.
///
/// # Errors
/// [`TransportError`] when the server can no longer be reached.
pub fn run(server: &mut Server, config: &Config, features: &Features, race: &Race) -> Result<Tried, TransportError> {
    let mut run = Run::begin(server, config);
    if let Some(why) = approach(&mut run, features, race)? {
        return Ok(Tried::NotReached(why));
    }
    Ok(match run.race(&race.both)? {
        Raced::NotTried(why) => Tried::NotReached(why),
        Raced::Explained => Tried::Explained,
        Raced::RaceFailure(mut told) => {
            let result = told.result.take();
            Tried::RaceFailure(tell(race, told), result)
        }
    })
}

/// Takes the inputs before the two requests. Returns the reason if one does not lead there.
fn approach(run: &mut Run<'_>, features: &Features, race: &Race) -> Result<Option<String>, TransportError> {
    for input in &race.before {
        let result = run.take(*input, features)?;
        let why = match (result.asked, result.refused.is_some(), result.goes_on) {
            (false, ..) => "cannot be asked",
            (true, true, _) => "is refused",
            (true, false, false) => "comes to something else already",
            (true, false, true) => continue,
        };
        return Ok(Some(format!("`{input}` {why}")));
    }
    Ok(None)
}

/// Sends the two requests of a race one after the other, in both orders. Returns what the server makes of each.
///
/// # Errors
/// [`TransportError`] when the server can no longer be reached.
pub fn in_turn(
    server: &mut Server,
    config: &Config,
    features: &Features,
    race: &Race,
) -> Result<Vec<InTurn>, TransportError> {
    let mut found = Vec::new();
    for is_swapped in [false, true] {
        let mut run = Run::begin(server, config);
        if approach(&mut run, features, race)?.is_none() {
            found.extend(run.in_turn(&race.both, is_swapped)?);
        }
    }
    Ok(found)
}

fn tell(race: &Race, told: RaceOutcome) -> Sighting {
    let RaceOutcome { wrong, answers: [first, second], accepted, expected, seen, .. } = told;
    let (class, kind, words) = match wrong {
        RaceFailure::Unexplained if accepted == 2 => (Class::Money, "", "both are accepted"),
        RaceFailure::Unexplained => (Class::Money, "", "no order of the two explains what comes of them"),
        RaceFailure::NoAnswer => (Class::Protocol, ": no answer", "a request is not answered"),
        RaceFailure::ServerError => (Class::Protocol, ": server error", "a server error"),
        RaceFailure::Unseen => (Class::Protocol, ": no look", "afterwards it cannot be looked at"),
    };
    let name = race.name;
    Sighting::new(class, format!("race: {name}{kind}"), format!("{name}: {words}"))
        .saying(expected, format!("{first}; {second}; then {seen}"))
}

/// Sends both at the same moment, on two connections that are open already.
///
/// # Errors
/// [`TransportError`] when the server cannot be reached.
pub fn send(server: &mut Server, asked: &[HttpRequest; 2]) -> Result<[Answered; 2], TransportError> {
    let gate = Barrier::new(2);
    let wires = [server.wire.another(), server.wire.another()];
    let one = |mut wire: Wire, asked: &HttpRequest| {
        // The connection is opened before, so that both requests are sent together; its responses are not compared.
        let warm = wire.send(&HttpRequest::get("/v1/payment_intents").with("limit", 1));
        gate.wait();
        let answered = wire.send(asked);
        match (warm, answered) {
            (Err(broken), _) | (_, Err(broken)) if broken.ends_drive() => Err(broken),
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
