//! The same inputs aimed at other payments.

use crate::{Call, EnvironmentEvent, Input, IntentId, Operation};

impl Input {
    /// Returns the same input aimed at another payment; an input that concerns no payment stays as it is.
    #[must_use]
    pub const fn retarget(self, intent: IntentId) -> Self {
        match self {
            Self::Call(call) => Self::Call(Call { operation: retarget_operation(call.operation, intent), ..call }),
            Self::Begin { key, operation } => Self::Begin { key, operation: retarget_operation(operation, intent) },
            Self::Finish { key } => Self::Finish { key },
            Self::Event(event) => Self::Event(retarget_event(event, intent)),
        }
    }
}

const fn retarget_operation(operation: Operation, intent: IntentId) -> Operation {
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

const fn retarget_event(event: EnvironmentEvent, intent: IntentId) -> EnvironmentEvent {
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
