//! One payment: its events put in order, repetitions left out, and judged.

use holdfast_model::{Config, NotificationKind};

use crate::group::{Group, family};
use crate::search::{Bounds, Found, search, search_without};
use crate::session;
use crate::told::Told;
use crate::verdict::{Finding, Impossible, Verdict};

/// Judges one group of events.
#[must_use]
pub(crate) fn judge(group: Group, config: &Config, bounds: Bounds) -> Verdict {
    let Group { id, mut events } = group;
    let line = events.iter().map(|told| told.line).min().unwrap_or(0);
    if events.len() > bounds.events {
        let why = format!("{} events are more than the {} that are looked at", events.len(), bounds.events);
        let count = events.len();
        return Verdict { id, events: count, repeated: 0, missing: 0, line, finding: Finding::CannotTell { why } };
    }
    // Events of one second have no order; this one makes the verdict independent of the log's.
    events.sort_by(|a, b| order(a).cmp(&order(b)));
    let Kept { events, repeated, twins, altered } = without_repetitions(events);
    let count = events.len();
    // What the history has twice, and the log under two ids, is not missing.
    let verdict = |finding, missing: usize| {
        let missing = missing.saturating_sub(twins);
        Verdict { id: id.clone(), events: count, repeated, missing, line, finding }
    };
    if let Some(altered) = altered {
        return verdict(altered.into(), 0);
    }
    let (sessions, events): (Vec<Told>, Vec<Told>) =
        events.into_iter().partition(|told| told.kind.starts_with("checkout.session."));
    let (known, unknown): (Vec<Told>, Vec<Told>) =
        events.into_iter().partition(|told| NotificationKind::from_name(&told.kind).is_some());
    if let Some(stranger) = known.iter().find(|told| is_of_another_kind(told)) {
        let object = stranger.object().object.to_string();
        let why = format!("an event of type `{}` cannot be about an object of type `{object}`", stranger.kind);
        return verdict(Impossible::of(stranger, why).by("VOC-15 EVT-1").into(), 0);
    }
    if known.is_empty() {
        return verdict(alone(&sessions, &unknown), 0);
    }
    let about_intent = known
        .iter()
        .any(|told| told.object().payment_intent.id().is_some() || told.object().object.text() != Some("charge"));
    if !about_intent {
        let why = "it is a charge without a PaymentIntent, which the model does not have".to_owned();
        return verdict(Finding::CannotTell { why }, 0);
    }
    if known.iter().all(|told| matches!(told.object().object.text(), Some("application_fee" | "transfer"))) {
        let why = "no event says which payment this charge belongs to".to_owned();
        return verdict(Finding::CannotTell { why }, 0);
    }
    let found = search(&known, config, bounds, twins);
    let found = find_blame(found, &known, config, bounds, twins);
    if found.finding != Finding::Accepted {
        return verdict(found.finding, found.missing);
    }
    if let Some(impossible) = session::judge(&sessions, &known) {
        return verdict(impossible.into(), 0);
    }
    let disputed = known.iter().find(|told| told.object().disputed.value() == Some(&true));
    if let Some(stranger) = unknown.iter().find(|told| !changes_nothing(told)).or(disputed) {
        let why = format!("the model has no `{}` (line {})", stranger.kind, stranger.line);
        return verdict(Finding::CannotTell { why }, found.missing);
    }
    verdict(Finding::Accepted, found.missing)
}

/// By time, creation first, then by id.
fn order(told: &Told) -> (i64, bool, usize, &str, u64) {
    (told.created, !told.kind.ends_with(".created"), told.id.len(), &told.id, told.line)
}

