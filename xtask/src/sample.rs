//! Random comment sentences for grading, and the totals of a grading.

use std::collections::BTreeMap;
use std::fmt;

use crate::TaskResult;
use crate::tidy::source::Source;
use crate::tidy::text;
use crate::workspace::Workspace;

/// The number of words that a line must have to count as a sentence.
const WORDS: usize = 4;
/// The share of natural sentences that a grading needs, in percent.
const NATURAL: usize = 95;

/// A comment sentence and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// `PATH:LINE`.
    pub place: String,
    /// The sentence.
    pub text: String,
}

/// Draws `count` different comment sentences from all Rust files of the workspace.
///
/// # Errors
/// Returns a message if a file cannot be read.
pub fn draw(workspace: &Workspace, count: usize, seed: u64) -> TaskResult<Vec<Sample>> {
    let mut all = Vec::new();
    for path in workspace.files()?.iter().filter(|path| path.ends_with(".rs")) {
        all.extend(sentences(path, &workspace.read(path)?));
    }
    Ok(choose(all, count, seed))
}

/// Returns the comment sentences of a Rust file; code blocks and fragments are left out.
fn sentences(path: &str, source: &str) -> Vec<Sample> {
    let source = Source::parse(source);
    let mut found = Vec::new();
    for block in source.blocks() {
        let mut code = false;
        let lines = block.into_iter().map(|comment| {
            let fence = comment.text.starts_with("```");
            code ^= fence;
            (comment.line, if code || fence { "" } else { comment.text.as_str() })
        });
        let complete = |sentence: &text::Sentence| {
            sentence.text.split_whitespace().count() >= WORDS
                && sentence.text.starts_with(|it: char| !it.is_lowercase())
        };
        for sentence in text::sentences(lines).into_iter().filter(complete) {
            found.push(Sample { place: format!("{path}:{}", sentence.line), text: sentence.text });
        }
    }
    found
}

/// Returns `count` of the items, chosen and ordered by the first steps of a Fisher-Yates shuffle.
fn choose(mut items: Vec<Sample>, count: usize, seed: u64) -> Vec<Sample> {
    let mut state = seed;
    let mut chosen = Vec::new();
    while chosen.len() < count && !items.is_empty() {
        // Knuth's MMIX generator; its high bits are the random ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let range = u64::try_from(items.len()).unwrap_or(u64::MAX);
        let at = (state >> 33).checked_rem(range).and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
        chosen.push(items.swap_remove(at));
    }
    chosen
}

/// The totals of a grading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grading {
    /// Sentences that read naturally.
    pub natural: usize,
    /// Sentences that are correct but stilted.
    pub stilted: usize,
    /// Sentences that must be read twice.
    pub twice: usize,
}

impl Grading {
    /// Reads lines `N GRADE`; blank lines and lines that begin with `#` are left out.
    ///
    /// # Errors
    /// Returns a message that quotes a malformed line, or names a number that is missing or graded twice.
    pub fn parse(text: &str) -> TaskResult<Self> {
        let mut grades: BTreeMap<usize, &str> = BTreeMap::new();
        let mut grading = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let malformed = || format!("`{line}` is malformed; expected `N natural`, `N stilted` or `N twice`");
            let (number, grade) = line.split_once(' ').ok_or_else(malformed)?;
            let number = number.trim_end_matches('.').parse().map_err(|_| malformed())?;
            let counter = match grade.trim() {
                "natural" => &mut grading.natural,
                "stilted" => &mut grading.stilted,
                "twice" => &mut grading.twice,
                _ => return Err(malformed()),
            };
            *counter = counter.saturating_add(1);
            if grades.insert(number, grade).is_some() {
                return Err(format!("sentence {number} is graded more than once"));
            }
        }
        match (1..).zip(grades.keys()).find(|(expected, number)| expected != *number) {
            Some((expected, _)) => Err(format!("sentence {expected} is not graded")),
            None if grades.is_empty() => Err("no sentence is graded".to_owned()),
            None => Ok(grading),
        }
    }

    fn total(&self) -> usize {
        self.natural.saturating_add(self.stilted).saturating_add(self.twice)
    }

    /// Checks the grading against the goal: at least 95 % natural, no sentence that must be read twice.
    ///
    /// # Errors
    /// Returns a message that states the goal if it is missed.
    pub fn accepted(&self) -> TaskResult<()> {
        let enough = self.natural.saturating_mul(100) >= self.total().saturating_mul(NATURAL);
        if enough && self.twice == 0 {
            Ok(())
        } else {
            Err(format!("the goal is missed: at least {NATURAL} % natural and none that must be read twice"))
        }
    }
}

