//! The findings for the reports: from explorations, planted faults and induction.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use holdfast_model::testing::faults;
use holdfast_properties::{CATALOGUE, Kind, Property};

use holdfast_explorer::{Exploration, Explorer, Mode, Path, PropertyBits, Summary};
use holdfast_scenarios::faults::{Caught, plant_all};
use holdfast_scenarios::induction::{Induction, Steps};
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{SCENARIOS, Scenario, Visit};

/// All findings that the reports contain.
pub struct Findings {
    /// Each variant of each default scenario, in order.
    pub(super) spaces: Vec<Explored>,
    /// The result of each planted fault.
    pub(super) caught: Vec<Caught>,
    /// The proof strength of each property, by its bit.
    pub(super) induction: BTreeMap<u8, Induction>,
    /// The number of states and steps of the induction.
    pub(super) induction_size: (u64, u64),
}

/// One variant of a scenario, explored.
pub(super) struct Explored {
    pub(super) scenario: &'static Scenario,
    pub(super) variant: &'static str,
    pub(super) follows_specification: bool,
    pub(super) summary: Summary,
    /// Shortest traces to the first instance of each abstract transition.
    pub(super) classes: BTreeMap<u32, (u64, Vec<String>)>,
    /// Shortest traces to the first witness of each property.
    pub(super) witnesses: BTreeMap<u8, (u64, Vec<String>)>,
}

impl Explored {
    pub(super) fn name(&self) -> String {
        format!("{}: {}", self.scenario.name, self.variant)
    }
}

impl Findings {
    /// Explores every default scenario, plants every fault, and takes every step of the induction.
    ///
    /// # Errors
    /// Returns a message if a planted fault names a scenario, a variant or a property that does not exist.
    pub fn find(threads: NonZeroUsize) -> Result<Self, String> {
        let mut spaces = Vec::new();
        for scenario in SCENARIOS.iter().filter(|scenario| !scenario.deep) {
            for variant in (scenario.variants)() {
                let follows_specification = variant.follows_the_specification();
                let (summary, classes, witnesses) = scenario.visit(&variant, Explore(threads));
                spaces.push(Explored {
                    scenario,
                    variant: variant.name,
                    follows_specification,
                    summary,
                    classes,
                    witnesses,
                });
            }
        }
        let caught = plant_all(threads)?;
        let steps = Steps::take(threads);
        let induction = induct(&steps);
        Ok(Self { spaces, caught, induction, induction_size: (steps.states, steps.steps) })
    }

    /// Checks that every space is complete, every property holds and was covered, and every planted fault was found.
    pub(super) fn check(&self) -> Result<(), String> {
        for space in &self.spaces {
            if !space.summary.completion.is_complete() {
                return Err(format!("{} is {}", space.name(), space.summary.completion));
            }
            if let Some(property) = space.summary.violations.keys().next().and_then(|bit| property(*bit)) {
                return Err(format!("`{}` is false in {}", property.id, space.name()));
            }
        }
        if let Some(property) = CATALOGUE.iter().find(|property| self.witness(property).is_none()) {
            return Err(format!("`{}` holds vacuously: its premise never occurred", property.id));
        }
        for (fault, caught) in faults().zip(&self.caught) {
            if !caught.by(fault.breaks) {
                return Err(format!("planted fault `{}` was missed by `{}`", fault.name, fault.breaks));
            }
        }
        Ok(())
    }

    /// Returns the number of times that a property's premise occurred, with the space and the trace of the shortest
    /// one.
    pub(super) fn witness(&self, property: &Property) -> Option<(u64, &Explored, &[String])> {
        let seen = self.spaces.iter().filter_map(|space| Some((space, space.witnesses.get(&property.place)?)));
        let count = seen.clone().fold(0_u64, |sum, (_, (count, _))| sum.saturating_add(*count));
        let (space, (_, trace)) = seen.min_by_key(|(_, (_, trace))| trace.len())?;
        Some((count, space, trace))
    }

    /// Returns the planted faults that a property notices, each with the length of the counterexample and whether no
    /// other property notices it.
    pub(super) fn kills(&self, property: &Property) -> Vec<(&'static str, u32, bool)> {
        self.caught
            .iter()
            .filter_map(|caught| {
                let (_, steps) = caught.broken.iter().find(|(broken, _)| *broken == property.id)?;
                Some((caught.fault, *steps, caught.broken.len() == 1))
            })
            .collect()
    }
}

/// Returns the proof strength of each property, by its bit.
fn induct(steps: &Steps) -> BTreeMap<u8, Induction> {
    let bits = |about_steps: bool| {
        CATALOGUE
            .iter()
            .filter(|property| is_about_steps(property) == about_steps)
            .fold(PropertyBits::ZERO, |bits, property| bits | property.bit())
    };
    steps.induct(bits(false), bits(true)).into_iter().collect()
}

/// Takes every step of the induction, and returns the proof strength of each property, by its bit.
#[must_use]
pub fn proof_strengths(threads: NonZeroUsize) -> BTreeMap<u8, Induction> {
    induct(&Steps::take(threads))
}

/// Returns the property with this bit.
pub(super) fn property(bit: u8) -> Option<&'static Property> {
    CATALOGUE.get(usize::from(bit))
}

/// Returns whether the property is about steps, not about states.
pub(super) fn is_about_steps(property: &Property) -> bool {
    match property.kind {
        Kind::PaymentStep | Kind::Step => true,
        Kind::Payment | Kind::Observation => false,
    }
}

type Traces<K> = BTreeMap<K, (u64, Vec<String>)>;

struct Explore(NonZeroUsize);

impl Visit for Explore {
    type Output = (Summary, Traces<u32>, Traces<u8>);

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> Self::Output {
        let explorer = Explorer::new(&space).mode(Mode::Exact).threads(self.0.get());
        let found = explorer.run();
        let classes = found
            .summary
            .classes
            .iter()
            .filter_map(|(class, count)| {
                Some((*class, (count.count, trace(&explorer, &found, found.classes.get(class)?))))
            })
            .collect();
        let witnesses = found
            .summary
            .witnesses
            .iter()
            .filter_map(|(bit, count)| Some((*bit, (count.count, trace(&explorer, &found, found.witnesses.get(bit)?)))))
            .collect();
        (found.summary, classes, witnesses)
    }
}

/// Returns the inputs that lead to a sighting, including the input of the step that was seen.
fn trace<const PAYMENTS: usize, const KEYS: usize>(
    explorer: &Explorer<'_, ModelSpace<PAYMENTS, KEYS>>,
    found: &Exploration<ModelSpace<PAYMENTS, KEYS>>,
    sighting: &holdfast_explorer::Sighting<ModelSpace<PAYMENTS, KEYS>>,
) -> Vec<String> {
    let Some(Path { steps, .. }) = explorer.path(found, sighting) else { return Vec::new() };
    steps.iter().map(|(_, input)| input.to_string()).collect()
}
