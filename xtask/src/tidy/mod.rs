//! The repository rules that neither the compiler nor clippy knows.
//!
//! Each rule reads the [`Tree`] and returns [`Breach`]s. A rule that the tree once broke in many places has a
//! *ratchet*: `xtask/ratchet.txt` records the breaches that remain, and its counts only shrink.

pub mod glossary;
pub mod items;
pub mod markdown;
pub mod ratchet;
pub mod rules;
pub mod source;
pub mod text;

use std::collections::BTreeMap;

use crate::TaskResult;
use crate::workspace::Workspace;
use glossary::Glossary;
use ratchet::Ratchet;
use source::Source;

/// Path of the ratchet file.
pub const RATCHET: &str = "xtask/ratchet.txt";
/// Path of the list of files that may be long.
pub const LISTS: &str = "xtask/lists.txt";

/// A file of the repository.
#[derive(Debug)]
pub struct File {
    /// Path relative to the root, with `/` as separator.
    pub path: String,
    /// Folder of its crate, or the first folder of its path.
    pub owner: String,
    /// Its contents.
    pub text: String,
    /// Its tokens and comments, if it is Rust.
    pub source: Option<Source>,
}

impl File {
    /// Returns a file, lexed if its name ends in `.rs`.
    #[must_use]
    pub fn new(path: &str, owner: &str, text: &str) -> Self {
        let source = path.ends_with(".rs").then(|| Source::parse(text));
        Self { path: path.to_owned(), owner: owner.to_owned(), text: text.to_owned(), source }
    }

    /// Returns whether its name ends in `.md`.
    #[must_use]
    pub fn is_markdown(&self) -> bool {
        self.path.ends_with(".md")
    }

    /// Returns whether the file holds tests or benchmarks only.
    #[must_use]
    pub fn is_test(&self) -> bool {
        let mut folders = self.path.split('/');
        let name = folders.next_back().unwrap_or_default();
        name == "tests.rs" || folders.any(|folder| matches!(folder, "tests" | "benches"))
    }
}

/// The files and tables that the rules read.
#[derive(Debug, Default)]
pub struct Tree {
    /// All text files, sorted by path.
    pub files: Vec<File>,
    /// Paths of all files, including those that are not text.
    pub paths: Vec<String>,
    /// Retired words and twins, if `GLOSSARY.md` exists.
    pub glossary: Glossary,
    /// Files that may be long: path and reason.
    pub lists: BTreeMap<String, String>,
}

impl Tree {
    /// Reads the repository.
    ///
    /// # Errors
    /// Returns a message if a file cannot be listed or if the glossary or the list of long files is malformed.
    pub fn read(workspace: &Workspace) -> TaskResult<Self> {
        let mut tree = Self { paths: workspace.files()?, ..Self::default() };
        for path in &tree.paths {
            let name = path.rsplit('/').next().unwrap_or_default();
            if !name.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "rs" | "md" | "trace" | "txt" | "yml"))
            {
                continue;
            }
            tree.files.push(File::new(path, workspace.owner(path), &workspace.read(path)?));
        }
        if let Some(glossary) = tree.files.iter().find(|file| file.path == glossary::PATH) {
            tree.glossary = Glossary::parse(&glossary.text)?;
        }
        if let Some(lists) = tree.files.iter().find(|file| file.path == LISTS) {
            tree.lists = lists_of(&lists.text)?;
        }
        Ok(tree)
    }

    /// Returns the Rust files with their tokens.
    pub fn sources(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.files.iter().filter_map(|file| file.source.as_ref().map(|source| (file, source)))
    }

    /// Returns the Markdown files.
    pub fn documents(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_markdown())
    }
}

/// Reads lines `PATH REASON`; lines that begin with `#` are comments.
fn lists_of(text: &str) -> TaskResult<BTreeMap<String, String>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| match line.split_once(' ') {
            Some((path, reason)) if !reason.trim().is_empty() => Ok((path.to_owned(), reason.trim().to_owned())),
            _ => Err(format!("{LISTS}: `{line}` has no reason; expected `PATH REASON`")),
        })
        .collect()
}

/// A place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The unit of the ratchet: a crate, a file or a name, without blanks.
    pub key: String,
    /// `PATH:LINE`, or `PATH`.
    pub place: String,
    /// Description of the fault, and what is accepted.
    pub message: String,
    /// Contribution to the count of the ratchet: 1, or a length in lines.
    pub weight: usize,
}

impl Breach {
    /// Returns a finding of weight 1.
    #[must_use]
    pub fn new(key: &str, place: String, message: String) -> Self {
        Self { key: key.to_owned(), place, message, weight: 1 }
    }
}

/// A rule of the repository.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name in the ratchet and on the command line.
    pub name: &'static str,
    /// The rule as a sentence that holds if it is kept.
    pub demands: &'static str,
    /// Whether the ratchet excuses the breaches that remain from an earlier state.
    pub ratchet: bool,
    /// Finds the places that break it.
    pub find: fn(&Tree) -> Vec<Breach>,
}

