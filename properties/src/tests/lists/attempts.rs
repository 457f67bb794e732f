//! Examples of attempts to pay, and of refused requests.

use super::*;

pub(super) fn attempts() -> Vec<Case> {
    let with_method = Create { method: Some(PaymentMethod::Visa), ..manual() };
    let automatic = |p: PaymentView| with(p, |p| p.capture_method = CaptureMethod::Automatic);
    let declining = ready(PaymentMethod::Declined);
    let at_limit = with(ready(PaymentMethod::Visa), |p| p.confirmations = 10);
    let gave_up = |p: &mut PaymentView| {
        p.status = IntentStatus::Canceled;
        p.cancellation_reason = Some(CancellationReason::Automatic);
    };
    let no = Err(Rejection::Declined(Decline::GenericDecline));
    let server = with(challenged(), |p| p.confirmation_method = ConfirmationMethod::Manual);
    let settle = EnvironmentEvent::Settle { intent: PI };
    let pays = |method| EnvironmentEvent::CustomerPays { intent: PI, method };
    let too_poor = |p: &mut PaymentView| p.payment_method = Some(PaymentMethod::AuthenticationThenInsufficientFunds);
    let held_automatically = automatic(held());
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
        challenges(),
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
                    p.last_error = Some(PaymentError::ExpiredCard);
                }),
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
                to(with(challenged(), too_poor), authenticate(Authentication::Succeeds)).pay(declined),
                to(server, pays(PaymentMethod::Visa)).pay(|p| *p = held()),
                to(fresh(), pays(PaymentMethod::Declined)).pay(declined),
                to(fresh(), pays(PaymentMethod::AuthenticationRequired)).pay(|p| *p = challenged()),
                to(automatic(fresh()), pays(PaymentMethod::SepaDebit)).pay(|p| p.status = IntentStatus::Processing),
                to(at_limit, pays(PaymentMethod::Visa)).pay(gave_up),
            ],
            vec![
                to(challenged(), authenticate(Authentication::Succeeds)),
                to(with(challenged(), too_poor), authenticate(Authentication::Succeeds)).pay(|p| *p = held()),
                to(automatic(challenged()), authenticate(Authentication::Succeeds)).pay(|p| *p = held_automatically),
                to(fresh(), pays(PaymentMethod::Declined)).pay(|p| *p = held()),
                to(fresh(), pays(PaymentMethod::Visa)).pay(declined),
                to(fresh(), pays(PaymentMethod::LostCard)).pay(|p| {
                    declined(p);
                    p.last_error = Some(PaymentError::IncorrectCvc);
                }),
                to(fresh(), pays(PaymentMethod::AuthenticationRequired)).pay(|p| *p = held()),
                to(automatic(fresh()), pays(PaymentMethod::SepaDebit)).pay(|p| *p = paid()),
                to(at_limit, pays(PaymentMethod::Visa)).pay(|p| *p = held()),
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
            "cancel-ends-and-releases",
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

pub(super) fn refusals() -> Vec<Case> {
    let status = "wrong-status-is-refused";
    let bad = "bad-parameters-are-refused";
    let debit = with(ready(PaymentMethod::SepaDebit), |p| p.capture_method = CaptureMethod::Manual);
    let creates = |create: Create, reason: Rejection| {
        let nothing = Example::empty().both(|seen| seen.payments = vec![None]);
        let nothing = nothing.by(Operation::CreateIntent { intent: PI, create });
        Case(bad, vec![nothing.clone().says(Err(reason))], vec![nothing.says(OK)])
    };
    let nobody = Example::empty().by(confirm());
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
                Example::empty().by(Operation::VerifyMicrodeposits).says(Err(Rejection::NoSuchSetup)),
                Example::empty().by(Operation::ExpireSession).says(Err(Rejection::NoSuchSession)),
            ],
            vec![nobody.clone().says(OK), nobody.says(Err(Rejection::UnexpectedState))],
        ),
        Case(
            "status-refusals-are-true",
            vec![
                to(done(), confirm()).says(Err(Rejection::UnexpectedState)),
                to(held(), update(Update::Amount(500))).says(Err(Rejection::AmountFixed)),
                to(canceled(), update(Update::Metadata)).says(Err(Rejection::UnexpectedState)),
                // Whether the bank can still stop a payment in processing is not judged.
                to(processing(), cancel()).says(Err(Rejection::UnexpectedState)),
            ],
            vec![
                to(canceled(), update(Update::Metadata))
                    .both(|it| it.config.dialect.metadata_on_canceled = true)
                    .says(Err(Rejection::UnexpectedState)),
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

/// Examples of cards that need authentication, of a present and of an absent customer (PI-19, P34).
fn challenges() -> Case {
    let absent = Operation::ConfirmIntent { intent: PI, confirm: Confirm { off_session: true, ..Confirm::default() } };
    let challenge = ready(PaymentMethod::AuthenticationRequired);
    Case(
        "challenged-card-waits-for-its-customer",
        vec![
            to(challenge, confirm()).pay(|p| p.status = IntentStatus::RequiresAction),
            to(challenge, absent).says(Err(Rejection::AuthenticationRequired)).pay(|p| {
                p.status = IntentStatus::RequiresPaymentMethod;
                p.last_error = Some(PaymentError::AuthenticationRequired);
            }),
            to(challenge, absent)
                .both(|it| it.config.dialect.absent_customer_leaves_charge = true)
                .says(Err(Rejection::AuthenticationRequired))
                .pay(|p| {
                    declined(p);
                    p.last_error = Some(PaymentError::AuthenticationRequired);
                }),
        ],
        vec![
            to(challenge, confirm()).pay(|p| *p = held()),
            to(challenge, absent).pay(|p| *p = held()),
            to(challenge, absent).says(Err(Rejection::AuthenticationRequired)),
            to(challenge, confirm()).says(Err(Rejection::AuthenticationRequired)),
            to(challenge, absent)
                .both(|it| it.config.dialect.absent_customer_leaves_charge = true)
                .says(Err(Rejection::AuthenticationRequired))
                .pay(|p| {
                    p.status = IntentStatus::RequiresPaymentMethod;
                    p.last_error = Some(PaymentError::AuthenticationRequired);
                }),
        ],
    )
}
