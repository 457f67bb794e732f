//! The thread that reads `GET /v1/events` of the provider and stores the events whose delivery never arrived.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use ureq::Agent;

use crate::clock::WatchClock;
use crate::incoming::read_value;
use crate::metrics::Counters;
use crate::notes::Notes;
use crate::posting::client;
use crate::store::{StateError, WatchStore};
use crate::wake::Wake;
use crate::writer::QueuedEvents;

/// The longest time for one page.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Events of one page.
const PAGE: usize = 100;

/// Seconds before the newest known event from which each poll reads again: the provider's list may lag behind.
const OVERLAP: i64 = 900;

/// Seconds for which a provider lists its events.
const LISTED_FOR: i64 = 30 * 86_400;

/// The most bytes of a page.
const LARGEST_PAGE: u64 = 64 << 20;

/// The name of the mark: the newest event of the last complete poll.
const MARK: &str = "polled_until";

/// The provider to poll.
#[derive(Clone)]
pub struct PollTarget {
    /// The URL before `/v1/events`.
    pub url: String,
    /// The secret key.
    pub key: String,
    /// The time between two polls, more than zero.
    pub every: Duration,
}

/// The poller of the provider.
pub(crate) struct Poller {
    pub(crate) target: PollTarget,
    pub(crate) store: WatchStore,
    pub(crate) deliveries: mpsc::Sender<QueuedEvents>,
    pub(crate) clock: Arc<dyn WatchClock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) wake: Arc<Wake>,
    pub(crate) gaps_filled: Arc<AtomicBool>,
    pub(crate) notes: Notes,
    /// The unreadable events that were noted: each is listed by many polls.
    pub(crate) unreadable: HashSet<String>,
}

/// The reason why a poll ended early.
enum PollFault {
    /// The provider's answer, no answer, or the database.
    Failed(String),
    /// The watch ends.
    Stopped,
}

impl From<StateError> for PollFault {
    fn from(error: StateError) -> Self {
        Self::Failed(format!("cannot use --state: {error}"))
    }
}

impl Poller {
    /// Polls until it is asked to stop. A failure is counted, reported once, and repeated.
    pub(crate) fn run(mut self) {
        let client = client(TIMEOUT);
        loop {
            match self.poll(&client) {
                Ok(()) => {
                    self.counters.polls.add(1);
                    self.counters.is_polled.set(1);
                    self.gaps_filled.store(true, Ordering::SeqCst);
                    self.notes.succeeded();
                }
                Err(PollFault::Stopped) => return,
                Err(PollFault::Failed(why)) => {
                    self.counters.poll_failures.add(1);
                    self.counters.is_polled.set(0);
                    self.notes.failed(&format!("--poll: {why}; the next poll is in {:?}", self.target.every));
                }
            }
            if !self.wake.wait(self.target.every) {
                return;
            }
        }
    }

    /// Reads the list from its newest event back to those that the last complete poll read. An event without a time says
    /// nothing about the place in the list.
    fn poll(&mut self, client: &Agent) -> Result<(), PollFault> {
        let now = self.clock.now();
        let oldest = now.saturating_sub(LISTED_FOR);
        let since = self.store.mark(MARK)?.map_or(oldest, |mark| mark.saturating_sub(OVERLAP).max(oldest));
        let mut newest = None;
        let mut after: Option<String> = None;
        loop {
            if self.wake.is_stopped() {
                return Err(PollFault::Stopped);
            }
            let page = self.page(client, after.as_deref())?;
            let created = |event: &Value| event.get("created").and_then(Value::as_i64);
            newest = newest.or_else(|| page.events.iter().find_map(created));
            let last_created = page.events.iter().rev().find_map(created);
            let is_reached = page.events.is_empty() || last_created.is_some_and(|created| created < since);
            let last = page.events.last().and_then(|event| event.get("id")).and_then(Value::as_str).map(str::to_owned);
            self.deliver(&page.events)?;
            if is_reached || !page.has_more {
                break;
            }
            if last.is_none() {
                return Err(PollFault::Failed("the last event of a page has no `id`, so no page follows".to_owned()));
            }
            if last == after {
                return Err(PollFault::Failed("the list repeats itself: `starting_after` has no effect".to_owned()));
            }
            after = last;
        }
        if let Some(newest) = newest {
            // A time to come would hide everything that is listed until then.
            self.store.set_mark(MARK, newest.min(now))?;
        }
        Ok(())
    }

    fn page(&self, client: &Agent, after: Option<&str>) -> Result<EventPage, PollFault> {
        let url = format!("{}/v1/events", self.target.url.trim_end_matches('/'));
        let fault = |why: String| PollFault::Failed(format!("{url}: {why}"));
        let mut request = client
            .get(&url)
            .query("limit", PAGE.to_string())
            .header("authorization", format!("Bearer {}", self.target.key));
        if let Some(after) = after {
            request = request.query("starting_after", after);
        }
        let mut answer = request.call().map_err(|error| fault(error.to_string()))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(fault(format!("answered {status}; expected 200 (--key needs permission to read events)")));
        }
        let text = answer.body_mut().with_config().limit(LARGEST_PAGE).read_to_string();
        let text = text.map_err(|error| fault(error.to_string()))?;
        EventPage::read(&text).map_err(fault)
    }

    /// Stores the events of a page. One that cannot be read is noted and left out.
    fn deliver(&mut self, events: &[Value]) -> Result<(), PollFault> {
        let mut read = Vec::with_capacity(events.len());
        for event in events {
            match read_value(event, event.to_string()) {
                Ok(event) => read.push(event),
                Err(why) => {
                    let id = event.get("id").and_then(Value::as_str);
                    if self.unreadable.insert(id.map_or_else(|| event.to_string(), str::to_owned)) {
                        self.counters.unreadable.add(1);
                        let id = id.unwrap_or("without an id");
                        self.notes.say(format!("--poll: event {id} cannot be read and is left out: {why}"));
                    }
                }
            }
        }
        let (answer, answered) = oneshot::channel();
        let delivery = QueuedEvents { events: read, answer };
        self.deliveries.blocking_send(delivery).map_err(|_| PollFault::Stopped)?;
        let stored = answered.blocking_recv().map_err(|_| PollFault::Stopped)?;
        stored.map_err(|error| PollFault::Failed(format!("cannot store a page: {error}")))?;
        Ok(())
    }
}

/// One page of the list.
struct EventPage {
    events: Vec<Value>,
    has_more: bool,
}

impl EventPage {
    fn read(text: &str) -> Result<Self, String> {
        let page: Value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
        let Some(Value::Array(events)) = page.get("data") else {
            return Err("`data` is no list: expected a page of events".to_owned());
        };
        let has_more = page.get("has_more").and_then(Value::as_bool);
        let has_more = has_more.ok_or("`has_more` is neither true nor false: expected a page of events")?;
        Ok(Self { events: events.clone(), has_more })
    }
}
