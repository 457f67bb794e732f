//! Chaos: everything that the specification permits and a careful sandbox never does.
//!
//! `table.rs` names the behaviors. [`Chaos`] decides, counts and logs them: each decision is a function of the seed, the
//! behavior, the scope, the object, and the number of its earlier occasions. A decision therefore depends neither
//! on other behaviors nor on their order. The module `unreliable` acts on responses, `delivery` on webhooks, `jobs` on due jobs,
//! `acquirer` on the bank's answers.

mod acquirer;
mod agenda;
mod delivery;
mod jobs;
mod profile;
mod table;

pub(crate) use acquirer::ChaosAcquirer;
pub(crate) use delivery::ChaosDelivery;
pub use profile::{ChaosChoice, ChaosDelays, ChaosProfile, PROFILES};
pub use table::{Behavior, BehaviorRow, Side};

use agenda::Agenda;
use holdfast_engine::command::JobKey;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The number of idempotency keys remembered.
const MOST_KEYS: usize = 100_000;

/// One possible occurrence: the n-th occasion of a behavior about one thing within a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occasion {
    /// The behavior.
    pub behavior: Behavior,
    /// The scope: 0 for a server, a purchase in `check merchant`.
    pub scope: u64,
    /// Its subject without ids: `POST /v1/refunds`, `charge.refunded`.
    pub about: String,
    /// The number of earlier occasions of the behavior about it in the scope.
    pub number: u64,
}

/// One answered request to the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// The scope of decisions at that time.
    pub scope: u64,
    /// The number of the request, which its events name.
    pub number: u64,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The form of the request.
    pub form: String,
    /// The idempotency key.
    pub key: Option<String>,
    /// The header `Stripe-Version`.
    pub version: Option<String>,
    /// The status of the response.
    pub status: u16,
    /// The body of the response.
    pub body: Value,
    /// Whether the client received the response.
    pub is_received: bool,
}

/// One occurrence, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The occasion.
    pub occasion: Occasion,
    /// The request, event or object that it affected.
    pub subject: String,
}

/// The outcome of a decision in favor of a behavior: a source of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(u64);

impl Draw {
    /// Returns a number from `low` to `high`, both included; `low` if the range is empty.
    #[must_use]
    pub fn between(self, low: u64, high: u64) -> u64 {
        let width = high.saturating_sub(low).saturating_add(1);
        low.saturating_add(mixed(self.0).checked_rem(width).unwrap_or(0))
    }
}

/// A decision in favor of a behavior that has not taken effect yet.
#[derive(Clone, Debug)]
pub(crate) struct ChaosDecision {
    draw: Draw,
    occurrence: Occurrence,
}

/// The source of decisions of one server.
pub struct Chaos {
    state: Mutex<ChaosState>,
    sink: Mutex<Option<Box<dyn Write + Send>>>,
    /// Whether the server acts by itself. In `check merchant` the schedule moves clock and webhooks instead.
    pub(crate) is_autonomous: bool,
}

struct ChaosState {
    seed: u64,
    profile: ChaosProfile,
    /// The occasions that may happen; `None` is all.
    only: Option<BTreeSet<Occasion>>,
    scope: u64,
    counts: HashMap<(Behavior, u64, String), u64>,
    totals: BTreeMap<Behavior, u64>,
    occurred: Vec<Occurrence>,
    exchanges: Vec<Exchange>,
    keys: HashSet<String>,
    moved: HashSet<JobKey>,
    down_until: u64,
    /// The deliveries in progress during which responses are left alone.
    calm: u32,
    agenda: Agenda,
}

impl Chaos {
    /// Returns a source for a server that acts by itself and logs each occurrence as a JSON line to `sink`.
    #[must_use]
    pub fn new(choice: ChaosChoice, sink: Option<Box<dyn Write + Send>>) -> Self {
        Self { state: Mutex::new(ChaosState::new(choice)), sink: Mutex::new(sink), is_autonomous: true }
    }

    /// Returns a source for a server whose clock and webhooks a test moves.
    #[must_use]
    pub fn directed(choice: ChaosChoice) -> Self {
        Self { is_autonomous: false, ..Self::new(choice, None) }
    }

    /// Restarts with another seed and empty counts; only the occasions in `only` may happen.
    pub fn restart(&self, choice: ChaosChoice, only: Option<BTreeSet<Occasion>>) {
        *self.held() = ChaosState { only, ..ChaosState::new(choice) };
    }

    /// Sets the scope of the decisions that follow.
    pub fn set_scope(&self, scope: u64) {
        self.held().scope = scope;
    }

    /// Returns everything that occurred since the beginning, in order.
    #[must_use]
    pub fn occurred(&self) -> Vec<Occurrence> {
        self.held().occurred.clone()
    }

