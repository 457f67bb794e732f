//! Examples of the properties of notifications.

use super::*;

pub(super) fn notified() -> Vec<Case> {
    let job = EnvironmentEvent::ExpireHold { intent: PI };
    let settle = EnvironmentEvent::Settle { intent: PI };
    let no = Err(Rejection::Declined(Decline::GenericDecline));
    let creation = created(manual(), fresh());
    let confirmed = to(ready(PaymentMethod::Visa), confirm()).pay(|p| *p = held());
    let piece = to(held(), capture(700, false)).pay(|p| take(p, 700));
    let whole = to(single(), capture(None, None)).pay(|p| {
        take(p, 1000);
        end(p);
    });
    let posted = to(unposted(), EnvironmentEvent::PostToLedger { intent: PI })
        .pay(|p| *p = with(paid(), |p| p.ledger.fees = a(10)));
    let given = to(done(), refund(200)).pay(|p| give_back(p, 200, 0));
    let failed =
        to(refunded(), EnvironmentEvent::Refund { intent: PI, refund: RefundId(0), progress: RefundProgress::Fails })
            .pay(|p| p.refunds[0] = Some(RefundView { status: RefundStatus::Failed, amount: a(200) }));
    let waiting = "beginnings-are-notified";
    let lies = "nothing-is-notified-that-did-not-happen";
    vec![
        Case(
            waiting,
            vec![creation.clone().notifies(&[Kind::IntentCreated])],
            vec![creation.clone(), creation.clone().notifies(&[Kind::IntentPaymentFailed, Kind::IntentCreated])],
        ),
        notifies(waiting, confirmed.clone(), &[Kind::ChargeSucceeded, Kind::IntentCapturableUpdated]),
        notifies(
            waiting,
            to(ready(PaymentMethod::SepaDebit), confirm()).pay(|p| p.status = IntentStatus::Processing),
            &[Kind::IntentProcessing],
        ),
        notifies(waiting, to(fresh(), confirm()).pay(|p| *p = challenged()), &[Kind::IntentRequiresAction]),
        notifies("the-end-is-notified", whole.clone(), &[Kind::ChargeCaptured, Kind::IntentSucceeded]),
        notifies("the-end-is-notified", to(held(), cancel()).pay(|p| *p = canceled()), &[Kind::IntentCanceled]),
        notifies(
            "failure-is-notified",
            to(ready(PaymentMethod::Declined), confirm()).says(no).pay(declined),
            &[Kind::ChargeFailed, Kind::IntentPaymentFailed],
        ),
        notifies(
            "failure-is-notified",
            to(processing(), settle).pay(declined),
            &[Kind::ChargeFailed, Kind::IntentPaymentFailed],
        ),
        Case(
            "failure-is-notified",
            vec![],
            vec![
                to(processing(), settle).pay(declined).notifies(&[Kind::IntentPaymentFailed]),
                to(processing(), settle).pay(declined).notifies(&[Kind::ChargeFailed]),
            ],
        ),
        Case(
            lies,
            vec![whole.clone().notifies(&[Kind::IntentSucceeded])],
            vec![
                piece.clone().notifies(&[Kind::IntentSucceeded]),
                to(done(), refund(1)).notifies(&[Kind::IntentSucceeded]),
                to(canceled(), advance(1)).notifies(&[Kind::IntentCanceled]),
                to(fresh(), update(Update::Metadata)).notifies(&[Kind::IntentCreated]),
                confirmed.clone().notifies(&[Kind::IntentPaymentFailed]),
                see(held()).by(Operation::VerifyMicrodeposits).says(OK).notifies(&[Kind::ChargeUpdated]),
            ],
        ),
        Case(
            "nothing-is-notified-twice",
            vec![whole.clone().notifies(&[Kind::ChargeCaptured, Kind::IntentSucceeded])],
            vec![whole.clone().notifies(&[Kind::ChargeCaptured, Kind::ChargeCaptured])],
        ),
        notifies("money-never-moves-silently", piece.clone(), &[Kind::ChargeUpdated]),
        notifies(
            "money-never-moves-silently",
            to(sent(), cancel()).pay(|p| p.ledger.reversals = a(1)),
            &[Kind::TransferReversed],
        ),
        Case(
            "approval-is-notified-first",
            vec![confirmed.clone().notifies(&[Kind::ChargeSucceeded, Kind::IntentCapturableUpdated])],
            vec![
                confirmed.clone().notifies(&[Kind::IntentCapturableUpdated]),
                confirmed.notifies(&[Kind::IntentCapturableUpdated, Kind::ChargeSucceeded]),
                to(unposted(), advance(9)).notifies(&[Kind::ChargeSucceeded]),
            ],
        ),
        Case(
            "captures-are-notified-by-their-kind",
            vec![
                piece.clone().notifies(&[Kind::ChargeUpdated, Kind::IntentCapturableUpdated]),
                whole.clone().notifies(&[Kind::ChargeCaptured, Kind::IntentSucceeded]),
            ],
            vec![
                piece.clone().notifies(&[Kind::ChargeUpdated]),
                piece.clone().notifies(&[Kind::IntentCapturableUpdated]),
                whole.clone().notifies(&[Kind::ChargeCaptured, Kind::IntentSucceeded, Kind::ChargeUpdated]),
                whole.clone().notifies(&[Kind::IntentCapturableUpdated]),
            ],
        ),
        Case(
            "charge-captured-is-notified-at-the-end",
            vec![
                whole.clone().notifies(&[Kind::ChargeCaptured]),
                to(partly(), job).pay(end).notifies(&[Kind::ChargeCaptured]),
            ],
            vec![
                whole,
                piece.notifies(&[Kind::ChargeCaptured]),
                to(partly(), job).pay(end).notifies(&[Kind::IntentSucceeded]),
            ],
        ),
        notifies("posting-is-notified", posted.clone(), &[Kind::ChargeUpdated, Kind::FeeCreated]),
        Case(
            "posting-is-notified",
            vec![],
            vec![posted.clone().notifies(&[Kind::ChargeUpdated, Kind::ChargeSucceeded])],
        ),
        notifies(
            "released-hold-is-notified",
            to(held(), cancel()).pay(|p| *p = canceled()),
            &[Kind::IntentCanceled, Kind::ChargeRefunded],
        ),
        notifies(
            "released-hold-is-notified",
            to(held(), job).pay(|p| *p = canceled()),
            &[Kind::ChargeExpired, Kind::IntentCanceled],
        ),
        Case(
            "connect-money-is-notified",
            vec![
                posted.clone().notifies(&[Kind::FeeCreated]),
                to(sent(), refund_both(1, true, true))
                    .pay(|p| {
                        p.ledger.reversals = a(1);
                        p.ledger.fees_refunded = a(1);
                    })
                    .notifies(&[Kind::FeeRefunded, Kind::TransferReversed]),
            ],
            vec![
                posted,
                to(sent(), advance(1)).notifies(&[Kind::FeeCreated]),
                to(sent(), advance(1)).notifies(&[Kind::TransferCreated]),
                to(unposted(), EnvironmentEvent::PostToLedger { intent: PI }).pay(|p| p.ledger.transfers = a(10)),
                to(sent(), refund_both(1, false, true)).pay(|p| p.ledger.reversals = a(1)),
                to(sent(), refund_both(1, true, false)).pay(|p| p.ledger.fees_refunded = a(1)),
                to(sent(), refund(1)).notifies(&[Kind::FeeRefunded]),
            ],
        ),
        notifies("refunds-are-notified", given, &[Kind::RefundCreated, Kind::ChargeRefunded]),
        notifies(
            "refunds-are-notified",
            failed.clone(),
            &[Kind::RefundFailed, Kind::RefundUpdated, Kind::ChargeRefundUpdated],
        ),
        Case(
            "refunds-are-notified",
            vec![],
            vec![
                failed.notifies(&[Kind::RefundUpdated, Kind::ChargeRefundUpdated]),
                to(done(), advance(1)).notifies(&[Kind::ChargeRefunded]),
                to(with(partly(), |p| give_back(p, 700, 0)), capture(0, true))
                    .pay(|p| {
                        end(p);
                        charge(p).refunded = true;
                    })
                    .notifies(&[Kind::RefundCreated]),
            ],
        ),
    ]
}

