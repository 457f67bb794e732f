//! Requests held open, and the inputs that meet them. The specification states which other requests wait (R4). The
//! engine decides whether jobs and environment events wait, and whether a request locks an object that does not exist.
//! Such inputs are left out on both sides.

use holdfast_model::{Currency, EnvironmentEvent, Input, IntentId, Observation, Operation, Target};

/// Returns whether the input is left out.
pub(crate) fn is_left_out(seen: &Observation<'_>, input: &Input) -> bool {
    let mut open = seen.keys.iter().flatten().filter(|key| key.answer.is_none()).map(|key| key.operation);
    match input {
        Input::Call(call) => {
            let about: Target = call.operation.about();
            open.any(|open| open.about() == about) && names_nothing(seen, &call.operation)
        }
        Input::Begin { operation, .. } => names_nothing(seen, operation) || is_settled_early(operation),
        Input::Finish { .. } | Input::Event(EnvironmentEvent::PruneKey { .. }) => false,
        Input::Event(_) => open.next().is_some(),
    }
}

/// Returns whether the operation names an object that does not exist.
fn names_nothing(seen: &Observation<'_>, operation: &Operation) -> bool {
    let payment = |intent: IntentId| seen.payments.get(usize::from(intent.0)).and_then(Option::as_ref);
    if let Operation::CancelRefund { intent, refund } = *operation {
        return !seen.has(Target::Refund(intent, refund));
    }
    if let Operation::RefundFee { intent, .. } = *operation {
        return payment(intent).is_none_or(|payment| payment.ledger.fees.is_zero());
    }
    if let Operation::ReverseTransfer { intent, .. } = *operation {
        return payment(intent).is_none_or(|payment| payment.ledger.transfers.is_zero());
    }
    if let Operation::CreateTransfer { intent, .. } = *operation {
        return payment(intent).is_none_or(|payment| payment.charge.is_none());
    }
    operation.creates().is_none() && !seen.has(operation.about())
}

/// Returns whether the engine resolves part of this request on arrival while the model resolves it on execution: a time
/// of expiry, or a parameter that cannot be read.
const fn is_settled_early(operation: &Operation) -> bool {
    if let Operation::CreateSession(request) = operation {
        return request.expires_in.is_some();
    }
    if let Operation::CreateIntent { create, .. } = operation {
        return matches!(create.currency, Currency::Unknown) || create.off_session && !create.confirm;
    }
    false
}
