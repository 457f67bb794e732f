//! Counterexamples: the smallest sequence that shows a failure, as a trace and a diagram.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use holdfast_model::trace::{Expectation, Script};
use holdfast_model::{Transition, transition};
use holdfast_properties::{Happening, Snapshot, Trace};

use crate::bounds::ModelState;
use crate::concurrent::Concurrent;
use crate::crash::Recoverable;
use crate::generator::Sequence;
use crate::guarded::Guarded;
use crate::mermaid::diagram;
use crate::run_mode::{self, RunMode};
use crate::shrink::{EXECUTIONS, shrink};
use crate::verdict::Verdict;

/// The folder of the counterexamples, below the root of the repository.
pub const FOLDER: &str = "reports/counterexamples";

/// The smallest sequence found that shows a failure. It was executed again after it was shrunk.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterexample {
    /// The sequence.
    pub sequence: Sequence,
    /// The verdict of its last execution.
    pub verdict: Verdict,
    /// The run mode that found it.
    pub mode: RunMode,
}

impl Counterexample {
    /// Returns the counterexample that a failing sequence shrinks to; `None` if it does not fail when it is executed
    /// again.
    pub fn out_of(sequence: &Sequence, mode: RunMode, judge: impl FnMut(&Sequence) -> Verdict) -> Option<Self> {
        let (sequence, verdict) = shrink(sequence, EXECUTIONS, judge)?;
        Some(Self { sequence, verdict, mode })
    }

    /// Returns a short name: the property that is false, or the place that differs.
    #[must_use]
    pub fn name(&self) -> String {
        let identity = self.verdict.identity().map_or_else(|| "unknown".to_owned(), |identity| identity.to_string());
        let words = identity.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("-")
    }

    /// Returns the trace, with the expectations of the model.
    #[must_use]
    pub fn script(&self) -> Script {
        let trace = expected(&self.sequence);
        let lines = trace.steps().map(|step| {
            let expectation = Expectation::recorded(&step.input, &step.outcome, &step.after, step.notifications);
            (step.input, Some(expectation))
        });
        let mode = (self.mode != RunMode::Lockstep).then(|| format!("{}{}", run_mode::HEADING, self.mode));
        let verdict = self.verdict.to_string();
        let heading = mode.into_iter().chain(verdict.lines().map(|line| line.trim_end().to_owned())).collect();
        Script { heading, ..Script::of(self.sequence.config, lines) }.numbered()
    }

    /// Returns a test that replays `trace` on the subject that the expression `subject` makes, as source text.
    #[must_use]
    pub fn regression_test(&self, subject: &str, trace: &str) -> String {
        let name = self.name().replace('-', "_").to_lowercase();
        let replay = match self.mode {
            RunMode::Crash(_) | RunMode::Concurrent(_) => "counterexample::replay",
            RunMode::Lockstep | RunMode::Properties | RunMode::Retries | RunMode::Notifications(_) => "replay",
        };
        format!(
            "#[test]\nfn {name}() {{\n    let trace = r#\"{trace}\"#;\n    \
             let verdict = holdfast_harness::{replay}(&mut {subject}, trace).unwrap();\n    \
             assert!(verdict.agrees(), \"{{verdict}}\");\n}}\n"
        )
    }

    /// Returns the lines of the trace, without its heading.
    pub fn trace_lines(&self) -> Vec<String> {
        let script = self.script().to_string();
        let lines = script.lines().skip_while(|line| line.starts_with('#') || line.is_empty());
        lines.map(str::to_owned).collect()
    }

    /// Writes the trace into `folder` under the next free number and returns its path. If the folder already has the
    /// trace, nothing is written.
    ///
    /// # Errors
    /// Returns the error of the file system if the folder cannot be read or written.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        let text = self.script().to_string();
        let mut last = 0_u32;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if fs::read_to_string(&path).is_ok_and(|known| known == text) {
                return Ok(path);
            }
            let name = path.file_name().unwrap_or_default();
            let number = name.to_str().and_then(|name| name.split('-').next()?.parse().ok());
            last = last.max(number.unwrap_or(0));
        }
        let path = folder.join(format!("{:04}-{}.trace", last.saturating_add(1), self.name()));
        fs::write(&path, text)?;
        Ok(path)
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n\nThe trace, with the responses that are expected:\n", self.verdict)?;
        for line in self.trace_lines() {
            writeln!(out, "    {line}")?;
        }
        writeln!(out, "\nThe same as a diagram:\n\n```mermaid\n{}```", diagram(expected(&self.sequence).steps()))
    }
}

