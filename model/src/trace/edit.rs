//! Changes of an input, parameter by parameter, for callers that do not distinguish the kinds of input.

use std::ops::Range;

use super::form::{self, ParameterVisitor};
use super::words::{Parameter, Word};
use crate::{Input, IntentId};

/// A change of the parameters of one input.
struct Editor<F> {
    /// Number of visited parameters.
    visited: usize,
    /// The parameters to leave out, by position. A parameter that is required stays.
    left_out: Range<usize>,
    /// The change of each parameter that is present.
    edit: F,
}

impl<F: FnMut(Parameter<'_>)> Editor<F> {
    /// Counts a parameter, and returns whether it is left out.
    fn leaves_out(&mut self) -> bool {
        let is_left_out = self.left_out.contains(&self.visited);
        self.visited = self.visited.saturating_add(1);
        is_left_out
    }

    fn edit<T: Word>(&mut self, mut value: T) -> T {
        (self.edit)(value.parameter());
        value
    }
}

impl<F: FnMut(Parameter<'_>)> ParameterVisitor for Editor<F> {
    type Error = &'static str;

    fn verb(&mut self, input: Input) -> Result<Input, Self::Error> {
        Ok(input)
    }

    fn next<T: Word>(&mut self, value: T) -> Result<T, Self::Error> {
        let _stays = self.leaves_out();
        Ok(self.edit(value))
    }

    fn number(&mut self, value: Option<i64>) -> Result<Option<i64>, Self::Error> {
        self.named("", value)
    }

    fn one_of<T: Word>(&mut self, default: T, value: T) -> Result<T, Self::Error> {
        let is_left_out = self.leaves_out();
        Ok(if is_left_out { default } else { self.edit(value) })
    }

    fn named<T: Word>(&mut self, _: &'static str, value: Option<T>) -> Result<Option<T>, Self::Error> {
        let is_left_out = self.leaves_out();
        Ok(value.filter(|_| !is_left_out).map(|value| self.edit(value)))
    }

    fn flag(&mut self, _: &'static str, value: bool) -> Result<bool, Self::Error> {
        let is_left_out = self.leaves_out();
        Ok(value && !is_left_out)
    }

    fn refuse(&mut self, message: &'static str) -> Self::Error {
        message
    }
}

impl Input {
    /// Returns the input with `edit` applied to each parameter that is present, in the order of a trace line.
    ///
    /// ```
    /// use holdfast_model::Input;
    /// use holdfast_model::trace::Parameter;
    ///
    /// let capture: Input = "capture pi1 10 fee=2".parse()?;
    /// let doubled = capture.edit(|parameter| {
    ///     if let Parameter::Amount(amount) = parameter {
    ///         *amount = amount.saturating_mul(2);
    ///     }
    /// });
    /// assert_eq!(doubled, "capture pi1 20 fee=4".parse()?);
    /// # Ok::<(), holdfast_model::trace::Error>(())
    /// ```
    #[must_use]
    pub fn edit(self, edit: impl FnMut(Parameter<'_>)) -> Self {
        let mut editor = Editor { visited: 0, left_out: 0..0, edit };
        // A visitor that keeps every parameter has nothing to refuse.
        form::input(&mut editor, self).unwrap_or(self)
    }

    /// Returns the number of parameters of this kind of input, present or absent.
    #[must_use]
    pub fn parameter_count(self) -> usize {
        let mut editor = Editor { visited: 0, left_out: 0..0, edit: |_: Parameter<'_>| {} };
        let _same = form::input(&mut editor, self);
        editor.visited
    }

    /// Returns the input without the optional parameters at the positions `left_out`, counted from 0 in the order of a
    /// trace line. Returns `None` if the input cannot be written without one of them.
    ///
    /// ```
    /// use holdfast_model::Input;
    ///
    /// let capture: Input = "capture pi1 10 fee=2".parse()?;
    /// assert_eq!(capture.without(1..4), Some("capture pi1".parse()?));
    /// # Ok::<(), holdfast_model::trace::Error>(())
    /// ```
    #[must_use]
    pub fn without(self, left_out: Range<usize>) -> Option<Self> {
        form::input(&mut Editor { visited: 0, left_out, edit: |_: Parameter<'_>| {} }, self).ok()
    }

    /// Returns the same input with another PaymentIntent as its target; an input without a target is returned
    /// unchanged.
    #[must_use]
    pub fn retarget(self, intent: IntentId) -> Self {
        self.edit(|parameter| {
            if let Parameter::Intent(named) = parameter {
                *named = intent;
            }
        })
    }
}
