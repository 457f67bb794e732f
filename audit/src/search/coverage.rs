//! Whether a search tried every input, carried in types.
//!
//! A source of inputs hands out [`Suggestions`]. Their inputs can only be taken through a [`SearchCoverage`], which notes
//! what may be incomplete and never forgets it. Only a coverage without such a note gives an [`Exhausted`], and only an
//! [`Exhausted`] turns the end of a search into the verdict "impossible".

use std::cell::Cell;

use holdfast_model::Input;
use serde::{Serialize, Serializer};

/// The proof that a search tried every input of the model at every moment, within its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted(());

impl Serialize for Exhausted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// The possible next inputs.
pub(super) struct Suggestions {
    inputs: Vec<Input>,
    /// The reason why an input may be missing; `None` if none is.
    incomplete: Option<&'static str>,
}

impl Suggestions {
    /// Every input that can explain a coming event of a complete log.
    pub(super) const fn all(inputs: Vec<Input>) -> Self {
        Self { inputs, incomplete: None }
    }

    /// An incomplete list of inputs, with the reason.
    pub(super) const fn some(inputs: Vec<Input>, why: &'static str) -> Self {
        Self { inputs, incomplete: Some(why) }
    }
}

/// The extent of a search so far.
#[derive(Default)]
pub(super) struct SearchCoverage(Cell<Option<&'static str>>);

impl SearchCoverage {
    /// Returns the inputs, and notes whether some may be missing.
    pub(super) fn take(&self, suggestions: Suggestions) -> Vec<Input> {
        if let Some(why) = suggestions.incomplete {
            self.cut(why);
        }
        suggestions.inputs
    }

    /// Notes that something was not tried. The first reason is kept.
    pub(super) fn cut(&self, why: &'static str) {
        self.0.set(self.0.get().or(Some(why)));
    }

    /// Returns the proof that everything was tried.
    ///
    /// # Errors
    /// The first reason why something was not.
    pub(super) fn exhausted(&self) -> Result<Exhausted, &'static str> {
        self.0.get().map_or(Ok(Exhausted(())), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_is_never_exhausted() {
        let coverage = SearchCoverage::default();
        assert!(coverage.exhausted().is_ok());
        assert!(coverage.take(Suggestions::all(Vec::new())).is_empty());
        assert!(coverage.exhausted().is_ok());
        let _inputs = coverage.take(Suggestions::some(Vec::new(), "guessed"));
        coverage.cut("bounded");
        let _inputs = coverage.take(Suggestions::all(Vec::new()));
        assert_eq!(coverage.exhausted(), Err("guessed"));
    }
}
