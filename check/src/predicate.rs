//! The small language of `check path`: `status=succeeded refunded>0 session.status=complete`.
//!
//! Conditions on what an observer sees, all of which must hold. A field without an object before it
//! is one of `pi1`. The names are those of traces.

use std::fmt;

use holdfast_model::trace::{ObjectName, Place, Value};
use holdfast_model::{IntentId, Observation};

/// Conditions on an observation, all of which must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    conditions: Vec<PathCondition>,
}

/// One of them: `refunded>0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PathCondition {
    place: Place,
    relation: Relation,
    value: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Relation {
    /// Longer ones first: `>=` begins with `>`.
    const ALL: [(&'static str, Self); 6] = [
        ("!=", Self::Unequal),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::More),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, relation)| *relation == self).map_or("=", |(word, _)| word)
    }

    /// Returns `true` if it needs an order of the values.
    const fn compares_sizes(self) -> bool {
        match self {
            Self::Equal | Self::Unequal => false,
            Self::Less | Self::AtMost | Self::More | Self::AtLeast => true,
        }
    }
}

/// A word of a predicate that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredicateError {
    /// Position of the word, from 1.
    pub position: usize,
    /// The word.
    pub word: String,
    /// The mistake, and the words that are accepted instead.
    pub message: String,
}

impl fmt::Display for PredicateError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "condition {} `{}`: {}", self.position, self.word, self.message)
    }
}

impl std::error::Error for PredicateError {}

impl Predicate {
    /// Reads conditions, divided by spaces.
    ///
    /// # Errors
    /// Returns the first word that cannot be read, and the accepted words.
    pub fn parse(text: &str) -> Result<Self, PredicateError> {
        let mut conditions = Vec::new();
        for (index, word) in text.split_whitespace().enumerate() {
            let position = index.saturating_add(1);
            let wrong = |message| PredicateError { position, word: word.to_owned(), message };
            conditions.push(PathCondition::parse(word).map_err(wrong)?);
        }
        if conditions.is_empty() {
            let message = "there is no condition; say for example `status=succeeded refunded>0`".to_owned();
            return Err(PredicateError { position: 1, word: String::new(), message });
        }
        Ok(Self { conditions })
    }

    /// Returns `true` if all conditions hold. A field of an absent object equals no value, and differs from every value.
    #[must_use]
    pub fn holds(&self, observation: &Observation<'_>) -> bool {
        self.conditions.iter().all(|condition| condition.holds(observation))
    }

    /// Returns the first naming of the payments under which all conditions hold, or `None`. The payment at place
    /// `naming[0]` is then `pi1`, and so on.
    ///
    /// Interchangeable payments have no names of their own. One that belongs to a session has.
    #[must_use]
    pub fn naming(&self, observation: &Observation<'_>) -> Option<Vec<usize>> {
        let count = observation.payments.len();
        let as_they_are: Vec<usize> = (0..count).collect();
        if self.holds(observation) {
            return Some(as_they_are);
        }
        if count < 2 || observation.session.is_some() {
            return None;
        }
        let renamed = |naming: &[usize]| {
            let payments: Vec<_> =
                naming.iter().map(|place| observation.payments.get(*place).copied().flatten()).collect();
            self.holds(&Observation { payments: &payments, ..*observation })
        };
        orders(as_they_are).into_iter().find(|naming| renamed(naming))
    }
}

/// Returns every order of `things`.
fn orders(things: Vec<usize>) -> Vec<Vec<usize>> {
    if things.len() < 2 {
        return vec![things];
    }
    let mut all = Vec::new();
    for first in &things {
        let others = things.iter().copied().filter(|other| other != first).collect();
        for mut order in orders(others) {
            order.insert(0, *first);
            all.push(order);
        }
    }
    all
}

impl fmt::Display for Predicate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, condition) in self.conditions.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(out, "{gap}{}{}{}", condition.place, condition.relation.word(), condition.value)?;
        }
        Ok(())
    }
}

