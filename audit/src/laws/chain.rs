//! Laws about amounts that change in steps: no event shows an amount between the two ends of one step, and no step is
//! made twice.

use super::{Law, LawContext, Violations, name, number, object_kind};
use crate::logged_event::{LoggedEvent, Object};

const PREVIOUS: Law = ("I16 B55 B58", Some("previous-values-are-true"));
const TWICE: Law = ("I10 R10", Some("nothing-is-notified-twice"));

/// A step that an event lists: from its previous value to its value.
struct ListedStep {
    place: usize,
    from: i64,
    to: i64,
}

/// A value that an event shows.
struct ShownAmount {
    place: usize,
    value: i64,
}

/// Notes the contradictions between the steps and the values that events show.
pub(super) fn judge(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    received(found, events, limits);
    capturable(found, events, limits);
    returned(found, events, limits);
}

/// The amount captured of the charge and received by the intent, which rises in steps.
fn received(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let of = |logged: &LoggedEvent, object: &Object| match object_kind(logged) {
        "payment_intent" => number(&object.amount_received),
        "charge" => number(&object.amount_captured),
        _ => None,
    };
    steps(found, events, limits, of);
}

/// The capturable amount, negated: it rises in steps once money is held.
fn capturable(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let of = |logged: &LoggedEvent, object: &Object| {
        let is_intent = object_kind(logged) == "payment_intent";
        number(&object.amount_capturable).filter(|_| is_intent).map(i64::saturating_neg)
    };
    steps(found, events, limits, of);
}

/// The returned amount of each fee and of each transfer.
fn returned(found: &mut Violations, events: &[LoggedEvent], limits: LawContext<'_>) {
    let mut known: Vec<&str> = Vec::new();
    for logged in events.iter().filter(|it| matches!(object_kind(it), "application_fee" | "transfer")) {
        let Some(id) = logged.object().id.id().filter(|id| !known.contains(id)) else { continue };
        known.push(id);
        steps(found, events, limits, |logged, object| {
            let is_it = logged.object().id.id() == Some(id);
            number(&object.amount_refunded).or(number(&object.amount_reversed)).filter(|_| is_it)
        });
    }
}

/// Notes values within a step, and steps that are made twice. `of` reads the amount.
fn steps(
    found: &mut Violations,
    events: &[LoggedEvent],
    limits: LawContext<'_>,
    of: impl Fn(&LoggedEvent, &Object) -> Option<i64>,
) {
    let (mut rises, mut levels): (Vec<ListedStep>, Vec<ShownAmount>) = (Vec::new(), Vec::new());
    for (place, logged) in events.iter().enumerate() {
        let now = of(logged, logged.object());
        let was = logged.previous().and_then(|previous| of(logged, previous));
        levels.extend(now.into_iter().chain(was).map(|value| ShownAmount { place, value }));
        let rise = was.zip(now).filter(|(was, now)| was < now);
        rises.extend(rise.map(|(from, to)| ListedStep { place, from, to }));
    }
    for (index, rise) in rises.iter().enumerate() {
        let within = levels.iter().filter(|level| rise.from < level.value && level.value < rise.to);
        for level in within.take(4) {
            let why = format!("{} shows an amount in the middle of one step", name_at(events, level.place));
            found.pair(rise.place, level.place, PREVIOUS, why);
        }
        let same = rises.iter().take(index).find(|other| {
            let kind = |place: usize| events.get(place).map(|it| it.kind.as_str());
            other.from == rise.from && other.to == rise.to && kind(other.place) == kind(rise.place)
        });
        let time = |place: usize| events.get(place).map_or(0, |it| it.created);
        if let Some(other) =
            same.filter(|other| time(rise.place).abs_diff(time(other.place)) > limits.lag.unsigned_abs())
        {
            let why = format!("the same step is in {}", name_at(events, other.place));
            found.pair(other.place, rise.place, TWICE, why);
        }
    }
}

fn name_at(events: &[LoggedEvent], place: usize) -> String {
    events.get(place).map(name).unwrap_or_default()
}
