//! Every property with an example in which it is true, and at least one in which it is false.
//!
//! A property that nothing can break says nothing; a test looks for such properties.

use holdfast_model::{
    Accepted, Amount, Authentication, Call, CancellationReason, Capture, CaptureMethod, ChargeStatus, ChargeView,
    Confirm, ConfirmationMethod, Country, Create, CreateRefund, CreateSession, Currency, Decline, DeliveryFault,
    EnvironmentEvent, Flow, Input, IntentId, IntentStatus, KeyId, KeyView, LedgerView, Links, Notification,
    NotificationKind as Kind, Operation, Outcome, PaymentError, PaymentMethod, PaymentStatus, PaymentView, Previous,
    REFUNDS, RefundId, RefundProgress, RefundStatus, RefundView, Rejection, SessionMode, SessionStatus, SessionUi,
    SessionView, SetupStatus, SetupView, Target, Update,
};

use crate::{CATALOGUE, Judgement, Property, Snapshot, Step, Trace, Verdicts, snapshot::Happening};

const PI: IntentId = IntentId(0);
const OK: Outcome = Ok(Accepted::Happened);

/// A step that owns its data.
#[derive(Clone, Debug)]
struct Example {
    before: Snapshot,
    input: Input,
    outcome: Outcome,
    notified: Vec<Notification>,
    after: Snapshot,
}

impl Example {
    /// Returns a step without objects and without effect.
    fn empty() -> Self {
        let event = EnvironmentEvent::PruneKey { key: KeyId(0) };
        Self {
            before: Snapshot::default(),
            input: event.into(),
            outcome: Ok(Accepted::Nothing),
            notified: vec![],
            after: Snapshot::default(),
        }
    }

    fn both(mut self, change: impl Fn(&mut Snapshot)) -> Self {
        change(&mut self.before);
        change(&mut self.after);
        self
    }

    fn now(mut self, change: impl Fn(&mut Snapshot)) -> Self {
        change(&mut self.after);
        self
    }

    /// Changes the snapshot before the step.
    fn into_before(mut self, change: impl Fn(&mut Snapshot)) -> Self {
        change(&mut self.before);
        self
    }

    /// Changes the payment after the step.
    fn pay(self, change: impl Fn(&mut PaymentView)) -> Self {
        self.now(|observation| change(observation.payments[0].as_mut().unwrap()))
    }

    fn says(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    fn notifies(mut self, kinds: &[Kind]) -> Self {
        self.notified = kinds.iter().map(|kind| note(*kind)).collect();
        self
    }

    fn by(mut self, input: impl Into<Input>) -> Self {
        self.input = input.into();
        self
    }

    fn fault(mut self, fault: DeliveryFault, key: Option<KeyId>) -> Self {
        if let Input::Call(call) = self.input {
            self.input = Input::Call(Call { fault, key, ..call });
        }
        self
    }

    fn step(&self) -> Step<'_> {
        Step::new(self.before.observe(), self.input, self.outcome, &self.notified, self.after.observe())
    }

    fn judge(&self, property: &Property) -> Judgement {
        let step = self.step();
        let moment = matches!(property.kind, crate::Kind::Payment | crate::Kind::Observation);
        let verdicts = if moment { crate::judge_observation(&self.after.observe()) } else { crate::judge_step(&step) };
        let words = crate::explain_step(property, &step);
        if verdicts.broken & property.bit() != 0 {
            assert!(words.is_some_and(|words| !words.is_empty()), "{} is broken without an explanation", property.id);
            Judgement::Broken(())
        } else {
            assert_eq!(words, None, "{} is explained although it is not broken", property.id);
            if verdicts.witnessed & property.bit() != 0 { Judgement::Holds } else { Judgement::Vacuous }
        }
    }
}

fn note(kind: Kind) -> Notification {
    let about = if kind.name().starts_with("refund.") || kind == Kind::ChargeRefundUpdated {
        Target::Refund(PI, RefundId(0))
    } else if kind.name().starts_with("setup_intent") || kind == Kind::MethodAttached {
        Target::Setup
    } else if kind.name().starts_with("checkout") {
        Target::Session
    } else {
        Target::Payment(PI)
    };
    Notification { kind, about, previous: Previous::default() }
}

fn a(minor_units: u32) -> Amount {
    Amount::new(minor_units)
}

/// Returns an example with one payment in one state.
fn see(payment: PaymentView) -> Example {
    Example::empty().both(|seen| seen.payments = vec![Some(payment)])
}

/// Returns an example in which `input` reaches a payment; [`Example::pay`] sets the payment afterwards.
fn to(payment: PaymentView, input: impl Into<Input>) -> Example {
    see(payment).by(input).says(OK)
}

fn with(mut payment: PaymentView, change: impl Fn(&mut PaymentView)) -> PaymentView {
    change(&mut payment);
    payment
}

fn charge(payment: &mut PaymentView) -> &mut ChargeView {
    payment.charge.as_mut().unwrap()
}

