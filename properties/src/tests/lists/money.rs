//! Examples of the amounts of a payment.

use super::*;

pub(super) fn money() -> Vec<Case> {
    vec![
        sees("captured-within-authorization", partly(), &[|p| charge(p).captured_amount = a(1001)]),
        sees(
            "held-money-adds-up",
            partly(),
            &[
                |p| p.capturable = a(301),
                |p| {
                    p.capturable = a(260);
                    charge(p).released = a(40);
                },
            ],
        ),
        sees("received-is-what-was-captured", partly(), &[|p| p.received = a(699)]),
        sees(
            "ledger-has-what-moved",
            refunded(),
            &[
                |p| p.ledger.charged = a(600),
                |p| p.ledger.refunded = a(0),
                |p| {
                    charge(p).posting_left = Some(1);
                    p.ledger.charged = a(701);
                },
            ],
        ),
        sees(
            "refunds-add-up",
            refunded(),
            &[
                |p| charge(p).refunded_amount = a(100),
                |p| {
                    p.refunds[0] = Some(RefundView { status: RefundStatus::Failed, amount: a(200) });
                },
            ],
        ),
        sees("refunded-within-captured", refunded(), &[|p| charge(p).refunded_amount = a(701)]),
        sees("amount-in-range", fresh(), &[|p| p.amount = a(49), |p| p.amount = a(100_000_000)]),
        sees("charge-is-for-the-amount", held(), &[|p| p.amount = a(999)]),
        Case(
            "money-never-shrinks",
            vec![
                to(partly(), capture(300, true)).pay(|p| take(p, 300)),
                to(
                    refunded(),
                    EnvironmentEvent::Refund { intent: PI, refund: RefundId(0), progress: RefundProgress::Fails },
                )
                .pay(|p| {
                    p.refunds[0] = Some(RefundView { status: RefundStatus::Failed, amount: a(200) });
                    charge(p).refunded_amount = a(0);
                }),
            ],
            vec![
                to(partly(), cancel()).pay(|p| charge(p).captured_amount = a(0)),
                to(done(), refund(1)).pay(|p| charge(p).released = a(0)),
                to(refunded(), advance(1)).pay(|p| charge(p).refunded_amount = a(0)),
                to(partly(), advance(1)).pay(|p| p.ledger.charged = a(0)),
                to(sent(), advance(1)).pay(|p| p.ledger.fees = a(0)),
                to(sent(), advance(1)).pay(|p| p.ledger.transfers = a(0)),
            ],
        ),
        Case(
            "held-money-is-taken-by-capture-only",
            vec![to(held(), capture(700, false)).pay(|p| take(p, 700))],
            vec![to(held(), advance(1)).pay(|p| take(p, 700))],
        ),
    ]
}
