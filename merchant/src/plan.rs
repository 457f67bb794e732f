//! The plan of one run: seed, profile, purchases, and the occurrences that may happen. A replay file holds one.

use crate::config::{FlowConfig, MerchantConfig};
use holdfast_server::chaos::{Behavior, ChaosChoice, ChaosProfile, Occasion};
use std::collections::BTreeSet;

/// What the merchant's staff does with a paid order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffPlan {
    /// The refunds to ask for, in percent of what was paid.
    pub refunds: Vec<u64>,
    /// The share of a hold to capture, in percent; 0 cancels it.
    pub capture: u64,
}

/// One purchase of a plan. Everything in it follows from the seed and the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchasePlan {
    /// The number: the scope of its decisions.
    pub slot: u64,
    /// The index of the flow.
    pub flow: usize,
    /// The amount in minor units.
    pub amount: u64,
    /// Whether the customer pays by bank debit.
    pub by_debit: bool,
    /// What the staff does.
    pub staff: StaffPlan,
}

/// The plan of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunPlan {
    /// The seed of every decision.
    pub seed: u64,
    /// The profile.
    pub profile: ChaosProfile,
    /// The numbers of the purchases.
    pub slots: Vec<u64>,
    /// The occasions that may happen; `None` is all.
    pub only: Option<BTreeSet<Occasion>>,
    /// Whether steps run in the order in which they are due, without interleaving.
    pub is_plain: bool,
    /// Whether the staff does nothing beyond a capture.
    pub is_idle: bool,
    /// Whether an attacker takes part.
    pub is_hostile: bool,
}

impl RunPlan {
    /// Returns the plan of a run with `purchases` purchases.
    #[must_use]
    pub fn new(choice: ChaosChoice, purchases: u64, is_hostile: bool) -> Self {
        let ChaosChoice { seed, profile } = choice;
        let slots = (1..=purchases).collect();
        Self { seed, profile, slots, only: None, is_plain: false, is_idle: false, is_hostile }
    }

    /// Returns the purchases.
    #[must_use]
    pub fn purchases(&self, config: &MerchantConfig) -> Vec<PurchasePlan> {
        self.slots.iter().filter_map(|slot| self.purchase(config, *slot)).collect()
    }

    fn purchase(&self, config: &MerchantConfig, slot: u64) -> Option<PurchasePlan> {
        let mut chance = fastrand::Rng::with_seed(self.seed ^ slot.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let flow = chance.usize(0..config.flows.len());
        let FlowConfig { methods, refund, .. } = config.flows.get(flow)?;
        let debits = methods.iter().any(|method| method == "us_bank_account");
        let cards = methods.iter().any(|method| method == "card");
        let by_debit = debits && (!cards || chance.u8(0..3) == 0);
        let amount = chance.u64(10..400).saturating_mul(10).saturating_add(chance.u64(0..10));
        let partial = refund.as_ref().is_some_and(|refund| refund.partial);
        let refunds = match chance.u8(0..6) {
            0 => vec![100],
            1 if partial => vec![30],
            2 if partial => vec![25, 25],
            _ => Vec::new(),
        };
        let capture = match chance.u8(0..5) {
            0 => 0,
            1 | 2 => 60,
            _ => 100,
        };
        let refunds = if self.is_idle { Vec::new() } else { refunds };
        Some(PurchasePlan { slot, flow, amount, by_debit, staff: StaffPlan { refunds, capture } })
    }

    /// Returns the text of a replay file.
    #[must_use]
    pub fn to_file(&self) -> String {
        let slots: Vec<String> = self.slots.iter().map(u64::to_string).collect();
        let mut text = format!(
            "# Replay with: check merchant CONFIG.toml --replay THIS_FILE\nseed = \"{}\"\nprofile = \"{}\"\nslots = [{}]\n\
             plain = {}\nidle = {}\nhostile = {}\n",
            self.seed,
            self.profile.name,
            slots.join(", "),
            self.is_plain,
            self.is_idle,
            self.is_hostile
        );
        if let Some(only) = &self.only {
            text.push_str("only = [\n");
            for Occasion { behavior, scope, about, number } in only {
                text.push_str(&format!("    \"{} | {scope} | {about} | {number}\",\n", behavior.name()));
            }
            text.push_str("]\n");
        }
        text
    }

    /// Reads a replay file.
    ///
    /// # Errors
    /// A message that names the field and what is accepted.
    pub fn from_file(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        let word = |name: &str| table.get(name).and_then(toml::Value::as_str).unwrap_or_default();
        let flag = |name: &str| table.get(name).and_then(toml::Value::as_bool).unwrap_or(false);
        let choice: ChaosChoice = format!("{}:{}", word("seed"), word("profile"))
            .parse()
            .map_err(|error| format!("seed, profile: {error}"))?;
        let listed = table.get("slots").and_then(toml::Value::as_array).ok_or("slots: expected a list of numbers")?;
        let slots: Option<Vec<u64>> =
            listed.iter().map(|slot| slot.as_integer().and_then(|slot| u64::try_from(slot).ok())).collect();
        let slots = slots.filter(|slots| !slots.is_empty()).ok_or("slots: expected numbers from 1")?;
        let only = match table.get("only") {
            None => None,
            Some(listed) => {
                let listed = listed.as_array().ok_or("only: expected a list")?;
                let read: Result<BTreeSet<Occasion>, String> =
                    listed.iter().map(|one| occasion(one.as_str().unwrap_or_default())).collect();
                Some(read?)
            }
        };
        let (is_plain, is_idle, is_hostile) = (flag("plain"), flag("idle"), flag("hostile"));
        Ok(Self { seed: choice.seed, profile: choice.profile, slots, only, is_plain, is_idle, is_hostile })
    }
}

fn occasion(text: &str) -> Result<Occasion, String> {
    let wrong = || format!("only: \"{text}\" is no occurrence; expected behavior | purchase | subject | number");
    let parts: Vec<&str> = text.split(" | ").collect();
    let [behavior, scope, about, number] = parts.as_slice() else { return Err(wrong()) };
    let behavior = Behavior::from_name(behavior).ok_or_else(wrong)?;
    let read = |part: &str| part.parse().map_err(|_| wrong());
    Ok(Occasion { behavior, scope: read(scope)?, about: (*about).to_owned(), number: read(number)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_file_reads_back() {
        let mut plan = RunPlan::new("7:stormy".parse().unwrap(), 3, true);
        plan.only = Some(
            [Occasion { behavior: Behavior::WebhookDoubled, scope: 2, about: "a b".to_owned(), number: 5 }].into(),
        );
        plan.is_plain = true;
        assert_eq!(RunPlan::from_file(&plan.to_file()), Ok(plan.clone()));
        for (from, to, named) in [
            ("\"7\"", "\"x\"", "seed"),
            ("stormy", "wild", "profile"),
            ("slots = [1, 2, 3]", "", "slots"),
            (" | 5", "", "only"),
        ] {
            let error = RunPlan::from_file(&plan.to_file().replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(named), "{to}: {error}");
        }
    }
}
