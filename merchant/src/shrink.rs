//! Shrinking: the shortest story with the same fault, over purchases, occurrences and the schedule.

use crate::fault::MerchantFault;
use crate::plan::RunPlan;
use crate::run::RunResult;
use holdfast_server::chaos::Occasion;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// A shrunk run with its plan.
#[derive(Clone, Debug)]
pub struct ShrunkRun {
    /// The plan.
    pub plan: RunPlan,
    /// Its result.
    pub result: RunResult,
    /// The number of runs that shrinking took.
    pub runs: u32,
}

/// Shrinks a failing run with the fault held fixed, for at most `limit`. `again` executes a plan.
pub fn shrink(
    plan: &RunPlan,
    first: RunResult,
    fault: MerchantFault,
    limit: Duration,
    again: &mut dyn FnMut(&RunPlan) -> RunResult,
) -> ShrunkRun {
    let mut shrinking = Shrinking {
        best: ShrunkRun { plan: plan.clone(), result: first, runs: 0 },
        fault,
        end: Instant::now().checked_add(limit),
        again,
    };
    shrinking.purchases();
    shrinking.simplify(|plan| plan.is_idle = true);
    shrinking.simplify(|plan| plan.is_hostile = false);
    shrinking.occurrences();
    shrinking.simplify(|plan| plan.is_plain = true);
    // A plain schedule does not depend on chance, so what only moved other steps can be left out now.
    shrinking.simplify(|plan| plan.is_idle = true);
    shrinking.simplify(|plan| plan.is_hostile = false);
    shrinking.occurrences();
    shrinking.best
}

struct Shrinking<'a> {
    best: ShrunkRun,
    fault: MerchantFault,
    end: Option<Instant>,
    again: &'a mut dyn FnMut(&RunPlan) -> RunResult,
}

impl Shrinking<'_> {
    fn is_over(&self) -> bool {
        self.end.is_none_or(|end| Instant::now() >= end)
    }

    /// Keeps a plan if the fault still occurs.
    fn keep(&mut self, plan: RunPlan) -> bool {
        if self.is_over() {
            return false;
        }
        let result = (self.again)(&plan);
        self.best.runs = self.best.runs.saturating_add(1);
        let still = result.finding(self.fault).is_some();
        if still {
            self.best.plan = plan;
            self.best.result = result;
        }
        still
    }

    fn simplify(&mut self, change: impl Fn(&mut RunPlan)) {
        let mut plan = self.best.plan.clone();
        change(&mut plan);
        if plan != self.best.plan {
            self.keep(plan);
        }
    }

    /// Keeps the purchase of the fault alone, or as few others as possible.
    fn purchases(&mut self) {
        let slot = self.best.result.finding(self.fault).map(|finding| finding.slot);
        let alone: Vec<u64> = slot.into_iter().collect();
        if alone.len() < self.best.plan.slots.len() && self.keep(RunPlan { slots: alone, ..self.best.plan.clone() }) {
            return;
        }
        let mut place = 0;
        while place < self.best.plan.slots.len() && self.best.plan.slots.len() > 1 {
            let mut slots = self.best.plan.slots.clone();
            slots.remove(place);
            if !self.keep(RunPlan { slots, ..self.best.plan.clone() }) {
                place = place.saturating_add(1);
            }
        }
    }

    /// Removes occurrences, halves first, then single ones.
    fn occurrences(&mut self) {
        let occurred =
            |result: &RunResult| -> Vec<Occasion> { result.occurred.iter().map(|one| one.occasion.clone()).collect() };
        let mut kept = occurred(&self.best.result);
        let mut size = kept.len();
        while size > 0 && !self.is_over() {
            let mut place = 0;
            while place < kept.len() {
                let end = place.saturating_add(size).min(kept.len());
                let mut fewer = kept.clone();
                fewer.drain(place..end);
                let only: BTreeSet<Occasion> = fewer.into_iter().collect();
                if self.keep(RunPlan { only: Some(only), ..self.best.plan.clone() }) {
                    kept = occurred(&self.best.result);
                } else {
                    place = end;
                }
                if self.is_over() {
                    return;
                }
            }
            size /= 2;
        }
        let only: BTreeSet<Occasion> = kept.into_iter().collect();
        self.best.plan.only = Some(only);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::MerchantFinding;
    use holdfast_server::chaos::{Behavior, Occurrence};

    /// A run that fails while two occurrences of its second purchase are there.
    #[test]
    fn a_failure_is_shrunk_to_what_it_needs() {
        let occasion =
            |scope, number| Occasion { behavior: Behavior::WebhookDoubled, scope, about: String::new(), number };
        let mut again = |plan: &RunPlan| {
            let mut result = RunResult::default();
            for scope in &plan.slots {
                for number in 0..8 {
                    let occasion = occasion(*scope, number);
                    if plan.only.as_ref().is_none_or(|only| only.contains(&occasion)) {
                        result.occurred.push(Occurrence { occasion, subject: String::new() });
                    }
                }
            }
            let had = |number| result.occurred.iter().any(|one| one.occasion == occasion(2, number));
            if had(3) && had(6) {
                let (fault, order, what) = (MerchantFault::FulfilledTwice, String::new(), String::new());
                result.findings.push(MerchantFinding { fault, slot: 2, order, what });
            }
            result
        };
        let plan = RunPlan::new("1:stormy".parse().unwrap(), 3, false);
        let first = again(&plan);
        let shrunk = shrink(&plan, first, MerchantFault::FulfilledTwice, Duration::from_secs(10), &mut again);
        assert_eq!(shrunk.plan.slots, [2]);
        assert_eq!(shrunk.plan.only, Some([occasion(2, 3), occasion(2, 6)].into()));
        assert!(shrunk.plan.is_plain && shrunk.plan.is_idle && shrunk.runs < 60, "{}", shrunk.runs);
    }

    /// An attacker and a staff whose steps only moved the fault's are left out once the schedule is plain.
    #[test]
    fn a_plain_schedule_needs_no_bystanders() {
        let mut again = |plan: &RunPlan| {
            let mut result = RunResult::default();
            if plan.is_plain || plan.is_hostile && !plan.is_idle {
                let (fault, order, what) = (MerchantFault::FulfilledTwice, String::new(), String::new());
                result.findings.push(MerchantFinding { fault, slot: 1, order, what });
            }
            result
        };
        let plan = RunPlan::new("1:stormy".parse().unwrap(), 1, true);
        let first = again(&plan);
        let shrunk = shrink(&plan, first, MerchantFault::FulfilledTwice, Duration::from_secs(10), &mut again);
        assert!(shrunk.plan.is_plain && shrunk.plan.is_idle && !shrunk.plan.is_hostile, "{:?}", shrunk.plan);
    }
}
