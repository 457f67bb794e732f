//! The scenarios.

use holdfast_model::{
    Account, CancellationReason, Capture, CaptureMethod, Confirm, ConfirmationMethod, Country, Create, CreateRefund,
    CreateSession, Currency, Dialect, Event, Flow, IntentId, Operation, PaymentMethod, SessionMode, SessionUi, Terms,
    Update,
};

use super::{Alphabet, Room, Scenario, Variant, When, several};

/// Every scenario, in the order of reports.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "single",
        about: "one card payment: create, update, confirm, decline, authenticate, capture, cancel, refund, expire",
        bounds: "amount 2; 2 confirmations before the limit; 2 refunds; every capture and confirmation method",
        room: Room::One,
        deep: false,
        variants: single,
    },
    Scenario {
        name: "multicapture",
        about: "several captures of one hold, open and final, released, refunded meanwhile, expired, canceled",
        bounds: "amount 4, every split of it; 2 refunds; six cards, five accounts",
        room: Room::One,
        deep: false,
        variants: multicapture,
    },
    Scenario {
        name: "fifty_captures",
        about: "the limit of 50 captures: the 50th open and final, the 51st refused, the rest released",
        bounds: "amount 52, captured in pieces of 1",
        room: Room::One,
        deep: false,
        variants: fifty_captures,
    },
    Scenario {
        name: "async_capture",
        about: "background capture: success first, the ledger within the hour, Connect objects, refunds meanwhile",
        bounds: "amount 3; 2 refunds; all flows; to each deadline, one second before it, and past it",
        room: Room::One,
        deep: false,
        variants: async_capture,
    },
    Scenario {
        name: "refunds",
        about: "refunds that are pending, fail after success, wait for the customer, are returned or canceled",
        bounds: "amount 4; 3 refunds",
        room: Room::One,
        deep: false,
        variants: refunds,
    },
    Scenario {
        name: "connect",
        about: "fees and transfers named at create, update, confirm and capture; fee refunds, reversals, latches",
        bounds: "amount 3; pieces of 1 to 3; 2 refunds; direct and destination charges, separate transfers",
        room: Room::One,
        deep: false,
        variants: connect,
    },
    Scenario {
        name: "debits",
        about: "bank debits and transfers: processing, settled, failed, stuck, canceled inside the window",
        bounds: "amount 2; 2 confirmations before the limit; 2 refunds",
        room: Room::One,
        deep: false,
        variants: debits,
    },
    Scenario {
        name: "setup",
        about: "a SetupIntent: cards, challenges, deposits, mandates, cancel, confirm limit",
        bounds: "2 confirmations before the limit; every payment method",
        room: Room::One,
        deep: false,
        variants: setup,
    },
    Scenario {
        name: "checkout",
        about: "a Checkout Session in every form, completed, expired by the merchant or by time, with what it owns",
        bounds: "amount 2; 2 confirmations before the limit; 1 refund",
        room: Room::One,
        deep: false,
        variants: checkout,
    },
    Scenario {
        name: "retries",
        about: "requests under two keys: replayed, mismatched, in use, failed, lost, pruned; races between two requests",
        bounds: "amount 2; a create, captures, a refund, a cancel; 2 keys; 2 refunds",
        room: Room::OneWithKeys,
        deep: false,
        variants: retries,
    },
    Scenario {
        name: "two_payments",
        about: "two interchangeable payments side by side: an operation touches only the one it names",
        bounds: "pieces of 1; cards of 8, 4 refunds; connected accounts of 2, 2 refunds; banks of 4, 3 refunds",
        room: Room::Two,
        deep: false,
        variants: two_payments,
    },
    Scenario {
        name: "three_payments",
        about: "three interchangeable payments side by side",
        bounds: "pieces of 1; cards of 6, 4 refunds; connected accounts of 1, 2 refunds; banks of 3, 3 refunds",
        room: Room::Three,
        deep: true,
        variants: three_payments,
    },
    Scenario {
        name: "deep_two_payments",
        about: "two_payments, with more money, and payments of different kinds side by side",
        bounds: "pieces of 1; cards of 13, 4 refunds; connected accounts of 3, every kind of 2, 2 refunds each",
        room: Room::Two,
        deep: true,
        variants: deep_two_payments,
    },
    Scenario {
        name: "deep_connect",
        about: "connect, with more money and more refunds",
        bounds: "amount 6; 4 refunds; pieces of 1 to 6",
        room: Room::One,
        deep: true,
        variants: deep_connect,
    },
];

