//! `check soak`: seeded sequences on the engine, in lockstep with the model, for as long as it is let.

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

use super::{CommonOptions, Exit, Failure, Io};
use crate::table::grouped;

/// Arguments of `check soak`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SoakArgs {
    /// Stop after this many seconds
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Stop after this many sequences instead
    #[arg(long, value_name = "SEQUENCES")]
    executions: Option<u64>,
    /// The first seed; the sequence of a seed is always the same
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Choices for inputs in a sequence
    #[arg(long, default_value_t = 60, value_name = "INPUTS")]
    inputs: u32,
    /// Where the engine keeps everything
    #[arg(long, value_enum, default_value_t)]
    store: Store,
    /// Print what is found, and write it nowhere
    #[arg(long)]
    no_keep: bool,
}

/// Where the engine keeps everything.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Store {
    /// In plain memory
    #[default]
    Memory,
    /// In tables of SQLite, in memory
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

/// The same on the engines that `engine` makes, one for each thread.
fn soak(
    args: &SoakArgs,
    options: &CommonOptions,
    io: &mut Io<'_>,
    engine: &(dyn Fn() -> EngineSubject + Sync),
) -> Result<Exit, Failure> {
    let counts = Counts::default();
    let start = Instant::now();
    let threads = u64::try_from(options.threads()).unwrap_or(1).max(1);
    let shows = io.style.progress && !options.no_progress;
    let found: Vec<SoakFailure> = std::thread::scope(|scope| {
        let counts = &counts;
        let spawn = |worker| scope.spawn(move || work(args, engine(), counts, (worker, threads), start));
        let workers: Vec<_> = (0..threads).map(spawn).collect();
        while shows && !workers.iter().all(|worker| worker.is_finished()) {
            std::thread::sleep(Duration::from_millis(500));
            // Progress is no part of the answer.
            let _drawn = write!(io.err, "\r{}", told(counts, start));
        }
        workers.into_iter().filter_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    if shows {
        writeln!(io.err)?;
    }
    // Of several, the one with the first seed: so the same seeds tell of the same failure.
    let first = found.into_iter().min_by_key(|found| found.seed);
    let told = told(&counts, start);
    let executions = counts.executions.load(Ordering::Relaxed);
    let exit = match first.as_ref().map(|found| &found.what) {
        None if executions == 0 || counts.inputs.load(Ordering::Relaxed) == 0 => Exit::Incomplete,
        None => Exit::Fine,
        Some(FailureKind::Failed(_, verdict)) if verdict.identity().is_none() => Exit::Incomplete,
        Some(FailureKind::Failed(..) | FailureKind::Panicked) => Exit::False,
    };
    if options.json {
        let found = first.as_ref().map(|found| json!({ "seed": found.seed, "verdict": found.what.to_string() }));
        let answer = json!({
            "exit": exit.code(), "executions": executions, "inputs": counts.inputs.load(Ordering::Relaxed),
            "milliseconds": u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX), "found": found,
        });
        writeln!(io.out, "{answer:#}")?;
        return Ok(exit);
    }
    writeln!(io.out, "{told}")?;
    let Some(SoakFailure { seed, what }) = first else {
        if exit == Exit::Incomplete {
            writeln!(io.out, "{}: no input was tried, so nothing is shown.", io.style.open("INCOMPLETE"))?;
        } else {
            writeln!(io.out, "{}: model and engine agree in every one.", io.style.good("AGREED"))?;
        }
        return Ok(exit);
    };
    writeln!(io.out, "{}: seed {seed}\n", io.style.bad("FAILED"))?;
    let FailureKind::Failed(sequence, verdict) = what else {
        let (inputs, store) = (args.inputs, args.store.name());
        let again = format!("check soak --seed {seed} --executions 1 --inputs {inputs} --store {store}");
        writeln!(io.out, "{what}\n\nTo see it again: {again}")?;
        return Ok(exit);
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
    Ok(exit)
}

fn work(
    args: &SoakArgs,
    mut subject: EngineSubject,
    counts: &Counts,
    (worker, workers): (u64, u64),
    start: Instant,
) -> Option<SoakFailure> {
    let mut number = worker;
    loop {
        let is_late = start.elapsed().as_secs() >= args.seconds;
        let is_enough = args.executions.is_some_and(|most| number >= most);
        if counts.has_failed.load(Ordering::Relaxed) || is_enough || (is_late && args.executions.is_none()) {
            return None;
        }
        let seed = args.seed.wrapping_add(number);
        // Careful clients and careless ones by turns.
        let bias = if seed & 1 == 0 { Bias::Friendly } else { Bias::Hostile };
        // A panic is a find like any other; who has panicked is not asked again.
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

fn told(counts: &Counts, start: Instant) -> String {
    let (executions, inputs) = (counts.executions.load(Ordering::Relaxed), counts.inputs.load(Ordering::Relaxed));
    let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = inputs.saturating_mul(1_000).checked_div(milliseconds).unwrap_or(0);
    let seconds = milliseconds.checked_div(1_000).unwrap_or(0);
    format!("{} sequences, {} inputs in {seconds} s: {} a second", grouped(executions), grouped(inputs), grouped(rate))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use holdfast_harness_engine::injected_faults::{Breaks, How, InjectedFault};

    use super::*;
    use crate::command::OutputStyle;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: SoakArgs,
        #[command(flatten)]
        options: CommonOptions,
    }

    /// An engine that panics when it is to cancel a payment.
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
        let Line { args, options } = Line::parse_from(["soak", "--no-keep"].iter().chain(arguments));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut io = Io { input: &mut [].as_slice(), out: &mut out, err: &mut err, style: OutputStyle::default() };
        let exit = soak(&args, &options, &mut io, &engine).unwrap();
        (exit, String::from_utf8(out).unwrap())
    }

    fn panicking() -> EngineSubject {
        EngineSubject::default().with_fault(&PANICS)
    }

    /// A panic ends the soak as what it finds, with the seed that shows it again.
    #[test]
    fn a_panic_is_a_find() {
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
