//! The thread that posts alerts to the webhook of the user, each until it is accepted.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;

use crate::clock::WatchClock;
use crate::metrics::Counters;
use crate::store::{PendingPost, StateError, WatchStore};
use crate::wake::Wake;

/// The longest time for one post.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest pause between two looks for alerts.
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
    /// Posts until it is asked to stop. An error of the database is counted and tried again.
    pub(crate) fn run(self) {
        let client = client(TIMEOUT);
        loop {
            if self.round(&client).is_err() {
                self.counters.store_failures.add(1);
            }
            if !self.wake.wait(REST) {
                return;
            }
        }
    }

    /// Posts the alerts whose time has come.
    fn round(&self, client: &Agent) -> Result<(), StateError> {
        for alert in self.store.to_post(self.clock.now())? {
            if self.wake.is_stopped() {
                break;
            }
            self.post(client, &alert)?;
        }
        Ok(())
    }

    fn post(&self, client: &Agent, alert: &PendingPost) -> Result<(), StateError> {
        let request = client.post(&self.url).header("content-type", "application/json; charset=utf-8");
        let accepted = request.send(alert.body.as_str()).is_ok_and(|answer| answer.status().is_success());
        if accepted {
            self.counters.posts.add(1);
            return self.store.mark_posted(alert.number, None);
        }
        self.counters.post_failures.add(1);
        let next = next_try(alert.raised, alert.tries, self.clock.now());
        if next.is_none() {
            self.counters.posts_given_up.add(1);
        }
        self.store.mark_posted(alert.number, next)
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
