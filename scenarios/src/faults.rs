//! A test of the checkers: the expected property must find each planted fault.

use std::num::NonZeroUsize;

use holdfast_model::testing::{PlantedFault, faults};
use holdfast_properties::Property;

use crate::space::ModelSpace;
use crate::{Visit, find};
use holdfast_explorer::{Explorer, Limits, Mode, PropertyBits};

/// The result of exploring with a planted fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The fault's name.
    pub fault: &'static str,
    /// Every property that it breaks in its scenario, with the length of the shortest counterexample.
    pub broken: Vec<(&'static str, u32)>,
    /// The shortest counterexample to the property it should break, one line an input.
    pub counterexample: Vec<String>,
}

impl Caught {
    /// Returns whether the fault breaks `property`.
    #[must_use]
    pub fn by(&self, property: &str) -> bool {
        self.broken.iter().any(|(broken, _)| *broken == property)
    }
}

/// Plants every fault in turn.
///
/// # Errors
/// Returns a message about a fault that names a scenario, a variant or a property that does not exist.
pub fn plant_all(threads: NonZeroUsize) -> Result<Vec<Caught>, String> {
    faults().map(|fault| plant(fault, threads)).collect()
}

/// Explores the scenario of a fault with the fault in it.
///
/// # Errors
/// Returns a message if the fault names a scenario, a variant or a property that does not exist.
pub fn plant(fault: &'static PlantedFault, threads: NonZeroUsize) -> Result<Caught, String> {
    let PlantedFault { name, scenario, variant, breaks, .. } = fault;
    let of = |what: &str, word: &str| format!("planted fault `{name}`: there is no {what} `{word}`");
    let property = Property::find(breaks).ok_or_else(|| of("property", breaks))?;
    let found = find(scenario).ok_or_else(|| of("scenario", scenario))?;
    let variants = (found.variants)();
    let variant = variants.iter().find(|known| known.name == *variant).ok_or_else(|| of("variant", variant))?;
    Ok(found.visit(variant, FaultRun { fault, property, threads }))
}

struct FaultRun {
    fault: &'static PlantedFault,
    property: &'static Property,
    threads: NonZeroUsize,
}

impl Visit for FaultRun {
    type Output = Caught;

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, space: ModelSpace<PAYMENTS, KEYS>) -> Caught {
        let space = space.with_fault(self.fault);
        // A fault can make the state space endless, but it breaks properties early. The bound is a depth, not a number
        // of states, so that the same properties notice the fault on any number of threads.
        let max_depth = if KEYS > 0 { 6 } else { 60 };
        let limits = Limits { max_depth: Some(max_depth), ..Limits::default() };
        let explorer = Explorer::new(&space).mode(Mode::Exact).threads(self.threads.get()).limits(limits);
        let found = explorer.run();
        let broken = found
            .violations
            .iter()
            .filter_map(|(bit, sighting)| {
                let property = holdfast_properties::CATALOGUE.get(usize::from(*bit))?;
                Some((property.id, sighting.steps))
            })
            .collect();
        let counterexample = found
            .violations
            .get(&self.property.place)
            .and_then(|sighting| {
                let path = explorer.path(&found, sighting)?;
                let lines = path.steps.iter().map(|(_, input)| input.to_string()).collect();
                Some(lines)
            })
            .unwrap_or_default();
        Caught { fault: self.fault.name, broken, counterexample }
    }
}

/// Returns the properties that are the only ones to notice some fault.
#[must_use]
pub fn sole_witnesses(caught: &[Caught]) -> PropertyBits {
    caught
        .iter()
        .filter_map(|caught| match caught.broken.as_slice() {
            [(property, _)] => Property::find(property),
            _ => None,
        })
        .fold(PropertyBits::ZERO, |bits, property| bits | property.bit())
}
