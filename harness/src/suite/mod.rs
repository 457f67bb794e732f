//! The entry point that runs every supported run mode and writes one report.
//!
//! ```no_run
//! use holdfast_harness::{ModelSubject, Suite};
//!
//! let report = Suite::new(ModelSubject::default()).sequences(100).run();
//! assert!(report.agreed(), "{report}");
//! ```

mod finding;
mod report;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use holdfast_model::Input;
use holdfast_model::trace::Verb;
use holdfast_properties::AbstractTransition;

pub use report::{LeftOut, ModeSummary, SuiteReport};

use crate::capabilities::{Capabilities, Capability};
use crate::choices::Seeded;
use crate::concurrent::Concurrent;
use crate::counterexample;
use crate::crash::Recoverable;
use crate::generator::{self, Bias, Sequence, SequenceBuilder};
use crate::guarded::Guarded;
use crate::lockstep::{Lockstep, Stepped};
use crate::run_mode::{self, RunMode};
use crate::subject::Subject;
use crate::verdict::{Inconclusive, Verdict};
use finding::FailedRun;

/// The default number of sequences of each run mode.
const SEQUENCES: u32 = 300;
/// The default number of inputs of each sequence.
const INPUTS: u32 = 40;
/// The number of sequences that are still run after a finding that is not about money.
const LOOK_ON: u32 = 40;
/// The default number of properties about money that must be judged.
const LEAST_MONEY: usize = 1;
/// The number of points at which a request can overlap another.
const POINTS: u64 = 7;

