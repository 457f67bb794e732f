//! Collects the changes of every step of a scenario.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_explorer::{CollisionBound, Completion, Explorer, Limits, Mode, Progress};
use holdfast_model::testing::PlantedFault;
use holdfast_scenarios::space::ModelSpace;
use holdfast_scenarios::{Capacity, Scenario, Variant, Visit, find};

use crate::space::{RecordingSpace, StepChanges};

/// The extent of a collection.
#[derive(Clone, Debug)]
pub struct CollectionLimits {
    /// The number of threads.
    pub threads: NonZeroUsize,
    /// The number of states of a variant after which its exploration is cut.
    pub max_states: Option<u64>,
    /// The time after which the exploration of a variant is cut.
    pub time: Option<Duration>,
    /// Counts what is explored, and cancels the exploration.
    pub progress: Arc<Progress>,
}

impl Default for CollectionLimits {
    fn default() -> Self {
        Self { threads: NonZeroUsize::MIN, max_states: None, time: None, progress: Arc::default() }
    }
}

/// The changes of one variant of a scenario.
#[derive(Clone, Debug)]
pub struct CollectedVariant {
    /// The changes.
    pub changes: StepChanges,
    /// Whether every step was taken.
    pub completion: Completion,
    /// The number of states.
    pub states: u64,
    /// The number of steps.
    pub steps: u64,
    /// The chance that a state was taken for another and its steps were left out, because states are kept as
    /// fingerprints.
    pub collisions: CollisionBound,
}

/// The changes of all variants of a scenario.
#[derive(Clone, Debug)]
pub struct ScenarioChanges {
    /// The name of the scenario.
    pub name: &'static str,
    /// Whether its states have two or more interchangeable payments.
    pub has_pairs: bool,
    /// The changes.
    pub changes: StepChanges,
    /// Whether every step was taken.
    pub is_complete: bool,
    /// The number of states.
    pub states: u64,
    /// The number of steps.
    pub steps: u64,
    /// The chance that a state of some variant was taken for another and its steps were left out.
    pub collisions: CollisionBound,
}

/// Takes every step of a scenario. The time limit applies to the scenario as a whole.
#[must_use]
pub fn collect(scenario: &Scenario, limits: &CollectionLimits) -> ScenarioChanges {
    let began = Instant::now();
    let mut all = ScenarioChanges {
        name: scenario.name,
        has_pairs: matches!(scenario.capacity, Capacity::Two | Capacity::Three),
        changes: StepChanges::default(),
        is_complete: true,
        states: 0,
        steps: 0,
        collisions: CollisionBound::default(),
    };
    for variant in (scenario.variants)() {
        let time = limits.time.map(|time| time.saturating_sub(began.elapsed()));
        if time.is_some_and(|time| time.is_zero()) {
            all.is_complete = false;
            break;
        }
        let found = collect_variant(scenario, &variant, &CollectionLimits { time, ..limits.clone() });
        all.changes.merge(found.changes);
        all.is_complete &= found.completion.is_complete();
        all.states = all.states.saturating_add(found.states);
        all.steps = all.steps.saturating_add(found.steps);
        all.collisions.pairs = all.collisions.pairs.saturating_add(found.collisions.pairs);
    }
    all
}

/// Takes every step of one variant, and returns the changes.
fn collect_variant(scenario: &Scenario, variant: &Variant, limits: &CollectionLimits) -> CollectedVariant {
    scenario.visit(variant, Collection { fault: None, max_depth: None, limits })
}

/// Takes the steps of the model with a planted fault in the fault's own scenario. A fault may make the space infinite,
/// so the number of steps in a row is limited: a law that breaks is certain, and that no other breaks is not.
///
/// # Errors
/// A sentence if the fault names a scenario or a variant that does not exist.
pub fn collect_with_fault(fault: &'static PlantedFault, limits: &CollectionLimits) -> Result<CollectedVariant, String> {
    let PlantedFault { name, scenario, variant, .. } = fault;
    let of = |noun: &str, word: &str| format!("planted fault `{name}`: there is no {noun} `{word}`");
    let found = find(scenario).ok_or_else(|| of("scenario", scenario))?;
    let variants = (found.variants)();
    let variant = variants.iter().find(|known| known.name == *variant).ok_or_else(|| of("variant", variant))?;
    let max_depth = Some(match found.capacity {
        Capacity::One => 60,
        Capacity::OneWithKeys => 6,
        Capacity::Two | Capacity::Three => 9,
    });
    Ok(found.visit(variant, Collection { fault: Some(fault), max_depth, limits }))
}

struct Collection<'a> {
    fault: Option<&'static PlantedFault>,
    max_depth: Option<u32>,
    limits: &'a CollectionLimits,
}

impl Visit for Collection<'_> {
    type Output = CollectedVariant;

    fn visit<const PAYMENTS: usize, const KEYS: usize>(self, model: ModelSpace<PAYMENTS, KEYS>) -> CollectedVariant {
        let model = match self.fault {
            Some(fault) => model.with_fault(fault),
            None => model,
        };
        let CollectionLimits { threads, max_states, time, progress } = self.limits;
        let limits = Limits { max_states: *max_states, max_depth: self.max_depth, time: *time, ..Limits::default() };
        let space = RecordingSpace::new(model);
        let explorer = Explorer::new(&space).mode(Mode::Fingerprint).threads(threads.get());
        let summary = explorer.limits(limits).progress(progress).run().summary;
        let (completion, states, steps) = (summary.completion, summary.unique, summary.transitions);
        CollectedVariant { changes: space.into_changes(), completion, states, steps, collisions: summary.collisions }
    }
}