/// Returns the same example with one notification that has previous values.
fn showing(example: &Example, kind: Kind, previous: Previous) -> Example {
    Example { notified: vec![Notification { previous, ..note(kind) }], ..example.clone() }
}

pub(super) fn previous() -> Vec<Case> {
    let piece = to(held(), capture(100, false)).pay(|p| take(p, 100));
    let last = to(held(), capture(700, true)).pay(|p| *p = done());
    let was = |amount: u32| Previous { amount: Some(a(amount)), ..Previous::default() };
    let flag = |flag: bool| Previous { flag: Some(flag), ..was(0) };
    let filled = Links { balance_transaction: true, ..Links::default() };
    vec![
        Case(
            "previous-values-are-true",
            vec![
                showing(&piece, Kind::IntentCapturableUpdated, was(1000)),
                showing(&last, Kind::ChargeCaptured, flag(false)),
            ],
            vec![
                showing(&piece, Kind::IntentCapturableUpdated, was(900)),
                showing(&piece, Kind::ChargeUpdated, was(100)),
                showing(&last, Kind::ChargeCaptured, flag(true)),
                showing(&to(refunded(), refund(100)), Kind::ChargeRefunded, was(0)),
                showing(&to(sent(), refund(100)), Kind::FeeRefunded, was(1)),
                showing(&to(sent(), refund(100)), Kind::TransferReversed, was(1)),
            ],
        ),
        Case(
            "changed-values-are-listed",
            vec![
                showing(&piece, Kind::ChargeUpdated, Previous { were_null: filled, ..was(0) }),
                showing(&last, Kind::ChargeCaptured, flag(false)),
            ],
            vec![
                showing(&piece, Kind::IntentCapturableUpdated, Previous::default()),
                showing(&last, Kind::ChargeCaptured, was(0)),
                showing(&piece, Kind::ChargeUpdated, was(0)),
                showing(
                    &to(partly(), capture(100, false)).pay(|p| take(p, 100)),
                    Kind::ChargeUpdated,
                    Previous { were_null: filled, ..was(700) },
                ),
            ],
        ),
    ]
}
