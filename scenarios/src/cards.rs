//! Scenarios of one payment by card.

use holdfast_model::{
    Account, CancellationReason, CaptureMethod, Config, Confirm, ConfirmationMethod, Country, Create, CreateSession,
    Currency, IntentId, Operation, PaymentMethod, SessionMode, SessionUi, Update,
};

use super::requests::{CAPTURE_METHODS, REASONS, amounts, held, paid, small, variant};
use super::{Alphabet, Variant, When};

pub(super) fn single() -> Vec<Variant> {
    use PaymentMethod as P;
    const METHODS: [P; 6] = [
        P::Visa,
        P::Declined,
        P::ExpiredCard,
        P::AuthenticationRequired,
        P::AuthenticationThenInsufficientFunds,
        P::UsBankAccount,
    ];
    let edited = Alphabet::new()
        .creates([P::Declined, P::AuthenticationRequired].map(|method| paid(2, method, CaptureMethod::Automatic)))
        .updates([Update::Metadata, Update::Amount(1), Update::Method(P::Visa)])
        .confirms_with([P::Visa, P::Declined])
        .authentication()
        .cancels([None]);
    let mut edited = variant("dialect: metadata of what is canceled may change", edited);
    edited.config.dialect.metadata_on_canceled = true;
    CAPTURE_METHODS
        .into_iter()
        .zip(["automatic", "automatic_async", "manual"])
        .map(|(capture_method, name)| {
            let blank = Create { capture_method, ..Create::of(2) };
            let with = |method| Create { method: Some(method), ..blank };
            let confirmed = |method| Create { confirm: true, ..with(method) };
            let alphabet = Alphabet::new()
                .creates([-1, 0, 1, 100_000_000].map(|amount| Create { amount, ..blank }))
                .creates([
                    blank,
                    Create { confirm: true, ..blank },
                    Create { off_session: true, ..blank },
                    Create { currency: Currency::Unknown, ..blank },
                    Create { fee: Some(1), ..blank },
                    Create { transfer: Some(1), ..blank },
                    with(P::Visa),
                    Create { confirmation_method: ConfirmationMethod::Manual, ..with(P::AuthenticationRequired) },
                    Create { off_session: true, ..confirmed(P::Visa) },
                    Create { off_session: true, ..confirmed(P::AuthenticationRequired) },
                ])
                .creates(METHODS.map(confirmed))
                .updates([0, 1, 2].map(Update::Amount))
                .updates([
                    Update::Method(P::Visa),
                    Update::Method(P::AuthenticationRequired),
                    Update::Method(P::SepaDebit),
                    Update::CaptureMethod(CaptureMethod::Manual),
                    Update::CaptureMethod(CaptureMethod::Automatic),
                    Update::Metadata,
                ])
                .confirms()
                .confirms_with(METHODS)
                .on_payment(When::EXISTING, [confirm_without_customer()])
                .authentication()
                .bank()
                .jobs()
                .captures(amounts(2))
                .cancels(REASONS)
                .cancels([Some(CancellationReason::Abandoned)])
                .refunds(amounts(2))
                .refund_lifecycle(1)
                .time();
            variant(name, alphabet)
        })
        .chain([edited, absent_customers()])
        .collect()
}

/// Returns the confirmation of the first payment while the customer is absent.
fn confirm_without_customer() -> Operation {
    Operation::ConfirmIntent { intent: IntentId(0), confirm: Confirm { off_session: true, ..Confirm::default() } }
}

/// Returns the variant in which an attempt that only the absent customer could authenticate leaves a failed charge (P34).
fn absent_customers() -> Variant {
    use PaymentMethod as P;
    let blank = Create { method: Some(P::AuthenticationRequired), ..Create::of(2) };
    let alphabet = Alphabet::new()
        .creates([blank, Create { off_session: true, confirm: true, ..blank }])
        .creates([P::Visa, P::AuthenticationRequired].map(|method| held(2, method)))
        .on_payment(When::EXISTING, [confirm_without_customer()])
        .confirms()
        .confirms_with([P::Visa, P::Declined, P::AuthenticationRequired])
        .authentication()
        .cancels([None]);
    let mut variant = variant("dialect: an absent customer leaves a failed charge", alphabet);
    variant.config.dialect.absent_customer_leaves_charge = true;
    variant
}

