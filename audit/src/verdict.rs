//! The verdict on a payment.

use serde::Serialize;

use crate::logged_event::LoggedEvent;
use crate::search::Exhausted;

/// The proof that an event is impossible. Each verdict "impossible" has one of these proofs, and no other value
/// leads to that verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The event contradicts itself: no state of a payment has these fields.
    Alone,
    /// The event contradicts another event of the log, whichever events are missing.
    Together,
    /// The log is complete, and an object or a change that the event shows has no event.
    Unannounced,
    /// The log is complete, and no input of the model leads past the event.
    Exhausted(Exhausted),
}

/// The verdict on one payment (or SetupIntent, or session).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Its id.
    pub id: String,
    /// Its events, without repetitions.
    pub events: usize,
    /// Events left out as repetitions (HOOK-1).
    pub repeated: usize,
    /// Events that the history has and the log has not.
    pub missing: usize,
    /// The first line of the log that belongs to it.
    pub line: u64,
    /// The judgement.
    #[serde(flatten)]
    pub finding: Finding,
}

/// The judgement of one payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Finding {
    /// Some execution of the model produces all its events.
    Accepted,
    /// No execution of the model does.
    Impossible(Box<Impossible>),
    /// The audit cannot decide between the two.
    CannotTell {
        /// The reason.
        why: String,
    },
}

/// The first event that cannot have happened, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Impossible {
    /// `id` of the event.
    pub event: String,
    /// `type` of the event.
    #[serde(rename = "type")]
    pub kind: String,
    /// The line of the log.
    pub line: u64,
    /// `created` of the event.
    pub created: i64,
    /// The problem.
    pub why: String,
    /// The proof.
    pub proof: Proof,
    /// Properties that would be false, by their names.
    pub properties: Vec<&'static str>,
    /// Rules that are broken, by their ids.
    pub rules: Vec<&'static str>,
    /// The possible states of the payment just before.
    pub could_be: Vec<String>,
}

impl Impossible {
    /// Of this event, for this reason.
    #[must_use]
    pub fn of(logged: &LoggedEvent, why: String, proof: Proof) -> Self {
        Self {
            event: logged.id.to_string(),
            kind: logged.kind.to_string(),
            line: logged.line,
            created: logged.created,
            why,
            proof,
            properties: Vec::new(),
            rules: Vec::new(),
            could_be: Vec::new(),
        }
    }

    /// The same, with the rules it breaks.
    #[must_use]
    pub fn by(mut self, rules: &'static str) -> Self {
        for rule in rules.split_whitespace() {
            if !self.rules.contains(&rule) {
                self.rules.push(rule);
            }
        }
        self
    }
}

impl From<Impossible> for Finding {
    fn from(impossible: Impossible) -> Self {
        Self::Impossible(Box::new(impossible))
    }
}
