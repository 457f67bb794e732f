//! What is seen of the server, compared with what the model has.

use holdfast_harness::bounds::ModelState;
use holdfast_model::{Accepted, Call, EnvironmentEvent, Input, IntentId, Operation, Outcome, PaymentView, Transition};
use holdfast_properties::{Snapshot, Step, judge_observation, judge_step};
use serde_json::Value;

use super::{Run, Took, is_about_setup};
use crate::facts::{Found, Gap, Version, Weight};
use crate::finding::{Class, Sighting};
use crate::judge::Scene;
use crate::server::{Look, Trouble};
use crate::wire::{Broken, Reply};
use crate::{facts, judge, may, sight};

impl Run<'_> {
    /// Looks at everything once more: an operation touches only what it names (I12).
    ///
    /// # Errors
    /// [`Broken`] when the server cannot be reached any more.
    pub fn look_around(&mut self) -> Result<Vec<Sighting>, Broken> {
        let (config, sight) = (self.config, self.world.observe(&self.config));
        let now = sight.observation(&config);
        let mut sightings = Vec::new();
        for (place, view) in (0_u8..).zip(now.payments) {
            let Some(view) = view else { continue };
            let Some(look) = self.look(IntentId(place))? else { continue };
            let found = self.missed(IntentId(place), view, &look, &mut sightings);
            sightings.extend(judge::unasked(&found));
        }
        sightings.append(&mut self.unseen);
        Ok(sightings)
    }

    /// Looks at a payment; a look that fails is told of with the next step.
    pub(super) fn look(&mut self, intent: IntentId) -> Result<Option<Look>, Broken> {
        let look = self.server.look(intent)?;
        for trouble in look.iter().flat_map(|look| &look.trouble) {
            self.tell_unseen(trouble);
        }
        Ok(look)
    }

    /// Looks at the SetupIntent, likewise.
    fn look_at_setup(&mut self) -> Result<Option<Value>, Broken> {
        let mut trouble = Vec::new();
        let shown = self.server.look_at_setup(&mut trouble)?;
        for trouble in &trouble {
            self.tell_unseen(trouble);
        }
        Ok(shown)
    }

    fn tell_unseen(&mut self, trouble: &Trouble) {
        let sighting = judge::unseen(trouble);
        if !self.unseen.iter().any(|known| known.signature == sighting.signature) {
            self.unseen.push(sighting);
        }
    }

    /// Both have answered the same: is the same seen?
    pub(super) fn settle(
        &mut self,
        input: Input,
        expected: Transition<3, 3>,
        outcome: Outcome,
        (scene, mut sightings): (&Scene, Vec<Sighting>),
    ) -> Result<Took, Broken> {
        let mut took = Took { asked: true, goes_on: true, edge: Some(scene.edge), ..Took::default() };
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
            let Some(view) = may::view(&now, place) else { continue };
            let Some(look) = self.look(place)? else {
                // A payment that has no name cannot be looked at.
                sightings.push(scene.nameless());
                took.goes_on = false;
                continue;
            };
            found.extend(self.missed(place, view, &look, &mut sightings));
            if let Some(slot) = after.payments.get_mut(usize::from(place.0)) {
                let refunds = self.server.names().payment(place).map(|names| names.refunds.clone()).unwrap_or_default();
                *slot = Some(sight::overlaid(view, &look, &refunds, self.server.version));
            }
        }
        if let (true, Some(view)) = (is_about_setup(&input), now.setup) {
            match self.look_at_setup()? {
                Some(shown) => found.extend(facts::missed("setup_intent", &shown, &facts::setup(view))),
                None => took.goes_on = false,
            }
        }
        let wrong: Vec<&Found> = judge::wrong(&found);
        // Of a payment that is somewhere else, the rest is another too.
        let told = |it: &&Found| wrong.is_empty() || it.gap != Gap::Value;
        sightings.extend(judge::shapes(&found.iter().filter(told).cloned().collect::<Vec<_>>()));
        if wrong.is_empty() {
            self.remember();
            let step_before = before.observe(&self.config);
            let step = Step::new(
                step_before.observation(&self.config),
                input,
                outcome,
                expected.notifications.as_slice(),
                now,
            );
            took.witnessed = judge::seen_bits() & judge_step(&step).and(judge_observation(&step.after)).witnessed;
        } else {
            took.goes_on = false;
            let step =
                Step::new(self.seen.observe(), input, outcome, expected.notifications.as_slice(), after.observe());
            let told = scene.shows_otherwise(&wrong, judge::properties(&step, scene));
            // The answer said so already, without the properties.
            sightings.retain(|known| known.signature != told.signature);
            sightings.push(told);
        }
        took.sightings = sightings;
        Ok(took)
    }

    /// What a payment fails to show; another version of the API explains some of it.
    pub(super) fn missed(
        &mut self,
        place: IntentId,
        view: &PaymentView,
        look: &Look,
        sightings: &mut Vec<Sighting>,
    ) -> Vec<Found> {
        let refunds = self.server.names().payment(place).map(|names| names.refunds.clone()).unwrap_or_default();
        let missed = |version: Version| sight::missed(&self.config, view, look, &refunds, version);
        let mut found = missed(self.server.version);
        let values = |found: &[Found]| found.iter().filter(|found| found.gap == Gap::Value).count();
        if values(&found) > 0 {
            for (what, rules, version) in sight::other_versions(self.server.version, view) {
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

    /// Does the server show what the model would show in that world?
    pub(super) fn is_like(&mut self, input: Input, world: &ModelState) -> Result<bool, Broken> {
        let (config, sight) = (self.config, world.observe(&self.config));
        let now = sight.observation(&config);
        if is_about_setup(&input) {
            let shown = self.look_at_setup()?;
            return Ok(match (now.setup, shown) {
                (None, shown) => shown.is_none(),
                (Some(view), Some(shown)) => {
                    judge::wrong(&facts::missed("setup_intent", &shown, &facts::setup(view))).is_empty()
                }
                (Some(_), None) => false,
            });
        }
        let Some(intent) = input.intent() else { return Ok(false) };
        let look = self.look(intent)?;
        let (view, look) = match (may::view(&now, intent), look) {
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
        scene: &Scene,
    ) -> Result<Vec<holdfast_harness::verdict::Broken>, Broken> {
        let Some(intent) = input.intent() else { return Ok(Vec::new()) };
        let Some(look) = self.look(intent)? else { return Ok(Vec::new()) };
        let (config, sight) = (self.config, self.world.observe(&self.config));
        let now = sight.observation(&config);
        let Some(view) = may::view(&now, intent) else { return Ok(Vec::new()) };
        let refunds = self.server.names().payment(intent).map(|names| names.refunds.clone()).unwrap_or_default();
        let shown = sight::overlaid(view, &look, &refunds, self.server.version);
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
        Ok(judge::properties(&step, scene))
    }

    /// What the answer itself shows of the object that it is about.
    pub(super) fn answer(&self, call: &Call, calm: &Transition<3, 3>, scene: &Scene, reply: &Reply) -> Vec<Sighting> {
        let Some(body) = &reply.body else { return Vec::new() };
        let Ok(accepted) = calm.outcome else { return Vec::new() };
        let money = |pointer, want| facts::Fact { pointer, want, weight: Weight::Money };
        let number = |amount: holdfast_model::Amount| facts::Want::Number(amount.get());
        let facts = match (accepted, self.server.ways.api) {
            (Accepted::Intent { status, capturable, received }, crate::ways::Api::Intents) => vec![
                money("/status", facts::Want::Text(status.name())),
                money("/amount_capturable", number(capturable)),
                money("/amount_received", number(received)),
            ],
            (Accepted::Refund { status, amount }, _) if matches!(call.operation, Operation::CreateRefund { .. }) => {
                vec![money("/status", facts::Want::Text(status.name())), money("/amount", number(amount))]
            }
            (Accepted::Setup { status }, _) => vec![money("/status", facts::Want::Text(status.name()))],
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
        let found = facts::missed(object, body, &facts);
        let mut sightings = judge::shapes(&found);
        let wrong = judge::wrong(&found);
        if !wrong.is_empty() {
            sightings.push(scene.answers_otherwise(&wrong));
        }
        sightings
    }
}
