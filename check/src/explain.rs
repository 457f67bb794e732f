//! The explanation of a violation: the values, the step that changed them, the trace, a diagram and the command that
//! shows it again.

use std::fmt;

use holdfast_harness::mermaid::diagram;
use holdfast_model::Observation;
use holdfast_model::trace::{Place, Value};

use crate::catalogue::{Catalogue, ShownProperty};
use crate::replay::{PropertyViolation, Replay};
use crate::table::labeled;

/// The explanation of a violation. `Display` prints every part.
pub struct Explanation<'a> {
    replay: &'a Replay,
    property: &'a ShownProperty,
    because: Option<String>,
    step: usize,
    changes: Vec<Change>,
}

/// A value that a step changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The object and the field.
    pub place: Place,
    /// The value before; `None` if the object did not exist.
    pub before: Option<Value>,
    /// The value after; `None` if the object does not exist.
    pub after: Option<Value>,
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: Option<Value>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
        write!(out, "{}: {} → {}", self.place, show(self.before), show(self.after))
    }
}

/// Returns the fields that changed, without the null, zero and false fields of a new object.
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

/// Explains a violation of a replay. Returns `None` if there is no such property or step.
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

impl Explanation<'_> {
    /// Returns the sentence behind `label`, and the property, its cost, the values and the step, within `width` columns.
    #[must_use]
    pub fn brief(&self, width: Option<u16>, label: &str) -> String {
        let ShownProperty { name, sentence, rules, why, .. } = self.property;
        let mut out = labeled(&format!("{label} "), sentence, width);
        let mut say = |label: &str, text: &str| out.push_str(&labeled(label, text, width));
        say("  property ", &format!("{name} [{rules}]"));
        say("  costs    ", why);
        if let Some(because) = &self.because {
            say("  because  ", because);
        }
        if let Some(step) = self.replay.step(self.step) {
            let place = format!("by step {} of {}: {}", self.step.saturating_add(1), self.replay.len(), step.input);
            say("  changed  ", &place);
        }
        for change in &self.changes {
            say("             ", &change.to_string());
        }
        out
    }

    /// Returns the command that replays the trace.
    #[must_use]
    pub fn command(&self) -> String {
        format!("To replay it:\n\ncargo run --bin check -- replay - <<'END'\n{}END\n", self.replay.script())
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.brief(None, "FALSE:"))?;
        writeln!(out, "\nAs a diagram:\n\n```mermaid\n{}```\n", diagram(self.replay.steps()))?;
        out.write_str(&self.command())
    }
}
