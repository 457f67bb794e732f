//! Counts of the breaches that remain of each rule; they may only shrink.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Breach;
use crate::TaskResult;

const HEADING: &str = "# What still breaks each rule: rule, crate or file or name, count. Counts only shrink.\n\
                       # Written by `cargo xtask tidy --update`.\n";

/// Counts by rule and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ratchet {
    counts: BTreeMap<(String, String), usize>,
    /// Whether no file existed: the first update records any count.
    new: bool,
}

impl Ratchet {
    /// Reads the file; a missing file excuses nothing.
    ///
    /// # Errors
    /// Returns a message that quotes the malformed line.
    pub fn read(path: &Path) -> TaskResult<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text),
            Err(_) => Ok(Self { new: true, ..Self::default() }),
        }
    }

    /// Reads lines `RULE KEY COUNT`; lines that begin with `#` are comments.
    ///
    /// # Errors
    /// Returns a message that quotes the malformed line.
    pub fn parse(text: &str) -> TaskResult<Self> {
        let mut counts = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let malformed = || format!("ratchet: `{line}` is malformed; expected `RULE KEY COUNT`");
            let mut words = line.split_whitespace();
            let (Some(rule), Some(key), Some(count), None) = (words.next(), words.next(), words.next(), words.next())
            else {
                return Err(malformed());
            };
            counts.insert((rule.to_owned(), key.to_owned()), count.parse().map_err(|_| malformed())?);
        }
        Ok(Self { counts, new: false })
    }

    /// Returns the counts of findings, given by rule.
    pub fn of<'a>(found: impl IntoIterator<Item = (&'a str, &'a [Breach])>) -> Self {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (rule, findings) in found {
            for finding in findings {
                let count = counts.entry((rule.to_owned(), finding.key.clone())).or_default();
                *count = count.saturating_add(finding.weight);
            }
        }
        Self { counts, new: false }
    }

    /// Returns the count that is excused for `rule` and `key`.
    #[must_use]
    pub fn count(&self, rule: &str, key: &str) -> usize {
        self.counts.get(&(rule.to_owned(), key.to_owned())).copied().unwrap_or(0)
    }

    /// Returns the number of entries of `rule` that exceed the present findings.
    #[must_use]
    pub fn shrunk(&self, rule: &str, findings: &[Breach]) -> usize {
        let now = Self::of([(rule, findings)]);
        self.of_rule(rule).filter(|((rule, key), count)| now.count(rule, key) < **count).count()
    }

    fn of_rule<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a (String, String), &'a usize)> {
        self.counts.iter().filter(move |((rule, _), _)| rule == name)
    }

    fn total(&self, rule: &str) -> usize {
        self.of_rule(rule).fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Returns the ratchet with the counts of the `checked` rules replaced by `now`.
    ///
    /// A count may move from one key to another, because files move, but the total of a rule must not grow.
    ///
    /// # Errors
    /// Returns a message that names each rule whose total grew, and the keys that grew.
    pub fn lower(&self, now: &Self, checked: &[&str]) -> TaskResult<Self> {
        let mut refused = Vec::new();
        for rule in checked {
            let (before, after) = (self.total(rule), now.total(rule));
            if after > before && !self.new {
                let grown = now.of_rule(rule).filter(|((rule, key), count)| **count > self.count(rule, key));
                let grown: Vec<String> =
                    grown.map(|((rule, key), count)| format!("{key} {} to {count}", self.count(rule, key))).collect();
                refused.push(format!("{rule} grew from {before} to {after} ({})", grown.join(", ")));
            }
        }
        if !refused.is_empty() {
            return Err(format!("the ratchet only shrinks: {}", refused.join("; ")));
        }
        let kept = self.counts.iter().filter(|((rule, _), _)| !checked.contains(&rule.as_str()));
        let counts = kept.chain(&now.counts).map(|(key, count)| (key.clone(), *count)).collect();
        Ok(Self { counts, new: false })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Returns a message if the file cannot be written.
    pub fn write(&self, path: &Path) -> TaskResult<()> {
        fs::write(path, self.to_text()).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn to_text(&self) -> String {
        let lines = self.counts.iter().map(|((rule, key), count)| format!("{rule} {key} {count}\n"));
        HEADING.to_owned() + &lines.collect::<String>()
    }
}

#[cfg(test)]
mod tests {
    use super::Ratchet;
    use std::path::Path;

    #[test]
    fn counts_only_shrink() {
        let before = Ratchet::parse("words a 5\nwords b 1\nlength c 9\n").unwrap();
        let lower = Ratchet::parse("words a 4\nwords b 1\n").unwrap();
        let lowered = before.lower(&lower, &["words"]).unwrap();
        assert_eq!(lowered, Ratchet::parse("words a 4\nwords b 1\nlength c 9\n").unwrap());
        let error = before.lower(&Ratchet::parse("words a 7\n").unwrap(), &["words"]).unwrap_err();
        assert!(error.contains("words grew from 6 to 7 (a 5 to 7)"), "{error}");
        assert_eq!(before.lower(&Ratchet::default(), &["length"]).unwrap().count("length", "c"), 0);
    }

    #[test]
    fn counts_move_with_their_files() {
        let before = Ratchet::parse("length a.rs 500\n").unwrap();
        let moved = Ratchet::parse("length b.rs 500\n").unwrap();
        assert_eq!(before.lower(&moved, &["length"]).unwrap(), moved);
    }

    #[test]
    fn the_text_is_read_back() {
        let ratchet = Ratchet::parse("words a 5\n").unwrap();
        assert_eq!(Ratchet::parse(&ratchet.to_text()).unwrap(), ratchet);
        assert!(Ratchet::parse("words a\n").unwrap_err().contains("malformed"));
        assert!(Ratchet::parse("words a b\n").unwrap_err().contains("malformed"));
        let missing = Ratchet::read(Path::new("no/such/file")).unwrap();
        assert!(missing.lower(&ratchet, &["words"]).is_ok(), "the first update records the present counts");
    }
}