/// Makes the run mode of a seed.
type ModeOf = fn(u64) -> RunMode;
/// Runs a sequence in a mode that not every subject supports.
type Judge<S> = fn(RunMode, &mut Guarded<'_, S>, &Sequence) -> Option<Verdict>;

/// Tests a subject in every run mode that it supports.
#[derive(Debug)]
pub struct Suite<S> {
    subject: S,
    code: String,
    sequences: u32,
    first_seed: u64,
    inputs: u32,
    budget: Option<Duration>,
    least_money: usize,
    crash: Option<Judge<S>>,
    overlap: Option<Judge<S>>,
    skipped: Vec<(&'static str, &'static str)>,
}

/// Tests a subject with the default number of sequences.
pub fn test(subject: impl Subject) -> SuiteReport {
    Suite::new(subject).run()
}

/// Replays a trace on a subject, in the run mode that its heading names. The expectations in the trace are not read:
/// model and properties decide again.
///
/// # Errors
/// Returns a message if the text is no trace, names an unknown run mode, or if no step was compared. Crashes and
/// overlaps are errors too; [`crate::counterexample::replay`] runs those.
pub fn replay(subject: &mut impl Subject, text: &str) -> Result<Verdict, String> {
    let (mode, sequence) = run_mode::read(text)?;
    let mut guarded = Guarded::new(subject);
    let verdict = mode.judge_plain(&mut guarded, &sequence).ok_or_else(|| run_mode::needs_more(mode))?;
    counterexample::replayed(guarded.verdict(verdict, &sequence))
}

impl<S: Subject> Suite<S> {
    /// Returns a suite for the subject.
    pub const fn new(subject: S) -> Self {
        Self {
            subject,
            code: String::new(),
            sequences: SEQUENCES,
            first_seed: 0,
            inputs: INPUTS,
            budget: None,
            least_money: LEAST_MONEY,
            crash: None,
            overlap: None,
            skipped: Vec::new(),
        }
    }

    /// Sets the number of sequences of each run mode.
    #[must_use]
    pub fn sequences(self, sequences: u32) -> Self {
        Self { sequences, ..self }
    }

    /// Sets the seed of the first sequence; each further sequence has the next seed.
    #[must_use]
    pub fn seed(self, first_seed: u64) -> Self {
        Self { first_seed, ..self }
    }

    /// Sets the number of inputs of each sequence.
    #[must_use]
    pub fn inputs(self, inputs: u32) -> Self {
        Self { inputs, ..self }
    }

    /// Limits the time of the runs. A suite that is stopped by the limit is incomplete, and has not agreed.
    #[must_use]
    pub fn budget(self, budget: Duration) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// Sets the expression that makes the subject, for the regression test in a report.
    #[must_use]
    pub fn made_by(self, code: &str) -> Self {
        Self { code: code.to_owned(), ..self }
    }

    /// Sets the number of properties about money that must be judged; the default is 1. A suite that judges fewer is
    /// incomplete, and has not agreed.
    #[must_use]
    pub fn money_properties_at_least(self, least_money: usize) -> Self {
        Self { least_money, ..self }
    }

    /// Leaves out the run mode of this name, and reports the reason.
    #[must_use]
    pub fn skip(mut self, (mode, why): (&'static str, &'static str)) -> Self {
        self.skipped.push((mode, why));
        self
    }

    /// Runs the suite.
    pub fn run(mut self) -> SuiteReport {
        let capabilities = self.subject.capabilities();
        let mut report = SuiteReport::new(&capabilities, &self.code, self.least_money);
        let began = Instant::now();
        let mut best: Option<FailedRun> = None;
        for (name, mode) in self.modes(&capabilities, &mut report) {
            if best.is_some() || report.has_ended() {
                report.skipped.push((name, "the suite ended before"));
                continue;
            }
            self.run_mode(mode, &capabilities, began, (&mut report, &mut best));
        }
        if let Some(candidate) = best {
            let failed = candidate.to_string();
            report.finding = finding::counterexample(candidate, |mode, sequence| self.judge(mode, sequence));
            if report.finding.is_none() {
                report.stopped = Some(format!("a run failed and did not fail again: {failed}"));
            }
        }
        report
    }

    /// Returns the run modes that the subject supports, and records in the report why others are left out.
    fn modes(&self, capabilities: &Capabilities, report: &mut SuiteReport) -> Vec<(&'static str, ModeOf)> {
        let has_keys = capabilities.has(Capability::IdempotencyKeys);
        let notifies = holdfast_model::NotificationKind::ALL.iter().all(|kind| capabilities.shows_kind(*kind));
        let rows: [(bool, ModeOf, &'static str, &str); 6] = [
            (true, |_| RunMode::Lockstep, "lockstep", ""),
            (true, |_| RunMode::Properties, "properties", ""),
            (has_keys, |_| RunMode::Retries, "retries", "the subject takes no idempotency keys"),
            (notifies, RunMode::Notifications, "notifications", "not every notification is visible"),
            (self.crash.is_some(), RunMode::Crash, "crash", "the suite was not told that the subject restarts"),
            (self.overlap.is_some(), overlapping, "concurrent", "the suite was not told that requests may overlap"),
        ];
        let mut modes = Vec::new();
        for (is_supported, mode, name, why) in rows {
            match self.skipped.iter().find(|(skipped, _)| *skipped == name) {
                Some((_, why)) => report.skipped.push((name, why)),
                None if is_supported => modes.push((name, mode)),
                None => report.skipped.push((name, why)),
            }
        }
        modes
    }

    /// Runs the sequences of one mode, up to the first finding about money.
    fn run_mode(
        &mut self,
        mode: ModeOf,
        capabilities: &Capabilities,
        began: Instant,
        (report, best): (&mut SuiteReport, &mut Option<FailedRun>),
    ) {
        let mut left = LOOK_ON;
        for number in 0..self.sequences {
            if self.budget.is_some_and(|budget| began.elapsed() >= budget) {
                report.stopped = Some(format!("the time limit ended {} after {number} sequences", mode(0)));
                return;
            }
            let seed = self.first_seed.wrapping_add(u64::from(number));
            let (sequence, verdict) = self.sequence(mode(seed), capabilities, seed, report);
            if report.note(mode(seed), &verdict).is_break() {
                return;
            }
            if let Some(candidate) = FailedRun::of((mode(seed), seed), sequence, verdict)
                && best.as_ref().is_none_or(|best| candidate.rank < best.rank)
            {
                *best = Some(candidate);
            }
            left = left.saturating_sub(u32::from(best.is_some()));
            if best.as_ref().is_some_and(|best| best.is_about_money() || left == 0) {
                return;
            }
        }
    }

    /// Builds the sequence of a seed and runs it.
    fn sequence(
        &mut self,
        mode: RunMode,
        capabilities: &Capabilities,
        seed: u64,
        report: &mut SuiteReport,
    ) -> (Sequence, Verdict) {
        let bias = if seed & 1 == 0 { Bias::Friendly } else { Bias::Hostile };
        let mut choices = Seeded::new(seed, self.inputs);
        if mode != RunMode::Lockstep {
            let sequence = generator::sequence_for(capabilities, &mut choices, bias, |_| ());
            let verdict = self.judge(mode, &sequence);
            return (sequence, verdict);
        }
        let mut builder = SequenceBuilder::for_subject(capabilities, &mut choices, bias);
        let config = *builder.config();
        let mut guarded = Guarded::new(&mut self.subject);
        let mut inputs = Vec::new();
        let verdict = match Lockstep::start(&mut guarded, &config) {
            Err(inconclusive) => Verdict::Inconclusive(inconclusive),
            Ok(mut lockstep) => loop {
                let Some(input) = builder.next(&mut choices, lockstep.model()) else {
                    break Verdict::Agree(lockstep.tally());
                };
                inputs.push(input);
                match step(&mut lockstep, input, report) {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(verdict) => break verdict,
                }
            },
        };
        let sequence = Sequence { config, inputs };
        let verdict = guarded.verdict(verdict, &sequence);
        (sequence, verdict)
    }

    fn judge(&mut self, mode: RunMode, sequence: &Sequence) -> Verdict {
        let mut guarded = Guarded::new(&mut self.subject);
        let verdict = mode
            .judge_plain(&mut guarded, sequence)
            .or_else(|| self.crash.and_then(|judge| judge(mode, &mut guarded, sequence)))
            .or_else(|| self.overlap.and_then(|judge| judge(mode, &mut guarded, sequence)))
            .unwrap_or_else(|| Verdict::Inconclusive(Inconclusive { step: 0, reason: run_mode::needs_more(mode) }));
        guarded.verdict(verdict, sequence)
    }
}

impl<S: Recoverable> Suite<S> {
    /// Adds the run mode in which the subject crashes and restarts.
    #[must_use]
    pub fn restarts(self) -> Self {
        Self { crash: Some(|mode, subject, sequence| mode.judge_crash(subject, sequence)), ..self }
    }
}

impl<S: Concurrent> Suite<S> {
    /// Adds the run mode in which requests overlap.
    #[must_use]
    pub fn overlaps(self) -> Self {
        Self { overlap: Some(|mode, subject, sequence| mode.judge_overlap(subject, sequence)), ..self }
    }
}

/// Returns the mode in which the last two requests overlap, at a point derived from the seed.
fn overlapping(seed: u64) -> RunMode {
    RunMode::Concurrent(u32::try_from(seed.checked_rem(POINTS).unwrap_or(0)).unwrap_or(0))
}

/// Takes one step in lockstep and records it in the report.
fn step<S: Subject>(
    lockstep: &mut Lockstep<'_, Guarded<'_, S>>,
    input: Input,
    report: &mut SuiteReport,
) -> ControlFlow<Verdict> {
    let left_out = report.left_out.entry(Verb::of(&input)).or_default();
    left_out.drawn = left_out.drawn.saturating_add(1);
    match lockstep.step(input) {
        Ok(Stepped::Compared) => {
            report.transitions.extend(lockstep.last_step().map(|step| AbstractTransition::of(&step)));
            ControlFlow::Continue(())
        }
        Ok(Stepped::Beyond | Stepped::Held) => {
            left_out.left_out = left_out.left_out.saturating_add(1);
            ControlFlow::Continue(())
        }
        Err(verdict) => ControlFlow::Break(verdict),
    }
}

/// Defines a test that runs every mode that a subject supports, and fails with the report.
///
/// ```
/// use holdfast_harness::{ModelSubject, engine_test};
///
/// engine_test!(the_model_agrees_with_itself, ModelSubject::default(), skip = ("retries", "the model has three keys"));
/// ```
#[macro_export]
macro_rules! engine_test {
    ($name:ident, $subject:expr $(, $option:ident = $value:expr)* $(,)?) => {
        #[test]
        fn $name() {
            let suite = $crate::Suite::new($subject).made_by(stringify!($subject));
            $(let suite = suite.$option($value);)*
            let report = suite.run();
            assert!(report.agreed(), "{report}");
        }
    };
}
