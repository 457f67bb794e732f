//! `check soak`: random sequences on the engine, in lockstep with the model, until the time is up or the two differ.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use holdfast_harness::choices::Seeded;
use holdfast_harness::counterexample::{Counterexample, FOLDER};
use holdfast_harness::drive::{self, Drive};
use holdfast_harness::generator::{Bias, Sequence};
use holdfast_harness::{RunMode, Verdict};
use holdfast_harness_engine::{EngineSubject, reproduction};
use serde_json::json;

use super::{CommonOptions, Exit, Failure, Io, writable};
use crate::interrupt::Interrupt;
use crate::table::{counted_u64, grouped};

/// Arguments of `check soak`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SoakArgs {
    /// Stop after this many seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Stop after this number of sequences instead
    #[arg(long, value_name = "SEQUENCES", value_parser = clap::value_parser!(u64).range(1..))]
    executions: Option<u64>,
    /// First seed; equal seeds give equal sequences
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Largest number of inputs of a sequence
    #[arg(long, default_value_t = 60, value_name = "INPUTS", value_parser = clap::value_parser!(u32).range(1..))]
    inputs: u32,
    /// Store of the engine
    #[arg(long, value_enum, default_value_t)]
    store: Store,
    /// Write no file of a counterexample
    #[arg(long)]
    no_keep: bool,
}

/// The store of the engine.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Store {
    /// Plain memory
    #[default]
    Memory,
    /// Tables of SQLite, in memory
    #[cfg(feature = "sqlite")]
    Sqlite,
}

impl Store {
    const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            #[cfg(feature = "sqlite")]
            Self::Sqlite => "sqlite",
        }
    }

    fn subject(self) -> EngineSubject {
        match self {
            Self::Memory => EngineSubject::default(),
            #[cfg(feature = "sqlite")]
            Self::Sqlite => EngineSubject::on_sqlite(),
        }
    }
}

/// A failure and the seed of its sequence.
struct SoakFailure {
    seed: u64,
    what: FailureKind,
}

enum FailureKind {
    /// A sequence that does not agree.
    Failed(Sequence, Verdict),
    /// The engine panicked, or the harness did.
    Panicked,
}

impl fmt::Display for FailureKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(_, verdict) => verdict.fmt(out),
            Self::Panicked => out.write_str("the engine, or the harness, panicked: see above where"),
        }
    }
}

#[derive(Default)]
struct Counts {
    executions: AtomicU64,
    inputs: AtomicU64,
    has_failed: AtomicBool,
}

pub(super) fn run(args: &SoakArgs, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    soak(args, options, io, &|| args.store.subject())
}

