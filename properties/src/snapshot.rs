//! Observations that own what they show: for engines, traces and tests.

use holdfast_model::{Config, Input, KeyView, Notification, Observation, Outcome, PaymentView, SessionView, SetupView};

use crate::Step;

/// Everything visible at one moment, owned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The config the engine works under.
    pub config: Config,
    /// Every PaymentIntent.
    pub payments: Vec<Option<PaymentView>>,
    /// The SetupIntent.
    pub setup: Option<SetupView>,
    /// The Checkout Session.
    pub session: Option<SessionView>,
    /// The idempotency keys that the engine knows.
    pub keys: Vec<Option<KeyView>>,
}

impl Snapshot {
    /// The same, borrowed.
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

/// What happened after a snapshot was taken, and the snapshot afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// What happened.
    pub input: Input,
    /// What was answered.
    pub outcome: Outcome,
    /// The notifications of the step.
    pub notifications: Vec<Notification>,
    /// What was there afterwards.
    pub after: Snapshot,
}

/// A sequence of steps, owned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// What was there at first.
    pub start: Snapshot,
    /// What happened, in order.
    pub happenings: Vec<Happening>,
}

impl Trace {
    /// The steps, in order.
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
