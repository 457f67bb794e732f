//! Time and memory beside the number of states, from a million to a billion.
//!
//! ```text
//! cargo bench -p holdfast-explorer --features timely --bench scale                       up to ten million states
//! cargo bench -p holdfast-explorer --features timely --bench scale -- --most 1000000000  up to a billion
//! ... -- --report reports                                        also writes reports/scale.md and its charts
//! ... -- --rows FILE                 keeps the result of each search in FILE, and makes no search that FILE has
//! ```
//!
//! Each search is complete and runs in a process of its own. The space is that of the bench `yardsticks`, with holds
//! that last longer: each unit of time adds states of one payment, and three payments are combined. Refused inputs,
//! which lead to no state, are left out.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a bench may panic, and rounds what it prints"
)]

#[allow(dead_code, reason = "the bench `yardsticks` uses the packed states")]
mod payments;
mod process;

use holdfast_explorer::{Distributed, Explorer, Mode};
use payments::Payments;
use plotters::prelude::*;
use process::peak_resident;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The explorers that are measured.
const EXPLORERS: [&str; 2] = ["breadth-first, 2 threads", "timely, 2 workers"];

/// For each size, the units of time of a hold that give a little more states than that.
const SIZES: [(u64, u32); 4] = [(1_000_000, 1), (10_000_000, 10), (100_000_000, 31), (1_000_000_000, 77)];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |option: &str| {
        let place = arguments.iter().position(|argument| argument == option)?;
        arguments.get(place + 1).map(String::as_str)
    };
    if let Some(name) = after("--one") {
        return measure_here(name, after("--longest").unwrap().parse().unwrap());
    }
    let most: u64 = after("--most").map_or(10_000_000, |most| most.parse().unwrap());
    let file = after("--rows").map(Path::new);
    let mut kept = file.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let mut rows = Vec::new();
    for (_, longest) in SIZES.into_iter().filter(|(size, _)| *size <= most) {
        // The billion takes an hour on two busy cores, so one explorer makes that search.
        for name in EXPLORERS.into_iter().filter(|name| longest < SIZES[3].1 || name.starts_with("timely")) {
            let key = format!("{name}\t{longest}\t");
            if !kept.lines().any(|line| line.starts_with(&key)) {
                let _ = writeln!(kept, "{key}{}", search(name, longest).trim());
                file.into_iter().for_each(|file| std::fs::write(file, &kept).unwrap());
            }
            let line = kept.lines().find_map(|line| line.strip_prefix(&key)).unwrap();
            let measured = Measured::parse(line);
            eprintln!("{name}: {} states in {:.1} s", measured.unique, measured.clock);
            rows.push((name, measured));
        }
    }
    let text = report(&rows, most);
    let Some(folder) = after("--report").map(Path::new) else {
        print!("{text}");
        return;
    };
    std::fs::write(folder.join("scale.md"), text).unwrap();
    let seconds = chart(&rows, "seconds", |it| it.clock);
    std::fs::write(folder.join("scale-time.svg"), seconds).unwrap();
    let memory = chart(&rows, "gibibytes of memory at the most", gibibytes);
    std::fs::write(folder.join("scale-memory.svg"), memory).unwrap();
}

/// One complete search.
#[derive(Clone, Copy)]
struct Measured {
    unique: u64,
    steps: u64,
    depth: u64,
    /// Elapsed time in seconds.
    clock: f64,
    /// The largest resident size of the process in bytes; 0 where the system does not report it.
    resident: u64,
}

fn gibibytes(measured: &Measured) -> f64 {
    measured.resident as f64 / f64::from(1_u32 << 30)
}

/// Searches in a process of its own. Returns what it prints.
fn search(name: &str, longest: u32) -> String {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).args(["--one", name, "--longest", &longest.to_string()]).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Measured {
    fn parse(line: &str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [unique, steps, depth, clock, resident] = words[..] else { panic!("{line:?} is no result") };
        Self {
            unique: unique.parse().unwrap(),
            steps: steps.parse().unwrap(),
            depth: depth.parse().unwrap(),
            clock: clock.parse().unwrap(),
            resident: resident.parse().unwrap(),
        }
    }
}

fn measure_here(name: &str, longest: u32) {
    let begun = Instant::now();
    let space = Payments { longest, refusals: false };
    let summary = match name {
        "breadth-first, 2 threads" => Explorer::new(&space).mode(Mode::Fingerprint).threads(2).run().summary,
        "timely, 2 workers" => Distributed::new(space, "a bench").workers(2).run().unwrap().exploration.summary,
        other => panic!("no explorer {other}"),
    };
    assert!(summary.completion.is_complete());
    let clock = begun.elapsed().as_secs_f64();
    println!("{} {} {} {clock} {}", summary.unique, summary.transitions, summary.depth, peak_resident());
}

fn report(rows: &[(&str, Measured)], most: u64) -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().filter(|word| !word.is_empty()).unwrap_or("unknown").to_owned();
    let mut text = format!(
        "# Scale: time and memory beside the number of states\n\nGenerated by `cargo bench -p holdfast-explorer --features \
         timely --bench scale -- --most {most} --report reports` on a machine of {cores} cores, whose load average was \
         {load} at the end. Each row is one complete search of three interchangeable payments, each in a process of its \
         own, with every step judged; refused inputs, which lead to no state, are left out. States are kept as fingerprints. Seconds are elapsed time, so other work on the machine lengthens them; with `--rows` some searches may be of earlier runs. No test compares these figures.\n\n\
         ![Time](scale-time.svg)\n\n![Memory](scale-memory.svg)\n\n\
         | explorer | states | steps | depth | seconds | states a second | GiB at the most | bytes a state |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for (name, it) in rows {
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {:.1} | {:.0} | {:.2} | {:.1} |",
            it.unique,
            it.steps,
            it.depth,
            it.clock,
            it.unique as f64 / it.clock,
            gibibytes(it),
            it.resident as f64 / it.unique as f64,
        );
    }
    text
}

/// Returns a chart with both axes in powers of ten.
fn chart(rows: &[(&str, Measured)], unit: &str, of: fn(&Measured) -> f64) -> String {
    let mut text = String::new();
    let bounds = |values: &dyn Fn(&Measured) -> f64| {
        let all = || rows.iter().map(|(_, it)| values(it));
        all().fold(f64::INFINITY, f64::min) / 2.0..all().fold(0.0, f64::max) * 2.0
    };
    let states = |it: &Measured| it.unique as f64;
    {
        let area = SVGBackend::with_string(&mut text, (860, 420)).into_drawing_area();
        area.fill(&WHITE).unwrap();
        let mut chart = ChartBuilder::on(&area)
            .margin(14)
            .x_label_area_size(42)
            .y_label_area_size(64)
            .build_cartesian_2d(bounds(&states).log_scale(), bounds(&of).log_scale())
            .unwrap();
        chart.configure_mesh().x_desc("states").y_desc(unit).light_line_style(WHITE).draw().unwrap();
        for (index, name) in EXPLORERS.into_iter().enumerate() {
            let color = Palette99::pick(index).to_rgba();
            let points = rows.iter().filter(|(row, _)| *row == name).map(|(_, it)| (states(it), of(it)));
            let line = chart.draw_series(LineSeries::new(points, color.stroke_width(2))).unwrap();
            line.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
        }
        let mut labels = chart.configure_series_labels();
        let labels = labels.position(SeriesLabelPosition::UpperLeft).background_style(WHITE.mix(0.8));
        labels.border_style(BLACK.mix(0.3)).draw().unwrap();
        area.present().unwrap();
    }
    text
}