/// Soaks the engines that `engine` returns, one for each thread.
fn soak(
    args: &SoakArgs,
    options: &CommonOptions,
    io: &mut Io<'_>,
    engine: &(dyn Fn() -> EngineSubject + Sync),
) -> Result<Exit, Failure> {
    if !args.no_keep {
        writable::folder(Path::new(FOLDER))?;
    }
    io.interrupt.listen()?;
    let counts = Counts::default();
    let start = Instant::now();
    let found = work_on_threads(args, options, io, engine, &counts, start);
    let summary = figures(&counts, start);
    let (executions, inputs) = (counts.executions.load(Ordering::Relaxed), counts.inputs.load(Ordering::Relaxed));
    let is_cut = io.interrupt.is_set();
    let exit = match found.as_ref().map(|found| &found.what) {
        None if executions == 0 || inputs == 0 || is_cut => Exit::Incomplete,
        None => Exit::Fine,
        Some(FailureKind::Failed(_, verdict)) if verdict.identity().is_none() => Exit::Incomplete,
        Some(FailureKind::Failed(..) | FailureKind::Panicked) => Exit::False,
    };
    if options.json {
        let found = found.as_ref().map(|found| json!({ "seed": found.seed, "verdict": found.what.to_string() }));
        let answer = json!({
            "exit": exit.code(), "executions": executions, "inputs": inputs, "interrupted": is_cut,
            "milliseconds": u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX), "found": found,
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }
    writeln!(io.out, "{summary}")?;
    match found {
        Some(found) => explain(args, found, io, engine)?,
        None if is_cut => {
            let words = "interrupted; model and engine agree so far.";
            writeln!(io.out, "{}: {words}", io.style.open("INCOMPLETE"))?;
        }
        None if exit == Exit::Incomplete => {
            writeln!(io.out, "{}: no input was tried, so nothing is shown.", io.style.open("INCOMPLETE"))?;
        }
        None => writeln!(io.out, "{}: model and engine agree in every sequence.", io.style.good("AGREED"))?,
    }
    Ok(exit)
}

/// Runs the workers until the time is up, one of them fails, or the command is interrupted.
fn work_on_threads(
    args: &SoakArgs,
    options: &CommonOptions,
    io: &mut Io<'_>,
    engine: &(dyn Fn() -> EngineSubject + Sync),
    counts: &Counts,
    start: Instant,
) -> Option<SoakFailure> {
    let threads = u64::try_from(options.threads()).unwrap_or(1).max(1);
    let shows = io.style.progress && !options.no_progress;
    let interrupt = io.interrupt.clone();
    let found: Vec<SoakFailure> = std::thread::scope(|scope| {
        let interrupt = &interrupt;
        let spawn = |worker| scope.spawn(move || work(args, engine(), counts, (worker, threads), start, interrupt));
        let workers: Vec<_> = (0..threads).map(spawn).collect();
        while shows && !workers.iter().all(|worker| worker.is_finished()) {
            std::thread::sleep(Duration::from_millis(500));
            // A failure to draw does not change what was found.
            let _drawn = write!(io.err, "\r{}", figures(counts, start));
        }
        workers.into_iter().filter_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    if shows {
        let _drawn = writeln!(io.err);
    }
    // The failure with the first seed, so that equal seeds report equal failures.
    found.into_iter().min_by_key(|found| found.seed)
}

/// Prints a failure, shrunk, and keeps it in the folder of counterexamples.
fn explain(
    args: &SoakArgs,
    SoakFailure { seed, what }: SoakFailure,
    io: &mut Io<'_>,
    engine: &dyn Fn() -> EngineSubject,
) -> Result<(), Failure> {
    writeln!(io.out, "{}: seed {seed}\n", io.style.bad("FAILED"))?;
    let FailureKind::Failed(sequence, verdict) = what else {
        let (inputs, store) = (args.inputs, args.store.name());
        let again = format!("check soak --seed {seed} --executions 1 --inputs {inputs} --store {store}");
        writeln!(io.out, "{what}\n\nTo see it again: {again}")?;
        return Ok(());
    };
    let mut subject = engine();
    let judge = |sequence: &Sequence| RunMode::Lockstep.judge(&mut subject, sequence);
    match Counterexample::out_of(&sequence, RunMode::Lockstep, judge) {
        None => writeln!(io.out, "{verdict}")?,
        Some(counterexample) => {
            writeln!(io.out, "{counterexample}{}", reproduction(&counterexample))?;
            if !args.no_keep {
                let path = counterexample.write(Path::new(FOLDER));
                let path = path.map_err(|error| Failure::Usage(format!("cannot write into {FOLDER}: {error}")))?;
                writeln!(io.out, "Kept as {}", path.display())?;
            }
        }
    }
    Ok(())
}

fn work(
    args: &SoakArgs,
    mut subject: EngineSubject,
    counts: &Counts,
    (worker, workers): (u64, u64),
    start: Instant,
    interrupt: &Interrupt,
) -> Option<SoakFailure> {
    let mut number = worker;
    loop {
        let is_late = start.elapsed().as_secs() >= args.seconds;
        let is_enough = args.executions.is_some_and(|most| number >= most);
        let is_over = counts.has_failed.load(Ordering::Relaxed) || interrupt.is_set();
        if is_over || is_enough || (is_late && args.executions.is_none()) {
            return None;
        }
        let seed = args.seed.wrapping_add(number);
        // Friendly and hostile sequences take turns.
        let bias = if seed & 1 == 0 { Bias::Friendly } else { Bias::Hostile };
        // A panic is a finding. A subject that panicked is not used again.
        let driven = catch_unwind(AssertUnwindSafe(|| {
            drive::lockstep(&mut subject, &mut Seeded::new(seed, args.inputs), bias, |_| ())
        }));
        let Ok(Drive { sequence, verdict }) = driven else {
            counts.has_failed.store(true, Ordering::Relaxed);
            return Some(SoakFailure { seed, what: FailureKind::Panicked });
        };
        counts.executions.fetch_add(1, Ordering::Relaxed);
        counts.inputs.fetch_add(u64::try_from(sequence.inputs.len()).unwrap_or(0), Ordering::Relaxed);
        if !verdict.agrees() {
            counts.has_failed.store(true, Ordering::Relaxed);
            return Some(SoakFailure { seed, what: FailureKind::Failed(sequence, verdict) });
        }
        number = number.wrapping_add(workers);
    }
}

/// Returns the number of sequences and inputs, the time and the rate.
fn figures(counts: &Counts, start: Instant) -> String {
    let (executions, inputs) = (counts.executions.load(Ordering::Relaxed), counts.inputs.load(Ordering::Relaxed));
    let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = inputs.saturating_mul(1_000).checked_div(milliseconds).unwrap_or(0);
    let seconds = milliseconds.checked_div(1_000).unwrap_or(0);
    let (executions, inputs) = (counted_u64(executions, "sequence"), counted_u64(inputs, "input"));
    format!("{executions}, {inputs} in {seconds} s ({}/s)", grouped(rate))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use holdfast_harness_engine::injected_faults::{Breaks, How, InjectedFault};

    use super::*;
    use crate::command::OutputStyle;
    use crate::command::options::OutputOptions;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: SoakArgs,
        #[command(flatten)]
        output: OutputOptions,
    }

    /// An engine that panics on each cancellation.
    static PANICS: InjectedFault = InjectedFault {
        name: "a cancellation panics",
        rules: "C15",
        breaks: Breaks::Seen("answer"),
        how: How::Hears(|request, _| {
            let command = format!("{:?}", request.command);
            assert!(!command.starts_with("CancelPaymentIntent"), "no cancellation today");
        }),
    };

    fn soaked(arguments: &[&str], engine: fn() -> EngineSubject) -> (Exit, String) {
        let Line { args, output } = Line::parse_from(["soak", "--no-keep"].iter().chain(arguments));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = Io {
            input: &mut [].as_slice(),
            out: &mut out,
            err: &mut err,
            style: OutputStyle::default(),
            interrupt: Interrupt::default(),
        };
        let exit = soak(&args, &CommonOptions::of(&[&output]), &mut io, &engine).unwrap();
        (exit, String::from_utf8(out).unwrap())
    }

    fn panicking() -> EngineSubject {
        EngineSubject::default().with_fault(&PANICS)
    }

    /// A panic is reported with the seed that shows it again.
    #[test]
    fn a_panic_is_a_finding() {
        let (exit, out) = soaked(&["--seed", "3", "--executions", "200"], panicking);
        assert!(exit == Exit::False && out.contains("FAILED: seed ") && out.contains("panicked"), "{out}");
        let again = out.lines().find_map(|line| line.strip_prefix("To see it again: check soak")).unwrap();
        let again: Vec<&str> = again.split_whitespace().collect();
        let (exit, repeated) = soaked(&again, panicking);
        assert!(exit == Exit::False && repeated.lines().last() == out.lines().last(), "{repeated}");
        assert_eq!(soaked(&again, EngineSubject::default).0, Exit::Fine);
        let (exit, json) = soaked(&["--seed", "3", "--executions", "200", "--json"], panicking);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((exit, &json["exit"]), (Exit::False, &1.into()));
        assert!(json["found"]["verdict"].as_str().is_some_and(|verdict| verdict.contains("panicked")), "{json}");
    }
}