    /// Returns the number of occurrences of each behavior since the beginning.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<Behavior, u64> {
        self.held().totals.clone()
    }

    /// Returns the requests to the API that were answered since the last call, in order.
    #[must_use]
    pub fn take_exchanges(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.held().exchanges)
    }

    /// Decides one occasion of a behavior that takes effect at once. Counts and logs it if it happens.
    pub fn decide(&self, behavior: Behavior, subject: &str) -> Option<Draw> {
        let decided = self.draw(behavior, subject)?;
        let draw = decided.draw;
        self.count(decided);
        Some(draw)
    }

    /// Decides one occasion of a behavior whose effect shows later. [`Self::count`] counts it then.
    pub(crate) fn draw(&self, behavior: Behavior, subject: &str) -> Option<ChaosDecision> {
        let (draw, occasion) = self.held().decide(behavior, without_ids(subject))?;
        Some(ChaosDecision { draw, occurrence: Occurrence { occasion, subject: subject.to_owned() } })
    }

    /// Counts and logs an occurrence that took effect.
    pub(crate) fn count(&self, ChaosDecision { draw: Draw(number), occurrence }: ChaosDecision) {
        let mut state = self.held();
        let (behavior, subject) = (occurrence.occasion.behavior, occurrence.subject.clone());
        state.occurred.push(occurrence);
        let total = state.totals.entry(behavior).or_insert(0);
        *total = total.saturating_add(1);
        let total = *total;
        drop(state);
        self.log(behavior, &subject, total, number);
    }

    pub(crate) fn slow(&self) -> Duration {
        self.held().profile.delays.slow
    }

    pub(crate) fn retry_after(&self) -> u64 {
        self.held().profile.delays.retry_after
    }

    /// Returns whether the response of a request with this key was lost.
    pub(crate) fn was_lost(&self, key: &str) -> bool {
        self.held().keys.contains(key)
    }

    /// Remembers the key of a request whose response is lost.
    pub(crate) fn lost(&self, key: Option<String>) {
        let mut state = self.held();
        if state.keys.len() >= MOST_KEYS {
            state.keys.clear();
        }
        state.keys.extend(key);
    }

    /// Remembers an answered request for [`Self::take_exchanges`], within the current scope.
    pub(crate) fn record(&self, exchange: Exchange) {
        let mut state = self.held();
        let scope = state.scope;
        state.exchanges.push(Exchange { scope, ..exchange });
    }

    fn log(&self, behavior: Behavior, subject: &str, count: u64, draw: u64) {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(out) = sink.as_mut() else { return };
        let row = behavior.row();
        let line = json!({ "chaos": row.name, "subject": subject, "count": count, "draw": format!("{draw:016x}"),
            "requirements": row.requirements, "what": row.what });
        // An error of the log is ignored.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }

    fn held(&self) -> MutexGuard<'_, ChaosState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChaosState {
    fn new(ChaosChoice { seed, profile }: ChaosChoice) -> Self {
        Self {
            seed,
            profile,
            only: None,
            scope: 0,
            counts: HashMap::new(),
            totals: BTreeMap::new(),
            occurred: Vec::new(),
            exchanges: Vec::new(),
            keys: HashSet::new(),
            moved: HashSet::new(),
            down_until: 0,
            calm: 0,
            agenda: Agenda::default(),
        }
    }

    fn decide(&mut self, behavior: Behavior, about: String) -> Option<(Draw, Occasion)> {
        let scope = self.scope;
        let count = self.counts.entry((behavior, scope, about.clone())).or_insert(0);
        let number = *count;
        *count = count.saturating_add(1);
        let place = Behavior::ALL.iter().position(|one| *one == behavior).and_then(|place| u64::try_from(place).ok());
        let text = about.bytes().fold(0, |hash, byte| mixed(hash ^ u64::from(byte)));
        let key = [self.seed, place.unwrap_or(0), scope, text, number];
        let draw = key.iter().fold(0x9e37_79b9_7f4a_7c15, |hash, part| mixed(hash ^ mixed(*part)));
        let happens = draw.checked_rem(1000).unwrap_or(0) < u64::from(self.profile.chance(behavior));
        let occasion = Occasion { behavior, scope, about, number };
        let is_left_alone = self.calm > 0 && behavior.row().side == Side::Answer;
        let may = !is_left_alone && self.only.as_ref().is_none_or(|only| only.contains(&occasion));
        (happens && may).then_some((Draw(draw), occasion))
    }
}

/// Returns a subject without ids, so that it is the same in a repetition: `POST /v1/payment_intents/:id/capture`.
fn without_ids(subject: &str) -> String {
    let is_id = |part: &str| part.chars().any(|letter| letter.is_ascii_digit()) && part.len() > 2;
    let path = |word: &str| -> String {
        let parts: Vec<&str> = word.split('/').map(|part| if is_id(part) { ":id" } else { part }).collect();
        parts.join("/")
    };
    let words = subject.split(' ').filter(|word| word.contains('/') || !is_id(word)).map(path);
    words.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Mixes the bits of a number (SplitMix64).
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
