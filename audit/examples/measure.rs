//! Audits a file and says how long it took.
//!
//! `cargo run -p holdfast-audit --example measure -- events.jsonl`

use std::fs::File;
use std::time::Instant;

use holdfast_audit::{Options, audit};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let log = File::open(&path)?;
    let options = Options { bytes: Some(log.metadata()?.len()), ..Options::default() };
    let start = Instant::now();
    let report = audit(log, &options, &mut ())?;
    let milliseconds = start.elapsed().as_millis().max(1);
    for (name, number) in report.summary() {
        println!("{number:>10} {name}");
    }
    let rate = u128::from(report.events).saturating_mul(1_000).checked_div(milliseconds).unwrap_or(0);
    println!("{milliseconds:>10} ms, {rate} events/s");
    for status in std::fs::read_to_string("/proc/self/status").unwrap_or_default().lines() {
        if status.starts_with("VmHWM") {
            println!("{status}");
        }
    }
    Ok(())
}
