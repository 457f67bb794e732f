//! One sequence: model and server side by side, one input after the other.

use holdfast_conformance::lockstep::World;
use holdfast_conformance::oracle::{self, Likeness};
use holdfast_conformance::subject::{Answer, Refused};
use holdfast_conformance::{reading, repaired};
use holdfast_model::{
    About, Accepted, Call, Event, Fault, Input, IntentId, Observation, Operation, Outcome, PaymentView, Rejection,
    Terms, Transition, transition,
};
use holdfast_properties::{AbstractTransition, Snapshot, Step, judge_observation, judge_step};
use serde_json::Value;

use crate::facts::{self, Found, Gap, Version, Weight};
use crate::features::Features;
use crate::finding::{Class, Sighting};
use crate::judge::{self, Scene};
use crate::may;
use crate::races::{self, Told};
use crate::server::{Look, Server};
use crate::sight;
use crate::wire::{Broken, Reply};

/// What became of one input.
#[derive(Clone, Debug, Default)]
pub struct Took {
    /// Was it asked at all?
    pub asked: bool,
    /// What differs.
    pub sightings: Vec<Sighting>,
    /// Can the sequence go on: do both know where they are?
    pub goes_on: bool,
    /// What the step was like.
    pub edge: Option<AbstractTransition>,
    /// Claims that the step bears out: a bit each.
    pub witnessed: u128,
    /// The server refuses what the model accepts: what it says.
    pub refused: Option<Reply>,
}

impl Took {
    fn not_asked() -> Self {
        Self { goes_on: true, ..Self::default() }
    }
}

/// A sequence under way.
#[derive(Debug)]
pub struct Run<'s> {
    server: &'s mut Server,
    terms: Terms,
    world: World,
    /// What was seen of the server last; where nothing can be seen, what the model has.
    seen: Snapshot,
}

/// How a reply reads.
enum Said {
    Done,
    Refused(Refused),
    Failed,
    /// An answer that is none: 3xx, or 2xx without an object.
    Odd,
}

impl<'s> Run<'s> {
    /// Nothing has happened yet.
    #[must_use]
    pub fn begin(server: &'s mut Server, terms: &Terms) -> Self {
        server.begin();
        Self { server, terms: *terms, world: World::default(), seen: oracle::nothing_yet(terms) }
    }

    /// Where the model is.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Both take one input.
    ///
    /// # Errors
    /// [`Broken`] when the server cannot be reached any more.
    pub fn take(&mut self, input: Input, features: &Features) -> Result<Took, Broken> {
        if !features.have(&input) {
            return Ok(Took::not_asked());
        }
        let (terms, sight) = (self.terms, self.world.observe(&self.terms));
        let now = sight.observation(&terms);
        match input {
            Input::Call(call) => self.call(call, &now),
            Input::Event(event) if may::happen(&self.terms, &self.world, &event, &now) => self.event(event, &now),
            Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => Ok(Took::not_asked()),
        }
    }

    /// What a step would be like, before it is taken.
    #[must_use]
    pub fn foresee(&self, input: Input) -> Option<AbstractTransition> {
        let next = transition(&self.terms, &self.world, input);
        (!oracle::is_beyond(&next.outcome)).then(|| Scene::of(&self.terms, &self.world, input, &next).edge)
    }

    /// Both are asked at the same moment: what came of it that no order of the two explains. `None` on the outside where
    /// it could not be tried.
    ///
    /// # Errors
    /// [`Broken`] when the server cannot be reached any more.
    pub fn race(&mut self, both: &[Call; 2]) -> Result<Option<Option<Told>>, Broken> {
        let (terms, sight) = (self.terms, self.world.observe(&self.terms));
        let now = sight.observation(&terms);
        let [first, second] = both;
        let view = intent_of(&Input::Call(*first)).and_then(|intent| may::view(&now, intent)).copied();
        let asked = self.server.made(first, view.as_ref())?;
        let other = if first == second { asked.clone() } else { self.server.made(second, view.as_ref())? };
        let asked = [asked, other];
        let replies = match races::send(self.server, &asked) {
            Ok(replies) => replies,
            Err(broken @ Broken::Unreachable(_)) => return Err(broken),
            Err(Broken::Dropped(_) | Broken::Silent) => return Ok(None),
        };
        self.server.operations = self.server.operations.saturating_add(2);
        for ((call, asked), reply) in both.iter().zip(&asked).zip(&replies) {
            self.server.note(&call.operation, asked, reply);
        }
        let [one, two] = &replies;
        let ids = [one, two].map(|reply| reply.text_at("/id").filter(|_| reply.is_done()));
        let is_twice = first == second && first.key.is_some() && matches!(ids, [Some(one), Some(two)] if one != two);
        let orders = races::orders(&terms, &self.world, both, [races::is_turned_away(one), races::is_turned_away(two)]);
        if !is_twice {
            for (outcomes, world) in &orders {
                if races::explains(outcomes, [one, two]) && self.is_like(Input::Call(*first), world)? {
                    return Ok(Some(None));
                }
            }
        }
        let seen = match intent_of(&Input::Call(*first)) {
            Some(intent) => self.server.look(intent)?.map(|look| told_look(&look)).unwrap_or_default(),
            None => String::new(),
        };
        let expected = orders.iter().map(|(outcomes, _)| {
            let words = outcomes.iter().flatten().map(holdfast_model::trace::describe).collect::<Vec<_>>();
            words.join(" and ")
        });
        Ok(Some(Some(Told {
            answers: [races::answered(one), races::answered(two)],
            accepted: [one, two].iter().filter(|reply| reply.is_done()).count(),
            expected: expected.collect::<Vec<_>>().join(", or "),
            seen,
        })))
    }