/// The scenario called `name`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

// --- terms and requests that scenarios are made of ---

/// The rule book's defaults, but any amount from 1 on and few confirmations: small numbers reach
/// every case.
fn small() -> Terms {
    Terms { dialect: Dialect { minimum_amount: 1, confirm_limit: 2, ..Dialect::default() }, ..Terms::default() }
}

fn variant(name: &'static str, alphabet: Alphabet) -> Variant {
    Variant { name, terms: small(), alphabet, symmetry: true }
}

/// A PaymentIntent with a payment method, confirmed at once.
pub(super) fn paid(amount: i64, method: PaymentMethod, capture_method: CaptureMethod) -> Create {
    Create { method: Some(method), capture_method, confirm: true, ..Create::of(amount) }
}

/// A hold that may be captured several times, if the card allows it.
pub(super) fn held(amount: i64, method: PaymentMethod) -> Create {
    Create { multicapture: true, ..paid(amount, method, CaptureMethod::Manual) }
}

/// "All that is left", a negative number, nothing, and every amount to one more than `most`.
fn amounts(most: i64) -> impl Iterator<Item = Option<i64>> + Clone {
    [None, Some(-1)].into_iter().chain((0..=most.saturating_add(1)).map(Some))
}

const CAPTURE_METHODS: [CaptureMethod; 3] =
    [CaptureMethod::Automatic, CaptureMethod::AutomaticAsync, CaptureMethod::Manual];

const REASONS: [Option<CancellationReason>; 3] =
    [None, Some(CancellationReason::RequestedByCustomer), Some(CancellationReason::Automatic)];

// --- the scenarios ---

fn single() -> Vec<Variant> {
    use PaymentMethod as P;
    const METHODS: [P; 6] = [
        P::Visa,
        P::Declined,
        P::ExpiredCard,
        P::AuthenticationRequired,
        P::AuthenticationThenInsufficientFunds,
        P::UsBankAccount,
    ];
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
                .on_payment(
                    When::EXISTING,
                    [Operation::ConfirmIntent {
                        intent: IntentId(0),
                        confirm: Confirm { off_session: true, ..Confirm::default() },
                    }],
                )
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
        .collect()
}

fn multicapture() -> Vec<Variant> {
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
        terms: Terms { account: Account { country, multicapture }, ..small() },
        ..variant(name, alphabet(methods))
    };
    let mut open_ends = variant("dialect: the last capture closes", alphabet(&[P::Visa]));
    open_ends.terms.dialect.full_capture_stays_open = false;
    let mut cancels = variant("dialect: cancel ends canceled", alphabet(&[P::Visa]));
    cancels.terms.dialect.cancel_keeps_captured = false;
    let mut at_deadline = variant("dialect: captured in the second of the deadline", alphabet(&[P::Visa]));
    at_deadline.terms.dialect.capture_at_deadline = true;
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
    manual_only.terms.dialect.multicapture_despite_automatic = false;
    vec![
        at("us", Country::Us, true, &[P::Visa, P::NoEnterpriseFeatures, P::CartesBancaires, P::UnionPay, P::Jcb]),
        at("nz", Country::Nz, true, &[P::UnionPay, P::Jcb]),
        at("other", Country::Other, true, &[P::UnionPay, P::Jcb, P::Amex]),
        at("without", Country::Us, false, &[P::Visa]),
        Variant {
            terms: Terms { account: Account { country: Country::Jp, multicapture: true }, ..small() },
            ..variant("yen", yen)
        },
        variant("merchant initiated", off_session),
        variant("automatic", automatic),
        manual_only,
        open_ends,
        cancels,
        at_deadline,
    ]
}

fn fifty_captures() -> Vec<Variant> {
    let alphabet = Alphabet::new()
        .creates([held(52, PaymentMethod::Visa)])
        .captures([Some(1), Some(0), None])
        .refunds([None])
        .jobs()
        .time();
    vec![variant("visa", alphabet)]
}

