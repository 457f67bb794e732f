//! `check replay --on engine`: a trace on the engine, in lockstep with the model, step by step; or in the way that found it.

use std::path::Path;

use holdfast_harness::generator::Sequence;
use holdfast_harness::lockstep::Stepped;
use holdfast_harness::{Lockstep, RunMode, Verdict, run_mode};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::Config;
use holdfast_model::trace::{Script, describe};
use serde_json::json;

use super::replay::commented;
use super::{CommonOptions, Exit, Failure, Io, replay};
use crate::explain::changes;
use crate::table::{counted, labeled};

pub(super) fn run(file: &Path, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let script = replay::read(file, io)?;
    let config = options.decide(script.config);
    let way = run_mode::of(&script).map_err(|why| Failure::Usage(format!("{}: {why}", file.display())))?;
    if way != RunMode::Lockstep {
        return in_its_way(way, &script, config, options, io);
    }
    let mut subject = EngineSubject::default();
    let mut told = Vec::new();
    let (mut differing, mut skipped) = (0_usize, 0_usize);
    let verdict = match Lockstep::start(&mut subject, &config) {
        Err(inconclusive) => Verdict::Inconclusive(inconclusive),
        Ok(mut lockstep) => {
            let mut ending = None;
            for (number, line) in (1_usize..).zip(&script.lines) {
                told.push(format!("{number}. {}", line.input));
                let stepped = lockstep.step(line.input);
                if matches!(stepped, Ok(Stepped::Beyond | Stepped::Held)) {
                    told.push("   left out: the model has no room for it, or no rule says what waits".to_owned());
                    skipped = skipped.saturating_add(1);
                    continue;
                }
                if let Some(step) = lockstep.last_step() {
                    told.push(format!("   => {}", describe(&step.outcome)));
                    told.extend(changes(&step.before, &step.after).iter().map(|change| format!("      {change}")));
                    told.extend(step.notifications.iter().map(|it| format!("      notifies {}", it.kind.name())));
                    if let Some(expectation) = &line.expectation {
                        let found = expectation.compare(&step.outcome, &step.after, step.notifications);
                        differing = differing.saturating_add(found.len());
                        told.extend(found.iter().map(|it| format!("   DIFFERS (line {}): {it}", line.number)));
                    }
                }
                if let Err(verdict) = stepped {
                    ending = Some(verdict);
                    break;
                }
            }
            ending.unwrap_or_else(|| Verdict::Agree(lockstep.tally()))
        }
    };
    let exit = match &verdict {
        Verdict::Inconclusive(_) => Exit::Incomplete,
        Verdict::Diverge(_) | Verdict::Violate(_) => Exit::False,
        Verdict::Agree(_) if differing > 0 => Exit::False,
        Verdict::Agree(_) if skipped > 0 => Exit::Incomplete,
        Verdict::Agree(_) => Exit::Fine,
    };
    if options.json {
        let answer = json!({ "exit": exit.code(), "told": told, "verdict": verdict.to_string() });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }
    for heading in &script.heading {
        write!(io.out, "{}", commented(heading, io.style.width))?;
    }
    for line in told {
        write!(io.out, "{}", wrapped(&line, io.style.width))?;
    }
    write!(io.out, "\n{}", wrapped(&verdict.to_string(), io.style.width))?;
    if differing > 0 {
        let words = io.style.bad("DIFFERENT:");
        writeln!(io.out, "{words} the engine differs from the trace in {}.", counted(differing, "place"))?;
    }
    writeln!(io.out, "{} on the engine.", counted(script.lines.len(), "step"))?;
    Ok(exit)
}

/// Runs a trace in the run mode that its heading names. Its expectations are about lockstep, so they are not compared.
fn in_its_way(
    way: RunMode,
    script: &Script,
    config: Config,
    options: &CommonOptions,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let sequence = Sequence { config, inputs: script.inputs().collect() };
    let verdict = way.judge(&mut EngineSubject::default(), &sequence);
    let exit = match &verdict {
        Verdict::Diverge(_) | Verdict::Violate(_) => Exit::False,
        Verdict::Agree(tally) if tally.compared > 0 => Exit::Fine,
        Verdict::Agree(_) | Verdict::Inconclusive(_) => Exit::Incomplete,
    };
    if options.json {
        let told: Vec<String> = script.inputs().map(|input| input.to_string()).collect();
        let answer = json!({
            "exit": exit.code(), "way": way.to_string(), "told": told, "verdict": verdict.to_string(),
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }
    for heading in &script.heading {
        write!(io.out, "{}", commented(heading, io.style.width))?;
    }
    for (number, input) in (1_usize..).zip(script.inputs()) {
        write!(io.out, "{}", labeled(&format!("{number}. "), &input.to_string(), io.style.width))?;
    }
    write!(io.out, "\n{}", wrapped(&verdict.to_string(), io.style.width))?;
    writeln!(io.out, "{} on the engine, in the run mode {way}.", counted(script.lines.len(), "step"))?;
    Ok(exit)
}

/// Returns lines of at most `width` columns; the rest of a line that is too long keeps its indentation.
fn wrapped(text: &str, width: Option<u16>) -> String {
    let parts = text.lines().map(|line| (line.strip_suffix(line.trim_start()).unwrap_or_default(), line.trim_start()));
    parts.map(|(indent, line)| labeled(indent, line, width)).collect()
}
