//! Examples of refunds.

use super::*;

pub(super) fn refunds() -> Vec<Case> {
    let all = with(done(), |p| give_back(p, 700, 0));
    let open = with(partly(), |p| give_back(p, 700, 0));
    let slow = with(done(), |p| p.payment_method = Some(PaymentMethod::PendingRefund));
    let truth = "refund-refusals-are-true";
    let became = |status: RefundStatus| {
        to(refunded(), advance(1)).pay(move |p| p.refunds[0] = Some(RefundView { status, amount: a(200) }))
    };
    let latched_fee = with(done(), |p| charge(p).fee_latch = true);
    let latched_transfer = with(done(), |p| charge(p).transfer_latch = true);
    vec![
        sees(
            "refunded-flag-means-all",
            all,
            &[
                |p| charge(p).refunded_amount = a(699),
                |p| charge(p).refunded = false,
                |p| p.status = IntentStatus::RequiresCapture,
            ],
        ),
        sees("refunded-flag-means-all", open, &[|p| charge(p).refunded = true]),
        Case(
            "refund-leaves-the-status",
            vec![to(partly(), refund(200)).pay(|p| give_back(p, 200, 0))],
            vec![
                to(done(), refund(None)).pay(|p| p.status = IntentStatus::Canceled),
                to(partly(), refund(200)).pay(|p| p.received = a(500)),
            ],
        ),
        Case(
            "refund-gives-what-was-asked",
            vec![
                to(done(), refund(200)).pay(|p| give_back(p, 200, 0)),
                to(refunded(), refund(None)).pay(|p| give_back(p, 500, 1)),
            ],
            vec![
                to(done(), refund(200)).pay(|p| give_back(p, 201, 0)),
                to(done(), refund(200)).pay(|p| {
                    give_back(p, 200, 0);
                    p.refunds[0] = None;
                }),
                to(done(), refund(200)).pay(|p| {
                    give_back(p, 200, 0);
                    charge(p).refunded_amount = a(100);
                }),
            ],
        ),
        Case(
            "refund-starts-as-its-method-says",
            vec![
                to(done(), refund(200)).pay(|p| give_back(p, 200, 0)),
                to(slow, refund(200)).pay(|p| {
                    p.refunds[0] = Some(RefundView { status: RefundStatus::Pending, amount: a(200) });
                }),
            ],
            vec![to(slow, refund(200)).pay(|p| give_back(p, 200, 0))],
        ),
        Case(
            "documented-refund-moves",
            vec![became(RefundStatus::Failed)],
            vec![
                became(RefundStatus::Pending),
                became(RefundStatus::Canceled),
                to(refunded(), advance(1)).pay(|p| p.refunds[0] = None),
                to(refunded(), advance(1)).pay(|p| {
                    p.refunds[0] = Some(RefundView { status: RefundStatus::Succeeded, amount: a(199) });
                }),
            ],
        ),
        refuses("only-captured-money-is-refunded", fresh(), refund(None), Rejection::NoSuccessfulCharge),
        refuses("only-captured-money-is-refunded", held(), refund(None), Rejection::Uncaptured),
        refuses("only-the-rest-is-refunded", all, refund(1), Rejection::AlreadyRefunded),
        refuses("only-the-rest-is-refunded", refunded(), refund(501), Rejection::RefundTooLarge),
        refuses("only-the-rest-is-refunded", done(), refund(0), Rejection::InvalidAmount),
        refuses("no-partial-refund-with-connect-money", done(), refund_both(1, true, false), Rejection::PartialWithFee),
        refuses(
            "no-partial-refund-with-connect-money",
            done(),
            refund_both(1, false, true),
            Rejection::PartialWithReversal,
        ),
        refuses("each-latch-bars-its-own-refunds", latched_fee, refund_both(None, true, false), Rejection::FeeLatched),
        refuses(
            "each-latch-bars-its-own-refunds",
            latched_transfer,
            refund_both(None, false, true),
            Rejection::TransferLatched,
        ),
        refuses(
            "only-waiting-refunds-are-canceled",
            refunded(),
            Operation::CancelRefund { intent: PI, refund: RefundId(0) },
            Rejection::RefundNotCancelable,
        ),
        Case(
            truth,
            vec![
                to(refunded(), refund(501)).says(Err(Rejection::RefundTooLarge)),
                to(done(), refund_both(1, true, false)).says(Err(Rejection::PartialWithFee)),
                to(paid(), refund_both(1, true, false)).says(Err(Rejection::NoFeeToRefund)),
                to(paid(), refund_both(None, false, true)).says(Err(Rejection::NoTransferToReverse)),
            ],
            vec![
                to(sent(), refund_both(1, true, false)).says(Err(Rejection::PartialWithFee)),
                to(sent(), refund_both(1, false, true)).says(Err(Rejection::PartialWithReversal)),
                to(sent(), refund_both(1, true, false)).says(Err(Rejection::NoFeeToRefund)),
                to(with(sent(), |p| charge(p).links.application_fee = false), refund_both(1, true, false))
                    .says(Err(Rejection::NoFeeToRefund)),
                to(sent(), refund_both(1, false, true)).says(Err(Rejection::NoTransferToReverse)),
                to(paid(), refund(1)).says(Err(Rejection::NoFeeToRefund)),
                to(paid(), refund(1)).says(Err(Rejection::CaptureTooLarge)),
                to(paid(), refund(1)).says(Err(Rejection::UnexpectedState)),
                to(paid(), refund(1)).says(Err(Rejection::NoSuchIntent)),
                to(held(), refund(1)).says(Err(Rejection::NoSuccessfulCharge)),
                to(refunded(), refund(500)).says(Err(Rejection::RefundTooLarge)),
                to(refunded(), refund(500)).says(Err(Rejection::AlreadyRefunded)),
                to(partly(), refund(1)).says(Err(Rejection::Uncaptured)),
                to(done(), refund(1)).says(Err(Rejection::NoSuccessfulCharge)),
                to(done(), refund_both(None, true, false)).says(Err(Rejection::PartialWithFee)),
                to(latched_transfer, refund_both(None, true, false)).says(Err(Rejection::FeeLatched)),
                to(latched_fee, refund_both(None, false, true)).says(Err(Rejection::TransferLatched)),
            ],
        ),
    ]
}