    /// Looks at everything once more: an operation touches only what it names (I12).
    ///
    /// # Errors
    /// [`Broken`] when the server cannot be reached any more.
    pub fn look_around(&mut self) -> Result<Vec<Sighting>, Broken> {
        let (terms, sight) = (self.terms, self.world.observe(&self.terms));
        let now = sight.observation(&terms);
        let mut sightings = Vec::new();
        for (place, view) in (0_u8..).zip(now.payments) {
            let Some(view) = view else { continue };
            let Some(look) = self.server.look(IntentId(place))? else { continue };
            let found = self.missed(IntentId(place), view, &look, &mut sightings);
            sightings.extend(judge::unasked(&found));
        }
        Ok(sightings)
    }

    // --- what the world does ---

    fn event(&mut self, event: Event, now: &Observation<'_>) -> Result<Took, Broken> {
        let input = Input::Event(event);
        let intent = intent_of(&input);
        let view = intent.and_then(|intent| may::view(now, intent)).copied();
        let abandoned = matches!(event, Event::Authenticate { result: holdfast_model::Authentication::Abandoned, .. })
            && self.server.ways.authenticate.is_some();
        if !abandoned && crate::ask::event(&self.server.ways, self.server.names(), &event, view.as_ref()).is_none() {
            return Ok(Took::not_asked());
        }
        let expected = transition(&self.terms, &self.world, input);
        let scene = Scene::of(&self.terms, &self.world, input, &expected);
        let mut sightings = Vec::new();
        match self.server.happen(&event, view.as_ref()) {
            Ok(Some(reply)) if reply.is_failure() => sightings.push(scene.failed(&reply)),
            Ok(_) => {}
            Err(broken @ Broken::Unreachable(_)) => return Err(broken),
            Err(broken) => return Ok(scene.broke_off(&broken)),
        }
        self.settle(input, intent, expected, expected.outcome, (&scene, sightings))
    }

    // --- what a client asks ---

