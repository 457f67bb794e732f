//! The plan of one run: seed, profile, purchases, and the occurrences that may happen. A replay file holds one.

use crate::config::{FlowConfig, MerchantConfig};
use holdfast_server::chaos::{Behavior, ChaosChoice, ChaosDelays, ChaosProfile, Occasion, PROFILES};
use std::collections::BTreeSet;
use std::time::Duration;

/// The delays unless a profile's file sets its own: the provider's clock is virtual, the application's waits are not.
const DELAYS: ChaosDelays = ChaosDelays { slow: Duration::from_millis(10), retry_after: 0 };

/// Reads `SEED` or `SEED:PROFILE` with the delays of this check; a profile is a built-in name or a TOML file.
///
/// # Errors
/// A message that names the seed, the profile or the key, and what is accepted.
pub fn chaos_choice(text: &str) -> Result<ChaosChoice, String> {
    ChaosChoice::read(text, DELAYS)
}

/// The acts of the merchant's staff on a paid order.
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
    /// The acts of the staff.
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

    /// Returns the text of a replay file. It holds everything that decides the run.
    #[must_use]
    pub fn to_file(&self) -> String {
        let slots: Vec<String> = self.slots.iter().map(u64::to_string).collect();
        let ChaosDelays { slow, retry_after } = self.profile.delays;
        let mut text = format!(
            "# Replay with: check merchant CONFIG.toml --replay THIS_FILE\nseed = \"{}\"\nprofile = {:?}\nslow_ms = {}\n\
             retry_after_s = {retry_after}\nslots = [{}]\nplain = {}\nidle = {}\nhostile = {}\n",
            self.seed,
            self.profile.name,
            slow.as_millis(),
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
        if !PROFILES.contains(&self.profile.name.as_str()) {
            text.push_str("[chances]\n");
            for behavior in Behavior::ALL {
                text.push_str(&format!("{} = {}\n", behavior.name(), self.profile.chance(*behavior)));
            }
        }
        text
    }

    /// Reads a replay file.
    ///
    /// # Errors
    /// A message that names the field and what is accepted.
    pub fn from_file(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        let flag = |name: &str| match table.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| format!("{name}: expected true or false")),
        };
        let seed = table.get("seed").and_then(toml::Value::as_str).and_then(|seed| seed.parse().ok());
        let seed = seed.ok_or("seed: expected a number from 0 to 2^64 - 1 in quotes")?;
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
        let (is_plain, is_idle, is_hostile) = (flag("plain")?, flag("idle")?, flag("hostile")?);
        Ok(Self { seed, profile: profile(&table)?, slots, only, is_plain, is_idle, is_hostile })
    }
}

/// Reads the profile of a replay file: a built-in name, or a name with the chances of a TOML file.
fn profile(table: &toml::Table) -> Result<ChaosProfile, String> {
    let name = table.get("profile").and_then(toml::Value::as_str).unwrap_or_default();
    let number = |table: &toml::Table, name: &str, usual: u64| match table.get(name) {
        None => Ok(usual),
        Some(value) => {
            let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
            number.ok_or_else(|| format!("{name}: expected a whole number from 0"))
        }
    };
    let mut profile = match (ChaosProfile::named(name), table.get("chances").and_then(toml::Value::as_table)) {
        (Some(profile), None) => profile,
        (_, Some(chances)) => {
            let mut profile = ChaosProfile::silent();
            name.clone_into(&mut profile.name);
            for key in chances.keys() {
                let chance = u16::try_from(number(chances, key, 0)?).ok().filter(|chance| *chance <= 1000);
                let chance = chance.ok_or_else(|| format!("chances: {key}: expected thousandths from 0 to 1000"))?;
                profile.set(Behavior::from_name(key).ok_or_else(|| format!("chances: {key}: unknown"))?, chance);
            }
            profile
        }
        (None, None) => {
            let known = PROFILES.join(", ");
            return Err(format!("profile: \"{name}\" is unknown; expected {known}, or another with [chances]"));
        }
    };
    let usual = u64::try_from(DELAYS.slow.as_millis()).unwrap_or(u64::MAX);
    profile.delays.slow = Duration::from_millis(number(table, "slow_ms", usual)?);
    profile.delays.retry_after = number(table, "retry_after_s", DELAYS.retry_after)?;
    Ok(profile)
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
        let mut plan = RunPlan::new(chaos_choice("7:stormy").unwrap(), 3, true);
        plan.only = Some(
            [Occasion { behavior: Behavior::WebhookDoubled, scope: 2, about: "a b".to_owned(), number: 5 }].into(),
        );
        plan.is_plain = true;
        assert_eq!(RunPlan::from_file(&plan.to_file()), Ok(plan.clone()));
        for (from, to, named) in [
            ("\"7\"", "\"x\"", "seed"),
            ("stormy", "wild", "profile"),
            ("slow_ms = 10", "slow_ms = -1", "slow_ms"),
            ("plain = true", "plain = 1", "plain"),
            ("slots = [1, 2, 3]", "", "slots"),
            (" | 5", "", "only"),
        ] {
            let error = RunPlan::from_file(&plan.to_file().replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(named), "{to}: {error}");
        }
    }

    /// A find and its replay run under the same delays and chances, also without the file of the profile.
    #[test]
    fn a_replay_file_holds_the_profile() {
        let text = "base = \"calm\"\nlock_timeout = 7\nslow_ms = 5\nretry_after_s = 2\n";
        let folder = std::env::temp_dir().join(format!("holdfast-profile-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("mine.toml");
        std::fs::write(&file, text).unwrap();
        let choice = chaos_choice(&format!("7:{}", file.display())).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(choice.profile.delays, ChaosDelays { slow: Duration::from_millis(5), retry_after: 2 });
        let plan = RunPlan::new(choice, 1, false);
        assert_eq!(RunPlan::from_file(&plan.to_file()), Ok(plan));
        assert_eq!(chaos_choice("7:calm").unwrap().profile.delays, DELAYS);
    }
}
