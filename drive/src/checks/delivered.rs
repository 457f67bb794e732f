//! The judgment of deliveries: which events did not arrive, arrived otherwise than listed, or were not repeated.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::deliveries::Arrived;
use super::lists::difference;
use crate::fields::short;
use crate::finding::{Class, Sighting};
use crate::webhooks::{ReceivedEvent, verify};

/// One difference of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blame {
    pub(super) class: Class,
    /// Its kind, without numbers and ids.
    pub(super) what: String,
    pub(super) headline: String,
    pub(super) model: String,
    pub(super) server: String,
}

impl Blame {
    fn new(what: impl Into<String>, headline: impl Into<String>, model: &str, server: impl Into<String>) -> Self {
        let (class, model) = (Class::Protocol, model.to_owned());
        Self { class, what: what.into(), headline: headline.into(), model, server: server.into() }
    }

    /// Returns what a comparison with the model has found.
    pub(super) fn of(sighting: Sighting) -> Self {
        let headline = format!("deliveries: {}", sighting.headline);
        Self::new(sighting.signature.what, headline, &sighting.model, sighting.server)
    }
}

impl Arrived {
    /// Returns the first delivery of each event, in the order of their arrival.
    pub(super) fn first_attempts(&self) -> impl Iterator<Item = &ReceivedEvent> {
        let is_first = |(place, it): &(usize, &ReceivedEvent)| {
            !self.deliveries.iter().take(*place).any(|other| other.id() == it.id())
        };
        self.deliveries.iter().enumerate().filter(is_first).map(|(_, it)| it)
    }

    /// Returns the ids of the events so far, listed or delivered.
    pub(super) fn ids(&self) -> Vec<String> {
        match &self.listed {
            Some(listed) => listed.iter().map(|event| text(event, "/id").to_owned()).collect(),
            None => self.first_attempts().map(|it| it.id().to_owned()).collect(),
        }
    }

    /// Returns whether events are listed, each listed event is delivered, and each delivered event is listed.
    pub(super) fn is_whole(&self) -> bool {
        let Some(listed) = &self.listed else { return !self.deliveries.is_empty() };
        !listed.is_empty() && self.undelivered().next().is_none() && self.unlisted().next().is_none()
    }

    fn undelivered(&self) -> impl Iterator<Item = &Value> {
        let is_there = |event: &Value| self.deliveries.iter().any(|it| it.id() == text(event, "/id"));
        self.listed.iter().flatten().filter(move |event| !is_there(event))
    }

    fn unlisted(&self) -> impl Iterator<Item = &ReceivedEvent> {
        let is_there =
            |it: &&ReceivedEvent| self.listed.as_ref().is_none_or(|all| all.iter().any(|e| text(e, "/id") == it.id()));
        self.first_attempts().filter(move |it| !is_there(it))
    }

    /// Returns the attempts of each delivered event by its id.
    fn attempts(&self) -> BTreeMap<&str, Vec<&ReceivedEvent>> {
        let mut all: BTreeMap<&str, Vec<&ReceivedEvent>> = BTreeMap::new();
        for delivery in &self.deliveries {
            all.entry(delivery.id()).or_default().push(delivery);
        }
        all
    }