impl fmt::Display for Grading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total();
        let line = |count: usize| {
            let tenths = count.saturating_mul(1_000).checked_div(total).unwrap_or(0);
            let (whole, rest) = (tenths.checked_div(10).unwrap_or(0), tenths.checked_rem(10).unwrap_or(0));
            format!("{count:4}  {whole}.{rest} %")
        };
        writeln!(formatter, "natural {}", line(self.natural))?;
        writeln!(formatter, "stilted {}", line(self.stilted))?;
        write!(formatter, "twice   {}", line(self.twice))
    }
}

#[cfg(test)]
mod tests {
    use super::{Grading, Sample, choose, sentences};

    #[test]
    fn comment_sentences_are_found() {
        let source = "/// Returns the sum of both. Adds\n/// them first and returns it.\n/// ```\n/// let code = not prose here;\n/// ```\n\
                      fn f() {} // Too short.\nlet x = \"// No comment stands in strings.\";\n";
        let found: Vec<_> = sentences("a.rs", source).into_iter().map(|it| (it.place, it.text)).collect();
        let expected = [("a.rs:1", "Returns the sum of both."), ("a.rs:1", "Adds them first and returns it.")];
        assert_eq!(found, expected.map(|(place, text)| (place.to_owned(), text.to_owned())));
    }

    #[test]
    fn a_draw_depends_on_the_seed_alone() {
        let items: Vec<_> = (0..50).map(|at| Sample { place: format!("a:{at}"), text: String::new() }).collect();
        let first = choose(items.clone(), 10, 1);
        assert_eq!(first, choose(items.clone(), 10, 1));
        assert_ne!(first, choose(items.clone(), 10, 2));
        let mut places: Vec<_> = first.into_iter().map(|it| it.place).collect();
        places.sort();
        places.dedup();
        assert_eq!(places.len(), 10, "no sentence is drawn twice");
        assert_eq!(choose(items, 100, 1).len(), 50);
    }

    #[test]
    fn a_grading_is_added_up() {
        let natural: String = (1..20).map(|number| format!("{number} natural\n")).collect();
        let grading = Grading::parse(&format!("# seed 1\n{natural}20 stilted\n")).unwrap();
        assert_eq!(grading.to_string(), "natural   19  95.0 %\nstilted    1  5.0 %\ntwice      0  0.0 %");
        assert_eq!(grading.accepted(), Ok(()));
        let worse = Grading::parse(&format!("{natural}20 twice\n")).unwrap();
        assert!(worse.accepted().unwrap_err().contains("goal is missed"));
        let worse = Grading::parse(&format!("{natural}20 stilted\n21 stilted\n")).unwrap();
        assert!(worse.accepted().is_err());
    }

    #[test]
    fn a_wrong_grading_is_refused() {
        assert!(Grading::parse("1 good\n").unwrap_err().contains("expected `N natural`"));
        assert!(Grading::parse("1 natural\n1 twice\n").unwrap_err().contains("more than once"));
        assert!(Grading::parse("1 natural\n3 natural\n").unwrap_err().contains("sentence 2 is not graded"));
        assert!(Grading::parse("").unwrap_err().contains("no sentence"));
    }
}
