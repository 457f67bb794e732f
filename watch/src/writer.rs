//! The one writer of events: deliveries that arrive together share a transaction, and each is answered after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, oneshot};

use crate::clock::WatchClock;
use crate::incoming::IncomingEvent;
use crate::metrics::Counters;
use crate::store::{Stored, WatchStore};
use crate::wake::Wake;

/// Deliveries that share a transaction at most.
const TOGETHER: usize = 256;

/// Deliveries that wait at most; further ones wait to be accepted.
pub(crate) const QUEUE: usize = 1_024;

/// Events to store together, and the place for the answer.
pub(crate) struct QueuedEvents {
    pub(crate) events: Vec<IncomingEvent>,
    pub(crate) answer: oneshot::Sender<Result<Vec<Stored>, String>>,
}

/// Stores deliveries until their senders are gone.
pub(crate) struct EventWriter {
    pub(crate) store: WatchStore,
    pub(crate) deliveries: mpsc::Receiver<QueuedEvents>,
    pub(crate) clock: Arc<dyn WatchClock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) judge: Arc<Wake>,
    /// Set while the last transaction failed.
    pub(crate) is_failing: Arc<AtomicBool>,
}

impl EventWriter {
    pub(crate) fn run(mut self) {
        while let Some(first) = self.deliveries.blocking_recv() {
            let mut together = vec![first];
            while together.len() < TOGETHER
                && let Ok(next) = self.deliveries.try_recv()
            {
                together.push(next);
            }
            self.store_all(together);
        }
    }

    fn store_all(&mut self, deliveries: Vec<QueuedEvents>) {
        let now = self.clock.now();
        let events: Vec<IncomingEvent> = deliveries.iter().flat_map(|delivery| delivery.events.clone()).collect();
        let stored = self.store.add(&events, now).map_err(|error| error.to_string());
        self.is_failing.store(stored.is_err(), Ordering::Relaxed);
        match stored {
            Ok(stored) => {
                self.count(&events, &stored, now);
                let mut stored = stored.into_iter();
                for QueuedEvents { events, answer } in deliveries {
                    // The client may be gone; its event is stored nevertheless.
                    let _ = answer.send(Ok(stored.by_ref().take(events.len()).collect()));
                }
                // This follows the answer, because a request that timed out meanwhile has recorded its event as unstored.
                self.counters.unstored.stored(events.iter().map(|event| &event.id));
                self.judge.wake();
            }
            Err(error) => {
                self.counters.state_failures.add(1);
                for delivery in deliveries {
                    let _ = delivery.answer.send(Err(error.clone()));
                }
            }
        }
    }

    fn count(&self, events: &[IncomingEvent], stored: &[Stored], now: i64) {
        for (event, stored) in events.iter().zip(stored) {
            match stored {
                Stored::New => self.counters.events.add(1),
                Stored::Duplicate => self.counters.duplicates.add(1),
            }
            if event.created > 0 {
                self.counters.delay.set(u64::try_from(now.saturating_sub(event.created)).unwrap_or(0));
            }
        }
    }
}
