//! Examples of the properties of notifications.

use super::*;

const JOB: EnvironmentEvent = EnvironmentEvent::ExpireHold { intent: PI };
const SETTLE: EnvironmentEvent = EnvironmentEvent::Settle { intent: PI };

pub(super) fn notified() -> Vec<Case> {
    [of_attempts(), of_anything(), of_captures(), of_releases_and_connect(), of_refunds()]
        .into_iter()
        .flatten()
        .collect()
}

fn confirmed() -> Example {
    to(ready(PaymentMethod::Visa), confirm()).pay(|p| *p = held())
}

fn piece() -> Example {
    to(held(), capture(700, false)).pay(|p| take(p, 700))
}

fn whole() -> Example {
    to(single(), capture(None, None)).pay(|p| {
        take(p, 1000);
        end(p);
    })
}

fn posted() -> Example {
    to(unposted(), EnvironmentEvent::PostToLedger { intent: PI }).pay(|p| *p = with(paid(), |p| p.ledger.fees = a(10)))
}

fn of_attempts() -> Vec<Case> {
    let creation = created(manual(), fresh());
    let waiting = "beginnings-are-notified";
    vec![
        Case(
            waiting,
            vec![creation.clone().notifies(&[Kind::IntentCreated])],
            vec![creation.clone(), creation.clone().notifies(&[Kind::IntentPaymentFailed, Kind::IntentCreated])],
        ),
        notifies(waiting, confirmed(), &[Kind::ChargeSucceeded, Kind::IntentCapturableUpdated]),
        notifies(
            waiting,
            to(ready(PaymentMethod::SepaDebit), confirm()).pay(|p| p.status = IntentStatus::Processing),
            &[Kind::IntentProcessing],
        ),
        notifies(waiting, to(fresh(), confirm()).pay(|p| *p = challenged()), &[Kind::IntentRequiresAction]),
        notifies("the-end-is-notified", whole(), &[Kind::ChargeCaptured, Kind::IntentSucceeded]),
        notifies("the-end-is-notified", to(held(), cancel()).pay(|p| *p = canceled()), &[Kind::IntentCanceled]),
        notifies(
            "failure-is-notified",
            to(ready(PaymentMethod::Declined), confirm())
                .says(Err(Rejection::Declined(Decline::GenericDecline)))
                .pay(declined),
            &[Kind::ChargeFailed, Kind::IntentPaymentFailed],
        ),
        notifies(
            "failure-is-notified",
            to(processing(), SETTLE).pay(declined),
            &[Kind::ChargeFailed, Kind::IntentPaymentFailed],
        ),
        Case(
            "failure-is-notified",
            vec![],
            vec![
                to(processing(), SETTLE).pay(declined).notifies(&[Kind::IntentPaymentFailed]),
                to(processing(), SETTLE).pay(declined).notifies(&[Kind::ChargeFailed]),
            ],
        ),
    ]
}

fn of_anything() -> Vec<Case> {
    let lies = "nothing-is-notified-that-did-not-happen";
    vec![
        Case(
            lies,
            vec![whole().notifies(&[Kind::IntentSucceeded])],
            vec![
                piece().notifies(&[Kind::IntentSucceeded]),
                to(done(), refund(1)).notifies(&[Kind::IntentSucceeded]),
                to(canceled(), advance(1)).notifies(&[Kind::IntentCanceled]),
                to(fresh(), update(Update::Metadata)).notifies(&[Kind::IntentCreated]),
                confirmed().notifies(&[Kind::IntentPaymentFailed]),
                see(held()).by(Operation::VerifyMicrodeposits).says(OK).notifies(&[Kind::ChargeUpdated]),
            ],
        ),
        Case(
            "nothing-is-notified-twice",
            vec![whole().notifies(&[Kind::ChargeCaptured, Kind::IntentSucceeded])],
            vec![whole().notifies(&[Kind::ChargeCaptured, Kind::ChargeCaptured])],
        ),
        notifies("money-never-moves-silently", piece(), &[Kind::ChargeUpdated]),
        notifies(
            "money-never-moves-silently",
            to(sent(), cancel()).pay(|p| p.ledger.reversals = a(1)),
            &[Kind::TransferReversed],
        ),
        Case(
            "approval-is-notified-first",
            vec![confirmed().notifies(&[Kind::ChargeSucceeded, Kind::IntentCapturableUpdated])],
            vec![
                confirmed().notifies(&[Kind::IntentCapturableUpdated]),
                confirmed().notifies(&[Kind::IntentCapturableUpdated, Kind::ChargeSucceeded]),
                to(unposted(), advance(9)).notifies(&[Kind::ChargeSucceeded]),
            ],
        ),
    ]
}

