//! The run modes: how a sequence is run on a subject and judged.

use std::fmt;
use std::str::FromStr;

use holdfast_model::Input;
use holdfast_model::trace::Script;

use crate::choices::Seeded;
use crate::concurrent::{self, Concurrent, Nested};
use crate::crash::{self, Recoverable};
use crate::generator::Sequence;
use crate::subject::Subject;
use crate::verdict::{Tally, Verdict};
use crate::{lockstep, notifications, properties, retries};

/// A mode of running a sequence on a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunMode {
    /// In lockstep with the model.
    #[default]
    Lockstep,
    /// Judged by the properties alone.
    Properties,
    /// Each request is sent again, with and without its key.
    Retries,
    /// The subject crashes at points derived from this seed, and restarts.
    Crash(u64),
    /// The last request arrives while the one before it is at this point of its work.
    Concurrent(u32),
    /// A consumer receives notifications late, twice and out of order, as derived from this seed.
    Notifications(u64),
}

impl RunMode {
    /// Runs `sequence` on the subject in this mode.
    pub fn judge(self, subject: &mut (impl Recoverable + Concurrent), sequence: &Sequence) -> Verdict {
        if let Some(verdict) = self.judge_plain(subject, sequence) {
            return verdict;
        }
        if let Some(verdict) = self.judge_crash(subject, sequence) {
            return verdict;
        }
        self.judge_overlap(subject, sequence).unwrap_or_else(|| Verdict::Agree(Tally::default()))
    }

    /// Runs `sequence` in a mode that every subject supports; `None` for crashes and overlaps.
    pub fn judge_plain(self, subject: &mut impl Subject, sequence: &Sequence) -> Option<Verdict> {
        let Sequence { config, inputs } = sequence;
        match self {
            Self::Lockstep => Some(lockstep::run(subject, config, inputs)),
            Self::Properties => Some(properties::run(subject, config, inputs)),
            Self::Retries => Some(retries::run(subject, config, inputs)),
            Self::Notifications(seed) => {
                Some(notifications::run(subject, config, inputs, &mut Seeded::new(seed, u32::MAX)))
            }
            Self::Crash(_) | Self::Concurrent(_) => None,
        }
    }

    /// Runs `sequence` with crashes; `None` in every other mode.
    pub fn judge_crash(self, subject: &mut impl Recoverable, sequence: &Sequence) -> Option<Verdict> {
        let Self::Crash(seed) = self else { return None };
        Some(crash::run(subject, &sequence.config, &sequence.inputs, &mut Seeded::new(seed, u32::MAX)))
    }

    /// Runs `sequence` with overlapping requests; `None` in every other mode. Fewer than two requests cannot overlap;
    /// then nothing is compared.
    pub fn judge_overlap(self, subject: &mut impl Concurrent, sequence: &Sequence) -> Option<Verdict> {
        let Self::Concurrent(point) = self else { return None };
        let Some((prelude, nested)) = nested(&sequence.inputs, point) else {
            return Some(Verdict::Agree(Tally::default()));
        };
        Some(concurrent::run(subject, &sequence.config, prelude, &nested))
    }
}

/// Returns the last two requests that can overlap, one nested in the other, and the inputs before them.
fn nested(inputs: &[Input], point: u32) -> Option<(&[Input], Nested)> {
    let mut requests = concurrent::that_overlap(inputs).rev();
    let ((_, inner), (place, outer)) = (requests.next()?, requests.next()?);
    Some((inputs.get(..place)?, Nested { outer, inner, point }))
}

/// Returns the reason why a subject that only implements [`Subject`] cannot run in this mode.
pub(crate) fn needs_more(mode: RunMode) -> String {
    format!("the run mode \"{mode}\" needs a subject that restarts or overlaps")
}

impl fmt::Display for RunMode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lockstep => out.write_str("lockstep"),
            Self::Properties => out.write_str("properties"),
            Self::Retries => out.write_str("retries"),
            Self::Crash(seed) => write!(out, "crash {seed}"),
            Self::Concurrent(point) => write!(out, "concurrent {point}"),
            Self::Notifications(seed) => write!(out, "notifications {seed}"),
        }
    }
}

impl FromStr for RunMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once(' ').unwrap_or((text, ""));
        let wrong = || {
            format!(
                "unknown mode \"{text}\"; expected lockstep, properties, retries, crash N, concurrent N or notifications N"
            )
        };
        match name {
            "lockstep" => Ok(Self::Lockstep),
            "properties" => Ok(Self::Properties),
            "retries" => Ok(Self::Retries),
            "crash" => number.parse().map(Self::Crash).map_err(|_| wrong()),
            "concurrent" => number.parse().map(Self::Concurrent).map_err(|_| wrong()),
            "notifications" => number.parse().map(Self::Notifications).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

/// The prefix of the heading line of a trace that names its run mode.
pub(crate) const HEADING: &str = "way: ";

/// Returns the run mode that the heading of a trace names; lockstep if it names none.
///
/// # Errors
/// Returns a message if the heading names an unknown mode.
pub fn of(script: &Script) -> Result<RunMode, String> {
    let named = script.heading.iter().find_map(|line| line.trim().strip_prefix(HEADING));
    named.map_or(Ok(RunMode::Lockstep), |mode| mode.trim().parse())
}

/// Reads a trace and its run mode. Blank lines before the heading are skipped, because a raw string in a test may have
/// one.
///
/// # Errors
/// Returns a message if the text is no trace, or if its heading names an unknown mode.
pub(crate) fn read(text: &str) -> Result<(RunMode, Sequence), String> {
    // The whole text is parsed first, so that an error names the right line.
    let parse = |text: &str| Script::parse(text).map_err(|error| error.to_string());
    let script = parse(text).and_then(|_| parse(text.trim_start()))?;
    let sequence = Sequence { config: script.config, inputs: script.inputs().collect() };
    Ok((of(&script)?, sequence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_read_as_it_is_written() {
        let modes = [
            RunMode::Lockstep,
            RunMode::Properties,
            RunMode::Retries,
            RunMode::Crash(7),
            RunMode::Concurrent(2),
            RunMode::Notifications(9),
        ];
        for mode in modes {
            assert_eq!(mode.to_string().parse(), Ok(mode));
            let script = Script { heading: vec![format!("way: {mode}")], ..Script::default() };
            assert_eq!(of(&Script::parse(&script.to_string()).unwrap()), Ok(mode));
        }
        assert_eq!(of(&Script::default()), Ok(RunMode::Lockstep));
        assert!("crash soon".parse::<RunMode>().is_err());
    }

    #[test]
    fn a_blank_line_before_the_heading_does_not_hide_the_mode() {
        let (mode, sequence) = read("\n# way: crash 7\n\ncreate pi1 100 usd\n").unwrap();
        assert_eq!((mode, sequence.inputs.len()), (RunMode::Crash(7), 1));
        assert!(read("\nsteal pi1\n").unwrap_err().contains("line 2"));
    }

    #[test]
    fn the_last_two_requests_meet() {
        let script = Script::parse("create pi1 100 usd\nconfirm pi1\nadvance 1d\ncancel pi1\n").unwrap();
        let inputs: Vec<Input> = script.inputs().collect();
        let (prelude, nested) = nested(&inputs, 3).unwrap();
        assert_eq!(prelude.len(), 1);
        assert_eq!(
            (Some(nested.outer.into()), Some(nested.inner.into()), nested.point),
            (inputs.get(1).copied(), inputs.get(3).copied(), 3)
        );
        assert_eq!(super::nested(&inputs[..1], 3).map(|it| it.0.len()), None);
    }
}
