//! The choices that the specification leaves open (U1 to U18), as explanations of differences.

use holdfast_harness::bounds::{KEYS, ModelState, PAYMENTS};
use holdfast_model::rendering::refund_shown;
use holdfast_model::{Amount, Config, Country, Dialect, Input, OwnedObservation, transition};

/// Numbers that are tried for a field, by its name; a field that is yes or no is turned round.
const NUMBERS: [(&str, &[&str]); 2] = [
    ("minimum_amount", &["1", "0"]),
    ("confirm_limit", &["1", "2", "3", "4", "5", "6", "8", "12", "15", "20", "25", "255"]),
];

/// The same config with one choice made otherwise, and which.
#[must_use]
pub fn others(config: &Config) -> Vec<(&'static str, Config)> {
    let mut others = Vec::new();
    for (field, now) in config.dialect.words() {
        let words: Vec<&str> = match now.as_str() {
            "yes" => vec!["no"],
            "no" => vec!["yes"],
            _ => NUMBERS.iter().find(|(name, _)| *name == field).map(|(_, words)| words.to_vec()).unwrap_or_default(),
        };
        for word in words {
            let mut other = *config;
            if other.dialect.set(field, word).is_ok() {
                others.push((field, other));
            }
        }
    }
    let mut account = *config;
    account.account.country = Country::Jp;
    others.push(("country", account));
    others
}

/// Returns the configuration with one field as in another one; `None` if there is no such field.
#[must_use]
pub fn with_field_of(config: &Config, other: &Config, field: &str) -> Option<Config> {
    let mut reverted = *config;
    if field == "country" {
        reverted.account.country = other.account.country;
        return Some(reverted);
    }
    let (_, word) = other.dialect.words().into_iter().find(|(name, _)| *name == field)?;
    reverted.dialect.set(field, &word).ok()?;
    Some(reverted)
}

/// Returns whether the model behaves differently with these inputs under the other config.
#[must_use]
pub fn differs(config: &Config, other: &Config, inputs: &[Input]) -> bool {
    let (mut here, mut there) = (ModelState::default(), ModelState::default());
    inputs.iter().any(|input| {
        let (this, that) = (transition(config, &here, *input), transition(other, &there, *input));
        (here, there) = (this.after, that.after);
        this.outcome != that.outcome || shown(config, &here) != shown(other, &there)
    })
}

/// Everything that is seen, with released money as the config show it.
fn shown(config: &Config, world: &ModelState) -> (OwnedObservation<PAYMENTS, KEYS>, Vec<(Amount, bool)>) {
    let sight = world.observe(config);
    let now = sight.observation(config);
    let released =
        now.payments.iter().flatten().filter_map(|view| Some(refund_shown(config, view, view.charge.as_ref()?)));
    let released = released.collect();
    (sight, released)
}

/// The choice in words.
#[must_use]
pub fn told(field: &str, config: &Config) -> String {
    let value = config.dialect.words().into_iter().find(|(name, _)| *name == field).map(|(_, word)| word);
    let rule = Dialect::FIELDS.iter().find(|(name, _)| *name == field).map_or("B6 HOLD-3", |(_, rule)| rule);
    format!("`{field}={}` ({rule})", value.unwrap_or_else(|| config.account.country.name().to_owned()))
}
