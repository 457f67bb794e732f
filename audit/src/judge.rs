//! One payment: its events put in order, repetitions left out, and judged.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use holdfast_model::{Amount, Config, NotificationKind};

use crate::Options;
use crate::group::{Group, family};
use crate::laws;
use crate::logged_event::{LoggedEvent, Object};
use crate::search::{Bounds, Found, Tries, search};
use crate::seen::Seen;
use crate::sums;
use crate::verdict::{Finding, Impossible, Proof, Verdict};

/// Judges groups of events on several threads. Returns the number of events of each and its verdict, in the order of
/// the groups. Once `stop` is set, the remaining groups are left out.
pub(crate) fn judge_all(groups: Vec<Group>, options: &Options, stop: &AtomicBool) -> Vec<(usize, Verdict)> {
    /// Number of groups that a thread takes at once.
    const BATCH: usize = 16;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if options.threads == 0 { cores() } else { options.threads };
    let one = |group: Group| (group.events.len(), judge(group, &options.config, options.bounds));
    if threads == 1 || groups.len() <= BATCH {
        return groups.into_iter().take_while(|_| !stop.load(Ordering::Relaxed)).map(one).collect();
    }
    let waiting = Mutex::new(groups.into_iter().enumerate());
    let work = || {
        let mut done = Vec::new();
        loop {
            let batch: Vec<(usize, Group)> =
                waiting.lock().unwrap_or_else(PoisonError::into_inner).by_ref().take(BATCH).collect();
            if batch.is_empty() || stop.load(Ordering::Relaxed) {
                return done;
            }
            done.extend(batch.into_iter().map(|(place, group)| (place, one(group))));
        }
    };
    let mut done: Vec<(usize, (usize, Verdict))> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, verdict)| verdict).collect()
}

/// Judges one group of events.
#[must_use]
pub fn judge(group: Group, config: &Config, bounds: Bounds) -> Verdict {
    let Group { id, mut events } = group;
    let line = events.iter().map(|logged| logged.line).min().unwrap_or(0);
    if events.len() > bounds.events {
        let why = format!("the payment has {} events; the limit is {}", events.len(), bounds.events);
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
    let (known, unknown): (Vec<LoggedEvent>, Vec<LoggedEvent>) =
        events.into_iter().partition(|logged| NotificationKind::from_name(&logged.kind).is_some());
    if let Some(stranger) = known.iter().find(|logged| is_of_another_kind(logged)) {
        let object = stranger.object().object.to_string();
        let why = format!("an event of type `{}` cannot be about an object of type `{object}`", stranger.kind);
        return verdict(Impossible::of(stranger, why, Proof::Alone).by("VOC-15 EVT-1").into(), 0);
    }
    let case = PaymentJudge { config, bounds, twins };
    let feature = known.iter().find_map(|logged| logged.object().changes_holds());
    if let Some(impossible) = case.by_law(&known) {
        return verdict(unless_of_feature(impossible, feature), 0);
    }
    if let Some(logged) = has_another_currency(&known) {
        let why = format!("the currency was changed before line {}, and the model has no such update", logged.line);
        return verdict(Finding::CannotTell { why }, 0);
    }
    if let Some(logged) = known.iter().find(|logged| has_large_amount(logged)) {
        let why = format!("an amount in line {} is larger than those of the model, {}", logged.line, Amount::MAX.get());
        return verdict(Finding::CannotTell { why }, 0);
    }
    let groundless = (!bounds.gaps).then(|| groundless_refund(&known, bounds.lag)).flatten();
    let known = of_search(known);
    let accepted = || groundless.clone().or_else(|| out_of_model(&unknown, &known)).unwrap_or(Finding::Accepted);
    if known.is_empty() {
        return verdict(accepted(), 0);
    }
    let about_intent = known
        .iter()
        .any(|logged| logged.object().payment_intent.id().is_some() || logged.object().object.text() != Some("charge"));
    if !about_intent {
        let why = "it is a charge without a PaymentIntent, which the model does not have".to_owned();
        return verdict(Finding::CannotTell { why }, 0);
    }
    if known.iter().all(|logged| matches!(logged.object().object.text(), Some("application_fee" | "transfer"))) {
        let why = "no event says which payment this charge belongs to".to_owned();
        return verdict(Finding::CannotTell { why }, 0);
    }
    let found = case.by_search(&known);
    if found.finding != Finding::Accepted {
        return verdict(unless_of_feature(found.finding, feature), found.missing);
    }
    verdict(accepted(), found.missing)
}

/// Returns the finding, but no "impossible" that a feature may explain which changes the amount of a hold and which the
/// model does not have. What contradicts itself does so with it too, unless a hold may be of a part.
fn unless_of_feature(finding: Finding, feature: Option<&'static str>) -> Finding {
    match (finding, feature) {
        (Finding::Impossible(it), Some(feature)) if it.proof != Proof::Alone || feature.starts_with("partial") => {
            let why = format!(
                "the model has no {feature}, which the payment may have used; without it, line {} would be impossible: {}",
                it.line, it.why
            );
            Finding::CannotTell { why }
        }
        (finding, _) => finding,
    }
}

/// The way in which one payment is judged.
struct PaymentJudge<'a> {
    config: &'a Config,
    bounds: Bounds,
    twins: usize,
}

