//! The examples, topic by topic.

use super::*;

/// Every example.
pub(super) fn cases() -> Vec<Case> {
    [
        money(),
        lifecycle(),
        attempts(),
        refusals(),
        captures(),
        expiry(),
        refunds(),
        connect(),
        ledger(),
        told(),
        previous(),
        keys(),
        setups(),
        pages(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn money() -> Vec<Case> {
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
                    charge(p).booking_left = Some(1);
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
                to(refunded(), Event::Refund { intent: PI, refund: RefundId(0), progress: RefundProgress::Fails }).pay(
                    |p| {
                        p.refunds[0] = Some(RefundView { status: RefundStatus::Failed, amount: a(200) });
                        charge(p).refunded_amount = a(0);
                    },
                ),
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

fn lifecycle() -> Vec<Case> {
    let job = Event::ExpireHold { intent: PI };
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
                to(processing(), Event::Settle { intent: PI }).pay(|p| p.status = IntentStatus::RequiresCapture),
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
                to(held(), capture(9999, None)).says(Err(Rejection::CaptureTooLarge)).tells(&[Kind::ChargeUpdated]),
                to(held(), job).says(Ok(Accepted::Nothing)).pay(end),
            ],
        ),
        Case(
            "amounts-stay-representable",
            vec![to(held(), capture(1, None))],
            vec![to(held(), capture(1, None)).says(Err(Rejection::AmountOutOfRange))],
        ),
        Case(
            "only-the-named-payment-changes",
            vec![to(held(), capture(700, false)).pay(|p| take(p, 700))],
            vec![
                to(held(), Operation::VerifyMicrodeposits).pay(|p| take(p, 700)),
                to(held(), Operation::CancelIntent { intent: IntentId(1), reason: None }).pay(end),
                to(held(), cancel()).now(|world| world.payments[0] = None),
                Scene::empty().both(|world| world.payments = vec![None]).by(advance(1)).says(OK).now(|world| {
                    world.payments[0] = Some(fresh());
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

/// A creation of the payment, with what it is afterwards.
fn created(create: Create, payment: PaymentView) -> Scene {
    Scene::empty()
        .both(|world| world.payments = vec![None])
        .by(Operation::CreateIntent { intent: PI, create })
        .says(OK)
        .now(|world| world.payments = vec![Some(payment)])
}

fn manual() -> Create {
    Create { capture_method: CaptureMethod::Manual, multicapture: true, ..Create::of(1000) }
}

fn attempts() -> Vec<Case> {
    let with_method = Create { method: Some(PaymentMethod::Visa), ..manual() };
    let automatic = |p: PaymentView| with(p, |p| p.capture_method = CaptureMethod::Automatic);
    let absent = Operation::ConfirmIntent { intent: PI, confirm: Confirm { off_session: true, ..Confirm::default() } };
    let challenge = ready(PaymentMethod::AuthenticationRequired);
    let declining = ready(PaymentMethod::Declined);
    let at_limit = with(ready(PaymentMethod::Visa), |p| p.confirmations = 10);
    let gave_up = |p: &mut PaymentView| {
        p.status = IntentStatus::Canceled;
        p.cancellation_reason = Some(CancellationReason::Automatic);
    };
    let no = Err(Rejection::Declined(Decline::GenericDecline));
    let server = with(challenged(), |p| p.confirmation_method = ConfirmationMethod::Manual);
    let settle = Event::Settle { intent: PI };
    let answer =
        |received| Ok(Accepted::Intent { status: IntentStatus::RequiresCapture, capturable: a(300), received });
    vec![
        Case(
            "creation-takes-what-was-asked",
            vec![created(manual(), fresh()), created(with_method, ready(PaymentMethod::Visa))],
            vec![
                created(manual(), with(fresh(), |p| p.amount = a(100))),
                created(manual(), with(fresh(), |p| p.multicapture_requested = false)),
                created(manual(), with(fresh(), |p| p.status = IntentStatus::RequiresConfirmation)),
                created(with_method, held()),
            ],
        ),
        Case(
            "attempt-leads-where-its-method-says",
            vec![
                to(automatic(ready(PaymentMethod::Visa)), confirm()).pay(|p| *p = paid()),
                to(ready(PaymentMethod::Visa), confirm()).pay(|p| *p = held()),
                to(automatic(ready(PaymentMethod::SepaDebit)), confirm()).pay(|p| p.status = IntentStatus::Processing),
            ],
            vec![
                to(automatic(ready(PaymentMethod::Visa)), confirm()).pay(|p| *p = processing()),
                to(ready(PaymentMethod::Visa), confirm()).pay(|p| *p = paid()),
                to(ready(PaymentMethod::Visa), confirm()).pay(|p| *p = with(held(), |p| p.capturable = a(1))),
                to(automatic(ready(PaymentMethod::SepaDebit)), confirm()).pay(|p| *p = paid()),
            ],
        ),
        Case(
            "challenged-card-waits-for-its-customer",
            vec![
                to(challenge, confirm()).pay(|p| p.status = IntentStatus::RequiresAction),
                to(challenge, absent).says(Err(Rejection::AuthenticationRequired)).pay(|p| {
                    p.status = IntentStatus::RequiresPaymentMethod;
                    p.last_error = Some(PaymentError::AuthenticationRequired);
                }),
            ],
            vec![
                to(challenge, confirm()).pay(|p| *p = held()),
                to(challenge, absent).pay(|p| *p = held()),
                to(challenge, absent).says(Err(Rejection::AuthenticationRequired)),
                to(challenge, confirm()).says(Err(Rejection::AuthenticationRequired)),
            ],
        ),
        Case(
            "cards-are-declined-by-their-issuer",
            vec![to(declining, confirm()).says(no).pay(declined)],
            vec![
                to(declining, confirm()).pay(|p| *p = held()),
                to(declining, confirm()).says(Err(Rejection::Declined(Decline::LostCard))).pay(declined),
                to(ready(PaymentMethod::Visa), confirm()).says(no).pay(declined),
                to(declining, confirm()).says(no),
                to(declining, confirm()).says(no).pay(|p| {
                    declined(p);
                    p.charge = None;
                }),
            ],
        ),
        Case(
            "outside-answers-count",
            vec![
                to(challenged(), authenticate(Authentication::Succeeds)).pay(|p| *p = held()),
                to(server, authenticate(Authentication::Succeeds))
                    .pay(|p| p.status = IntentStatus::RequiresConfirmation),
                to(challenged(), authenticate(Authentication::Fails)).pay(|p| {
                    p.status = IntentStatus::RequiresPaymentMethod;
                    p.last_error = Some(PaymentError::AuthenticationFailure);
                }),
                to(challenged(), authenticate(Authentication::Abandoned)),
                to(processing(), settle).pay(|p| *p = paid()),
            ],
            vec![
                to(challenged(), authenticate(Authentication::Succeeds)),
                to(server, authenticate(Authentication::Succeeds)).pay(|p| *p = held()),
                to(challenged(), authenticate(Authentication::Fails)).pay(|p| *p = held()),
                to(challenged(), authenticate(Authentication::Abandoned))
                    .pay(|p| p.status = IntentStatus::RequiresPaymentMethod),
                to(processing(), settle).pay(|p| p.status = IntentStatus::RequiresPaymentMethod),
                to(with(processing(), |p| p.payment_method = Some(PaymentMethod::UsBankAccountFails)), settle)
                    .pay(|p| p.status = IntentStatus::Succeeded),
            ],
        ),
        Case(
            "answer-shows-the-payment",
            vec![to(held(), capture(700, false)).pay(|p| take(p, 700)).says(answer(a(700)))],
            vec![to(held(), capture(700, false)).pay(|p| take(p, 700)).says(answer(a(0)))],
        ),
        Case(
            "too-many-confirmations-cancel",
            vec![to(at_limit, confirm()).says(Err(Rejection::TooManyConfirmations)).pay(gave_up)],
            vec![
                to(at_limit, confirm()).says(Err(Rejection::TooManyConfirmations)),
                to(with(at_limit, |p| p.confirmations = 9), confirm())
                    .says(Err(Rejection::TooManyConfirmations))
                    .pay(gave_up),
                to(at_limit, confirm()).pay(|p| *p = held()),
            ],
        ),
        Case(
            "cancel-ends-and-lets-go",
            vec![
                to(held(), cancel()).pay(|p| *p = canceled()),
                to(partly(), cancel()).pay(end),
                to(processing(), cancel()).pay(|p| p.status = IntentStatus::Canceled),
                to(with(processing(), |p| p.payment_method = Some(PaymentMethod::BankTransfer)), cancel())
                    .says(Err(Rejection::UnexpectedState)),
            ],
            vec![
                to(held(), cancel()),
                to(held(), cancel()).pay(|p| p.status = IntentStatus::Canceled),
                to(partly(), cancel()).pay(|p| *p = canceled()),
                to(fresh(), cancel()).pay(|p| {
                    p.status = IntentStatus::Canceled;
                    p.cancellation_reason = Some(CancellationReason::Fraudulent);
                }),
                to(with(processing(), |p| p.payment_method = Some(PaymentMethod::BankTransfer)), cancel())
                    .pay(|p| p.status = IntentStatus::Canceled),
                to(with(processing(), |p| p.payment_method = Some(PaymentMethod::BankTransfer)), cancel()),
            ],
        ),
    ]
}

fn refusals() -> Vec<Case> {
    let status = "wrong-status-is-refused";
    let bad = "bad-parameters-are-refused";
    let debit = with(ready(PaymentMethod::SepaDebit), |p| p.capture_method = CaptureMethod::Manual);
    let creates = |create: Create, reason: Rejection| {
        let nothing = Scene::empty().both(|world| world.payments = vec![None]);
        let nothing = nothing.by(Operation::CreateIntent { intent: PI, create });
        Case(bad, vec![nothing.clone().says(Err(reason))], vec![nothing.says(OK)])
    };
    let nobody = Scene::empty().by(confirm());
    vec![
        refuses(status, done(), confirm(), Rejection::UnexpectedState),
        refuses(status, held(), confirm(), Rejection::UnexpectedState),
        refuses(status, processing(), update(Update::Amount(500)), Rejection::AmountFixed),
        refuses(status, canceled(), update(Update::Metadata), Rejection::UnexpectedState),
        refuses(status, done(), cancel(), Rejection::UnexpectedState),
        refuses(status, fresh(), confirm(), Rejection::MissingPaymentMethod),
        refuses(status, debit, confirm(), Rejection::IncompatibleMethod),
        creates(Create::of(0), Rejection::InvalidAmount),
        creates(Create::of(-1), Rejection::InvalidAmount),
        creates(Create::of(49), Rejection::AmountTooSmall),
        creates(Create::of(100_000_000), Rejection::AmountTooLarge),
        creates(Create { currency: Currency::Unknown, ..Create::of(1000) }, Rejection::InvalidCurrency),
        creates(Create { off_session: true, ..Create::of(1000) }, Rejection::OffSessionWithoutConfirm),
        refuses(bad, fresh(), update(Update::Amount(49)), Rejection::AmountTooSmall),
        refuses(
            bad,
            held(),
            Operation::CancelIntent { intent: PI, reason: Some(CancellationReason::Automatic) },
            Rejection::InvalidReason,
        ),
        Case(
            "unknown-objects-are-not-found",
            vec![
                nobody.clone().says(Err(Rejection::NoSuchIntent)),
                Scene::empty().by(Operation::VerifyMicrodeposits).says(Err(Rejection::NoSuchSetup)),
                Scene::empty().by(Operation::ExpireSession).says(Err(Rejection::NoSuchSession)),
            ],
            vec![nobody.clone().says(OK), nobody.says(Err(Rejection::UnexpectedState))],
        ),
        Case(
            "status-refusals-are-true",
            vec![
                to(done(), confirm()).says(Err(Rejection::UnexpectedState)),
                to(held(), update(Update::Amount(500))).says(Err(Rejection::AmountFixed)),
            ],
            vec![
                to(held(), update(Update::Amount(500))).says(Err(Rejection::UnexpectedState)),
                to(fresh(), update(Update::Amount(500))).says(Err(Rejection::AmountFixed)),
                to(ready(PaymentMethod::Visa), confirm()).says(Err(Rejection::UnexpectedState)),
                to(held(), capture(1, None)).says(Err(Rejection::UnexpectedState)),
                to(held(), cancel()).says(Err(Rejection::UnexpectedState)),
                to(held(), cancel()).says(Err(Rejection::OwnedBySession)),
                to(ready(PaymentMethod::Visa), confirm()).says(Err(Rejection::MissingPaymentMethod)),
                to(done(), update(Update::Metadata)).says(Err(Rejection::UnexpectedState)),
                to(fresh(), confirm()).says(Err(Rejection::UnexpectedMulticapture)),
            ],
        ),
    ]
}

fn captures() -> Vec<Case> {
    let fifty = with(held(), |p| {
        take(p, 500);
        charge(p).captures = 50;
    });
    let finals = "capture-refusals-are-true";
    let single_done = |p: &mut PaymentView| {
        take(p, 1000);
        end(p);
    };
    vec![
        sees("at-most-fifty-captures", fifty, &[|p| charge(p).captures = 51]),
        sees(
            "pieces-need-multicapture",
            partly(),
            &[
                |p| charge(p).multicapture_available = false,
                |p| p.capture_method = CaptureMethod::Automatic,
                |p| {
                    end(p);
                    charge(p).multicapture_available = false;
                    charge(p).captures = 2;
                },
            ],
        ),
        sees(
            "multicapture-where-allowed",
            held(),
            &[
                |p| p.multicapture_requested = false,
                |p| p.payment_method = Some(PaymentMethod::NoEnterpriseFeatures),
                |p| p.payment_method = Some(PaymentMethod::SepaDebit),
                |p| charge(p).multicapture_available = false,
            ],
        ),
        Case(
            "multicapture-where-allowed",
            vec![see(with(held(), |p| p.payment_method = Some(PaymentMethod::Jcb)))],
            vec![
                see(held()).both(|world| world.terms.account.multicapture = false),
                see(with(held(), |p| p.payment_method = Some(PaymentMethod::UnionPay)))
                    .both(|world| world.terms.account.country = Country::Ca),
                see(with(held(), |p| p.payment_method = Some(PaymentMethod::Jcb)))
                    .both(|world| world.terms.account.country = Country::Jp),
            ],
        ),
        Case(
            "multicapture-without-manual-is-idle",
            vec![see(with(paid(), |p| p.multicapture_requested = true))],
            vec![
                see(with(held(), |p| p.capture_method = CaptureMethod::Automatic)),
                see(with(paid(), |p| {
                    p.multicapture_requested = true;
                    charge(p).multicapture_available = true;
                }))
                .both(|world| world.terms.dialect.multicapture_despite_automatic = false),
            ],
        ),
        sees("captured-flag-means-no-more", partly(), &[|p| charge(p).captured = true]),
        sees("captured-flag-means-no-more", done(), &[|p| charge(p).captured = false]),
        sees("captured-flag-means-no-more", canceled(), &[|p| charge(p).captured = true]),
        Case(
            "capture-takes-what-was-asked",
            vec![
                to(held(), capture(700, false)).pay(|p| take(p, 700)),
                to(held(), capture(None, None)).pay(single_done),
                to(partly(), capture(0, true)).pay(end),
            ],
            vec![
                to(held(), capture(700, false)).pay(|p| take(p, 699)),
                to(held(), capture(None, None)).pay(|p| take(p, 999)),
                to(held(), capture(700, false)).pay(|p| {
                    take(p, 700);
                    charge(p).captures = 0;
                }),
                to(partly(), capture(0, true)).pay(|p| {
                    end(p);
                    charge(p).captures = 2;
                }),
            ],
        ),
        Case(
            "piecewise-capture-keeps-the-rest",
            vec![
                to(held(), capture(700, false)).pay(|p| take(p, 700)),
                to(held(), capture(1000, false)).pay(|p| take(p, 1000)),
            ],
            vec![
                to(held(), capture(700, false)).pay(|p| *p = done()),
                to(held(), capture(700, false)).pay(|p| {
                    take(p, 700);
                    p.capturable = a(100);
                }),
                to(held(), capture(1000, false)).pay(single_done),
            ],
        ),
        Case(
            "final-capture-lets-go-of-the-rest",
            vec![to(held(), capture(700, true)).pay(|p| *p = done())],
            vec![
                to(held(), capture(700, true)).pay(|p| *p = partly()),
                to(held(), capture(700, true)).pay(|p| *p = with(done(), |p| charge(p).captured = false)),
                to(held(), capture(700, true)).pay(|p| *p = with(done(), |p| charge(p).released = a(0))),
            ],
        ),
        Case(
            "capture-is-final-by-default",
            vec![to(held(), capture(700, None)).pay(|p| *p = done())],
            vec![to(held(), capture(700, None)).pay(|p| *p = partly())],
        ),
        Case(
            "zero-capture-only-releases",
            vec![to(partly(), capture(0, true)).pay(end)],
            vec![
                to(held(), capture(0, true)).pay(end),
                to(partly(), capture(0, false)).pay(end),
                to(partly(), capture(0, true)),
                to(partly(), capture(0, true)).pay(|p| {
                    take(p, 300);
                    end(p);
                }),
            ],
        ),
        refuses("capture-only-while-held", done(), capture(1, None), Rejection::UnexpectedState),
        refuses("capture-only-while-held", fresh(), capture(None, None), Rejection::UnexpectedState),
        refuses("bad-capture-amounts-are-refused", held(), capture(-1, None), Rejection::NegativeCapture),
        refuses("bad-capture-amounts-are-refused", held(), capture(0, true), Rejection::ZeroCapture),
        refuses("bad-capture-amounts-are-refused", partly(), capture(0, false), Rejection::ZeroCapture),
        refuses("bad-capture-amounts-are-refused", partly(), capture(301, true), Rejection::CaptureTooLarge),
        refuses("final-capture-needs-multicapture", single(), capture(1, false), Rejection::FinalCaptureUnavailable),
        refuses("final-capture-needs-multicapture", single(), capture(1, true), Rejection::FinalCaptureUnavailable),
        refuses("fifty-first-capture-is-refused", fifty, capture(1, false), Rejection::CaptureLimit),
        Case(
            finals,
            vec![
                to(partly(), capture(301, true)).says(Err(Rejection::CaptureTooLarge)),
                to(fifty, capture(1, false)).says(Err(Rejection::CaptureLimit)),
            ],
            vec![
                to(partly(), capture(300, true)).says(Err(Rejection::CaptureTooLarge)),
                to(partly(), capture(1, false)).says(Err(Rejection::CaptureLimit)),
                to(partly(), capture(1, false)).says(Err(Rejection::FinalCaptureUnavailable)),
                to(partly(), capture(0, true)).says(Err(Rejection::ZeroCapture)),
                to(partly(), capture(1, false)).says(Err(Rejection::HoldExpired)),
                to(partly(), capture(1, false)).says(Err(Rejection::MissingFee)),
                to(partly(), capture(1, false)).says(Err(Rejection::LateFee)),
            ],
        ),
    ]
}

fn expiry() -> Vec<Case> {
    let left = |payment: PaymentView, seconds: i64| with(payment, move |p| charge(p).hold_left = Some(seconds));
    let job = Event::ExpireHold { intent: PI };
    let automatic = |p: &mut PaymentView| {
        *p = canceled();
        p.cancellation_reason = Some(CancellationReason::Automatic);
    };
    let absent = Operation::ConfirmIntent { intent: PI, confirm: Confirm { off_session: true, ..Confirm::default() } };
    let lasts = |seconds: i64| {
        move |p: &mut PaymentView| {
            let method = p.payment_method;
            let currency = p.currency;
            *p = held();
            p.payment_method = method;
            p.currency = currency;
            charge(p).hold_left = Some(seconds);
        }
    };
    let yen = with(ready(PaymentMethod::Mastercard), |p| p.currency = Currency::Jpy);
    vec![
        sees(
            "held-means-a-deadline",
            held(),
            &[
                |p| charge(p).hold_left = None,
                |p| p.status = IntentStatus::Succeeded,
                |p| charge(p).hold_left = Some(-1),
            ],
        ),
        sees("held-means-a-deadline", left(held(), 0), &[]),
        Case(
            "nothing-captured-after-the-deadline",
            vec![to(left(held(), 1), capture(700, false)).pay(|p| take(p, 700))],
            vec![to(left(held(), 0), capture(700, false)).pay(|p| take(p, 700))],
        ),
        refuses("late-capture-is-refused", left(held(), 0), capture(700, false), Rejection::HoldExpired),
        Case(
            "the-job-ends-due-holds-only",
            vec![to(left(held(), 1), job).says(Ok(Accepted::Nothing)), to(done(), job).says(Ok(Accepted::Nothing))],
            vec![to(left(held(), 1), job).pay(automatic), to(done(), job).pay(|p| p.status = IntentStatus::Canceled)],
        ),
        Case(
            "uncaptured-hold-ends-canceled",
            vec![to(left(held(), 0), job).pay(automatic), to(held(), advance(700_000)).pay(automatic)],
            vec![
                to(left(held(), 0), job).pay(|p| *p = canceled()),
                to(left(held(), 0), job).pay(end),
                to(left(held(), 0), job).pay(|p| {
                    automatic(p);
                    charge(p).released = a(0);
                }),
            ],
        ),
        Case(
            "partly-captured-hold-ends-succeeded",
            vec![to(left(partly(), 0), job).pay(end)],
            vec![
                to(left(partly(), 0), job).pay(automatic),
                to(left(partly(), 0), job).pay(|p| {
                    end(p);
                    p.received = a(1000);
                }),
                to(left(partly(), 0), job).pay(|p| {
                    end(p);
                    charge(p).captured = false;
                }),
            ],
        ),
        Case(
            "deadline-comes-with-time-only",
            vec![
                to(left(held(), 10), advance(3)).pay(|p| charge(p).hold_left = Some(7)),
                to(held(), capture(1, false)).pay(|p| take(p, 1)),
            ],
            vec![
                to(left(held(), 10), advance(3)).pay(|p| charge(p).hold_left = Some(8)),
                to(left(held(), 10), capture(1, false)).pay(|p| charge(p).hold_left = Some(604_800)),
            ],
        ),
        Case(
            "hold-lasts-as-its-network-says",
            vec![
                to(ready(PaymentMethod::Visa), confirm()).pay(lasts(604_800)),
                to(ready(PaymentMethod::Visa), absent).pay(lasts(410_400)),
                to(yen, confirm()).both(|world| world.terms.account.country = Country::Jp).pay(lasts(2_592_000)),
            ],
            vec![
                to(ready(PaymentMethod::Visa), confirm()).pay(lasts(604_801)),
                to(ready(PaymentMethod::Visa), absent).pay(lasts(604_800)),
                to(ready(PaymentMethod::Amex), absent).pay(lasts(410_400)),
                to(yen, confirm()).pay(lasts(2_592_000)),
            ],
        ),
    ]
}

fn refunds() -> Vec<Case> {
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
            vec![to(refunded(), refund(501)).says(Err(Rejection::RefundTooLarge))],
            vec![
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

fn connect() -> Vec<Case> {
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
                to(sent(), refund_fee).pay(|p| p.ledger.fees_refunded = a(10)),
                to(sent(), reverse).pay(|p| p.ledger.reversals = a(10)),
                to(sent(), refund_both(None, true, true)).pay(|p| {
                    give_back(p, 1000, 0);
                    p.ledger.fees_refunded = a(100);
                    p.ledger.reversals = a(1000);
                }),
            ],
            vec![
                to(sent(), refund(1)).pay(|p| p.ledger.fees_refunded = a(10)),
                to(sent(), refund_both(1, true, false)).pay(|p| p.ledger.reversals = a(10)),
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

fn ledger() -> Vec<Case> {
    let book = Event::Book { intent: PI };
    vec![
        sees(
            "booking-takes-an-hour-at-most",
            unbooked(),
            &[|p| charge(p).booking_left = Some(3601), |p| charge(p).booking_left = Some(0)],
        ),
        sees(
            "capture-is-done-before-it-is-booked",
            unbooked(),
            &[
                |p| charge(p).captured = false,
                |p| charge(p).captured_amount = a(0),
                |p| p.status = IntentStatus::Processing,
                |p| p.capture_method = CaptureMethod::Automatic,
            ],
        ),
        sees(
            "nothing-is-shown-before-it-is-booked",
            unbooked(),
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
                to(unbooked(), advance(600)).pay(|p| charge(p).booking_left = Some(3000)),
                to(sent(), refund(1)).pay(|p| give_back(p, 1, 0)),
            ],
            vec![
                to(unbooked(), advance(600)).pay(|p| charge(p).booking_left = Some(3001)),
                to(with(unbooked(), |p| charge(p).booking_left = Some(5)), refund(1))
                    .pay(|p| charge(p).booking_left = Some(3600)),
                to(sent(), book).pay(|p| charge(p).links.application_fee = false),
                to(sent(), book).pay(|p| charge(p).links.transfer = false),
                to(sent(), book).pay(|p| charge(p).links.balance_transaction = false),
            ],
        ),
    ]
}

fn told() -> Vec<Case> {
    let job = Event::ExpireHold { intent: PI };
    let settle = Event::Settle { intent: PI };
    let no = Err(Rejection::Declined(Decline::GenericDecline));
    let creation = created(manual(), fresh());
    let confirmed = to(ready(PaymentMethod::Visa), confirm()).pay(|p| *p = held());
    let piece = to(held(), capture(700, false)).pay(|p| take(p, 700));
    let whole = to(single(), capture(None, None)).pay(|p| {
        take(p, 1000);
        end(p);
    });
    let booked = to(unbooked(), Event::Book { intent: PI }).pay(|p| *p = with(paid(), |p| p.ledger.fees = a(10)));
    let given = to(done(), refund(200)).pay(|p| give_back(p, 200, 0));
    let failed = to(refunded(), Event::Refund { intent: PI, refund: RefundId(0), progress: RefundProgress::Fails })
        .pay(|p| p.refunds[0] = Some(RefundView { status: RefundStatus::Failed, amount: a(200) }));
    let waiting = "beginnings-are-told";
    let lies = "nothing-is-told-that-did-not-happen";
    vec![
        Case(
            waiting,
            vec![creation.clone().tells(&[Kind::IntentCreated])],
            vec![creation.clone(), creation.clone().tells(&[Kind::IntentPaymentFailed, Kind::IntentCreated])],
        ),
        tells(waiting, confirmed.clone(), &[Kind::ChargeSucceeded, Kind::IntentCapturableUpdated]),
        tells(
            waiting,
            to(ready(PaymentMethod::SepaDebit), confirm()).pay(|p| p.status = IntentStatus::Processing),
            &[Kind::IntentProcessing],
        ),
        tells(waiting, to(fresh(), confirm()).pay(|p| *p = challenged()), &[Kind::IntentRequiresAction]),
        tells("the-end-is-told", whole.clone(), &[Kind::ChargeCaptured, Kind::IntentSucceeded]),
        tells("the-end-is-told", to(held(), cancel()).pay(|p| *p = canceled()), &[Kind::IntentCanceled]),
        tells(
            "failure-is-told",
            to(ready(PaymentMethod::Declined), confirm()).says(no).pay(declined),
            &[Kind::ChargeFailed, Kind::IntentPaymentFailed],
        ),
        tells(
            "failure-is-told",
            to(processing(), settle).pay(declined),
            &[Kind::ChargeFailed, Kind::IntentPaymentFailed],
        ),
        Case(
            "failure-is-told",
            vec![],
            vec![
                to(processing(), settle).pay(declined).tells(&[Kind::IntentPaymentFailed]),
                to(processing(), settle).pay(declined).tells(&[Kind::ChargeFailed]),
            ],
        ),
        Case(
            lies,
            vec![whole.clone().tells(&[Kind::IntentSucceeded])],
            vec![
                piece.clone().tells(&[Kind::IntentSucceeded]),
                to(done(), refund(1)).tells(&[Kind::IntentSucceeded]),
                to(canceled(), advance(1)).tells(&[Kind::IntentCanceled]),
                to(fresh(), update(Update::Metadata)).tells(&[Kind::IntentCreated]),
                confirmed.clone().tells(&[Kind::IntentPaymentFailed]),
                see(held()).by(Operation::VerifyMicrodeposits).says(OK).tells(&[Kind::ChargeUpdated]),
            ],
        ),
        Case(
            "nothing-is-told-twice",
            vec![whole.clone().tells(&[Kind::ChargeCaptured, Kind::IntentSucceeded])],
            vec![whole.clone().tells(&[Kind::ChargeCaptured, Kind::ChargeCaptured])],
        ),
        tells("money-never-moves-silently", piece.clone(), &[Kind::ChargeUpdated]),
        tells(
            "money-never-moves-silently",
            to(sent(), cancel()).pay(|p| p.ledger.reversals = a(1)),
            &[Kind::TransferReversed],
        ),
        Case(
            "approval-is-told-first",
            vec![confirmed.clone().tells(&[Kind::ChargeSucceeded, Kind::IntentCapturableUpdated])],
            vec![
                confirmed.clone().tells(&[Kind::IntentCapturableUpdated]),
                confirmed.tells(&[Kind::IntentCapturableUpdated, Kind::ChargeSucceeded]),
                to(unbooked(), advance(9)).tells(&[Kind::ChargeSucceeded]),
            ],
        ),
        Case(
            "captures-are-told-by-their-kind",
            vec![
                piece.clone().tells(&[Kind::ChargeUpdated, Kind::IntentCapturableUpdated]),
                whole.clone().tells(&[Kind::ChargeCaptured, Kind::IntentSucceeded]),
            ],
            vec![
                piece.clone().tells(&[Kind::ChargeUpdated]),
                piece.clone().tells(&[Kind::IntentCapturableUpdated]),
                whole.clone().tells(&[Kind::ChargeCaptured, Kind::IntentSucceeded, Kind::ChargeUpdated]),
                whole.clone().tells(&[Kind::IntentCapturableUpdated]),
            ],
        ),
        Case(
            "charge-captured-is-told-at-the-end",
            vec![
                whole.clone().tells(&[Kind::ChargeCaptured]),
                to(partly(), job).pay(end).tells(&[Kind::ChargeCaptured]),
            ],
            vec![
                whole,
                piece.tells(&[Kind::ChargeCaptured]),
                to(partly(), job).pay(end).tells(&[Kind::IntentSucceeded]),
            ],
        ),
        tells("booking-is-told", booked.clone(), &[Kind::ChargeUpdated, Kind::FeeCreated]),
        Case("booking-is-told", vec![], vec![booked.clone().tells(&[Kind::ChargeUpdated, Kind::ChargeSucceeded])]),
        tells(
            "released-hold-is-told",
            to(held(), cancel()).pay(|p| *p = canceled()),
            &[Kind::IntentCanceled, Kind::ChargeRefunded],
        ),
        tells(
            "released-hold-is-told",
            to(held(), job).pay(|p| *p = canceled()),
            &[Kind::ChargeExpired, Kind::IntentCanceled],
        ),
        Case(
            "connect-money-is-told",
            vec![
                booked.clone().tells(&[Kind::FeeCreated]),
                to(sent(), refund_both(1, true, true))
                    .pay(|p| {
                        p.ledger.reversals = a(1);
                        p.ledger.fees_refunded = a(1);
                    })
                    .tells(&[Kind::FeeRefunded, Kind::TransferReversed]),
            ],
            vec![
                booked,
                to(sent(), advance(1)).tells(&[Kind::FeeCreated]),
                to(sent(), advance(1)).tells(&[Kind::TransferCreated]),
                to(unbooked(), Event::Book { intent: PI }).pay(|p| p.ledger.transfers = a(10)),
                to(sent(), refund_both(1, false, true)).pay(|p| p.ledger.reversals = a(1)),
                to(sent(), refund_both(1, true, false)).pay(|p| p.ledger.fees_refunded = a(1)),
                to(sent(), refund(1)).tells(&[Kind::FeeRefunded]),
            ],
        ),
        tells("refunds-are-told", given, &[Kind::RefundCreated, Kind::ChargeRefunded]),
        tells(
            "refunds-are-told",
            failed.clone(),
            &[Kind::RefundFailed, Kind::RefundUpdated, Kind::ChargeRefundUpdated],
        ),
        Case(
            "refunds-are-told",
            vec![],
            vec![
                failed.tells(&[Kind::RefundUpdated, Kind::ChargeRefundUpdated]),
                to(done(), advance(1)).tells(&[Kind::ChargeRefunded]),
                to(with(partly(), |p| give_back(p, 700, 0)), capture(0, true))
                    .pay(|p| {
                        end(p);
                        charge(p).refunded = true;
                    })
                    .tells(&[Kind::RefundCreated]),
            ],
        ),
    ]
}

/// The same scene, with one notification that has previous values.
fn showing(scene: &Scene, kind: Kind, previous: Previous) -> Scene {
    Scene { told: vec![Notification { previous, ..note(kind) }], ..scene.clone() }
}

fn previous() -> Vec<Case> {
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

fn keys() -> Vec<Case> {
    let one = Some(KeyId(0));
    let known = |operation: Operation, answer: Option<Outcome>| {
        see(held()).both(move |world| world.keys = vec![Some(key(operation, answer)), None])
    };
    let again = |outcome: Outcome| known(confirm(), Some(OK)).by(confirm()).fault(Fault::None, one).says(outcome);
    let other = |outcome: Outcome| known(cancel(), Some(OK)).by(confirm()).fault(Fault::None, one).says(outcome);
    let in_use = |outcome: Outcome| known(confirm(), None).by(confirm()).fault(Fault::None, one).says(outcome);
    let first = |fault: Fault, outcome: Outcome, kept: Option<Outcome>| {
        see(held()).both(|world| world.keys = vec![None]).by(cancel()).fault(fault, one).says(outcome).now(|world| {
            world.keys[0] = kept.map(|kept| key(cancel(), Some(kept)));
        })
    };
    let begin = see(held()).by(Input::Begin { key: KeyId(0), operation: cancel() }).says(Ok(Accepted::Begun));
    let early = to(held(), cancel()).fault(Fault::ErrorBefore, None).says(Err(Rejection::ServerError));
    let turned_away = to(held(), cancel()).says(Err(Rejection::LockTimeout));
    let invalid = Err(Rejection::NegativeCapture);
    let prune = Event::PruneKey { key: KeyId(0) };
    let old = known(cancel(), Some(OK)).both(|world| world.keys[0].as_mut().unwrap().prunable = true);
    vec![
        Case(
            "replay-answers-the-same",
            vec![again(OK)],
            vec![again(Ok(Accepted::Nothing)), again(Err(Rejection::UnexpectedState))],
        ),
        Case(
            "known-key-acts-no-more",
            vec![again(OK), other(Err(Rejection::KeyMismatch))],
            vec![again(OK).pay(end), again(OK).tells(&[Kind::IntentCanceled]), other(OK).pay(end)],
        ),
        Case(
            "other-parameters-are-refused",
            vec![other(Err(Rejection::KeyMismatch))],
            vec![other(OK), other(Err(Rejection::UnexpectedState))],
        ),
        Case(
            "busy-objects-and-keys-are-locked",
            vec![
                in_use(Err(Rejection::KeyInUse)),
                known(confirm(), None).by(cancel()).says(Err(Rejection::LockTimeout)),
            ],
            vec![in_use(OK), known(confirm(), None).by(cancel()).says(OK)],
        ),
        Case(
            "requests-not-carried-out-do-nothing",
            vec![begin.clone(), early.clone(), turned_away.clone()],
            vec![
                begin.clone().pay(end),
                begin.tells(&[Kind::IntentCanceled]),
                early.pay(end),
                turned_away.clone().pay(end),
                turned_away.tells(&[Kind::IntentCanceled]),
            ],
        ),
        Case(
            "first-answer-is-kept",
            vec![
                first(Fault::None, OK, Some(OK)),
                first(Fault::ErrorAfter, Err(Rejection::ServerError), Some(Err(Rejection::ServerError))),
                first(Fault::AnswerLost, Err(Rejection::AnswerLost), Some(OK)),
                first(Fault::None, invalid, None),
            ],
            vec![
                first(Fault::None, OK, None),
                first(Fault::None, OK, Some(Ok(Accepted::Nothing))),
                first(Fault::ErrorAfter, Err(Rejection::ServerError), None).pay(end),
                first(Fault::AnswerLost, Err(Rejection::AnswerLost), Some(Err(Rejection::AnswerLost))),
                first(Fault::AnswerLost, Err(Rejection::AnswerLost), None).pay(end),
                first(Fault::None, invalid, Some(invalid)),
            ],
        ),
        Case(
            "keys-are-kept-for-a-day",
            vec![
                old.clone().by(prune).now(|world| world.keys[0] = None),
                known(cancel(), Some(OK)).by(advance(86_400)).now(|world| {
                    world.keys[0].as_mut().unwrap().prunable = true;
                }),
            ],
            vec![
                known(cancel(), Some(OK)).by(prune).now(|world| world.keys[0] = None),
                old.by(advance(1)).now(|world| world.keys[0] = None),
                known(cancel(), Some(OK)).by(advance(1)).now(|world| {
                    world.keys[0].as_mut().unwrap().answer = Some(Ok(Accepted::Nothing));
                }),
                known(cancel(), Some(OK)).by(confirm()).now(|world| world.keys[0].as_mut().unwrap().prunable = true),
            ],
        ),
    ]
}

fn setups() -> Vec<Case> {
    use SetupStatus::{Canceled, Processing, RequiresAction, RequiresConfirmation, RequiresPaymentMethod, Succeeded};
    let open = setup(RequiresConfirmation);
    let saves = Operation::ConfirmSetup { method: None };
    let cancels = Operation::CancelSetup { reason: None };
    let fits = |change: fn(&mut SetupView)| {
        Scene::empty().both(move |world| {
            let mut view = setup(Succeeded);
            change(&mut view);
            world.setup = Some(view);
        })
    };
    let empty = setup(RequiresPaymentMethod);
    let failed = SetupView { last_error: Some(PaymentError::CardDeclined), ..empty };
    let no = Err(Rejection::Declined(Decline::GenericDecline));
    let at_limit = SetupView { confirmations: 10, ..open };
    let bank = SetupView { payment_method: Some(PaymentMethod::UsBankAccount), ..setup(RequiresAction) };
    let verify = Operation::VerifyMicrodeposits;
    let told = "setup-moves-are-told";
    let open_only = "setup-is-changed-while-open-only";
    let refused = |claim: &'static str, view: SetupView, operation: Operation, reason: Rejection| {
        let scene = set_up(view, operation, view);
        Case(claim, vec![scene.clone().says(Err(reason))], vec![scene])
    };
    vec![
        Case(
            "setup-fits-its-status",
            vec![fits(|_| ())],
            vec![
                fits(|view| view.payment_method = None),
                fits(|view| view.payment_method = Some(PaymentMethod::Declined)),
                fits(|view| view.last_error = Some(PaymentError::CardDeclined)),
                fits(|view| view.cancellation_reason = Some(CancellationReason::Abandoned)),
                fits(|view| *view = SetupView { payment_method: None, ..setup(Processing) }),
            ],
        ),
        Case(
            "setup-never-charges",
            vec![set_up(open, saves, setup(Succeeded))],
            vec![set_up(open, saves, setup(Succeeded)).now(|world| world.payments = vec![Some(held())])],
        ),
        Case(
            "documented-setup-moves",
            vec![set_up(open, saves, setup(Succeeded)), set_up(setup(Succeeded), advance(1), setup(Succeeded))],
            vec![
                set_up(open, advance(1), setup(Succeeded)),
                set_up(setup(Processing), cancels, setup(Canceled)),
                set_up(setup(Succeeded), cancels, setup(Canceled)),
                set_up(setup(Succeeded), advance(1), SetupView { payment_method: None, ..setup(Succeeded) }),
                set_up(setup(Processing), Event::SettleSetup, open),
            ],
        ),
        refused(open_only, setup(Processing), cancels, Rejection::SetupUnexpectedState),
        refused(open_only, setup(Succeeded), saves, Rejection::SetupUnexpectedState),
        refused(open_only, empty, saves, Rejection::SetupMissingMethod),
        refused(open_only, SetupView { owned_by_session: true, ..open }, cancels, Rejection::OwnedBySession),
        refused("deposits-are-verified-when-asked-for", open, verify, Rejection::SetupInvalidState),
        Case(
            "deposits-are-verified-when-asked-for",
            vec![set_up(bank, verify, setup(Succeeded))],
            vec![set_up(setup(RequiresAction), verify, setup(Succeeded))],
        ),
        Case(
            told,
            vec![
                set_up(open, saves, setup(Succeeded)).tells(&[Kind::MethodAttached, Kind::SetupSucceeded]),
                set_up(open, saves, failed).says(no).tells(&[Kind::SetupFailed]),
                set_up(open, cancels, setup(Canceled)).tells(&[Kind::SetupCanceled]),
                set_up(open, saves, setup(RequiresAction)).tells(&[Kind::SetupRequiresAction]),
            ],
            vec![
                set_up(open, saves, setup(Succeeded)).tells(&[Kind::SetupSucceeded]),
                set_up(open, saves, setup(Succeeded)).tells(&[Kind::SetupSucceeded, Kind::MethodAttached]),
                set_up(open, saves, failed).says(no),
                set_up(open, saves, SetupView { payment_method: Some(PaymentMethod::Visa), ..failed })
                    .says(no)
                    .tells(&[Kind::SetupFailed]),
                set_up(open, cancels, setup(Canceled)),
            ],
        ),
        Case(
            "too-many-setup-confirmations-cancel",
            vec![set_up(at_limit, saves, setup(Canceled))],
            vec![set_up(at_limit, saves, setup(Succeeded))],
        ),
    ]
}

fn pages() -> Vec<Case> {
    use SessionStatus::{Complete, Expired, Open};
    let automatic = |p: PaymentView| with(p, |p| p.capture_method = CaptureMethod::AutomaticAsync);
    let completes = SessionView { payment_status: PaymentStatus::Paid, ..session(Complete) };
    let saves =
        SessionView { mode: SessionMode::Setup, payment_status: PaymentStatus::NoPaymentRequired, ..session(Open) };
    let page = |view: SessionView| Scene::empty().both(move |world| world.session = Some(view));
    let pays = Event::CustomerPays { intent: PI, method: PaymentMethod::Visa };
    let paying = |payment: PaymentView| {
        owning(session(Complete), automatic(payment))
            .by(pays)
            .says(OK)
            .into_before(|world| world.session = Some(session(Open)))
    };
    let opens = |create: CreateSession, view: SessionView| {
        Scene::empty().by(Operation::CreateSession(create)).says(OK).now(move |world| world.session = Some(view))
    };
    let asks = |create: CreateSession, reason: Rejection| {
        let scene = Scene::empty().by(Operation::CreateSession(create));
        Case("session-parameters-fit", vec![scene.clone().says(Err(reason))], vec![scene.says(OK)])
    };
    let embedded = CreateSession { ui: SessionUi::Embedded, success_url: false, return_url: true, ..create_session() };
    let settles = |payment: fn(&mut PaymentView)| {
        owning(session(Complete), processing()).by(Event::Settle { intent: PI }).says(OK).pay(payment)
    };
    let ends = "session-ends-are-told";
    let on_time = "session-expires-on-time";
    vec![
        Case(
            "open-session-has-a-deadline",
            vec![page(session(Open)), page(session(Complete))],
            vec![
                page(SessionView { seconds_left: Some(86_401), ..session(Open) }),
                page(SessionView { seconds_left: None, ..session(Open) }),
                page(SessionView { seconds_left: Some(0), ..session(Open) }),
                page(SessionView { seconds_left: Some(1), ..session(Complete) }),
            ],
        ),
        Case(
            "expired-sessions-payment-is-canceled",
            vec![owning(session(Expired), canceled())],
            vec![owning(session(Expired), paid()), owning(session(Expired), fresh())],
        ),
        Case(
            "paid-means-received",
            vec![owning(completes, paid()), owning(session(Open), fresh())],
            vec![
                owning(completes, processing()),
                owning(session(Open), paid()),
                owning(SessionView { payment_status: PaymentStatus::Paid, ..session(Open) }, fresh()),
            ],
        ),
        Case(
            "setup-session-asks-for-no-payment",
            vec![page(saves)],
            vec![
                page(SessionView { payment_status: PaymentStatus::Unpaid, ..saves }),
                page(SessionView { mode: SessionMode::Payment, ..saves }),
                page(SessionView { intent: Some(0), ..saves }),
            ],
        ),
        Case(
            "sessions-payment-is-as-the-session-says",
            vec![owning(session(Open), automatic(fresh()))],
            vec![
                owning(session(Open), fresh()),
                owning(SessionView { amount: a(999), ..session(Open) }, automatic(fresh())),
                owning(session(Open), automatic(fresh())).pay(|p| p.owned_by_session = false),
                see(with(fresh(), |p| p.owned_by_session = true)),
            ],
        ),
        Case(
            "complete-means-authorized",
            vec![paying(paid()), paying(held()), paying(processing())],
            vec![paying(fresh()), paying(canceled()), paying(challenged())],
        ),
        Case(
            "closed-session-stays-closed",
            vec![
                sessions(session(Expired), advance(1), session(Expired)),
                sessions(session(Complete), Operation::ExpireSession, session(Complete))
                    .says(Err(Rejection::SessionNotOpen)),
            ],
            vec![
                sessions(session(Expired), pays, session(Complete)),
                sessions(session(Complete), advance(1), session(Expired)),
                sessions(session(Complete), Operation::ExpireSession, session(Complete)),
            ],
        ),
        Case(
            on_time,
            vec![
                sessions(session(Open), advance(86_400), session(Expired)),
                sessions(session(Open), Operation::ExpireSession, session(Expired)),
                opens(create_session(), session(Open)),
            ],
            vec![
                sessions(session(Open), advance(86_400), session(Open)),
                sessions(session(Open), advance(86_399), session(Expired)),
                sessions(session(Open), pays, session(Expired)),
                opens(create_session(), SessionView { seconds_left: Some(3600), ..session(Open) }),
                opens(CreateSession { expires_in: Some(3600), ..create_session() }, session(Open)),
            ],
        ),
        asks(CreateSession { expires_in: Some(1799), ..create_session() }, Rejection::InvalidExpiry),
        asks(CreateSession { expires_in: Some(86_401), ..create_session() }, Rejection::InvalidExpiry),
        asks(CreateSession { success_url: false, ..create_session() }, Rejection::MissingSuccessUrl),
        asks(CreateSession { return_url: true, ..create_session() }, Rejection::UnexpectedReturnUrl),
        asks(CreateSession { return_url: false, ..embedded }, Rejection::MissingReturnUrl),
        asks(CreateSession { success_url: true, ..embedded }, Rejection::UnexpectedSuccessUrl),
        tells(ends, sessions(session(Open), pays, session(Complete)), &[Kind::SessionCompleted]),
        tells(ends, sessions(session(Open), Operation::ExpireSession, session(Expired)), &[Kind::SessionExpired]),
        Case(ends, vec![], vec![sessions(session(Open), pays, session(Open)).tells(&[Kind::SessionCompleted])]),
        tells("sessions-debit-is-told", settles(|p| *p = paid()), &[Kind::SessionPaid]),
        tells("sessions-debit-is-told", settles(declined), &[Kind::SessionPaymentFailed]),
        Case(
            "sessions-payment-is-canceled-through-it",
            vec![owning(session(Open), fresh()).by(cancel()).says(Err(Rejection::OwnedBySession))],
            vec![owning(session(Open), fresh()).by(cancel()).says(OK)],
        ),
    ]
}
