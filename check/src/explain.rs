//! Why a property is false: the trace, the values, the step that changed them, a diagram, and the
//! command that shows it again.

use std::fmt;

use holdfast_harness::mermaid::diagram;
use holdfast_model::Observation;
use holdfast_model::trace::{Place, Value};

use crate::catalogue::{Catalogue, Property};
use crate::replay::{PropertyViolation, Replay};

/// Everything there is to say about one violation; its `Display` says it.
pub struct Explanation<'a> {
    replay: &'a Replay,
    property: &'a Property,
    because: Option<String>,
    step: usize,
    changes: Vec<Change>,
}

/// A value that a step changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it is seen.
    pub place: Place,
    /// The value before; `None` where there was no such object.
    pub before: Option<Value>,
    /// The value after; `None` where there is no such object any more.
    pub after: Option<Value>,
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: Option<Value>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
        write!(out, "{}: {} → {}", self.place, show(self.before), show(self.after))
    }
}

/// What changed between two moments, field by field. Fields that an object begins its life with,
/// being nothing or zero, are left out.
#[must_use]
pub fn changes(before: &Observation<'_>, after: &Observation<'_>) -> Vec<Change> {
    let mut places = Place::all(after);
    places.extend(Place::all(before).into_iter().filter(|place| place.see(after).is_none()));
    let change = |place: Place| Change { place, before: place.see(before), after: place.see(after) };
    let is_news = |change: &Change| {
        let dull = matches!(change.after, Some(Value::Null | Value::Number(0) | Value::Flag(false)));
        change.before != change.after && !(change.before.is_none() && dull)
    };
    places.into_iter().map(change).filter(is_news).collect()
}

/// Explains a violation of a replay; `None` if there is no such property or step.
#[must_use]
pub fn explain<'a>(
    replay: &'a Replay,
    violation: PropertyViolation,
    catalogue: &'a dyn Catalogue,
) -> Option<Explanation<'a>> {
    let step = replay.step(violation.step)?;
    Some(Explanation {
        replay,
        property: catalogue.property(violation.property)?,
        because: catalogue.because(violation.property, &step),
        step: violation.step,
        changes: changes(&step.before, &step.after),
    })
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Property { name, sentence, rules, why, .. } = self.property;
        writeln!(out, "FALSE: {sentence}")?;
        writeln!(out, "  property    {name} [{rules}]")?;
        writeln!(out, "  matters  {why}")?;
        if let Some(because) = &self.because {
            writeln!(out, "  because  {because}")?;
        }
        if let Some(step) = self.replay.step(self.step) {
            writeln!(
                out,
                "  changed  by step {} of {}: {}",
                self.step.saturating_add(1),
                self.replay.len(),
                step.input
            )?;
        }
        for change in &self.changes {
            writeln!(out, "             {change}")?;
        }
        let script = self.replay.script();
        writeln!(out, "\nThe trace:\n")?;
        for line in script.to_string().lines() {
            writeln!(out, "    {line}")?;
        }
        writeln!(out, "\nThe same as a diagram:\n\n```mermaid\n{}```", diagram(self.replay.steps()))?;
        writeln!(out, "\nTo see it again:\n")?;
        writeln!(out, "cargo run --bin check -- replay - <<'END'\n{script}END")
    }
}
