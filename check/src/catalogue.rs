//! What is stated, as far as the command line needs to know it.
//!
//! The explorers know a property by its bit only. Whoever prints knows it by name, and can ask why it
//! is false somewhere.

use holdfast_model::Observation;
use holdfast_properties::{CATALOGUE, Kind, Step, explain_step, judge_observation, judge_step};

use holdfast_explorer::PropertyBits;

/// A property, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The name on the command line and in reports.
    pub name: String,
    /// What is stated, as a sentence.
    pub sentence: String,
    /// The rules it renders.
    pub rules: String,
    /// What breaks for a merchant if it is false.
    pub why: String,
    /// Is it about steps, or about states alone?
    pub about_steps: bool,
}

/// What is known about a property beyond the exploration at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Does it hold for sequences of any length?
    pub induction: Induction,
    /// Faults planted in the model that it finds; `None` where that was not tried.
    pub faults: Option<usize>,
}

/// Does a property also hold after one step from every type-correct state?
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Induction {
    /// Not examined.
    #[default]
    Unknown,
    /// Yes, by itself.
    Alone,
    /// Yes, from those states in which these other properties hold too.
    With(Vec<String>),
    /// No: it holds in the reachable states only.
    ReachableOnly,
}

/// The properties, in order: the property at position `n` owns bit `n` of [`PropertyBits`].
pub trait Catalogue: Sync {
    /// Every property.
    fn properties(&self) -> &[Property];

    /// The properties about states that are false here.
    fn broken_by_state(&self, observation: &Observation<'_>) -> PropertyBits;

    /// The properties about steps that this step breaks.
    fn broken_by_step(&self, step: &Step<'_>) -> PropertyBits;

    /// The values that make a property false: of the step, or of the state after it.
    fn because(&self, property: u8, step: &Step<'_>) -> Option<String>;

    /// What else is known about a property.
    fn evidence(&self, _property: u8) -> Evidence {
        Evidence::default()
    }

    /// The property at this position.
    fn property(&self, property: u8) -> Option<&Property> {
        self.properties().get(usize::from(property))
    }

    /// The properties that one step breaks, itself or by the state it leads to.
    fn broken(&self, step: &Step<'_>) -> PropertyBits {
        self.broken_by_step(step) | self.broken_by_state(&step.after)
    }
}

/// The catalogue of `holdfast-properties`.
#[derive(Clone, Debug)]
pub struct Properties {
    properties: Vec<Property>,
    evidence: Vec<Evidence>,
}

impl Default for Properties {
    fn default() -> Self {
        let property = |property: &holdfast_properties::Property| Property {
            name: property.id.to_owned(),
            sentence: property.statement(),
            rules: property.rules.to_owned(),
            why: property.why(),
            about_steps: matches!(property.kind, Kind::PaymentStep | Kind::Step),
        };
        Self { properties: CATALOGUE.iter().map(property).collect(), evidence: Vec::new() }
    }
}

impl Properties {
    /// The same properties, with what else is known about each, in their order.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }
}

impl Catalogue for Properties {
    fn properties(&self) -> &[Property] {
        &self.properties
    }

    fn broken_by_state(&self, observation: &Observation<'_>) -> PropertyBits {
        judge_observation(observation).broken
    }

    fn broken_by_step(&self, step: &Step<'_>) -> PropertyBits {
        judge_step(step).broken
    }

    fn because(&self, property: u8, step: &Step<'_>) -> Option<String> {
        let property = CATALOGUE.get(usize::from(property))?;
        explain_step(property, step)
    }

    fn evidence(&self, property: u8) -> Evidence {
        self.evidence.get(usize::from(property)).cloned().unwrap_or_default()
    }
}
