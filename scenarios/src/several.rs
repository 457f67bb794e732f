//! Scenarios of several payments side by side. They try only inputs that may be accepted, because the scenarios with
//! one payment cover the refusals.

use holdfast_model::{
    Capture, CaptureMethod, Create, CreateRefund, EnvironmentEvent, Flow, IntentId, IntentStatus, Operation,
    PaymentMethod, RefundId, RefundProgress,
};

use super::requests::{held, paid, variant};
use super::{Alphabet, Variant, When};

pub(super) fn two_payments() -> Vec<Variant> {
    vec![
        variant("interchangeable", cards(8, 4)),
        variant("connected accounts", connected(2, 2)),
        variant("banks", banks(4, 3)),
    ]
}

pub(super) fn three_payments() -> Vec<Variant> {
    vec![
        variant("cards", cards(5, 4)),
        variant("connected accounts", connected(1, 2)),
        variant("banks", banks(3, 3)),
        variant("every kind", every_kind(1, 1)),
    ]
}

/// Returns the variants of the deep scenario with two payments. Cards have several variants instead of one with larger
/// amounts, because a variant is the unit that is resumed, moved to another machine and held in memory.
pub(super) fn deep_two_payments() -> Vec<Variant> {
    let mut cancels = variant("cards, dialect: cancel ends canceled", cards(12, 4));
    cancels.config.dialect.cancel_keeps_captured = false;
    let mut closes = variant("cards, dialect: the last capture closes", cards(12, 4));
    closes.config.dialect.full_capture_stays_open = false;
    vec![
        variant("cards", cards(12, 4)),
        cancels,
        closes,
        variant("connected accounts", connected(3, 2)),
        variant("every kind", every_kind(2, 2)),
    ]
}

const PI: IntentId = IntentId(0);

const HELD: When = When::status(&[IntentStatus::RequiresCapture]);
const CHARGED: When = When::status(&[IntentStatus::RequiresCapture, IntentStatus::Succeeded]);

/// Returns inputs for cards: captured at once or in pieces of 1, refunded, canceled, expired.
fn cards(amount: i64, refunds: u8) -> Alphabet {
    Alphabet::new()
        .refunds_at_most(refunds)
        .creates([held(amount, PaymentMethod::Visa), paid(amount, PaymentMethod::Visa, CaptureMethod::AutomaticAsync)])
        .on_payment(HELD, [open(Capture { amount: Some(1), ..Capture::default() }), rest(), cancel()])
        .on_payment(CHARGED, [Some(1), Some(2), None].map(|amount| back(CreateRefund { amount, ..GIVE_BACK })))
        .on_payment(HELD, [EnvironmentEvent::ExpireHold { intent: PI }])
        .on_payment(When::status(&[IntentStatus::Succeeded]), [EnvironmentEvent::PostToLedger { intent: PI }])
        .time()
}

/// Returns inputs for connected accounts: shares and fees that are sent with captures and return with refunds, or by a
/// request of their own.
fn connected(amount: i64, refunds: u8) -> Alphabet {
    let hold = |flow, fee, transfer| Create { flow, fee, transfer, ..held(amount, PaymentMethod::Visa) };
    let piece = |fee| open(Capture { amount: Some(1), fee, ..Capture::default() });
    let with = |refund_application_fee, reverse_transfer| {
        back(CreateRefund { refund_application_fee, reverse_transfer, ..GIVE_BACK })
    };
    Alphabet::new()
        .refunds_at_most(refunds)
        .creates([
            hold(Flow::Destination, None, None),
            hold(Flow::Destination, Some(1), None),
            hold(Flow::Destination, None, Some(1)),
            hold(Flow::Direct, Some(1), None),
        ])
        .on_payment(HELD, [piece(None), piece(Some(1)), rest(), cancel()])
        .on_payment(CHARGED, [back(CreateRefund { amount: Some(1), ..GIVE_BACK })])
        .on_payment(CHARGED, [with(false, false), with(true, false), with(false, true), with(true, true)])
        .on_payment(
            CHARGED,
            [
                Operation::RefundFee { intent: PI, amount: Some(1) },
                Operation::ReverseTransfer { intent: PI, amount: Some(1) },
            ],
        )
        .on_payment(HELD, [EnvironmentEvent::ExpireHold { intent: PI }])
        .time()
}

