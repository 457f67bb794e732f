//! The parameters of requests.

use holdfast_model::{
    Amount, CancellationReason, Capture, CaptureMethod, Confirm, ConfirmationMethod, Create, CreateRefund,
    CreateSession, Currency, Flow, IntentId, Operation, PaymentMethod, RefundId, SessionMode, SessionUi, Update,
};

use super::amounts::{part, rare, total};
use super::codec::Codec;
use super::fit::FocusedView;

const CAPTURE_METHODS: [CaptureMethod; 3] =
    [CaptureMethod::Automatic, CaptureMethod::AutomaticAsync, CaptureMethod::Manual];
const REASONS: [Option<CancellationReason>; 6] = [
    None,
    Some(CancellationReason::RequestedByCustomer),
    Some(CancellationReason::Duplicate),
    Some(CancellationReason::Fraudulent),
    Some(CancellationReason::Abandoned),
    Some(CancellationReason::Automatic),
];
const YES_OR_NO: [bool; 2] = [false, true];

/// Returns an operation of the same kind about the payment in focus. With `is_free` its parameters may be wrong.
pub(super) fn operation(codec: &mut impl Codec, like: Operation, view: FocusedView<'_>, is_free: bool) -> Operation {
    use Operation as O;
    let intent = IntentId(view.focus);
    let flow = view.payment().map_or(Flow::Platform, |payment| payment.flow);
    let left = |left: fn(&holdfast_model::PaymentView) -> u32| Amount::new(view.payment().map_or(0, left));
    match like {
        O::CreateIntent { create, .. } => O::CreateIntent { intent, create: create_intent(codec, create, is_free) },
        O::UpdateIntent { update, .. } => O::UpdateIntent { intent, update: update_intent(codec, update, is_free) },
        O::ConfirmIntent { confirm, .. } => {
            let amount = left(|payment| payment.amount.get());
            let has_one = view.payment().is_some_and(|payment| payment.payment_method.is_some());
            let method = method(codec, confirm.method).or((!has_one && !is_free).then_some(PaymentMethod::Visa));
            let capture_method = among_or_none(codec, confirm.capture_method, &CAPTURE_METHODS);
            let off_session = codec.chance(confirm.off_session, 1, 8);
            let (fee, transfer) = connect_amounts(codec, (confirm.fee, confirm.transfer), amount, flow, is_free);
            let confirm = Confirm { method, capture_method, fee, transfer, off_session };
            O::ConfirmIntent { intent, confirm }
        }
        O::CaptureIntent { capture, .. } => {
            let capturable = left(|payment| payment.capturable.get());
            // Partial captures are frequent; otherwise little would be left for a second capture.
            let final_capture = codec.among(capture.final_capture, &[Some(false), None, Some(false), Some(true)]);
            let amount = part(codec, capture.amount, capturable, is_free);
            let (mut fee, mut transfer) =
                connect_amounts(codec, (capture.fee, capture.transfer), capturable, flow, is_free);
            if let Some(charge) = view.payment().and_then(|payment| payment.charge).filter(|_| !is_free) {
                // Each later capture has to name the parameters that the first capture named (B49).
                fee = fee.or(charge.fee_at_first_capture.then_some(1));
                transfer = transfer.or(charge.transfer_at_first_capture.then_some(1));
            }
            O::CaptureIntent { intent, capture: Capture { amount, final_capture, fee, transfer } }
        }
        O::CancelIntent { reason, .. } => O::CancelIntent { intent, reason: reasons(codec, reason, is_free) },
        O::CreateRefund { refund, .. } => {
            let rest = left(|payment| {
                let refunded = payment.charge.map_or(0, |charge| charge.refunded_amount.get());
                payment.received.get().saturating_sub(refunded)
            });
            let refund = CreateRefund {
                amount: part(codec, refund.amount, rest, is_free),
                refund_application_fee: codec.chance(refund.refund_application_fee, 1, 4),
                reverse_transfer: codec.chance(refund.reverse_transfer, 1, 4),
            };
            O::CreateRefund { intent, refund }
        }
        O::CancelRefund { refund, .. } => O::CancelRefund { intent, refund: refund_of(codec, refund, view, is_free) },
        O::RefundFee { amount, .. } => {
            let rest = left(|payment| payment.ledger.fees.get().saturating_sub(payment.ledger.fees_refunded.get()));
            O::RefundFee { intent, amount: part(codec, amount, rest, is_free) }
        }
        O::ReverseTransfer { amount, .. } => {
            let rest = left(|payment| payment.ledger.transfers.get().saturating_sub(payment.ledger.reversals.get()));
            O::ReverseTransfer { intent, amount: part(codec, amount, rest, is_free) }
        }
        O::CreateTransfer { amount, .. } => {
            let rest = left(|payment| payment.received.get().saturating_sub(payment.ledger.transfers.get()));
            O::CreateTransfer { intent, amount: part(codec, amount, rest, is_free) }
        }
        O::CreateSetup { method: wanted, confirm } => {
            O::CreateSetup { method: method(codec, wanted), confirm: codec.among(confirm, &YES_OR_NO) }
        }
        O::UpdateSetup { method } => O::UpdateSetup { method: some_method(codec, method) },
        O::ConfirmSetup { method: wanted } => O::ConfirmSetup { method: method(codec, wanted) },
        O::CancelSetup { reason } => O::CancelSetup { reason: reasons(codec, reason, is_free) },
        O::VerifyMicrodeposits => O::VerifyMicrodeposits,
        O::CreateSession(session) => O::CreateSession(create_session(codec, session, is_free)),
        O::ExpireSession => O::ExpireSession,
    }
}

