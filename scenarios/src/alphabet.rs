//! The alphabet of a scenario: a list of inputs, and the states in which each is tried.

use holdfast_model::{
    Authentication, Call, CancellationReason, Capture, Confirm, Create, CreateRefund, CreateSession, DeliveryFault,
    EnvironmentEvent, Input, IntentId, IntentStatus, KeyId, Operation, PaymentMethod, PaymentView, REFUNDS, RefundId,
    RefundProgress, Update,
};

/// Inputs about payments, one SetupIntent, one Checkout Session and some keys.
///
/// Every input is tried wherever its [`When`] holds, even if it is refused: refusals are half of the specification.
/// Inputs about a payment are written once and repeated for each payment.
#[derive(Clone, Debug, Default)]
pub struct Alphabet {
    /// Inputs about a payment, each with the states in which it is tried.
    pub(crate) payment: Vec<(Input, When)>,
    /// Inputs about other objects; tried in every state.
    pub(crate) shared: Vec<Input>,
    /// Requests sent with idempotency keys: with each delivery fault, begun and finished (IDEM-1, IDEM-7).
    pub(crate) keyed: Vec<Operation>,
    /// Whether time passes.
    pub(crate) time: bool,
    /// The maximum number of refunds of a payment.
    pub(crate) refunds: u8,
}

/// The states of a payment in which an input is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When(u8);

impl When {
    const ABSENT: u8 = 1 << 7;

    /// While the payment does not exist.
    pub const NEW: Self = Self(Self::ABSENT);
    /// Once the payment exists, in any status.
    pub const EXISTING: Self = Self(!Self::ABSENT);
    /// Whether it exists or not.
    pub const ALWAYS: Self = Self(u8::MAX);

    /// While the payment is in one of these statuses.
    #[must_use]
    pub const fn status(statuses: &[IntentStatus]) -> Self {
        let mut bits = 0;
        let mut rest = statuses;
        while let [status, others @ ..] = rest {
            bits |= Self::bit(*status);
            rest = others;
        }
        Self(bits)
    }

    const fn bit(status: IntentStatus) -> u8 {
        1 << (status as u8)
    }

    /// Returns whether the condition holds for `payment`; `None` is a payment that does not exist.
    #[must_use]
    #[inline]
    pub fn holds(self, payment: Option<&PaymentView>) -> bool {
        let bit = payment.map_or(Self::ABSENT, |payment| Self::bit(payment.status));
        self.0 & bit != 0
    }
}

/// The payment that the templates are about; [`Alphabet::about`] replaces it with others.
const PI: IntentId = IntentId(0);

impl Alphabet {
    /// Returns an empty alphabet with at most two refunds per payment.
    #[must_use]
    pub fn new() -> Self {
        Self { refunds: 2, ..Self::default() }
    }

    /// Sets the maximum number of refunds per payment.
    #[must_use]
    pub fn refunds_at_most(mut self, refunds: u8) -> Self {
        assert!(usize::from(refunds) <= REFUNDS, "the model has room for {REFUNDS} refunds");
        self.refunds = refunds;
        self
    }

    /// Lets time pass to each deadline, to one second before the deadlines of payments and sessions, and past the
    /// deadline of a hold, because its job may be late.
    #[must_use]
    pub fn time(mut self) -> Self {
        self.time = true;
        self
    }

