//! The plan of one run: seed, profile, purchases, and the occurrences that may happen. A replay file holds one.

use crate::config::{FlowConfig, MerchantConfig};
use holdfast_server::chaos::{Behavior, ChaosChoice, ChaosDelays, ChaosProfile, Occasion, PROFILES};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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

/// The profile of the attacker, who acts beside the legal behaviors of the profile with the most.
const HOSTILE: &str = "hostile";

/// Reads a choice as [`chaos_choice`] does, and returns whether an attacker takes part: the profile `hostile` is `stormy`
/// with one.
///
/// # Errors
/// A message that names the seed, the profile or the key, and what is accepted.
pub fn merchant_choice(text: &str) -> Result<(ChaosChoice, bool), String> {
    match text.split_once(':') {
        Some((seed, HOSTILE)) => Ok((chaos_choice(&format!("{seed}:stormy"))?, true)),
        Some((_, name)) if !PROFILES.contains(&name) && !name.ends_with(".toml") => {
            Err(format!("unknown profile \"{name}\"; expected {}, {HOSTILE} or a file FILE.toml", PROFILES.join(", ")))
        }
        Some(_) | None => Ok((chaos_choice(text)?, false)),
    }
}

/// The acts of the merchant's staff on a paid order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffPlan {
    /// The refunds to request, in percent of the amount paid.
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
        let ChaosDelays { slow, retry_after } = self.profile.delays;
        let is_built_in = PROFILES.contains(&self.profile.name.as_str());
        let chances = Behavior::ALL.iter().map(|one| (one.name().to_owned(), self.profile.chance(*one)));
        let file = ReplayFile {
            seed: self.seed.to_string(),
            profile: self.profile.name.clone(),
            slow_ms: Some(u64::try_from(slow.as_millis()).unwrap_or(u64::MAX)),
            retry_after_s: Some(retry_after),
            slots: self.slots.clone(),
            plain: self.is_plain,
            idle: self.is_idle,
            hostile: self.is_hostile,
            only: self.only.as_ref().map(|only| only.iter().map(occasion_text).collect()),
            chances: (!is_built_in).then(|| chances.collect()),
        };
        let text = toml::to_string(&file).unwrap_or_else(|error| format!("# not written: {error}\n"));
        format!("# Replay with: check merchant CONFIG.toml --replay THIS_FILE\n{text}")
    }

    /// Reads a replay file.
    ///
    /// # Errors
    /// A message that names the field and what is accepted.
    pub fn from_file(text: &str) -> Result<Self, String> {
        let file: ReplayFile = toml::from_str(text).map_err(|error| error.to_string())?;
        let profile = file.profile()?;
        let ReplayFile { seed, slots, plain, idle, hostile, only, .. } = file;
        let seed = seed.parse().map_err(|_| "seed: expected a number from 0 to 2^64 - 1 in quotes")?;
        let apart: BTreeSet<u64> = slots.iter().copied().collect();
        if slots.is_empty() || apart.contains(&0) || apart.len() < slots.len() {
            return Err("slots: expected at least one number, each from 1, and none twice".to_owned());
        }
        let only = only.map(|only| only.iter().map(|text| occasion(text)).collect()).transpose()?;
        Ok(Self { seed, profile, slots, only, is_plain: plain, is_idle: idle, is_hostile: hostile })
    }
}

/// A replay file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayFile {
    /// In quotes: TOML has no numbers from 2^63.
    seed: String,
    profile: String,
    slow_ms: Option<u64>,
    retry_after_s: Option<u64>,
    slots: Vec<u64>,
    #[serde(default)]
    plain: bool,
    #[serde(default)]
    idle: bool,
    #[serde(default)]
    hostile: bool,
    only: Option<Vec<String>>,
    /// Thousandths of each behavior, for a profile that is not built in.
    chances: Option<BTreeMap<String, u16>>,
}

impl ReplayFile {
    /// Returns the profile: a built-in name, or a name with its chances.
    fn profile(&self) -> Result<ChaosProfile, String> {
        let name = &self.profile;
        let mut profile = match (ChaosProfile::named(name), &self.chances) {
            (Some(profile), None) => profile,
            (None, Some(chances)) => {
                let mut profile = ChaosProfile::silent();
                profile.name.clone_from(name);
                for (key, chance) in chances {
                    let behavior = Behavior::from_name(key).ok_or_else(|| format!("chances: {key}: unknown"))?;
                    if *chance > 1000 {
                        return Err(format!("chances: {key}: expected thousandths from 0 to 1000"));
                    }
                    profile.set(behavior, *chance);
                }
                profile
            }
            (Some(_), Some(_)) => return Err(format!("chances: the profile \"{name}\" is built in and takes none")),
            (None, None) => {
                let known = PROFILES.join(", ");
                return Err(format!("profile: \"{name}\" is unknown; expected {known}, or another with [chances]"));
            }
        };
        profile.delays.slow = self.slow_ms.map_or(DELAYS.slow, Duration::from_millis);
        profile.delays.retry_after = self.retry_after_s.unwrap_or(DELAYS.retry_after);
        Ok(profile)
    }
}

fn occasion_text(occasion: &Occasion) -> String {
    let Occasion { behavior, scope, about, number } = occasion;
    format!("{} | {scope} | {about} | {number}", behavior.name())
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
            ("slots = [1, 2, 3]", "slots = []", "slots"),
            ("slots = [1, 2, 3]", "slots = [0, 2]", "slots"),
            ("slots = [1, 2, 3]", "slots = [1, 2, 1]", "slots"),
            ("plain = true", "plane = true", "plane"),
            ("plain = true", "plain = true\nothers = [\"x\"]", "others"),
            ("only = ", "chances = 5\nonly = ", "chances"),
            ("only = ", "chances = { key_in_use = 1 }\nonly = ", "chances"),
            (" | 5", "", "only"),
        ] {
            let text = plan.to_file();
            assert!(text.contains(from), "{from}: {text}");
            let error = RunPlan::from_file(&text.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(named), "{to}: {error}");
        }
    }

    #[test]
    fn a_choice_names_each_profile() {
        for name in PROFILES {
            assert_eq!(merchant_choice(&format!("7:{name}")), Ok((chaos_choice(&format!("7:{name}")).unwrap(), false)));
        }
        assert_eq!(merchant_choice("7:hostile"), Ok((chaos_choice("7:stormy").unwrap(), true)));
        let error = merchant_choice("7:wild").unwrap_err();
        assert!(PROFILES.iter().chain(&[HOSTILE, "FILE.toml"]).all(|name| error.contains(name)), "{error}");
        for (text, named) in [("x:hostile", "seed"), ("7:nowhere.toml", "nowhere.toml"), ("", "seed")] {
            let error = merchant_choice(text).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }

    /// The name of a profile is that of a file, which may have any characters.
    #[test]
    fn a_replay_file_reads_back_under_each_name() {
        for name in ["café", "cafe\u{301}", "a\"b\\c", "a\tb\u{7f}", "\u{1f600}", "a\nb", "\u{27}\u{27}\u{27}"] {
            let mut profile = ChaosProfile::named("calm").unwrap();
            name.clone_into(&mut profile.name);
            let about = name.to_owned();
            let only = [Occasion { behavior: Behavior::KeyInUse, scope: 1, about, number: 0 }].into();
            let choice = ChaosChoice { seed: u64::MAX, profile };
            let plan = RunPlan { only: Some(only), ..RunPlan::new(choice, 1, false) };
            assert_eq!(RunPlan::from_file(&plan.to_file()), Ok(plan.clone()), "{name:?}: {}", plan.to_file());
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
