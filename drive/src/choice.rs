//! What the rules leave open (§2.17): is a difference only another choice?

use holdfast_conformance::lockstep::World;
use holdfast_model::{Country, Dialect, Input, Terms, transition};

/// Numbers that are tried for a field, by its name; a field that is yes or no is turned round.
const NUMBERS: [(&str, &[&str]); 2] = [
    ("minimum_amount", &["1", "0"]),
    ("confirm_limit", &["1", "2", "3", "4", "5", "6", "8", "12", "15", "20", "25", "255"]),
];

/// The same terms with one choice made otherwise, and which.
#[must_use]
pub fn others(terms: &Terms) -> Vec<(&'static str, Terms)> {
    let mut others = Vec::new();
    for (field, now) in terms.dialect.words() {
        let words: Vec<&str> = match now.as_str() {
            "yes" => vec!["no"],
            "no" => vec!["yes"],
            _ => NUMBERS.iter().find(|(name, _)| *name == field).map(|(_, words)| words.to_vec()).unwrap_or_default(),
        };
        for word in words {
            let mut other = *terms;
            if other.dialect.set(field, word).is_ok() {
                others.push((field, other));
            }
        }
    }
    let mut account = *terms;
    account.account.country = Country::Jp;
    others.push(("country", account));
    others
}

/// Does the model do something else with these inputs under the other terms?
#[must_use]
pub fn differs(terms: &Terms, other: &Terms, inputs: &[Input]) -> bool {
    let (mut here, mut there) = (World::default(), World::default());
    for input in inputs {
        let (this, that) = (transition(terms, &here, *input), transition(other, &there, *input));
        if this.outcome != that.outcome || this.after.observe(terms) != that.after.observe(other) {
            return true;
        }
        (here, there) = (this.after, that.after);
    }
    // Also where only what is shown depends on it.
    inputs.len() > 1 && terms.dialect.release_shown_as_refund != other.dialect.release_shown_as_refund
}

/// The choice in words.
#[must_use]
pub fn told(field: &str, terms: &Terms) -> String {
    let value = terms.dialect.words().into_iter().find(|(name, _)| *name == field).map(|(_, word)| word);
    let rule = Dialect::FIELDS.iter().find(|(name, _)| *name == field).map_or("B6 §2.7", |(_, rule)| rule);
    format!("`{field}={}` ({rule})", value.unwrap_or_else(|| terms.account.country.name().to_owned()))
}