const CONFIRMED_IN_FLOWS: [(bool, Flow); 10] = [
    (true, Flow::Platform),
    (false, Flow::Platform),
    (true, Flow::Direct),
    (false, Flow::Direct),
    (true, Flow::Destination),
    (false, Flow::Destination),
    (true, Flow::Platform),
    (true, Flow::Direct),
    (true, Flow::Destination),
    (true, Flow::Platform),
];

fn create_intent(codec: &mut impl Codec, create: Create, is_free: bool) -> Create {
    let amount = total(codec, create.amount, is_free);
    let money = Amount::from_request(amount).unwrap_or(Amount::MAX);
    // Most requirements are about manual capture in pieces.
    const CAPTURES: [(CaptureMethod, bool); 8] = [
        (CaptureMethod::Manual, true),
        (CaptureMethod::AutomaticAsync, false),
        (CaptureMethod::Automatic, false),
        (CaptureMethod::Manual, false),
        (CaptureMethod::Manual, true),
        (CaptureMethod::AutomaticAsync, true),
        (CaptureMethod::Automatic, true),
        (CaptureMethod::Manual, true),
    ];
    let (capture_method, multicapture) = codec.among((create.capture_method, create.multicapture), &CAPTURES);
    let method = method(codec, create.method);
    // If nothing is wrong, a payment with a method is mostly confirmed at once.
    let (confirm, flow) = codec.among((create.confirm, create.flow), &CONFIRMED_IN_FLOWS);
    let confirm = confirm && (is_free || method.is_some());
    let (confirmation_method, off_session) = codec.among(
        (create.confirmation_method, create.off_session && (confirm || is_free)),
        &[
            (ConfirmationMethod::Automatic, false),
            (ConfirmationMethod::Manual, false),
            (ConfirmationMethod::Automatic, confirm || is_free),
            (ConfirmationMethod::Manual, confirm || is_free),
            (ConfirmationMethod::Automatic, false),
        ],
    );
    const CURRENCIES: [Currency; 6] =
        [Currency::Usd, Currency::Usd, Currency::Jpy, Currency::Usd, Currency::Eur, Currency::Unknown];
    let currency = codec.among(create.currency, CURRENCIES.get(..if is_free { 6 } else { 5 }).unwrap_or(&CURRENCIES));
    let (fee, transfer) = connect_amounts(codec, (create.fee, create.transfer), money, flow, is_free);
    Create {
        amount,
        currency,
        method,
        capture_method,
        confirmation_method,
        multicapture,
        flow,
        fee,
        transfer,
        confirm,
        off_session,
    }
}

/// Returns the fee and the transfer amount. Without `is_free`, at most the amount that fits the flow is set.
fn connect_amounts(
    codec: &mut impl Codec,
    wanted: (Option<i64>, Option<i64>),
    money: Amount,
    flow: Flow,
    is_free: bool,
) -> (Option<i64>, Option<i64>) {
    if is_free {
        return (rare(codec, wanted.0, money, true), rare(codec, wanted.1, money, true));
    }
    match flow {
        Flow::Platform => (None, None),
        Flow::Direct => (rare(codec, wanted.0, money, false), None),
        Flow::Destination => {
            let fee = rare(codec, wanted.0, money, false);
            (fee, if fee.is_none() { rare(codec, wanted.1, money, false) } else { None })
        }
    }
}

fn update_intent(codec: &mut impl Codec, update: Update, is_free: bool) -> Update {
    let kinds = [
        Update::Metadata,
        Update::Amount(0),
        Update::Method(PaymentMethod::Visa),
        Update::CaptureMethod(CaptureMethod::Manual),
        Update::Fee(0),
        Update::Transfer(0),
    ];
    let same = |kind: &Update| std::mem::discriminant(kind) == std::mem::discriminant(&update);
    let kind = kinds.get(codec.index(kinds.len(), || kinds.iter().position(same))).copied().unwrap_or(update);
    let number = |number: i64, kind: Update| if same(&kind) { wanted_number(update) } else { number };
    match kind {
        Update::Metadata => Update::Metadata,
        Update::Amount(zero) => Update::Amount(total(codec, number(zero, kind), is_free)),
        Update::Fee(zero) => Update::Fee(total(codec, number(zero, kind), is_free)),
        Update::Transfer(zero) => Update::Transfer(total(codec, number(zero, kind), is_free)),
        Update::Method(visa) => {
            Update::Method(some_method(codec, if let Update::Method(wanted) = update { wanted } else { visa }))
        }
        Update::CaptureMethod(manual) => {
            let wanted = if let Update::CaptureMethod(wanted) = update { wanted } else { manual };
            Update::CaptureMethod(codec.among(wanted, &CAPTURE_METHODS))
        }
    }
}

