//! `check strength`: the number of runs after which the harness catches each injected fault.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use holdfast_harness_engine::injected_faults;
use holdfast_harness_engine::strength::{self, Measured};
use serde_json::json;

use super::{CommonOptions, Exit, Failure, Io, writable};
use crate::table::counted;

/// Arguments of `check strength`.
#[derive(Debug, clap::Args)]
pub(super) struct StrengthArgs {
    /// Campaigns for each injected fault
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    seeds: u32,
    /// Largest number of runs of a campaign
    #[arg(long, default_value_t = 3_000, value_name = "RUNS", value_parser = clap::value_parser!(u32).range(1..))]
    budget: u32,
    /// Write the report into this file, such as reports/strength.md
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

pub(super) fn run(args: &StrengthArgs, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    if let Some(file) = &args.to {
        writable::file(file)?;
    }
    io.interrupt.listen()?;
    let start = Instant::now();
    let shows = io.style.progress && !options.no_progress;
    let all = injected_faults::all().count();
    let each = |done: usize| {
        if shows {
            // A failure to draw does not change what was measured.
            let _drawn = write!(std::io::stderr(), "\r{done} of {all} injected faults");
        }
    };
    let measured = strength::measure(args.seeds, args.budget, options.threads(), io.interrupt.flag(), &each);
    if shows {
        writeln!(io.err)?;
    }
    let is_cut = measured.rows.len() < all;
    if let Some(file) = args.to.as_ref().filter(|_| !is_cut) {
        let written = file.parent().map_or(Ok(()), fs::create_dir_all);
        let written = written.and_then(|()| fs::write(file, strength::report(&measured)));
        written.map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))?;
    }
    conclude(&measured, is_cut, options, io, start)
}

/// Prints the faults that were missed, and the totals.
fn conclude(
    measured: &Measured,
    is_cut: bool,
    options: &CommonOptions,
    io: &mut Io<'_>,
    start: Instant,
) -> Result<Exit, Failure> {
    let Measured { seeds, budget, rows } = measured;
    let never: Vec<&str> = rows.iter().filter(|row| row.worst().is_none()).map(|row| row.injected.name).collect();
    let exit = match never.as_slice() {
        [_, ..] => Exit::False,
        [] if is_cut => Exit::Incomplete,
        [] => Exit::Fine,
    };
    let always = rows.iter().filter(|row| row.never() == 0).count();
    if options.json {
        let answer = json!({
            "exit": exit.code(), "saboteurs": rows.len(), "seeds": seeds, "budget": budget,
            "always": always, "never": never, "interrupted": is_cut,
            "milliseconds": u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }
    for row in rows.iter().filter(|row| row.never() > 0) {
        writeln!(io.out, "missed in {} of {seeds}: {} ({})", row.never(), row.injected.name, row.injected.breaks)?;
    }
    let seconds = start.elapsed().as_secs();
    let all = counted(rows.len(), "injected fault");
    writeln!(io.out, "{all}: {always} caught in each of {seeds} campaigns of {budget} runs; {seconds} s")?;
    if is_cut {
        writeln!(io.out, "{}: interrupted; no report was written.", io.style.open("INCOMPLETE"))?;
    }
    let word = if never.is_empty() { io.style.good("CAUGHT") } else { io.style.bad("MISSED") };
    if !is_cut || !never.is_empty() {
        writeln!(io.out, "{word}: {} never caught", never.len())?;
    }
    Ok(exit)
}
