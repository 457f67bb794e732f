//! Examples of the statuses of a PaymentIntent, and of its moves.

use super::*;

pub(super) fn lifecycle() -> Vec<Case> {
    let job = EnvironmentEvent::ExpireHold { intent: PI };
    vec![
        sees(
            "succeeded-means-received",
            paid(),
            &[
                |p| p.received = a(0),
                |p| p.received = a(999),
                |p| {
                    p.capture_method = CaptureMethod::Manual;
                    p.received = a(0);
                },
            ],
        ),
        sees("canceled-has-received-nothing", canceled(), &[|p| p.received = a(1)]),
        sees("capturable-only-while-held", held(), &[|p| p.status = IntentStatus::Succeeded]),
        sees(
            "charged-only-if-the-issuer-approves",
            held(),
            &[
                |p| p.payment_method = Some(PaymentMethod::Declined),
                |p| p.payment_method = Some(PaymentMethod::AuthenticationThenDeclined),
                |p| p.payment_method = Some(PaymentMethod::UsBankAccountProcessing),
                |p| {
                    end(p);
                    p.payment_method = Some(PaymentMethod::UsBankAccountFails);
                },
                |p| p.payment_method = None,
            ],
        ),
        sees(
            "money-means-one-approved-charge",
            held(),
            &[
                |p| p.successful_charges = 2,
                |p| charge(p).status = ChargeStatus::Failed,
                |p| p.charge = None,
                |p| p.status = IntentStatus::RequiresPaymentMethod,
                |p| p.status = IntentStatus::Processing,
            ],
        ),
        sees(
            "method-fits-the-status",
            held(),
            &[|p| p.payment_method = None, |p| p.status = IntentStatus::RequiresPaymentMethod],
        ),
        sees("method-fits-the-status", fresh(), &[]),
        sees(
            "waiting-fits-the-method",
            held(),
            &[
                |p| p.capture_method = CaptureMethod::Automatic,
                |p| p.payment_method = Some(PaymentMethod::SepaDebit),
                |p| p.status = IntentStatus::Processing,
                |p| p.status = IntentStatus::RequiresAction,
            ],
        ),
        sees("waiting-fits-the-method", processing(), &[]),
        sees("waiting-fits-the-method", challenged(), &[]),
        sees(
            "traces-fit-the-status",
            with(canceled(), |p| {
                p.cancellation_reason = Some(CancellationReason::Abandoned);
                p.last_error = Some(PaymentError::CardDeclined);
            }),
            &[
                |p| {
                    p.status = IntentStatus::RequiresConfirmation;
                    p.last_error = None;
                },
                |p| {
                    p.status = IntentStatus::Succeeded;
                    p.cancellation_reason = None;
                },
            ],
        ),
        sees(
            "failed-charge-moves-nothing",
            with(ready(PaymentMethod::Declined), declined),
            &[|p| charge(p).captured = true, |p| charge(p).hold_left = Some(9), |p| p.capturable = a(1000)],
        ),
        Case(
            "documented-status-moves",
            vec![
                to(held(), job).pay(|p| p.status = IntentStatus::Canceled),
                to(ready(PaymentMethod::Visa), confirm()).pay(|p| p.status = IntentStatus::RequiresCapture),
            ],
            vec![
                to(done(), advance(1)).pay(|p| p.status = IntentStatus::Canceled),
                to(held(), job).pay(|p| p.status = IntentStatus::Succeeded),
                to(partly(), job).pay(|p| p.status = IntentStatus::Canceled),
                to(fresh(), update(Update::Amount(1000))).pay(|p| p.status = IntentStatus::RequiresConfirmation),
                to(held(), capture(None, None)).pay(|p| p.status = IntentStatus::Processing),
                to(processing(), EnvironmentEvent::Settle { intent: PI })
                    .pay(|p| p.status = IntentStatus::RequiresCapture),
                to(fresh(), advance(1)).pay(|p| p.status = IntentStatus::Canceled),
                to(held(), cancel()).pay(|p| p.status = IntentStatus::Succeeded),
                to(challenged(), authenticate(Authentication::Fails)).pay(|p| p.status = IntentStatus::Canceled),
                to(done(), refund(1)).pay(|p| p.status = IntentStatus::Canceled),
            ],
        ),
        Case(
            "final-stays-final",
            vec![to(canceled(), advance(9)), to(done(), refund(1))],
            vec![
                to(canceled(), advance(9)).pay(|p| p.status = IntentStatus::RequiresPaymentMethod),
                to(done(), refund(1)).pay(|p| p.status = IntentStatus::Canceled),
                to(canceled(), refund(1)).pay(|p| charge(p).refunded_amount = a(1)),
            ],
        ),
        Case(
            "refusal-does-nothing",
            vec![to(held(), capture(9999, None)).says(Err(Rejection::CaptureTooLarge))],
            vec![
                to(held(), capture(9999, None)).says(Err(Rejection::CaptureTooLarge)).pay(|p| take(p, 1)),
                to(held(), capture(9999, None)).says(Err(Rejection::CaptureTooLarge)).notifies(&[Kind::ChargeUpdated]),
                to(held(), job).says(Ok(Accepted::Nothing)).pay(end),
            ],
        ),
        Case(
            "amounts-stay-representable",
            vec![to(held(), capture(1, None)), to(processing(), EnvironmentEvent::Settle { intent: PI })],
            vec![
                to(held(), capture(1, None)).says(Err(Rejection::AmountOutOfRange)),
                to(
                    refunded(),
                    EnvironmentEvent::Refund { intent: PI, refund: RefundId(0), progress: RefundProgress::Fails },
                )
                .says(Err(Rejection::AmountOutOfRange)),
                to(held(), advance(604_800)).says(Err(Rejection::AmountOutOfRange)),
            ],
        ),
        Case(
            "only-the-named-payment-changes",
            vec![to(held(), capture(700, false)).pay(|p| take(p, 700))],
            vec![
                to(held(), Operation::VerifyMicrodeposits).pay(|p| take(p, 700)),
                to(held(), Operation::CancelIntent { intent: IntentId(1), reason: None }).pay(end),
                to(held(), cancel()).now(|seen| seen.payments[0] = None),
                Example::empty().both(|seen| seen.payments = vec![None]).by(advance(1)).says(OK).now(|seen| {
                    seen.payments[0] = Some(fresh());
                }),
            ],
        ),
        Case(
            "updates-change-what-they-name",
            vec![
                to(fresh(), update(Update::Method(PaymentMethod::Visa))).pay(|p| *p = ready(PaymentMethod::Visa)),
                to(fresh(), update(Update::Amount(500))).pay(|p| p.amount = a(500)),
                to(fresh(), update(Update::CaptureMethod(CaptureMethod::Automatic)))
                    .pay(|p| p.capture_method = CaptureMethod::Automatic),
            ],
            vec![
                to(challenged(), update(Update::Method(PaymentMethod::Visa)))
                    .pay(|p| p.payment_method = Some(PaymentMethod::Visa)),
                to(fresh(), update(Update::Amount(500))).pay(|p| p.amount = a(501)),
                to(held(), capture(1, false)).pay(|p| p.amount = a(999)),
                to(fresh(), update(Update::CaptureMethod(CaptureMethod::Automatic))),
                to(held(), capture(1, false)).pay(|p| p.capture_method = CaptureMethod::Automatic),
                to(done(), update(Update::Metadata)).pay(|p| p.received = a(0)),
            ],
        ),
    ]
}
