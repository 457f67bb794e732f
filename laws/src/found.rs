//! The laws of the scenarios that were taken, and their comparison with the known ones.

use std::fmt;

use holdfast_explorer::CollisionBound;
use holdfast_scenarios::{SCENARIOS, Scenario};

use crate::law::ConservationLaw;
use crate::linear::{Overflow, Span, Vector, combination};
use crate::quantity::WIDTH;
use crate::run::ScenarioChanges;
use crate::space::StepChanges;
use crate::sparse::sparse_basis;
use crate::table::{KNOWN_LAWS, KnownLaw, LawReason};

/// The laws that hold in every step of some scenarios.
#[derive(Clone, Debug)]
pub struct FoundLaws {
    /// The scenarios and their changes.
    pub scenarios: Vec<ScenarioChanges>,
    /// A basis of the laws: every law is a combination of these.
    pub basis: Vec<ConservationLaw>,
    relations: Span,
}

/// The reason why there are no laws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoLaws {
    /// These scenarios were not explored to the end: a step that was not taken may break anything.
    Incomplete(Vec<&'static str>),
    /// No step changed a payment.
    NoPayment,
    /// The computation left the range of its numbers.
    Overflow,
}

impl From<Overflow> for NoLaws {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

impl fmt::Display for NoLaws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete(names) => {
                write!(formatter, "not explored to the end: {}; no law is found", names.join(", "))
            }
            Self::NoPayment => formatter.write_str("no step of these scenarios changes a payment; no law is found"),
            Self::Overflow => Overflow.fmt(formatter),
        }
    }
}

/// The laws of one scenario beyond those of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccidentalLaws {
    /// The number of independent changes.
    pub rank: usize,
    /// Laws of this scenario that another scenario breaks.
    pub laws: Vec<ConservationLaw>,
}

/// Returns the default scenarios that have payments.
pub fn default_scenarios() -> impl Iterator<Item = &'static Scenario> {
    SCENARIOS.iter().filter(|scenario| !scenario.deep && scenario.name != "setup")
}

impl FoundLaws {
    /// Computes the laws.
    ///
    /// # Errors
    /// [`NoLaws`] if a scenario was cut, nothing changed, or a number left the range.
    pub fn of(scenarios: Vec<ScenarioChanges>) -> Result<Self, NoLaws> {
        let is_cut = |scenario: &&ScenarioChanges| !scenario.is_complete;
        let cut: Vec<&str> = scenarios.iter().filter(is_cut).map(|scenario| scenario.name).collect();
        if !cut.is_empty() {
            return Err(NoLaws::Incomplete(cut));
        }
        if scenarios.iter().all(|scenario| scenario.changes.is_empty()) {
            return Err(NoLaws::NoPayment);
        }
        let mut relations = Span::new(WIDTH);
        for scenario in &scenarios {
            for change in scenario.changes.span()?.basis() {
                relations.insert(change)?;
            }
        }
        let basis = laws(sparse_basis(&relations, &[])?)?;
        Ok(Self { scenarios, basis, relations })
    }

    /// Returns the number of independent changes.
    #[must_use]
    pub const fn rank(&self) -> usize {
        self.relations.rank()
    }

    /// Returns whether every default scenario with payments was taken.
    #[must_use]
    pub fn covers_the_defaults(&self) -> bool {
        default_scenarios().all(|wanted| self.scenarios.iter().any(|scenario| scenario.name == wanted.name))
    }

    /// Returns whether `law` holds in every step of every scenario.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn has(&self, law: &ConservationLaw) -> Result<bool, Overflow> {
        self.broken_by(law).map(|scenarios| scenarios.is_empty())
    }

    /// Returns the scenarios that break `law`.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn broken_by(&self, law: &ConservationLaw) -> Result<Vec<&'static str>, Overflow> {
        let mut breaking = Vec::new();
        for scenario in &self.scenarios {
            if breaks(scenario, law)? {
                breaking.push(scenario.name);
            }
        }
        Ok(breaking)
    }

    /// Returns the laws of one scenario beyond those of all, each of which another scenario breaks.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn accidental(&self, scenario: &ScenarioChanges) -> Result<AccidentalLaws, Overflow> {
        let relations = scenario.changes.span()?;
        let known: Vec<Vector> = self.basis.iter().map(|law| law.numbers().clone()).collect();
        Ok(AccidentalLaws { rank: relations.rank(), laws: laws(sparse_basis(&relations, &known)?)? })
    }

    /// Returns the number of independent laws of two payments side by side that are no sum of a law of each: 0 if the
    /// payments do not affect each other. `None` if no scenario has two payments.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn coupling_laws(&self) -> Result<Option<usize>, Overflow> {
        let mut changes = StepChanges::default();
        let with_pairs = self.scenarios.iter().filter(|scenario| scenario.has_pairs);
        with_pairs.for_each(|scenario| changes.merge(scenario.changes.clone()));
        if changes.is_empty() {
            return Ok(None);
        }
        let (one, two) = (changes.span()?.rank(), changes.span_of_two()?.rank());
        Ok(one.checked_mul(2).and_then(|separate| separate.checked_sub(two)))
    }

    /// Returns the chance that a state was taken for another and its steps were left out.
    #[must_use]
    pub fn collisions(&self) -> CollisionBound {
        let pairs = self.scenarios.iter().map(|scenario| scenario.collisions.pairs);
        CollisionBound { pairs: pairs.fold(0, u64::saturating_add) }
    }

    /// Returns the sentences that must not be true of the model: a declared or explained equality that is no law, and, if
    /// every default scenario was taken, a law that is neither declared nor explained.
    ///
    /// # Errors
    /// [`Overflow`] if a number leaves the range.
    pub fn objections(&self) -> Result<Vec<String>, Overflow> {
        let mut objections = Vec::new();
        for known in KNOWN_LAWS {
            let law = known.law()?;
            let breaking = self.broken_by(&law)?;
            if !breaking.is_empty() {
                let by = match known.reason {
                    LawReason::Declared(properties) => format!("declared by {}", properties.join(", ")),
                    LawReason::Explained(reason) => format!("declared by no property, explained as: {reason}"),
                };
                objections.push(format!("{law} is no law: broken in {} ({by})", breaking.join(", ")));
            }
        }
        for law in self.basis.iter().filter(|_| self.covers_the_defaults()) {
            if explanation(law)?.is_none() {
                objections.push(format!("{law} is a law of every scenario, and is neither declared nor explained"));
            }
        }
        Ok(objections)
    }
}

/// Returns whether a step of the scenario breaks `law`.
fn breaks(scenario: &ScenarioChanges, law: &ConservationLaw) -> Result<bool, Overflow> {
    for change in scenario.changes.single() {
        if !law.allows(change)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the known laws whose linear combination is `law`; `None` if there is no combination.
///
/// # Errors
/// [`Overflow`] if a number leaves the range.
pub fn explanation(law: &ConservationLaw) -> Result<Option<Vec<&'static KnownLaw>>, Overflow> {
    let mut known = Vec::new();
    for other in KNOWN_LAWS {
        known.push(other.law()?.numbers().clone());
    }
    let used = combination(&known, law.numbers())?;
    Ok(used.map(|used| used.into_iter().filter_map(|position| KNOWN_LAWS.get(position)).collect()))
}

fn laws(vectors: Vec<Vector>) -> Result<Vec<ConservationLaw>, Overflow> {
    vectors.iter().map(|numbers| ConservationLaw::new(numbers)).collect()
}
