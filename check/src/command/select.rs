//! Selection of the variants of the scenarios that the user names.

use holdfast_model::trace::correction;

use super::{CommonOptions, Failure};
use holdfast_scenarios::{SCENARIOS, Scenario, Variant, find};

/// One variant of one scenario.
pub(super) struct Job {
    pub(super) scenario: &'static Scenario,
    pub(super) variant: Variant,
}

impl Job {
    /// Returns the name of the scenario and the variant: `single: us`.
    pub(super) fn name(&self) -> String {
        format!("{}: {}", self.scenario.name, self.variant.name)
    }
}

/// The scenario called `name`.
pub(super) fn scenario(name: &str) -> Result<&'static Scenario, Failure> {
    let names = SCENARIOS.iter().map(|scenario| scenario.name);
    find(name).ok_or_else(|| Failure::Usage(format!("no scenario `{name}`{}", correction(name, names))))
}

/// Every variant of the named scenarios, or of all default ones.
pub(super) fn jobs(names: &[String], options: &CommonOptions) -> Result<Vec<Job>, Failure> {
    let chosen: Vec<&'static Scenario> = if names.is_empty() {
        SCENARIOS.iter().filter(|scenario| options.deep || !scenario.deep).collect()
    } else {
        let mut chosen: Vec<&'static Scenario> = Vec::new();
        for name in names {
            let scenario = scenario(name)?;
            if !chosen.iter().any(|other| other.name == scenario.name) {
                chosen.push(scenario);
            }
        }
        chosen
    };
    let variants = |scenario: &'static Scenario| {
        (scenario.variants)().into_iter().map(move |variant| {
            let symmetry = variant.symmetry && !options.all_orders;
            let variant = Variant { config: options.decide(variant.config), symmetry, ..variant };
            Job { scenario, variant }
        })
    };
    Ok(chosen.into_iter().flat_map(variants).collect())
}

/// Returns the names of the variants that are explored by default.
pub(super) fn default_names() -> Vec<String> {
    let defaults = SCENARIOS.iter().filter(|scenario| !scenario.deep);
    defaults
        .flat_map(|scenario| {
            let variants = (scenario.variants)();
            variants.into_iter().map(|variant| Job { scenario, variant }.name())
        })
        .collect()
}
