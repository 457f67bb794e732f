//! Two requests at the same moment.

use holdfast_harness::bounds::ModelState;
use holdfast_model::{Call, Input, IntentId, Outcome};

use super::Run;
use crate::race_outcome::{Answered, InTurn, RaceFailure, RaceOutcome, Raced};
use crate::server::FetchedObjects;
use crate::wire::{HttpReply, TransportError};
use crate::{preconditions, race_outcome, races};

impl Run<'_> {
    /// Sends both at the same moment, and judges whether some order of the two explains the result.
    ///
    /// # Errors
    /// [`TransportError`] when the server can no longer be reached.
    pub fn race(&mut self, both: &[Call; 2]) -> Result<Raced, TransportError> {
        let (config, sight) = (self.config, self.world.observe(&self.config));
        let now = sight.observation(&config);
        let [first, second] = both;
        let intent = first.operation.about().intent();
        let view = intent.and_then(|intent| preconditions::view(&now, intent)).copied();
        if both.iter().any(|call| self.server.takes_two(call)) {
            return Ok(Raced::NotTried("the server takes two requests for it".to_owned()));
        }
        let mut made = |call: &Call| self.server.made(call, view.as_ref());
        let asked =
            match made(first).and_then(|one| Ok([one.clone(), if first == second { one } else { made(second)? }])) {
                Ok(asked) => asked,
                Err(broken) if broken.ends_drive() => return Err(broken),
                Err(broken) => return Ok(Raced::NotTried(broken.to_string())),
            };
        self.server.spend_two()?;
        let answered = races::send(self.server, &asked)?;
        for ((call, asked), answered) in both.iter().zip(&asked).zip(&answered) {
            if let Ok(reply) = answered {
                self.server.note(&call.operation, asked, reply);
            }
        }
        let orders = race_outcome::orders(&config, &self.world, both, &answered);
        let is_explained = !acts_twice(both, &answered) && self.is_explained(*first, &orders, &answered)?;
        let has = |fits: fn(&Answered) -> bool| answered.iter().any(fits);
        let wrong = if !is_explained {
            RaceFailure::Unexplained
        } else if has(Result::is_err) {
            RaceFailure::NoAnswer
        } else if has(|answered| answered.as_ref().is_ok_and(HttpReply::is_failure)) {
            RaceFailure::ServerError
        } else if !self.unseen.is_empty() {
            RaceFailure::Unseen
        } else {
            return Ok(Raced::Explained);
        };
        let seen = self.amounts(intent)?;
        let is_comparable = wrong == RaceFailure::Unexplained && !acts_twice(both, &answered) && !seen.is_empty();
        let result = is_comparable.then(|| InTurn { accepted: accepted(&answered), amounts: seen.clone() });
        let unseen = self.unseen.drain(..).map(|sighting| sighting.headline);
        let seen = std::iter::once(seen).chain(unseen).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let mut expected: Vec<String> = Vec::new();
        for (outcomes, _) in &orders {
            let words =
                outcomes.iter().flatten().map(holdfast_model::trace::describe).collect::<Vec<_>>().join(" and ");
            if !words.is_empty() && !expected.contains(&words) {
                expected.push(words);
            }
        }
        let [one, two] = &answered;
        Ok(Raced::RaceFailure(RaceOutcome {
            wrong,
            answers: [race_outcome::answered(one), race_outcome::answered(two)],
            accepted: accepted(&answered).into_iter().filter(|is_accepted| *is_accepted).count(),
            expected: expected.join(", or "),
            seen,
            result,
        }))
    }

    /// Sends the two one after the other, the second one first if `is_swapped`; `None` if they cannot be sent.
    ///
    /// # Errors
    /// [`TransportError`] when the server can no longer be reached.
    pub fn in_turn(&mut self, both: &[Call; 2], is_swapped: bool) -> Result<Option<InTurn>, TransportError> {
        let (config, sight) = (self.config, self.world.observe(&self.config));
        let now = sight.observation(&config);
        let intent = both.first().and_then(|call| call.operation.about().intent());
        let view = intent.and_then(|intent| preconditions::view(&now, intent)).copied();
        let [first, second] = *both;
        let mut answers = Vec::new();
        for call in if is_swapped { [second, first] } else { [first, second] } {
            let replied = self.server.submit(&call, view.as_ref());
            match replied {
                Ok(done) => answers.push(done.reply.is_done()),
                Err(broken) if broken.ends_drive() => return Err(broken),
                Err(_) => return Ok(None),
            }
        }
        if is_swapped {
            answers.reverse();
        }
        let amounts = self.amounts(intent)?;
        Ok(<[bool; 2]>::try_from(answers).ok().map(|accepted| InTurn { accepted, amounts }))
    }

    /// Returns the amounts and the status of a payment as the server shows them.
    fn amounts(&mut self, intent: Option<IntentId>) -> Result<String, TransportError> {
        Ok(match intent {
            Some(intent) => self.look(intent)?.map(|look| told_look(&look)).unwrap_or_default(),
            None => String::new(),
        })
    }

    /// Returns whether one of the orders leads to these answers and to this state.
    fn is_explained(
        &mut self,
        first: Call,
        orders: &[([Option<Outcome>; 2], ModelState)],
        answered: &[Answered; 2],
    ) -> Result<bool, TransportError> {
        for (outcomes, world) in orders {
            if race_outcome::explains(outcomes, answered) && self.is_like(Input::Call(first), world)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Returns whether each was accepted.
fn accepted(answered: &[Answered; 2]) -> [bool; 2] {
    answered.each_ref().map(|answered| answered.as_ref().is_ok_and(HttpReply::is_done))
}

/// Returns whether one request under one key made two objects.
fn acts_twice([first, second]: &[Call; 2], answered: &[Answered; 2]) -> bool {
    let id = |answered: &Answered| {
        let reply = answered.as_ref().ok().filter(|reply| reply.is_done())?;
        reply.text_at("/id").map(str::to_owned)
    };
    let [one, two] = answered;
    first == second && first.key.is_some() && matches!((id(one), id(two)), (Some(one), Some(two)) if one != two)
}

/// The amounts that are visible after a race.
fn told_look(look: &FetchedObjects) -> String {
    let mut parts = Vec::new();
    for (object, shown, names) in [
        ("payment_intent", &look.payment, ["status", "amount_capturable", "amount_received"]),
        ("charge", &look.charge, ["amount_captured", "amount_refunded", "refunded"]),
    ] {
        for name in names {
            if let Some(value) = shown.as_ref().and_then(|shown| shown.get(name)) {
                parts.push(format!(
                    "{object}.{name}={}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                ));
            }
        }
    }
    if let Some(list) = &look.refunds {
        parts.push(format!("{} refunds", list.len()));
    }
    parts.join(" ")
}