/// Checks all rules or the named ones, and prints the breaches.
///
/// # Errors
/// Returns a message if a rule is broken, a name is unknown, or `update` would raise a count of the ratchet.
pub fn run(workspace: &Workspace, names: &[String], update: bool) -> TaskResult<()> {
    let known = || rules::ALL.iter().map(|rule| rule.name).collect::<Vec<_>>().join(", ");
    if let Some(name) = names.iter().find(|name| !rules::ALL.iter().any(|rule| rule.name == **name)) {
        return Err(format!("unknown rule \"{name}\"; expected one of {}", known()));
    }
    let tree = Tree::read(workspace)?;
    let recorded = Ratchet::read(&workspace.root.join(RATCHET))?;
    let chosen = rules::ALL.iter().filter(|rule| names.is_empty() || names.iter().any(|name| name == rule.name));
    let found: Vec<(&Rule, Vec<Breach>)> = chosen.map(|rule| (rule, (rule.find)(&tree))).collect();
    if update {
        let found: Vec<_> = found.iter().filter(|(rule, _)| rule.ratchet).collect();
        let now = Ratchet::of(found.iter().map(|(rule, findings)| (rule.name, findings.as_slice())));
        let checked: Vec<&str> = found.iter().map(|(rule, _)| rule.name).collect();
        return recorded.lower(&now, &checked)?.write(&workspace.root.join(RATCHET));
    }
    let mut broken = Vec::new();
    for (rule, findings) in &found {
        let report = judge(rule, findings, &recorded);
        print!("{}", report.text);
        if report.broken {
            broken.push(rule.name);
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(format!("broken rules: {}", broken.join(", "))) }
}

/// Verdict on one rule, and the lines that `tidy` prints.
#[derive(Debug)]
pub struct RuleReport {
    /// The lines to print.
    pub text: String,
    /// Whether the rule is broken.
    pub broken: bool,
}

/// Number of places printed for one key.
const SHOWN: usize = 20;

/// Compares the findings of a rule with the ratchet.
#[must_use]
pub fn judge(rule: &Rule, findings: &[Breach], recorded: &Ratchet) -> RuleReport {
    let mut by_key: BTreeMap<&str, Vec<&Breach>> = BTreeMap::new();
    for finding in findings {
        by_key.entry(&finding.key).or_default().push(finding);
    }
    let mut text = String::new();
    let (mut excused, mut broken) = (0_usize, false);
    for (key, findings) in &by_key {
        let total = findings.iter().fold(0_usize, |sum, finding| sum.saturating_add(finding.weight));
        let allowed = if rule.ratchet { recorded.count(rule.name, key) } else { 0 };
        if total <= allowed {
            excused = excused.saturating_add(total);
            continue;
        }
        broken = true;
        if allowed > 0 {
            text.push_str(&format!("{key}: {total} found, {allowed} excused by {RATCHET}; all of them:\n"));
        }
        for finding in findings.iter().take(SHOWN) {
            text.push_str(&format!("{}: {}\n", finding.place, finding.message));
        }
        let more = findings.len().saturating_sub(SHOWN);
        if more > 0 {
            text.push_str(&format!("… and {more} more in {key}\n"));
        }
    }
    let verdict = if broken { "BROKEN" } else { "holds" };
    text.push_str(&format!("{verdict:6} {}: {}", rule.name, rule.demands));
    if excused > 0 {
        text.push_str(&format!(" (excused: {excused})"));
    }
    let stale = if rule.ratchet { recorded.shrunk(rule.name, findings) } else { 0 };
    if stale > 0 {
        text.push_str(&format!("; {stale} entries can be lowered: cargo xtask tidy --update"));
    }
    text.push('\n');
    RuleReport { text, broken }
}

#[cfg(test)]
mod tests {
    use super::ratchet::Ratchet;
    use super::{Breach, Rule, judge, lists_of, rules};

    const RULE: Rule = Rule { name: "length", demands: "short", ratchet: true, find: |_| Vec::new() };

    #[test]
    fn a_count_above_the_ratchet_breaks_the_rule() {
        let finding = |key| Breach::new(key, format!("{key}/x.rs:1"), "too long".to_owned());
        let recorded = Ratchet::parse("length a 2\nlength b 1\n").unwrap();
        assert!(!judge(&RULE, &[finding("a"), finding("a"), finding("b")], &recorded).broken);
        let report = judge(&RULE, &[finding("a"), finding("b"), finding("b")], &recorded);
        assert!(report.broken && report.text.contains("b/x.rs:1: too long"), "{}", report.text);
        assert!(report.text.contains("1 entries can be lowered"), "{}", report.text);
        let strict = Rule { ratchet: false, ..RULE };
        assert!(judge(&strict, &[finding("a")], &recorded).broken);
    }

    #[test]
    fn an_excuse_needs_a_reason() {
        assert_eq!(lists_of("# c\na.rs a table\n").unwrap().len(), 1);
        assert!(lists_of("a.rs\n").unwrap_err().contains("no reason"));
    }

    #[test]
    fn rule_names_are_unique() {
        let mut names: Vec<_> = rules::ALL.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rules::ALL.len());
    }
}