impl PaymentJudge<'_> {
    /// Returns the verdict on events that violate a law, if they do.
    fn by_law(&self, events: &[LoggedEvent]) -> Option<Finding> {
        let limits = laws::LawContext {
            config: self.config,
            lag: self.bounds.lag,
            is_complete: !self.bounds.gaps,
            twins: self.twins,
        };
        let found = laws::contradictions(events, limits);
        let suspects = laws::suspects(&found);
        let blamed = match suspects.as_slice() {
            [] => return None,
            [one] => *one,
            [..] => {
                let fits = self.without_which_the_rest_fits(events, &suspects, limits);
                fits.or_else(|| laws::first_to_blame(&found, &suspects))?
            }
        };
        laws::verdict(&found, events, blamed)
    }

    /// Returns the suspect without which the other events violate no law and lack the fewest events of a history.
    fn without_which_the_rest_fits(
        &self,
        events: &[LoggedEvent],
        suspects: &[usize],
        limits: laws::LawContext<'_>,
    ) -> Option<usize> {
        let fits = suspects.iter().rev().take(SUSPECTS).filter_map(|suspect| {
            let kept = events.iter().enumerate().filter(|(place, _)| place != suspect).map(|(_, it)| it.clone());
            let rest: Vec<LoggedEvent> = kept.collect();
            if !laws::contradictions(&rest, laws::LawContext { is_complete: false, ..limits }).is_empty() {
                return None;
            }
            let bounds = Bounds { gaps: true, ..self.bounds };
            let found = search(Tries::Suggested, &of_search(rest), self.config, bounds, self.twins);
            (found.finding == Finding::Accepted).then_some((found.missing, *suspect))
        });
        fits.min_by_key(|(missing, _)| *missing).map(|(_, suspect)| suspect)
    }

    /// Looks for a history: first by suggestions, and in a complete log by every input.
    fn by_search(&self, known: &[LoggedEvent]) -> Found {
        if sums::are_many(known)
            && let Some(rest) = sums::without_refunds(known)
            && let Some(missing) = sums::add_up(known, self.bounds.lag, self.bounds.gaps)
        {
            let found = search(Tries::Suggested, &rest, self.config, self.bounds, self.twins);
            if found.finding == Finding::Accepted {
                return Found { missing: found.missing.saturating_add(missing), ..found };
            }
        }
        let found = search(Tries::Suggested, known, self.config, self.bounds, self.twins);
        if self.bounds.gaps || found.finding == Finding::Accepted {
            return found;
        }
        let found = search(Tries::Everything, known, self.config, self.bounds, self.twins);
        self.blame(found, known)
    }

    /// Returns the verdict on the event without which the rest is a history that lacks the fewest events.
    ///
    /// Where several events of one second contradict each other, any of them stops the search. An event that
    /// presupposes another one may be wrong, or the other one is.
    fn blame(&self, found: Found, known: &[LoggedEvent]) -> Found {
        let Finding::Impossible(last) = &found.finding else { return found };
        let place = known.iter().position(|logged| logged.id == last.event).unwrap_or(0);
        let is_near = |logged: &&LoggedEvent| logged.created == last.created;
        let before = known.iter().take(place).rev().filter(|logged| !is_near(logged)).take(SUSPECTS);
        let suspects = known.iter().filter(is_near).take(SUSPECTS).chain(before);
        let without = |taken: &LoggedEvent| {
            let rest: Vec<LoggedEvent> = known.iter().filter(|logged| logged.id != taken.id).cloned().collect();
            let bounds = Bounds { gaps: true, ..self.bounds };
            search(Tries::Suggested, &rest, self.config, bounds, self.twins)
        };
        let fits = suspects.filter_map(|logged| {
            let rest = without(logged);
            (rest.finding == Finding::Accepted).then_some((rest.missing, logged))
        });
        let Some((_, logged)) = fits.min_by_key(|(missing, logged)| (*missing, logged.id != last.event)) else {
            return found;
        };
        if logged.id == last.event {
            return found;
        }
        let why = format!("without it the rest is a history; with it there is none: {}", last.why);
        let impossible = Impossible {
            properties: last.properties.clone(),
            rules: last.rules.clone(),
            ..Impossible::of(logged, why, last.proof)
        };
        Finding::from(impossible).into()
    }
}

