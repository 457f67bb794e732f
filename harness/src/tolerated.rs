//! Known divergences that are tolerated, each with its reason.

use crate::verdict::Difference;

/// A known divergence that is tolerated.
#[derive(Clone, Copy, Debug)]
pub struct Tolerated {
    /// The place, without the number of its object.
    pub place: &'static str,
    /// The expected value.
    pub model: &'static str,
    /// The value that the subject shows.
    pub subject: &'static str,
    /// The requirement or the written decision that permits it.
    pub rule: &'static str,
    /// The reason why it is tolerated.
    pub why: &'static str,
}

/// The tolerated divergences of this workspace's engine: none.
pub const TOLERATED: &[Tolerated] = &[];

/// Returns whether the difference is one of `list`.
#[must_use]
pub fn is_tolerated(list: &[Tolerated], difference: &Difference) -> bool {
    list.iter().any(|known| {
        known.place == difference.place.class()
            && known.model == difference.model
            && known.subject == difference.subject
    })
}
