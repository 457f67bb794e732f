//! Configurations and requests that scenarios are made of.

use holdfast_model::{
    CancellationReason, CaptureMethod, Config, Create, CreateRefund, Dialect, IntentId, Operation, PaymentMethod,
};

use super::{Alphabet, Variant};

/// Returns the specification's defaults, but with a minimum amount of 1 and few confirmations: small numbers reach
/// every case.
pub(super) fn small() -> Config {
    Config { dialect: Dialect { minimum_amount: 1, confirm_limit: 2, ..Dialect::default() }, ..Config::default() }
}

pub(super) fn variant(name: &'static str, alphabet: Alphabet) -> Variant {
    Variant { name, config: small(), alphabet, symmetry: true }
}

/// Returns a PaymentIntent with a payment method, confirmed at once.
pub(super) fn paid(amount: i64, method: PaymentMethod, capture_method: CaptureMethod) -> Create {
    Create { method: Some(method), capture_method, confirm: true, ..Create::of(amount) }
}

/// Returns a PaymentIntent whose hold may be captured several times, if the card allows it.
pub(super) fn held(amount: i64, method: PaymentMethod) -> Create {
    Create { multicapture: true, ..paid(amount, method, CaptureMethod::Manual) }
}

/// Returns "all that is left", a negative number, zero, and every amount up to `most` plus one.
pub(super) fn amounts(most: i64) -> impl Iterator<Item = Option<i64>> + Clone {
    [None, Some(-1)].into_iter().chain((0..=most.saturating_add(1)).map(Some))
}

pub(super) const CAPTURE_METHODS: [CaptureMethod; 3] =
    [CaptureMethod::Automatic, CaptureMethod::AutomaticAsync, CaptureMethod::Manual];

pub(super) const REASONS: [Option<CancellationReason>; 3] =
    [None, Some(CancellationReason::RequestedByCustomer), Some(CancellationReason::Automatic)];

/// Returns every refund of up to `most` plus one, with each flag.
pub(super) fn all_refunds(most: i64) -> Vec<CreateRefund> {
    amounts(most)
        .flat_map(|amount| {
            [(false, false), (true, false), (false, true), (true, true)].map(
                |(refund_application_fee, reverse_transfer)| CreateRefund {
                    amount,
                    refund_application_fee,
                    reverse_transfer,
                },
            )
        })
        .collect()
}

/// Returns fee refunds, reversals and separate transfers of these amounts.
pub(super) fn connect_refunds(amounts: impl IntoIterator<Item = Option<i64>>) -> Vec<Operation> {
    let intent = IntentId(0);
    amounts
        .into_iter()
        .flat_map(|amount| {
            [
                Operation::RefundFee { intent, amount },
                Operation::ReverseTransfer { intent, amount },
                Operation::CreateTransfer { intent, amount },
            ]
        })
        .collect()
}

pub(super) fn authentications() -> [holdfast_model::Authentication; 3] {
    use holdfast_model::Authentication::{Abandoned, Fails, Succeeds};
    [Succeeds, Fails, Abandoned]
}
