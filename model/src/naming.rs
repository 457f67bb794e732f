//! What an input names: the payment that it is about, the object that it would make, the payment method, the key.

use crate::{
    Confirm, Create, EnvironmentEvent, Input, IntentId, KeyId, Observation, Operation, PaymentMethod, Target, Update,
};

impl Target {
    /// The PaymentIntent, if it is about one or about what belongs to one.
    #[must_use]
    pub const fn intent(self) -> Option<IntentId> {
        match self {
            Self::Payment(intent) | Self::Refund(intent, _) => Some(intent),
            Self::Setup | Self::Session => None,
        }
    }
}

impl Operation {
    /// The object that it makes and gives a name to. A refund, a fee's refund, a transfer and its reversal get no name
    /// from whoever asks for them.
    #[must_use]
    pub const fn creates(&self) -> Option<Target> {
        if self.kind().creates() { Some(self.about()) } else { None }
    }

    /// The payment method that it names.
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
    /// The PaymentIntent that it happens to.
    #[must_use]
    pub const fn intent(&self) -> Option<IntentId> {
        match self.about() {
            Some(target) => target.intent(),
            None => None,
        }
    }
}

impl Input {
    /// What is asked in it for the first time; [`Input::Finish`] asks nothing that was not asked before.
    #[must_use]
    pub const fn operation(&self) -> Option<Operation> {
        match *self {
            Self::Call(call) => Some(call.operation),
            Self::Begin { operation, .. } => Some(operation),
            Self::Finish { .. } | Self::Event(_) => None,
        }
    }

    /// The key under which something is asked in it.
    #[must_use]
    pub const fn key(&self) -> Option<KeyId> {
        match *self {
            Self::Call(call) => call.key,
            Self::Begin { key, .. } => Some(key),
            Self::Finish { .. } | Self::Event(_) => None,
        }
    }

    /// The PaymentIntent that it is about.
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
    /// Is the object there?
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

    /// Is the key known: was something asked under it that it still answers for?
    #[must_use]
    pub fn knows(&self, key: KeyId) -> bool {
        self.keys.get(usize::from(key.0)).is_some_and(Option::is_some)
    }
}
