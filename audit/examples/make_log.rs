//! Makes a long log to measure with: payments of our engine, repeated under other ids.
//!
//! `cargo run --release -p holdfast-audit --example make_log -- EVENTS > events.jsonl`

use std::io::{self, BufWriter, Write};

use holdfast_harness::choices::Seeded;
use holdfast_harness::drive;
use holdfast_harness::generator::Bias;
use holdfast_harness_engine::EngineSubject;
use holdfast_model::Config;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted: u64 = std::env::args().nth(1).ok_or("how many events?")?.parse()?;
    let mut subject = EngineSubject::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut logs: Vec<String> = Vec::new();
    for seed in 0..400 {
        let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, 60), Bias::Friendly, |_| ());
        if drive.sequence.config.dialect == Config::default().dialect {
            let lines = subject.log(None)?.iter().map(|event| format!("{event}\n")).collect();
            logs.push(lines);
        }
    }
    let mut written = 0_u64;
    for round in 0_u64.. {
        for (number, log) in logs.iter().enumerate() {
            if written >= wanted {
                out.flush()?;
                return Ok(());
            }
            // The ids of a run are its own: `pi_00…`, `evt_00…`; each copy gets others.
            out.write_all(log.replace("_00000000", &format!("_{round:x}x{number:x}x")).as_bytes())?;
            written = written.saturating_add(u64::try_from(log.lines().count())?);
        }
    }
    Ok(())
}
