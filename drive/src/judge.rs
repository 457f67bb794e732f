//! Reported differences: the kind of each, its sentence, and the properties it breaks.

use holdfast_harness::bounds::ModelState;
use holdfast_harness::oracle;
use holdfast_harness::subject::Refused;
use holdfast_harness::verdict::Broken as BrokenProperty;
use holdfast_model::trace::describe;
use holdfast_model::{Accepted, Config, Input, Outcome, Rejection, Transition};
use holdfast_properties::abstraction::StatusClass;
use holdfast_properties::{AbstractTransition, CATALOGUE, Property, PropertyBits, Step};

use crate::fields::{FieldDifference, Mismatch, Weight, short};
use crate::finding::{Class, Sighting};
use crate::headline;
use crate::server::FetchError;
use crate::step::StepResult;
use crate::wire::{HttpReply, TransportError};

/// The context of a step, for the texts of findings.
#[derive(Clone, Debug)]
pub struct StepContext {
    /// The first word of the line in a trace.
    pub verb: String,
    /// The status of the object before the step.
    pub status: &'static str,
    /// Whether it is a request under a used key.
    pub is_known_key: bool,
    /// Whether the key belongs to the same request.
    is_replay: bool,
    /// Whether time passes in it.
    passes_time: bool,
    /// The step in words, with its amounts.
    words: String,
    /// The step without its numbers.
    pub edge: AbstractTransition,
    outcome: Outcome,
}

impl StepContext {
    /// Returns the context of an input and its result in the model.
    #[must_use]
    pub fn of(config: &Config, world: &ModelState, input: Input, expected: &Transition<3, 3>) -> Self {
        let (before, after) = (world.observe(config), expected.after.observe(config));
        let (before, after) = (before.observation(config), after.observation(config));
        let step = Step::new(before, input, expected.outcome, expected.notifications.as_slice(), after);
        let edge = AbstractTransition::of(&step);
        let known = match input {
            Input::Call(call) => call.key.and_then(|key| before.keys.get(usize::from(key.0)).copied().flatten()),
            Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
        };
        let object = input.intent().and_then(|intent| before.payments.get(usize::from(intent.0))?.as_ref());
        let is_replay = match (known, input) {
            (Some(known), Input::Call(call)) => known.operation == call.operation,
            (Some(_) | None, _) => false,
        };
        Self {
            verb: input.to_string().split_whitespace().next().unwrap_or_default().to_owned(),
            status: edge.parts().map_or("", |parts| where_it_was(parts.status)),
            is_known_key: known.is_some(),
            is_replay,
            passes_time: matches!(input, Input::Event(_)),
            words: headline::step(input, object),
            edge,
            outcome: expected.outcome,
        }
    }