/// Returns a new payment without a method.
fn fresh() -> PaymentView {
    PaymentView {
        status: IntentStatus::RequiresPaymentMethod,
        amount: a(1000),
        currency: Currency::Usd,
        capturable: a(0),
        received: a(0),
        capture_method: CaptureMethod::Manual,
        confirmation_method: ConfirmationMethod::Automatic,
        payment_method: None,
        multicapture_requested: true,
        flow: Flow::Platform,
        fee: None,
        transfer: None,
        confirmations: 0,
        cancellation_reason: None,
        last_error: None,
        owned_by_session: false,
        charge: None,
        successful_charges: 0,
        refunds: [None; REFUNDS],
        ledger: LedgerView::default(),
    }
}

/// Returns a payment that can be confirmed with `method`.
fn ready(method: PaymentMethod) -> PaymentView {
    with(fresh(), |p| {
        p.status = IntentStatus::RequiresConfirmation;
        p.payment_method = Some(method);
    })
}

fn approved() -> ChargeView {
    ChargeView {
        status: ChargeStatus::Succeeded,
        authorized: a(1000),
        captured_amount: a(0),
        released: a(0),
        refunded_amount: a(0),
        captured: false,
        refunded: false,
        multicapture_available: true,
        captures: 0,
        hold_left: Some(604_800),
        posting_left: None,
        links: Links::default(),
        fee_at_first_capture: false,
        transfer_at_first_capture: false,
        fee_latch: false,
        transfer_latch: false,
    }
}

/// Returns a hold of 1000 without captures.
fn held() -> PaymentView {
    with(ready(PaymentMethod::Visa), |p| {
        p.status = IntentStatus::RequiresCapture;
        p.capturable = a(1000);
        p.charge = Some(approved());
        p.successful_charges = 1;
        p.confirmations = 1;
    })
}

/// Returns a hold of 1000 that can be captured only once.
fn single() -> PaymentView {
    with(held(), |p| {
        p.multicapture_requested = false;
        charge(p).multicapture_available = false;
    })
}

fn take(p: &mut PaymentView, amount: u32) {
    p.received = p.received.plus(a(amount)).unwrap();
    p.capturable = p.capturable.minus(a(amount)).unwrap();
    p.ledger.charged = p.received;
    let captured = p.received;
    let charge = charge(p);
    charge.captured_amount = captured;
    charge.captures = charge.captures.saturating_add(1);
    charge.links.balance_transaction = true;
}

fn end(p: &mut PaymentView) {
    p.status = IntentStatus::Succeeded;
    let rest = p.capturable;
    p.capturable = a(0);
    let charge = charge(p);
    charge.released = rest;
    charge.captured = true;
    charge.hold_left = None;
}

/// Returns a payment with 700 of 1000 captured and the rest held.
fn partly() -> PaymentView {
    with(held(), |p| take(p, 700))
}

/// Returns a payment with a final capture of 700 of 1000.
fn done() -> PaymentView {
    with(partly(), end)
}

fn give_back(p: &mut PaymentView, amount: u32, place: usize) {
    p.refunds[place] = Some(RefundView { status: RefundStatus::Succeeded, amount: a(amount) });
    p.ledger.refunded = p.ledger.refunded.plus(a(amount)).unwrap();
    let all = p.received;
    let open = p.status == IntentStatus::RequiresCapture;
    let charge = charge(p);
    charge.refunded_amount = charge.refunded_amount.plus(a(amount)).unwrap();
    charge.refunded = !open && charge.refunded_amount == all;
}

/// Returns a payment with a final capture of 700 and a refund of 200.
fn refunded() -> PaymentView {
    with(done(), |p| give_back(p, 200, 0))
}

/// Returns a payment of 1000 that was captured at once and posted.
fn paid() -> PaymentView {
    with(single(), |p| {
        p.capture_method = CaptureMethod::Automatic;
        take(p, 1000);
        end(p);
    })
}

/// Returns a payment of 1000 that was captured at once and is not posted yet.
fn unposted() -> PaymentView {
    with(paid(), |p| {
        p.capture_method = CaptureMethod::AutomaticAsync;
        p.ledger = LedgerView::default();
        charge(p).posting_left = Some(3600);
        charge(p).links = Links::default();
    })
}

fn canceled() -> PaymentView {
    with(held(), |p| {
        end(p);
        charge(p).captured = false;
        p.status = IntentStatus::Canceled;
    })
}

/// Returns a bank debit that waits for its bank.
fn processing() -> PaymentView {
    with(ready(PaymentMethod::UsBankAccount), |p| {
        p.status = IntentStatus::Processing;
        p.capture_method = CaptureMethod::Automatic;
        p.confirmations = 1;
    })
}

fn challenged() -> PaymentView {
    with(ready(PaymentMethod::AuthenticationRequired), |p| p.status = IntentStatus::RequiresAction)
}

