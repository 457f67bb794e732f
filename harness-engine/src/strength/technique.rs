//! The techniques that test an engine; each run is derived from a seed.

use std::fmt;

use crate::EngineSubject;
use holdfast_harness::choices::Seeded;
use holdfast_harness::generator::{self, Bias, Sequence};
use holdfast_harness::verdict::{Difference, Divergence, Place, Tally, Verdict};
use holdfast_harness::{concurrent, crash, drive, notifications, properties, retries};

/// A technique that tests an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Technique {
    /// In lockstep with the model, judged by the properties.
    Lockstep,
    /// Judged by the properties alone.
    Properties,
    /// Every request is repeated.
    Retries,
    /// The engine crashes and restarts.
    Crashes,
    /// One request is nested in another.
    Overlaps,
    /// A consumer receives notifications late, twice and in any order.
    Consumer,
    /// In lockstep with the model; afterwards objects, ledger and network must be consistent.
    Books,
}

/// The number of inputs of a run in lockstep with the model.
const LONG: u32 = 60;
/// The number of inputs of every other run.
const SHORT: u32 = 40;
/// The number of inputs before the overlapping requests of a run.
const PRELUDE: u32 = 24;
/// The number of choices for the disorder of notifications or for crashes.
const PLENTY: u32 = 4096;

impl Technique {
    /// Every technique.
    pub const ALL: [Self; 7] =
        [Self::Lockstep, Self::Properties, Self::Retries, Self::Crashes, Self::Overlaps, Self::Consumer, Self::Books];

    /// Returns the name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lockstep => "lockstep",
            Self::Properties => "properties",
            Self::Retries => "retries",
            Self::Crashes => "crash",
            Self::Overlaps => "concurrent",
            Self::Consumer => "notifications",
            Self::Books => "reconciliation",
        }
    }

    /// Runs the sequence of `seed`.
    pub fn run(self, subject: &mut EngineSubject, seed: u64) -> Verdict {
        // Friendly and hostile sequences alternate.
        let bias = if seed & 1 == 0 { Bias::Friendly } else { Bias::Hostile };
        let sequence = |inputs| generator::sequence(&mut Seeded::new(seed, inputs), bias, |_| ());
        let mut other = Seeded::new(seed.rotate_left(17), PLENTY);
        match self {
            Self::Lockstep => drive::lockstep(subject, &mut Seeded::new(seed, LONG), bias, |_| ()).verdict,
            Self::Properties => {
                let it = sequence(SHORT);
                properties::run(subject, &it.config, &it.inputs)
            }
            Self::Retries => {
                let it = sequence(SHORT);
                retries::run(subject, &it.config, &it.inputs)
            }
            Self::Crashes => {
                let it = sequence(SHORT);
                crash::run(subject, &it.config, &it.inputs, &mut other)
            }
            Self::Overlaps => overlap(subject, &sequence(PRELUDE), seed),
            Self::Consumer => {
                let it = sequence(SHORT);
                notifications::run(subject, &it.config, &it.inputs, &mut other)
            }
            Self::Books => reconciled(subject, seed, bias),
        }
    }
}

impl fmt::Display for Technique {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Runs in lockstep with the model, then reconciles.
fn reconciled(subject: &mut EngineSubject, seed: u64, bias: Bias) -> Verdict {
    let drive = drive::lockstep(subject, &mut Seeded::new(seed, LONG), bias, |_| ());
    let (Verdict::Agree(_), Some(input)) = (&drive.verdict, drive.sequence.inputs.last().copied()) else {
        return drive.verdict;
    };
    match subject.reconcile() {
        Ok(()) => drive.verdict,
        Err(subject) => {
            let (place, model) = (Place::Field("books".to_owned()), "one story".to_owned());
            let differences = vec![Difference { place, model, subject }];
            let step = drive.sequence.inputs.len().saturating_sub(1);
            Verdict::Diverge(Box::new(Divergence { step, input, differences }))
        }
    }
}

/// The number of points at which another request may be nested.
const POINTS: u64 = 7;

/// Runs the last two requests that can overlap, one nested in the other.
fn overlap(subject: &mut EngineSubject, sequence: &Sequence, seed: u64) -> Verdict {
    let mut requests = concurrent::that_overlap(&sequence.inputs).rev();
    let (Some((_, inner)), Some((place, outer))) = (requests.next(), requests.next()) else {
        return Verdict::Agree(Tally::default());
    };
    let point = u32::try_from(seed.checked_rem(POINTS).unwrap_or(0)).unwrap_or(0);
    let nested = concurrent::Nested { outer, inner, point };
    let prelude = sequence.inputs.get(..place).unwrap_or_default();
    concurrent::run(subject, &sequence.config, prelude, &nested)
}
