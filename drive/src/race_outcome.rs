//! The result of two simultaneous requests, and the orders that explain it.

use holdfast_harness::bounds::ModelState;
use holdfast_model::{Call, Config, Input, Outcome, transition};

use crate::fields::short;
use crate::wire::{HttpReply, TransportError};

/// The result of two simultaneous requests.
#[derive(Clone, Debug)]
pub enum Raced {
    /// The two requests could not be sent; the text is the reason.
    NotTried(String),
    /// Some order of the two requests gives the same result.
    Explained,
    /// No order gives the same result.
    RaceFailure(RaceOutcome),
}

/// The kind of failure of a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RaceFailure {
    /// No order of the two requests gives the visible result.
    Unexplained,
    /// A request was not answered: the connection was closed, or no response came in time.
    NoAnswer,
    /// The server failed (5xx).
    ServerError,
    /// The result cannot be read.
    Unseen,
}

/// The observations in a race that failed.
#[derive(Clone, Debug)]
pub struct RaceOutcome {
    /// The kind of failure.
    pub wrong: RaceFailure,
    /// The two answers.
    pub answers: [String; 2],
    /// The number of accepted requests.
    pub accepted: usize,
    /// The result of each order.
    pub expected: String,
    /// The state afterwards.
    pub seen: String,
    /// The same in the form in which it is compared with the two requests in turn; `None` where an object more is not seen.
    pub result: Option<InTurn>,
}

/// The result of two requests, one after the other or at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTurn {
    /// Whether each was accepted.
    pub accepted: [bool; 2],
    /// The amounts and the status afterwards.
    pub amounts: String,
}

/// The reply to one of the two requests, or the reason for its absence.
pub type Answered = Result<HttpReply, TransportError>;

/// Returns `true` if these answers fit that order. A rejected request (409, 429) takes no part; the outcome of one that
/// was not answered is unknown.
#[must_use]
pub fn explains(outcomes: &[Option<Outcome>; 2], answered: &[Answered; 2]) -> bool {
    // Codes are compared one request at a time; here, only whether it was done.
    outcomes.iter().zip(answered).all(|(outcome, answered)| match (outcome, answered) {
        (Some(Ok(_)), Ok(reply)) => reply.is_done() || reply.is_failure(),
        (Some(Err(_)), Ok(reply)) => reply.status >= 400,
        (Some(_), Err(_)) | (None, _) => true,
    })
}

/// Returns the possible answers to whether the request took part. A request that was rejected because another one was
/// in progress did not; after a failure, both are possible.
const fn shares(answered: &Answered) -> &'static [bool] {
    match answered {
        Ok(HttpReply { status: 409 | 429, .. }) => &[false],
        Ok(HttpReply { status: ..500, .. }) => &[true],
        Ok(_) | Err(_) => &[true, false],
    }
}

/// Returns a short form of a response.
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

/// Returns the orders of the two calls whose results differ, each with its answers.
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

/// Returns both orders of two calls on a state, with the response to each.
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
