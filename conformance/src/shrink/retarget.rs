//! The same inputs about other payments.

use holdfast_model::{Call, EnvironmentEvent, Input, IntentId, Operation};

/// The same input about another payment.
#[must_use]
pub fn retarget(input: Input, intent: IntentId) -> Input {
    match input {
        Input::Call(call) => Input::Call(Call { operation: retarget_operation(call.operation, intent), ..call }),
        Input::Begin { key, operation } => Input::Begin { key, operation: retarget_operation(operation, intent) },
        Input::Finish { key } => Input::Finish { key },
        Input::Event(event) => Input::Event(retarget_event(event, intent)),
    }
}

fn retarget_operation(operation: Operation, intent: IntentId) -> Operation {
    use Operation as O;
    match operation {
        O::CreateIntent { create, .. } => O::CreateIntent { intent, create },
        O::UpdateIntent { update, .. } => O::UpdateIntent { intent, update },
        O::ConfirmIntent { confirm, .. } => O::ConfirmIntent { intent, confirm },
        O::CaptureIntent { capture, .. } => O::CaptureIntent { intent, capture },
        O::CancelIntent { reason, .. } => O::CancelIntent { intent, reason },
        O::CreateRefund { refund, .. } => O::CreateRefund { intent, refund },
        O::CancelRefund { refund, .. } => O::CancelRefund { intent, refund },
        O::RefundFee { amount, .. } => O::RefundFee { intent, amount },
        O::ReverseTransfer { amount, .. } => O::ReverseTransfer { intent, amount },
        O::CreateTransfer { amount, .. } => O::CreateTransfer { intent, amount },
        O::CreateSetup { .. }
        | O::UpdateSetup { .. }
        | O::ConfirmSetup { .. }
        | O::CancelSetup { .. }
        | O::VerifyMicrodeposits
        | O::CreateSession(_)
        | O::ExpireSession => operation,
    }
}

fn retarget_event(event: EnvironmentEvent, intent: IntentId) -> EnvironmentEvent {
    use EnvironmentEvent as E;
    match event {
        E::Authenticate { result, .. } => E::Authenticate { intent, result },
        E::Settle { .. } => E::Settle { intent },
        E::CloseCancelWindow { .. } => E::CloseCancelWindow { intent },
        E::PostToLedger { .. } => E::PostToLedger { intent },
        E::ExpireHold { .. } => E::ExpireHold { intent },
        E::Refund { refund, progress, .. } => E::Refund { intent, refund, progress },
        E::CustomerPays { method, .. } => E::CustomerPays { intent, method },
        E::AuthenticateSetup { .. } | E::SettleSetup | E::PruneKey { .. } | E::Advance { .. } => event,
    }
}

/// The same inputs with payments named in the order in which they occur.
pub(super) fn renamed(inputs: &[Input]) -> Vec<Input> {
    let mut names: Vec<IntentId> = Vec::new();
    let rename = |input: &Input| {
        let Some(intent) = input.intent() else { return *input };
        let place = names.iter().position(|name| *name == intent).unwrap_or_else(|| {
            names.push(intent);
            names.len().saturating_sub(1)
        });
        retarget(*input, IntentId(u8::try_from(place).unwrap_or(u8::MAX)))
    };
    inputs.iter().map(rename).collect()
}
