//! The port: the trait that a system under test implements.

use std::borrow::Cow;

use crate::capabilities::Capabilities;
use holdfast_model::{
    Accepted, Call, Config, DeliveryFault, EnvironmentEvent, Input, KeyId, Notification, Operation, PaymentView,
    Rejection, SessionView, SetupView, Wire,
};

/// A failure of the harness or of the adapter. It says nothing about the engine, and is never reported as agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// A refusal as a client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// HTTP status.
    pub http: u16,
    /// `error.type`.
    pub kind: Cow<'static, str>,
    /// `error.code`, where there is one.
    pub code: Option<Cow<'static, str>>,
    /// `error.param`, where there is one.
    pub param: Option<Cow<'static, str>>,
    /// `error.decline_code`, where an issuer declined.
    pub decline_code: Option<Cow<'static, str>>,
}

impl Refused {
    /// Returns a refusal whose reason the subject does not show
    /// ([`Field::RefusalReason`](crate::capabilities::Field::RefusalReason)).
    #[must_use]
    pub const fn unexplained() -> Self {
        Self { http: 0, kind: Cow::Borrowed("unexplained"), code: None, param: None, decline_code: None }
    }

    /// Returns whether the subject shows no reason.
    #[must_use]
    pub const fn is_unexplained(&self) -> bool {
        self.http == 0
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        let decline_code =
            if let Rejection::Declined(decline) = rejection { Some(Cow::Borrowed(decline.codes().1)) } else { None };
        Self { decline_code, ..Self::from(rejection.wire()) }
    }
}

impl From<Wire> for Refused {
    fn from(wire: Wire) -> Self {
        Self {
            decline_code: None,
            http: wire.http,
            kind: Cow::Borrowed(wire.kind),
            code: wire.code.map(Cow::Borrowed),
            param: wire.param.map(Cow::Borrowed),
        }
    }
}

/// The response to a request, or the result of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The request was executed. For an event, [`Accepted::Happened`], or [`Accepted::Nothing`] if it had no effect.
    Accepted(Accepted),
    /// The request was refused.
    Refused(Refused),
    /// The response was lost.
    Lost,
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Accepted> for Answer {
    fn from(accepted: Accepted) -> Self {
        Self::Accepted(accepted)
    }
}

/// The reaction of a subject to one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// The response; for an event, whether it had an effect.
    pub answer: Answer,
    /// The fault that actually occurred. If the requested fault could not be injected, [`DeliveryFault::None`]; the
    /// model then runs this step without it.
    pub fault: DeliveryFault,
    /// The notifications, in the order in which they were generated.
    pub notifications: Vec<Notification>,
}

impl Reaction {
    /// Returns a reaction without a fault and without notifications.
    #[must_use]
    pub fn of(answer: impl Into<Answer>) -> Self {
        Self { answer: answer.into(), fault: DeliveryFault::None, notifications: Vec::new() }
    }
}

impl<A: Into<Answer>> From<A> for Reaction {
    fn from(answer: A) -> Self {
        Self::of(answer)
    }
}

/// An idempotency key that the engine knows.
#[derive(Clone, Debug, PartialEq)]
pub struct IdempotencyKeySnapshot {
    /// The first request that used the key.
    pub operation: Operation,
    /// The response to that request; `None` while the request is held open.
    pub answer: Option<Answer>,
    /// Seconds until the key may be forgotten (a day after its response, IDEM-13), 0 once it may; `None` while the
    /// request is held open.
    pub seconds_left: Option<u32>,
}

/// The visible state of a subject at one moment. Places count from 0 in the order of creation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SystemSnapshot {
    /// Every PaymentIntent, with its charge, refunds and ledger.
    pub payments: Vec<Option<PaymentView>>,
    /// The SetupIntent.
    pub setup: Option<SetupView>,
    /// The Checkout Session.
    pub session: Option<SessionView>,
    /// The idempotency keys.
    pub keys: Vec<Option<IdempotencyKeySnapshot>>,
}

/// A system under test.
///
/// Objects are named by their place: the PaymentIntent that is created first is `IntentId(0)`. A request about an
/// object that does not exist is sent with an id that the engine does not know. [`Guarded`](crate::guarded::Guarded)
/// states and enforces the contract.
pub trait Subject {
    /// Starts an empty engine under `config`.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the engine cannot start under `config`.
    fn start(&mut self, config: &Config) -> Result<(), Failure>;

    /// Returns the inputs that the subject supports and the fields it shows. They are read once, before a run.
    fn capabilities(&self) -> Capabilities {
        Capabilities::everything()
    }

    /// Returns whether the subject supports the input in its present state. An unsupported input is left out on both
    /// sides, and counted. Inputs that it never supports are missing from its [`Self::capabilities`].
    fn can(&mut self, _input: &Input) -> bool {
        true
    }

    /// Executes a request with its idempotency key and its delivery fault.
    ///
    /// # Errors
    /// Returns a [`Failure`] if there is no response.
    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure>;

    /// Injects an environment event: an action of a customer or a bank, a background job, or the passing of time.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the event cannot be injected.
    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure>;

    /// Accepts a request under a key and holds it open; it locks its object. Returns [`Accepted::Begun`], or the
    /// refusal if the request is refused at once.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the subject cannot hold requests open.
    fn begin(&mut self, key: KeyId, operation: &Operation) -> Result<Reaction, Failure> {
        Err(Failure(format!("this engine cannot hold {operation:?} under {key:?} open")))
    }

    /// Executes the request that [`Self::begin`] left open, and returns its response.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the subject cannot hold requests open.
    fn finish(&mut self, key: KeyId) -> Result<Reaction, Failure> {
        Err(Failure(format!("this engine holds nothing open under {key:?}")))
    }

    /// Returns the visible state.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the subject cannot be read.
    fn observe(&mut self) -> Result<&SystemSnapshot, Failure>;
}

/// Sends one input to the subject.
pub(crate) fn send(subject: &mut impl Subject, input: &Input) -> Result<Reaction, Failure> {
    match input {
        Input::Call(call) => subject.submit(call),
        Input::Begin { key, operation } => subject.begin(*key, operation),
        Input::Finish { key } => subject.finish(*key),
        Input::Event(event) => subject.inject(event),
    }
}

/// Returns the input with the fault that actually occurred.
pub(crate) const fn with_fault(input: Input, fault: DeliveryFault) -> Input {
    match input {
        Input::Call(call) => Input::Call(Call { fault, ..call }),
        Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => input,
    }
}