/// Replays a trace on a subject, in the run mode that its heading names.
///
/// The expectations in the trace are not read: model and properties decide again.
///
/// # Errors
/// Returns a message if the text is no trace, if it names an unknown run mode, or if no step was compared.
pub fn replay(subject: &mut (impl Recoverable + Concurrent), text: &str) -> Result<Verdict, String> {
    let (mode, sequence) = run_mode::read(text)?;
    let mut guarded = Guarded::new(subject);
    let verdict = mode.judge(&mut guarded, &sequence);
    replayed(guarded.verdict(verdict, &sequence))
}

/// Returns the verdict of a replay; an error if it agrees because no step was compared.
pub(crate) fn replayed(verdict: Verdict) -> Result<Verdict, String> {
    match verdict {
        Verdict::Agree(tally) if tally.compared == 0 => Err(format!("no step was compared: {tally}")),
        Verdict::Agree(_) | Verdict::Diverge(_) | Verdict::Violate(_) | Verdict::Inconclusive(_) => Ok(verdict),
    }
}

/// Returns the model's run of a sequence.
#[must_use]
pub fn expected(sequence: &Sequence) -> Trace {
    let config = &sequence.config;
    let mut state = ModelState::default();
    let see = |state: &ModelState| Snapshot::from(state.observe(config).observation(config));
    let start = see(&state);
    let happenings = sequence.inputs.iter().map(|input| {
        let Transition { after, outcome, notifications } = transition(config, &state, *input);
        state = after;
        Happening { input: *input, outcome, notifications: notifications.as_slice().to_vec(), after: see(&state) }
    });
    Trace { happenings: happenings.collect(), start }
}

#[cfg(test)]
mod tests {
    use holdfast_model::testing::{faults, faulty_transition};

    use super::*;
    use crate::ModelSubject;
    use crate::choices::Seeded;
    use crate::generator::Bias;
    use crate::{drive, lockstep};

    fn broken() -> ModelSubject {
        let fault = faults().find(|fault| fault.name == "part-is-all").unwrap();
        ModelSubject::deciding(move |config, state, input| faulty_transition(fault, config, state, input))
    }

    fn found() -> Counterexample {
        let mut subject = broken();
        let sequence = (0..10_000).find_map(|seed| {
            let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, 60), Bias::Friendly, |_| ());
            drive.verdict.identity().map(|_| drive.sequence)
        });
        let judge = |sequence: &Sequence| lockstep::run(&mut subject, &sequence.config, &sequence.inputs);
        Counterexample::out_of(&sequence.unwrap(), RunMode::Lockstep, judge).unwrap()
    }

    #[test]
    fn it_is_a_trace_that_fails_again_and_agrees_where_nothing_is_broken() {
        let text = found().script().to_string();
        let script = Script::parse(&text).unwrap();
        let inputs: Vec<_> = script.inputs().collect();
        assert!(!lockstep::run(&mut broken(), &script.config, &inputs).agrees(), "{text}");
        assert!(lockstep::run(&mut ModelSubject::default(), &script.config, &inputs).agrees(), "{text}");
    }

    #[test]
    fn it_shows_a_diagram_and_the_expectations() {
        let text = found().to_string();
        for part in ["```mermaid\nsequenceDiagram", "=>"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }

    #[test]
    fn files_are_numbered() {
        let folder = std::env::temp_dir().join(format!("holdfast-counterexamples-{}", std::process::id()));
        let found = found();
        let other = Counterexample { mode: RunMode::Properties, ..found.clone() };
        let paths = [found.write(&folder).unwrap(), other.write(&folder).unwrap()];
        assert_eq!(found.write(&folder).unwrap(), paths[0], "the trace has been written before");
        let names = paths.map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(names, [format!("0001-{}.trace", found.name()), format!("0002-{}.trace", found.name())]);
    }
}
