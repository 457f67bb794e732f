//! The port to an engine: whoever implements [`Subject`] has their engine checked.

use std::borrow::Cow;

use crate::capabilities::Capabilities;
use holdfast_model::{
    Accepted, Call, Config, DeliveryFault, EnvironmentEvent, Input, KeyId, Notification, Operation, PaymentView,
    Rejection, SessionView, SetupView, Wire,
};

/// The harness could not do its work: not a verdict about the engine, and never reported as agreement.
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

/// What a client was answered, or what an event came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Done. For an event, [`Accepted::Happened`] or, when there was nothing to do, [`Accepted::Nothing`].
    Accepted(Accepted),
    /// Not, or not simply, done.
    Refused(Refused),
    /// The answer never arrived.
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

/// What came of one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// What the client was answered; for an event, whether anything happened.
    pub answer: Answer,
    /// What really went wrong on the way. A call asks for a fault; an engine in which it could not come about
    /// (a server error of a request that needs nobody else) says so here, and the model is then not told of it either.
    pub fault: DeliveryFault,
    /// What the merchant was told, in the order it was generated.
    pub notifications: Vec<Notification>,
}

impl Reaction {
    /// An answer without a fault, that nobody is told of.
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
    /// The request it came with first.
    pub operation: Operation,
    /// What that request was answered; `None` while it is worked on.
    pub answer: Option<Answer>,
    /// Seconds until it may be forgotten (a day after its answer, IDEM-13), none left once it may; `None` while it is
    /// worked on.
    pub seconds_left: Option<u32>,
}

/// Everything that can be seen of an engine at one moment. Places count from 0 in the order of creation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SystemSnapshot {
    /// Every PaymentIntent, with what belongs to it.
    pub payments: Vec<Option<PaymentView>>,
    /// The SetupIntent.
    pub setup: Option<SetupView>,
    /// The Checkout Session.
    pub session: Option<SessionView>,
    /// The idempotency keys.
    pub keys: Vec<Option<IdempotencyKeySnapshot>>,
}

/// An engine under test, as the model's words address it.
///
/// Objects are named by their place: the first PaymentIntent asked for is `IntentId(0)`. A request for one that does
/// not exist is sent all the same, with an id that the engine does not know.
pub trait Subject {
    /// Begins anew, with nothing in it, under `config`.
    ///
    /// # Errors
    /// [`Failure`] when the engine cannot be had, or not under these config.
    fn start(&mut self, config: &Config) -> Result<(), Failure>;

    /// Returns what the subject can be asked and what it shows. It is read once, before a run.
    fn capabilities(&self) -> Capabilities {
        Capabilities::everything()
    }

    /// Returns whether the subject can be asked the input in its present state. An input that it cannot be asked is left
    /// out on both sides, and counted. What it can never be asked is missing from its [`Self::capabilities`].
    fn can(&mut self, _input: &Input) -> bool {
        true
    }

    /// A client asks; `call.key` and `call.fault` say how the request travels.
    ///
    /// # Errors
    /// [`Failure`] when no answer can be had.
    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure>;

    /// The world moves: a customer, a bank, a background job, or time.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be made to.
    fn inject(&mut self, event: &EnvironmentEvent) -> Result<Reaction, Failure>;

    /// A request under a key arrives and is not answered yet; it holds its object. Answered with
    /// [`Accepted::Begun`], or at once with why it cannot be taken in.
    ///
    /// # Errors
    /// [`Failure`] where requests cannot be held open.
    fn begin(&mut self, key: KeyId, operation: &Operation) -> Result<Reaction, Failure> {
        Err(Failure(format!("this engine cannot hold {operation:?} under {key:?} open")))
    }

    /// The request that [`Self::begin`] left open is carried out and answered.
    ///
    /// # Errors
    /// [`Failure`] where requests cannot be held open.
    fn finish(&mut self, key: KeyId) -> Result<Reaction, Failure> {
        Err(Failure(format!("this engine holds nothing open under {key:?}")))
    }

    /// Everything an outsider can see now.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be seen.
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
