//! The thread that posts alerts to the webhook of the user, each until it is accepted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::Agent;

use crate::clock::WatchClock;
use crate::metrics::Counters;
use crate::notes::Notes;
use crate::store::{PendingPost, StateError, WatchStore};
use crate::wake::Wake;

/// The longest time for one post.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest pause between two searches for alerts.
const REST: Duration = Duration::from_millis(250);

/// The longest wait between two tries, in seconds.
const LONGEST_WAIT: i64 = 3_600;

/// Seconds after which an alert is no longer posted.
const GIVE_UP_AFTER: i64 = 3 * 86_400;

/// The poster of alerts.
pub(crate) struct Poster {
    pub(crate) store: WatchStore,
    pub(crate) clock: Arc<dyn WatchClock>,
    pub(crate) url: String,
    pub(crate) counters: Arc<Counters>,
    pub(crate) wake: Arc<Wake>,
    pub(crate) notes: Notes,
}

/// Returns a client that follows no redirection and uses no proxy: the URL alone decides where a request goes.
pub(crate) fn client(timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("Holdfast-watch/", env!("CARGO_PKG_VERSION")));
    config.build().new_agent()
}

/// Returns the time of the try after `tries` failed ones, or `None` if it is too late for another.
fn next_try(raised: i64, tries: u32, now: i64) -> Option<i64> {
    if now.saturating_sub(raised) >= GIVE_UP_AFTER {
        return None;
    }
    let wait = 1_i64.checked_shl(tries.min(20)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    Some(now.saturating_add(wait))
}

impl Poster {
    /// Posts until it is asked to stop, then the due alerts until a post fails. A failure is counted, reported and repeated.
    pub(crate) fn run(mut self) {
        let client = client(TIMEOUT);
        loop {
            let result = self.round(&client);
            self.tolerate(&result);
            if !self.wake.wait(REST) {
                let result = self.last_round(&client);
                self.tolerate(&result);
                return;
            }
        }
    }

    fn tolerate(&mut self, result: &Result<(), StateError>) {
        if let Err(error) = result {
            self.counters.state_failures.add(1);
            self.notes.failed(&format!("--alert: cannot use --state: {error}; it is tried again"));
        }
    }

    /// Posts the alerts whose time has come.
    fn round(&mut self, client: &Agent) -> Result<(), StateError> {
        for alert in self.store.to_post(self.clock.now())? {
            if self.wake.is_stopped() {
                break;
            }
            self.post(client, &alert)?;
        }
        Ok(())
    }

    /// Posts the alerts whose time has come, until one fails or the time of one post is up.
    fn last_round(&mut self, client: &Agent) -> Result<(), StateError> {
        let began = Instant::now();
        loop {
            let alerts = self.store.to_post(self.clock.now())?;
            if alerts.is_empty() {
                return Ok(());
            }
            for alert in alerts {
                if began.elapsed() > TIMEOUT || !self.post(client, &alert)? {
                    return Ok(());
                }
            }
        }
    }

    /// Posts an alert once. Returns whether it was accepted.
    fn post(&mut self, client: &Agent, alert: &PendingPost) -> Result<bool, StateError> {
        let request = client.post(&self.url).header("content-type", "application/json; charset=utf-8");
        let why = match request.send(alert.body.as_str()) {
            Ok(answer) if answer.status().is_success() => {
                self.store.mark_posted(alert.number, None)?;
                self.counters.posts.add(1);
                self.notes.succeeded();
                return Ok(true);
            }
            Ok(answer) => format!("the webhook answered {}; expected 2xx", answer.status()),
            Err(error) => error.to_string(),
        };
        self.counters.post_failures.add(1);
        let next = next_try(alert.raised, alert.tries, self.clock.now());
        let then = if next.is_some() { "is posted again" } else { "is not posted again" };
        self.notes.failed(&format!("--alert: {why}; the alert {then}"));
        self.store.mark_posted(alert.number, next)?;
        if next.is_none() {
            self.counters.posts_given_up.add(1);
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_ever_later_and_end() {
        for (tries, wait) in [(0, 1), (1, 2), (5, 32), (11, 2_048), (12, 3_600), (1_000, 3_600)] {
            assert_eq!(next_try(100, tries, 500), Some(500 + wait), "{tries}");
        }
        assert_eq!(next_try(100, 1, 100 + GIVE_UP_AFTER - 1), Some(100 + GIVE_UP_AFTER + 1));
        assert_eq!(next_try(100, 1, 100 + GIVE_UP_AFTER), None);
    }
}
