//! Statements that hold for every set of events of one payment, with any other events missing.
//!
//! Each law is about one event or about a set of events that are all in the log. If a subset of a log violates a law,
//! the log violates it, so a missing event is never the reason of a violation. That makes a violation a proof that no
//! history contains these events.

mod across;
mod announced;
mod chain;
mod moment;
mod money;
mod order;
mod request;
mod session;

use holdfast_model::Config;

pub(crate) use self::money::refund_may_move;
pub(crate) use self::request::of_refund;
use crate::logged_event::LoggedEvent;
use crate::seen::Seen;
use crate::verdict::{Finding, Impossible, Proof};

/// The context of the laws beside the events.
#[derive(Clone, Copy)]
pub(crate) struct LawContext<'a> {
    /// The configuration of the engine that wrote the log.
    pub(crate) config: &'a Config,
    /// Seconds by which the times of two events of one step may differ.
    pub(crate) lag: i64,
    /// Whether the log is complete.
    pub(crate) is_complete: bool,
    /// Events that were left out as repetitions although they have ids of their own.
    pub(crate) twins: usize,
}

/// Events that no execution contains together.
#[derive(Clone, Debug)]
pub(crate) struct Contradiction {
    /// The events by their places, each with the weight of the suspicion against it.
    suspects: Vec<(usize, u32)>,
    why: String,
    rules: &'static str,
    property: Option<&'static str>,
    proof: Proof,
}

/// Collects the violations that are found.
#[derive(Default)]
struct Violations(Vec<Contradiction>);

/// A law, by the requirements that it renders and the property that it is a part of.
type Law = (&'static str, Option<&'static str>);

impl Violations {
    /// Notes that the event at `place` contradicts itself.
    fn alone(&mut self, place: usize, (rules, property): Law, why: String) {
        self.0.push(Contradiction { suspects: vec![(place, 8)], why, rules, property, proof: Proof::Alone });
    }

    /// Notes that two events contradict each other.
    fn pair(&mut self, one: usize, other: usize, (rules, property): Law, why: String) {
        self.0.push(Contradiction {
            suspects: vec![(one, 1), (other, 1)],
            why,
            rules,
            property,
            proof: Proof::Together,
        });
    }

    /// Notes that an event contradicts a deadline that another one shows.
    fn late(&mut self, deadline: usize, other: usize, (rules, property): Law, why: String) {
        self.0.push(Contradiction {
            suspects: vec![(deadline, 1), (other, 3)],
            why,
            rules,
            property,
            proof: Proof::Together,
        });
    }

    /// Records that an event needs another one, which a complete log would contain.
    fn unannounced(&mut self, place: usize, (rules, property): Law, why: String) {
        self.0.push(Contradiction { suspects: vec![(place, 1)], why, rules, property, proof: Proof::Unannounced });
    }

    /// Notes that one event contradicts a majority.
    fn against(&mut self, one: usize, majority: &[usize], (rules, property): Law, why: String) {
        let weight = u32::try_from(majority.len()).unwrap_or(u32::MAX);
        let suspects = majority.iter().map(|other| (*other, 1)).chain([(one, weight)]).collect();
        self.0.push(Contradiction { suspects, why, rules, property, proof: Proof::Together });
    }
}

/// Returns every violation of a law by the events of one payment. `events` are in the order of their times.
pub(crate) fn contradictions(events: &[LoggedEvent], limits: LawContext<'_>) -> Vec<Contradiction> {
    let mut found = Violations::default();
    for (place, logged) in events.iter().enumerate() {
        moment::judge(&mut found, place, logged, limits);
    }
    across::judge(&mut found, events, limits);
    order::judge(&mut found, events, limits);
    chain::judge(&mut found, events, limits);
    money::judge(&mut found, events, limits);
    request::judge(&mut found, events, limits);
    session::judge(&mut found, events, limits);
    if limits.is_complete {
        announced::judge(&mut found, events, limits);
    }
    found.0
}

/// Returns the first suspect that is contradicted by more than a later event.
pub(crate) fn first_to_blame(contradictions: &[Contradiction], suspects: &[usize]) -> Option<usize> {
    let is_last =
        |place: &usize| contradictions.iter().any(|it| it.suspects.last().is_some_and(|(last, _)| last == place));
    suspects.iter().copied().filter(is_last).min().or_else(|| suspects.last().copied())
}

/// Returns the events that take part in the most and the weightiest contradictions.
pub(crate) fn suspects(contradictions: &[Contradiction]) -> Vec<usize> {
    let mut scores: Vec<(usize, u32)> = Vec::new();
    for (place, weight) in contradictions.iter().flat_map(|it| it.suspects.iter().copied()) {
        match scores.iter_mut().find(|(known, _)| *known == place) {
            Some((_, score)) => *score = score.saturating_add(weight),
            None => scores.push((place, weight)),
        }
    }
    let most = scores.iter().map(|(_, score)| *score).max().unwrap_or(0);
    scores.into_iter().filter(|(_, score)| *score == most).map(|(place, _)| place).collect()
}

/// Returns the verdict that blames the event at `place`.
pub(crate) fn verdict(contradictions: &[Contradiction], events: &[LoggedEvent], place: usize) -> Option<Finding> {
    let of_place = |it: &&Contradiction| it.suspects.iter().any(|(suspect, _)| *suspect == place);
    let of_it: Vec<&Contradiction> = contradictions.iter().filter(of_place).collect();
    // Of several reasons, the one with the fewest other events is the clearest.
    let clearest = of_it.iter().min_by_key(|it| it.suspects.len())?;
    let logged = events.get(place)?;
    let mut impossible = Impossible::of(logged, clearest.why.clone(), clearest.proof);
    impossible = impossible.by(clearest.rules);
    for it in of_it.iter().take(6) {
        impossible = impossible.by(it.rules);
        if let Some(property) = it.property.filter(|property| !impossible.properties.contains(property)) {
            impossible.properties.push(property);
        }
    }
    Some(impossible.into())
}

/// Returns the number that a field shows.
fn number(seen: &Seen<i64>) -> Option<i64> {
    seen.value().copied()
}

/// Returns the kind of the object, by its name in the API.
fn object_kind(logged: &LoggedEvent) -> &str {
    logged.object().object.text().unwrap_or_else(|| crate::group::family(&logged.kind))
}

/// Returns whether the fees of the payment belong to a log that is not this one. The fee of a direct charge belongs to
/// the platform and the charge to the connected account (CON-5), so only an event of a fee shows that the log holds both.
pub(crate) fn fees_are_elsewhere(events: &[LoggedEvent]) -> bool {
    let is_sent_on = |logged: &LoggedEvent| {
        let object = logged.object();
        object.transfer_data.get().is_some_and(|data| data.destination.id().is_some()) || object.transfer.id().is_some()
    };
    !events.iter().any(|logged| object_kind(logged) == "application_fee" || is_sent_on(logged))
}

/// Returns how an event is named in an explanation.
fn name(logged: &LoggedEvent) -> String {
    format!("`{}` in line {}", logged.kind, logged.line)
}
