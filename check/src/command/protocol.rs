//! `check protocol`: retries, crashes, lost answers, webhooks and a merchant around one payment.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_explorer::Progress;
use holdfast_protocol::{Effort, ExploredInstance, INSTANCES, Instance, PROTOCOL_PROPERTIES, diagram, explore};
use serde_json::{Value, json};

use super::conclusion::{Conclusion, Facts};
use super::{CommonOptions, Exit, Failure, Io, Which};
use crate::progress::{ExpectedStates, ExplorationWatch};
use crate::table::{counted, counted_u64, labeled};

/// Explores the named instances, or all default ones.
pub(super) fn run(names: &[String], options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let chosen = choose(names, options.deep)?;
    io.interrupt.listen()?;
    let (found, conclusion) = explore_all(&chosen, options, io);
    if options.json {
        writeln!(io.out, "{:#}", in_json(&found, conclusion))?;
        return Ok(conclusion.exit());
    }
    for explored in &found {
        let Instance { name, about, .. } = explored.instance;
        let words = format!("{about}: {}", figures(&[explored]));
        write!(io.out, "{}", labeled(&format!("{name}  "), &words, io.style.width))?;
    }
    if found.len() > 1 {
        writeln!(io.out)?;
    }
    say(&found, chosen.len(), conclusion, io)?;
    Ok(conclusion.exit())
}

/// Explores the default instances at the end of a run over all scenarios that took `spent`, and adds their results to
/// its summary.
pub(super) fn after_everything(options: &CommonOptions, spent: Duration, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let chosen = choose(&[], options.deep)?;
    let time_limit = options.time_limit.map(|limit| limit.saturating_sub(spent));
    let options = &CommonOptions { time_limit, ..options.clone() };
    let (found, conclusion) = explore_all(&chosen, options, io);
    writeln!(io.out)?;
    say(&found, chosen.len(), conclusion, io)?;
    Ok(conclusion.exit())
}

fn choose(names: &[String], deep: bool) -> Result<Vec<Instance>, Failure> {
    if names.is_empty() {
        return Ok(INSTANCES.into_iter().filter(|instance| deep || !instance.deep).collect());
    }
    let known = INSTANCES.map(|instance| instance.name).join(", ");
    let find = |name: &String| {
        let found = INSTANCES.into_iter().find(|instance| instance.name == name);
        found.ok_or_else(|| Failure::Usage(format!("unknown instance {name:?} of the protocol; expected {known}")))
    };
    let chosen: Vec<Instance> = names.iter().map(find).collect::<Result<_, _>>()?;
    Ok(INSTANCES.into_iter().filter(|instance| chosen.iter().any(|named| named.name == instance.name)).collect())
}

fn explore_all(chosen: &[Instance], options: &CommonOptions, io: &Io<'_>) -> (Vec<ExploredInstance>, Conclusion) {
    let began = Instant::now();
    let mut found = Vec::new();
    for (number, instance) in (1_usize..).zip(chosen) {
        let time = options.time_limit.map(|limit| limit.saturating_sub(began.elapsed()));
        if io.interrupt.is_set() || time.is_some_and(|time| time.is_zero()) {
            break;
        }
        let progress = Arc::new(Progress::default());
        let label = format!("protocol {number}/{} {}", chosen.len(), instance.name);
        let shown = io.style.progress && !options.no_progress;
        let expected = ExpectedStates { states: None, after: 0 };
        let watch = ExplorationWatch::start(shown, label, Arc::clone(&progress), expected, io.interrupt.clone());
        let threads = NonZeroUsize::new(options.threads()).unwrap_or(NonZeroUsize::MIN);
        let both = options.explorer != Some(Which::Exact);
        found.push(explore(*instance, &Effort { threads, both, max_states: options.max_states, time, progress }));
        drop(watch);
    }
    let conclusion = Conclusion::of(Facts {
        is_false: found.iter().any(|explored| !explored.violations.is_empty()),
        disagrees: found.iter().any(|explored| !explored.agrees()),
        is_cut: found.len() < chosen.len() || found.iter().any(|explored| !explored.is_complete()),
        is_tested: found.iter().any(|explored| explored.untested.len() < PROTOCOL_PROPERTIES.len()),
        is_vacuous: !untested(&found).is_empty() && chosen.len() > 1,
        is_weaker: false,
    });
    (found, conclusion)
}

/// Returns the properties whose premise occurred in no instance.
fn untested(found: &[ExploredInstance]) -> Vec<&'static str> {
    let nowhere = |id: &&str| found.iter().all(|explored| explored.untested.contains(id));
    PROTOCOL_PROPERTIES.map(|property| property.id).into_iter().filter(nowhere).collect()
}

fn figures(found: &[&ExploredInstance]) -> String {
    let sum =
        |of: fn(&ExploredInstance) -> u64| found.iter().fold(0_u64, |sum, explored| sum.saturating_add(of(explored)));
    let states = sum(|explored| explored.summary.unique);
    let steps = sum(|explored| explored.summary.transitions);
    format!("{}, {}", counted_u64(states, "state"), counted_u64(steps, "transition"))
}