    /// Returns the union of two alphabets.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (input, when) in other.payment {
            match self.payment.iter_mut().find(|(known, _)| *known == input) {
                Some((_, known)) => *known = When(known.0 | when.0),
                None => self.payment.push((input, when)),
            }
        }
        for input in other.shared {
            if !self.shared.contains(&input) {
                self.shared.push(input);
            }
        }
        for operation in other.keyed {
            if !self.keyed.contains(&operation) {
                self.keyed.push(operation);
            }
        }
        self.time |= other.time;
        self.refunds = self.refunds.max(other.refunds);
        self
    }

    /// Adds inputs about a payment.
    #[must_use]
    pub fn on_payment(mut self, when: When, inputs: impl IntoIterator<Item = impl Into<Input>>) -> Self {
        self.payment.extend(inputs.into_iter().map(|input| (input.into(), when)));
        self
    }

    /// Adds inputs about other objects.
    #[must_use]
    pub fn on_shared(mut self, inputs: impl IntoIterator<Item = impl Into<Input>>) -> Self {
        self.shared.extend(inputs.into_iter().map(Into::into));
        self
    }

    /// Adds requests under idempotency keys.
    #[must_use]
    pub fn keyed(mut self, operations: impl IntoIterator<Item = Operation>) -> Self {
        self.keyed.extend(operations);
        self
    }

    // --- the words scenarios are written in ---

    /// Creates PaymentIntents with these parameters.
    #[must_use]
    pub fn creates(self, creates: impl IntoIterator<Item = Create>) -> Self {
        self.on_payment(When::NEW, creates.into_iter().map(|create| Operation::CreateIntent { intent: PI, create }))
    }

    /// Updates PaymentIntents with these parameters.
    #[must_use]
    pub fn updates(self, updates: impl IntoIterator<Item = Update>) -> Self {
        self.on_payment(
            When::EXISTING,
            updates.into_iter().map(|update| Operation::UpdateIntent { intent: PI, update }),
        )
    }

    /// Confirms PaymentIntents with the payment method that they have.
    #[must_use]
    pub fn confirms(self) -> Self {
        self.on_payment(When::EXISTING, [Operation::ConfirmIntent { intent: PI, confirm: Confirm::default() }])
    }

    /// Confirms PaymentIntents with each of these payment methods.
    #[must_use]
    pub fn confirms_with(self, methods: impl IntoIterator<Item = PaymentMethod>) -> Self {
        self.on_payment(
            When::EXISTING,
            methods.into_iter().map(|method| Operation::ConfirmIntent {
                intent: PI,
                confirm: Confirm { method: Some(method), ..Confirm::default() },
            }),
        )
    }

    /// Captures these amounts (`None`: all that is left), each open, final and by default.
    #[must_use]
    pub fn captures(self, amounts: impl IntoIterator<Item = Option<i64>>) -> Self {
        let captures = amounts.into_iter().flat_map(|amount| {
            [Some(false), Some(true), None].map(|final_capture| Operation::CaptureIntent {
                intent: PI,
                capture: Capture { amount, final_capture, ..Capture::default() },
            })
        });
        self.on_payment(When::EXISTING, captures)
    }

    /// Captures with exactly these parameters.
    #[must_use]
    pub fn captures_like(self, captures: impl IntoIterator<Item = Capture>) -> Self {
        self.on_payment(
            When::EXISTING,
            captures.into_iter().map(|capture| Operation::CaptureIntent { intent: PI, capture }),
        )
    }

    /// Cancels, for these reasons.
    #[must_use]
    pub fn cancels(self, reasons: impl IntoIterator<Item = Option<CancellationReason>>) -> Self {
        self.on_payment(
            When::EXISTING,
            reasons.into_iter().map(|reason| Operation::CancelIntent { intent: PI, reason }),
        )
    }

    /// Refunds these amounts (`None`: all that is left).
    #[must_use]
    pub fn refunds(self, amounts: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.refunds_like(amounts.into_iter().map(|amount| CreateRefund { amount, ..CreateRefund::default() }))
    }

    /// Refunds with exactly these parameters.
    #[must_use]
    pub fn refunds_like(self, refunds: impl IntoIterator<Item = CreateRefund>) -> Self {
        self.on_payment(
            When::EXISTING,
            refunds.into_iter().map(|refund| Operation::CreateRefund { intent: PI, refund }),
        )
    }

    /// Lets refunds change by themselves, and cancels them.
    #[must_use]
    pub fn refund_lifecycle(self, refunds: u8) -> Self {
        use RefundProgress::{DetailsGiven, Fails, Returned, Succeeds};
        let when = When::status(&[IntentStatus::RequiresCapture, IntentStatus::Succeeded]);
        (0..refunds).map(RefundId).fold(self, |alphabet, refund| {
            let events = [Succeeds, Fails, DetailsGiven, Returned].map(|progress| EnvironmentEvent::Refund {
                intent: PI,
                refund,
                progress,
            });
            alphabet.on_payment(when, events).on_payment(when, [Operation::CancelRefund { intent: PI, refund }])
        })
    }

    /// Lets the customer respond to challenges in every way.
    #[must_use]
    pub fn authentication(self) -> Self {
        use Authentication::{Abandoned, Fails, Succeeds};
        let events = [Succeeds, Fails, Abandoned].map(|result| EnvironmentEvent::Authenticate { intent: PI, result });
        self.on_payment(When::EXISTING, events)
    }

    /// Lets banks answer, and lets debits become impossible to cancel.
    #[must_use]
    pub fn bank(self) -> Self {
        self.on_payment(
            When::EXISTING,
            [EnvironmentEvent::Settle { intent: PI }, EnvironmentEvent::CloseCancelWindow { intent: PI }],
        )
    }

    /// Runs the background jobs: early, late or twice.
    #[must_use]
    pub fn jobs(self) -> Self {
        self.on_payment(
            When::EXISTING,
            [EnvironmentEvent::PostToLedger { intent: PI }, EnvironmentEvent::ExpireHold { intent: PI }],
        )
    }

    /// Creates Checkout Sessions with these parameters, and expires them.
    #[must_use]
    pub fn sessions(self, sessions: impl IntoIterator<Item = CreateSession>) -> Self {
        self.on_shared(sessions.into_iter().map(Operation::CreateSession)).on_shared([Operation::ExpireSession])
    }

    /// Lets the customer pay on the session's page with these payment methods.
    #[must_use]
    pub fn customer_pays(self, methods: impl IntoIterator<Item = PaymentMethod>) -> Self {
        self.on_shared(methods.into_iter().map(|method| EnvironmentEvent::CustomerPays { intent: PI, method }))
    }

    /// Returns every input about the first payment.
    pub(crate) fn payment_inputs(&self) -> impl Iterator<Item = Input> + '_ {
        self.payment.iter().map(|(input, _)| *input)
    }

    /// Returns the inputs about `intent`, each with the states in which it is tried.
    pub(crate) fn about(&self, intent: IntentId) -> impl Iterator<Item = (Input, When)> + '_ {
        self.payment.iter().map(move |(input, when)| (input.retarget(intent), *when))
    }

    /// Returns every request under `key`: plain, with each fault, begun, finished, and the event that forgets the key.
    pub(crate) fn under(&self, key: KeyId) -> impl Iterator<Item = Input> + '_ {
        let requests = self.keyed.iter().flat_map(move |operation| {
            let call = |fault| Input::Call(Call { operation: *operation, key: Some(key), fault });
            let begin = Input::Begin { key, operation: *operation };
            [DeliveryFault::None, DeliveryFault::ErrorBefore, DeliveryFault::ErrorAfter, DeliveryFault::AnswerLost]
                .map(call)
                .into_iter()
                .chain([begin])
        });
        requests.chain([Input::Finish { key }, Input::Event(EnvironmentEvent::PruneKey { key })])
    }
}
