//! The names in an input: its PaymentIntent, the object that it creates, its payment method and its key.

use crate::{
    Confirm, Create, EnvironmentEvent, Input, IntentId, KeyId, Observation, Operation, PaymentMethod, Target, Update,
};

impl Target {
    /// Returns the PaymentIntent that is the target or that owns it.
    #[must_use]
    pub const fn intent(self) -> Option<IntentId> {
        match self {
            Self::Payment(intent) | Self::Refund(intent, _) => Some(intent),
            Self::Setup | Self::Session => None,
        }
    }
}

impl Operation {
    /// Returns the object that the operation creates and names. Refunds, fee refunds, transfers and reversals have no
    /// name in a request.
    #[must_use]
    pub const fn creates(&self) -> Option<Target> {
        if self.kind().creates() { Some(self.about()) } else { None }
    }

    /// Returns the payment method that the operation names.
    #[must_use]
    pub const fn method(&self) -> Option<PaymentMethod> {
        // No other operation has the parameter.
        if let Self::CreateIntent { create: Create { method, .. }, .. }
        | Self::ConfirmIntent { confirm: Confirm { method, .. }, .. }
        | Self::CreateSetup { method, .. }
        | Self::ConfirmSetup { method } = *self
        {
            return method;
        }
        if let Self::UpdateIntent { update: Update::Method(method), .. } | Self::UpdateSetup { method } = *self {
            return Some(method);
        }
        None
    }
}

impl EnvironmentEvent {
    /// Returns the PaymentIntent that the event concerns.
    #[must_use]
    pub const fn intent(&self) -> Option<IntentId> {
        match self.about() {
            Some(target) => target.intent(),
            None => None,
        }
    }
}

impl Input {
    /// Returns the operation that the input requests for the first time; `None` for [`Input::Finish`].
    #[must_use]
    pub const fn operation(&self) -> Option<Operation> {
        match *self {
            Self::Call(call) => Some(call.operation),
            Self::Begin { operation, .. } => Some(operation),
            Self::Finish { .. } | Self::Event(_) => None,
        }
    }

    /// Returns the key of the request.
    #[must_use]
    pub const fn key(&self) -> Option<KeyId> {
        match *self {
            Self::Call(call) => call.key,
            Self::Begin { key, .. } => Some(key),
            Self::Finish { .. } | Self::Event(_) => None,
        }
    }

    /// Returns the PaymentIntent that the input concerns.
    #[must_use]
    pub const fn intent(&self) -> Option<IntentId> {
        match self {
            Self::Call(call) => call.operation.about().intent(),
            Self::Begin { operation, .. } => operation.about().intent(),
            Self::Finish { .. } => None,
            Self::Event(event) => event.intent(),
        }
    }
}

impl Observation<'_> {
    /// Returns whether the object exists.
    #[must_use]
    pub fn has(&self, about: Target) -> bool {
        let payment = |intent: IntentId| self.payments.get(usize::from(intent.0)).and_then(Option::as_ref);
        match about {
            Target::Payment(intent) => payment(intent).is_some(),
            Target::Refund(intent, refund) => {
                payment(intent).is_some_and(|it| it.refunds.get(usize::from(refund.0)).is_some_and(Option::is_some))
            }
            Target::Setup => self.setup.is_some(),
            Target::Session => self.session.is_some(),
        }
    }

    /// Returns whether the engine still remembers the key.
    #[must_use]
    pub fn knows(&self, key: KeyId) -> bool {
        self.keys.get(usize::from(key.0)).is_some_and(Option::is_some)
    }
}