pub(super) fn multicapture() -> Vec<Variant> {
    use PaymentMethod as P;
    let alphabet = |methods: &[P]| {
        Alphabet::new()
            .creates(methods.iter().map(|method| held(4, *method)))
            .captures(amounts(4))
            .cancels([None])
            .refunds(amounts(4))
            .jobs()
            .time()
    };
    let at = |name, country, multicapture, methods: &[P]| Variant {
        config: Config { account: Account { country, multicapture }, ..small() },
        ..variant(name, alphabet(methods))
    };
    let mut open_ends = variant("dialect: the last capture closes", alphabet(&[P::Visa]));
    open_ends.config.dialect.full_capture_stays_open = false;
    let mut cancels = variant("dialect: cancel ends canceled", alphabet(&[P::Visa]));
    cancels.config.dialect.cancel_keeps_captured = false;
    let mut at_deadline = variant("dialect: captured in the second of the deadline", alphabet(&[P::Visa]));
    at_deadline.config.dialect.capture_at_deadline = true;
    let mut minimum = variant(
        "dialect: each capture reaches a minimum of 2",
        alphabet(&[P::Visa]).creates([held(1, P::Visa), Create::of(3)]).updates([1, 2].map(Update::Amount)),
    );
    minimum.config.dialect.minimum_amount = 2;
    minimum.config.dialect.minimum_per_capture = true;
    let mut told_anyway =
        variant("dialect: a capture may be called final anyway", alphabet(&[P::NoEnterpriseFeatures]));
    told_anyway.config.dialect.final_capture_needs_multicapture = false;
    let mut late_job = variant("dialect: the job comes five seconds late", alphabet(&[P::Visa]));
    late_job.config.dialect.expiry_job_delay = 5;
    let mut by_refund = variant("dialect: refunded by a refund only", alphabet(&[P::Visa]));
    by_refund.config.dialect.refunded_at_final_capture = false;
    let yen = Alphabet::new()
        .creates([P::Visa, P::Amex].map(|method| Create { currency: Currency::Jpy, ..held(4, method) }))
        .captures([None, Some(1)])
        .jobs()
        .time();
    let off_session = Alphabet::new()
        .creates([P::Visa, P::Mastercard].map(|method| Create { off_session: true, ..held(4, method) }))
        .captures([None, Some(1)])
        .jobs()
        .time();
    let automatic = Alphabet::new()
        .creates(
            [CaptureMethod::Automatic, CaptureMethod::AutomaticAsync]
                .map(|capture_method| Create { multicapture: true, ..paid(4, P::Visa, capture_method) }),
        )
        .captures([None, Some(1), Some(0)])
        .refunds(amounts(4))
        .jobs()
        .time();
    let mut manual_only = variant("dialect: multicapture with manual capture only", automatic.clone());
    manual_only.config.dialect.multicapture_despite_automatic = false;
    vec![
        at("us", Country::Us, true, &[P::Visa, P::NoEnterpriseFeatures, P::CartesBancaires, P::UnionPay, P::Jcb]),
        at("nz", Country::Nz, true, &[P::UnionPay, P::Jcb]),
        at("other", Country::Other, true, &[P::UnionPay, P::Jcb, P::Amex]),
        at("without", Country::Us, false, &[P::Visa]),
        Variant {
            config: Config { account: Account { country: Country::Jp, multicapture: true }, ..small() },
            ..variant("yen", yen)
        },
        variant("merchant initiated", off_session),
        variant("automatic", automatic),
        manual_only,
        asked_with_manual_only(),
        told_anyway,
        late_job,
        by_refund,
        open_ends,
        cancels,
        at_deadline,
        minimum,
    ]
}

/// Requests several captures with manual capture only, at each request that can set both: creation, update,
/// confirmation, page.
fn asked_with_manual_only() -> Variant {
    use PaymentMethod as P;
    let session = CreateSession {
        mode: SessionMode::Payment,
        ui: SessionUi::Hosted,
        amount: 2,
        manual: true,
        multicapture: true,
        success_url: true,
        return_url: false,
        expires_in: None,
    };
    let confirm = |capture_method| Operation::ConfirmIntent {
        intent: IntentId(0),
        confirm: Confirm { capture_method, ..Confirm::default() },
    };
    let alphabet = Alphabet::new()
        .creates(CAPTURE_METHODS.into_iter().flat_map(|capture_method| {
            let asked = Create { capture_method, multicapture: true, method: Some(P::Visa), ..Create::of(2) };
            [asked, Create { multicapture: false, ..asked }, Create { confirm: true, ..asked }]
        }))
        .updates(CAPTURE_METHODS.map(Update::CaptureMethod))
        .on_payment(When::EXISTING, [None].into_iter().chain(CAPTURE_METHODS.map(Some)).map(confirm))
        .sessions([session, CreateSession { manual: false, ..session }])
        .customer_pays([P::Visa])
        .captures([Some(1), None])
        .cancels([None])
        .jobs();
    let mut variant = variant("dialect: asked for with manual capture only", alphabet);
    variant.config.dialect.accept_multicapture_with_automatic = false;
    variant
}

pub(super) fn fifty_captures() -> Vec<Variant> {
    let alphabet = Alphabet::new()
        .creates([held(52, PaymentMethod::Visa)])
        .captures([Some(1), Some(0), None])
        .refunds([None])
        .jobs()
        .time();
    vec![variant("visa", alphabet)]
}

pub(super) fn refunds() -> Vec<Variant> {
    use PaymentMethod as P;
    let immediate = Alphabet::new()
        .refunds_at_most(4)
        .creates([held(4, P::Visa), paid(4, P::Visa, CaptureMethod::Automatic)])
        .captures([Some(2), None])
        .refunds(amounts(4))
        .cancels([None]);
    let moving = Alphabet::new()
        .refunds_at_most(3)
        .creates([P::PendingRefund, P::RefundFails].map(|method| held(4, method)))
        .creates([paid(4, P::BankTransfer, CaptureMethod::Automatic)])
        .bank()
        .captures([Some(2), None])
        .refunds(amounts(4))
        .refund_lifecycle(3);
    vec![variant("immediate", immediate), variant("moving on", moving)]
}