/// The maximum number of events that are left out by trial, to see whether an execution explains the rest.
const SUSPECTS: usize = 10;

/// Returns the reason why the model cannot judge the payment although no law is violated.
fn out_of_model(unknown: &[LoggedEvent], known: &[LoggedEvent]) -> Option<Finding> {
    let disputed = known.iter().find(|logged| logged.object().disputed.value() == Some(&true));
    let why = match (unknown.iter().find(|logged| !changes_nothing(logged)), disputed) {
        (Some(stranger), _) => format!("the model has no `{}` (line {})", stranger.kind, stranger.line),
        (None, Some(it)) => format!("a charge is disputed (line {}), and the model has no disputes", it.line),
        (None, None) => return None,
    };
    Some(Finding::CannotTell { why })
}

/// Returns an event whose payment, charge or refund is in another currency than that of the first one.
fn has_another_currency(events: &[LoggedEvent]) -> Option<&LoggedEvent> {
    let is_of_payment = |it: &&LoggedEvent| matches!(family(&it.kind), "payment_intent" | "charge" | "refund");
    let mut of_payment = events.iter().filter(is_of_payment).filter(|it| it.object().currency.text().is_some());
    let first = of_payment.next()?;
    of_payment.find(|it| it.object().currency.text() != first.object().currency.text())
}

/// Returns whether the payment has an amount beyond the range of the model, which is that of most currencies (AMT-2).
fn has_large_amount(logged: &LoggedEvent) -> bool {
    let is_large = |amount: &Seen<i64>| amount.value().is_some_and(|it| *it > i64::from(Amount::MAX.get()));
    let is_of_payment = matches!(family(&logged.kind), "payment_intent" | "charge" | "refund" | "checkout.session");
    is_of_payment && logged.object().amounts().into_iter().any(|(_, amount)| is_large(amount))
}

/// Returns the events that the search explains. Sessions, and events without a move, are judged by the laws alone.
fn of_search(events: Vec<LoggedEvent>) -> Vec<LoggedEvent> {
    let is_of_search =
        |logged: &LoggedEvent| !logged.kind.starts_with("checkout.session.") && !moves_nothing(logged, &events);
    let kept: Vec<bool> = events.iter().map(is_of_search).collect();
    events.into_iter().zip(kept).filter_map(|(logged, kept)| kept.then_some(logged)).collect()
}

