//! The judgment of operations that must be refused for a certain reason.

use holdfast_model::Rejection;
use holdfast_model::trace::describe;

use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::Step;

/// Judges whether the operation of this step is refused with `reason` if `premise` holds.
///
/// Reasons have a precedence. If an earlier one applies too, it is the response, and its own property judges it. A
/// response that the client never saw is not judged either.
#[inline]
pub(crate) fn refused<D: Diagnostics>(step: &Step<'_>, premise: bool, reason: Rejection) -> Judgement<D> {
    if !premise || step.performed().is_none() {
        return Judgement::Vacuous;
    }
    match step.outcome {
        Err(Rejection::ServerError | Rejection::AnswerLost | Rejection::BeyondBounds) => Judgement::Vacuous,
        Err(given_reason) if given_reason < reason => Judgement::Vacuous,
        outcome => given(true, outcome == Err(reason), || {
            format!("`{}` was answered {} instead of {reason:?}", step.input, describe(&outcome))
        }),
    }
}
