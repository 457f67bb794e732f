//! Small examples with amounts as engines take them.

use holdfast_model::{Capture, Confirm, Create, CreateRefund, CreateSession, Input, Operation, Update};

use super::amounts::UNIT;

/// The explorers count in single minor units, which an engine finds too little for a payment: the same input with
/// every small amount taken `UNIT` times.
#[must_use]
pub fn in_units(input: Input) -> Input {
    match input {
        Input::Call(call) => {
            Input::Call(holdfast_model::Call { operation: operation_in_units(call.operation), ..call })
        }
        Input::Begin { key, operation } => Input::Begin { key, operation: operation_in_units(operation) },
        Input::Finish { .. } | Input::Event(_) => input,
    }
}

fn units(amount: i64) -> i64 {
    if amount.unsigned_abs() <= 1_000 { amount.saturating_mul(UNIT) } else { amount }
}

fn operation_in_units(operation: Operation) -> Operation {
    use Operation as O;
    let some = |amount: Option<i64>| amount.map(units);
    match operation {
        O::CreateIntent { intent, create } => {
            let Create { amount, fee, transfer, .. } = create;
            let create = Create { amount: units(amount), fee: some(fee), transfer: some(transfer), ..create };
            O::CreateIntent { intent, create }
        }
        O::UpdateIntent { intent, update } => {
            let update = match update {
                Update::Amount(amount) => Update::Amount(units(amount)),
                Update::Fee(amount) => Update::Fee(units(amount)),
                Update::Transfer(amount) => Update::Transfer(units(amount)),
                Update::Method(_) | Update::CaptureMethod(_) | Update::Metadata => update,
            };
            O::UpdateIntent { intent, update }
        }
        O::ConfirmIntent { intent, confirm } => {
            let Confirm { fee, transfer, .. } = confirm;
            O::ConfirmIntent { intent, confirm: Confirm { fee: some(fee), transfer: some(transfer), ..confirm } }
        }
        O::CaptureIntent { intent, capture } => {
            let Capture { amount, fee, transfer, .. } = capture;
            let capture = Capture { amount: some(amount), fee: some(fee), transfer: some(transfer), ..capture };
            O::CaptureIntent { intent, capture }
        }
        O::CreateRefund { intent, refund } => {
            O::CreateRefund { intent, refund: CreateRefund { amount: some(refund.amount), ..refund } }
        }
        O::RefundFee { intent, amount } => O::RefundFee { intent, amount: some(amount) },
        O::ReverseTransfer { intent, amount } => O::ReverseTransfer { intent, amount: some(amount) },
        O::CreateTransfer { intent, amount } => O::CreateTransfer { intent, amount: some(amount) },
        O::CreateSession(session) => O::CreateSession(CreateSession { amount: units(session.amount), ..session }),
        O::CancelIntent { .. }
        | O::CancelRefund { .. }
        | O::CreateSetup { .. }
        | O::UpdateSetup { .. }
        | O::ConfirmSetup { .. }
        | O::CancelSetup { .. }
        | O::VerifyMicrodeposits
        | O::ExpireSession => operation,
    }
}
