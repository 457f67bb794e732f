//! The coverage of a check: behaviors of chaos beside lifecycle transitions of the same purchase.

use crate::run::RunResult;
use holdfast_engine::objects::EventType;
use holdfast_server::chaos::Behavior;
use std::collections::{BTreeMap, BTreeSet};

/// The families of events that are transitions of a purchase.
const FAMILIES: [&str; 4] = ["payment_intent.", "charge.", "refund.", "checkout.session."];

/// The pairs of a behavior and a transition that occurred in the same purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChaosCoverage {
    /// The number of each pair. A behavior that occurred beside no transition has an empty row.
    pub pairs: BTreeMap<Behavior, BTreeMap<String, u64>>,
}

impl ChaosCoverage {
    /// Adds a run.
    pub fn add(&mut self, result: &RunResult) {
        let beside: BTreeSet<(Behavior, u64)> =
            result.occurred.iter().map(|one| (one.occasion.behavior, one.occasion.scope)).collect();
        for (behavior, slot) in beside {
            let row = self.pairs.entry(behavior).or_default();
            for name in result.transitions.get(&slot).into_iter().flatten() {
                let count = row.entry(name.clone()).or_insert(0);
                *count = count.saturating_add(1);
            }
        }
    }

    /// Returns every lifecycle transition of a purchase.
    #[must_use]
    pub fn transitions() -> Vec<&'static str> {
        let names = EventType::ALL.iter().map(|event| event.name());
        names.filter(|name| FAMILIES.iter().any(|family| name.starts_with(family))).collect()
    }

    /// Returns the number of pairs that occurred.
    #[must_use]
    pub fn reached(&self) -> usize {
        let known = Self::transitions();
        let of_row = |row: &BTreeMap<String, u64>| known.iter().filter(|name| row.contains_key(**name)).count();
        self.pairs.values().map(of_row).sum()
    }

    /// Returns the behaviors that never occurred.
    #[must_use]
    pub fn never(&self) -> Vec<Behavior> {
        Behavior::ALL.iter().copied().filter(|behavior| !self.pairs.contains_key(behavior)).collect()
    }

    /// Returns, for each behavior, the transitions beside which it never occurred.
    #[must_use]
    pub fn missing(&self) -> BTreeMap<Behavior, Vec<&'static str>> {
        let of = |behavior: Behavior| -> Vec<&'static str> {
            let row = self.pairs.get(&behavior);
            Self::transitions().into_iter().filter(|name| row.is_none_or(|row| !row.contains_key(*name))).collect()
        };
        Behavior::ALL.iter().map(|behavior| (*behavior, of(*behavior))).collect()
    }

    /// Returns a Markdown page with a row for each behavior: the transitions that occurred beside it, and those
    /// that did not.
    #[must_use]
    pub fn markdown(&self) -> String {
        let all = Self::transitions().len();
        let mut page = format!(
            "# Coverage\n\nBehaviors of chaos beside lifecycle transitions of the same purchase: {} of {} pairs.\n\n\
             | behavior | reached | beside | not reached |\n|---|---|---|---|\n",
            self.reached(),
            all.saturating_mul(Behavior::ALL.len())
        );
        for (behavior, missing) in self.missing() {
            let row = self.pairs.get(&behavior);
            let beside = row.into_iter().flatten().map(|(name, count)| format!("`{name}` {count}"));
            let beside: Vec<String> = beside.collect();
            let missing: Vec<String> = missing.into_iter().map(|name| format!("`{name}`")).collect();
            let reached = all.saturating_sub(missing.len());
            page.push_str(&format!(
                "| `{}` | {reached} of {all} | {} | {} |\n",
                behavior.name(),
                beside.join(", "),
                missing.join(", ")
            ));
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_server::chaos::{Occasion, Occurrence};

    #[test]
    fn pairs_are_of_the_same_purchase() {
        let behavior = Behavior::WebhookDoubled;
        let occasion = Occasion { behavior, scope: 2, about: String::new(), number: 0 };
        let mut result = RunResult::default();
        result.occurred.push(Occurrence { occasion, subject: String::new() });
        result.transitions.insert(1, vec!["charge.failed".to_owned()]);
        result.transitions.insert(2, vec!["charge.succeeded".to_owned()]);
        let mut coverage = ChaosCoverage::default();
        coverage.add(&result);
        assert_eq!((coverage.reached(), coverage.never().len()), (1, Behavior::ALL.len() - 1));
        let missing = coverage.missing();
        let of = |behavior: Behavior| missing.get(&behavior).unwrap();
        assert!(of(behavior).contains(&"charge.failed") && !of(behavior).contains(&"charge.succeeded"));
        assert_eq!(of(Behavior::DebitLate).len(), ChaosCoverage::transitions().len());
        assert!(coverage.markdown().contains("`charge.succeeded` 1"));
    }
}
