//! Payments with more refunds than the model has room for.
//!
//! A refund that succeeds at once and returns neither fee nor transfer changes only the refunded amount. So
//! a history with such refunds exists exactly if one exists without them, and if the refunds add up by themselves.

use holdfast_model::REFUNDS;

use crate::logged_event::LoggedEvent;
use crate::seen::Seen;

/// Returns whether the events name more refunds than the model has room for.
pub(crate) fn are_many(events: &[LoggedEvent]) -> bool {
    let mut known: Vec<&str> = Vec::new();
    for logged in events.iter().filter(|it| it.object().object.text() == Some("refund")) {
        if let Some(id) = logged.object().id.id().filter(|id| !known.contains(id)) {
            known.push(id);
        }
    }
    known.len() > REFUNDS
}

/// Returns the events without their refunds, if each refund succeeded at once and changed nothing else.
pub(crate) fn without_refunds(events: &[LoggedEvent]) -> Option<Vec<LoggedEvent>> {
    let is_other = |it: &LoggedEvent| {
        let kind = it.kind.as_str();
        let is_refund = it.object().object.text() == Some("refund");
        let is_simple = kind == "refund.created" && it.object().status.text() == Some("succeeded");
        is_refund && !is_simple || matches!(kind, "application_fee.refunded" | "transfer.reversed")
    };
    if events.iter().any(is_other) {
        return None;
    }
    let rest = events.iter().filter(|it| !matches!(it.kind.as_str(), "refund.created" | "charge.refunded"));
    Some(rest.cloned().map(without_refunded).collect())
}

/// Returns the event without the refund fields of its charge.
fn without_refunded(mut logged: LoggedEvent) -> LoggedEvent {
    let hide = |object: &mut crate::logged_event::Object| {
        if object.object.text().is_none_or(|kind| kind == "charge") {
            (object.amount_refunded, object.refunded) = (Seen::Absent, Seen::Absent);
        }
    };
    if logged.object().object.text() == Some("charge") {
        hide(&mut logged.data.object);
        if let Some(previous) = logged.data.previous_attributes.0.as_deref_mut() {
            hide(previous);
        }
    }
    logged
}

/// Returns how many events the log lacks if the refunds add up, or `None` if that was not shown.
///
/// Each refund has the event of its charge within the lag, and the refunded amount rises from step to step without a gap
/// (`gaps`: with gaps that other refunds fill). Each other event of the charge shows a sum of that moment.
pub(crate) fn add_up(events: &[LoggedEvent], lag: i64, gaps: bool) -> Option<usize> {
    let mut steps: Vec<(i64, i64, i64)> = Vec::new();
    for logged in events.iter().filter(|it| it.kind == "charge.refunded") {
        let was = *logged.previous()?.amount_refunded.value()?;
        let now = *logged.object().amount_refunded.value()?;
        steps.push((was, now, logged.created));
    }
    steps.sort_unstable();
    let mut missing = 0_usize;
    let mut level = (0, i64::MIN);
    for (was, now, time) in &steps {
        if was < &level.0 || time < &level.1 || now <= was || was > &level.0 && !gaps {
            return None;
        }
        missing = missing.saturating_add(if was > &level.0 { 2 } else { 0 });
        level = (*now, *time);
    }
    let mut open = steps.clone();
    for logged in events.iter().filter(|it| it.kind == "refund.created") {
        let amount = *logged.object().amount.value()?;
        let is_its = |(was, now, time): &(i64, i64, i64)| {
            now.saturating_sub(*was) == amount && time.abs_diff(logged.created) <= lag.unsigned_abs()
        };
        let place = open.iter().position(is_its)?;
        open.swap_remove(place);
    }
    if !open.is_empty() && !gaps {
        return None;
    }
    missing = missing.saturating_add(open.len());
    let is_shown = |logged: &LoggedEvent| {
        let Some(shown) = logged.object().amount_refunded.value() else { return true };
        let before = steps.iter().filter(|(_, _, time)| time.saturating_add(lag) < logged.created);
        let least = before.map(|(_, now, _)| *now).max().unwrap_or(0);
        let until = steps.iter().filter(|(_, _, time)| *time <= logged.created.saturating_add(lag));
        let most = until.map(|(_, now, _)| *now).max().unwrap_or(0);
        let is_level = *shown == 0 || steps.iter().any(|(was, now, _)| was == shown || now == shown);
        is_level && (least..=most).contains(shown)
    };
    let charges = events.iter().filter(|it| it.object().object.text() == Some("charge"));
    charges.into_iter().all(is_shown).then_some(missing)
}
