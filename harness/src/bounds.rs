//! The bounds of a run: how many objects the harness can name and see.
//!
//! A request beyond them would be judged on part of its effects, so the harness does not send it.

use holdfast_model::{Input, Observation, Operation, State};

/// The number of PaymentIntents that a run can have.
pub const PAYMENTS: usize = 3;
/// The number of idempotency keys that a run can have.
pub const KEYS: usize = 3;
/// The state of the model, with the capacity that the harness gives it.
pub type ModelState = State<PAYMENTS, KEYS>;

/// Returns whether the input would create an object beyond the bounds of an observation.
///
/// A request held open counts as executed, because the harness cannot stop it later.
pub(crate) fn is_full(seen: &Observation<'_>, input: &Input) -> bool {
    let Some(Operation::CreateRefund { intent, .. }) = input.operation() else { return false };
    let Some(Some(payment)) = seen.payments.get(usize::from(intent.0)) else { return false };
    let open = seen.keys.iter().flatten().filter(|key| key.answer.is_none());
    let to_come =
        open.filter(|key| matches!(key.operation, Operation::CreateRefund { intent: its, .. } if its == intent));
    payment.refunds.iter().filter(|refund| refund.is_none()).count() <= to_come.count()
}
