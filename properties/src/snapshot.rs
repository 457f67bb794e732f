//! Owned observations, for engines, traces and tests.

use holdfast_model::{Config, Input, KeyView, Notification, Observation, Outcome, PaymentView, SessionView, SetupView};

use crate::Step;

/// The visible state at one moment, owned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The configuration that the engine runs under.
    pub config: Config,
    /// Every PaymentIntent.
    pub payments: Vec<Option<PaymentView>>,
    /// The SetupIntent.
    pub setup: Option<SetupView>,
    /// The Checkout Session.
    pub session: Option<SessionView>,
    /// The idempotency keys in the engine's records.
    pub keys: Vec<Option<KeyView>>,
}

impl Snapshot {
    /// Returns the same as a borrowed observation.
    #[must_use]
    pub fn observe(&self) -> Observation<'_> {
        Observation {
            config: &self.config,
            payments: &self.payments,
            setup: self.setup.as_ref(),
            session: self.session.as_ref(),
            keys: &self.keys,
        }
    }
}

impl From<Observation<'_>> for Snapshot {
    fn from(observation: Observation<'_>) -> Self {
        Self {
            config: *observation.config,
            payments: observation.payments.to_vec(),
            setup: observation.setup.copied(),
            session: observation.session.copied(),
            keys: observation.keys.to_vec(),
        }
    }
}

/// A step after a snapshot, with the snapshot afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// The input.
    pub input: Input,
    /// The response.
    pub outcome: Outcome,
    /// The notifications of the step.
    pub notifications: Vec<Notification>,
    /// The snapshot after the step.
    pub after: Snapshot,
}

/// An owned sequence of steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The snapshot before the first step.
    pub start: Snapshot,
    /// The steps, in order.
    pub happenings: Vec<Happening>,
}

impl Trace {
    /// Returns the steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = Step<'_>> + Clone {
        let befores = std::iter::once(&self.start).chain(self.happenings.iter().map(|happening| &happening.after));
        befores.zip(&self.happenings).map(|(before, happening)| {
            Step::new(
                before.observe(),
                happening.input,
                happening.outcome,
                &happening.notifications,
                happening.after.observe(),
            )
        })
    }
}
