//! Examples of fees and transfers, and of background captures.

use super::*;

pub(super) fn connect() -> Vec<Case> {
    let latched = with(partly(), |p| {
        p.flow = Flow::Destination;
        charge(p).fee_at_first_capture = true;
    });
    let both = with(latched, |p| charge(p).transfer_at_first_capture = true);
    let connected = with(held(), |p| p.flow = Flow::Destination);
    let named = |amount: i64, fee: Option<i64>, transfer: Option<i64>| Operation::CaptureIntent {
        intent: PI,
        capture: Capture { amount: Some(amount), final_capture: Some(false), fee, transfer },
    };
    let refund_fee = Operation::RefundFee { intent: PI, amount: Some(10) };
    let reverse = Operation::ReverseTransfer { intent: PI, amount: Some(10) };
    let send_on = Operation::CreateTransfer { intent: PI, amount: Some(10) };
    let ten = Ok(Accepted::Money { amount: a(10) });
    let later = "later-captures-name-what-the-first-named";
    let settles = "capture-settles-fee-and-share";
    let back = "connect-money-goes-back-when-asked";
    vec![
        sees(
            "connect-money-is-bounded",
            sent(),
            &[
                |p| p.ledger.fees = a(1001),
                |p| p.ledger.fees_refunded = a(101),
                |p| p.ledger.transfers = a(1001),
                |p| p.ledger.reversals = a(1001),
            ],
        ),
        sees(
            "connect-money-fits-the-flow",
            sent(),
            &[
                |p| p.flow = Flow::Platform,
                |p| p.flow = Flow::Direct,
                |p| p.transfer = Some(a(900)),
                |p| {
                    p.fee = None;
                    p.ledger = LedgerView::default();
                    p.transfer = Some(a(900));
                    p.flow = Flow::Platform;
                },
            ],
        ),
        sees("standing-amounts-are-collected", sent(), &[|p| p.ledger.fees = a(99), |p| p.ledger.transfers = a(900)]),
        refuses(later, latched, capture(100, false), Rejection::MissingFee),
        refuses(later, both, named(100, Some(1), None), Rejection::MissingTransfer),
        Case(
            later,
            vec![to(connected, named(100, Some(9), None)).pay(|p| {
                take(p, 100);
                charge(p).fee_at_first_capture = true;
            })],
            vec![to(connected, named(100, Some(9), None)).pay(|p| take(p, 100)), {
                to(latched, named(100, Some(9), None)).pay(|p| {
                    take(p, 100);
                    charge(p).fee_at_first_capture = false;
                })
            }],
        ),
        Case(
            settles,
            vec![
                to(connected, named(100, Some(9), None)).pay(|p| {
                    take(p, 100);
                    p.ledger.fees = a(9);
                }),
                to(connected, named(100, None, Some(90))).pay(|p| {
                    take(p, 100);
                    p.ledger.transfers = a(90);
                }),
                to(with(connected, |p| p.fee = Some(a(150))), capture(100, false)).pay(|p| {
                    take(p, 100);
                    p.ledger.fees = a(100);
                    p.ledger.transfers = a(100);
                }),
            ],
            vec![
                to(connected, named(100, Some(9), None)).pay(|p| take(p, 100)),
                to(connected, named(100, None, Some(90))).pay(|p| {
                    take(p, 100);
                    p.ledger.transfers = a(100);
                }),
                to(with(connected, |p| p.fee = Some(a(150))), capture(100, false)).pay(|p| {
                    take(p, 100);
                    p.ledger.fees = a(150);
                    p.ledger.transfers = a(100);
                }),
                to(connected, capture(100, false)).pay(|p| take(p, 100)),
            ],
        ),
        refuses("connect-parameters-need-connect", held(), named(1, Some(1), None), Rejection::FeeWithoutConnect),
        refuses(
            "connect-parameters-need-connect",
            fresh(),
            update(Update::Transfer(1)),
            Rejection::TransferWithoutDestination,
        ),
        refuses("connect-parameters-need-connect", connected, named(1, Some(0), None), Rejection::InvalidFee),
        refuses(
            "no-source-transaction-with-multicapture",
            done(),
            Operation::CreateTransfer { intent: PI, amount: Some(1) },
            Rejection::SourceTransactionUnsupported,
        ),
        Case(
            back,
            vec![
                to(sent(), refund_fee).pay(|p| p.ledger.fees_refunded = a(10)).says(ten),
                to(sent(), reverse).pay(|p| p.ledger.reversals = a(10)).says(ten),
                to(paid(), send_on).pay(|p| p.ledger.transfers = a(10)).says(ten),
                to(sent(), refund_fee)
                    .pay(|p| p.ledger.fees_refunded = a(10))
                    .fault(DeliveryFault::AnswerLost, None)
                    .says(Err(Rejection::AnswerLost)),
            ],
            vec![
                to(sent(), refund_fee).pay(|p| p.ledger.fees_refunded = a(5)).says(ten),
                to(sent(), refund_fee).says(ten),
                to(sent(), refund_fee)
                    .pay(|p| p.ledger.fees_refunded = a(10))
                    .says(Ok(Accepted::Money { amount: a(5) })),
                to(sent(), refund_fee)
                    .pay(|p| p.ledger.fees_refunded = a(5))
                    .fault(DeliveryFault::AnswerLost, None)
                    .says(Err(Rejection::AnswerLost)),
                to(sent(), reverse).pay(|p| p.ledger.reversals = a(11)).says(ten),
                to(paid(), send_on).pay(|p| p.ledger.transfers = a(1000)).says(ten),
                to(sent(), refund(1)).pay(|p| p.ledger.fees_refunded = a(10)),
                to(sent(), refund_both(1, true, false)).pay(|p| p.ledger.reversals = a(10)),
            ],
        ),
        Case(
            "returned-shares-add-up",
            vec![
                to(sent(), refund_both(None, true, true)).pay(|p| {
                    give_back(p, 1000, 0);
                    p.ledger.fees_refunded = a(100);
                    p.ledger.reversals = a(1000);
                }),
                to(sent(), refund_both(255, true, true)).pay(|p| {
                    give_back(p, 255, 0);
                    p.ledger.fees_refunded = a(26);
                    p.ledger.reversals = a(255);
                }),
                to(with(sent(), |p| give_back(p, 900, 0)), refund_both(None, true, false)).pay(|p| {
                    give_back(p, 100, 1);
                    p.ledger.fees_refunded = a(100);
                }),
                to(sent(), refund_both(254, true, true)).pay(|p| {
                    give_back(p, 254, 0);
                    p.ledger.fees_refunded = a(25);
                    p.ledger.reversals = a(254);
                }),
                to(with(sent(), |p| p.ledger.transfers = a(880)), refund_both(500, false, true)).pay(|p| {
                    give_back(p, 500, 0);
                    p.ledger.reversals = a(440);
                }),
                to(with(sent(), |p| p.ledger.reversals = a(900)), refund_both(500, false, true)).pay(|p| {
                    give_back(p, 500, 0);
                    p.ledger.reversals = a(1000);
                }),
            ],
            vec![
                to(sent(), refund_both(250, true, false)).pay(|p| give_back(p, 250, 0)),
                to(sent(), refund_both(255, true, false)).pay(|p| {
                    give_back(p, 255, 0);
                    p.ledger.fees_refunded = a(25);
                }),
                to(sent(), refund_both(250, false, true)).pay(|p| {
                    give_back(p, 250, 0);
                    p.ledger.reversals = a(125);
                }),
                to(sent(), refund_both(254, true, false)).pay(|p| {
                    give_back(p, 254, 0);
                    p.ledger.fees_refunded = a(26);
                }),
                to(sent(), refund_both(256, true, false)).pay(|p| {
                    give_back(p, 256, 0);
                    p.ledger.fees_refunded = a(25);
                }),
                to(with(sent(), |p| p.ledger.reversals = a(900)), refund_both(500, false, true)).pay(|p| {
                    give_back(p, 500, 0);
                    p.ledger.reversals = a(999);
                }),
                to(sent(), refund_both(None, true, false)).pay(|p| {
                    give_back(p, 1000, 0);
                    p.ledger.fees_refunded = a(99);
                }),
                to(sent(), refund_both(None, false, true)).pay(|p| {
                    give_back(p, 1000, 0);
                    p.ledger.reversals = a(999);
                }),
            ],
        ),
        Case(
            "each-latch-has-its-own-endpoint",
            vec![
                to(sent(), refund_fee).pay(|p| charge(p).fee_latch = true),
                to(sent(), reverse).pay(|p| charge(p).transfer_latch = true),
            ],
            vec![
                to(sent(), refund_fee),
                to(sent(), reverse),
                to(sent(), reverse).pay(|p| {
                    charge(p).transfer_latch = true;
                    charge(p).fee_latch = true;
                }),
                to(with(sent(), |p| charge(p).transfer_latch = true), refund(1))
                    .pay(|p| charge(p).transfer_latch = false),
            ],
        ),
    ]
}

