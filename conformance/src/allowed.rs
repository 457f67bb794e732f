//! Where the rules allow more than one answer: what a subject may say instead of what the model says.

use holdfast_model::Rejection;

/// One freedom that the rules leave, beyond those that are fields of the dialect.
#[derive(Clone, Copy, Debug)]
pub struct Freedom {
    /// What the model answers.
    pub instead_of: Rejection,
    /// What may be answered as well.
    pub also: Rejection,
    /// The rules that leave it.
    pub rules: &'static str,
    /// Why both are right.
    pub why: &'static str,
}

/// Every such freedom. Both answers of a pair change nothing.
pub const FREEDOMS: &[Freedom] = &[Freedom {
    instead_of: Rejection::HoldExpired,
    also: Rejection::UnexpectedState,
    rules: "U9 §2.7",
    why: "the job runs within the window after the deadline; nobody outside can tell whether it has, and after it the \
          answer is the other",
}];

/// What may be answered instead of `rejection`.
pub fn instead_of(rejection: Rejection) -> impl Iterator<Item = &'static Freedom> {
    FREEDOMS.iter().filter(move |freedom| freedom.instead_of == rejection)
}