fn async_capture() -> Vec<Variant> {
    let flows = [
        ("platform", Flow::Platform, None, None),
        ("direct with a fee", Flow::Direct, Some(1), None),
        ("destination", Flow::Destination, None, None),
        ("destination with a fee", Flow::Destination, Some(1), None),
        ("destination with a transfer amount", Flow::Destination, None, Some(2)),
    ];
    flows
        .into_iter()
        .map(|(name, flow, fee, transfer)| {
            let creates = [CaptureMethod::Automatic, CaptureMethod::AutomaticAsync].map(|method| Create {
                flow,
                fee,
                transfer,
                ..paid(3, PaymentMethod::Visa, method)
            });
            let alphabet = Alphabet::new()
                .creates(creates)
                .refunds_like(all_refunds(3))
                .on_payment(When::EXISTING, connect_refunds([None, Some(0), Some(1), Some(4)]))
                .captures([None])
                .cancels([None])
                .jobs()
                .time();
            variant(name, alphabet)
        })
        .collect()
}

/// Every refund of up to one more than `most`, with each flag.
fn all_refunds(most: i64) -> Vec<CreateRefund> {
    amounts(most)
        .flat_map(|amount| {
            [(false, false), (true, false), (false, true), (true, true)].map(
                |(refund_application_fee, reverse_transfer)| CreateRefund {
                    amount,
                    refund_application_fee,
                    reverse_transfer,
                },
            )
        })
        .collect()
}

/// Fee refunds, reversals and separate transfers of these amounts.
fn connect_refunds(amounts: impl IntoIterator<Item = Option<i64>>) -> Vec<Operation> {
    let intent = IntentId(0);
    amounts
        .into_iter()
        .flat_map(|amount| {
            [
                Operation::RefundFee { intent, amount },
                Operation::ReverseTransfer { intent, amount },
                Operation::CreateTransfer { intent, amount },
            ]
        })
        .collect()
}

