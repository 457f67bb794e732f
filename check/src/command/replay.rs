//! `check replay`: a trace on the model, step by step.

use std::fs;
use std::path::Path;

use holdfast_harness::mermaid::diagram;
use holdfast_model::Rejection;
use holdfast_model::trace::{Difference, Script, describe};
use serde_json::{Value, json};

use super::{CommonOptions, Dependencies, Exit, Failure, Io};
use crate::explain::{changes, explain};
use crate::replay::Replay;
use crate::table::{counted, labeled, wrap};

/// The system on which a trace is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum On {
    /// The model.
    Model,
    /// The engine, in lockstep with the model.
    Engine,
}

pub(super) fn run(
    file: &Path,
    options: &CommonOptions,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let script = read(file, io)?;
    let config = options.decide(script.config);
    let replay = Replay::play(config, script.inputs());
    let differences: Vec<Vec<Difference>> = script
        .lines
        .iter()
        .zip(replay.steps())
        .map(|(line, step)| match &line.expectation {
            Some(expectation) => expectation.compare(&step.outcome, &step.after, step.notifications),
            None => Vec::new(),
        })
        .collect();
    let violations = replay.violations(dependencies.catalogue);
    let no_room = replay.steps().any(|step| step.outcome == Err(Rejection::BeyondBounds));
    let differing: usize = differences.iter().map(Vec::len).sum();
    let exit = if no_room {
        Exit::Incomplete
    } else if differing > 0 || !violations.is_empty() {
        Exit::False
    } else {
        Exit::Fine
    };

    if options.json {
        let properties: Vec<Value> = violations
            .iter()
            .map(|violation| {
                let because = replay
                    .step(violation.step)
                    .and_then(|step| dependencies.catalogue.because(violation.property, &step));
                let name = dependencies.catalogue.property(violation.property).map(|property| property.name.clone());
                json!({ "name": name, "step": violation.step.saturating_add(1), "because": because })
            })
            .collect();
        let answer = json!({
            "exit": exit.code(),
            "steps": steps_in_json(&script, &replay, &differences),
            "false": properties,
            "diagram": diagram(replay.steps()),
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }

    show_steps(&script, &replay, &differences, io)?;
    writeln!(io.out)?;
    for violation in &violations {
        let told = replay.until(violation.step);
        if let Some(explanation) = explain(&told, *violation, dependencies.catalogue) {
            writeln!(io.out, "{explanation}")?;
        }
    }
    let expecting = script.lines.iter().filter(|line| line.expectation.is_some()).count();
    let steps = script.lines.len();
    if no_room {
        let words = io.style.open("INCOMPLETE:");
        writeln!(io.out, "{words} the objects of this trace exceed the bounds of the model.")?;
    }
    if differing > 0 {
        let words = io.style.bad("DIFFERENT:");
        writeln!(io.out, "{words} the model differs from the trace in {}.", counted(differing, "place"))?;
    } else {
        writeln!(io.out, "{}; {} met.", counted(steps, "step"), counted(expecting, "expectation"))?;
    }
    if violations.is_empty() {
        writeln!(
            io.out,
            "{} evaluated in each step; none is false.",
            counted(dependencies.catalogue.properties().len(), "property")
        )?;
    } else {
        writeln!(io.out, "{} {} in this trace.", io.style.bad("FALSE:"), counted(violations.len(), "property"))?;
    }
    Ok(exit)
}

/// Prints the heading of a trace, and each step with its response, its changes, its notifications and its differences.
fn show_steps(
    script: &Script,
    replay: &Replay,
    differences: &[Vec<Difference>],
    io: &mut Io<'_>,
) -> Result<(), Failure> {
    let width = io.style.width;
    for heading in &script.heading {
        write!(io.out, "{}", commented(heading, width))?;
    }
    let lines = script.lines.iter().zip(replay.steps()).zip(differences);
    for (number, ((line, step), differences)) in (1_usize..).zip(lines) {
        write!(io.out, "\n{}", labeled(&format!("{number}. "), &line.input.to_string(), width))?;
        write!(io.out, "{}", labeled("   => ", &describe(&step.outcome), width))?;
        for change in changes(&step.before, &step.after) {
            write!(io.out, "{}", labeled("      ", &change.to_string(), width))?;
        }
        for notification in step.notifications {
            writeln!(io.out, "      notifies {}", notification.kind.name())?;
        }
        for difference in differences {
            let words = format!("DIFFERS (line {}):", line.number);
            let label = format!("   {} ", io.style.bad(&words));
            write!(io.out, "{}", labeled(&label, &difference.to_string(), width))?;
        }
    }
    Ok(())
}

/// Returns a comment of a trace as lines of at most `width` columns, each behind `# `.
pub(super) fn commented(text: &str, width: Option<u16>) -> String {
    let lines = wrap(text, width.map_or(usize::MAX, |width| usize::from(width).saturating_sub(2).max(1)));
    lines.iter().map(|line| format!("# {line}\n")).collect()
}

pub(super) fn read(file: &Path, io: &mut Io<'_>) -> Result<Script, Failure> {
    let is_input = file == Path::new("-");
    let name = if is_input { "standard input".to_owned() } else { file.display().to_string() };
    let wrong = |why: String| Failure::Usage(format!("{name}: {why}"));
    let text = if is_input {
        let mut text = String::new();
        io.input.read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    let text = text.map_err(|error| Failure::unreadable(&name, &error))?;
    let script = Script::parse(&text).map_err(|error| wrong(error.to_string()))?;
    if script.lines.is_empty() {
        return Err(wrong("there is no step; expected at least one line such as `create pi1 1000 usd`".to_owned()));
    }
    Ok(script)
}

fn steps_in_json(script: &Script, replay: &Replay, differences: &[Vec<Difference>]) -> Vec<Value> {
    let lines = script.lines.iter().zip(replay.steps()).zip(differences);
    lines
        .map(|((line, step), differences)| {
            let changes = changes(&step.before, &step.after);
            let changes = changes.into_iter().map(|change| {
                let show = |value: Option<holdfast_model::trace::Value>| value.map(|value| value.to_string());
                json!({
                    "field": change.place.to_string(),
                    "before": show(change.before),
                    "after": show(change.after),
                })
            });
            json!({
                "line": line.number,
                "input": line.input.to_string(),
                "answer": describe(&step.outcome),
                "notifies": step.notifications.iter().map(|it| it.kind.name()).collect::<Vec<_>>(),
                "changes": changes.collect::<Vec<_>>(),
                "differences": differences.iter().map(Difference::to_string).collect::<Vec<_>>(),
            })
        })
        .collect()
}
