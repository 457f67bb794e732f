//! The search for an execution of the model that emits these events.
//!
//! A search over the states of the model. A place in it is a state, its time, and the events that are explained.
//! Time only moves on, so an event that is passed by is lost. What a step of the model tells is looked for among the
//! events ahead; what is not there is missing from the log, and costs. The cheapest way to the last event is the
//! history; where there is none, the first event that no way comes past cannot have happened.

mod alphabet;
mod case;
mod coverage;
mod differences;
mod matching;
mod refund_paths;
mod step;
mod why;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;

use holdfast_model::{Config, EnvironmentEvent, NotificationKind, State};
use rustc_hash::{FxBuildHasher, FxHashMap};

use self::case::Case;
pub use self::coverage::Exhausted;
use self::coverage::SearchCoverage;
use self::why::End;
use crate::logged_event::LoggedEvent;
use crate::verdict::Finding;

/// Bounds of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Places that are looked at for one payment.
    pub places: usize,
    /// Events of one payment.
    pub events: usize,
    /// The maximum delay of the events of one step after its first, in seconds.
    pub lag: i64,
    /// `true` if events may be missing from the log.
    pub gaps: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { places: 20_000, events: 2_000, lag: 60, gaps: true }
    }
}

/// The most steps of the model for each place that may be looked at.
const STEPS: usize = 20;

/// The result of the search.
pub(crate) struct Found {
    pub(crate) finding: Finding,
    /// Events that the history has and the log has not.
    pub(crate) missing: usize,
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        Self { finding, missing: 0 }
    }
}

/// A place of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    state: State<1, 0>,
    clock: i64,
    /// The first event that is not explained.
    open: u32,
    /// Of the 128 events from there on, those that are explained.
    logged: u128,
    /// The charge the payment has, by its number among those named; 0 if it has not been named.
    charge: u16,
    refunds: [u16; holdfast_model::REFUNDS],
}

impl Place {
    /// The number of explained events.
    fn progress(&self) -> u32 {
        self.open.saturating_add(self.logged.count_ones())
    }

    fn is_explained(&self, event: usize) -> bool {
        let Some(ahead) = event.checked_sub(usize::try_from(self.open).unwrap_or(usize::MAX)) else { return true };
        u32::try_from(ahead).ok().and_then(|ahead| self.logged.checked_shr(ahead)).is_some_and(|bits| bits & 1 == 1)
    }

    /// Notes that an event is explained. `false` if it is too far ahead.
    fn explain(&mut self, event: usize) -> bool {
        let ahead = event.checked_sub(usize::try_from(self.open).unwrap_or(usize::MAX));
        let bit = ahead.and_then(|ahead| u32::try_from(ahead).ok()).and_then(|ahead| 1_u128.checked_shl(ahead));
        let Some(bit) = bit else { return false };
        self.logged |= bit;
        true
    }

    /// Moves past the events that are explained.
    fn move_on(&mut self) {
        let past = self.logged.trailing_ones();
        self.logged = self.logged.checked_shr(past).unwrap_or(0);
        self.open = self.open.saturating_add(past);
    }
}

/// Priority of a place: fewer missing events first, then more explained ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    cost: Reverse<u32>,
    progress: u32,
    place: Reverse<u32>,
    way: PathCost,
}

/// The cost of the path to a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct PathCost {
    /// Steps and events that the log lacks.
    cost: u32,
    /// Events that the log does not have.
    missing: u32,
}

impl PathCost {
    /// Returns the cost after one more step, with `unlogged` notifications that the log lacks.
    fn on(self, cost: u32, unlogged: u32) -> Self {
        Self { cost: self.cost.saturating_add(cost), missing: self.missing.saturating_add(unlogged) }
    }
}

struct Search<'a, 'b> {
    case: &'a Case<'b>,
    bounds: Bounds,
    most_missing: u32,
    places: Vec<Place>,
    /// Steps of the model that were taken.
    steps: usize,
    /// The least that a place has cost; where the missing events are limited, for each number of them.
    seen: FxHashMap<u64, (PathCost, u32)>,
    heap: BinaryHeap<Rank>,
    /// The most events explained on any path so far, in order and in all, and the place.
    furthest: (u32, u32),
    last: Vec<u32>,
    tries: Tries,
    /// Whether anything was left out.
    coverage: SearchCoverage,
}

