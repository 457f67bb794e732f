//! The assessment of one payment at a moment: the verdict of the audit, the deadlines, and whether it is open.

use std::panic::{AssertUnwindSafe, catch_unwind};

use holdfast_audit::group::Group;
use holdfast_audit::logged_event::LoggedEvent;
use holdfast_audit::{Bounds, Finding, judge};
use holdfast_model::Config;
use sha2::{Digest, Sha256};

use crate::alert::Alert;
use crate::deadlines::{Deadline, DeadlineLimits, deadlines, is_open};

/// The rules by which payments are judged.
#[derive(Clone, Copy, Debug)]
pub struct WatchRules {
    config: Config,
    bounds: Bounds,
    limits: DeadlineLimits,
}

impl WatchRules {
    /// Returns the rules for a configuration of the provider and the limits of deadlines.
    ///
    /// A log that is still being written lacks events, so `bounds.gaps` is always set: "impossible" then has a proof
    /// that no later event can take away.
    #[must_use]
    pub const fn new(config: Config, bounds: Bounds, limits: DeadlineLimits) -> Self {
        Self { config, bounds: Bounds { gaps: true, ..bounds }, limits }
    }

    /// Returns a digest of the rules and the version of this program.
    pub(crate) fn digest(&self) -> i64 {
        let text = format!("{} {self:?}", env!("CARGO_PKG_VERSION"));
        let digest = Sha256::digest(text.as_bytes());
        digest.first_chunk().copied().map_or(0, i64::from_be_bytes)
    }
}

impl Default for WatchRules {
    fn default() -> Self {
        Self::new(holdfast_audit::lenient_config(), Bounds::default(), DeadlineLimits::default())
    }
}

/// The times of an assessment, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssessmentTimes {
    /// The time at which alerts are raised.
    pub now: i64,
    /// The time up to which deadlines count: `now`, or earlier while gaps are being filled.
    pub due_by: i64,
    /// The newest arrival of an event of the payment. No deadline counts before the time of grace after it.
    pub arrived: i64,
}

/// The assessment of one payment at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The verdict of the audit on the events so far; `None` if an earlier one stands.
    pub finding: Option<Finding>,
    /// The alerts that it calls for, those raised before included.
    pub alerts: Vec<Alert>,
    /// The time of the next deadline's alert, in seconds since 1970.
    pub next_due: Option<i64>,
    /// Whether the payment can still move by itself or holds money.
    pub is_open: bool,
}

/// Assesses the events of a payment. Their order does not matter.
#[must_use]
pub fn assess(payment: &str, events: Vec<LoggedEvent>, times: AssessmentTimes, rules: &WatchRules) -> Assessment {
    let assessment = assess_deadlines(payment, &events, times, rules);
    let finding = finding(payment, events, rules);
    let mut alerts = assessment.alerts;
    if let Finding::Impossible(impossible) = &finding {
        alerts.push(Alert::impossible(payment, impossible, times.now));
    }
    Assessment { finding: Some(finding), alerts, ..assessment }
}

/// Assesses the deadlines alone, as [`assess`] does. Enough for a payment that was found impossible: a proof of that
/// holds for every larger set of events.
#[must_use]
pub fn assess_deadlines(
    payment: &str,
    events: &[LoggedEvent],
    times: AssessmentTimes,
    rules: &WatchRules,
) -> Assessment {
    let AssessmentTimes { now, due_by, arrived } = times;
    let found = deadlines(events, &rules.limits);
    let is_open = is_open(events, &rules.limits);
    let quiet_at = arrived.saturating_add(rules.limits.grace);
    let alert_at = |deadline: &Deadline| deadline.alert_at.max(quiet_at);
    let next_due = found.iter().map(alert_at).find(|at| *at > due_by);
    let due = found.iter().filter(|deadline| alert_at(deadline) <= due_by);
    let alerts =
        due.filter_map(|deadline| Some(Alert::due(payment, deadline, events.get(deadline.event)?, now))).collect();
    Assessment { finding: None, alerts, next_due, is_open }
}

/// Returns a withdrawal for each raised alert whose deadline was kept, as an event shows that came after the alert. An
/// event that was created after a deadline does not keep it.
#[must_use]
pub(crate) fn withdrawn(events: &[LoggedEvent], raised: &[Alert], now: i64, rules: &WatchRules) -> Vec<Alert> {
    let until = |time: i64| -> Vec<Deadline> {
        let earlier: Vec<LoggedEvent> = events.iter().filter(|it| it.created <= time).cloned().collect();
        deadlines(&earlier, &rules.limits)
    };
    let is_kept = |alert: &&Alert| {
        let is_its = |it: &Deadline| it.kind.name() == alert.kind && Some(&it.object) == alert.object.as_ref();
        let Some(shows) = events.iter().find(|it| it.id == alert.event.id) else { return false };
        let alone = deadlines(std::slice::from_ref(shows), &rules.limits);
        let Some(deadline) = alone.into_iter().chain(until(shows.created)).find(is_its) else { return false };
        !until(deadline.alert_at.saturating_sub(rules.limits.grace)).iter().any(is_its)
    };
    raised.iter().filter(|alert| alert.object.is_some()).filter(is_kept).map(|alert| alert.withdrawn(now)).collect()
}

/// Returns the verdict of the audit. A failure of the program is no verdict and does not end the watch.
fn finding(payment: &str, events: Vec<LoggedEvent>, rules: &WatchRules) -> Finding {
    let group = Group { id: payment.to_owned(), events };
    let judged = catch_unwind(AssertUnwindSafe(|| judge(group, &rules.config, rules.bounds).finding));
    judged
        .unwrap_or_else(|_| Finding::CannotTell { why: "judging it failed, which is a mistake of this program".into() })
}