/// Returns inputs for banks, and for refunds that take time: settled, bounced, stopped, given back, returned.
fn banks(amount: i64, refunds: u8) -> Alphabet {
    use PaymentMethod as P;
    use RefundProgress::{Fails, Returned, Succeeds};
    let debit = |method| paid(amount, method, CaptureMethod::Automatic);
    let processing = When::status(&[IntentStatus::Processing]);
    let failed = When::status(&[IntentStatus::RequiresPaymentMethod]);
    let again = Operation::ConfirmIntent {
        intent: PI,
        confirm: holdfast_model::Confirm { method: Some(P::SepaDebit), ..holdfast_model::Confirm::default() },
    };
    let moves = (0..refunds).map(RefundId).flat_map(|refund| {
        [Succeeds, Fails, Returned].map(|progress| EnvironmentEvent::Refund { intent: PI, refund, progress })
    });
    Alphabet::new()
        .refunds_at_most(refunds)
        .creates([P::UsBankAccount, P::UsBankAccountFails, P::SepaDebit].map(debit))
        .creates([P::PendingRefund, P::RefundFails].map(|method| held(amount, method)))
        .on_payment(
            processing,
            [EnvironmentEvent::Settle { intent: PI }, EnvironmentEvent::CloseCancelWindow { intent: PI }],
        )
        .on_payment(processing, [cancel()])
        .on_payment(failed, [again, cancel()])
        .on_payment(HELD, [open(Capture { amount: Some(1), ..Capture::default() }), rest(), cancel()])
        .on_payment(CHARGED, [Some(1), None].map(|amount| back(CreateRefund { amount, ..GIVE_BACK })))
        .on_payment(CHARGED, moves)
}

/// Returns inputs for a card, a bank and a connected account side by side.
fn every_kind(amount: i64, refunds: u8) -> Alphabet {
    cards(amount, refunds).and(connected(amount, refunds)).and(banks(amount, refunds))
}

const GIVE_BACK: CreateRefund = CreateRefund { amount: None, refund_application_fee: false, reverse_transfer: false };

fn open(capture: Capture) -> Operation {
    Operation::CaptureIntent { intent: PI, capture: Capture { final_capture: Some(false), ..capture } }
}

fn rest() -> Operation {
    Operation::CaptureIntent { intent: PI, capture: Capture::default() }
}

fn cancel() -> Operation {
    Operation::CancelIntent { intent: PI, reason: None }
}

fn back(refund: CreateRefund) -> Operation {
    Operation::CreateRefund { intent: PI, refund }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::ModelSpace;
    use holdfast_explorer::Explorer;

    fn unique<const PAYMENTS: usize>(alphabet: &Alphabet, symmetry: bool) -> u64 {
        let variant = Variant { symmetry, ..variant("", alphabet.clone()) };
        let found = Explorer::new(&ModelSpace::<PAYMENTS, 0>::new(&variant)).run();
        assert!(found.summary.completion.is_complete());
        found.summary.unique
    }

    /// If no time passes, payments do not depend on each other. The number of states side by side then follows from
    /// the number of states of one payment, so a state that the order loses would be missing.
    #[test]
    fn keeping_payments_in_order_loses_no_state() {
        for (name, alphabet) in [
            ("cards", cards(3, 2)),
            ("connected accounts", connected(1, 1)),
            ("banks", banks(1, 1)),
            ("every kind", every_kind(1, 1)),
        ] {
            let alphabet = Alphabet { time: false, ..alphabet };
            let alone = unique::<1>(&alphabet, false);
            assert!(alone > 10, "{name}: {alone} states prove nothing");
            assert_eq!(unique::<2>(&alphabet, true), alone * (alone + 1) / 2, "two of {name}");
            assert_eq!(unique::<2>(&alphabet, false), alone * alone, "two of {name}, told apart");
        }
    }
}
