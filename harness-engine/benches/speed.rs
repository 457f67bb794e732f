//! Measures operations per second on one thread: through engine, model and properties on each store, and each of these
//! parts alone. Run `cargo bench -p holdfast-harness-engine`, followed by words of the lines to measure.
//!
//! Where Linux counts it, the time is the thread's processor time, so that other work on the machine does not count.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]
#![allow(clippy::float_arithmetic, reason = "rates are printed, not computed with")]
#![allow(clippy::arithmetic_side_effects, reason = "counts of a measurement stay small")]

use holdfast_engine::store::SqliteStore;
use holdfast_harness::ModelSubject;
use holdfast_harness::bounds::ModelState;
use holdfast_harness::choices::Seeded;
use holdfast_harness::generator::{self, Bias, Sequence};
use holdfast_harness::{Failure, Subject, Verdict, drive, lockstep, properties};
use holdfast_harness_engine::EngineSubject;
use holdfast_model::{Input, transition};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The number of inputs of a sequence, the same as in `check soak`.
const INPUTS: u32 = 60;
/// The number of sequences, which are played repeatedly.
const SEQUENCES: u64 = 2_000;
/// The duration of one measurement of a line; the best of several is printed.
const SLICE: Duration = Duration::from_millis(700);
const SLICES: usize = 5;

fn main() {
    let sequences: Vec<Sequence> = (0..SEQUENCES).map(sequence).collect();
    let inputs: usize = sequences.iter().map(|it| it.inputs.len()).sum();
    println!("{SEQUENCES} sequences of {} operations on average\n", inputs / sequences.len());
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let line = |what: &str, play: &mut dyn FnMut(&Sequence) -> usize| {
        if only.is_empty() || only.iter().any(|word| what.contains(word.as_str())) {
            println!("{what:<44}{:>12.0} operations/s", best(&sequences, play));
        }
    };
    let mut seed = 0;
    line("generator and model", &mut |_| {
        seed += 1;
        sequence(seed).inputs.len()
    });
    line("model alone", &mut |it| {
        let mut state = ModelState::default();
        for input in &it.inputs {
            state = transition(&it.config, &state, *input).after;
        }
        black_box(state);
        it.inputs.len()
    });
    line("model beside itself, properties", &mut in_lockstep(ModelSubject::default()));
    line("engine alone, plain memory", &mut alone(EngineSubject::default()));
    let mut subject = EngineSubject::default();
    line("engine and properties, plain memory", &mut |it| {
        agree(&properties::run(&mut subject, &it.config, &it.inputs));
        it.inputs.len()
    });
    line("engine, model, properties, plain memory", &mut in_lockstep(EngineSubject::default()));
    let mut subject = EngineSubject::default();
    let mut seed = 0;
    line("the same, made up on the way (check soak)", &mut |_| {
        seed += 1;
        let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, INPUTS), bias(seed), |_| ());
        agree(&drive.verdict);
        drive.sequence.inputs.len()
    });
    let on_sqlite = EngineSubject::on_reused(SqliteStore::in_memory, SqliteStore::emptied);
    line("engine, model, properties, SQLite in memory", &mut in_lockstep(on_sqlite));
    line("the same, a new database for each sequence", &mut in_lockstep(on_new_sqlite()));
}

const fn bias(seed: u64) -> Bias {
    if seed.is_multiple_of(2) { Bias::Friendly } else { Bias::Hostile }
}

fn sequence(seed: u64) -> Sequence {
    generator::sequence(&mut Seeded::new(seed, INPUTS), bias(seed), |_| ())
}

/// Returns a subject that makes a new SQLite store for each sequence.
fn on_new_sqlite() -> EngineSubject {
    EngineSubject::on(|| {
        let store = SqliteStore::in_memory().map_err(|error| Failure(error.to_string()))?;
        Ok(Arc::new(store))
    })
}

fn in_lockstep(mut subject: impl Subject) -> impl FnMut(&Sequence) -> usize {
    move |it| {
        agree(&lockstep::run(&mut subject, &it.config, &it.inputs));
        it.inputs.len()
    }
}

/// Plays a sequence on the subject without judging it.
fn alone(mut subject: impl Subject) -> impl FnMut(&Sequence) -> usize {
    move |it| {
        subject.start(&it.config).unwrap();
        let mut played = 0;
        for input in &it.inputs {
            let reaction = match input {
                _ if !subject.can(input) => continue,
                Input::Call(call) => subject.submit(call),
                Input::Event(event) => subject.inject(event),
                Input::Begin { .. } | Input::Finish { .. } => continue,
            };
            black_box(reaction.unwrap());
            black_box(subject.observe().unwrap());
            played += 1;
        }
        played
    }
}

fn agree(verdict: &Verdict) {
    assert!(verdict.agrees(), "{verdict}");
}

/// Returns the best rate of several slices of time. `play` returns the number of operations it played.
fn best(sequences: &[Sequence], play: &mut dyn FnMut(&Sequence) -> usize) -> f64 {
    let mut round = sequences.iter().cycle();
    let since = Instant::now();
    let mut best = 0.0_f64;
    for _ in 0..SLICES {
        let (mut spent, mut played) = (Duration::ZERO, 0_u32);
        let start = now(since);
        while spent < SLICE {
            let Some(sequence) = round.next() else { break };
            played += u32::try_from(play(sequence)).unwrap();
            spent = now(since).saturating_sub(start);
        }
        best = best.max(f64::from(played) / spent.as_secs_f64());
    }
    best
}

/// Returns the processor time of this thread on Linux; elsewhere, the elapsed time.
fn now(since: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = told.and_then(|told| told.split(' ').next()?.parse().ok());
    spent.map_or_else(|| since.elapsed(), Duration::from_nanos)
}
