//! The properties as the command line shows them.
//!
//! The explorers know a property by its bit. The catalogue adds its name, its sentence and the reason of a violation.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use holdfast_model::Observation;
use holdfast_properties::{CATALOGUE, Kind, Step, explain_step, judge_observation, judge_step};

use crate::evidence::Committed;
use holdfast_evidence::Induction;
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

impl Reach {
    /// Returns whether this proof covers less than `other`; `false` if one of them is not known.
    #[must_use]
    pub const fn is_weaker_than(&self, other: &Self) -> bool {
        matches!((self, other), (Self::ReachableOnly, Self::Alone | Self::With(_)) | (Self::With(_), Self::Alone))
    }
}

/// The proof strengths of this program beside those of the committed report, which is of other sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProofStrengths {
    /// The strength that the report states for each property.
    pub stated: Vec<Reach>,
    /// The strength for each property in this program, computed now.
    pub found: Vec<Reach>,
}

impl ProofStrengths {
    /// Returns the properties whose proof covers less than the report states, each with both strengths.
    pub fn fallen(&self) -> impl Iterator<Item = (u8, &Reach, &Reach)> {
        let both = (0_u8..).zip(self.stated.iter().zip(&self.found));
        both.filter(|(_, (stated, found))| found.is_weaker_than(stated))
            .map(|(property, (stated, found))| (property, stated, found))
    }
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

    /// Computes the proof strengths, if the committed report is of other sources than this program.
    fn proof_strengths(&self, _threads: NonZeroUsize) -> Option<ProofStrengths> {
        None
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

    fn proof_strengths(&self, threads: NonZeroUsize) -> Option<ProofStrengths> {
        let source = &self.committed.source;
        if source.is_current || source.rules.is_none() {
            return None;
        }
        let name = |bit: &u8| CATALOGUE.get(usize::from(*bit)).map_or_else(String::new, |it| it.id.to_owned());
        let strengths = holdfast_evidence::proof_strengths(threads);
        let found = |property: &holdfast_properties::Property| match strengths.get(&property.place) {
            None => Reach::Unknown,
            Some(Induction::Alone) => Reach::Alone,
            Some(Induction::WithHelpers(bits)) => Reach::With(bits.iter().map(name).collect()),
            Some(Induction::ReachableOnly(_) | Induction::NotInDomain) => Reach::ReachableOnly,
        };
        Some(ProofStrengths { stated: self.committed.stated.clone(), found: CATALOGUE.iter().map(found).collect() })
    }
}
