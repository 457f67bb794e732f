//! In which way a sequence is brought to our engine, and judged.

use std::fmt;
use std::str::FromStr;

use holdfast_model::Input;
use holdfast_model::trace::Script;

use crate::choices::Seeded;
use crate::concurrent::{self, Nested};
use crate::generator::Sequence;
use crate::subjects::EngineSubject;
use crate::verdict::{Tally, Verdict};
use crate::{crash, lockstep, notifications, properties, retries};

/// A way to bring a sequence to our engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// In lockstep with the model.
    #[default]
    Lockstep,
    /// Judged by the properties alone.
    Properties,
    /// Each request is sent again, under its key and without.
    Retries,
    /// The engine crashes on the way, at moments that a seed stands for, and is opened again.
    Crash(u64),
    /// The last request but one is in the middle of its work when the last one comes: at this point.
    Concurrent(u32),
    /// A consumer is told late, twice and in disorder, as a seed says.
    Notifications(u64),
}

impl Way {
    /// Brings `sequence` to the engine in this way.
    pub fn judge(self, engine: &mut EngineSubject, sequence: &Sequence) -> Verdict {
        let Sequence { config, inputs } = sequence;
        match self {
            Self::Lockstep => lockstep::run(engine, config, inputs),
            Self::Properties => properties::run(engine, config, inputs),
            Self::Retries => retries::run(engine, config, inputs),
            Self::Crash(seed) => crash::run(engine, config, inputs, &mut Seeded::new(seed, u32::MAX)),
            Self::Notifications(seed) => notifications::run(engine, config, inputs, &mut Seeded::new(seed, u32::MAX)),
            Self::Concurrent(point) => match nested(inputs, point) {
                Some((prelude, nested)) => concurrent::run(engine, config, prelude, &nested),
                // There are not two requests that could meet.
                None => Verdict::Agree(Tally::default()),
            },
        }
    }
}

/// The last two requests that can overlap, one within the other, and what comes before them.
fn nested(inputs: &[Input], point: u32) -> Option<(&[Input], Nested)> {
    let mut requests = concurrent::that_overlap(inputs).rev();
    let ((_, inner), (place, outer)) = (requests.next()?, requests.next()?);
    Some((inputs.get(..place)?, Nested { outer, inner, point }))
}

impl fmt::Display for Way {
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

impl FromStr for Way {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once(' ').unwrap_or((text, ""));
        let wrong = || format!("`{text}` is no way to bring a trace to the engine");
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

/// The beginning of the line in the heading of a trace that says in which way it is brought to the engine.
pub(crate) const HEADING: &str = "way: ";

/// The way that the heading of a trace names; in lockstep where it names none.
///
/// # Errors
/// Where it names one that there is not.
pub fn of(script: &Script) -> Result<Way, String> {
    let named = script.heading.iter().find_map(|line| line.trim().strip_prefix(HEADING));
    named.map_or(Ok(Way::Lockstep), |way| way.trim().parse())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_read_as_it_is_written() {
        let ways =
            [Way::Lockstep, Way::Properties, Way::Retries, Way::Crash(7), Way::Concurrent(2), Way::Notifications(9)];
        for way in ways {
            assert_eq!(way.to_string().parse(), Ok(way));
            let script = Script { heading: vec![format!("way: {way}")], ..Script::default() };
            assert_eq!(of(&Script::parse(&script.to_string()).unwrap()), Ok(way));
        }
        assert_eq!(of(&Script::default()), Ok(Way::Lockstep));
        assert!("crash soon".parse::<Way>().is_err());
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