pub(super) fn ledger() -> Vec<Case> {
    let post = EnvironmentEvent::PostToLedger { intent: PI };
    vec![
        sees(
            "posting-takes-an-hour-at-most",
            unposted(),
            &[|p| charge(p).posting_left = Some(3601), |p| charge(p).posting_left = Some(0)],
        ),
        sees(
            "capture-is-done-before-it-is-posted",
            unposted(),
            &[
                |p| charge(p).captured = false,
                |p| charge(p).captured_amount = a(0),
                |p| p.status = IntentStatus::Processing,
                |p| p.capture_method = CaptureMethod::Automatic,
            ],
        ),
        sees(
            "nothing-is-shown-before-it-is-posted",
            unposted(),
            &[
                |p| p.ledger.charged = a(1000),
                |p| p.ledger.fees = a(1),
                |p| charge(p).links.balance_transaction = true,
                |p| charge(p).links.transfer = true,
            ],
        ),
        sees(
            "links-fit-the-ledger",
            sent(),
            &[
                |p| charge(p).links.balance_transaction = false,
                |p| charge(p).links.transfer = false,
                |p| charge(p).links.application_fee = false,
                |p| p.ledger.transfers = a(0),
                |p| p.ledger.fees = a(0),
                |p| p.flow = Flow::Direct,
            ],
        ),
        Case(
            "books-only-move-forward",
            vec![
                to(unposted(), advance(600)).pay(|p| charge(p).posting_left = Some(3000)),
                to(sent(), refund(1)).pay(|p| give_back(p, 1, 0)),
            ],
            vec![
                to(unposted(), advance(600)).pay(|p| charge(p).posting_left = Some(3001)),
                to(with(unposted(), |p| charge(p).posting_left = Some(5)), refund(1))
                    .pay(|p| charge(p).posting_left = Some(3600)),
                to(sent(), post).pay(|p| charge(p).links.application_fee = false),
                to(sent(), post).pay(|p| charge(p).links.transfer = false),
                to(sent(), post).pay(|p| charge(p).links.balance_transaction = false),
            ],
        ),
    ]
}
