//! The strength of the harness: the number of runs after which each technique catches an injected fault.
//!
//! A campaign runs sequences derived from one seed until the injected fault is caught or the budget is used up. The
//! result is a function of the seed; it counts runs, not time.

mod measured;
mod report;
mod technique;

pub use measured::{GLANCE, Measured, Row, measure};
pub use report::report;
pub use technique::Technique;

use crate::EngineSubject;
use crate::injected_faults::{Breaks, InjectedFault};
use holdfast_harness::verdict::Verdict;

/// The result of a campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// The number of runs up to and including the first that caught the injected fault; `None` if none did.
    pub first: Option<u32>,
    /// The number of runs up to the first that caught it by the expected property or comparison.
    pub named: Option<u32>,
    /// The verdict that caught it first.
    pub verdict: Option<Verdict>,
    /// The number of times that the injected fault acted.
    pub acted: u64,
}

/// Returns the technique that should catch an injected fault.
#[must_use]
pub const fn technique_for(injected: &InjectedFault) -> Technique {
    match injected.breaks {
        Breaks::Property(_) | Breaks::Seen(_) => Technique::Lockstep,
        Breaks::Retries => Technique::Retries,
        Breaks::Crashes => Technique::Crashes,
        Breaks::Overlaps => Technique::Overlaps,
        Breaks::Consumer => Technique::Consumer,
        Breaks::Books => Technique::Books,
    }
}

/// Returns whether the verdict is the expected one for the injected fault.
#[must_use]
pub fn is_as_named(injected: &InjectedFault, technique: Technique, verdict: &Verdict) -> bool {
    let is_caught = verdict.identity().is_some() && technique == technique_for(injected);
    is_caught
        && match (injected.breaks, verdict) {
            (Breaks::Property(id), Verdict::Violate(violation)) => {
                violation.properties.iter().any(|it| it.property == id)
            }
            (Breaks::Seen(part), Verdict::Diverge(found)) => {
                found.differences.iter().any(|it| it.place.class().contains(part))
            }
            (Breaks::Seen(part), Verdict::Violate(found)) => {
                found.differences.iter().any(|it| it.place.class().contains(part))
            }
            (Breaks::Property(_) | Breaks::Seen(_), _) => false,
            (Breaks::Books, Verdict::Diverge(found)) => found.differences.iter().any(|it| it.place.class() == "books"),
            (Breaks::Books, _) => false,
            (Breaks::Retries | Breaks::Crashes | Breaks::Overlaps | Breaks::Consumer, _) => true,
        }
}

/// Runs `technique` with seeds derived from `seed`, at most `budget` times, until the injected fault is caught. With
/// `until_named`, it continues until the expected property or comparison catches the fault.
#[must_use]
pub fn campaign(
    injected: &'static InjectedFault,
    technique: Technique,
    seed: u32,
    budget: u32,
    until_named: bool,
) -> Campaign {
    let mut subject = EngineSubject::default().with_fault(injected);
    let mut result = Campaign { first: None, named: None, verdict: None, acted: 0 };
    for run in 1..=budget {
        let verdict = technique.run(&mut subject, seed_of(seed, run));
        if result.named.is_none() && is_as_named(injected, technique, &verdict) {
            result.named = Some(run);
        }
        if result.first.is_none() && verdict.identity().is_some() {
            result.first = Some(run);
            result.verdict = Some(verdict);
        }
        if result.named.is_some() || (!until_named && result.first.is_some()) {
            break;
        }
    }
    result.acted = subject.fault_activations();
    result
}

/// Returns the seed of one run of a campaign.
#[must_use]
pub fn seed_of(campaign: u32, run: u32) -> u64 {
    u64::from(campaign).wrapping_mul(1 << 32).wrapping_add(u64::from(run))
}
