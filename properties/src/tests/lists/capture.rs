//! Examples of captures, and of the end of a hold.

use super::*;

pub(super) fn captures() -> Vec<Case> {
    let fifty = with(held(), |p| {
        take(p, 500);
        charge(p).captures = 50;
    });
    let finals = "capture-refusals-are-true";
    let named = |amount: i64, fee: Option<i64>| Operation::CaptureIntent {
        intent: PI,
        capture: Capture { amount: Some(amount), fee, ..Capture::default() },
    };
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
                see(held()).both(|seen| seen.config.account.multicapture = false),
                see(with(held(), |p| p.payment_method = Some(PaymentMethod::UnionPay)))
                    .both(|seen| seen.config.account.country = Country::Ca),
                see(with(held(), |p| p.payment_method = Some(PaymentMethod::Jcb)))
                    .both(|seen| seen.config.account.country = Country::Jp),
            ],
        ),
        Case(
            "multicapture-without-manual-is-idle",
            vec![see(with(paid(), |p| p.multicapture_requested = true))],
            vec![
                see(with(held(), |p| p.capture_method = CaptureMethod::Automatic)),
                see(with(paid(), |p| p.multicapture_requested = true))
                    .both(|seen| seen.config.dialect.accept_multicapture_with_automatic = false),
                see(with(paid(), |p| {
                    p.multicapture_requested = true;
                    charge(p).multicapture_available = true;
                }))
                .both(|seen| seen.config.dialect.multicapture_despite_automatic = false),
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
            "final-capture-releases-the-rest",
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
                to(held(), named(1, Some(0))).says(Err(Rejection::InvalidFee)),
                to(held(), named(1, Some(100_000_000))).says(Err(Rejection::InvalidFee)),
                to(held(), named(1, Some(9))).says(Err(Rejection::FeeWithoutConnect)),
            ],
            vec![
                to(partly(), capture(1, false)).says(Err(Rejection::Uncaptured)),
                to(partly(), capture(1, false)).says(Err(Rejection::NoSuchIntent)),
                to(partly(), capture(1, false)).says(Err(Rejection::OwnedBySession)),
                to(partly(), named(1, Some(9))).says(Err(Rejection::FeeTooLarge)),
                to(partly(), named(1, Some(9))).says(Err(Rejection::InvalidFee)),
                to(partly(), capture(1, false)).says(Err(Rejection::FeeWithoutConnect)),
                to(partly(), named(1, Some(9))).says(Err(Rejection::FeeAndTransfer)),
                to(with(partly(), |p| charge(p).fee_at_first_capture = true), capture(0, true))
                    .says(Err(Rejection::MissingFee)),
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

pub(super) fn expiry() -> Vec<Case> {
    let left = |payment: PaymentView, seconds: i64| with(payment, move |p| charge(p).hold_left = Some(seconds));
    let job = EnvironmentEvent::ExpireHold { intent: PI };
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
                to(yen, confirm()).both(|seen| seen.config.account.country = Country::Jp).pay(lasts(2_592_000)),
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