    /// Returns the number of attempts of the event that was attempted least often; 0 if none was.
    pub(super) fn least_attempts(&self) -> usize {
        self.attempts().values().map(Vec::len).min().unwrap_or(0)
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the events that were not delivered in time, and the delivered ones that the list does not hold.
pub(super) fn lost(arrived: &Arrived, patience: Duration) -> Vec<Blame> {
    let seconds = patience.as_secs();
    if arrived.deliveries.is_empty() {
        let headline = format!("nothing is delivered to a webhook endpoint within {seconds} s");
        return vec![Blame::new("nothing is delivered", headline, "each event is delivered", "no delivery")];
    }
    let missing = arrived.undelivered().map(|event| {
        let kind = text(event, "/type");
        let headline = format!("`{kind}` is listed, and not delivered within {seconds} s");
        Blame::new(format!("{kind} is not delivered"), headline, "a delivery", "no delivery")
    });
    let unlisted = arrived.unlisted().map(|delivery| {
        let kind = text(&delivery.event, "/type");
        let headline = format!("`{kind}` is delivered, and not in the list of events");
        Blame::new(format!("{kind} is not listed"), headline, "listed", "not listed")
    });
    missing.chain(unlisted).collect()
}

/// Returns a note if an event arrived before one of an earlier request, which a provider may do (HOOK-1). `groups` are the
/// ids of the events after each request.
pub(super) fn order(arrived: &Arrived, groups: &[Vec<String>]) -> Vec<Blame> {
    let step = |it: &ReceivedEvent| groups.iter().position(|ids| ids.iter().any(|id| id == it.id()));
    let steps: Vec<(usize, &str)> =
        arrived.first_attempts().filter_map(|it| Some((step(it)?, text(&it.event, "/type")))).collect();
    let overtaken = steps.iter().zip(steps.iter().skip(1)).find(|((one, _), (other, _))| one > other);
    let note = |((_, one), (_, other)): (&(usize, &str), &(usize, &str))| {
        let headline = format!("`{one}` is delivered before `{other}` of an earlier request, as HOOK-1 permits");
        let blame = Blame::new("another order", headline, "any order", format!("{one}, {other}"));
        Blame { class: Class::Choice, ..blame }
    };
    overtaken.map(note).into_iter().collect()
}

/// Returns where a delivered event differs from the listed one: its kind, its snapshot, the previous values, the version.
pub(super) fn contents(arrived: &Arrived, version: Option<&str>) -> Vec<Blame> {
    let mut found = Vec::new();
    for delivery in arrived.first_attempts() {
        let same = |event: &&Value| text(event, "/id") == delivery.id();
        let Some(listed) = arrived.listed.iter().flatten().find(same) else { continue };
        found.extend(other_than(&delivery.event, listed, "the list"));
        let must = version.unwrap_or_else(|| text(listed, "/api_version"));
        let is = text(&delivery.event, "/api_version");
        if is != must && !is.is_empty() && !must.is_empty() {
            let headline = format!("an event is delivered in version `{is}` instead of `{must}`");
            found.push(Blame::new("another version", headline, must, is));
        }
    }
    found
}

/// Returns the attempts of an event that do not repeat the first one (HOOK-7).
pub(super) fn frozen(arrived: &Arrived) -> Vec<Blame> {
    let mut found = Vec::new();
    for attempts in arrived.attempts().values() {
        let Some((first, again)) = attempts.split_first() else { continue };
        found.extend(again.iter().find_map(|it| other_than(&it.event, &first.event, "the first attempt")));
    }
    found
}

/// Returns the first part of an event that is not as it was shown elsewhere.
fn other_than(is: &Value, must: &Value, elsewhere: &str) -> Option<Blame> {
    let kind = text(must, "/type");
    let at = |event: &Value, pointer: &str| event.pointer(pointer).cloned().unwrap_or(Value::Null);
    ["/type", "/created", "/data/object", "/data/previous_attributes"].into_iter().find_map(|pointer| {
        let (is, must) = (at(is, pointer), at(must, pointer));
        let (place, is, must) = match (&is, &must) {
            (Value::Object(one), Value::Object(other)) => {
                // A previous value that is on one side alone is another message; a field of a snapshot need not be.
                let names = || one.keys().chain(other.keys());
                let alone = names().find(|name| one.contains_key(*name) != other.contains_key(*name));
                let alone = alone.filter(|_| pointer.ends_with("previous_attributes"));
                let shown =
                    |map: &serde_json::Map<String, Value>, name: &str| map.get(name).map_or("nothing".into(), short);
                alone
                    .map(|name| (format!(".{name}"), shown(one, name), shown(other, name)))
                    .or_else(|| difference(&is, &must, ""))?
            }
            (one, other) if one == other => return None,
            // An event without previous values may leave them out, or show none.
            (one, other) if is_empty(one) && is_empty(other) => return None,
            (one, other) => (String::new(), short(one), short(other)),
        };
        let place = format!("{}{place}", pointer.trim_start_matches('/').replace('/', "."));
        let headline = format!("a delivered `{kind}` shows `{place}` {is}, and {elsewhere} shows {must}");
        Some(Blame::new(format!("{kind} {place} differs from {elsewhere}"), headline, &must, is))
    })
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Returns the first delivery whose signature a merchant would refuse.
pub(super) fn signatures(deliveries: &[ReceivedEvent], secret: &str, has_moved: bool) -> Vec<Blame> {
    let wrong = deliveries.iter().find_map(|it| {
        let now = (!has_moved).then_some(it.arrived);
        let error = verify(secret, it.signature.as_deref(), &it.body, now).err()?;
        let headline = format!("a delivery of `{}` is not signed as HOOK-8 says: {error}", text(&it.event, "/type"));
        Some(Blame::new("wrong signature", headline, "t, and v1 over t and the body", error.to_string()))
    });
    wrong.into_iter().collect()
}

/// Returns the blame for events that were delivered only `attempts` times although the endpoint refused each delivery.
pub(super) fn not_again(arrived: &Arrived, attempts: usize, refusals: [u16; 2]) -> Vec<Blame> {
    let answered = refusals.get(attempts.saturating_sub(1)).copied().unwrap_or_default();
    let given_up: Vec<&str> = arrived
        .attempts()
        .values()
        .filter(|all| all.len() == attempts)
        .filter_map(|all| all.first().map(|it| text(&it.event, "/type")))
        .collect();
    let Some(kind) = given_up.first() else { return Vec::new() };
    let (count, all) = (given_up.len(), arrived.attempts().len());
    let headline =
        format!("`{kind}`, whose delivery was answered {answered}, is not delivered again ({count} of {all} events)");
    let what = format!("not delivered again after {answered}");
    vec![Blame::new(what, headline, "a further attempt within 3 days", format!("{attempts} attempts"))]
}
