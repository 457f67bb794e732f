//! Temporary.
#![allow(warnings, clippy::all, clippy::pedantic, clippy::restriction)]
use holdfast_conformance::choices::Seeded;
use holdfast_conformance::generator::Temper;
use holdfast_conformance::subjects::EngineSubject;
use holdfast_conformance::{
    drive, lockstep,
    shrink::{self, EXECUTIONS},
};
use holdfast_model::trace::Script;
use std::collections::BTreeMap;
fn main() {
    let n: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut subject = EngineSubject::default();
    let mut found: BTreeMap<String, (u64, Vec<u64>)> = BTreeMap::new();
    let start = std::time::Instant::now();
    let mut steps = 0u64;
    for seed in 0..n {
        let temper = if seed % 2 == 0 { Temper::Friendly } else { Temper::Hostile };
        let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, 40), temper, |_| steps += 1);
        if drive.verdict.agrees() {
            continue;
        }
        let name = match drive.verdict.identity() {
            Some(i) => i.to_string(),
            None => drive.verdict.to_string(),
        };
        let e = found.entry(name).or_default();
        e.0 += 1;
        e.1.push(seed);
    }
    let t = start.elapsed();
    println!("{n} runs {steps} steps {:?} {} steps/s", t, steps as f64 / t.as_secs_f64());
    for (name, (count, seeds)) in &found {
        println!("\n== {count} x {name}");
        let seed = seeds[0];
        let temper = if seed % 2 == 0 { Temper::Friendly } else { Temper::Hostile };
        let drive = drive::lockstep(&mut subject, &mut Seeded::new(seed, 40), temper, |_| ());
        if let Some((s, v)) =
            shrink::shrink(&drive.sequence, EXECUTIONS / 4, |s| lockstep::run(&mut subject, &s.terms, &s.inputs))
        {
            println!("{}{v}", Script::of(s.terms, s.inputs.iter().map(|i| (*i, None))));
        }
    }
}
