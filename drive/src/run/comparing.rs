//! The comparison of the server's objects with the model's.

use holdfast_harness::bounds::ModelState;
use holdfast_model::{Accepted, Call, EnvironmentEvent, Input, IntentId, Operation, Outcome, PaymentView, Transition};
use holdfast_properties::{Snapshot, Step, judge_observation, judge_step};
use serde_json::Value;

use super::events::Emitted;
use super::{Run, is_about_setup};
use crate::fields::{FieldDifference, Mismatch, Version, Weight};
use crate::finding::{Class, Sighting};
use crate::judge::StepContext;
use crate::server::{FetchError, FetchedObjects};
use crate::step::StepResult;
use crate::wire::{HttpReply, TransportError};
use crate::{comparison, fields, judge, preconditions};

impl Run<'_> {
    /// Reads all objects again: an operation changes only the object it names (I12).
    ///
    /// # Errors
    /// [`TransportError`] when the server can no longer be reached.
    pub fn look_around(&mut self) -> Result<Vec<Sighting>, TransportError> {
        let (config, sight) = (self.config, self.world.observe(&self.config));
        let now = sight.observation(&config);
        let mut sightings = Vec::new();
        for (place, view) in (0_u8..).zip(now.payments) {
            let Some(view) = view else { continue };
            let Some(look) = self.look(IntentId(place))? else { continue };
            let found = self.missed(IntentId(place), view, &look, &mut sightings);
            sightings.extend(judge::unasked(&found));
        }
        if sightings.is_empty() {
            sightings.extend(self.compare_events()?);
        }
        sightings.append(&mut self.unseen);
        Ok(sightings)
    }

    /// Reads a payment; a failed read is reported with the next step.
    pub(super) fn look(&mut self, intent: IntentId) -> Result<Option<FetchedObjects>, TransportError> {
        let look = self.server.look(intent)?;
        for fetch_errors in look.iter().flat_map(|look| &look.fetch_errors) {
            self.tell_unseen(fetch_errors);
        }
        Ok(look)
    }

    /// Fetches the SetupIntent and records the fetches that failed.
    fn look_at_setup(&mut self) -> Result<Option<Value>, TransportError> {
        let mut fetch_errors = Vec::new();
        let shown = self.server.look_at_setup(&mut fetch_errors)?;
        for fetch_errors in &fetch_errors {
            self.tell_unseen(fetch_errors);
        }
        Ok(shown)
    }

    pub(super) fn tell_unseen(&mut self, fetch_errors: &FetchError) {
        let sighting = judge::unseen(fetch_errors);
        if !self.unseen.iter().any(|known| known.signature == sighting.signature) {
            self.unseen.push(sighting);
        }
    }

    /// Compares the state after both gave the same answer.
    pub(super) fn settle(
        &mut self,
        input: Input,
        expected: Transition<3, 3>,
        outcome: Outcome,
        (context, mut sightings): (&StepContext, Vec<Sighting>),
    ) -> Result<StepResult, TransportError> {
        let mut result = StepResult { asked: true, goes_on: true, edge: Some(context.edge), ..StepResult::default() };
        let before = std::mem::replace(&mut self.world, expected.after);
        let (config, sight) = (self.config, self.world.observe(&self.config));
        let now = sight.observation(&config);
        let mut found = Vec::new();
        let mut after = Snapshot::from(now);
        let places: Vec<IntentId> = match (input.intent(), input) {
            (Some(intent), _) => vec![intent],
            (None, Input::Event(EnvironmentEvent::Advance { .. })) => (0..3).map(IntentId).collect(),
            (None, _) => Vec::new(),
        };
        for place in places {
            let Some(view) = preconditions::view(&now, place) else { continue };
            let Some(look) = self.look(place)? else {
                // A payment without a name cannot be read.
                sightings.push(context.nameless());
                result.goes_on = false;
                continue;
            };
            found.extend(self.missed(place, view, &look, &mut sightings));
            if let Some(slot) = after.payments.get_mut(usize::from(place.0)) {
                let refunds = self.server.names().payment(place).map(|names| names.refunds.clone()).unwrap_or_default();
                *slot = Some(comparison::overlaid(view, &look, &refunds, self.server.version));
            }
        }
        if let (true, Some(view)) = (is_about_setup(&input), now.setup) {
            match self.look_at_setup()? {
                Some(shown) => found.extend(fields::missed("setup_intent", &shown, &fields::setup(view))),
                None => result.goes_on = false,
            }
        }
        let wrong: Vec<&FieldDifference> = judge::wrong(&found);
        // If the payment is in another state, its other fields differ as well.
        let told = |it: &&FieldDifference| wrong.is_empty() || it.mismatch != Mismatch::Value;
        sightings.extend(judge::shapes(&found.iter().filter(told).cloned().collect::<Vec<_>>()));
        if wrong.is_empty() {
            let notifications = expected.notifications.as_slice().to_vec();
            self.emitted.push(Emitted { notifications, after: Snapshot::from(now) });
            self.remember();
            let step_before = before.observe(&self.config);
            let step = Step::new(
                step_before.observation(&self.config),
                input,
                outcome,
                expected.notifications.as_slice(),
                now,
            );
            result.witnessed = judge::seen_bits() & judge_step(&step).and(judge_observation(&step.after)).witnessed;
        } else {
            result.goes_on = false;
            let step =
                Step::new(self.seen.observe(), input, outcome, expected.notifications.as_slice(), after.observe());
            let told = context.shows_otherwise(&wrong, judge::properties(&step, context));
            // The answer said so already, without the properties.
            sightings.retain(|known| known.signature != told.signature);
            sightings.push(told);
        }
        result.sightings = sightings;
        Ok(result)
    }

    /// Returns the differences of a payment, less those that another version of the API explains.
    pub(super) fn missed(
        &mut self,
        place: IntentId,
        view: &PaymentView,
        look: &FetchedObjects,
        sightings: &mut Vec<Sighting>,
    ) -> Vec<FieldDifference> {
        for (object, shown) in [("payment_intent", &look.payment), ("charge", &look.charge)] {
            let is_shown = |pointer: &&str| shown.as_ref().is_some_and(|shown| shown.pointer(pointer).is_some());
            let places = fields::OPTIONAL.iter().filter(|(of, _)| *of == object).map(|(_, pointer)| *pointer);
            self.server.fields_shown.extend(places.filter(is_shown).map(|pointer| fields::place(object, pointer)));
        }
        let refunds = self.server.names().payment(place).map(|names| names.refunds.clone()).unwrap_or_default();
        let absent = &self.server.profile.absent;
        let missed = |version: Version| {
            let mut found = comparison::missed(&self.config, view, look, &refunds, version);
            found.retain(|it| !absent.contains(&it.place));
            found
        };
        let mut found = missed(self.server.version);
        let values = |found: &[FieldDifference]| found.iter().filter(|found| found.mismatch == Mismatch::Value).count();
        if values(&found) > 0 {
            for (what, rules, version) in comparison::other_versions(self.server.version, view) {
                let other = missed(version);
                if values(&other) < values(&found) {
                    let headline = format!("{what} ({rules})");
                    sightings.push(Sighting::new(Class::Choice, what, headline));
                    self.server.version = version;
                    found = other;
                }
            }
        }
        found
    }

    /// Returns whether the server shows that state of the model.
    pub(super) fn is_like(&mut self, input: Input, world: &ModelState) -> Result<bool, TransportError> {
        let (config, sight) = (self.config, world.observe(&self.config));
        let now = sight.observation(&config);
        if is_about_setup(&input) {
            let shown = self.look_at_setup()?;
            return Ok(match (now.setup, shown) {
                (None, shown) => shown.is_none(),
                (Some(view), Some(shown)) => {
                    judge::wrong(&fields::missed("setup_intent", &shown, &fields::setup(view))).is_empty()
                }
                (Some(_), None) => false,
            });
        }
        let Some(intent) = input.intent() else { return Ok(false) };
        let look = self.look(intent)?;
        let (view, look) = match (preconditions::view(&now, intent), look) {
            (None, None) => return Ok(true),
            (Some(view), Some(look)) => (*view, look),
            (Some(_), None) | (None, Some(_)) => return Ok(false),
        };
        let found = self.missed(intent, &view, &look, &mut Vec::new());
        Ok(judge::wrong(&found).is_empty())
    }

    /// The properties that a step breaks which the model would not have taken.
    pub(super) fn properties(
        &mut self,
        input: Input,
        context: &StepContext,
    ) -> Result<Vec<holdfast_harness::verdict::Broken>, TransportError> {
        let Some(intent) = input.intent() else { return Ok(Vec::new()) };
        let Some(look) = self.look(intent)? else { return Ok(Vec::new()) };
        let (config, sight) = (self.config, self.world.observe(&self.config));
        let now = sight.observation(&config);
        let Some(view) = preconditions::view(&now, intent) else { return Ok(Vec::new()) };
        let refunds = self.server.names().payment(intent).map(|names| names.refunds.clone()).unwrap_or_default();
        let shown = comparison::overlaid(view, &look, &refunds, self.server.version);
        let mut after = Snapshot::from(now);
        if let Some(slot) = after.payments.get_mut(usize::from(intent.0)) {
            *slot = Some(shown);
        }
        let outcome = Ok(match input {
            Input::Call(Call { operation: Operation::CreateRefund { .. }, .. }) => Accepted::Refund {
                status: holdfast_model::RefundStatus::Succeeded,
                amount: shown.refunds.iter().flatten().last().map(|refund| refund.amount).unwrap_or_default(),
            },
            Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => {
                Accepted::Intent { status: shown.status, capturable: shown.capturable, received: shown.received }
            }
        });
        let step = Step::new(self.seen.observe(), input, outcome, &[], after.observe());
        Ok(judge::properties(&step, context))
    }

    /// Compares the object in the answer.
    pub(super) fn answer(
        &self,
        call: &Call,
        calm: &Transition<3, 3>,
        context: &StepContext,
        reply: &HttpReply,
    ) -> Vec<Sighting> {
        let Some(body) = &reply.body else { return Vec::new() };
        let Ok(accepted) = calm.outcome else { return Vec::new() };
        let money = |pointer, expected| fields::FieldCheck { pointer, expected, weight: Weight::Money };
        let number = |amount: holdfast_model::Amount| fields::Expected::Number(amount.get());
        let facts = match (accepted, self.server.profile.api) {
            (Accepted::Intent { status, capturable, received }, crate::profile::Api::Intents) => vec![
                money("/status", fields::Expected::Text(status.name())),
                money("/amount_capturable", number(capturable)),
                money("/amount_received", number(received)),
            ],
            (Accepted::Refund { status, amount }, _) if matches!(call.operation, Operation::CreateRefund { .. }) => {
                vec![money("/status", fields::Expected::Text(status.name())), money("/amount", number(amount))]
            }
            (Accepted::Setup { status }, _) => vec![money("/status", fields::Expected::Text(status.name()))],
            (
                Accepted::Intent { .. }
                | Accepted::Refund { .. }
                | Accepted::Money { .. }
                | Accepted::Session { .. }
                | Accepted::Begun
                | Accepted::Happened
                | Accepted::Nothing,
                _,
            ) => Vec::new(),
        };
        let object = match accepted {
            Accepted::Refund { .. } => "refund",
            Accepted::Setup { .. } => "setup_intent",
            Accepted::Intent { .. }
            | Accepted::Money { .. }
            | Accepted::Session { .. }
            | Accepted::Begun
            | Accepted::Happened
            | Accepted::Nothing => "payment_intent",
        };
        let found = fields::missed(object, body, &facts);
        let mut sightings = judge::shapes(&found);
        let wrong = judge::wrong(&found);
        if !wrong.is_empty() {
            sightings.push(context.answers_otherwise(&wrong));
        }
        sightings
    }
}