fn say(found: &[ExploredInstance], chosen: usize, conclusion: Conclusion, io: &mut Io<'_>) -> Result<(), Failure> {
    let all: Vec<&ExploredInstance> = found.iter().collect();
    let words = format!("{} of the protocol: {}", counted(found.len(), "instance"), figures(&all));
    let mut text = labeled("explored   ", &words, io.style.width);
    let is_asked = found.iter().any(|explored| explored.both);
    let is_whole = found.iter().all(ExploredInstance::is_complete);
    let agreement = match (found, is_asked, found.iter().all(ExploredInstance::agrees), is_whole) {
        ([], ..) => "none ran",
        (_, false, ..) => "one explorer ran",
        (_, true, false, _) => "THE EXPLORERS DISAGREE",
        (_, true, true, true) => "both explorers count the same states and steps",
        (_, true, true, false) => "not compared: an exploration was cut",
    };
    text.push_str(&labeled("explorers  ", agreement, io.style.width));
    for explored in found {
        for violated in &explored.violations {
            let bad = io.style.bad("FALSE:");
            let words = format!(
                "{}: {} ({} in {})",
                violated.property.id,
                violated.property.sentence,
                counted(violated.trace.len(), "step"),
                explored.instance.name
            );
            text.push_str(&labeled(&format!("{bad} "), &words, io.style.width));
        }
        if let Some(first) = explored.shortest() {
            text.push_str(&diagram(&explored.instance, &first.trace));
        }
    }
    match conclusion {
        Conclusion::Proven => {
            let held = PROTOCOL_PROPERTIES.len().saturating_sub(untested(found).len());
            let words = format!(
                "{} of the protocol {} true in every state and every step of these instances.",
                counted(held, "property"),
                if held == 1 { "is" } else { "are" }
            );
            text.push_str(&labeled(&format!("{} ", io.style.good("OK:")), &words, io.style.width));
        }
        Conclusion::Incomplete => {
            let left = chosen.saturating_sub(found.iter().filter(|explored| explored.is_complete()).count());
            let words = if left > 0 {
                format!(
                    "{} of the protocol not explored to the end; nothing is proven about it.",
                    counted(left, "instance")
                )
            } else {
                format!("the premise of {} never occurred.", untested(found).join(", "))
            };
            text.push_str(&labeled(&format!("{} ", io.style.open("INCOMPLETE:")), &words, io.style.width));
        }
        Conclusion::Refuted => {}
    }
    write!(io.out, "{text}")?;
    Ok(())
}

fn in_json(found: &[ExploredInstance], conclusion: Conclusion) -> Value {
    let of = |explored: &ExploredInstance| {
        let violations: Vec<Value> = explored
            .violations
            .iter()
            .map(|violated| {
                json!({
                    "property": violated.property.id,
                    "sentence": violated.property.sentence,
                    "steps": violated.trace.len(),
                    "diagram": diagram(&explored.instance, &violated.trace),
                })
            })
            .collect();
        json!({
            "name": explored.instance.name,
            "complete": explored.is_complete(),
            "agrees": (explored.both && explored.is_complete()).then(|| explored.agrees()),
            "states": explored.summary.unique,
            "transitions": explored.summary.transitions,
            "depth": explored.summary.depth,
            "untested": explored.untested,
            "violations": violations,
        })
    };
    json!({
        "schema": "holdfast/protocol/1",
        "exit": conclusion.exit().code(),
        "instances": found.iter().map(of).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::OutputStyle;
    use crate::interrupt::Interrupt;

    /// Returns the conclusion about one instance under `options`.
    fn concluded(name: &str, options: &CommonOptions) -> Conclusion {
        let chosen: Vec<Instance> = INSTANCES.into_iter().filter(|instance| instance.name == name).collect();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let (style, interrupt) = (OutputStyle::default(), Interrupt::default());
        let io = Io { input: &mut std::io::empty(), out: &mut out, err: &mut err, style, interrupt };
        explore_all(&chosen, options, &io).1
    }

    #[test]
    fn a_cut_exploration_proves_nothing() {
        let cut = CommonOptions { max_states: Some(20_000), ..CommonOptions::default() };
        assert_eq!(concluded("capture_and_cancel", &cut), Conclusion::Incomplete);
        assert_eq!(concluded("capture_and_cancel", &CommonOptions::default()), Conclusion::Proven);
    }

    #[test]
    fn agreement_is_stated_only_where_both_explorers_finished() {
        let chosen = choose(&["capture_and_cancel".to_owned(), "capture_and_cancel".to_owned()], false).unwrap();
        assert_eq!(chosen.len(), 1, "an instance that is named twice is explored once");
        for (max_states, agrees, words) in [
            (Some(20_000), Value::Null, "not compared: an exploration was cut"),
            (None, Value::Bool(true), "both explorers count the same states and steps"),
        ] {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let (style, interrupt) = (OutputStyle::default(), Interrupt::default());
            let mut io = Io { input: &mut std::io::empty(), out: &mut out, err: &mut err, style, interrupt };
            let options = CommonOptions { max_states, ..CommonOptions::default() };
            let (found, conclusion) = explore_all(&chosen, &options, &io);
            assert_eq!(in_json(&found, conclusion)["instances"][0]["agrees"], agrees);
            say(&found, chosen.len(), conclusion, &mut io).unwrap();
            say(&[], chosen.len(), Conclusion::Incomplete, &mut io).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(out.contains(words) && out.contains("none ran"), "{out}");
        }
    }
}
