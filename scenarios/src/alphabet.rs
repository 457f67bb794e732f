//! What is tried in a scenario: a list of inputs, and in which states each is worth trying.

use holdfast_model::{
    Authentication, Call, CancellationReason, Capture, Confirm, Create, CreateRefund, CreateSession, DeliveryFault,
    EnvironmentEvent, Input, IntentId, IntentStatus, KeyId, Operation, PaymentMethod, PaymentView, REFUNDS, RefundId,
    RefundProgress, Update,
};

/// Inputs about one payment, one SetupIntent, one Checkout Session and some keys.
///
/// Every input is tried wherever its [`When`] holds, refused or not: refusals are half of the
/// specification. Inputs of the payments are made once for each payment.
#[derive(Clone, Debug, Default)]
pub struct Alphabet {
    /// Inputs about a payment, by the payment they are about.
    pub(crate) payment: Vec<(Input, When)>,
    /// Inputs about anything else; tried in every state.
    pub(crate) shared: Vec<Input>,
    /// Requests sent with idempotency keys, with every fault, begun and finished (IDEM-1, IDEM-7).
    pub(crate) keyed: Vec<Operation>,
    /// Does time pass?
    pub(crate) time: bool,
    /// Refunds that a payment gets at the most.
    pub(crate) refunds: u8,
}

/// In which states of its payment an input is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When(u8);

impl When {
    const ABSENT: u8 = 1 << 7;

    /// While the payment does not exist.
    pub const NEW: Self = Self(Self::ABSENT);
    /// Once the payment exists, whatever its status.
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

    /// Does it hold?
    #[must_use]
    #[inline]
    pub fn holds(self, payment: Option<&PaymentView>) -> bool {
        let bit = payment.map_or(Self::ABSENT, |payment| Self::bit(payment.status));
        self.0 & bit != 0
    }
}

/// The payment that templates are about; [`Alphabet::about`] puts others in its place.
const PI: IntentId = IntentId(0);

impl Alphabet {
    /// Nothing, with room for `refunds` refunds a payment.
    #[must_use]
    pub fn new() -> Self {
        Self { refunds: 2, ..Self::default() }
    }

    /// At the most `refunds` refunds a payment (no more than the model has room for).
    #[must_use]
    pub fn refunds_at_most(mut self, refunds: u8) -> Self {
        assert!(usize::from(refunds) <= REFUNDS, "the model has room for {REFUNDS} refunds");
        self.refunds = refunds;
        self
    }

    /// Time passes: to each deadline, to one second before those of payments and sessions, and past that of a hold, whose
    /// job may be late.
    #[must_use]
    pub fn time(mut self) -> Self {
        self.time = true;
        self
    }

    /// Everything that is in either.
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

    /// Inputs about a payment.
    #[must_use]
    pub fn on_payment(mut self, when: When, inputs: impl IntoIterator<Item = impl Into<Input>>) -> Self {
        self.payment.extend(inputs.into_iter().map(|input| (input.into(), when)));
        self
    }

    /// Inputs about anything else.
    #[must_use]
    pub fn on_shared(mut self, inputs: impl IntoIterator<Item = impl Into<Input>>) -> Self {
        self.shared.extend(inputs.into_iter().map(Into::into));
        self
    }

    /// Requests under idempotency keys.
    #[must_use]
    pub fn keyed(mut self, operations: impl IntoIterator<Item = Operation>) -> Self {
        self.keyed.extend(operations);
        self
    }

    // --- the words scenarios are written in ---

    /// PaymentIntents are created like this.
    #[must_use]
    pub fn creates(self, creates: impl IntoIterator<Item = Create>) -> Self {
        self.on_payment(When::NEW, creates.into_iter().map(|create| Operation::CreateIntent { intent: PI, create }))
    }

    /// PaymentIntents are changed like this.
    #[must_use]
    pub fn updates(self, updates: impl IntoIterator<Item = Update>) -> Self {
        self.on_payment(
            When::EXISTING,
            updates.into_iter().map(|update| Operation::UpdateIntent { intent: PI, update }),
        )
    }

    /// PaymentIntents are confirmed with the payment method they have.
    #[must_use]
    pub fn confirms(self) -> Self {
        self.on_payment(When::EXISTING, [Operation::ConfirmIntent { intent: PI, confirm: Confirm::default() }])
    }

    /// PaymentIntents are confirmed with one of these payment methods.
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

    /// Captures of these amounts (`None`: all that is left), each open, final and by default.
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

    /// Captures exactly like these.
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

    /// Refunds of these amounts (`None`: all that is left).
    #[must_use]
    pub fn refunds(self, amounts: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.refunds_like(amounts.into_iter().map(|amount| CreateRefund { amount, ..CreateRefund::default() }))
    }

    /// Refunds exactly like these.
    #[must_use]
    pub fn refunds_like(self, refunds: impl IntoIterator<Item = CreateRefund>) -> Self {
        self.on_payment(
            When::EXISTING,
            refunds.into_iter().map(|refund| Operation::CreateRefund { intent: PI, refund }),
        )
    }

    /// Refunds move on by themselves and are canceled.
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

    /// The customer deals with challenges in every way.
    #[must_use]
    pub fn authentication(self) -> Self {
        use Authentication::{Abandoned, Fails, Succeeds};
        let events = [Succeeds, Fails, Abandoned].map(|result| EnvironmentEvent::Authenticate { intent: PI, result });
        self.on_payment(When::EXISTING, events)
    }

    /// Banks answer, and stop being stoppable.
    #[must_use]
    pub fn bank(self) -> Self {
        self.on_payment(
            When::EXISTING,
            [EnvironmentEvent::Settle { intent: PI }, EnvironmentEvent::CloseCancelWindow { intent: PI }],
        )
    }

    /// The jobs come by, early, late or twice.
    #[must_use]
    pub fn jobs(self) -> Self {
        self.on_payment(
            When::EXISTING,
            [EnvironmentEvent::PostToLedger { intent: PI }, EnvironmentEvent::ExpireHold { intent: PI }],
        )
    }

    /// Checkout Sessions are created like these, and expired by the merchant.
    #[must_use]
    pub fn sessions(self, sessions: impl IntoIterator<Item = CreateSession>) -> Self {
        self.on_shared(sessions.into_iter().map(Operation::CreateSession)).on_shared([Operation::ExpireSession])
    }

    /// The customer pays on the session's page with these payment methods.
    #[must_use]
    pub fn customer_pays(self, methods: impl IntoIterator<Item = PaymentMethod>) -> Self {
        self.on_shared(methods.into_iter().map(|method| EnvironmentEvent::CustomerPays { intent: PI, method }))
    }

    /// Every input about the first payment.
    pub(crate) fn payment_inputs(&self) -> impl Iterator<Item = Input> + '_ {
        self.payment.iter().map(|(input, _)| *input)
    }

    /// The inputs about `intent`, and when each is tried.
    pub(crate) fn about(&self, intent: IntentId) -> impl Iterator<Item = (Input, When)> + '_ {
        self.payment.iter().map(move |(input, when)| (input.retarget(intent), *when))
    }

    /// Every request under `key`: plain, with each fault, begun, finished, and the key forgotten.
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