    fn call(&mut self, call: Call, now: &Observation<'_>) -> Result<Took, Broken> {
        let input = Input::Call(call);
        let calm = transition(&self.terms, &self.world, Input::Call(Call { fault: Fault::None, ..call }));
        let view = intent_of(&input).and_then(|intent| may::view(now, intent)).copied();
        // Whether a key is kept for what was not found, the rules leave open.
        let is_nobodys = call.key.is_some() && calm.outcome == Err(Rejection::NoSuchIntent);
        let is_free = !is_nobodys && !self.makes_a_second(&call, now) && may::travel(&call, &calm.outcome, now);
        if oracle::is_beyond(&calm.outcome) || !is_free || self.server.asked(&call, view.as_ref()).is_none() {
            return Ok(Took::not_asked());
        }
        let expected = transition(&self.terms, &self.world, input);
        let scene = Scene::of(&self.terms, &self.world, input, &calm);
        let done = match self.server.submit(&call, view.as_ref()) {
            Ok(done) => done,
            Err(broken @ Broken::Unreachable(_)) => return Err(broken),
            Err(broken) => return Ok(scene.broke_off(&broken)),
        };
        if calm.outcome.is_err_and(|rejection| !rejection.is_stored()) && !scene.is_known_key {
            self.server.free_key(call.key);
        }
        let mut sightings = Vec::new();
        if let Some((first, again)) = &done.twice {
            return Ok(scene.twice(first, again));
        }
        let reply = &done.reply;
        let said = read(reply);
        match (calm.outcome, said) {
            (_, Said::Failed) => self.failed(input, &calm, &scene, reply),
            (Ok(_), Said::Done) => {
                sightings.extend(self.answer(&call, &calm, &scene, reply));
                self.settle(input, intent_of(&input), expected, calm.outcome, (&scene, sightings))
            }
            (Ok(accepted), Said::Refused(refused)) => {
                self.refused(input, accepted, &expected, &scene, (reply, &refused))
            }
            (Err(rejection), Said::Done) => self.accepted(input, rejection, &scene, reply),
            // Nothing of the API's is there: not even an error of its own.
            (Err(_), Said::Refused(refused)) if refused.kind.is_empty() && matches!(refused.http, 404 | 405 | 501) => {
                Ok(Took { asked: true, goes_on: true, refused: Some(reply.clone()), ..Took::default() })
            }
            (Err(rejection), Said::Refused(refused)) => {
                let mut expected = expected;
                let answer = Answer::Refused(refused.clone());
                if oracle::compare_answers(&calm.outcome, &answer) == Likeness::Other {
                    match repaired::also_wrong(&self.terms, &self.world, input, &calm.outcome, &answer) {
                        Some(other) => expected = other,
                        None => sightings.extend(scene.other_refusal(rejection, &refused, reply)),
                    }
                }
                let outcome = expected.outcome;
                self.settle(input, intent_of(&input), expected, outcome, (&scene, sightings))
            }
            (_, Said::Odd) => {
                sightings.push(scene.odd(reply));
                let mut took = self.settle(input, intent_of(&input), expected, calm.outcome, (&scene, sightings))?;
                took.goes_on = false;
                Ok(took)
            }
        }
    }

    /// The server failed (5xx): did it do what it was asked, or nothing, or something in between?
    fn failed(&mut self, input: Input, calm: &Transition<3, 3>, scene: &Scene, reply: &Reply) -> Result<Took, Broken> {
        let sightings = vec![scene.failed(reply)];
        let mut took = Took { asked: true, sightings, goes_on: false, edge: Some(scene.edge), ..Took::default() };
        let before = self.world;
        let is_new = matches!(input, Input::Call(Call { operation: Operation::CreateIntent { .. }, key: None, .. }));
        let keyless = matches!(input, Input::Call(Call { key: None, .. }));
        // What is kept under the key is the failure (§2.11), which the model knows nothing of.
        if keyless && (is_new || self.is_like(input, &before)?) {
            took.goes_on = true;
        } else if keyless && self.is_like(input, &calm.after)? {
            self.world = calm.after;
            self.remember();
            took.goes_on = true;
        }
        Ok(took)
    }

    /// The model accepts, the server refuses.
    fn refused(
        &mut self,
        input: Input,
        accepted: Accepted,
        expected: &Transition<3, 3>,
        scene: &Scene,
        (reply, refused): (&Reply, &Refused),
    ) -> Result<Took, Broken> {
        let sighting = scene.refuses(accepted, refused, reply);
        let mut took = Took {
            asked: true,
            edge: Some(scene.edge),
            refused: (!scene.is_known_key).then(|| reply.clone()),
            ..Took::default()
        };
        let before = self.world;
        let without_key = matches!(input, Input::Call(Call { key: None, .. })) || scene.is_known_key;
        if self.is_like(input, &before)? {
            took.goes_on = without_key;
            took.sightings = vec![sighting];
        } else if self.is_like(input, &expected.after)? {
            self.world = expected.after;
            self.remember();
            took.goes_on = without_key;
            took.sightings = vec![scene.refuses_and_does(refused, reply)];
        } else {
            let outcome = reading::read(&Answer::Refused(refused.clone()), None).unwrap_or(Err(Rejection::ServerError));
            let refusal = Transition { after: before, outcome, notifications: holdfast_model::Notifications::none() };
            took = self.settle(input, intent_of(&input), refusal, outcome, (scene, vec![sighting]))?;
            took.goes_on = false;
        }
        Ok(took)
    }