const fn wanted_number(update: Update) -> i64 {
    match update {
        Update::Amount(number) | Update::Fee(number) | Update::Transfer(number) => number,
        Update::Method(_) | Update::CaptureMethod(_) | Update::Metadata => 0,
    }
}

fn create_session(codec: &mut impl Codec, session: CreateSession, is_free: bool) -> CreateSession {
    let mode = codec.among(session.mode, &[SessionMode::Payment, SessionMode::Setup, SessionMode::Payment]);
    let ui = codec.among(session.ui, &[SessionUi::Hosted, SessionUi::Embedded]);
    let is_hosted = ui == SessionUi::Hosted;
    let lasts = [None, Some(1_800), Some(86_400), Some(1_799), Some(86_401), Some(0)];
    CreateSession {
        mode,
        ui,
        amount: total(codec, session.amount, is_free),
        manual: codec.among(session.manual, &[true, false]),
        multicapture: codec.among(session.multicapture, &YES_OR_NO) && (is_free || mode == SessionMode::Payment),
        success_url: if is_free { codec.among(session.success_url, &YES_OR_NO) } else { is_hosted },
        return_url: if is_free { codec.among(session.return_url, &YES_OR_NO) } else { !is_hosted },
        expires_in: codec.among(session.expires_in, lasts.get(..if is_free { 6 } else { 3 }).unwrap_or(&lasts)),
    }
}

/// Returns a refund of the payment, or with `is_free` one that does not exist.
pub(super) fn refund_of(codec: &mut impl Codec, wanted: RefundId, view: FocusedView<'_>, is_free: bool) -> RefundId {
    let there = view.payment().map_or(0, |payment| payment.refunds.iter().flatten().count());
    let places = there.saturating_add(usize::from(is_free)).max(1);
    let index = codec.index(places, || Some(usize::from(wanted.0)));
    RefundId(u8::try_from(index).unwrap_or(0))
}

fn reasons(codec: &mut impl Codec, wanted: Option<CancellationReason>, is_free: bool) -> Option<CancellationReason> {
    // The last reason is one that only the system sets.
    codec.among(wanted, REASONS.get(..if is_free { 6 } else { 5 }).unwrap_or(&REASONS))
}

/// Returns a payment method or `None`.
fn method(codec: &mut impl Codec, wanted: Option<PaymentMethod>) -> Option<PaymentMethod> {
    let index = codec.index(METHODS.len().saturating_add(NO_METHOD), || match wanted {
        None => Some(METHODS.len()),
        Some(wanted) => METHODS.iter().position(|it| *it == wanted),
    });
    METHODS.get(index).copied()
}

/// The weight of `None`, in addition to the entries of [`METHODS`].
const NO_METHOD: usize = 8;

/// Returns a payment method.
pub(super) fn some_method(codec: &mut impl Codec, wanted: PaymentMethod) -> PaymentMethod {
    codec.among(wanted, &METHODS)
}

/// Every payment method at least once; those with transitions of their own more often.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks")]
const METHODS: [PaymentMethod; 80] = {
    use PaymentMethod as P;
    let mut methods = [P::Visa; 80];
    let others = [
        (P::AuthenticationRequired, 6),
        (P::AuthenticationThenInsufficientFunds, 2),
        (P::AuthenticationThenDeclined, 1),
        (P::PendingRefund, 4),
        (P::RefundFails, 4),
        (P::UsBankAccount, 4),
        (P::UsBankAccountFails, 2),
        (P::UsBankAccountProcessing, 1),
        (P::SepaDebit, 2),
        (P::SepaDebitFails, 2),
        (P::BankTransfer, 3),
        (P::Declined, 2),
        (P::DeclinedWhenCharged, 1),
    ];
    let (mut place, mut kind) = (1, 0);
    while kind < P::ALL.len() {
        methods[place] = P::ALL[kind];
        place += 1;
        kind += 1;
    }
    kind = 0;
    while kind < others.len() {
        let mut times = 0;
        while times < others[kind].1 {
            methods[place] = others[kind].0;
            place += 1;
            times += 1;
        }
        kind += 1;
    }
    methods
};

/// Returns mostly `None`, otherwise one of the options.
fn among_or_none<T: Copy + PartialEq>(codec: &mut impl Codec, wanted: Option<T>, options: &[T]) -> Option<T> {
    let index = codec.index(8, || match wanted {
        None => Some(options.len()),
        Some(wanted) => options.iter().position(|option| *option == wanted),
    });
    options.get(index).copied()
}