    /// Returns how the key of the request was used before.
    const fn key(&self) -> &'static str {
        match (self.is_replay, self.is_known_key) {
            (true, _) => ", repeated under its key",
            (false, true) => ", under another request's key",
            (false, false) => "",
        }
    }

    /// Returns the kind of the request: one cause lies in one kind.
    fn operation(&self) -> String {
        format!("{}{}", self.verb, self.key())
    }

    /// Returns the situation: `capture of a hold`.
    fn variant(&self) -> String {
        // Under a known key the status is irrelevant, and the created object does not exist before.
        let is_shown = !(self.status.is_empty() || self.is_known_key || self.verb.starts_with("create"));
        let status = if is_shown { format!(" {}", self.status) } else { String::new() };
        format!("{}{status}{}", self.verb, self.key())
    }

    fn sighting(&self, class: Class, what: &str, told: &str) -> Sighting {
        let headline = format!("{}{} {told}", self.words, self.key());
        let sighting = Sighting::new(class, format!("{}: {what}", self.operation()), headline);
        Sighting { variant: self.variant(), ..sighting }
    }

    /// The server failed.
    #[must_use]
    pub fn failed(&self, reply: &HttpReply) -> Sighting {
        let told = format!("is answered {}", reply.status);
        self.sighting(Class::Protocol, "server error", &told).saying(describe(&self.outcome), said(reply))
    }

    /// Returns the result of a step whose answer was missing or cut off.
    #[must_use]
    pub fn broke_off(&self, broken: &TransportError) -> StepResult {
        let sighting = self.sighting(Class::Protocol, "no answer", "is not answered");
        let sightings = vec![sighting.saying(describe(&self.outcome), broken.to_string())];
        StepResult { asked: true, sightings, edge: Some(self.edge), ..StepResult::default() }
    }

    /// An answer that is none.
    #[must_use]
    pub fn odd(&self, reply: &HttpReply) -> Sighting {
        let sighting = self.sighting(Class::Protocol, "no answer of the API's", "is answered with what is no answer");
        sighting.saying(describe(&self.outcome), said(reply))
    }

    /// One request under one key has made two objects.
    #[must_use]
    pub fn twice(&self, first: &str, again: &str) -> StepResult {
        let text = |id: &str| short(&serde_json::Value::String(id.to_owned()));
        let mut sighting = self.sighting(Class::Money, "acts twice", "makes another object: it acts twice");
        sighting = sighting.saying(format!("the same {}", text(first)), format!("another {}", text(again)));
        let why = "two objects were made under one key".to_owned();
        sighting.properties.push(BrokenProperty { property: "known-key-acts-no-more", why });
        StepResult { asked: true, sightings: vec![sighting], edge: Some(self.edge), ..StepResult::default() }
    }

    /// The server refuses a request that must be accepted, without effect.
    #[must_use]
    pub fn refuses(&self, accepted: Accepted, refused: &Refused, reply: &HttpReply) -> Sighting {
        let code = refused.code.as_deref().unwrap_or_default();
        let what = format!("refused ({} {code})", refused.http);
        self.sighting(Class::Protocol, &what, "is refused and must be accepted")
            .saying(describe(&Ok(accepted)), said(reply))
    }

    /// The server rejects a request and nevertheless carries it out.
    #[must_use]
    pub fn refuses_and_does(&self, refused: &Refused, reply: &HttpReply) -> Sighting {
        let what = format!("refused ({}) and done", refused.http);
        self.sighting(Class::Money, &what, "is refused, and done all the same")
            .saying(describe(&self.outcome), said(reply))
    }

    /// The server accepts a request that must be refused.
    #[must_use]
    pub fn accepts(
        &self,
        rejection: Rejection,
        reply: &HttpReply,
        acts: bool,
        properties: Vec<BrokenProperty>,
    ) -> Sighting {
        let wire = rejection.wire();
        let reason = [wire.code, wire.param].into_iter().flatten().collect::<Vec<_>>().join(" ");
        // What happened decides, not which request was refused: an object that must not be, or a broken property.
        let makes = acts && (rejection == Rejection::InvalidAmount || self.is_known_key);
        let is_money = makes || acts && properties.iter().any(is_about_money);
        let class = if is_money { Class::Money } else { Class::Protocol };
        let broken = properties.iter().find(|broken| is_about_money(broken)).map_or("", |broken| broken.property);
        let what = format!("accepted ({reason}) {broken}");
        let told =
            if acts { "is accepted, and must be refused" } else { "is accepted and does nothing; it must be refused" };
        let mut sighting = self.sighting(class, &what, told).saying(describe(&Err(rejection)), said(reply));
        sighting.properties = properties;
        sighting
    }

    /// Both refuse, for different reasons.
    #[must_use]
    pub fn other_refusal(&self, rejection: Rejection, refused: &Refused, reply: &HttpReply) -> Vec<Sighting> {
        let wire = rejection.wire();
        let model = describe(&Err(rejection));
        let missing = |name: &str| {
            Sighting::new(Class::Shape, format!("error.{name}: missing"), format!("refusals do not say `error.{name}`"))
        };
        let mut found = Vec::new();
        // Another status implies another reason, so the other fields of the refusal are not compared.
        let mut wrong = Vec::new();
        if refused.http != wire.http {
            wrong.push(format!("{} instead of {}", refused.http, wire.http));
        }
        if refused.kind.is_empty() {
            found.push(missing("type"));
        } else if refused.kind != wire.kind && refused.http != 409 {
            wrong.push(format!("{} instead of {}", refused.kind, wire.kind));
        }
        let pairs = [("code", refused.code.as_deref(), wire.code), ("param", refused.param.as_deref(), wire.param)];
        for (name, said, wanted) in pairs {
            match (said, wanted) {
                (None, Some(_)) if refused.http == wire.http => found.push(missing(name)),
                (Some(said), Some(wanted)) if said != wanted => {
                    wrong.push(format!("{name} {said} instead of {wanted}"))
                }
                (Some(said), None) if name == "code" => wrong.push(format!("{name} {said} instead of none")),
                (Some(_) | None, _) => {}
            }
        }
        let decline = if let Rejection::Declined(decline) = rejection { Some(decline.codes().1) } else { None };
        if decline.is_some() && refused.http == wire.http && refused.decline_code.as_deref() != decline {
            found.push(missing("decline_code"));
        }
        if let Some(first) = wrong.first() {
            let told = format!("is refused with {}", wrong.join(", "));
            found.push(self.sighting(Class::Protocol, first, &told));
        }
        found.into_iter().map(|sighting| sighting.saying(model.clone(), said(reply))).collect()
    }

    /// The response shows another state than a read.
    #[must_use]
    pub fn answers_otherwise(&self, wrong: &[&FieldDifference]) -> Sighting {
        self.told(wrong, "is answered with")
    }

    /// Both accept, or both refuse, and something else is seen than the model has.
    #[must_use]
    pub fn shows_otherwise(&self, wrong: &[&FieldDifference], properties: Vec<BrokenProperty>) -> Sighting {
        let mut sighting = self.told(wrong, "leaves");
        sighting.properties = properties;
        sighting
    }

    fn told(&self, wrong: &[&FieldDifference], who: &str) -> Sighting {
        let Some(first) = wrong.first() else { return self.sighting(Class::Money, "wrong", who) };
        let server: Vec<String> = wrong.iter().map(|found| format!("{} {}", found.place, found.server)).collect();
        let model: Vec<String> = wrong.iter().map(|found| format!("{} {}", found.place, found.model)).collect();
        let is_negative = wrong.iter().any(|found| found.server.starts_with('-'));
        let (place, is, must) = (&first.place, &first.server, &first.model);
        let sign = if is_negative { "a negative amount: " } else { "" };
        let told = format!("{who} {sign}`{place}` {} instead of {}", counted(is), counted(must));
        let what = format!("wrong {place}: {}", headline::relation(must, is));
        self.sighting(Class::Money, &what, &told).saying(model.join(", "), server.join(", "))
    }

    /// Returns the sighting of a created object without an id.
    #[must_use]
    pub fn nameless(&self) -> Sighting {
        let what = "error.payment_intent: missing";
        let told = "a create that is declined does not tell the id of what it made (`error.payment_intent`)";
        Sighting::new(Class::Shape, what, told)
    }
}

