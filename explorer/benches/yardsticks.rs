//! Yardsticks: all available explorers explore one model, side by side.
//!
//! ```text
//! cargo bench -p holdfast-explorer --features timely                     3 rounds
//! cargo bench -p holdfast-explorer --features timely -- --rounds 9       9 rounds
//! ```
//!
//! Each round runs every explorer once, each in a process of its own. Other work on the machine makes a run slower,
//! never faster, so ratios are taken between best runs. States per processor second compare one thread with one thread.
//! The gain of a second thread shows in the elapsed time on an idle machine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a bench may panic, and rounds what it prints"
)]

mod payments;
mod process;

use holdfast_explorer::{Explorer, Mode, Space, Stateright};
use payments::Payments;
use process::peak_resident;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// The explorers that are compared; the first one is the limit.
const EXPLORERS: [&str; 8] = [
    "hand-packed",
    "breadth-first",
    "breadth-first, 2 threads",
    "whole states",
    "whole states, 2 threads",
    "stateright",
    "timely, 1 worker",
    "timely, 2 workers",
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |option: &str| {
        let place = arguments.iter().position(|argument| argument == option)?;
        arguments.get(place + 1).map(String::as_str)
    };
    if let Some(name) = after("--one") {
        return measure_here(name);
    }
    let rounds: usize = after("--rounds").map_or(3, |rounds| rounds.parse().unwrap());
    let here = |name: &&str| cfg!(feature = "timely") || !name.starts_with("timely");
    let explorers: Vec<&str> = EXPLORERS.into_iter().filter(here).collect();
    let mut table: Vec<Vec<Measured>> = explorers.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        for (name, row) in explorers.iter().zip(&mut table) {
            let measured = measure(name);
            eprintln!("round {round} of {rounds}: {name} {:.2} s", measured.clock);
            row.push(measured);
        }
    }
    show(&explorers, &table);
    if !cfg!(feature = "timely") {
        println!("timely: skipped, because the feature timely is off");
    }
    // There is no Promela model of the same states, and a figure of another model would compare nothing.
    println!("spin: skipped, because there is no Promela model of these states");
}

fn show(explorers: &[&str], table: &[Vec<Measured>]) {
    let limit = table[0][0];
    println!("{} states of {} bytes, {} steps", limit.unique, size_of::<<Payments as Space>::State>(), limit.steps);
    println!(
        "{:<26} {:>14} {:>14} {:>10} {:>12} {:>10}",
        "explorer", "states/CPU s", "states/s", "× limit", "× stateright", "B/state"
    );
    let states = limit.unique as f64;
    let other =
        explorers.iter().position(|name| *name == "stateright").map(|place| best(&table[place], |it| it.processor));
    for (name, row) in explorers.iter().zip(table) {
        for measured in row {
            assert_eq!((measured.unique, measured.steps), (limit.unique, limit.steps), "{name}");
        }
        let (processor, clock) = (best(row, |it| it.processor), best(row, |it| it.clock));
        println!(
            "{name:<26} {:>14.0} {:>14.0} {:>10.2} {:>12.2} {:>10.1}",
            states / processor,
            states / clock,
            best(&table[0], |it| it.processor) / processor,
            other.unwrap() / processor,
            row[0].resident as f64 / states,
        );
    }
    for (one, two) in [("breadth-first", 1), ("whole states", 3), ("timely, 1 worker", 6)] {
        if let (Some(alone), Some(both)) = (table.get(two), table.get(two + 1)) {
            let gain = best(alone, |it| it.clock) / best(both, |it| it.clock);
            let most = 2.0 * best(alone, |it| it.processor) / best(both, |it| it.processor);
            println!("{one}: a second thread gains × {gain:.2} by the clock, at most × {most:.2} by processor time");
        }
    }
}

/// One run of one explorer.
#[derive(Clone, Copy)]
struct Measured {
    unique: u64,
    steps: u64,
    /// Elapsed time in seconds.
    clock: f64,
    /// Processor time of all threads, in seconds and hundredths; the elapsed time where the system does not report it.
    processor: f64,
    /// The largest resident size of the process in bytes; 0 where the system does not report it.
    resident: u64,
}

fn best(row: &[Measured], seconds: fn(&Measured) -> f64) -> f64 {
    row.iter().map(seconds).fold(f64::INFINITY, f64::min)
}

fn measure(name: &str) -> Measured {
    let output = Command::new(std::env::current_exe().unwrap()).args(["--one", name]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let [unique, steps, clock, processor, resident] = words[..] else {
        panic!("{name}: {text}{}", String::from_utf8_lossy(&output.stderr));
    };
    Measured {
        unique: unique.parse().unwrap(),
        steps: steps.parse().unwrap(),
        clock: clock.parse().unwrap(),
        processor: processor.parse().unwrap(),
        resident: resident.parse().unwrap(),
    }
}

fn measure_here(name: &str) {
    let begun = Instant::now();
    let (unique, steps) = run(name);
    let clock = begun.elapsed().as_secs_f64();
    let processor = processor_seconds().unwrap_or(clock);
    println!("{unique} {steps} {clock} {processor} {}", peak_resident());
}

fn run(name: &str) -> (u64, u64) {
    let ours = |mode, threads| {
        let found = Explorer::new(&Payments::default()).mode(mode).threads(threads).run();
        assert!(found.summary.completion.is_complete());
        (found.summary.unique, found.summary.transitions)
    };
    match name {
        "hand-packed" => payments::packed::explore(),
        "breadth-first" => ours(Mode::Fingerprint, 1),
        "breadth-first, 2 threads" => ours(Mode::Fingerprint, 2),
        "whole states" => ours(Mode::Exact, 1),
        "whole states, 2 threads" => ours(Mode::Exact, 2),
        "stateright" => {
            let run = Stateright::new(Arc::new(Payments::default())).run();
            assert!(run.completion.is_complete());
            (run.unique, run.transitions)
        }
        "timely, 1 worker" => distributed(1),
        "timely, 2 workers" => distributed(2),
        other => panic!("no explorer {other}"),
    }
}

#[cfg(feature = "timely")]
fn distributed(workers: usize) -> (u64, u64) {
    let found = holdfast_explorer::Distributed::new(Payments::default(), "a bench").workers(workers).run().unwrap();
    let summary = found.exploration.summary;
    assert!(summary.completion.is_complete());
    (summary.unique, summary.transitions)
}

#[cfg(not(feature = "timely"))]
fn distributed(_: usize) -> (u64, u64) {
    panic!("the feature timely is off")
}

/// Processor time of all threads of this process, in user mode and in the kernel.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program comes first, and may contain any character.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: f64 = fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    Some(ticks / 100.0).filter(|seconds| *seconds > 0.0)
}
