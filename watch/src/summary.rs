//! The result of a watch.

use crate::metrics::Counters;
use crate::store::WatchFigures;

/// The result of a watch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchSummary {
    /// New events since the start.
    pub events: u64,
    /// Alerts since the start.
    pub alerts: u64,
    /// Requests that brought no event.
    pub refused: RefusedRequests,
    /// Events that were refused because they could not be stored, and have not been stored since.
    pub unstored: u64,
    /// The polls; `None` without [`WatchSettings::poll`](crate::WatchSettings::poll).
    pub polls: Option<PollSummary>,
    /// The posts of alerts; `None` without [`WatchSettings::alert_url`](crate::WatchSettings::alert_url).
    pub posts: Option<PostSummary>,
    /// The figures of the store at the end.
    pub figures: WatchFigures,
    /// Notes for the user since the last call of [`Watcher::notes`](crate::Watcher::notes).
    pub notes: Vec<String>,
}

impl WatchSummary {
    /// Returns whether events of the provider may be missing, or alerts did not arrive.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let is_unpolled = self.polls.is_some_and(|polls| !polls.is_current);
        let is_unposted = self.posts.is_some_and(|posts| posts.waiting > 0 || posts.given_up > 0);
        self.refused.unreadable > 0 || self.unstored > 0 || is_unpolled || is_unposted
    }
}

/// Numbers of requests since the start that brought no event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefusedRequests {
    /// Requests without a valid signature. Anyone can send such a request.
    pub unsigned: u64,
    /// Requests with a valid signature whose body is not a readable event, and unreadable items of polls.
    pub unreadable: u64,
    /// Requests with a body that was too large or came too slowly.
    pub bodies: u64,
}

/// The polls of a watch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollSummary {
    /// Polls that read the list to its end.
    pub complete: u64,
    /// Polls that ended early.
    pub failed: u64,
    /// Whether the last poll was complete.
    pub is_current: bool,
}

/// The posts of alerts to the webhook of the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostSummary {
    /// Posts that were accepted.
    pub accepted: u64,
    /// Posts that failed.
    pub failed: u64,
    /// Alerts that are no longer posted.
    pub given_up: u64,
    /// Alerts that a later start posts.
    pub waiting: u64,
}

impl Counters {
    pub(crate) fn refused(&self) -> RefusedRequests {
        RefusedRequests {
            unsigned: self.bad_signatures.get(),
            unreadable: self.unreadable.get(),
            bodies: self.refused_bodies.get(),
        }
    }

    pub(crate) fn poll_summary(&self) -> PollSummary {
        PollSummary {
            complete: self.polls.get(),
            failed: self.poll_failures.get(),
            is_current: self.is_polled.get() == 1,
        }
    }

    /// Returns the posts so far, with the number of alerts that wait.
    pub(crate) fn post_summary(&self, waiting: u64) -> PostSummary {
        PostSummary {
            accepted: self.posts.get(),
            failed: self.post_failures.get(),
            given_up: self.posts_given_up.get(),
            waiting,
        }
    }
}
