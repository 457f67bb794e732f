//! Differences between an event and the notification of a step of the model.

use std::fmt::Display;

use holdfast_model::Amount;

use crate::seen::{Id, Seen, Text};

/// A field in which an event and the model differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) field: &'static str,
    pub(super) is_previous: bool,
    pub(super) said: String,
    pub(super) would_be: String,
}

/// Collects differences, or only whether there is one: nearly all comparisons of a search are of that kind, and the
/// words of a difference cost more than the comparison.
pub(super) struct Differences {
    list: Option<Vec<Difference>>,
    is_any: bool,
}

impl Differences {
    /// Returns a collection of all differences.
    pub(super) const fn all() -> Self {
        Self { list: Some(Vec::new()), is_any: false }
    }

    /// Returns a collection that only records whether there is a difference.
    pub(super) const fn whether_any() -> Self {
        Self { list: None, is_any: false }
    }

    /// Returns whether a difference was found.
    pub(super) const fn is_any(&self) -> bool {
        self.is_any
    }

    /// Returns whether no further difference would change anything.
    pub(super) const fn is_settled(&self) -> bool {
        self.is_any && self.list.is_none()
    }

    /// Returns the differences, if they were collected.
    pub(super) fn into_list(self) -> Vec<Difference> {
        self.list.unwrap_or_default()
    }

    pub(super) fn note(&mut self, field: &'static str, is_previous: bool, said: impl Display, would_be: impl Display) {
        self.is_any = true;
        if let Some(list) = self.list.as_mut() {
            list.push(Difference { field, is_previous, said: said.to_string(), would_be: would_be.to_string() });
        }
    }

    pub(super) fn amount(&mut self, field: &'static str, said: &Seen<i64>, would_be: Amount) {
        self.amount_or(field, said, would_be, would_be);
    }

    /// An amount that may be shown in either of two ways.
    pub(super) fn amount_or(&mut self, field: &'static str, said: &Seen<i64>, one: Amount, other: Amount) {
        self.figure(field, false, said, one, other);
    }

    pub(super) fn was_amount(&mut self, field: &'static str, said: &Seen<i64>, one: Amount, other: Amount) {
        self.figure(field, true, said, one, other);
    }

    fn figure(&mut self, field: &'static str, is_previous: bool, said: &Seen<i64>, one: Amount, other: Amount) {
        let is = |wanted: Amount| said.value() == Some(&i64::from(wanted.get()));
        if !said.is_absent() && !is(one) && !is(other) {
            self.note(field, is_previous, said, one.get());
        }
    }

    pub(super) fn flag(&mut self, field: &'static str, is_previous: bool, said: &Seen<bool>, one: bool, other: bool) {
        if !said.is_absent() && said.value() != Some(&one) && said.value() != Some(&other) {
            self.note(field, is_previous, said, one);
        }
    }

    pub(super) fn word(&mut self, field: &'static str, is_previous: bool, said: &Seen<Text>, allowed: &[&str]) {
        if !said.is_absent() && !said.text().is_some_and(|text| allowed.contains(&text)) {
            self.note(field, is_previous, said, allowed.first().copied().unwrap_or_default());
        }
    }

    pub(super) fn link(&mut self, field: &'static str, is_previous: bool, said: &Seen<Id>, one: bool, other: bool) {
        if let Some(set) = said.is_set()
            && set != one
            && set != other
        {
            self.note(field, is_previous, said, if one { "set" } else { "null" });
        }
    }
}