/// The inputs that a search tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tries {
    /// The inputs that the next events suggest. The search is fast, and an execution that it finds is valid.
    Suggested,
    /// Every input that can explain an event of a complete log.
    Everything,
}

/// Looks for a history. `events` are in the order of their times; `twins` of them were logged twice under two ids, and
/// only once here.
pub(crate) fn search(tries: Tries, events: &[LoggedEvent], config: &Config, bounds: Bounds, twins: usize) -> Found {
    let case = Case::new(events, config, bounds.gaps);
    let clock = events.first().map_or(0, |logged| logged.created);
    let start =
        Place { state: State::default(), clock, open: 0, logged: 0, charge: 0, refunds: [0; holdfast_model::REFUNDS] };
    let mut search = Search::new(&case, tries, bounds, twins);
    if !events.iter().all(|logged| logged.is_comparable(case.currency)) {
        search.coverage.cut("fees or transfers of another currency cannot be compared with the payment");
    }
    if case.hints.unknown_hold {
        search.coverage.cut("no event shows how long the money is held, and methods hold it differently long (HOLD-6)");
    }
    if refund_paths::are_beyond_model(events) {
        search.coverage.cut("no payment method of the model lets refunds move like that, though some may (REF-2)");
    }
    search.add(start, PathCost::default());
    search.run()
}

impl<'a, 'b> Search<'a, 'b> {
    fn new(case: &'a Case<'b>, tries: Tries, bounds: Bounds, twins: usize) -> Self {
        Self {
            case,
            bounds,
            most_missing: if bounds.gaps { u32::MAX } else { u32::try_from(twins).unwrap_or(u32::MAX) },
            places: Vec::with_capacity(12),
            steps: 0,
            seen: FxHashMap::default(),
            heap: BinaryHeap::with_capacity(12),
            furthest: (0, 0),
            last: Vec::new(),
            tries,
            coverage: SearchCoverage::default(),
        }
    }
}

impl Search<'_, '_> {
    fn run(mut self) -> Found {
        let all = self.case.events.len();
        while let Some(Rank { way, place: Reverse(index), .. }) = self.heap.pop() {
            let Some(place) = self.places.get(usize::try_from(index).unwrap_or(usize::MAX)).copied() else { continue };
            if usize::try_from(place.open).unwrap_or(0) >= all {
                let missing = usize::try_from(way.missing).unwrap_or(0);
                return Found { finding: Finding::Accepted, missing };
            }
            if self.places.len() > self.bounds.places || self.steps > self.bounds.places.saturating_mul(STEPS) {
                let why = format!(
                    "tried: {} executions and {} steps; none explains all events",
                    self.places.len(),
                    self.steps
                );
                return Finding::CannotTell { why }.into();
            }
            self.expand(&place, way);
        }
        if self.bounds.gaps {
            self.coverage.cut("what the log lacks could explain it");
        }
        self.end().into()
    }

    /// Returns the verdict at the end of a search without success: "impossible" if everything was tried, else "cannot tell".
    fn end(&self) -> Finding {
        let exhausted = self.coverage.exhausted();
        let stuck = match self.nearest() {
            End::OutOfModel(why) => return Finding::CannotTell { why },
            End::Stuck(stuck) => stuck,
        };
        let Some(logged) = self.case.events.get(stuck.event) else {
            return Finding::CannotTell { why: stuck.why };
        };
        match exhausted {
            Ok(proof) => stuck.impossible(logged, proof).into(),
            Err(cut) => Finding::CannotTell {
                why: format!(
                    "{cut}; no execution was found that explains `{}` in line {}: {}",
                    logged.kind, logged.line, stuck.why
                ),
            },
        }
    }

    fn add(&mut self, place: Place, way: PathCost) {
        if way.missing > self.most_missing {
            return;
        }
        let event = self.case.facts.get(usize::try_from(place.open).unwrap_or(usize::MAX));
        if event.is_some_and(|event| event.created < place.clock) {
            // An event has been passed by.
            return;
        }
        let missing = if self.most_missing == u32::MAX { 0 } else { way.missing };
        let index = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        match self.seen.entry(FxBuildHasher.hash_one((place, missing))) {
            Entry::Occupied(mut known) => {
                let (least, other) = *known.get();
                if self.places.get(usize::try_from(other).unwrap_or(usize::MAX)) != Some(&place) {
                    self.coverage.cut("two places of the search have the same hash");
                    return;
                }
                if least <= way {
                    return;
                }
                known.insert((way, index));
            }
            Entry::Vacant(unknown) => {
                unknown.insert((way, index));
            }
        }
        let progress = (place.open, place.progress());
        if progress > self.furthest {
            self.furthest = progress;
            self.last.clear();
        }
        if progress == self.furthest && self.last.len() < 32 {
            self.last.push(index);
        }
        self.heap.push(Rank { cost: Reverse(way.cost), progress: place.progress(), place: Reverse(index), way });
        self.places.push(place);
    }

