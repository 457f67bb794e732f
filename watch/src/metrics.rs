//! The figures of `/metrics`, in the text format of Prometheus.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::store::WatchFigures;
use crate::unstored::UnstoredEvents;

/// A number that threads share.
#[derive(Debug, Default)]
pub(crate) struct SharedNumber(AtomicU64);

impl SharedNumber {
    pub(crate) fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counts since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// New events.
    pub(crate) events: SharedNumber,
    /// Events that were stored before.
    pub(crate) duplicates: SharedNumber,
    /// Requests without a signature that counts.
    pub(crate) bad_signatures: SharedNumber,
    /// Requests with a signature that counts and without an event, and such items of polls, each once.
    pub(crate) unreadable: SharedNumber,
    /// Requests whose body was too large or came too slowly.
    pub(crate) refused_bodies: SharedNumber,
    /// Requests whose event could not be stored.
    pub(crate) unstored_requests: SharedNumber,
    /// The events of these requests that have not been stored since.
    pub(crate) unstored: UnstoredEvents,
    /// Transactions that failed, of every thread.
    pub(crate) state_failures: SharedNumber,
    /// Judgments.
    pub(crate) judged: SharedNumber,
    /// Alerts that the webhook of `--alert` accepted.
    pub(crate) posts: SharedNumber,
    /// Posts that it did not accept.
    pub(crate) post_failures: SharedNumber,
    /// Alerts that are no longer posted.
    pub(crate) posts_given_up: SharedNumber,
    /// Complete polls.
    pub(crate) polls: SharedNumber,
    /// Polls that ended early.
    pub(crate) poll_failures: SharedNumber,
    /// 1 if the last poll was complete.
    pub(crate) is_polled: SharedNumber,
    /// Seconds between the latest delivery and the `created` of its event.
    pub(crate) delay: SharedNumber,
}

/// The verdicts that have a line even if no payment has them.
const VERDICTS: [&str; 4] = ["accepted", "cannot_tell", "impossible", "waiting"];

/// The kinds of alerts that have a line even if none was raised.
const KINDS: [&str; 5] = ["hold_lapses", "impossible", "refund_pending", "update_missing", "withdrawn"];

/// Returns the text of `/metrics` at `now`, in seconds since 1970.
pub(crate) fn exposition(counters: &Counters, figures: &WatchFigures, now: i64) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
        let _ = writeln!(text, "# HELP holdfast_watch_{name} {help}\n# TYPE holdfast_watch_{name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(text, "holdfast_watch_{name}{labels} {value}");
        }
    };
    let one = |value: u64| vec![(String::new(), value)];
    let label = |name: &str, value: &str, number: u64| (format!("{{{name}=\"{value}\"}}"), number);
    let rejected = [
        label("reason", "signature", counters.bad_signatures.get()),
        label("reason", "event", counters.unreadable.get()),
        label("reason", "body", counters.refused_bodies.get()),
        label("reason", "store", counters.unstored_requests.get()),
    ];
    let lag = figures.waiting_since.map_or(0, |since| u64::try_from(now.saturating_sub(since)).unwrap_or(0));
    let all = |names: &[&str], name: &str, found: &std::collections::BTreeMap<String, u64>| -> Vec<(String, u64)> {
        names.iter().map(|it| label(name, it, found.get(*it).copied().unwrap_or(0))).collect()
    };
    metric("events_total", "counter", "Events stored since the start.", &one(counters.events.get()));
    metric("duplicates_total", "counter", "Events that were stored before.", &one(counters.duplicates.get()));
    metric("rejected_total", "counter", "Requests and items of polls that were not stored, by reason.", &rejected);
    let failures = counters.state_failures.get();
    metric("state_failures_total", "counter", "Transactions of --state that failed.", &one(failures));
    metric("judged_total", "counter", "Judgments of payments.", &one(counters.judged.get()));
    metric("lag_seconds", "gauge", "Age of the oldest event that no verdict regards.", &one(lag));
    metric(
        "delivery_delay_seconds",
        "gauge",
        "From creation to arrival of the latest event.",
        &one(counters.delay.get()),
    );
    metric("payments", "gauge", "Payments held, by verdict.", &all(&VERDICTS, "verdict", &figures.verdicts));
    metric("payments_held", "gauge", "Payments held.", &one(figures.payments));
    metric("payments_waiting", "gauge", "Payments with events that no verdict regards.", &one(figures.waiting));
    metric("events_held", "gauge", "Events held.", &one(figures.events));
    metric("alerts_total", "counter", "Alerts ever raised, by kind.", &all(&KINDS, "kind", &figures.alerts));
    metric("alerts_unposted", "gauge", "Alerts that wait for the webhook of --alert.", &one(figures.unposted));
    metric("alert_posts_total", "counter", "Alerts that the webhook accepted.", &one(counters.posts.get()));
    metric("alert_post_failures_total", "counter", "Posts that failed.", &one(counters.post_failures.get()));
    metric("alerts_given_up_total", "counter", "Alerts no longer posted.", &one(counters.posts_given_up.get()));
    metric("polls_total", "counter", "Complete polls of the provider.", &one(counters.polls.get()));
    metric("poll_failures_total", "counter", "Polls that ended early.", &one(counters.poll_failures.get()));
    text
}
