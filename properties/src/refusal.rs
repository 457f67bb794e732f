//! "This must be refused, and for this reason."

use holdfast_model::Rejection;
use holdfast_model::trace::describe;

use crate::judgement::{Diagnostics, Judgement, given};
use crate::step::Step;

/// If `premise`, the operation of this step is refused with `reason`.
///
/// Reasons have an order: where an earlier one applies too it is given instead, and then this says
/// nothing (the earlier one has a property of its own). Nor does it about an answer that nobody saw.
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
