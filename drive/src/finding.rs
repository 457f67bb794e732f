//! What was found: where a server parts from the model, and what that means.

use std::collections::BTreeSet;
use std::fmt;

use holdfast_harness::verdict::Broken;
use holdfast_model::Input;

use crate::checks::CheckStep;

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A payment is where it must not be, or money is.
    Money,
    /// The wrong answer: a wrong code, a refusal without reason, a server error, a connection that breaks off.
    Protocol,
    /// The right answer, wrongly written: a field that is missing, or of another type.
    Shape,
    /// HttpRequest for what the server does not have. No fault.
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

    /// Is it a fault of the server?
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

/// What makes two differences the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    /// What it means.
    pub class: Class,
    /// What kind of difference, at what: without numbers and ids.
    pub what: String,
}

/// One difference, as it was seen at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Its kind.
    pub signature: Signature,
    /// In one sentence.
    pub headline: String,
    /// What the model says.
    pub model: String,
    /// What the server says.
    pub server: String,
    /// The properties that the step breaks.
    pub properties: Vec<Broken>,
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
            variant: String::new(),
        }
    }

    /// The same, with what both sides say.
    #[must_use]
    pub fn saying(mut self, model: impl Into<String>, server: impl Into<String>) -> Self {
        self.model = model.into();
        self.server = server.into();
        self
    }
}

/// How often a race went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// Runs that went wrong.
    pub wrong: u32,
    /// Runs in all.
    pub runs: u32,
}

/// A difference that was made small, and done once more before it was believed.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub sighting: Sighting,
    /// The shortest way to it that was found.
    pub inputs: Vec<Input>,
    /// Of a check, its requests; there are no inputs then.
    pub steps: Vec<CheckStep>,
    /// Inputs of which the last ones are sent at the same time; 0 or 1 for none.
    pub at_once: usize,
    /// The situations in which the cause was seen.
    pub variants: BTreeSet<String>,
    /// How often it was met, this included.
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