impl PathCondition {
    fn parse(word: &str) -> Result<Self, String> {
        let at = word.find(['=', '<', '>', '!']);
        let Some((name, rest)) = at.and_then(|at| word.split_at_checked(at)) else {
            return Err("expected a field, one of = != < <= > >=, and a value, as in `refunded>0`".to_owned());
        };
        let relation = Relation::ALL.iter().find_map(|(sign, relation)| Some((*relation, rest.strip_prefix(sign)?)));
        let Some((relation, value)) = relation else {
            return Err("`!` alone is no comparison; there is = != < <= > >=".to_owned());
        };
        let place = Place::parse(name, Some(ObjectName::Payment(IntentId(0))))?;
        let value = place.value(value)?;
        if relation.compares_sizes() && value.number().is_none() {
            return Err(format!("`{}` has no order; compare it by = or !=", place.field()));
        }
        Ok(Self { place, relation, value })
    }

    fn holds(&self, observation: &Observation<'_>) -> bool {
        let found = self.place.see(observation);
        let sizes = || Some((found?.number()?, self.value.number()?));
        match self.relation {
            Relation::Equal => found == Some(self.value),
            Relation::Unequal => found != Some(self.value),
            Relation::Less => sizes().is_some_and(|(found, wanted)| found < wanted),
            Relation::AtMost => sizes().is_some_and(|(found, wanted)| found <= wanted),
            Relation::More => sizes().is_some_and(|(found, wanted)| found > wanted),
            Relation::AtLeast => sizes().is_some_and(|(found, wanted)| found >= wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Replay;
    use holdfast_model::Config;
    use holdfast_model::trace::Script;

    fn error(text: &str) -> String {
        Predicate::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn conditions_are_about_what_is_seen() {
        let script = "create pi1 1000 usd manual multicapture method=card_visa confirm\n\
                      capture pi1 700 final=false\n\
                      refund pi1 300\n";
        let replay = Replay::play(Config::default(), Script::parse(script).unwrap().inputs());
        let last = replay.steps().last().unwrap().after;
        for (text, holds) in [
            ("status=requires_capture", true),
            ("status!=requires_capture", false),
            ("refunded>0 refunded>=300 refunded<301 refunded<=300 refunded=300", true),
            ("refunded>300", false),
            ("refunded<300", false),
            ("re1.status=succeeded pi1.re1.amount=300", true),
            ("session.status=open", false),
            ("session.status!=open session.exists=false", true),
            ("pi2.received>=0", false),
            ("hold_left=7d captures>=1", true),
            ("cancellation_reason=null balance_transaction=set", true),
        ] {
            assert_eq!(Predicate::parse(text).unwrap().holds(&last), holds, "{text}");
        }
    }

    #[test]
    fn it_reads_back() {
        let text = "pi1.status=succeeded pi1.refunded>0 pi1.captures>=2 session.status!=complete pi1.re1.amount<=3";
        assert_eq!(Predicate::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn errors_name_the_word_and_the_alternatives() {
        for (text, message) in [
            ("", "condition 1 ``: there is no condition; say for example `status=succeeded refunded>0`"),
            (
                "status=succeeded refnded>0",
                "condition 2 `refnded>0`: `pi1` shows no such field; did you mean `refunded`?",
            ),
            ("status=succeded", "condition 1 `status=succeded`: not a value of `status`; did you mean `succeeded`?"),
            ("status>succeeded", "condition 1 `status>succeeded`: `status` has no order; compare it by = or !="),
            ("refunded>x", "condition 1 `refunded>x`: `refunded` takes a whole number"),
            (
                "refunded",
                "condition 1 `refunded`: expected a field, one of = != < <= > >=, and a value, as in `refunded>0`",
            ),
            ("refunded!3", "condition 1 `refunded!3`: `!` alone is no comparison; there is = != < <= > >="),
        ] {
            assert_eq!(error(text), message);
        }
    }
}
