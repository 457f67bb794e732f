//! Findings: the differences between a server and the model, by class.

use std::collections::BTreeSet;
use std::fmt;

use holdfast_harness::verdict::Broken;
use holdfast_model::Input;

use crate::checks::CheckStep;

/// The class of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A payment or its money is in a wrong state.
    Money,
    /// The wrong answer: a wrong code, a refusal without reason, a server error, a connection that breaks off.
    Protocol,
    /// The right response in a wrong form: a field is missing or has another type.
    Shape,
    /// A request for a part that the server does not have. No fault.
    Unsupported,
    /// One of the choices that the rules leave open. No fault.
    Choice,
}

impl Class {
    /// Every class, the worst first.
    pub const ALL: [Self; 5] = [Self::Money, Self::Protocol, Self::Shape, Self::Unsupported, Self::Choice];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Money => "money or state",
            Self::Protocol => "protocol",
            Self::Shape => "shape",
            Self::Unsupported => "unsupported",
            Self::Choice => "choice",
        }
    }

    /// Returns whether it is a fault of the server.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        matches!(self, Self::Money | Self::Protocol | Self::Shape)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The identity of a difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    /// Its class.
    pub class: Class,
    /// The kind of difference and its object, without numbers and ids.
    pub what: String,
}

/// One difference, as it was seen at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Its kind.
    pub signature: Signature,
    /// The difference as one sentence.
    pub headline: String,
    /// The model's answer.
    pub model: String,
    /// The server's answer.
    pub server: String,
    /// The properties that the step breaks.
    pub properties: Vec<Broken>,
    /// Of a check, the requirements that it contradicts.
    pub rules: Vec<&'static str>,
    /// The situation in which it was seen: one variant of the cause.
    pub variant: String,
}

impl Sighting {
    /// A difference of a kind.
    #[must_use]
    pub fn new(class: Class, what: impl Into<String>, headline: impl Into<String>) -> Self {
        Self {
            signature: Signature { class, what: what.into() },
            headline: headline.into(),
            model: String::new(),
            server: String::new(),
            properties: Vec::new(),
            rules: Vec::new(),
            variant: String::new(),
        }
    }

    /// The difference with the responses of both sides.
    #[must_use]
    pub fn saying(mut self, model: impl Into<String>, server: impl Into<String>) -> Self {
        self.model = model.into();
        self.server = server.into();
        self
    }
}

/// The frequency of a race failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// Runs that went wrong.
    pub wrong: u32,
    /// Runs in all.
    pub runs: u32,
}

/// A difference that was shrunk and reproduced before it was reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The sighting.
    pub sighting: Sighting,
    /// The shortest path to it that was found.
    pub inputs: Vec<Input>,
    /// The requests of a check, which has no inputs.
    pub steps: Vec<CheckStep>,
    /// Inputs of which the last ones are sent at the same time; 0 or 1 for none.
    pub at_once: usize,
    /// The situations in which the cause was seen.
    pub variants: BTreeSet<String>,
    /// The number of times that it was seen.
    pub met: u64,
    /// Of a race, how often it went wrong.
    pub frequency: Option<Frequency>,
}

impl Finding {
    /// Returns the trace, a line for each input or request.
    #[must_use]
    pub fn trace(&self) -> Vec<String> {
        let steps = self.steps.iter().map(ToString::to_string);
        self.inputs.iter().map(ToString::to_string).chain(steps).collect()
    }

    /// Returns a name that stays the same from drive to drive, for a baseline.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}: {}", self.sighting.signature.class, self.sighting.signature.what)
    }
}
