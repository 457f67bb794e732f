//! `check strength`: how soon the harness notices engines with one rule broken on purpose.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use holdfast_harness_engine::strength::{self, Measured};
use serde_json::json;

use super::{CommonOptions, Exit, Failure, Io};
use crate::table::counted;

/// Arguments of `check strength`.
#[derive(Debug, clap::Args)]
pub(super) struct StrengthArgs {
    /// Campaigns against each saboteur
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    seeds: u32,
    /// Runs of a campaign at the most
    #[arg(long, default_value_t = 3_000, value_name = "RUNS", value_parser = clap::value_parser!(u32).range(1..))]
    budget: u32,
    /// Write the report into this file, such as reports/strength.md
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

pub(super) fn run(args: &StrengthArgs, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let start = Instant::now();
    let shows = io.style.progress && !options.no_progress;
    let each = |done: usize| {
        if shows {
            // Progress is no part of the answer.
            let _drawn = write!(std::io::stderr(), "\r{done} saboteurs");
        }
    };
    let measured = strength::measure(args.seeds, args.budget, options.threads(), &each);
    if shows {
        writeln!(io.err)?;
    }
    if let Some(file) = &args.to {
        let written = file.parent().map_or(Ok(()), fs::create_dir_all);
        let written = written.and_then(|()| fs::write(file, strength::report(&measured)));
        written.map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))?;
    }
    tell(&measured, options, io, start)
}

/// Says who was never caught, and how long it took.
fn tell(measured: &Measured, options: &CommonOptions, io: &mut Io<'_>, start: Instant) -> Result<Exit, Failure> {
    let Measured { seeds, budget, rows } = measured;
    let never: Vec<&str> = rows.iter().filter(|row| row.worst().is_none()).map(|row| row.injected.name).collect();
    let exit = if never.is_empty() { Exit::Fine } else { Exit::False };
    let always = rows.iter().filter(|row| row.never() == 0).count();
    if options.json {
        let answer = json!({
            "exit": exit.code(), "saboteurs": rows.len(), "seeds": seeds, "budget": budget,
            "always": always, "never": never,
            "milliseconds": u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }
    for row in rows.iter().filter(|row| row.never() > 0) {
        writeln!(io.out, "missed in {} of {seeds}: {} ({})", row.never(), row.injected.name, row.injected.breaks)?;
    }
    let seconds = start.elapsed().as_secs();
    let all = counted(rows.len(), "saboteur");
    writeln!(io.out, "{all}: {always} caught in each of {seeds} campaigns of {budget} runs; {seconds} s")?;
    let word = if never.is_empty() { io.style.good("CAUGHT") } else { io.style.bad("MISSED") };
    writeln!(io.out, "{word}: {} never caught", never.len())?;
    Ok(exit)
}
