//! What is said of a payment.

use serde::Serialize;

use crate::told::Told;

/// What is said of one payment (or SetupIntent, or session).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Its id.
    pub id: String,
    /// Its events, without repetitions.
    pub events: usize,
    /// Events left out because they were told before (HOOK-1).
    pub repeated: usize,
    /// Events that the history has and the log has not.
    pub missing: usize,
    /// The first line of the log that tells of it.
    pub line: u64,
    /// The judgement.
    #[serde(flatten)]
    pub finding: Finding,
}

/// The judgement of one payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Finding {
    /// Some history of the model tells all of its events.
    Accepted,
    /// No history does.
    Impossible(Box<Impossible>),
    /// It cannot be said.
    CannotTell {
        /// Why not.
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
    /// What is wrong with it.
    pub why: String,
    /// Properties that would be false, by their names.
    pub properties: Vec<&'static str>,
    /// Rules that are broken, by their ids.
    pub rules: Vec<&'static str>,
    /// Where the payment could be just before.
    pub could_be: Vec<String>,
}

impl Impossible {
    /// Of this event, for this reason.
    #[must_use]
    pub fn of(told: &Told, why: String) -> Self {
        Self {
            event: told.id.clone(),
            kind: told.kind.clone(),
            line: told.line,
            created: told.created,
            why,
            properties: Vec::new(),
            rules: Vec::new(),
            could_be: Vec::new(),
        }
    }

    /// Can it not have happened whatever else has: an amount that is none?
    #[must_use]
    pub fn is_absurd(&self) -> bool {
        self.properties.contains(&"amount-in-range")
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
