//! Speed of the explorers, as ratios within one run: absolute figures differ between machines, and on a shared one from
//! minute to minute.
//!
//! ```text
//! cargo bench -p holdfast-check                      5 rounds of `small`, 1 of `model`
//! cargo bench -p holdfast-check -- --rounds 9        9 rounds of `small`, 2 of `model`
//! cargo bench -p holdfast-check -- --space small     `small` alone
//! ```
//!
//! `small` is as near to the explorers as one gets: steps that cost next to nothing, so that it is the
//! visited set that is measured. `model` is what they are for: the largest default scenario, where a step
//! is the model's transition and every property, which cost the same under every explorer.
//!
//! Each round runs every explorer once, one after the other, each in a process of its own so that
//! none inherits the other's memory. Other load on the machine makes a run slower, never faster, so
//! ratios compare the best runs; the median of the rounds shows the noise.
//!
//! Ratios of one thread to one thread are of processor time, where the system reports it, so other load does not count.
//! The gain of a second thread shows only on the clock, and so only on an idle machine;
//! beside it stands the most that the processor time would allow.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a bench may panic, and rounds what it prints"
)]

#[path = "../../explorer/benches/payments/mod.rs"]
#[allow(dead_code, reason = "the bench of the explorer uses the packed states")]
mod payments;

#[path = "../../explorer/benches/process/mod.rs"]
mod process;

use holdfast_explorer::{Explorer, Mode, Space, Stateright};
use holdfast_scenarios::space::ModelSpace;
use process::peak_resident;
use std::process::Command;
use std::sync::Arc;

/// The explored spaces, each of at least a million states.
const SPACES: [&str; 2] = ["small", "model"];

/// Rounds of `small` for each round of `model`.
const SMALL_ROUNDS: usize = 5;

/// The variant with the most states.
fn model() -> ModelSpace<2, 0> {
    let variants = (holdfast_scenarios::find("two_payments").unwrap().variants)();
    ModelSpace::new(&variants[0])
}

const EXPLORERS: [&str; 5] = ["stateright", "fingerprint", "fingerprint, 2 threads", "exact", "exact, 2 threads"];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let chosen = after("--space", &arguments);
    if let Some(name) = after("--one", &arguments) {
        return match chosen {
            Some("model") => measure_here(name, model()),
            _ => measure_here(name, payments::Payments::default()),
        };
    }
    let rounds = after("--rounds", &arguments).map_or(SMALL_ROUNDS, |rounds| rounds.parse().unwrap());
    for space in SPACES.into_iter().filter(|space| chosen.is_none_or(|chosen| chosen == *space)) {
        compare(space, if space == "small" { rounds } else { rounds.div_ceil(SMALL_ROUNDS) });
    }
}

/// Runs every explorer on one space, and prints how they compare.
fn compare(space: &str, rounds: usize) {
    let mut table: Vec<Vec<Measured>> = EXPLORERS.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        for (explorer, row) in EXPLORERS.iter().zip(&mut table) {
            let measured = measure(space, explorer);
            eprintln!("{space}, round {round} of {rounds}: {explorer} {:.2} s", measured.seconds);
            row.push(measured);
        }
    }

    let first = table[0][0];
    println!("{space}: {} states of {} bytes, {} transitions", first.unique, first.state, first.transitions);
    println!("{:<24} {:>12} {:>20} {:>12} {:>12}", "explorer", "states/CPU s", "× stateright", "B/state", "resident");
    let states = first.unique as f64;
    for (explorer, row) in EXPLORERS.iter().zip(&table) {
        for measured in row {
            assert_eq!(measured.unique, first.unique, "{explorer}");
            assert_eq!(measured.transitions, first.transitions, "{explorer}");
        }
        let visited = row[0].visited.map(|bytes| bytes as f64 / states);
        println!(
            "{explorer:<24} {:>12.0} {:>20} {:>12} {:>12.1}",
            states / best(row, Measured::by_processor),
            ratio(&table[0], row, Measured::by_processor),
            visited.map_or_else(|| "–".to_owned(), |bytes| format!("{bytes:.1}")),
            median(row.iter().map(|measured| measured.resident as f64 / states)),
        );
    }
    for (name, one, two) in [("fingerprint", &table[1], &table[2]), ("exact", &table[3], &table[4])] {
        let most = 2.0 * best(one, Measured::by_processor) / best(two, Measured::by_processor);
        println!(
            "two threads against one, {name}: {} by the clock, at most {most:.2} by processor time",
            ratio(one, two, Measured::by_clock)
        );
    }
}