fn refunds() -> Vec<Variant> {
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

fn connect() -> Vec<Variant> {
    connect_of(3, 2)
}

fn connect_of(amount: i64, refunds: u8) -> Vec<Variant> {
    let named = |flow| {
        let fees = [None, Some(1)];
        let transfers = if flow == Flow::Destination { vec![None, Some(1)] } else { vec![None] };
        let captures: Vec<_> = (0..=amount)
            .map(Some)
            .chain([None])
            .flat_map(move |piece| fees.map(|fee| (piece, fee)))
            .flat_map(move |(piece, fee)| transfers.clone().into_iter().map(move |transfer| (piece, fee, transfer)))
            .flat_map(|(amount, fee, transfer)| {
                [Some(false), None].map(|final_capture| Capture { amount, final_capture, fee, transfer })
            })
            .collect();
        captures
    };
    let hold = |flow, fee, transfer| Create { flow, fee, transfer, ..held(amount, PaymentMethod::Visa) };
    let of = |name, flow, creates: Vec<Create>| {
        let alphabet = Alphabet::new()
            .refunds_at_most(refunds)
            .creates(creates)
            .captures_like(named(flow))
            .captures_like([
                Capture { fee: Some(0), ..Capture::default() },
                Capture { fee: Some(9), ..Capture::default() },
            ])
            .refunds_like(all_refunds(amount))
            .on_payment(When::EXISTING, connect_refunds([None, Some(0), Some(1)]))
            .jobs();
        variant(name, alphabet)
    };
    let mut no_late = of("dialect: no late amounts", Flow::Destination, vec![hold(Flow::Destination, None, None)]);
    no_late.terms.dialect.late_connect_amounts = false;
    vec![
        of("platform", Flow::Platform, vec![hold(Flow::Platform, None, None), hold(Flow::Platform, Some(1), None)]),
        of("direct", Flow::Direct, vec![hold(Flow::Direct, None, None), hold(Flow::Direct, Some(2), None)]),
        of(
            "destination",
            Flow::Destination,
            vec![
                hold(Flow::Destination, None, None),
                hold(Flow::Destination, Some(2), None),
                hold(Flow::Destination, None, Some(2)),
                hold(Flow::Destination, Some(1), Some(1)),
                hold(Flow::Destination, Some(9), None),
                hold(Flow::Destination, None, Some(9)),
            ],
        ),
        variant("named early", named_early()),
        no_late,
    ]
}

/// Fee and transfer amounts named before anything is charged, each overriding the one before (B50).
fn named_early() -> Alphabet {
    let intent = IntentId(0);
    let confirm = |fee, transfer| Operation::ConfirmIntent {
        intent,
        confirm: Confirm { fee, transfer, method: Some(PaymentMethod::Visa), ..Confirm::default() },
    };
    Alphabet::new()
        .creates([Flow::Platform, Flow::Direct, Flow::Destination].map(|flow| Create {
            flow,
            multicapture: true,
            capture_method: CaptureMethod::Manual,
            ..Create::of(3)
        }))
        .updates([0, 1, 2, 4].map(Update::Fee))
        .updates([0, 1, 2, 4].map(Update::Transfer))
        .updates([1, 3].map(Update::Amount))
        .on_payment(
            When::EXISTING,
            [
                confirm(None, None),
                confirm(Some(1), None),
                confirm(Some(0), None),
                confirm(Some(4), None),
                confirm(None, Some(1)),
                confirm(None, Some(0)),
                confirm(None, Some(4)),
                confirm(Some(1), Some(1)),
            ],
        )
        .captures_like([None, Some(1), Some(2)].into_iter().flat_map(|amount| {
            [(None, None), (Some(1), None), (None, Some(1)), (Some(1), Some(1)), (None, Some(0))]
                .map(|(fee, transfer)| Capture { amount, final_capture: Some(false), fee, transfer })
        }))
        .captures([None])
}

fn debits() -> Vec<Variant> {
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

fn setup() -> Vec<Variant> {
    let methods = PaymentMethod::ALL;
    let alphabet =
        Alphabet::new()
            .on_world([false, true].map(|confirm| Operation::CreateSetup { method: None, confirm }))
            .on_world(methods.into_iter().flat_map(|method| {
                [false, true].map(|confirm| Operation::CreateSetup { method: Some(method), confirm })
            }))
            .on_world(methods.map(|method| Operation::UpdateSetup { method }))
            .on_world(methods.map(|method| Operation::ConfirmSetup { method: Some(method) }))
            .on_world([Operation::ConfirmSetup { method: None }, Operation::VerifyMicrodeposits])
            .on_world(
                REASONS
                    .into_iter()
                    .chain([Some(CancellationReason::Fraudulent)])
                    .map(|reason| Operation::CancelSetup { reason }),
            )
            .on_world(authentications().map(|result| Event::AuthenticateSetup { result }))
            .on_world([Event::SettleSetup]);
    vec![variant("every method", alphabet)]
}

fn authentications() -> [holdfast_model::Authentication; 3] {
    use holdfast_model::Authentication::{Abandoned, Fails, Succeeds};
    [Succeeds, Fails, Abandoned]
}

fn checkout() -> Vec<Variant> {
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
        .on_world(authentications().map(|result| Event::AuthenticateSetup { result }))
        .on_world([Event::SettleSetup])
        .on_world([
            Operation::VerifyMicrodeposits,
            Operation::CancelSetup { reason: None },
            Operation::ConfirmSetup { method: Some(P::Visa) },
            Operation::UpdateSetup { method: P::Visa },
        ])
        .jobs()
        .time();
    vec![variant("every form", alphabet)]
}

fn retries() -> Vec<Variant> {
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

fn two_payments() -> Vec<Variant> {
    vec![
        variant("interchangeable", several::cards(8, 4)),
        variant("connected accounts", several::connected(2, 2)),
        variant("banks", several::banks(4, 3)),
    ]
}

fn three_payments() -> Vec<Variant> {
    vec![
        variant("cards", several::cards(6, 4)),
        variant("connected accounts", several::connected(1, 2)),
        variant("banks", several::banks(3, 3)),
        variant("every kind", several::every_kind(1, 1)),
    ]
}

fn deep_two_payments() -> Vec<Variant> {
    vec![
        variant("cards", several::cards(13, 4)),
        variant("connected accounts", several::connected(3, 2)),
        variant("every kind", several::every_kind(2, 2)),
    ]
}

fn deep_connect() -> Vec<Variant> {
    connect_of(6, 4)
}
