//! Profiles: the probability of each behavior, and the sizes of delays.

use super::table::Behavior;
use std::time::Duration;

/// The probabilities of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChaosProfile {
    /// The name: `calm`, `ordinary`, `stormy`, or the file.
    pub name: String,
    /// The probability of each behavior in thousandths, in the order of the table.
    chances: Vec<u16>,
    /// The sizes of delays.
    pub delays: ChaosDelays,
}

/// The sizes of delays in real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChaosDelays {
    /// The time for which a slow answer is held back.
    pub slow: Duration,
    /// `Retry-After` of a rate limit, in seconds.
    pub retry_after: u64,
}

impl ChaosDelays {
    /// The delays of a server: a slow answer exceeds the patience of the official packages.
    pub const SERVER: Self = Self { slow: Duration::from_secs(90), retry_after: 1 };
}

/// The names of the built-in profiles, from few to many occurrences.
pub const PROFILES: [&str; 3] = ["calm", "ordinary", "stormy"];

impl ChaosProfile {
    /// Returns the built-in profile with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let column = PROFILES.iter().position(|known| *known == name)?;
        let chances = Behavior::ALL.iter().map(|one| one.row().chances.get(column).copied().unwrap_or(0)).collect();
        Some(Self { name: name.to_owned(), chances, delays: ChaosDelays::SERVER })
    }

    /// Returns the profile without any chaos behavior.
    #[must_use]
    pub fn silent() -> Self {
        let chances = vec![0; Behavior::ALL.len()];
        Self { name: "silent".to_owned(), chances, delays: ChaosDelays::SERVER }
    }

    /// Reads a profile from TOML: `base` names the profile to begin with (default `ordinary`), and a behavior's name has
    /// its probability in thousandths. `slow_ms` and `retry_after_s` set the delays; `delays` are the
    /// defaults.
    ///
    /// # Errors
    /// A message that names the key and what is accepted.
    pub fn parse(name: &str, text: &str, delays: ChaosDelays) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error| format!("{name}: {error}"))?;
        let base = match table.get("base") {
            None => "ordinary",
            Some(value) => value.as_str().unwrap_or_default(),
        };
        let mut profile = Self::named(base)
            .ok_or_else(|| format!("{name}: base: unknown profile \"{base}\"; expected {}", PROFILES.join(", ")))?;
        name.clone_into(&mut profile.name);
        profile.delays = delays;
        for (key, value) in table.iter().filter(|(key, _)| *key != "base") {
            let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
            let number = number.ok_or_else(|| format!("{name}: {key}: expected a whole number from 0"))?;
            match (key.as_str(), Behavior::from_name(key)) {
                ("slow_ms", _) => profile.delays.slow = Duration::from_millis(number.min(600_000)),
                ("retry_after_s", _) => profile.delays.retry_after = number.min(3_600),
                (_, Some(behavior)) => {
                    let chance = u16::try_from(number).ok().filter(|chance| *chance <= 1000);
                    let chance = chance.ok_or_else(|| format!("{name}: {key}: expected thousandths from 0 to 1000"))?;
                    profile.set(behavior, chance);
                }
                (_, None) => {
                    let known: Vec<&str> = Behavior::ALL.iter().map(|one| one.name()).collect();
                    let known = known.join(", ");
                    return Err(format!("{name}: {key}: unknown; expected base, slow_ms, retry_after_s, {known}"));
                }
            }
        }
        Ok(profile)
    }

    /// Returns the probability of a behavior in thousandths.
    #[must_use]
    pub fn chance(&self, behavior: Behavior) -> u16 {
        Behavior::ALL.iter().zip(&self.chances).find(|(one, _)| **one == behavior).map_or(0, |(_, chance)| *chance)
    }

    /// Sets the probability of a behavior in thousandths.
    pub fn set(&mut self, behavior: Behavior, chance: u16) {
        for (one, slot) in Behavior::ALL.iter().zip(&mut self.chances) {
            if *one == behavior {
                *slot = chance;
            }
        }
    }
}

/// A seed with a profile: the argument of `--chaos`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChaosChoice {
    /// The seed.
    pub seed: u64,
    /// The profile.
    pub profile: ChaosProfile,
}

impl std::str::FromStr for ChaosChoice {
    type Err = String;

    /// Reads `SEED` or `SEED:PROFILE`; a profile is a built-in name or a TOML file.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text, ChaosDelays::SERVER)
    }
}

impl ChaosChoice {
    /// Reads `SEED` or `SEED:PROFILE`; a profile is a built-in name or a TOML file. `delays` are the
    /// defaults of a profile.
    ///
    /// # Errors
    /// A message that names the seed, the profile or the key, and what is accepted.
    pub fn read(text: &str, delays: ChaosDelays) -> Result<Self, String> {
        let (seed, name) = text.split_once(':').unwrap_or((text, "ordinary"));
        let seed = seed.parse().map_err(|_| format!("\"{seed}\" is no seed; expected a number from 0 to 2^64 - 1"))?;
        if let Some(profile) = ChaosProfile::named(name) {
            return Ok(Self { seed, profile: ChaosProfile { delays, ..profile } });
        }
        let is_file = std::path::Path::new(name).extension().is_some_and(|ending| ending == "toml");
        if !is_file {
            return Err(format!("unknown profile \"{name}\"; expected {} or a file FILE.toml", PROFILES.join(", ")));
        }
        let text = std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self { seed, profile: ChaosProfile::parse(name, &text, delays)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read_and_refused_by_name() {
        let profile =
            ChaosProfile::parse("p.toml", "base = \"calm\"\nlock_timeout = 1000\nslow_ms = 5\n", ChaosDelays::SERVER);
        let profile = profile.unwrap();
        assert_eq!(profile.chance(Behavior::LockTimeout), 1000);
        assert_eq!(profile.chance(Behavior::RateLimited), Behavior::RateLimited.row().chances[0]);
        assert_eq!(profile.delays, ChaosDelays { slow: Duration::from_millis(5), ..ChaosDelays::SERVER });
        let rows = [
            ("base = \"wild\"", "base"),
            ("lock_timeout = 1001", "lock_timeout"),
            ("lock_timeout = -1", "lock_timeout"),
            ("lock_timeout = \"x\"", "lock_timeout"),
            ("locked = 1", "locked"),
            ("lock_timeout", "p.toml"),
        ];
        for (text, named) in rows {
            let error = ChaosProfile::parse("p.toml", text, ChaosDelays::SERVER).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
        for (text, named) in [("x", "seed"), ("1:wild", "profile"), ("1:/nowhere/p.toml", "nowhere"), ("", "seed")] {
            let error = text.parse::<ChaosChoice>().unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
        assert_eq!("7:stormy".parse::<ChaosChoice>().unwrap().profile.name, "stormy");
        assert_eq!("7".parse::<ChaosChoice>().unwrap().profile.name, "ordinary");
    }
}
