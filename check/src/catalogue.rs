//! What is claimed, as far as the command line needs to know it.
//!
//! The explorers know a claim by its bit only. Whoever prints knows it by name, and can ask why it
//! is false somewhere.

use holdfast_model::{Input, Notification, Observation, Outcome};
use holdfast_properties::{CATALOGUE, Kind, Step, explain_step, judge_observation, judge_step};

use crate::explore::ClaimBits;

/// A claim, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The name on the command line and in reports.
    pub name: String,
    /// What is claimed, as a sentence.
    pub sentence: String,
    /// The rules it renders.
    pub rules: String,
    /// What breaks for a merchant if it is false.
    pub why: String,
    /// Is it about steps, or about states alone?
    pub about_steps: bool,
}

/// What is known about a claim beyond the exploration at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Does it hold for sequences of any length?
    pub induction: Induction,
    /// Faults planted in the model that it finds; `None` where that was not tried.
    pub faults: Option<usize>,
}

/// Does a claim also hold after one step from every type-correct state?
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Induction {
    /// Not examined.
    #[default]
    Unknown,
    /// Yes, by itself.
    Alone,
    /// Yes, from those states in which these other claims hold too.
    With(Vec<String>),
    /// No: it holds in the reachable states only.
    Reachable,
}

/// One step: what was there, what happened and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// What was there before.
    pub before: Observation<'a>,
    /// What happened.
    pub input: Input,
    /// What was answered.
    pub outcome: Outcome,
    /// What the merchant was told.
    pub notifications: &'a [Notification],
    /// What is there now.
    pub after: Observation<'a>,
}

/// The claims, in order: the claim at position `n` owns bit `n` of [`ClaimBits`].
pub trait Catalogue: Sync {
    /// Every claim.
    fn claims(&self) -> &[Claim];

    /// The claims about states that are false here.
    fn broken_by_state(&self, observation: &Observation<'_>) -> ClaimBits;

    /// The claims about steps that this step breaks.
    fn broken_by_step(&self, moment: &Moment<'_>) -> ClaimBits;

    /// The values that make a claim false: of the step, or of the state after it.
    fn because(&self, claim: u8, moment: &Moment<'_>) -> Option<String>;

    /// What else is known about a claim.
    fn evidence(&self, _claim: u8) -> Evidence {
        Evidence::default()
    }

    /// The claim at this position.
    fn claim(&self, claim: u8) -> Option<&Claim> {
        self.claims().get(usize::from(claim))
    }

    /// The claims that one step breaks, itself or by the state it leads to.
    fn broken(&self, moment: &Moment<'_>) -> ClaimBits {
        self.broken_by_step(moment) | self.broken_by_state(&moment.after)
    }
}

/// The catalogue of `holdfast-properties`.
#[derive(Clone, Debug)]
pub struct Properties {
    claims: Vec<Claim>,
    evidence: Vec<Evidence>,
}

impl Default for Properties {
    fn default() -> Self {
        let claim = |claim: &holdfast_properties::Claim| Claim {
            name: claim.id.to_owned(),
            sentence: claim.sentence.to_owned(),
            rules: claim.rules.to_owned(),
            why: claim.why(),
            about_steps: matches!(claim.kind, Kind::PaymentStep | Kind::Step),
        };
        Self { claims: CATALOGUE.iter().map(claim).collect(), evidence: Vec::new() }
    }
}

impl Properties {
    /// The same claims, with what else is known about each, in their order.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }
}

impl<'a> Moment<'a> {
    /// The step as the claims see it.
    #[must_use]
    pub fn step(&self) -> Step<'a> {
        Step::new(self.before, self.input, self.outcome, self.notifications, self.after)
    }
}

impl Catalogue for Properties {
    fn claims(&self) -> &[Claim] {
        &self.claims
    }

    fn broken_by_state(&self, observation: &Observation<'_>) -> ClaimBits {
        judge_observation(observation).broken
    }

    fn broken_by_step(&self, moment: &Moment<'_>) -> ClaimBits {
        judge_step(&moment.step()).broken
    }

    fn because(&self, claim: u8, moment: &Moment<'_>) -> Option<String> {
        let claim = CATALOGUE.get(usize::from(claim))?;
        explain_step(claim, &moment.step())
    }

    fn evidence(&self, claim: u8) -> Evidence {
        self.evidence.get(usize::from(claim)).cloned().unwrap_or_default()
    }
}
