//! The properties as the command line shows them.
//!
//! The explorers know a property by its bit. The catalogue adds its name, its sentence and the reason of a violation.

use std::collections::BTreeMap;

use holdfast_model::Observation;
use holdfast_properties::{CATALOGUE, Kind, Step, explain_step, judge_observation, judge_step};

use crate::evidence::Committed;
use holdfast_explorer::PropertyBits;

/// A property as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownProperty {
    /// The name on the command line and in reports.
    pub name: String,
    /// The sentence with its conditions.
    pub sentence: String,
    /// Ids of the requirements that it renders, separated by blanks.
    pub rules: String,
    /// The damage to a merchant if it is false.
    pub why: String,
    /// Whether it judges steps rather than states.
    pub about_steps: bool,
}

/// The evidence for a property beyond the exploration at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The strength of the proof for sequences of any length.
    pub reach: Reach,
    /// Number of faults planted in the model that the property notices; `None` if unknown.
    pub faults: Option<usize>,
}

/// Whether a property also holds after one step from every type-correct state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Not known for this program.
    #[default]
    Unknown,
    /// It does.
    Alone,
    /// It does if these other properties hold before the step.
    With(Vec<String>),
    /// It does not, or the domain of the induction never covers its premise.
    ReachableOnly,
}

/// The origin of the [`Evidence`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceSource {
    /// The digest of the sources that the report was made from; `None` if there is no such report.
    pub rules: Option<String>,
    /// Whether that digest is this program's. Otherwise all evidence is withheld.
    pub is_current: bool,
    /// Number of faults planted in the model.
    pub faults: usize,
    /// Number of states of each variant, for estimates of the time left.
    pub sizes: BTreeMap<String, u64>,
}

/// The properties in order. The property at position `n` owns bit `n` of [`PropertyBits`].
pub trait Catalogue: Sync {
    /// Returns every property.
    fn properties(&self) -> &[ShownProperty];

    /// Returns the properties about states that are false in a state.
    fn broken_by_state(&self, observation: &Observation<'_>) -> PropertyBits;

    /// Returns the properties about steps that a step breaks.
    fn broken_by_step(&self, step: &Step<'_>) -> PropertyBits;

    /// Returns the values that make a property false in a step or in the state after it; `None` if it is true.
    fn because(&self, property: u8, step: &Step<'_>) -> Option<String>;

    /// Returns the evidence for a property beyond the exploration at hand.
    fn evidence(&self, _property: u8) -> Evidence {
        Evidence::default()
    }

    /// Returns the origin of the evidence.
    fn evidence_source(&self) -> EvidenceSource {
        EvidenceSource::default()
    }

    /// Returns the property at a position.
    fn property(&self, property: u8) -> Option<&ShownProperty> {
        self.properties().get(usize::from(property))
    }

    /// Returns the properties that a step or the state after it breaks.
    fn broken(&self, step: &Step<'_>) -> PropertyBits {
        self.broken_by_step(step) | self.broken_by_state(&step.after)
    }
}

/// The catalogue of `holdfast-properties`.
#[derive(Clone, Debug)]
pub struct Properties {
    properties: Vec<ShownProperty>,
    committed: Committed,
}

impl Default for Properties {
    fn default() -> Self {
        let property = |property: &holdfast_properties::Property| ShownProperty {
            name: property.id.to_owned(),
            sentence: property.statement(),
            rules: property.rules.to_owned(),
            why: property.why(),
            about_steps: matches!(property.kind, Kind::PaymentStep | Kind::Step),
        };
        Self { properties: CATALOGUE.iter().map(property).collect(), committed: Committed::default() }
    }
}

impl Properties {
    /// Returns the same properties with the evidence of a report.
    #[must_use]
    pub fn with_evidence(mut self, committed: Committed) -> Self {
        self.committed = committed;
        self
    }
}

impl Catalogue for Properties {
    fn properties(&self) -> &[ShownProperty] {
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
        self.committed.properties.get(usize::from(property)).cloned().unwrap_or_default()
    }

    fn evidence_source(&self) -> EvidenceSource {
        self.committed.source.clone()
    }
}
