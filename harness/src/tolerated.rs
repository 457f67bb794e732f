//! Known divergences that are not to be mended: data, each with its reason.

use crate::verdict::Difference;

/// A divergence that is known and stays.
#[derive(Clone, Copy, Debug)]
pub struct Tolerated {
    /// Where: the place without the number of its object.
    pub place: &'static str,
    /// What the model says there.
    pub model: &'static str,
    /// What the subject says there.
    pub subject: &'static str,
    /// The rule or the written decision that allows it.
    pub rule: &'static str,
    /// Why it stays.
    pub why: &'static str,
}

/// None: every divergence of our engine was mended on the side that was wrong.
pub const TOLERATED: &[Tolerated] = &[];

/// Is the difference one of `list`?
#[must_use]
pub fn is_tolerated(list: &[Tolerated], difference: &Difference) -> bool {
    list.iter().any(|known| {
        known.place == difference.place.class()
            && known.model == difference.model
            && known.subject == difference.subject
    })
}
