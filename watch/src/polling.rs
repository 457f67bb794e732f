//! The thread that reads `GET /v1/events` of the provider, so that a delivery that was never arrived is no gap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use ureq::Agent;

use crate::clock::WatchClock;
use crate::incoming::read_value;
use crate::metrics::Counters;
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
    /// The time between two polls.
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
    /// Notes for the user.
    pub(crate) notes: std::sync::mpsc::Sender<String>,
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
    /// Polls until it is asked to stop. A failure is counted, noted once, and tried again.
    pub(crate) fn run(self) {
        let client = client(TIMEOUT);
        let mut last_note = None;
        loop {
            match self.poll(&client) {
                Ok(()) => {
                    self.counters.polls.add(1);
                    self.gaps_filled.store(true, Ordering::SeqCst);
                    last_note = None;
                }
                Err(PollFault::Stopped) => return,
                Err(PollFault::Failed(why)) => {
                    self.counters.poll_failures.add(1);
                    if last_note.as_ref() != Some(&why) {
                        let _ = self.notes.send(format!("--poll: {why}; the next poll is in {:?}", self.target.every));
                        last_note = Some(why);
                    }
                }
            }
            if !self.wake.wait(self.target.every) {
                return;
            }
        }
    }

    /// Reads the list from its newest event back to those that the last complete poll read.
    fn poll(&self, client: &Agent) -> Result<(), PollFault> {
        let oldest = self.clock.now().saturating_sub(LISTED_FOR);
        let since = self.store.mark(MARK)?.map_or(oldest, |mark| mark.saturating_sub(OVERLAP).max(oldest));
        let mut newest = None;
        let mut after: Option<String> = None;
        loop {
            if self.wake.is_stopped() {
                return Err(PollFault::Stopped);
            }
            let page = self.page(client, after.as_deref())?;
            let created = |event: &Value| event.get("created").and_then(Value::as_i64).unwrap_or(0);
            newest = newest.or_else(|| page.events.first().map(created));
            let is_reached = page.events.last().is_none_or(|event| created(event) < since);
            let last = page.events.last().and_then(|event| event.get("id")).and_then(Value::as_str).map(str::to_owned);
            self.deliver(&page.events)?;
            if is_reached || !page.has_more || last.is_none() {
                break;
            }
            if last == after {
                return Err(PollFault::Failed("the list repeats itself: `starting_after` has no effect".to_owned()));
            }
            after = last;
        }
        if let Some(newest) = newest {
            self.store.set_mark(MARK, newest)?;
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

    fn deliver(&self, events: &[Value]) -> Result<(), PollFault> {
        let mut read = Vec::with_capacity(events.len());
        for event in events {
            match read_value(event, event.to_string()) {
                Ok(event) => read.push(event),
                Err(_) => self.counters.unreadable.add(1),
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
        let has_more = page.get("has_more").and_then(Value::as_bool).unwrap_or(false);
        match page.get("data") {
            Some(Value::Array(events)) => Ok(Self { events: events.clone(), has_more }),
            _ => Err("`data` is no list: expected a page of events".to_owned()),
        }
    }
}