fn of_captures() -> Vec<Case> {
    vec![
        Case(
            "captures-are-notified-by-their-kind",
            vec![
                piece().notifies(&[Kind::ChargeUpdated, Kind::IntentCapturableUpdated]),
                whole().notifies(&[Kind::ChargeCaptured, Kind::IntentSucceeded]),
            ],
            vec![
                piece().notifies(&[Kind::ChargeUpdated]),
                piece().notifies(&[Kind::IntentCapturableUpdated]),
                whole().notifies(&[Kind::ChargeCaptured, Kind::IntentSucceeded, Kind::ChargeUpdated]),
                whole().notifies(&[Kind::IntentCapturableUpdated]),
            ],
        ),
        Case(
            "charge-captured-is-notified-at-the-end",
            vec![
                whole().notifies(&[Kind::ChargeCaptured]),
                to(partly(), JOB).pay(end).notifies(&[Kind::ChargeCaptured]),
            ],
            vec![
                whole(),
                piece().notifies(&[Kind::ChargeCaptured]),
                to(partly(), JOB).pay(end).notifies(&[Kind::IntentSucceeded]),
            ],
        ),
    ]
}

fn of_releases_and_connect() -> Vec<Case> {
    vec![
        notifies("posting-is-notified", posted(), &[Kind::ChargeUpdated, Kind::FeeCreated]),
        Case("posting-is-notified", vec![], vec![posted().notifies(&[Kind::ChargeUpdated, Kind::ChargeSucceeded])]),
        notifies(
            "released-hold-is-notified",
            to(held(), cancel()).pay(|p| *p = canceled()),
            &[Kind::IntentCanceled, Kind::ChargeRefunded],
        ),
        notifies(
            "released-hold-is-notified",
            to(held(), JOB).pay(|p| *p = canceled()),
            &[Kind::ChargeExpired, Kind::IntentCanceled],
        ),
        Case(
            "connect-money-is-notified",
            vec![
                posted().notifies(&[Kind::FeeCreated]),
                to(sent(), refund_both(1, true, true))
                    .pay(|p| {
                        p.ledger.reversals = a(1);
                        p.ledger.fees_refunded = a(1);
                    })
                    .notifies(&[Kind::FeeRefunded, Kind::TransferReversed]),
            ],
            vec![
                posted(),
                to(sent(), advance(1)).notifies(&[Kind::FeeCreated]),
                to(sent(), advance(1)).notifies(&[Kind::TransferCreated]),
                to(unposted(), EnvironmentEvent::PostToLedger { intent: PI }).pay(|p| p.ledger.transfers = a(10)),
                to(sent(), refund_both(1, false, true)).pay(|p| p.ledger.reversals = a(1)),
                to(sent(), refund_both(1, true, false)).pay(|p| p.ledger.fees_refunded = a(1)),
                to(sent(), refund(1)).notifies(&[Kind::FeeRefunded]),
            ],
        ),
    ]
}

fn of_refunds() -> Vec<Case> {
    let given = to(done(), refund(200)).pay(|p| give_back(p, 200, 0));
    let fails = EnvironmentEvent::Refund { intent: PI, refund: RefundId(0), progress: RefundProgress::Fails };
    let failed =
        to(refunded(), fails).pay(|p| p.refunds[0] = Some(RefundView { status: RefundStatus::Failed, amount: a(200) }));
    vec![
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
