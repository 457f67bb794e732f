//! The transition function: the effect of every input in every state.

mod checkout;

use crate::idempotency::Key;
use crate::notification::Outbox;
use crate::payment::{Changed, Confirmer, Payment};
use crate::session::Session;
use crate::setup::{Setup, SetupChanged};
use crate::{
    Accepted, Call, Config, DeliveryFault, EnvironmentEvent, Input, IntentId, IntentStatus, KeyId, NotificationKind,
    Notifications, Operation, Outcome, PaymentMethod, Rejection, State, Target,
};

/// The effect of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition<const PAYMENTS: usize, const KEYS: usize> {
    /// The state after the step.
    pub after: State<PAYMENTS, KEYS>,
    /// The response.
    pub outcome: Outcome,
    /// The notifications, in order.
    pub notifications: Notifications,
}

/// Returns the effect of `input` in `before`: total, pure and deterministic. A refusal changes nothing and emits no
/// notification.
///
/// ```
/// use holdfast_model::{Config, Input, State, transition};
///
/// let config = Config::default();
/// let create: Input = "create pi1 1000 usd manual method=card_visa confirm".parse()?;
/// let held = transition::<1, 0>(&config, &State::default(), create).after;
/// let captured = transition(&config, &held, "capture pi1".parse()?);
/// assert!(captured.outcome.is_ok());
/// let refused = transition(&config, &captured.after, "capture pi1".parse()?);
/// assert!(refused.outcome.is_err() && refused.after == captured.after);
/// # Ok::<(), holdfast_model::trace::Error>(())
/// ```
#[must_use]
pub fn transition<const PAYMENTS: usize, const KEYS: usize>(
    config: &Config,
    before: &State<PAYMENTS, KEYS>,
    input: Input,
) -> Transition<PAYMENTS, KEYS> {
    // The result is built in place, because this runs for every transition and the result is large.
    let mut made = Transition { after: *before, outcome: Ok(Accepted::Nothing), notifications: Notifications::none() };
    let mut execution =
        InputExecution { config, before, state: &mut made.after, notifications: &mut made.notifications };
    made.outcome = match input {
        Input::Call(call) => execution.call(call),
        Input::Begin { key, operation } => execution.begin(key, operation),
        Input::Finish { key } => execution.finish(key),
        Input::Event(event) => execution.attempt(|execution| execution.happen(event)),
    };
    made
}

/// The state during the execution of an input.
struct InputExecution<'a, const PAYMENTS: usize, const KEYS: usize> {
    config: &'a Config,
    before: &'a State<PAYMENTS, KEYS>,
    state: &'a mut State<PAYMENTS, KEYS>,
    notifications: &'a mut Notifications,
}