/// Returns whether a broken property is about money or status, and not only about which request is refused.
fn is_about_money(broken: &BrokenProperty) -> bool {
    Property::find(broken.property).is_some_and(|property| property.topic != "refusal")
}

/// Returns a value with the thousands of a number apart.
fn counted(value: &str) -> String {
    value.parse::<i64>().map_or_else(|_| value.to_owned(), headline::grouped)
}

/// Returns the sightings of changes in objects that no request named.
#[must_use]
pub fn unasked(found: &[FieldDifference]) -> Vec<Sighting> {
    wrong(found)
        .into_iter()
        .map(|found| {
            let relation = headline::relation(&found.model, &found.server);
            let what = format!("untouched: wrong {}: {relation}", found.place);
            let told = format!("a payment that was not named has changed: wrong `{}`", found.place);
            Sighting::new(Class::Money, what, told).saying(found.model.clone(), found.server.clone())
        })
        .collect()
}

/// A read that failed.
#[must_use]
pub fn unseen((what, came): &FetchError) -> Sighting {
    let (kind, told, answer) = match came {
        Ok(reply) if reply.is_done() => ("not shown".to_owned(), format!("does not show the {what}"), said(reply)),
        Ok(reply) => (reply.status.to_string(), format!("is answered {}", reply.status), said(reply)),
        Err(broken) => ("no answer".to_owned(), "is not answered".to_owned(), broken.to_string()),
    };
    Sighting::new(Class::Protocol, format!("look at {what}: {kind}"), format!("a look at the {what} {told}"))
        .saying(format!("200 and the {what}"), answer)
}

