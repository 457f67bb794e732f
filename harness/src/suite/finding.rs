//! A failed run, and its counterexample.

use std::fmt;

use holdfast_model::{Call, DeliveryFault, Input, KeyId};
use holdfast_properties::{CATALOGUE, Property};

use crate::baseline;
use crate::counterexample::Counterexample;
use crate::generator::Sequence;
use crate::retries;
use crate::run_mode::RunMode;
use crate::verdict::Verdict;

/// The topics of the properties about money.
const MONEY_TOPICS: [&str; 6] = ["money", "capture", "expiry", "refunds", "connect", "ledger"];

/// Returns the properties about money, in the order of the catalogue.
pub(super) fn money_properties() -> impl Iterator<Item = &'static Property> {
    CATALOGUE.iter().filter(|property| MONEY_TOPICS.contains(&property.topic))
}

/// A failed run with its rank among the findings.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FailedRun {
    mode: RunMode,
    seed: u64,
    sequence: Sequence,
    verdict: Verdict,
    /// The rank; the lowest one says most about money.
    pub(super) rank: u8,
}

impl FailedRun {
    /// Returns a failed run with its rank; `None` if the run did not fail.
    pub(super) fn of((mode, seed): (RunMode, u64), sequence: Sequence, verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Diverge(_) | Verdict::Violate(_) => {
                Some(Self { mode, seed, sequence, rank: rank(&verdict), verdict })
            }
            Verdict::Agree(_) | Verdict::Inconclusive(_) => None,
        }
    }

    /// Returns whether the run shows that money is wrong.
    pub(super) const fn is_about_money(&self) -> bool {
        self.rank <= MONEY_DIFFERS
    }
}

impl fmt::Display for FailedRun {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, seed {}: {}", self.mode, self.seed, self.verdict)
    }
}

/// The rank of a run in which an amount of money differs.
const MONEY_DIFFERS: u8 = 1;

/// Returns the rank of a verdict. The order is: a broken property about money, different amounts of money, another
/// property, another field.
fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Violate(found) => {
            let is_money = |id: &str| money_properties().any(|property| property.id == id);
            match found.properties.first() {
                Some(first) if is_money(first.property) => 0,
                _ if found.differences.first().is_some_and(|it| it.place.is_money()) => MONEY_DIFFERS,
                Some(_) | None => 2,
            }
        }
        Verdict::Diverge(found) if found.differences.first().is_some_and(|it| it.place.is_money()) => MONEY_DIFFERS,
        Verdict::Diverge(_) => 3,
        Verdict::Agree(_) | Verdict::Inconclusive(_) => u8::MAX,
    }
}

/// Returns the smallest counterexample of a failed run. A run of retries becomes a run in lockstep that shows each
/// retry, if that run fails as well.
pub(super) fn counterexample(
    candidate: FailedRun,
    mut judge: impl FnMut(RunMode, &Sequence) -> Verdict,
) -> Option<Counterexample> {
    let FailedRun { mode, sequence, .. } = candidate;
    let found = Counterexample::out_of(&sequence, mode, |sequence| judge(mode, sequence))?;
    if mode != RunMode::Retries {
        return Some(found);
    }
    let shown = with_retries(&found)
        .filter(|sequence| judge(RunMode::Lockstep, sequence).identity().is_some())
        .and_then(|sequence| Counterexample::out_of(&sequence, RunMode::Lockstep, |it| judge(RunMode::Lockstep, it)));
    shown.or(Some(found))
}

/// Returns the inputs of a failed run of retries up to the failing request, which is sent three times under one key.
fn with_retries(found: &Counterexample) -> Option<Sequence> {
    let step = found.verdict.step()?;
    let mut inputs: Vec<Input> =
        baseline::plain(&found.sequence.inputs).into_iter().take(step.saturating_add(1)).collect();
    let Some(Input::Call(call)) = inputs.pop() else { return None };
    let again = Call { key: Some(KeyId(0)), fault: DeliveryFault::None, ..call };
    let first = Call { fault: retries::fault_of(step), ..again };
    inputs.extend([first, again, again].map(Input::Call));
    Some(Sequence { config: found.sequence.config, inputs })
}
