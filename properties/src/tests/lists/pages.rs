//! Examples of saving a method, and of the Checkout Session.

use super::*;

pub(super) fn setups() -> Vec<Case> {
    use SetupStatus::{Canceled, Processing, RequiresAction, RequiresConfirmation, RequiresPaymentMethod, Succeeded};
    let open = setup(RequiresConfirmation);
    let saves = Operation::ConfirmSetup { method: None };
    let cancels = Operation::CancelSetup { reason: None };
    let fits = |change: fn(&mut SetupView)| {
        Example::empty().both(move |seen| {
            let mut view = setup(Succeeded);
            change(&mut view);
            seen.setup = Some(view);
        })
    };
    let empty = setup(RequiresPaymentMethod);
    let failed = SetupView { last_error: Some(PaymentError::CardDeclined), ..empty };
    let no = Err(Rejection::Declined(Decline::GenericDecline));
    let at_limit = SetupView { confirmations: 10, ..open };
    let bank = SetupView { payment_method: Some(PaymentMethod::UsBankAccount), ..setup(RequiresAction) };
    let verify = Operation::VerifyMicrodeposits;
    let notified = "setup-moves-are-notified";
    let open_only = "setup-is-changed-while-open-only";
    let refused = |property: &'static str, view: SetupView, operation: Operation, reason: Rejection| {
        let example = set_up(view, operation, view);
        Case(property, vec![example.clone().says(Err(reason))], vec![example])
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
            vec![set_up(open, saves, setup(Succeeded)).now(|seen| seen.payments = vec![Some(held())])],
        ),
        Case(
            "documented-setup-moves",
            vec![set_up(open, saves, setup(Succeeded)), set_up(setup(Succeeded), advance(1), setup(Succeeded))],
            vec![
                set_up(open, advance(1), setup(Succeeded)),
                set_up(setup(Processing), cancels, setup(Canceled)),
                set_up(setup(Succeeded), cancels, setup(Canceled)),
                set_up(setup(Succeeded), advance(1), SetupView { payment_method: None, ..setup(Succeeded) }),
                set_up(setup(Processing), EnvironmentEvent::SettleSetup, open),
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
            notified,
            vec![
                set_up(open, saves, setup(Succeeded)).notifies(&[Kind::MethodAttached, Kind::SetupSucceeded]),
                set_up(open, saves, failed).says(no).notifies(&[Kind::SetupFailed]),
                set_up(open, cancels, setup(Canceled)).notifies(&[Kind::SetupCanceled]),
                set_up(open, saves, setup(RequiresAction)).notifies(&[Kind::SetupRequiresAction]),
            ],
            vec![
                set_up(open, saves, setup(Succeeded)).notifies(&[Kind::SetupSucceeded]),
                set_up(open, saves, setup(Succeeded)).notifies(&[Kind::SetupSucceeded, Kind::MethodAttached]),
                set_up(open, saves, failed).says(no),
                set_up(open, saves, SetupView { payment_method: Some(PaymentMethod::Visa), ..failed })
                    .says(no)
                    .notifies(&[Kind::SetupFailed]),
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

pub(super) fn pages() -> Vec<Case> {
    use SessionStatus::{Complete, Expired, Open};
    let automatic = |p: PaymentView| with(p, |p| p.capture_method = CaptureMethod::AutomaticAsync);
    let completes = SessionView { payment_status: PaymentStatus::Paid, ..session(Complete) };
    let saves =
        SessionView { mode: SessionMode::Setup, payment_status: PaymentStatus::NoPaymentRequired, ..session(Open) };
    let page = |view: SessionView| Example::empty().both(move |seen| seen.session = Some(view));
    let pays = EnvironmentEvent::CustomerPays { intent: PI, method: PaymentMethod::Visa };
    let paying = |payment: PaymentView| {
        owning(session(Complete), automatic(payment))
            .by(pays)
            .says(OK)
            .into_before(|seen| seen.session = Some(session(Open)))
    };
    let opens = |create: CreateSession, view: SessionView| {
        Example::empty().by(Operation::CreateSession(create)).says(OK).now(move |seen| seen.session = Some(view))
    };
    let asks = |create: CreateSession, reason: Rejection| {
        let example = Example::empty().by(Operation::CreateSession(create));
        Case("session-parameters-fit", vec![example.clone().says(Err(reason))], vec![example.says(OK)])
    };
    let embedded = CreateSession { ui: SessionUi::Embedded, success_url: false, return_url: true, ..create_session() };
    let settles = |payment: fn(&mut PaymentView)| {
        owning(session(Complete), processing()).by(EnvironmentEvent::Settle { intent: PI }).says(OK).pay(payment)
    };
    let ends = "session-ends-are-notified";
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
            vec![
                owning(completes, paid()),
                owning(session(Open), fresh()),
                owning(SessionView { manual: true, ..completes }, partly()),
            ],
            vec![
                owning(SessionView { manual: true, ..completes }, held()),
                owning(completes, partly()),
                owning(session(Complete), paid()),
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
        notifies(ends, sessions(session(Open), pays, session(Complete)), &[Kind::SessionCompleted]),
        notifies(ends, sessions(session(Open), Operation::ExpireSession, session(Expired)), &[Kind::SessionExpired]),
        Case(ends, vec![], vec![sessions(session(Open), pays, session(Open)).notifies(&[Kind::SessionCompleted])]),
        notifies("sessions-debit-is-notified", settles(|p| *p = paid()), &[Kind::SessionPaid]),
        notifies("sessions-debit-is-notified", settles(declined), &[Kind::SessionPaymentFailed]),
        Case(
            "sessions-payment-is-canceled-through-it",
            vec![owning(session(Open), fresh()).by(cancel()).says(Err(Rejection::OwnedBySession))],
            vec![owning(session(Open), fresh()).by(cancel()).says(OK)],
        ),
    ]
}