    /// The model refuses, the server accepts.
    fn accepted(&mut self, input: Input, rejection: Rejection, scene: &Scene, reply: &Reply) -> Result<Took, Broken> {
        let mut took = Took { asked: true, edge: Some(scene.edge), ..Took::default() };
        if let Input::Call(Call { operation: Operation::CreateIntent { intent, .. }, key, .. }) = input {
            let is_there = self.seen.payments.get(usize::from(intent.0)).is_some_and(Option::is_some);
            if !is_there {
                // There is one more payment now, which the model does not know.
                took.sightings = vec![scene.accepts(rejection, reply, true, Vec::new())];
                self.server.forget(intent);
                took.goes_on = key.is_none();
                return Ok(took);
            }
        }
        let before = self.world;
        let does_nothing = self.is_like(input, &before)?;
        let claims = if does_nothing { Vec::new() } else { self.claims(input, scene)? };
        took.sightings = vec![scene.accepts(rejection, reply, !does_nothing, claims)];
        took.goes_on = does_nothing && matches!(input, Input::Call(Call { key: None, .. }));
        Ok(took)
    }

    // --- looking ---

    /// Both have answered the same: is the same seen?
    fn settle(
        &mut self,
        input: Input,
        intent: Option<IntentId>,
        expected: Transition<3, 3>,
        outcome: Outcome,
        (scene, mut sightings): (&Scene, Vec<Sighting>),
    ) -> Result<Took, Broken> {
        let mut took = Took { asked: true, goes_on: true, edge: Some(scene.edge), ..Took::default() };
        let before = std::mem::replace(&mut self.world, expected.after);
        let (terms, sight) = (self.terms, self.world.observe(&self.terms));
        let now = sight.observation(&terms);
        let mut found = Vec::new();
        let mut after = Snapshot::from(now);
        let places: Vec<IntentId> = match (intent, input) {
            (Some(intent), _) => vec![intent],
            (None, Input::Event(Event::Advance { .. })) => (0..3).map(IntentId).collect(),
            (None, _) => Vec::new(),
        };
        for place in places {
            let Some(view) = may::view(&now, place) else { continue };
            let Some(look) = self.server.look(place)? else {
                // A payment that has no name cannot be looked at.
                sightings.push(scene.nameless());
                took.goes_on = false;
                continue;
            };
            sightings.extend(look.trouble.iter().map(|(what, reply)| judge::unseen(what, reply)));
            found.extend(self.missed(place, view, &look, &mut sightings));
            if let Some(slot) = after.payments.get_mut(usize::from(place.0)) {
                let refunds = self.server.names().payment(place).map(|names| names.refunds.clone()).unwrap_or_default();
                *slot = Some(sight::overlaid(view, &look, &refunds, self.server.version));
            }
        }
        if let (true, Some(view)) = (is_about_setup(&input), now.setup) {
            match self.server.look_at_setup()? {
                Some(shown) => found.extend(facts::missed("setup_intent", &shown, &facts::setup(view))),
                None => took.goes_on = false,
            }
        }
        sightings.extend(judge::shapes(&found));
        let wrong: Vec<&Found> = judge::wrong(&found);
        if wrong.is_empty() {
            self.remember();
            let step_before = before.observe(&self.terms);
            let step =
                Step::new(step_before.observation(&self.terms), input, outcome, expected.notifications.as_slice(), now);
            took.witnessed = judge::seen_bits() & judge_step(&step).and(judge_observation(&step.after)).witnessed;
        } else {
            took.goes_on = false;
            let step =
                Step::new(self.seen.observe(), input, outcome, expected.notifications.as_slice(), after.observe());
            let claims = judge::claims(&step, scene);
            sightings.push(scene.shows_otherwise(&wrong, claims));
        }
        took.sightings = sightings;
        Ok(took)
    }

