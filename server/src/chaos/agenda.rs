//! Bank events that chaos decides with a response and injects days later.

use super::table::Behavior;
use super::{Chaos, ChaosDecision};
use holdfast_engine::command::EnvironmentEvent;
use holdfast_engine::objects::{RefundFailure, RefundStatus};
use holdfast_engine::time::{DAY, HOUR};
use holdfast_engine::{AccountId, Engine, Object, RefundId, Time};
use serde_json::Value;
use std::collections::BTreeMap;

/// The failures of a refund that a card network reports.
const FAILURES: [RefundFailure; 3] =
    [RefundFailure::ExpiredOrCanceledCard, RefundFailure::LostOrStolenCard, RefundFailure::Unknown];

/// An event to inject.
#[derive(Debug)]
struct AgendaEntry {
    account: AccountId,
    refund: RefundId,
    event: EnvironmentEvent,
    /// The decision that takes effect with the event.
    decided: Option<ChaosDecision>,
}

/// Events to inject, by time.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    events: BTreeMap<(Time, u64), AgendaEntry>,
    added: u64,
}

impl Agenda {
    fn add(&mut self, at: Time, entry: AgendaEntry) {
        self.added = self.added.saturating_add(1);
        self.events.insert((at, self.added), entry);
    }
}

impl Chaos {
    /// Decides the later fate of a refund that a response created.
    pub(crate) fn after_request(&self, engine: &Engine, body: &Value) {
        if body.get("object").is_none_or(|object| object != "refund") {
            return;
        }
        let id = body.get("id").and_then(Value::as_str).and_then(|id| id.parse::<RefundId>().ok());
        let found = id.and_then(|id| engine.observe(id).ok().flatten());
        let Some(refund) = found.as_ref().and_then(Object::as_refund) else { return };
        let (now, id, account) = (engine.now(), refund.id, refund.account);
        let subject = id.to_string();
        let is_new = now.since(refund.created) < HOUR;
        if !is_new || self.held().agenda.events.values().any(|entry| entry.refund == id) {
            return;
        }
        let entry = |event, decided| AgendaEntry { account, refund: id, event, decided };
        if let Some(decided) = self.draw(Behavior::RefundFailsLater, &subject) {
            let draw = decided.draw;
            let at = now.after(draw.between(HOUR, DAY.saturating_mul(20)));
            let choice = usize::try_from(draw.between(0, 2)).unwrap_or(0);
            let failure = FAILURES.get(choice).copied().unwrap_or(RefundFailure::Unknown);
            let event = EnvironmentEvent::RefundReported { refund: id, outcome: Err(failure) };
            self.held().agenda.add(at, entry(event, Some(decided)));
        } else if let Some(decided) = self.draw(Behavior::RefundNeedsDetails, &subject) {
            let draw = decided.draw;
            let at = now.after(draw.between(HOUR, DAY.saturating_mul(3)));
            let given = at.after(draw.between(HOUR, DAY.saturating_mul(10)));
            let mut state = self.held();
            state.agenda.add(at, entry(EnvironmentEvent::RefundReturned { refund: id }, Some(decided)));
            state.agenda.add(given, entry(EnvironmentEvent::RefundDetailsGiven { refund: id }, None));
        }
    }

    /// Returns the time of the next event of a bank.
    #[must_use]
    pub fn next_event(&self) -> Option<Time> {
        self.held().agenda.events.keys().next().map(|(at, _)| *at)
    }

    /// Injects the events that are due at `now` and returns their number. The engine rejects an event that no
    /// longer applies, such as the failure of a canceled refund; such an event is dropped and does not count as an
    /// occurrence.
    pub fn inject_due(&self, engine: &Engine, now: Time) -> usize {
        let mut count = 0_usize;
        loop {
            let next = {
                let mut state = self.held();
                let is_due = state.agenda.events.first_key_value().is_some_and(|((at, _), _)| *at <= now);
                if is_due { state.agenda.events.pop_first() } else { None }
            };
            let Some((_, AgendaEntry { account, refund, event, decided })) = next else { return count };
            let response = engine.inject(account, event);
            tracing::info!(status = response.status(), "an event of a bank was injected");
            if let Some(decided) = decided.filter(|_| response.status() == 200 && is_undone(engine, refund)) {
                self.count(decided);
            }
            count = count.saturating_add(1);
        }
    }
}

/// Returns whether a refund has failed or was returned by the bank.
fn is_undone(engine: &Engine, id: RefundId) -> bool {
    let found = engine.observe(id).ok().flatten();
    let status = found.as_ref().and_then(Object::as_refund).map(|refund| refund.status);
    matches!(status, Some(RefundStatus::Failed | RefundStatus::RequiresAction))
}
