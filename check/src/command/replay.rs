//! `check replay`: a trace on the model, step by step.

use std::fs;
use std::path::Path;

use holdfast_harness::mermaid::diagram;
use holdfast_model::Rejection;
use holdfast_model::trace::{Difference, Script, describe};
use serde_json::{Value, json};

use super::{Exit, Failure, Options, Plugs, Stage};
use crate::explain::{changes, explain};
use crate::story::Story;
use crate::table::counted;

/// On what a trace is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum On {
    /// The model.
    Model,
    /// The engine, in lockstep with the model.
    Engine,
}

pub(super) fn run(file: &Path, options: &Options, plugs: &Plugs<'_>, stage: &mut Stage<'_>) -> Result<Exit, Failure> {
    let script = read(file, stage)?;
    let config = options.decide(script.config);
    let story = Story::play(config, script.inputs());
    let differences: Vec<Vec<Difference>> = script
        .lines
        .iter()
        .zip(story.moments())
        .map(|(line, moment)| match &line.expectation {
            Some(expectation) => expectation.compare(&moment.outcome, &moment.after, moment.notifications),
            None => Vec::new(),
        })
        .collect();
    let falsehoods = story.falsehoods(plugs.catalogue);
    let no_room = story.moments().any(|moment| moment.outcome == Err(Rejection::BeyondBounds));
    let differing: usize = differences.iter().map(Vec::len).sum();
    let exit = if no_room {
        Exit::Incomplete
    } else if differing > 0 || !falsehoods.is_empty() {
        Exit::False
    } else {
        Exit::Fine
    };

    if options.json {
        let properties: Vec<Value> = falsehoods
            .iter()
            .map(|falsehood| {
                let because = story
                    .moment(falsehood.step)
                    .and_then(|moment| plugs.catalogue.because(falsehood.property, &moment));
                let name = plugs.catalogue.property(falsehood.property).map(|property| property.name.clone());
                json!({ "name": name, "step": falsehood.step.saturating_add(1), "because": because })
            })
            .collect();
        let answer = json!({
            "exit": exit.code(),
            "steps": steps_in_json(&script, &story, &differences),
            "false": properties,
            "diagram": diagram(story.steps()),
        });
        writeln!(stage.out, "{answer:#}")?;
        return Ok(exit);
    }

    for heading in &script.heading {
        writeln!(stage.out, "# {heading}")?;
    }
    let lines = script.lines.iter().zip(story.moments()).zip(&differences);
    for (number, ((line, moment), differences)) in (1_usize..).zip(lines) {
        writeln!(stage.out, "\n{number}. {}\n   => {}", line.input, describe(&moment.outcome))?;
        for change in changes(&moment.before, &moment.after) {
            writeln!(stage.out, "      {change}")?;
        }
        for notification in moment.notifications {
            writeln!(stage.out, "      notifies {}", notification.kind.name())?;
        }
        for difference in differences {
            let words = format!("DIFFERS (line {}):", line.number);
            writeln!(stage.out, "   {} {difference}", stage.look.bad(&words))?;
        }
    }
    writeln!(stage.out)?;
    for falsehood in &falsehoods {
        let told = story.until(falsehood.step);
        if let Some(explanation) = explain(&told, *falsehood, plugs.catalogue) {
            writeln!(stage.out, "{explanation}")?;
        }
    }
    let expecting = script.lines.iter().filter(|line| line.expectation.is_some()).count();
    let steps = script.lines.len();
    if no_room {
        let words = stage.look.open("INCOMPLETE:");
        writeln!(stage.out, "{words} the model has no room for all objects of this trace.")?;
    }
    if differing > 0 {
        let words = stage.look.bad("DIFFERENT:");
        writeln!(stage.out, "{words} {differing} of what the trace expects is not what the model does.")?;
    } else {
        let steps = counted(steps, "step");
        writeln!(stage.out, "{steps}; what {expecting} of them say is what the model does.")?;
    }
    if falsehoods.is_empty() {
        writeln!(
            stage.out,
            "No property is false on the way, of {}.",
            counted(plugs.catalogue.properties().len(), "property")
        )?;
    } else {
        writeln!(
            stage.out,
            "{} {} false on the way.",
            stage.look.bad("FALSE:"),
            counted(falsehoods.len(), "property")
        )?;
    }
    Ok(exit)
}

pub(super) fn read(file: &Path, stage: &mut Stage<'_>) -> Result<Script, Failure> {
    let is_input = file == Path::new("-");
    let name = if is_input { "standard input".to_owned() } else { file.display().to_string() };
    let wrong = |why: String| Failure::Usage(format!("{name}: {why}"));
    let text = if is_input {
        let mut text = String::new();
        stage.input.read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    let text = text.map_err(|error| wrong(error.to_string()))?;
    let script = Script::parse(&text).map_err(|error| wrong(error.to_string()))?;
    if script.lines.is_empty() {
        return Err(wrong("there is no step; expected at least one line such as `create pi1 1000 usd`".to_owned()));
    }
    Ok(script)
}

fn steps_in_json(script: &Script, story: &Story, differences: &[Vec<Difference>]) -> Vec<Value> {
    let lines = script.lines.iter().zip(story.moments()).zip(differences);
    lines
        .map(|((line, moment), differences)| {
            let changes = changes(&moment.before, &moment.after);
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
                "answer": describe(&moment.outcome),
                "notifies": moment.notifications.iter().map(|it| it.kind.name()).collect::<Vec<_>>(),
                "changes": changes.collect::<Vec<_>>(),
                "differences": differences.iter().map(Difference::to_string).collect::<Vec<_>>(),
            })
        })
        .collect()
}