    /// What a payment fails to show; another version of the API explains some of it.
    fn missed(
        &mut self,
        place: IntentId,
        view: &PaymentView,
        look: &Look,
        sightings: &mut Vec<Sighting>,
    ) -> Vec<Found> {
        let refunds = self.server.names().payment(place).map(|names| names.refunds.clone()).unwrap_or_default();
        let missed = |version: Version| sight::missed(&self.terms, view, look, &refunds, version);
        let mut found = missed(self.server.version);
        let values = |found: &[Found]| found.iter().filter(|found| found.gap == Gap::Value).count();
        if values(&found) > 0 {
            for (what, rules, version) in sight::other_versions(self.server.version) {
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
    fn is_like(&mut self, input: Input, world: &World) -> Result<bool, Broken> {
        let (terms, sight) = (self.terms, world.observe(&self.terms));
        let now = sight.observation(&terms);
        if is_about_setup(&input) {
            let shown = self.server.look_at_setup()?;
            return Ok(match (now.setup, shown) {
                (None, shown) => shown.is_none(),
                (Some(view), Some(shown)) => {
                    judge::wrong(&facts::missed("setup_intent", &shown, &facts::setup(view))).is_empty()
                }
                (Some(_), None) => false,
            });
        }
        let Some(intent) = intent_of(&input) else { return Ok(false) };
        let look = self.server.look(intent)?;
        let (view, look) = match (may::view(&now, intent), look) {
            (None, None) => return Ok(true),
            (Some(view), Some(look)) => (*view, look),
            (Some(_), None) | (None, Some(_)) => return Ok(false),
        };
        let found = self.missed(intent, &view, &look, &mut Vec::new());
        Ok(judge::wrong(&found).is_empty())
    }

    /// The claims that a step breaks which the model would not have taken.
    fn claims(&mut self, input: Input, scene: &Scene) -> Result<Vec<holdfast_conformance::verdict::Broken>, Broken> {
        let Some(intent) = intent_of(&input) else { return Ok(Vec::new()) };
        let Some(look) = self.server.look(intent)? else { return Ok(Vec::new()) };
        let (terms, sight) = (self.terms, self.world.observe(&self.terms));
        let now = sight.observation(&terms);
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
        Ok(judge::claims(&step, scene))
    }

    /// What the answer itself shows of the object that it is about.
    fn answer(&self, call: &Call, calm: &Transition<3, 3>, scene: &Scene, reply: &Reply) -> Vec<Sighting> {
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

    /// The server is where the model is.
    fn remember(&mut self) {
        let sight = self.world.observe(&self.terms);
        self.seen = Snapshot::from(sight.observation(&self.terms));
    }

    /// Would it make an object whose name is taken?
    fn makes_a_second(&self, call: &Call, now: &Observation<'_>) -> bool {
        let is_known = call.key.is_some_and(|key| now.keys.get(usize::from(key.0)).is_some_and(Option::is_some));
        let is_there = match call.operation {
            Operation::CreateIntent { intent, .. } => {
                may::view(now, intent).is_some() || self.server.names().payment(intent).is_some()
            }
            Operation::CreateSetup { .. } => now.setup.is_some() || self.server.names().setup.is_some(),
            Operation::CreateSession(_) => true,
            Operation::UpdateIntent { .. }
            | Operation::ConfirmIntent { .. }
            | Operation::CaptureIntent { .. }
            | Operation::CancelIntent { .. }
            | Operation::CreateRefund { .. }
            | Operation::CancelRefund { .. }
            | Operation::RefundFee { .. }
            | Operation::ReverseTransfer { .. }
            | Operation::CreateTransfer { .. }
            | Operation::UpdateSetup { .. }
            | Operation::ConfirmSetup { .. }
            | Operation::CancelSetup { .. }
            | Operation::VerifyMicrodeposits
            | Operation::ExpireSession => false,
        };
        is_there && !is_known
    }
}

/// What is seen of money after a race.
fn told_look(look: &Look) -> String {
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

fn read(reply: &Reply) -> Said {
    if reply.is_failure() {
        return Said::Failed;
    }
    if reply.is_done() {
        return if reply.body.as_ref().is_some_and(Value::is_object) { Said::Done } else { Said::Odd };
    }
    if reply.status < 400 {
        return Said::Odd;
    }
    let text = |name: &str| reply.text_at(&format!("/error/{name}")).map(|text| text.to_owned().into());
    Said::Refused(Refused {
        http: reply.status,
        kind: text("type").unwrap_or_default(),
        code: text("code"),
        param: text("param"),
        decline_code: text("decline_code"),
    })
}

/// The payment that an input is about.
#[must_use]
pub const fn intent_of(input: &Input) -> Option<IntentId> {
    match input {
        Input::Call(call) => match call.operation.about() {
            About::Payment(intent) | About::Refund(intent, _) => Some(intent),
            About::Setup | About::Session => None,
        },
        Input::Event(
            Event::Authenticate { intent, .. }
            | Event::Settle { intent }
            | Event::CloseCancelWindow { intent }
            | Event::Book { intent }
            | Event::ExpireHold { intent }
            | Event::Refund { intent, .. }
            | Event::CustomerPays { intent, .. },
        ) => Some(*intent),
        Input::Event(
            Event::AuthenticateSetup { .. } | Event::SettleSetup | Event::PruneKey { .. } | Event::Advance { .. },
        )
        | Input::Begin { .. }
        | Input::Finish { .. } => None,
    }
}

fn is_about_setup(input: &Input) -> bool {
    matches!(input, Input::Call(call) if matches!(call.operation.about(), About::Setup))
}
