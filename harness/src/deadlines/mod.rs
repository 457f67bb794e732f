//! The deadline lattice: the answers around each deadline, in every order of the requests and events that race there.
//!
//! A deadline is reached by time alone, so a request that arrives in its second meets the job that acts on it. For each
//! entry of [`DEADLINES`], [`Lattice::of`] advances a subject to one second before the deadline, to the deadline, and to
//! one second after it, and then sends the racing inputs in every order, in lockstep with the model. [`Lattice::table`]
//! writes the answers, and marks every cell in which the subject differs from the model.

mod table;
#[cfg(test)]
mod tests;

use holdfast_model::trace::{Error, Script};
use holdfast_model::{Config, EnvironmentEvent, Input};

use crate::lockstep::{Lockstep, Stepped};
use crate::subject::Subject;
use crate::verdict::Verdict;

pub use table::LIST as DEADLINES;

/// A deadline, the way to it, and the inputs that race there.
#[derive(Clone, Copy, Debug)]
pub struct DeadlineCase {
    /// The name, as a noun.
    pub name: &'static str,
    /// Ids of the requirements that decide the race.
    pub requirements: &'static str,
    /// The trace that leads to the state in which the deadline runs, with its configuration.
    pub setup: &'static str,
    /// Seconds from the end of the setup to the deadline; `None` if the environment decides the time (a bank, for
    /// example), so that only the order matters.
    pub seconds: Option<u32>,
    /// The racing inputs, as lines of a trace.
    pub racers: &'static [&'static str],
}

/// The time of a race, relative to the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RaceTime {
    /// One second before the deadline.
    Before,
    /// In the second of the deadline.
    At,
    /// One second after the deadline.
    After,
    /// At any time: the deadline has no clock.
    Any,
}

impl RaceTime {
    /// Returns the column heading.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "1 s before",
            Self::At => "at the deadline",
            Self::After => "1 s after",
            Self::Any => "at any time",
        }
    }
}

/// The result of one race: one deadline, one time, one order.
#[derive(Clone, Debug)]
pub struct DeadlineRace {
    /// Position of the deadline in [`DEADLINES`].
    pub deadline: usize,
    /// The time of the race.
    pub time: RaceTime,
    /// The racing inputs in the order in which they were sent.
    pub order: Vec<&'static str>,
    /// The answer to each input that was compared, in words.
    pub answers: Vec<String>,
    /// Result of the comparison with the model.
    pub result: RaceResult,
}

/// Result of the comparison of one race with the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RaceResult {
    /// Every step was compared, and the model permits each.
    Agrees,
    /// The subject differs from the model, or breaks a property. Holds the explanation.
    Differs(String),
    /// Not every input was compared, because the subject does not support it. Holds the reason.
    NotCompared(String),
}

/// All races, run on one subject.
#[derive(Clone, Debug)]
pub struct Lattice {
    /// Name of the subject, for the heading.
    pub subject: &'static str,
    /// The races, in the order of [`DEADLINES`], then by order, then by time.
    pub races: Vec<DeadlineRace>,
}

impl DeadlineCase {
    /// Returns the times at which the race is run.
    #[must_use]
    pub const fn times(&self) -> &'static [RaceTime] {
        if self.seconds.is_some() { &[RaceTime::Before, RaceTime::At, RaceTime::After] } else { &[RaceTime::Any] }
    }

    /// Returns the configuration and the inputs of a race: the setup, the advance to `time`, and the racers in
    /// `order`.
    ///
    /// # Errors
    /// Returns the parse error of the setup or of a racer.
    pub fn inputs(&self, time: RaceTime, order: &[&str]) -> Result<(Config, Vec<Input>, usize), Error> {
        let setup: Script = self.setup.parse()?;
        let mut inputs: Vec<Input> = setup.inputs().collect();
        if let Some(seconds) = self.seconds {
            let seconds = match time {
                RaceTime::Before => seconds.saturating_sub(1),
                RaceTime::At | RaceTime::Any => seconds,
                RaceTime::After => seconds.saturating_add(1),
            };
            inputs.push(EnvironmentEvent::Advance { seconds }.into());
        }
        let first = inputs.len();
        let racers: Script = order.join("\n").parse()?;
        inputs.extend(racers.inputs());
        Ok((setup.config, inputs, first))
    }
}

impl Lattice {
    /// Runs every race of [`DEADLINES`] on `subject`, in lockstep with the model.
    ///
    /// # Errors
    /// Returns the parse error of an entry of [`DEADLINES`].
    pub fn of(name: &'static str, subject: &mut impl Subject) -> Result<Self, Error> {
        let mut races = Vec::new();
        for (place, deadline) in DEADLINES.iter().enumerate() {
            for order in orders(deadline.racers) {
                for time in deadline.times() {
                    let (config, inputs, first) = deadline.inputs(*time, &order)?;
                    let (answers, result) = race(subject, &config, &inputs, first);
                    races.push(DeadlineRace { deadline: place, time: *time, order: order.clone(), answers, result });
                }
            }
        }
        Ok(Self { subject: name, races })
    }

    /// Returns the races in which the subject differs from the model.
    pub fn differing(&self) -> impl Iterator<Item = &DeadlineRace> {
        self.races.iter().filter(|race| matches!(race.result, RaceResult::Differs(_)))
    }

    /// Returns the races that were not compared completely.
    pub fn not_compared(&self) -> impl Iterator<Item = &DeadlineRace> {
        self.races.iter().filter(|race| matches!(race.result, RaceResult::NotCompared(_)))
    }
}

/// Runs `inputs` in lockstep; returns the answers from the input at position `first` on, and the result.
fn race(subject: &mut impl Subject, config: &Config, inputs: &[Input], first: usize) -> (Vec<String>, RaceResult) {
    let mut answers = Vec::new();
    let mut lockstep = match Lockstep::start(subject, config) {
        Ok(lockstep) => lockstep,
        Err(inconclusive) => return (answers, RaceResult::NotCompared(inconclusive.reason)),
    };
    for (place, input) in inputs.iter().enumerate() {
        match lockstep.step(*input) {
            Ok(Stepped::Compared) if place < first => {}
            Ok(Stepped::Compared) => match lockstep.last_step() {
                Some(step) => answers.push(table::answer(&step)),
                None => answers.push("answered".to_owned()),
            },
            Ok(Stepped::Beyond | Stepped::Held) => {
                return (answers, RaceResult::NotCompared("the subject does not support the input".to_owned()));
            }
            Err(Verdict::Inconclusive(inconclusive)) => {
                return (answers, RaceResult::NotCompared(inconclusive.reason));
            }
            Err(verdict) => return (answers, RaceResult::Differs(verdict.to_string())),
        }
    }
    (answers, RaceResult::Agrees)
}

/// Returns every order of `racers`, in the order of the list.
fn orders(racers: &[&'static str]) -> Vec<Vec<&'static str>> {
    if racers.is_empty() {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for (place, first) in racers.iter().enumerate() {
        let rest: Vec<_> = racers.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, it)| *it).collect();
        for mut order in orders(&rest) {
            order.insert(0, first);
            found.push(order);
        }
    }
    found
}
