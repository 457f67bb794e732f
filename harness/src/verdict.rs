//! The result of a run: agreement, a divergence, a violated property, or inconclusive.

use std::fmt;

use holdfast_model::Input;
use holdfast_properties::PropertyBits;

use crate::visibility::JudgedStep;

/// The result of a run.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Verdict {
    /// Every step was compared, and each was permitted.
    Agree(Tally),
    /// Model and subject differ.
    Diverge(Box<Divergence>),
    /// A property is false of the subject, independently of the model.
    Violate(Box<Violation>),
    /// The harness could not complete the run, which says nothing about the subject.
    Inconclusive(Inconclusive),
}

impl Verdict {
    /// Returns whether the verdict is agreement.
    #[must_use]
    pub const fn agrees(&self) -> bool {
        matches!(self, Self::Agree(_))
    }

    /// Returns the identity of the failure, which stays fixed while a counterexample is shrunk; `None` if nothing
    /// failed.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Self::Agree(_) | Self::Inconclusive(_) => None,
            Self::Violate(violation) => violation.properties.first().map(|broken| Identity::Property(broken.property)),
            Self::Diverge(divergence) => divergence
                .differences
                .first()
                .map(|first| Identity::Place { verb: verb(&divergence.input), place: first.place.class() }),
        }
    }

    /// Returns the step of the failure, counted from 0.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::Agree(_) => None,
            Self::Diverge(divergence) => Some(divergence.step),
            Self::Violate(violation) => Some(violation.step),
            Self::Inconclusive(inconclusive) => Some(inconclusive.step),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agree(tally) => write!(out, "agreement: {tally}"),
            Self::Diverge(divergence) => divergence.fmt(out),
            Self::Violate(violation) => violation.fmt(out),
            Self::Inconclusive(inconclusive) => inconclusive.fmt(out),
        }
    }
}

/// The size of a run that agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps that were compared.
    pub compared: u64,
    /// Inputs that exceed the bounds or that the subject does not support; neither side received them.
    pub beyond: u64,
    /// Inputs that meet a request held open, where no requirement says which one waits; neither side received them.
    pub held: u64,
    /// Steps with several permitted responses at which the subject gave another one than the model.
    pub allowed: u64,
    /// The number of tolerated differences, over all entries of [`crate::tolerated::TOLERATED`].
    pub tolerated: u64,
    /// The properties whose premise occurred and that were judged, one bit each, by their place in the catalogue.
    pub witnessed: PropertyBits,
    /// The properties that were not judged in some step, because their verdict depended on a value that is not visible.
    pub suppressed: PropertyBits,
}

impl Tally {
    /// Adds the properties of a step.
    pub(crate) fn add(&mut self, judged: &JudgedStep) {
        self.witnessed |= judged.witnessed;
        self.suppressed |= judged.suppressed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { compared, beyond, held, allowed, tolerated, witnessed: _, suppressed: _ } = self;
        write!(
            out,
            "steps compared: {compared}, beyond the bounds: {beyond}, left out beside open requests: {held}, \
             with a permitted alternative: {allowed}, tolerated: {tolerated}"
        )
    }
}

/// The place of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The response.
    Answer,
    /// A visible field, such as `pi1.status`.
    Field(String),
    /// The notifications.
    Notifications,
}

impl Place {
    /// Returns the place without the number of its object, which differs in a smaller trace.
    #[must_use]
    pub fn class(&self) -> String {
        match self {
            Self::Answer => "answer".to_owned(),
            Self::Field(name) => name.chars().filter(|letter| !letter.is_ascii_digit()).collect(),
            Self::Notifications => "notifications".to_owned(),
        }
    }
}

/// The fields of a payment that are amounts of money, by their names in traces.
const MONEY: [&str; 14] = [
    "amount",
    "authorized",
    "capturable",
    "received",
    "captured",
    "released",
    "refunded",
    "ledger_charged",
    "ledger_refunded",
    "fees",
    "fees_refunded",
    "transfers",
    "reversals",
    "successful_charges",
];

impl Place {
    /// Returns whether the place is an amount of money, or the number of charges.
    #[must_use]
    pub fn is_money(&self) -> bool {
        match self {
            Self::Field(name) => name.rsplit_once('.').is_some_and(|(_, field)| MONEY.contains(&field)),
            Self::Answer | Self::Notifications => false,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer => out.write_str("answer"),
            Self::Field(name) => out.write_str(name),
            Self::Notifications => out.write_str("notifications"),
        }
    }
}

/// One difference between model and subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The place.
    pub place: Place,
    /// The expected value: from the model, or from a run without disturbances.
    pub model: String,
    /// The value that the subject showed.
    pub subject: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: expected {}, found {}", self.place, self.model, self.subject)
    }
}

/// The first step at which model and subject differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The number of the input, counted from 0.
    pub step: usize,
    /// The input.
    pub input: Input,
    /// Every difference at that step: amounts of money first, then the response, other fields and notifications.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Divergence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "divergence at step {} ({}):", self.step.saturating_add(1), self.input)?;
        self.differences.iter().try_for_each(|difference| write!(out, "\n   {difference}"))
    }
}

/// A property that is false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The property's id in the catalogue.
    pub property: &'static str,
    /// The numbers that make it false.
    pub why: String,
}

/// The first step at which the subject breaks a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The number of the input, counted from 0.
    pub step: usize,
    /// The input.
    pub input: Input,
    /// The properties that the step breaks, in the order of the catalogue.
    pub properties: Vec<Broken>,
    /// The differences between model and subject at the same step, if they were compared.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "violation at step {} ({}):", self.step.saturating_add(1), self.input)?;
        self.properties.iter().try_for_each(|broken| write!(out, "\n   {}: {}", broken.property, broken.why))?;
        self.differences.iter().try_for_each(|difference| write!(out, "\n   {difference}"))
    }
}

/// The reason why a run could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inconclusive {
    /// The number of the input, counted from 0.
    pub step: usize,
    /// The failure of the harness or the subject.
    pub reason: String,
}

impl fmt::Display for Inconclusive {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "inconclusive at step {}: {}", self.step.saturating_add(1), self.reason)
    }
}

/// The part of a failure that stays the same while it is shrunk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The first property broken.
    Property(&'static str),
    /// The first place that differs, and the kind of the input before it.
    Place {
        /// The first word of the input's line in a trace.
        verb: String,
        /// The place, without the number of its object.
        place: String,
    },
}

impl fmt::Display for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Property(property) => out.write_str(property),
            Self::Place { verb, place } => write!(out, "{verb}: {place}"),
        }
    }
}

fn verb(input: &Input) -> String {
    input.to_string().split_whitespace().next().unwrap_or_default().to_owned()
}
