//! Choices from a seed.

use super::Choices;

/// Random choices for a number of inputs: the same seed, the same choices.
#[derive(Clone, Debug)]
pub struct Seeded {
    random: fastrand::Rng,
    /// The number of inputs that are left.
    left: u32,
    is_over: bool,
}

impl Seeded {
    /// Returns the choices of `seed` for `inputs` inputs.
    #[must_use]
    pub fn new(seed: u64, inputs: u32) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), left: inputs, is_over: false }
    }
}

impl Choices for Seeded {
    #[inline]
    fn choose(&mut self, options: u32) -> u32 {
        if options < 2 || self.is_over { 0 } else { self.random.u32(..options) }
    }

    fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    fn next_record(&mut self) {
        self.is_over = self.left == 0;
        self.left = self.left.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64) -> Vec<u32> {
        let mut choices = Seeded::new(seed, 2);
        let mut drawn = Vec::new();
        while !choices.is_exhausted() {
            choices.next_record();
            drawn.extend([2, 7, 300].map(|options| choices.choose(options)));
        }
        choices.next_record();
        assert_eq!(choices.choose(1_000), 0, "an exhausted source returns 0");
        drawn
    }

    #[test]
    fn a_seed_stands_for_its_choices() {
        assert_eq!(drawn(7).len(), 6);
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }
}