/// Returns the wrong values of money or state.
#[must_use]
pub fn wrong(found: &[FieldDifference]) -> Vec<&FieldDifference> {
    found.iter().filter(|found| found.mismatch == Mismatch::Value && found.weight == Weight::Money).collect()
}

/// Returns one sighting for each field of a wrong shape.
#[must_use]
pub fn shapes(found: &[FieldDifference]) -> Vec<Sighting> {
    let shape = found.iter().filter(|found| found.weight == Weight::Shape || found.mismatch != Mismatch::Value);
    shape
        .map(|found| {
            let place = &found.place;
            let is_text = found.server.starts_with('"');
            let (what, told) = match found.mismatch {
                Mismatch::Missing => (format!("{place}: missing"), "is missing"),
                // Numbers that are written otherwise have one cause, in whatever fields they stand.
                Mismatch::Type if is_number(found) && is_text => ("numbers as texts".to_owned(), "is a text"),
                Mismatch::Type if is_number(found) => ("numbers with a point".to_owned(), "is of another type"),
                Mismatch::Type if is_text => (format!("{place}: text"), "is a text, or an empty one"),
                Mismatch::Type => (format!("{place}: type"), "is of another type"),
                Mismatch::Value => (format!("{place}: value"), "is not what it must be"),
            };
            let sighting = Sighting::new(Class::Shape, what, format!("`{place}` {told}"));
            Sighting { variant: place.clone(), ..sighting.saying(found.model.clone(), found.server.clone()) }
        })
        .collect()
}

/// Returns whether both values are numbers, however they are written.
fn is_number(found: &FieldDifference) -> bool {
    let is_written = |text: &str| {
        let digits = text.trim_matches('"').trim_start_matches('-');
        !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit() || digit == '.')
    };
    is_written(&found.model) && is_written(&found.server)
}

/// Properties that a client of a server can judge: all but those about notifications and the links of the ledger.
fn is_seen(property: &Property) -> bool {
    !matches!(property.topic, "notifications" | "ledger" | "session" | "expiry")
}

/// The properties that can be judged, a bit each.
#[must_use]
pub fn seen_bits() -> PropertyBits {
    CATALOGUE
        .iter()
        .filter(|property| is_seen(property))
        .fold(PropertyBits::ZERO, |bits, property| bits | property.bit())
}

/// The properties that a step of the server breaks.
#[must_use]
pub fn properties(step: &Step<'_>, context: &StepContext) -> Vec<BrokenProperty> {
    let judged = |property: &Property| match property.topic {
        // The record of a key is invisible; the effect of a repetition is visible.
        "idempotency" => context.is_known_key,
        "expiry" => context.passes_time,
        _ => is_seen(property),
    };
    let broken = oracle::broken_properties(step);
    broken.into_iter().filter(|broken| Property::find(broken.property).is_some_and(judged)).collect()
}

/// Returns a short description of a response.
fn said(reply: &HttpReply) -> String {
    let mut parts = vec![reply.status.to_string()];
    for name in ["type", "code", "param", "decline_code"] {
        if let Some(text) = reply.text_at(&format!("/error/{name}")) {
            parts.push(format!("{name}={text}"));
        }
    }
    for name in ["object", "status", "amount"] {
        if let Some(value) = reply.body.as_ref().and_then(|body| body.get(name)) {
            parts.push(format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        }
    }
    if reply.body.is_none() && !reply.text.is_empty() {
        let line: String = reply.text.lines().next().unwrap_or_default().chars().take(60).collect();
        parts.push(format!("`{line}`"));
    }
    parts.join(" ")
}

const fn where_it_was(status: StatusClass) -> &'static str {
    match status {
        StatusClass::Absent => "of what does not exist",
        StatusClass::RequiresPaymentMethod => "in requires_payment_method",
        StatusClass::RequiresConfirmation => "in requires_confirmation",
        StatusClass::RequiresAction => "in requires_action",
        StatusClass::Processing => "in processing",
        StatusClass::Held => "of a hold",
        StatusClass::PartlyCaptured => "of a partly captured hold",
        StatusClass::Succeeded => "after success",
        StatusClass::Refunded => "after a refund",
        StatusClass::Canceled => "after the cancellation",
        StatusClass::Open => "of an open session",
        StatusClass::Complete => "of a complete session",
        StatusClass::Expired => "of an expired session",
        StatusClass::Everything => "",
    }
}