/// Of the events that could be the wrong one, finds the one without which the rest is a history that lacks least.
///
/// Where several events of one second contradict each other, any of them stops the search. And an event that
/// presupposes what the log does not have may be a gap, or it may be what was tampered with, and only something later
/// cannot be brought into line with it.
///
/// In a log that lacks more than the contradiction, an event is blamed only if it makes a property false, and is not about a
/// refund: that an earlier refund died is never presumed, and could have been lost.
fn find_blame(found: Found, known: &[Told], config: &Config, bounds: Bounds, twins: usize) -> Found {
    const SUSPECTS: usize = 10;
    let Finding::Impossible(last) = &found.finding else { return found };
    let strict = search(known, config, Bounds { gaps: false, ..bounds }, twins);
    let first = match &strict.finding {
        Finding::Impossible(first) => first.as_ref(),
        Finding::Accepted | Finding::CannotTell { .. } => last,
    };
    let is_suspect = |told: &&Told| told.created == last.created || told.id == first.event;
    let suspects = known.iter().filter(is_suspect).take(SUSPECTS);
    let without = |taken: &Told| {
        let rest: Vec<Told> = known.iter().filter(|told| told.id != taken.id).cloned().collect();
        let kind = NotificationKind::from_name(&taken.kind);
        let found = search_without(kind, &rest, config, Bounds { gaps: true, ..bounds }, twins);
        (found.finding == Finding::Accepted).then_some(found)
    };
    let least = suspects.filter_map(|told| Some((without(told)?, told))).min_by_key(|(found, _)| found.missing);
    // It may have been told wrongly or at a wrong time, and then it is missing where it should be.
    let is_whole_without = least
        .as_ref()
        .is_some_and(|(found, _)| found.others <= twins && found.missing <= found.others.saturating_add(1));
    let is_whole_before = first.event == last.event;
    let is_whole = begins(known) && (is_whole_without || is_whole_before);
    let breaks_a_property = !last.properties.is_empty() && !last.kind.contains("refund");
    if bounds.gaps && !(is_whole || breaks_a_property || last.is_absurd()) {
        let why = format!("the log lacks events, and no history was found that tells the rest: {}", last.why);
        return Finding::CannotTell { why }.into();
    }
    let Some((_, told)) = least else { return found };
    if told.id == last.event {
        return found;
    }
    if told.id == first.event {
        return strict;
    }
    // What is said of it is what a search says that has everything before it.
    let upto: Vec<Told> =
        known.iter().filter(|it| order(it) <= order(told) || it.created < told.created).cloned().collect();
    let narrow = search(&upto, config, bounds, twins);
    match &narrow.finding {
        Finding::Impossible(it) if it.event == told.id => narrow,
        Finding::Impossible(_) | Finding::Accepted | Finding::CannotTell { .. } => {
            let why = format!(
                "it contradicts the other events of that second: without it the rest is a history; {}",
                last.why
            );
            let impossible = Impossible {
                properties: last.properties.clone(),
                rules: last.rules.clone(),
                ..Impossible::of(told, why)
            };
            Finding::from(impossible).into()
        }
    }
}

/// Does the log tell of the beginning?
fn begins(known: &[Told]) -> bool {
    let is_beginning = |told: &Told| matches!(told.kind.as_str(), "payment_intent.created" | "setup_intent.created");
    known.iter().any(is_beginning)
}

/// A session, or something unknown, without a payment.
fn alone(sessions: &[Told], unknown: &[Told]) -> Finding {
    if let Some(impossible) = session::judge(sessions, &[]) {
        return impossible.into();
    }
    match unknown.iter().find(|told| !changes_nothing(told)) {
        Some(stranger) => {
            Finding::CannotTell { why: format!("the model has no `{}` (line {})", stranger.kind, stranger.line) }
        }
        None => Finding::Accepted,
    }
}

/// Events that tell of texts alone.
fn changes_nothing(told: &Told) -> bool {
    matches!(told.kind.as_str(), "transfer.updated" | "application_fee.refund.updated")
}

fn is_of_another_kind(told: &Told) -> bool {
    told.object().object.text().is_some_and(|object| object != family(&told.kind))
}

/// Events without repetitions.
struct Kept {
    events: Vec<Told>,
    /// Events left out.
    repeated: usize,
    /// Of those, the ones with an id of their own.
    twins: usize,
    altered: Option<Impossible>,
}

/// Leaves out what was told before: under the same id, or the same under another (HOOK-1, R10). An id that tells two
/// different things is an event that was altered.
fn without_repetitions(events: Vec<Told>) -> Kept {
    let mut kept = Kept { events: Vec::with_capacity(events.len()), repeated: 0, twins: 0, altered: None };
    for told in events {
        let same_id = kept.events.iter().find(|other| other.id == told.id);
        if let Some(other) = same_id {
            if !other.tells_the_same(&told) && other.api_version == told.api_version {
                let line = other.line;
                let why = format!("the event with this id tells something else in line {line}; an event is frozen");
                kept.altered.get_or_insert_with(|| Impossible::of(&told, why).by("HOOK-7"));
            }
            kept.repeated = kept.repeated.saturating_add(1);
            continue;
        }
        // Repetitions under another id come at the same time.
        let mut at_once = kept.events.iter().rev().take_while(|other| other.created == told.created);
        if at_once.any(|other| other.tells_the_same(&told)) {
            kept.repeated = kept.repeated.saturating_add(1);
            kept.twins = kept.twins.saturating_add(1);
        } else {
            kept.events.push(told);
        }
    }
    kept
}