    /// A hold without an event of its own may have begun at the time that lets it expire at the next event.
    fn before_a_hold(&mut self, place: &Place, way: PathCost, next: (NotificationKind, i64)) {
        /// A second more than holds last (HOLD-1).
        const WINDOWS: [i64; 3] = [604_801, 410_401, 2_592_001];
        use NotificationKind::{ChargeCaptured, ChargeExpired, IntentCanceled, IntentSucceeded};
        let view = step::payment(&place.state.observe(&self.case.config), &self.case.config);
        let is_open = view.is_none_or(|view| view.status.is_open());
        if !is_open || !matches!(next.0, ChargeCaptured | ChargeExpired | IntentCanceled | IntentSucceeded) {
            return;
        }
        for window in WINDOWS {
            let at = next.1.saturating_sub(window);
            let wait = u32::try_from(at.saturating_sub(place.clock)).unwrap_or(0);
            if wait > 0 {
                self.step(place, way, EnvironmentEvent::Advance { seconds: wait }.into(), at);
            }
        }
    }

    /// Seconds until a deadline acts by itself.
    fn deadline(&self, place: &Place) -> Option<i64> {
        let charge = step::payment(&place.state.observe(&self.case.config), &self.case.config)?.charge?;
        let delay = i64::from(self.case.config.dialect.expiry_job_delay);
        let hold = charge.hold_left.map(|left| left.saturating_add(delay));
        hold.or_else(|| charge.posting_left.map(i64::from)).filter(|left| *left > 0)
    }

    /// Tries each input that may come next.
    fn expand(&mut self, place: &Place, way: PathCost) {
        let Some(next) = self.case.facts.get(usize::try_from(place.open).unwrap_or(usize::MAX)).copied() else {
            return;
        };
        let wait = next.created.saturating_sub(place.clock);
        if wait > 0 {
            // The notifications of a deadline on the way have the time of the deadline.
            let wait = self.deadline(place).filter(|left| *left < wait).unwrap_or(wait);
            let seconds = u32::try_from(wait).unwrap_or(u32::MAX);
            self.step(place, way, EnvironmentEvent::Advance { seconds }.into(), place.clock.saturating_add(wait));
            if let Some(kind) = next.kind.filter(|_| self.bounds.gaps) {
                self.before_a_hold(place, way, (kind, next.created));
            }
        } else {
            self.only_look(place, way);
        }
        for input in self.inputs(place) {
            self.step(place, way, input, place.clock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A costly path that lacks fewer events must not be dropped for a cheap one: the rest of the path may lack some, too.
    #[test]
    fn a_place_is_known_by_its_cost_and_by_what_is_missing() {
        let event = LoggedEvent { id: "evt_1".into(), created: 1, ..LoggedEvent::default() };
        let events = [event];
        let case = Case::new(&events, &Config::default(), false);
        let place = Place {
            state: State::default(),
            clock: 1,
            open: 0,
            logged: 0,
            charge: 0,
            refunds: [0; holdfast_model::REFUNDS],
        };
        let bounds = Bounds { gaps: false, ..Bounds::default() };
        let mut search = Search::new(&case, Tries::Everything, bounds, 2);
        for (cost, missing, places) in [(1, 1, 1), (2, 0, 2), (2, 1, 2), (3, 0, 2), (1, 0, 3), (1, 3, 3)] {
            search.add(place, PathCost { cost, missing });
            assert_eq!(search.places.len(), places, "cost {cost}, missing {missing}");
        }
        let mut search = Search::new(&case, Tries::Suggested, Bounds::default(), 0);
        for (cost, missing, places) in [(2, 2, 1), (2, 1, 2), (3, 0, 2), (2, 2, 2)] {
            search.add(place, PathCost { cost, missing });
            assert_eq!(search.places.len(), places, "cost {cost}, missing {missing}, with gaps");
        }
    }
}