/// Returns the speed of `row` as a multiple of that of `base`: of the best rounds, which noise affects least, and in
/// brackets of the median rounds.
fn ratio(base: &[Measured], row: &[Measured], seconds: fn(&Measured) -> f64) -> String {
    let rounds = base.iter().zip(row);
    let typical = median(rounds.map(|(base, measured)| seconds(base) / seconds(measured)));
    format!("{:.2} (median {typical:.2})", best(base, seconds) / best(row, seconds))
}

fn best(row: &[Measured], seconds: fn(&Measured) -> f64) -> f64 {
    row.iter().map(seconds).fold(f64::INFINITY, f64::min)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The output of one run.
#[derive(Clone, Copy)]
struct Measured {
    unique: u64,
    transitions: u64,
    /// Elapsed seconds by the clock.
    seconds: f64,
    /// Seconds of processor time of its threads; 0 where the system does not report them.
    processor: f64,
    /// Bytes of one state.
    state: usize,
    /// Bytes of the visited set.
    visited: Option<u64>,
    /// The peak resident memory of the process, in bytes.
    resident: u64,
}

impl Measured {
    fn by_clock(&self) -> f64 {
        self.seconds
    }

    fn by_processor(&self) -> f64 {
        if self.processor > 0.0 { self.processor } else { self.seconds }
    }
}

fn measure(space: &str, explorer: &str) -> Measured {
    let arguments = ["--space", space, "--one", explorer];
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let [unique, transitions, seconds, processor, state, visited, resident] = words[..] else {
        panic!("{explorer}: {text}{}", String::from_utf8_lossy(&output.stderr));
    };
    Measured {
        unique: unique.parse().unwrap(),
        transitions: transitions.parse().unwrap(),
        seconds: seconds.parse().unwrap(),
        processor: processor.parse().unwrap(),
        state: state.parse().unwrap(),
        visited: visited.parse().ok(),
        resident: resident.parse().unwrap(),
    }
}

fn measure_here<S: Space + Send + 'static>(name: &str, space: S) {
    let before = processor_seconds();
    let (unique, transitions, seconds, visited) = if name == "stateright" {
        let run = Stateright::new(Arc::new(space)).run();
        assert!(run.completion.is_complete());
        (run.unique, run.transitions, run.elapsed.as_secs_f64(), None)
    } else {
        let mode = if name.starts_with("exact") { Mode::Exact } else { Mode::Fingerprint };
        let threads = if name.ends_with("2 threads") { 2 } else { 1 };
        let found = Explorer::new(&space).mode(mode).threads(threads).run();
        assert!(found.summary.completion.is_complete());
        (found.summary.unique, found.summary.transitions, found.elapsed.as_secs_f64(), Some(found.memory.visited))
    };
    let visited = visited.map_or_else(|| "–".to_owned(), |bytes| bytes.to_string());
    let processor = processor_seconds() - before;
    println!("{unique} {transitions} {seconds} {processor} {} {visited} {}", size_of::<S::State>(), peak_resident());
}

/// Processor time of this process so far, of all its threads, in user mode and for it in the kernel, to a hundredth of a
/// second; 0 where the system does not report it.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name before it may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    fields.skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

fn after<'a>(option: &str, arguments: &'a [String]) -> Option<&'a str> {
    let place = arguments.iter().position(|argument| argument == option)?;
    arguments.get(place + 1).map(String::as_str)
}
