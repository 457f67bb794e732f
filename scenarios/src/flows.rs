//! Scenarios beyond card payments: banks, setups, sessions, repeated requests.

use holdfast_model::{
    CancellationReason, Capture, CaptureMethod, CreateRefund, CreateSession, EnvironmentEvent, IntentId, Operation,
    PaymentMethod, SessionMode, SessionUi, Update,
};

use super::requests::{CAPTURE_METHODS, REASONS, amounts, authentications, held, paid, variant};
use super::{Alphabet, Variant};

pub(super) fn debits() -> Vec<Variant> {
    use PaymentMethod as P;
    const METHODS: [P; 6] = [
        P::UsBankAccount,
        P::UsBankAccountFails,
        P::UsBankAccountProcessing,
        P::SepaDebit,
        P::SepaDebitFails,
        P::BankTransfer,
    ];
    let alphabet = Alphabet::new()
        .creates(CAPTURE_METHODS.map(|method| paid(2, P::UsBankAccount, method)))
        .creates(METHODS.map(|method| paid(2, method, CaptureMethod::AutomaticAsync)))
        .confirms_with(METHODS)
        .confirms_with([P::Visa])
        .updates([Update::Amount(1), Update::Method(P::Visa), Update::Metadata])
        .bank()
        .authentication()
        .captures([None])
        .cancels(REASONS)
        .refunds(amounts(2))
        .refund_lifecycle(2)
        .jobs()
        .time();
    vec![variant("every bank", alphabet)]
}

pub(super) fn setup() -> Vec<Variant> {
    let methods = PaymentMethod::ALL;
    let alphabet =
        Alphabet::new()
            .on_shared([false, true].map(|confirm| Operation::CreateSetup { method: None, confirm }))
            .on_shared(methods.into_iter().flat_map(|method| {
                [false, true].map(|confirm| Operation::CreateSetup { method: Some(method), confirm })
            }))
            .on_shared(methods.map(|method| Operation::UpdateSetup { method }))
            .on_shared(methods.map(|method| Operation::ConfirmSetup { method: Some(method) }))
            .on_shared([Operation::ConfirmSetup { method: None }, Operation::VerifyMicrodeposits])
            .on_shared(
                REASONS
                    .into_iter()
                    .chain([Some(CancellationReason::Fraudulent)])
                    .map(|reason| Operation::CancelSetup { reason }),
            )
            .on_shared(authentications().map(|result| EnvironmentEvent::AuthenticateSetup { result }))
            .on_shared([EnvironmentEvent::SettleSetup]);
    vec![variant("every method", alphabet)]
}

pub(super) fn checkout() -> Vec<Variant> {
    use PaymentMethod as P;
    let hosted = CreateSession {
        mode: SessionMode::Payment,
        ui: SessionUi::Hosted,
        amount: 2,
        manual: false,
        multicapture: false,
        success_url: true,
        return_url: false,
        expires_in: None,
    };
    let embedded = CreateSession { ui: SessionUi::Embedded, success_url: false, return_url: true, ..hosted };
    let forms = [hosted, embedded].into_iter().flat_map(|form| {
        [
            form,
            CreateSession { success_url: !form.success_url, ..form },
            CreateSession { return_url: !form.return_url, ..form },
            CreateSession { amount: 0, ..form },
            CreateSession { multicapture: true, ..form },
            CreateSession { manual: true, ..form },
            CreateSession { manual: true, multicapture: true, ..form },
            CreateSession { mode: SessionMode::Setup, ..form },
            CreateSession { mode: SessionMode::Setup, multicapture: true, ..form },
            CreateSession { expires_in: Some(1_799), ..form },
            CreateSession { expires_in: Some(1_800), ..form },
            CreateSession { expires_in: Some(86_401), ..form },
        ]
    });
    let alphabet = Alphabet::new()
        .refunds_at_most(1)
        .sessions(forms)
        .customer_pays([
            P::Visa,
            P::Declined,
            P::AuthenticationRequired,
            P::AuthenticationThenInsufficientFunds,
            P::UsBankAccount,
            P::SepaDebit,
            P::SepaDebitFails,
        ])
        .authentication()
        .bank()
        .updates([Update::Amount(1), Update::Metadata])
        .confirms_with([P::Visa])
        .captures([Some(1), None])
        .cancels([None])
        .refunds([None, Some(1)])
        .on_shared(authentications().map(|result| EnvironmentEvent::AuthenticateSetup { result }))
        .on_shared([EnvironmentEvent::SettleSetup])
        .on_shared([
            Operation::VerifyMicrodeposits,
            Operation::CancelSetup { reason: None },
            Operation::ConfirmSetup { method: Some(P::Visa) },
            Operation::UpdateSetup { method: P::Visa },
        ])
        .jobs()
        .time();
    vec![variant("every form", alphabet)]
}

pub(super) fn retries() -> Vec<Variant> {
    let intent = IntentId(0);
    let capture = |amount, final_capture| Operation::CaptureIntent {
        intent,
        capture: Capture { amount, final_capture, ..Capture::default() },
    };
    let refund =
        |amount| Operation::CreateRefund { intent, refund: CreateRefund { amount, ..CreateRefund::default() } };
    let operations = [
        Operation::CreateIntent { intent, create: held(3, PaymentMethod::Visa) },
        capture(Some(1), Some(false)),
        capture(Some(-1), None),
        capture(None, None),
        refund(Some(1)),
        Operation::CancelIntent { intent, reason: None },
    ];
    let alphabet = Alphabet::new()
        .creates([held(3, PaymentMethod::Visa)])
        .captures([Some(1)])
        .refunds([None])
        .keyed(operations)
        .jobs()
        .time();
    vec![variant("two keys", alphabet)]
}
