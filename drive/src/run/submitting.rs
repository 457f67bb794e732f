//! Requests and their replies: done, refused, failed, or no reply in the sense of the API.

use holdfast_harness::oracle::Match;
use holdfast_harness::subject::{Answer, Refused};
use holdfast_harness::{alternative_error, oracle, reading};
use holdfast_model::{
    Accepted, Call, DeliveryFault, EnvironmentEvent, Input, Observation, Operation, Rejection, Target, Transition,
    transition,
};
use serde_json::Value;

use super::{Run, two_wrongs};
use crate::judge::StepContext;
use crate::preconditions;
use crate::step::StepResult;
use crate::wire::{HttpReply, TransportError};

/// The seconds for which events are surely kept: twenty days of thirty.
const EVENTS_KEPT: u32 = 20 * 86_400;

/// The reading of a reply.
enum ReplyKind {
    Done,
    Refused(Refused),
    Failed,
    /// An answer that is none: 3xx, or 2xx without an object.
    Odd,
}

impl Run<'_> {
    pub(super) fn event(
        &mut self,
        event: EnvironmentEvent,
        now: &Observation<'_>,
    ) -> Result<StepResult, TransportError> {
        let input = Input::Event(event);
        let intent = input.intent();
        let view = intent.and_then(|intent| preconditions::view(now, intent)).copied();
        let abandoned =
            matches!(event, EnvironmentEvent::Authenticate { result: holdfast_model::Authentication::Abandoned, .. })
                && self.server.profile.authenticate.is_some();
        if !abandoned
            && crate::requests::event(&self.server.profile, self.server.names(), &event, view.as_ref()).is_none()
        {
            return Ok(StepResult::not_asked());
        }
        if let EnvironmentEvent::Advance { seconds } = event
            && !self.server.has_time(seconds)
        {
            return Ok(StepResult::not_asked());
        }
        if let EnvironmentEvent::Advance { seconds } = event {
            self.has_waited = true;
            // Events are kept for thirty days only.
            self.waited = self.waited.saturating_add(seconds);
            self.has_lost_events |= self.waited > EVENTS_KEPT;
        }
        let expected = transition(&self.config, &self.world, input);
        let context = StepContext::of(&self.config, &self.world, input, &expected);
        let is_done = match self.server.happen(&event, view.as_ref()) {
            // Whether the event has happened is unknown.
            Ok(Some(reply)) if reply.is_failure() => {
                let (edge, sightings) = (Some(context.edge), vec![context.failed(&reply)]);
                return Ok(StepResult { asked: true, sightings, edge, ..StepResult::default() });
            }
            Ok(Some(reply)) if !reply.is_done() && matches!(event, EnvironmentEvent::Advance { .. }) => {
                // It is complete.
                self.server.stop_the_clock();
                return Ok(StepResult::not_asked());
            }
            // A helper is no part of the API. If it refuses, the event has not happened, and the server is not at fault.
            Ok(Some(reply)) if !reply.is_done() && expected.after != self.world => {
                return Ok(StepResult { asked: true, is_unsure: true, ..StepResult::default() });
            }
            Ok(reply) => reply.is_none_or(|reply| reply.is_done()),
            Err(broken) if broken.ends_drive() => return Err(broken),
            Err(broken) => return Ok(context.broke_off(&broken)),
        };
        let result = self.settle(input, expected, expected.outcome, (&context, Vec::new()))?;
        Ok(StepResult { let_through: is_done, ..result })
    }

    // --- requests of a client ---

    pub(super) fn call(&mut self, call: Call, now: &Observation<'_>) -> Result<StepResult, TransportError> {
        let input = Input::Call(call);
        let calm = transition(&self.config, &self.world, Input::Call(Call { fault: DeliveryFault::None, ..call }));
        let view = input.intent().and_then(|intent| preconditions::view(now, intent)).copied();
        // The rules leave open whether a key is kept for a missing object, and whether it is still kept after some time.
        let is_known = call.key.is_some_and(|key| now.knows(key));
        let is_not_found = calm.outcome.is_err_and(|rejection| rejection.wire().http == 404);
        let is_open = call.key.is_some() && is_not_found || is_known && self.has_waited;
        let is_free = !is_open
            && !self.makes_a_second(&call, now)
            && preconditions::travel(&call, &calm.outcome, now, view.as_ref());
        if oracle::is_beyond(&calm.outcome) || !is_free || self.server.asked(&call, view.as_ref()).is_none() {
            return Ok(StepResult::not_asked());
        }
        let expected = transition(&self.config, &self.world, input);
        let context = StepContext::of(&self.config, &self.world, input, &calm);
        let done = match self.server.submit(&call, view.as_ref()) {
            Ok(done) => done,
            Err(broken) if broken.ends_drive() => return Err(broken),
            Err(broken) => return Ok(context.broke_off(&broken)),
        };
        if calm.outcome.is_err_and(|rejection| !rejection.is_stored()) && !context.is_known_key {
            self.server.free_key(call.key);
        }
        let mut sightings = Vec::new();
        if let Some((first, again)) = &done.twice {
            return Ok(context.twice(first, again));
        }
        let reply = &done.reply;
        let said = read(reply);
        match (calm.outcome, said) {
            (_, ReplyKind::Failed) => self.failed(input, &calm, &context, reply),
            (Ok(_), ReplyKind::Done) => {
                sightings.extend(self.answer(&call, &calm, &context, reply));
                let result = self.settle(input, expected, calm.outcome, (&context, sightings))?;
                Ok(StepResult { let_through: true, ..result })
            }
            (Ok(accepted), ReplyKind::Refused(refused)) => {
                self.refused(input, accepted, &expected, &context, (reply, &refused))
            }
            (Err(rejection), ReplyKind::Done) => self.accepted(input, rejection, &context, reply),
            // A 404 for an object that the model does not have either proves nothing.
            (Err(rejection), ReplyKind::Refused(refused))
                if !self.is_tried && is_unknown(&refused) && rejection.wire().http != 404 =>
            {
                let refused = Some(reply.clone());
                Ok(StepResult {
                    asked: true,
                    goes_on: call.key.is_none(),
                    refused,
                    is_unsure: true,
                    ..StepResult::default()
                })
            }
            (Err(rejection), ReplyKind::Refused(refused)) => {
                let (mut expected, refused) = (expected, self.assumed(refused, rejection));
                let answer = Answer::Refused(refused.clone());
                // Charges have other codes, few of which the rules name, so only the status of the refusal counts.
                let is_as_charges_do = self.server.profile.api == crate::profile::Api::Charges
                    && (refused.http, &*refused.kind) == (rejection.wire().http, rejection.wire().kind);
                if !is_as_charges_do && oracle::compare_answers(&calm.outcome, &answer) == Match::Other {
                    match alternative_error::also_wrong(&self.config, &self.world, input, &calm.outcome, &answer) {
                        Some(other) => expected = other,
                        // Who knows whether that is why.
                        None if !self.is_tried => {
                            let goes_on = call.key.is_none();
                            return Ok(StepResult { asked: true, goes_on, is_unsure: true, ..StepResult::default() });
                        }
                        None if two_wrongs::either_is_named(&self.config, &self.world, &call, rejection, &refused) => {}
                        None => sightings.extend(context.other_refusal(rejection, &refused, reply)),
                    }
                }
                let outcome = expected.outcome;
                let result = self.settle(input, expected, outcome, (&context, sightings))?;
                // A card that is declined was asked.
                Ok(StepResult { let_through: !rejection.is_refusal(), ..result })
            }
            (_, ReplyKind::Odd) => {
                sightings.push(context.odd(reply));
                let mut result = self.settle(input, expected, calm.outcome, (&context, sightings))?;
                result.goes_on = false;
                Ok(result)
            }
        }
    }

    /// Returns a refusal in which each field that the server declares as absent is as the model has it.
    fn assumed(&self, refused: Refused, rejection: Rejection) -> Refused {
        let is_absent = |name: &str| self.server.profile.absent.contains(name);
        let model = Refused::from(rejection);
        Refused {
            http: refused.http,
            kind: if is_absent("error.type") { model.kind } else { refused.kind },
            code: if is_absent("error.code") { model.code } else { refused.code },
            param: if is_absent("error.param") { model.param } else { refused.param },
            decline_code: if is_absent("error.decline_code") { model.decline_code } else { refused.decline_code },
        }
    }

    /// Finds out whether a server that failed (5xx) has carried out the request, or not, or in part.
    fn failed(
        &mut self,
        input: Input,
        calm: &Transition<3, 3>,
        context: &StepContext,
        reply: &HttpReply,
    ) -> Result<StepResult, TransportError> {
        let sightings = vec![context.failed(reply)];
        let mut result =
            StepResult { asked: true, sightings, goes_on: false, edge: Some(context.edge), ..StepResult::default() };
        let before = self.world;
        let is_new = matches!(input, Input::Call(Call { operation: Operation::CreateIntent { .. }, key: None, .. }));
        let keyless = matches!(input, Input::Call(Call { key: None, .. }));
        // The key keeps the failure (IDEM-3), which the model does not have.
        if keyless && (is_new || self.is_like(input, &before)?) {
            result.goes_on = true;
        } else if keyless && self.is_like(input, &calm.after)? {
            self.world = calm.after;
            self.has_lost_events = true;
            self.remember();
            result.goes_on = true;
        }
        Ok(result)
    }

    /// The model accepts, the server refuses.
    fn refused(
        &mut self,
        input: Input,
        accepted: Accepted,
        expected: &Transition<3, 3>,
        context: &StepContext,
        (reply, refused): (&HttpReply, &Refused),
    ) -> Result<StepResult, TransportError> {
        let sighting = context.refuses(accepted, refused, reply);
        let mut result = StepResult {
            asked: true,
            edge: Some(context.edge),
            refused: (!context.is_known_key).then(|| reply.clone()),
            ..StepResult::default()
        };
        let before = self.world;
        let without_key = matches!(input, Input::Call(Call { key: None, .. })) || context.is_known_key;
        if matches!(input, Input::Call(call) if self.server.takes_two(&call)) {
            // The payment exists, unconfirmed; the model has none.
            result.sightings = vec![sighting];
        } else if self.is_like(input, &before)? {
            result.goes_on = without_key;
            result.sightings = vec![sighting];
        } else if self.is_like(input, &expected.after)? {
            self.world = expected.after;
            self.has_lost_events = true;
            self.remember();
            result.goes_on = without_key;
            result.sightings = vec![context.refuses_and_does(refused, reply)];
        } else {
            let outcome = reading::read(&Answer::Refused(refused.clone()), None).unwrap_or(Err(Rejection::ServerError));
            let refusal = Transition { after: before, outcome, notifications: holdfast_model::Notifications::none() };
            result = self.settle(input, refusal, outcome, (context, vec![sighting]))?;
            result.goes_on = false;
        }
        Ok(result)
    }

    /// The model refuses, the server accepts.
    fn accepted(
        &mut self,
        input: Input,
        rejection: Rejection,
        context: &StepContext,
        reply: &HttpReply,
    ) -> Result<StepResult, TransportError> {
        let mut result = StepResult { asked: true, edge: Some(context.edge), ..StepResult::default() };
        if let Input::Call(Call { operation: Operation::CreateIntent { intent, .. }, key, .. }) = input {
            let is_there = self.seen.payments.get(usize::from(intent.0)).is_some_and(Option::is_some);
            let names = self.server.names().payment(intent);
            if is_there && names.is_some_and(|names| reply.text_at("/id").is_some_and(|id| id != names.id)) {
                // Another payment beside the named one.
                result.sightings = vec![context.accepts(rejection, reply, true, Vec::new())];
                return Ok(result);
            }
            if !is_there {
                // The server has one more payment than the model.
                result.sightings = vec![context.accepts(rejection, reply, true, Vec::new())];
                self.server.forget(intent);
                result.goes_on = key.is_none();
                return Ok(result);
            }
        }
        let before = self.world;
        let does_nothing = self.is_like(input, &before)?;
        let properties = if does_nothing { Vec::new() } else { self.properties(input, context)? };
        result.sightings = vec![context.accepts(rejection, reply, !does_nothing, properties)];
        result.goes_on = does_nothing && matches!(input, Input::Call(Call { key: None, .. }));
        Ok(result)
    }

    /// Returns whether it would create an object whose name is taken.
    fn makes_a_second(&self, call: &Call, now: &Observation<'_>) -> bool {
        let Some(made) = call.operation.creates() else { return false };
        let names = self.server.names();
        let is_named = match made {
            Target::Payment(intent) | Target::Refund(intent, _) => names.payment(intent).is_some(),
            Target::Setup => names.setup.is_some(),
            Target::Session => true,
        };
        (now.has(made) || is_named) && !call.key.is_some_and(|key| now.knows(key))
    }
}

fn read(reply: &HttpReply) -> ReplyKind {
    if reply.is_failure() {
        return ReplyKind::Failed;
    }
    if reply.is_done() {
        return if reply.body.as_ref().is_some_and(Value::is_object) { ReplyKind::Done } else { ReplyKind::Odd };
    }
    if reply.status < 400 {
        return ReplyKind::Odd;
    }
    let text = |name: &str| reply.text_at(&format!("/error/{name}")).map(|text| text.to_owned().into());
    ReplyKind::Refused(Refused {
        http: reply.status,
        kind: text("type").unwrap_or_default(),
        code: text("code"),
        param: text("param"),
        decline_code: text("decline_code"),
    })
}

/// Returns whether the refusal names an unknown parameter or path.
fn is_unknown(refused: &Refused) -> bool {
    let is_path = matches!(refused.http, 404 | 405 | 501) && refused.code.as_deref() != Some("resource_missing");
    is_path || refused.code.as_deref() == Some("parameter_unknown")
}
