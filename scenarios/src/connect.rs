//! Scenarios of background captures and of connected accounts.

use holdfast_model::{Capture, CaptureMethod, Confirm, Create, Flow, IntentId, Operation, PaymentMethod, Update};

use super::requests::{all_refunds, connect_refunds, held, paid, variant};
use super::{Alphabet, Variant, When};

pub(super) fn async_capture() -> Vec<Variant> {
    let of = |name, flow, fee, transfer| {
        let creates = [CaptureMethod::Automatic, CaptureMethod::AutomaticAsync].map(|method| Create {
            flow,
            fee,
            transfer,
            ..paid(3, PaymentMethod::Visa, method)
        });
        let alphabet = Alphabet::new()
            .creates(creates)
            .refunds_like(all_refunds(3))
            .on_payment(When::EXISTING, connect_refunds([None, Some(0), Some(1), Some(4)]))
            .captures([None])
            .cancels([None])
            .jobs()
            .time();
        variant(name, alphabet)
    };
    let mut soon = of("dialect: booked within a minute", Flow::Platform, None, None);
    soon.config.dialect.ledger_delay = 60;
    vec![
        of("platform", Flow::Platform, None, None),
        of("direct with a fee", Flow::Direct, Some(1), None),
        of("destination", Flow::Destination, None, None),
        of("destination with a fee", Flow::Destination, Some(1), None),
        of("destination with a transfer amount", Flow::Destination, None, Some(2)),
        soon,
    ]
}

pub(super) fn connect() -> Vec<Variant> {
    connect_of(3, 2)
}

fn connect_of(amount: i64, refunds: u8) -> Vec<Variant> {
    let named = |flow| {
        let fees = [None, Some(1)];
        let transfers = if flow == Flow::Destination { vec![None, Some(1)] } else { vec![None] };
        let captures: Vec<_> = (0..=amount)
            .map(Some)
            .chain([None])
            .flat_map(move |piece| fees.map(|fee| (piece, fee)))
            .flat_map(move |(piece, fee)| transfers.clone().into_iter().map(move |transfer| (piece, fee, transfer)))
            .flat_map(|(amount, fee, transfer)| {
                [Some(false), None].map(|final_capture| Capture { amount, final_capture, fee, transfer })
            })
            .collect();
        captures
    };
    let hold = |flow, fee, transfer| Create { flow, fee, transfer, ..held(amount, PaymentMethod::Visa) };
    let of = |name, flow, creates: Vec<Create>| {
        let alphabet = Alphabet::new()
            .refunds_at_most(refunds)
            .creates(creates)
            .captures_like(named(flow))
            .captures_like([
                Capture { fee: Some(0), ..Capture::default() },
                Capture { fee: Some(9), ..Capture::default() },
            ])
            .refunds_like(all_refunds(amount))
            .on_payment(When::EXISTING, connect_refunds([None, Some(0), Some(1)]))
            .jobs();
        variant(name, alphabet)
    };
    let mut no_late = of("dialect: no late amounts", Flow::Destination, vec![hold(Flow::Destination, None, None)]);
    no_late.config.dialect.late_connect_amounts = false;
    vec![
        of("platform", Flow::Platform, vec![hold(Flow::Platform, None, None), hold(Flow::Platform, Some(1), None)]),
        of("direct", Flow::Direct, vec![hold(Flow::Direct, None, None), hold(Flow::Direct, Some(2), None)]),
        of(
            "destination",
            Flow::Destination,
            vec![
                hold(Flow::Destination, None, None),
                hold(Flow::Destination, Some(2), None),
                hold(Flow::Destination, None, Some(2)),
                hold(Flow::Destination, Some(1), Some(1)),
                hold(Flow::Destination, Some(9), None),
                hold(Flow::Destination, None, Some(9)),
            ],
        ),
        variant("named early", named_early()),
        no_late,
    ]
}

/// Names fee and transfer amounts before the payment is charged; each amount replaces the one before (B50).
fn named_early() -> Alphabet {
    let intent = IntentId(0);
    let confirm = |fee, transfer| Operation::ConfirmIntent {
        intent,
        confirm: Confirm { fee, transfer, method: Some(PaymentMethod::Visa), ..Confirm::default() },
    };
    Alphabet::new()
        .creates([Flow::Platform, Flow::Direct, Flow::Destination].map(|flow| Create {
            flow,
            multicapture: true,
            capture_method: CaptureMethod::Manual,
            ..Create::of(3)
        }))
        .updates([0, 1, 2, 4].map(Update::Fee))
        .updates([0, 1, 2, 4].map(Update::Transfer))
        .updates([1, 3].map(Update::Amount))
        .on_payment(
            When::EXISTING,
            [
                confirm(None, None),
                confirm(Some(1), None),
                confirm(Some(0), None),
                confirm(Some(4), None),
                confirm(None, Some(1)),
                confirm(None, Some(0)),
                confirm(None, Some(4)),
                confirm(Some(1), Some(1)),
            ],
        )
        .captures_like([None, Some(1), Some(2)].into_iter().flat_map(|amount| {
            [(None, None), (Some(1), None), (None, Some(1)), (Some(1), Some(1)), (None, Some(0))]
                .map(|(fee, transfer)| Capture { amount, final_capture: Some(false), fee, transfer })
        }))
        .captures([None])
}

pub(super) fn deep_connect() -> Vec<Variant> {
    connect_of(6, 4)
}
