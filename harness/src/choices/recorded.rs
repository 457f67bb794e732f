//! Recorded choices.

use super::Choices;

/// A list of choices; after its end every choice is 0.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    choices: Vec<u32>,
    at: usize,
}

impl Recorded {
    /// Returns a source of these choices.
    #[must_use]
    pub const fn new(choices: Vec<u32>) -> Self {
        Self { choices, at: 0 }
    }
}

impl Choices for Recorded {
    fn choose(&mut self, options: u32) -> u32 {
        if options < 2 {
            return 0;
        }
        let choice = self.choices.get(self.at).copied().unwrap_or(0);
        self.at = self.at.saturating_add(1);
        // A list that was recorded for more options remains usable.
        choice.min(options.saturating_sub(1))
    }

    fn is_exhausted(&self) -> bool {
        self.at >= self.choices.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_is_chosen_again() {
        let mut choices = Recorded::new(vec![1, 5]);
        assert_eq!([choices.choose(1), choices.choose(2), choices.choose(3)], [0, 1, 2]);
        assert!(choices.is_exhausted());
        assert_eq!(choices.choose(9), 0);
    }
}