fn declined(p: &mut PaymentView) {
    p.status = IntentStatus::RequiresPaymentMethod;
    p.payment_method = None;
    p.last_error = Some(PaymentError::CardDeclined);
    p.charge =
        Some(ChargeView { status: ChargeStatus::Failed, hold_left: None, multicapture_available: false, ..approved() });
}

/// Returns a posted destination charge with a fee of 100.
fn sent() -> PaymentView {
    with(paid(), |p| {
        p.flow = Flow::Destination;
        p.fee = Some(a(100));
        p.ledger.fees = a(100);
        p.ledger.transfers = a(1000);
        charge(p).links = Links { balance_transaction: true, transfer: true, application_fee: true };
    })
}

fn capture(amount: impl Into<Option<i64>>, final_capture: impl Into<Option<bool>>) -> Operation {
    let capture = Capture { amount: amount.into(), final_capture: final_capture.into(), ..Capture::default() };
    Operation::CaptureIntent { intent: PI, capture }
}

fn refund(amount: impl Into<Option<i64>>) -> Operation {
    Operation::CreateRefund { intent: PI, refund: CreateRefund { amount: amount.into(), ..CreateRefund::default() } }
}

fn refund_both(amount: impl Into<Option<i64>>, fee: bool, transfer: bool) -> Operation {
    let refund = CreateRefund { amount: amount.into(), refund_application_fee: fee, reverse_transfer: transfer };
    Operation::CreateRefund { intent: PI, refund }
}

fn confirm() -> Operation {
    Operation::ConfirmIntent { intent: PI, confirm: Confirm::default() }
}

fn cancel() -> Operation {
    Operation::CancelIntent { intent: PI, reason: None }
}

fn update(update: Update) -> Operation {
    Operation::UpdateIntent { intent: PI, update }
}

fn create(create: Create) -> Operation {
    Operation::CreateIntent { intent: PI, create }
}

fn advance(seconds: u32) -> EnvironmentEvent {
    EnvironmentEvent::Advance { seconds }
}

fn authenticate(result: Authentication) -> EnvironmentEvent {
    EnvironmentEvent::Authenticate { intent: PI, result }
}

fn setup(status: SetupStatus) -> SetupView {
    let method = !matches!(status, SetupStatus::RequiresPaymentMethod | SetupStatus::Canceled);
    SetupView {
        status,
        payment_method: method.then_some(PaymentMethod::Visa),
        confirmations: 0,
        cancellation_reason: None,
        last_error: None,
        owned_by_session: false,
    }
}

fn set_up(from: SetupView, input: impl Into<Input>, into: SetupView) -> Example {
    Example::empty().both(|seen| seen.setup = Some(from)).now(|seen| seen.setup = Some(into)).by(input).says(OK)
}

fn session(status: SessionStatus) -> SessionView {
    SessionView {
        status,
        mode: SessionMode::Payment,
        ui: SessionUi::Hosted,
        amount: a(1000),
        manual: false,
        payment_status: PaymentStatus::Unpaid,
        intent: None,
        seconds_left: (status == SessionStatus::Open).then_some(86_400),
    }
}

fn sessions(from: SessionView, input: impl Into<Input>, into: SessionView) -> Example {
    Example::empty().both(|seen| seen.session = Some(from)).now(|seen| seen.session = Some(into)).by(input).says(OK)
}

/// Returns an example of a session with its payment.
fn owning(session: SessionView, payment: PaymentView) -> Example {
    see(with(payment, |p| p.owned_by_session = true))
        .both(|seen| seen.session = Some(SessionView { intent: Some(0), ..session }))
}

fn create_session() -> CreateSession {
    CreateSession {
        mode: SessionMode::Payment,
        ui: SessionUi::Hosted,
        amount: 1000,
        manual: false,
        multicapture: false,
        success_url: true,
        return_url: false,
        expires_in: None,
    }
}

fn key(operation: Operation, answer: Option<Outcome>) -> KeyView {
    KeyView { operation, answer, seconds_left: answer.map(|_| 86_400) }
}

/// A property, examples in which it holds, and examples that break it.
struct Case(&'static str, Vec<Example>, Vec<Example>);

/// Returns the case of an operation that must be refused: the property holds if it is refused, not if it is accepted.
fn refuses(property: &'static str, payment: PaymentView, operation: Operation, reason: Rejection) -> Case {
    let example = to(payment, operation);
    Case(property, vec![example.clone().says(Err(reason))], vec![example])
}

/// Returns the case of a step that must emit notifications: the property holds with these kinds, not without any.
fn notifies(property: &'static str, example: Example, kinds: &[Kind]) -> Case {
    Case(property, vec![example.clone().notifies(kinds)], vec![example])
}

/// Returns the case of a payment for which a property holds, with changes that break it.
fn sees(property: &'static str, good: PaymentView, bad: &[fn(&mut PaymentView)]) -> Case {
    Case(property, vec![see(good)], bad.iter().map(|change| see(with(good, change))).collect())
}

mod lists;
mod meta;
