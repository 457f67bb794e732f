//! All combinations of choices, one after another.

use super::Choices;

/// Enumerates all combinations of choices; the last choice changes first. The options of a choice may depend on the
/// choices before it.
///
/// ```
/// use holdfast_harness::choices::{Choices, Odometer};
///
/// let mut odometer = Odometer::default();
/// let mut seen = Vec::new();
/// while odometer.advance() {
///     seen.push((odometer.choose(2), odometer.choose(2)));
/// }
/// assert_eq!(seen, [(0, 0), (0, 1), (1, 0), (1, 1)]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Odometer {
    /// The choices of this round, each with its number of options.
    wheels: Vec<(u32, u32)>,
    /// Choices made so far in this round.
    at: usize,
    has_begun: bool,
}

impl Odometer {
    /// Begins the next round; returns `false` after the last one.
    pub fn advance(&mut self) -> bool {
        self.at = 0;
        if !self.has_begun {
            self.has_begun = true;
            return true;
        }
        while let Some((choice, options)) = self.wheels.pop() {
            let next = choice.saturating_add(1);
            if next < options {
                self.wheels.push((next, options));
                return true;
            }
        }
        false
    }
}

impl Choices for Odometer {
    fn choose(&mut self, options: u32) -> u32 {
        if options < 2 {
            return 0;
        }
        let wheel = *self.wheels.get(self.at).unwrap_or(&(0, options));
        if self.at == self.wheels.len() {
            self.wheels.push(wheel);
        }
        self.at = self.at.saturating_add(1);
        wheel.0
    }

    fn is_exhausted(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_any_shape_is_counted_through() {
        let mut odometer = Odometer::default();
        let mut seen = Vec::new();
        while odometer.advance() {
            let first = odometer.choose(3);
            let second = if first == 1 { Some(odometer.choose(2)) } else { None };
            seen.push((first, second));
        }
        assert_eq!(seen, [(0, None), (1, Some(0)), (1, Some(1)), (2, None)]);
    }
}