impl<const PAYMENTS: usize, const KEYS: usize> InputExecution<'_, PAYMENTS, KEYS> {
    /// Executes a client's request. The match has no catch-all arm: a new operation must be decided here.
    fn perform(&mut self, operation: Operation) -> Outcome {
        match operation {
            Operation::CreateIntent { intent, create } => {
                self.create_intent(intent, |config, outbox| Payment::create(config, create, outbox))
            }
            Operation::UpdateIntent { intent, update } => {
                self.change_intent(intent, |payment, config, _| payment.update(config, update))
            }
            Operation::ConfirmIntent { intent, confirm } => self.change_intent(intent, |payment, config, outbox| {
                payment.confirm(config, Confirmer::Client, confirm, outbox)
            }),
            Operation::CaptureIntent { intent, capture } => {
                self.change_intent(intent, |payment, config, outbox| payment.capture(config, capture, outbox))
            }
            Operation::CancelIntent { intent, reason } => {
                self.change_intent(intent, |payment, config, outbox| payment.cancel(config, reason, outbox))
            }
            Operation::CreateRefund { intent, refund } => {
                self.change_intent(intent, |payment, config, outbox| payment.refund(config, refund, outbox))
            }
            Operation::CancelRefund { intent, refund } => {
                self.change_intent(intent, |payment, _, outbox| payment.cancel_refund(refund, outbox))
            }
            Operation::RefundFee { intent, amount } => {
                self.change_intent(intent, |payment, _, outbox| payment.refund_fee(amount, outbox))
            }
            Operation::ReverseTransfer { intent, amount } => {
                self.change_intent(intent, |payment, _, outbox| payment.reverse_transfer(amount, outbox))
            }
            Operation::CreateTransfer { intent, amount } => {
                self.change_intent(intent, |payment, _, outbox| payment.create_transfer(amount, outbox))
            }
            Operation::CreateSetup { method, confirm } => self.create_setup(method, confirm, false),
            Operation::UpdateSetup { method } => self.change_setup(|setup, _, _| {
                setup.check_not_owned()?;
                setup.update(method)
            }),
            Operation::ConfirmSetup { method } => self.change_setup(|setup, config, outbox| {
                setup.check_not_owned()?;
                setup.confirm(config, method, outbox)
            }),
            Operation::CancelSetup { reason } => self.change_setup(|setup, _, outbox| setup.cancel(reason, outbox)),
            Operation::VerifyMicrodeposits => self.change_setup(|setup, _, outbox| setup.verify(outbox)),
            Operation::CreateSession(request) => {
                let session = Session::create(self.config, request)?;
                if self.state.session.is_some() {
                    return Err(Rejection::BeyondBounds);
                }
                self.state.session = Some(session);
                session.answer()
            }
            Operation::ExpireSession => {
                let session = self.state.session.ok_or(Rejection::NoSuchSession)?;
                self.expire_session(session)?;
                self.state.session.map_or(Err(Rejection::NoSuchSession), |session| session.answer())
            }
        }
    }

    /// Applies an event of the environment. The match has no catch-all arm.
    fn happen(&mut self, event: EnvironmentEvent) -> Outcome {
        match event {
            EnvironmentEvent::Authenticate { intent, result } => {
                self.move_intent(intent, |payment, config, outbox| payment.authenticate(config, result, outbox))
            }
            EnvironmentEvent::Settle { intent } => {
                self.move_intent(intent, |payment, config, outbox| payment.settle(config, outbox))
            }
            EnvironmentEvent::CloseCancelWindow { intent } => {
                self.move_intent(intent, |payment, _, _| payment.close_cancel_window())
            }
            EnvironmentEvent::PostToLedger { intent } => {
                self.move_intent(intent, |payment, _, outbox| payment.post(outbox))
            }
            EnvironmentEvent::ExpireHold { intent } => {
                self.move_intent(intent, |payment, config, outbox| payment.expire(config, outbox))
            }
            EnvironmentEvent::Refund { intent, refund, progress } => {
                self.move_intent(intent, |payment, _, outbox| payment.progress_refund(refund, progress, outbox))
            }
            EnvironmentEvent::AuthenticateSetup { result } => {
                self.move_setup(|setup, outbox| setup.authenticate(result, outbox))
            }
            EnvironmentEvent::SettleSetup => self.move_setup(|setup, outbox| setup.settle(outbox)),
            EnvironmentEvent::CustomerPays { intent, method } => self.customer_pays(intent, method),
            EnvironmentEvent::PruneKey { key } => {
                if !self.state.key(key).is_some_and(|key| key.is_prunable()) {
                    return Ok(Accepted::Nothing);
                }
                self.state.set_key(key, None);
                Ok(Accepted::Happened)
            }
            EnvironmentEvent::Advance { seconds } => self.advance(seconds),
        }
    }

    // --- requests and their keys (IDEM-1) ---

    fn call(&mut self, call: Call) -> Outcome {
        let Call { operation, key, fault } = call;
        let Some(id) = key else {
            self.check_lock(operation)?;
            return self.perform_with(operation, fault).seen(fault);
        };
        if usize::from(id.0) >= KEYS {
            return Err(Rejection::BeyondBounds);
        }
        if let Some(known) = self.state.key(id) {
            return known.replay(operation).seen(fault);
        }
        self.check_lock(operation)?;
        let answer = self.perform_with(operation, fault);
        self.state.set_key(id, Key::begin(operation).answered(answer));
        answer.seen(fault)
    }

    fn begin(&mut self, id: KeyId, operation: Operation) -> Outcome {
        if usize::from(id.0) >= KEYS {
            return Err(Rejection::BeyondBounds);
        }
        if let Some(known) = self.state.key(id) {
            return known.replay(operation);
        }
        self.check_lock(operation)?;
        self.state.set_key(id, Some(Key::begin(operation)));
        Ok(Accepted::Begun)
    }

    fn finish(&mut self, id: KeyId) -> Outcome {
        let Some(open) = self.state.key(id).filter(|key| key.answer.is_none()) else {
            return Ok(Accepted::Nothing);
        };
        let answer = self.perform_with(open.operation, DeliveryFault::None);
        self.state.set_key(id, open.answered(answer));
        answer
    }

    /// Returns an error if another request locks the target (R4).
    ///
    /// # Errors
    /// Returns [`Rejection::LockTimeout`] in that case.
    fn check_lock(&self, operation: Operation) -> Result<(), Rejection> {
        let locked = self
            .state
            .keys
            .iter()
            .flatten()
            .any(|key| key.answer.is_none() && key.operation.about() == operation.about());
        if locked { Err(Rejection::LockTimeout) } else { Ok(()) }
    }

    /// Executes a request as far as its delivery fault permits, and returns the server's response.
    fn perform_with(&mut self, operation: Operation, fault: DeliveryFault) -> Outcome {
        match fault {
            DeliveryFault::ErrorBefore => Err(Rejection::ServerError),
            DeliveryFault::ErrorAfter => {
                let _unseen = self.attempt(|execution| execution.perform(operation));
                Err(Rejection::ServerError)
            }
            DeliveryFault::None | DeliveryFault::AnswerLost => self.attempt(|execution| execution.perform(operation)),
        }
    }

    /// Runs `work` and undoes it if it is refused: a refusal changes nothing and emits no notification.
    ///
    /// Each input is attempted once, before anything else changes.
    fn attempt(&mut self, work: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let outcome = work(self);
        if outcome.is_err_and(Rejection::is_refusal) {
            *self.state = *self.before;
            self.notifications.clear();
        }
        outcome
    }

    // --- payments ---

    fn create_intent(&mut self, intent: IntentId, create: impl FnOnce(&Config, &mut Outbox<'_>) -> Changed) -> Outcome {
        let slot = self.state.payments.get(usize::from(intent.0));
        if !slot.is_some_and(Option::is_none) {
            return Err(Rejection::BeyondBounds);
        }
        let mut outbox = Outbox::new(self.notifications, Target::Payment(intent));
        let (payment, outcome) = create(self.config, &mut outbox)?;
        self.state.set_payment(intent, payment);
        outcome
    }

    fn change_intent(
        &mut self,
        intent: IntentId,
        change: impl FnOnce(Payment, &Config, &mut Outbox<'_>) -> Changed,
    ) -> Outcome {
        let payment = self.state.payment(intent).ok_or(Rejection::NoSuchIntent)?;
        let mut outbox = Outbox::new(self.notifications, Target::Payment(intent));
        let (payment, outcome) = change(payment, self.config, &mut outbox)?;
        self.state.set_payment(intent, payment);
        outcome
    }

    /// Applies an event to a payment, and updates the Checkout Session that owns it.
    fn move_intent(
        &mut self,
        intent: IntentId,
        change: impl FnOnce(Payment, &Config, &mut Outbox<'_>) -> Changed,
    ) -> Outcome {
        let Some(before) = self.state.payment(intent) else { return Ok(Accepted::Nothing) };
        let outcome = self.change_intent(intent, change)?;
        self.session_follows(intent, &before)?;
        Ok(outcome)
    }

    /// Completes the Checkout Session with its payment, and emits the result of a bank's response.
    fn session_follows(&mut self, intent: IntentId, before: &Payment) -> Result<(), Rejection> {
        let (Some(session), Some(after)) = (self.state.session, self.state.payment(intent)) else { return Ok(()) };
        if session.intent != Some(intent) {
            return Ok(());
        }
        let mut outbox = Outbox::new(self.notifications, Target::Session);
        let was_processing = before.intent.status == IntentStatus::Processing;
        match after.intent.status {
            IntentStatus::Succeeded if was_processing => outbox.emit(NotificationKind::SessionPaid)?,
            IntentStatus::RequiresPaymentMethod if was_processing => {
                outbox.emit(NotificationKind::SessionPaymentFailed)?;
            }
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
            | IntentStatus::Processing
            | IntentStatus::RequiresCapture
            | IntentStatus::Succeeded
            | IntentStatus::Canceled => {}
        }
        self.state.session = Some(session.follow_payment(&after, &mut outbox)?);
        Ok(())
    }

    // --- the SetupIntent ---

    fn create_setup(&mut self, method: Option<PaymentMethod>, confirm: bool, owned: bool) -> Outcome {
        if self.state.setup.is_some() {
            return Err(Rejection::BeyondBounds);
        }
        let mut outbox = Outbox::new(self.notifications, Target::Setup);
        let (setup, outcome) = Setup::create(self.config, method, confirm, owned, &mut outbox)?;
        self.state.setup = Some(setup);
        outcome
    }

    fn change_setup(&mut self, change: impl FnOnce(Setup, &Config, &mut Outbox<'_>) -> SetupChanged) -> Outcome {
        let setup = self.state.setup.ok_or(Rejection::NoSuchSetup)?;
        let mut outbox = Outbox::new(self.notifications, Target::Setup);
        let (setup, outcome) = change(setup, self.config, &mut outbox)?;
        self.state.setup = Some(setup);
        self.session_follows_setup(setup)?;
        outcome
    }

    fn move_setup(&mut self, change: impl FnOnce(Setup, &mut Outbox<'_>) -> SetupChanged) -> Outcome {
        if self.state.setup.is_none() {
            return Ok(Accepted::Nothing);
        }
        self.change_setup(|setup, _, outbox| change(setup, outbox))
    }

    fn session_follows_setup(&mut self, setup: Setup) -> Result<(), Rejection> {
        if let Some(session) = self.state.session.filter(|_| setup.owned_by_session) {
            let mut outbox = Outbox::new(self.notifications, Target::Session);
            self.state.session = Some(session.follow_setup(setup.status, &mut outbox)?);
        }
        Ok(())
    }

    // --- time ---

    /// Advances time. Each deadline on the way takes effect once: background captures and holds payment by payment,
    /// then the session, then the keys.
    fn advance(&mut self, seconds: u32) -> Outcome {
        for index in 0..PAYMENTS {
            let intent = IntentId(u8::try_from(index).map_err(|_| Rejection::BeyondBounds)?);
            self.move_intent(intent, |payment, config, outbox| payment.advance(config, seconds, outbox))?;
        }
        if let Some(mut session) = self.state.session {
            let (expiry, is_over) = session.expiry.after(seconds);
            if is_over {
                self.expire_session(session)?;
            } else {
                session.expiry = expiry;
                self.state.session = Some(session);
            }
        }
        for key in self.state.keys.iter_mut().flatten() {
            key.retention = key.retention.after(seconds).0;
        }
        Ok(Accepted::Happened)
    }
}

/// The client's view of a response.
trait Seen {
    fn seen(self, fault: DeliveryFault) -> Self;
}

impl Seen for Outcome {
    fn seen(self, fault: DeliveryFault) -> Self {
        match fault {
            DeliveryFault::AnswerLost => Err(Rejection::AnswerLost),
            DeliveryFault::None | DeliveryFault::ErrorBefore | DeliveryFault::ErrorAfter => self,
        }
    }
}
