//! Shards an exploration over machines and resumes one that was stopped; both work root by root.
//!
//! Roots whose states never meet can be explored one at a time. The visited set is then only as large as the largest of
//! them needs, and the summaries add up to the summary of the whole. [`Results`] is the record that is saved between
//! runs.

use super::breadth_first::Explorer;
use super::exploration::Exploration;
use super::space::Space;
use super::summary::{Completion, Summary, Why};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// One shard of an exploration out of `of` shards: every `of`-th root, beginning with root `index`.
///
/// Written `0/4` to `3/4`.
///
/// ```
/// use holdfast_explorer::Part;
///
/// let part: Part = "1/4".parse()?;
/// assert!(part.has(5) && !part.has(6));
/// assert!("4/4".parse::<Part>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    index: usize,
    of: usize,
}

impl Part {
    /// The whole exploration.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// Returns part `index` of `of`, counted from 0.
    ///
    /// # Errors
    ///
    /// Returns a message if `index` is not below `of`.
    pub fn new(index: usize, of: usize) -> Result<Self, String> {
        if of == 0 {
            Err("0 parts do not exist: expected K/N with N of at least 1".to_owned())
        } else if index < of {
            Ok(Self { index, of })
        } else {
            Err(format!(
                "part {index}/{of} does not exist: parts are counted from 0, so the last is {}/{of}",
                of.saturating_sub(1)
            ))
        }
    }

    /// Returns whether a root belongs to this part.
    #[must_use]
    pub fn has(self, root: usize) -> bool {
        root.checked_rem(self.of) == Some(self.index)
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        let (index, of) = parsed.ok_or_else(|| format!("{text:?} is not of the form 0/4"))?;
        Self::new(index, of)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// The summaries of the roots explored so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// The exploration: everything that must be equal for results to belong together, such as
    /// the scenario, its bounds and the version of the model.
    pub subject: String,
    /// Number of roots.
    pub roots: usize,
    /// The summary of each root that has been explored.
    done: BTreeMap<usize, Summary>,
}

impl Results {
    /// Returns results without any explored root.
    #[must_use]
    pub fn new<S: Space>(subject: impl Into<String>, space: &S) -> Self {
        Self { subject: subject.into(), roots: space.roots().len(), done: BTreeMap::new() }
    }

    /// Returns the roots of a part that have not been explored.
    #[must_use]
    pub fn missing(&self, part: Part) -> Vec<usize> {
        (0..self.roots).filter(|root| part.has(*root) && !self.done.contains_key(root)).collect()
    }

    /// Explores the missing roots of a part, one after the other.
    ///
    /// `explorer` makes the explorer for a root. `found` receives the result of each root, to describe sightings or to
    /// print a counterexample. `save` receives all results so far, to write them down, and decides whether to continue.
    ///
    /// Ends early at a root whose exploration was cut. That root is not recorded, so the next run begins it again.
    pub fn explore<'a, S: Space + 'a>(
        &mut self,
        part: Part,
        explorer: impl Fn() -> Explorer<'a, S>,
        mut found: impl FnMut(usize, &Explorer<'a, S>, &mut Exploration<S>),
        mut save: impl FnMut(&Self) -> Next,
    ) -> Completion {
        for root in self.missing(part) {
            let explorer = explorer().roots([root]);
            let mut exploration = explorer.run();
            found(root, &explorer, &mut exploration);
            let summary = exploration.summary;
            if !summary.completion.is_complete() {
                return summary.completion;
            }
            self.done.insert(root, summary);
            if save(self) == Next::Stop {
                break;
            }
        }
        self.total(part).completion
    }

    /// Adds the results of other roots.
    ///
    /// # Errors
    ///
    /// Returns a message if the results are of another subject, or if both hold a root and disagree about it.
    pub fn merge(&mut self, other: Self) -> Result<(), String> {
        if other.subject != self.subject || other.roots != self.roots {
            return Err(format!(
                "results of {:?} ({} roots) cannot be added to those of {:?} ({} roots)",
                other.subject, other.roots, self.subject, self.roots
            ));
        }
        for (root, summary) in other.done {
            match self.done.get(&root) {
                Some(known) if *known != summary => {
                    return Err(format!("the results for root {root} contradict each other"));
                }
                Some(_) => {}
                None => {
                    self.done.insert(root, summary);
                }
            }
        }
        Ok(())
    }

    /// Returns the sum of a part; it is complete only if each of its roots has been explored.
    #[must_use]
    pub fn total(&self, part: Part) -> Summary {
        let mut total = Summary::default();
        for (_, summary) in self.done.iter().filter(|(root, _)| part.has(**root)) {
            total.merge(summary.clone());
        }
        let missing = u64::try_from(self.missing(part).len()).unwrap_or(u64::MAX);
        if missing > 0 {
            total.completion = Completion::Cut { why: Why::RootsMissing(missing) };
        }
        total
    }
}

/// The decision to continue with the next root or to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Explore the next root.
    Go,
    /// End here, with the results so far.
    Stop,
}