/// Returns why a complete log does not explain one of its refunds that were created as failed: they have no part in the
/// search, and a refund is of captured money that no earlier refund gave back (ERR-16, ERR-20, ERR-22).
fn groundless_refund(events: &[LoggedEvent], lag: i64) -> Option<Finding> {
    let number = |seen: &Seen<i64>| seen.value().copied();
    let has_ended = |id: Option<&str>| {
        let is_of_it = |it: &&LoggedEvent| family(&it.kind) == "refund" && it.object().id.id() == id;
        events.iter().filter(is_of_it).any(|it| matches!(it.object().status.text(), Some("failed" | "canceled")))
    };
    let given_before = |refund: &LoggedEvent| {
        let is_earlier =
            |it: &&LoggedEvent| it.kind == "refund.created" && it.created.saturating_add(lag) < refund.created;
        let given = events.iter().filter(is_earlier).filter(|it| !has_ended(it.object().id.id()));
        given.filter_map(|it| number(&it.object().amount)).fold(0, i64::saturating_add)
    };
    let is_explained = |refund: &LoggedEvent| {
        let amount = number(&refund.object().amount).unwrap_or(0).saturating_add(given_before(refund));
        let charge = refund.object().charge.id();
        events.iter().any(|it| {
            let object = it.object();
            let is_its = family(&it.kind) == "charge" && charge.is_none_or(|id| object.id.id() == Some(id));
            let captured = match number(&object.amount_captured) {
                Some(captured) => captured > 0 && captured >= amount,
                None => object.captured.value() == Some(&true),
            };
            is_its
                && object.status.text() == Some("succeeded")
                && captured
                && it.created <= refund.created.saturating_add(lag)
        })
    };
    let refund = events.iter().find(|it| is_failed_at_once(it) && !is_explained(it))?;
    let why = format!(
        "no event shows that the charge of the failed refund in line {} had as much left to give back",
        refund.line
    );
    Some(Finding::CannotTell { why })
}

/// Returns whether the event shows, without any change, a charge that had failed or a refund that was created as
/// failed: the payment may have moved on since, and these have no part in it.
fn moves_nothing(logged: &LoggedEvent, events: &[LoggedEvent]) -> bool {
    let Some(id) = logged.object().id.id() else { return false };
    let has_failed = |it: &LoggedEvent| it.object().status.text() == Some("failed");
    let mut of_same = events.iter().filter(|other| other.object().id.id() == Some(id));
    let is_dead = match family(&logged.kind) {
        "charge" => logged.kind == "charge.updated" && of_same.all(has_failed),
        "refund" => of_same.any(is_failed_at_once),
        _ => false,
    };
    is_dead && has_failed(logged) && logged.previous().is_none_or(|previous| previous == &Object::default())
}

/// Returns whether the event creates a refund that has failed already.
fn is_failed_at_once(logged: &LoggedEvent) -> bool {
    logged.kind == "refund.created" && logged.object().status.text() == Some("failed")
}

/// Returns the sort key of an event: its time, creations first, then its id and line.
fn order(logged: &LoggedEvent) -> (i64, bool, usize, &str, u64) {
    (logged.created, !logged.kind.ends_with(".created"), logged.id.len(), &logged.id, logged.line)
}

/// Events about changed texts only.
fn changes_nothing(logged: &LoggedEvent) -> bool {
    matches!(logged.kind.as_str(), "transfer.updated" | "application_fee.refund.updated")
}

fn is_of_another_kind(logged: &LoggedEvent) -> bool {
    logged.object().object.text().is_some_and(|object| object != family(&logged.kind))
}

/// Events without repetitions.
struct Kept {
    events: Vec<LoggedEvent>,
    /// Events left out.
    repeated: usize,
    /// Of those, the ones with an id of their own.
    twins: usize,
    altered: Option<Impossible>,
}

/// Leaves out repetitions: events with an earlier id, or with an earlier content (HOOK-1, R10). An id that names two
/// different things is an event that was altered.
fn without_repetitions(events: Vec<LoggedEvent>) -> Kept {
    let mut kept = Kept { events: Vec::with_capacity(events.len()), repeated: 0, twins: 0, altered: None };
    for logged in events {
        let same_id = kept.events.iter_mut().find(|other| other.id == logged.id);
        if let Some(other) = same_id {
            if other.api_version == logged.api_version && other.contradicts(&logged) {
                let line = other.line;
                let why = format!("the event with this id tells something else in line {line}; an event is frozen");
                kept.altered.get_or_insert_with(|| Impossible::of(&logged, why, Proof::Together).by("HOOK-7"));
            }
            kept.repeated = kept.repeated.saturating_add(1);
            // A recording may have left fields out.
            if logged.fullness() > other.fullness() {
                *other = logged;
            }
            continue;
        }
        // Repetitions under another id come at the same time.
        let mut at_once = kept.events.iter().rev().take_while(|other| other.created == logged.created);
        if at_once.any(|other| other.shows_the_same(&logged)) {
            kept.repeated = kept.repeated.saturating_add(1);
            kept.twins = kept.twins.saturating_add(1);
        } else {
            kept.events.push(logged);
        }
    }
    kept
}
